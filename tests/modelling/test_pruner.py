from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import norm

from one_click.modelling.pruner import Race

BEST = [0.80, 0.70, 0.90, 0.80]
# Differences to the best of -0.1, 0, -0.1, 0 and 0, -0.2, 0, -0.2: variances 1/300 and 4/300.
OTHERS = ([0.70, 0.70, 0.80, 0.80], [0.80, 0.50, 0.90, 0.60])
VARIANCE = 4 / 300  # of the larger half


def _race(*finished: Sequence[float], negligible: float = 0.05) -> Race:
    race = Race(negligible)
    for values in finished:
        race.finish(values)
    return race


@pytest.mark.parametrize(
    ("values", "mean", "left", "seen"),
    [
        pytest.param([0.75], -0.05, 3, 1, id="after-one-fold"),
        pytest.param([0.75, 0.67], -0.04, 2, 2, id="after-two"),
        pytest.param([0.80, 0.70, 0.96], 0.02, 1, 3, id="ahead-after-three"),
    ],
)
def test_chance_is_the_formula_of_the_docstring(
    values: list[float], mean: float, left: int, seen: int
) -> None:
    expected = norm.cdf(4 * mean / (VARIANCE * (left + left**2 / seen)) ** 0.5)
    assert _race(OTHERS[0], BEST, OTHERS[1]).chance(values) == pytest.approx(expected)


def test_chance_by_hand() -> None:
    # A sum of -0.2 is expected, with the variance 4/300 · (3 + 9) = 0.16: half a standard deviation below 0.
    assert _race(BEST, *OTHERS).chance([0.75]) == pytest.approx(0.3085, abs=1e-4)


def test_expected_is_the_best_mean_moved_by_the_difference_seen() -> None:
    assert _race(*OTHERS, BEST).expected([0.75, 0.67]) == pytest.approx(0.80 - 0.04)


def test_trial_is_compared_with_the_best_whatever_the_order_of_finishing() -> None:
    orders = ([BEST, *OTHERS], [*OTHERS, BEST], [OTHERS[1], BEST, OTHERS[0]])
    assert all(
        one.chance([0.7, 0.7]) == pytest.approx(other.chance([0.7, 0.7]))
        for one, other in pairwise(_race(*order) for order in orders)
    )


def test_clearly_worse_trial_is_lost_after_one_fold_and_an_equal_one_is_not() -> None:
    race = _race(BEST, *OTHERS)
    assert race.is_lost([0.5])
    assert not race.is_lost([0.8])
    assert not race.is_lost([0.9])


@pytest.mark.parametrize("finished", [0, 1, 2])
def test_nobody_is_lost_before_three_trials_have_finished(finished: int) -> None:
    assert not _race(*[BEST, *OTHERS][:finished]).is_lost([0.0])


def test_nobody_is_lost_where_no_chance_is_negligible() -> None:
    assert not _race(BEST, *OTHERS, negligible=0).is_lost([0.0])


def test_what_is_negligible_decides() -> None:
    values = [0.75]  # a chance of 31 % (see above)
    assert not _race(BEST, *OTHERS, negligible=0.30).is_lost(values)
    assert _race(BEST, *OTHERS, negligible=0.31).is_lost(values)


@pytest.mark.parametrize("negligible", [0.05, 0.2])
def test_trials_as_good_as_the_best_are_wrongly_given_up_in_at_most_the_promised_share(
    negligible: float,
) -> None:
    generator = np.random.default_rng(0)
    wins, given_up = np.zeros((2, 1500), dtype=bool)
    for draw in range(1500):
        folds = generator.normal(0.8, 0.05, 5)
        best, *worse, values = folds + generator.normal(0, 0.02, (10, 5))
        race = _race(best, *(one - 0.05 for one in worse), negligible=negligible)
        wins[draw] = values.mean() > best.mean()
        given_up[draw] = any(race.is_lost(values[:seen]) for seen in range(1, 5))  # four looks
    assert wins.mean() == pytest.approx(0.5, abs=0.05)
    assert given_up[~wins].mean() > 0.4
    assert 0 < (given_up & wins).mean() < negligible


def test_duplicates_of_the_best_do_not_make_up_the_spread() -> None:
    # Settings drawn again, or that grow the same tree: they do not scatter against the best one at all.
    race = _race(BEST, OTHERS[0], OTHERS[1], negligible=0.05)
    chance = race.chance([0.72])
    for _ in range(10):
        race.finish(BEST)
    assert race.chance([0.72]) == pytest.approx(chance)


def test_near_copies_of_the_best_do_not_make_up_the_spread() -> None:
    race = _race(BEST, *OTHERS)
    for shift in (1e-4, 2e-4):
        race.finish([value - shift * (fold % 2) for fold, value in enumerate(BEST)])
    assert race.chance([0.75]) > 0.25


def test_where_nothing_scatters_nobody_is_lost() -> None:
    race = _race(BEST, BEST, BEST, BEST)
    assert not race.is_lost([0.5])
