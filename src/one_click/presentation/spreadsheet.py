"""What is safe to write into a file that a spreadsheet opens."""

import re
from typing import Any

import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t")
# Control characters: xlsx does not allow them, and what follows a \r would begin a new row of csv.
_ILLEGAL = re.compile(r"[\000-\010\013-\037]")


def defuse(value: Any) -> Any:
    """Return what a spreadsheet shows as it is: text never starts a formula, missing values are empty.

    Examples
    --------
    >>> defuse("=1+1"), defuse(-1.5), defuse("ok")
    ("'=1+1", -1.5, 'ok')
    """
    if isinstance(value, str):
        text = _ILLEGAL.sub("", value)
        return f"'{text}" if text.startswith(FORMULA_STARTS) else text
    return None if pd.isna(value) else value
