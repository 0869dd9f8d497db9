import gzip
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kedro.io.core import DatasetError
from openpyxl.styles import PatternFill

from one_click.datasets.encodings import Repair
from one_click.datasets.raw_table import RawTableDataset
from one_click.errors import DataError
from one_click.schemas import RawTable

Load = Callable[[str | bytes], pd.DataFrame]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Return a function that reads text as a file of the store, with the errors as the user sees them."""

    def read(content: str | bytes) -> pd.DataFrame:
        file = tmp_path / "2026-10" / "money.csv"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return _load(file)

    return read


def _load(file: Path) -> pd.DataFrame:
    try:
        return RawTableDataset(filepath=str(file)).load()
    except DatasetError as error:
        raise error.__cause__ or error from None


def _rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(frame.itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("content", "encoding", "separator", "decimal"),
    [
        pytest.param("id,Прибыль\n7,0.5\n", "utf-8", ",", ".", id="comma"),
        pytest.param("id;Прибыль\n7;0,5\n", "utf-8", ";", ",", id="semicolon-decimal-comma"),
        pytest.param("id;Прибыль\n7;0.5\n", "utf-8", ";", ".", id="semicolon-decimal-point"),
        pytest.param("id\tПрибыль\n7\t0,5\n", "utf-8", "\t", ",", id="tab"),
        pytest.param("id|Прибыль\n7|0,5\n", "utf-8", "|", ",", id="vertical-bar"),
        pytest.param('"id"|"Прибыль"\n7|"0.5"\n', "utf-8", "|", ".", id="vertical-bar-and-quotes"),
        pytest.param("id|Прибыль\n7|0.5\n".encode("cp866"), "cp866", "|", ".", id="vertical-bar-cp866"),
        pytest.param("\ufeffid,Прибыль\n7,0.5\n", "utf-8-bom", ",", ".", id="byte-order-mark"),
        pytest.param("id,Прибыль\n7,0.5\n".encode("utf-16"), "utf-16", ",", ".", id="utf-16"),
        pytest.param("id;Прибыль\n7;0,5\n".encode("cp1251"), "cp1251", ";", ",", id="cp1251"),
        pytest.param("id,Прибыль\r\n7,0.5\r\n", "utf-8", ",", ".", id="windows-line-ends"),
        pytest.param('id,Прибыль\n7,"0,5"\n', "utf-8", ",", ",", id="quoted-decimal-comma"),
        pytest.param("id,Прибыль\n7,-3\n", "utf-8", ",", ".", id="no-decimals-at-all"),
        pytest.param(" ID , ПРИБЫЛЬ\n7,0.5\n", "utf-8", ",", ".", id="case-and-blanks-of-the-header"),
        pytest.param("id,Прибы\u200bль\n7,0.5\n", "utf-8", ",", ".", id="blank-without-width-in-the-header"),
    ],
)
def test_dialect_is_found(load: Load, content: str, encoding: str, separator: str, decimal: str) -> None:
    frame = load(content)
    assert list(frame.columns) == ["id", "Прибыль", "line"]
    assert frame["id"].tolist() == ["7"]
    found = {"encoding": encoding, "separator": separator, "decimal": decimal, "thousands": ""}
    assert frame.attrs["dialect"] == found
    assert (frame.attrs["table"], frame.attrs["file"]) == ("money", "2026-10/money.csv")


@pytest.mark.parametrize("lost", ["\x98", None], ids=["control-character", "python"])
def test_text_that_was_decoded_wrongly_is_mended(load: Load, lost: str | None) -> None:
    wrong = "".join(
        lost if lost and byte == 0x98 else bytes([byte]).decode("cp1251", "ignore") or "\x98"
        for byte in "id,Прибыль,город\n7,0.5,Ишим\n".encode()
    )
    frame = load(wrong)
    assert frame.attrs["dialect"]["encoding"] == "mojibake"
    assert _rows(frame) == [("7", "0.5", "Ишим", 2)]


def test_correct_text_is_not_mended(load: Load) -> None:
    frame = load("id,Прибыль,заметка\n7,0.5,СЃ\n")
    assert frame.attrs["dialect"]["encoding"] == "utf-8"
    assert frame["заметка"].tolist() == ["СЃ"]


@pytest.mark.parametrize(
    ("cells", "decimal", "thousands"),
    [
        pytest.param(["1 234,5", "7"], ",", " ", id="blank"),
        pytest.param(["1\u00a0234.5", "7"], ".", "\u00a0", id="no-break-blank"),
        pytest.param(["1\u202f234"], ".", "\u202f", id="narrow-blank"),
        pytest.param(["1'234.5"], ".", "'", id="apostrophe"),
        pytest.param(
            ["1\u00a0234,5", "1\u202f234,5", "1\u2009234"],
            ",",
            "\u00a0\u2009\u202f",
            id="mixed-no-break-blanks",
        ),
        pytest.param(["1 234\u00a0567,5", "7"], ",", " \u00a0", id="mixed-blanks-in-a-number"),
        pytest.param(["1\u2007234"], ".", "\u2007", id="figure-blank"),
        pytest.param(["1'234.5", "1’234"], ".", "'’", id="mixed-apostrophes"),
        pytest.param(["1,5e3", "2,5E+03", "7"], ",", "", id="power-of-ten-decimal-comma"),
        pytest.param(["1.5E-1"], ".", "", id="power-of-ten-decimal-point"),
        pytest.param(["1,234E+003"], ",", "", id="no-power-of-ten-has-thousands"),
        pytest.param(["1,234", "1,234e3"], ",", "", id="power-of-ten-tells-the-sign"),
        pytest.param(["1 234,5", "1,2e3"], ",", " ", id="thousands-beside-a-power-of-ten"),
        pytest.param(["1,234.5", "7,001"], ".", ",", id="comma-shown-beyond-doubt"),
        pytest.param(["1.234.567", "0,5"], ",", ".", id="point-shown-beyond-doubt"),
        pytest.param(["0.123"], ".", "", id="no-group-starts-with-nought"),
        pytest.param(["0,5", ",25"], ",", "", id="nothing-before-the-sign"),
        pytest.param(["12.10.2026", "0,5"], ",", "", id="no-number-at-all"),
    ],
)
def test_signs_of_numbers_are_found(load: Load, cells: list[str], decimal: str, thousands: str) -> None:
    frame = load("id;Прибыль\n" + "".join(f"7;{cell}\n" for cell in cells))
    assert frame["Прибыль"].tolist() == cells
    dialect = frame.attrs["dialect"]
    assert (dialect["decimal"], dialect["thousands"]) == (decimal, thousands)


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(["1.234"], id="point"),
        pytest.param(["1,234", "5"], id="comma"),
        pytest.param(["12,500", "0.5"], id="comma-beside-points"),
        pytest.param(["1,5e3", "0.5"], id="power-of-ten-with-comma-beside-points"),
    ],
)
def test_two_possible_readings_are_refused(load: Load, cells: list[str]) -> None:
    with pytest.raises(DataError, match=r"two ways|one way") as error:
        load("id;Прибыль\n" + "".join(f"7;{cell}\n" for cell in cells))
    assert "remedy:" in str(error.value)


def test_separators_that_serve_alike_are_refused(load: Load) -> None:
    with pytest.raises(DataError, match="can be split at"):
        load("a,b;c\n1,2;3\n")


def test_cells_stay_the_text_that_they_are(load: Load) -> None:
    frame = load("id,a,b,c\n007, x ,NA,\n")
    assert _rows(frame) == [("007", " x ", "NA", "", 2)]
    assert frame.dtypes.astype("str").tolist() == ["str"] * 4 + ["int64"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("a,b\n1,2\n3,4\n", [("1", "2", 2), ("3", "4", 3)], id="plain"),
        pytest.param('"a",b\n1,"x"\n3,4\n', [("1", "x", 2), ("3", "4", 3)], id="quotes"),
        pytest.param("a,b\n1,2\n\n3,4\n\n", [("1", "2", 2), ("3", "4", 4)], id="blank-lines"),
        pytest.param("\n  \na,b\n1,2\n", [("1", "2", 4)], id="blank-lines-before-the-header"),
        pytest.param("a,b\r1,2\r3,4\r", [("1", "2", 2), ("3", "4", 3)], id="carriage-returns-only"),
        pytest.param('a,b\n1,"say ""hi"""\n', [("1", 'say "hi"', 2)], id="doubled-quotes"),
        pytest.param('a,b\n1,5" screen\n', [("1", '5" screen', 2)], id="quote-inside-plain-text"),
        pytest.param("a,b\n,\n3,4\n , \n", [("3", "4", 3)], id="rows-without-values"),
        pytest.param("a,b,\n1,2,\n3,4,\n", [("1", "2", 2), ("3", "4", 3)], id="separator-at-every-end"),
        pytest.param("a,b\n1,2,\n3,4, \n", [("1", "2", 2), ("3", "4", 3)], id="separator-ends-every-row"),
        pytest.param("a,b\n1,2,,\n3,4,,\n", [("1", "2", 2), ("3", "4", 3)], id="two-end-every-row"),
        pytest.param("a,b,\n1,2\n3,4\n", [("1", "2", 2), ("3", "4", 3)], id="separator-ends-the-header"),
    ],
)
def test_rows_keep_their_true_lines(load: Load, content: str, expected: list[tuple[Any, ...]]) -> None:
    assert _rows(load(content)) == expected


@given(st.lists(st.text(st.sampled_from('ab,;" '), max_size=5), min_size=1, max_size=8))
def test_any_quoted_text_comes_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    file = tmp_path_factory.mktemp("quoted") / "money.csv"
    quoted = ['"' + text.replace('"', '""') + '"' for text in texts]
    file.write_text("id,text\n" + "".join(f"7,{text}\n" for text in quoted), encoding="utf-8")
    frame = _load(file)
    assert frame["text"].tolist() == texts
    assert frame["line"].tolist() == list(range(2, len(texts) + 2))


FAULTS_OF_A_FILE = {
    "short-row": ("a,b\n1,2\n3\n", ["1 of 2 rows", "header's 2 fields", "lines 3"]),
    "long-first-row": ("a,b\n1,2,3\n4,5\n", ["1 of 2 rows", "line 2 has 3", "quoted"]),
    "all-rows-long": (
        "a,b\n1,2,\n4,5,x\n",
        ["2 of 2 rows", "lines 2, 3", "Beyond them, line 3 holds 'x'", "name the further column"],
    ),
    "one-row-long": ("a,b\n1,2,\n4,5\n", ["1 of 2 rows", "line 2 has 3", "delete"]),
    "a-name-too-many": ("a,b,c,\n1,2\n", ["header's 4 fields", "line 2 has 2", "cut off"]),
    "other-separator": ("id~Прибыль\n7~0,5\n", ["single column: 'id~Прибыль'", "a vertical bar"]),
    "signs-that-nobody-can-tell-apart": (
        "id;Прибыль\n7;1\u00a0234,5\n8;1'234,5\n",
        ["one way", "1\u00a0234,5 with NO-BREAK SPACE", "1'234,5 with APOSTROPHE"],
    ),
    "header-only": ("a,b\n", ["no rows", "cut off"]),
    "empty-file": ("", ["is empty", "export the file"]),
    "blanks-only": (" \n\n", ["is empty"]),
    "byte-order-mark-only": (b"\xef\xbb\xbf", ["is empty"]),
    "no-separator": ("a b\n1 2\n", ["single column: 'a b'", "comma, a semicolon, a tab or a vertical bar"]),
    "quote-left-open": ('a,b\n1,2\n3,"4\n5,6\n', ["quoted text", "line 3", "closed"]),
    "stray-quotes": ('a,b\n1,"x\n3,4\n5,y"\n', ["a line break: 'x", "lines 2 to 4", "no field"]),
    "line-breaks-in-quotes": ('a,b\n1,"x\n\ny"\n3,4\n', ["a line break", "lines 2 to 4"]),
    "title": ("Отчёт\n\nid,Прибыль\n7,0.5\n", ["stands in line 3", "'Отчёт'"]),
    "title-like-a-name": ("Выручка\nid,Прибыль\n7,0.5\n", ["in line 2, below 'Выручка'"]),
    "line-for-excel": ("sep=;\nid;Прибыль\n7;0,5\n", ["stands in line 2", "'sep=;'"]),
    "note-beside": ("a,,c\n1,,3\n2,note,4\n", ["Column 2", "has no name", "'note'", "line 3"]),
    "one-wrong-byte": (
        "id,Прибыль\n7,0.5\n".encode().replace(b"7", b"\xff"),
        ["is UTF-8, but for byte 0xFF in line 2"],
    ),
    "zero-byte": ("id,Прибыль\n7,0\0\n", ["zero byte in line 2"]),
    "koi8-r": ("номер,доход\n7,1\n".encode("koi8-r"), ["without any known column"]),
    "repeated-column": ("a,b, a\n1,2,3\n", ["share a name", "column: a\n"]),
    "utf-16-unmarked": ("a,b\n1,2\n".encode("utf-16-le"), ["zero byte", "UTF-8"]),
    "no-known-encoding": (b"a,b\n\x98,2\n", ["cannot be read", "UTF-8"]),
    "mixed-decimals": ('id,Прибыль\n1,0.5\n2,"0,5"\n', ["line 2 (0.5), line 3 (0,5)", "one decimal sign"]),
}


@pytest.mark.parametrize(("content", "words"), FAULTS_OF_A_FILE.values(), ids=list(FAULTS_OF_A_FILE))
def test_faults_of_the_file_are_explained(load: Load, content: str | bytes, words: list[str]) -> None:
    with pytest.raises(DataError) as error:
        load(content)
    for word in (*words, "money.csv", "rule:", "remedy:"):
        assert word in str(error.value)


@pytest.mark.parametrize(
    ("present", "wanted", "words"),
    [
        pytest.param(
            ["2026-10/mony.csv"], "2026-10/money.csv", ["did you mean 'mony.csv'"], id="misspelt-file"
        ),
        pytest.param(
            ["2026-10/money.csv"], "2026-1O/money.csv", ["did you mean '2026-10'"], id="misspelt-snapshot"
        ),
        pytest.param(["readme.txt"], "2026-10/money.csv", ["there is none yet"], id="no-snapshot"),
        pytest.param(["2026-10/x/y"], "2026-10/x/z/money.csv", ["there is none yet"], id="no-folder"),
    ],
)
def test_missing_file_names_the_nearest(
    tmp_path: Path, present: list[str], wanted: str, words: list[str]
) -> None:
    for name in present:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(DataError, match="is missing") as error:
        _load(tmp_path / wanted)
    for word in (*words, str(tmp_path / wanted), "market_file.csv, market_money.csv"):
        assert word in str(error.value)


def test_compressed_file_is_the_same(tmp_path: Path) -> None:
    content = "id;Прибыль\n7;0,5\n"
    (tmp_path / "money.csv.gz").write_bytes(gzip.compress(content.encode("cp1251")))
    frame = _load(tmp_path / "money.csv")
    assert _rows(frame) == [("7", "0,5", 2)]
    assert frame.attrs["file"].endswith("/money.csv.gz")


def test_workbook_is_read_as_its_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["ID", "Прибыль", None], [7, 0.5, None], [None, None, None], [8, "", " "]):
        book.active.append(row)
    book.create_sheet("empty")
    book.save(tmp_path / "money.xlsx")
    frame = _load(tmp_path / "money.csv")
    assert _rows(frame) == [("7", "0.5", 2), ("8", "", 4)]
    assert frame.attrs["dialect"] == {"encoding": "xlsx", "separator": "", "decimal": ".", "thousands": ""}


@pytest.mark.parametrize(
    ("content", "repair"),
    [
        pytest.param("id;Прибыль\n7;0,5;\n", Repair(1, ";", "", "surplus_in_rows"), id="rows"),
        pytest.param("\nid,Прибыль,,\n7,0.5\n", Repair(2, ",,", "", "surplus_in_header"), id="header"),
    ],
)
def test_surplus_separators_are_listed(load: Load, content: str, repair: Repair) -> None:
    assert load(content).attrs["repairs"] == [repair]


@pytest.mark.parametrize("end", [",", ",,"])
def test_demo_store_with_surplus_separators_is_the_same(root: Path, load: Load, end: str) -> None:
    file = root / "data" / "01_raw" / "demo" / "market_time.csv"
    header, *rows = file.read_text(encoding="utf-8").splitlines()
    pd.testing.assert_frame_equal(load("\n".join([header, *(row + end for row in rows)])), _load(file))


def test_demo_store_with_bars_is_the_same(root: Path, load: Load) -> None:
    for name in ("market_file", "market_money", "market_time"):
        file = root / "data" / "01_raw" / "demo" / f"{name}.csv"
        true = _load(file)
        read = load(file.read_text(encoding="utf-8").replace(",", "|"))
        pd.testing.assert_frame_equal(read, true)
        assert read.attrs["dialect"] == true.attrs["dialect"] | {"separator": "|"}


@pytest.mark.parametrize("name", ["Money.csv", "MONEY.CSV", "money.CSV.gz", "Money.XLSX"])
def test_file_is_found_whatever_the_case_of_its_name(tmp_path: Path, name: str) -> None:
    if name.endswith("XLSX"):
        _save(tmp_path / name, [["id", "Прибыль"], [7, 0.5]])
    else:
        content = b"id,\xcf\xf0\xe8\xe1\xfb\xeb\xfc\n7,0.5\n"
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    assert RawTableDataset(filepath=str(tmp_path / "money.csv")).exists()
    frame = _load(tmp_path / "money.csv")
    assert _rows(frame) == [("7", "0.5", 2)]
    assert frame.attrs["file"].endswith(f"/{name}")


@pytest.mark.parametrize("names", [("Money.csv", "money.csv"), ("MONEY.csv", "money.CSV.gz")])
def test_two_files_that_differ_in_case_are_refused(tmp_path: Path, names: tuple[str, str]) -> None:
    for name in names:
        (tmp_path / name).touch()
    if len(list(tmp_path.iterdir())) < 2:
        pytest.skip("this file system does not know capitals")
    with pytest.raises(DataError, match=f"more than one money: {', '.join(names)}"):
        _load(tmp_path / "money.csv")


def _save(path: Path, rows: list[list[Any]], merged: str = "") -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if merged:
        book.active.merge_cells(merged)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("above", "merged", "line", "title"),
    [
        pytest.param([["Выгрузка за октябрь"], []], "A1:B2", 3, "'Выгрузка за октябрь'", id="merged-lines"),
        pytest.param([["Выгрузка\nза октябрь"]], "A1:B1", 2, "'Выгрузка\\nза октябрь'", id="break-in-a-cell"),
        pytest.param([[], ["Отчёт"], [], []], "", 5, "'Отчёт'", id="empty-lines"),
        pytest.param([["Период", "октябрь"]], "", 2, "'Период\\tоктябрь'", id="a-known-name-among-notes"),
    ],
)
def test_title_of_a_workbook_is_refused_with_the_true_line(
    tmp_path: Path, above: list[list[Any]], merged: str, line: int, title: str
) -> None:
    _save(tmp_path / "money.xlsx", [*above, ["id", "Прибыль", "Период"], [7, 0.5, "x"]], merged)
    with pytest.raises(DataError) as error:
        _load(tmp_path / "money.csv")
    for words in (f"stands in line {line}, below {title}", f"lines 1 to {line - 1}", "delete the lines"):
        assert words in str(error.value)


@pytest.mark.parametrize(
    ("rows", "cells"),
    [
        pytest.param([[7, "=ROUND(0.86,2)"], [8, 0.5]], "1 cells", id="one"),
        pytest.param([["=6+1", "=1/2"], ["=A2+1", "=B2"]], "4 cells", id="all"),
    ],
)
def test_formulas_without_values_are_named(tmp_path: Path, rows: list[list[Any]], cells: str) -> None:
    _save(tmp_path / "money.xlsx", [["id", "Прибыль"], *rows])
    with pytest.raises(DataError) as error:
        _load(tmp_path / "money.csv")
    for words in (f"{cells} of money.xlsx hold formulas without values", "B2", "save it there"):
        assert words in str(error.value)


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        pytest.param(b"<f>0.25*2</f><v>0.5</v>", "0.5", id="number"),
        pytest.param(b"<f>0.25*2</f><v></v>", "", id="empty-text"),
    ],
)
def test_stored_values_of_formulas_are_read(tmp_path: Path, stored: bytes, read: str) -> None:
    plain = _save(tmp_path / "plain.xlsx", [["id", "Прибыль"], [7, "=0.25*2"], [8, 1.5]])
    kind = b"" if read else b' t="str"'
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(tmp_path / "money.xlsx", "w") as book:
        for name in source.namelist():
            content = (
                source.read(name).replace(b"<f>0.25*2</f><v />", stored).replace(b"<f>0.25*2</f><v/>", stored)
            )
            book.writestr(name, content.replace(b'<c r="B2"', b'<c r="B2"' + kind))
    assert _rows(_load(tmp_path / "money.csv")) == [("7", read, 2), ("8", "1.5", 3)]


def test_formatted_but_empty_cells_do_no_harm(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["id", "Прибыль"], [7, 0.5]):
        book.active.append(row)
    for cells in book.active["A1:E40"]:
        for cell in cells:
            cell.fill = PatternFill("solid", fgColor="FFFFFF00")
    book.create_sheet("formatted")["C3"].fill = PatternFill("solid", fgColor="FFFFFF00")
    book.save(tmp_path / "money.xlsx")
    assert _rows(_load(tmp_path / "money.csv")) == [("7", "0.5", 2)]


def test_workbook_with_two_tables_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["id", "Прибыль"])
    book.create_sheet("more").append(["id"])
    book.save(tmp_path / "money.xlsx")
    with pytest.raises(DataError, match="2 filled sheets: 'Sheet', 'more'"):
        _load(tmp_path / "money.csv")


@pytest.mark.parametrize("name", ["money.csv.gz", "money.xlsx"])
def test_broken_archive_is_explained(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(b"id,x\n1,2\n" * 100)[:30])
    with pytest.raises(DataError, match="cannot be opened"):
        _load(tmp_path / "money.csv")


def test_sheet_is_read_beyond_what_it_says_of_itself(tmp_path: Path) -> None:
    _save(tmp_path / "right.xlsx", [["id", "Прибыль"], [7, 0.5], [8, 1.5]])
    with (
        zipfile.ZipFile(tmp_path / "right.xlsx") as right,
        zipfile.ZipFile(tmp_path / "money.xlsx", "w") as wrong,
    ):
        for name in right.namelist():
            wrong.writestr(name, right.read(name).replace(b'ref="A1:B3"', b'ref="A1:B2"'))
    (tmp_path / "right.xlsx").unlink()
    assert _rows(_load(tmp_path / "money.csv")) == [("7", "0.5", 2), ("8", "1.5", 3)]


def test_column_of_the_file_may_be_called_line(load: Load) -> None:
    frame = load("id,line,Прибыль\n7,x,0.5\n")
    assert list(frame.columns) == ["id", "line (of the file)", "Прибыль", "line"]


def test_what_is_no_number_proves_no_thousands_sign(load: Load) -> None:
    with pytest.raises(DataError, match="two ways"):
        load("id;Прибыль\n1;3,130\n2;н,д\n3;x,y\n4;2.5\n".replace("2.5", "25"))


def test_same_table_in_two_files_is_refused(tmp_path: Path) -> None:
    for name in ("money.csv", "money.csv.gz"):
        (tmp_path / name).touch()
    with pytest.raises(DataError, match=r"more than one money: money\.csv, money\.csv\.gz"):
        _load(tmp_path / "money.csv")


@pytest.mark.parametrize("linked", ["folder", "file"])
def test_link_out_of_the_folder_of_snapshots_is_refused_unless_allowed(tmp_path: Path, linked: str) -> None:
    outside, file = tmp_path / "elsewhere" / "money.csv", tmp_path / "raw" / "2026-10" / "money.csv"
    outside.parent.mkdir()
    outside.write_text("id,Прибыль\n7,1\n", encoding="utf-8")
    file.parent.parent.mkdir()
    if linked == "folder":
        file.parent.symlink_to(outside.parent)
    else:
        file.parent.mkdir()
        file.symlink_to(outside)
    with pytest.raises(DataError, match=r"link leads from 2026-10/money\.csv out of raw\.") as error:
        _load(file)
    assert str(outside) in str(error.value)
    assert "allow_links: true" in str(error.value)
    assert len(RawTableDataset(filepath=str(file), allow_links=True).load()) == 1


def test_links_within_the_folder_of_snapshots_are_followed(tmp_path: Path) -> None:
    for name in ("2026-10", "2026-11"):
        (tmp_path / "disk" / name).mkdir(parents=True)
    (tmp_path / "disk" / "2026-10" / "money.csv").write_text("id,Прибыль\n7,1\n", encoding="utf-8")
    (tmp_path / "raw").symlink_to("disk")  # all snapshots lie on another disk
    (tmp_path / "disk" / "latest").symlink_to("2026-10")
    (tmp_path / "disk" / "2026-11" / "money.csv").symlink_to("../2026-10/money.csv")
    for name in ("latest", "2026-11"):
        assert len(_load(tmp_path / "raw" / name / "money.csv")) == 1


def test_raw_files_are_never_written(tmp_path: Path) -> None:
    file = tmp_path / "money.csv"
    with pytest.raises(DatasetError, match="never written"):
        RawTableDataset(filepath=str(file)).save(pd.DataFrame())
    assert not file.exists()


def test_preview_shows_the_first_rows(tmp_path: Path) -> None:
    file = tmp_path / "money.csv"
    file.write_text("id,Прибыль\n7,1\n8,2\n", encoding="utf-8")
    dataset = RawTableDataset(filepath=str(file))
    assert dataset.exists()
    assert dataset.preview(nrows=1)["data"] == [["7", "1", 2]]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("7300001;Да\n7300002;Нет\n", id="no-header"),
        pytest.param("7300001;1\n7300002;2\n", id="no-header-and-no-letters"),
        pytest.param("7300001\n7300002\n", id="one-column"),
        pytest.param("7300001,5;7300002,5\n1;2\n", id="two-separators"),
        pytest.param("Клиент 7300001\nid;Прибыль\n7300001;2\n", id="title"),
        pytest.param("id;Прибыль;\n7300001;2;\n7300002;3;7300001\n", id="nameless-column"),
        pytest.param('id;Прибыль\n7300001;"2\n7300002;3"\n', id="line-break"),
        pytest.param("id;Прибыль\n7300001;2\n7300002\n", id="uneven"),
        pytest.param("id;Прибыль\n7,300,001;2\n7 300 002;3\n", id="signs"),
    ],
)
def test_no_message_about_a_file_names_a_client(load: Load, content: str) -> None:
    with pytest.raises(DataError) as error:
        RawTable("money").validate(load(content))
    assert not re.search(r"7.?300.?00\d", str(error.value))
