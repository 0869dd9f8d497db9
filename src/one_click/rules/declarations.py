"""What a marketer declares: segments, offers, and the conditions that say whom they are for."""

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from string import Formatter
from typing import Any, ClassVar, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, field_validator, model_validator

from one_click.columns import BASE_FEATURES, COLUMNS, PROFIT, Kind
from one_click.errors import DeclarationError, nearest, share_hint

# A signal and the feature in which it shows.
RISK_SIGNALS: dict[str, str] = {
    "minutes_drop": "minutes_current",
    "revenue_drop": "revenue_current",
    "low_pages": "pages_per_visit",
}

# A drop -> the column that fell, and those whose mean it fell from; where that mean is zero there is no drop.
_DROPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "minutes_drop": ("minutes_current", ("minutes_previous",)),
    "revenue_drop": ("revenue_current", ("revenue_two_months_ago", "revenue_previous")),
}

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

Channel = Literal["email", "push", "on_site"]
NO_OFFER, ALL_OFFERS = "none", "all"  # no codes of offers: they stand for none, and for all together
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
            name = str(unknown[0])
            raise DeclarationError(f"no such key '{name}'; {nearest(name, keys)}", name)
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
        borders = {"at_least": self.at_least, "below": self.below}
        tests = [f"{name} {plain(border)}" for name, border in borders.items() if border is not None]
        return f"{self.column} {' and '.join(tests)}"

    def _check_column(self) -> None:
        _check_names((self.column,), (*BASE_FEATURES, PROFIT, *DECISION_COLUMNS), "column", "column")
        kind = _kind(self.column)
        if not self.tests or not set(self.tests) <= set(_TESTS[kind]):
            raise ValueError(
                f"'{self.column}' is a {kind} column and is tested with {' or '.join(_TESTS[kind])}; "
                f"found {' and '.join(self.tests) or 'no test'}"
            )
        if self.column == "main_reason":
            _check_names(self.one_of, BASE_FEATURES, "feature", "one_of")
        self._check_borders(kind)

    def _check_borders(self, kind: Kind) -> None:
        for name in ("at_least", "below"):
            border = getattr(self, name)
            if kind == "share" and border is not None and not 0 <= border <= 1:
                hint = share_hint(border)
                raise DeclarationError(
                    f"'{self.column}' is a share from 0 to 1; found {plain(border)}{hint}", name
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


def _kind(column: str) -> Kind:
    return DECISION_COLUMNS.get(column) or COLUMNS[column].kind


def plain(number: float) -> str:
    """Write a number as it stands in a configuration.

    Examples
    --------
    >>> plain(5.0), plain(0.25), plain(1234567.5)
    ('5', '0.25', '1234567.5')
    """
    return f"{number:.12g}"


class Interval(NamedTuple):
    """Numbers from `least` to `most`, both included; empty where `least` lies above `most`."""

    least: float
    most: float


Allowed = Interval | frozenset[Any] | None  # None: any value


def allowed(column: str, conditions: Iterable[Condition]) -> Allowed:
    """Return the values of a column with which all conditions on it hold.

    Parameters
    ----------
    column : str
    conditions : iterable of Condition
        Those on other columns are passed over.

    Returns
    -------
    Interval, frozenset or None
        Numbers, values of a flag or a category; none: any value of the category.
    """
    tests = [_values(condition) for condition in conditions if condition.column == column]
    return reduce(_both, tests, _domain(column))


def _domain(column: str) -> Allowed:
    kind = _kind(column)
    if kind == "flag":
        return frozenset({True, False})
    return {
        "whole": Interval(0, math.inf),
        "share": Interval(0, 1),
        "number": Interval(-math.inf, math.inf),
    }.get(kind)


def _values(condition: Condition) -> Interval | frozenset[Any]:
    if condition.one_of:
        return frozenset(condition.one_of)
    if condition.is_ is not None:
        return frozenset({condition.is_})
    least = -math.inf if condition.at_least is None else condition.at_least
    most = math.inf if condition.below is None else math.nextafter(condition.below, -math.inf)
    if _kind(condition.column) == "whole":
        least, most = (
            border if math.isinf(border) else to_whole(border)
            for border, to_whole in ((least, math.ceil), (most, math.floor))
        )
    return Interval(least, most)


def _both(one: Allowed, other: Allowed) -> Allowed:
    if isinstance(one, Interval) and isinstance(other, Interval):
        return Interval(max(one.least, other.least), min(one.most, other.most))
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return one & other
    return other if one is None else one


def _is_empty(values: Allowed) -> bool:
    return values.least > values.most if isinstance(values, Interval) else values == frozenset()


def contradict(conditions: Sequence[Condition]) -> bool:
    """Tell whether no client can meet all conditions, whatever the base."""
    columns = {condition.column for condition in conditions if condition.column}
    signals = [condition.signal for condition in conditions if condition.signal]
    return any(_is_empty(allowed(column, conditions)) for column in columns) or any(
        all(_cannot_show(signal, conditions) for signal in named) for named in signals
    )


def _cannot_show(signal: str, conditions: Sequence[Condition]) -> bool:
    """Tell whether conditions leave nothing that could have dropped."""
    if signal not in _DROPS:
        return False
    now, before = _DROPS[signal]
    highest = sum(_borders(column, conditions).most for column in before) / len(before)
    return highest <= 0 or _borders(now, conditions).least > highest


def _borders(column: str, conditions: Sequence[Condition]) -> Interval:
    values = allowed(column, conditions)
    return values if isinstance(values, Interval) else Interval(-math.inf, math.inf)


def implies(premises: Sequence[Condition], conclusion: Condition) -> bool:
    """Tell whether every client who meets the premises must meet the conclusion, too.

    Premises that contradict each other are nobody's, and are not looked for here.
    """
    if conclusion.column:
        return _within(allowed(conclusion.column, premises), _values(conclusion))
    for name in ("reason", "signal"):
        sought = set(getattr(conclusion, name))
        named = [set(getattr(premise, name)) for premise in premises]
        if any(names and names <= sought for names in named):
            return True
    # The main reason is the first of a client's reasons.
    return bool(conclusion.reason) and _within(allowed("main_reason", premises), frozenset(conclusion.reason))


def _within(values: Allowed, others: Interval | frozenset[Any]) -> bool:
    if isinstance(values, Interval) and isinstance(others, Interval):
        return others.least <= values.least and values.most <= others.most
    return isinstance(values, frozenset) and isinstance(others, frozenset) and values <= others


def imply_all(premises: Sequence[Condition], conclusions: Iterable[Condition]) -> bool:
    """Tell whether every client who meets the premises must meet all conclusions."""
    return all(implies(premises, conclusion) for conclusion in conclusions)


AT_RISK = Condition(column="at_risk", **{"is": True})
CONSENT = Condition(column="allows_messages", **{"is": True})
MESSAGEABLE = Condition(column="may_be_messaged", **{"is": True})


class Rule(Declared):
    """What has a code and conditions.

    Attributes
    ----------
    code : str
        Name in data.
    conditions : tuple of Condition
        All must hold.
    """

    NOBODY: ClassVar[str] = "nobody can get"

    code: str = Field(pattern=_CODE)
    conditions: tuple[Condition, ...] = ()

    @property
    def facts(self) -> dict[Condition, str]:
        """What holds for all whom the rule can be about, beside its conditions, and why it does."""
        return {}

    @property
    def nobody(self) -> str:
        """The beginning of what is to be said of a rule that is for nobody."""
        return f"{self.NOBODY} '{self.code}'"

    @model_validator(mode="after")
    def _somebody_can_meet_it(self) -> Self:
        for position, condition in enumerate(self.conditions):
            known = (*self.facts, *self.conditions[:position])
            if contradict((*known, condition)):
                against = _contradicted(condition, known)
                raise DeclarationError(
                    f"{self.nobody}: {self._contradiction(condition, against)}", "conditions", position
                )
        return self

    def _contradiction(self, condition: Condition, against: Sequence[Condition]) -> str:
        if contradict((condition,)):
            return _impossible(condition)
        whys = {fact: f" ({why})" for fact, why in self.facts.items()}
        listed = " and ".join(f"'{one.text}'{whys.get(one, '')}" for one in against)
        # What holds of itself, such as the consent that a message needs, can never be taken out.
        own = condition.text if set(against) & set(self.facts) else ""
        remedy = _way_out(condition, against, f"take '{own}' out" if own else "take one of them out")
        return (
            f"'{condition.text}' contradicts {listed}. Rule: all conditions hold together. Remedy: {remedy}"
        )


def _contradicted(condition: Condition, known: Sequence[Condition]) -> list[Condition]:
    """Return the one condition that contradicts another, or all of them where only together they do."""
    single = [one for one in known if contradict((one, condition))]
    needed = [one for one in known if not contradict((*(k for k in known if k is not one), condition))]
    return single[:1] or needed or list(known)


def _impossible(condition: Condition) -> str:
    domain, values = (_borders(condition.column, given) for given in ((), (condition,)))
    kind = "whole number" if _kind(condition.column) == "whole" else _kind(condition.column)
    return (
        f"'{condition.text}' holds for no value. Rule: {condition.column} is a {kind} {_span(domain)}. "
        f"Remedy: below above {plain(values.least)}"
    )


def _way_out(condition: Condition, against: Sequence[Condition], take_out: str) -> str:
    left = allowed(condition.column, against) if condition.column else None
    if isinstance(left, Interval):
        return f"{take_out}, or choose borders of {condition.column} {_span(left)}"
    if condition.one_of and left:
        return f"{take_out}; {nearest(condition.one_of[0], left)}"
    return take_out


def _span(values: Interval) -> str:
    borders = {"from": values.least, "to": values.most}
    return " ".join(f"{word} {plain(border)}" for word, border in borders.items() if math.isfinite(border))


class Segment(Rule):
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

    NOBODY: ClassVar[str] = "nobody can get into"

    title_ru: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    description_ru: str = Field(min_length=1)
    description_en: str = Field(min_length=1)

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
            found = (self.low, self.base, self.high)
            low, base, high = map(plain, sorted(found))
            raise ValueError(
                f"found {', '.join(map(plain, found))}. Rule: low <= base <= high. "
                f"Remedy: {{low: {low}, base: {base}, high: {high}}}, if the order was meant"
            )
        return self


class Offer(Rule):
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

    title_ru: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    text_ru: str = Field(min_length=1)
    text_en: str = Field(min_length=1)
    channel: Channel
    needs_consent: bool
    cost: float = Field(ge=0, allow_inf_nan=False)
    effect: Effect

    @property
    def facts(self) -> dict[Condition, str]:
        """What holds for all who get an offer: risk; consent and few contacts where these are needed."""
        risk = {AT_RISK: "offers are for clients at risk only"}
        why = "this offer needs consent"
        return risk | ({CONSENT: why, MESSAGEABLE: why} if self.needs_consent else {})

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
            raise DeclarationError(
                f"'{self.code}' is a message ({self.channel}): needs_consent must be true", "needs_consent"
            )
        if self.code == NO_OFFER:
            raise DeclarationError(f"the code '{NO_OFFER}' stands for no offer", "code")
        if self.code == ALL_OFFERS:
            raise DeclarationError(f"the code '{ALL_OFFERS}' stands for all offers together", "code")
        return self


def refuse_repeated(codes: Sequence[str], what: str, *place: str) -> None:
    """Raise a ValueError if two declarations share a code.

    Parameters
    ----------
    codes : sequence of str
    what : str
        What has the codes.
    place : str
        Name of the list of declarations in the parameters, where there is one.
    """
    for position, code in enumerate(codes):
        if code in codes[:position]:
            where: tuple[str | int, ...] = (*place, position) if place else ()
            raise DeclarationError(f"the {what} '{code}' is declared more than once", *where)


def refuse_unreachable_segments(segments: Sequence[Segment]) -> None:
    """Raise a ValueError if a segment before one takes every client that it could take.

    The last one, which takes all others, may stay empty.
    """
    for position, segment in enumerate(segments[:-1]):
        place = ("segments", position, "conditions")
        if any(condition.column == "segment" for condition in segment.conditions):
            raise DeclarationError(
                f"'{segment.code}' asks for a segment. Rule: only offers can. Remedy: repeat its conditions",
                *place,
            )
        if imply_all((), segment.conditions):
            what = "has conditions that everybody meets" if segment.conditions else "has no conditions"
            raise DeclarationError(f"'{segment.code}' {what} and would take all clients after it", *place)
        for earlier in segments[:position]:
            if imply_all(segment.conditions, earlier.conditions):
                raise DeclarationError(_taken(segment, earlier), *place)


def _taken(segment: Segment, earlier: Segment) -> str:
    alike = imply_all(earlier.conditions, segment.conditions)
    what = "it has the same conditions as" if alike else "whoever meets its conditions is taken by"
    remedy = "change one of them" if alike else f"put '{segment.code}' before '{earlier.code}'"
    return (
        f"{segment.nobody}: {what} '{earlier.code}' before it ({texts(earlier.conditions)}). "
        f"Rule: the first segment whose conditions all hold takes the client. Remedy: {remedy}"
    )


def texts(conditions: Iterable[Condition]) -> str:
    """Write conditions in the words of the configuration."""
    return "; ".join(condition.text for condition in conditions)


def refuse_outdone_offers(offers: Sequence[Offer]) -> None:
    """Raise a ValueError if whoever may get an offer would always get a certain other one instead."""
    for position, offer in enumerate(offers):
        for rival_position, rival in enumerate(offers):
            if rival is not offer and _outdoes(rival, offer, tie=rival_position < position):
                raise DeclarationError(
                    f"{offer.nobody}: whoever may get it may also get '{rival.code}', which costs no more, "
                    "prevents no less and uses the same channel. Rule: a client gets the offer that keeps "
                    "the most profit, of equally good ones the first. "
                    f"Remedy: take '{offer.code}' out, or change it",
                    "declared",
                    position,
                )


def _outdoes(rival: Offer, offer: Offer, tie: bool) -> bool:
    """Tell whether a rival is chosen before an offer for every client; `tie`: where both are as good."""
    effects = [(getattr(rival.effect, name), getattr(offer.effect, name)) for name in Effect.model_fields]
    as_good = rival.cost <= offer.cost and all(one >= other for one, other in effects)
    better = rival.cost < offer.cost or rival.effect.base > offer.effect.base
    everybody = imply_all((*offer.facts, *offer.conditions), (*rival.facts, *rival.conditions))
    return rival.channel == offer.channel and as_good and (better or tie) and everybody


def segments_with_clients_for(offer: Offer, segments: Sequence[Segment]) -> Iterator[str]:
    """Yield the codes of the segments in which there can be a client who may get an offer.

    In all others, conditions contradict those of the offer, or an earlier segment takes every such client.
    """
    own = [condition for condition in offer.conditions if condition.column != "segment"]
    for position, segment in enumerate(segments):
        met = (*offer.facts, *own, *segment.conditions)
        taken = any(imply_all(met, earlier.conditions) for earlier in segments[:position])
        if not taken and not contradict(met):
            yield segment.code
