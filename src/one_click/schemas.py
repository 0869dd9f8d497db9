"""What tables must look like, named in the catalog as ``validator:``.

A failure says the file or data set, the column, the rows, the rule and the remedy.
"""

import difflib
from typing import Any

import pandas as pd

from one_click.columns import (
    BASE_FEATURES,
    CLIENT_ID,
    COLUMNS,
    ENGINEERED_FEATURES,
    LINE,
    PROFIT,
    SOURCE_COLUMNS,
    TABLES,
    TARGET,
    TWIN_GROUP,
    Column,
)
from one_click.errors import DataError, nearest, shorten


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
                    f"which one it is; in the file, {nearest(name, header)}",
                )
        return data


def _misspelt(name: str, data: pd.DataFrame) -> bool:
    """Tell whether a column that is not there is probably there under a misspelt name."""
    known = {LINE, *(column.source for column in SOURCE_COLUMNS)}
    unknown = [str(other) for other in data.columns if other not in known]
    return bool(difflib.get_close_matches(name, unknown, n=1, cutoff=0.8))


class TypedTable:
    """A table of the project, checked with a pandera schema made from the vocabulary.

    Parameters
    ----------
    name : str
        Name of the data set, used in messages.
    columns : tuple of str
        Columns that must be there, with the type and the range that the vocabulary gives them.
    """

    name: str
    columns: tuple[str, ...]

    def validate(self, data: pd.DataFrame) -> pd.DataFrame:
        """Return `data` if it fits; frames of other engines than pandas pass unchecked.

        Raises
        ------
        DataError
            If a column is missing, of the wrong type or out of its range.
        """
        if not isinstance(data, pd.DataFrame):
            return data
        import pandera.pandas as pa

        schema = pa.DataFrameSchema(
            {name: _check(COLUMNS[name]) for name in self.columns}, unique=[CLIENT_ID]
        )
        try:
            return schema.validate(data, lazy=True)
        except pa.errors.SchemaErrors as error:
            raise self._readable(error.failure_cases) from None

    def _readable(self, cases: pd.DataFrame) -> DataError:
        first = cases.iloc[0]
        alike = cases[(cases["column"] == first["column"]) & (cases["check"] == first["check"])]
        column = first["column"] if first["column"] in COLUMNS else first["failure_case"]
        return DataError(
            f"The table '{self.name}' does not fit its schema.",
            file=self.name,
            column=str(column),
            rows=shorten(alike["index"].dropna()),
            rule=str(first["check"]),
            remedy="the stored table is older than the code or was changed by hand: "
            "run the pipeline that makes it again",
        )


def _check(column: Column) -> Any:
    import pandera.pandas as pa

    kinds: dict[str, Any] = {
        "id": pa.Column("int64"),
        "whole": pa.Column("int64", pa.Check.ge(0)),
        "number": pa.Column("float64"),
        "share": pa.Column("float64", pa.Check.in_range(0, 1)),
        "flag": pa.Column("bool"),
        "category": pa.Column("str"),
        "target": pa.Column("float64", pa.Check.isin([0.0, 1.0]), nullable=True),
    }
    return kinds[column.kind]


class Clients(TypedTable):
    """One row per client with every column of the vocabulary but the engineered ones."""

    name = "clients"
    columns = (CLIENT_ID, *BASE_FEATURES, PROFIT, TARGET)


class Features(TypedTable):
    """One row per client with the features, the twin group and the target where it is known."""

    name = "features"
    columns = (CLIENT_ID, *BASE_FEATURES, TARGET)

    def validate(self, data: pd.DataFrame) -> pd.DataFrame:
        """Return `data` if it fits and holds no column that is not a feature.

        Raises
        ------
        DataError
            If a column is missing, foreign, of the wrong type or out of its range.
        """
        if not isinstance(data, pd.DataFrame):
            return data
        foreign = set(data.columns) - {CLIENT_ID, TWIN_GROUP, TARGET, *BASE_FEATURES, *ENGINEERED_FEATURES}
        if foreign:
            raise DataError(
                "The table 'features' holds columns that no model may see.",
                file=self.name,
                column=", ".join(sorted(foreign)),
                rule="features are the columns of the vocabulary's feature groups",
                remedy="take the column out, or add it to the vocabulary",
            )
        return super().validate(data)
