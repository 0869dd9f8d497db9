"""Nodes of nested cross-validation: everything that learns, learns inside the outer fold's training part."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from one_click.modelling import candidates
from one_click.modelling.folds import make_splits
from one_click.modelling.search import search
from one_click.modelling.selection import read_tuned
from one_click.parameters import Evidence, Family, ModelSelection
from one_click.schemas.records import TunedModel

INNER, OUTER = "inner", "outer"
_OUTER_SEEDS = 2000  # apart from the seeds of searches and confirmations


def nest_family(
    clients: pd.DataFrame,
    family: Family,
    options: ModelSelection,
    evidence: Evidence,
    study: Callable[[str, int], Any],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Search, confirm and fit a family inside every outer fold, and score the clients held out.

    Returns
    -------
    scores : DataFrame of `schemas.evidence.NestedScores`
    choices : DataFrame of `schemas.evidence.NestedChoices`
    """
    scores, choices = [], []
    for repeat, fold, train, test in _outer_folds(clients, options, evidence):
        tuned = candidates.tune(search(train, family, options, study), family)
        place = {"outer_repeat": repeat, "outer_fold": fold}
        scores.append(_score(tuned, train, test, _inside(options, evidence)).assign(**place))
        choices.append(place | _choice(tuned))
    return pd.concat(scores, ignore_index=True), pd.DataFrame(choices)


def nest_others(
    clients: pd.DataFrame, tuned_models: pd.DataFrame, options: ModelSelection, evidence: Evidence
) -> pd.DataFrame:
    """Score challengers and benchmarks, which have no search, on the same outer folds.

    Returns
    -------
    DataFrame of `schemas.evidence.OtherNestedScores`
    """
    others = tuned_models[tuned_models["kind"].isin(["challenger", "benchmark"])]
    tuned = read_tuned(others) | {
        name: candidates.untuned(family) for name, family in evidence.challengers.items()
    }
    parts = [
        _score(one, train, test, _inside(options, evidence)).assign(
            outer_repeat=repeat, outer_fold=fold, model=name
        )
        for repeat, fold, train, test in _outer_folds(clients, options, evidence)
        for name, one in tuned.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _outer_folds(
    clients: pd.DataFrame, options: ModelSelection, evidence: Evidence
) -> Iterator[tuple[int, int, pd.DataFrame, pd.DataFrame]]:
    for repeat in range(evidence.outer_repeats):
        splits = make_splits(clients, options.folds, evidence.seed + _OUTER_SEEDS + repeat)
        for fold, (train, test) in enumerate(splits):
            yield (
                repeat,
                fold,
                clients.iloc[train].reset_index(drop=True),
                clients.iloc[test].reset_index(drop=True),
            )


def _inside(options: ModelSelection, evidence: Evidence) -> ModelSelection:
    return options.model_copy(update={"confirmation_repeats": evidence.inner_repeats})


def _score(
    tuned: TunedModel, train: pd.DataFrame, test: pd.DataFrame, options: ModelSelection
) -> pd.DataFrame:
    """Score the training clients out of fold, and the clients held out with the candidate fitted on them."""
    inner = candidates.score_out_of_fold(tuned, train, options).assign(part=INNER)
    if tuned.refused:
        return inner
    held_out = candidates.score(candidates.fit(tuned, train, options), test)
    return pd.concat([inner, held_out.assign(part=OUTER, repeat=-1, fold=-1)], ignore_index=True)


def _choice(tuned: TunedModel) -> dict[str, Any]:
    told = tuned.model_dump(include={"search_roc_auc", "refused"})
    return told | {"hyperparameters": json.dumps(tuned.hyperparameters, sort_keys=True)}
