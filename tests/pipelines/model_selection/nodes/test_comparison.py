import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from one_click.modelling.profit import assume_campaign
from one_click.parameters import BENCHMARKS, CANDIDATES, FAMILIES, ModelSelection, Offers, Segmentation
from one_click.pipelines.model_selection.nodes import comparison
from one_click.schemas.records import CampaignAssumptions, TunedModel

MODELS = {*CANDIDATES, *BENCHMARKS, "extra_trees"}


@pytest.fixture
def campaign() -> dict[str, float]:
    return CampaignAssumptions(
        client_value=10.0, cost=1.0, effect=0.5, low=0.1, high=0.9, alpha=2.0, beta=2.0
    )


# --- the models --------------------------------------------------------------------------------------


def test_all_models_are_compared_and_can_be_built_from_the_table(made: dict[str, Any]) -> None:
    table = made["tuned_models"].set_index("model")
    assert table.index.tolist() == [*CANDIDATES, "extra_trees", "dummy", "reference"]
    kinds = {"family": list(CANDIDATES), "challenger": ["extra_trees"], "benchmark": ["dummy", "reference"]}
    assert table.groupby("kind").apply(lambda part: list(part.index)).to_dict() == kinds
    assert TunedModel.read(table.loc["svc", "tuned"], "tuned_models") == made["svc.tuned"]
    assert json.loads(table.loc["svc", "hyperparameters"]) == made["svc.tuned"].hyperparameters
    assert table.loc[["voting", "extra_trees", "dummy"], "trials"].tolist() == [0, 0, 0]
    assert (table["refused"] == "").all()


def test_challengers_and_benchmarks_are_scored_for_every_client_and_repeat(
    made: dict[str, Any], options: ModelSelection
) -> None:
    scores = made["other_fold_scores"]
    assert set(scores["model"]) == MODELS - set(CANDIDATES)
    counted = scores.groupby(["model", "repeat"])["client_id"].nunique()
    assert counted.tolist() == [len(made["train_clients"])] * 3 * options.confirmation_repeats
    share = made["train_clients"]["activity_declined"].mean()
    dummy = scores[scores["model"] == "dummy"]
    assert dummy["probability"].to_numpy() == pytest.approx(share, abs=0.01)


def test_scores_are_joined_without_models_that_have_none(made: dict[str, Any]) -> None:
    nothing = made["svc.fold_scores"].head(0)
    joined = comparison.join_fold_scores(
        made["other_fold_scores"], decision_tree=made["decision_tree.fold_scores"], svc=nothing
    )
    assert set(joined["model"]) == {"decision_tree", "extra_trees", "dummy", "reference"}
    pd.testing.assert_frame_equal(
        joined[joined["model"] == "decision_tree"].drop(columns="model"), made["decision_tree.fold_scores"]
    )


def test_champion_is_a_family_and_the_reference_is_there(made: dict[str, Any]) -> None:
    board = made["leaderboard"].set_index("model")
    assert set(board.index) == MODELS
    assert board.loc["reference", "kind"] == "benchmark"
    assert board.loc["extra_trees", "kind"] == "challenger"
    assert board[["best", "one_standard_error", "champion"]].sum().tolist() == [1, 1, 1]
    assert board.loc[board["champion"], "kind"].tolist() == ["family"]
    assert "tuned" not in board


def test_calibration_is_chosen_for_each_model(made: dict[str, Any]) -> None:
    calibrations = made["calibrations"]
    assert set(calibrations["model"]) == MODELS
    chosen = calibrations.sort_values("log_loss").drop_duplicates("model")
    assert chosen["chosen"].all()
    assert calibrations["chosen"].sum() == len(MODELS)
    assert "none" not in calibrations.loc[calibrations["model"] == "svc", "method"].to_numpy()


# --- what a campaign is worth ------------------------------------------------------------------------


def test_value_of_a_client_by_hand(segmentation: Segmentation) -> None:
    clients = pd.DataFrame({"client_id": [7, 8], "monthly_profit": [2.0, 5.0], "pages_per_visit": 1})
    values = comparison.value_clients(clients, segmentation)  # three months, half of the profit
    assert values.to_dict("list") == {"client_id": [7, 8], "value": [3.0, 7.5]}


def test_campaign_is_assumed_from_the_profit_of_all_clients(
    made: dict[str, Any], offers: Offers, segmentation: Segmentation
) -> None:
    profit = made["clients"]["monthly_profit"].to_numpy()
    assert made["campaign_assumptions"] == assume_campaign(profit, offers, segmentation)


# --- the threshold -----------------------------------------------------------------------------------

CALIBRATIONS = pd.DataFrame({"model": ["m"], "method": ["none"], "chosen": [True]})
FOLD_SCORES = pd.DataFrame(
    {
        "model": "m",
        "repeat": 0,
        "fold": [0, 0, 0, 1, 1, 1],
        "client_id": [1, 2, 3, 4, 5, 6],
        "target": [1.0, 1, 0, 1, 0, 0],
        "score": 0.0,
        "probability": [0.9, 0.31, 0.3, 0.62, 0.2, 0.1],
    }
)


def _values(*values: float) -> pd.DataFrame:
    """Return the values of clients 1 to 6, in another order than the scores'."""
    return pd.DataFrame({"client_id": range(1, 7), "value": values}).iloc[::-1]


def test_threshold_is_the_lowest_with_the_largest_f1(
    options: ModelSelection, campaign: dict[str, float]
) -> None:
    values = _values(*[10.0] * 6)
    table = comparison.choose_thresholds(FOLD_SCORES, CALIBRATIONS, values, campaign, options)
    curve = table.set_index("threshold")
    assert curve.index[curve["chosen"]].tolist() == [0.31]
    assert curve.loc[0.31, "f1_declined"] == 1
    assert curve.loc[0.3, "f1_declined"] == pytest.approx(6 / 7)
    assert curve.loc[0.95, "f1_declined"] == 0
    assert curve.index.tolist() == pytest.approx(np.arange(0.05, 0.951, 0.01).round(2))


def test_threshold_by_profit_by_hand(options: ModelSelection, campaign: dict[str, float]) -> None:
    # An offer costs 1 and keeps half of a client's value. Client 2 is worth less than the offer to it.
    values = _values(6, 1, 100, 8, 100, 100)
    by_profit = options.model_copy(update={"threshold": "profit"})
    table = comparison.choose_thresholds(FOLD_SCORES, CALIBRATIONS, values, campaign, by_profit)
    curve = table.set_index("threshold")["campaign_profit"]
    assert curve[0.95] == 0
    assert curve[0.9] == pytest.approx((3 - 1) / 6)
    assert curve[0.62] == pytest.approx((3 + 4 - 2) / 6)
    assert curve[0.31] == pytest.approx((3 + 4 + 0.5 - 3) / 6)
    assert curve[0.05] == pytest.approx((3 + 4 + 0.5 - 6) / 6)
    # The best calls clients 1 and 4 alone; the lowest threshold that does so lies above 0.31.
    assert table.loc[table["chosen"], "threshold"].tolist() == [0.32]


def test_threshold_of_a_campaign_that_never_pays_calls_nobody(
    options: ModelSelection, campaign: dict[str, float]
) -> None:
    by_profit = options.model_copy(update={"threshold": "profit"})
    values = _values(*[1.0] * 6)
    table = comparison.choose_thresholds(FOLD_SCORES, CALIBRATIONS, values, campaign, by_profit)
    assert table.loc[table["chosen"], ["threshold", "campaign_profit"]].to_numpy().tolist() == [[0.91, 0]]


def test_every_model_has_one_threshold(made: dict[str, Any]) -> None:
    assert made["thresholds"].groupby("model")["chosen"].sum().to_dict() == dict.fromkeys(MODELS, 1)


# --- the search --------------------------------------------------------------------------------------


def test_trace_of_a_search_by_hand() -> None:
    states = ["refused", "complete", "stopped", "complete", "complete", "refused"]
    values = [np.nan, 0.7, 0.9, 0.6, 0.8, np.nan]
    trials = pd.DataFrame({"trial": range(6), "roc_auc": values, "state": states, "gain": np.nan})
    trials["chosen"] = trials["trial"] == 4
    other = pd.DataFrame({"trial": [0], "roc_auc": [0.5], "state": ["complete"], "gain": 0.0, "chosen": True})
    trace = comparison.trace_search(svc=trials, decision_tree=other)
    assert trace["model"].tolist() == ["svc"] * 6 + ["decision_tree"]
    assert trace["trial"].tolist() == [0, 1, 2, 3, 4, 5, 0]
    assert trace["stopped"].tolist() == [False, False, True, False, False, False, False]
    assert trace["chosen"].tolist() == [False, False, False, False, True, False, True]
    # What was stopped is an expectation, and never the best.
    expected = [np.nan, 0.7, 0.7, 0.7, 0.8, 0.8, 0.5]
    np.testing.assert_array_equal(trace["best_so_far"], expected)


def test_trace_marks_the_trial_that_was_taken(made: dict[str, Any]) -> None:
    taken = made["search_trace"][made["search_trace"]["chosen"]].set_index("model")["roc_auc"]
    assert taken.to_dict() == {name: made[f"{name}.tuned"].search_roc_auc for name in FAMILIES}
