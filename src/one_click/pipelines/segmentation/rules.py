"""Conditions of segments and offers, checked against a table."""

from collections.abc import Iterable, Mapping

import pandas as pd

from one_click.columns import BASE_FEATURES, CATEGORICAL_FEATURES, CLIENT_ID, GLOSSARY
from one_click.conditions import SEPARATOR
from one_click.declarations import Offer, Segment
from one_click.errors import ParameterError, nearest


def check_rules(
    declared: Iterable[Segment | Offer],
    table: pd.DataFrame,
    values: Mapping[str, Iterable[str]] | None = None,
) -> None:
    """Refuse conditions that no client of the base could meet because a name is misspelt.

    Parameters
    ----------
    declared : iterable of Segment or Offer
        What has conditions.
    table : DataFrame, one row per client
        The table that the conditions are to be applied to.
    values : mapping, optional
        Valid values of columns for which the table need not hold all: column -> values.

    Raises
    ------
    ParameterError
        If a column is not in the table, or a category is known neither to the base nor to the vocabulary.
    """
    for rule in declared:
        for condition in rule.conditions:
            if condition.column and condition.column not in table:
                raise ParameterError(
                    f"'{rule.code}': there is no column '{condition.column}' here; "
                    f"{nearest(condition.column, table.columns)}"
                )
            known = _known_values(condition.column, table, values or {}) if condition.one_of else set()
            for value in condition.one_of:
                if value not in known:
                    raise ParameterError(
                        f"'{rule.code}': unknown value '{value}' of '{condition.column}'; "
                        f"{nearest(value, known)}"
                    )


def _known_values(column: str, table: pd.DataFrame, values: Mapping[str, Iterable[str]]) -> set[str]:
    if column == "main_reason":
        return set(BASE_FEATURES)
    if column in values:
        return set(values[column])
    others = [name for name in CATEGORICAL_FEATURES if name != column]
    # A small base may lack a category that the vocabulary knows.
    foreign = set(pd.unique(table[others].to_numpy().ravel()))
    return set(table[column]) | (set(GLOSSARY) - foreign)


def join_names(rows: pd.DataFrame, column: str, clients: pd.Series) -> pd.Series:
    """Join the names of each client's rows, in their order, into one text; empty where there are none.

    Parameters
    ----------
    rows : DataFrame
        With `client_id` and `column`.
    column : str
        Column of names.
    clients : Series
        Client numbers, which give the order of the result.
    """
    joined = rows.groupby(CLIENT_ID)[column].agg(SEPARATOR.join).to_dict()
    return pd.Series([joined.get(client, "") for client in clients], index=clients.index, dtype="str")
