"""Rules of trees in words."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from one_click.columns import COLUMNS, LANGUAGES, Language, label, translate, unit
from one_click.presentation.wording import number, percent, value_text

from ..nodes.tree_rules import Condition, Rule, read_tree_rules

_TYPES = {  # which a table without rows cannot tell
    "model": "str",
    "leaf": "int64",
    "rule_ru": "str",
    "rule_en": "str",
    "conditions": "str",
    "depth": "int64",
    "clients": "int64",
    "declined": "int64",
    "declined_share": "float64",
    "probability": "float64",
}


def describe_tree_rules(train_clients: pd.DataFrame, **candidates: Any) -> pd.DataFrame:
    """Return every leaf of every candidate that is a tree as a rule in words, and as a list of conditions.

    Parameters
    ----------
    train_clients, **candidates
        See `read_tree_rules`.

    Returns
    -------
    DataFrame of `schemas.interpretation.TreeRules`
        In the conditions null is no bound, a flag counts as 0 or 1, and levels is {"is": level} or
        {"is_not": [levels]}.
    """
    rows = [_row(rule) for rule in read_tree_rules(train_clients, **candidates)]
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)


def _row(rule: Rule) -> dict[str, Any]:
    return {
        **vars(rule),
        **{f"rule_{language}": rule_text(rule.conditions, language) for language in LANGUAGES},
        "conditions": json.dumps([one.listed() for one in rule.conditions], ensure_ascii=False),
    }


_INTERVALS: dict[tuple[Language, bool], tuple[str, str, str]] = {  # whether values have a least step
    ("ru", True): ("не больше {}", "не меньше {}", "от {} до {}"),
    ("ru", False): ("не больше {}", "больше {}", "больше {} и не больше {}"),
    ("en", True): ("at most {}", "at least {}", "{} to {}"),
    ("en", False): ("at most {}", "more than {}", "more than {} and at most {}"),
}


def rule_text(conditions: Sequence[Condition], language: Language) -> str:
    """Write the conditions of a rule.

    Examples
    --------
    >>> few_pages, consent = Condition("pages_per_visit", high=4), Condition("allows_messages", low=0)
    >>> rule_text([few_pages, consent], "en")
    'Pages per visit: at most 4 pages; Allows messages: yes'
    """
    if not conditions:
        return {"ru": "Все клиенты", "en": "All clients"}[language]
    return "; ".join(
        f"{label(one.feature, language)}: {_condition_text(one, language)}" for one in conditions
    )


def _condition_text(condition: Condition, language: Language) -> str:
    if condition.known:
        return _levels_text(condition, language)
    if COLUMNS[condition.feature].kind == "flag":
        return value_text(condition.feature, np.isinf(condition.high), language)
    return _interval_text(condition, language)


def _levels_text(condition: Condition, language: Language) -> str:
    left = [level for level in condition.known if level not in condition.excluded]
    if condition.level is not None or len(left) == 1:
        return translate(condition.level or left[0], language)
    excluded = [translate(level, language) for level in condition.excluded]
    if language == "ru":
        return " и ".join(f"не «{level}»" for level in excluded)
    return " and ".join(f"not “{level}”" for level in excluded)


def _interval_text(condition: Condition, language: Language) -> str:
    least, high, decimals = condition.low, condition.high, condition.decimals
    if decimals is not None:
        least = round(least + 10.0**-decimals, decimals)
    at_most, from_on, between = _INTERVALS[language, decimals is not None]
    first, last = (_amount_text(condition.feature, value, language) for value in (least, high))
    if np.isinf(least):
        text = at_most.format(last)
    elif np.isinf(high):
        text = from_on.format(first)
    else:
        text = last if least == high else between.format(first, last)
    amount = least if np.isinf(high) else high  # the number that the unit follows
    return f"{text} {unit(condition.feature, language, amount)}".strip()


def _amount_text(feature: str, value: float, language: Language) -> str:
    """Write a number with as many decimals as it has, an infinite one not at all."""
    if np.isinf(value):
        return ""
    digits = next(digits for digits in range(17) if digits == 16 or round(value, digits) == value)
    if COLUMNS[feature].kind == "share":
        return percent(value, max(0, digits - 2), language)
    return number(value, digits, language)
