from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from one_click.columns import BASE_FEATURES
from one_click.modelling import candidates
from one_click.modelling.calibration import calibrate_out_of_fold
from one_click.modelling.conformal import find_band
from one_click.modelling.scores import decline_probability, uncalibrated_score
from one_click.parameters import Family, ModelSelection
from one_click.pipelines.model_selection.nodes import champion, comparison
from one_click.schemas.records import DecisionThreshold, UndecidedBand


@pytest.fixture
def leaderboard() -> pd.DataFrame:
    return pd.DataFrame({"model": ["winner", "loser"], "champion": [True, False]})


@pytest.fixture(scope="module")
def winner(made: dict[str, Any]) -> str:
    return str(made["leaderboard"].query("champion")["model"].item())


# --- refitting ---------------------------------------------------------------------------------------


def test_champion_takes_raw_features_without_id_target_and_twin_group(made: dict[str, Any]) -> None:
    probability = made["champion"].predict_proba(made["features"][list(BASE_FEATURES)])
    assert probability.shape == (170, 2)
    assert made["champion"].feature_names_in_.tolist() == list(BASE_FEATURES)


def test_champion_on_train_has_not_seen_the_test_clients(made: dict[str, Any], winner: str) -> None:
    features = made["test_clients"][list(BASE_FEATURES)]
    np.testing.assert_array_equal(
        uncalibrated_score(made["champion_on_train"], features),
        uncalibrated_score(made[f"{winner}.candidate"], features),
    )
    assert (
        uncalibrated_score(made["champion"], features)
        != uncalibrated_score(made["champion_on_train"], features)
    ).any()


@pytest.mark.parametrize("name", ["voting", "extra_trees", "svc", "decision_tree"])
@pytest.mark.parametrize("method", ["sigmoid", "isotonic", "beta"])
def test_every_kind_of_winner_is_refitted_and_calibrated(
    made: dict[str, Any], options: ModelSelection, name: str, method: str
) -> None:
    board = made["leaderboard"].assign(champion=made["leaderboard"]["model"] == name)
    calibrations = pd.DataFrame({"model": [name], "method": [method], "chosen": [True]})
    train, test, tuned = (made[part] for part in ("train_clients", "test_clients", "tuned_models"))
    fitted = champion.fit_champion(train, test, board, tuned, calibrations, options)
    probability = decline_probability(fitted, made["features"][list(BASE_FEATURES)])
    assert ((probability >= 0) & (probability <= 1)).all()
    assert len(np.unique(probability)) > 1
    scores = champion.score_out_of_fold(train, test, board, tuned, calibrations, options)
    assert len(scores) == len(train) + len(test)
    assert roc_auc_score(scores["target"], scores["probability"]) > 0.6


# --- scores ------------------------------------------------------------------------------------------


def test_labelled_clients_are_scored_out_of_fold_and_others_are_predicted(made: dict[str, Any]) -> None:
    scores = made["client_scores"].set_index("client_id")
    features = made["features"].set_index("client_id")
    assert scores.index.tolist() == features.index.tolist()
    unlabelled = features["activity_declined"].isna()
    assert (scores["source"] == np.where(unlabelled, "predicted", "out_of_fold")).all()
    predicted = decline_probability(made["champion"], features.loc[unlabelled, list(BASE_FEATURES)])
    np.testing.assert_allclose(scores.loc[unlabelled, "probability"], predicted)
    known = made["out_of_fold_scores"].set_index("client_id").drop(columns="target")
    pd.testing.assert_frame_equal(scores.loc[~unlabelled, known.columns.tolist()], known)
    assert scores[["probability", "probability_sd"]].notna().all(axis=None)


def test_labelled_clients_are_calibrated_by_the_other_folds_and_averaged_over_repeats(
    made: dict[str, Any], options: ModelSelection, winner: str
) -> None:
    parts = [made[part] for part in ("train_clients", "test_clients", "leaderboard", "tuned_models")]
    isotonic = pd.DataFrame({"model": [winner], "method": ["isotonic"], "chosen": [True]})
    table = champion.score_out_of_fold(*parts, isotonic, options)
    clients = pd.concat(parts[:2]).sort_values("client_id", ignore_index=True)
    scores = candidates.score_out_of_fold(made[f"{winner}.tuned"], clients, options)
    scores["probability"] = calibrate_out_of_fold(scores, "isotonic")
    expected = scores.groupby("client_id")["probability"].agg(["mean", "std"])
    assert table["client_id"].tolist() == clients["client_id"].tolist()
    assert table["target"].tolist() == clients["activity_declined"].tolist()
    np.testing.assert_allclose(table[["probability", "probability_sd"]], expected)


def test_all_labelled_clients_have_their_own_score(made: dict[str, Any]) -> None:
    again = champion.score_clients(
        made["features"].dropna(), made["champion"], made["out_of_fold_scores"], made["undecided_band"]
    )
    assert set(again["source"]) == {"out_of_fold"}
    assert again["client_id"].is_monotonic_increasing


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
    tuned = candidates.untuned(families[name].model_copy(update={"fixed": fixed}))
    calibrations = pd.DataFrame({"model": ["blind"], "method": ["none"], "chosen": [True]})
    board = pd.DataFrame({"model": ["blind"], "champion": [True]})
    scores = champion.score_out_of_fold(
        blind.iloc[::2],
        blind.iloc[1::2],
        board,
        comparison.join_tuned(options, blind=tuned),
        calibrations,
        options,
    )
    # One standard error of an area near one half with 160 and 240 clients is 0.03.
    area = roc_auc_score(clients["activity_declined"], scores["probability"])
    assert area == pytest.approx(0.5, abs=0.09)


# --- decisions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("threshold", ["f1", "profit"])
def test_threshold_of_the_champion_is_told(
    leaderboard: pd.DataFrame, options: ModelSelection, threshold: str
) -> None:
    rows = [("loser", 0.3, 0.9, 9.0, True), ("winner", 0.4, 0.7, 2.0, False), ("winner", 0.5, 0.8, 1.5, True)]
    columns = ["model", "threshold", "f1_declined", "campaign_profit", "chosen"]
    decided = champion.decide_threshold(
        pd.DataFrame(rows, columns=columns), leaderboard, options.model_copy(update={"threshold": threshold})
    )
    assert decided == DecisionThreshold(
        threshold=0.5, criterion=threshold, f1_declined=0.8, campaign_profit=1.5
    )


def test_band_is_found_from_the_out_of_fold_scores(made: dict[str, Any], options: ModelSelection) -> None:
    scores = made["out_of_fold_scores"]
    band = find_band(scores["probability"].to_numpy(), scores["target"].to_numpy(), options.undecided_error)
    assert made["undecided_band"] == band
    kept = scores.loc[scores["target"] == 0, "probability"]
    # Of the clients that the threshold was found from, at most the share asked for lies above it.
    assert 0 < (kept > band.declines_above).mean() <= options.undecided_error


def test_band_tells_how_many_are_undecided_and_wrong_among_those_called(options: ModelSelection) -> None:
    # Ten of each class: above .85 lies one who kept buying among four called, below .15 one who declined.
    kept = [0.05, 0.08, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.85, 0.9]
    declined = [0.1, 0.15, 0.5, 0.6, 0.7, 0.8, 0.84, 0.95, 0.96, 0.97]
    scores = pd.DataFrame({"probability": kept + declined, "target": [0.0] * 10 + [1.0] * 10})
    band = champion.find_undecided_band(scores, options.model_copy(update={"undecided_error": 0.2}))
    assert (band.keeps_below, band.declines_above) == (0.15, 0.85)
    assert band.declines_wrong == pytest.approx(1 / 4)
    assert band.keeps_wrong == pytest.approx(1 / 4)
    assert band.undecided == pytest.approx(12 / 20)


class _Champion:
    """A stand-in whose probability is the share of promo purchases."""

    def predict_proba(self, features: pd.DataFrame) -> Any:
        share = features["promo_purchase_share"].to_numpy()
        return np.c_[1 - share, share]


def test_verdicts_follow_the_band_for_known_and_new_clients(
    make_clients: Callable[..., pd.DataFrame],
) -> None:
    features = make_clients(6).assign(promo_purchase_share=[0.0, 0.0, 0.0, 0.1, 0.5, 0.9])
    known = pd.DataFrame(
        {"client_id": [1001, 1002, 1003], "target": 0, "probability": [0.7, 0.3, 0.2], "probability_sd": 0.1}
    )
    band = UndecidedBand.model_construct(keeps_below=0.3, declines_above=0.6)
    scores = champion.score_clients(features, _Champion(), known, band)
    assert scores["client_id"].tolist() == list(range(1001, 1007))
    assert scores["probability"].tolist() == [0.7, 0.3, 0.2, 0.1, 0.5, 0.9]
    assert scores["verdict"].tolist() == ["declines", "undecided", "keeps", "keeps", "undecided", "declines"]
    assert scores["probability_sd"].tolist() == pytest.approx([0.1] * 6)
    columns = ["client_id", "probability", "probability_sd", "source", "verdict"]
    assert scores.columns.tolist() == columns
