"""The store's files as text, with the line of each row and the dialect that was found."""

import csv
import gzip
import io
import re
import zipfile
import zlib
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pc
from kedro.io import AbstractDataset

from one_click.columns import LINE, SOURCE_COLUMNS, plain
from one_click.datasets import TablePreview
from one_click.datasets.dialects import (
    HEADER_WITHIN,
    KNOWN_HEADERS,
    Dialect,
    find_separator,
    find_signs,
    first_lines,
    recognising,
    stop_at_title,
)
from one_click.datasets.encodings import Repair, decode
from one_click.datasets.other_headers import OF_THE_FILE, in_our_headers
from one_click.errors import DataError, masked, nearest, shorten
from one_click.parameters.other_store import THIS_STORE

# What openpyxl raises for a file that is no workbook, or not a whole one.
_NO_WORKBOOK = (
    zipfile.BadZipFile,
    zlib.error,
    ET.ParseError,
    EOFError,
    KeyError,
    OSError,
    TypeError,
    ValueError,
)
_FOR_SHORT_ROWS = "correct the lines, or export the file again; it may have been cut off"
_FOR_LONG_ROWS = "name the further column in the header, or delete or quote what stands beyond its fields"
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
SUFFIXES = (".csv", ".csv.gz", ".xlsx")
_NUMBERS = {column.source for column in SOURCE_COLUMNS if column.kind in ("id", "whole", "number", "share")}

Rows = list[tuple[int, list[str]]]  # line of the file, and its cells
Read = tuple[pd.DataFrame, str, str, list[Repair]]  # with the encoding and the separator


class RawTableDataset(AbstractDataset[None, pd.DataFrame]):
    """One of the store's files, read as text.

    Loading gives every cell as text, unchanged, and the column `line` with the line of the file; headers are
    those of the vocabulary, whatever their case and blanks. The frame's ``attrs`` hold the `path`, the `file`
    (with the snapshot's name), the `dialect`, and `repairs` to read it, and the `table` that its name says.

    Parameters
    ----------
    filepath : str
        The file, ending in .csv; in its place may lie the same file ending in .csv.gz or .xlsx.
    allow_links : bool
        Whether a symbolic link may lead out of the folder of all snapshots.
    metadata : dict, optional
        Passed on to kedro-viz.

    Attributes
    ----------
    other_store : OtherStore
        Headers that are read as the vocabulary's; a run sets it from its parameters.
    """

    def __init__(
        self, *, filepath: str, allow_links: bool = False, metadata: dict[str, Any] | None = None
    ) -> None:
        self._filepath = PurePosixPath(filepath)
        self._allow_links = allow_links
        self.metadata = metadata
        self.other_store = THIS_STORE

    def load(self) -> pd.DataFrame:
        """Read the file.

        Raises
        ------
        DataError
            If the file is missing, empty, of an unknown form, or has rows of different lengths.
        """
        path = _locate(Path(self._filepath))
        if self._allow_links is not True:
            _stop_at_link(path)
        store, table = self.other_store, self._filepath.stem
        is_workbook = path.suffix.lower() == ".xlsx"
        with recognising(store.headers_of(table)):
            frame, encoding, separator, repairs = _read_workbook(path) if is_workbook else _read_text(path)
        frame = in_our_headers(frame, store, table, path)
        numbers = frame[[name for name in frame.columns if name in _NUMBERS]]
        dialect = Dialect(encoding, separator, *find_signs(numbers, frame[LINE], path))
        frame.attrs = {
            "table": table,
            "path": str(path),
            "file": f"{path.parent.name}/{path.name}",
            "dialect": asdict(dialect),
            "headers": store.headers_in_file(table),
            "repairs": repairs,
        }
        return frame

    def preview(self, nrows: int = 5) -> TablePreview:
        """Return the first rows for kedro-viz."""
        return TablePreview(self.load().head(nrows).to_dict(orient="split"))

    def _exists(self) -> bool:
        return bool(_present(Path(self._filepath)))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}

    def save(self, data: None) -> None:
        """Refuse: the store's files are never written."""
        raise NotImplementedError("The store's raw files are read, never written.")


def _present(path: Path) -> list[Path]:
    """Return the files that hold the table, in whatever case their names are written."""
    names = {path.with_suffix(suffix).name.casefold() for suffix in SUFFIXES}
    entries = path.parent.iterdir() if path.parent.is_dir() else ()
    return sorted(entry for entry in entries if entry.name.casefold() in names and entry.is_file())


def _locate(path: Path) -> Path:
    found = _present(path)
    if not found:
        raise DataError(
            f"The file {path.name} is missing.",
            file=str(path),
            rule="a snapshot has market_file.csv, market_money.csv, market_time.csv and money.csv "
            "(or .csv.gz, or .xlsx)",
            remedy=_remedy_for_missing(path),
        )
    if len(found) > 1:
        raise DataError(
            f"There is more than one {path.stem}: {', '.join(one.name for one in found)}.",
            file=str(path.parent),
            rule="a snapshot has each table once",
            remedy="take away the file that is not meant",
        )
    return found[0]


def _stop_at_link(path: Path) -> None:
    raw = path.absolute().parents[1].resolve()
    if not path.resolve().is_relative_to(raw):
        raise DataError(
            f"A symbolic link leads from {path.parent.name}/{path.name} out of {raw.name}.",
            file=f"{path}, which is {path.resolve()}",
            rule="a snapshot's files lie in its folder",
            remedy="copy them there, or allow it in conf/local/globals.yml: allow_links: true",
        )


def _read_text(path: Path) -> Read:
    text, encoding, restored = decode(_content(path), path)
    if not text or text.isspace():
        raise _empty(path)
    stop_at_title(enumerate(first_lines(text), start=1), path)
    separator = find_separator(text, path)
    frame, dropped = _read_cells(text, separator, path)
    return frame, encoding, separator, restored + dropped


def _content(path: Path) -> bytes:
    if path.suffix.lower() != ".gz":
        return path.read_bytes()
    try:
        return gzip.decompress(path.read_bytes())
    except (EOFError, OSError, zlib.error) as error:
        raise _unpacked(path, error) from None


def _unpacked(path: Path, error: Exception) -> DataError:
    return DataError(
        f"{path.name} cannot be opened ({shorten([error])}).",
        file=str(path),
        rule="a file that ends in .gz is a whole gzip archive, one that ends in .xlsx a whole Excel workbook",
        remedy="copy or export the file again, as it may have been cut off; or export it as CSV",
    )


def _empty(path: Path) -> DataError:
    return DataError(
        f"The file {path.name} is empty.",
        file=str(path),
        rule="a file has a header line and at least one row",
        remedy="export the file from the store again",
    )


def _read_workbook(path: Path) -> Read:
    from openpyxl import load_workbook

    try:
        _stop_at_formulas(path)
        book = load_workbook(path, read_only=True, data_only=True)
        sheets = {sheet.title: rows for sheet in book.worksheets if (rows := _rows(sheet))}
    except _NO_WORKBOOK as error:
        raise _unpacked(path, error) from None
    if not sheets:
        raise _empty(path)
    if len(sheets) > 1:
        raise DataError(
            f"{path.name} has {len(sheets)} filled sheets: {shorten(map(repr, sheets))}.",
            file=str(path),
            rule="a workbook holds one table",
            remedy="leave one sheet in the file",
        )
    (rows,) = sheets.values()
    frame, dropped = _to_frame(_of_one_width(rows), "", path)
    return frame, "xlsx", "", dropped


def _stop_at_formulas(path: Path) -> None:
    """Stop at formulas that were written by a program which does not calculate."""
    with zipfile.ZipFile(path) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/")]
        cells = [cell for name in sheets for cell in _without_value(book.read(name))]
    if cells:
        raise DataError(
            f"{len(cells)} cells of {path.name} hold formulas without values.",
            file=str(path),
            rows=f"cells {shorten(cells)}",
            rule="a formula is read as the value that the spreadsheet program stored with it",
            remedy="open the file in the spreadsheet program and save it there, which stores the values",
        )


def _without_value(sheet: bytes) -> list[str]:
    """Return the places of a sheet's formulas whose result is not stored; an empty text is a result."""
    if not _FORMULA.search(sheet):
        return []
    cells = ET.fromstring(sheet).iterfind(".//{*}c[{*}f]")
    return [cell.get("r", "?") for cell in cells if cell.get("t") != "str" and not cell.findtext("{*}v")]


def _rows(sheet: Any) -> Rows:
    """Return the lines that hold something, with the text of their cells."""
    sheet.reset_dimensions()  # what some programs write there cuts off the rows beyond
    rows = (list(map(_cell_text, row)) for row in sheet.iter_rows(values_only=True))
    return [(line, cells) for line, cells in enumerate(rows, start=1) if any(map(str.strip, cells))]


def _cell_text(cell: Any) -> str:
    """Return the text of a workbook's cell; a whole number that is stored as 5.0 stays as it is."""
    return "" if cell is None else str(cell)


def _of_one_width(rows: Rows) -> Rows:
    """Cut off the empty columns on the right, which workbooks have where something once stood."""
    width = max(place + 1 for _, cells in rows for place, cell in enumerate(cells) if cell.strip())
    return [(line, [*cells, *[""] * (width - len(cells))][:width]) for line, cells in rows]


def _remedy_for_missing(path: Path) -> str:
    folder = path.parent
    if folder.is_dir():
        present = [entry.name for entry in folder.iterdir()]
        return f"put the file there; {nearest(path.name, present)}" if present else "fill the folder"
    siblings = folder.parent.iterdir() if folder.parent.is_dir() else ()
    snapshots = [entry.name for entry in siblings if entry.is_dir()]
    return f"make the folder, or name another snapshot; {nearest(folder.name, snapshots)}"


def _read_cells(text: str, separator: str, path: Path) -> tuple[pd.DataFrame, list[Repair]]:
    quick = _read_quickly(text, separator)
    if quick is None:
        return _to_frame(_split(text, separator, path), separator, path)
    header, frame = quick
    return _named(frame, header, path), []


def _read_quickly(text: str, separator: str) -> tuple[list[str], pd.DataFrame] | None:
    """Read a file in which every line is a row of the same length; None where that is not so.

    What needs a second look (quotes, blank or uneven lines) is read row by row, which takes ten times as long
    and knows the line of every row and fault.
    """
    if '"' in text or "\n\n" in text or "\n\r\n" in text or _has_bare_returns(text):
        return None
    first = text[: text.find("\n")].rstrip("\r")
    header = first.split(separator)
    empty_row = "\n" + separator * (len(header) - 1)
    empty = (empty_row + end in text for end in ("\n", "\r\n"))
    if not first.strip() or text.endswith(empty_row) or any(empty):
        return None
    names = [str(place) for place in range(len(header))]
    try:
        table = pc.read_csv(
            pa.py_buffer(text.encode()),
            read_options=pc.ReadOptions(column_names=names, skip_rows=1, use_threads=False),
            parse_options=pc.ParseOptions(delimiter=separator, quote_char=False, ignore_empty_lines=False),
            convert_options=pc.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if not table.num_rows:
        return None
    frame = table.to_pandas(types_mapper={pa.large_string(): pd.StringDtype(na_value=float("nan"))}.get)
    return header, frame.assign(**{LINE: range(2, len(frame) + 2)})


def _has_bare_returns(text: str) -> bool:
    return "\r" in text and text.count("\r") != text.count("\r\n")


def _to_frame(rows: Rows, separator: str, path: Path) -> tuple[pd.DataFrame, list[Repair]]:
    stop_at_title([(line, "\t".join(cells)) for line, cells in rows[:HEADER_WITHIN]], path)
    if len(rows) == 1:
        raise DataError(
            f"The file {path.name} has a header but no rows.",
            file=str(path),
            rule="a file has a header line and at least one row",
            remedy="export the file again; it may have been cut off",
        )
    ((_, header), *body), dropped = _without_surplus(rows, separator)
    _stop_at_uneven_rows(body, len(header), path)
    frame = pd.DataFrame([cells for _, cells in body], dtype="str")
    return _named(frame.assign(**{LINE: [line for line, _ in body]}), header, path), dropped


def _without_surplus(rows: Rows, separator: str) -> tuple[Rows, list[Repair]]:
    """Cut off the empty fields that either all rows have beyond the header, or the header beyond all rows."""
    (line, header), *body = rows
    widths = {len(cells) for _, cells in body}
    width = min(len(header), *widths)
    beyond = header[width:] if len(header) > width else [cell for _, cells in body for cell in cells[width:]]
    if len(widths) > 1 or widths == {len(header)} or any(map(str.strip, beyond)):
        return rows, []
    where = "header" if len(header) > width else "rows"
    surplus = separator * abs(len(header) - len(body[0][1]))
    return [(place, cells[:width]) for place, cells in rows], [
        Repair(line, surplus, "", f"surplus_in_{where}")
    ]


def _named(frame: pd.DataFrame, header: list[str], path: Path) -> pd.DataFrame:
    names = _canonical(header)
    named = [place for place, name in enumerate(names) if name or not _is_blank(frame.iloc[:, place])]
    _stop_at_nameless([place for place in named if not names[place]], frame, path)
    names = [names[place] for place in named]
    _stop_at_repeated_names(names, path)
    return frame.iloc[:, [*named, -1]].set_axis([*names, LINE], axis=1)


def _canonical(header: list[str]) -> list[str]:
    """Return the vocabulary's headers, whatever the case and the blanks of the file's own."""
    names = [KNOWN_HEADERS.get(plain(name), name.strip()) for name in header]
    return [name + OF_THE_FILE if name == LINE else name for name in names]


def _is_blank(cells: pd.Series) -> bool:
    return not cells.str.strip().any()


def _stop_at_nameless(places: list[int], frame: pd.DataFrame, path: Path) -> None:
    if places:
        cells = frame.iloc[:, places[0]].str.strip()
        first = cells[cells != ""].index[0]
        raise DataError(
            f"Column {places[0] + 1} of {path.name} has no name, but holds "
            f"{shorten([repr(masked(cells[first]))])}.",
            file=str(path),
            rows=f"line {frame[LINE][first]}",
            rule="every column that holds something has a name",
            remedy="delete the column or the note beside the table, or name it in the header",
        )


def _split(text: str, separator: str, path: Path) -> Rows:
    """Return the cells of each row that is not blank, with the line where the row begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            if "".join(cells).strip():
                _stop_at_broken_line(cells, line, reader.line_num, path)
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"The quoted text in {path.name} cannot be read ({error}).",
            file=str(path),
            rows=f"line {line}",
            rule="a quotation mark that opens a field is closed; one inside quoted text is doubled",
            remedy="correct the line, or export the file again",
        ) from None
    return rows


def _stop_at_broken_line(cells: list[str], first: int, last: int, path: Path) -> None:
    """Stop where quotes hold line breaks: a stray pair of them would swallow the rows between."""
    broken = [cell for cell in cells if "\n" in cell.strip() or "\r" in cell.strip()]
    if broken:
        raise DataError(
            f"A quoted field of {path.name} holds a line break: {shorten([repr(masked(broken[0]))])}.",
            file=str(path),
            rows=f"lines {first} to {last}",
            rule="a row is one line; no field holds a line break",
            remedy="correct the quotation marks, or export without the column that holds line breaks",
        )


def _stop_at_repeated_names(names: list[str], path: Path) -> None:
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise DataError(
            f"Columns of {path.name} share a name.",
            file=str(path),
            column=", ".join(sorted(repeated)),
            rows="the header",
            rule="every column has a name of its own",
            remedy="rename or delete the column that is not meant",
        )


def _stop_at_uneven_rows(rows: Rows, fields: int, path: Path) -> None:
    uneven = [(line, len(cells)) for line, cells in rows if len(cells) != fields]
    if not uneven:
        return
    line, seen = uneven[0]
    beyond = [(place, cells[fields]) for place, cells in rows if any(map(str.strip, cells[fields:]))]
    further = f" Beyond them, line {beyond[0][0]} holds {masked(beyond[0][1])!r}." if beyond else ""
    raise DataError(
        f"{len(uneven)} of {len(rows)} rows of {path.name} do not have the header's {fields} fields; "
        f"line {line} has {seen}.{further}",
        file=str(path),
        rows=f"lines {shorten(line for line, _ in uneven)}",
        rule="every row has as many fields as the header; text that holds the separator is quoted",
        remedy=_FOR_LONG_ROWS if seen > fields else _FOR_SHORT_ROWS,
    )
