"""Sentences about segments and offers that fit no client this month."""

from typing import Any

import pandas as pd

from one_click.columns import LANGUAGES, Language, Words
from one_click.parameters import Offers, Segmentation
from one_click.presentation.wording import clients as count_clients
from one_click.rules.offers import Offer
from one_click.rules.segments import Segment

from ..nodes.lists import list_idle

_BEGINNINGS: dict[str, Words] = {
    "segment": {
        "ru": "Сегмент «{title}» в этом месяце пуст: ",
        "en": "Segment '{title}' is empty this month: ",
    },
    "offer": {
        "ru": "Предложение «{title}» в этом месяце никому не подходит: ",
        "en": "Offer '{title}' fits nobody this month: ",
    },
}
_UNMET: Words = {
    "ru": "условию «{unmet}» не отвечает никто (условия перед ним выполнены у стольких: {among}; "
    "у них — {instead}).",
    "en": "nobody meets '{unmet}' (meeting the conditions before it: {among}; they have: {instead}).",
}
_LATER: dict[str, Words] = {
    "segment": {
        "ru": "условиям, известным до оценки риска, отвечают: {met}, но все они уже в сегментах выше "
        "или не подходят по риску, причинам и сигналам.",
        "en": "meeting the conditions known before scoring: {met}, but all of them are in a segment above, "
        "or do not meet those on risk, reasons and signals.",
    },
    "offer": {
        "ru": "условиям, известным до оценки риска, отвечают: {met}, но никто из них не подходит по риску, "
        "причинам, сигналам и сегменту.",
        "en": "meeting the conditions known before scoring: {met}, but none of them meets those on risk, "
        "reasons, signals and segment.",
    },
}


def find_idle_rules(
    rule_coverage: pd.DataFrame,
    segments: pd.DataFrame,
    recommendations: pd.DataFrame,
    options: Segmentation,
    offers: Offers,
) -> pd.DataFrame:
    """List the segments and offers without clients, with what keeps clients out.

    Parameters
    ----------
    rule_coverage : DataFrame, one row per segment and offer
    segments : DataFrame, one row per client
    recommendations : DataFrame, one row per client and eligible offer
    options : Segmentation
    offers : Offers

    Returns
    -------
    DataFrame of `schemas.campaign.IdleRules`
    """
    idle = list_idle(rule_coverage, segments, recommendations)
    declared: tuple[Segment | Offer, ...] = (*options.segments, *offers.declared)
    named = {rule.code: rule for rule in declared}
    rows = [(row, named[row["code"]]) for row in idle.to_dict("records")]
    titles = {f"title_{one}": [getattr(rule, f"title_{one}") for _, rule in rows] for one in LANGUAGES}
    sentences = {f"sentence_{one}": [_tell(row, rule, one) for row, rule in rows] for one in LANGUAGES}
    return idle[["kind", "code"]].assign(**titles, **sentences).astype("str")


def _tell(row: dict[str, Any], rule: Segment | Offer, language: Language) -> str:
    start = _BEGINNINGS[row["kind"]][language].format(title=getattr(rule, f"title_{language}"))
    if row["unmet"]:
        among = count_clients(row["among"], language)
        return start + _UNMET[language].format(unmet=row["unmet"], among=among, instead=row["instead"])
    return start + _LATER[row["kind"]][language].format(met=count_clients(row["clients"], language))
