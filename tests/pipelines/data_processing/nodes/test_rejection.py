from typing import Any

import pandas as pd
import pytest

from one_click.errors import OneClickError
from one_click.parameters import DataProcessing
from one_click.pipelines.data_processing.nodes.rejection import (
    accept_rows,
    excluded_by_rule,
    fit_cleaning_limits,
    with_all_rows_of_clients,
)
from one_click.schemas.records import CleaningLimits

Parsed = dict[str, pd.DataFrame]
LIMITS = CleaningLimits(revenue_max=500.0)
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


def test_revenue_limit_by_hand(options: DataProcessing) -> None:
    money = pd.DataFrame({"revenue": [0.0, 10.0, 20.0, 30.0, 40.0]})  # quartiles 10 and 30
    fitted = fit_cleaning_limits(money, options.model_copy(update={"implausible_revenue_iqr": 2}))
    assert fitted == CleaningLimits(revenue_max=30 + 2 * 20)


def test_clean_clients_are_not_excluded(parsed: Parsed, options: DataProcessing) -> None:
    assert excluded_by_rule(parsed, CleaningLimits(revenue_max=100.0), options).empty


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
    assert _listed(excluded_by_rule(rows, LIMITS, chosen)) == expected


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
    listed = excluded_by_rule(rows, LIMITS, options)
    assert set(listed["rule"]) == {f"incomplete_in_{table}"}
    assert set(listed["client_id"]) == {"1"}
    left = {name: int((frame["client_id"] == 1).sum()) for name, frame in rows.items()}
    assert listed.groupby("table").size().to_dict() == {name: n for name, n in left.items() if n}


def test_other_rows_of_a_client_who_is_left_out_are_listed(parsed: Parsed, options: DataProcessing) -> None:
    rows = _set(parsed, "market_money", 1, "revenue", 0.0)
    causes = excluded_by_rule(rows, LIMITS, options)
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


def test_rows_that_nobody_accounts_for_are_a_fault_of_the_program(parsed: Parsed) -> None:
    dialects = pd.DataFrame({"table": list(parsed), "rows": [len(rows) for rows in parsed.values()]})
    nothing = pd.DataFrame({"table": pd.Series(dtype="str"), "line": pd.Series(dtype="int64")})
    for accepted, rows in zip(
        accept_rows(**parsed, rejected_rows=nothing, dialects=dialects), parsed.values(), strict=True
    ):
        pd.testing.assert_frame_equal(accepted, rows.drop(columns="line"))
    dialects.loc[3, "rows"] += 1
    with pytest.raises(OneClickError, match="money: 3 rows came in, but 2 were accepted and 0 rejected"):
        accept_rows(**parsed, rejected_rows=nothing, dialects=dialects)
