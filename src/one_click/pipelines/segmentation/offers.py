"""Choice of at most one offer per client."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import BASE_FEATURES, CLIENT_ID, GLOSSARY, LANGUAGES, Language, translate
from one_click.conditions import SEPARATOR, matches
from one_click.declarations import NO_OFFER, RISK_SIGNALS, Offer
from one_click.parameters import Offers

NOTES: dict[str, dict[Language, str]] = {
    "": {"ru": "", "en": ""},
    "not_at_risk": {
        "ru": "Оставить как есть: вероятность снижения ниже порога.",
        "en": "Keep as is: the probability of decline is below the threshold.",
    },
    "no_eligible_offer": {
        "ru": "Нет предложения: ни одно не подходит клиенту по условиям.",
        "en": "No offer: the client meets the conditions of none.",
    },
    "not_worth_its_cost": {
        "ru": "Нет предложения: ни одно подходящее, вероятно, не окупит своих затрат.",
        "en": "No offer: none of the eligible ones is expected to pay for itself.",
    },
}


@dataclass(frozen=True)
class Choice:
    """The offer chosen for each client.

    Attributes
    ----------
    offer : array of int, shape (n_clients,)
        Position among the declared offers; their number stands for none.
    note : array of str, shape (n_clients,)
        Why there is none (a key of `NOTES`); empty where there is an offer.
    """

    offer: NDArray[np.int64]
    note: NDArray[np.str_]


def choose_offers(table: pd.DataFrame, offers: Offers) -> Choice:
    """Choose for each client at risk the eligible offer of the largest expected profit kept.

    Parameters
    ----------
    table : DataFrame, one row per client
        The decision table with `segment`.
    offers : Offers
        All offers; of equally good ones the first is chosen.
    """
    eligible = np.column_stack([_eligible(offer, table) for offer in offers.declared])
    effect = np.array([offer.effect.base for offer in offers.declared])
    cost = np.array([offer.cost for offer in offers.declared])
    kept = np.outer(table["profit_at_risk"], effect) - cost
    kept = np.where(eligible, kept, -np.inf)
    chosen = kept.max(axis=1) > 0
    note = np.select(
        [chosen, ~table["at_risk"].to_numpy(dtype=bool), ~eligible.any(axis=1)],
        ["", "not_at_risk", "no_eligible_offer"],
        "not_worth_its_cost",
    )
    return Choice(np.where(chosen, kept.argmax(axis=1), len(offers.declared)), note)


def _eligible(offer: Offer, table: pd.DataFrame) -> NDArray[np.bool_]:
    fits = table["at_risk"] & matches(offer.conditions, table)
    if offer.needs_consent:
        fits &= table["allows_messages"]
    return fits.to_numpy(dtype=bool)


def describe_choice(table: pd.DataFrame, choice: Choice, offers: Offers) -> pd.DataFrame:
    """Write the chosen offers down, with what they may keep and cost.

    Parameters
    ----------
    table : DataFrame, one row per client
        The decision table.
    choice : Choice
    offers : Offers

    Returns
    -------
    DataFrame, one row per client, with the columns of `recommendations`
        Money in profit units. ``expected_profit_kept = effect * profit_at_risk - cost`` for each assumed
        effect; ``break_even_effect = cost / profit_at_risk``, missing without an offer.
    """
    at_risk = table["profit_at_risk"].to_numpy()
    has_offer = choice.note == ""
    cost = _of_chosen(choice, [offer.cost for offer in offers.declared], 0.0)
    kept = {
        f"expected_profit_kept_{level}": at_risk
        * _of_chosen(choice, [getattr(offer.effect, level) for offer in offers.declared], 0.0)
        - cost
        for level in ("low", "base", "high")
    }
    break_even = np.full(len(table), np.nan)
    np.divide(cost, at_risk, out=break_even, where=has_offer)
    return pd.DataFrame(
        {
            CLIENT_ID: table[CLIENT_ID],
            "offer": _of_chosen(choice, [offer.code for offer in offers.declared], NO_OFFER),
            "channel": _of_chosen(choice, [offer.channel for offer in offers.declared], NO_OFFER),
            "reason": _reasons(table, choice, offers),
            "cost": cost,
            **kept,
            "break_even_effect": break_even,
            **{f"text_{language}": _texts(table, choice, offers, language) for language in LANGUAGES},
            "note": choice.note,
            **{f"note_{language}": [NOTES[code][language] for code in choice.note] for language in LANGUAGES},
        }
    ).astype(dict.fromkeys(("offer", "channel", "reason", "note"), "str"))


def _of_chosen(choice: Choice, values: list[Any], without: Any) -> NDArray[Any]:
    return np.array([*values, without])[choice.offer]


def _texts(table: pd.DataFrame, choice: Choice, offers: Offers, language: Language) -> list[str]:
    templates = [getattr(offer, f"text_{language}") for offer in offers.declared] + [""]
    words = {name: translate(name, language) for name in (*GLOSSARY, *table["popular_category"].unique())}
    return [
        templates[offer].format(category=words[category])
        for offer, category in zip(choice.offer, table["popular_category"], strict=True)
    ]


def _reasons(table: pd.DataFrame, choice: Choice, offers: Offers) -> list[str]:
    named = [_named_features(offer) for offer in offers.declared] + [{}]
    cells = zip(choice.offer, table["reasons"], table["signals"], strict=True)
    return [_reason(named[offer], reasons, signals) for offer, reasons, signals in cells]


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
