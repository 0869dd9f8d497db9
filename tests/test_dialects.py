"""The store's real extract in every form in which stores export their files gives one and the same table."""

import codecs
import csv
import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from one_click.columns import TABLES
from one_click.datasets.raw_table import RawTableDataset
from one_click.parameters import DataProcessing
from one_click.pipelines.data_processing import create_pipeline

pytestmark = pytest.mark.real_data

FILES = ("market_file", "market_money", "market_time", "money")
WHOLE = {column.source for table in TABLES.values() for column in table.columns if column.kind == "whole"}
FRACTIONAL = {"Выручка", "Прибыль", "Маркет_актив_6_мес", "Акционные_покупки"}


@dataclass(frozen=True)
class Form:
    """How the files are to be written."""

    separator: str = ","
    decimal: str = "."
    thousands: str = ""
    encoding: str = "utf-8"
    newline: str = "\n"
    quoting: int = csv.QUOTE_MINIMAL
    header: str = "plain"
    floats: bool = False
    powers: bool = False
    suffix: str = ".csv"


QUOTED = csv.QUOTE_ALL
FORMS = {
    "as-exported": Form(),
    "semicolon": Form(";", ","),
    "semicolon-point": Form(";"),
    "tab": Form("\t"),
    "bar": Form("|", ","),
    "tab-decimal-comma": Form("\t", ","),
    "comma-decimal-comma-quoted": Form(",", ",", quoting=QUOTED),
    "bom": Form(encoding="utf-8-sig"),
    "bom-semicolon-windows": Form(";", ",", encoding="utf-8-sig", newline="\r\n"),
    "cp1251": Form(encoding="cp1251"),
    "cp1251-semicolon": Form(";", ",", encoding="cp1251"),
    "cp1251-tab-windows": Form("\t", encoding="cp1251", newline="\r\n"),
    "cp1251-quoted": Form(";", ",", encoding="cp1251", quoting=QUOTED),
    "cp866-semicolon-windows": Form(";", ",", encoding="cp866", newline="\r\n"),
    "koi8-r-quoted": Form(";", ",", encoding="koi8-r", quoting=QUOTED),
    "mac-cyrillic-old-mac-lines": Form(encoding="mac-cyrillic", newline="\r"),
    "utf-16-without-mark": Form("\t", ",", encoding="utf-16-le", newline="\r\n"),
    "utf-16-tab": Form("\t", ",", encoding="utf-16", newline="\r\n"),
    "mojibake": Form(encoding="mojibake"),
    "mojibake-semicolon": Form(";", ",", encoding="mojibake", newline="\r\n"),
    "mojibake-quoted": Form("\t", encoding="mojibake", quoting=QUOTED),
    "mojibake-of-bom": Form(encoding="mojibake-of-bom"),
    "old-mac-lines": Form(newline="\r"),
    "quoted": Form(quoting=QUOTED),
    "quoted-windows": Form(";", quoting=QUOTED, newline="\r\n"),
    "columns-in-another-order": Form(header="turned"),
    "further-columns": Form(";", ",", header="more"),
    "upper-case-header": Form(header="upper"),
    "blanks-in-header": Form("\t", header="blanks"),
    "upper-case-cp1251": Form(";", ",", encoding="cp1251", header="upper"),
    "whole-numbers-as-floats": Form(floats=True),
    "whole-numbers-as-decimal-commas": Form(";", ",", floats=True),
    "thousands-blank": Form(";", ",", thousands=" "),
    "thousands-no-break": Form("\t", ",", thousands="\u00a0"),
    "thousands-narrow": Form(";", thousands="\u202f"),
    "thousands-comma-quoted": Form(thousands=",", quoting=QUOTED),
    "thousands-point": Form(";", ",", thousands="."),
    "thousands-apostrophe": Form(";", thousands="'"),
    "thousands-of-mixed-blanks": Form(";", ",", thousands="\u00a0\u202f\u2009"),
    "powers-of-ten": Form(";", ",", powers=True),
    "gz": Form(suffix=".csv.gz"),
    "gz-cp1251-semicolon": Form(";", ",", encoding="cp1251", suffix=".csv.gz"),
    "xlsx": Form(suffix=".xlsx"),
    "xlsx-turned-upper": Form(header="turned", floats=True, suffix=".xlsx"),
    "everything": Form(
        ";", ",", "\u00a0", "mojibake", "\r\n", QUOTED, header="more", floats=True, suffix=".csv.gz"
    ),
}


def number(text: str, column: str, form: Form) -> str:
    """Write a number's text in the form."""
    if column in WHOLE and form.floats:
        text += ".0"
    if column not in WHOLE | FRACTIONAL:
        return text
    whole, point, rest = text.partition(".")
    if form.powers and column not in WHOLE:
        return f"{Decimal(text):E}".replace(".", form.decimal)
    sign = form.thousands[int(whole) % len(form.thousands)] if form.thousands else ""
    grouped = f"{int(whole):,}".replace(",", sign)
    return grouped + point.replace(".", form.decimal) + rest


def rewrite(table: pd.DataFrame, form: Form) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a table in the form."""
    columns = list(table.columns)
    rows = table.apply(lambda column: [number(cell, str(column.name), form) for cell in column])
    if form.header == "turned":
        columns = columns[::-1]
    if form.header == "more":
        rows = rows.assign(Заметка='что-то; и "ещё"', Дата="12.10.2026")
        columns = ["Дата", *columns, "Заметка"]
    cells = rows[columns].to_numpy().tolist()
    styles = {"upper": str.upper, "blanks": lambda name: f"  {name.replace(' ', '  ')} "}
    return [styles.get(form.header, str)(name) for name in columns], cells


def to_bytes(text: str, encoding: str) -> bytes:
    if not encoding.startswith("mojibake"):
        return text.encode(encoding)
    once = text.encode("utf-8-sig" if "bom" in encoding else "utf-8")
    misread = "".join("\x98" if byte == 0x98 else bytes([byte]).decode("cp1251") for byte in once)
    return misread.encode()


def write(table: pd.DataFrame, file: Path, form: Form) -> None:
    header, rows = rewrite(table, form)
    if form.suffix == ".xlsx":
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Лист1")
        for row in (header, *rows):
            sheet.append([as_cell(text) for text in row])
        book.save(file)
        return
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=form.separator, lineterminator=form.newline, quoting=form.quoting)
    writer.writerows([header, *rows])
    content = to_bytes(buffer.getvalue(), form.encoding)
    file.write_bytes(gzip.compress(content) if form.suffix.endswith(".gz") else content)


def as_cell(text: str) -> object:
    """Return what a workbook stores for a text: numbers are numbers there."""
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def test_forms_are_as_many_as_promised() -> None:
    assert len(set(FORMS.values())) == len(FORMS) >= 24
    assert codecs.lookup("cp1251")


@pytest.fixture(scope="module")
def processing(read_shipped: Callable[..., DataProcessing]) -> DataProcessing:
    """Return the shipped parameters."""
    return read_shipped(DataProcessing)


@pytest.fixture(scope="module")
def real_tables(real_extract: Path) -> dict[str, pd.DataFrame]:
    """Return the real files' cells as text."""
    tables = {
        name: RawTableDataset(filepath=str(real_extract / f"{name}.csv")).load().drop(columns="line")
        for name in FILES
    }
    tables["money"]["Прибыль"] = tables["money"]["Прибыль"].str.replace(",", ".", regex=False)
    return tables


@pytest.mark.parametrize(
    ("every", "clients", "forms"),
    [
        pytest.param(20, 64, list(FORMS)[::3], id="one-client-of-20-in-one-form-of-3"),
        pytest.param(1, 1296, list(FORMS), id="the-whole-extract", marks=pytest.mark.expensive),
    ],
)
def test_every_form_gives_the_same_clients(
    tmp_path: Path,
    processing: DataProcessing,
    real_tables: dict[str, pd.DataFrame],
    every: int,
    clients: int,
    forms: list[str],
) -> None:
    some = {
        name: cells[(cells["id"].astype(int) % every) == 0].reset_index(drop=True)
        for name, cells in real_tables.items()
    }
    made = {}
    for name in forms:
        folder, form = tmp_path / name, FORMS[name]
        folder.mkdir()
        for table, cells in some.items():
            write(cells, folder / f"{table}{form.suffix}", form)
        made[name] = process(folder, processing)
    first = made["as-exported"]
    assert len(first["clients"]) == clients
    for tables in made.values():
        for table in ("clients", "rejected_rows"):
            pd.testing.assert_frame_equal(tables[table], first[table])


def process(folder: Path, processing: DataProcessing) -> dict[str, Any]:
    """Return what the pipeline makes of the files of a folder, up to the clients."""
    tables: dict[str, Any] = {
        name: RawTableDataset(filepath=str(folder / f"{name}.csv")).load() for name in FILES
    }
    tables |= {"label_file": tables["market_file"], "params:data_processing": processing}
    for node in create_pipeline().to_outputs("clients", "rejected_rows").nodes:
        tables |= node.run({name: tables[name] for name in node.inputs})
    return tables
