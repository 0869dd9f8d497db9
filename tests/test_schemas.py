from typing import Any

import pandas as pd
import polars as pl
import pytest

from one_click.columns import BASE_FEATURES, COLUMNS, TABLES
from one_click.errors import DataError
from one_click.schemas import Clients, Features, RawTable

VALUES: dict[str, tuple[Any, str]] = {
    "id": (7, "int64"),
    "whole": (3, "int64"),
    "number": (1.5, "float64"),
    "share": (0.5, "float64"),
    "flag": (True, "bool"),
    "category": ("стандарт", "str"),
    "target": (1.0, "float64"),
}


def _table(names: tuple[str, ...], rows: int = 3) -> pd.DataFrame:
    made = {}
    for name in names:
        value, dtype = VALUES[COLUMNS[name].kind]
        made[name] = pd.Series([value] * rows, dtype=dtype)
    made["client_id"] = pd.Series(range(1, rows + 1), dtype="int64")
    return pd.DataFrame(made)


@pytest.fixture
def clients() -> pd.DataFrame:
    return _table(Clients.columns)


@pytest.fixture
def features() -> pd.DataFrame:
    return _table(Features.columns).assign(twin_group=1)


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


def test_tables_that_fit_pass(clients: pd.DataFrame, features: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(Clients().validate(clients), clients)
    pd.testing.assert_frame_equal(
        Features().validate(features.assign(promo_habit=True)), features.assign(promo_habit=True)
    )


def test_clients_without_label_pass(clients: pd.DataFrame) -> None:
    clients.loc[1, "activity_declined"] = None
    assert len(Clients().validate(clients)) == 3


@pytest.mark.parametrize(
    ("column", "values", "rows"),
    [
        pytest.param("promo_purchase_share", [0.5, 1.5, -0.5], "1", id="share-out-of-range"),
        pytest.param("minutes_current", [3, -1, 3], "1", id="negative"),
        pytest.param("revenue_current", [1.5, 1.5, None], "2", id="missing-value"),
        pytest.param("activity_declined", [0.0, 2.0, 1.0], "1", id="label-of-another-kind"),
        pytest.param("client_id", [1, 2, 2], "1, 2", id="client-twice"),
        pytest.param("service_errors", [0.5, 1.0, 2.0], "", id="wrong-type"),
        pytest.param("allows_messages", ["да", "нет", "да"], "", id="text-for-a-flag"),
    ],
)
def test_cells_that_do_not_fit_are_named(
    clients: pd.DataFrame, column: str, values: list[Any], rows: str
) -> None:
    clients[column] = values
    with pytest.raises(DataError) as error:
        Clients().validate(clients)
    for word in ("'clients'", f"column: {column}\n", rows and f"rows:   {rows}", "rule:", "run the pipeline"):
        assert word in str(error.value)


def test_missing_column_of_a_table_is_named(clients: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="column: days_registered\n"):
        Clients().validate(clients.drop(columns="days_registered"))


@pytest.mark.parametrize("foreign", ["monthly_profit", "line"])
def test_features_hold_nothing_that_a_model_may_not_see(features: pd.DataFrame, foreign: str) -> None:
    with pytest.raises(DataError, match="no model may see") as error:
        Features().validate(features.assign(**{foreign: 1.0}))
    assert f"column: {foreign}\n" in str(error.value)


def test_frames_of_other_engines_pass_unchecked() -> None:
    frame = pl.LazyFrame({"client_id": [1], **{name: [1] for name in BASE_FEATURES}})
    assert Features().validate(frame) is frame  # type: ignore[arg-type]


def test_misspelt_label_column_is_no_missing_one() -> None:
    raw = _raw("label_file", activity_declined="Покупательская_активность")
    with pytest.raises(DataError, match="did you mean 'Покупательская_активность'"):
        RawTable("label_file").validate(raw)
    assert RawTable("label_file").validate(raw[["id", "line"]]) is not None
