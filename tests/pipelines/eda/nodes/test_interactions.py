"""Interactions are found where they are planted, and not between additive or correlated features."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from one_click.parameters import Eda
from one_click.pipelines.eda.nodes import summaries as nodes
from one_click.pipelines.eda.nodes.interactions import (
    expected_shares,
    find_interactions,
    make_terms,
    score_test,
    tabulate_interactions,
    to_levels,
)

Make = Callable[..., pd.DataFrame]


def _store(make_unrelated: Make, joint: float) -> pd.DataFrame:
    """Return 1200 clients who decline by errors and by unpaid items, and by the product of the two."""
    generator = np.random.default_rng(5)
    shuffled = make_unrelated(1200, generator)
    errors, unpaid = (generator.integers(0, 3, 1200) - 1 for _ in range(2))
    probability = expit(0.8 * errors + 0.8 * unpaid + joint * errors * unpaid)
    return shuffled.assign(
        service_errors=errors + 1,
        unpaid_items_quarter=unpaid + 1,
        activity_declined=(generator.random(1200) < probability).astype("float64"),
    )


def test_planted_interaction_comes_first(make_unrelated: Make, options: Eda) -> None:
    labelled = nodes.select_labelled(_store(make_unrelated, joint=1.5))
    tests = find_interactions(labelled, options)
    first = tests.iloc[0]
    assert {first["left"], first["right"]} == {"service_errors", "unpaid_items_quarter"}
    assert (first["clear"], first["freedom"], first["n"]) == (True, 1, 1200)
    shown = tabulate_interactions(labelled, tests, options)
    assert list(shown.groupby(["left", "right"], sort=False).groups)[-1] == (first["left"], first["right"])


def test_additive_effects_are_no_interaction(make_unrelated: Make, options: Eda) -> None:
    tests = find_interactions(nodes.select_labelled(_store(make_unrelated, joint=0.0)), options)
    assert not tests["clear"].any()
    assert len(tests) == 16 * 15 / 2 + 2
    assert tests["declared"].sum() == 2


def test_expected_shares_keep_the_margins() -> None:
    cells = pd.DataFrame(
        {
            "left_level": [0, 0, 1, 1],
            "right_level": [0, 1, 0, 1],
            "n": [40, 20, 20, 40],
            "declined": [4, 8, 9, 30],
        }
    )
    expected = expected_shares(cells) * cells["n"]
    for side in ("left_level", "right_level"):
        sums = expected.groupby(cells[side]).sum()
        assert sums.to_list() == pytest.approx(cells.groupby(side)["declined"].sum().to_list(), abs=1e-3)
    odds = expected_shares(cells) / (1 - expected_shares(cells))
    assert odds[0] * odds[3] == pytest.approx(odds[1] * odds[2], rel=1e-3)


@pytest.mark.filterwarnings("ignore:Line search of Newton solver")  # the fit starts where it is best
def test_score_statistic_by_hand() -> None:
    # Two flags, and the class is their exclusive or: side by side they tell nothing, so every fitted
    # probability is 1/2, the product's score is n/4·2·2 = 100 in units of ±1, its variance n/4 = 25 · 4.
    left, right = (pd.Series(cells * 25, name="promo_habit") for cells in ([0, 0, 1, 1], [0, 1, 0, 1]))
    target = np.array([0, 1, 1, 0] * 25, dtype="float64")
    statistic, freedom = score_test(make_terms(left, 5), make_terms(right, 5), target)
    assert (statistic, freedom) == (pytest.approx(100, rel=1e-3), 1)


def test_additive_effects_of_correlated_features_are_no_interaction(
    make_unrelated: Make, options: Eda
) -> None:
    generator = np.random.default_rng(7)
    shuffled = make_unrelated(6000, generator)
    common = generator.normal(size=6000)
    errors, unpaid = (0.9 * common + 0.44 * generator.normal(size=6000) for _ in range(2))
    declined = generator.random(6000) < expit(errors + unpaid)
    known = {"service_errors": errors, "unpaid_items_quarter": unpaid, "activity_declined": declined}
    tests = find_interactions(nodes.select_labelled(shuffled.assign(**known)), options)
    assert not tests["clear"].any()


def test_rare_values_of_a_category_are_one() -> None:
    values = pd.Series(["а"] * 10 + ["б"] * 10 + ["в", "г"], name="popular_category")
    assert make_terms(values, 5).joint.shape == (22, 2)


def test_a_pair_is_tested_once(make_clients: Make, options: Eda) -> None:
    turned = options.model_copy(update={"interactions": (("minutes_current", "allows_messages"),)})
    tests = find_interactions(nodes.select_labelled(make_clients()), turned)
    assert tests["declared"].sum() == 1
    assert len(tests) == 16 * 15 / 2


def test_levels(make_clients: Make) -> None:
    labelled = nodes.select_labelled(make_clients(service_errors=[0] * 50 + [7] * 10, days_registered=3))
    assert to_levels(labelled["days_registered"]) is None
    two = to_levels(labelled["service_errors"])
    assert two is not None
    assert sorted(two.unique()) == [0, 2]  # a low and a high part; there is no middle one
    flags = to_levels(labelled["allows_messages"])
    assert flags is not None
    assert sorted(flags.unique()) == [0, 1]


def test_cells_by_hand(make_clients: Make, options: Eda) -> None:
    labelled = nodes.select_labelled(make_clients())
    table = tabulate_interactions(labelled, find_interactions(labelled, options), options)
    habit = table[table["left"] == "promo_habit"].set_index(["left_level", "right_level"])
    # The ten declined with odd numbers buy on promotion, in the third category.
    cell = habit.loc[("1", "Кухонная посуда")]
    assert (cell["n"], cell["declined"], cell["share"]) == (10, 10, 1.0)
    assert cell["low"] < 1 <= cell["high"]
    assert habit["n"].sum() == 60


def test_missing_values_of_one_feature_hide_no_other_pair(make_clients: Make, options: Eda) -> None:
    labelled = nodes.select_labelled(make_clients(days_registered=[float("nan")] * 59 + [3.0]))
    tests = find_interactions(labelled, options)
    assert len(tests) == 15 * 14 / 2 + 2
    assert "days_registered" not in {*tests["left"], *tests["right"]}
