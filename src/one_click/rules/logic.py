"""What follows from conditions alone, whatever the base: contradiction and implication."""

import math
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any, NamedTuple

from .conditions import Condition, kind_of
from .signals import RISK_SIGNALS


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
    kind = kind_of(column)
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
    # `below` is open, an Interval closed: its end is the next smaller number that a column can hold.
    least = -math.inf if condition.at_least is None else condition.at_least
    most = math.inf if condition.below is None else math.nextafter(condition.below, -math.inf)
    if kind_of(condition.column) == "whole":
        least, most = (
            end if math.isinf(end) else to_whole(end)
            for end, to_whole in ((least, math.ceil), (most, math.floor))
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
    """Return whether no client can meet all conditions, whatever the base."""
    columns = {condition.column for condition in conditions if condition.column}
    signals = [condition.signal for condition in conditions if condition.signal]
    return any(_is_empty(allowed(column, conditions)) for column in columns) or any(
        all(_cannot_show(signal, conditions) for signal in named) for named in signals
    )


def _cannot_show(code: str, conditions: Sequence[Condition]) -> bool:
    """Return whether conditions leave nothing that could have dropped."""
    signal = RISK_SIGNALS[code]
    if not signal.before:
        return False
    highest = sum(interval_of(name, conditions).most for name in signal.before) / len(signal.before)
    return highest <= 0 or interval_of(signal.feature, conditions).least > highest


def interval_of(column: str, conditions: Sequence[Condition]) -> Interval:
    """Return the numbers that conditions allow a column; all numbers where it is not one of numbers."""
    values = allowed(column, conditions)
    return values if isinstance(values, Interval) else Interval(-math.inf, math.inf)


def implies(premises: Sequence[Condition], conclusion: Condition) -> bool:
    """Return whether every client who meets the premises must meet the conclusion, too.

    Premises that contradict each other are met by no client, and are not looked for here.
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
    """Return whether every client who meets the premises must meet all conclusions."""
    return all(implies(premises, conclusion) for conclusion in conclusions)
