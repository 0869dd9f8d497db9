"""Simulation of the store month by month, a chunk of clients at a time."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import BASE_FEATURES, CLIENT_ID, PROFIT, TARGET
from one_click.parameters import DemoPopulation, DemoStore
from one_click.simulation.campaigns import start_campaigns
from one_click.simulation.mechanism import Floats
from one_click.simulation.population import BLOCK, Clients, Stream, block_sizes, first_month, next_month

LABEL_LAG = 3  # months from what is known of a client to the label that a forecast is about

TRUTH_COLUMNS = (
    "month",
    "block",
    CLIENT_ID,
    *BASE_FEATURES,
    PROFIT,
    TARGET,
    "habit",
    "probability",
    "probability_ahead",
    "declined",
    "declined_without_offer",
    "twin",
    "offer",
    "arm",
    "offer_month",
    "prevents",
)


def simulate(options: DemoStore, population: DemoPopulation) -> Iterator[pd.DataFrame]:
    """Simulate the store: for each block of clients in turn, one table per month.

    Parameters
    ----------
    options : DemoStore
    population : DemoPopulation

    Yields
    ------
    DataFrame of `schemas.demo_store.DemoTruth`, one row per client of the block
    """
    sizes = block_sizes(options)
    per_chunk = max(options.chunk_clients // BLOCK, 1)
    for start in range(0, len(sizes), per_chunk):
        numbers = np.arange(start, min(start + per_chunk, len(sizes)))
        months = list(_simulate_chunk(np.repeat(numbers, np.take(sizes, numbers)), options, population))
        for number in numbers:
            for clients in months:
                first, last = clients["block"].searchsorted([number, number + 1])
                if first < last:
                    yield clients.iloc[first:last].reset_index(drop=True)


def _simulate_chunk(
    block: NDArray[np.int64], options: DemoStore, population: DemoPopulation
) -> Iterator[pd.DataFrame]:
    clients = first_month(block, options, population)
    for month, name in enumerate(options.months, start=1):
        if month > 1:
            clients = next_month(clients, month, options, population)
        clients = start_campaigns(clients, month, options)
        ahead = look_ahead(clients, month, options, population)
        yield _truth(clients.assign(probability_ahead=ahead), name, population)


def look_ahead(clients: Clients, month: int, options: DemoStore, population: DemoPopulation) -> Floats:
    """Return each client's true probability of decline three months later, shape (n_clients,).

    What a client will be like by then is not decided yet: it is the mean over simulated futures, without
    campaigns that start later; offers that still work then count. Not a number without futures.

    Parameters
    ----------
    clients : Clients
        Clients of whole blocks in a month.
    month : int
        That month, counted from 1.
    options : DemoStore
        Number of futures; no client leaves or comes in them.
    population : DemoPopulation
    """
    if not options.futures:
        return np.full(len(clients.frame), np.nan)
    seeds = np.random.SeedSequence([options.seed, Stream.FUTURE]).generate_state(options.futures)
    futures = [
        options.model_copy(update={"seed": int(seed), "leavers_share": 0.0, "newcomers_share": 0.0})
        for seed in seeds
    ]
    return np.mean([_probability_ahead(clients, month, future, population) for future in futures], axis=0)


def _probability_ahead(clients: Clients, month: int, future: DemoStore, population: DemoPopulation) -> Floats:
    for later in range(month + 1, month + LABEL_LAG + 1):
        clients = next_month(clients, later, future, population)
    return clients.frame["probability"].to_numpy()


def _truth(clients: Clients, month: str, population: DemoPopulation) -> pd.DataFrame:
    habits = np.array(list(population.habits), dtype=object)[clients.frame["habit"].to_numpy()]
    text = dict.fromkeys(("month", "habit", "offer", "arm"), "str")
    return clients.frame.assign(month=month, habit=habits)[list(TRUTH_COLUMNS)].astype(text)
