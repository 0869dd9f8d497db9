"""How a store's file is written: encoding, separator, decimal sign, thousands sign.

Every decision is deterministic. Where two readings are possible and would give different tables, none is
chosen: the file is refused.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pandas as pd

from one_click.columns import SOURCE_COLUMNS, plain
from one_click.errors import DataError, shorten

SEPARATORS = (",", ";", "\t")
DECIMALS = (".", ",")
# Blanks (plain, no-break, narrow no-break, thin), apostrophes, and whichever sign is not the decimal one.
THOUSANDS = (" ", "\u00a0", "\u202f", "\u2009", "'", "’", ".", ",")
_SIGN = "[.,'’ \u00a0\u202f\u2009]"
ENOUGH = 3  # different numbers with a comma or point that can only separate thousands
_MARKED = re.compile(r"[+-]?\d[\d.,'’ \u00a0\u202f\u2009]*\d|[+-]?[.,]\d+")

_NOT_BLANK = re.compile(r"\S")
_LONGEST_HEADER = 100_000  # characters
HEADER_WITHIN = 10  # lines, for a message that says where it stands
# Byte 98 has no letter in cp1251; programs that decode with it keep the byte as a control character.
_FROM_CP1251 = {
    ord(bytes([byte]).decode("cp1251", "replace")) if byte != 0x98 else 0x98: byte for byte in range(256)
}


@dataclass(frozen=True)
class Dialect:
    """How a file is written.

    Attributes
    ----------
    encoding : str
        ``utf-8``, ``utf-8-bom``, ``utf-16``, ``cp1251``, ``mojibake`` (UTF-8 that was once decoded as cp1251)
        or ``xlsx``.
    separator : str
        Between the fields; empty in a workbook.
    decimal : str
    thousands : str
        Between groups of three digits; empty if there is none.
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


def decode(content: bytes, path: Path) -> tuple[str, str]:
    """Return a file's text and its encoding.

    Raises
    ------
    DataError
        If the bytes are text in none of the known encodings.
    """
    readings = list(_readings(content))
    if not any(encoding.startswith("utf") for _, encoding in readings):
        _stop_at_damaged_utf8(content, path)
    if not readings:
        raise _unreadable("cannot be read", path)
    # Text that was decoded wrongly is text too: what tells is whose header holds the store's names.
    text, encoding = max(readings, key=lambda reading: _known_in(_header_line(reading[0])))
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise _unreadable(f"holds a zero byte in line {line}", path)
    if not text.isascii() and not any(map(_known_in, first_lines(text))):
        raise _unreadable(f"begins with {_header_line(text)[:60]!r}, without any known column", path)
    return text, encoding


def _unreadable(found: str, path: Path) -> DataError:
    return DataError(
        f"The text of {path.name} {found}.",
        file=str(path),
        rule="files are encoded as UTF-8, UTF-16 with a byte order mark, or cp1251, "
        "and begin with the names of the columns",
        remedy="export the file again as UTF-8; check that it is the right table",
    )


def _stop_at_damaged_utf8(content: bytes, path: Path) -> None:
    """Stop at UTF-8 with a wrong byte in it, which would pass for cp1251 and lose every name."""
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        header = content[: error.start].split(b"\n")[0]
        intact = _known_in(header.decode("utf-8-sig", "ignore"))
        # A header in Latin letters tells nothing: then it is what stands below it, up to the wrong byte.
        told = header.isascii() and not content[: error.start].isascii()
        if told or intact > _known_in(header.decode("cp1251", "replace")):
            line = content[: error.start].count(b"\n") + 1
            raise _unreadable(
                f"is UTF-8, but for byte 0x{content[error.start]:02X} in line {line}", path
            ) from None


def first_lines(text: str) -> list[str]:
    """Return the lines among which the header may stand, if something stands above it."""
    return text[:_LONGEST_HEADER].splitlines()[:HEADER_WITHIN]


def stop_at_title(lines: list[str], path: Path) -> None:
    """Stop where titles or notes stand above the header.

    Raises
    ------
    DataError
        If the first line that is not blank names no known column, and one of the next does.
    """
    filled = [(place, line) for place, line in enumerate(lines, start=1) if line.strip()]
    known = [place for place, line in filled if _known_in(line)]
    if known and known[0] != filled[0][0]:
        raise DataError(
            f"The header of {path.name} stands in line {known[0]}, below {filled[0][1].strip()[:60]!r}.",
            file=str(path),
            rows=f"lines 1 to {known[0] - 1}",
            rule="a file begins with the names of its columns",
            remedy="delete the lines above the header",
        )


def _readings(content: bytes) -> Iterable[tuple[str, str]]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield from _decoded(content, "utf-16", "utf-16")
        return
    marked = content.startswith(codecs.BOM_UTF8)
    for text, encoding in _decoded(content, "utf-8-sig", "utf-8-bom" if marked else "utf-8"):
        if _header_line(text).isascii():  # it tells nothing, but what can be undone was surely misread
            yield from _undone(text)
        yield text, encoding
        # Whether it is worth undoing a whole file is seen in its first line.
        for line, _ in _undone(header := _header_line(text)):
            if _known_in(line) > _known_in(header):
                yield from _undone(text)
        return
    yield from _decoded(content, "cp1251", "cp1251")


def _decoded(content: bytes, codec: str, name: str) -> Iterable[tuple[str, str]]:
    try:
        yield content.decode(codec).lstrip("\ufeff"), name
    except UnicodeDecodeError:
        return


def _undone(text: str) -> Iterable[tuple[str, str]]:
    """Give back UTF-8 that was once decoded as cp1251, if that is what the text is."""
    if text.isascii():
        return
    try:
        yield codecs.charmap_encode(text, "strict", _FROM_CP1251)[0].decode("utf-8-sig"), "mojibake"
    except UnicodeError:
        return


def _header_line(text: str) -> str:
    start = begin.start() if (begin := _NOT_BLANK.search(text)) else 0  # lstrip would copy the whole text
    return next(iter(text[start : start + _LONGEST_HEADER].splitlines()), "")


def _known_in(header: str) -> int:
    return max(len(_known_fields(header, separator)) for separator in SEPARATORS)


def _known_fields(header: str, separator: str) -> set[str]:
    return {plain(field.strip().strip('"')) for field in header.split(separator)} & _recognised.get()


def find_separator(text: str, path: Path) -> str:
    """Return what separates the fields: that which makes the most known columns, then the most columns.

    Raises
    ------
    DataError
        If the header has one column, or two separators serve equally well.
    """
    header = _header_line(text)
    worth = {one: (len(_known_fields(header, one)), header.count(one)) for one in SEPARATORS}
    best = [one for one in SEPARATORS if worth[one] == max(worth.values())]
    if max(header.count(one) for one in SEPARATORS) == 0:
        raise DataError(
            f"The header of {path.name} has a single column: {header.strip()!r}.",
            file=str(path),
            rows="the header",
            rule="fields are separated by a comma, a semicolon or a tab",
            remedy="export the file with one of these separators",
        )
    if len(best) > 1:
        raise DataError(
            f"The header of {path.name} can be split at {shorten(map(repr, best))}: {header.strip()!r}.",
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
    pairs = [pair for pair in product(DECIMALS, ("", *THOUSANDS)) if pair[0] != pair[1]]
    patterns = {pair: re.compile(number_pattern(*pair)) for pair in pairs}
    known = [shape for shape in marked if any(pattern.fullmatch(shape) for pattern in patterns.values())]
    fitting = [pair for pair in pairs if all(map(patterns[pair].fullmatch, known))]
    meant = {tuple(to_plain(shape, *pair) for shape in known) for pair in fitting}
    if len(meant) == 1 and _is_shown(*fitting[0], known, numbers):
        return fitting[0]
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
    """Tell whether a comma or point between thousands is there beyond doubt, and is no slip."""
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
                found.setdefault(re.sub(r"\d+", "0", cell), (int(place), cell))
    return ", ".join(f"line {line} ({cell})" for line, cell in sorted(found.values()))


def number_pattern(decimal: str, thousands: str) -> str:
    """Return the pattern of a number without exponent that is written with these signs."""
    grouped = rf"[1-9]\d{{0,2}}(?:{re.escape(thousands)}\d{{3}})+|" if thousands else ""
    return rf"[+-]?(?:(?:{grouped}\d+)(?:{re.escape(decimal)}\d*)?|{re.escape(decimal)}\d+)"


def to_plain(cell: str, decimal: str, thousands: str) -> str:
    """Return a number's text with a decimal point and without thousands signs."""
    return (cell.replace(thousands, "") if thousands else cell).replace(decimal, ".")
