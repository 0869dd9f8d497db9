"""Figures of `model_selection`, drawn from tables."""

from itertools import cycle, product

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from one_click.columns import Language, model_label
from one_click.modelling.selection import champion_name
from one_click.presentation.drawing import (
    ACCENT,
    DECLINED,
    KEPT,
    NEUTRAL,
    PALETTE,
    in_both_languages,
    new_figure,
    number_ticks,
    percent_ticks,
)
from one_click.presentation.wording import number

from . import texts
from .texts import WORDS

_LINES = ("-", "--", ":")


@in_both_languages
def leaderboard_figure(language: Language, leaderboard: pd.DataFrame) -> Figure:
    """Draw the cross-validated ROC-AUC of all models with intervals, in Russian and in English."""
    shown = leaderboard[(leaderboard["model"] != "dummy") & leaderboard["roc_auc"].notna()].iloc[::-1]
    champion = leaderboard[leaderboard["champion"]].iloc[0]
    figure = new_figure(8, 1.4 + 0.42 * len(shown), texts.leaderboard_title(champion, language))
    axes = figure.subplots()
    colours = [
        DECLINED if is_champion else (KEPT if kind == "family" else NEUTRAL)
        for is_champion, kind in zip(shown["champion"], shown["kind"], strict=True)
    ]
    heights = range(len(shown))
    axes.hlines(heights, shown["roc_auc_low"], shown["roc_auc_high"], colors=colours, linewidth=3)
    axes.scatter(shown["roc_auc"], heights, color=colours, s=55, zorder=3)
    for height, row in zip(heights, shown.itertuples(), strict=True):
        value = number(row.roc_auc, 3, language)
        axes.annotate(value, (row.roc_auc, height), (0, 7), textcoords="offset points", ha="center")
    axes.set_yticks(list(heights), [model_label(name, language) for name in shown["model"]])
    axes.set_ylim(-0.5, len(shown) - 0.2)
    number_ticks(axes.xaxis, 2, language)
    axes.set_xlabel(WORDS[language]["leaderboard"])
    return figure


@in_both_languages
def gains_figure(language: Language, gains: pd.DataFrame) -> Figure:
    """Draw the share of declined clients found by depth, in Russian and in English."""
    words = WORDS[language]
    figure = new_figure(7, 4.2, texts.gains_title(gains, language))
    axes = figure.subplots()
    axes.fill_between(gains["depth"], gains["low"], gains["high"], color=KEPT, alpha=0.18, linewidth=0)
    axes.plot(gains["depth"], gains["share_found"], color=KEPT, linewidth=2, label=words["model"])
    axes.plot(gains["depth"], gains["perfect"], color=ACCENT, linestyle="--", label=words["perfect"])
    _finish_depths(axes, language)
    axes.set_ylabel(words["found"])
    return figure


def _finish_depths(axes: Axes, language: Language) -> None:
    """Add what a random order finds, and label the axis of depths."""
    axes.plot([0, 1], [0, 1], color=NEUTRAL, linestyle=":", label=WORDS[language]["random"])
    axes.set(xlabel=WORDS[language]["depth"], xlim=(0, 1), ylim=(0, 1.02))
    percent_ticks(axes.xaxis, language)
    percent_ticks(axes.yaxis, language)
    axes.legend(loc="lower right")


@in_both_languages
def reliability_figure(language: Language, reliability: pd.DataFrame) -> Figure:
    """Draw predicted against observed shares of decline, in Russian and in English."""
    words = WORDS[language]
    figure = new_figure(6, 4.2, texts.reliability_title(reliability, language))
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=NEUTRAL, linestyle=":")
    axes.vlines(reliability["probability"], reliability["low"], reliability["high"], colors=KEPT)
    axes.plot(reliability["probability"], reliability["observed"], color=KEPT, marker="o", clip_on=False)
    axes.set(xlabel=words["predicted"], ylabel=words["observed"], xlim=(0, 1), ylim=(0, 1))
    percent_ticks(axes.xaxis, language)
    percent_ticks(axes.yaxis, language)
    return figure


@in_both_languages
def profit_figure(language: Language, gains: pd.DataFrame) -> Figure:
    """Draw the share of the lost profit that is found by depth, in Russian and in English."""
    words = WORDS[language]
    figure = new_figure(7, 4.2, texts.profit_title(gains, language))
    axes = figure.subplots()
    curves = (
        ("profit_found_by_value", "by_value", words["by_value"], DECLINED),
        ("profit_found", "profit", words["by_risk"], KEPT),
    )
    for column, interval, label, colour in curves:
        low, high = gains[f"{interval}_low"], gains[f"{interval}_high"]
        axes.fill_between(gains["depth"], low, high, color=colour, alpha=0.15, linewidth=0)
        axes.plot(gains["depth"], gains[column], color=colour, linewidth=2, label=label)
    _finish_depths(axes, language)
    axes.set_ylabel(words["profit_found"])
    return figure


@in_both_languages
def thresholds_figure(language: Language, thresholds: pd.DataFrame, leaderboard: pd.DataFrame) -> Figure:
    """Draw F1 and profit of a campaign along the champion's thresholds, in Russian and in English."""
    curve = thresholds[thresholds["model"] == champion_name(leaderboard)]
    chosen = curve[curve["chosen"]].iloc[0]
    figure = new_figure(7, 4.6, texts.thresholds_title(chosen, language))
    both = figure.subplots(2, 1, sharex=True)
    for axes, column in zip(both, ("f1_declined", "campaign_profit"), strict=True):
        axes.plot(curve["threshold"], curve[column], color=KEPT, linewidth=2)
        axes.axvline(chosen["threshold"], color=DECLINED, linestyle="--")
        axes.set_title(WORDS[language][column], loc="left")
        number_ticks(axes.yaxis, 3, language)
    number_ticks(both[1].xaxis, 1, language)
    both[1].set_xlabel(WORDS[language]["threshold"])
    return figure


@in_both_languages
def search_figure(language: Language, search_trace: pd.DataFrame) -> Figure:
    """Draw how each family's search came to its best value, in Russian and in English."""
    figure = new_figure(8, 4.2, texts.search_title(search_trace, language))
    axes = figure.subplots()
    # Families beyond the number of colours take them again, with another line.
    styles = cycle(product(_LINES, PALETTE))
    for (name, rows), (line, colour) in zip(search_trace.groupby("model", sort=False), styles, strict=False):
        numbers, label = rows["trial"] + 1, model_label(str(name), language)
        axes.scatter(numbers, rows["roc_auc"], color=colour, s=10, alpha=0.4, linewidth=0)
        axes.step(numbers, rows["best_so_far"], line, color=colour, where="post", label=label)
        taken = rows[rows["chosen"]]
        axes.scatter(taken["trial"] + 1, taken["roc_auc"], color=colour, marker="*", s=130, zorder=3)
    if search_trace["best_so_far"].notna().any():
        axes.set_ylim(search_trace["best_so_far"].min() - 0.05, search_trace["roc_auc"].max() + 0.005)
    number_ticks(axes.yaxis, 2, language)
    axes.set(xlabel=WORDS[language]["trial"], ylabel="ROC-AUC")
    axes.legend(loc="lower right", ncols=2)
    return figure
