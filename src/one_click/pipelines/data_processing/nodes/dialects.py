"""How each file is written, and which headers and words of another store it holds."""

import pandas as pd

from one_click.columns import TABLES, Column, Table, plain
from one_click.parameters import DataProcessing
from one_click.parameters.other_store import OtherStore

NO_ROW = "stands in no row"


def describe_dialects(
    market_file: pd.DataFrame,
    market_money: pd.DataFrame,
    market_time: pd.DataFrame,
    money: pd.DataFrame,
    label_file: pd.DataFrame,
    options: DataProcessing,
) -> pd.DataFrame:
    """Tabulate how each file is written; the last one is where the labels come from.

    Returns
    -------
    DataFrame of `schemas.data_processing.RawDialects`
    """
    raw = {
        "market_file": market_file,
        "market_money": market_money,
        "market_time": market_time,
        "money": money,
        "label_file": label_file,
    }
    return pd.DataFrame(
        [
            {
                "table": name,
                "file": rows.attrs["file"],
                **rows.attrs["dialect"],
                "rows": len(rows),
                "other_store": tell_mapping(rows, TABLES[name], options.other_store),
            }
            for name, rows in raw.items()
        ]
    )


def tell_mapping(raw: pd.DataFrame, table: Table, store: OtherStore) -> str:
    """Return which headers and words of another store are read as which of this store's.

    Parameters
    ----------
    raw : DataFrame
        Text columns under this store's headers.
    table : Table
    store : OtherStore

    Returns
    -------
    str
        Like ``consent → Разрешить сообщать; yes → да (12 rows)``; empty if nothing is mapped. A word that
        stands in no row is told with the place of its entry in the configuration.
    """
    told = []
    for column in table.columns:
        header = store.header(table.name, column)
        if column.source in raw.columns:
            told += [f"{header} → {column.source}"] * (header != column.source)
            told += _tell_words(raw, table, column, store)
    return "; ".join(told)


def _tell_words(raw: pd.DataFrame, table: Table, column: Column, store: OtherStore) -> list[str]:
    given = store.words_of(table, column)
    rows = raw[column.source].map(plain).value_counts() if given else {}
    return [
        f"{theirs} → {ours} ({_count(rows.get(plain(theirs), 0), store.place('words', column.name, theirs))})"
        for theirs, ours in given.items()
    ]


def _count(rows: int, place: str) -> str:
    return f"{rows} rows" if rows else f"{NO_ROW}: {place}"
