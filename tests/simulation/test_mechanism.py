from collections.abc import Callable
from math import log
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from one_click.columns import BASE_FEATURES
from one_click.parameters import DemoPopulation
from one_click.parameters.planted import LabelNoise
from one_click.simulation.mechanism import (
    decline_probability,
    expected_roc_auc,
    list_drivers,
    recorded_probability,
)

THREE_TO_ONE = log(3)  # log-odds of a probability of 3/4
TYPICAL = {"pages_per_visit": [8, 4], "minutes_current": [13, 4], "service_errors": [4, 1]}
# Scores: pages -1, minutes +1, errors 5 spreads above, which count as 2.5.
CLIENT = pd.DataFrame(
    {
        "pages_per_visit": [4],
        "minutes_current": [17],
        "service_errors": [9],
        "allows_messages": [True],
        "service_type": ["премиум"],
    }
)
Populations = Callable[..., DemoPopulation]
Floats = NDArray[np.float64]


def cause(
    drivers: dict[str, Any], interactions: dict[str, float] | None = None, intercept: float = 0
) -> dict[str, Any]:
    return {"intercept": intercept, "drivers": drivers, "interactions": interactions or {}}


BY_HAND = {
    "no-cause": ([], 0),
    "even-odds": ([cause({})], 1 / 2),
    "intercept": ([cause({}, intercept=-THREE_TO_ONE)], 1 / 4),
    "one-cause": ([cause({"pages_per_visit": -THREE_TO_ONE})], 3 / 4),
    "two-drivers-add-up": (
        [cause({"pages_per_visit": -THREE_TO_ONE / 2, "minutes_current": THREE_TO_ONE / 2})],
        3 / 4,
    ),
    "two-causes": ([cause({"pages_per_visit": -THREE_TO_ONE}), cause({})], 7 / 8),
    "three-causes": ([cause({"pages_per_visit": -THREE_TO_ONE}), cause({}), cause({})], 15 / 16),
    "category": ([cause({"service_type": {"стандарт": 7, "премиум": THREE_TO_ONE}})], 3 / 4),
    "category-without-a-number": ([cause({"service_type": {"стандарт": 7}})], 1 / 2),
    "flag": ([cause({"allows_messages": THREE_TO_ONE})], 3 / 4),
    "interaction": ([cause({}, {"pages_per_visit * minutes_current": -THREE_TO_ONE})], 3 / 4),
    "square": ([cause({}, {"pages_per_visit * pages_per_visit": THREE_TO_ONE})], 3 / 4),
    "capped": ([cause({"service_errors": THREE_TO_ONE / 2.5})], 3 / 4),
    "capped-in-interaction": ([cause({}, {"service_errors * pages_per_visit": THREE_TO_ONE / -2.5})], 3 / 4),
}


@pytest.mark.parametrize(("causes", "probability"), BY_HAND.values(), ids=list(BY_HAND))
def test_probability_by_hand(
    causes: list[dict[str, Any]], probability: float, make_population: Populations
) -> None:
    numbered = {f"cause_{number}": one for number, one in enumerate(causes)}
    population = make_population(typical=TYPICAL, causes=numbered)
    assert decline_probability(CLIENT, population).tolist() == pytest.approx([probability])


def test_scores_are_capped_either_way(make_population: Populations) -> None:
    clients = pd.DataFrame({"service_errors": [0, 4, 9]})  # 4 spreads below, typical, 5 spreads above
    population = make_population(
        typical=TYPICAL, causes={"errors": cause({"service_errors": THREE_TO_ONE / 2.5})}
    )
    assert decline_probability(clients, population).tolist() == pytest.approx([1 / 4, 1 / 2, 3 / 4])


def test_flags_count_where_they_are_set(make_population: Populations) -> None:
    clients = pd.DataFrame({"allows_messages": [True, False]})
    population = make_population(causes={"consent": cause({"allows_messages": -THREE_TO_ONE})})
    assert decline_probability(clients, population).tolist() == pytest.approx([1 / 4, 1 / 2])


def test_noise_of_labels_by_hand() -> None:
    noise = LabelNoise(missed_declines=0.2, false_declines=0.1)
    recorded = recorded_probability(np.array([0, 0.5, 1]), noise)
    assert recorded.tolist() == pytest.approx([0.1, 0.5 * 0.8 + 0.5 * 0.1, 0.8])


def auc_over_pairs(scores: Floats, probability: Floats) -> float:
    """Weigh each pair of different clients by how probable it is that the first declines alone."""
    others = ~np.eye(len(scores), dtype=bool)
    weights = np.outer(probability, 1 - probability) * others
    right = np.sign(scores[:, None] - scores[None, :]) / 2 + 0.5
    return float((weights * right).sum() / weights.sum())


@pytest.mark.parametrize(
    ("scores", "probability", "expected"),
    [
        # first declines alone: .8 * .7, in the right order; second alone: .3 * .2, in the wrong one
        pytest.param([2, 1], [0.8, 0.3], 0.56 / 0.62, id="two-clients"),
        pytest.param([1, 1], [0.8, 0.3], 0.5, id="tied"),
        pytest.param([3, 2, 1], [1, 0, 1], 0.5, id="certain-labels"),
        pytest.param([3, 2, 1], [1, 1, 0], 1, id="all-in-order"),
        pytest.param([1, 2, 2], [1, 1, 0], 0.25, id="one-wrong-one-tied"),
    ],
)
def test_expected_roc_auc_by_hand(scores: list[float], probability: list[float], expected: float) -> None:
    found = expected_roc_auc(np.array(scores, dtype="float64"), np.array(probability, dtype="float64"))
    assert found == pytest.approx(expected)


CLIENTS = st.lists(
    st.tuples(st.integers(-2, 2), st.sampled_from([0.1, 0.25, 0.5, 0.9]), st.integers(1, 3)),
    min_size=2,
    max_size=12,
)


@given(clients=CLIENTS)
def test_expected_roc_auc_is_the_mean_over_all_pairs(clients: list[tuple[int, float, int]]) -> None:
    scores, probability, _ = np.array(clients, dtype="float64").T
    assert expected_roc_auc(scores, probability) == pytest.approx(auc_over_pairs(scores, probability))


@given(clients=CLIENTS)
def test_row_for_several_clients_is_as_good_as_several_rows(clients: list[tuple[int, float, int]]) -> None:
    scores, probability, counts = np.array(clients, dtype="float64").T
    repeats = counts.astype("int64")
    repeated = expected_roc_auc(scores.repeat(repeats), probability.repeat(repeats))
    assert expected_roc_auc(scores, probability, repeats) == pytest.approx(repeated)


@given(clients=CLIENTS)
def test_no_scores_order_clients_better_than_the_truth(clients: list[tuple[int, float, int]]) -> None:
    scores, probability, _ = np.array(clients, dtype="float64").T
    assert expected_roc_auc(probability, probability) >= expected_roc_auc(scores, probability) - 1e-12


def test_expected_roc_auc_is_the_mean_over_drawn_labels() -> None:
    generator = np.random.default_rng(1)
    probability = generator.random(400)
    scores = (probability + generator.normal(0, 0.3, 400)).round(1)
    drawn = [roc_auc_score(generator.random(400) < probability, scores) for _ in range(400)]
    error = np.std(drawn) / np.sqrt(len(drawn))
    assert expected_roc_auc(scores, probability) == pytest.approx(np.mean(drawn), abs=4 * error)


def test_drivers_by_hand(make_population: Populations) -> None:
    visits = cause(
        {"pages_per_visit": -0.5, "service_type": {"премиум": 0.4}},
        {"minutes_current * pages_per_visit": -0.3},
    )
    drivers = list_drivers(make_population(causes={"visits": visits}))
    planted = drivers[drivers["kind"] != "null"].to_numpy().tolist()
    assert drivers.columns.tolist() == ["cause", "feature", "value", "kind", "size", "sign"]
    assert planted == [
        ["visits", "pages_per_visit", "", "main", -0.5, -1],
        ["visits", "service_type", "премиум", "category", 0.4, 1],
        ["visits", "minutes_current * pages_per_visit", "", "interaction", -0.3, -1],
    ]
    driving = {"pages_per_visit", "service_type", "minutes_current"}
    nulls = drivers[drivers["kind"] == "null"]
    assert nulls["feature"].tolist() == [name for name in BASE_FEATURES if name not in driving]
    assert nulls[["cause", "value", "size", "sign"]].drop_duplicates().to_numpy().tolist() == [["", "", 0, 0]]


def test_each_feature_drives_or_does_not(population: DemoPopulation) -> None:
    drivers = list_drivers(population)
    null = drivers["kind"] == "null"
    driving = {part for name in drivers.loc[~null, "feature"] for part in name.split(" * ")}
    assert driving | set(drivers.loc[null, "feature"]) == set(BASE_FEATURES)
    assert driving.isdisjoint(drivers.loc[null, "feature"])
    assert (drivers["sign"] == np.sign(drivers["size"])).all()
