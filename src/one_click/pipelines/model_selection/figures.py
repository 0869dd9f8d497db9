"""Figures of `model_selection`, drawn from tables."""

import pandas as pd
from matplotlib.figure import Figure

from one_click.columns import Language, model_label
from one_click.modelling.selection import champion_name
from one_click.presentation.drawing import (
    ACCENT,
    DECLINED,
    KEPT,
    NEUTRAL,
    PALETTE,
    draw_in_both_languages,
    new_figure,
    number_ticks,
    percent_ticks,
)
from one_click.presentation.wording import number, percent


def leaderboard_figure(leaderboard: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw the cross-validated ROC-AUC of all models with intervals, in Russian and in English."""
    return draw_in_both_languages(_draw_leaderboard, leaderboard)


def gains_figure(gains: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw the share of declined clients found by depth, in Russian and in English."""
    return draw_in_both_languages(_draw_gains, gains)


def reliability_figure(reliability: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw predicted against observed shares of decline, in Russian and in English."""
    return draw_in_both_languages(_draw_reliability, reliability)


def profit_figure(gains: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw the share of the lost profit that is found by depth, in Russian and in English."""
    return draw_in_both_languages(_draw_profit, gains)


def thresholds_figure(thresholds: pd.DataFrame, leaderboard: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw F1 and profit of a campaign along the champion's thresholds, in Russian and in English."""
    return draw_in_both_languages(_draw_thresholds, thresholds, leaderboard)


def search_figure(search_trace: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw how each family's search came to its best value, in Russian and in English."""
    return draw_in_both_languages(_draw_search, search_trace)


def _draw_leaderboard(language: Language, leaderboard: pd.DataFrame) -> Figure:
    shown = leaderboard[(leaderboard["model"] != "dummy") & leaderboard["roc_auc"].notna()].iloc[::-1]
    champion = leaderboard[leaderboard["champion"]].iloc[0]
    figure = new_figure(8, 1.4 + 0.42 * len(shown), _leaderboard_title(champion, language))
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


def _draw_profit(language: Language, gains: pd.DataFrame) -> Figure:
    tenth = gains.loc[(gains["depth"] - 0.1).abs().idxmin()]
    by_value, by_risk = (
        percent(tenth[name], 0, language) for name in ("profit_found_by_value", "profit_found")
    )
    title = (
        f"10 % базы по вероятности × прибыли содержат {by_value} теряемой прибыли, по риску — {by_risk}"
        if language == "ru"
        else f"10% of clients by probability × profit hold {by_value} of profit lost, by risk {by_risk}"
    )
    labels = {
        "ru": ("по вероятности × прибыли", "по вероятности", "случайный порядок"),
        "en": ("by probability × profit", "by probability", "random order"),
    }[language]
    figure = new_figure(7, 4.2, title)
    axes = figure.subplots()
    curves = (("profit_found_by_value", "by_value", DECLINED), ("profit_found", "profit", KEPT))
    for label, (column, interval, colour) in zip(labels, curves, strict=False):
        low, high = gains[f"{interval}_low"], gains[f"{interval}_high"]
        axes.fill_between(gains["depth"], low, high, color=colour, alpha=0.15, linewidth=0)
        axes.plot(gains["depth"], gains[column], color=colour, linewidth=2, label=label)
    axes.plot([0, 1], [0, 1], color=NEUTRAL, linestyle=":", label=labels[2])
    axes.set(xlim=(0, 1), ylim=(0, 1.02))
    axes.set_xlabel("Доля базы" if language == "ru" else "Share of clients")
    axes.set_ylabel("Доля теряемой прибыли" if language == "ru" else "Share of the profit lost")
    percent_ticks(axes.xaxis, language)
    percent_ticks(axes.yaxis, language)
    axes.legend(loc="lower right")
    return figure


def _draw_thresholds(language: Language, thresholds: pd.DataFrame, leaderboard: pd.DataFrame) -> Figure:
    curve = thresholds[thresholds["model"] == champion_name(leaderboard)]
    chosen = curve[curve["chosen"]].iloc[0]
    threshold, f1 = number(chosen["threshold"], 2, language), number(chosen["f1_declined"], 2, language)
    profit = number(chosen["campaign_profit"], 2, language)
    title = (
        f"Клиент в зоне риска с вероятности {threshold}: F1 {f1}, прибыль {profit} на клиента"
        if language == "ru"
        else f"Clients are at risk from a probability of {threshold}: F1 {f1}, profit {profit} per client"
    )
    names = {
        "ru": ("F1 снизивших", "Прибыль кампании на клиента базы"),
        "en": ("F1 of the declined", "Campaign profit per client of the base"),
    }[language]
    figure = new_figure(7, 4.6, title)
    both = figure.subplots(2, 1, sharex=True)
    for axes, column, name in zip(both, ("f1_declined", "campaign_profit"), names, strict=True):
        axes.plot(curve["threshold"], curve[column], color=KEPT, linewidth=2)
        axes.axvline(chosen["threshold"], color=DECLINED, linestyle="--")
        axes.set_title(name, loc="left")
        number_ticks(axes.yaxis, 3, language)
    number_ticks(both[1].xaxis, 1, language)
    both[1].set_xlabel("Порог вероятности" if language == "ru" else "Threshold of probability")
    return figure


def _draw_search(language: Language, search_trace: pd.DataFrame) -> Figure:
    families = list(search_trace["model"].unique())
    figure = new_figure(8, 4.2, _search_title(search_trace, len(families), language))
    axes = figure.subplots()
    for name, colour in zip(families, PALETTE, strict=False):
        rows = search_trace[search_trace["model"] == name]
        numbers = rows["trial"] + 1
        axes.scatter(numbers, rows["roc_auc"], color=colour, s=10, alpha=0.4, linewidth=0)
        axes.step(numbers, rows["best_so_far"], color=colour, where="post", label=model_label(name, language))
        taken = rows[rows["chosen"]]
        axes.scatter(taken["trial"] + 1, taken["roc_auc"], color=colour, marker="*", s=130, zorder=3)
    if search_trace["best_so_far"].notna().any():
        axes.set_ylim(search_trace["best_so_far"].min() - 0.05, search_trace["roc_auc"].max() + 0.005)
    number_ticks(axes.yaxis, 2, language)
    axes.set_xlabel(
        "Проба (звезда: взятые настройки)" if language == "ru" else "Trial (star: settings taken)"
    )
    axes.set_ylabel("ROC-AUC")
    axes.legend(loc="lower right", ncols=2)
    return figure


def _search_title(search_trace: pd.DataFrame, families: int, language: Language) -> str:
    trials, stopped = len(search_trace), percent(search_trace["stopped"].mean(), 0, language)
    replaced = int((search_trace["chosen"] & (search_trace["gain"] > 0)).sum())
    if language == "ru":
        return (
            f"Поиск настроек: {trials} проб, {stopped} остановлены досрочно; "
            f"исходные настройки заменены у {replaced} из {families} семейств"
        )
    return (
        f"Search for settings: {trials} trials, {stopped} stopped before their last fold; "
        f"{replaced} of {families} families leave their start"
    )
