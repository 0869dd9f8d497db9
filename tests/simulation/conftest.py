"""The shipped store and population with changes, and stores simulated from them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from one_click.parameters import DemoPopulation, DemoStore
from one_click.simulation.months import simulate
from one_click.simulation.population import Clients, block_sizes, first_month


def _read(root: Path, file: str) -> dict[str, Any]:
    (parameters,) = yaml.safe_load((root / file).read_text(encoding="utf-8")).values()
    return dict(parameters)


@pytest.fixture(scope="session")
def make_options(root: Path) -> Callable[..., DemoStore]:
    """Return a function that gives the shipped parameters of the store with some changes."""
    shipped = _read(root, DemoStore.file)
    planted = {"drifts": [], "campaigns": []}  # what is shipped is planted in the shipped months
    return lambda **changes: DemoStore.model_validate(
        shipped | (planted if "months" in changes else {}) | changes
    )


@pytest.fixture(scope="session")
def make_population(root: Path) -> Callable[..., DemoPopulation]:
    """Return a function that gives the shipped population with some changes."""
    shipped = _read(root, DemoPopulation.file)
    return lambda **changes: DemoPopulation.model_validate(shipped | changes)


@pytest.fixture(scope="session")
def population(make_population: Callable[..., DemoPopulation]) -> DemoPopulation:
    """Return the shipped population."""
    return make_population()


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
