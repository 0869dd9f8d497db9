"""Base of all stored tables: the class of a table tells its columns, their types, units and meaning."""

import re
from inspect import get_annotations
from typing import Any, ClassVar, cast

import pandas as pd
import pandera.pandas as pa

from one_click.errors import DataError, shorten

from .errors import pipeline_of, unfit
from .fields import Columns

_REPEATED = "multiple_fields_uniqueness"


class StoredTable(pa.DataFrameModel):
    """A pandera model whose failures are readable; columns that it does not name are refused.

    A subclass is named as the data set, and stands in the module of the pipeline that stores it.

    Parameters
    ----------
    columns : Columns, optional
        Columns that come from the vocabulary, before those of the body.
    closed : bool
        Whether a model is fitted on the table, so that a foreign column would leak into it; subclasses are
        closed, too.
    extra : bool
        Whether the table may hold further columns.
    """

    _closed: ClassVar[bool] = False

    def __init_subclass__(
        cls, columns: Columns | None = None, *, closed: bool = False, extra: bool = False, **options: Any
    ) -> None:
        """Add the columns of the vocabulary, and close the table."""
        for name, (_, field) in (columns or {}).items():
            field.__set_name__(cls, name)
            setattr(cls, name, field)
        told = {name: annotation for name, (annotation, _) in (columns or {}).items()}
        cls.__annotations__ = told | get_annotations(cls)
        cls._closed = closed or cls._closed
        cls.Config = type("Config", (cls.Config,), {"strict": not extra, "name": cls.__name__})
        super().__init_subclass__(**options)

    @classmethod
    def to_schema(cls) -> Any:
        """Return the pandera schema, which is made when the first table is checked."""
        schema = super().to_schema()
        schema.unique = cls.key_columns() or None
        return schema

    @classmethod
    def data_set(cls) -> str:
        """Return the name of the data set."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def column_names(cls) -> list[str]:
        """Return the names of the columns as they are stored."""
        return list(super().to_schema().columns)

    @classmethod
    def key_columns(cls) -> list[str]:
        """Return the columns that tell the rows apart; none if rows may be equal."""
        # Not of the class's own `to_schema`, which asks for the keys.
        columns = super().to_schema().columns.items()
        return [name for name, column in columns if column.metadata["key"]]

    @classmethod
    def validate(cls, check_obj: pd.DataFrame, file: str = "", **_: Any) -> pd.DataFrame:
        """Return the table if it fits; of one without rows, which have no types, the names are looked at.

        Parameters
        ----------
        check_obj : DataFrame
        file : str, optional
            Where it is stored.

        Raises
        ------
        DataError
            If a column is missing, foreign, of the wrong type or out of its range, or rows are repeated.
        """
        file = file or cls.data_set()
        cls._stop_at_other_names(check_obj, file)
        if len(check_obj) and not cls._fits(check_obj):
            try:
                cls.to_schema().validate(cls._typed(check_obj), lazy=True, inplace=True)
            except pa.errors.SchemaErrors as error:
                raise cls._readable(error.failure_cases, file) from None
        return check_obj

    @classmethod
    def _stop_at_other_names(cls, data: pd.DataFrame, file: str) -> None:
        schema = cls.to_schema()
        foreign = sorted(set(map(str, data.columns)) - set(schema.columns)) if schema.strict else []
        if foreign and cls._closed:
            raise DataError(
                f"The table '{cls.data_set()}' holds columns that no model may see.",
                file=file,
                column=", ".join(foreign),
                rule="features are the columns of the vocabulary's feature groups",
                remedy="take the column out, or add it to the vocabulary",
            )
        if foreign:
            rule = f"the table has no other columns than {', '.join(schema.columns)}"
            raise cls._unfit(file, ", ".join(foreign), rule)
        for name, column in schema.columns.items():
            if column.required and name not in data:
                raise cls._unfit(file, name, "the table has this column")

    @classmethod
    def _fits(cls, data: pd.DataFrame) -> bool:
        """Return whether the table fits, at a third of what pandera takes to tell where one does not."""
        types = data.dtypes.to_dict()
        columns = {name: one for name, one in cls.to_schema().columns.items() if name in types}
        if any(one.dtype is not None and types[name] != one.dtype.type for name, one in columns.items()):
            return False
        if data[[name for name, one in columns.items() if not one.nullable]].isna().to_numpy().any():
            return False
        if not all(check(data[name]).check_passed for name, one in columns.items() for check in one.checks):
            return False
        keys = cls.key_columns()
        return not (keys and data.duplicated(keys).any())

    @classmethod
    def _typed(cls, data: pd.DataFrame) -> pd.DataFrame:
        """Return the table with the types that a file gives to columns of objects, and of nothing."""
        data = data.infer_objects()
        columns = {name: one for name, one in cls.to_schema().columns.items() if one.nullable and one.dtype}
        empty = [name for name in columns if name in data and data[name].isna().all()]
        return data.astype({name: columns[name].dtype.type for name in empty})

    @classmethod
    def _readable(cls, cases: pd.DataFrame, file: str) -> DataError:
        first = cases.iloc[0]
        alike = cases[(cases["column"] == first["column"]) & (cases["check"] == first["check"])]
        column = str(first["column"])
        if first["check"] == _REPEATED:
            alike = cases[cases["check"] == _REPEATED]
            column, rule = ", ".join(cls.key_columns()), "rows that are equal in these columns do not repeat"
        else:
            rule = f"the column holds {cls.to_schema().columns[column].metadata['cells']}"
        rows = shorten(dict.fromkeys(alike["index"].dropna().astype("int64")))
        return cls._unfit(file, column, rule, rows)

    @classmethod
    def _unfit(cls, file: str, column: str, rule: str, rows: str = "") -> DataError:
        return unfit(file, pipeline_of(cls.__module__), column=column, rows=rows, rule=rule)


def described(model: type[StoredTable]) -> pd.DataFrame:
    """Return what a class says of its table.

    Returns
    -------
    DataFrame, one row per column: column, type, unit, meaning
    """
    columns = cast("dict[str, Any]", model.to_schema().columns)
    rows = [
        (name, one.metadata["cells"], one.metadata["unit"], one.description) for name, one in columns.items()
    ]
    return pd.DataFrame(rows, columns=["column", "type", "unit", "meaning"])
