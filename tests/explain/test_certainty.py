from collections.abc import Sequence

import numpy as np
import pytest

from one_click.explain.certainty import certainty, settled, top_reasons

# Of a table of the normal distribution: the probability to lie below 0, 1, 2, 3 standard deviations.
HALF, ONE, TWO, THREE = 0.5, 0.841345, 0.977250, 0.998650


def _certainty(contributions: Sequence[float], errors: Sequence[float], count: int) -> list[float]:
    (row,) = certainty(np.array([contributions], dtype="float64"), np.array([errors], dtype="float64"), count)
    return list(row)


def _settled(
    contributions: Sequence[float], errors: Sequence[float], count: int, certain_from: float
) -> bool:
    (row,) = settled(np.array([contributions]), np.array([errors]), count, certain_from)
    return bool(row)


@pytest.mark.parametrize(
    ("contributions", "count", "expected"),
    [
        pytest.param([1, 3, 2], 2, [1, 2], id="strongest-first"),
        pytest.param([-5, -1, 2], 2, [2, 1], id="an-amount-against-is-no-reason"),
        pytest.param([2, 3, 3, 3], 2, [1, 2], id="ties-in-the-order-of-the-features"),
        pytest.param([1, 2], 5, [1, 0], id="no-more-than-there-are"),
    ],
)
def test_strongest_reasons(contributions: list[float], count: int, expected: list[int]) -> None:
    assert top_reasons(np.array([contributions]), count).tolist() == [expected]


# The first one left out is the rival. A lead has the standard error √(error² + error of the rival²).
@pytest.mark.parametrize(
    ("contributions", "errors", "count", "expected"),
    [
        # Rival 1 ± 0.8. Leads 2 and 1 with standard error √(0.36 + 0.64) = 1; far from 0 themselves.
        pytest.param([3, 2, 1], [0.6, 0.6, 0.8], 2, [TWO, ONE], id="ahead-of-the-first-left-out"),
        # The second and third are out of order in the input: rival 1 ± 0 again.
        pytest.param([1, 7, 2, -9], [0, 2, 1, 5], 2, [THREE, ONE], id="in-any-order"),
        # Rival −40 ± 3: leads 44 ± 5 and 43 ± 5 are sure, but 4 ± 4 and 3 ± 4 may be negative.
        pytest.param([4, 4, -40], [4, 2, 3], 2, [ONE, TWO], id="truly-raises-the-score"),
        # A lead of nothing: even odds, however sure both are to raise the score.
        pytest.param([5, 5, 5], [0.3, 0.4, 0.3], 2, [HALF, HALF], id="ties"),
        pytest.param([1, 7, 2], [9, 3, 4], 1, [ONE], id="lead-5-of-error-5"),
        # Nothing is left out: all that can fail is the sign.
        pytest.param([2, 1, -1], [1, 0.5, 1], 3, [TWO, TWO, 1 - ONE], id="count-is-all-features"),
        pytest.param([2, 1, -1], [1, 1, 0.5], 9, [TWO, ONE, 1 - TWO], id="count-beyond-all-features"),
    ],
)
def test_certainty_by_hand(
    contributions: list[float], errors: list[float], count: int, expected: list[float]
) -> None:
    assert _certainty(contributions, errors, count) == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize(
    ("contributions", "count", "expected"),
    [
        pytest.param([3, 2, 1, -1], 2, [1, 1], id="exact"),
        pytest.param([2, 2, 2], 2, [1, 1], id="ties"),
        pytest.param([2, -1, -3], 2, [1, 0], id="one-positive-reason-for-two-places"),
        pytest.param([-1, -2, -3], 2, [0, 0], id="no-positive-reason"),
        pytest.param([2, 1], 2, [1, 1], id="count-is-all-features"),
        pytest.param([1e-12, 0, 0], 1, [1], id="however-small"),
    ],
)
def test_exact_contributions_are_certain(
    contributions: list[float], count: int, expected: list[float]
) -> None:
    assert _certainty(contributions, np.zeros(len(contributions)), count) == expected


def test_an_exact_reason_against_a_sampled_rival() -> None:
    # Leads 2 and 1 over a rival of 1 ± 1; the exact reasons themselves are above 0 for sure.
    assert _certainty([3, 2, 1], [0, 0, 1], 2) == pytest.approx([TWO, ONE], abs=2e-6)


def test_larger_errors_never_make_a_reason_more_certain() -> None:
    generator = np.random.default_rng(0)
    contributions, errors = generator.normal(1, 1, (200, 16)), generator.uniform(0.01, 2, (200, 16))
    sure = certainty(contributions, errors, 3)
    unsure = certainty(contributions, 1.5 * errors, 3)
    positive = np.sort(contributions, axis=1)[:, :-4:-1] > 0
    assert ((sure >= 0) & (sure <= 1)).all()
    assert (unsure[positive] <= sure[positive]).all()
    assert (unsure[positive] < sure[positive]).mean() > 0.9


def test_each_client_is_judged_by_himself() -> None:
    generator = np.random.default_rng(1)
    contributions, errors = generator.normal(size=(2, 9, 16))
    together = certainty(contributions, errors**2, 3)
    alone = [certainty(contributions[[one]], errors[[one]] ** 2, 3)[0] for one in range(9)]
    np.testing.assert_array_equal(together, alone)


# Two reasons each way. A lead of 2 with a standard error of 1 (0.6 and 0.8) is certain to .977, of 1 to .841.
@pytest.mark.parametrize(
    ("contributions", "errors", "certain_from", "expected"),
    [
        pytest.param([9, 5, 3, -4, -5, -9], [0.6, 0.6, 0.8, 0.8, 0.6, 0.6], 0.97, False, id="against-is-not"),
        pytest.param([9, 5, 3, -3, -5, -9], [0.6, 0.6, 0.8, 0.8, 0.6, 0.6], 0.97, True, id="both-ways"),
        pytest.param([9, 5, 3, -3, -5, -9], [0.6, 0.6, 0.8, 0.8, 0.6, 0.6], 0.98, False, id="asked-for-more"),
        pytest.param([9, 5, 4, -3, -5, -9], [0.6, 0.6, 0.8, 0.8, 0.6, 0.6], 0.97, False, id="decline-is-not"),
        pytest.param([9, 5, 3, 0, 0, 0], [0.6, 0.6, 0.8, 0, 0, 0], 0.97, True, id="nothing-against"),
        pytest.param([9, 0, 0, 0, 0, -9], [1, 0, 0, 0, 0, 1], 0.99, True, id="one-reason-each-way"),
        pytest.param([1, 0, 0, 0, 0, -9], [1, 0, 0, 0, 0, 1], 0.9, False, id="one-that-may-be-nothing"),
        pytest.param([3, 3, 3, -3, -3, -3], [0] * 6, 0.99, True, id="exact-ties"),
        pytest.param([3, 3, 3, -3, -3, -3], [0.1] * 6, 0.9, False, id="sampled-ties"),
        pytest.param([0] * 6, [0] * 6, 0.99, True, id="no-reasons-at-all"),
    ],
)
def test_settled_by_hand(
    contributions: list[float], errors: list[float], certain_from: float, expected: bool
) -> None:
    assert _settled(contributions, errors, 2, certain_from) is expected


def test_settled_looks_both_ways_alike() -> None:
    generator = np.random.default_rng(2)
    contributions, errors = generator.normal(size=(300, 16)), generator.uniform(0, 0.2, (300, 16))
    one_way = settled(contributions, errors, 3, 0.8)
    np.testing.assert_array_equal(one_way, settled(-contributions, errors, 3, 0.8))
    assert 0 < one_way.sum() < 300


def test_inputs_stay_as_they_are() -> None:
    generator = np.random.default_rng(3)
    contributions, errors = generator.normal(size=(4, 16)), generator.uniform(0, 1, (4, 16))
    before = contributions.copy(), errors.copy()
    certainty(contributions, errors, 3)
    settled(contributions, errors, 3, 0.9)
    np.testing.assert_array_equal((contributions, errors), before)
