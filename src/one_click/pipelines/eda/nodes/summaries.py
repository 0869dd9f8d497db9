"""The clients that are analysed, and the distributions of their features in each class."""

from typing import Any

import numpy as np
import pandas as pd

from one_click.columns import (
    BASE_FEATURES,
    CLIENT_ID,
    COLUMNS,
    ENGINEERED_FEATURES,
    PROFIT,
    TARGET,
    TWIN_GROUP,
)
from one_click.errors import DataError
from one_click.features import add_engineered, make_features
from one_click.parameters import Eda

from .shapes import find_shape

CLASSES = {1: "declined", 0: "kept"}
PORTRAYED = (*BASE_FEATURES, *ENGINEERED_FEATURES, PROFIT)
_QUANTILES = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}


def select_labelled(clients: pd.DataFrame) -> pd.DataFrame:
    """Return the labelled clients with every engineered feature.

    Raises
    ------
    DataError
        If there are not clients of both classes.
    """
    labelled = clients.dropna(subset=[TARGET]).astype({TARGET: "int64"}).reset_index(drop=True)
    if labelled[TARGET].nunique() < 2:
        raise DataError(
            f"The {len(labelled)} labelled clients are all of one class.",
            file="clients",
            column=TARGET,
            rule="classes are compared where there are clients of both",
            remedy="check the labels of the extract",
        )
    with_twins = labelled.merge(make_features(labelled, ())[[CLIENT_ID, TWIN_GROUP]], on=CLIENT_ID)
    return add_engineered(with_twins, ENGINEERED_FEATURES)


def sample_clients(labelled_clients: pd.DataFrame, options: Eda) -> pd.DataFrame:
    """Return a random sample of at most `sample` clients, for what is quadratic in columns or clients."""
    if len(labelled_clients) <= options.sample:
        return labelled_clients
    drawn = labelled_clients.sample(options.sample, random_state=options.seed)
    return drawn.sort_values(CLIENT_ID, ignore_index=True)


def describe_shapes(labelled_clients: pd.DataFrame, options: Eda) -> pd.DataFrame:
    """Return outliers, skewness and modes of every number over all clients.

    Returns
    -------
    DataFrame of `schemas.eda.FeatureShapes`
        Outliers lie beyond Tukey's (1977) fences; for the modes see `shapes.find_shape`.
    """
    rows = []
    for name in _numeric(labelled_clients):
        values = labelled_clients[name].astype("float64")
        low, high = _fences(values)
        shape = find_shape(values, options.resamples, options.seed)
        rows.append(
            {
                "feature": name,
                "n": int(values.count()),
                "missing": int(values.isna().sum()),
                "lower_fence": low,
                "upper_fence": high,
                "outliers_below": int((values < low).sum()),
                "outliers_above": int((values > high).sum()),
                "skewness": float(values.skew()),
                "modes": shape.modes,
                "peaks": list(shape.peaks),
                "valleys": list(shape.valleys),
                "p_one_mode": shape.p_value,
            }
        )
    return pd.DataFrame(rows)


def summarise_features(labelled_clients: pd.DataFrame) -> pd.DataFrame:
    """Summarise every numeric feature in each class.

    Returns
    -------
    DataFrame of `schemas.eda.FeatureSummaries`
    """
    rows = []
    for name in _numeric(labelled_clients):
        low, high = _fences(labelled_clients[name])
        for value, title in CLASSES.items():
            values = labelled_clients.loc[labelled_clients[TARGET] == value, name].astype("float64")
            rows.append(
                {
                    "feature": name,
                    "class": title,
                    "n": int(values.count()),
                    "missing": int(values.isna().sum()),
                    "mean": values.mean(),
                    "sd": values.std(),
                    **{title: values.quantile(share) for title, share in _QUANTILES.items()},
                    "outliers": int(((values < low) | (values > high)).sum()),
                }
            )
    return pd.DataFrame(rows)


def _numeric(clients: pd.DataFrame) -> list[str]:
    return [name for name in PORTRAYED if name in clients and COLUMNS[name].kind not in ("category", "flag")]


def _fences(values: pd.Series) -> tuple[float, float]:
    lower, upper = values.quantile([0.25, 0.75])
    return lower - 1.5 * (upper - lower), upper + 1.5 * (upper - lower)


def summarise_categories(labelled_clients: pd.DataFrame) -> pd.DataFrame:
    """Count the values of every category and flag in each class.

    Returns
    -------
    DataFrame of `schemas.eda.CategoryShares`
    """
    parts = []
    for name in PORTRAYED:
        if COLUMNS[name].kind not in ("category", "flag"):
            continue
        table = pd.crosstab(labelled_clients[name], labelled_clients[TARGET]).reindex(
            columns=[1, 0], fill_value=0
        )
        for value, title in CLASSES.items():
            counts = table[value]
            part = pd.DataFrame({"value": counts.index.astype("str"), "clients": counts.to_numpy()})
            part["share"] = part["clients"] / part["clients"].sum()
            part["declined_share"] = (table[1] / table.sum(axis=1)).to_numpy()
            parts.append(part.assign(feature=name, **{"class": title}))
    columns = ["feature", "value", "class", "clients", "share", "declined_share"]
    return pd.concat(parts, ignore_index=True)[columns]


def tabulate_distributions(labelled_clients: pd.DataFrame, options: Eda) -> pd.DataFrame:
    """Return the histogram of every numeric feature in each class, on common bins.

    Returns
    -------
    DataFrame of `schemas.eda.Distributions`
        Bins span the 1st to the 99th percentile; values beyond count in the outermost bins. A feature without
        values has no rows.
    """
    parts = []
    for name in _numeric(labelled_clients):
        values = labelled_clients[name].astype("float64").dropna()
        if values.empty:
            continue
        edges = _edges(values, options.bins)
        for value, title in CLASSES.items():
            own = values[labelled_clients.loc[values.index, TARGET] == value].clip(edges[0], edges[-1])
            counts = np.histogram(own, edges)[0]
            part = pd.DataFrame(
                {"left": edges[:-1], "right": edges[1:], "share": counts / max(1, counts.sum())}
            )
            parts.append(part.assign(feature=name, **{"class": title}))
    return pd.concat(parts, ignore_index=True)[["feature", "left", "right", "class", "share"]]


def _edges(values: pd.Series, bins: int) -> Any:
    """Return the edges of about `bins` bins at most, each a whole number of the values' steps wide."""
    # Whole numbers, or tenths, would otherwise fall into bins of unequal numbers of values: a comb.
    low, high = np.quantile(values, [0.01, 0.99], method="nearest")
    step = np.diff(np.unique(values.round(6))).min(initial=np.inf)
    step = step if np.isfinite(step) else 1.0
    width = step * max(1, np.ceil((high - low) / bins / step))
    count = max(1, np.ceil((high - low + step) / width - 1e-9))
    return low - step / 2 + width * np.arange(count + 1)
