from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import optuna
import pytest
from optuna.trial import create_trial
from scipy.stats import norm

from one_click.modelling.pruner import FOLD_VALUES, PairedFoldPruner, chance_to_overtake, expected_mean

BEST = [0.80, 0.70, 0.90, 0.80]
# Differences to the best of -0.1, 0, -0.1, 0 and 0, -0.2, 0, -0.2: variances 1/300 and 4/300.
OTHERS = ([0.70, 0.70, 0.80, 0.80], [0.80, 0.50, 0.90, 0.60])
VARIANCE = 4 / 300  # of the larger half


def _study(finished: Sequence[Sequence[float]], negligible: float) -> optuna.Study:
    study = optuna.create_study(direction="maximize", pruner=PairedFoldPruner(negligible))
    for values in finished:
        study.add_trial(create_trial(value=float(np.mean(values)), user_attrs={FOLD_VALUES: list(values)}))
    return study


def _is_pruned(values: Sequence[float], *finished: Sequence[float], negligible: float = 0.05) -> bool:
    """Ask the pruner of a study with these complete trials about one that has run some folds."""
    trial = _study(finished, negligible).ask()
    trial.set_user_attr(FOLD_VALUES, list(values))
    return trial.should_prune()


def _chance(values: list[float], *finished: Sequence[float]) -> float:
    return chance_to_overtake(np.array(finished), values)


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
    assert _chance(values, OTHERS[0], BEST, OTHERS[1]) == pytest.approx(expected)


def test_chance_by_hand() -> None:
    # A sum of -0.2 is expected, with the variance 4/300 · (3 + 9) = 0.16: half a standard deviation below 0.
    assert _chance([0.75], BEST, *OTHERS) == pytest.approx(0.3085, abs=1e-4)


def test_expected_is_the_best_mean_moved_by_the_difference_seen() -> None:
    assert expected_mean(np.array([*OTHERS, BEST]), [0.75, 0.67]) == pytest.approx(0.80 - 0.04)


def test_trial_is_compared_with_the_best_whatever_the_order_of_finishing() -> None:
    orders = ([BEST, *OTHERS], [*OTHERS, BEST], [OTHERS[1], BEST, OTHERS[0]])
    assert all(
        one == pytest.approx(other)
        for one, other in pairwise(_chance([0.7, 0.7], *order) for order in orders)
    )


def test_clearly_worse_trial_is_pruned_after_one_fold_and_an_equal_one_is_not() -> None:
    assert [_is_pruned([value], BEST, *OTHERS) for value in (0.5, 0.8, 0.9)] == [True, False, False]


@pytest.mark.parametrize("finished", [0, 1, 2])
def test_no_trial_is_pruned_before_three_are_complete(finished: int) -> None:
    assert not _is_pruned([0.0], *[BEST, *OTHERS][:finished])


def test_no_trial_is_pruned_where_no_chance_is_negligible() -> None:
    assert not _is_pruned([0.0], BEST, *OTHERS, negligible=0)


def test_trial_is_pruned_below_the_negligible_chance() -> None:
    values = [0.75]  # a chance of 31 % (see above)
    assert not _is_pruned(values, BEST, *OTHERS, negligible=0.30)
    assert _is_pruned(values, BEST, *OTHERS, negligible=0.31)


@pytest.mark.parametrize("negligible", [0.05, 0.2])
def test_trials_as_good_as_the_best_are_pruned_in_at_most_the_promised_share(negligible: float) -> None:
    generator = np.random.default_rng(0)
    wins, pruned = np.zeros((2, 1500), dtype=bool)
    for draw in range(1500):
        folds = generator.normal(0.8, 0.05, 5)
        best, *worse, values = folds + generator.normal(0, 0.02, (10, 5))
        finished = np.array([best, *(one - 0.05 for one in worse)])
        wins[draw] = values.mean() > best.mean()
        chances = [chance_to_overtake(finished, values[:seen]) for seen in range(1, 5)]  # four looks
        pruned[draw] = min(chances) < negligible
    assert wins.mean() == pytest.approx(0.5, abs=0.05)
    assert pruned[~wins].mean() > 0.4
    assert 0 < (pruned & wins).mean() < negligible


def test_duplicates_of_the_best_do_not_make_up_the_variance() -> None:
    # Hyperparameters drawn again, or that grow the same tree, do not scatter against the best ones at all.
    finished = [BEST, *OTHERS]
    assert _chance([0.72], *finished, *[BEST] * 10) == pytest.approx(_chance([0.72], *finished))


def test_near_copies_of_the_best_do_not_make_up_the_variance() -> None:
    copies = [[value - shift * (fold % 2) for fold, value in enumerate(BEST)] for shift in (1e-4, 2e-4)]
    assert _chance([0.75], BEST, *OTHERS, *copies) > 0.25


def test_no_trial_is_pruned_where_nothing_scatters() -> None:
    assert not _is_pruned([0.5], BEST, BEST, BEST, BEST)


def test_first_trial_expects_the_mean_of_its_folds() -> None:
    assert expected_mean(np.array([]), [0.7, 0.8]) == pytest.approx(0.75)
