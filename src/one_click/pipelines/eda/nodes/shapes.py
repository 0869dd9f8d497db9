"""Modes of a distribution: how many, where they are, and where neighbouring ones meet."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

Floats = NDArray[np.float64]

SIGNIFICANT = 0.01  # p-value below which several modes are reported
_DEPTH = 0.2  # by which the valley lies below the lower of two modes, as a share of it
_CELLS = 256
_ENDS = (0.005, 0.995)  # values beyond these quantiles make no mode
_STEPS = 16  # of the search for the critical bandwidth


@dataclass(frozen=True)
class Shape:
    """The modes of a distribution.

    Attributes
    ----------
    modes : int
        0 where there are no two clients with a value.
    peaks, valleys : tuple of float
        Values at which the modes are highest, and at which neighbouring modes meet.
    p_value : float
        Of the hypothesis of one mode at most.
    """

    modes: int
    peaks: tuple[float, ...]
    valleys: tuple[float, ...]
    p_value: float


def find_shape(values: pd.Series, resamples: int, seed: int) -> Shape:
    """Count the modes of a distribution.

    Several modes are reported if Silverman's test (1981, "Using kernel density estimates to investigate
    multimodality") rejects a single one, and the density, smoothed by the rule of thumb, has valleys that lie
    a fifth below the lower of the modes beside them.

    Parameters
    ----------
    values : Series
        Missing ones are left out.
    resamples : int
        Of the test's bootstrap.
    seed : int
    """
    known = values.dropna().to_numpy("float64")
    # On a finer grid than the values' own, every whole number would be a mode.
    counts, first, step = _on_grid(known)
    if len(counts) < 2:
        return Shape(int(len(counts) > 0 and len(known) > 1), (first,) if len(known) else (), (), 1.0)
    density = np.pad(_smooth(counts, _rule_of_thumb(counts)), 1)  # a mode may lie at the end
    peaks, found = find_peaks(density, prominence=0)
    clear = peaks[found["prominences"] >= _DEPTH * density[peaks]]
    p_value = _p_value_of_one_mode(counts, resamples, seed)
    # On flat distributions the test alone rejects too often: the valleys have to be deep as well.
    if p_value >= SIGNIFICANT or len(clear) < 2:
        clear = np.array([int(density.argmax())])
    valleys = [left + int(density[left:right].argmin()) for left, right in pairwise(clear)]
    # The padding has moved every position by one.
    peak_values, valley_values = (
        tuple(float(first + step * (place - 1)) for place in places) for places in (clear, valleys)
    )
    return Shape(len(clear), peak_values, valley_values, p_value)


def _on_grid(values: Floats) -> tuple[Floats, float, float]:
    """Return counts on equally spaced values, the first of them, and the step."""
    if not len(values):
        return np.empty(0), np.nan, np.nan
    low, high = np.quantile(values, _ENDS, method="nearest")
    inner = values[(values >= low) & (values <= high)]
    step = np.diff(np.unique(inner.round(6))).min(initial=np.inf)
    if not np.isfinite(step):
        return np.array([float(len(inner))]), float(low), 1.0
    if round((high - low) / step) + 1 > _CELLS:
        counts, edges = np.histogram(inner, _CELLS)
        return counts.astype("float64"), float((edges[0] + edges[1]) / 2), float(edges[1] - edges[0])
    return np.bincount(np.rint((inner - low) / step).astype(int)).astype("float64"), float(low), float(step)


def _rule_of_thumb(counts: Floats) -> float:
    """Return Silverman's bandwidth, .9 sd n^(-1/5), in steps of the grid."""
    places, total = np.arange(len(counts)), counts.sum()
    mean = (counts * places).sum() / total
    spread = np.sqrt((counts * (places - mean) ** 2).sum() / total)
    return float(0.9 * spread * total**-0.2)


def _smooth(counts: Floats, bandwidth: float) -> Floats:
    if bandwidth == 0:
        return counts
    smoothed: Floats = gaussian_filter1d(counts, bandwidth, axis=-1, mode="constant")
    return smoothed


def _count_modes(density: Floats) -> NDArray[np.int64]:
    """Return the number of local maxima of each row."""
    rows = np.pad(np.atleast_2d(density), [(0, 0), (1, 1)]).round(9)
    return np.array([_count_maxima(np.sign(np.diff(row))) for row in rows])


def _count_maxima(slopes: Floats) -> int:
    moving = slopes[slopes != 0]
    return int(((moving[:-1] > 0) & (moving[1:] < 0)).sum())


def _p_value_of_one_mode(counts: Floats, resamples: int, seed: int) -> float:
    """Return the share of samples of the smoothest unimodal fit that need more smoothing than the data."""
    if _count_modes(counts)[0] <= 1:
        return 1.0
    bandwidth = _critical_bandwidth(counts)
    density = _smooth(counts, bandwidth)
    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(int(counts.sum()), density / density.sum(), size=resamples)
    as_rough = (_count_modes(_smooth(drawn.astype("float64"), bandwidth)) > 1).sum()
    # The data count as one of the samples, so that no p-value is 0 (Davison and Hinkley 1997).
    return float((as_rough + 1) / (resamples + 1))


def _critical_bandwidth(counts: Floats) -> float:
    """Return the least smoothing that leaves one mode, found by bisection."""
    low, high = 0.0, float(len(counts))
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if _count_modes(_smooth(counts, middle))[0] <= 1 else (middle, high)
    return high
