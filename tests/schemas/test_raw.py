import pandas as pd
import pytest

from one_click.columns import COLUMNS, TABLES
from one_click.errors import DataError
from one_click.schemas import RawTable


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


def test_misspelt_label_column_is_no_missing_one() -> None:
    raw = _raw("label_file", activity_declined="Покупательская_активность")
    with pytest.raises(DataError, match="did you mean 'Покупательская_активность'"):
        RawTable("label_file").validate(raw)
    assert RawTable("label_file").validate(raw[["id", "line"]]) is not None
