"""Clients as points in space, and numbers as levels: what comparisons of several features need."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from one_click.columns import COLUMNS

_FEWEST_PER_VALUE = 2  # clients, on average


def standardise(clients: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return the columns as numbers of mean 0, each feature with a total variance of 1.

    Categories become one column per value, called ``<column>=<value>``, which share their feature's variance:
    otherwise a category would weigh as much as it has values. Categories that only repeat the client and
    constant columns are left out. A missing number takes the mean.

    Returns
    -------
    DataFrame of float, one row per client
    """
    categories = [name for name in names if COLUMNS[name].kind == "category"]
    kept = [name for name in names if name not in categories or not repeats_client(clients[name])]
    numbers = clients[kept].astype({name: "float64" for name in kept if name not in categories})
    columns = pd.get_dummies(
        numbers, columns=[name for name in kept if name in categories], prefix_sep="=", dtype="float64"
    )
    moving = columns.loc[:, columns.std() > 0]
    feature = moving.columns.str.split("=").str[0]
    variance = moving.var().groupby(feature).transform("sum")
    return ((moving - moving.mean()) / variance**0.5).fillna(0.0)


def repeats_client(values: pd.Series) -> bool:
    """Tell whether a category has nearly as many values as clients, so that it describes no group of them."""
    known = values.dropna()
    return len(known) < _FEWEST_PER_VALUE * known.nunique()


def equal_parts(values: pd.Series, count: int) -> pd.Series:
    """Return which of `count` equally large parts each number belongs to, 0 for the lowest.

    Equal values stay together, so that there are fewer parts where many clients share a value; there are two
    at least where there are two values. Missing values stay missing.
    """
    known = values.dropna().to_numpy("float64")
    borders = np.unique(values.quantile(np.arange(1, count) / count).to_numpy("float64"))
    borders = borders[borders < known.max(initial=-np.inf)]
    if not len(borders):
        borders = np.unique(known)[-2:-1]  # below the largest value; none where there is but one
    parts = pd.Series(np.searchsorted(borders, values.to_numpy("float64")), index=values.index)
    return parts.where(values.notna())
