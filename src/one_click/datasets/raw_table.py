"""The store's CSV files as text, with the line of each row and the dialect that was found."""

import csv
import io
import re
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd
from kedro.io import AbstractDataset

from one_click.columns import LINE
from one_click.datasets import TablePreview
from one_click.errors import DataError, nearest, shorten

SEPARATORS = (",", ";", "\t")
ENCODINGS = ("utf-8-sig", "cp1251")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_DECIMAL_POINT = re.compile(r"[+-]?\d+\.\d+")


@dataclass(frozen=True)
class Dialect:
    """How a file is written: its encoding, the separator of fields and the decimal sign."""

    encoding: str
    separator: str
    decimal: str


class RawTableDataset(AbstractDataset[None, pd.DataFrame]):
    """One of the store's files, read as text.

    Loading gives every cell as text, unchanged, and the column `line` with the line of the file. The frame's
    ``attrs`` hold the `path`, the `file` (with the snapshot's name) and the `dialect`.

    Parameters
    ----------
    filepath : str
        The file.
    metadata : dict, optional
        Passed on to kedro-viz.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = PurePosixPath(filepath)
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """Read the file.

        Raises
        ------
        DataError
            If the file is missing, empty, of an unknown form, or has rows of different lengths.
        """
        path = Path(self._filepath)
        text, encoding = _read_text(path)
        separator = _find_separator(text, path)
        frame = _read_cells(text, separator, path)
        decimal = _find_decimal(frame, path)
        dialect = asdict(Dialect(encoding, separator, decimal))
        frame.attrs = {"path": str(path), "file": f"{path.parent.name}/{path.name}", "dialect": dialect}
        return frame

    def preview(self, nrows: int = 5) -> TablePreview:
        """Return the first rows for kedro-viz."""
        return TablePreview(self.load().head(nrows).to_dict(orient="split"))

    def _exists(self) -> bool:
        return Path(self._filepath).is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}

    def save(self, data: None) -> None:
        """Refuse: the store's files are never written."""
        raise NotImplementedError("The store's raw files are read, never written.")


def _read_text(path: Path) -> tuple[str, str]:
    if not path.is_file():
        raise DataError(
            f"The file {path.name} is missing.",
            file=str(path),
            rule="a snapshot has market_file.csv, market_money.csv, market_time.csv and money.csv",
            remedy=_remedy_for_missing(path),
        )
    text, encoding = _decode(path.read_bytes(), path)
    if not text.strip():
        raise DataError(
            f"The file {path.name} is empty.",
            file=str(path),
            rule="a file has a header line and at least one row",
            remedy="export the file from the store again",
        )
    return text, encoding


def _remedy_for_missing(path: Path) -> str:
    folder = path.parent
    if folder.is_dir():
        present = [entry.name for entry in folder.iterdir()]
        return f"put the file there; {nearest(path.name, present)}" if present else "fill the folder"
    siblings = folder.parent.iterdir() if folder.parent.is_dir() else ()
    snapshots = [entry.name for entry in siblings if entry.is_dir()]
    return f"make the folder, or name another snapshot; {nearest(folder.name, snapshots)}"


def _decode(content: bytes, path: Path) -> tuple[str, str]:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, encoding
    raise DataError(
        f"The text of {path.name} cannot be read.",
        file=str(path),
        rule=f"files are encoded in one of {', '.join(ENCODINGS)}",
        remedy="export the file again as UTF-8",
    )


def _find_separator(text: str, path: Path) -> str:
    header = next(line for line in text.splitlines() if line.strip())
    separator = max(SEPARATORS, key=header.count)
    if header.count(separator) == 0:
        raise DataError(
            f"The header of {path.name} has a single column: {header.strip()!r}.",
            file=str(path),
            rows="the header",
            rule="fields are separated by a comma, a semicolon or a tab",
            remedy="export the file with one of these separators",
        )
    return separator


def _read_cells(text: str, separator: str, path: Path) -> pd.DataFrame:
    (_, header), *rows = _split(text, separator, path)
    names = [name.strip() for name in header]
    if not rows:
        raise DataError(
            f"The file {path.name} has a header but no rows.",
            file=str(path),
            rule="a file has a header line and at least one row",
            remedy="export the file again; it may have been cut off",
        )
    _stop_at_repeated_names(names, path)
    _stop_at_uneven_rows(rows, len(names), path)
    frame = pd.DataFrame([cells for _, cells in rows], columns=names, dtype="str")
    return frame.assign(**{LINE: [line for line, _ in rows]})


def _split(text: str, separator: str, path: Path) -> list[tuple[int, list[str]]]:
    """Return the cells of each row that is not blank, with the line where the row begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            if "".join(cells).strip() or len(cells) > 1:
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"The quoted text in {path.name} cannot be read ({error}).",
            file=str(path),
            rows=f"line {line}",
            rule="a quotation mark that opens a field is closed; one inside quoted text is doubled",
            remedy="mend the line, or export the file again",
        ) from None
    return rows


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


def _stop_at_uneven_rows(rows: list[tuple[int, list[str]]], fields: int, path: Path) -> None:
    uneven = [(line, len(cells)) for line, cells in rows if len(cells) != fields]
    if uneven:
        line, seen = uneven[0]
        raise DataError(
            f"{len(uneven)} of {len(rows)} rows of {path.name} do not have the header's {fields} fields; "
            f"line {line} has {seen}.",
            file=str(path),
            rows=f"lines {shorten(line for line, _ in uneven)}",
            rule="every row has as many fields as the header; text that holds the separator is quoted",
            remedy="mend the lines, or export the file again; it may have been cut off",
        )


def _find_decimal(frame: pd.DataFrame, path: Path) -> str:
    comma, point = _first_match(frame, _DECIMAL_COMMA), _first_match(frame, _DECIMAL_POINT)
    if comma and point:
        raise DataError(
            f"{path.name} has decimal commas and decimal points.",
            file=str(path),
            rows=f"line {comma} (comma), line {point} (point)",
            rule="one file has one decimal sign",
            remedy="export the file again with one decimal sign",
        )
    return "," if comma else "."


def _first_match(frame: pd.DataFrame, pattern: re.Pattern[str]) -> int | None:
    lines = [
        frame.loc[matches.idxmax(), LINE]
        for column in frame.columns.drop(LINE)
        if (matches := frame[column].str.fullmatch(pattern)).any()
    ]
    return int(min(lines)) if lines else None
