from typing import Any

import numpy as np
import pandas as pd
import pytest

from one_click.modelling.profit import expected_maximum_profit
from one_click.parameters import BENCHMARKS, CANDIDATES, ModelSelection
from one_click.pipelines.model_selection.nodes import holdout


@pytest.fixture
def leaderboard() -> pd.DataFrame:
    return pd.DataFrame({"model": ["winner", "loser"], "champion": [True, False]})


def _holdout(score: list[float], target: list[int]) -> pd.DataFrame:
    own = {"client_id": range(len(score)), "target": target, "score": score, "probability": score}
    return pd.DataFrame({"model": "winner", **own})


TRAIN = pd.DataFrame({"client_id": range(10, 40)})
TEN = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0]


def test_gains_by_hand(options: ModelSelection, leaderboard: pd.DataFrame) -> None:
    scores = _holdout(TEN, [1, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    other = scores.assign(model="loser", score=0.0)
    values = pd.DataFrame({"client_id": range(10), "value": 1.0})
    gains = holdout.tabulate_gains(pd.concat([other, scores]), TRAIN, leaderboard, values, options)
    at = gains.set_index("depth").loc[[0, 0.1, 0.2, 0.3, 1]]
    assert at["share_found"].tolist() == pytest.approx([0, 0.5, 0.5, 1, 1])
    assert at["perfect"].tolist() == pytest.approx([0, 0.5, 1, 1, 1])
    for low, high in (("low", "high"), ("profit_low", "profit_high"), ("by_value_low", "by_value_high")):
        assert (gains[low] <= gains[high]).all()
        certain = gains["depth"].isin([0, 1])
        assert (gains.loc[certain, low] == gains.loc[certain, high]).all()
        # Neither where nobody nor where everybody is found is that known for certain.
        assert (gains.loc[~certain, low] < gains.loc[~certain, high]).all()


def test_profit_found_by_hand(options: ModelSelection, leaderboard: pd.DataFrame) -> None:
    # Clients 0 and 2 declined and take 1 and 3 with them; by probability × value client 2 (2.1) ranks first,
    # then client 1 (1.6), client 0 (0.9) and client 3 (0.6).
    scores = _holdout(TEN, [1, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    values = pd.DataFrame({"client_id": range(10), "value": [1.0, 2, 3, 1, 1, 1, 1, 1, 1, 1]}).iloc[::-1]
    gains = holdout.tabulate_gains(scores, TRAIN, leaderboard, values, options).set_index("depth")
    depths = [0, 0.1, 0.2, 0.3, 1]
    assert gains.loc[depths, "profit_found"].tolist() == pytest.approx([0, 1 / 4, 1 / 4, 1, 1])
    assert gains.loc[depths, "profit_found_by_value"].tolist() == pytest.approx([0, 3 / 4, 3 / 4, 1, 1])


@pytest.mark.filterwarnings("error")
def test_without_profit_at_stake_its_shares_are_missing(
    options: ModelSelection, leaderboard: pd.DataFrame
) -> None:
    scores = _holdout(TEN, [1, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    values = pd.DataFrame({"client_id": range(10), "value": 0.0})
    gains = holdout.tabulate_gains(scores, TRAIN, leaderboard, values, options)
    assert gains[["profit_found", "profit_low", "profit_high"]].isna().all(axis=None)
    assert gains["share_found"].notna().all()


@pytest.mark.filterwarnings("error")
def test_clients_who_cost_money_take_no_profit_away(
    options: ModelSelection, leaderboard: pd.DataFrame
) -> None:
    # Clients 0 and 2 declined; client 0 costs 5, so that all profit at stake is that of client 2.
    scores = _holdout(TEN, [1, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    values = pd.DataFrame({"client_id": range(10), "value": [-5.0, 2, 3, 1, 1, 1, 1, 1, 1, 1]})
    gains = holdout.tabulate_gains(scores, TRAIN, leaderboard, values, options).set_index("depth")
    assert gains.loc[[0.2, 0.3, 1], "profit_found"].tolist() == pytest.approx([0, 1, 1])
    assert gains[["by_value_low", "profit_high"]].notna().all(axis=None)


def test_reliability_by_hand(leaderboard: pd.DataFrame) -> None:
    scores = _holdout([0.1, 0.1, 0.3, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0], [0, 0, 0, 1, 0, 1, 1, 1, 1, 1])
    table = holdout.tabulate_reliability(scores, leaderboard)
    assert table["probability"].tolist() == pytest.approx([0.1, 0.3, 0.55, 0.75, 0.95])
    assert table["observed"].tolist() == [0, 0.5, 0.5, 1, 1]
    assert table["clients"].tolist() == [2] * 5
    # Wilson's interval of none in two: from 0 to z² / (2 + z²).
    assert table.loc[0, ["low", "high"]].tolist() == pytest.approx([0, 3.841459 / 5.841459], abs=1e-5)


def test_equal_probabilities_share_a_fifth_whatever_their_order(leaderboard: pd.DataFrame) -> None:
    scores = _holdout([0.3] * 6 + [0.9] * 4, [1, 1, 1, 0, 0, 0, 1, 1, 1, 0])
    table = holdout.tabulate_reliability(scores, leaderboard)
    assert table[["probability", "observed", "clients"]].to_numpy().tolist() == [
        [pytest.approx(0.3), 0.5, 6],
        [pytest.approx(0.9), 0.75, 4],
    ]
    constant = holdout.tabulate_reliability(_holdout([0.4] * 5, [1, 1, 0, 0, 0]), leaderboard)
    assert constant["observed"].tolist() == [0.4]


def test_held_out_targets_do_not_move_their_scores(made: dict[str, Any], options: ModelSelection) -> None:
    fitted = {name: made[f"{name}.candidate"] for name in CANDIDATES}
    turned = made["test_clients"].assign(activity_declined=1 - made["test_clients"]["activity_declined"])
    scored = holdout.score_holdout(
        made["train_clients"],
        turned,
        made["all_fold_scores"],
        made["calibrations"],
        made["tuned_models"],
        options,
        **fitted,
    )
    columns = ["model", "client_id", "score", "probability"]
    pd.testing.assert_frame_equal(scored[columns], made["holdout_scores"][columns])
    assert (scored["target"] == 1 - made["holdout_scores"]["target"]).all()


def test_model_without_fold_scores_is_not_judged(made: dict[str, Any], options: ModelSelection) -> None:
    known = made["all_fold_scores"]
    scored = holdout.score_holdout(
        made["train_clients"],
        made["test_clients"],
        known[known["model"] != "svc"],
        made["calibrations"],
        made["tuned_models"],
        options,
        **{name: made[f"{name}.candidate"] for name in CANDIDATES},
    )
    assert set(scored["model"]) == set(made["holdout_scores"]["model"]) - {"svc"}


def test_every_model_is_judged_on_all_held_out_clients(made: dict[str, Any]) -> None:
    evaluation = made["evaluation"]
    assert set(evaluation["model"]) == {*CANDIDATES, *BENCHMARKS, "extra_trees"}
    assert evaluation.groupby("model").size().eq(13).all()
    assert evaluation["n"].unique().tolist() == [len(made["test_clients"])]
    by_model = evaluation.query("metric == 'roc_auc'").set_index("model")
    assert by_model.loc["dummy", ["value", "low", "high"]].tolist() == [0.5, 0.5, 0.5]
    assert (by_model.drop("dummy")["value"] > 0.6).all()


def test_champion_is_compared_with_the_challengers(made: dict[str, Any]) -> None:
    table = made["challenger_differences"]
    assert table["model"].unique().tolist() == ["extra_trees"]
    champion = made["leaderboard"].query("champion")["model"].item()
    values = made["evaluation"].set_index(["model", "metric"])["value"]
    for row in table.itertuples():
        gap = values[champion, row.metric] - values["extra_trees", row.metric]
        assert row.difference == pytest.approx(gap)
        assert not gap < row.low
        assert not gap > row.high


def test_without_challengers_nothing_is_compared(made: dict[str, Any], options: ModelSelection) -> None:
    board = made["leaderboard"].assign(kind="family")
    table = holdout.compare_with_challengers(
        made["holdout_scores"], made["train_clients"], made["thresholds"], board, options
    )
    assert table.empty
    assert [*table.columns] == [*made["challenger_differences"].columns]


def test_profit_of_a_campaign_is_judged_too(made: dict[str, Any]) -> None:
    table = made["evaluation"].set_index(["model", "metric"])
    scored = made["holdout_scores"].query("model == 'svc'")
    target = scored["target"].to_numpy("float64")
    profit, depth = expected_maximum_profit(
        scored["score"].to_numpy(), target, np.ones((1, len(target))), made["campaign_assumptions"]
    )
    assert table.loc[("svc", "expected_maximum_profit"), "value"] == profit[0]
    assert table.loc[("svc", "profitable_depth"), "value"] == depth[0]
    for metric in ("expected_maximum_profit", "profitable_depth"):
        rows = table.xs(metric, level="metric")
        assert (rows["low"] <= rows["high"]).all()
    assert profit[0] > 0
    assert table.xs("profitable_depth", level="metric")["value"].between(0, 1).all()
