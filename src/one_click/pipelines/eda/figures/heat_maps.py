"""Figures of pairs of columns as heat maps: associations and interactions."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.figure import Figure

from one_click.columns import TARGET, Language, label
from one_click.presentation.drawing import DIVERGING, SEQUENTIAL, in_both_languages, new_figure
from one_click.presentation.wording import number, percent

from ..texts import findings
from ..texts.labels import LABELS


def _draw_heat_map(axes: Axes, values: pd.DataFrame, texts: pd.DataFrame, colours: Colormap) -> None:
    """Draw shares as coloured cells with texts; missing ones stay empty."""
    import seaborn as sns

    sns.heatmap(
        values,
        mask=values.isna(),
        annot=texts,
        fmt="",
        cmap=colours,
        vmin=0,
        vmax=1,
        cbar=False,
        linewidths=1,
        annot_kws={"fontsize": 8},
        ax=axes,
    )
    axes.grid(visible=False)
    axes.tick_params(length=0, rotation=0)
    axes.set(xlabel="", ylabel="")


@in_both_languages
def correlations_figure(language: Language, correlations: pd.DataFrame) -> Figure:
    """Draw the phik matrix, the target first, in Russian and in English."""
    own = correlations[(correlations["left"] == TARGET) & (correlations["right"] != TARGET)]
    names = [TARGET, *own.sort_values("phik", ascending=False, na_position="last")["right"]]
    phik, clear = (
        correlations.pivot_table(index="left", columns="right", values=value, dropna=False).loc[names, names]
        for value in ("phik", "clear")
    )
    lower = phik.where(np.tri(len(names), dtype=bool))  # symmetric: half will do
    texts = lower.map(lambda cell: number(cell, 2, language))
    figure = new_figure(8.5, 1.2 + 0.36 * len(names), findings.of_correlations(correlations, language))
    axes = figure.subplots()
    _draw_heat_map(axes, lower, texts, SEQUENTIAL)
    certain = clear.to_numpy("bool") | np.eye(len(names), dtype=bool)
    for text, is_certain in zip(axes.texts, certain[lower.notna()], strict=True):
        text.set_alpha(1 if is_certain else 0.5)
    places = np.arange(len(names))
    axes.set_xticks(places + 0.5, [str(place + 1) for place in places])
    axes.set_yticks(
        places + 0.5, [f"{label(name, language)}  {place}" for place, name in enumerate(names, 1)]
    )
    axes.set_xlabel(LABELS["phik"][language])
    return figure


@in_both_languages
def interactions_figure(language: Language, interactions: pd.DataFrame) -> Figure:
    """Draw the risk over pairs of features, in Russian and in English."""
    pairs = [cells for _, cells in interactions.groupby(["left", "right"], sort=False)]
    rows = [pairs[start : start + 2] for start in range(0, len(pairs), 2)] or [[]]
    levels = [max((cells["left_level"].nunique() for cells in row), default=3) for row in rows]
    heights = [0.9 + 0.55 * max(3, count) for count in levels]
    figure = new_figure(10, 1.3 + sum(heights), findings.of_interactions(interactions, language))
    grid = figure.add_gridspec(len(rows), 2, height_ratios=heights)
    for place, cells in enumerate(pairs):
        _draw_interaction(figure.add_subplot(grid[place // 2, place % 2]), cells, language)
    if pairs:
        figure.supxlabel(LABELS["cell"][language], fontsize=9)
    return figure


def _draw_interaction(axes: Axes, cells: pd.DataFrame, language: Language) -> None:
    # The feature with more levels, such as a category, goes down: its words need the width.
    down, across = sorted(("left", "right"), key=lambda side: -cells[f"{side}_level"].nunique())
    shares, counts = (
        cells.pivot_table(index=f"{down}_level", columns=f"{across}_level", values=value)
        for value in ("share", "n")
    )
    texts = shares.map(lambda share: percent(share, 0, language)) + counts.map(
        lambda n: f"\nn = {number(n, 0, language)}"
    )
    _draw_heat_map(axes, shares, texts, DIVERGING)
    features = cells.iloc[0]
    axes.set_gid(f"{features['left']} × {features['right']}")
    for axis, levels, side in ((axes.yaxis, shares.index, down), (axes.xaxis, shares.columns, across)):
        words = [textwrap.fill(findings.level_text(features[side], level, language), 22) for level in levels]
        axis.set_ticks(np.arange(len(levels)) + 0.5, words, fontsize=8)
    axes.set_xlabel(label(features[across], language), fontsize=9)
    axes.set_ylabel(textwrap.fill(label(features[down], language), 26), fontsize=9)
    title = LABELS["interaction" if features["clear"] else "no_interaction"][language]
    axes.set_title(title, fontsize=9, loc="left")
