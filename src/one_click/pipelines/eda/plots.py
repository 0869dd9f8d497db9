"""Figures of `eda`, drawn from tables."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from one_click.columns import COLUMNS, TARGET, Language, label, translate
from one_click.drawing import (
    DECLINED,
    KEPT,
    NEUTRAL,
    SEQUENTIAL,
    draw_in_both_languages,
    new_figure,
    number_ticks,
    percent_ticks,
)
from one_click.wording import label_with_unit, number

_COLOURS = {"higher": DECLINED, "lower": KEPT, "differs": NEUTRAL, "none": NEUTRAL}
_COLUMNS = 4


def class_portrait_figure(class_portrait: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw the effects with intervals, in Russian and in English."""
    return draw_in_both_languages(_draw_portrait, class_portrait)


def distributions_figure(
    distributions: pd.DataFrame, category_shares: pd.DataFrame, class_portrait: pd.DataFrame
) -> tuple[Figure, Figure]:
    """Draw every feature's distribution in both classes, in Russian and in English."""
    return draw_in_both_languages(_draw_distributions, distributions, category_shares, class_portrait)


def correlations_figure(correlations: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw the phik matrix, the target first, in Russian and in English."""
    return draw_in_both_languages(_draw_correlations, correlations)


def _draw_portrait(language: Language, portrait: pd.DataFrame) -> Figure:
    first = portrait.iloc[0]
    name, size = label(first["feature"], language), number(first["effect"], 2, language)
    title = (
        f"Сильнее всего классы различаются признаком «{name}»: эффект {size}"
        if language == "ru"
        else f"The classes differ most in “{name.lower()}”: effect {size}"
    )
    axis = {
        "ru": "Эффект, 95 % интервал: δ Клиффа (правее нуля — выше у снизивших); V Крамера у категорий",
        "en": "Effect, 95% interval: Cliff's δ (right of zero: higher in the declined); Cramér's V",
    }[language]
    figure = new_figure(9, 6, title)
    axes = figure.subplots()
    shown = portrait.iloc[::-1]
    heights = range(len(shown))
    colours = [_COLOURS[direction] for direction in shown["direction"]]
    axes.hlines(heights, shown["low"], shown["high"], colors=colours, linewidth=3, alpha=0.5)
    axes.scatter(shown["effect"], heights, color=colours, s=45, zorder=3)
    axes.axvline(0, color=NEUTRAL, linewidth=1)
    axes.set_yticks(list(heights), [label(feature, language) for feature in shown["feature"]])
    axes.set_xlabel(axis, fontsize=8.5, loc="right")
    number_ticks(axes.xaxis, 1, language)
    return figure


def _draw_distributions(
    language: Language, distributions: pd.DataFrame, shares: pd.DataFrame, portrait: pd.DataFrame
) -> Figure:
    features = [name for name in portrait["feature"] if COLUMNS[name].kind != "flag"]
    rows = -(-len(features) // _COLUMNS)
    clear = int((portrait["direction"] != "none").sum())
    title = (
        f"Классы различаются в {clear} признаках из {len(portrait)}; сначала самые различные"
        if language == "ru"
        else f"The classes differ in {clear} of {len(portrait)} features; the most different first"
    )
    figure = new_figure(12, 2.3 * rows + 0.6, title)
    panels = figure.subplots(rows, _COLUMNS).ravel()
    for axes, name in zip(panels, features, strict=False):
        if COLUMNS[name].kind == "category":
            _draw_bars(axes, shares[shares["feature"] == name], language)
        else:
            _draw_steps(axes, distributions[distributions["feature"] == name], language)
        axes.set_title(label_with_unit(name, language), fontsize=9)
    for axes in panels[len(features) :]:
        axes.set_axis_off()
    legend = ("снизили активность", "прежний уровень") if language == "ru" else ("declined", "kept buying")
    handles = [figure.axes[0].plot([], [], color=colour, linewidth=3)[0] for colour in (DECLINED, KEPT)]
    figure.legend(handles, legend, loc="outside lower right", ncols=2)
    return figure


def _draw_steps(axes: Any, bins: pd.DataFrame, language: Language) -> None:
    for name, colour in (("kept", KEPT), ("declined", DECLINED)):
        own = bins[bins["class"] == name]
        edges = np.append(own["left"], own["right"].iloc[-1])
        axes.stairs(own["share"], edges, color=colour, fill=True, alpha=0.25)
        axes.stairs(own["share"], edges, color=colour, linewidth=1.5)
    axes.tick_params(labelsize=8)
    axes.locator_params(nbins=5)
    percent_ticks(axes.yaxis, language)
    span = bins["right"].max() - bins["left"].min()
    number_ticks(axes.xaxis, 0 if span > 5 else 1, language)


def _draw_bars(axes: Any, shares: pd.DataFrame, language: Language) -> None:
    values = list(dict.fromkeys(shares["value"]))
    positions = np.arange(len(values))
    for name, colour, shift in (("declined", DECLINED, 0.2), ("kept", KEPT, -0.2)):
        own = shares[shares["class"] == name].set_index("value").loc[values, "share"]
        axes.barh(positions + shift, own, height=0.38, color=colour)
    axes.set_yticks(
        positions, [translate(value, language).replace(" и ", "\nи ") for value in values], fontsize=7
    )
    axes.tick_params(axis="x", labelsize=8)
    percent_ticks(axes.xaxis, language)


def _draw_correlations(language: Language, correlations: pd.DataFrame) -> Figure:
    matrix = correlations.pivot_table(index="left", columns="right", values="phik", dropna=False, sort=False)
    order = matrix[TARGET].drop(TARGET).sort_values(ascending=False, na_position="last").index
    matrix = matrix.loc[[TARGET, *order], [TARGET, *order]]
    strongest = order[0]
    value = number(matrix.loc[strongest, TARGET], 2, language)
    title = (
        f"С активностью сильнее всего связан признак «{label(strongest, language)}»: φк = {value}"
        if language == "ru"
        else f"Activity is associated most with “{label(strongest, language).lower()}”: φk = {value}"
    )
    names = [label(name, language) for name in matrix.index]
    figure = new_figure(10, 8, title)
    axes = figure.subplots()
    axes.grid(visible=False)
    axes.imshow(matrix.to_numpy("float64"), cmap=SEQUENTIAL, vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor", fontsize=9)
    axes.set_yticks(range(len(names)), names, fontsize=9)
    for (row, column), cell in np.ndenumerate(matrix.to_numpy("float64")):
        if np.isfinite(cell):
            colour = "white" if cell > 0.6 else "black"
            axes.text(
                column, row, number(cell, 2, language), ha="center", va="center", fontsize=7, color=colour
            )
    return figure
