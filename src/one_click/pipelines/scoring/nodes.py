"""Nodes that only a month to be scored passes."""

from typing import Any

import numpy as np
import pandas as pd

from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS
from one_click.modelling.conformal import judge
from one_click.modelling.scores import decline_probability, raw_features
from one_click.schemas.records import UndecidedBand

_BINS = 10
_THRESHOLDS, _LEVELS = [-np.inf, 0.1, 0.25, np.inf], ["stable", "changed", "drifted"]
_FLOOR = 1e-4  # a share of zero would make the index infinite


def predict_clients(
    features: pd.DataFrame,
    champion: Any,
    out_of_fold_scores: pd.DataFrame,
    undecided_band: UndecidedBand,
) -> pd.DataFrame:
    """Predict every client of the new month.

    Parameters
    ----------
    features : DataFrame of `schemas.data_processing.Features`
        Of the new month.
    champion : fitted classifier
    out_of_fold_scores : DataFrame of `schemas.model_selection.OutOfFoldScores`
        Of the snapshot: a prediction by one model has no spread of its own and is given their median one.
    undecided_band : UndecidedBand
        Thresholds between which the champion does not decide.

    Returns
    -------
    DataFrame of `schemas.model_selection.ClientScores`, sorted by client
    """
    scores = pd.DataFrame(
        {
            CLIENT_ID: features[CLIENT_ID],
            "probability": decline_probability(champion, raw_features(features)),
            "probability_sd": float(out_of_fold_scores["probability_sd"].median()),
            "source": "predicted",
        }
    ).sort_values(CLIENT_ID, ignore_index=True)
    return scores.assign(verdict=judge(scores["probability"], undecided_band))


def measure_drift(features: pd.DataFrame, new_features: pd.DataFrame) -> pd.DataFrame:
    """Compare each feature's distribution in the new month with the snapshot's.

    Parameters
    ----------
    features, new_features : DataFrame of `schemas.data_processing.Features`
        Of the snapshot and of the new month.

    Returns
    -------
    DataFrame of `schemas.scoring.Drift`, most changed first
        The population stability index is Σ (new − old) ln(new / old) over tenths of the snapshot's values
        (over its categories for categories and flags); its levels are those of custom.
    """
    rows = [
        {"feature": name, "stability_index": _stability_index(features[name], new_features[name])}
        for name in BASE_FEATURES
    ]
    table = pd.DataFrame(rows)
    levels = pd.cut(table["stability_index"], _THRESHOLDS, labels=_LEVELS, right=False)
    table["level"] = levels.astype("str")
    return table.sort_values(["stability_index", "feature"], ascending=[False, True], ignore_index=True)


def _stability_index(old: pd.Series, new: pd.Series) -> float:
    if COLUMNS[str(old.name)].kind not in ("category", "flag"):
        inner = np.unique(old.quantile(np.arange(1, _BINS) / _BINS))
        # A tenth of clients or more at the lowest value: what falls below it must not count with them.
        inner = np.r_[np.nextafter(inner[0], -np.inf), inner]
        old, new = (pd.Series(np.searchsorted(inner, values, side="left")) for values in (old, new))
    shares = pd.DataFrame({"old": old.value_counts(normalize=True), "new": new.value_counts(normalize=True)})
    clipped = shares.fillna(0).clip(lower=_FLOOR)
    return float(((clipped["new"] - clipped["old"]) * np.log(clipped["new"] / clipped["old"])).sum())
