"""The strongest contributions to each client's score, towards decline and against it."""

from typing import Any

import numpy as np
import pandas as pd

from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS
from one_click.explain.certainty import Values, certainty, top_reasons
from one_click.parameters import Interpretation

from .refits import stack_refits

RAISES, LOWERS = "raises", "lowers"
_SIGNS = {RAISES: 1, LOWERS: -1}
_NEGLIGIBLE = 1e-9  # a contribution that rounding alone may make
_COUNTED = ("category", "flag")  # kinds whose typical value is the most frequent one, else the median
_FEATURES = list(BASE_FEATURES)


def give_reasons(
    shap_values: pd.DataFrame,
    shap_errors: pd.DataFrame,
    shap_refits: pd.DataFrame,
    features: pd.DataFrame,
    explanation_base: pd.DataFrame,
    options: Interpretation,
) -> pd.DataFrame:
    """Return each client's strongest reasons towards decline and against it.

    Reasons less certain or less stable than the options ask for are left out: a client may have none.

    Returns
    -------
    DataFrame of `schemas.interpretation.ReasonCodes` without sentences
        Error and certainty are those of sampling (0 and 1 where contributions are exact; see `certainty`).
        Where refits are sampled, coarsely, their error lowers the stability.
    """
    reasons = pd.concat(
        [_strongest(direction, shap_values, shap_errors, shap_refits, options) for direction in _SIGNS]
    )
    given = (
        (reasons["contribution"].abs() > _NEGLIGIBLE)
        & (reasons["certainty"] >= options.certain_from)
        & (reasons["stability"] >= options.stable_from)
    )
    reasons = reasons[given].sort_values([CLIENT_ID, "direction", "rank"], ascending=[True, False, True])
    reasons["rank"] = reasons.groupby([CLIENT_ID, "direction"]).cumcount() + 1
    return _describe(reasons.reset_index(drop=True), features, explanation_base)


def _strongest(
    direction: str,
    shap_values: pd.DataFrame,
    shap_errors: pd.DataFrame,
    shap_refits: pd.DataFrame,
    options: Interpretation,
) -> pd.DataFrame:
    sign, count = _SIGNS[direction], options.reasons
    contributions, errors = (table[_FEATURES].to_numpy() for table in (shap_values, shap_errors))
    order = top_reasons(sign * contributions, count)
    columns = {
        "contribution": np.take_along_axis(contributions, order, axis=1),
        "error": np.take_along_axis(errors, order, axis=1),
        "certainty": certainty(sign * contributions, errors, count),
        "stability": np.take_along_axis(_shares(sign * stack_refits(shap_refits), count), order, axis=1),
    }
    table = pd.DataFrame(
        {
            CLIENT_ID: np.repeat(shap_values[CLIENT_ID].to_numpy(), order.shape[1]),
            "direction": direction,
            "rank": np.tile(np.arange(1, order.shape[1] + 1), len(order)),
            "feature": np.array(_FEATURES, dtype=object)[order.ravel()],
        }
    )
    table = table.assign(**{name: values.ravel() for name, values in columns.items()})
    return table[sign * table["contribution"] > 0].astype({"feature": "str", "direction": "str"})


def _shares(by_refit: Values, count: int) -> Values:
    """Return the share of the refits in which a feature is among a client's first reasons.

    Parameters
    ----------
    by_refit : ndarray, shape (n_refits, n_clients, n_features)

    Returns
    -------
    ndarray, shape (n_clients, n_features)
    """
    listed = np.zeros(by_refit.shape[1:])
    rows = np.arange(by_refit.shape[1])[:, None]
    for contributions in by_refit:
        first = top_reasons(contributions, count)
        listed[rows, first] += np.take_along_axis(contributions, first, axis=1) > _NEGLIGIBLE
    return listed / len(by_refit)


def _describe(reasons: pd.DataFrame, features: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    typical = {name: typical_value(base[name]) for name in BASE_FEATURES}
    return reasons.assign(
        value=[str(value) for value in _look_up(reasons, features)],
        typical_value=reasons["feature"].map(typical).astype("str"),
        changeable=[COLUMNS[name].changeable for name in reasons["feature"]],
    )


def _look_up(pairs: pd.DataFrame, features: pd.DataFrame) -> list[Any]:
    """Return each listed client's value of the feature beside it."""
    by_feature = features.set_index(CLIENT_ID)[_FEATURES].to_dict("dict")
    return [by_feature[name][client] for client, name in zip(pairs[CLIENT_ID], pairs["feature"], strict=True)]


def typical_value(values: pd.Series) -> Any:
    """Return the median of a number, the most frequent value of a category or flag."""
    kind = COLUMNS[str(values.name)].kind
    return values.mode().iloc[0] if kind in _COUNTED else float(values.median())
