import json
from typing import Any

import numpy as np
import pandas as pd

from one_click.modelling import candidates
from one_click.modelling.search import InMemoryLog, search
from one_click.parameters import Evidence, Family, ModelSelection
from one_click.pipelines.evidence.nodes import nested as nodes


def test_every_client_is_held_out_once_in_every_repeat(nested: dict[str, Any], clients: pd.DataFrame) -> None:
    for scores in (*nested["families"].values(), nested["others"].query("model == 'reference'")):
        held_out = scores[scores["part"] == nodes.OUTER]
        assert held_out.groupby(["outer_repeat", "client_id"]).size().eq(1).all()
        assert held_out.groupby("outer_repeat")["client_id"].nunique().tolist() == [len(clients)] * 2


def test_nothing_inside_an_outer_fold_knows_those_held_out_nor_their_twins(
    nested: dict[str, Any], clients: pd.DataFrame
) -> None:
    twin_group = clients.set_index("client_id")["twin_group"]
    for _, here in nested["families"]["svc"].groupby(["outer_repeat", "outer_fold"]):
        known, held_out = (
            set(twin_group.loc[here.loc[here["part"] == part, "client_id"]])
            for part in (nodes.INNER, nodes.OUTER)
        )
        assert not known & held_out


def test_all_models_meet_the_same_outer_folds(nested: dict[str, Any]) -> None:
    keys = ["outer_repeat", "outer_fold", "client_id"]
    tables = [*nested["families"].values(), nested["others"].query("model == 'dummy'")]
    folds = [
        table.query("part == 'outer'").sort_values(keys, ignore_index=True)[[*keys, "target"]]
        for table in tables
    ]
    for other in folds[1:]:
        pd.testing.assert_frame_equal(folds[0], other)


def test_an_outer_fold_is_searched_and_fitted_like_a_whole_selection(
    nested: dict[str, Any],
    clients: pd.DataFrame,
    families: dict[str, Family],
    selection_options: ModelSelection,
) -> None:
    scores = nested["families"]["decision_tree"].query("outer_repeat == 1 and outer_fold == 1")
    held_out = scores[scores["part"] == nodes.OUTER]
    train = clients[~clients["client_id"].isin(held_out["client_id"])].reset_index(drop=True)
    test = clients[clients["client_id"].isin(held_out["client_id"])]
    family = families["decision_tree"]
    tuned = candidates.tune(search(train, family, selection_options, InMemoryLog), family)
    again = candidates.score(candidates.fit(tuned, train, selection_options), test)
    np.testing.assert_array_equal(held_out["score"], again["score"])
    choice = nested["hyperparameters"]["decision_tree"].query("outer_repeat == 1 and outer_fold == 1").iloc[0]
    assert json.loads(choice["hyperparameters"]) == tuned.hyperparameters
    assert choice["search_roc_auc"] == tuned.search_roc_auc


def test_a_family_that_cannot_be_fitted_is_told_and_has_no_scores(
    clients: pd.DataFrame, families: dict[str, Family], selection_options: ModelSelection, evidence: Evidence
) -> None:
    neighbours = families["k_nearest_neighbours"]
    hopeless = neighbours.model_copy(
        update={"space": {}, "start": {}, "fixed": {"n_neighbors": 500, "algorithm": "brute"}}
    )
    scores, choices = nodes.nest_family(clients, hopeless, selection_options, evidence, InMemoryLog)
    assert scores.empty
    assert choices["refused"].str.contains("n_neighbors").all()
    assert len(choices) == selection_options.folds * evidence.outer_repeats


def test_another_seed_gives_other_outer_folds(
    nested: dict[str, Any],
    clients: pd.DataFrame,
    families: dict[str, Family],
    selection_options: ModelSelection,
    evidence: Evidence,
) -> None:
    tree, other = families["decision_tree"], evidence.model_copy(update={"seed": 6, "outer_repeats": 1})
    scores, _ = nodes.nest_family(clients, tree, selection_options, other, InMemoryLog)
    before = nested["families"]["decision_tree"].query("part == 'outer' and outer_repeat == 0")
    joined = before.merge(scores.query("part == 'outer'"), on="client_id")
    assert (joined["outer_fold_x"] != joined["outer_fold_y"]).mean() > 0.4
