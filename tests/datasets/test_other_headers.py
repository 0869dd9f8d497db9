from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from kedro.io.core import DatasetError

from one_click.datasets.raw_table import RawTableDataset
from one_click.errors import DataError
from one_click.parameters.other_store import OtherStore

Load = Callable[..., pd.DataFrame]
LATIN = {"client": "id", "gain": "Прибыль"}
CYRILLIC = {"Клиент": "id", "Маржа": "Прибыль"}


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Return a function that reads money.csv of another store, with the errors as the user sees them."""

    def read(content: str | bytes, headers: dict[str, str]) -> pd.DataFrame:
        file = tmp_path / "money.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return _load(file, headers)

    return read


def _load(file: Path, headers: dict[str, str]) -> pd.DataFrame:
    dataset = RawTableDataset(filepath=str(file.with_suffix(".csv")))
    dataset.other_store = OtherStore(headers={"money": headers})
    try:
        return dataset.load()
    except DatasetError as error:
        raise error.__cause__ or error from None


MISREAD = "".join(bytes([byte]).decode("cp1251", "replace") for byte in "Клиент,Маржа\n7,0.5\n".encode())


@pytest.mark.parametrize(
    ("content", "headers", "encoding"),
    [
        pytest.param("client,gain\n7,0.5\n", LATIN, "utf-8", id="latin"),
        pytest.param(" CLIENT ;Gain\n7;0,5\n", LATIN, "utf-8", id="case-and-blanks"),
        pytest.param("Клиент,Маржа\n7,0.5\n", CYRILLIC, "utf-8", id="cyrillic"),
        pytest.param("Клиент,Маржа\n7,0.5\n".encode("cp1251"), CYRILLIC, "cp1251", id="cp1251"),
        pytest.param("Клиент\tМаржа\n7\t0,5\n".encode("utf-16"), CYRILLIC, "utf-16", id="utf-16"),
        pytest.param(MISREAD, CYRILLIC, "mojibake", id="mojibake"),
        pytest.param("id,gain\n7,0.5\n", {"gain": "Прибыль"}, "utf-8", id="one-header-of-two"),
        pytest.param("line,gain\n7,0.5\n", {"line": "id", "gain": "Прибыль"}, "utf-8", id="called-line"),
    ],
)
def test_file_with_the_headers_of_another_store_is_recognised(
    load: Load, content: str | bytes, headers: dict[str, str], encoding: str
) -> None:
    frame = load(content, headers)
    assert list(frame.columns) == ["id", "Прибыль", "line"]
    assert frame["id"].tolist() == ["7"]
    assert frame.attrs["dialect"]["encoding"] == encoding
    assert frame.attrs["dialect"]["decimal"] == ("," if "0,5" in frame["Прибыль"].tolist() else ".")


def test_workbook_of_another_store_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["client", "gain"], [7, 0.5]):
        book.active.append(row)
    book.save(tmp_path / "money.xlsx")
    assert _load(tmp_path / "money.xlsx", LATIN).iloc[0].tolist() == ["7", "0.5", 2]


def test_further_columns_stay_and_separators_are_told_by_the_headers(load: Load) -> None:
    frame = load("client;gain;a,b,c\n7;1;x\n", LATIN)
    assert list(frame.columns) == ["id", "Прибыль", "a,b,c", "line"]


def test_swapped_headers_are_swapped(load: Load) -> None:
    frame = load("id,Прибыль\n7,8\n", {"id": "Прибыль", "Прибыль": "id"})
    assert list(frame.columns) == ["Прибыль", "id", "line"]


def test_headers_of_another_store_are_forgotten_after_its_file(load: Load) -> None:
    load("Клиент,Маржа\n7,0.5\n", CYRILLIC)
    with pytest.raises(DataError, match="without any known column"):
        load("Клиент,Маржа\n7,0.5\n", {})


def test_mojibake_below_a_latin_header_is_undone(load: Load) -> None:
    misread = "client,gain,city\n7,1,Тверь\n".encode().decode("cp1251")
    assert load(misread, LATIN)["city"].tolist() == ["Тверь"]


def test_encoding_is_not_proven_by_a_latin_header(load: Load) -> None:
    with pytest.raises(DataError, match="as cp1251 it begins with 'client,gain,city'"):
        load("client,gain,city\n7,1,Тверь\n".encode("cp1251"), LATIN)


def test_damaged_text_below_a_latin_header_is_refused(load: Load) -> None:
    cells = "client,gain,city\n7,1,Ишим\n8,2,Тверь\n".encode()
    damaged = cells.replace("Тверь".encode(), "Тве".encode() + b"\xff")
    with pytest.raises(DataError, match="is UTF-8, but for byte 0xFF in line 3"):
        load(damaged, LATIN)


DOES_NOT_FIT = {
    "title-above-the-header": (
        "Отчёт\nclient,gain\n7,1\n",
        ["The header of money.csv stands in line 2", "delete the lines above"],
    ),
    "mapped-header-is-not-there": (
        "client,gian\n7,1\n",
        ["The header 'gain' is not in money.csv.", "did you mean 'gian'? Valid names: client, gian."],
    ),
    "header-of-ours-in-its-place": (
        "client,Прибыль\n7,1\n",
        ["The header 'gain' is not in money.csv.", "take it out if the file has our own header; "],
    ),
    "header-of-ours-beside-it": (
        "client,gain,ПРИБЫЛЬ\n7,1,2\n",
        ["2 columns of money.csv would be read as 'Прибыль'.", "column: gain, Прибыль"],
    ),
    "mapped-header-twice": (
        "client,gain,Gain\n7,1,2\n",
        ["2 columns of money.csv would be read as 'Прибыль'.", "column: gain, Gain"],
    ),
}


@pytest.mark.parametrize(("content", "words"), DOES_NOT_FIT.values(), ids=list(DOES_NOT_FIT))
def test_file_that_does_not_fit_the_mapping_is_refused(load: Load, content: str, words: list[str]) -> None:
    with pytest.raises(DataError) as error:
        load(content, LATIN)
    for word in (*words, "money.csv", "remedy:"):
        assert word in str(error.value)
