"""Which offers a client may get, why, and what each may keep."""

import numpy as np
import pandas as pd

from one_click.columns import BASE_FEATURES, CLIENT_ID
from one_click.parameters import Offers
from one_click.rules.conditions import SEPARATOR, Condition, matches
from one_click.rules.offers import CASES, CONSENT, MESSAGEABLE, NO_OFFER, Offer
from one_click.rules.signals import RISK_SIGNALS


def list_eligible(table: pd.DataFrame, offers: Offers) -> pd.DataFrame:
    """Return for each client at risk the eligible offers, the one that may keep most profit first.

    Parameters
    ----------
    table : DataFrame, one row per client
        The decision table with `segment`.
    offers : Offers
        All offers; of equally good ones the first declared comes first.

    Returns
    -------
    DataFrame, one row per client and eligible offer, or one with offer ``none``
        `schemas.campaign.Recommendations` without texts and sentences. ``expected_profit_kept = effect *
        profit_at_risk - cost`` for each assumed effect; ``break_even_effect = cost / profit_at_risk``.
    """
    parts = [
        _of_offer(offer, table[matches((*offer.facts, *offer.conditions), table)])
        for offer in offers.declared
    ]
    eligible = pd.concat(parts, ignore_index=True)
    others = table[~table[CLIENT_ID].isin(eligible[CLIENT_ID])]
    listed = pd.concat([eligible, _without_offer(others, offers)], ignore_index=True)
    listed = listed.sort_values(
        [CLIENT_ID, "expected_profit_kept_base"], ascending=[True, False], kind="stable", ignore_index=True
    )
    listed.insert(1, "rank", listed.groupby(CLIENT_ID).cumcount() + 1)
    return listed.astype(dict.fromkeys(("offer", "channel", "reason", "note"), "str"))


def _of_offer(offer: Offer, table: pd.DataFrame) -> pd.DataFrame:
    """Return what an offer may keep of each client who may get it."""
    at_risk = table["profit_at_risk"]
    kept = {case: getattr(offer.effect, case) * at_risk - offer.cost for case in CASES}
    named = _named_features(offer)
    reasons = [_reason(named, *cells) for cells in zip(table["reasons"], table["signals"], strict=True)]
    return pd.DataFrame(
        {
            CLIENT_ID: table[CLIENT_ID],
            "offer": offer.code,
            "channel": offer.channel,
            "reason": np.array(reasons, dtype=object),
            "cost": offer.cost,
            **{f"expected_profit_kept_{case}": values for case, values in kept.items()},
            "break_even_effect": offer.cost / at_risk.where(at_risk > 0),
            "note": np.where(kept["base"] > 0, "", "not_worth_its_cost"),
        }
    )


def find_closed(table: pd.DataFrame, offers: Offers) -> pd.Series:
    """Return what keeps each client from the messages whose conditions are met.

    Parameters
    ----------
    table : DataFrame, one row per client
        The decision table with `segment`.
    offers : Offers

    Returns
    -------
    Series of str, with the table's index
        ``no_consent``, ``resting`` (too many contacts already), or empty: none fits, or one may be sent.
    """
    own = [_own_conditions(offer) for offer in offers.declared if offer.needs_consent]
    fits = np.any([matches(conditions, table) for conditions in own], axis=0) if own else False
    codes = np.select(
        [fits & ~table["allows_messages"], fits & ~table["may_be_messaged"]], ["no_consent", "resting"], ""
    )
    return pd.Series(codes, index=table.index, dtype="str")


def _own_conditions(offer: Offer) -> list[Condition]:
    """Return the conditions of an offer but those on whether a message may be sent."""
    return [one for one in offer.conditions if one.column not in (CONSENT.column, MESSAGEABLE.column)]


def _without_offer(table: pd.DataFrame, offers: Offers) -> pd.DataFrame:
    closed = find_closed(table, offers)
    nothing = dict.fromkeys(("cost", *(f"expected_profit_kept_{case}" for case in CASES)), 0.0)
    return pd.DataFrame(
        {
            CLIENT_ID: table[CLIENT_ID],
            "offer": NO_OFFER,
            "channel": NO_OFFER,
            "reason": "",
            **nothing,
            "break_even_effect": np.nan,
            "note": closed.where(closed != "", "no_eligible_offer").where(table["at_risk"], "not_at_risk"),
        }
    )


def _named_features(offer: Offer) -> dict[str, str]:
    """Return the features that an offer's conditions name, each with what makes it apply to a client.

    That is a risk signal, ``reason`` (only as one of the client's own reasons) or nothing.
    """
    named: dict[str, str] = {}
    for condition in offer.conditions:
        if condition.column in BASE_FEATURES and condition.column != "allows_messages":
            named.setdefault(condition.column, "")
        for signal in condition.signal:
            named.setdefault(RISK_SIGNALS[signal].feature, signal)
        for feature in condition.reason:
            named.setdefault(feature, "reason")
    return named


def _reason(named: dict[str, str], reasons: str, signals: str) -> str:
    """Return the strongest own reason that the offer names, else the feature that made it apply."""
    own = [feature for feature in reasons.split(SEPARATOR) if feature in named]
    shown = ("", *signals.split(SEPARATOR))
    eligible = [feature for feature, by in named.items() if by in shown]
    return (own + eligible + [""])[0]
