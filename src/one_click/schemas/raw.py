"""What the header of each of the store's files must hold."""

import difflib

import pandas as pd

from one_click.columns import LINE, SOURCE_COLUMNS, TABLES
from one_click.errors import DataError, masked, nearest


class RawTable:
    """The header of one of the store's files holds every column of the table.

    Parameters
    ----------
    table : str
        Name of the table in the vocabulary.
    """

    def __init__(self, table: str) -> None:
        self._table = TABLES[table]

    def validate(self, data: pd.DataFrame) -> pd.DataFrame:
        """Return `data` if every column is there.

        Raises
        ------
        DataError
            If a column is missing or its name is misspelt.
        """
        theirs = data.attrs.get("headers", {})
        header = [theirs.get(name, str(name)) for name in data.columns if name != LINE]
        for column in self._table.columns:
            name = theirs.get(column.source, column.source)
            optional = column.name in self._table.optional and not _misspelt(name, data)
            if name not in header and not optional:
                raise DataError(
                    f"The column '{name}' is missing.",
                    file=data.attrs.get("path", self._table.file),
                    column=f"{name} ({column.name} in the project)",
                    rows="1 (the header)",
                    rule="the file's columns are "
                    + ", ".join(theirs.get(c.source, c.source) for c in self._table.columns),
                    remedy="rename the column in the export, or tell in data_processing.other_store.headers "
                    f"which one it is; in the file, {nearest(name, map(masked, header))}",
                )
        return data


def _misspelt(name: str, data: pd.DataFrame) -> bool:
    """Return whether a column that is not there is probably there under a misspelt name."""
    known = {LINE, *(column.source for column in SOURCE_COLUMNS)}
    unknown = [str(other) for other in data.columns if other not in known]
    return bool(difflib.get_close_matches(name, unknown, n=1, cutoff=0.8))
