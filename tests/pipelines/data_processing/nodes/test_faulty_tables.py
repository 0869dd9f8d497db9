import pandas as pd
import pytest

from one_click.errors import DataError
from one_click.pipelines.data_processing.nodes.faulty_tables import stop_at_faulty_tables


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
