"""Nodes of one family: its search, its best settings, its scores out of fold."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from one_click.modelling import candidates
from one_click.modelling.search import search
from one_click.parameters import Family, ModelSelection


def search_family(
    clients: pd.DataFrame,
    family: Family,
    options: ModelSelection,
    study: Callable[[str, int], Any],
) -> pd.DataFrame:
    """Search a family's space; the table of trials is all that later nodes read of the study.

    Returns
    -------
    DataFrame, one row per trial: trial, state, folds, roc_auc, roc_auc_sd, settings, reason
    """
    return search(clients, family, options, study)


def tune_family(trials: pd.DataFrame, family: Family) -> dict[str, Any]:
    """Return the family with its best settings, or with the reason why none could be fitted."""
    return candidates.tune(trials, family)


def tune_vote(**tuned: dict[str, Any]) -> dict[str, Any]:
    """Return the soft vote of the tuned families."""
    return candidates.tune_vote(tuned)


def fit_candidate(clients: pd.DataFrame, tuned: dict[str, Any], options: ModelSelection) -> Any:
    """Fit a candidate on the training clients."""
    return candidates.fit(tuned, clients, options)


def score_folds(clients: pd.DataFrame, tuned: dict[str, Any], options: ModelSelection) -> pd.DataFrame:
    """Score the training clients out of fold, on folds of other seeds than the search's.

    Returns
    -------
    DataFrame, one row per client and repeat: repeat, fold, client_id, target, score, probability
    """
    return candidates.score_out_of_fold(tuned, clients, options)


def vote(tuned: dict[str, Any], **fold_scores: pd.DataFrame) -> pd.DataFrame:
    """Average the families' out-of-fold probabilities.

    Returns
    -------
    DataFrame with the columns of a family's fold scores
    """
    return candidates.vote_of(tuned, fold_scores)
