"""Rules over whole clients: which rows are left out, and which are accepted."""

import pandas as pd

from one_click.columns import CLIENT_ID, LINE, TABLES, Table
from one_click.errors import OneClickError
from one_click.parameters import DataProcessing
from one_click.schemas.records import CleaningLimits

from .faulty_tables import INCOMPLETE_IN, stop_at_faulty_tables
from .log_rows import LOG_COLUMNS, log_rows, without_lines

Tables = dict[str, pd.DataFrame]
_ROW_ONLY = "repeated_row"  # its client is not left out: the first of the rows stays


def fit_cleaning_limits(market_money: pd.DataFrame, options: DataProcessing) -> CleaningLimits:
    """Fit the limits of plausible values once, as scalars; scoring a new month reuses them."""
    return CleaningLimits(
        revenue_max=fit_revenue_limit(market_money["revenue"], options.implausible_revenue_iqr)
    )


def fit_revenue_limit(revenue: pd.Series, iqr_multiple: float) -> float:
    """Return the monthly revenue above which a value is implausible: q75 + multiple × (q75 − q25)."""
    lower, upper = revenue.quantile([0.25, 0.75])
    return float(upper + iqr_multiple * (upper - lower))


def reject_rows(
    market_file: pd.DataFrame,
    market_money: pd.DataFrame,
    market_time: pd.DataFrame,
    money: pd.DataFrame,
    faults: pd.DataFrame,
    dialects: pd.DataFrame,
    cleaning_limits: CleaningLimits,
    options: DataProcessing,
) -> pd.DataFrame:
    """List every row that is left out, with the rule.

    Parameters
    ----------
    market_file, market_money, market_time, money : DataFrame
        The typed tables.
    faults : DataFrame
        Log rows of all files.
    dialects : DataFrame of `schemas.data_processing.RawDialects`
    cleaning_limits : CleaningLimits
    options : DataProcessing

    Returns
    -------
    DataFrame of `schemas.data_processing.RejectedRows`
        A row at fault has the rule it breaks; the other rows of its client have `client_left_out`. A fault of
        a label leaves its client unlabelled, not out.

    Raises
    ------
    DataError
        If more than `max_rejected_share` of a table's rows break a rule.
    """
    parsed = {
        "market_file": market_file,
        "market_money": market_money,
        "market_time": market_time,
        "money": money,
    }
    of_labels = faults["table"] == "label_file"
    # A table's own faults first: the clients they take out of the other tables would hide where they are.
    limits = options.max_rejected_share, options.other_store
    stop_at_faulty_tables(faults[~of_labels], dialects, *limits)
    causes = pd.concat(
        [faults[~of_labels], excluded_by_rule(parsed, cleaning_limits, options)], ignore_index=True
    )
    stop_at_faulty_tables(causes, dialects, *limits)
    return pd.concat([faults[of_labels], with_all_rows_of_clients(causes, parsed)], ignore_index=True)


def excluded_by_rule(parsed: Tables, limits: CleaningLimits, options: DataProcessing) -> pd.DataFrame:
    """List the rows for which their clients are left out: no purchases, implausible revenue, rows missing.

    Parameters
    ----------
    parsed : dict of DataFrame
        The four typed tables by name.
    limits : CleaningLimits
    options : DataProcessing

    Returns
    -------
    DataFrame of `schemas.data_processing.RejectedRows`
    """
    money = parsed["market_money"]
    without = money[money["revenue"] == 0] if options.exclude_without_purchases else money.head(0)
    implausible = money[money["revenue"] > limits.revenue_max]
    found = [
        log_rows(without, "market_money", "no_purchases_in_a_month", "revenue", without["revenue"]),
        log_rows(implausible, "market_money", "implausible_revenue", "revenue", implausible["revenue"]),
    ]
    found += [_absent(parsed, TABLES[name]) for name in parsed]
    return pd.concat(found, ignore_index=True)


def _absent(parsed: Tables, table: Table) -> pd.DataFrame:
    """List the rows of clients that have no complete set of rows in `table`, wherever those clients occur."""
    present = parsed[table.name].groupby(CLIENT_ID).size()
    complete = present[present == max(1, len(table.months))].index
    rule = f"{INCOMPLETE_IN}{table.name}"
    return pd.concat(
        [log_rows(rows[~rows[CLIENT_ID].isin(complete)], name, rule) for name, rows in parsed.items()],
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
    DataFrame of `schemas.data_processing.RejectedRows`, sorted by table and line
    """
    excluded = set(causes.loc[causes["rule"] != _ROW_ONLY, CLIENT_ID])
    listed = [causes]
    for name, rows in parsed.items():
        own = causes.loc[causes["table"] == name, LINE]
        others = rows[rows[CLIENT_ID].astype("str").isin(excluded) & ~rows[LINE].isin(own)]
        listed.append(log_rows(others, name, "client_left_out"))
    joined = pd.concat(listed, ignore_index=True).drop_duplicates()
    return joined.sort_values(["table", LINE, "column", "rule"], ignore_index=True)[list(LOG_COLUMNS)]


def accept_rows(
    market_file: pd.DataFrame,
    market_money: pd.DataFrame,
    market_time: pd.DataFrame,
    money: pd.DataFrame,
    rejected_rows: pd.DataFrame,
    dialects: pd.DataFrame,
) -> tuple[pd.DataFrame, ...]:
    """Return the four typed tables without the rejected rows.

    Raises
    ------
    OneClickError
        If the rows of a file are not those accepted and those rejected.
    """
    parsed = {
        "market_file": market_file,
        "market_money": market_money,
        "market_time": market_time,
        "money": money,
    }
    rows_in = dialects.set_index("table")["rows"]
    lines = {name: rejected_rows.loc[rejected_rows["table"] == name, LINE] for name in parsed}
    return tuple(_accept(parsed[name], name, lines[name], int(rows_in[name])) for name in parsed)


def _accept(parsed: pd.DataFrame, table: str, rejected: pd.Series, rows_in: int) -> pd.DataFrame:
    accepted = without_lines(parsed, rejected)
    if rows_in != len(accepted) + rejected.nunique():
        raise OneClickError(
            f"{table}: {rows_in} rows came in, but {len(accepted)} were accepted and "
            f"{rejected.nunique()} rejected. This is a fault of the program: please report it."
        )
    return accepted.drop(columns=LINE).reset_index(drop=True)
