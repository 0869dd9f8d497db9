"""From text to typed tables: repairs of known misspellings, and the faults of single rows."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pandas as pd
import pyarrow as pa

from one_click.columns import (
    CLIENT_ID,
    COLUMNS,
    FLAG_VALUES,
    LINE,
    MONTHS,
    PERIOD,
    TARGET_VALUES,
    Column,
    Table,
    known_words,
    single_spaced,
)
from one_click.datasets.dialects import EXPONENT, number_pattern
from one_click.errors import DataError, masked, shorten
from one_click.parameters import DataProcessing
from one_click.parameters.other_store import OtherStore

Signs = tuple[str, str]

EVENT_COLUMNS = ("table", LINE, CLIENT_ID, "column", "old_value", "new_value", "rule")
_WHOLE = r"[+-]?[0-9]{1,18}(?:\.0*)?"
_PLAIN_WHOLE = r"0|-?[1-9][0-9]{0,17}"
_NUMBER = r"[+-]?(?:[0-9]{1,18}\.?[0-9]*|\.[0-9]+)" + f"(?:{EXPONENT})?"
_UNREADABLE = {"id": "not_a_whole_number", "whole": "not_a_whole_number"}
_NOT_A_NUMBER = "not_a_number"


def parse_table(
    raw: pd.DataFrame, table: Table, signs: Signs, options: DataProcessing
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Repair known misspellings, convert text to types and list the rows for which that fails.

    Parameters
    ----------
    raw : DataFrame
        Text columns under the store's headers, and `line`.
    table : Table
        The table's columns.
    signs : (str, str)
        The file's decimal sign, and its sign between thousands (empty if there is none).
    options : DataProcessing
        The rules.

    Returns
    -------
    parsed : DataFrame
        Typed columns under the project's names, and `line`; only rows without a fault.
    repairs, faults : DataFrame
        One row per mended cell and per faulty cell: table, line, client_id, column, old and new value, rule.

    Raises
    ------
    DataError
        If numbers are unreadable and the options say to stop.
    """
    text = _select(raw, table)
    mended, repairs = _repair(text, table, options, _mends_of_the_file(raw, table))
    converted, faults = _convert(mended, table, signs)
    if options.unreadable_numbers == "stop":
        _stop_at_unreadable(faults, raw.attrs.get("path", table.file), table, options.other_store)
    parsed = without_lines(converted, faults[LINE])
    duplicates = _duplicates(parsed, table)
    parsed = without_lines(parsed, duplicates[LINE]).reset_index(drop=True)
    types = {column.name: "int64" for column in table.columns if column.kind in ("id", "whole")}
    types |= {column.name: "bool" for column in table.columns if column.kind == "flag"}
    repairs = _with_plain_ids(repairs, text[CLIENT_ID], converted[CLIENT_ID])
    faults = _with_plain_ids(faults, mended[CLIENT_ID], converted[CLIENT_ID])
    return parsed.astype(types), repairs, _join_events([faults, duplicates])


def without_lines(rows: pd.DataFrame, lines: pd.Series) -> pd.DataFrame:
    """Return the rows of a table that do not stand on one of these lines of its file."""
    return rows[~rows[LINE].isin(lines)] if len(lines) else rows


def events(
    rows: pd.DataFrame, table: str, rule: object, column: str = "", old: object = "", new: object = ""
) -> pd.DataFrame:
    """List rows of a table under one rule.

    Parameters
    ----------
    rows : DataFrame
        The rows, with `line` and `client_id`.
    table, column : str
        Table, and column at fault (empty where the whole row is).
    rule, old, new : object
        Rule, and values before and after: one for all, or one per row.

    Returns
    -------
    DataFrame with the columns of `repairs` and `rejected_rows`
    """
    frame = rows[[LINE, CLIENT_ID]].assign(
        table=table, column=column, old_value=old, new_value=new, rule=rule
    )
    text = {name: "str" for name in EVENT_COLUMNS if name != LINE}
    return frame[list(EVENT_COLUMNS)].astype({LINE: "int64", **text})


def _mends_of_the_file(raw: pd.DataFrame, table: Table) -> pd.DataFrame:
    """List what was mended before the cells were read; in the header it is of no client."""
    mends = pd.DataFrame(raw.attrs.get("mends", []), columns=[LINE, "old", "new", "rule"])
    of_rows = raw[raw[LINE].isin(mends[LINE])].set_index(LINE)[COLUMNS[CLIENT_ID].source]
    rows = mends.assign(**{CLIENT_ID: of_rows.reindex(mends[LINE]).fillna("").to_numpy()})
    return events(rows, table.name, rows["rule"], old=rows["old"], new=rows["new"])


def _no_events(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    return events(rows.head(0), table.name, "")


def _join_events(frames: list[pd.DataFrame]) -> pd.DataFrame:
    joined = pd.concat(frames, ignore_index=True)
    return joined.sort_values([LINE, "column"], kind="stable", ignore_index=True)


def _with_plain_ids(listed: pd.DataFrame, written: pd.Series, ids: pd.Series) -> pd.DataFrame:
    """Name clients by their number, however the file writes it: with zeros before it, blanks or decimals."""
    odd = ~listed[CLIENT_ID].str.fullmatch(_PLAIN_WHOLE)
    if not odd.any():
        return listed
    numbers = pd.Series(ids.to_numpy(), index=written.to_numpy()).dropna().astype("int64")
    plain = listed[CLIENT_ID].map(numbers[~numbers.index.duplicated()]).dropna().astype("int64").astype("str")
    return listed.assign(**{CLIENT_ID: plain.reindex(listed.index).fillna(listed[CLIENT_ID])})


def _select(raw: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Take the table's columns under the project's names; an optional column that is absent is all blank."""
    absent = {column.source: "" for column in table.columns if column.source not in raw.columns}
    names = {column.source: column.name for column in table.columns}
    text = raw.assign(**absent)[[*names, LINE]].rename(columns=names)
    text.attrs = {}  # else the file's path would be stored with every table made from it
    return text


def _repair(
    text: pd.DataFrame, table: Table, options: DataProcessing, before_that: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    mended, repairs = text.copy(), [before_that]
    for column in table.columns:
        before = text[column.name]
        for rule, mend in _mends(column, table, options):
            after = mend(before)
            changed = before != after
            if changed.any():
                repairs.append(
                    events(text[changed], table.name, rule, column.name, before[changed], after[changed])
                )
            before = after
        mended[column.name] = _in_our_words(before, options.other_store.words_of(table, column))
    return mended, _join_events(repairs)


def _mends(
    column: Column, table: Table, options: DataProcessing
) -> Iterator[tuple[str, Callable[[pd.Series], pd.Series]]]:
    """Yield the rules by which cells of a column are mended, in order."""
    marks = [form for mark in options.missing_marks for form in (mark, mark.lower(), mark.upper())]
    words = (*known_words(column, table), *options.other_store.words_of(table, column))
    has_words = column.kind in ("flag", "target", "period", "category")
    yield "blanks_trimmed", partial(_by_word, single_spaced) if has_words else lambda cells: cells.str.strip()
    if has_words:
        yield "accents_joined", partial(_by_word, partial(unicodedata.normalize, "NFC"))
    yield "missing_mark", partial(_blank_out, marks)
    if spellings := options.spellings.get(column.name):
        yield "known_misspelling", lambda cells: cells.replace(spellings)
    if words:
        in_right_case = {word.casefold(): word for word in words}
        yield "case_changed", partial(_by_word, lambda word: in_right_case.get(word.casefold(), word))


def _in_our_words(cells: pd.Series, ours: dict[str, str]) -> pd.Series:
    return _by_word(lambda word: ours.get(word, word), cells) if ours else cells


def _blank_out(marks: list[str], cells: pd.Series) -> pd.Series:
    marked = cells.isin(marks)
    return cells.mask(marked, "") if marked.any() else cells


def _by_word(mend: Callable[[str], str], cells: pd.Series) -> pd.Series:
    """Mend each different cell once, as there are few."""
    codes, words = pd.factorize(cells)
    mended = pd.Series([mend(word) for word in words], dtype=cells.dtype)
    return mended.take(codes).set_axis(cells.index)


def _convert(text: pd.DataFrame, table: Table, signs: Signs) -> tuple[pd.DataFrame, pd.DataFrame]:
    converted, faults = text.copy(), [_no_events(text, table)]
    for column in table.columns:
        cells = text[column.name]
        converted[column.name], rules = _convert_column(cells, column, table, signs)
        for rule, broken in rules.items():
            if broken.any():
                faults.append(events(text[broken], table.name, rule, column.name, cells[broken]))
    return converted, _join_events(faults)


def _convert_column(
    cells: pd.Series, column: Column, table: Table, signs: Signs
) -> tuple[pd.Series, dict[str, pd.Series]]:
    """Return the typed values and, for each broken rule, which cells break it."""
    blank = cells == ""
    if column.kind == "target":
        values = _look_up(cells, TARGET_VALUES).astype("float64")
        return values, {"unknown_value": values.isna() & ~blank}
    if column.kind == "category":
        return cells, {"missing_value": blank}
    if column.kind in ("flag", "period"):
        meanings = FLAG_VALUES if column.kind == "flag" else MONTHS
        values = _look_up(cells, {word: meanings[word] for word in known_words(column, table)})
        return values, {"missing_value": blank, "unknown_value": values.isna() & ~blank}
    values, readable = _numbers(cells, column, signs)
    unreadable = _UNREADABLE.get(column.kind, _NOT_A_NUMBER)
    broken = {"missing_value": blank, unreadable: ~readable & ~blank, "negative_value": values < 0}
    if column.kind == "share":
        broken["above_one"] = values > 1
    if column.name == "monthly_profit":
        del broken["negative_value"]  # a client may cost more than he brings
    return values, broken


def _look_up(cells: pd.Series, meanings: Mapping[str, Any]) -> pd.Series:
    """Return what each cell means; each different one is looked up once, as there are few."""
    codes, words = pd.factorize(cells)
    return pd.Series(words).map(meanings).take(codes).set_axis(cells.index)


def _numbers(cells: pd.Series, column: Column, signs: Signs) -> tuple[pd.Series, pd.Series]:
    decimal, thousands = signs
    if thousands:
        grouped = cells.str.fullmatch(number_pattern(decimal, thousands))
        for sign in thousands:
            cells = cells.mask(grouped, cells.str.replace(sign, "", regex=False))
    pointed = cells.str.replace(decimal, ".", regex=False) if decimal != "." else cells
    if column.kind not in ("id", "whole"):
        readable = pointed.str.fullmatch(_NUMBER)
        if readable.all():
            return _cast(pointed, pa.float64()), readable
        return pd.to_numeric(pointed.where(readable)).astype("float64"), readable
    if pointed.str.fullmatch(_PLAIN_WHOLE).all():
        return _cast(pointed, pa.int64()).astype("Int64"), pd.Series(True, index=cells.index)
    readable = pointed.str.fullmatch(_WHOLE)
    # Not by way of a float, which would make neighbouring client numbers of 17 digits one client.
    whole = pointed.where(readable).str.replace(r"^\+|\.0*$", "", regex=True)
    return whole.astype("Int64"), readable


def _cast(cells: pd.Series, kind: pa.DataType) -> pd.Series:
    """Convert text that is known to hold numbers alone."""
    text = pa.array(cells.array, type=pa.large_string())
    return pd.Series(text.cast(kind).to_numpy(), index=cells.index)


def _stop_at_unreadable(faults: pd.DataFrame, file: str, table: Table, store: OtherStore) -> None:
    unreadable = faults[faults["rule"].isin([_NOT_A_NUMBER, *_UNREADABLE.values()])]
    if unreadable.empty:
        return
    name = unreadable["column"].iloc[0]
    cells = unreadable[unreadable["column"] == name]
    column = next(column for column in table.columns if column.name == name)
    kind = "whole number" if column.kind in _UNREADABLE else "number"
    raise DataError(
        f"Not a {kind}: {shorten(repr(tellable(name, value)) for value in cells['old_value'].unique())}.",
        file=file,
        column=f"{store.header(table.name, column)} ({name} in the project)",
        rows=f"lines {shorten(cells[LINE])}",
        rule=f"the column holds {kind}s",
        remedy="mend the cells, or set data_processing.unreadable_numbers to 'reject' "
        "to exclude these clients and list them in rejected_rows",
    )


def tellable(column: str, cell: str) -> str:
    """Return a cell as a message may repeat it, without the number of a client."""
    return masked(cell) if column == CLIENT_ID else cell


def _duplicates(parsed: pd.DataFrame, table: Table) -> pd.DataFrame:
    """List repeated rows: of equal ones all but the first, of contradicting ones all."""
    key = [CLIENT_ID, PERIOD] if table.months else [CLIENT_ID]
    values = [column.name for column in table.columns]
    repeated = parsed[parsed.duplicated(key, keep=False)]
    equal = repeated.duplicated(values, keep=False)
    later = repeated.duplicated(values, keep="first")
    copies = repeated.groupby(values, dropna=False)[LINE].transform("size")
    contradicting = repeated.groupby(key)[LINE].transform("size") != copies
    return _join_events(
        [
            events(repeated[equal & later & ~contradicting], table.name, "repeated_row"),
            events(repeated[contradicting], table.name, "contradicting_rows"),
        ]
    )
