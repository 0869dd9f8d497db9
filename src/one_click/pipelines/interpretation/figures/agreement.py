"""The figure of where the two measures of importance place each feature, drawn from its table."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from one_click.columns import Language, label
from one_click.presentation.drawing import ACCENT, DECLINED, KEPT, in_both_languages, new_figure

from ..nodes.agreement import NEAR, REFITS, UNUSED
from ..nodes.importance import FEATURE

_NOT_USED = (UNUSED, REFITS)
_ALIKE = "#d1d5db"  # light grey: places that agree, or of features that the model does not use

_WORDS: dict[Language, dict[str, str]] = {
    "ru": {
        "shap": "вклад (SHAP)",
        "permutation": "потеря ROC-AUC",
        "rank": "Место по важности",
        "none": "Модель не использует признаков",
        "agree": "Модель использует признаков: {used}; два способа измерить их важность согласны",
        "differ": "Модель использует признаков: {used}; два способа измерить их важность расходятся в местах "
        "{differ} из них",
    },
    "en": {
        "shap": "contribution (SHAP)",
        "permutation": "loss of ROC-AUC",
        "rank": "Rank of importance",
        "none": "The model uses no feature",
        "agree": "Features that the model uses: {used}; two measures of their importance agree",
        "differ": "Features that the model uses: {used}; two measures of their importance disagree about the "
        "places of {differ} of them",
    },
}


@in_both_languages
def importance_agreement_figure(language: Language, importance_agreement: pd.DataFrame) -> Figure:
    """Draw the ranks of each feature by both measures, in Russian and in English."""
    table = importance_agreement[importance_agreement["kind"] == FEATURE].sort_values(
        "shap_rank", ascending=False
    )
    words, differ, heights = _WORDS[language], _differs(table), np.arange(len(table))
    figure = new_figure(8, 5, _title(table, language))
    axes = figure.subplots()
    by_size, by_loss = table["shap_rank"], table["permutation_rank"]
    axes.hlines(heights, by_size, by_loss, color=np.where(differ, DECLINED, _ALIKE), linewidth=2)
    axes.scatter(by_size, heights, color=KEPT, label=words["shap"], zorder=3)
    axes.scatter(by_loss, heights, color=ACCENT, marker="D", label=words["permutation"], zorder=3)
    axes.set_yticks(heights, [label(name, language) for name in table["feature"]])
    axes.set_xlabel(words["rank"])
    axes.invert_xaxis()
    axes.legend(loc="upper left")
    return figure


def _differs(table: pd.DataFrame) -> pd.Series:
    """Return whether the ranks of a feature that the model uses are far apart."""
    apart = (table["permutation_rank"] - table["shap_rank"]).abs()
    return (apart > NEAR[FEATURE]) & ~table["reason"].isin(_NOT_USED)


def _title(table: pd.DataFrame, language: Language) -> str:
    used, differ = int((~table["reason"].isin(_NOT_USED)).sum()), int(_differs(table).sum())
    found = "none" if not used else "differ" if differ else "agree"
    return _WORDS[language][found].format(used=used, differ=differ)
