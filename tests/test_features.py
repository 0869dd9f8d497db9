"""The portable functions give the same tables on every engine."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from one_click.columns import BASE_FEATURES, ENGINEERED_FEATURES
from one_click.features import add_engineered, join_clients, make_features, months_to_columns


@dataclass(frozen=True)
class Engine:
    """How frames get into an engine; they come back through narwhals."""

    make: Callable[[pd.DataFrame], Any]
    kind: type


def _relation(frame: pd.DataFrame) -> duckdb.DuckDBPyRelation:
    return duckdb.from_arrow(pa.Table.from_pandas(frame, preserve_index=False))


ENGINES = {
    "pandas": Engine(pd.DataFrame.copy, pd.DataFrame),
    "polars-lazy": Engine(lambda frame: pl.from_pandas(frame).lazy(), pl.LazyFrame),
    "duckdb": Engine(_relation, duckdb.DuckDBPyRelation),
}

PROFILES = pd.DataFrame(
    {
        "client_id": [9, 7, 8, 6],
        "allows_messages": [True, False, True, True],
        "marketing_contacts_6m": [3.5, 4.0, 3.5, 3.5],
        "marketing_contacts_current": [4, 5, 4, 4],
        "pages_per_visit": [5, 6, 5, 5],
        "service_errors": [1, 2, 1, 1],
        "promo_purchase_share": [0.5, 0.49, 0.5, 0.5],
        "popular_category": ["Посуда", "Сад", "Посуда", "Посуда"],
        "category_views_per_visit": [3, 4, 3, 3],
        "unpaid_items_quarter": [2, 3, 2, 2],
        "service_type": ["стандарт", "премиум", "стандарт", "стандарт"],
        "days_registered": [100, 200, 100, 100],
    }
)
REVENUE = pd.DataFrame(
    {
        "client_id": [8, 7, 9],
        "revenue_two_months_ago": [100.0, 0.0, 100.0],
        "revenue_previous": [200.0, 0.0, 200.0],
        "revenue_current": [300.0, 0.0, 300.0],
    }
)
MINUTES = pd.DataFrame(
    {"client_id": [9, 7, 8], "minutes_previous": [15, 10, 15], "minutes_current": [12, 10, 12]}
)
PROFITS = pd.DataFrame({"client_id": [7, 8, 9], "monthly_profit": [4.5, 3.25, -1.0]})
LABELS = pd.DataFrame({"client_id": [9, 7, 5], "activity_declined": [1, 0, 1]})


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]


def _back(frame: Any, engine: Engine) -> pd.DataFrame:
    """Return an engine's answer in pandas, after a look at its engine and its order.

    DuckDB and polars have a null of their own where pandas has NaN, and text of their own: both casts only
    name the same values as pandas names them. Numbers and flags must come as the engine gives them.
    """
    assert isinstance(frame, engine.kind)
    table = nw.from_native(frame).lazy().collect(backend="pandas").to_native()
    assert table["client_id"].is_monotonic_increasing
    text = table.select_dtypes(include=["object", "str"]).columns
    return table.astype(dict.fromkeys(text, "str"))


def _clients(engine: Engine) -> Any:
    return join_clients(*(engine.make(frame) for frame in (PROFILES, REVENUE, MINUTES, PROFITS, LABELS)))


@pytest.mark.parametrize(
    ("values", "dtype"),
    [pytest.param([30, 10, 20, 5], "int64"), pytest.param([0.5, 0.1, 9.0, 5.0], "float64")],
)
def test_months_become_columns(engine: Engine, values: list[float], dtype: str) -> None:
    rows = pd.DataFrame(
        {
            "client_id": [2, 1, 1, 2],
            "period": ["current", "previous", "current", "previous"],
            "value": pd.Series(values, dtype=dtype),
        }
    )
    wide = _back(months_to_columns(engine.make(rows), "value", ("previous", "current")), engine)
    expected = pd.DataFrame(
        {
            "client_id": [1, 2],
            "value_previous": pd.Series([values[1], values[3]], dtype=dtype),
            "value_current": pd.Series([values[2], values[0]], dtype=dtype),
        }
    )
    pd.testing.assert_frame_equal(wide, expected)


def test_clients_are_joined(engine: Engine) -> None:
    clients = _back(_clients(engine), engine)
    assert list(clients.columns) == ["client_id", *BASE_FEATURES, "monthly_profit", "activity_declined"]
    # Client 6 has no revenue; client 5 has a label and nothing else; client 8 has no label.
    assert clients["client_id"].tolist() == [7, 8, 9]
    assert clients["monthly_profit"].tolist() == [4.5, 3.25, -1.0]
    assert clients["activity_declined"].isna().tolist() == [False, True, False]
    assert clients["activity_declined"].dropna().tolist() == [0.0, 1.0]
    assert clients["popular_category"].tolist() == ["Сад", "Посуда", "Посуда"]


def test_features_by_hand(engine: Engine) -> None:
    engineered = ("revenue_trend", "minutes_trend", "promo_habit")
    features = _back(make_features(_clients(engine), engineered), engine)
    assert list(features.columns) == [
        "client_id",
        *BASE_FEATURES,
        *engineered,
        "twin_group",
        "activity_declined",
    ]
    assert features["revenue_trend"].tolist() == [0.0, 0.5, 0.5]  # 3 · 300 / 600 − 1; no revenue at all: 0
    assert features["minutes_trend"].tolist() == [0.0, -3.0, -3.0]
    assert features["promo_habit"].tolist() == [False, True, True]
    assert features["twin_group"].tolist() == [7, 8, 8]


def test_whole_table_is_the_same_on_every_engine(engine: Engine) -> None:
    reference = ENGINES["pandas"]
    for switched_on in ((), ("promo_habit",), ENGINEERED_FEATURES):
        made = _back(make_features(_clients(engine), switched_on), engine)
        expected = _back(make_features(_clients(reference), switched_on), reference)
        pd.testing.assert_frame_equal(made, expected)


def test_engineered_features_keep_all_columns_in_the_order_asked_for(engine: Engine) -> None:
    frame = engine.make(PROFILES.assign(minutes_previous=1, minutes_current=3, note="x"))
    added = add_engineered(frame, ("promo_habit", "minutes_trend"))
    table = nw.from_native(added).lazy().collect(backend="pandas").to_native()
    assert list(table.columns)[-3:] == ["note", "promo_habit", "minutes_trend"]
    assert table["minutes_trend"].tolist() == [2.0] * 4


def test_one_differing_feature_makes_no_twins() -> None:
    clients = _clients(ENGINES["pandas"])
    for name in BASE_FEATURES:
        changed = clients.copy()
        changed[name] = changed[name].where(changed["client_id"] != 9, changed[name].iloc[0])
        assert make_features(changed, ())["twin_group"].tolist() == [7, 8, 9], name


def test_pandas_frames_are_numbered_anew_and_not_changed() -> None:
    frames = [frame.copy(deep=True) for frame in (PROFILES, REVENUE, MINUTES, PROFITS, LABELS)]
    clients = join_clients(*frames)
    features = make_features(clients, ENGINEERED_FEATURES)
    for frame, original in zip(frames, (PROFILES, REVENUE, MINUTES, PROFITS, LABELS), strict=True):
        pd.testing.assert_frame_equal(frame, original)
    for made in (
        clients,
        features,
        months_to_columns(REVENUE.assign(period="current"), "revenue_current", ("current",)),
    ):
        assert made.index.equals(pd.RangeIndex(len(made)))
