"""Functions that are watched: whatever is asked of them, they leave their tables as they were."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pandas as pd

P = ParamSpec("P")
R = TypeVar("R")


def purely(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function, each call of which also checks that no table given to it is changed."""

    @wraps(function)
    def watched(*args: P.args, **kwargs: P.kwargs) -> R:
        given = list(_tables([*args, *kwargs.values()]))
        before = [table.copy() for table in given]
        made = function(*args, **kwargs)
        for table, copy in zip(given, before, strict=True):
            assert table.equals(copy), "a given table was changed"
            assert table.attrs == copy.attrs, "what is noted about a given table was changed"
        return made

    return watched


def _tables(given: list[Any]) -> Iterator[pd.DataFrame]:
    for one in given:
        if isinstance(one, pd.DataFrame):
            yield one
        elif isinstance(one, dict):
            yield from _tables(list(one.values()))
