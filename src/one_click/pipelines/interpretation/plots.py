"""Figures of `interpretation`, drawn from tables."""

import pandas as pd
from matplotlib.figure import Figure

from one_click.columns import Language, label
from one_click.drawing import DECLINED, KEPT, NEUTRAL, draw_in_both_languages, new_figure, number_ticks
from one_click.wording import number, percent

_CLEAR = 0.3  # rank correlation from which larger values are said to raise or lower the risk


def permutation_importance_figure(permutation_importance: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw the loss of ROC-AUC by shuffled feature, in Russian and in English."""
    return draw_in_both_languages(_draw_permutation, permutation_importance)


def shap_importance_figure(shap_importance: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw the mean absolute contribution by feature, in Russian and in English."""
    return draw_in_both_languages(_draw_shap, shap_importance)


def _draw_permutation(language: Language, importance: pd.DataFrame) -> Figure:
    first = importance.iloc[0]
    name, loss = label(first["feature"], language), number(first["importance"], 3, language)
    title = (
        f"Больше всего модель теряет, если перемешать признак «{name}»: {loss} ROC-AUC"
        if language == "ru"
        else f"The model loses most when “{name.lower()}” is shuffled: {loss} of ROC-AUC"
    )
    figure = new_figure(8, 5, title)
    axes = figure.subplots()
    shown = importance.iloc[::-1]
    heights = range(len(shown))
    axes.hlines(heights, shown["low"], shown["high"], colors=KEPT, linewidth=3, alpha=0.5)
    axes.scatter(shown["importance"], heights, color=KEPT, s=45, zorder=3)
    axes.axvline(0, color=NEUTRAL, linewidth=1)
    axes.set_yticks(list(heights), [label(feature, language) for feature in shown["feature"]])
    axes.set_xlabel(
        "Потеря ROC-AUC при перемешивании признака" if language == "ru" else "Loss of ROC-AUC when shuffled"
    )
    number_ticks(axes.xaxis, 2, language)
    return figure


def _draw_shap(language: Language, importance: pd.DataFrame) -> Figure:
    three = importance.head(3)
    names = ", ".join(f"«{label(name, language)}»" for name in three["feature"])
    share = percent(three["share"].sum(), 0, language)
    title = (
        f"Три признака дают {share} всех объяснений: {names}"
        if language == "ru"
        else f"Three features give {share} of all explanations: " + names.replace("«", "“").replace("»", "”")
    )
    legend = {
        "ru": (
            "больше значение — выше риск",
            "больше значение — ниже риск",
            "без ясного направления",
            "Средний вклад в оценку риска",
        ),
        "en": (
            "larger value, higher risk",
            "larger value, lower risk",
            "no clear direction",
            "Mean contribution to the score",
        ),
    }[language]
    figure = new_figure(8, 5, title)
    axes = figure.subplots()
    shown = importance.iloc[::-1].reset_index(drop=True)
    up, down = shown["direction"] > _CLEAR, shown["direction"] < -_CLEAR
    parts = (up, down, ~(up | down))
    for mask, colour, name in zip(parts, (DECLINED, KEPT, NEUTRAL), legend[:3], strict=True):
        axes.barh(shown.index[mask], shown.loc[mask, "mean_absolute"], color=colour, label=name, height=0.7)
    axes.set_yticks(shown.index, [label(feature, language) for feature in shown["feature"]])
    axes.set_xlabel(legend[3])
    axes.legend(loc="lower right")
    number_ticks(axes.xaxis, 2, language)
    return figure
