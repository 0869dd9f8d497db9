"""Sentences in both languages beside the rows that they describe."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from one_click.columns import LANGUAGES, Language


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
