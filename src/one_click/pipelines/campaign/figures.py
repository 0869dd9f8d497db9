"""Figures of the campaign plan, drawn from tables."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from one_click.columns import Language
from one_click.presentation.drawing import (
    ACCENT,
    DECLINED,
    KEPT,
    NEUTRAL,
    draw_in_both_languages,
    new_figure,
    number_ticks,
)
from one_click.presentation.wording import number, percent

_WAYS: dict[str, tuple[str, str]] = {
    "plan": ("План", "The plan"),
    "profit_at_risk": ("Сначала больше прибыли под риском", "Most profit at risk first"),
    "probability": ("Сначала выше вероятность", "Highest probability first"),
    "monthly_profit": ("Сначала прибыльнее", "Most profitable first"),
    "random": ("В случайном порядке", "In random order"),
}


def budget_curve_figure(budget_curve: pd.DataFrame, plan_summary: dict[str, Any]) -> tuple[Figure, Figure]:
    """Draw the profit kept against the budget, in Russian and in English."""
    return draw_in_both_languages(_draw_curve, budget_curve, plan_summary)


def plan_comparison_figure(plan_comparison: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw what the plan and selections by hand keep, in Russian and in English."""
    return draw_in_both_languages(_draw_comparison, plan_comparison)


def _draw_curve(language: Language, curve: pd.DataFrame, summary: dict[str, Any]) -> Figure:
    kept, price = number(summary["kept"], 0, language), number(summary["budget_price"], 2, language)
    cost = number(summary["cost"], 0, language)
    if language == "ru":
        title = f"За {cost} ед. прибыли план может сохранить {kept}; ещё одна единица бюджета — {price}"
        names = ("Бюджет, ед. прибыли", "Может быть сохранено, ед. прибыли", "план")
    else:
        title = f"For {cost} profit units the plan may keep {kept}; one more unit of budget, {price}"
        names = ("Budget, profit units", "May be kept, profit units", "the plan")
    figure = new_figure(8, 4.5, title)
    axes = figure.subplots()
    axes.plot(curve["budget"], curve["kept"], color=KEPT, marker="o", markersize=4)
    axes.scatter([summary["cost"]], [summary["kept"]], color=DECLINED, s=70, zorder=3, label=names[2])
    axes.set_xlabel(names[0])
    axes.set_ylabel(names[1])
    axes.set_ylim(bottom=0)
    axes.legend(loc="lower right")
    number_ticks(axes.xaxis, 0, language)
    number_ticks(axes.yaxis, 0, language)
    return figure


def _draw_comparison(language: Language, comparison: pd.DataFrame) -> Figure:
    table = comparison.sort_values("kept", ignore_index=True)
    figure = new_figure(8, 3.5, _comparison_title(comparison, language))
    axes = figure.subplots()
    heights = np.arange(len(table))
    colours = [ACCENT if way == "plan" else NEUTRAL for way in table["way"]]
    axes.barh(heights, table["kept"], color=colours, height=0.65)
    axes.hlines(heights, table["low"], table["high"], color="black", linewidth=1.5)
    for height, kept in zip(heights, table["kept"], strict=True):
        axes.text(kept, float(height), f" {number(kept, 0, language)}", va="center", fontsize=9)
    axes.set_yticks(heights, [_WAYS[way][0 if language == "ru" else 1] for way in table["way"]])
    axes.set_xlabel(
        "Может быть сохранено на тот же бюджет, ед. прибыли"
        if language == "ru"
        else "May be kept for the same budget, profit units"
    )
    axes.margins(x=0.1)
    number_ticks(axes.xaxis, 0, language)
    return figure


def _comparison_title(comparison: pd.DataFrame, language: Language) -> str:
    by_way = comparison.set_index("way")
    by_hand = by_way.drop(index="plan")["kept"]
    if by_way.loc["plan", "kept"] <= 0:
        return (
            "План никому ничего не предлагает" if language == "ru" else "The plan makes no offer to anybody"
        )
    share = percent(by_hand.max() / by_way.loc["plan", "kept"], 0, language)
    best = _WAYS[str(by_hand.idxmax())][0 if language == "ru" else 1]
    if language == "ru":
        return f"Лучший отбор вручную («{best}») сохраняет {share} того, что план, — если эффекты таковы"
    return f"The best selection by hand (“{best}”) keeps {share} of what the plan keeps, if effects are so"
