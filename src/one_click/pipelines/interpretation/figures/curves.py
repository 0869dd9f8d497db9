"""The figure of the effect curves, drawn from their tables."""

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from one_click.columns import CLIENT_ID, COLUMNS, Language, Words, label, unit
from one_click.presentation.drawing import (
    DECLINED,
    KEPT,
    NEUTRAL,
    in_both_languages,
    new_figure,
    number_ticks,
    percent_ticks,
)
from one_click.presentation.wording import percent, stored_value_text

_SHOWN = 6  # features
_PANELS_PER_ROW = 3
_MOST_LEVELS = 8  # of a category: those that most clients have
_STRIP = 0.16  # height below zero of the strip that shows how many clients there are
_BARS = 0.13  # of its highest bar
_TOP = 1.02  # so that a line at certainty is seen whole

Style = dict[str, Any]
_MEAN: Style = {"color": KEPT, "linewidth": 2.4, "markersize": 3.5}
_CLIENT: Style = {"color": NEUTRAL, "linewidth": 0.6, "alpha": 0.35}
_ALE: Style = {"color": DECLINED, "linewidth": 2}
_RANGE: Style = {"color": KEPT, "linewidth": 4, "alpha": 0.3}
_DENSITY: Style = {"color": NEUTRAL, "linewidth": 0.5, "alpha": 0.45, "edgecolor": "white"}
_LEVEL: Style = {"fontsize": 9}
_SLANTED: Style = {"fontsize": 7, "rotation": 35, "ha": "right", "rotation_mode": "anchor"}

_LEGEND: dict[str, Words] = {
    "mean": {
        "ru": "среднее по клиентам, прочие признаки неизменны",
        "en": "mean over clients, other features unchanged",
    },
    "client": {"ru": "отдельные клиенты", "en": "single clients"},
    "ale": {
        "ru": "накопленные локальные эффекты (ALE), где отличаются",
        "en": "accumulated local effects (ALE), where they differ",
    },
    "range": {"ru": "80 % клиентов", "en": "80% of clients"},
    "density": {"ru": "плотность клиентов", "en": "density of clients"},
}
_RISK: Words = {"ru": "Вероятность снижения", "en": "Probability of decline"}
_WIDEST: Words = {
    "ru": "Из этих признаков риск сильнее всего меняется вместе с признаком «{name}»: "
    "от\u00a0{low}\u00a0до\u00a0{high}",
    "en": "Of these features, risk changes most with “{name}”: between\u00a0{low}\u00a0and\u00a0{high}",
}
_ALIKE: Words = {
    "ru": "Ни с одним из этих признаков риск заметно не меняется: он около {high}",
    "en": "Risk does not noticeably change with any of these features: it is about {high}",
}


@in_both_languages
def effect_curves_figure(
    language: Language, effect_curves: pd.DataFrame, effect_lines: pd.DataFrame, effects: pd.DataFrame
) -> Figure:
    """Draw the curves of the most important features, in Russian and in English."""
    names = effect_curves.drop_duplicates("feature").nsmallest(_SHOWN, "rank")["feature"].tolist()
    shown = effects.set_index("feature").loc[names]
    rows = -(-len(names) // _PANELS_PER_ROW)
    figure = new_figure(10.5, 1.4 + 2.7 * rows, _title(shown, language))
    panels = figure.subplots(rows, _PANELS_PER_ROW, sharey=True, squeeze=False)
    for axes, name in zip(panels.ravel(), names, strict=False):
        own, individual = (table[table["feature"] == name] for table in (effect_curves, effect_lines))
        if own["kind"].iloc[0] == "category":
            _draw_levels(axes, own, language)
        else:
            _draw_number(axes, own, individual, shown.loc[name, "ale_differs"], language)
        axes.set_title(textwrap.fill(label(name, language), 40), loc="left")
    for axes in panels.ravel()[len(names) :]:
        axes.set_axis_off()
    _finish(figure, panels, language)
    return figure


def _title(shown: pd.DataFrame, language: Language) -> str:
    """Return the finding: with which of the features drawn the risk changes most."""
    widest = shown.loc[shown["span"].idxmax()]
    low, high = (percent(widest[end], 0, language) for end in ("lowest", "highest"))
    template = _ALIKE if low == high else _WIDEST
    return template[language].format(name=label(str(widest.name), language), low=low, high=high)


def _draw_number(
    axes: Axes, curve: pd.DataFrame, lines: pd.DataFrame, ale_differs: bool, language: Language
) -> None:
    _draw_density(axes, curve, language)
    wide = lines.pivot_table(index="value", columns=CLIENT_ID, values="probability")
    drawn = axes.plot(wide.index, wide, **_CLIENT)
    for line in drawn[:1]:  # one entry of the legend stands for all of them
        line.set_label(_LEGEND["client"][language])
    axes.plot(curve["value"], curve["probability"], "o-", label=_LEGEND["mean"][language], **_MEAN)
    if ale_differs:
        axes.plot(curve["value"], curve["ale"], "--", label=_LEGEND["ale"][language], **_ALE)
    _number_axis(axes, curve, language)


def _number_axis(axes: Axes, curve: pd.DataFrame, language: Language) -> None:
    name, largest = curve["feature"].iloc[0], curve["value"].abs().max()
    axes.set_xlabel(unit(name, language))
    kind = COLUMNS[name].kind
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=kind == "whole"))
    if kind == "share":
        percent_ticks(axes.xaxis, language)
    else:
        number_ticks(axes.xaxis, 0 if kind == "whole" or largest >= 10 else 1, language)


def _draw_density(axes: Axes, curve: pd.DataFrame, language: Language) -> None:
    """Draw each value's clients as an area between its neighbours, below zero."""
    values = curve["value"].to_numpy()
    steps = np.diff(values) if len(values) > 1 else np.ones(1)
    edges = np.concatenate(
        [[values[0] - steps[0] / 2], (values[1:] + values[:-1]) / 2, [values[-1] + steps[-1] / 2]]
    )
    density = curve["clients_share"].to_numpy() / np.diff(edges)
    _draw_strip(axes, edges[:-1], density, np.diff(edges), language)
    axes.set_xlim(edges[0], edges[-1])


def _draw_strip(axes: Axes, left: Any, heights: Any, widths: Any, language: Language) -> None:
    heights = _BARS * heights / heights.max()
    name = _LEGEND["density"][language]
    axes.bar(left, heights, widths, bottom=-_STRIP, align="edge", label=name, **_DENSITY)


def _draw_levels(axes: Axes, curve: pd.DataFrame, language: Language) -> None:
    shown = curve.nlargest(_MOST_LEVELS, "clients_share").sort_values("probability", ascending=False)
    places = np.arange(len(shown))
    _draw_strip(axes, places - 0.3, shown["clients_share"].to_numpy(), 0.6, language)
    axes.vlines(places, shown["low"], shown["high"], label=_LEGEND["range"][language], **_RANGE)
    axes.plot(places, shown["probability"], "o", color=KEPT, label=_LEGEND["mean"][language])
    name = curve["feature"].iloc[0]
    words = [textwrap.fill(stored_value_text(name, level, language), 18) for level in shown["level"]]
    axes.set_xticks(places, words, **(_SLANTED if len(words) > 2 else _LEVEL))
    axes.set_xlim(-0.6, len(shown) - 0.4)


def _finish(figure: Figure, panels: Any, language: Language) -> None:
    for axes in panels[:, 0]:
        axes.set_ylabel(_RISK[language])
    first = panels[0, 0]
    first.set_ylim(-_STRIP, _TOP)
    first.set_yticks([0, 0.25, 0.5, 0.75, 1])
    percent_ticks(first.yaxis, language)
    labelled = [axes.get_legend_handles_labels() for axes in panels.ravel()]
    drawn = {text: handle for handles, texts in labelled for handle, text in zip(handles, texts, strict=True)}
    names = [text[language] for text in _LEGEND.values() if text[language] in drawn]
    handles = [drawn[name] for name in names]
    figure.legend(handles, names, loc="outside lower center", ncols=2, fontsize=9)
