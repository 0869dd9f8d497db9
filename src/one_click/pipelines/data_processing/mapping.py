"""What the mapping of another store's headers and words did to a file."""

import logging

import pandas as pd

from one_click.columns import Column, Table, plain
from one_click.other_store import OtherStore

logger = logging.getLogger(__name__)


def tell_mapping(raw: pd.DataFrame, table: Table, store: OtherStore) -> str:
    """Tell which headers and words of another store are read as which of ours, and log it.

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
        Like ``consent → Разрешить сообщать; yes → да (12 rows)``; empty if nothing is mapped.
    """
    told = []
    for column in table.columns:
        header = store.header(table.name, column)
        if column.source in raw.columns:
            told += [f"{header} → {column.source}"] * (header != column.source)
            told += _tell_words(raw, table, column, store)
    if told:
        logger.info("%s (%s) of another store: %s", raw.attrs["file"], table.name, "; ".join(told))
    return "; ".join(told)


def _tell_words(raw: pd.DataFrame, table: Table, column: Column, store: OtherStore) -> list[str]:
    given = store.words_of(table, column)
    rows = raw[column.source].map(plain).value_counts() if given else {}
    for theirs in given:
        if plain(theirs) not in rows:
            logger.warning(
                "'%s' stands in no row of %s (column %s); it is named in %s",
                theirs,
                raw.attrs["file"],
                store.header(table.name, column),
                store.place("words", column.name, theirs),
            )
    return [f"{theirs} → {ours} ({rows.get(plain(theirs), 0)} rows)" for theirs, ours in given.items()]
