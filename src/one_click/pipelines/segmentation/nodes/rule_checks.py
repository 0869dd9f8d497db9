"""Conditions of segments and offers, checked against a table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from one_click.columns import BASE_FEATURES, CATEGORICAL_FEATURES, CLIENT_ID, GLOSSARY
from one_click.errors import DeclarationError, ParameterError, nearest
from one_click.parameters import CampaignPlan, Offers, Segmentation
from one_click.rules.declarations import (
    DECISION_COLUMNS,
    Condition,
    Offer,
    Rule,
    Segment,
    plain,
    segments_with_clients_for,
    texts,
)
from one_click.rules.matching import SEPARATOR, matches, may_be_messaged


def list_categories(clients: pd.DataFrame) -> dict[str, list[str]]:
    """Return the categories of the base by column: a rule may name what a later month lacks."""
    return {column: sorted(clients[column].unique()) for column in CATEGORICAL_FEATURES}


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


def lint_rules(
    clients: pd.DataFrame,
    known_categories: dict[str, list[str]],
    options: Segmentation,
    offers: Offers,
    campaign: CampaignPlan,
) -> pd.DataFrame:
    """Refuse mistakes in segments and offers before any model is searched, and count who meets what.

    Looked at are the conditions on what is known of clients before they are scored. Risk, reasons, signals
    and segments come later; of these, only what no base whatever could meet is refused here. What merely
    fits nobody in this base is no mistake: it is told in the row of the rule.

    Parameters
    ----------
    clients : DataFrame, one row per client
    known_categories : dict
        Categories of the base that the champion learns from, by column.
    options : Segmentation
        Segments.
    offers : Offers
    campaign : CampaignPlan
        From how many contacts on a client gets no message.

    Returns
    -------
    DataFrame, one row per segment and offer, in the order of declaration: the columns of `rule_coverage`
        kind (segment or offer), code, conditions (those looked at, with consent where it is needed; in the
        words of the configuration), later (those that are not), clients (who meet the former), share of the
        base; where that is nobody: unmet (the first condition that leaves none), among (how many met those
        before it) and instead (what they have); else empty, or 0.

    Raises
    ------
    ParameterError
        If a category or a segment does not exist, if an offer prevents nothing, or if it is for a segment in
        which nobody may get it.
    """
    table = clients.assign(may_be_messaged=may_be_messaged(clients, campaign.most_contacts))
    segments = list(options.segments)
    known = known_categories | {"segment": [segment.code for segment in segments]}
    messages = [
        options.explain(_placed("segments", _faults(segments, table, known, segments))),
        offers.explain(_placed("declared", _faults(offers.declared, table, known, segments))),
    ]
    if any(messages):
        raise ParameterError("\n".join(filter(None, messages)))
    rules = [
        *(("segment", segment) for segment in segments),
        *(("offer", offer) for offer in offers.declared),
    ]
    texts_of = ("kind", "code", "conditions", "later", "unmet", "instead")
    return pd.DataFrame([_coverage(kind, rule, table) for kind, rule in rules]).astype(
        dict.fromkeys(texts_of, "str")
    )


def _placed(name: str, faults: Iterable[DeclarationError]) -> list[DeclarationError]:
    return [DeclarationError(str(fault), name, *fault.place) for fault in faults]


def _faults(
    declared: Sequence[Segment | Offer],
    table: pd.DataFrame,
    values: Mapping[str, Sequence[str]],
    segments: Sequence[Segment],
) -> Iterator[DeclarationError]:
    unknown = list(_unknown_names(declared, table, values))
    if unknown:
        yield from unknown
        return
    for position, rule in enumerate(declared):
        found = _useless(rule, segments) if isinstance(rule, Offer) else ()
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


def _coverage(kind: str, rule: Rule, table: pd.DataFrame) -> dict[str, Any]:
    known = [condition for condition in _all_conditions(rule) if condition.column in table]
    met = matches(known, table)
    return {
        "kind": kind,
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
    """Tell which condition leaves nobody of those who meet the ones before it, and what they have instead."""
    left = table
    for condition in known:
        fits = matches([condition], left)
        if not fits.any():
            instead = _instead(condition, left[condition.column])
            return {"unmet": condition.text, "among": len(left), "instead": instead}
        left = left[fits]
    raise ValueError("every condition is met by somebody")


def _instead(condition: Condition, values: pd.Series) -> str:
    """Tell what the clients that are left have, nearest to what the condition asks for."""
    if condition.one_of:
        return ", ".join(sorted(map(str, values.unique())))
    if condition.is_ is not None:
        return f"is {str(not condition.is_).lower()}"
    below = values[values < condition.at_least] if condition.at_least is not None else values.head(0)
    above = values[values >= condition.below] if condition.below is not None else values.head(0)
    ends = [*([below.max()] if len(below) else []), *([above.min()] if len(above) else [])]
    return ", ".join(plain(end) for end in ends)


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
