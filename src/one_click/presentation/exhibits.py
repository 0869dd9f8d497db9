"""What a pipeline shows on the page, as one data set."""

import base64
from typing import Any

import pandas as pd


def gather_exhibits(**exhibits: Any) -> dict[str, Any]:
    """Return figures and tables of a pipeline in a form that JSON can hold.

    Parameters
    ----------
    **exhibits : bytes, DataFrame or dict
        A PNG, a table, or a record of facts, by name.

    Returns
    -------
    dict
        Name -> the PNG as base64 text, the table as a list of its rows, or the record.
    """
    return {name: _plain(exhibit) for name, exhibit in exhibits.items()}


def _plain(exhibit: Any) -> Any:
    if isinstance(exhibit, bytes):
        return base64.b64encode(exhibit).decode()
    return exhibit.to_dict("records") if isinstance(exhibit, pd.DataFrame) else exhibit


def list_contents(**data_sets: Any) -> pd.DataFrame:
    """List what a pipeline has made for people to look into.

    Returns
    -------
    DataFrame, one row per data set: data_set, rows, columns (missing where it is no table)
    """
    rows = [
        {"data_set": name, "rows": shape[0], "columns": shape[1]}
        for name, shape in ((name, getattr(one, "shape", (pd.NA, pd.NA))) for name, one in data_sets.items())
    ]
    return pd.DataFrame(rows).astype({"data_set": "str", "rows": "Int64", "columns": "Int64"})
