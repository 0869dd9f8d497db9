"""What a marketer declares: segments, offers, and the conditions that say whom they are for."""

from collections.abc import Sequence
from string import Formatter
from typing import Any, ClassVar, Literal, Self

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

NO_OFFER = "none"
_CODE = r"^[a-z][a-z0-9_]*$"

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


class Segment(Declared):
    """A segment: the clients that fit its conditions and none of the segments before it.

    Attributes
    ----------
    code : str
        Name in data.
    title_ru, title_en, description_ru, description_en : str
        What readers see.
    conditions : tuple of Condition
        All must hold; only the last segment has none.
    """

    code: str = Field(pattern=_CODE)
    title_ru: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    description_ru: str = Field(min_length=1)
    description_en: str = Field(min_length=1)
    conditions: tuple[Condition, ...] = ()

    @property
    def at_risk(self) -> bool:
        """Whether the segment holds only clients at risk."""
        return any(condition.column == "at_risk" and condition.is_ for condition in self.conditions)


class Effect(Declared):
    """Assumed share of declines that an offer prevents: low <= base <= high, from 0 to 1."""

    low: float = Field(ge=0, le=1)
    base: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.base <= self.high:
            raise ValueError(f"low <= base <= high; found {self.low}, {self.base}, {self.high}")
        return self


class Offer(Declared):
    """An offer to clients at risk.

    Attributes
    ----------
    code : str
        Name in data.
    title_ru, title_en : str
        What marketers see.
    text_ru, text_en : str
        What the client sees; ``{category}`` stands for the client's popular category.
    channel : {"email", "push", "on_site"}
        Where the client sees it.
    needs_consent : bool
        Whether only clients that allow messages may get it; true for every message.
    cost : float
        Profit units per client.
    conditions : tuple of Condition
        All must hold; without any, the offer suits every client at risk.
    effect : Effect
        An assumption until a campaign has been read back.
    """

    code: str = Field(pattern=_CODE)
    title_ru: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    text_ru: str = Field(min_length=1)
    text_en: str = Field(min_length=1)
    channel: Literal["email", "push", "on_site"]
    needs_consent: bool
    cost: float = Field(ge=0)
    conditions: tuple[Condition, ...] = ()
    effect: Effect

    @field_validator("text_ru", "text_en")
    @classmethod
    def _known_placeholders(cls, text: str) -> str:
        for _, placeholder, _, _ in Formatter().parse(text):
            if placeholder not in (None, "category"):
                raise ValueError(f"unknown placeholder '{{{placeholder}}}'; valid is {{category}}")
        return text

    @model_validator(mode="after")
    def _lawful(self) -> Self:
        if self.channel != "on_site" and not self.needs_consent:
            raise ValueError(f"'{self.code}' is a message ({self.channel}): needs_consent must be true")
        if self.code == NO_OFFER:
            raise ValueError(f"the code '{NO_OFFER}' stands for no offer")
        return self


def refuse_repeated(codes: Sequence[str], what: str) -> None:
    """Raise a ValueError if two declarations share a code."""
    for code in codes:
        if codes.count(code) > 1:
            raise ValueError(f"the {what} '{code}' is declared more than once")
