"""Faults as real extracts have them, put into clean files and listed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import CLIENT_ID, COLUMNS, TABLES
from one_click.parameters import DemoStore
from one_click.simulation.population import Stream, block_sizes, share_of_block

from .tables import ID_HEADER, PERIOD_HEADER, WORDS

_DAMAGE_COLUMNS = ("kind", "table", "client_id", "period", "column", "old", "new")
LOST, DOUBLED = "(row left out)", "(row written twice)"


@dataclass(frozen=True)
class Fault:
    """One kind of fault: a cell with another text, or a row that is lost or doubled.

    Attributes
    ----------
    kind : str
        Its share is the parameter of this name.
    table : str
        The file.
    column : str
        Header of the cell; empty if the whole row is at fault.
    months : tuple of str
        Rows of which months, where the file has several rows per client.
    new : callable
        Old text -> new text.
    only : str
        The old text that a cell must have; empty if any will do.
    """

    kind: str
    table: str
    column: str
    months: tuple[str, ...]
    new: Callable[[str], str]
    only: str = ""


def faults(options: DemoStore) -> tuple[Fault, ...]:
    """Return the kinds of faults that hit whole clients, each client at most once."""
    service, category = COLUMNS["service_type"].source, COLUMNS["popular_category"].source
    revenue, minutes = (TABLES[name].value_columns[0].source for name in ("market_money", "market_time"))
    now, absurd = ("current",), f"{options.dirt.absurd_revenue:.1f}"
    return (
        Fault("without_purchases", "market_money", revenue, ("two_months_ago", "previous"), lambda _: "0.0"),
        Fault("absurd_revenues", "market_money", revenue, now, lambda _: absurd),
        Fault("misspelt_services", "market_file", service, (), lambda old: f"{old}т", only="стандарт"),
        Fault("stray_blanks", "market_file", category, (), lambda old: f"  {old} "),
        Fault("unknown_categories", "market_file", category, (), lambda _: "Товары для дачи"),
        Fault("unreadable_numbers", "market_money", revenue, now, lambda _: "н/д"),
        Fault("negative_minutes", "market_time", minutes, now, lambda old: f"-{old}"),
        Fault("missing_months", "market_money", "", now, lambda _: LOST),
        Fault("doubled_months", "market_money", "", now, lambda _: DOUBLED),
        Fault("missing_profits", "money", "", (), lambda _: LOST),
        Fault("doubled_clients", "market_file", "", (), lambda _: DOUBLED),
    )


def choose_damage(
    texts: dict[str, pd.DataFrame], truth: pd.DataFrame, month: int, options: DemoStore
) -> pd.DataFrame:
    """Choose what is damaged in the files of one block of clients in one month.

    Twins are spared, but for misspelt months: a damaged twin would be a twin no more.

    Parameters
    ----------
    texts : dict
        File -> its clean text.
    truth : DataFrame, one row per client
        With ``block``, the client number and ``twin``, its index counting from 0.
    month : int
        The month, counted from 1.
    options : DemoStore
        Shares and seed.

    Returns
    -------
    DataFrame of `schemas.demo_store.DemoDamage`, without the month
    """
    return pd.concat(_choose(texts, truth, month, options), ignore_index=True)


def _choose(
    texts: dict[str, pd.DataFrame], clients: pd.DataFrame, month: int, options: DemoStore
) -> Iterator[pd.DataFrame]:
    block = int(clients["block"].iloc[0])
    generator = np.random.default_rng([options.seed, block, Stream.DIRT, month])
    free = generator.permutation(clients.index[~clients["twin"]].to_numpy(copy=True))
    for fault in faults(options):
        asked = share_of_block(getattr(options.dirt, fault.kind), block, options)
        count = round(asked * len(clients) / block_sizes(options)[block])
        if count:
            fitting = _fits(fault, texts[fault.table], free)
            hit = np.flatnonzero(fitting)[:count]
            yield _damage(fault, texts[fault.table], clients.loc[free[hit], CLIENT_ID].astype("str"))
            free = np.delete(free, hit)
    misspelt = generator.random(len(clients)) < options.dirt.misspelt_months
    yield _misspell_months(clients.loc[misspelt, CLIENT_ID])


def _fits(fault: Fault, text: pd.DataFrame, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which clients can be hit. A fault that needs an old text is in a file of one row per client."""
    if not fault.only:
        return np.ones(len(rows), dtype=bool)
    return np.asarray(text[fault.column].iloc[rows] == fault.only)


def _damage(fault: Fault, text: pd.DataFrame, clients: pd.Series) -> pd.DataFrame:
    rows = text[text[ID_HEADER].isin(clients)]
    if fault.months:
        rows = rows[rows[PERIOD_HEADER].isin([WORDS[month] for month in fault.months])]
    old = rows[fault.column] if fault.column else pd.Series("", index=rows.index, dtype="str")
    return _list_damage(
        fault.kind,
        fault.table,
        rows[ID_HEADER],
        period=rows.get(PERIOD_HEADER, ""),
        column=fault.column,
        old=old,
        new=old.map(fault.new),
    )


def _misspell_months(clients: pd.Series) -> pd.DataFrame:
    old = WORDS["previous"]
    new = old.replace("у", "ц", 1)
    return _list_damage(
        "misspelt_months",
        "market_time",
        clients.astype("str"),
        period=old,
        column=PERIOD_HEADER,
        old=old,
        new=new,
    )


def _list_damage(kind: str, table: str, clients: pd.Series, **columns: pd.Series | str) -> pd.DataFrame:
    damage = pd.DataFrame({"client_id": clients, **columns})
    return damage.assign(kind=kind, table=table)[list(_DAMAGE_COLUMNS)].astype("str")


def apply_damage(texts: dict[str, pd.DataFrame], damage: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the files' text with the damage done."""
    by_table = dict(iter(damage.groupby("table")))
    return {name: _spoil(text, by_table[name]) if name in by_table else text for name, text in texts.items()}


def _spoil(text: pd.DataFrame, damage: pd.DataFrame) -> pd.DataFrame:
    periods = text[PERIOD_HEADER] if PERIOD_HEADER in text else pd.Series("", index=text.index)
    place = pd.Series(text.index, index=pd.MultiIndex.from_arrays([text[ID_HEADER], periods]))
    rows = place.loc[pd.MultiIndex.from_arrays([damage["client_id"], damage["period"]])].to_numpy()
    spoiled = text.copy()
    for column in damage["column"].unique():
        if column:
            here = (damage["column"] == column).to_numpy()
            spoiled.loc[rows[here], column] = damage.loc[here, "new"].to_numpy()
    doubled = rows[(damage["new"] == DOUBLED).to_numpy()]
    lost = rows[(damage["new"] == LOST).to_numpy()]
    return pd.concat([spoiled.drop(index=lost), spoiled.loc[doubled]]).sort_index(kind="stable")
