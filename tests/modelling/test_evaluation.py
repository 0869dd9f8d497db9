from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from one_click.modelling import evaluation
from one_click.modelling.evaluation import (
    Metric,
    amount_interval,
    calibration_chance,
    compare,
    corrected_interval,
    evaluate,
    resample_clients,
    share_found,
    share_interval,
)
from one_click.statistics.discrimination import roc_auc

CLIENTS = 120


@pytest.fixture
def draws() -> dict[str, Any]:
    """Return scores with many ties, decisions, probabilities, targets and three rows of whole weights."""
    generator = np.random.default_rng(5)
    return {
        "scores": generator.integers(0, 15, CLIENTS).astype("float64"),
        "predicted": generator.integers(0, 2, CLIENTS).astype("float64"),
        "probability": generator.random(CLIENTS),
        "target": generator.integers(0, 2, CLIENTS).astype("float64"),
        "weights": np.r_[np.ones((1, CLIENTS)), generator.integers(0, 4, (2, CLIENTS))].astype("float64"),
    }


@pytest.mark.parametrize(
    ("figure", "values", "theirs"),
    [
        pytest.param(roc_auc, "scores", metrics.roc_auc_score, id="roc-auc"),
        pytest.param(
            evaluation.average_precision, "scores", metrics.average_precision_score, id="average-precision"
        ),
        pytest.param(evaluation.brier_score, "probability", metrics.brier_score_loss, id="brier"),
        pytest.param(evaluation.log_loss, "probability", metrics.log_loss, id="log-loss"),
        pytest.param(evaluation.f1_declined, "predicted", metrics.f1_score, id="f1"),
        pytest.param(evaluation.precision_declined, "predicted", metrics.precision_score, id="precision"),
        pytest.param(evaluation.recall_declined, "predicted", metrics.recall_score, id="recall"),
        pytest.param(
            evaluation.f1_weighted,
            "predicted",
            lambda target, predicted: metrics.f1_score(target, predicted, average="weighted"),
            id="f1-weighted",
        ),
    ],
)
def test_figure_equals_that_of_scikit_learn_on_repeated_rows(
    figure: Metric, values: str, theirs: Callable[..., float], draws: dict[str, Any]
) -> None:
    ours = figure(draws[values], draws["target"], draws["weights"])
    repeated = [np.repeat(np.arange(CLIENTS), counts.astype(int)) for counts in draws["weights"]]
    expected = [theirs(draws["target"][rows], draws[values][rows]) for rows in repeated]
    np.testing.assert_allclose(ours, expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["roc_auc", "average_precision", "lift_at_fifth"])
def test_ranking_figures_do_not_depend_on_the_order_of_rows(name: str, draws: dict[str, Any]) -> None:
    figure = getattr(evaluation, name)
    order = np.random.default_rng(1).permutation(CLIENTS)
    straight = figure(draws["scores"], draws["target"], draws["weights"])
    shuffled = figure(draws["scores"][order], draws["target"][order], draws["weights"][:, order])
    np.testing.assert_allclose(straight, shuffled, rtol=1e-12)


# Ten clients, two of them declined: the first and one of the two that share the second place.
TEN = np.array([9, 8, 8, 6, 5, 4, 3, 2, 1, 0], dtype="float64")
TWO = np.array([1, 1, 0, 0, 0, 0, 0, 0, 0, 0], dtype="float64")
ONES = np.ones((1, 10))


@pytest.mark.parametrize(
    ("depth", "found"),
    [
        pytest.param(0, 0, id="nobody"),
        pytest.param(0.05, 0.25, id="half-of-the-first"),
        pytest.param(0.1, 0.5, id="the-first"),
        pytest.param(0.2, 0.75, id="the-first-and-half-of-a-tie"),
        pytest.param(0.3, 1, id="the-tie"),
        pytest.param(1, 1, id="all"),
    ],
)
def test_share_found_by_hand(depth: float, found: float) -> None:
    assert share_found(TEN, TWO, ONES, np.array([depth])).tolist() == [pytest.approx([found])]


def test_share_of_nothing_is_missing() -> None:
    assert np.isnan(share_found(TEN, np.zeros(10), ONES, np.array([0.5]))).all()


def test_share_found_of_amounts_by_hand() -> None:
    # 8 units of profit in all: 2 with the first client, 3 and 1 with the tie, 2 with the last.
    amounts = np.array([2, 3, 1, 0, 0, 0, 0, 0, 0, 2], dtype="float64")
    depths = np.array([0, 0.05, 0.1, 0.2, 0.3, 0.9, 0.95, 1])
    # The tie of two clients holds 4 units, found evenly; the second resample has the first client twice.
    weights = np.array([[1.0] * 10, [2] + [1] * 8 + [0]])
    plain, resampled = share_found(TEN, amounts, weights, depths)
    assert plain.tolist() == pytest.approx([0, 1 / 8, 2 / 8, 4 / 8, 6 / 8, 6 / 8, 7 / 8, 1])
    assert resampled.tolist() == pytest.approx([0, 1 / 8, 2 / 8, 4 / 8, 6 / 8, 1, 1, 1])


def test_lift_by_hand() -> None:
    assert evaluation.lift_at_fifth(TEN, TWO, ONES).tolist() == pytest.approx([0.75 / 0.2])
    assert evaluation.lift_at_fifth(np.zeros(10), TWO, ONES).tolist() == pytest.approx([1])


@pytest.mark.parametrize(
    ("weights", "error"),
    [
        # Three clients are 0.7 below what happened, whichever two of them are compared; of the last, alone in
        # its bin, nothing is known: 3 · 0.7² / 4.
        pytest.param([1, 1, 1, 1], (3 * 0.7**2 / 4) ** 0.5, id="each-once"),
        pytest.param([2, 0, 0, 2], ((2 * 0.7**2 + 2 * 0.1**2) / 4) ** 0.5, id="two-twice"),
    ],
)
def test_calibration_error_by_hand(weights: list[float], error: float) -> None:
    probability, target = np.array([0.3, 0.3, 0.3, 0.9]), np.ones(4)
    assert evaluation.calibration_error(probability, target, np.array([weights]))[0] == pytest.approx(error)


@pytest.mark.parametrize(
    ("target", "error"),
    [
        # Of two clients with 0.5, the pair says 0.5 · 0.5 if both do the same, else −0.5 · 0.5: on average 0.
        pytest.param([0.0, 0.0], 0.5, id="both-kept"),
        pytest.param([1.0, 1.0], 0.5, id="both-declined"),
        pytest.param([0.0, 1.0], 0.0, id="one-of-each"),
    ],
)
def test_calibration_error_of_what_perfect_probabilities_give(target: list[float], error: float) -> None:
    halves = np.array([0.5, 0.5])
    assert evaluation.calibration_error(halves, np.array(target), np.ones((1, 2))).tolist() == [error]


@pytest.mark.parametrize(
    ("probability", "level"),
    [
        pytest.param([0.5, 0.5], 0.5, id="halves-agree-half-the-time"),
        pytest.param([0.0, 1.0, 0.0, 1.0], 0.0, id="certainties"),
    ],
)
def test_chance_level_of_the_calibration_error_by_hand(probability: list[float], level: float) -> None:
    assert calibration_chance(np.array(probability), 500, seed=0) == level


def test_perfect_probabilities_have_no_calibration_error_and_skewed_ones_theirs() -> None:
    generator = np.random.default_rng(0)
    true = generator.random(40_000)
    target, ones = (generator.random(40_000) < true).astype("float64"), np.ones((1, 40_000))
    assert evaluation.calibration_error(true, target, ones)[0] <= calibration_chance(true, 200, 0) < 0.01
    skewed = evaluation.calibration_error(np.minimum(true + 0.1, 1), target, ones)[0]
    assert skewed == pytest.approx(0.1, abs=0.01)


def test_log_loss_of_a_certain_mistake_is_finite() -> None:
    assert evaluation.log_loss(np.array([0.0]), np.array([1.0]), np.ones((1, 1)))[0] == pytest.approx(
        34.54, abs=0.01
    )


def test_nobody_called_at_risk_gives_zero_rather_than_a_warning() -> None:
    nobody = np.zeros(10)
    values = {figure.__name__: figure(nobody, TWO, ONES)[0] for figure in evaluation.OF_DECISIONS}
    # Of those that kept their level the F1 is 2 · 8 / (10 + 8), and they are 80 % of the clients.
    assert values == pytest.approx(
        {"f1_declined": 0, "f1_weighted": 0.8 * 16 / 18, "precision_declined": 0, "recall_declined": 0}
    )


def test_corrected_interval_by_hand() -> None:
    # Mean 2, variance 1; three folds, a third of the clients in each: (1/3 + 1/2) · 1.
    mean, error, half = corrected_interval(np.array([1.0, 2, 3]), 1 / 3)
    assert mean == 2
    assert error == pytest.approx((5 / 6) ** 0.5)
    assert half == pytest.approx(stats.t.ppf(0.975, 2) * error)


def test_resamples_are_whole_hold_both_classes_and_follow_the_seed() -> None:
    target = np.array([1.0, 0, 0, 1, 0, 1, 0, 0])
    weights = resample_clients(target, 50, seed=3, labelled=8)
    assert weights.shape == (50, 8)
    assert (weights.sum(axis=1) == 8).all()
    assert ((weights @ target >= 1) & (weights @ target <= 7)).all()
    assert (weights == weights.astype(int)).all()
    np.testing.assert_array_equal(weights, resample_clients(target, 50, seed=3, labelled=8))
    assert (weights != resample_clients(target, 50, seed=4, labelled=8)).any()


@pytest.mark.parametrize("labelled", [1000, 4000], ids=["all-are-here", "a-quarter-is-here"])
def test_share_of_declined_varies_in_resamples_as_that_of_all_labelled_clients(labelled: int) -> None:
    target = np.repeat([1.0, 0.0], [400, 600])
    shares = resample_clients(target, 4000, seed=1, labelled=labelled) @ target / 1000
    assert shares.mean() == pytest.approx(0.4, abs=0.002)
    assert shares.std() == pytest.approx((0.4 * 0.6 / labelled) ** 0.5, rel=0.05)


def test_interval_of_a_share_counts_as_many_clients_as_its_variance_tells() -> None:
    # A variance of 0.01 around one half is that of 25 clients: Wilson's interval of 12.5 in 25.
    half = 1.959964 * (0.01 + 3.841459 / 2500) ** 0.5 / (1 + 3.841459 / 25)
    ends = share_interval(np.array(0.5), np.array([0.4, 0.6]), count=1000)
    assert ends == (pytest.approx(0.5 - half, rel=1e-6), pytest.approx(0.5 + half, rel=1e-6))


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        pytest.param(1.0, 3 / 6.841459, 1, id="three-in-three"),
        pytest.param(0.0, 0, 3.841459 / 6.841459, id="none-in-three"),
    ],
)
def test_interval_of_a_share_that_no_resample_changes_is_wilsons(
    value: float, low: float, high: float
) -> None:
    ends = share_interval(np.array(value), np.full(5, value), count=3)
    assert ends == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))


def test_interval_of_an_amount_by_hand() -> None:
    factor = np.exp(1.959964 / 2)  # a standard deviation of 1, half the amount
    assert amount_interval(2, np.array([1.0, 3.0])) == pytest.approx((2 / factor, 2 * factor), rel=1e-6)
    assert amount_interval(0, np.linspace(0, 1, 41)) == (0, pytest.approx(0.975))


def test_lift_of_a_fifth_in_which_all_declined_has_an_interval() -> None:
    # Within classes, each resample of these has the lift 1 / 0.4: the interval would have no width.
    scores, target = np.arange(100.0), np.repeat([0.0, 1.0], [60, 40])
    weights = resample_clients(target, 2000, seed=0, labelled=400)
    table = evaluate(scores, scores / 100, target, 0.5, weights, seed=0).set_index("metric")
    value, low, high = table.loc["lift_at_fifth", ["value", "low", "high"]]
    assert value == pytest.approx(2.5)
    # The share of declined of 400 clients is known to ±0.048 around 0.4.
    assert (low, high) == (pytest.approx(0.4 * 2.5 / 0.448, abs=0.05), pytest.approx(1 / 0.352, abs=0.1))


def test_evaluation_encloses_each_value_in_its_interval(draws: dict[str, Any]) -> None:
    weights = resample_clients(draws["target"], 400, seed=1, labelled=CLIENTS)
    table = evaluate(draws["scores"], draws["probability"], draws["target"], 0.5, weights, seed=1)
    values = table.set_index("metric")["value"]
    called = draws["probability"] >= 0.5
    assert values["f1_declined"] == pytest.approx(metrics.f1_score(draws["target"], called))
    assert values["roc_auc"] == pytest.approx(metrics.roc_auc_score(draws["target"], draws["scores"]))
    without = ["calibration_error", "calibration_chance"]
    assert table.loc[table["low"].isna() & table["high"].isna(), "metric"].tolist() == without
    inside = table[~table["metric"].isin(without)]
    assert inside["value"].between(inside["low"], inside["high"]).all()
    assert table["n"].tolist() == [CLIENTS] * 11
    auc = table.set_index("metric").loc["roc_auc"]
    # Hanley and McNeil's standard error of an area near one half: sqrt((n1 + n0 + 1) / (12 n1 n0)).
    declined = draws["target"].sum()
    error = ((CLIENTS + 1) / (12 * declined * (CLIENTS - declined))) ** 0.5
    assert auc["high"] - auc["low"] == pytest.approx(3.92 * error, rel=0.15)


def test_models_are_compared_on_the_same_resamples() -> None:
    # The first calls clients 0 and 1, the second client 0 alone; both clients declined, two others did not.
    target = np.array([1.0, 1, 0, 0])
    first, second = np.array([0.9, 0.8, 0.1, 0.1]), np.array([0.9, 0.2, 0.1, 0.1])
    weights = np.array([[1.0, 1, 1, 1], [2, 0, 1, 1], [0, 2, 1, 1]])
    table = compare((first, first, 0.5), (second, second, 0.5), target, weights).set_index("metric")
    # F1 is 1 against 2/3, 1 and 0: differences of 1/3, 0 and 1 over the resamples.
    half = 1.959964 * np.std([1 / 3, 0, 1])
    assert table.loc["f1_declined"].tolist() == pytest.approx([1 / 3, 1 / 3 - half, 1 / 3 + half], rel=1e-6)
    assert table.loc["recall_declined", "difference"] == pytest.approx(0.5)
    assert table.index[table["low"].isna()].tolist() == ["lift_at_fifth", "recall_declined"]
    assert "calibration_error" not in table.index


def test_model_is_not_apart_from_itself(draws: dict[str, Any]) -> None:
    model = (draws["scores"], draws["probability"], 0.5)
    weights = resample_clients(draws["target"], 20, seed=1, labelled=CLIENTS)
    assert (compare(model, model, draws["target"], weights).drop(columns="metric").fillna(0) == 0).all(
        axis=None
    )
