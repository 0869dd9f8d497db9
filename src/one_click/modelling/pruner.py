"""Pruning of trials by paired fold differences."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from optuna.pruners import BasePruner
from optuna.trial import FrozenTrial, TrialState
from scipy.special import ndtr

if TYPE_CHECKING:
    import optuna

FOLD_VALUES = "fold_roc_auc"  # user attribute of a trial: its ROC-AUC on each fold that it ran
_FEWEST = 3  # finished trials behind the variance of differences between folds

Values = NDArray[np.float64]


class PairedFoldPruner(BasePruner):  # type: ignore[misc]  # mypy reads no types of optuna
    """Prunes a trial whose chance to overtake the best one has become negligible.

    A trial is compared with the best finished one on the same folds. The sum of their differences over all n
    folds, given the first k, is about normal with the mean n·d and the variance s²·[(n − k) + (n − k)² / k],
    where d is the mean difference seen and s² the pooled variance of differences between folds
    (`pooled_variance`), which the finished trials tell.

    Parameters
    ----------
    negligible_chance : float
        A smaller chance prunes; 0 lets every trial run all folds.
    """

    def __init__(self, negligible_chance: float) -> None:
        self._negligible_chance = negligible_chance

    def prune(self, study: "optuna.Study", trial: FrozenTrial) -> bool:
        """Return whether to prune a trial that holds its values so far in the attribute `FOLD_VALUES`."""
        finished = finished_values(study)
        if len(finished) < _FEWEST or not self._negligible_chance:
            return False
        return chance_to_overtake(finished, trial.user_attrs[FOLD_VALUES]) < self._negligible_chance


def finished_values(study: "optuna.Study") -> Values:
    """Return the values of all complete trials, shape (n_trials, n_folds)."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return np.array([trial.user_attrs[FOLD_VALUES] for trial in complete])


def chance_to_overtake(finished: Values, values: list[float]) -> float:
    """Return the chance that a trial's mean over all folds ends above that of the best finished one."""
    best, seen = _best(finished), len(values)
    left = len(best) - seen
    mean = float(np.mean(values - best[:seen]))
    spread = np.sqrt(pooled_variance(finished) * (left + left**2 / seen))
    return float(ndtr(len(best) * mean / spread)) if spread > 0 else 1.0


def expected_mean(finished: Values, values: list[float]) -> float:
    """Return the mean over all folds that a trial's differences to the best one let expect."""
    if not len(finished):
        return float(np.mean(values))
    best = _best(finished)
    return float(best.mean() + np.mean(values - best[: len(values)]))


def pooled_variance(finished: Values) -> float:
    """Return the variance between folds of differences to the best trial, the mean of their larger half.

    Late in a search many trials are near copies of the best one; counted in, they would make every difference
    look certain.
    """
    variances = np.sort((finished - _best(finished)).var(axis=1, ddof=1))
    others = variances[variances > 0]
    return float(np.mean(others[len(others) // 2 :])) if len(others) else 0.0


def _best(finished: Values) -> Values:
    return max(finished, key=np.mean)
