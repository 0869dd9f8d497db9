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
    in_both_languages,
    new_figure,
    number_ticks,
    percent_ticks,
)
from one_click.presentation.wording import clients, in_months, label_with_unit, number, percent
from one_click.schemas.records import RuleThresholds

from .texts.titles import KINDS, WORDS, title_of_profit, title_of_segments


def segments_figure(
    decision_table: pd.DataFrame,
    segments: pd.DataFrame,
    rule_thresholds: RuleThresholds,
    options: Segmentation,
) -> tuple[Figure, Figure]:
    """Draw every client by probability of decline and monthly profit, coloured by segment."""
    table = decision_table.merge(segments, on=CLIENT_ID)
    return _draw_segments(table, rule_thresholds, options)


@in_both_languages
def _draw_segments(
    language: Language, table: pd.DataFrame, rule_thresholds: RuleThresholds, options: Segmentation
) -> Figure:
    figure = new_figure(8.5, 5.4, title_of_segments(table, rule_thresholds, language))
    axes = figure.add_subplot()
    for position, segment in enumerate(options.segments):
        members = table[table["segment"] == segment.code]
        title = getattr(segment, f"title_{language}")
        axes.scatter(
            members["probability"],
            members[PROFIT],
            s=14,
            alpha=0.7,
            linewidths=0,
            color=PALETTE[position % len(PALETTE)],
            label=f"{title} ({number(len(members), 0, language)})",
        )
    _draw_thresholds(axes, rule_thresholds, language)
    percent_ticks(axes.xaxis, language)
    axes.set(
        xlim=(-0.01, 1.01), xlabel=WORDS["probability"][language], ylabel=label_with_unit(PROFIT, language)
    )
    figure.legend(loc="outside lower center", ncols=3, fontsize=9, markerscale=1.6)
    return figure


def _draw_thresholds(axes: Axes, rule_thresholds: RuleThresholds, language: Language) -> None:
    risk, value = rule_thresholds.probability, rule_thresholds.monthly_profit
    axes.axvline(risk, color=DECLINED, linewidth=1.2, linestyle="--")
    axes.axhline(value, color=NEUTRAL, linewidth=1.2, linestyle="--")
    axes.text(
        risk + 0.008,
        0.99,
        f"{WORDS['risk'][language]}: {percent(risk, 0, language)}",
        transform=axes.get_xaxis_transform(),
        va="top",
        **_BOXED,
    )
    axes.text(
        risk / 2 if risk > 0.5 else (1 + risk) / 2,  # where there is more room
        value,
        f"{WORDS['value'][language]}: {number(value, 2, language)}",
        ha="center",
        va="bottom",
        **_BOXED,
    )


_BOXED: dict[str, Any] = {
    "fontsize": 8.5,
    "bbox": {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
}


_COLOURS = {"key": DECLINED, "at_risk": PALETTE[4], "loyal": NEUTRAL}


@in_both_languages
def segment_profit_figure(
    language: Language, segment_profiles: pd.DataFrame, options: Segmentation
) -> Figure:
    """Draw the profit at risk of each segment, with its number of clients; key segments stand out."""
    rows = segment_profiles.sort_values("profit_at_risk")
    months = in_months(options.horizon_months, language)
    figure = new_figure(8.5, 1.5 + 0.42 * len(rows), title_of_profit(segment_profiles, months, language))
    axes = figure.add_subplot()
    kinds = np.select([rows["key"], rows["at_risk"]], ["key", "at_risk"], "loyal")
    bars = axes.barh(
        rows[f"title_{language}"], rows["profit_at_risk"], color=[_COLOURS[kind] for kind in kinds]
    )
    labels = [
        f"{number(row.profit_at_risk, 0, language)} · {clients(row.clients, language)}"
        for row in rows.itertuples()
    ]
    axes.bar_label(bars, labels, padding=4, fontsize=9)
    axes.margins(x=0.38)
    axes.grid(axis="y", visible=False)
    number_ticks(axes.xaxis, 0, language)
    handles = [Patch(color=colour, label=KINDS[kind][language]) for kind, colour in _COLOURS.items()]
    axes.legend(handles=handles, loc="lower right", fontsize=9)
    axes.set_xlabel(WORDS["profit_at_risk"][language].format(months=months))
    return figure
