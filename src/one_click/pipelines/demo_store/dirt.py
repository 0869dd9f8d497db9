"""The faults of a real extract, put into a clean one."""

import pandas as pd
from numpy.random import Generator

from one_click.columns import TABLES, TARGET
from one_click.parameters import DemoStore

REVENUES = tuple(f"revenue_{month}" for month in TABLES["market_money"].months)


def spoil_revenue(clients: pd.DataFrame, options: DemoStore, generator: Generator) -> pd.DataFrame:
    """Give some declined clients no purchases in two months, and some others an absurd current revenue.

    Parameters
    ----------
    clients : DataFrame, one row per client
    options : DemoStore
        How many of each, and the absurd revenue.
    generator : Generator
        Source of randomness.
    """
    spoiled = clients.copy()
    candidates = clients.index[clients[TARGET] == 1]
    chosen = generator.choice(candidates, options.without_purchases + options.absurd_revenues, replace=False)
    without, absurd = chosen[: options.without_purchases], chosen[options.without_purchases :]
    spoiled.loc[without, ["revenue_two_months_ago", "revenue_previous"]] = 0.0
    spoiled.loc[absurd, "revenue_current"] = options.absurd_revenue
    return spoiled


def credible_revenue(clients: pd.DataFrame, options: DemoStore) -> pd.DataFrame:
    """Return the three months of revenue, blank where they are spoiled."""
    revenue = clients[list(REVENUES)]
    return revenue.where((revenue > 0) & (revenue < options.absurd_revenue))


def misspell(texts: pd.Series, right: str, wrong: str, count: int, generator: Generator) -> pd.Series:
    """Misspell `count` cells (or all there are) that hold `right`."""
    places = texts.index[texts == right]
    chosen = generator.choice(places, min(count, len(places)), replace=False)
    return texts.where(~texts.index.isin(chosen), wrong)
