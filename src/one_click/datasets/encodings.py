"""From a file's bytes to its text: which encoding it is in, and text that was once read in a wrong one.

What tells is the store's own words: they stand in the text in one encoding only. ASCII, such as the header
`id`, is the same in all and tells nothing.
"""

import codecs
import re
from bisect import bisect_left
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import cache
from itertools import chain, product
from pathlib import Path
from typing import NamedTuple

from one_click.columns import FLAG_VALUES, KNOWN_VALUES, MONTHS, TARGET_VALUES, plain
from one_click.datasets.dialects import KNOWN_HEADERS, first_lines, header_line, known_in, recognised
from one_click.errors import DataError, masked

_HEAD = 10_000  # bytes or characters in which the words are looked for
_MARKS = {
    codecs.BOM_UTF8: ("utf-8", "utf-8-bom"),
    codecs.BOM_UTF32_LE: ("utf-32", "utf-32"),  # begins as UTF-16 does
    codecs.BOM_UTF32_BE: ("utf-32", "utf-32"),
    codecs.BOM_UTF16_LE: ("utf-16", "utf-16"),
    codecs.BOM_UTF16_BE: ("utf-16", "utf-16"),
}
_WIDE = {"utf-16-le": "utf-16", "utf-16-be": "utf-16", "utf-32-le": "utf-32", "utf-32-be": "utf-32"}
_ONE_BYTE = ("cp1251", "cp866", "koi8-r", "mac-cyrillic", "iso8859-5")
# How text was written, and how it was read by mistake before it was saved as UTF-8.
_MISREAD = {
    "mojibake": ("utf-8", "cp1251"),
    "mojibake-cp1252": ("utf-8", "cp1252"),
    "mojibake-cp866": ("utf-8", "cp866"),
    "mojibake-koi8-r": ("utf-8", "koi8-r"),
    "cp1251-as-cp1252": ("cp1251", "cp1252"),
}
_NO_BREAK_SPACE = 0xA0
# Where UTF-8 needs another byte of a letter, a blank can only be a no-break space that was flattened.
_FLATTENED = re.compile(rb"(?<=[\xc2-\xf4]) |(?<=[\xe0-\xf4][\x80-\xbf]) ")
_CYRILLIC = re.compile(rb"[\xd0\xd1][\x80-\xbf]")  # a letter in UTF-8
# No capital stands inside a word: where one is restored there, another letter was lost.
_UNLIKELY = re.compile("[а-яё][ИР]|[А-ЯЁ][ИР][а-яё]")
_FIELD = r'[^,;\t|\r\n"]+'
_LINE_END = re.compile(r"\r\n?|\n")

_NEARLY = 0.8  # of a header's letters are those of a known one
_RUSSIAN = re.compile("[А-Яа-яЁё]")
_VOCABULARY = chain(KNOWN_HEADERS.values(), FLAG_VALUES, TARGET_VALUES, MONTHS, *KNOWN_VALUES.values())
_WORDS = {word for word in _VOCABULARY if not word.isascii()}
_TELLING = set(map(plain, _WORDS))


class Repair(NamedTuple):
    """What was repaired in a file before its cells were read.

    Attributes
    ----------
    line : int
    old, new : str
        Text of the file before and after.
    rule : str
    """

    line: int
    old: str
    new: str
    rule: str


def decode(content: bytes, path: Path) -> tuple[str, str, list[Repair]]:
    """Return a file's text, its encoding (see `Dialect`), and the fields in which a lost byte was restored.

    Raises
    ------
    DataError
        If the bytes are text in none of the known encodings, or in several.
    """
    text, encoding = _as_unicode(content, path) or _as_one_byte(content, path)
    if "\0" in text:
        raise _unreadable(f"holds a zero byte in line {_line_at(text, text.index(chr(0)))}", path)
    if text.isascii() or _telling(text):
        return text, encoding, []
    if misread := _how_misread(text, path):
        return _undo(text, misread, path)
    if not any(known_in(line) or _names_a_column(line) for line in first_lines(text)):
        raise _unreadable(f"begins with {masked(header_line(text)[:60])!r}, without any known column", path)
    return text, encoding, []


def _telling(text: str) -> int:
    """Return how many of the store's words beyond ASCII stand in the first lines."""
    fields = {plain(field) for field in set(re.findall(_FIELD, text[:_HEAD]))}
    return len(fields & (_TELLING | _telling_headers()))


def _telling_headers() -> set[str]:
    return {header for header in recognised() if not header.isascii()}


def _names_a_column(line: str) -> bool:
    """Return whether a line holds the name of a column, although no known separator parts it."""
    return any(word in plain(line) for word in _telling_headers())


def _unreadable(found: str, path: Path) -> DataError:
    return DataError(
        f"The text of {path.name} {found}.",
        file=str(path),
        rule="files are encoded as UTF-8, UTF-16, UTF-32, cp1251, cp866, KOI8-R, mac-cyrillic or ISO 8859-5, "
        "and begin with the names of the columns",
        remedy="export the file again as UTF-8; check that it is the right table",
    )


def _line_at(text: str, place: int) -> int:
    return len(_LINE_END.findall(text, 0, place)) + 1


def _as_unicode(content: bytes, path: Path) -> tuple[str, str] | None:
    """Read UTF-8, UTF-16 or UTF-32, which hardly any text in another encoding happens to be."""
    for mark, (codec, name) in _MARKS.items():
        if content.startswith(mark):
            return _decode_or_stop(content, codec, path), name
    for codec, name in _WIDE.items() if b"\0" in content[:_HEAD] else ():
        if (wide := _decoded(content, codec, name)) and _telling(wide[0]):
            return wide
    return _decoded(content, "utf-8", "utf-8")


def _decoded(content: bytes, codec: str, name: str) -> tuple[str, str] | None:
    try:
        return content.decode(codec).lstrip("\ufeff"), name
    except UnicodeDecodeError:
        return None


def _as_one_byte(content: bytes, path: Path) -> tuple[str, str]:
    """Read the encoding of one byte for each letter in which the store's words stand in the text."""
    _stop_at_damaged_utf8(content, path)
    heads = {codec: content[:_HEAD].decode(codec, "replace") for codec in _ONE_BYTE}
    told = {codec: _fit(head) for codec, head in heads.items()}
    best = [codec for codec in _ONE_BYTE if told[codec] == max(told.values())]
    if not _telling(heads[best[0]]):
        best = _nearest(heads)
    seen = {codec: masked(header_line(heads[codec])[:40]) for codec in best}
    begins = ", ".join(f"as {codec} it begins with {line!r}" for codec, line in seen.items())
    if len(best) == len(heads):
        raise _unreadable(f"cannot be read: {begins}, without any known column beyond ASCII", path)
    readings = [reading for codec in best if (reading := _decoded(content, codec, codec))]
    if not readings:
        _decode_or_stop(content, best[0], path)
    if len({text for text, _ in readings}) > 1:
        raise _unreadable(f"can be read in {len(best)} ways: {begins}", path)
    return readings[0]


def _fit(text: str) -> tuple[int, int, int]:
    """Return how many of the store's words, Russian letters, and words in their own case text has.

    Encodings may share the small letters, but not the capitals.
    """
    fields = set(re.findall(_FIELD, text))
    return _telling(text), len(_RUSSIAN.findall(text)), len(fields & _WORDS)


def _nearest(heads: dict[str, str]) -> list[str]:
    """Return the encoding in which a header is nearly one of the store's; all if there is none."""
    ratios = {codec: _likeness(header_line(head)) for codec, head in heads.items()}
    best = max(ratios, key=lambda codec: ratios[codec])
    return [best] if ratios[best] >= _NEARLY else list(heads)


def _likeness(line: str) -> float:
    pairs = product(map(plain, re.findall(_FIELD, line)), _telling_headers())
    return max((SequenceMatcher(None, *pair).ratio() for pair in pairs), default=0)


def _stop_at_damaged_utf8(content: bytes, path: Path) -> None:
    """Stop at UTF-8 with a wrong byte in it, which would pass for another encoding and lose every name."""
    head = content[:_HEAD].decode("utf-8", "replace")
    wrong = head.count("\ufffd")
    if sum(not letter.isascii() for letter in head) > 2 * wrong:
        _decode_or_stop(content, "utf-8", path)


def _decode_or_stop(content: bytes, codec: str, path: Path) -> str:
    try:
        return content.decode(codec).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        line = len(_LINE_END.findall(content[: error.start].decode(codec, "ignore"))) + 1
        found = f"is {codec.replace('utf', 'UTF')}, but for byte 0x{content[error.start]:02X} in line {line}"
        raise _unreadable(found, path) from None


def _how_misread(text: str, path: Path) -> str | None:
    """Return how UTF-8 was misread before it was saved: undoing that makes the store's words appear.

    Raises
    ------
    DataError
        If it was misread beyond doubt, but too much of it is lost.
    """
    head = text[:_HEAD]
    told = {name: _telling(_reread(head, name)) for name in _MISREAD}
    best = max(told, key=lambda name: told[name])
    if told[best]:
        return best
    for name, (written, read) in _MISREAD.items():
        content = codecs.charmap_encode(head, "ignore", _byte_of(read))[0]
        letters = len(_CYRILLIC.findall(content))
        if written == "utf-8" and letters * 4 > sum(byte > 127 for byte in content):
            if header_line(text).isascii():  # it tells nothing, and what can be undone was surely misread
                return name
            raise _misread(f"it begins with {masked(header_line(text)[:60])!r}", written, read, path)
    return None


def _reread(text: str, misread: str) -> str:
    """Undo what can be undone."""
    written, read = _MISREAD[misread]
    content = codecs.charmap_encode(text, "ignore", _byte_of(read))[0]
    return _unflattened(content, written, read).decode(written, "ignore")


def _undo(text: str, misread: str, path: Path) -> tuple[str, str, list[Repair]]:
    written, read = _MISREAD[misread]
    try:
        content = codecs.charmap_encode(text, "strict", _byte_of(read))[0]
        repaired = _unflattened(content, written, read)
        undone = repaired.decode(written)
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeEncodeError | UnicodeDecodeError) else 0
        before, after = _LINE_END.split(text[:start])[-1], _LINE_END.split(text[start:])[0]
        found = f"line {_line_at(text, start)} cannot be restored at {masked(before[-20:] + after[:20])!r}"
        raise _misread(found, written, read, path) from None
    repairs = list(_restored(text, content, repaired))
    for repair in repairs:
        if _UNLIKELY.search(repair.new):
            found = f"line {repair.line} cannot be restored at {masked(repair.old)!r}"
            raise _misread(found, written, read, path)
    return undone.lstrip("\ufeff"), misread, repairs


def _misread(found: str, written: str, read: str, path: Path) -> DataError:
    return DataError(
        f"The text of {path.name} is mojibake ({written} that was once read as {read}): {found}.",
        file=str(path),
        rule="files are saved in the encoding in which they were read; letters that were read wrongly are "
        "restored only where a single reading is possible",
        remedy=f"export the file again as UTF-8, or open the original as {written}, not {read}",
    )


@cache
def _byte_of(codec: str) -> dict[int, int]:
    """Return each character's byte; a byte without a letter may be kept as a control character, or U+FFFD."""
    letters = {byte: bytes([byte]).decode(codec, "ignore") for byte in range(256)}
    without = [byte for byte, letter in letters.items() if not letter]
    kept = {byte: byte for byte in range(0x80, 0xA0)}  # Latin-1 keeps all of these
    lost = {0xFFFD: without[0]} if len(without) == 1 else {}
    return kept | lost | {ord(letter): byte for byte, letter in letters.items() if letter}


def _unflattened(content: bytes, written: str, read: str) -> bytes:
    return (
        _FLATTENED.sub(bytes([_byte_of(read)[_NO_BREAK_SPACE]]), content) if written == "utf-8" else content
    )


def _restored(text: str, content: bytes, repaired: bytes) -> Iterator[Repair]:
    """Yield the fields in which a byte was restored: there, text and bytes have the same places."""
    places = [found.start() for found in re.finditer("\ufffd", text)]
    if repaired != content:
        places = sorted([*places, *(found.start() for found in _FLATTENED.finditer(content))])
    line, end = 1, 0
    for field in re.finditer(_FIELD, text) if places else ():
        line, end = line + len(_LINE_END.findall(text, end, field.start())), field.end()
        first = bisect_left(places, field.start())
        if first < len(places) and places[first] < end:
            new = repaired[field.start() : end].decode()
            yield Repair(line, field.group(), new, f"byte_{repaired[places[first]]:02x}_restored")
