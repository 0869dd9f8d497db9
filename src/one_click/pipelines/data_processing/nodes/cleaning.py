"""Cleaning of text cells: blanks, marks of missing values, known misspellings, case."""

import unicodedata
from collections.abc import Callable, Iterator
from functools import partial

import pandas as pd

from one_click.columns import CLIENT_ID, COLUMNS, LINE, Column, Table, known_words, single_spaced
from one_click.parameters import DataProcessing

from .log_rows import log_rows

Rule = tuple[str, Callable[[pd.Series], pd.Series]]


def clean_cells(
    text: pd.DataFrame, table: Table, options: DataProcessing
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Clean the cells of every column by the rules of its kind.

    Returns
    -------
    cleaned : DataFrame
        In this store's words.
    repairs : list of DataFrame
        Log rows of the changed cells.
    """
    cleaned, repairs = text.copy(), []
    for column in table.columns:
        before = text[column.name]
        for rule, clean in _rules(column, table, options):
            after = clean(before)
            changed = before != after
            if changed.any():
                repairs.append(
                    log_rows(text[changed], table.name, rule, column.name, before[changed], after[changed])
                )
            before = after
        cleaned[column.name] = _in_our_words(before, options.other_store.words_of(table, column))
    return cleaned, repairs


def _rules(column: Column, table: Table, options: DataProcessing) -> Iterator[Rule]:
    """Yield the rules by which cells of a column are cleaned, in order."""
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


def _by_word(clean: Callable[[str], str], cells: pd.Series) -> pd.Series:
    """Clean each different cell once: there are few of them, and many rows."""
    codes, words = pd.factorize(cells)
    cleaned = pd.Series([clean(word) for word in words], dtype=cells.dtype)
    return cleaned.take(codes).set_axis(cells.index)


def repairs_of_the_file(raw: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return log rows of what was repaired to read the file at all; in the header they are of no client."""
    repairs = pd.DataFrame(raw.attrs.get("repairs", []), columns=[LINE, "old", "new", "rule"])
    of_rows = raw[raw[LINE].isin(repairs[LINE])].set_index(LINE)[COLUMNS[CLIENT_ID].source]
    rows = repairs.assign(**{CLIENT_ID: of_rows.reindex(repairs[LINE]).fillna("").to_numpy()})
    return log_rows(rows, table.name, rows["rule"], old=rows["old"], new=rows["new"])
