"""What the mapping of another store's headers and words did to a file."""

import pandas as pd

from one_click.columns import Column, Table, plain
from one_click.parameters.other_store import OtherStore

NO_ROW = "stands in no row"


def tell_mapping(raw: pd.DataFrame, table: Table, store: OtherStore) -> str:
    """Tell which headers and words of another store are read as which of ours.

    Parameters
    ----------
    raw : DataFrame
        Text columns under our headers, and the `file` in its attrs.
    table : Table
        The table's columns.
    store : OtherStore
        The other store's headers and words.

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
