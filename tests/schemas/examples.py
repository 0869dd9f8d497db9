"""Tables that fit their schemas, made from what these say."""

from typing import Any

import pandas as pd

from one_click.schemas import find

VALUES: dict[str, Any] = {
    "whole numbers": 7,
    "whole numbers from 0": 3,
    "numbers": 1.5,
    "numbers from 0": 2.5,
    "numbers from 0 to 1": 0.5,
    "numbers from -1 to 1": -0.5,
    "true or false": True,
    "text": "стандарт",
    "lists of numbers": [1.0, 2.0],
    "0 or 1": 1,
}


def table_of(name: str, rows: int = 3) -> pd.DataFrame:
    """Return a table that fits the schema of a data set; the key with most values tells its rows apart."""
    columns = find(name).to_schema().columns
    cells = {column: one.metadata["cells"].removesuffix(" or nothing") for column, one in columns.items()}
    keys = sorted(find(name).key_columns(), key=lambda column: cells[column].startswith("one of"))[:1]
    made = {
        column: [_value(held, row if column in keys else 0) for row in range(rows)]
        for column, held in cells.items()
    }
    types = {column: one.dtype.type for column, one in columns.items() if one.dtype is not None}
    return pd.DataFrame(made).astype(types)


def _value(cells: str, row: int) -> Any:
    """Return a value that a column may hold, another one for each row."""
    if cells.startswith("one of "):
        return cells.removeprefix("one of ").split(", ")[row]
    value = VALUES[cells]
    if isinstance(value, str):
        return f"{value} {row}"
    return value + row if isinstance(value, int) else value / 2**row if isinstance(value, float) else value
