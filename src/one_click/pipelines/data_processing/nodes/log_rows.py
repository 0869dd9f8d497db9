"""Log rows: which cell or row of a file was repaired or rejected, and by which rule."""

import pandas as pd

from one_click.columns import CLIENT_ID, LINE
from one_click.errors import masked

LOG_COLUMNS = ("table", LINE, CLIENT_ID, "column", "old_value", "new_value", "rule")


def log_rows(
    rows: pd.DataFrame, table: str, rule: object, column: str = "", old: object = "", new: object = ""
) -> pd.DataFrame:
    """Return one log row for each of the given rows.

    Parameters
    ----------
    rows : DataFrame
        With `line` and `client_id`.
    table, column : str
        Table, and column at fault (empty where the whole row is).
    rule, old, new : object
        Rule, and values before and after: one for all, or one per row.

    Returns
    -------
    DataFrame of `schemas.data_processing.Repairs`
    """
    frame = rows[[LINE, CLIENT_ID]].assign(
        table=table, column=column, old_value=old, new_value=new, rule=rule
    )
    text = {name: "str" for name in LOG_COLUMNS if name != LINE}
    return frame[list(LOG_COLUMNS)].astype({LINE: "int64", **text})


def join_sorted(logs: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the log rows of one file, sorted by line and column."""
    joined = pd.concat(logs, ignore_index=True)
    return joined.sort_values([LINE, "column"], kind="stable", ignore_index=True)


def collect_log(
    market_file: pd.DataFrame,
    market_money: pd.DataFrame,
    market_time: pd.DataFrame,
    money: pd.DataFrame,
    label_file: pd.DataFrame,
) -> pd.DataFrame:
    """Return the log rows of all files, one below the other."""
    return pd.concat([market_file, market_money, market_time, money, label_file], ignore_index=True)


def without_lines(rows: pd.DataFrame, lines: pd.Series) -> pd.DataFrame:
    """Return the rows of a table that do not stand on one of these lines of its file."""
    return rows[~rows[LINE].isin(lines)] if len(lines) else rows


def tellable(column: str, cell: str) -> str:
    """Return a cell as a message may repeat it, without the number of a client."""
    return masked(cell) if column == CLIENT_ID else cell
