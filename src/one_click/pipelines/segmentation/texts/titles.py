"""Titles and labels of the figures; a title says what the table proves."""

import pandas as pd

from one_click.columns import Language, Words
from one_click.presentation.wording import clients, number, percent
from one_click.schemas.records import RuleThresholds

WORDS: dict[str, Words] = {
    "probability": {"ru": "Вероятность снижения активности", "en": "Probability of decline"},
    "risk": {"ru": "порог риска", "en": "risk threshold"},
    "value": {"ru": "граница ценности", "en": "value border"},
    "profit_at_risk": {
        "ru": "Прибыль под риском {months}, ед. прибыли",
        "en": "Profit at risk {months}, profit units",
    },
}
KINDS: dict[str, Words] = {
    "key": {"ru": "ключевые", "en": "key"},
    "at_risk": {"ru": "прочие в зоне риска", "en": "other at risk"},
    "loyal": {"ru": "вне зоны риска", "en": "not at risk"},
}


def title_of_segments(table: pd.DataFrame, rule_thresholds: RuleThresholds, language: Language) -> str:
    """Return how many clients are at risk, and how many of them are valuable."""
    at_risk = table[table["at_risk"]]
    share, valuable = len(at_risk) / len(table), int(at_risk["valuable"].sum())
    least = number(rule_thresholds.monthly_profit, 2, language)
    everyone = clients(len(table), language)
    if language == "ru":
        return (
            f"В зоне риска {number(len(at_risk), 0, 'ru')} из {number(len(table), 0, 'ru')} клиентов "
            f"({percent(share, 0, 'ru')}); {number(valuable, 0, 'ru')} из них — ценные: "
            f"от {least} ед. прибыли в месяц"
        )
    return (
        f"{number(len(at_risk), 0, 'en')} of {everyone} ({percent(share, 0, 'en')}) are at risk; "
        f"{number(valuable, 0, 'en')} of them are valuable: {least} profit units a month or more"
    )


def title_of_profit(profiles: pd.DataFrame, months: str, language: Language) -> str:
    """Return what part of the clients and of the profit at risk the key segments hold."""
    at_risk, key = profiles[profiles["at_risk"]], profiles[profiles["key"]]
    total, of_key = at_risk["profit_at_risk"].sum(), key["profit_at_risk"].sum()
    up_to = number(of_key if len(key) else total, 0, language)
    if not len(key):
        return (
            f"Ключевых сегментов нет; на клиентов в зоне риска может прийтись до {up_to} ед. прибыли {months}"
            if language == "ru"
            else f"There is no key segment; clients at risk may take away up to {up_to} profit units {months}"
        )
    members = percent(key["clients"].sum() / at_risk["clients"].sum(), 0, language)
    share = percent(of_key / total, 0, language)
    if language == "ru":
        return (
            f"Ключевые сегменты — {members} клиентов в зоне риска и {share} их прибыли под риском: "
            f"до {up_to} ед. {months}"
        )
    return (
        f"Key segments are {members} of the clients at risk and {share} of their profit at risk: "
        f"up to {up_to} units {months}"
    )
