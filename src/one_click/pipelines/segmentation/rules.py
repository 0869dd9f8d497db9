"""Conditions of segments and offers, checked against a table."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from one_click.columns import BASE_FEATURES, CATEGORICAL_FEATURES, CLIENT_ID, GLOSSARY
from one_click.conditions import SEPARATOR, matches
from one_click.declarations import (
    DECISION_COLUMNS,
    Condition,
    Offer,
    Rule,
    Segment,
    plain,
    segments_with_clients_for,
    texts,
)
from one_click.errors import DeclarationError, ParameterError, nearest
from one_click.parameters import Offers, Segmentation

ENOUGH_CLIENTS = 200  # a smaller base may lack anybody


def check_rules(
    declared: Iterable[Segment | Offer],
    table: pd.DataFrame,
    values: Mapping[str, Iterable[str]] | None = None,
) -> None:
    """Refuse conditions that no client of the base could meet because a name is misspelt.

    Parameters
    ----------
    declared : iterable of Segment or Offer
        What has conditions.
    table : DataFrame, one row per client
        The table that the conditions are to be applied to.
    values : mapping, optional
        Valid values of columns for which the table need not hold all: column -> values.

    Raises
    ------
    ParameterError
        If a column is not in the table, or a category is known neither to the base nor to the vocabulary.
    """
    for fault in _unknown_names(declared, table, values or {}):
        raise ParameterError(str(fault))


def _unknown_names(
    declared: Iterable[Rule],
    table: pd.DataFrame,
    values: Mapping[str, Iterable[str]],
    later: Collection[str] = (),
) -> Iterator[DeclarationError]:
    """Yield a fault for each name that is unknown to the table; `later` are columns it does not have yet."""
    for position, rule in enumerate(declared):
        for number, condition in enumerate(rule.conditions):
            place = (position, "conditions", number)
            if condition.column and condition.column not in {*table, *values, *later}:
                hint = nearest(condition.column, table.columns)
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
    if column in values:
        return set(values[column])
    others = [name for name in CATEGORICAL_FEATURES if name != column]
    # A small base may lack a category that the vocabulary knows.
    foreign = set(pd.unique(table[others].to_numpy().ravel()))
    return set(table[column]) | (set(GLOSSARY) - foreign)


def lint_rules(clients: pd.DataFrame, options: Segmentation, offers: Offers) -> pd.DataFrame:
    """Refuse segments and offers that are for nobody, before any model is searched.

    Looked at are the conditions on what is known of clients before they are scored. Risk, reasons, signals
    and segments come later; of these, only what no base whatever could meet is refused here.

    Parameters
    ----------
    clients : DataFrame, one row per client
    options : Segmentation
        Segments.
    offers : Offers

    Returns
    -------
    DataFrame, one row per segment and offer, in the order of declaration: the columns of `rule_coverage`
        kind (segment or offer), code, conditions (those looked at, with consent where it is needed; in the
        words of the configuration), later (those that are not), clients (who meet the former), share of the
        base.

    Raises
    ------
    ParameterError
        If a category or a segment does not exist, if an offer prevents nothing or is for a segment in which
        nobody may get it, or if nobody in a base of `ENOUGH_CLIENTS` or more meets the conditions.
    """
    segments = list(options.segments)
    messages = [
        options.explain(_placed("segments", _faults(segments, clients, segments))),
        offers.explain(_placed("declared", _faults(offers.declared, clients, segments))),
    ]
    if any(messages):
        raise ParameterError("\n".join(filter(None, messages)))
    rules = [
        *(("segment", segment) for segment in segments),
        *(("offer", offer) for offer in offers.declared),
    ]
    return pd.DataFrame([_coverage(kind, rule, clients) for kind, rule in rules]).astype(
        dict.fromkeys(("kind", "code", "conditions", "later"), "str")
    )


def _placed(name: str, faults: Iterable[DeclarationError]) -> list[DeclarationError]:
    return [DeclarationError(str(fault), name, *fault.place) for fault in faults]


def _faults(
    declared: Sequence[Segment | Offer], clients: pd.DataFrame, segments: Sequence[Segment]
) -> Iterator[DeclarationError]:
    codes = {"segment": [segment.code for segment in segments]}
    unknown = list(_unknown_names(declared, clients, codes, later=DECISION_COLUMNS))
    if unknown:
        yield from unknown
        return
    for position, rule in enumerate(declared):
        found = list(_useless(rule, segments)) if isinstance(rule, Offer) else []
        if not found and len(clients) >= ENOUGH_CLIENTS:
            found = list(_unmet(rule, clients))
        yield from (DeclarationError(str(fault), position, *fault.place) for fault in found)


def _useless(offer: Offer, segments: Sequence[Segment]) -> Iterator[DeclarationError]:
    """Yield what makes an offer useless for any base: no effect, or a segment where nobody may get it."""
    if offer.effect.base == 0:
        yield DeclarationError(
            f"{offer.nobody}: its base effect is 0. Rule: an offer is made where it keeps more than it "
            "costs. Remedy: a base effect above 0, or take the offer out",
            "effect",
            "base",
        )
    valid = list(segments_with_clients_for(offer, segments))
    for number, condition in enumerate(offer.conditions):
        for place, code in enumerate(condition.one_of if condition.column == "segment" else ()):
            if code not in valid:
                yield DeclarationError(
                    f"{offer.nobody} in '{code}': no client of that segment is at risk and meets the other "
                    f"conditions, too. Rule: an offer names segments with clients who may get it; "
                    f"{nearest(code, valid)}",
                    *("conditions", number, "one_of", place),
                )


def _unmet(rule: Rule, clients: pd.DataFrame) -> Iterator[DeclarationError]:
    """Yield a fault for the first condition that leaves none of the clients who meet those before it."""
    left, met = clients, list[Condition]()
    for condition in _known(rule, clients):
        fits = matches([condition], left)
        if not fits.any():
            whom = f"the {len(left)} clients with '{texts(met)}'" if met else f"all {len(left)} clients"
            own = condition in rule.conditions
            yield DeclarationError(
                f"{rule.nobody}: of {whom}, none meets '{condition.text}'. Rule: somebody in the base meets "
                f"all conditions. Remedy: {_nearest_met(condition, left[condition.column])}",
                *(("conditions", rule.conditions.index(condition)) if own else ("needs_consent",)),
            )
            return
        left, met = left[fits], [*met, condition]


def _known(rule: Rule, clients: pd.DataFrame) -> list[Condition]:
    """Return what can be looked at before clients are scored: consent, where needed, and conditions."""
    both = dict.fromkeys((*rule.facts, *rule.conditions))
    return [condition for condition in both if condition.column in clients]


def _nearest_met(condition: Condition, values: pd.Series) -> str:
    """Tell what the clients that are left have instead."""
    if condition.one_of:
        return f"a value that they have; {nearest(condition.one_of[0], map(str, values.unique()))}"
    if condition.is_ is not None:
        return f"is: {str(not condition.is_).lower()}, which all of them have"
    below = values[values < condition.at_least] if condition.at_least is not None else values.head(0)
    above = values[values >= condition.below] if condition.below is not None else values.head(0)
    ways = [f"at_least {plain(below.max())} (the largest value below the border)"] if len(below) else []
    ways += [f"below above {plain(above.min())} (the smallest value beyond it)"] if len(above) else []
    return " or ".join(ways)


def _coverage(kind: str, rule: Rule, clients: pd.DataFrame) -> dict[str, Any]:
    known = _known(rule, clients)
    met = matches(known, clients)
    return {
        "kind": kind,
        "code": rule.code,
        "conditions": texts(known),
        "later": texts(condition for condition in rule.conditions if condition not in known),
        "clients": int(met.sum()),
        "share": float(met.mean()),
    }


def join_names(rows: pd.DataFrame, column: str, clients: pd.Series) -> pd.Series:
    """Join the names of each client's rows, in their order, into one text; empty where there are none.

    Parameters
    ----------
    rows : DataFrame
        With `client_id` and `column`.
    column : str
        Column of names.
    clients : Series
        Client numbers, which give the order of the result.
    """
    joined = rows.groupby(CLIENT_ID)[column].agg(SEPARATOR.join).to_dict()
    return pd.Series([joined.get(client, "") for client in clients], index=clients.index, dtype="str")
