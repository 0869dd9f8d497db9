"""Figures of the campaign plan, drawn from tables."""

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
from one_click.presentation.wording import number
from one_click.schemas.records import PlanSummary

from .texts.titles import WAYS, WORDS, title_of_comparison, title_of_curve


def budget_curve_figure(budget_curve: pd.DataFrame, plan_summary: PlanSummary) -> tuple[Figure, Figure]:
    """Draw the profit kept against the budget, in Russian and in English."""
    return draw_in_both_languages(_draw_curve, budget_curve, plan_summary)


def plan_comparison_figure(plan_comparison: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw what the plan and selections by hand keep, in Russian and in English."""
    return draw_in_both_languages(_draw_comparison, plan_comparison)


def _draw_curve(language: Language, curve: pd.DataFrame, summary: PlanSummary) -> Figure:
    figure = new_figure(8, 4.5, title_of_curve(summary, language))
    axes = figure.subplots()
    axes.plot(curve["budget"], curve["kept"], color=KEPT, marker="o", markersize=4)
    axes.scatter(
        [summary.cost], [summary.kept], color=DECLINED, s=70, zorder=3, label=WORDS["plan"][language]
    )
    axes.set_xlabel(WORDS["budget"][language])
    axes.set_ylabel(WORDS["kept"][language])
    axes.set_ylim(bottom=0)
    axes.legend(loc="lower right")
    number_ticks(axes.xaxis, 0, language)
    number_ticks(axes.yaxis, 0, language)
    return figure


def _draw_comparison(language: Language, comparison: pd.DataFrame) -> Figure:
    table = comparison.sort_values("kept", ignore_index=True)
    figure = new_figure(8, 3.5, title_of_comparison(comparison, language))
    axes = figure.subplots()
    heights = np.arange(len(table))
    colours = [ACCENT if way == "plan" else NEUTRAL for way in table["way"]]
    axes.barh(heights, table["kept"], color=colours, height=0.65)
    axes.hlines(heights, table["low"], table["high"], color="black", linewidth=1.5)
    for height, kept in zip(heights, table["kept"], strict=True):
        axes.text(kept, float(height), f" {number(kept, 0, language)}", va="center", fontsize=9)
    axes.set_yticks(heights, [WAYS[way][language] for way in table["way"]])
    axes.set_xlabel(WORDS["kept_for_budget"][language])
    axes.margins(x=0.1)
    number_ticks(axes.xaxis, 0, language)
    return figure
