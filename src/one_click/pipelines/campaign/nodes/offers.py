"""Which offers a client may get, why, and what each may keep."""

import numpy as np
import pandas as pd

from one_click.columns import BASE_FEATURES, CLIENT_ID, LANGUAGES, Language, translate
from one_click.parameters import Offers
from one_click.rules.declarations import CONSENT, MESSAGEABLE, NO_OFFER, RISK_SIGNALS, Condition, Offer
from one_click.rules.matching import SEPARATOR, matches

# Why a client gets no offer; the arms and what is done for clients who are not at risk stand in actions.py.
NOTES: dict[str, dict[Language, str]] = {
    "": {"ru": "", "en": ""},
    "not_at_risk": {
        "ru": "Оставить как есть: вероятность снижения ниже порога.",
        "en": "Keep as is: the probability of decline is below the threshold.",
    },
    "no_consent": {
        "ru": "Нет предложения: клиент не разрешил сообщения, а без них ничего не подходит или не окупается.",
        "en": "No offer: the client does not allow messages, and nothing else fits and pays.",
    },
    "resting": {
        "ru": "Пауза: контактов уже достаточно, а кроме сообщений ничего не подходит или не окупается.",
        "en": "Resting: there were enough contacts, and nothing else than messages fits and pays.",
    },
    "no_eligible_offer": {
        "ru": "Нет предложения: ни одно не подходит клиенту по условиям.",
        "en": "No offer: the client meets the conditions of none.",
    },
    "not_worth_its_cost": {
        "ru": "Предложение, вероятно, не окупит своих затрат.",
        "en": "The offer is not expected to pay for itself.",
    },
}


COLUMNS_OF_RECOMMENDATIONS = (
    CLIENT_ID,
    "rank",
    "offer",
    "channel",
    "reason",
    "cost",
    "expected_profit_kept_low",
    "expected_profit_kept_base",
    "expected_profit_kept_high",
    "break_even_effect",
    "text_ru",
    "text_en",
    "note",
    "note_ru",
    "note_en",
)


def list_eligible(table: pd.DataFrame, offers: Offers) -> pd.DataFrame:
    """List for each client at risk the offers that he may get, the one that may keep most profit first.

    Parameters
    ----------
    table : DataFrame, one row per client
        The decision table with `segment`.
    offers : Offers
        All offers; of equally good ones the first declared comes first.

    Returns
    -------
    DataFrame, one row per client and eligible offer, or one with offer ``none``
        The columns of `recommendations`; money in profit units. ``expected_profit_kept = effect *
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
    listed["rank"] = listed.groupby(CLIENT_ID).cumcount() + 1
    for language in LANGUAGES:
        listed[f"note_{language}"] = [NOTES[code][language] for code in listed["note"]]
    return listed[list(COLUMNS_OF_RECOMMENDATIONS)].astype(
        dict.fromkeys(("offer", "channel", "reason", "note", "note_ru", "note_en"), "str")
    )


def _of_offer(offer: Offer, table: pd.DataFrame) -> pd.DataFrame:
    """Write down what an offer may keep of each client who may get it."""
    at_risk = table["profit_at_risk"]
    kept = {level: getattr(offer.effect, level) * at_risk - offer.cost for level in ("low", "base", "high")}
    named = _named_features(offer)
    reasons = [_reason(named, *cells) for cells in zip(table["reasons"], table["signals"], strict=True)]
    texts = {f"text_{language}": _texts(offer, table, language) for language in LANGUAGES}
    return pd.DataFrame(
        {
            CLIENT_ID: table[CLIENT_ID],
            "offer": offer.code,
            "channel": offer.channel,
            "reason": np.array(reasons, dtype=object),
            "cost": offer.cost,
            **{f"expected_profit_kept_{level}": values for level, values in kept.items()},
            "break_even_effect": offer.cost / at_risk.where(at_risk > 0),
            **texts,
            "note": np.where(kept["base"] > 0, "", "not_worth_its_cost"),
        }
    )


def find_closed(table: pd.DataFrame, offers: Offers) -> pd.Series:
    """Tell why the messages whose conditions a client meets are closed to him.

    Parameters
    ----------
    table : DataFrame, one row per client
        The decision table with `segment`.
    offers : Offers

    Returns
    -------
    Series of str, with the table's index
        ``no_consent``, ``resting`` (too many contacts already), or empty: no message fits, or he may get it.
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
    nothing = dict.fromkeys(
        ("cost", *(f"expected_profit_kept_{level}" for level in ("low", "base", "high"))), 0.0
    )
    return pd.DataFrame(
        {
            CLIENT_ID: table[CLIENT_ID],
            "offer": NO_OFFER,
            "channel": NO_OFFER,
            "reason": "",
            **nothing,
            "break_even_effect": np.nan,
            "text_ru": "",
            "text_en": "",
            "note": closed.where(closed != "", "no_eligible_offer").where(table["at_risk"], "not_at_risk"),
        }
    )


def _texts(offer: Offer, table: pd.DataFrame, language: Language) -> list[str]:
    template = getattr(offer, f"text_{language}")
    return [template.format(category=translate(name, language)) for name in table["popular_category"]]


def _named_features(offer: Offer) -> dict[str, str]:
    """Return the features that an offer's conditions name, each with what makes it apply to a client.

    That is a risk signal, ``reason`` (only as one of the client's own reasons) or nothing.
    """
    named: dict[str, str] = {}
    for condition in offer.conditions:
        if condition.column in BASE_FEATURES and condition.column != "allows_messages":
            named.setdefault(condition.column, "")
        for signal in condition.signal:
            named.setdefault(RISK_SIGNALS[signal], signal)
        for feature in condition.reason:
            named.setdefault(feature, "reason")
    return named


def _reason(named: dict[str, str], reasons: str, signals: str) -> str:
    """Return the strongest of the client's own reasons that the offer names, else what made him eligible."""
    own = [feature for feature in reasons.split(SEPARATOR) if feature in named]
    shown = ("", *signals.split(SEPARATOR))
    eligible = [feature for feature, by in named.items() if by in shown]
    return (own + eligible + [""])[0]


def recommend_offers(decision_table: pd.DataFrame, segments: pd.DataFrame, offers: Offers) -> pd.DataFrame:
    """List for each client at risk the offers that he may get, the most promising first.

    Parameters
    ----------
    decision_table : DataFrame, one row per client
    segments : DataFrame, one row per client
    offers : Offers
        Offers with assumed effects.

    Returns
    -------
    DataFrame, one row per client and eligible offer; a client without any has one row with offer ``none``
        client_id, rank, offer, channel, reason, cost, expected_profit_kept_low, _base, _high,
        break_even_effect (money in profit units), text_ru, text_en, note (why there is no offer, or that it
        is not worth its cost), note_ru, note_en.
    """
    table = decision_table.merge(segments, on=CLIENT_ID, validate="one_to_one")
    return list_eligible(table, offers)
