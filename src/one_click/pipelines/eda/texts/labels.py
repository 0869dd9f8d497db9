"""Words on the axes, in the legends and over the panels of the figures."""

from typing import Any

import pandas as pd

from one_click.columns import GROUP_LABELS, Language, Words, label
from one_click.presentation.wording import number, percent

LABELS: dict[str, Words] = {
    "declined": {"ru": "снизили активность", "en": "declined"},
    "kept": {"ru": "сохранили уровень", "en": "kept buying"},
    "higher": {"ru": "выше у снизивших активность", "en": "higher for the declined"},
    "lower": {"ru": "ниже у снизивших активность", "en": "lower for the declined"},
    "differs": {"ru": "категория: V Крамера, без знака", "en": "category: Cramér's V, unsigned"},
    "none": {"ru": "ясной разницы нет", "en": "no clear difference"},
    "effect": {
        "ru": "Размер эффекта с 95 % интервалом (δ Клиффа, от −1 до 1)",
        "en": "Size of the effect with its 95% interval (Cliff's δ, −1 to 1)",
    },
    "phik": {
        "ru": "φk: связь любой формы, от 0 (нет) до 1 (полная);\nсерые числа не отличить от случайности",
        "en": "φk: association of any form, from 0 (none) to 1 (complete);\ngrey numbers may be chance",
    },
    "interaction": {"ru": "ясное совместное действие", "en": "clear joint effect"},
    "no_interaction": {"ru": "совместного действия не видно", "en": "no joint effect seen"},
    "cell": {
        "ru": "В клетке: доля снизивших активность и число клиентов",
        "en": "In a cell: share of clients whose activity declined, and number of clients",
    },
    "pairs": {
        "ru": "Сглаженные контуры: внутри 50 и 90 % клиентов класса; на диагонали — доли класса",
        "en": "Smoothed contours hold 50 and 90% of a class; on the diagonal, shares of the class",
    },
    "roc_auc": {
        "ru": "ROC-AUC логистической регрессии на одной группе признаков, с 95 % интервалом",
        "en": "ROC-AUC of a logistic regression on one group of features, with its 95% interval",
    },
    "clients": {"ru": "клиенты магазина", "en": "the store's clients"},
    "null_model": {"ru": "единое облако с той же ковариацией", "en": "a single cloud, same covariance"},
    "clusters": {"ru": "Число групп", "en": "Number of clusters"},
    "stability": {
        "ru": "Согласие двух половин (индекс Рэнда)",
        "en": "Agreement of two halves (Rand index)",
    },
    "cluster_effect": {
        "ru": "Отличие группы от остальных (δ Клиффа) с 95 % интервалом:\n"
        "описание: группы и найдены по этим признакам",
        "en": "Difference from all others (Cliff's δ) with its 95% interval:\n"
        "a description, as these features made the clusters",
    },
    "declined_share": {"ru": "Доля снизивших активность", "en": "Share of clients whose activity declined"},
    "share": {"ru": "как есть, с 95 % интервалом", "en": "as observed, with its 95% interval"},
}


def of_group(row: dict[str, Any], language: Language) -> str:
    """Label a group of features, with its number of clear features."""
    clear, features = row["clear"], row["features"]
    counted = {"ru": f"{clear} из {features} ясно различаются", "en": f"{clear} of {features} clear"}
    return f"{GROUP_LABELS[row['group']][language]}\n({counted[language]})"


def of_cluster(cluster: int, language: Language) -> str:
    """Label a cluster."""
    return f"группа {cluster}" if language == "ru" else f"cluster {cluster}"


def of_cluster_risk(profile: pd.Series, language: Language) -> str:
    """Label a cluster, with its size and risk."""
    share, risk = (percent(profile[name], 0, language) for name in ("share", "declined_share"))
    words = {"ru": f"{share} базы, снизили активность {risk}", "en": f"{share} of the base, {risk} declined"}
    return f"{of_cluster(profile['cluster'], language)}: {words[language]}"


def of_axis(axis: int, explained: float, language: Language) -> str:
    """Label a principal component, with its share of the variance."""
    share = percent(explained, 0, language)
    return {"ru": f"Ось {axis}: {share} различий", "en": f"Axis {axis}: {share} of the variance"}[language]


def of_standardised(feature: str, language: Language) -> str:
    """Label shares that are standardised by a feature."""
    name = label(feature, language).lower()
    return {"ru": f"при одинаковом распределении «{name}»", "en": f"with “{name}” distributed alike"}[
        language
    ]


def of_contacts(row: dict[str, Any], language: Language) -> str:
    """Label a bin of contacts, with its number of clients."""
    least, most = (number(row[end], 1, language) for end in ("least", "most"))
    return f"{least} – {most}\nn = {number(row['n'], 0, language)}"
