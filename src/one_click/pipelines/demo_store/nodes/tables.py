"""Text of the store's four files, made of typed clients."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import (
    CLIENT_ID,
    COLUMNS,
    FLAG_VALUES,
    MONTHS,
    PERIOD,
    PROFIT,
    TABLES,
    TARGET,
    TARGET_VALUES,
)

ID_HEADER = COLUMNS[CLIENT_ID].source
WORDS = {month: word for word, month in MONTHS.items()}
PERIOD_HEADER = next(column.source for column in TABLES["market_money"].columns if column.name == PERIOD)


def profile_text(clients: pd.DataFrame, with_target: bool) -> pd.DataFrame:
    """Return the text of market_file, one row per client, in the store's order of columns."""
    words = {value: word for word, value in TARGET_VALUES.items()}
    names = [column.name for column in TABLES["market_file"].columns if column.name != CLIENT_ID]
    text = {ID_HEADER: clients[CLIENT_ID].astype("str")}
    if with_target:
        text[COLUMNS[TARGET].source] = clients[TARGET].map(words)
    for name in names:
        text[COLUMNS[name].source] = _words(clients[name])
    return pd.DataFrame(text)


def _words(values: pd.Series) -> pd.Series:
    kind = COLUMNS[str(values.name)].kind
    if kind == "category":
        return values
    if kind == "flag":
        return values.map({value: word for word, value in FLAG_VALUES.items()})
    return values.map("{:g}".format)


def months_text(clients: pd.DataFrame, table: str, pattern: str, drawn: NDArray[np.float64]) -> pd.DataFrame:
    """Return the text of a file with one row per client and month, the months shuffled within a client.

    Parameters
    ----------
    clients : DataFrame, one row per client
    table : str
        ``market_money`` or ``market_time``.
    pattern : str
        How a value is written.
    drawn : ndarray of shape (n_clients, n_months)
        Numbers whose order in a row is the order of the client's months.
    """
    months, value = TABLES[table].months, TABLES[table].value_columns[0]
    wide = clients[[f"{value.name}_{month}" for month in months]].to_numpy()
    order = drawn.argsort(axis=1)
    shuffled = np.take_along_axis(wide, order, axis=1)
    return pd.DataFrame(
        {
            ID_HEADER: clients[CLIENT_ID].repeat(len(months)).astype("str"),
            PERIOD_HEADER: np.array([WORDS[month] for month in months], dtype=object)[order.ravel()],
            value.source: [pattern.format(cell) for cell in shuffled.ravel()],
        }
    ).reset_index(drop=True)


def profit_text(clients: pd.DataFrame) -> pd.DataFrame:
    """Return the text of money, with decimal commas."""
    profits = clients[PROFIT].map("{:g}".format).str.replace(".", ",", regex=False)
    return pd.DataFrame({ID_HEADER: clients[CLIENT_ID].astype("str"), COLUMNS[PROFIT].source: profits})
