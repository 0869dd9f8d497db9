"""Effects and shares with their intervals, in units that compare across features."""

from dataclasses import dataclass
from typing import overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.special import chndtr, chndtrinc

Values = NDArray[np.float64]
_Z = 1.959964


@dataclass(frozen=True)
class Effect:
    """An effect size with its interval.

    Attributes
    ----------
    size, low, high : float
        The effect and its 95 % interval; nan where it cannot be known.
    p_value : float
        Of the hypothesis of no effect.
    """

    size: float
    low: float
    high: float
    p_value: float


NO_EFFECT = Effect(0.0, 0.0, 0.0, 1.0)
UNKNOWN_EFFECT = Effect(np.nan, np.nan, np.nan, 1.0)


def cliffs_delta(declined: Values, kept: Values) -> Effect:
    """Return P(declined > kept) − P(declined < kept), from −1 to 1.

    The interval is the asymmetric one of Feng and Cliff (2004) with Cliff's (1993) unbiased variance, and so
    is the p-value: Mann and Whitney's would also reject where the classes differ in spread alone. Classes
    that do not overlap have no variance; their p-value is Mann and Whitney's.

    Parameters
    ----------
    declined, kept : ndarray
        Values of the two classes, at least two of each, none missing.

    Examples
    --------
    >>> effect = cliffs_delta(np.array([1.0, 2.0, 4.0]), np.array([2.0, 3.0, 5.0]))
    >>> round(9 * effect.size)  # 2 pairs above, 6 below, 1 tied
    -4
    """
    if np.ptp(np.concatenate([declined, kept])) == 0:
        return NO_EFFECT
    above_kept = _dominance(declined, kept)
    size = float(above_kept.mean())
    error = _standard_error(above_kept, -_dominance(kept, declined), _share_tied(declined, kept), size)
    low, high = _interval(size, error, min(len(declined), len(kept)))
    apart = abs(size) == 1
    p_value = stats.mannwhitneyu(declined, kept).pvalue if apart else 2 * stats.norm.sf(abs(size) / error)
    return Effect(size, low, high, float(p_value))


def _interval(size: float, error: float, smaller_class: int) -> tuple[float, float]:
    if abs(size) == 1:  # without overlap the error is 0; Feng and Cliff's equation 8
        inner = (smaller_class - _Z**2) / (smaller_class + _Z**2)
        return (inner, 1.0) if size > 0 else (-1.0, -inner)
    spread = _Z * error * np.sqrt((1 - size**2) ** 2 + _Z**2 * error**2)
    scale = 1 - size**2 + _Z**2 * error**2
    low, high = ((size - size**3 + sign * spread) / scale for sign in (-1, 1))
    return float(max(-1, low)), float(min(1, high))


def _dominance(values: Values, others: Values) -> Values:
    """Return for each value the share of others below it minus the share above it."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, values, side="left")
    above = len(ordered) - np.searchsorted(ordered, values, side="right")
    return (below - above) / len(ordered)


def _share_tied(left: Values, right: Values) -> float:
    ordered = np.sort(right)
    ties = np.searchsorted(ordered, left, side="right") - np.searchsorted(ordered, left, side="left")
    return float(ties.sum() / (len(left) * len(right)))


def _standard_error(rows: Values, columns: Values, tied: float, size: float) -> float:
    n, m = len(rows), len(columns)
    by_row, by_column = ((rows - size) ** 2).sum() * m**2, ((columns - size) ** 2).sum() * n**2
    of_pairs = n * m * (1 - tied - size**2)
    variance = (by_row + by_column - of_pairs) / (n * m * (n - 1) * (m - 1))
    floor = (1 - size**2) / (n * m - 1)  # Cliff's smallest admissible value
    return float(np.sqrt(max(variance, floor)))


def cramers_v(table: pd.DataFrame) -> Effect:
    """Return the association of a category with the class, from 0 to 1.

    The size is corrected for chance, which makes categories of many values look associated (Bergsma 2013,
    Journal of the Korean Statistical Society 42:323). The p-value is of the chi-square test. The interval
    is found by inverting the noncentral chi-square distribution (Smithson 2003, "Confidence Intervals",
    chapter 4): unlike a bootstrap's, it reaches 0 where there is no association.

    Parameters
    ----------
    table : DataFrame, shape (n_values, 2)
        Clients by value and class.
    """
    counts = table.to_numpy("float64")
    if min(counts.shape) < 2 or (counts.sum(axis=0) == 0).any():
        return NO_EFFECT
    test = stats.chi2_contingency(counts, correction=False)
    n = counts.sum()
    low, high = (float(np.sqrt(value / n)) for value in _noncentrality(test.statistic, test.dof))
    largest = 1 - 1 / (n - 1)  # of the corrected square: there are two classes
    corrected = max(0.0, test.statistic / n - test.dof / (n - 1))
    size = min(1.0, float(np.sqrt(corrected / largest)))
    return Effect(size, min(low, size), min(1.0, max(high, size)), float(test.pvalue))


def _noncentrality(statistic: float, freedom: int) -> tuple[float, float]:
    """Return the 95 % interval of the noncentrality behind a chi-square statistic."""
    low = chndtrinc(statistic, freedom, 0.975) if chndtr(statistic, freedom, 0) > 0.975 else 0.0
    # A statistic below its expectation would make the interval empty.
    high = chndtrinc(max(statistic, float(freedom)), freedom, 0.025)
    return float(low), float(high)


def variance_inflation(numbers: pd.DataFrame) -> pd.Series:
    """Return the variance inflation factor of each column: the diagonal of the inverse correlation matrix.

    Constant columns have no factor (nan); columns that determine each other have an infinite one.
    """
    moving = numbers.loc[:, numbers.std() > 0]
    correlations = moving.corr().fillna(0.0).to_numpy()  # missing for columns never known together
    if np.linalg.matrix_rank(correlations) < len(correlations):
        factors = [_inflation(moving, name) for name in moving.columns]
    else:
        factors = list(np.diag(np.linalg.inv(correlations)))
    return pd.Series(factors, index=moving.columns).reindex(numbers.columns)


def _inflation(numbers: pd.DataFrame, name: str) -> float:
    """Return 1 / (1 − R²) of one column regressed on the others."""
    known = numbers.dropna()
    standard = (known - known.mean()) / known.std()
    others, target = standard.drop(columns=name).to_numpy(), standard[name].to_numpy()
    fitted = others @ np.linalg.lstsq(others, target, rcond=None)[0]
    unexplained = ((target - fitted) ** 2).sum() / (target**2).sum()
    return float(1 / unexplained) if unexplained > 1e-10 else float("inf")


@overload
def share_with_interval(hits: float, count: float) -> tuple[float, float, float]: ...
@overload
def share_with_interval(hits: Values, count: Values) -> tuple[Values, Values, Values]: ...
def share_with_interval(
    hits: float | Values, count: float | Values
) -> tuple[float | Values, float | Values, float | Values]:
    """Return hits / count with its 95 % interval (Wilson, 1927); missing where count is 0.

    Examples
    --------
    >>> [round(float(value), 3) for value in share_with_interval(5, 10)]
    [0.5, 0.237, 0.763]
    """
    counted = np.where(np.equal(count, 0), np.nan, count)
    share = hits / counted
    return share, *wilson(share, counted)


def wilson(share: Values, count: Values) -> tuple[Values, Values]:
    """Return Wilson's (1927) 95 % interval of shares; counts, such as effective ones, may be fractions."""
    middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    half = _Z * np.sqrt(share * (1 - share) / count + (_Z / (2 * count)) ** 2) / (1 + _Z**2 / count)
    # The interval holds the share and stays within 0 and 1, whatever rounding says.
    return np.clip(middle - half, 0, share), np.clip(middle + half, share, 1)
