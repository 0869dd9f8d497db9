"""Encodings that comparisons of several features need: standardised columns and quantile bins."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from one_click.columns import COLUMNS

_FEWEST_PER_VALUE = 2  # clients, on average


def standardise(clients: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return the columns as numbers of mean 0, each feature with a total variance of 1.

    Categories become one column per value, called ``<column>=<value>``, which share their feature's variance:
    otherwise a category would weigh as much as it has values. Identifiers and constant columns are left out.
    A missing number takes the mean.

    Returns
    -------
    DataFrame of float, one row per client
    """
    categories = [name for name in names if COLUMNS[name].kind == "category"]
    kept = [name for name in names if name not in categories or not is_identifier(clients[name])]
    numbers = clients[kept].astype({name: "float64" for name in kept if name not in categories})
    columns = pd.get_dummies(
        numbers, columns=[name for name in kept if name in categories], prefix_sep="=", dtype="float64"
    )
    moving = columns.loc[:, columns.std() > 0]
    feature = moving.columns.str.split("=").str[0]
    variance = moving.var().groupby(feature).transform("sum")
    return ((moving - moving.mean()) / variance**0.5).fillna(0.0)


def is_identifier(values: pd.Series) -> bool:
    """Return whether almost all values of a category differ."""
    known = values.dropna()
    return len(known) < _FEWEST_PER_VALUE * known.nunique()


def quantile_bins(values: pd.Series, count: int) -> pd.Series:
    """Return the number of the quantile bin of each value, 0 for the lowest.

    Equal values share a bin, so that there are fewer than `count` bins where many clients have one value; two
    different values make two bins at least. Missing values stay missing.
    """
    known = values.dropna().to_numpy("float64")
    edges = np.unique(values.quantile(np.arange(1, count) / count).to_numpy("float64"))
    # An edge at the largest value would leave nothing above it.
    edges = edges[edges < known.max(initial=-np.inf)]
    if not len(edges):
        edges = np.unique(known)[-2:-1]  # below the largest value; none where there is but one
    bins = pd.Series(np.searchsorted(edges, values.to_numpy("float64")), index=values.index)
    return bins.where(values.notna())
