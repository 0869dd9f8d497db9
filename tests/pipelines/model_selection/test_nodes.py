from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from one_click.columns import BASE_FEATURES
from one_click.folds import make_splits
from one_click.parameters import FAMILIES, Family, ModelSelection
from one_click.pipelines.model_selection import nodes
from one_click.pipelines.model_selection.calibration import calibrate_out_of_fold
from one_click.scores import decline_probability, feature_columns

# One client declined and four did not in each of four folds; the score of the declined one says how many of
# the four it overtakes, so that ROC-AUC is that number over four.
OVERTAKEN = {
    "careful": [4, 3, 4, 3],
    "plain": [3, 3, 4, 3],
    "erratic": [4, 4, 0, 2],
    "oracle": [4, 4, 4, 4],
}


def _fold_scores(overtaken: dict[str, list[int]]) -> pd.DataFrame:
    rows = [
        {
            "model": model,
            "repeat": place // 2,
            "fold": place % 2,
            "target": float(client == 0),
            "score": score,
        }
        for model, counts in overtaken.items()
        for place, count in enumerate(counts)
        for client, score in enumerate([count - 0.5, 0, 1, 2, 3])
    ]
    return pd.DataFrame(rows).assign(client_id=range(len(rows)), probability=np.nan)


def _tuned(interpretability: dict[str, int]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "model": list(interpretability),
            "interpretability": list(interpretability.values()),
            "search_roc_auc": 0.9,
            "trials": 5,
            "settings": "{}",
            "tuned": "{}",
        }
    )


@pytest.fixture
def two_folds(options: ModelSelection) -> ModelSelection:
    return options.model_copy(update={"folds": 2})


@pytest.fixture
def leaderboard() -> pd.DataFrame:
    return pd.DataFrame({"model": ["winner", "loser"], "champion": [True, False]})


def _holdout(score: list[float], target: list[int]) -> pd.DataFrame:
    own = {"client_id": range(len(score)), "target": target, "score": score, "probability": score}
    return pd.DataFrame({"model": "winner", **own})


# --- the choice --------------------------------------------------------------------------------------


def test_models_are_ranked_by_mean_roc_auc_with_corrected_intervals(two_folds: ModelSelection) -> None:
    tuned = _tuned({"careful": 4, "plain": 1, "erratic": 2})
    board = nodes.rank_models(_fold_scores(OVERTAKEN), tuned, two_folds).set_index("model")
    assert board.index.tolist() == ["oracle", "careful", "plain", "erratic"]
    assert board["kind"].tolist() == ["benchmark", "family", "family", "family"]
    assert board["roc_auc"].tolist() == pytest.approx([1, 3.5 / 4, 3.25 / 4, 2.5 / 4])
    # Careful against plain: differences 1/4, 0, 0, 0: mean 1/16, variance 1/64; (1/4 + 1/1) of it.
    assert board.loc["plain", "behind_best"] == pytest.approx(1 / 16)
    assert board.loc["plain", "behind_best_error"] == pytest.approx((1.25 / 64) ** 0.5)
    assert board.loc["oracle", "behind_best"] == pytest.approx(-1 / 8)
    # 3.182 is the 97.5 % quantile of Student's t with three degrees of freedom.
    half = 3.182446 * (1.25 * 1 / 48) ** 0.5
    assert board.loc["careful", "roc_auc_high"] == pytest.approx(3.5 / 4 + half, rel=1e-5)
    assert board.loc["careful", "roc_auc_low"] == pytest.approx(3.5 / 4 - half, rel=1e-5)


@pytest.mark.parametrize(
    ("interpretability", "simplest"),
    [
        pytest.param({"careful": 4, "plain": 1, "erratic": 2}, "plain", id="simplest-within-an-error"),
        pytest.param({"careful": 1, "plain": 2, "erratic": 3}, "careful", id="best-is-simplest"),
        pytest.param({"careful": 1, "plain": 1, "erratic": 3}, "careful", id="of-equally-simple-the-better"),
    ],
)
@pytest.mark.parametrize("selection", ["best", "one_standard_error"])
def test_champion_follows_the_rule(
    two_folds: ModelSelection, interpretability: dict[str, int], simplest: str, selection: str
) -> None:
    options = two_folds.model_copy(update={"selection": selection})
    board = nodes.rank_models(_fold_scores(OVERTAKEN), _tuned(interpretability), options)
    marked = {
        rule: board.loc[board[rule], "model"].item() for rule in ("best", "one_standard_error", "champion")
    }
    champion = "careful" if selection == "best" else simplest
    assert marked == {"best": "careful", "one_standard_error": simplest, "champion": champion}


def test_a_family_beyond_one_standard_error_is_not_chosen_for_its_simplicity(
    two_folds: ModelSelection,
) -> None:
    steady = {"careful": [4, 3, 4, 3], "plain": [3, 2, 3, 2]}
    board = nodes.rank_models(_fold_scores(steady), _tuned({"careful": 4, "plain": 1}), two_folds)
    assert board.loc[board["one_standard_error"], "model"].item() == "careful"


def test_calibration_is_chosen_for_each_model(made: dict[str, Any]) -> None:
    calibrations = made["calibrations"]
    models = {*FAMILIES, "dummy", "reference", "extra_trees"}
    assert set(calibrations["model"]) == models
    chosen = calibrations.sort_values("log_loss").drop_duplicates("model")
    assert chosen["chosen"].all()
    assert calibrations["chosen"].sum() == len(models)
    assert "none" not in calibrations.loc[calibrations["model"] == "svc", "method"].to_numpy()


def test_threshold_is_the_lowest_with_the_largest_f1() -> None:
    fold_scores = pd.DataFrame(
        {
            "model": "m",
            "repeat": 0,
            "fold": [0, 0, 0, 1, 1, 1],
            "target": [1.0, 1, 0, 1, 0, 0],
            "score": 0.0,
            "probability": [0.9, 0.31, 0.3, 0.62, 0.2, 0.1],
        }
    )
    calibrations = pd.DataFrame({"model": ["m"], "method": ["none"], "chosen": [True]})
    curve = nodes.choose_thresholds(fold_scores, calibrations).set_index("threshold")
    assert curve.index[curve["chosen"]].tolist() == [0.31]
    assert curve.loc[0.31, "f1_declined"] == 1
    assert curve.loc[0.3, "f1_declined"] == pytest.approx(6 / 7)
    assert curve.loc[0.95, "f1_declined"] == 0


def test_threshold_of_the_champion_is_told(leaderboard: pd.DataFrame) -> None:
    rows = [("loser", 0.3, 0.9, True), ("winner", 0.4, 0.7, False), ("winner", 0.5, 0.8, True)]
    thresholds = pd.DataFrame(rows, columns=["model", "threshold", "f1_declined", "chosen"])
    decided = nodes.decide_threshold(thresholds, leaderboard)
    assert (decided["threshold"], decided["f1_declined"]) == (0.5, 0.8)


# --- the held-out clients ----------------------------------------------------------------------------


def test_gains_by_hand(options: ModelSelection, leaderboard: pd.DataFrame) -> None:
    scores = _holdout([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0], [1, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    other = scores.assign(model="loser", score=0.0)
    gains = nodes.tabulate_gains(pd.concat([other, scores]), leaderboard, options).set_index("depth")
    assert gains.loc[[0, 0.1, 0.2, 0.3, 1], "share_found"].tolist() == pytest.approx([0, 0.5, 0.5, 1, 1])
    assert gains.loc[[0, 0.1, 0.2, 0.3, 1], "perfect"].tolist() == pytest.approx([0, 0.5, 1, 1, 1])
    assert (gains["low"] <= gains["high"]).all()


def test_reliability_by_hand(leaderboard: pd.DataFrame) -> None:
    scores = _holdout([0.1, 0.1, 0.3, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0], [0, 0, 0, 1, 0, 1, 1, 1, 1, 1])
    table = nodes.tabulate_reliability(scores, leaderboard)
    assert table["probability"].tolist() == pytest.approx([0.1, 0.3, 0.55, 0.75, 0.95])
    assert table["observed"].tolist() == [0, 0.5, 0.5, 1, 1]
    assert table["clients"].tolist() == [2] * 5
    # Wilson's interval of none in two: from 0 to z² / (2 + z²).
    assert table.loc[0, ["low", "high"]].tolist() == pytest.approx([0, 3.841459 / 5.841459], abs=1e-5)


def test_equal_probabilities_share_a_fifth_whatever_their_order(leaderboard: pd.DataFrame) -> None:
    scores = _holdout([0.3] * 6 + [0.9] * 4, [1, 1, 1, 0, 0, 0, 1, 1, 1, 0])
    table = nodes.tabulate_reliability(scores, leaderboard)
    assert table[["probability", "observed", "clients"]].to_numpy().tolist() == [
        [pytest.approx(0.3), 0.5, 6],
        [pytest.approx(0.9), 0.75, 4],
    ]
    constant = nodes.tabulate_reliability(_holdout([0.4] * 5, [1, 1, 0, 0, 0]), leaderboard)
    assert constant["observed"].tolist() == [0.4]


def test_held_out_targets_do_not_move_their_scores(made: dict[str, Any], options: ModelSelection) -> None:
    candidates = {name: made[f"{name}.candidate"] for name in FAMILIES}
    turned = made["test_clients"].assign(activity_declined=1 - made["test_clients"]["activity_declined"])
    scored = nodes.score_holdout(
        made["train_clients"], turned, made["all_fold_scores"], made["calibrations"], options, **candidates
    )
    columns = ["model", "client_id", "score", "probability"]
    pd.testing.assert_frame_equal(scored[columns], made["holdout_scores"][columns])
    assert (scored["target"] == 1 - made["holdout_scores"]["target"]).all()


def test_every_model_is_judged_on_all_held_out_clients(made: dict[str, Any]) -> None:
    evaluation = made["evaluation"]
    assert evaluation.groupby("model").size().eq(10).all()
    assert evaluation["n"].unique().tolist() == [len(made["test_clients"])]
    by_model = evaluation.query("metric == 'roc_auc'").set_index("model")
    assert by_model.loc["dummy", ["value", "low", "high"]].tolist() == [0.5, 0.5, 0.5]
    assert (by_model.drop("dummy")["value"] > 0.6).all()


# --- the champion ------------------------------------------------------------------------------------


def test_champion_is_a_family_and_the_reference_is_there(made: dict[str, Any]) -> None:
    board = made["leaderboard"].set_index("model")
    assert board.loc["reference", "kind"] == "benchmark"
    assert board[["best", "one_standard_error", "champion"]].sum().tolist() == [1, 1, 1]
    assert board.loc[board["champion"], "kind"].tolist() == ["family"]


def test_champion_takes_features_without_id_target_and_twin_group(made: dict[str, Any]) -> None:
    probability = made["champion"].predict_proba(made["features"][list(BASE_FEATURES)])
    assert probability.shape == (170, 2)
    assert feature_columns(made["features"]) == list(BASE_FEATURES)


def test_labelled_clients_are_scored_out_of_fold_and_others_are_predicted(made: dict[str, Any]) -> None:
    scores = made["client_scores"].set_index("client_id")
    features = made["features"].set_index("client_id")
    assert scores.index.tolist() == features.index.tolist()
    unlabelled = features["activity_declined"].isna()
    assert (scores["source"] == np.where(unlabelled, "predicted", "out_of_fold")).all()
    predicted = decline_probability(made["champion"], features.loc[unlabelled, list(BASE_FEATURES)])
    np.testing.assert_allclose(scores.loc[unlabelled, "probability"], predicted)
    known = made["out_of_fold_scores"].set_index("client_id")
    pd.testing.assert_frame_equal(scores.loc[~unlabelled, known.columns.tolist()], known)
    assert scores[["probability", "probability_sd"]].notna().all(axis=None)


def test_labelled_clients_are_calibrated_by_the_other_folds_and_averaged_over_repeats(
    made: dict[str, Any], options: ModelSelection
) -> None:
    name = made["leaderboard"].query("champion")["model"].item()
    parts = [made[part] for part in ("train_clients", "test_clients", "leaderboard", "tuned_families")]
    isotonic = pd.DataFrame({"model": [name], "method": ["isotonic"], "chosen": [True]})
    table = nodes.score_out_of_fold(*parts, isotonic, options)
    clients = pd.concat(parts[:2]).sort_values("client_id", ignore_index=True)
    scores = nodes.score_folds(clients, made[f"{name}.tuned"], options)
    scores["probability"] = calibrate_out_of_fold(scores, "isotonic")
    expected = scores.groupby("client_id")["probability"].agg(["mean", "std"])
    assert table["client_id"].tolist() == clients["client_id"].tolist()
    np.testing.assert_allclose(table[["probability", "probability_sd"]], expected)


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


def test_all_labelled_clients_have_their_own_score(made: dict[str, Any]) -> None:
    again = nodes.score_clients(made["features"].dropna(), made["champion"], made["out_of_fold_scores"])
    assert set(again["source"]) == {"out_of_fold"}
    assert again["client_id"].is_monotonic_increasing


# --- the whole pipeline ------------------------------------------------------------------------------


def test_nodes_do_not_change_their_inputs(made: dict[str, Any], pristine: dict[str, pd.DataFrame]) -> None:
    assert {"train_clients", "all_fold_scores", "leaderboard", "svc.trials"} <= set(pristine)
    for name, table in pristine.items():
        pd.testing.assert_frame_equal(made[name], table)


@pytest.mark.parametrize(
    ("name", "fixed"),
    [
        pytest.param("logistic_regression", {"solver": "liblinear"}, id="linear"),
        pytest.param("decision_tree", {"random_state": 0}, id="tree-that-learns-by-heart"),
    ],
)
def test_order_of_clients_is_no_signal(
    make_clients: Callable[..., pd.DataFrame],
    families: dict[str, Family],
    options: ModelSelection,
    name: str,
    fixed: dict[str, Any],
) -> None:
    clients = make_clients(400, seed=1)
    assert clients["client_id"].corr(clients["activity_declined"]) < -0.8
    noise = make_clients(400, seed=99).sample(frac=1, random_state=3, ignore_index=True)
    blind = clients.assign(**noise[list(BASE_FEATURES)])
    trials = pd.DataFrame({"roc_auc": [0.5], "settings": ['{"select__k": 21}']})
    tuned = nodes.tune_family(trials, families[name].model_copy(update={"fixed": fixed}))
    calibrations = pd.DataFrame({"model": ["blind"], "method": ["none"], "chosen": [True]})
    board = pd.DataFrame({"model": ["blind"], "champion": [True]})
    scores = nodes.score_out_of_fold(
        blind.iloc[::2], blind.iloc[1::2], board, nodes.join_tuned(blind=tuned), calibrations, options
    )
    # One standard error of an area near one half with 160 and 240 clients is 0.03.
    area = roc_auc_score(clients["activity_declined"], scores["probability"])
    assert area == pytest.approx(0.5, abs=0.09)
