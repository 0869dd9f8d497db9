"""Selection of the two sides of the comparison, and its summaries."""

from typing import Any

import pandas as pd

from one_click.chunks import Chunks
from one_click.columns import BASE_FEATURES, CLIENT_ID, PROFIT, TARGET
from one_click.errors import DataError
from one_click.parameters import DemoComparison, DemoPopulation, DemoStore

from .comparison import count_shared_rows
from .summary import match_sharpness

ENOUGH = 20
SAMPLE = 5_000


def take_first_month(truth: Chunks[pd.DataFrame], options: DemoStore) -> pd.DataFrame:
    """Return the clients of the first month without the truth; of a large store about `SAMPLE` of them.

    Returns
    -------
    DataFrame of `schemas.demo_comparison.DemoFirstMonth`

    Raises
    ------
    DataError
        If the store was made with other months.
    """
    step = max(1, options.clients // SAMPLE)
    chosen = (rows[(rows["month"] == options.months[0]) & (rows[CLIENT_ID] % step == 0)] for rows in truth)
    first = pd.concat(chosen, ignore_index=True)
    if first.empty:
        raise DataError(
            f"The stored store has no month '{options.months[0]}'.",
            file="demo_truth",
            rule="the first month of the parameters is compared",
            remedy="run kedro run --pipelines demo_store again: its parameters have changed",
        )
    return first[[CLIENT_ID, *BASE_FEATURES, PROFIT, TARGET]]


def take_labelled(clients: pd.DataFrame) -> pd.DataFrame:
    """Return an extract's labelled clients.

    Returns
    -------
    DataFrame of `schemas.demo_comparison.LabelledExtract`

    Raises
    ------
    DataError
        If one class has fewer than `ENOUGH` of them.
    """
    labelled = clients[clients[TARGET].notna()].astype({TARGET: "int64"})
    declined = int(labelled[TARGET].sum())
    if min(declined, len(labelled) - declined) < ENOUGH:
        raise DataError(
            f"There are {declined} declined and {len(labelled) - declined} other clients.",
            file="clients",
            column=TARGET,
            rule=f"an extract is compared if each class has at least {ENOUGH} clients",
            remedy="name a labelled, larger extract: --params snapshot=<folder>",
        )
    return labelled


def summarise_extract(
    extract: pd.DataFrame, options: DemoStore, population: DemoPopulation, comparing: DemoComparison
) -> dict[str, Any]:
    """Summarise an extract as the parameters of a store like it.

    Returns
    -------
    dict
        In the form of ``conf/base/parameters_demo_population.yml``: a user copies it to the configuration.
    """
    found = match_sharpness(extract, population, options, comparing.seeds)
    return {"demo_population": found.model_dump(mode="json")}


def summarise_likeness(
    marginals: pd.DataFrame, correlations: pd.DataFrame, extract: pd.DataFrame, store: pd.DataFrame
) -> pd.DataFrame:
    """Return how close store and extract are, a DataFrame of `schemas.demo_comparison.DemoLikeness`."""
    gaps = correlations["difference"].abs()
    metrics = {
        "clients_in_extract": len(extract),
        "clients_in_store": len(store),
        "largest_distance": marginals["distance"].max(),
        "distances_beyond_chance": (marginals["distance"] > marginals["chance"]).mean(),
        "mean_correlation_gap": gaps.mean(),
        "largest_correlation_gap": gaps.max(),
        "shared_rows": count_shared_rows(extract, store),
    }
    return pd.DataFrame({"metric": list(metrics), "value": [float(value) for value in metrics.values()]})
