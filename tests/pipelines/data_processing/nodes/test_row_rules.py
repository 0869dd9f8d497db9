from typing import Any

import pandas as pd
import pytest

from one_click.errors import DataError
from one_click.parameters import DataProcessing
from one_click.pipelines.data_processing.nodes.row_rules import (
    excluded_by_rule,
    fit_revenue_limit,
    stop_at_faulty_tables,
    with_all_rows_of_clients,
)

Parsed = dict[str, pd.DataFrame]
MONTHS = ("two_months_ago", "previous", "current")


@pytest.fixture
def parsed() -> Parsed:
    """Return the typed tables of the clients 1 and 2, complete and clean."""
    clients = (1, 2)
    money = [(client, month, 100.0) for client in clients for month in MONTHS]
    time = [(client, month, 5) for client in clients for month in MONTHS[1:]]
    frames = {
        "market_file": pd.DataFrame({"client_id": clients}),
        "market_money": pd.DataFrame(money, columns=["client_id", "period", "revenue"]),
        "market_time": pd.DataFrame(time, columns=["client_id", "period", "minutes"]),
        "money": pd.DataFrame({"client_id": clients}),
    }
    return {name: frame.assign(line=range(2, len(frame) + 2)) for name, frame in frames.items()}


def _set(parsed: Parsed, table: str, row: int, column: str, value: Any) -> Parsed:
    changed = parsed[table].copy()
    changed.loc[row, column] = value
    return parsed | {table: changed}


def _listed(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    return list(frame[["table", "line", "client_id", "rule"]].itertuples(index=False, name=None))


def test_revenue_limit_by_hand() -> None:
    revenue = pd.Series([0.0, 10.0, 20.0, 30.0, 40.0])  # quartiles 10 and 30
    assert fit_revenue_limit(revenue, 2) == 30 + 2 * 20


def test_clean_clients_are_not_excluded(parsed: Parsed, options: DataProcessing) -> None:
    assert excluded_by_rule(parsed, {"revenue_max": 100.0}, options).empty


@pytest.mark.parametrize(
    ("revenue", "exclude", "expected"),
    [
        pytest.param(0.0, True, [("market_money", 3, "1", "no_purchases_in_a_month")], id="no-purchases"),
        pytest.param(0.0, False, [], id="no-purchases-kept"),
        pytest.param(500.01, True, [("market_money", 3, "1", "implausible_revenue")], id="implausible"),
        pytest.param(500.0, True, [], id="at-the-limit"),
    ],
)
def test_revenue_rules(
    parsed: Parsed, options: DataProcessing, revenue: float, exclude: bool, expected: list[tuple[object, ...]]
) -> None:
    rows = _set(parsed, "market_money", 1, "revenue", revenue)
    chosen = options.model_copy(update={"exclude_without_purchases": exclude})
    assert _listed(excluded_by_rule(rows, {"revenue_max": 500.0}, chosen)) == expected


@pytest.mark.parametrize(
    ("table", "dropped"),
    [
        pytest.param("market_file", [0], id="no-profile"),
        pytest.param("market_money", [1], id="one-month-missing"),
        pytest.param("market_money", [0, 1, 2], id="no-revenue"),
        pytest.param("market_time", [0], id="one-month-of-minutes-missing"),
        pytest.param("money", [0], id="no-profit"),
    ],
)
def test_client_incomplete_in_one_table_is_listed_in_all(
    parsed: Parsed, options: DataProcessing, table: str, dropped: list[int]
) -> None:
    rows = parsed | {table: parsed[table].drop(index=dropped)}
    listed = excluded_by_rule(rows, {"revenue_max": 500.0}, options)
    assert set(listed["rule"]) == {f"incomplete_in_{table}"}
    assert set(listed["client_id"]) == {"1"}
    left = {name: int((frame["client_id"] == 1).sum()) for name, frame in rows.items()}
    assert listed.groupby("table").size().to_dict() == {name: n for name, n in left.items() if n}


def test_other_rows_of_a_client_who_is_left_out_are_listed(parsed: Parsed, options: DataProcessing) -> None:
    rows = _set(parsed, "market_money", 1, "revenue", 0.0)
    causes = excluded_by_rule(rows, {"revenue_max": 500.0}, options)
    assert _listed(with_all_rows_of_clients(causes, rows)) == [
        ("market_file", 2, "1", "client_left_out"),
        ("market_money", 2, "1", "client_left_out"),
        ("market_money", 3, "1", "no_purchases_in_a_month"),
        ("market_money", 4, "1", "client_left_out"),
        ("market_time", 2, "1", "client_left_out"),
        ("market_time", 3, "1", "client_left_out"),
        ("money", 2, "1", "client_left_out"),
    ]


def test_repeated_row_does_not_leave_its_client_out(parsed: Parsed) -> None:
    causes = pd.DataFrame(
        [("money", 9, "1", "", "", "", "repeated_row")],
        columns=["table", "line", "client_id", "column", "old_value", "new_value", "rule"],
    )
    assert _listed(with_all_rows_of_clients(causes, parsed)) == [("money", 9, "1", "repeated_row")]


@pytest.mark.parametrize(
    ("faulty", "stops"), [pytest.param(5, False, id="at-the-limit"), pytest.param(6, True, id="above")]
)
def test_too_many_rejected_rows_stop_with_one_error(faulty: int, stops: bool) -> None:
    dialects = pd.DataFrame({"table": ["money"], "file": ["2026-10/money.csv"], "rows": [100]})
    causes = pd.DataFrame(
        {
            "table": "money",
            "line": range(2, faulty + 2),
            "client_id": "1",
            "column": "monthly_profit",
            "old_value": "x",
            "rule": "missing_value",
        }
    )
    if not stops:
        stop_at_faulty_tables(causes, dialects, 0.05)
        return
    with pytest.raises(DataError) as error:
        stop_at_faulty_tables(causes, dialects, 0.05)
    for words in (
        "6 of 100 rows of money would be rejected, most of them for 'missing_value'",
        "file:   2026-10/money.csv",
        "column: Прибыль (monthly_profit in the project)",
        "lines 2, 3, 4, 5, 6, … (6 in all) with 'x'",
        "at most 5%",
        "data_processing.max_rejected_share",
    ):
        assert words in str(error.value)


def test_rows_are_counted_once_however_many_rules_they_break() -> None:
    dialects = pd.DataFrame({"table": ["money"], "file": ["money.csv"], "rows": [10]})
    causes = pd.DataFrame(
        {
            "table": "money",
            "line": [2, 2, 2],
            "client_id": "1",
            "column": "",
            "old_value": "",
            "rule": list("abc"),
        }
    )
    stop_at_faulty_tables(causes, dialects, 0.1)
    with pytest.raises(DataError, match="1 of 10 rows"):
        stop_at_faulty_tables(causes, dialects, 0.09)


def test_limits_stop_naming_rows_that_are_not_there() -> None:
    dialects = pd.DataFrame({"table": ["money"], "file": ["money.csv"], "rows": [2]})
    causes = pd.DataFrame(
        {"table": ["money"], "line": [2], "client_id": "1", "column": "", "old_value": "", "rule": ["a"]}
    )
    with pytest.raises(DataError, match=r"rows:   lines 2\n"):
        stop_at_faulty_tables(causes, dialects, 0.0)


def test_file_that_lacks_rows_is_named_rather_than_the_one_whose_clients_go() -> None:
    dialects = pd.DataFrame(
        {"table": ["market_file", "money"], "file": ["m/market_file.csv", "m/money.csv"], "rows": [10, 7]}
    )
    causes = pd.DataFrame(
        {
            "table": "market_file",
            "line": [2, 3, 4],
            "client_id": ["11", "12", "13"],
            "column": "",
            "old_value": "",
            "rule": "incomplete_in_money",
        }
    )
    with pytest.raises(DataError) as error:
        stop_at_faulty_tables(causes, dialects, 0.05)
    for words in (
        "file:   m/money.csv",
        "the clients in lines 2, 3, 4 of m/market_file.csv lack rows in money",
        "export money for the same",
    ):
        assert words in str(error.value)


def test_client_numbers_that_reject_too_many_rows_are_not_repeated() -> None:
    dialects = pd.DataFrame({"table": ["money"], "file": ["money.csv"], "rows": [2]})
    causes = pd.DataFrame(
        {
            "table": ["money"],
            "line": [2],
            "client_id": "7300001x",
            "column": "client_id",
            "old_value": "7300001x",
            "rule": ["not_a_whole_number"],
        }
    )
    with pytest.raises(DataError, match=r"lines 2 with '…x'") as error:
        stop_at_faulty_tables(causes, dialects, 0.0)
    assert "7300001" not in str(error.value)
