"""Simulation of the store, the text of its files, and the list of their faults."""

from collections.abc import Iterator
from functools import partial

import pandas as pd

from one_click.chunks import Chunks, FilePiece
from one_click.errors import ParameterError, nearest
from one_click.parameters import DemoPopulation, DemoStore
from one_click.parameters.planted import Campaign
from one_click.simulation.months import simulate
from one_click.simulation.population import Stream, uniforms

from .dirt import apply_damage, choose_damage
from .tables import months_text, profile_text, profit_text


def make_months(options: DemoStore, population: DemoPopulation) -> Chunks[pd.DataFrame]:
    """Simulate the store month by month.

    Returns
    -------
    Chunks of DataFrame of `schemas.demo_store.DemoTruth`

    Raises
    ------
    ParameterError
        If something is planted in a month that the store has not, or for a habit that the population has not.
    """
    _stop_at_what_never_happens(options, population)
    return Chunks(partial(simulate, options, population))


def _stop_at_what_never_happens(options: DemoStore, population: DemoPopulation) -> None:
    unknown = [habit for habit in options.monthly_change if habit not in population.habits]
    last = len(options.months)
    # A drift after the last month still shows in the futures.
    late = [f"the drift of '{drift.column}'" for drift in options.drifts if drift.month > last]
    late = [] if options.futures else late
    late += [f"the campaign '{one.offer}'" for one in options.campaigns if one.month > last]
    for campaign in options.campaigns:
        _stop_at_unknown_values(campaign, population)
    if unknown:
        hint = nearest(unknown[0], population.habits)
        raise ParameterError(f"(file {options.file})\n  monthly_change: no habit '{unknown[0]}'; {hint}")
    if late:
        raise ParameterError(f"(file {options.file})\n  {late[0]} begins after the last of {last} months")


def _stop_at_unknown_values(campaign: Campaign, population: DemoPopulation) -> None:
    known = next(iter(population.habits.values())).shares
    conditions = [*campaign.eligible, *(one for effect in campaign.effects for one in effect.where)]
    for condition in conditions:
        for value in condition.one_of:
            if value not in known[condition.column]:
                hint = nearest(value, known[condition.column])
                raise ParameterError(
                    f"(file {DemoStore.file})\n  campaign '{campaign.offer}': no value '{value}' of "
                    f"'{condition.column}'; {hint}"
                )


def write_files(truth: Chunks[pd.DataFrame], options: DemoStore) -> Chunks[FilePiece]:
    """Return the text of every month's four files, with the dirt that was asked for."""
    return Chunks(partial(_files, truth, options))


def list_damage(truth: Chunks[pd.DataFrame], options: DemoStore) -> Chunks[pd.DataFrame]:
    """Return what is damaged in the files: Chunks of DataFrame of `schemas.demo_store.DemoDamage`."""
    return Chunks(partial(_damage, truth, options))


def _files(truth: Chunks[pd.DataFrame], options: DemoStore) -> Iterator[FilePiece]:
    for month, name, clients in _by_month(truth, options):
        texts = _texts(clients, month, name, options)
        for table, rows in apply_damage(texts, choose_damage(texts, clients, month, options)).items():
            yield FilePiece(f"{name}/{table}.{options.file_format}", rows)


def _damage(truth: Chunks[pd.DataFrame], options: DemoStore) -> Iterator[pd.DataFrame]:
    for month, name, clients in _by_month(truth, options):
        damage = choose_damage(_texts(clients, month, name, options), clients, month, options)
        damage.insert(0, "month", name)
        yield damage


def _by_month(truth: Chunks[pd.DataFrame], options: DemoStore) -> Iterator[tuple[int, str, pd.DataFrame]]:
    """Yield whole blocks of one month each: a stored piece may end in the middle of one."""
    waiting: list[pd.DataFrame] = []
    for rows in truth:
        for _, part in rows.groupby(["block", "month"], sort=False):
            if waiting and _of(waiting[0]) != _of(part):
                yield _whole(waiting, options)
                waiting = []
            waiting.append(part)
    if waiting:
        yield _whole(waiting, options)


def _of(part: pd.DataFrame) -> tuple[int, str]:
    return int(part["block"].iloc[0]), str(part["month"].iloc[0])


def _whole(parts: list[pd.DataFrame], options: DemoStore) -> tuple[int, str, pd.DataFrame]:
    _, name = _of(parts[0])
    return options.months.index(name) + 1, name, pd.concat(parts, ignore_index=True)


def _texts(clients: pd.DataFrame, month: int, name: str, options: DemoStore) -> dict[str, pd.DataFrame]:
    drawn = uniforms(clients["block"].to_numpy(), options.seed, (Stream.ROWS, month), 5)
    return {
        "market_file": profile_text(clients, name not in options.unlabelled),
        "market_money": months_text(clients, "market_money", "{:.1f}", drawn[:, :3]),
        "market_time": months_text(clients, "market_time", "{:.0f}", drawn[:, 3:]),
        "money": profit_text(clients),
    }
