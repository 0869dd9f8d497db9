"""What the figures of `evidence` say, in both languages, from rows of their tables."""

import pandas as pd

from one_click.columns import Language, label
from one_click.presentation.wording import number

WORDS: dict[Language, dict[str, str]] = {
    "ru": {
        "outer_folds": "ROC-AUC внешних частей, 95 % интервал",
        "gain": "Прибавка ROC-AUC",
        "holdout": "ROC-AUC на отложенной четверти",
        "splits": "Доля разбиений",
    },
    "en": {
        "outer_folds": "ROC-AUC of outer folds, 95% interval",
        "gain": "Gain in ROC-AUC",
        "holdout": "ROC-AUC on a quarter held out",
        "splits": "Share of splits",
    },
}


def nested_title(best: pd.Series, language: Language) -> str:
    """Return the nested ROC-AUC of the rule of the best, with its interval."""
    value, low, high = (number(best[name], 3, language) for name in ("value", "low", "high"))
    if language == "ru":
        return f"Вся процедура выбора, вложенная проверка: ROC-AUC {value} (от {low} до {high})"
    return f"The whole procedure of selection, nested: ROC-AUC {value} ({low} to {high})"


def feature_gains_title(feature_gains: pd.DataFrame, language: Language) -> str:
    """Return which features pay."""
    paying = feature_gains[feature_gains["pays"]]["feature"].unique()
    named = ", ".join(label(name, language) for name in paying)
    if language == "ru":
        none = "Ни один из вычисленных признаков не повышает качество"
        return f"Повышают качество: {named}" if named else none
    return f"These add to quality: {named}" if named else "No engineered feature adds to quality"


def split_luck_title(areas: pd.Series, language: Language) -> str:
    """Return between which ROC-AUCs a model lies on different splits."""
    lowest, highest = (number(value, 3, language) for value in (areas.min(), areas.max()))
    if language == "ru":
        return f"Одна и та же модель на {len(areas)} разбиениях: ROC-AUC от {lowest} до {highest}"
    return f"The same model on {len(areas)} splits: ROC-AUC from {lowest} to {highest}"
