"""When a trial may be given up before its last fold."""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr

_FEWEST = 3  # finished trials behind the spread of differences between folds


class Race:
    """Judges after each fold whether a trial may still overtake the best one.

    A trial is compared with the best finished one on the same folds. Their differences scatter from fold to
    fold; how much, the finished trials tell. The sum of all differences, given the first k of n, is then
    about normal with the mean n·d and the variance s²·[(n − k) + (n − k)² / k], where d is the mean
    difference seen and s² the pooled variance of differences (see `_variance`): a trial whose chance of a
    positive sum has become negligible is given up. The best trial is never judged by folds that others have
    not run.

    Parameters
    ----------
    negligible : float
        A smaller chance to overtake ends a trial; 0 lets every trial run all folds.
    """

    def __init__(self, negligible: float) -> None:
        self._negligible = negligible
        self._finished: list[np.ndarray] = []

    def finish(self, values: Sequence[float]) -> None:
        """Take in the values of a trial that ran all folds."""
        self._finished.append(np.asarray(values))

    def is_lost(self, values: Sequence[float]) -> bool:
        """Tell whether a trial with these values on its first folds has a negligible chance to overtake."""
        if len(self._finished) < _FEWEST or not self._negligible:
            return False
        return self.chance(values) < self._negligible

    def chance(self, values: Sequence[float]) -> float:
        """Return the chance that the mean over all folds ends above the best one's."""
        best, seen = self._best(), len(values)
        left = len(best) - seen
        mean = float(np.mean(values - best[:seen]))
        spread = np.sqrt(self._variance() * (left + left**2 / seen))
        return float(ndtr(len(best) * mean / spread)) if spread > 0 else 1.0

    def expected(self, values: Sequence[float]) -> float:
        """Return the mean over all folds that the differences seen so far lead to."""
        best = self._best()
        return float(best.mean() + np.mean(values - best[: len(values)]))

    def _best(self) -> np.ndarray:
        return max(self._finished, key=np.mean)

    def _variance(self) -> float:
        """Return the pooled variance, between folds, of differences to the best trial.

        Of the larger half of the variances: late in a search many trials are near copies of the best one, and
        would make every difference look sure.
        """
        best = self._best()
        variances = np.sort([(values - best).var(ddof=1) for values in self._finished])
        others = variances[variances > 0]
        return float(np.mean(others[len(others) // 2 :])) if len(others) else 0.0
