"""Discrimination: the ROC-AUC and its interval, each computed here alone."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from one_click.statistics.effect_sizes import share_with_interval

Values = NDArray[np.float64]

_FEWEST_FOR_VARIANCE = 2


def roc_auc(scores: Values, target: NDArray[Any], weights: Values | None = None) -> Values:
    """Return the ROC-AUC: how probably a declined client is ranked above one that kept buying.

    Ties count one half.

    Parameters
    ----------
    scores, target : ndarray, shape (n_clients,)
    weights : ndarray, shape (n_resamples, n_clients), optional
        How often a client occurs in each resample; without, each occurs once.

    Returns
    -------
    ndarray, shape (n_resamples,)
        One value without weights.

    Examples
    --------
    >>> float(roc_auc(np.array([0.1, 0.4, 0.4, 0.8]), np.array([0, 0, 1, 1]))[0])  # 3 pairs of 4, and a tie
    0.875
    """
    weights = np.ones((1, len(target))) if weights is None else weights
    declined, kept = by_descending_score(scores, target, weights)
    above = np.cumsum(declined, axis=1) - declined / 2
    return (kept * above).sum(axis=1) / (declined.sum(axis=1) * kept.sum(axis=1))


def roc_auc_interval(scores: Values, target: NDArray[Any]) -> tuple[float, float]:
    """Return the 95 % interval of a ROC-AUC on independent clients.

    The variance is that of DeLong, DeLong and Clarke-Pearson (1988), by ranks (Sun and Xu 2014); the interval
    is symmetric on the logit scale, where it stays between 0 and 1 and covers better near 1 (Pepe 2003). For
    a perfect ranking, whose variance is 0, it is Wilson's for the smaller class.
    """
    declined, kept = scores[target == 1], scores[target == 0]
    ranks = stats.rankdata(np.r_[declined, kept])
    above = (ranks[: len(declined)] - stats.rankdata(declined)) / len(kept)
    below = 1 - (ranks[len(declined) :] - stats.rankdata(kept)) / len(declined)
    area, fewest = float(above.mean()), min(len(declined), len(kept))
    if area in (0, 1) or fewest < _FEWEST_FOR_VARIANCE:
        return share_with_interval(round(area * fewest), fewest)[1:]
    error = np.sqrt(above.var(ddof=1) / len(declined) + below.var(ddof=1) / len(kept))
    half = stats.norm.ppf(0.975) * error / (area * (1 - area))
    low, high = special.expit(special.logit(area) + np.array([-half, half]))
    return float(low), float(high)


def by_descending_score(scores: Values, target: NDArray[Any], weights: Values) -> tuple[Values, Values]:
    """Return the weights of declined and kept clients by distinct score, highest first.

    Returns
    -------
    declined, kept : ndarray, shape (n_resamples, n_distinct_scores)
    """
    order = np.argsort(-scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) != 0])
    declined = np.add.reduceat(weights[:, order] * target[order], starts, axis=1)
    kept = np.add.reduceat(weights[:, order] * (1 - target[order]), starts, axis=1)
    return declined, kept
