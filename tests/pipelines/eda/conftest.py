"""Labelled clients written down by rules that a person can check, and the options."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.purity import purely

from one_click.parameters import Eda
from one_click.pipelines import eda

LOOKED_AT = re.compile("(clusters|correlations|distributions|interactions)_figure")
CATEGORIES = ("Товары для детей", "Домашний текстиль", "Кухонная посуда")


@pytest.fixture(scope="session")
def options() -> Eda:
    return Eda(
        alpha=0.05,
        bins=20,
        largest_vif=5,
        alike_from=0.6,
        smallest_category=5,
        interactions=(("revenue_trend", "minutes_trend"), ("promo_habit", "popular_category")),
        more_interactions=1,
        stable_at=0.8,
        halvings=4,
        null_samples=4,
        resamples=100,
        sample=20_000,
        seed=42,
    )


@pytest.fixture(scope="session")
def run_eda(options: Eda) -> Callable[..., dict[str, Any]]:
    """Return a function that makes all tables, or what else is named, of clients, by name."""
    pipeline = eda.create_pipeline()
    tables = [name for name in pipeline.all_outputs() if "_figure_" not in name]

    def run(clients: pd.DataFrame, *wanted: str) -> dict[str, Any]:
        data: dict[str, Any] = {"clients": clients, "params:eda": options}
        for node in pipeline.to_outputs(*(wanted or tables)).nodes:
            data |= purely(node.run)({name: data[name] for name in node.inputs})
        return data

    return run


@pytest.fixture(scope="session")
def drawn(
    make_clients: Callable[..., pd.DataFrame], run_eda: Callable[..., dict[str, Any]]
) -> dict[str, Any]:
    """Return all tables that the pipeline makes of the plain clients, and the figures that tests look at."""
    names = sorted(eda.create_pipeline().all_outputs())
    return run_eda(
        make_clients(), *(name for name in names if "_figure_" not in name or LOOKED_AT.search(name))
    )


@pytest.fixture(scope="session")
def make_clients() -> Callable[..., pd.DataFrame]:
    """Return a function that makes 60 clients, every third of them declined; columns can be replaced.

    The declined view 2 pages a visit or 3, the others 7 to 10; more of them buy on promotion, in the third
    category and with consent; nothing else depends on the class.
    """

    def make(**columns: Any) -> pd.DataFrame:
        numbers = range(60)
        declined = [i % 3 == 0 for i in numbers]
        table: dict[str, Any] = {
            "client_id": [1000 + i for i in numbers],
            "allows_messages": [d or i % 2 == 0 for i, d in zip(numbers, declined, strict=True)],
            "marketing_contacts_6m": [3 + i % 7 / 10 for i in numbers],
            "marketing_contacts_current": [3 + i % 8 // 3 for i in numbers],
            "minutes_previous": [10 + i % 5 for i in numbers],
            "minutes_current": [10 + i % 11 for i in numbers],
            "pages_per_visit": [
                2 + i % 2 if d else 7 + i % 4 for i, d in zip(numbers, declined, strict=True)
            ],
            "service_errors": [i % 7 for i in numbers],
            "promo_purchase_share": [
                0.8 if d and i % 2 else 0.1 + i % 5 / 10 for i, d in zip(numbers, declined, strict=True)
            ],
            "popular_category": [
                CATEGORIES[2 if d and i % 2 else i % 2] for i, d in zip(numbers, declined, strict=True)
            ],
            "category_views_per_visit": [2 + i % 4 for i in numbers],
            "unpaid_items_quarter": [i % 9 for i in numbers],
            "revenue_two_months_ago": [4000.0 + i * 7 % 60 for i in numbers],
            "revenue_previous": [4000.0 + i * 11 % 60 for i in numbers],
            "revenue_current": [4000.0 + i * 13 % 60 for i in numbers],
            "service_type": ["премиум" if i % 4 == 0 else "стандарт" for i in numbers],
            "days_registered": [100 + i * 17 % 60 for i in numbers],
            "monthly_profit": [3 + i % 10 / 10 for i in numbers],
            "activity_declined": [float(d) for d in declined],
        }
        return pd.DataFrame(table | columns)

    return make


@pytest.fixture(scope="session")
def make_unrelated(make_clients: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """Return a function that makes `count` clients whose columns have nothing to do with each other."""

    def make(count: int, generator: np.random.Generator) -> pd.DataFrame:
        clients = pd.concat([make_clients()] * (count // 60), ignore_index=True)
        clients["client_id"] = range(count)
        return clients.apply(lambda column: generator.permutation(column.to_numpy()))

    return make
