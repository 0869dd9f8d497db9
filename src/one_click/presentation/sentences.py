"""Sentences and words in both languages beside the rows that they describe."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from one_click.columns import LANGUAGES, Language, Words


def add_sentences(table: pd.DataFrame, describe: Callable[[dict[str, Any], Language], str]) -> pd.DataFrame:
    """Return a table with a sentence about each row, in the columns `sentence_ru` and `sentence_en`.

    Parameters
    ----------
    table : DataFrame
    describe : callable
        Row as a dictionary, language -> sentence.
    """
    rows = table.to_dict("records")
    sentences = {f"sentence_{language}": [describe(row, language) for row in rows] for language in LANGUAGES}
    return table.assign(**sentences)


def add_words(table: pd.DataFrame, column: str, words: Mapping[str, Words]) -> pd.DataFrame:
    """Return a table with what the codes of a column mean, in the columns `<column>_ru` and `<column>_en`."""
    told = {
        f"{column}_{language}": table[column].map({code: one[language] for code, one in words.items()})
        for language in LANGUAGES
    }
    return table.assign(**told).astype(dict.fromkeys(told, "str"))
