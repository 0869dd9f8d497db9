"""The check of a stored table, which kedro calls on what is saved and loaded."""

from collections.abc import Iterator
from functools import partial
from importlib import import_module
from typing import Any, TypeVar

import pandas as pd

from one_click.chunks import Chunks

Table = TypeVar("Table")


class TableCheck:
    """Lays a schema on a table and tells the file where it does not fit.

    Kedro's own adapter takes a schema, too, but knows no file. The reader of the configuration puts this
    class around each schema of the catalog.

    Parameters
    ----------
    schema : str
        Path of the class, such as ``one_click.schemas.segmentation.Segments``; it is imported, and pandera
        with it, when the first table is checked.
    file : str
        Where the table is stored.
    """

    def __init__(self, schema: str, file: str) -> None:
        self._schema = schema
        self._file = file

    def validate(self, data: Table) -> Table:
        """Return `data` if it fits; pieces are checked as they pass, frames of other engines are not.

        Raises
        ------
        DataError
            If a column is missing, foreign, of the wrong type or out of its range, or rows are repeated.
        """
        if isinstance(data, Chunks):
            return Chunks(partial(self._pieces, data))  # type: ignore[return-value]
        if isinstance(data, pd.DataFrame):
            self._check(data)
        return data

    def _pieces(self, chunks: Chunks[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        return map(self._check, chunks)

    def _check(self, table: pd.DataFrame) -> Any:
        module, _, name = self._schema.rpartition(".")
        return getattr(import_module(module), name).validate(table, file=self._file)
