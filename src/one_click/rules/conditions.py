"""Conditions on a client: how they are declared, and for whom they hold."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self

import pandas as pd
from pydantic import Field, FiniteFloat, field_validator, model_validator

from one_click.columns import BASE_FEATURES, COLUMNS, PROFIT, Kind
from one_click.errors import DeclarationError, nearest, share_hint

from .declared import Declared
from .signals import RISK_SIGNALS

SEPARATOR = ", "  # between several names in one cell

# Columns of the decision table beside those of the vocabulary. The target is not among what may be asked:
# a month to be scored has none.
DECISION_COLUMNS: dict[str, Kind] = {
    "probability": "share",
    "profit_at_risk": "number",
    "at_risk": "flag",
    "valuable": "flag",
    "may_be_messaged": "flag",
    "main_reason": "category",
    "segment": "category",
}

_TESTS: dict[str, tuple[str, ...]] = {
    "flag": ("is",),
    "category": ("one_of",),
    "whole": ("at_least", "below"),
    "number": ("at_least", "below"),
    "share": ("at_least", "below"),
}


class Condition(Declared):
    """One condition on a client; exactly one of `column`, `reason` and `signal` is given.

    Attributes
    ----------
    column : str
        A feature, the monthly profit or a column of `DECISION_COLUMNS`; tested with `at_least` and `below`
        (numbers; both together are a range), `one_of` (categories) or `is` (flags).
    reason : tuple of str
        Features, at least one of which is among the client's own reason codes.
    signal : tuple of str
        Risk signals, at least one of which the client shows.
    at_least, below : float, optional
        Thresholds in the column's own unit; the lower one belongs to the range, the upper one does not.
    one_of : tuple of str
        Values in the store's own words.
    is_ : bool, optional
        The value of a flag; written ``is``.
    """

    SUBJECTS: ClassVar[tuple[str, ...]] = ("column", "reason", "signal")

    column: str = ""
    reason: tuple[str, ...] = ()
    signal: tuple[str, ...] = ()
    at_least: FiniteFloat | None = None
    below: FiniteFloat | None = None
    one_of: tuple[str, ...] = ()
    is_: bool | None = Field(default=None, alias="is")

    @field_validator("reason", "signal", "one_of", mode="before")
    @classmethod
    def _single_name(cls, raw: Any) -> Any:
        return (raw,) if isinstance(raw, str) else raw

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        subjects = [name for name in self.SUBJECTS if getattr(self, name)]
        if len(subjects) != 1:
            raise ValueError(
                f"a condition names exactly one of {', '.join(self.SUBJECTS)}; "
                f"this one names {' and '.join(subjects) or 'none'}"
            )
        _check_names(self.reason, BASE_FEATURES, "feature", "reason")
        _check_names(self.signal, RISK_SIGNALS, "risk signal", "signal")
        if self.column:
            self._check_column()
        elif self.tests:
            test = self.tests[0]
            raise DeclarationError(f"a {subjects[0]} is there or not: '{test}' has no place here", test)
        return self

    @property
    def tests(self) -> tuple[str, ...]:
        """Names of the tests that the condition makes on its column."""
        given = {
            "at_least": self.at_least is not None,
            "below": self.below is not None,
            "one_of": bool(self.one_of),
            "is": self.is_ is not None,
        }
        return tuple(name for name, is_given in given.items() if is_given)

    @property
    def text(self) -> str:
        """The condition in the words of the configuration.

        Examples
        --------
        >>> Condition(column="pages_per_visit", at_least=2, below=5).text
        'pages_per_visit at_least 2 and below 5'
        """
        if self.one_of:
            return f"{self.column} one_of [{', '.join(self.one_of)}]"
        if self.is_ is not None:
            return f"{self.column} is {str(self.is_).lower()}"
        if not self.column:
            subject = "reason" if self.reason else "signal"
            return f"{subject} [{', '.join(self.reason or self.signal)}]"
        thresholds = {"at_least": self.at_least, "below": self.below}
        tests = [
            f"{name} {plain(threshold)}" for name, threshold in thresholds.items() if threshold is not None
        ]
        return f"{self.column} {' and '.join(tests)}"

    def _check_column(self) -> None:
        _check_names((self.column,), (*BASE_FEATURES, PROFIT, *DECISION_COLUMNS), "column", "column")
        kind = kind_of(self.column)
        if not self.tests or not set(self.tests) <= set(_TESTS[kind]):
            raise ValueError(
                f"'{self.column}' is a {kind} column and is tested with {' or '.join(_TESTS[kind])}; "
                f"found {' and '.join(self.tests) or 'no test'}"
            )
        if self.column == "main_reason":
            _check_names(self.one_of, BASE_FEATURES, "feature", "one_of")
        self._check_thresholds(kind)

    def _check_thresholds(self, kind: Kind) -> None:
        for name in ("at_least", "below"):
            threshold = getattr(self, name)
            if kind == "share" and threshold is not None and not 0 <= threshold <= 1:
                hint = share_hint(threshold)
                raise DeclarationError(
                    f"'{self.column}' is a share from 0 to 1; found {plain(threshold)}{hint}", name
                )
        if self.at_least is not None and self.below is not None and self.at_least >= self.below:
            raise DeclarationError(
                f"no '{self.column}' is at least {plain(self.at_least)} and below {plain(self.below)}. "
                f"Rule: at_least lies under below. Remedy: below above {plain(self.at_least)}",
                "below",
            )


def _check_names(names: Sequence[str], known: Any, what: str, key: str) -> None:
    for position, name in enumerate(names):
        if name not in known:
            place = (key, position) if len(names) > 1 else (key,)
            raise DeclarationError(f"unknown {what} '{name}'; {nearest(name, known)}", *place)


def kind_of(column: str) -> Kind:
    """Return of which kind the values of a column of the decision table are."""
    return DECISION_COLUMNS.get(column) or COLUMNS[column].kind


def plain(number: float) -> str:
    """Write a number as it stands in a configuration.

    Examples
    --------
    >>> plain(5.0), plain(0.25), plain(1234567.5)
    ('5', '0.25', '1234567.5')
    """
    return f"{number:.12g}"


def texts(conditions: Iterable[Condition]) -> str:
    """Write conditions in the words of the configuration."""
    return "; ".join(condition.text for condition in conditions)


def matches(conditions: Sequence[Condition], table: pd.DataFrame) -> pd.Series:
    """Return for which clients all conditions hold.

    Parameters
    ----------
    conditions : sequence of Condition
        Without any, every client fits.
    table : DataFrame, one row per client
        The decision table.

    Returns
    -------
    Series of bool, with the table's index
    """
    fits = pd.Series(True, index=table.index)
    for condition in conditions:
        fits &= _holds(condition, table)
    return fits


def _holds(condition: Condition, table: pd.DataFrame) -> pd.Series:
    if condition.reason:
        return _names_any(table["reasons"], condition.reason)
    if condition.signal:
        return _names_any(table["signals"], condition.signal)
    column = table[condition.column]
    if condition.one_of:
        return column.isin(condition.one_of)
    if condition.is_ is not None:
        return column == condition.is_
    lower = column >= condition.at_least if condition.at_least is not None else True
    upper = column < condition.below if condition.below is not None else True
    return lower & upper


def _names_any(cells: pd.Series, names: Sequence[str]) -> pd.Series:
    return pd.Series([not set(names).isdisjoint(cell.split(SEPARATOR)) for cell in cells], index=cells.index)
