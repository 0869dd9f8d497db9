"""Scores of clients some of whose features are changed.

They are the model's answers to other values: whether changing a value changes the client, only a campaign can
show.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS, ENGINEERED_FEATURES, KNOWN_VALUES
from one_click.errors import DataError, ParameterError, nearest
from one_click.explain.perturbation import POSSIBLE, Score, is_possible, with_values
from one_click.modelling.scores import raw_features


def ask(
    score: Score,
    client: pd.DataFrame,
    changes: Mapping[str, Any],
    explanation_base: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the scores of clients before and after some of their features are set to other values.

    Parameters
    ----------
    score : callable
        Raw features -> probability of decline, as ``partial(decline_probability, champion)``.
    client : DataFrame, one or more rows of `features`
    changes : mapping
        Raw feature -> its new value, the same for all rows.
    explanation_base : DataFrame, optional
        Clients whose categories may be set too, beside those of the vocabulary and of `client`.

    Returns
    -------
    DataFrame, one row per client: client_id, probability_before, probability_after, change

    Raises
    ------
    DataError
        If `client` has no rows or lacks features.
    ParameterError
        If there is no such feature, or it cannot have such a value; if `score` is a model, not a function.
    """
    _refuse_model(score)
    _refuse_incomplete(client)
    for name, value in changes.items():
        _refuse_impossible(name, value, _known_values(name, client, explanation_base))
    own = raw_features(client)
    before, after = score(own), score(with_values(own, changes))
    return pd.DataFrame(
        {
            CLIENT_ID: client[CLIENT_ID].to_numpy(),
            "probability_before": before,
            "probability_after": after,
            "change": after - before,
        }
    )


def _refuse_model(score: Any) -> None:
    if not callable(score):
        raise ParameterError(
            f"score: a {type(score).__name__} is no function. Rule: it takes raw features and returns one "
            "probability of decline per client. Remedy: of a champion, partial(decline_probability, champion)"
        )


def _refuse_incomplete(client: pd.DataFrame) -> None:
    remedy = "take rows of `features`, as in features[features['client_id'] == 1001]"
    rule = "a client is one row with client_id and every feature"
    if not isinstance(client, pd.DataFrame) or client.empty:
        found = "no rows" if isinstance(client, pd.DataFrame) else f"a {type(client).__name__}"
        raise DataError(f"There is no client to ask about: {found}.", file="client", rule=rule, remedy=remedy)
    missing = [name for name in (CLIENT_ID, *BASE_FEATURES) if name not in client.columns]
    if missing:
        raise DataError(
            f"The client lacks '{missing[0]}'; {nearest(missing[0], map(str, client.columns))}",
            file="client",
            column=", ".join(missing),
            rule=rule,
            remedy=remedy,
        )


def _known_values(name: str, *tables: pd.DataFrame | None) -> set[str]:
    """Return the categories that the vocabulary or some clients have."""
    seen = [set(table[name]) for table in tables if table is not None and name in table]
    return set(KNOWN_VALUES.get(name, ())).union(*seen)


def _refuse_impossible(name: str, value: Any, known: set[str]) -> None:
    if name not in BASE_FEATURES:
        rule = " follows other features: change those" if name in ENGINEERED_FEATURES else " is no feature"
        raise ParameterError(f"changes: '{name}'{rule}; {nearest(name, BASE_FEATURES)}")
    if not is_possible(name, value):
        rule = POSSIBLE[COLUMNS[name].kind][0]
        raise ParameterError(f"changes: '{name}' cannot be {value!r}. Rule: {rule}")
    if COLUMNS[name].kind == "category" and value not in known:
        raise ParameterError(f"changes: '{name}' has no value '{value}'; {nearest(value, known)}")
