from typing import Any

import pandas as pd
import polars as pl
import pytest

from one_click.columns import BASE_FEATURES, COLUMNS, TABLES
from one_click.errors import DataError
from one_click.schemas import STORED, RawTable, StoredRecord, StoredTable

VALUES: dict[str, tuple[Any, str]] = {
    "id": (7, "int64"),
    "whole": (3, "int64"),
    "number": (1.5, "float64"),
    "share": (0.5, "float64"),
    "flag": (True, "bool"),
    "category": ("стандарт", "str"),
    "target": (1.0, "float64"),
    "amount": (2.5, "float64"),
    "label": (1, "int64"),
}


def _stored(name: str, rows: int = 3) -> pd.DataFrame:
    """Return a table that fits its schema."""
    stored = STORED[name]
    made = {column: [VALUES[kind][0]] * rows for column, kind in stored.columns.items()}
    table = pd.DataFrame(made | {column: range(rows) for column in stored.key if column != "threshold"})
    return table.astype({column: VALUES[kind][1] for column, kind in stored.columns.items()})


def _check(table: str) -> StoredTable:
    return StoredTable(f"data/07_model_output/2026-10/{table}.parquet")


def _raw(table: str, **renamed: str) -> pd.DataFrame:
    names = [renamed.get(column.name, column.source) for column in TABLES[table].columns]
    return pd.DataFrame([["x"] * len(names)], columns=names, dtype="str").assign(line=2)


@pytest.mark.parametrize("table", list(TABLES))
def test_complete_header_passes(table: str) -> None:
    raw = _raw(table).assign(Комментарий="x")
    assert RawTable(table).validate(raw) is raw


@pytest.mark.parametrize(
    ("name", "found", "words"),
    [
        pytest.param(
            "popular_category", "Популярная категория", ["did you mean 'Популярная категория'"], id="misspelt"
        ),
        pytest.param("client_id", "клиент", ["(client_id in the project)", "Valid names: Акц"], id="missing"),
    ],
)
def test_missing_column_is_named_with_the_nearest_header(name: str, found: str, words: list[str]) -> None:
    raw = _raw("market_file", **{name: found})
    raw.attrs["path"] = "data/01_raw/2026-10/market_file.csv"
    with pytest.raises(DataError) as error:
        RawTable("market_file").validate(raw)
    header = COLUMNS[name].source
    for word in (f"'{header}' is missing", "2026-10/market_file.csv", "rows:   1 (the header)", *words):
        assert word in str(error.value)


def test_column_of_labels_may_be_absent() -> None:
    assert len(RawTable("label_file").validate(_raw("label_file", activity_declined="x"))) == 1


@pytest.mark.parametrize("name", list(STORED))
def test_tables_that_fit_pass(name: str) -> None:
    table = _stored(name).assign(**({} if STORED[name].closed else {"more": 1}))
    assert _check(name).validate(table) is table


def test_engineered_features_may_be_there_or_not() -> None:
    assert len(_check("features").validate(_stored("features").assign(promo_habit=True, twin_group=1))) == 3


def test_clients_without_label_pass() -> None:
    clients = _stored("clients")
    clients.loc[1, "activity_declined"] = None
    assert len(_check("clients").validate(clients)) == 3


@pytest.mark.parametrize("name", list(STORED))
def test_table_without_rows_passes(name: str) -> None:
    assert _check(name).validate(_stored(name).head(0).astype(object)).empty


@pytest.mark.parametrize(
    ("table", "column", "values", "rows", "rule"),
    [
        pytest.param(
            "clients",
            "promo_purchase_share",
            [0.5, 1.5, -0.5],
            "1, 2",
            "from 0 to 1",
            id="share-out-of-range",
        ),
        pytest.param("clients", "minutes_current", [3, -1, 3], "1", "whole numbers from 0", id="negative"),
        pytest.param("clients", "revenue_current", [1.5, 1.5, None], "2", "numbers", id="missing-value"),
        pytest.param("clients", "activity_declined", [0.0, 2.0, 1.0], "1", "0, 1 or nothing", id="no-label"),
        pytest.param("clients", "client_id", [1, 2, 2], "1, 2", "do not repeat", id="client-twice"),
        pytest.param("clients", "service_errors", [0.5, 1.0, 2.0], "", "whole numbers", id="wrong-type"),
        pytest.param("clients", "allows_messages", ["да"] * 3, "", "true or false", id="text-for-a-flag"),
        pytest.param("client_scores", "probability", [0.5, 7.5, 0.5], "1", "from 0 to 1", id="probability"),
        pytest.param("client_scores", "probability", [0.5, None, 0.5], "1", "from 0 to 1", id="no-score"),
        pytest.param("train_clients", "activity_declined", [1, 0, 3], "2", "0 or 1", id="another-class"),
        pytest.param("campaign_plan", "cost", [1.0, -1.0, 0.0], "1", "numbers from 0", id="negative-cost"),
        pytest.param("segments", "client_id", [7, 8, 7], "0, 2", "do not repeat", id="row-twice"),
    ],
)
def test_cells_that_do_not_fit_are_named(
    table: str, column: str, values: list[Any], rows: str, rule: str
) -> None:
    with pytest.raises(DataError) as error:
        _check(table).validate(_stored(table).assign(**{column: values}))
    found = str(error.value)
    for word in (f"file:   data/07_model_output/2026-10/{table}.parquet", f"column: {column}\n", rule):
        assert word in found
    assert (f"rows:   {rows} (counted from 0)" in found) == bool(rows)
    assert f"kedro run --pipelines {STORED[table].made_by}" in found


def test_rows_that_are_told_apart_by_several_columns_are_compared_by_all_of_them() -> None:
    codes = _stored("reason_codes").assign(client_id=[1, 1, 1], rank=[1, 1, 2], direction="raises")
    with pytest.raises(DataError, match=r"rows:   0, 1 ") as error:
        _check("reason_codes").validate(codes)
    assert "column: client_id, direction, rank\n" in str(error.value)
    codes["direction"] = ["raises", "lowers", "raises"]
    assert len(_check("reason_codes").validate(codes)) == 3


@pytest.mark.parametrize(("table", "column"), [("clients", "days_registered"), ("segments", "membership")])
def test_missing_column_of_a_table_is_named(table: str, column: str) -> None:
    with pytest.raises(DataError, match=f"column: {column}\n"):
        _check(table).validate(_stored(table).drop(columns=column))


@pytest.mark.parametrize("table", ["features", "train_clients", "explanation_base"])
@pytest.mark.parametrize("foreign", ["monthly_profit", "line"])
def test_features_hold_nothing_that_a_model_may_not_see(table: str, foreign: str) -> None:
    with pytest.raises(DataError, match="no model may see") as error:
        _check(table).validate(_stored(table).assign(**{foreign: 1.0}))
    assert f"column: {foreign}\n" in str(error.value)


def test_frames_of_other_engines_and_tables_without_schema_pass_unchecked() -> None:
    frame = pl.LazyFrame({"client_id": [1], **{name: [1] for name in BASE_FEATURES}})
    assert _check("features").validate(frame) is frame  # type: ignore[arg-type]
    table = pd.DataFrame({"probability": [7.5]})
    assert _check("gains").validate(table) is table


@pytest.mark.parametrize(
    ("folder", "pipeline"), [("07_model_output/demo", "model_selection"), ("next/scored_by_demo", "scoring")]
)
def test_remedy_names_the_pipeline_that_stores_the_file(folder: str, pipeline: str) -> None:
    with pytest.raises(DataError, match=f"kedro run --pipelines {pipeline}$"):
        StoredTable(f"{folder}/client_scores.parquet").validate(pd.DataFrame({"client_id": [1]}))


@pytest.mark.parametrize(
    "threshold",
    [
        pytest.param({"threshold": 7.5}, id="out-of-range"),
        pytest.param({"threshold": float("nan")}, id="no-number"),
        pytest.param({"threshold": "0.5"}, id="text"),
        pytest.param({"threshold": True}, id="flag"),
        pytest.param({}, id="missing"),
    ],
)
def test_record_that_does_not_fit_is_named(threshold: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="column: threshold\n") as error:
        StoredRecord("data/07_model_output/demo/decision_threshold.json").validate(threshold)
    assert "numbers from 0 to 1" in str(error.value)
    assert "kedro run --pipelines model_selection" in str(error.value)


def test_records_that_fit_and_records_without_schema_pass() -> None:
    for name, record in (("decision_threshold", {"threshold": 1}), ("key_facts", {"clients": "many"})):
        assert StoredRecord(f"{name}.json").validate(record) is record


def test_misspelt_label_column_is_no_missing_one() -> None:
    raw = _raw("label_file", activity_declined="Покупательская_активность")
    with pytest.raises(DataError, match="did you mean 'Покупательская_активность'"):
        RawTable("label_file").validate(raw)
    assert RawTable("label_file").validate(raw[["id", "line"]]) is not None
