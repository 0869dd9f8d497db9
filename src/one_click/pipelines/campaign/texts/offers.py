"""What is said of the offers: the text for the client, and why there is no offer."""

import pandas as pd

from one_click.columns import CLIENT_ID, LANGUAGES, Language, Words, translate
from one_click.parameters import Offers
from one_click.presentation.sentences import add_words
from one_click.rules.offers import NO_OFFER

from ..nodes.offers import list_eligible

# Why a client gets no offer.
NOTES: dict[str, Words] = {
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


def recommend_offers(decision_table: pd.DataFrame, segments: pd.DataFrame, offers: Offers) -> pd.DataFrame:
    """Return for each client at risk the eligible offers, the most promising first, with their texts.

    Parameters
    ----------
    decision_table : DataFrame, one row per client
    segments : DataFrame, one row per client
    offers : Offers
        Offers with assumed effects.

    Returns
    -------
    DataFrame of `schemas.campaign.Recommendations`
    """
    table = decision_table.merge(segments, on=CLIENT_ID, validate="one_to_one")
    rows = list_eligible(table, offers)
    categories = rows[CLIENT_ID].map(table.set_index(CLIENT_ID)["popular_category"])
    texts = {
        f"text_{language}": _write_texts(rows["offer"], categories, offers, language)
        for language in LANGUAGES
    }
    told = rows.drop(columns="note").assign(**texts, note=rows["note"])
    return add_words(told.astype(dict.fromkeys(texts, "str")), "note", NOTES)


def _write_texts(codes: pd.Series, categories: pd.Series, offers: Offers, language: Language) -> list[str]:
    templates = {offer.code: getattr(offer, f"text_{language}") for offer in offers.declared}
    templates[NO_OFFER] = ""  # recommended is also that nothing is offered
    return [
        templates[code].format(category=translate(category, language))
        for code, category in zip(codes, categories, strict=True)
    ]
