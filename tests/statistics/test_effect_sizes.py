import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from one_click.statistics.effect_sizes import cliffs_delta, cramers_v, share_with_interval, variance_inflation

Z = 1.959964
SAMPLES = st.lists(st.integers(-3, 3).map(float), min_size=2, max_size=12)


def _table(*rows: tuple[int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["declined", "kept"])


@pytest.mark.parametrize(
    ("declined", "kept", "delta"),
    [
        pytest.param([1, 2, 4], [2, 3, 5], -4 / 9, id="2-pairs-above-6-below-1-tied"),
        pytest.param([3, 4], [1, 2], 1, id="all-above"),
        pytest.param([1, 2], [3, 4, 5], -1, id="all-below"),
        pytest.param([1, 3], [2, 2], 0, id="as-many-above-as-below"),
        pytest.param(
            [True, True, True, False], [True, False, False, False], 0.5, id="flag-difference-of-shares"
        ),
    ],
)
def test_cliffs_delta_by_hand(declined: list[float], kept: list[float], delta: float) -> None:
    effect = cliffs_delta(np.array(declined, dtype="float64"), np.array(kept, dtype="float64"))
    assert effect.size == pytest.approx(delta)
    assert effect.low <= effect.size <= effect.high


def test_interval_is_feng_and_cliffs() -> None:
    declined, kept = np.array([1.0, 2, 2, 4, 7]), np.array([2.0, 3, 5, 6])
    # The formula written out on the whole matrix of comparisons.
    pairs = np.sign(declined[:, None] - kept[None, :])
    n, m = pairs.shape
    d = pairs.mean()
    sums = m**2 * ((pairs.mean(axis=1) - d) ** 2).sum() + n**2 * ((pairs.mean(axis=0) - d) ** 2).sum()
    variance = (sums - ((pairs - d) ** 2).sum()) / (n * m * (n - 1) * (m - 1))
    spread = Z * np.sqrt(variance) * np.sqrt((1 - d**2) ** 2 + Z**2 * variance)
    scale = 1 - d**2 + Z**2 * variance
    effect = cliffs_delta(declined, kept)
    assert (effect.low, effect.high) == pytest.approx(
        ((d - d**3 - spread) / scale, (d - d**3 + spread) / scale)
    )


def test_interval_without_overlap_depends_on_the_smaller_class() -> None:
    effect = cliffs_delta(np.arange(10.0), np.arange(20.0, 40.0))
    assert (effect.low, effect.size, effect.high) == pytest.approx((-1, -1, -(10 - Z**2) / (10 + Z**2)))


@given(declined=SAMPLES, kept=SAMPLES)
def test_swapping_the_classes_changes_signs_only(declined: list[float], kept: list[float]) -> None:
    effect = cliffs_delta(np.array(declined), np.array(kept))
    swapped = cliffs_delta(np.array(kept), np.array(declined))
    assert (effect.size, effect.low, effect.high) == pytest.approx(
        (-swapped.size, -swapped.high, -swapped.low), abs=1e-12
    )
    assert effect.p_value == pytest.approx(swapped.p_value)
    assert -1 <= effect.low <= effect.size <= effect.high <= 1


def test_equal_values_have_no_effect() -> None:
    effect = cliffs_delta(np.ones(3), np.ones(4))
    assert (effect.size, effect.low, effect.high, effect.p_value) == (0, 0, 0, 1)


def test_cramers_v_by_hand() -> None:
    # chi² = 80 · (30·30 − 10·10)² / 40⁴ = 20; Bergsma: (20/80 − 1/79) / (1 − 1/79)
    effect = cramers_v(_table((30, 10), (10, 30)))
    assert effect.size == pytest.approx(((0.25 - 1 / 79) / (1 - 1 / 79)) ** 0.5)
    assert effect.p_value == pytest.approx(7.744e-6, rel=1e-3)
    assert 0.2 < effect.low < 0.5 < effect.high < 0.8


@pytest.mark.parametrize(
    ("rows", "size"),
    [
        pytest.param([(20, 0), (0, 20)], 1, id="the-value-tells-the-class"),
        pytest.param([(10, 20), (20, 40), (5, 10)], 0, id="equal-shares"),
    ],
)
def test_cramers_v_at_its_ends(rows: list[tuple[int, int]], size: float) -> None:
    assert cramers_v(_table(*rows)).size == pytest.approx(size, abs=1e-9)


def test_interval_of_cramers_v_makes_the_statistic_no_surprise() -> None:
    effect = cramers_v(_table((30, 10), (10, 30)))  # chi² = 20 with one degree of freedom, n = 80
    assert stats.ncx2.sf(20, 1, 80 * effect.low**2) == pytest.approx(0.025)
    assert stats.ncx2.cdf(20, 1, 80 * effect.high**2) == pytest.approx(0.025)


def test_many_values_of_chance_have_no_size() -> None:
    counts = np.random.default_rng(1).multinomial(1296, np.full(100, 0.01)).reshape(50, 2)
    effect = cramers_v(_table(*map(tuple, counts)))
    assert effect.low <= effect.size <= effect.high
    assert effect.size < 0.08  # √(χ² / n) is .19


def test_p_value_follows_the_interval_where_spreads_differ() -> None:
    generator = np.random.default_rng(3)
    found = [cliffs_delta(4 * generator.normal(size=65), generator.normal(size=1000)) for _ in range(200)]
    assert np.mean([effect.p_value < 0.05 for effect in found]) < 0.1
    assert np.mean([(effect.p_value < 0.05) == (not effect.low < 0 < effect.high) for effect in found]) > 0.97


def test_interval_without_an_association_reaches_zero_and_is_not_empty() -> None:
    effect = cramers_v(_table((20, 20), (10, 10)))
    assert (effect.size, effect.low) == (0, 0)
    assert 0.2 < effect.high < 0.5


def test_inflation_of_two_columns_is_that_of_their_correlation() -> None:
    # r = 4 / 5
    factors = variance_inflation(pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [1.0, 3, 2, 4]}))
    assert factors.to_list() == pytest.approx([1 / (1 - 0.64)] * 2)


def test_inflation_is_infinite_where_columns_determine_each_other() -> None:
    numbers = pd.DataFrame(
        {"a": [1.0, 2, 3, 4], "twice": [2.0, 4, 6, 8], "b": [1.0, 3, 2, 4], "constant": [5.0] * 4}
    )
    factors = variance_inflation(numbers)
    assert factors["a"] == factors["twice"] == float("inf")
    assert factors["b"] == pytest.approx(1 / (1 - 0.64))
    assert np.isnan(factors["constant"])


@pytest.mark.parametrize(("hits", "count"), [(5, 10), (0, 7), (7, 7)])
def test_interval_of_a_share_inverts_the_score_test(hits: int, count: int) -> None:
    share, low, high = share_with_interval(hits, count)
    assert share == hits / count
    # At its ends the share is 1.96 standard errors away, except where they are 0 or 1.
    for end in {low, high} - {0, 1}:
        assert abs(share - end) == pytest.approx(Z * (end * (1 - end) / count) ** 0.5)
    assert 0 <= low <= share <= high <= 1
    assert low < high


def test_shares_of_arrays_are_those_of_their_elements() -> None:
    together = np.array(share_with_interval(np.array([5.0, 0.0, 0.0]), np.array([10.0, 7.0, 0.0])))
    one_by_one = [share_with_interval(hits, count) for hits, count in ((5, 10), (0, 7), (0, 0))]
    np.testing.assert_array_equal(together.T, one_by_one)
    assert np.isnan(one_by_one[2]).all()
