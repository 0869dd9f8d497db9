"""Means and shares over stores, with their 95 % intervals."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import stats

from one_click.statistics.effect_sizes import share_with_interval


def mean_text(values: Iterable[float], decimals: int) -> str:
    """Write a mean with its interval (t)."""
    known = pd.Series(list(values), dtype="float64")
    half = stats.t.ppf(0.975, len(known) - 1) * known.sem()
    low, mean, high = (f"{known.mean() + side * half:.{decimals}f}" for side in (-1, 0, 1))
    return f"{mean} ({low} to {high})"


def share_text(hits: Iterable[bool]) -> str:
    """Write how many of the stores there are of a kind, and their share with its interval."""
    found = np.array(list(hits), dtype=bool)
    share, low, high = share_with_interval(int(found.sum()), len(found))
    return f"{found.sum()} of {len(found)}, {share:.3f} ({low:.3f} to {high:.3f})"
