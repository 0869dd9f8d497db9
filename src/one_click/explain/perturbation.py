"""Perturbed raw features: clients with some values changed, and whether a score depends on them."""

from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import BASE_FEATURES, COLUMNS

Score = Callable[[pd.DataFrame], NDArray[np.float64]]  # raw features of clients -> one score each

_DTYPES = {"whole": "int64", "number": "float64", "share": "float64", "flag": "bool", "category": "str"}


def with_values(clients: pd.DataFrame, values: Mapping[str, Any]) -> pd.DataFrame:
    """Return the clients with features set, each to one value or to one per row.

    A model makes its engineered features of them anew.
    """
    return clients.assign(**values).astype({name: _DTYPES[COLUMNS[name].kind] for name in values})


def mix(known: pd.DataFrame, others: pd.DataFrame, is_known: NDArray[np.bool_]) -> pd.DataFrame:
    """Return rows whose known features are those of one table, all else those of another.

    Parameters
    ----------
    known, others : DataFrame, shape (n, n_features)
        Raw features.
    is_known : ndarray of bool, shape (n, n_features)
        By row and raw feature, in the order of the vocabulary.
    """
    taken = {
        name: np.where(is_known[:, place], known[name], others[name])
        for place, name in enumerate(BASE_FEATURES)
    }
    return with_values(known.reset_index(drop=True), taken)


def moving_features(score: Score, clients: pd.DataFrame) -> list[str]:
    """Return the raw features whose exchange between clients changes some client's score."""
    before = score(clients)
    return [
        name
        for name in BASE_FEATURES
        if (score(with_values(clients, {name: np.roll(clients[name], 1)})) != before).any()
    ]


def is_possible(name: str, value: Any) -> bool:
    """Return whether a feature can have a value: a share above 1 or a negative count cannot be."""
    return POSSIBLE[COLUMNS[name].kind][1](value)


def _is_amount(value: Any) -> bool:
    """Return whether a value is a number from 0; True and False are none."""
    return isinstance(value, Real) and not isinstance(value, bool) and 0 <= float(value) < np.inf


POSSIBLE: dict[str, tuple[str, Callable[[Any], bool]]] = {  # kind -> its rule, and whether it is kept
    "whole": ("a whole number, at least 0", lambda value: _is_amount(value) and value % 1 == 0),
    "number": ("a number, at least 0", _is_amount),
    "share": ("a share from 0 to 1 (25% is 0.25)", lambda value: _is_amount(value) and value <= 1),
    "flag": ("True or False", lambda value: isinstance(value, bool | np.bool_)),
    "category": ("a text", lambda value: isinstance(value, str)),
}
