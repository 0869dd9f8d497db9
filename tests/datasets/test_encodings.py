"""The demo store's files in every encoding, and after every wrong reading, give one and the same table."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from one_click.datasets.encodings import Repair, decode
from one_click.datasets.raw_table import RawTableDataset
from one_click.errors import DataError

FILES = ("market_file", "market_money", "market_time", "money")
HEADER = "id,Разрешить сообщать\n7,да\n"
Load = Callable[[str, bytes], pd.DataFrame]
Demo = dict[str, tuple[str, pd.DataFrame]]


@pytest.fixture(scope="module")
def demo(root: Path) -> Demo:
    """Return the text of each file of the demo store, and the table that it gives."""
    paths = {name: root / "data" / "01_raw" / "demo" / f"{name}.csv" for name in FILES}
    return {
        name: (path.read_text(encoding="utf-8"), RawTableDataset(filepath=str(path)).load())
        for name, path in paths.items()
    }


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Return a function that reads bytes as one of the store's files."""

    def read(name: str, content: bytes) -> pd.DataFrame:
        file = tmp_path / f"{name}.csv"
        file.write_bytes(content)
        return RawTableDataset(filepath=str(file)).load()

    return read


def _misread(text: str, codec: str, written: str = "utf-8") -> str:
    """Read text in a wrong encoding, as programs do: a byte without a letter is kept as it is."""
    return "".join(bytes([byte]).decode(codec, "ignore") or chr(byte) for byte in text.encode(written))


def _refusal(content: str | bytes) -> str:
    with pytest.raises(DataError) as error:
        decode(content if isinstance(content, bytes) else content.encode(), Path("money.csv"))
    return str(error.value)


def _assert_demo_store(demo: Demo, load: Load, rewrite: Callable[[str], bytes], encoding: str) -> None:
    for name, (text, true) in demo.items():
        read = load(name, rewrite(text))
        pd.testing.assert_frame_equal(read, true)
        assert read.attrs["dialect"] == true.attrs["dialect"] | {"encoding": encoding}


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        *((codec, codec) for codec in ("cp1251", "cp866", "koi8-r", "mac-cyrillic", "iso8859-5")),
        *((codec, codec[:6]) for codec in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be")),
    ],
)
def test_demo_store_is_the_same_in_every_encoding(demo: Demo, load: Load, codec: str, encoding: str) -> None:
    _assert_demo_store(demo, load, lambda text: text.encode(codec), encoding)


@pytest.mark.parametrize("codec", ["cp1251", "mac-cyrillic"])
def test_small_letters_are_shared_but_the_rest_tells(demo: Demo, load: Load, codec: str) -> None:
    _assert_demo_store(demo, load, lambda text: text.replace("Период", "период").encode(codec), codec)


@pytest.mark.parametrize(
    ("codec", "written", "encoding"),
    [
        ("cp1251", "utf-8", "mojibake"),
        ("cp1252", "utf-8", "mojibake-cp1252"),
        ("latin-1", "utf-8", "mojibake-cp1252"),
        ("cp866", "utf-8", "mojibake-cp866"),
        ("koi8-r", "utf-8", "mojibake-koi8-r"),
        ("cp1252", "cp1251", "cp1251-as-cp1252"),
        ("latin-1", "cp1251", "cp1251-as-cp1252"),
    ],
)
def test_wrong_readings_of_the_demo_store_are_undone(
    demo: Demo, load: Load, codec: str, written: str, encoding: str
) -> None:
    _assert_demo_store(demo, load, lambda text: _misread(text, codec, written).encode(), encoding)


@pytest.mark.parametrize("codec", ["cp1251", "cp1252", "koi8-r"])
def test_demo_store_with_flattened_no_break_spaces_is_restored(demo: Demo, load: Load, codec: str) -> None:
    encoding = "mojibake" if codec == "cp1251" else f"mojibake-{codec}"
    _assert_demo_store(
        demo, load, lambda text: _misread(text, codec).replace("\u00a0", " ").encode(), encoding
    )


NO_BREAK, NO_LETTER = ("\u00a0", " "), ("\x98", "\ufffd")  # the byte, and what it became
IN_LINE_1 = (1, "Разрешить сообщать")
LOST = {
    "flattened-in-the-header": (HEADER, "cp1251", NO_BREAK, [IN_LINE_1]),
    "flattened-at-the-end-of-a-cell": (
        *(HEADER + "8,да,Ростов Р\n", "cp1252", NO_BREAK),
        [IN_LINE_1, (3, "Ростов Р")],
    ),
    "flattened-in-a-letter-of-three-bytes": (
        *("id;Прибыль;€\u2020\n7;0,5;€\u2020\n", "cp1251", NO_BREAK),
        [(1, "€\u2020"), (2, "€\u2020")],
    ),
    "the-one-byte-that-has-no-letter": (
        *("id,Прибыль,город\n7,0.5,Ишим\n", "cp1251", NO_LETTER),
        [(2, "Ишим")],
    ),
}


@pytest.mark.parametrize(("text", "codec", "change", "restored_at"), LOST.values(), ids=list(LOST))
def test_lost_byte_is_restored_and_listed(
    text: str, codec: str, change: tuple[str, str], restored_at: list[tuple[int, str]]
) -> None:
    damaged = _misread(text, codec).replace(*change)
    restored, _, listed = decode(damaged.encode(), Path("money.csv"))
    assert restored == text
    assert [(repair.line, repair.new) for repair in listed] == restored_at
    assert {repair.rule for repair in listed} == {
        "byte_a0_restored" if change == NO_BREAK else "byte_98_restored"
    }
    assert all(repair.old == _misread(repair.new, codec).replace(*change) for repair in listed)


def test_nothing_lost_is_nothing_listed() -> None:
    assert decode(_misread(HEADER, "cp1251").encode(), Path("x.csv")) == (HEADER, "mojibake", [])
    assert Repair(1, "a", "b", "c").rule == "c"


CANNOT_BE_UNDONE = {
    "letter-cut-in-two": (
        _misread("id;Прибыль\n7;Я\n", "cp1252").replace("Ð¯", "Ð"),
        ["mojibake (utf-8 that was once read as cp1252)", "line 2 cannot be restored at", "'7;Ð"],
    ),
    "half-of-the-file": (
        _misread("id;Прибыль\n", "cp1251") + "7;Да 字\n",
        ["mojibake (utf-8 that was once read as cp1251)", "line 2 cannot be restored at"],
    ),
    "every-name-broken": (
        _misread("id;Прибыль\n7;5\n", "latin-1").replace("\x9f", "?").replace("\x80", "?"),
        ["mojibake", "it begins with 'id;Ð?"],
    ),
    "blank-that-was-another-letter": (
        _misread("id;Прибыль\n7;Подол Р\n", "cp1251").replace("Рѕ", "Р ", 1),
        ["line 2 cannot be restored at 'Рџ"],
    ),
    "mark-that-was-another-letter": (
        _misread("id;Прибыль\n7;Омск\n", "cp1251").replace("Рј", "Р\ufffd"),
        ["line 2 cannot be restored at 'РћР\ufffd"],
    ),
    "twice": (_misread(_misread("id;Прибыль\n7;5\n", "cp1251"), "cp1251"), ["mojibake", "cp1251"]),
}


@pytest.mark.parametrize(("content", "words"), CANNOT_BE_UNDONE.values(), ids=list(CANNOT_BE_UNDONE))
def test_mojibake_that_cannot_be_undone_is_named(content: str, words: list[str]) -> None:
    message = _refusal(content)
    for word in (*words, "restored only where a single reading is possible", "as UTF-8"):
        assert word in message


NOT_CERTAIN = {
    "ascii-header-proves-nothing": (
        "id;profit;city\n7;5;Омск\n".encode("koi8-r"),
        ["as cp1251 it begins with 'id;profit;city'", "as koi8-r", "any known column beyond ASCII"],
    ),
    "no-known-name": (
        "id;город\n7;Омск\n".encode("cp866"),
        ["as cp866 it begins with 'id;город'", "as iso8859-5"],
    ),
    "two-readings": (
        "id;прибыль;город\n7;5;«».\n".encode("cp1251"),
        ["can be read in 2 ways: as cp1251", "as mac-cyrillic"],
    ),
    "byte-without-a-letter": (
        "id;Прибыль\n7;5\n".encode("cp1251") + b"8;\x98\n",
        ["is cp1251, but for byte 0x98 in line 3"],
    ),
    "wrong-byte-in-the-header": (
        "id;Прибыль\n".encode().replace(b"\x9f", b"\xff"),
        ["is UTF-8, but for byte 0xD0 in line 1"],
    ),
    "wrong-byte-after-a-mark": (
        "\ufeff\ufffd\nid;Прибыль\n7;5\n".encode() + b"8;\xff\n",
        ["is UTF-8, but for byte 0xFF in line 4"],
    ),
    "half-a-letter": ("id;Прибыль\n7;5\n".encode("utf-16")[:-1], ["is UTF-16, but for byte 0x0A in line 2"]),
}


@pytest.mark.parametrize(("content", "words"), NOT_CERTAIN.values(), ids=list(NOT_CERTAIN))
def test_encoding_that_is_not_certain_is_refused_by_name(content: bytes, words: list[str]) -> None:
    message = _refusal(content)
    for word in (*words, "rule:", "cp866, KOI8-R, mac-cyrillic", "remedy:"):
        assert word in message


@pytest.mark.parametrize("codec", ["cp1251", "koi8-r", "mac-cyrillic"])
def test_misspelt_header_is_still_read(codec: str) -> None:
    text, encoding, _ = decode("id;Прибыл\n7;5\n".encode(codec), Path("money.csv"))
    assert (text, encoding) == ("id;Прибыл\n7;5\n", codec)
