"""Stores whose truth is planted."""

import pandas as pd

from benchmarks.shared.parameters import read_section, read_written
from one_click.columns import TARGET
from one_click.features import make_features
from one_click.parameters import DataProcessing, DemoPopulation, DemoStore
from one_click.pipelines.demo_comparison.nodes.summary import draw_store

CLIENTS = 1300
FILES = ("market_file", "market_money", "market_time", "money")
NO_FINDINGS = pd.DataFrame(columns=["finding", "level"])  # of an audit


def store_options(**changes: object) -> DemoStore:
    """Return the shipped parameters of the synthetic store with some changes."""
    return DemoStore.model_validate(read_written("parameters_demo_store.yml")["demo_store"] | changes)


def one_month(clients: int, chunk: int) -> DemoStore:
    """Return the shipped parameters for one month of many clients."""
    once = {"months": ["only"], "unlabelled": [], "drifts": [], "campaigns": []}
    return store_options(clients=clients, chunk_clients=chunk, **once)


def read_population() -> DemoPopulation:
    """Return the shipped population."""
    return read_section("demo_population", DemoPopulation)


def draw_clients(seed: int, count: int = CLIENTS) -> pd.DataFrame:
    """Return the clients of a store without dirt, with their true probabilities; no two stores share one."""
    options = store_options(seed=seed, clients=count, dirt={}, first_id=seed * 10**6 + 1)
    return draw_store(options, read_population()).astype({TARGET: "int64"})


def as_features(clients: pd.DataFrame) -> pd.DataFrame:
    """Return clients with the shipped engineered features, as models take them."""
    engineered = read_section("data_processing", DataProcessing).engineered_features
    return make_features(clients, engineered).astype({TARGET: "int64"})
