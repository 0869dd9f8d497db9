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
    in_both_languages,
    new_figure,
    number_ticks,
)
from one_click.presentation.wording import number
from one_click.schemas.records import PlanSummary

from .texts.titles import WAYS, WORDS, title_of_comparison, title_of_curve


@in_both_languages
def budget_curve_figure(language: Language, budget_curve: pd.DataFrame, plan_summary: PlanSummary) -> Figure:
    """Draw the profit kept against the budget, in Russian and in English."""
    figure = new_figure(8, 4.5, title_of_curve(plan_summary, language))
    axes = figure.subplots()
    axes.plot(budget_curve["budget"], budget_curve["kept"], color=KEPT, marker="o", markersize=4)
    axes.scatter(
        [plan_summary.cost],
        [plan_summary.kept],
        color=DECLINED,
        s=70,
        zorder=3,
        label=WORDS["plan"][language],
    )
    axes.set_xlabel(WORDS["budget"][language])
    axes.set_ylabel(WORDS["kept"][language])
    axes.set_ylim(bottom=0)
    axes.legend(loc="lower right")
    number_ticks(axes.xaxis, 0, language)
    number_ticks(axes.yaxis, 0, language)
    return figure


@in_both_languages
def plan_comparison_figure(language: Language, plan_comparison: pd.DataFrame) -> Figure:
    """Draw what the plan and selections by hand keep, in Russian and in English."""
    table = plan_comparison.sort_values("kept", ignore_index=True)
    figure = new_figure(8, 3.5, title_of_comparison(plan_comparison, language))
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
