"""Metrics of quality, each for many resamples at once.

Every metric takes scores or probabilities and targets of shape (n_clients,) and weights of shape
(n_resamples, n_clients), where a weight is how often a client occurs in a resample, and returns
shape (n_resamples,). Ones as weights give the plain value.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from one_click.statistics.discrimination import by_descending_score, roc_auc, roc_auc_interval
from one_click.statistics.effect_sizes import wilson

Values = NDArray[np.float64]
Metric = Callable[[Values, Values, Values], Values]

THRESHOLDS = np.round(np.arange(0.05, 0.9501, 0.01), 2)  # of probability, that are tried
_BINS = 10
_FIFTH = 0.2
_SAME = 1e-12  # variance up to which resamples do not differ
_CLIP = 1e-15  # keeps the log loss finite where a certain prediction is wrong


def average_precision(scores: Values, target: Values, weights: Values) -> Values:
    """Area under the precision-recall curve as a sum of steps."""
    declined, kept = by_descending_score(scores, target, weights)
    found = np.cumsum(declined, axis=1)
    seen = found + np.cumsum(kept, axis=1)
    precision = np.divide(found, seen, out=np.zeros_like(found), where=seen > 0)
    return (declined * precision).sum(axis=1) / found[:, -1]


def lift_at_fifth(scores: Values, target: Values, weights: Values) -> Values:
    """How many times more declined clients the highest-ranked fifth holds than a random fifth."""
    return share_found(scores, target, weights, np.array([_FIFTH]))[:, 0] / _FIFTH


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
    """Root mean square of the gap between probability and observed share, over ten bins of equal width.

    The square is unbiased, so that a calibrated model has about 0 on any number of clients: in each bin, the
    variance of the gap is taken off it, as in Kumar, Liang and Ma (2019, "Verified Uncertainty Calibration").
    Below 0 it counts as 0; of a bin with a single client nothing is known.
    """
    surplus = probability - target
    clients, gaps, squares = (weights @ _by_bin(probability, one) for one in (None, surplus, surplus**2))
    return _root_of_unbiased_squares(clients, gaps, squares)


def calibration_chance(probability: Values, samples: int, seed: int) -> float:
    """Return the calibration error that perfect probabilities stay below in 95 of 100 cases by chance.

    The consistency resampling of Bröcker and Smith (2007, "Increasing the Reliability of Reliability
    Diagrams"): targets are drawn from the probabilities themselves.
    """
    drawn = np.random.default_rng(seed).random((samples, len(probability))) < probability
    surplus, bins = probability - drawn, _by_bin(probability)
    errors = _root_of_unbiased_squares(bins.sum(axis=0), surplus @ bins, surplus**2 @ bins)
    return float(np.quantile(errors, 0.95))


def _by_bin(probability: Values, values: Values | None = None) -> Values:
    """Return the values (ones by default) in the column of their client's bin, shape (n_clients, n_bins)."""
    # A probability of 1 belongs to the last bin.
    bins = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    table = np.zeros((len(probability), _BINS))
    table[np.arange(len(probability)), bins] = 1 if values is None else values
    return table


def _root_of_unbiased_squares(clients: Values, gaps: Values, squares: Values) -> Values:
    """Take sums by bin; (Σd)² − Σd² holds the pairs of different clients alone."""
    pairs = (gaps**2 - squares) / np.maximum(clients - 1, 1)
    return np.sqrt(np.maximum(0, (pairs * (clients > 1)).sum(axis=-1) / clients.sum(axis=-1)))


OF_SCORES: tuple[Metric, ...] = (roc_auc, average_precision, lift_at_fifth)
OF_DECISIONS: tuple[Metric, ...] = (f1_declined, f1_weighted, precision_declined, recall_declined)
OF_PROBABILITIES: tuple[Metric, ...] = (brier_score, log_loss, calibration_error)
_TOLD_ALONE = (lift_at_fifth, recall_declined)  # differences without an interval


def evaluate(
    scores: Values, probability: Values, target: Values, threshold: float, weights: Values, seed: int
) -> pd.DataFrame:
    """Return every metric of one model with its 95 % interval.

    Parameters
    ----------
    scores, probability, target : ndarray, shape (n_clients,)
    threshold : float
        Clients with at least this probability are called at risk.
    weights : ndarray, shape (n_resamples, n_clients)
        Resamples of clients (see `resample_clients`).
    seed : int
        Of the chance level of the calibration error.

    Returns
    -------
    DataFrame of `schemas.model_selection.Evaluation`, without the model
        The interval holds what this fitted model has in the population that the clients come from: DeLong's
        for the ROC-AUC, `share_interval` for other shares, `amount_interval` for losses. The calibration
        error has none (near 0 none is known that holds); beside it stands ``calibration_chance``.
    """
    ones, rows = np.ones((1, len(target))), []
    for metric, values in _judged(scores, probability, threshold):
        value = metric(values, target, ones)[0]
        low, high = _interval(metric, value, (values, target, weights))
        rows.append({"metric": metric.__name__, "value": value, "low": low, "high": high})
    chance = calibration_chance(probability, len(weights), seed)
    rows.append({"metric": calibration_chance.__name__, "value": chance, "low": np.nan, "high": np.nan})
    return pd.DataFrame(rows).assign(n=len(target))


def _judged(scores: Values, probability: Values, threshold: float) -> list[tuple[Metric, Values]]:
    """Return every metric with what it takes of a model."""
    predicted = (probability >= threshold).astype("float64")
    kinds = ((OF_SCORES, scores), (OF_DECISIONS, predicted), (OF_PROBABILITIES, probability))
    return [(metric, values) for metrics, values in kinds for metric in metrics]


def _interval(metric: Metric, value: float, judged: tuple[Values, Values, Values]) -> tuple[float, float]:
    values, target, _ = judged
    if metric is roc_auc:
        return roc_auc_interval(values, target)
    if metric is calibration_error:
        return np.nan, np.nan
    if metric in (brier_score, log_loss):
        return amount_interval(value, metric(*judged))
    unit = _FIFTH if metric is lift_at_fifth else 1  # the share found there is what the lift multiplies
    counted = values.sum() if metric is precision_declined else target.sum()
    low, high = share_interval(np.array(value * unit), metric(*judged) * unit, counted)
    return float(low) / unit, float(high) / unit


def compare(
    first: tuple[Values, Values, float], second: tuple[Values, Values, float], target: Values, weights: Values
) -> pd.DataFrame:
    """Return by how much the metrics of one model are above those of another on the same clients.

    Parameters
    ----------
    first, second : tuple
        Scores, probabilities and threshold of a model (see `evaluate`).
    target : ndarray, shape (n_clients,)
    weights : ndarray, shape (n_resamples, n_clients)

    Returns
    -------
    DataFrame of `schemas.model_selection.ChallengerDifferences`, without the model and the calibration error
        The 95 % interval is normal, with the spread of the difference over resamples of the same clients.
        Lift and recall have none: few clients part two models there, and theirs held too seldom on planted
        stores (.88 and .91).
    """
    ones, rows = np.ones((1, len(target))), []
    for (metric, mine), (_, theirs) in zip(_judged(*first), _judged(*second), strict=True):
        difference, resampled = (
            metric(mine, target, drawn) - metric(theirs, target, drawn) for drawn in (ones, weights)
        )
        half = np.nan if metric in _TOLD_ALONE else stats.norm.ppf(0.975) * resampled.std()
        ends = {"low": difference[0] - half, "high": difference[0] + half}
        rows.append({"metric": metric.__name__, "difference": difference[0], **ends})
    table = pd.DataFrame(rows)
    return table[table["metric"] != calibration_error.__name__]


def share_interval(value: Values, resampled: Values, count: float) -> tuple[Values, Values]:
    """Return the 95 % interval of a share: Wilson's, with as many clients as resampling shows to count.

    That many are ``value (1 - value) / variance`` (Korn and Graubard 1998; with Wilson's interval, Dean and
    Pagano 2015). Unlike percentiles of resamples, it stays between 0 and 1 and has a width where no resample
    differs, such as of a group in which every client declined.

    Parameters
    ----------
    value : ndarray, shape (...)
    resampled : ndarray, shape (n_resamples, ...)
    count : float
        Clients that the share is taken of, for where no resample differs.
    """
    variance, spread = resampled.var(axis=0), value * (1 - value)
    differs = (variance > _SAME) & (spread > _SAME)
    counted = np.where(differs, spread / np.where(differs, variance, 1), max(1.0, count))
    return wilson(value, counted)


def amount_interval(value: float, resampled: Values) -> tuple[float, float]:
    """Return the 95 % interval of an amount above 0: by the spread over resamples, on the log scale.

    Of 0, which has no logarithm, it ends at the 97.5th percentile of the resamples.
    """
    if value <= 0:
        return min(0.0, value), float(np.quantile(resampled, 0.975))
    factor = np.exp(stats.norm.ppf(0.975) * resampled.std() / value)
    return float(value / factor), float(value * factor)


def resample_clients(target: Values, samples: int, seed: int, labelled: int) -> Values:
    """Draw bootstrap weights of clients whose share of declined varies as that of all labelled clients.

    A stratified part has the share of the whole that it was taken from: it is as uncertain as that of the
    whole, neither known for certain (as in a bootstrap within classes) nor as that of the part alone.

    Parameters
    ----------
    target : ndarray, shape (n_clients,)
    samples, seed : int
    labelled : int
        Clients of whom these are a stratified part; as many as there are here, if they are all.

    Returns
    -------
    ndarray, shape (samples, n_clients)
        Resamples hold at least one client of each class that there is.
    """
    generator = np.random.default_rng(seed)
    clients, both = len(target), 0 < target.mean() < 1
    share = generator.binomial(labelled, target.mean(), size=samples) / labelled
    declined = np.rint(share * clients).astype(int).clip(int(both), clients - int(both))
    weights = np.zeros((samples, clients))
    for value, sizes in ((0, clients - declined), (1, declined)):
        members = np.flatnonzero(target == value)
        even = np.full(len(members), 1 / max(1, len(members)))
        weights[:, members] = generator.multinomial(sizes, even)
    return weights


def corrected_interval(values: Values, test_share: float) -> tuple[float, float, float]:
    """Return the mean over folds, its standard error and the half-width of its 95 % interval.

    Folds share training clients, so the variance is corrected by Nadeau and Bengio (2003):
    ``(1 / J + n_test / n_train) s²`` over J folds, with J − 1 degrees of freedom.

    Parameters
    ----------
    values : ndarray, shape (n_folds,)
        A metric, or a difference of metrics, on each fold of all repeats.
    test_share : float
        Share of clients in a fold's test part.
    """
    count = len(values)
    variance = values.var(ddof=1) * (1 / count + test_share / (1 - test_share))
    error = float(np.sqrt(variance))
    return float(values.mean()), error, float(stats.t.ppf(0.975, count - 1) * error)


def _ratio(part: Values, whole: Values) -> Values:
    return np.divide(part, whole, out=np.zeros_like(whole, dtype="float64"), where=whole > 0)
