"""The small grammar in which segments and offers say whom they are for."""

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from one_click.columns import BASE_FEATURES, COLUMNS, PROFIT, Kind
from one_click.errors import nearest

# A signal and the feature in which it shows.
RISK_SIGNALS: dict[str, str] = {
    "minutes_drop": "minutes_current",
    "revenue_drop": "revenue_current",
    "low_pages": "pages_per_visit",
}

# Columns of the decision table beside those of the vocabulary. The target is not among what may be asked:
# a month to be scored has none.
DECISION_COLUMNS: dict[str, Kind] = {
    "probability": "share",
    "profit_at_risk": "number",
    "at_risk": "flag",
    "valuable": "flag",
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


class Declared(BaseModel):
    """Base of what is declared in a list of parameters: immutable, with a hint for a misspelt key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, raw: Any) -> Any:
        keys = [field.alias or name for name, field in cls.model_fields.items()]
        unknown = [key for key in raw if key not in keys] if isinstance(raw, dict) else []
        if unknown:
            raise ValueError(f"no such key '{unknown[0]}'; {nearest(str(unknown[0]), keys)}")
        return raw


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
        Borders in the column's own unit; the lower one belongs to the range, the upper one does not.
    one_of : tuple of str
        Values in the store's own words.
    is_ : bool, optional
        The value of a flag; written ``is``.
    """

    SUBJECTS: ClassVar[tuple[str, ...]] = ("column", "reason", "signal")

    column: str = ""
    reason: tuple[str, ...] = ()
    signal: tuple[str, ...] = ()
    at_least: float | None = None
    below: float | None = None
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
        _check_names(self.reason, BASE_FEATURES, "feature")
        _check_names(self.signal, RISK_SIGNALS, "risk signal")
        if self.column:
            self._check_column()
        elif self.tests:
            raise ValueError(f"a {subjects[0]} is there or not: '{self.tests[0]}' has no place here")
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

    def _check_column(self) -> None:
        _check_names((self.column,), (*BASE_FEATURES, PROFIT, *DECISION_COLUMNS), "column")
        kind = DECISION_COLUMNS.get(self.column) or COLUMNS[self.column].kind
        if not self.tests or not set(self.tests) <= set(_TESTS[kind]):
            raise ValueError(
                f"'{self.column}' is a {kind} column and is tested with {' or '.join(_TESTS[kind])}; "
                f"found {' and '.join(self.tests) or 'no test'}"
            )
        if self.column == "main_reason":
            _check_names(self.one_of, BASE_FEATURES, "feature")
        self._check_borders(kind)

    def _check_borders(self, kind: Kind) -> None:
        borders = [border for border in (self.at_least, self.below) if border is not None]
        if kind == "share" and not all(0 <= border <= 1 for border in borders):
            raise ValueError(f"'{self.column}' is a share from 0 to 1; found {borders}")
        if len(borders) == 2 and borders[0] >= borders[1]:
            raise ValueError(f"no '{self.column}' is at least {borders[0]} and below {borders[1]}")


def _check_names(names: Any, known: Any, what: str) -> None:
    for name in names:
        if name not in known:
            raise ValueError(f"unknown {what} '{name}'; {nearest(name, known)}")
