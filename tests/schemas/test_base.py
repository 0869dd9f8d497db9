from typing import Any

import pandas as pd
import pytest

from one_click.columns import CLIENT_ID, ENGINEERED_FEATURES
from one_click.errors import DataError
from one_click.schemas import TableCheck, fields, find
from one_click.schemas.base import StoredTable
from one_click.schemas.documentation import tables

from .examples import table_of


def _check(table: str) -> TableCheck:
    schema = find(table)
    path = f"{schema.__module__}.{schema.__name__}"
    return TableCheck(path, f"data/07_model_output/2026-10/{table}.parquet")


@pytest.mark.parametrize("name", list(tables()))
def test_tables_that_fit_pass(name: str) -> None:
    table = table_of(name)
    assert _check(name).validate(table) is table


def test_engineered_features_may_be_there_or_not() -> None:
    assert len(_check("features").validate(table_of("features").drop(columns=list(ENGINEERED_FEATURES)))) == 3


def test_clients_without_label_pass() -> None:
    clients = table_of("clients")
    clients.loc[1, "activity_declined"] = None
    assert len(_check("clients").validate(clients)) == 3


@pytest.mark.parametrize("name", list(tables()))
def test_table_without_rows_passes(name: str) -> None:
    assert _check(name).validate(table_of(name).head(0).astype(object)).empty


def test_table_without_rows_has_the_columns() -> None:
    with pytest.raises(DataError, match="column: membership\n"):
        _check("segments").validate(table_of("segments").head(0).drop(columns="membership"))


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
        pytest.param(
            "clients", "activity_declined", [0.0, 2.0, 1.0], "1", "0 or 1 or nothing", id="no-label"
        ),
        pytest.param("clients", "client_id", [1, 2, 2], "1, 2", "do not repeat", id="client-twice"),
        pytest.param("clients", "service_errors", [0.5, 1.0, 2.0], "", "whole numbers", id="wrong-type"),
        pytest.param("clients", "allows_messages", ["да"] * 3, "", "true or false", id="text-for-a-flag"),
        pytest.param("client_scores", "probability", [0.5, 7.5, 0.5], "1", "from 0 to 1", id="probability"),
        pytest.param("client_scores", "probability", [0.5, None, 0.5], "1", "from 0 to 1", id="no-score"),
        pytest.param(
            "client_scores", "verdict", ["keeps", "perhaps", "keeps"], "1", "one of declines", id="word"
        ),
        pytest.param("train_clients", "activity_declined", [1, 0, 3], "2", "0 or 1", id="another-class"),
        pytest.param("campaign_plan", "cost", [1.0, -1.0, 0.0], "1", "numbers from 0", id="negative-cost"),
        pytest.param("map_axes", "loading", [1.0, -1.5, 0.0], "1", "numbers from -1 to 1", id="correlation"),
        pytest.param("segments", "client_id", [7, 8, 7], "0, 2", "do not repeat", id="row-twice"),
    ],
)
def test_cells_that_do_not_fit_are_named(
    table: str, column: str, values: list[Any], rows: str, rule: str
) -> None:
    with pytest.raises(DataError) as error:
        _check(table).validate(table_of(table).assign(**{column: values}))
    found = str(error.value)
    for word in (f"file:   data/07_model_output/2026-10/{table}.parquet", f"column: {column}\n", rule):
        assert word in found
    if rows:
        assert f"rows:   {rows} (counted from 0)" in found
    assert "kedro run --pipelines" in found


def test_rows_that_are_told_apart_by_several_columns_are_compared_by_all_of_them() -> None:
    codes = table_of("reason_codes").assign(client_id=[1, 1, 1], rank=[1, 1, 2], direction="raises")
    with pytest.raises(DataError, match=r"rows:   0, 1 ") as error:
        _check("reason_codes").validate(codes)
    assert "column: client_id, direction, rank\n" in str(error.value)
    codes["direction"] = ["raises", "lowers", "raises"]
    assert len(_check("reason_codes").validate(codes)) == 3


@pytest.mark.parametrize(("table", "column"), [("clients", "days_registered"), ("segments", "membership")])
def test_missing_column_of_a_table_is_named(table: str, column: str) -> None:
    with pytest.raises(DataError, match=f"column: {column}\n"):
        _check(table).validate(table_of(table).drop(columns=column))


@pytest.mark.parametrize("table", ["features", "train_clients", "evidence_clients", "explanation_base"])
@pytest.mark.parametrize("foreign", ["monthly_profit", "line"])
def test_features_hold_nothing_that_a_model_may_not_see(table: str, foreign: str) -> None:
    with pytest.raises(DataError, match="no model may see") as error:
        _check(table).validate(table_of(table).assign(**{foreign: 1.0}))
    assert f"column: {foreign}\n" in str(error.value)


def test_foreign_columns_are_refused_where_the_table_is_not_open() -> None:
    with pytest.raises(DataError, match="column: more\n") as error:
        _check("segments").validate(table_of("segments").assign(more=1))
    assert "no other columns than client_id, segment, membership" in str(error.value)
    disputed = table_of("disputed_clients").assign(svc=0.5)
    assert _check("disputed_clients").validate(disputed) is disputed


def test_word_of_a_column_that_is_a_keyword_of_python_is_stored_as_such() -> None:
    assert find("feature_summaries").column_names()[:2] == ["feature", "class"]
    assert find("feature_summaries").key_columns() == ["feature", "class"]


@pytest.mark.parametrize(
    ("table", "folder", "pipeline"),
    [
        ("client_scores", "07_model_output/demo", "model_selection"),
        ("client_scores", "next/scored_by_demo", "scoring"),
        ("contacts", "08_reporting/demo", "campaign"),
    ],
)
def test_remedy_names_the_pipeline_that_stores_the_file(table: str, folder: str, pipeline: str) -> None:
    with pytest.raises(DataError, match=f"kedro run --pipelines {pipeline}$"):
        find(table).validate(pd.DataFrame({"client_id": [1]}), file=f"{folder}/{table}.parquet")


def test_columns_of_the_vocabulary_stand_before_those_of_the_body() -> None:
    class Visits(StoredTable, columns=fields.vocabulary(CLIENT_ID, "pages_per_visit", is_key=True)):
        """One row per client."""

        visits: int = fields.whole("Visits")

    assert Visits.column_names() == ["client_id", "pages_per_visit", "visits"]
    assert Visits.key_columns() == ["client_id"]
    assert Visits.data_set() == "visits"
    assert len(Visits.validate(pd.DataFrame({"client_id": [1], "pages_per_visit": [2], "visits": [0]}))) == 1


def test_schema_is_pandera_s_own() -> None:
    schema = find("segments").to_schema()
    assert schema.strict
    assert schema.unique == ["client_id"]
    assert len(schema.validate(table_of("segments"))) == 3
