"""Clients of a synthetic store: drawn from summaries of the classes, then moved on by a month."""

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import ndtr

from one_click.columns import CLIENT_ID, COLUMNS, PROFIT, TARGET
from one_click.parameters import DemoStore

DECIMALS = {"promo_purchase_share": 2, PROFIT: 2, "marketing_contacts_6m": 1}
_REVENUES = ("revenue_two_months_ago", "revenue_previous", "revenue_current")


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
    for position, (name, quantiles) in enumerate(options.quantiles.items()):
        low_to_high = np.array([quantiles.kept, quantiles.declined])
        values = _interpolate(ranks[:, position], options.probabilities, low_to_high, declined)
        clients[name] = _round(name, values)
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


def _interpolate(
    ranks: NDArray[np.float64],
    probabilities: tuple[float, ...],
    quantiles: NDArray[np.float64],
    declined: NDArray[np.bool_],
) -> NDArray[np.float64]:
    by_class = [np.interp(ranks, probabilities, of_class) for of_class in quantiles]
    return np.where(declined, by_class[1], by_class[0])


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


def add_twins(clients: pd.DataFrame, twins: int, generator: Generator) -> pd.DataFrame:
    """Append copies of some clients, equal in everything."""
    copied = generator.choice(len(clients), twins, replace=False)
    return pd.concat([clients, clients.iloc[copied]], ignore_index=True)


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
        Monthly changes and drift.
    generator : Generator
        Source of randomness.
    """
    count, declined = len(clients), clients[TARGET].to_numpy() == 1
    pace = np.where(declined, options.monthly_change[0], options.monthly_change[1])
    later = clients.assign(
        revenue_two_months_ago=clients["revenue_previous"],
        revenue_previous=clients["revenue_current"],
        minutes_previous=clients["minutes_current"],
        days_registered=clients["days_registered"] + 30,
    )
    revenue = clients[list(_REVENUES)].mean(axis=1) * (1 + pace + generator.normal(0, 0.08, count))
    later["revenue_current"] = _round("revenue_current", revenue.clip(lower=0).to_numpy())
    minutes = clients["minutes_current"] * (1 + pace) + generator.normal(0, 2, count)
    later["minutes_current"] = _round("minutes_current", minutes.to_numpy())
    contacts = clients["marketing_contacts_6m"] + (clients["marketing_contacts_current"] - 4) / 6
    later["marketing_contacts_6m"] = _round("marketing_contacts_6m", contacts.clip(lower=0).to_numpy())
    drifted = clients[options.drift_column] + generator.poisson(options.drift_size, count)
    return later.assign(**{options.drift_column: drifted})
