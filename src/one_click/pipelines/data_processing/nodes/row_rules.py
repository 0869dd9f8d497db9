"""Rules over whole clients: who is left out, and why."""

import pandas as pd

from one_click.columns import CLIENT_ID, LINE, TABLES, Column, Table
from one_click.errors import DataError, nearest, shorten
from one_click.parameters import DataProcessing
from one_click.parameters.other_store import THIS_STORE, OtherStore

from .parsing import EVENT_COLUMNS, events, tellable

Tables = dict[str, pd.DataFrame]
_ROW_ONLY = "repeated_row"  # the client keeps his first row
INCOMPLETE_IN = "incomplete_in_"


def excluded_by_rule(parsed: Tables, limits: dict[str, float], options: DataProcessing) -> pd.DataFrame:
    """List the rows for which their clients are left out: no purchases, implausible revenue, rows missing.

    Parameters
    ----------
    parsed : dict of DataFrame
        The four typed tables by name.
    limits : dict
        The fitted limits of `cleaning_limits`.
    options : DataProcessing
        The rules.

    Returns
    -------
    DataFrame with the columns of `rejected_rows`
    """
    money = parsed["market_money"]
    without = money[money["revenue"] == 0] if options.exclude_without_purchases else money.head(0)
    implausible = money[money["revenue"] > limits["revenue_max"]]
    found = [
        events(without, "market_money", "no_purchases_in_a_month", "revenue", without["revenue"]),
        events(implausible, "market_money", "implausible_revenue", "revenue", implausible["revenue"]),
    ]
    found += [_absent(parsed, TABLES[name]) for name in parsed]
    return pd.concat(found, ignore_index=True)


def _absent(parsed: Tables, table: Table) -> pd.DataFrame:
    """List the rows of clients that have no complete set of rows in `table`, wherever those clients occur."""
    present = parsed[table.name].groupby(CLIENT_ID).size()
    complete = present[present == max(1, len(table.months))].index
    rule = f"{INCOMPLETE_IN}{table.name}"
    return pd.concat(
        [events(rows[~rows[CLIENT_ID].isin(complete)], name, rule) for name, rows in parsed.items()],
        ignore_index=True,
    )


def with_all_rows_of_clients(causes: pd.DataFrame, parsed: Tables) -> pd.DataFrame:
    """Add the other rows of the clients that are left out, so that every row of the files is accounted for.

    Parameters
    ----------
    causes : DataFrame
        Rows rejected for a fault or a rule of their own.
    parsed : dict of DataFrame
        The typed tables by name.

    Returns
    -------
    DataFrame with the columns of `rejected_rows`, sorted by table and line
    """
    excluded = set(causes.loc[causes["rule"] != _ROW_ONLY, CLIENT_ID])
    listed = [causes]
    for name, rows in parsed.items():
        own = causes.loc[causes["table"] == name, LINE]
        others = rows[rows[CLIENT_ID].astype("str").isin(excluded) & ~rows[LINE].isin(own)]
        listed.append(events(others, name, "client_left_out"))
    joined = pd.concat(listed, ignore_index=True).drop_duplicates()
    return joined.sort_values(["table", LINE, "column", "rule"], ignore_index=True)[list(EVENT_COLUMNS)]


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


def fit_revenue_limit(revenue: pd.Series, iqr_multiple: float) -> float:
    """Return the monthly revenue above which a value is implausible: q75 + multiple × (q75 − q25)."""
    lower, upper = revenue.quantile([0.25, 0.75])
    return float(upper + iqr_multiple * (upper - lower))
