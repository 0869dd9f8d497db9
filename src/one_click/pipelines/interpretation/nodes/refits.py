"""Refits of the champion on all folds but one, on which statements about it are checked."""

from typing import Any

import numpy as np
import pandas as pd

from one_click.columns import BASE_FEATURES, CLIENT_ID
from one_click.explain.shapley import explain
from one_click.modelling import candidates
from one_click.modelling.folds import Split, make_splits
from one_click.modelling.scores import raw_features
from one_click.modelling.selection import winner
from one_click.parameters import Interpretation, ModelSelection

_SEED = 2000  # offset of the seeds of these folds, which must not be the folds that chose the champion


def refit_champion(
    train_clients: pd.DataFrame,
    test_clients: pd.DataFrame,
    leaderboard: pd.DataFrame,
    tuned_models: pd.DataFrame,
    selection: ModelSelection,
    options: Interpretation,
) -> list[Any]:
    """Refit the champion's hyperparameters on all labelled clients but those of one fold, for each fold.

    Returns
    -------
    list of fitted classifiers
        Without calibration, in the order of `refit_splits`.
    """
    clients = candidates.join_labelled(train_clients, test_clients)
    tuned = winner(leaderboard, tuned_models)
    return [
        candidates.fit(tuned, clients.iloc[train], selection)
        for train, _ in refit_splits(clients, selection, options)
    ]


def refit_splits(clients: pd.DataFrame, selection: ModelSelection, options: Interpretation) -> list[Split]:
    """Return the positions of the clients that each refit saw and did not see, repeat by repeat."""
    return [
        split
        for repeat in range(options.refit_repeats)
        for split in make_splits(clients, selection.folds, options.seed + _SEED + repeat)
    ]


def explain_refits(
    features: pd.DataFrame,
    champion_refits: list[Any],
    explanation_background: pd.DataFrame,
    options: Interpretation,
) -> pd.DataFrame:
    """Return every client's Shapley values by each refit; where they are sampled, in one coarse round.

    Returns
    -------
    DataFrame of `schemas.interpretation.ShapRefits`
    """
    clients, background = raw_features(features), raw_features(explanation_background)
    once = options.model_copy(update={"rounds": 1, "permutations": options.refit_permutations})
    parts = []
    for number, model in enumerate(champion_refits):
        explanation = explain(model, clients, background, once)
        part = pd.DataFrame(explanation.contributions, columns=list(BASE_FEATURES))
        part.insert(0, "refit", number)
        part.insert(1, CLIENT_ID, features[CLIENT_ID].to_numpy())
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def stack_refits(shap_refits: pd.DataFrame) -> np.ndarray:
    """Return the contributions by refit, shape (n_refits, n_clients, n_features)."""
    count = shap_refits["refit"].nunique()
    return shap_refits[list(BASE_FEATURES)].to_numpy().reshape(count, -1, len(BASE_FEATURES))
