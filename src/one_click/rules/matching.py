"""Declared conditions, applied to a table of clients."""

from collections.abc import Sequence

import pandas as pd

from one_click.rules.declarations import Condition

SEPARATOR = ", "  # between several names in one cell


def matches(conditions: Sequence[Condition], table: pd.DataFrame) -> pd.Series:
    """Tell for which clients all conditions hold.

    Parameters
    ----------
    conditions : sequence of Condition
        Without any, every client fits.
    table : DataFrame, one row per client
        The decision table.

    Returns
    -------
    Series of bool, with the table's index
    """
    fits = pd.Series(True, index=table.index)
    for condition in conditions:
        fits &= _holds(condition, table)
    return fits


def _holds(condition: Condition, table: pd.DataFrame) -> pd.Series:
    if condition.reason:
        return _names_any(table["reasons"], condition.reason)
    if condition.signal:
        return _names_any(table["signals"], condition.signal)
    column = table[condition.column]
    if condition.one_of:
        return column.isin(condition.one_of)
    if condition.is_ is not None:
        return column == condition.is_
    lower = column >= condition.at_least if condition.at_least is not None else True
    upper = column < condition.below if condition.below is not None else True
    return lower & upper


def _names_any(cells: pd.Series, names: Sequence[str]) -> pd.Series:
    return pd.Series([not set(names).isdisjoint(cell.split(SEPARATOR)) for cell in cells], index=cells.index)


def may_be_messaged(clients: pd.DataFrame, most_contacts: int) -> pd.Series:
    """Tell which clients may get a message: those who consent and have had fewer contacts than allowed."""
    return clients["allows_messages"] & (clients["marketing_contacts_current"] < most_contacts)
