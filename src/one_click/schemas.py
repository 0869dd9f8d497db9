"""What tables must look like, named in the catalog as ``validator:``.

A failure says the file or data set, the column, the rows, the rule and the remedy.
"""

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeGuard

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
)
from one_click.errors import DataError, masked, nearest, shorten


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
    """Tell whether a column that is not there is probably there under a misspelt name."""
    known = {LINE, *(column.source for column in SOURCE_COLUMNS)}
    unknown = [str(other) for other in data.columns if other not in known]
    return bool(difflib.get_close_matches(name, unknown, n=1, cutoff=0.8))


_CELLS: dict[str, str] = {
    "id": "whole numbers",
    "whole": "whole numbers from 0",
    "number": "numbers",
    "amount": "numbers from 0",
    "share": "numbers from 0 to 1",
    "flag": "true or false",
    "category": "text",
    "target": "0, 1 or nothing",
    "label": "0 or 1",
}


@dataclass(frozen=True)
class Stored:
    """What a stored table must look like.

    Attributes
    ----------
    made_by : str
        The pipeline that stores it.
    columns : mapping
        Column that must be there -> what its cells hold.
    key : tuple of str
        Columns that tell the rows apart.
    closed : bool
        Whether a column that is no feature may not be there, as a model would see it.
    """

    made_by: str
    columns: Mapping[str, str]
    key: tuple[str, ...] = (CLIENT_ID,)
    closed: bool = False


_ID = {CLIENT_ID: "id"}
_OF_CLIENTS = _ID | {name: COLUMNS[name].kind for name in BASE_FEATURES}
_LABELLED = _OF_CLIENTS | {TWIN_GROUP: "id", TARGET: "label"}
_SCORED = {"probability": "share", "probability_sd": "amount"}
_DECIDED = _OF_CLIENTS | _SCORED | {PROFIT: "number", "at_risk": "flag", "profit_at_risk": "number"}
_OFFERED = {"offer": "category", "channel": "category", "cost": "amount"}
_KEPT = {f"expected_profit_kept_{case}": "number" for case in ("low", "base", "high")}
_MODEL = {"model": "category"}

STORED: dict[str, Stored] = {
    "clients": Stored("data_processing", _OF_CLIENTS | {PROFIT: "number", TARGET: "target"}),
    "features": Stored("data_processing", _OF_CLIENTS | {TARGET: "target"}, closed=True),
    "train_clients": Stored("data_processing", _LABELLED, closed=True),
    "test_clients": Stored("data_processing", _LABELLED, closed=True),
    "tuned_models": Stored("model_selection", _MODEL | {"tuned": "category"}, ("model",)),
    "all_fold_scores": Stored(
        "model_selection", _MODEL | _ID | {"target": "label"}, ("model", "repeat", CLIENT_ID)
    ),
    "leaderboard": Stored("model_selection", _MODEL | {"champion": "flag"}, ("model",)),
    "calibrations": Stored(
        "model_selection", _MODEL | {"method": "category", "chosen": "flag"}, ("model", "method")
    ),
    "client_values": Stored("model_selection", _ID | {"value": "number"}),
    "thresholds": Stored(
        "model_selection", _MODEL | {"threshold": "share", "chosen": "flag"}, ("model", "threshold")
    ),
    "out_of_fold_scores": Stored("model_selection", _ID | {"target": "label"} | _SCORED),
    "client_scores": Stored("model_selection", _ID | _SCORED | {"source": "category", "verdict": "category"}),
    "explanation_base": Stored("interpretation", _OF_CLIENTS, closed=True),
    "explanation_background": Stored("interpretation", _OF_CLIENTS, closed=True),
    "shap_values": Stored(
        "interpretation",
        _ID | dict.fromkeys((*BASE_FEATURES, "base_value", "output"), "number") | {"scale": "category"},
    ),
    "shap_errors": Stored("interpretation", _ID | dict.fromkeys(BASE_FEATURES, "amount")),
    "shap_refits": Stored(
        "interpretation", _ID | dict.fromkeys(BASE_FEATURES, "number"), ("refit", CLIENT_ID)
    ),
    "shap_interactions": Stored(
        "interpretation",
        _ID | {"feature": "category", "other": "category", "value": "number"},
        (CLIENT_ID, "feature", "other"),
    ),
    "reason_codes": Stored(
        "interpretation",
        _ID
        | dict.fromkeys(("direction", "feature", "sentence_ru", "sentence_en"), "category")
        | {"rank": "whole", "contribution": "number", "changeable": "flag"},
        (CLIENT_ID, "direction", "rank"),
    ),
    "risk_signals": Stored("segmentation", _ID | {"signal": "category"}, (CLIENT_ID, "signal")),
    "decision_table": Stored("segmentation", _DECIDED),
    "segments": Stored("segmentation", _ID | {"segment": "category", "membership": "category"}),
    "recommendations": Stored("campaign", _ID | {"rank": "whole"} | _OFFERED | _KEPT, (CLIENT_ID, "offer")),
    "selected_clients": Stored("campaign", _ID | _OFFERED | _KEPT),
    "campaign_plan": Stored(
        "campaign", _ID | _OFFERED | {"arm": "category", "expected_profit_kept": "number"}
    ),
    "contacts": Stored("campaign", _DECIDED | {"segment": "category"} | _OFFERED | _KEPT),
    "client_actions": Stored(
        "campaign",
        _ID | {"at_risk": "flag"} | dict.fromkeys(("action", "offer", "channel", "why"), "category"),
    ),
    "not_approached": Stored("campaign", _DECIDED | {"segment": "category"}),
    "not_at_risk": Stored("campaign", _DECIDED | {"segment": "category"}),
}
RECORDS: dict[str, tuple[str, Mapping[str, str]]] = {
    "cleaning_limits": ("data_processing", {"revenue_max": "amount"}),
    "campaign_assumptions": (
        "model_selection",
        {"client_value": "number", "cost": "amount", "effect": "share"},
    ),
    "decision_threshold": ("model_selection", {"threshold": "share"}),
    "undecided_band": ("model_selection", {"keeps_below": "share", "declines_above": "share"}),
    "decision_borders": ("segmentation", {"probability": "share", PROFIT: "number"}),
}


class StoredTable:
    """A stored table, checked with a pandera schema made from `STORED`; others pass.

    Parameters
    ----------
    file : str
        Where it is stored; its name without suffix is that of the table.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._stored = STORED.get(Path(file).stem, Stored("", {}))

    def validate(self, data: pd.DataFrame) -> pd.DataFrame:
        """Return `data` if it fits; frames of other engines than pandas pass unchecked.

        Raises
        ------
        DataError
            If a column is missing, foreign, of the wrong type or out of its range, or rows are repeated.
        """
        if not self._stored.columns or not isinstance(data, pd.DataFrame):
            return data
        import pandera.pandas as pa

        self._stop_at_foreign(data)
        try:
            # Where there is no row, its columns have no type either.
            (self._schema if len(data) else self._names).validate(data, lazy=True, inplace=True)
        except pa.errors.SchemaErrors as error:
            raise self._readable(error.failure_cases) from None
        return data

    @cached_property
    def _schema(self) -> Any:
        import pandera.pandas as pa

        columns = {name: _cells(kind) for name, kind in self._stored.columns.items()}
        keys = {name: pa.Column() for name in self._stored.key}
        return pa.DataFrameSchema(keys | columns, unique=list(self._stored.key))

    @cached_property
    def _names(self) -> Any:
        import pandera.pandas as pa

        return pa.DataFrameSchema({name: pa.Column() for name in self._stored.columns})

    def _stop_at_foreign(self, data: pd.DataFrame) -> None:
        known = {CLIENT_ID, TWIN_GROUP, TARGET, *BASE_FEATURES, *ENGINEERED_FEATURES}
        if self._stored.closed and (foreign := set(data.columns) - known):
            raise DataError(
                f"The table '{Path(self._file).stem}' holds columns that no model may see.",
                file=self._file,
                column=", ".join(sorted(foreign)),
                rule="features are the columns of the vocabulary's feature groups",
                remedy="take the column out, or add it to the vocabulary",
            )

    def _readable(self, cases: pd.DataFrame) -> DataError:
        first = cases.iloc[0]
        alike = cases[(cases["column"] == first["column"]) & (cases["check"] == first["check"])]
        column = str(first["column"])
        if first["check"] == "column_in_dataframe":
            column, rule = str(first["failure_case"]), "the table has this column"
        elif first["check"] == "multiple_fields_uniqueness":
            alike = cases[cases["check"] == first["check"]]
            column, rule = ", ".join(self._stored.key), "rows that are equal in these columns do not repeat"
        else:
            rule = f"the column holds {_CELLS[self._stored.columns[column]]}"
        rows = shorten(dict.fromkeys(alike["index"].dropna().astype("int64")))
        return _unfit(self._file, self._stored.made_by, column=column, rows=rows, rule=rule)


def _cells(kind: str) -> Any:
    import pandera.pandas as pa

    kinds: dict[str, Any] = {
        "id": pa.Column("int64"),
        "whole": pa.Column("int64", pa.Check.ge(0)),
        "number": pa.Column("float64"),
        "amount": pa.Column("float64", pa.Check.ge(0)),
        "share": pa.Column("float64", pa.Check.in_range(0, 1)),
        "flag": pa.Column("bool"),
        "category": pa.Column("str"),
        "target": pa.Column("float64", pa.Check.isin([0.0, 1.0]), nullable=True),
        "label": pa.Column(None, pa.Check.isin([0, 1])),
    }
    return kinds[kind]


_RANGES = {"number": (-math.inf, math.inf), "amount": (0.0, math.inf), "share": (0.0, 1.0)}


class StoredRecord:
    """A stored record of numbers, such as a threshold, checked against `RECORDS`; others pass.

    Parameters
    ----------
    file : str
        Where it is stored; its name without suffix is that of the record.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._made_by, self._entries = RECORDS.get(Path(file).stem, ("", {}))

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return `data` if it fits.

        Raises
        ------
        DataError
            If an entry is missing or not a number in its range.
        """
        for name, kind in self._entries.items():
            value = data.get(name)
            least, most = _RANGES[kind]
            if not (_is_number(value) and least <= value <= most):
                rule = f"the entry holds {_CELLS[kind]}, here {value!r}"
                raise _unfit(self._file, self._made_by, column=name, rule=rule)
        return data


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _unfit(file: str, pipeline: str, *, rule: str, column: str, rows: str = "") -> DataError:
    pipeline = "scoring" if "scored_by_" in file else pipeline
    return DataError(
        f"'{Path(file).stem}' does not fit its schema.",
        file=file,
        column=column,
        rows=rows and f"{rows} (counted from 0)",
        rule=rule,
        remedy="the file is older than the code or was changed by hand: make it again with "
        f"kedro run --pipelines {pipeline}",
    )
