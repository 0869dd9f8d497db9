"""Nodes of one family, and what holds for all nodes of the pipeline."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from one_click.modelling import candidates
from one_click.modelling.folds import make_splits
from one_click.modelling.search import InMemoryLog
from one_click.parameters import CANDIDATES, FAMILIES, Family, ModelSelection, Range
from one_click.pipelines.model_selection.nodes import families as nodes


def test_search_spends_the_budget_of_every_family(made: dict[str, Any], options: ModelSelection) -> None:
    for name in FAMILIES:
        trials = made[f"{name}.trials"]
        assert trials["trial"].tolist() == list(range(options.trials))
        assert made[f"{name}.tuned"].search_roc_auc in trials["roc_auc"].tolist()


def test_study_in_memory_gives_the_trials_of_a_stored_one(
    made: dict[str, Any], families: dict[str, Family], options: ModelSelection
) -> None:
    trials = nodes.search_family(made["train_clients"], families["svc"], options, InMemoryLog)
    pd.testing.assert_frame_equal(trials, made["svc.trials"])


def test_repeats_are_on_other_folds_than_each_other_and_the_search(
    made: dict[str, Any], options: ModelSelection
) -> None:
    folds = made["svc.fold_scores"].pivot_table(index="client_id", columns="repeat", values="fold")
    clients = made["train_clients"]
    searched = np.empty(len(clients))
    for number, (_, test) in enumerate(make_splits(clients, options.folds, options.seed)):
        searched[test] = number
    for one, other in ((folds[0], folds[1]), (folds[0], searched), (folds[1], searched)):
        # In other folds about every third client meets its number again.
        assert (one.to_numpy() == np.asarray(other)).mean() < 0.5


def test_all_candidates_are_scored_on_the_same_folds(made: dict[str, Any]) -> None:
    places = ["repeat", "fold", "client_id", "target"]
    expected = made["other_fold_scores"].query("model == 'dummy'")[places].reset_index(drop=True)
    for name in CANDIDATES:
        pd.testing.assert_frame_equal(made[f"{name}.fold_scores"][places], expected)


def test_vote_is_that_of_the_families_with_a_weight(made: dict[str, Any]) -> None:
    weights = {name: made[f"{name}.tuned"].vote_weight for name in FAMILIES}
    assert weights["logistic_regression"] == 0
    voters = [name for name in FAMILIES if name != "logistic_regression"]
    assert list(made["voting.tuned"].members) == voters
    scores = {name: made[f"{name}.fold_scores"] for name in voters}
    expected = candidates.vote(scores, [weights[name] for name in voters])
    pd.testing.assert_frame_equal(made["voting.fold_scores"], expected)


def test_family_that_cannot_be_fitted_is_left_out_and_the_others_go_on(
    made: dict[str, Any], families: dict[str, Family], options: ModelSelection
) -> None:
    train = made["train_clients"]
    wide = {"model__n_neighbors": Range(low=300, high=400, whole=True)}
    family = families["k_nearest_neighbours"].model_copy(update={"space": wide, "start": {}})
    tuned = nodes.tune_family(nodes.search_family(train, family, options, InMemoryLog), family)
    assert tuned.refused.startswith("Expected n_neighbors")
    scores = nodes.score_folds(train, tuned, options)
    assert scores.empty
    others = {name: made[f"{name}.tuned"] for name in FAMILIES} | {"k_nearest_neighbours": tuned}
    voting = nodes.tune_vote(**others)
    # The plain regression has no weight in the vote, and the neighbours cannot be fitted.
    silent = {"logistic_regression", "k_nearest_neighbours"}
    assert list(voting.members) == [name for name in FAMILIES if name not in silent]
    parts = {name: made[f"{name}.fold_scores"] for name in FAMILIES} | {"k_nearest_neighbours": scores}
    assert len(nodes.vote(voting, **parts)) == len(made["svc.fold_scores"])
    # It has a file all the same, which gives everybody the share of those who declined.
    candidate = nodes.fit_candidate(train, tuned, options)
    probability = candidates.score(candidate, train)["probability"]
    assert probability.tolist() == pytest.approx([train["activity_declined"].mean()] * len(train))
