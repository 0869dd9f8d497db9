"""What segments and offers have in common: a code, and conditions that a client can meet."""

import math
from collections.abc import Sequence
from typing import ClassVar, Self

from pydantic import Field, model_validator

from one_click.errors import DeclarationError, nearest

from .conditions import Condition, kind_of, plain
from .declared import Declared
from .logic import Interval, allowed, contradict, interval_of


class Rule(Declared):
    """What has a code and conditions.

    Attributes
    ----------
    code : str
        Name in data.
    conditions : tuple of Condition
        All must hold.
    """

    KIND: ClassVar[str]
    REFUSAL: ClassVar[str] = "nobody can get"

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    conditions: tuple[Condition, ...] = ()

    @property
    def facts(self) -> dict[Condition, str]:
        """What holds for all whom the rule can be about, beside its conditions, and why it does."""
        return {}

    @property
    def refusal(self) -> str:
        """The beginning of the error about a rule that no client can meet."""
        return f"{self.REFUSAL} '{self.code}'"

    @model_validator(mode="after")
    def _satisfiable(self) -> Self:
        for position, condition in enumerate(self.conditions):
            known = (*self.facts, *self.conditions[:position])
            if contradict((*known, condition)):
                against = _contradicted(condition, known)
                raise DeclarationError(
                    f"{self.refusal}: {self._contradiction(condition, against)}", "conditions", position
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
    domain, values = (interval_of(condition.column, given) for given in ((), (condition,)))
    kind = "whole number" if kind_of(condition.column) == "whole" else kind_of(condition.column)
    return (
        f"'{condition.text}' holds for no value. Rule: {condition.column} is a {kind} {_span(domain)}. "
        f"Remedy: below above {plain(values.least)}"
    )


def _way_out(condition: Condition, against: Sequence[Condition], take_out: str) -> str:
    left = allowed(condition.column, against) if condition.column else None
    if isinstance(left, Interval):
        return f"{take_out}, or choose thresholds of {condition.column} {_span(left)}"
    if condition.one_of and left:
        return f"{take_out}; {nearest(condition.one_of[0], left)}"
    return take_out


def _span(values: Interval) -> str:
    ends = {"from": values.least, "to": values.most}
    return " ".join(f"{word} {plain(end)}" for word, end in ends.items() if math.isfinite(end))
