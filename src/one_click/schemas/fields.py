"""Columns of stored tables: what their cells hold, in which unit, and what they mean."""

from collections.abc import Callable, Iterable
from typing import Any

import pandera.pandas as pa

from one_click.columns import COLUMNS, label

MONEY = "profit units"
Columns = dict[str, tuple[Any, Any]]  # name -> annotation and field, as in the body of a class

_SLACK = 1e-9  # what is calculated may pass the end of its range by a rounding error
_CELLS: dict[str, tuple[str, dict[str, Any]]] = {
    "integer": ("whole numbers", {}),
    "whole": ("whole numbers from 0", {"ge": 0}),
    "number": ("numbers", {}),
    "amount": ("numbers from 0", {"ge": -_SLACK}),
    "share": ("numbers from 0 to 1", {"in_range": (-_SLACK, 1 + _SLACK)}),
    "correlation": ("numbers from -1 to 1", {"in_range": (-1 - _SLACK, 1 + _SLACK)}),
    "flag": ("true or false", {}),
    "text": ("text", {}),
    "list": ("lists of numbers", {}),
    "label": ("0 or 1", {"isin": [0, 1]}),
}
_KINDS: dict[str, tuple[type, str]] = {
    "id": (int, "integer"),
    "whole": (int, "whole"),
    "number": (float, "number"),
    "share": (float, "share"),
    "flag": (bool, "flag"),
    "category": (str, "text"),
}


def _field(kind: str, what: str, **options: Any) -> Any:
    cells, checks = _CELLS[kind]
    return _described(what, cells, checks, **options)


def _described(
    what: str,
    cells: str,
    checks: dict[str, Any],
    *,
    unit: str = "",
    missing: str = "",
    column: str = "",
    is_key: bool = False,
) -> Any:
    return pa.Field(
        **checks,
        nullable=bool(missing),
        alias=column or None,
        description=f"{what}; missing {missing}" if missing else what,
        metadata={"cells": f"{cells} or nothing" if missing else cells, "unit": unit, "key": is_key},
    )


def key(what: str = "Number of the client") -> Any:
    """Return a column of whole numbers that tells rows apart, with the other keys of its table."""
    return _field("integer", what, is_key=True)


def text_key(what: str) -> Any:
    """Return a column of text that tells rows apart, with the other keys of its table."""
    return _field("text", what, is_key=True)


def client() -> Any:
    """Return the number of a client who may stand in several rows."""
    return _field("integer", "Number of the client")


def whole(what: str, *, unit: str = "", missing: str = "") -> Any:
    """Return a column of whole numbers from 0."""
    return _field("whole", what, unit=unit, missing=missing)


def signed(what: str) -> Any:
    """Return a column of whole numbers that may be below 0."""
    return _field("integer", what)


def number(what: str, *, unit: str = "", missing: str = "", is_key: bool = False) -> Any:
    """Return a column of numbers."""
    return _field("number", what, unit=unit, missing=missing, is_key=is_key)


def amount(what: str, *, unit: str = "", missing: str = "") -> Any:
    """Return a column of numbers from 0."""
    return _field("amount", what, unit=unit, missing=missing)


def share(what: str, *, missing: str = "", is_key: bool = False) -> Any:
    """Return a column of numbers from 0 to 1."""
    return _field("share", what, missing=missing, is_key=is_key)


def correlation(what: str, *, missing: str = "") -> Any:
    """Return a column of numbers from -1 to 1."""
    return _field("correlation", what, missing=missing)


def flag(what: str, *, missing: str = "") -> Any:
    """Return a column of true and false."""
    return _field("flag", what, missing=missing)


def text(what: str, *, missing: str = "") -> Any:
    """Return a column of text."""
    return _field("text", what, missing=missing)


def one_of(*values: str, what: str, column: str = "", is_key: bool = False) -> Any:
    """Return a column of which each cell is one of some words."""
    cells = f"one of {', '.join(value or 'empty text' for value in values)}"
    return _described(what, cells, {"isin": values}, column=column, is_key=is_key)


def numbers(what: str) -> Any:
    """Return a column of lists of numbers."""
    return _field("list", what)


def outcome(*, missing: str = "") -> Any:
    """Return a column of what clients did."""
    return _field("label", "What the client did: 1 if activity declined, else 0", missing=missing)


def vocabulary(*names: str, is_key: bool = False) -> Columns:
    """Return columns of the vocabulary: kind, meaning and unit stand there, and nowhere else.

    Parameters
    ----------
    *names : str
    is_key : bool
        Whether the client number tells rows apart.
    """
    found: Columns = {}
    for name in names:
        column = COLUMNS[name]
        annotation, kind = _KINDS[column.kind]
        is_own = is_key and column.kind == "id"
        found[name] = (annotation, _field(kind, column.en, unit=column.unit_en, is_key=is_own))
    return found


def per_feature(names: Iterable[str], what: str, make: Callable[..., Any], **options: Any) -> Columns:
    """Return one column of numbers for each feature, such as its contribution.

    Parameters
    ----------
    names : iterable of str
        Features of the vocabulary.
    what : str
        What stands in the cells, with ``{}`` for the label of the feature.
    make : callable
        `number` or `amount`.
    **options
        Of `make`.
    """
    return {name: (float, make(what.format(label(name, "en")), **options)) for name in names}


def optional(columns: Columns) -> Columns:
    """Return the same columns, which a table may have or not."""
    return {name: (annotation | None, field) for name, (annotation, field) in columns.items()}
