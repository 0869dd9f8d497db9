"""Clients drawn from a seed, whose decline is driven by known features, and shipped parameters."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS, TARGET, TWIN_GROUP
from one_click.parameters import FAMILIES, Family

VALUES = {
    "popular_category": ["Дом", "Сад", "Дети", "Кухня", "Техника", "Книги"],
    "service_type": ["стандарт", "премиум"],
}

MakeClients = Callable[..., pd.DataFrame]


def _draw(name: str, count: int, generator: np.random.Generator) -> Any:
    kind = COLUMNS[name].kind
    if kind == "category":
        return pd.array(generator.choice(VALUES[name], count), dtype="str")
    if kind == "flag":
        return generator.random(count) < 0.7
    if kind == "whole":
        return generator.integers(1, 12, count)
    return generator.random(count).round(3)


@pytest.fixture(scope="session")
def make_clients() -> MakeClients:
    """Return a function that draws labelled clients: few pages and a high promo share mean decline.

    The clients are sorted by target, as the store's files are; the last `twins` copy the first ones.
    """

    def make(count: int = 150, seed: int = 0, twins: int = 0, noise: float = 1.0) -> pd.DataFrame:
        generator = np.random.default_rng(seed)
        table = pd.DataFrame({name: _draw(name, count, generator) for name in BASE_FEATURES})
        risk = 6 * table["promo_purchase_share"] - 0.7 * table["pages_per_visit"]
        risk = risk + noise * generator.normal(size=count)
        table[TARGET] = (risk > risk.quantile(0.6)).astype("float64")
        table = table.sort_values(TARGET, ascending=False, kind="stable", ignore_index=True)
        table = pd.concat([table, table.head(twins)], ignore_index=True)
        table.insert(0, CLIENT_ID, np.arange(1001, 1001 + len(table)))
        table[TWIN_GROUP] = table.groupby([*BASE_FEATURES])[CLIENT_ID].transform("min")
        return table[[CLIENT_ID, *BASE_FEATURES, TWIN_GROUP, TARGET]]

    return make


@pytest.fixture(scope="session")
def families(root: Path) -> dict[str, Family]:
    """Return the families as they are shipped."""
    shipped = yaml.safe_load((root / Family.file).read_text(encoding="utf-8"))
    return {name: Family.model_validate(shipped[name]["family"]) for name in FAMILIES}


@pytest.fixture(scope="session")
def trusted(root: Path) -> list[str]:
    """Return the types that the catalog trusts in a model's file."""
    catalog = yaml.safe_load((root / "conf/base/catalog_model_selection.yml").read_text(encoding="utf-8"))
    return list(catalog["champion"]["trusted"])
