"""Random corruptions of a snapshot's files: ``python -m benchmarks corruption SNAPSHOT [COUNT]``.

Each ends in one clear error, or in a table in which every value is that of the uncorrupted files or the one
that stands in the corrupted file, and every client that is missing is listed with a reason.
"""

import random
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from benchmarks.cost.plain_data_processing import process
from benchmarks.shared.parameters import read_section
from benchmarks.shared.stores import FILES
from one_click.columns import BASE_FEATURES, COLUMNS, PROFIT, TARGET
from one_click.datasets.raw_table import RawTableDataset
from one_click.errors import OneClickError
from one_click.parameters import DataProcessing
from one_click.schemas import RawTable
from one_click.schemas.data_processing import Clients

JUNK = (
    "", " ", "н/д", "NaN", "inf", "-1", "-0.5", "0", "1e9", "1e400", "1,5", "1.5", "1 234", "1,234", "0x10",
    "=1+1", '"', "'", ";", ",", "\t", "\n", "\0", "\ufeff", "😀", "да", "Снизилась", "снизилась", "9" * 30,
    "x" * 5000, "١٢",
)  # fmt: skip
ENCODINGS = (
    "cp1251", "utf-16", "utf-16-le", "utf-8-sig", "koi8-r", "cp866", "mac-cyrillic", "utf-7", "utf-16-be",
    "utf-32", "iso8859-5", "cp855",
)  # fmt: skip
Corrupt = Callable[[bytes, random.Random], bytes]


def one_byte(content: bytes, chance: random.Random) -> bytes:
    """Replace a byte."""
    place = chance.randrange(len(content))
    return content[:place] + bytes([chance.randrange(256)]) + content[place + 1 :]


def lost_bytes(content: bytes, chance: random.Random) -> bytes:
    """Leave out some bytes."""
    place = chance.randrange(len(content))
    return content[:place] + content[place + chance.randint(1, 40) :]


def more_bytes(content: bytes, chance: random.Random) -> bytes:
    """Put in some bytes."""
    place = chance.randrange(len(content))
    return content[:place] + chance.randbytes(chance.randint(1, 5)) + content[place:]


def cut_off(content: bytes, chance: random.Random) -> bytes:
    """Cut the end off."""
    return content[: chance.randrange(len(content))]


def _lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def lost_lines(content: bytes, chance: random.Random) -> bytes:
    """Leave out some lines, perhaps the header."""
    lines = _lines(content)
    place = chance.choice([0, chance.randrange(len(lines))])
    del lines[place : place + chance.choice([1, 1, 2, 10])]
    return b"".join(lines)


def doubled_line(content: bytes, chance: random.Random) -> bytes:
    """Write a line twice."""
    lines = _lines(content)
    return b"".join([*lines, chance.choice(lines)])


def shuffled_lines(content: bytes, chance: random.Random) -> bytes:
    """Shuffle all lines but the header."""
    header, *lines = _lines(content)
    chance.shuffle(lines)
    return b"".join([header, *lines])


def _cells(content: bytes) -> tuple[list[list[str]], str]:
    text = content.decode()
    separator = ";" if text.startswith("id;") else ","
    return [line.split(separator) for line in text.splitlines()], separator


def _join(rows: list[list[str]], separator: str) -> bytes:
    return "\n".join(separator.join(row) for row in rows).encode() + b"\n"


def junk_cell(content: bytes, chance: random.Random) -> bytes:
    """Write junk into some cells, perhaps of the header."""
    rows, separator = _cells(content)
    for _ in range(chance.choice([1, 1, 1, 5])):
        row = rows[chance.randrange(len(rows))]
        row[chance.randrange(len(row))] = chance.choice(JUNK)
    return _join(rows, separator)


def junk_column(content: bytes, chance: random.Random) -> bytes:
    """Write junk into a whole column."""
    rows, separator = _cells(content)
    place, junk = chance.randrange(len(rows[0])), chance.choice(JUNK)
    for row in rows[1:]:
        row[place] = junk
    return _join(rows, separator)


def lost_column(content: bytes, chance: random.Random) -> bytes:
    """Leave a column out."""
    rows, separator = _cells(content)
    place = chance.randrange(len(rows[0]))
    return _join([row[:place] + row[place + 1 :] for row in rows], separator)


def shifted_header(content: bytes, chance: random.Random) -> bytes:
    """Misspell, double or change the case of a header."""
    rows, separator = _cells(content)
    place = chance.randrange(len(rows[0]))
    name = rows[0][place]
    rows[0][place] = chance.choice([name.upper(), f" {name} ", name[:-1], name + "x", chance.choice(rows[0])])
    return _join(rows, separator)


def other_encoding(content: bytes, chance: random.Random) -> bytes:
    """Write the file in another encoding, a fitting one or not."""
    return content.decode().encode(chance.choice(ENCODINGS))


def wrong_reading(content: bytes, chance: random.Random) -> bytes:
    """Read the file in a wrong encoding and save it so, perhaps with a sign lost or flattened."""
    codec = chance.choice(["cp1251", "cp1252", "latin-1", "cp866", "koi8-r"])
    read = content.decode(codec, chance.choice(["replace", "ignore"]))
    return read.replace("\u00a0", chance.choice(["\u00a0", " ", ""])).encode()


def further_separators(content: bytes, chance: random.Random) -> bytes:
    """End the header, all rows or some of them with a separator more, perhaps with junk behind it."""
    rows, separator = _cells(content)
    some = chance.sample(range(1, len(rows)), 10)
    for place in chance.choice([range(1), range(1, len(rows)), range(len(rows)), some]):
        rows[place].append("")
    chance.choice(rows)[-1] += chance.choice(["", "", "x", " "])
    return _join(rows, separator)


def other_signs(content: bytes, chance: random.Random) -> bytes:
    """Replace a sign throughout, or in some lines."""
    lines = content.decode().splitlines()
    one, other = chance.sample([",", ";", "\t", ".", "|", " "], 2)
    chosen = set(chance.sample(range(len(lines)), chance.choice([1, 10, len(lines)])))
    return "\n".join(
        line.replace(one, other) if place in chosen else line for place, line in enumerate(lines)
    ).encode()


KINDS: tuple[Corrupt, ...] = (
    one_byte, lost_bytes, more_bytes, cut_off, lost_lines, doubled_line, shuffled_lines, junk_cell, junk_cell,
    junk_column, lost_column, shifted_header, other_encoding, other_signs, wrong_reading, further_separators,
)  # fmt: skip


def main(snapshot: str, count: int = 2000) -> None:
    """Corrupt, run, check and count."""
    folder = Path("data/01_raw") / snapshot
    whole = {name: (folder / f"{name}.csv").read_bytes() for name in FILES}
    options = read_section("data_processing", DataProcessing)
    truth, _ = run(whole, options)
    outcomes: Counter[tuple[str, str]] = Counter()
    for seed in range(count):
        chance = random.Random(seed)
        kind, name = chance.choice(KINDS), chance.choice(FILES)
        outcome = judge({**whole, name: kind(whole[name], chance)}, truth, options)
        outcomes[kind.__name__, outcome.split(":")[0]] += 1
        if outcome.startswith(("RAW", "SILENT")):
            print(f"seed {seed}, {kind.__name__} of {name}: {outcome}")
    table = pd.Series(outcomes).rename_axis(["kind", "outcome"]).reset_index(name="count")
    table = table.pivot_table(index="kind", columns="outcome", values="count", fill_value=0, aggfunc="sum")
    print(table.to_string(), "\n", table.sum().to_string(), sep="")


def run(files: dict[str, bytes], options: DataProcessing) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Return the clients of some files, and all tables with the raw ones among them."""
    with tempfile.TemporaryDirectory() as folder:
        raw = {}
        for name, content in files.items():
            path = Path(folder) / f"{name}.csv"
            path.write_bytes(content)
            raw[name] = RawTable(name).validate(RawTableDataset(filepath=str(path)).load())
    tables = process(raw, options)
    return Clients.validate(tables["clients"]).set_index("client_id"), {
        **tables,
        **raw,
    }


def judge(files: dict[str, bytes], truth: pd.DataFrame, options: DataProcessing) -> str:
    """Say how a run on corrupted files ended."""
    try:
        clients, tables = run(files, options)
    except Exception as error:
        cause = error.__cause__ if isinstance(error.__cause__, OneClickError) else error
        if isinstance(cause, OneClickError):
            return "clear error"
        return f"RAW: {type(error).__name__}: {error} {traceback.format_exc().splitlines()[-3]}"
    listed = set(tables["rejected_rows"]["client_id"])
    missing = [client for client in truth.index.difference(clients.index) if str(client) not in listed]
    if missing and not _is_gone(missing, tables):
        return f"SILENT: {len(missing)} clients are missing and not listed, such as {missing[0]}"
    changed = _changed(clients, truth)
    for client, column in changed:
        if column == TARGET and str(client) in listed and pd.isna(clients.loc[client, column]):
            continue  # a faulty label is listed, and leaves its client unlabelled
        if not _stands_there(client, column, clients, tables):
            return f"SILENT: {column} of {client} is {clients.loc[client, column]!r}"
    if changed:
        return "as written in the file"
    return "same table" if clients.equals(truth) else "listed"


def _is_gone(missing: list[int], tables: dict[str, pd.DataFrame]) -> bool:
    """Tell whether no file holds the clients any more."""
    return not any(tables[name]["id"].isin(list(map(str, missing))).any() for name in FILES)


def _changed(clients: pd.DataFrame, truth: pd.DataFrame) -> list[tuple[int, str]]:
    both = clients.index.intersection(truth.index)
    changed = []
    for column in (*BASE_FEATURES, PROFIT, TARGET):
        one, other = clients.loc[both, column], truth.loc[both, column]
        differs = (one != other) & ~(one.isna() & other.isna())
        changed += [(int(client), column) for client in both[differs.to_numpy()]]
    return changed


def _stands_there(client: int, column: str, clients: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> bool:
    """Tell whether a value is what the corrupted file says, read without the package's own rules."""
    value = clients.loc[client, column]
    for name in FILES:
        cells = tables[name]
        rows = cells[cells["id"].str.strip().str.replace(r"\.0*$", "", regex=True) == str(client)]
        for text in rows.drop(columns=["line", "id"]).to_numpy().ravel():
            if _says(str(text).strip(), value, column):
                return True
    return False


def _says(text: str, value: object, column: str) -> bool:
    if column == TARGET:
        blank = pd.isna(value)
        return text == "" if blank else text.lower() == ("снизилась" if value == 1 else "прежний уровень")
    if column == "allows_messages":
        return text == ("да" if value else "нет")
    if COLUMNS[column].kind == "category":
        return text == value
    try:
        return float(text.replace(",", ".").replace(" ", "")) == value
    except ValueError:
        return False
