"""What is done for each client, and why: every client stands in exactly one place."""

import numpy as np
import pandas as pd

from one_click.columns import CLIENT_ID, LANGUAGES, Language
from one_click.parameters import Offers
from one_click.rules.declarations import NO_OFFER

from .experiment import CONTROL, TREATED
from .offers import NOTES, find_closed

# Where a client at risk stands; in this order on the page.
OF_RISK = (TREATED, CONTROL, "not_selected", "resting", "no_consent", "no_offer")
# What to do for the others.
OF_OTHERS = ("thank", "watch", "leave_alone")
COLUMNS_OF_ACTIONS = (CLIENT_ID, "at_risk", "action", "offer", "channel", "why", "why_ru", "why_en")

WHY: dict[str, dict[Language, str]] = {
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
    DataFrame, one row per client: client_id, at_risk, action, offer, channel, why, why_ru, why_en
        `action` of a client at risk is one of `OF_RISK`, of any other one of `OF_OTHERS`. Offer and channel
        are those of the plan, ``none`` without. `why` is a key of `WHY`: the action itself, or why there is
        no offer.
    """
    table = decision_table.merge(segments, on=CLIENT_ID, validate="one_to_one")
    planned = campaign_plan.set_index(CLIENT_ID)[["arm", "offer", "channel"]].astype("str")
    planned = planned.reindex(table[CLIENT_ID]).set_axis(table.index)
    first = recommendations[recommendations["rank"] == 1].set_index(CLIENT_ID)["note"]
    why = np.where(
        table["at_risk"],
        _of_risk(planned["arm"], table[CLIENT_ID].map(first), find_closed(table, offers)),
        np.select([table["valuable"], table["membership"] == "borderline"], OF_OTHERS[:2], OF_OTHERS[2]),
    )
    actions = pd.DataFrame(
        {
            CLIENT_ID: table[CLIENT_ID],
            "at_risk": table["at_risk"],
            "action": pd.Series(why).where(np.isin(why, (*OF_RISK, *OF_OTHERS)), "no_offer"),
            "offer": planned["offer"].fillna(NO_OFFER),
            "channel": planned["channel"].fillna(NO_OFFER),
            "why": why,
            **{f"why_{language}": [WHY[code][language] for code in why] for language in LANGUAGES},
        }
    )
    return actions.astype(dict.fromkeys(COLUMNS_OF_ACTIONS[2:], "str"))


def _of_risk(arm: pd.Series, note: pd.Series, closed: pd.Series) -> pd.Series:
    """Return why a client at risk stands where he does: his arm, else what keeps him from an offer.

    An offer that would pay for itself, but is not in the plan, comes first: it is the plan's own choice.
    """
    barred = closed.where(closed != "", note)
    return arm.fillna(barred.where(note != "", "not_selected"))
