"""How a store's file is written: separator, decimal sign, thousands sign.

Every decision is deterministic. Where two readings are possible and would give different tables, none is
chosen: the file is refused.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pandas as pd

from one_click.columns import CLIENT_ID, COLUMNS, SOURCE_COLUMNS, plain
from one_click.errors import DataError, masked, shorten

SEPARATORS = (",", ";", "\t", "|")
DECIMALS = (".", ",")
# Plain, no-break, figure, thin and narrow no-break blanks look alike: one file may mix them.
_BLANKS = " \u00a0\u2007\u2009\u202f"
_APOSTROPHES = "'’"
# Or whichever sign is not the decimal one.
THOUSANDS = ("", _BLANKS, _APOSTROPHES, ".", ",")
_SIGN = f"[.,{_APOSTROPHES}{_BLANKS}]"
_ID = COLUMNS[CLIENT_ID].source
ENOUGH = 3  # different numbers with a comma or point that can only separate thousands
EXPONENT = r"[eE][+-]?0?[0-9]{1,2}"
_MARKED = re.compile(rf"(?:[+-]?\d[\d.,{_APOSTROPHES}{_BLANKS}]*\d|[+-]?[.,]\d+)(?:{EXPONENT})?")

_NOT_BLANK = re.compile(r"\S")
_LONGEST_HEADER = 100_000  # characters
HEADER_WITHIN = 10  # lines, for a message that says where it stands


@dataclass(frozen=True)
class Dialect:
    """How a file is written.

    Attributes
    ----------
    encoding : str
        ``utf-8``, ``utf-8-bom``, ``utf-16``, ``utf-32``, ``cp1251``, ``cp866``, ``koi8-r``, ``mac-cyrillic``,
        ``iso8859-5``, ``xlsx``, or text that was once read wrongly: ``mojibake`` (UTF-8 as cp1251),
        ``mojibake-cp1252``, ``mojibake-cp866``, ``mojibake-koi8-r`` and ``cp1251-as-cp1252``.
    separator : str
        Between the fields; empty in a workbook.
    decimal : str
    thousands : str
        Between groups of three digits, each of these characters; empty if there is none.
    """

    encoding: str
    separator: str
    decimal: str
    thousands: str


KNOWN_HEADERS: dict[str, str] = {plain(column.source): column.source for column in SOURCE_COLUMNS}
# By which a file is recognised: the vocabulary's headers and, while its file is read, another store's.
_recognised: ContextVar[frozenset[str]] = ContextVar("_recognised", default=frozenset(KNOWN_HEADERS))


@contextmanager
def recognising(headers: Iterable[str]) -> Iterator[None]:
    """Recognise files by some headers beside the vocabulary's."""
    token = _recognised.set(_recognised.get() | set(map(plain, headers)))
    try:
        yield
    finally:
        _recognised.reset(token)


def recognised() -> frozenset[str]:
    """Return the headers by which a file is recognised, plain."""
    return _recognised.get()


def first_lines(text: str) -> list[str]:
    """Return the lines among which the header may stand, if something stands above it."""
    return text[:_LONGEST_HEADER].splitlines()[:HEADER_WITHIN]


def stop_at_title(lines: Iterable[tuple[int, str]], path: Path) -> None:
    """Stop where titles or notes stand above the header.

    Parameters
    ----------
    lines : pairs of int and str
        Line of the file, and its text.
    path : Path
        The file, for messages.

    Raises
    ------
    DataError
        If one of the lines names more known columns than the first that is not blank.
    """
    filled = [(place, line) for place, line in lines if line.strip()]
    header = max(filled, key=lambda placed: known_in(placed[1]))[0]
    if header != filled[0][0]:
        raise DataError(
            f"The header of {path.name} stands in line {header}, below "
            f"{masked(filled[0][1].strip()[:60])!r}.",
            file=str(path),
            rows=f"lines 1 to {header - 1}",
            rule="a file begins with the names of its columns",
            remedy="delete the lines above the header",
        )


def header_line(text: str) -> str:
    """Return the first line that is not blank."""
    start = begin.start() if (begin := _NOT_BLANK.search(text)) else 0  # lstrip would copy the whole text
    return next(iter(text[start : start + _LONGEST_HEADER].splitlines()), "")


def known_in(header: str) -> int:
    """Return how many known columns a line names, if it is the header."""
    return max(len(_known_fields(header, separator)) for separator in SEPARATORS)


def _known_fields(header: str, separator: str) -> set[str]:
    return {plain(field.strip().strip('"')) for field in header.split(separator)} & recognised()


def find_separator(text: str, path: Path) -> str:
    """Return what separates the fields: that which makes the most known columns, then the most columns.

    Raises
    ------
    DataError
        If the header has one column, or two separators serve equally well.
    """
    header = header_line(text)
    worth = {one: (len(_known_fields(header, one)), header.count(one)) for one in SEPARATORS}
    best = [one for one in SEPARATORS if worth[one] == max(worth.values())]
    if max(header.count(one) for one in SEPARATORS) == 0:
        raise DataError(
            f"The header of {path.name} has a single column: {masked(header.strip())!r}.",
            file=str(path),
            rows="the header",
            rule="fields are separated by a comma, a semicolon, a tab or a vertical bar",
            remedy="export the file with one of these separators",
        )
    if len(best) > 1:
        raise DataError(
            f"The header of {path.name} can be split at {shorten(map(repr, best))}: "
            f"{masked(header.strip())!r}.",
            file=str(path),
            rows="the header",
            rule="one file has one separator",
            remedy="export the file again with one separator",
        )
    return best[0]


def find_signs(numbers: pd.DataFrame, lines: pd.Series, path: Path) -> tuple[str, str]:
    """Return the decimal sign and the thousands sign of a file's numbers.

    A point or a comma separates thousands only where a number shows it beyond doubt, with both signs or with
    two groups, or where several numbers cannot be read in another way. Cells that are no numbers in any way
    of writing are left to the rules for single cells.

    Parameters
    ----------
    numbers : DataFrame of text
        The columns that hold numbers.
    lines : Series of int
        Line of each row.
    path : Path
        The file, for messages.

    Raises
    ------
    DataError
        If the numbers fit no pair of signs together, or two pairs that would make them different numbers.
    """
    shapes = sorted({shape for name in numbers for shape in _shapes(numbers[name]).unique()})
    marked = [shape for shape in shapes if _MARKED.fullmatch(shape)]
    pairs = [pair for pair in product(DECIMALS, THOUSANDS) if pair[0] != pair[1]]
    patterns = {pair: re.compile(number_pattern(*pair)) for pair in pairs}
    known = [shape for shape in marked if any(pattern.fullmatch(shape) for pattern in patterns.values())]
    fitting = [pair for pair in pairs if all(map(patterns[pair].fullmatch, known))]
    meant = {tuple(to_plain(shape, *pair) for shape in known) for pair in fitting}
    if len(meant) == 1 and _is_shown(*fitting[0], known, numbers):
        decimal, thousands = fitting[0]
        return decimal, "".join(sign for sign in thousands if any(sign in shape for shape in known))
    raise DataError(
        f"The numbers of {path.name} "
        + ("can be read in two ways." if len(meant) > 1 else "do not follow one way of writing."),
        file=str(path),
        rows=_examples(known, numbers, lines),
        rule="one file has one decimal sign and, if any, one sign between groups of three digits; "
        "a comma or point before three digits may be either, unless other numbers tell",
        remedy="export the file again with one decimal sign, and without signs between thousands",
    )


def _shapes(column: pd.Series) -> pd.Series:
    """Return the numbers that hold a sign, with 1 for every digit but 0: few different ones in any file."""
    signed = pd.Series(column[column.str.contains(_SIGN)].unique(), dtype="str")
    return signed.str.strip().str.replace("[1-9]", "1", regex=True)


def _shape(cell: str) -> str:
    return re.sub("[1-9]", "1", cell.strip())


def _is_shown(decimal: str, thousands: str, shapes: list[str], numbers: pd.DataFrame) -> bool:
    """Return whether a comma or point between thousands is there beyond doubt, and is no slip."""
    if thousands not in DECIMALS:
        return True
    one, other = re.escape(thousands), re.escape(decimal)
    beyond_doubt = re.compile(rf".*\d{one}\d{{3}}(?:{other}\d*|{one}\d{{3}}.*)")
    cells = {
        cell.strip()
        for name in numbers
        for cell in numbers[name].unique()
        if thousands in cell and _shape(cell) in shapes
    }
    return any(map(beyond_doubt.fullmatch, shapes)) or len(cells) >= ENOUGH


def _examples(shapes: list[str], numbers: pd.DataFrame, lines: pd.Series) -> str:
    """Return one number of each way of writing, with the first line that holds it."""
    found: dict[str, tuple[int, str]] = {}
    for name in numbers:
        for place, cell in zip(lines, numbers[name].str.strip(), strict=True):
            if _shape(cell) in shapes:
                shown = masked(cell) if name == _ID else cell
                found.setdefault(re.sub(r"\d+", "0", cell), (int(place), shown))
    return ", ".join(f"line {line} ({cell}{_named_signs(cell)})" for line, cell in sorted(found.values()))


def _named_signs(cell: str) -> str:
    """Return the names of the signs of a number that can be taken for one another."""
    signs = dict.fromkeys(sign for sign in cell if sign in _BLANKS + _APOSTROPHES)
    return f" with {' and '.join(map(unicodedata.name, signs))}" if signs else ""


def number_pattern(decimal: str, thousands: str) -> str:
    """Return the pattern of a number that is written with these signs; no power of ten has thousands."""
    fraction = rf"(?:{re.escape(decimal)}\d*)?"
    grouped = rf"[1-9]\d{{0,2}}(?:[{re.escape(thousands)}]\d{{3}})+{fraction}|" if thousands else ""
    return rf"[+-]?(?:{grouped}(?:\d+{fraction}|{re.escape(decimal)}\d+)(?:{EXPONENT})?)"


def to_plain(cell: str, decimal: str, thousands: str) -> str:
    """Return a number's text with a decimal point and without thousands signs."""
    return cell.translate(dict.fromkeys(map(ord, thousands))).replace(decimal, ".")
