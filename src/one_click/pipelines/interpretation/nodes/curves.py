"""How the champion's probability of decline goes with one feature while the others stay as they are."""

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.inspection import partial_dependence

from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS
from one_click.explain.perturbation import Score, with_values
from one_click.modelling.scores import decline_probability, raw_features
from one_click.parameters import Curves, Interpretation

Floats = NDArray[np.float64]

ENDS = (0.025, 0.975)  # quantiles between which a number moves: outliers would stretch the axis
_SPREAD = (0.1, 0.9)  # quantiles of the individual lines


def trace_effects(
    features: pd.DataFrame, champion: Any, shap_importance: pd.DataFrame, options: Interpretation
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ask the champion for its calibrated probability while one feature moves and the others stay.

    The mean over clients is the partial dependence (Friedman 2001), a client's own answers are its line of
    individual conditional expectation (Goldstein et al. 2015). Where features go together, both ask about
    clients who do not exist; the accumulated local effects (Apley and Zhu 2020) add up changes between
    neighbouring values, each asked only of clients who have such values.

    Parameters
    ----------
    features : DataFrame, one row per client
    champion : fitted classifier
        Its `predict_proba` takes raw features.
    shap_importance : DataFrame
        Rank of each feature.
    options : Interpretation
        Of `curves`: `points`, `clients` and `lines`; the seed draws the clients.

    Returns
    -------
    effect_curves : DataFrame of `schemas.interpretation.EffectCurves`
    effect_lines : DataFrame of `schemas.interpretation.EffectLines`
    """
    # Client numbers follow the target, so whoever is taken first must not depend on them.
    shuffled = features.sample(frac=1, random_state=options.seed)
    held = _sample_by_risk(shuffled, partial(decline_probability, champion), options)
    traced = [_trace(name, shuffled, held, champion, options.curves) for name in BASE_FEATURES]
    curves, lines = (pd.concat(parts, ignore_index=True) for parts in zip(*traced, strict=True))
    ranks = shap_importance.set_index("feature")["rank"]
    return curves.assign(rank=curves["feature"].map(ranks)), lines


def _sample_by_risk(shuffled: pd.DataFrame, score: Score, options: Interpretation) -> pd.DataFrame:
    """Return clients spaced evenly by risk, so that their mean risk is nearly that of all."""
    pool = shuffled.head(options.curves.clients * options.curves.points)  # bounded, however large the base
    risks = score(raw_features(pool))
    start = np.random.default_rng(options.seed).random()
    return pool.iloc[_take_evenly(np.argsort(risks, kind="stable"), options.curves.clients, start)]


def _take_evenly(places: NDArray[np.intp], most: int, start: float = 0.5) -> NDArray[np.intp]:
    """Return at most `most` of the places, equally far apart; `start` is that of the first, in steps."""
    count = min(most, len(places))
    return places[((np.arange(count) + start) * len(places) / max(count, 1)).astype(int)]


def _trace(
    name: str, shuffled: pd.DataFrame, held: pd.DataFrame, champion: Any, options: Curves
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one feature's curve and lines."""
    values, everyone = _grid(shuffled[name], options.points), np.arange(len(held))
    individual = _individual(champion, raw_features(held), name, values)
    curve = _curve(name, values, individual, _shares(shuffled[name], values))
    if is_number(name):
        score = partial(decline_probability, champion)
        effects = _accumulate(score, shuffled, name, values, options.clients)
        # Effects are differences: shifted, they have over all clients the mean of the partial dependence.
        curve["ale"] = effects + curve["clients_share"] @ (curve["probability"] - effects)
    drawn = _take_evenly(everyone, options.lines)
    return curve, _lines(name, values, held[CLIENT_ID].to_numpy()[drawn], individual[:, drawn])


def is_number(name: str) -> bool:
    """Return whether a feature has a curve over numbers; flags have levels, as categories do."""
    return COLUMNS[name].kind not in ("flag", "category")


def _grid(own: pd.Series, most: int) -> NDArray[Any]:
    """Return the values at which the champion is asked; some client has each of them."""
    if not is_number(str(own.name)):
        return np.unique(own.to_numpy())
    quantiles = np.quantile(own.to_numpy(), np.linspace(*ENDS, most), method="inverted_cdf")
    return np.unique(quantiles)


def _individual(champion: Any, clients: pd.DataFrame, name: str, values: NDArray[Any]) -> Floats:
    """Return each client's probability at each value of one feature, shape (n_values, n_clients)."""
    # Where there are exactly two, scikit-learn takes the answers about the second for those of a class.
    places = [0, 1, 1] if len(clients) == 2 else range(len(clients))
    traced = partial_dependence(
        champion,
        _as_numbers(clients.iloc[places]),
        [name],
        categorical_features=None if is_number(name) else [name],
        custom_values={name: values},
        response_method="predict_proba",
        method="brute",
        kind="individual",
    )
    return np.asarray(traced["individual"][0].T)[:, : len(clients)]


def _as_numbers(clients: pd.DataFrame) -> pd.DataFrame:
    """Return whole numbers as real ones: scikit-learn refuses to set whole ones to values between them."""
    return clients.astype({name: "float64" for name in BASE_FEATURES if is_number(name)})


def _curve(name: str, values: NDArray[Any], individual: Floats, shares: Floats) -> pd.DataFrame:
    low, high = np.quantile(individual, _SPREAD, axis=1)
    return pd.DataFrame(
        {
            "feature": name,
            "kind": "number" if is_number(name) else "category",
            **_value_columns(name, values),
            "probability": individual.mean(axis=1),
            "low": low,
            "high": high,
            "ale": np.nan,
            "clients_share": shares,
        }
    )


def _lines(name: str, values: NDArray[Any], clients: NDArray[Any], individual: Floats) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "feature": pd.Series([name] * individual.size, dtype="str"),
            CLIENT_ID: np.repeat(clients, len(values)),
            **_value_columns(name, np.tile(values, len(clients))),
            "probability": individual.T.ravel(),
        }
    )


def _value_columns(name: str, values: NDArray[Any]) -> dict[str, Any]:
    """Return the columns `value` and `level`, of which one is filled."""
    if is_number(name):
        return {"value": values.astype("float64"), "level": pd.Series([""] * len(values), dtype="str")}
    return {"value": np.nan, "level": pd.Series([str(value) for value in values], dtype="str")}


def _shares(own: pd.Series, values: NDArray[Any]) -> Floats:
    """Return the share of clients to whom each value is nearest; of two as near, the lower one."""
    # Levels of a category are sorted and all there, so that each is found at its own place.
    edges = (values[1:] + values[:-1]) / 2 if is_number(str(own.name)) else values[:-1]
    nearest = np.searchsorted(edges, own.to_numpy(), side="left")
    return np.bincount(nearest, minlength=len(values)) / len(own)


def _accumulate(score: Score, clients: pd.DataFrame, name: str, values: NDArray[Any], most: int) -> Floats:
    """Return the accumulated mean changes between neighbouring values, from 0 at the first of them.

    Each interval's change is asked of at most `most` clients whose own value lies in it; one at an end
    counts on both sides, which for whole numbers makes the estimate symmetric.
    """
    if len(values) == 1:
        return np.zeros(1)
    own = clients[name].to_numpy()
    members = [np.flatnonzero((own >= left) & (own <= right))[:most] for left, right in pairwise(values)]
    sizes, asked = [len(places) for places in members], raw_features(clients.iloc[np.concatenate(members)])
    below, above = (
        score(with_values(asked, {name: np.repeat(ends, sizes)})) for ends in (values[:-1], values[1:])
    )
    changes = np.add.reduceat(above - below, np.cumsum([0, *sizes[:-1]])) / sizes
    return np.concatenate([[0.0], np.cumsum(changes)])
