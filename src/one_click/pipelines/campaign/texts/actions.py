"""Why something is done for a client, or not, in words."""

import pandas as pd

from one_click.columns import Words
from one_click.parameters import Offers
from one_click.presentation.sentences import add_words

from ..nodes.actions import place_clients
from ..nodes.experiment import CONTROL, TREATED
from .offers import NOTES

WHY: dict[str, Words] = {
    TREATED: {
        "ru": "Получает предложение.",
        "en": "Gets the offer.",
    },
    CONTROL: {
        "ru": "Контрольная группа: не предлагать ничего, чтобы измерить эффект предложения.",
        "en": "Control arm: offer nothing, so that the effect of the offer can be measured.",
    },
    "not_selected": {
        "ru": "Не выбран: бюджета и числа контактов хватило только на тех, у кого можно сохранить больше.",
        "en": "Not selected: budget and contacts reach only those of whom more may be kept.",
    },
    "thank": {
        "ru": "Ценный клиент вне зоны риска: поблагодарить, скидок не предлагать.",
        "en": "A valuable client who is not at risk: say thank you, offer no discount.",
    },
    "watch": {
        "ru": "Вероятность чуть ниже порога: ничего не предлагать, проверить в следующем месяце.",
        "en": "The probability is just below the threshold: offer nothing, look again next month.",
    },
    "leave_alone": {
        "ru": "Вне зоны риска: оставить как есть.",
        "en": "Not at risk: leave alone.",
    },
    **{note: NOTES[note] for note in ("resting", "no_consent", "no_eligible_offer", "not_worth_its_cost")},
}


def decide_actions(
    decision_table: pd.DataFrame,
    segments: pd.DataFrame,
    recommendations: pd.DataFrame,
    campaign_plan: pd.DataFrame,
    offers: Offers,
) -> pd.DataFrame:
    """Say for every client what is done, and why.

    Parameters
    ----------
    decision_table : DataFrame, one row per client
    segments : DataFrame, one row per client
    recommendations : DataFrame, one row per client and eligible offer
    campaign_plan : DataFrame, one row per selected client
    offers : Offers

    Returns
    -------
    DataFrame of `schemas.campaign.ClientActions`
    """
    actions = place_clients(decision_table, segments, recommendations, campaign_plan, offers)
    return add_words(actions, "why", WHY)
