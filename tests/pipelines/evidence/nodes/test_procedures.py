from typing import Any

import numpy as np
import pandas as pd
import pytest

from one_click.errors import DataError, ParameterError
from one_click.modelling.evaluation import corrected_interval
from one_click.parameters import FAMILIES, Evidence, Family, ModelSelection
from one_click.pipelines.evidence.nodes import procedures

# Two declined and two kept clients in each of two outer folds; the scores say how many pairs are in order.
ALL, THREE, TWO = [3.0, 2, 1, 0], [3.0, 1, 2, 0], [3.0, 0, 2, 1]
TARGET = [1.0, 1, 0, 0]


def _outer(models: dict[str, list[list[float]]]) -> pd.DataFrame:
    rows = [
        {
            "outer_repeat": 0,
            "outer_fold": fold,
            "model": model,
            "target": target,
            "score": score,
            "probability": 0.25 + 0.5 * target,
            "called": float(score >= 2),
        }
        for model, folds in models.items()
        for fold, scores in enumerate(folds)
        for target, score in zip(TARGET, scores, strict=True)
    ]
    return pd.DataFrame(rows).assign(client_id=range(len(rows)))


CHOICES = pd.DataFrame(
    {"outer_repeat": 0, "outer_fold": [0, 1], "rule": "best", "model": "svc", "inner_roc_auc": [0.9, 0.8]}
)


@pytest.fixture
def summary(selection_options: ModelSelection, evidence: Evidence) -> pd.DataFrame:
    outer = _outer({"reference": [THREE, TWO], "best": [ALL, THREE]})
    return procedures.summarise_procedures(outer, CHOICES, selection_options, evidence)


def _row(summary: pd.DataFrame, model: str, metric: str) -> pd.Series:
    return summary[(summary["model"] == model) & (summary["metric"] == metric)].iloc[0]


def test_figures_by_hand(summary: pd.DataFrame) -> None:
    assert _row(summary, "best", "roc_auc")["value"] == pytest.approx((1 + 0.75) / 2)
    assert _row(summary, "reference", "roc_auc")["value"] == pytest.approx((0.75 + 0.5) / 2)
    assert _row(summary, "best", "brier_score")["value"] == pytest.approx(0.0625)
    assert _row(summary, "best", "calibration_error")["value"] == pytest.approx(0.25)
    # The two highest scores are called: both declined in the first fold, one of two in the second.
    assert _row(summary, "best", "f1_declined")["value"] == pytest.approx((1 + 0.5) / 2)


def test_a_rule_is_optimistic_by_what_it_believed_too_much(summary: pd.DataFrame) -> None:
    assert _row(summary, "best", "optimism")["value"] == pytest.approx(((0.9 - 1) + (0.8 - 0.75)) / 2)


def test_differences_are_paired_by_fold(summary: pd.DataFrame, selection_options: ModelSelection) -> None:
    best = _row(summary, "best", "roc_auc")
    assert best["against"] == "reference"
    assert best["behind"] == pytest.approx(-0.25)
    # The same difference in both folds: no doubt about it, though both values scatter.
    assert (best["behind_low"], best["behind_high"]) == (pytest.approx(-0.25), pytest.approx(-0.25))
    mean, _, half = corrected_interval(np.array([1, 0.75]), 1 / selection_options.folds)
    assert (best["low"], best["high"]) == (pytest.approx(mean - half), pytest.approx(mean + half))


def test_difference_of_the_f1_is_told_without_an_interval(summary: pd.DataFrame) -> None:
    f1 = _row(summary, "best", "f1_declined")
    assert f1["against"] == "reference"
    assert np.isfinite(f1[["low", "high", "behind"]].astype("float64")).all()
    assert f1[["behind_low", "behind_high"]].isna().all()


def test_a_rule_scores_as_what_it_chose(nested: dict[str, Any]) -> None:
    outer = nested["outer"]
    columns = ["client_id", "target", "score", "probability", "called"]
    for choice in nested["choices"].itertuples():
        here = outer.query(f"outer_repeat == {choice.outer_repeat} and outer_fold == {choice.outer_fold}")
        by_model = {name: rows[columns].reset_index(drop=True) for name, rows in here.groupby("model")}
        pd.testing.assert_frame_equal(by_model[choice.rule], by_model[choice.model])
        assert choice.model in (*FAMILIES, "voting")


def test_the_vote_averages_what_its_members_say_of_those_held_out(
    nested: dict[str, Any], families: dict[str, Family]
) -> None:
    outer = nested["outer"].query("outer_repeat == 0 and outer_fold == 0").set_index("client_id")
    weights = {name: family.vote_weight for name, family in families.items()}
    assert weights["decision_tree"] == 0.5
    own = [
        weights[name]
        * nested["families"][name]
        .query("part == 'outer' and outer_repeat == 0 and outer_fold == 0")
        .set_index("client_id")["probability"]
        for name in FAMILIES
        if name != "svc"
    ]
    voting = outer[outer["model"] == "voting"]["score"]
    # What is left of the sum is the calibrated voice of the SVC, a rising function of its score.
    last = sum(weights.values()) * voting - sum(own)
    margin = (
        nested["families"]["svc"]
        .query("part == 'outer' and outer_repeat == 0 and outer_fold == 0")
        .set_index("client_id")["score"]
    )
    assert last.between(0, 1).all()
    assert last.corr(margin, method="spearman") == pytest.approx(1)


def test_targets_held_out_do_not_move_scores_and_calls(
    nested: dict[str, Any], models: pd.DataFrame, selection_options: ModelSelection
) -> None:
    def turned(scores: pd.DataFrame) -> pd.DataFrame:
        outer = scores["part"] == "outer"
        return scores.assign(target=scores["target"].where(~outer, 1 - scores["target"]))

    families = {name: turned(scores) for name, scores in nested["families"].items()}
    again, choices = procedures.replay_selection(
        turned(nested["others"]), models, selection_options, **families
    )
    columns = ["model", "client_id", "score", "probability", "called"]
    pd.testing.assert_frame_equal(again[columns], nested["outer"][columns])
    pd.testing.assert_frame_equal(choices, nested["choices"])


def test_every_model_and_rule_has_every_figure(nested: dict[str, Any]) -> None:
    summary = nested["summary"]
    models = {*FAMILIES, "voting", "extra_trees", "dummy", "reference", *procedures.RULES}
    figures = summary[summary["metric"] != "optimism"]
    assert set(figures["model"]) == models
    assert figures.groupby("model")["metric"].nunique().eq(6).all()
    assert set(summary.query("metric == 'optimism'")["model"]) == set(procedures.RULES)
    dummy = _row(summary, "dummy", "roc_auc")
    assert (dummy["value"], dummy["low"], dummy["high"]) == (0.5, 0.5, 0.5)


def test_the_vote_may_be_chosen_and_what_is_met_here_only_may_not(models: pd.DataFrame) -> None:
    ranks = procedures._ranks(models, np.array(["svc", "explainable_boosting", "reference"]))
    assert ranks.set_index("model")["kind"].to_dict() == {
        "svc": "family",
        "explainable_boosting": "challenger",
        "reference": "benchmark",
        "voting": "family",
    }
    rank = ranks.set_index("model")["interpretability"]
    assert rank["voting"] > rank["svc"]


def _without(scores: pd.DataFrame, outer_fold: int | None) -> pd.DataFrame:
    return scores.head(0) if outer_fold is None else scores[scores["outer_fold"] != outer_fold]


def test_a_family_that_fails_in_some_folds_is_judged_by_the_others(
    nested: dict[str, Any], models: pd.DataFrame, selection_options: ModelSelection, evidence: Evidence
) -> None:
    families = nested["families"] | {"svc": _without(nested["families"]["svc"], 0)}
    outer, choices = procedures.replay_selection(nested["others"], models, selection_options, **families)
    summary = procedures.summarise_procedures(outer, choices, selection_options, evidence)
    folds = summary.query("metric == 'roc_auc'").set_index("model")["folds"]
    assert (folds["svc"], folds["best"]) == (2, 4)
    assert np.isfinite(_row(summary, "svc", "roc_auc")["low"])


def test_a_vote_needs_two_members_here_as_elsewhere(
    nested: dict[str, Any], models: pd.DataFrame, selection_options: ModelSelection
) -> None:
    lonely = {
        name: scores if name == "decision_tree" else _without(scores, None)
        for name, scores in nested["families"].items()
    }
    outer, choices = procedures.replay_selection(nested["others"], models, selection_options, **lonely)
    assert "voting" not in set(outer["model"])
    assert set(choices["model"]) == {"decision_tree"}


def test_nothing_fitted_at_all_is_one_clear_error(
    nested: dict[str, Any], models: pd.DataFrame, selection_options: ModelSelection
) -> None:
    nobody = {name: _without(scores, None) for name, scores in nested["families"].items()}
    with pytest.raises(DataError, match="No family of models could be fitted"):
        procedures.replay_selection(nested["others"], models, selection_options, **nobody)


def test_unknown_rival_is_refused_with_the_nearest_name(
    nested: dict[str, Any], selection_options: ModelSelection, evidence: Evidence
) -> None:
    misspelt = evidence.model_copy(update={"rival": "extra_tree"})
    with pytest.raises(ParameterError, match=r"parameters_evidence.yml(.|\n)*'extra_tree'.*extra_trees"):
        procedures.summarise_procedures(nested["outer"], nested["choices"], selection_options, misspelt)
