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
from one_click.errors import DataError, nearest

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
        text, encoding = _decode(_read_bytes(path), path.name)
        separator = _find_separator(text, path)
        frame = _read_cells(text, separator, path)
        decimal = _find_decimal(frame, path)
        dialect = asdict(Dialect(encoding, separator, decimal))
        frame.attrs = {"path": str(path), "file": f"{path.parent.name}/{path.name}", "dialect": dialect}
        return frame

    def preview(self, nrows: int = 5) -> Any:
        """Return the first rows for kedro-viz."""
        return self.load().head(nrows).to_dict(orient="split")

    def _exists(self) -> bool:
        return Path(self._filepath).is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}

    def save(self, data: None) -> None:
        """Refuse: the store's files are never written."""
        raise NotImplementedError("The store's raw files are read, never written.")


def _read_bytes(path: Path) -> bytes:
    if not path.is_file():
        raise DataError(
            f"The file {path.name} is missing.",
            file=str(path),
            rule="a snapshot has market_file.csv, market_money.csv, market_time.csv and money.csv",
            remedy=_remedy_for_missing(path),
        )
    content = path.read_bytes()
    if not content.strip():
        raise DataError(
            f"The file {path.name} is empty.",
            file=str(path),
            rule="a file has a header line and at least one row",
            remedy="export the file from the store again",
        )
    return content


def _remedy_for_missing(path: Path) -> str:
    folder = path.parent
    if folder.is_dir():
        present = [entry.name for entry in folder.iterdir()]
        return (
            f"put the file there; in the folder: {nearest(path.name, present)}"
            if present
            else "fill the folder"
        )
    snapshots = [entry.name for entry in folder.parent.iterdir()] if folder.parent.is_dir() else []
    return f"make the folder, or name another snapshot; {nearest(folder.name, snapshots)}"


def _decode(content: bytes, name: str) -> tuple[str, str]:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise DataError(
        f"The text of {name} cannot be read.",
        file=name,
        rule=f"files are encoded in one of {', '.join(ENCODINGS)}",
        remedy="export the file again as UTF-8",
    )


def _find_separator(text: str, path: Path) -> str:
    header = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=header.count)
    if header.count(separator) == 0:
        raise DataError(
            f"The header of {path.name} has a single column: {header.strip()!r}.",
            file=str(path),
            rows="1",
            rule="fields are separated by a comma, a semicolon or a tab",
            remedy="export the file with one of these separators",
        )
    return separator


def _read_cells(text: str, separator: str, path: Path) -> pd.DataFrame:
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=separator,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            index_col=False,
        )
    except pd.errors.ParserError as error:
        raise _uneven_rows(str(error), path) from None
    frame.columns = frame.columns.str.strip()
    frame[LINE] = _line_numbers(text, separator, len(frame))
    blank = frame.drop(columns=LINE).isna().all(axis=1)
    frame = frame[~blank].reset_index(drop=True)
    short = frame[frame.isna().any(axis=1)]
    if frame.empty or len(short):
        raise _short_rows(frame, short, path)
    return frame


def _line_numbers(text: str, separator: str, rows: int) -> list[int] | range:
    if '"' not in text:
        return range(2, rows + 2)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    ends = [reader.line_num for _ in reader]
    return [end + 1 for end in ends[:-1]][:rows]


def _uneven_rows(message: str, path: Path) -> DataError:
    expected, line, seen = re.findall(r"\d+", message)[-3:]
    return DataError(
        f"A row of {path.name} has {seen} fields where the header has {expected}.",
        file=str(path),
        rows=f"line {line}",
        rule="every row has as many fields as the header; text that holds the separator is quoted",
        remedy="mend the line, or export the file again with quoted text",
    )


def _short_rows(frame: pd.DataFrame, short: pd.DataFrame, path: Path) -> DataError:
    found = f"{len(short)} rows of {path.name} are too short." if len(short) else f"{path.name} has no rows."
    return DataError(
        found,
        file=str(path),
        rows=", ".join(f"line {line}" for line in short[LINE].head(5)),
        rule=f"at least one row, every row with {frame.shape[1] - 1} fields",
        remedy="export the file again; it may have been cut off",
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
