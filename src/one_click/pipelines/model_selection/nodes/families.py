"""Nodes of one family: its search, its best hyperparameters, its scores out of fold."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from one_click.modelling import candidates
from one_click.modelling.search import search
from one_click.parameters import Family, ModelSelection
from one_click.schemas.records import TunedModel


def search_family(
    clients: pd.DataFrame,
    family: Family,
    options: ModelSelection,
    study: Callable[[str, int], Any],
) -> pd.DataFrame:
    """Search a family's space; later nodes read the table of trials alone, never the study.

    Returns
    -------
    DataFrame of `schemas.model_selection.Trials`
    """
    return search(clients, family, options, study)


def tune_family(trials: pd.DataFrame, family: Family) -> TunedModel:
    """Return the family with its best hyperparameters, or with the reason why none could be fitted."""
    return candidates.tune(trials, family)


def tune_vote(**tuned: TunedModel) -> TunedModel:
    """Return the soft vote of the tuned families."""
    return candidates.tune_vote(tuned)


def fit_candidate(clients: pd.DataFrame, tuned: TunedModel, options: ModelSelection) -> Any:
    """Fit a candidate on the training clients."""
    return candidates.fit(tuned, clients, options)


def score_folds(clients: pd.DataFrame, tuned: TunedModel, options: ModelSelection) -> pd.DataFrame:
    """Score the training clients out of fold, on folds of other seeds than the search's.

    Returns
    -------
    DataFrame of `schemas.model_selection.FoldScores`
    """
    return candidates.score_out_of_fold(tuned, clients, options)


def vote(tuned: TunedModel, **fold_scores: pd.DataFrame) -> pd.DataFrame:
    """Average the families' out-of-fold probabilities.

    Returns
    -------
    DataFrame of `schemas.model_selection.FoldScores`
    """
    return candidates.vote_of(tuned, fold_scores)
