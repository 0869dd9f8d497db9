"""Figures of `segmentation`."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from one_click.columns import CLIENT_ID, PROFIT, Language
from one_click.parameters import Segmentation
from one_click.presentation.drawing import (
    DECLINED,
    NEUTRAL,
    PALETTE,
    draw_in_both_languages,
    new_figure,
    number_ticks,
    percent_ticks,
)
from one_click.presentation.wording import clients, in_months, label_with_unit, number, percent

Figures = tuple[Figure, Figure]


def segments_figure(
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
    percent_ticks(axes.xaxis, language)
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
            f"({percent(share, 0, 'ru')}); {number(valuable, 0, 'ru')} из них — ценные: "
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
    threshold = borders["probability"]
    axes.text(
        threshold / 2 if threshold > 0.5 else (1 + threshold) / 2,  # where there is more room
        borders[PROFIT],
        f"{value}: {number(borders[PROFIT], 2, language)}",
        ha="center",
        va="bottom",
        **_BOXED,
    )


_BOXED: dict[str, Any] = {
    "fontsize": 8.5,
    "bbox": {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
}


_KINDS: dict[str, tuple[str, dict[Language, str]]] = {
    "key": (DECLINED, {"ru": "ключевые", "en": "key"}),
    "at_risk": (PALETTE[4], {"ru": "прочие в зоне риска", "en": "other at risk"}),
    "loyal": (NEUTRAL, {"ru": "вне зоны риска", "en": "not at risk"}),
}


def segment_profit_figure(segment_profiles: pd.DataFrame, options: Segmentation) -> Figures:
    """Draw the profit at risk of each segment, with its number of clients; key segments stand out."""
    return draw_in_both_languages(_draw_segment_profit, segment_profiles, options)


def _draw_segment_profit(language: Language, profiles: pd.DataFrame, options: Segmentation) -> Figure:
    rows = profiles.sort_values("profit_at_risk")
    months = in_months(options.horizon_months, language)
    figure = new_figure(8.5, 1.5 + 0.42 * len(rows), _finding_of_profit(profiles, months, language))
    axes = figure.add_subplot()
    kinds = np.select([rows["key"], rows["at_risk"]], ["key", "at_risk"], "loyal")
    bars = axes.barh(
        rows[f"title_{language}"], rows["profit_at_risk"], color=[_KINDS[kind][0] for kind in kinds]
    )
    labels = [
        f"{number(row.profit_at_risk, 0, language)} · {clients(row.clients, language)}"
        for row in rows.itertuples()
    ]
    axes.bar_label(bars, labels, padding=4, fontsize=9)
    axes.margins(x=0.38)
    axes.grid(axis="y", visible=False)
    number_ticks(axes.xaxis, 0, language)
    handles = [Patch(color=color, label=names[language]) for color, names in _KINDS.values()]
    axes.legend(handles=handles, loc="lower right", fontsize=9)
    profit, units = ("Прибыль", "ед. прибыли") if language == "ru" else ("Profit", "profit units")
    at_risk = "под риском" if language == "ru" else "at risk"
    axes.set_xlabel(f"{profit} {at_risk} {months}, {units}")
    return figure


def _finding_of_profit(profiles: pd.DataFrame, months: str, language: Language) -> str:
    at_risk, key = profiles[profiles["at_risk"]], profiles[profiles["key"]]
    total, of_key = at_risk["profit_at_risk"].sum(), key["profit_at_risk"].sum()
    up_to = number(of_key if len(key) else total, 0, language)
    if not len(key):
        return (
            f"Ключевых сегментов нет; на клиентов в зоне риска может прийтись до {up_to} ед. прибыли {months}"
            if language == "ru"
            else f"There is no key segment; clients at risk may take away up to {up_to} profit units {months}"
        )
    members = percent(key["clients"].sum() / at_risk["clients"].sum(), 0, language)
    share = percent(of_key / total, 0, language)
    if language == "ru":
        return (
            f"Ключевые сегменты — {members} клиентов в зоне риска и {share} их прибыли под риском: "
            f"до {up_to} ед. {months}"
        )
    return (
        f"Key segments are {members} of the clients at risk and {share} of their profit at risk: "
        f"up to {up_to} units {months}"
    )
