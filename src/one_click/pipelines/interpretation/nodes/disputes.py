"""Clients on whom the families of models disagree, and what they see differently."""

from typing import Any

import numpy as np
import pandas as pd

from one_click.columns import BASE_FEATURES, CLIENT_ID
from one_click.explain.shapley import explain
from one_click.modelling.calibration import calibrate_out_of_fold
from one_click.modelling.scores import raw_features
from one_click.modelling.selection import calibration_of
from one_click.parameters import FAMILIES, Interpretation

_SIDES = ["highest", "lowest"]  # columns that name a family
_DISAGREEMENT = ["spread", *_SIDES]
_CAUSE = ["feature", "value", "weight_highest", "weight_lowest"]


def find_disputes(
    features: pd.DataFrame,
    all_fold_scores: pd.DataFrame,
    calibrations: pd.DataFrame,
    explanation_background: pd.DataFrame,
    options: Interpretation,
    **candidates: Any,
) -> pd.DataFrame:
    """Find the training clients on whom the families disagree most, and the feature behind it.

    Returns
    -------
    DataFrame of `schemas.interpretation.DisputedClients`, without sentences
        Empty if fewer than two families could be fitted, or none disagree. The candidates that explain have
        seen these clients, the probabilities have not.
    """
    table = _most_disputed(_family_probabilities(all_fold_scores, calibrations), options.disputed_clients)
    disputed = features.set_index(CLIENT_ID).loc[table[CLIENT_ID]].reset_index()
    weights = {}
    for name in FAMILIES:
        is_party = (table[_SIDES] == name).any(axis=1).to_numpy()
        if is_party.any():
            weights[name] = _weights(candidates[name], disputed[is_party], explanation_background, options)
    return _add_causes(table, weights, disputed)


def _family_probabilities(all_fold_scores: pd.DataFrame, calibrations: pd.DataFrame) -> pd.DataFrame:
    """Return one calibrated out-of-fold probability per client and family, mean over the repeats."""
    columns = {}
    for name, scores in all_fold_scores[all_fold_scores["model"].isin(FAMILIES)].groupby("model", sort=True):
        calibrated = calibrate_out_of_fold(scores.reset_index(drop=True), calibration_of(calibrations, name))
        columns[name] = pd.Series(calibrated, index=scores[CLIENT_ID]).groupby(level=0).mean()
    target = all_fold_scores.groupby(CLIENT_ID)["target"].first()
    return pd.DataFrame({"target": target, **columns}).rename_axis(CLIENT_ID).reset_index()


def _most_disputed(probabilities: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the clients with the largest spread above 0, with the families that give it."""
    names = [name for name in FAMILIES if name in probabilities]
    if len(names) < 2:
        return pd.DataFrame(columns=[*probabilities, *_DISAGREEMENT])
    table = probabilities.assign(
        spread=probabilities[names].max(axis=1) - probabilities[names].min(axis=1),
        highest=probabilities[names].idxmax(axis=1),
        lowest=probabilities[names].idxmin(axis=1),
    )
    table = table.sort_values(["spread", CLIENT_ID], ascending=[False, True], ignore_index=True)
    return table[table["spread"] > 0].head(most)


def _weights(
    candidate: Any, clients: pd.DataFrame, background: pd.DataFrame, options: Interpretation
) -> pd.DataFrame:
    """Return each feature's contribution as a share of all absolute ones, so that scales compare."""
    contributions = explain(candidate, raw_features(clients), raw_features(background), options).contributions
    total = np.abs(contributions).sum(axis=1, keepdims=True)
    shares = contributions / np.where(total > 0, total, 1)
    return pd.DataFrame(shares, columns=list(BASE_FEATURES), index=clients.index)


def _add_causes(table: pd.DataFrame, weights: dict[str, pd.DataFrame], clients: pd.DataFrame) -> pd.DataFrame:
    """Add the feature that speaks most for the higher and against the lower family, and its weights."""
    rows = []
    for place, row in enumerate(table.to_dict("records")):
        high, low = (weights[row[side]].loc[place] for side in _SIDES)
        feature = str((high - low).idxmax())
        cause = (feature, clients[feature].iloc[place], high[feature], low[feature])
        rows.append(row | dict(zip(_CAUSE, cause, strict=True)))
    return pd.DataFrame(rows, columns=[*table, *_CAUSE]).astype({"value": "str"})
