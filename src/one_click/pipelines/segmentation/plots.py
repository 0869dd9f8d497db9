"""Figures of `segmentation`."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from one_click.columns import CLIENT_ID, PROFIT, Language
from one_click.drawing import DECLINED, NEUTRAL, PALETTE, draw_in_both_languages, new_figure
from one_click.parameters import Segmentation
from one_click.wording import clients, label_with_unit, number, percent

from .profiles import in_months

Figures = tuple[Figure, Figure]


def draw_segments(
    decision_table: pd.DataFrame,
    segments: pd.DataFrame,
    decision_borders: dict[str, float],
    options: Segmentation,
) -> Figures:
    """Draw every client by probability of decline and monthly profit, coloured by segment."""
    table = decision_table.merge(segments, on=CLIENT_ID)
    return draw_in_both_languages(_draw_segments, table, decision_borders, options)


def _draw_segments(
    language: Language, table: pd.DataFrame, borders: dict[str, float], options: Segmentation
) -> Figure:
    figure = new_figure(8.5, 5.4, _finding_of_segments(table, borders, language))
    axes = figure.add_subplot()
    for position, segment in enumerate(options.segments):
        members = table[table["segment"] == segment.code]
        title = segment.title_ru if language == "ru" else segment.title_en
        axes.scatter(
            members["probability"],
            members[PROFIT],
            s=14,
            alpha=0.7,
            linewidths=0,
            color=PALETTE[position % len(PALETTE)],
            label=f"{title} ({number(len(members), 0, language)})",
        )
    _draw_borders(axes, borders, language)
    probability = "Вероятность снижения активности" if language == "ru" else "Probability of decline"
    axes.set(xlim=(-0.01, 1.01), xlabel=probability, ylabel=label_with_unit(PROFIT, language))
    figure.legend(loc="outside lower center", ncols=3, fontsize=9, markerscale=1.6)
    return figure


def _finding_of_segments(table: pd.DataFrame, borders: dict[str, float], language: Language) -> str:
    at_risk = table[table["at_risk"]]
    share, valuable = len(at_risk) / len(table), int(at_risk["valuable"].sum())
    border = number(borders[PROFIT], 2, language)
    everyone = clients(len(table), language)
    if language == "ru":
        return (
            f"В зоне риска {number(len(at_risk), 0, 'ru')} из {number(len(table), 0, 'ru')} клиентов "
            f"({percent(share, 0, 'ru')}); {number(valuable, 0, 'ru')} из них - ценные: "
            f"от {border} ед. прибыли в месяц"
        )
    return (
        f"{number(len(at_risk), 0, 'en')} of {everyone} ({percent(share, 0, 'en')}) are at risk; "
        f"{number(valuable, 0, 'en')} of them are valuable: {border} profit units a month or more"
    )


def _draw_borders(axes: Axes, borders: dict[str, float], language: Language) -> None:
    risk, value = (
        ("порог риска", "граница ценности") if language == "ru" else ("risk threshold", "value border")
    )
    axes.axvline(borders["probability"], color=DECLINED, linewidth=1.2, linestyle="--")
    axes.axhline(borders[PROFIT], color=NEUTRAL, linewidth=1.2, linestyle="--")
    axes.text(
        borders["probability"] + 0.008,
        0.99,
        f"{risk}: {percent(borders['probability'], 0, language)}",
        transform=axes.get_xaxis_transform(),
        va="top",
        **_BOXED,
    )
    axes.text(
        0.5,
        borders[PROFIT],
        f"{value}: {number(borders[PROFIT], 2, language)}",
        transform=axes.get_yaxis_transform(),
        va="bottom",
        **_BOXED,
    )


_BOXED: dict[str, Any] = {
    "fontsize": 8.5,
    "bbox": {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
}


def draw_segment_profit(segment_profiles: pd.DataFrame, options: Segmentation) -> Figures:
    """Draw the profit at risk of each segment, with its number of clients."""
    return draw_in_both_languages(_draw_segment_profit, segment_profiles, options)


def _draw_segment_profit(language: Language, profiles: pd.DataFrame, options: Segmentation) -> Figure:
    rows = profiles.sort_values("profit_at_risk")
    height = 1.5 + 0.42 * len(rows)
    figure = new_figure(8.5, height, _finding_of_profit(profiles, options, language))
    axes = figure.add_subplot()
    colors = [DECLINED if at_risk else NEUTRAL for at_risk in rows["at_risk"]]
    bars = axes.barh(rows[f"title_{language}"], rows["profit_at_risk"], color=colors)
    labels = [
        f"{number(row.profit_at_risk, 0, language)} · {clients(row.clients, language)}"
        for row in rows.itertuples()
    ]
    axes.bar_label(bars, labels, padding=4, fontsize=9)
    axes.margins(x=0.3)
    axes.grid(axis="y", visible=False)
    months = in_months(options.horizon_months, language)
    axes.set_xlabel(
        f"Прибыль под риском {months}, ед. прибыли (оранжевые - сегменты риска)"
        if language == "ru"
        else f"Profit at risk {months}, profit units (orange: segments at risk)"
    )
    return figure


def _finding_of_profit(profiles: pd.DataFrame, options: Segmentation, language: Language) -> str:
    at_risk = profiles[profiles["at_risk"]]
    per_client = (at_risk if len(at_risk) else profiles).sort_values("profit_per_client").iloc[-1]
    own = number(per_client["profit_per_client"], 1, language)
    total = number(at_risk["profit_at_risk"].sum(), 0, language)
    share = percent(at_risk["profit_at_risk_share"].sum(), 0, language)
    months, title = in_months(options.horizon_months, language), per_client[f"title_{language}"]
    if language == "ru":
        return (
            f"На клиентов в зоне риска приходится до {total} ед. прибыли {months} ({share} всей прибыли под "
            f"риском); больше всего на клиента - «{title}»: {own}"
        )
    return (
        f"Clients at risk may take away up to {total} profit units {months} ({share} of all profit at risk); "
        f"the most per client: {title}, {own}"
    )
