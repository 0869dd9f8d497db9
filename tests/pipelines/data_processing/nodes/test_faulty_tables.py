from typing import Any

import pandas as pd
import pytest

from one_click.errors import DataError
from one_click.pipelines.data_processing.nodes.faulty_tables import stop_at_faulty_tables

MONEY = pd.DataFrame({"table": ["money"], "file": ["2026-10/money.csv"], "rows": [100]})


def _causes(lines: list[int], **columns: Any) -> pd.DataFrame:
    """Return log rows of money, of the client 1 but for some columns."""
    same = {"table": "money", "client_id": "1", "column": "", "old_value": "", "rule": "a"}
    return pd.DataFrame({"line": lines, **same, **columns})


def _message(causes: pd.DataFrame, dialects: pd.DataFrame = MONEY, share: float = 0.0) -> str:
    with pytest.raises(DataError) as error:
        stop_at_faulty_tables(causes, dialects, share)
    return str(error.value)


def test_too_many_rejected_rows_stop_with_one_error() -> None:
    causes = _causes([*range(2, 8)], column="monthly_profit", old_value="x", rule="missing_value")
    stop_at_faulty_tables(causes.head(5), MONEY, 0.05)
    message = _message(causes, share=0.05)
    for words in (
        "6 of 100 rows of money would be rejected, most of them for 'missing_value'",
        "file:   2026-10/money.csv",
        "column: Прибыль (monthly_profit in the project)",
        "lines 2, 3, 4, 5, 6, … (6 in all) with 'x'",
        "at most 5%",
        "data_processing.max_rejected_share",
    ):
        assert words in message


def test_rows_are_counted_once_however_many_rules_they_break() -> None:
    causes, dialects = _causes([2, 2, 2], rule=list("abc")), MONEY.assign(rows=10)
    stop_at_faulty_tables(causes, dialects, 0.1)
    assert "1 of 10 rows" in _message(causes, dialects, 0.09)


def test_limits_stop_naming_rows_that_are_not_there() -> None:
    assert "rows:   lines 2\n" in _message(_causes([2]))


def test_file_that_lacks_rows_is_named_rather_than_the_one_whose_clients_go() -> None:
    dialects = pd.DataFrame(
        {"table": ["market_file", "money"], "file": ["m/market_file.csv", "m/money.csv"], "rows": [10, 7]}
    )
    causes = _causes([2, 3, 4], table="market_file", rule="incomplete_in_money")
    message = _message(causes, dialects, 0.05)
    for words in (
        "file:   m/money.csv",
        "the clients in lines 2, 3, 4 of m/market_file.csv lack rows in money",
        "export money for the same",
    ):
        assert words in message


def test_client_numbers_that_reject_too_many_rows_are_not_repeated() -> None:
    odd = "7300001x"
    message = _message(
        _causes([2], client_id=odd, column="client_id", old_value=odd, rule="not_a_whole_number")
    )
    assert "lines 2 with '…x'" in message
    assert "7300001" not in message
