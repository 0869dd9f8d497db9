"""The shipped store and population with changes, and stores simulated from them."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from one_click.parameters import DemoPopulation, DemoStore
from one_click.simulation.months import simulate
from one_click.simulation.population import Clients, block_sizes, first_month


@pytest.fixture(scope="session")
def first(population: DemoPopulation) -> Callable[..., Clients]:
    """Return a function that gives the clients of a store's first month."""

    def make(options: DemoStore, other: DemoPopulation | None = None) -> Clients:
        sizes = block_sizes(options)
        return first_month(np.repeat(np.arange(len(sizes)), sizes), options, other or population)

    return make


@pytest.fixture(scope="session")
def run(population: DemoPopulation) -> Callable[..., pd.DataFrame]:
    """Return a function that simulates a store and gives all its months in one table."""

    def make(options: DemoStore, other: DemoPopulation | None = None) -> pd.DataFrame:
        return pd.concat(simulate(options, other or population), ignore_index=True)

    return make
