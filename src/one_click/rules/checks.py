"""Declared rules, checked against a base: names that it does not know, and who meets their conditions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from one_click.columns import BASE_FEATURES, CATEGORICAL_FEATURES, GLOSSARY
from one_click.errors import DeclarationError, nearest

from .conditions import DECISION_COLUMNS, Condition, matches, plain, texts
from .offers import Offer, segments_with_clients_for
from .rule import Rule
from .segments import Segment


def find_faults(
    place: str,
    declared: Sequence[Segment | Offer],
    table: pd.DataFrame,
    known_values: Mapping[str, Iterable[str]],
    segments: Sequence[Segment],
) -> list[DeclarationError]:
    """Return the mistakes in declared rules that a base lays open.

    Parameters
    ----------
    place : str
        Name of the list of declarations in the parameters.
    declared : sequence of Segment or Offer
    table : DataFrame, one row per client
        What is known of clients before they are scored.
    known_values : mapping
        Categories that rules may ask for beside those in `table`, by column.
    segments : sequence of Segment
        Those that offers may ask for.
    """
    faults = list(_unknown_names(declared, table, known_values))
    if not faults:
        faults = [
            DeclarationError(str(fault), position, *fault.place)
            for position, rule in enumerate(declared)
            for fault in (_useless(rule, segments) if isinstance(rule, Offer) else ())
        ]
    return [DeclarationError(str(fault), place, *fault.place) for fault in faults]


def _useless(offer: Offer, segments: Sequence[Segment]) -> Iterator[DeclarationError]:
    """Yield what makes an offer useless for any base: no effect, or a segment where no client may get it."""
    if offer.effect.base == 0:
        yield DeclarationError(
            f"{offer.refusal}: its base effect is 0. Rule: an offer is made where it keeps more than it "
            "costs. Remedy: a base effect above 0, or take the offer out",
            "effect",
            "base",
        )
    valid = list(segments_with_clients_for(offer, segments))
    for number, condition in enumerate(offer.conditions):
        for place, code in enumerate(condition.one_of if condition.column == "segment" else ()):
            if code not in valid:
                yield DeclarationError(
                    f"{offer.refusal} in '{code}': no client of that segment is at risk and meets the other "
                    f"conditions, too. Rule: an offer names segments with clients who may get it; "
                    f"{nearest(code, valid)}",
                    *("conditions", number, "one_of", place),
                )


def _unknown_names(
    declared: Iterable[Rule],
    table: pd.DataFrame,
    values: Mapping[str, Iterable[str]],
) -> Iterator[DeclarationError]:
    """Yield a fault for each name that is known neither to the table nor to what is made of it later."""
    for position, rule in enumerate(declared):
        for number, condition in enumerate(rule.conditions):
            place = (position, "conditions", number)
            if condition.column and condition.column not in {*table, *DECISION_COLUMNS}:
                hint = nearest(condition.column, {*table, *DECISION_COLUMNS})
                found = f"'{rule.code}': there is no column '{condition.column}' here; {hint}"
                yield DeclarationError(found, *place, "column")
            else:
                known = _known_values(condition.column, table, values) if condition.one_of else set()
                yield from _unknown_values(rule, condition, known, (*place, "one_of"))


def _unknown_values(
    rule: Rule, condition: Condition, known: set[str], place: tuple[str | int, ...]
) -> Iterator[DeclarationError]:
    for number, value in enumerate(condition.one_of):
        if value not in known:
            found = f"'{rule.code}': unknown value '{value}' of '{condition.column}'; {nearest(value, known)}"
            yield DeclarationError(found, *place, number)


def _known_values(column: str, table: pd.DataFrame, values: Mapping[str, Iterable[str]]) -> set[str]:
    if column == "main_reason":
        return set(BASE_FEATURES)
    if column not in table:
        return set(values[column])
    others = [name for name in CATEGORICAL_FEATURES if name != column]
    # A small base may lack a category that the vocabulary knows, a month one that the base has.
    foreign = set(pd.unique(table[others].to_numpy().ravel()))
    return set(table[column]) | set(values[column]) | (set(GLOSSARY) - foreign)


def count_coverage(rule: Rule, table: pd.DataFrame) -> dict[str, Any]:
    """Return how many clients meet the conditions of a rule that a table allows to look at.

    Parameters
    ----------
    rule : Rule
    table : DataFrame, one row per client

    Returns
    -------
    dict
        A row of `schemas.segmentation.RuleCoverage`.
    """
    known = [condition for condition in _all_conditions(rule) if condition.column in table]
    met = matches(known, table)
    return {
        "kind": rule.KIND,
        "code": rule.code,
        "conditions": texts(known),
        "later": texts(condition for condition in rule.conditions if condition not in known),
        "clients": int(met.sum()),
        "share": float(met.mean()),
        **({"unmet": "", "among": 0, "instead": ""} if met.any() else _unmet(known, table)),
    }


def _all_conditions(rule: Rule) -> list[Condition]:
    """Return what holds for all whom the rule can be about, then its own conditions."""
    return list(dict.fromkeys((*rule.facts, *rule.conditions)))


def _unmet(known: Sequence[Condition], table: pd.DataFrame) -> dict[str, Any]:
    """Return the first condition that no client left by those before it meets, and what they have instead."""
    left = table
    for condition in known:
        fits = matches([condition], left)
        if not fits.any():
            instead = _instead(condition, left[condition.column])
            return {"unmet": condition.text, "among": len(left), "instead": instead}
        left = left[fits]
    raise ValueError("every condition is met by a client")


def _instead(condition: Condition, values: pd.Series) -> str:
    """Return what the clients that are left have, nearest to what the condition asks for."""
    if condition.one_of:
        return ", ".join(sorted(map(str, values.unique())))
    if condition.is_ is not None:
        return f"is {str(not condition.is_).lower()}"
    below = values[values < condition.at_least] if condition.at_least is not None else values.head(0)
    above = values[values >= condition.below] if condition.below is not None else values.head(0)
    ends = [*([below.max()] if len(below) else []), *([above.min()] if len(above) else [])]
    return ", ".join(plain(end) for end in ends)
