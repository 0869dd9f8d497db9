"""Clients of a synthetic store: drawn from summaries of the classes, then moved on by a month."""

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from one_click.columns import CLIENT_ID, COLUMNS, PROFIT, TARGET
from one_click.parameters import DemoStore

from .dirt import credible_revenue

DECIMALS = {"promo_purchase_share": 2, PROFIT: 2, "marketing_contacts_6m": 1}
_ENDS = (0.005, 0.995)  # a value at the end of its class says no more than that it is extreme


def draw_clients(count: int, options: DemoStore, generator: Generator) -> pd.DataFrame:
    """Draw clients of both classes.

    A Gaussian copula gives ranks that are correlated as within the classes of a real store; each class has
    its own quantile functions and shares. Then some labels are swapped between the classes.

    Parameters
    ----------
    count : int
        Number of clients.
    options : DemoStore
        Summaries of the classes.
    generator : Generator
        Source of randomness.

    Returns
    -------
    DataFrame, one row per client
        Every column of the vocabulary but the client number.
    """
    declined = np.arange(count) < round(count * options.declined_share)
    ranks = ndtr(generator.standard_normal((count, len(options.quantiles))) @ _cholesky(options).T)
    clients = pd.DataFrame({TARGET: declined.astype(int)})
    for position, name in enumerate(options.quantiles):
        clients[name] = _round(name, values_at(ranks[:, position], declined, name, options))
    for name, shares in options.shares.items():
        clients[name] = _draw_category(shares, declined, generator)
    chance = np.where(declined, options.allows_messages[0], options.allows_messages[1])
    clients["allows_messages"] = generator.random(count) < chance
    clients[TARGET] = _swap_labels(declined, options.label_noise, generator)
    return clients


def _cholesky(options: DemoStore) -> NDArray[np.float64]:
    size = len(options.quantiles)
    correlations = np.eye(size)
    for row, values in enumerate(options.correlations, start=1):
        correlations[row, :row] = correlations[:row, row] = values
    return np.asarray(np.linalg.cholesky(correlations), dtype="float64")


def values_at(
    ranks: NDArray[np.float64], declined: NDArray[np.bool_], name: str, options: DemoStore
) -> NDArray[np.float64]:
    """Return the values of a column at some ranks (0-1) within the clients' classes, not rounded."""
    quantiles = options.quantiles[name]
    return np.where(
        declined,
        np.interp(ranks, options.probabilities, quantiles.declined),
        np.interp(ranks, options.probabilities, quantiles.kept),
    )


def ranks_of(
    values: NDArray[np.float64], declined: NDArray[np.bool_], name: str, options: DemoStore
) -> NDArray[np.float64]:
    """Return the ranks (0-1) within their classes of some values of a column, the inverse of `values_at`."""
    quantiles = options.quantiles[name]
    return np.where(
        declined,
        np.interp(values, quantiles.declined, options.probabilities),
        np.interp(values, quantiles.kept, options.probabilities),
    )


def _round(name: str, values: NDArray[np.float64]) -> NDArray[np.float64] | NDArray[np.int64]:
    if COLUMNS[name].kind == "whole":
        return np.rint(values).clip(min=0).astype("int64")
    return np.round(values, DECIMALS.get(name, 1))


def _draw_category(
    shares: dict[str, tuple[float, float]], declined: NDArray[np.bool_], generator: Generator
) -> NDArray[np.object_]:
    borders = np.cumsum(np.array(list(shares.values())), axis=0)
    drawn = generator.random(len(declined))[:, None]
    by_class = borders[:-1, np.where(declined, 0, 1)].T / borders[-1, np.where(declined, 0, 1)][:, None]
    return np.array(list(shares), dtype=object)[(drawn > by_class).sum(axis=1)]


def _swap_labels(declined: NDArray[np.bool_], share: float, generator: Generator) -> NDArray[np.int64]:
    """Swap the labels of equally many clients of both classes, `share` of all clients together."""
    target = declined.astype("int64")
    pairs = min(round(len(target) * share / 2), declined.sum(), (~declined).sum())
    for value in (True, False):
        chosen = generator.choice(np.flatnonzero(declined == value), pairs, replace=False)
        target[chosen] = int(not value)
    return target


def add_twins(clients: pd.DataFrame, options: DemoStore, generator: Generator) -> pd.DataFrame:
    """Append copies, equal in everything, of some clients whose revenue is not spoiled."""
    whole = clients.index[credible_revenue(clients, options).notna().all(axis=1)]
    copied = generator.choice(whole, options.twins, replace=False)
    return pd.concat([clients, clients.loc[copied]], ignore_index=True)


def number_clients(
    clients: pd.DataFrame, first_id: int, order_noise: float, generator: Generator
) -> pd.DataFrame:
    """Give client numbers, the declined first but for some, so that the order leaks the target.

    Parameters
    ----------
    clients : DataFrame
        Clients without numbers.
    first_id : int
        The first number.
    order_noise : float
        Standard deviation of the noise on the order, in units of the distance between the classes.
    generator : Generator
        Source of randomness.
    """
    order = np.argsort(
        generator.normal(0, order_noise, len(clients)) - clients[TARGET].to_numpy(), kind="stable"
    )
    ordered = clients.iloc[order].reset_index(drop=True)
    ordered.insert(0, CLIENT_ID, np.arange(first_id, first_id + len(ordered)))
    return ordered


def advance_month(clients: pd.DataFrame, options: DemoStore, generator: Generator) -> pd.DataFrame:
    """Return the clients a month later: months move on, habits persist, one feature drifts.

    Parameters
    ----------
    clients : DataFrame, one row per client
    options : DemoStore
        Persistence, monthly changes and drift.
    generator : Generator
        Source of randomness.
    """
    declined = clients[TARGET].to_numpy() == 1
    # A spoiled current revenue says nothing about habits; the client's other months do.
    revenue = credible_revenue(clients, options).ffill(axis=1)["revenue_current"]
    habits = clients.assign(revenue_current=revenue)
    redrawn = {name: _redraw(habits[name], declined, options, generator) for name in options.persistence}
    later = clients.assign(
        revenue_two_months_ago=clients["revenue_previous"],
        revenue_previous=clients["revenue_current"],
        minutes_previous=clients["minutes_current"],
        days_registered=clients["days_registered"] + 30,
        **redrawn,
    )
    later["marketing_contacts_6m"] = _six_month_mean(
        clients["marketing_contacts_6m"], later["marketing_contacts_current"]
    )
    later[options.drift_column] += generator.poisson(options.drift_size, len(clients))
    return later


def _redraw(
    values: pd.Series, declined: NDArray[np.bool_], options: DemoStore, generator: Generator
) -> NDArray[np.float64] | NDArray[np.int64]:
    """Draw a column anew, at ranks that are correlated with the old ones within the classes."""
    name, persistence = str(values.name), options.persistence[str(values.name)]
    scores = ndtri(ranks_of(values.to_numpy(dtype="float64"), declined, name, options).clip(*_ENDS))
    noise = generator.standard_normal(len(values))
    drawn = values_at(
        ndtr(persistence * scores + np.sqrt(1 - persistence**2) * noise), declined, name, options
    )
    if name in ("revenue_current", "minutes_current"):
        drawn = drawn * (1 + np.where(declined, *options.monthly_change))
    return _round(name, drawn)


def _six_month_mean(mean: pd.Series, newest: pd.Series) -> NDArray[np.float64] | NDArray[np.int64]:
    """Move a six-month mean on by a month; the month that drops out counts as an average one of the store."""
    return _round(str(mean.name), (mean + (newest - newest.mean()) / 6).clip(lower=0).to_numpy())
