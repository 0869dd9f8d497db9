"""Odds ratios of raw features, of the models whose score is in log-odds."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import BASE_FEATURES, COLUMNS
from one_click.explain.fitted import FittedView, views_of
from one_click.explain.perturbation import Score, with_values
from one_click.modelling.scores import raw_features, score_scale, uncalibrated_score

Values = NDArray[np.float64]

_TYPES = {  # which a table without rows cannot tell
    "model": "str",
    "feature": "str",
    "from_value": "float64",
    "to_value": "float64",
    "from_level": "str",
    "to_level": "str",
    "odds_ratio": "float64",
    "odds_low": "float64",
    "odds_high": "float64",
}


def measure_odds_ratios(train_clients: pd.DataFrame, **candidates: Any) -> pd.DataFrame:
    """Return the odds ratio of decline for one raw feature that moves while all others stay.

    Parameters
    ----------
    train_clients : DataFrame
        Clients who give the values to move between and the other features.
    **candidates : fitted pipelines
        Family -> pipeline; those with coefficients whose score is in log-odds give rows.

    Returns
    -------
    DataFrame of `schemas.interpretation.OddsRatios` without sentences
        The strongest of each model first. The odds ratio, exp(difference of the decision function), is that
        of a client with typical values (median, most frequent) in all other features; its quantiles are over
        all clients, each with their own other features: they differ where products of features act.
    """
    rows = [
        row
        for name, view in views_of(candidates).items()
        if view.is_linear and score_scale(view.pipeline) == "log_odds"
        for row in _odds_of(name, view, train_clients)
    ]
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)


def _odds_of(name: str, view: FittedView, clients: pd.DataFrame) -> list[dict[str, Any]]:
    features, score = raw_features(clients), partial(uncalibrated_score, view.pipeline)
    typical = _typical_client(features)
    rows = [{"model": name, **_odds_row(score, features, typical, feature)} for feature in _used(view)]
    return sorted(rows, key=lambda row: -abs(np.log(row["odds_ratio"])))


def _used(view: FittedView) -> list[str]:
    """Return the raw features that have a part in the score."""
    weighted = zip(view.terms.values(), view.coefficients, strict=True)
    used = {name for raw, weight in weighted if weight != 0 for name in raw}
    return [name for name in BASE_FEATURES if name in used]


def _typical_client(features: pd.DataFrame) -> pd.DataFrame:
    """Return one row of typical values: medians, most frequent categories."""
    values = {
        name: features[name].mode().iloc[0]
        if COLUMNS[name].kind == "category"
        # A value that occurs: the mean of two would be no whole number, or no flag.
        else np.quantile(features[name], 0.5, method="inverted_cdf")
        for name in BASE_FEATURES
    }
    return with_values(features.head(1), values)


def _odds_row(score: Score, features: pd.DataFrame, typical: pd.DataFrame, feature: str) -> dict[str, Any]:
    start, end = _move(score, features[feature], typical)
    low, high = np.exp(np.quantile(_change(score, features, feature, start, end), [0.1, 0.9]))
    odds_ratio = float(np.exp(_change(score, typical, feature, start, end)[0]))
    moved = "level" if COLUMNS[feature].kind == "category" else "value"
    return {
        "feature": feature,
        f"from_{moved}": start,
        f"to_{moved}": end,
        "odds_ratio": odds_ratio,
        "odds_low": low,
        "odds_high": high,
    }


def _move(score: Score, values: pd.Series, typical: pd.DataFrame) -> tuple[Any, Any]:
    """Return the values that a feature moves between: of a constant one, its value twice."""
    feature, kind = str(values.name), COLUMNS[str(values.name)].kind
    if kind == "flag":
        return values.min(), values.max()
    if kind != "category":
        start, end = np.quantile(values, [0.25, 0.75], method="inverted_cdf")
        return start, end
    usual = typical[feature].iloc[0]
    changes = {
        level: _change(score, typical, feature, usual, level)[0]
        for level in sorted(values.unique())
        if level != usual
    }
    return usual, max(changes, key=lambda level: changes[level], default=usual)


def _change(score: Score, clients: pd.DataFrame, feature: str, start: Any, end: Any) -> Values:
    """Return how much the score of each client differs between two values of a feature."""
    both = pd.concat([with_values(clients, {feature: value}) for value in (start, end)])
    before, after = score(both).reshape(2, -1)
    return np.asarray(after - before)
