"""Figures of quality, each for many resamples at once.

Every figure takes scores or probabilities and targets of shape (n_clients,) and weights of shape
(n_resamples, n_clients), where a weight is how often a client occurs in a resample, and returns
shape (n_resamples,). Ones as weights give the plain figure.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special, stats

from one_click.effects import share_with_interval

Values = NDArray[np.float64]
Figure = Callable[[Values, Values, Values], Values]

THRESHOLDS = np.round(np.arange(0.05, 0.9501, 0.01), 2)  # of probability, that are tried
_BINS = 10
_CLIP = 1e-15
_FEWEST_FOR_VARIANCE = 2


def roc_auc(scores: Values, target: Values, weights: Values) -> Values:
    """Probability that a declined client is ranked above one that kept buying; ties count one half."""
    declined, kept = by_descending_score(scores, target, weights)
    above = np.cumsum(declined, axis=1) - declined / 2
    return (kept * above).sum(axis=1) / (declined.sum(axis=1) * kept.sum(axis=1))


def average_precision(scores: Values, target: Values, weights: Values) -> Values:
    """Area under the precision-recall curve as a sum of steps."""
    declined, kept = by_descending_score(scores, target, weights)
    found = np.cumsum(declined, axis=1)
    seen = found + np.cumsum(kept, axis=1)
    precision = np.divide(found, seen, out=np.zeros_like(found), where=seen > 0)
    return (declined * precision).sum(axis=1) / found[:, -1]


def lift_at_fifth(scores: Values, target: Values, weights: Values) -> Values:
    """How many times more declined clients the highest-ranked fifth holds than a random fifth."""
    return share_found(scores, target, weights, np.array([0.2]))[:, 0] / 0.2


def share_found(scores: Values, amounts: Values, weights: Values, depths: Values) -> Values:
    """Share of all that `amounts` add up to among each highest-ranked share of the base in `depths`.

    With targets as amounts, it is the share of the declined clients that is found; with the profit that
    declined clients take away, the share of that. Clients that share a score are found evenly along their
    stretch of the ranking.

    Returns
    -------
    ndarray, shape (n_resamples, n_depths)
        Missing where the amounts add up to nothing.
    """
    amount, rest = by_descending_score(scores, amounts, weights)
    found = np.cumsum(amount, axis=1)
    pairs = zip(found + np.cumsum(rest, axis=1), found, strict=True)
    return np.array(
        [np.interp(depths * s[-1], np.r_[0, s], np.r_[0, f]) / (f[-1] or np.nan) for s, f in pairs]
    )


def f1_declined(predicted: Values, target: Values, weights: Values) -> Values:
    """F1 of the class that declined; `predicted` is 1 for clients at risk, else 0."""
    hits = weights @ (predicted * target)
    return _ratio(2 * hits, weights @ predicted + weights @ target)


def f1_weighted(predicted: Values, target: Values, weights: Values) -> Values:
    """F1 of both classes, each weighted by its number of clients."""
    declined = weights @ target
    kept = weights.sum(axis=1) - declined
    of_declined = f1_declined(predicted, target, weights)
    of_kept = f1_declined(1 - predicted, 1 - target, weights)
    return (declined * of_declined + kept * of_kept) / (declined + kept)


def precision_declined(predicted: Values, target: Values, weights: Values) -> Values:
    """Share of clients called at risk that did decline."""
    return _ratio(weights @ (predicted * target), weights @ predicted)


def recall_declined(predicted: Values, target: Values, weights: Values) -> Values:
    """Share of declined clients that were called at risk."""
    return _ratio(weights @ (predicted * target), weights @ target)


def brier_score(probability: Values, target: Values, weights: Values) -> Values:
    """Mean squared distance of the probability from what happened."""
    return (weights @ (probability - target) ** 2) / weights.sum(axis=1)


def log_loss(probability: Values, target: Values, weights: Values) -> Values:
    """Mean negative log-likelihood, in nats."""
    clipped = np.clip(probability, _CLIP, 1 - _CLIP)
    losses = -(target * np.log(clipped) + (1 - target) * np.log(1 - clipped))
    return (weights @ losses) / weights.sum(axis=1)


def calibration_error(probability: Values, target: Values, weights: Values) -> Values:
    """Return the expected calibration error over ten bins of equal width (Naeini et al. 2015)."""
    bins = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    surplus = np.zeros((len(probability), _BINS))
    surplus[np.arange(len(probability)), bins] = probability - target
    return np.abs(weights @ surplus).sum(axis=1) / weights.sum(axis=1)


OF_SCORES: tuple[Figure, ...] = (roc_auc, average_precision, lift_at_fifth)
OF_DECISIONS: tuple[Figure, ...] = (f1_declined, f1_weighted, precision_declined, recall_declined)
OF_PROBABILITIES: tuple[Figure, ...] = (brier_score, log_loss, calibration_error)


def evaluate(
    scores: Values, probability: Values, target: Values, threshold: float, weights: Values
) -> pd.DataFrame:
    """Return every figure of one model with its 95 % interval.

    Parameters
    ----------
    scores, probability, target : ndarray, shape (n_clients,)
    threshold : float
        Clients with at least this probability are called at risk.
    weights : ndarray, shape (n_resamples, n_clients)
        Resamples of clients; the interval is the 2.5th to the 97.5th percentile over them.

    Returns
    -------
    DataFrame, one row per figure: metric, value, low, high, n
        The interval of the ROC-AUC is DeLong's (see `roc_auc_interval`).
    """
    predicted = (probability >= threshold).astype("float64")
    ones = np.ones((1, len(target)))
    rows = []
    for figures, values in ((OF_SCORES, scores), (OF_DECISIONS, predicted), (OF_PROBABILITIES, probability)):
        for figure in figures:
            low, high = np.quantile(figure(values, target, weights), [0.025, 0.975])
            value = figure(values, target, ones)[0]
            if figure is roc_auc:
                low, high = roc_auc_interval(values, target)
            rows.append({"metric": figure.__name__, "value": value, "low": low, "high": high})
    return pd.DataFrame(rows).assign(n=len(target))


def roc_auc_interval(scores: Values, target: Values) -> tuple[float, float]:
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


def stratified_resamples(target: Values, samples: int, seed: int) -> Values:
    """Draw bootstrap weights that keep the size of each class.

    Returns
    -------
    ndarray, shape (samples, n_clients)
    """
    generator = np.random.default_rng(seed)
    weights = np.zeros((samples, len(target)))
    for value in (0, 1):
        members = np.flatnonzero(target == value)
        even = np.full(len(members), 1 / max(1, len(members)))
        weights[:, members] = generator.multinomial(len(members), even, size=samples)
    return weights


def corrected_interval(values: Values, test_share: float) -> tuple[float, float, float]:
    """Return the mean over folds, its standard error and the half-width of its 95 % interval.

    Folds share training clients, so the variance is corrected by Nadeau and Bengio (2003):
    ``(1 / J + n_test / n_train) s²`` over J folds, with J − 1 degrees of freedom.

    Parameters
    ----------
    values : ndarray, shape (n_folds,)
        A figure, or a difference of figures, on each fold of all repeats.
    test_share : float
        Share of clients in a fold's test part.
    """
    count = len(values)
    variance = values.var(ddof=1) * (1 / count + test_share / (1 - test_share))
    error = float(np.sqrt(variance))
    return float(values.mean()), error, float(stats.t.ppf(0.975, count - 1) * error)


def by_descending_score(scores: Values, target: Values, weights: Values) -> tuple[Values, Values]:
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


def _ratio(part: Values, whole: Values) -> Values:
    return np.divide(part, whole, out=np.zeros_like(whole, dtype="float64"), where=whole > 0)
