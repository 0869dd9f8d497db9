"""Stops where so many rows of a table are rejected that the table itself must be faulty."""

import pandas as pd

from one_click.columns import LINE, TABLES, Column
from one_click.errors import DataError, nearest, shorten
from one_click.parameters.other_store import THIS_STORE, OtherStore

from .log_rows import tellable

INCOMPLETE_IN = "incomplete_in_"  # rule of a client who lacks rows in the table of that name


def stop_at_faulty_tables(
    causes: pd.DataFrame, dialects: pd.DataFrame, max_rejected_share: float, store: OtherStore = THIS_STORE
) -> None:
    """Stop when so many rows of a table are rejected that the table itself must be faulty.

    Raises
    ------
    DataError
        If the share of rejected rows exceeds `max_rejected_share`.
    """
    for name, file, rows in dialects[["table", "file", "rows"]].itertuples(index=False):
        rejected = causes[causes["table"] == name]
        lines = rejected[LINE].nunique()
        if lines <= max_rejected_share * rows:
            continue
        rule, column = rejected.groupby(["rule", "column"]).size().idxmax()
        cells = rejected[(rejected["rule"] == rule) & (rejected["column"] == column)]
        share = f"at most {max_rejected_share:.0%} of a table's rows may be rejected"
        found = f"{lines} of {rows} rows of {name} would be rejected, most of them for '{rule}'."
        if rule.startswith(INCOMPLETE_IN):
            raise _incomplete(rule.removeprefix(INCOMPLETE_IN), cells, dialects, found, share)
        raise DataError(
            found,
            file=file,
            column=_header(name, column, store),
            rows=f"lines {shorten(cells[LINE])}" + _values(column, cells["old_value"]),
            rule=share + _allowed(name, column, rule, store),
            remedy=_remedy(name, column, rule, cells["old_value"].iloc[0], store),
        )


def _incomplete(other: str, cells: pd.DataFrame, dialects: pd.DataFrame, found: str, rule: str) -> DataError:
    files = dialects.set_index("table")["file"]
    own = files[cells["table"].iloc[0]]
    months = ", ".join(TABLES[other].months) or "one row each"
    return DataError(
        found,
        file=str(files[other]),
        rows=f"the clients in lines {shorten(cells[LINE])} of {own} lack rows in {other}",
        rule=f"{rule}; every client of the other tables has all rows in {other} ({months})",
        remedy=f"export {other} for the same clients and months",
    )


def _header(table: str, name: str, store: OtherStore) -> str:
    column = _column(table, name)
    return f"{store.header(table, column)} ({name} in the project)" if column else name


def _column(table: str, name: str) -> Column | None:
    return next((column for column in TABLES[table].columns if column.name == name), None)


def _values(column: str, old: pd.Series) -> str:
    known = [repr(tellable(column, value)) for value in old.unique() if value]
    return f" with {shorten(known)}" if known else ""


def _allowed(table: str, name: str, rule: str, store: OtherStore) -> str:
    column = _column(table, name)
    words = store.known_words(TABLES[table], column) if column and rule == "unknown_value" else ()
    return f"; the column holds {' or '.join(map(repr, words))}" if words else ""


def _remedy(table: str, name: str, rule: str, value: str, store: OtherStore) -> str:
    column = _column(table, name)
    if column and rule == "unknown_value":
        hint = nearest(value, store.known_words(TABLES[table], column))
        places = f"data_processing.spellings.{name}, another store's words to .other_store.words.{name}"
        return f"export the file again, or add the values to {places}; {hint}"
    return (
        "export the file again; if the rows are really to be left out, "
        "raise data_processing.max_rejected_share"
    )
