"""From text to typed tables, with log rows of repairs and of faults."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from one_click.columns import (
    CLIENT_ID,
    FLAG_VALUES,
    LINE,
    MONTHS,
    PERIOD,
    PROFIT,
    TABLES,
    TARGET,
    TARGET_VALUES,
    Column,
    Table,
    known_words,
)
from one_click.datasets.dialects import EXPONENT, number_pattern
from one_click.errors import DataError, shorten
from one_click.parameters import DataProcessing
from one_click.parameters.other_store import OtherStore

from .cleaning import clean_cells, repairs_of_the_file
from .faulty_tables import stop_at_faulty_tables
from .log_rows import join_sorted, log_rows, tellable, without_lines

Signs = tuple[str, str]
Parsed = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]

_WHOLE = r"[+-]?[0-9]{1,18}(?:\.0*)?"
_PLAIN_WHOLE = r"0|-?[1-9][0-9]{0,17}"
_NUMBER = r"[+-]?(?:[0-9]{1,18}\.?[0-9]*|\.[0-9]+)" + f"(?:{EXPONENT})?"
_UNREADABLE = {"id": "not_a_whole_number", "whole": "not_a_whole_number"}
_NOT_A_NUMBER = "not_a_number"


def parse_file(raw: pd.DataFrame, options: DataProcessing) -> Parsed:
    """Parse one of the store's files; which table it holds stands in its attrs. See `parse_table`."""
    return parse_table(raw, TABLES[raw.attrs["table"]], _signs(raw), options)


def parse_labels(raw: pd.DataFrame, options: DataProcessing) -> Parsed:
    """Parse the labels of a file; clients whose label is blank stay unlabelled.

    Parameters
    ----------
    raw : DataFrame
        A market_file, of this snapshot or of a later one; without its column if the month is only scored.
    options : DataProcessing

    Returns
    -------
    labels : DataFrame of `schemas.data_processing.Labels`
    repairs, faults : DataFrame
        See `parse_table`.

    Raises
    ------
    DataError
        If more than `max_rejected_share` of the labels break a rule.
    """
    parsed, repairs, faults = parse_table(raw, TABLES["label_file"], _signs(raw), options)
    file = raw.attrs.get("file", TABLES["label_file"].file)
    labels = pd.DataFrame({"table": ["label_file"], "file": [file], "rows": [len(raw)]})
    stop_at_faulty_tables(faults, labels, options.max_rejected_share, options.other_store)
    return parsed.dropna(subset=[TARGET], ignore_index=True), repairs, faults


def _signs(raw: pd.DataFrame) -> Signs:
    dialect = raw.attrs["dialect"]
    return dialect["decimal"], dialect["thousands"]


def parse_table(raw: pd.DataFrame, table: Table, signs: Signs, options: DataProcessing) -> Parsed:
    """Clean the cells of a table and convert them to types.

    Parameters
    ----------
    raw : DataFrame
        Text columns under the store's headers, and `line`.
    table : Table
    signs : (str, str)
        The file's decimal sign, and its sign between thousands (empty if there is none).
    options : DataProcessing

    Returns
    -------
    parsed : DataFrame of `schemas.data_processing.Parsed`
        Only rows without a fault.
    repairs : DataFrame of `schemas.data_processing.Repairs`
        One row per cleaned cell.
    faults : DataFrame of `schemas.data_processing.Faults`
        One row per cell that cannot be read, and per repeated row.

    Raises
    ------
    DataError
        If numbers are unreadable and the options say to stop.
    """
    text = _select(raw, table)
    cleaned, repairs = clean_cells(text, table, options)
    converted, faults = _convert(cleaned, table, signs)
    if options.unreadable_numbers == "stop":
        _stop_at_unreadable(faults, raw.attrs.get("path", table.file), table, options.other_store)
    # A row with a fault is left out for the fault alone, and contradicts no other row.
    parsed = without_lines(converted, faults[LINE])
    duplicates = _duplicates(parsed, table)
    parsed = without_lines(parsed, duplicates[LINE]).reset_index(drop=True)
    types = {column.name: "int64" for column in table.columns if column.kind in ("id", "whole")}
    types |= {column.name: "bool" for column in table.columns if column.kind == "flag"}
    logged = join_sorted([repairs_of_the_file(raw, table), *repairs])
    repairs_by_id = _with_plain_ids(logged, text[CLIENT_ID], converted[CLIENT_ID])
    faults = _with_plain_ids(faults, cleaned[CLIENT_ID], converted[CLIENT_ID])
    return parsed.astype(types), repairs_by_id, join_sorted([faults, duplicates])


def _with_plain_ids(listed: pd.DataFrame, written: pd.Series, ids: pd.Series) -> pd.DataFrame:
    """Write client numbers as whole numbers; a file may write zeros before them, blanks or decimals."""
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
    text.attrs = {}  # Parquet would store the file's path with every table made from it
    return text


def _convert(text: pd.DataFrame, table: Table, signs: Signs) -> tuple[pd.DataFrame, pd.DataFrame]:
    converted, faults = text.copy(), [log_rows(text.head(0), table.name, "")]
    for column in table.columns:
        cells = text[column.name]
        converted[column.name], rules = _convert_column(cells, column, table, signs)
        for rule, broken in rules.items():
            if broken.any():
                faults.append(log_rows(text[broken], table.name, rule, column.name, cells[broken]))
    return converted, join_sorted(faults)


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
    if column.name == PROFIT:
        del broken["negative_value"]  # a client may cost more than the store earns
    return values, broken


def _look_up(cells: pd.Series, meanings: Mapping[str, Any]) -> pd.Series:
    """Return what each cell means; each different one is looked up once: there are few of them."""
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
        remedy="correct the cells, or set data_processing.unreadable_numbers to 'reject' "
        "to exclude these clients and list them in rejected_rows",
    )


def _duplicates(parsed: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return log rows of repeated rows: of equal ones all but the first, of contradicting ones all."""
    key = [CLIENT_ID, PERIOD] if table.months else [CLIENT_ID]
    values = [column.name for column in table.columns]
    repeated = parsed[parsed.duplicated(key, keep=False)]
    equal = repeated.duplicated(values, keep=False)
    later = repeated.duplicated(values, keep="first")
    copies = repeated.groupby(values, dropna=False)[LINE].transform("size")
    contradicting = repeated.groupby(key)[LINE].transform("size") != copies
    return join_sorted(
        [
            log_rows(repeated[equal & later & ~contradicting], table.name, "repeated_row"),
            log_rows(repeated[contradicting], table.name, "contradicting_rows"),
        ]
    )
