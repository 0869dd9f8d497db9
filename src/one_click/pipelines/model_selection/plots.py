"""Figures of `model_selection`, drawn from tables."""

import pandas as pd
from matplotlib.figure import Figure

from one_click.columns import Language, model_label
from one_click.drawing import (
    ACCENT,
    DECLINED,
    KEPT,
    NEUTRAL,
    draw_in_both_languages,
    new_figure,
    number_ticks,
    percent_ticks,
)
from one_click.wording import number, percent


def leaderboard_figure(leaderboard: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw the cross-validated ROC-AUC of all models with intervals, in Russian and in English."""
    return draw_in_both_languages(_draw_leaderboard, leaderboard)


def gains_figure(gains: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw the share of declined clients found by depth, in Russian and in English."""
    return draw_in_both_languages(_draw_gains, gains)


def reliability_figure(reliability: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw predicted against observed shares of decline, in Russian and in English."""
    return draw_in_both_languages(_draw_reliability, reliability)


def _draw_leaderboard(language: Language, leaderboard: pd.DataFrame) -> Figure:
    shown = leaderboard[leaderboard["model"] != "dummy"].iloc[::-1]
    champion = leaderboard[leaderboard["champion"]].iloc[0]
    figure = new_figure(8, 3.6, _leaderboard_title(champion, language))
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
    axes.set_xlabel(
        "ROC-AUC перекрёстной проверки, 95 % интервал"
        if language == "ru"
        else "Cross-validated ROC-AUC, 95% interval"
    )
    return figure


def _leaderboard_title(champion: pd.Series, language: Language) -> str:
    name = model_label(champion["model"], language)
    value, low, high = (
        number(champion[column], 3, language) for column in ("roc_auc", "roc_auc_low", "roc_auc_high")
    )
    if language == "ru":
        return f"Выбрана модель «{name}»: ROC-AUC {value} (от {low} до {high})"
    return f"Chosen: {name.lower()}, ROC-AUC {value} ({low} to {high})"


def _draw_gains(language: Language, gains: pd.DataFrame) -> Figure:
    third = gains.loc[(gains["depth"] - 0.3).abs().idxmin()]
    found, low, high = (percent(third[column], 0, language) for column in ("share_found", "low", "high"))
    title = (
        f"В 30 % базы с самым высоким риском — {found} снизивших активность (от {low} до {high})"
        if language == "ru"
        else f"The 30% of clients at highest risk hold {found} of those who declined ({low} to {high})"
    )
    labels = {
        "ru": ("модель", "идеальный порядок", "случайный порядок", "Доля базы", "Доля найденных снизивших"),
        "en": ("model", "perfect order", "random order", "Share of clients", "Share of declined found"),
    }[language]
    figure = new_figure(7, 4.2, title)
    axes = figure.subplots()
    axes.fill_between(gains["depth"], gains["low"], gains["high"], color=KEPT, alpha=0.18, linewidth=0)
    axes.plot(gains["depth"], gains["share_found"], color=KEPT, linewidth=2, label=labels[0])
    axes.plot(gains["depth"], gains["perfect"], color=ACCENT, linestyle="--", label=labels[1])
    axes.plot([0, 1], [0, 1], color=NEUTRAL, linestyle=":", label=labels[2])
    axes.set(xlabel=labels[3], ylabel=labels[4], xlim=(0, 1), ylim=(0, 1.02))
    percent_ticks(axes.xaxis, language)
    percent_ticks(axes.yaxis, language)
    axes.legend(loc="lower right")
    return figure


def _draw_reliability(language: Language, reliability: pd.DataFrame) -> Figure:
    gap = (reliability["observed"] - reliability["probability"]).abs().max()
    inside = reliability["probability"].between(reliability["low"], reliability["high"]).sum()
    title = (
        f"Вероятности согласуются с наблюдаемым в {inside} из {len(reliability)} групп, "
        f"наибольшее расхождение {number(100 * gap, 0, language)} п. п."
        if language == "ru"
        else f"Probabilities agree with what happened in {inside} of {len(reliability)} groups, "
        f"the largest gap is {number(100 * gap, 0, language)} percentage points"
    )
    labels = {
        "ru": ("Предсказанная вероятность снижения", "Наблюдаемая доля снизивших"),
        "en": ("Predicted probability of decline", "Observed share of declined"),
    }[language]
    figure = new_figure(6, 4.2, title)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=NEUTRAL, linestyle=":")
    axes.vlines(reliability["probability"], reliability["low"], reliability["high"], colors=KEPT)
    axes.plot(reliability["probability"], reliability["observed"], color=KEPT, marker="o", clip_on=False)
    axes.set(xlabel=labels[0], ylabel=labels[1], xlim=(0, 1), ylim=(0, 1))
    percent_ticks(axes.xaxis, language)
    percent_ticks(axes.yaxis, language)
    return figure
