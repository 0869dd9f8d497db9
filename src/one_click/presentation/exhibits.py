"""What a pipeline shows on the page, as one data set."""

import base64
from typing import Any

import pandas as pd
from pydantic import BaseModel

SIZE_OF = "size_of_"  # before the name of what is not shown


def gather_exhibits(**exhibits: Any) -> dict[str, Any]:
    """Return figures and tables of a pipeline in a form that JSON can hold.

    Parameters
    ----------
    **exhibits : bytes, DataFrame, BaseModel or dict
        A PNG, a table, or a record of facts, by name; of those whose name begins with `SIZE_OF` only rows and
        columns are told.

    Returns
    -------
    dict
        Name -> the PNG as base64 text, the table as a list of its rows, the record, or [rows, columns].
    """
    return {
        name: list(getattr(exhibit, "shape", ())) if name.startswith(SIZE_OF) else _plain(exhibit)
        for name, exhibit in exhibits.items()
    }


def _plain(exhibit: Any) -> Any:
    if isinstance(exhibit, bytes):
        return base64.b64encode(exhibit).decode()
    if isinstance(exhibit, BaseModel):
        return exhibit.model_dump(mode="json", by_alias=True)
    return exhibit.to_dict("records") if isinstance(exhibit, pd.DataFrame) else exhibit
