"""What stands in each stored table, for people."""

import importlib
import pkgutil
import re
from functools import cache
from typing import Any

import pandas as pd

from one_click.errors import UnknownNameError

_PATTERN = re.compile(r"(_in)?_\{\w+\}$")


def find(name: str) -> Any:
    """Return the schema of a data set, whose name may have a namespace before it or be a pattern.

    Raises
    ------
    UnknownNameError
        If there is none.

    Examples
    --------
    >>> find("scoring.segments").__name__, find("faults_in_{table}").__name__
    ('Segments', 'Faults')
    """
    table = _PATTERN.sub("", name.rpartition(".")[2])
    if table not in tables():
        raise UnknownNameError("table", table, tables())
    return tables()[table]


@cache
def tables() -> dict[str, Any]:
    """Return the schemas of all stored tables by the names of their data sets."""
    # Imported here, because pandera takes long and most commands look at no schema.
    from . import base

    path = str(__package__)
    modules = [
        importlib.import_module(f"{path}.{found.name}")
        for found in pkgutil.iter_modules(importlib.import_module(path).__path__)
    ]
    found = [one for module in modules for one in vars(module).values() if _is_schema(one, module, base)]
    return {one.data_set(): one for one in found}


def _is_schema(thing: Any, module: Any, base: Any) -> bool:
    is_table = isinstance(thing, type) and issubclass(thing, base.StoredTable)
    return (
        is_table and thing.__module__ == module.__name__ and module is not base and thing.__name__[0] != "_"
    )


def document(name: str) -> pd.DataFrame:
    """Return what the columns of a stored table hold and mean.

    Parameters
    ----------
    name : str
        Of the data set, such as ``class_portrait``.

    Returns
    -------
    DataFrame, one row per column: column, type, unit, meaning
    """
    from .base import described

    return described(find(name))
