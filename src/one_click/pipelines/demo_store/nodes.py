"""Nodes that make a synthetic store and its next month."""

import numpy as np
import pandas as pd

from one_click.columns import CLIENT_ID, COLUMNS
from one_click.parameters import DemoStore

from .dirt import misspell, spoil_revenue
from .population import add_twins, advance_month, draw_clients, number_clients
from .tables import PERIOD_HEADER, months_text, profile_text, profit_text


def draw_store(options: DemoStore) -> pd.DataFrame:
    """Draw the clients of the first month, among them twins and clients with spoiled revenue.

    Returns
    -------
    DataFrame, one row per client, sorted by client number
    """
    generator = np.random.default_rng([options.seed, 1])
    clients = draw_clients(options.clients - options.twins, options, generator)
    clients = add_twins(spoil_revenue(clients, options, generator), options, generator)
    return number_clients(clients, options.first_id, options.order_noise, generator)


def advance_store(population: pd.DataFrame, options: DemoStore) -> pd.DataFrame:
    """Return the clients a month later: some have left, some are new.

    Returns
    -------
    DataFrame, one row per client, sorted by client number
    """
    generator = np.random.default_rng([options.seed, 2])
    stay = np.sort(generator.permutation(len(population))[round(len(population) * options.leavers_share) :])
    later = advance_month(population.iloc[stay], options, generator)
    newcomers = draw_clients(round(len(population) * options.newcomers_share), options, generator)
    newcomers["days_registered"] = generator.integers(
        *options.newcomer_days, size=len(newcomers), endpoint=True
    )
    newcomers.insert(0, CLIENT_ID, population[CLIENT_ID].max() + 1 + np.arange(len(newcomers)))
    return pd.concat([later, newcomers], ignore_index=True)


def write_labelled_month(
    population: pd.DataFrame, options: DemoStore
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the text of the first month's files, with labels and dirt.

    Returns
    -------
    market_file, market_money, market_time, money : DataFrame of text
    """
    return _write(population, options, with_target=True, month=1)


def write_unlabelled_month(
    population: pd.DataFrame, options: DemoStore
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the text of the next month's files, with dirt and without labels.

    Returns
    -------
    market_file, market_money, market_time, money : DataFrame of text
    """
    return _write(population, options, with_target=False, month=2)


def _write(
    population: pd.DataFrame, options: DemoStore, *, with_target: bool, month: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    generator = np.random.default_rng([options.seed, 3, month])
    profiles = profile_text(population, with_target)
    service = COLUMNS["service_type"].source
    profiles[service] = misspell(
        profiles[service], "стандарт", "стандартт", options.misspelt_services, generator
    )
    money = months_text(population, "market_money", "{:.1f}", generator)
    minutes = months_text(population, "market_time", "{:.0f}", generator)
    if options.misspelt_months:
        minutes[PERIOD_HEADER] = minutes[PERIOD_HEADER].replace("предыдущий_месяц", "предыдцщий_месяц")
    return profiles, money, minutes, profit_text(population)
