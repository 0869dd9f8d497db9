"""Figures that compare the classes: effects with intervals, and distributions."""

import textwrap
from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from one_click.columns import COLUMNS, Language, label
from one_click.presentation.drawing import (
    ACCENT,
    DECLINED,
    KEPT,
    NEUTRAL,
    in_both_languages,
    new_figure,
    number_ticks,
    percent_ticks,
)
from one_click.presentation.wording import label_with_unit, value_text

from ..texts import findings
from ..texts.labels import LABELS

CLASS_COLOURS = {"declined": DECLINED, "kept": KEPT}
_COLUMNS = 3
_MARKS = {"higher": (DECLINED, "o"), "lower": (KEPT, "o"), "differs": (ACCENT, "D"), "none": (NEUTRAL, "o")}


def distributions_figure(
    distributions: pd.DataFrame,
    category_shares: pd.DataFrame,
    class_portrait: pd.DataFrame,
    feature_shapes: pd.DataFrame,
) -> tuple[Figure, Figure]:
    """Draw every feature's distribution in both classes, in Russian and in English.

    Dotted lines separate the modes of the distribution of all clients.
    """
    valleys = feature_shapes.set_index("feature")["valleys"].to_dict()
    return _draw_distributions(distributions, category_shares, class_portrait, valleys)


@in_both_languages
def class_portrait_figure(language: Language, class_portrait: pd.DataFrame) -> Figure:
    """Draw the effects with intervals, in Russian and in English."""
    figure = new_figure(8.5, 1.6 + 0.25 * len(class_portrait), findings.of_portrait(class_portrait, language))
    axes = figure.subplots()
    shown = class_portrait.iloc[::-1].reset_index(drop=True)
    of_category = (shown["kind"] == "category") & (shown["direction"] != "none")
    looks = shown["direction"].mask(of_category, "differs")
    colours = [_MARKS[look][0] for look in looks]
    axes.hlines(
        shown.index, shown["low"], shown["high"], colors=colours, linewidth=3, alpha=0.45, gid="interval"
    )
    for look, rows in shown.groupby(looks):
        colour, marker = _MARKS[str(look)]
        axes.scatter(
            rows["effect"], rows.index, color=colour, marker=marker, s=38, zorder=3, gid=f"effect:{look}"
        )
    axes.axvline(0, color=NEUTRAL, linewidth=1)
    axes.set_yticks(shown.index, [label(feature, language) for feature in shown["feature"]])
    axes.set_xlabel(LABELS["effect"][language])
    number_ticks(axes.xaxis, 1, language)
    handles = [
        Line2D([], [], color=colour, marker=marker, linewidth=3, alpha=0.9)
        for colour, marker in _MARKS.values()
    ]
    names = [LABELS[look][language] for look in _MARKS]
    figure.legend(handles, names, loc="outside lower center", ncols=2)
    return figure


@in_both_languages
def _draw_distributions(
    language: Language,
    distributions: pd.DataFrame,
    shares: pd.DataFrame,
    portrait: pd.DataFrame,
    valleys: dict[str, list[float]],
) -> Figure:
    bins, bars = dict(list(distributions.groupby("feature"))), dict(list(shares.groupby("feature")))
    features = [name for name in portrait["feature"] if name in bins or name in bars]
    wide = [name for name in features if name in bars and bars[name]["value"].nunique() > _COLUMNS]
    narrow = [name for name in features if name not in wide]
    places = list(_places(len(narrow), len(wide)))
    heights = [1.0] * (1 + max(row for row, _ in places))
    for name, (row, _) in zip([*narrow, *wide], places, strict=True):
        heights[row] = max(heights[row], 0.16 * len(bars[name]) if name in wide else 1.0)
    figure = new_figure(8.5, 1.62 * sum(heights) + 0.9, findings.of_distributions(portrait, language))
    grid = figure.add_gridspec(len(heights), _COLUMNS, height_ratios=heights)
    for name, (row, columns) in zip([*narrow, *wide], places, strict=True):
        axes = figure.add_subplot(grid[row, columns], gid=name)
        draw, table = (_draw_bars, bars[name]) if name in bars else (draw_histogram, bins[name])
        draw(axes, table, language)
        for valley in valleys.get(name, []):
            axes.axvline(valley, color="black", linewidth=1, linestyle=":", gid="valley")
        axes.set_title(textwrap.fill(label_with_unit(name, language), 28), fontsize=9, loc="left")
        axes.tick_params(labelsize=8)
    class_legend(figure, language, loc="outside lower center", ncols=2)
    return figure


def _places(narrow: int, wide: int) -> Iterator[tuple[int, slice]]:
    """Yield row and columns of each panel; a wide one takes the place of two."""
    row, column = 0, 0
    for width in [1] * narrow + [2] * wide:
        if column + width > _COLUMNS:
            row, column = row + 1, 0
        yield row, slice(column, column + width)
        column += width


def class_legend(figure: Figure, language: Language, **where: object) -> None:
    """Add a legend of the two classes to a figure."""
    handles = [Line2D([], [], color=colour, linewidth=4) for colour in CLASS_COLOURS.values()]
    figure.legend(handles, [LABELS[name][language] for name in CLASS_COLOURS], **where)


def draw_histogram(axes: Axes, bins: pd.DataFrame, language: Language) -> None:
    """Draw one feature's rows of `distributions`, a stepped area for each class."""
    import seaborn as sns

    for name, colour in CLASS_COLOURS.items():
        own = bins[bins["class"] == name]
        sns.histplot(
            x=(own["left"] + own["right"]) / 2,
            bins=[*own["left"], own["right"].iloc[-1]],
            weights=own["share"],
            element="step",
            color=colour,
            alpha=0.18,
            linewidth=1.5,
            gid=name,
            ax=axes,
        )
    feature = bins["feature"].iloc[0]
    axes.set(xlabel="", ylabel="")
    value_ticks(axes.xaxis, feature, language)
    _share_ticks(axes.yaxis, language)


def value_ticks(axis: Axis, feature: str, language: Language) -> None:
    """Write an axis' ticks as values of a feature."""
    kind = COLUMNS[feature].kind
    axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=kind == "whole"))
    if kind == "share":
        percent_ticks(axis, language)
    else:
        number_ticks(axis, _digits(axis), language)


def _digits(axis: Axis) -> int:
    """Return the decimals that tell an axis' ticks apart."""
    ticks = axis.get_major_locator()()
    return int(max(0, np.ceil(-np.log10(ticks[1] - ticks[0]) - 1e-9)))


def _share_ticks(axis: Axis, language: Language) -> None:
    axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    percent_ticks(axis, language)


def _draw_bars(axes: Axes, shares: pd.DataFrame, language: Language) -> None:
    import seaborn as sns

    feature = shares["feature"].iloc[0]
    values = shares[shares["class"] == "declined"].sort_values("share", ascending=False)["value"].to_list()
    sns.barplot(
        shares,
        x="share",
        y="value",
        hue="class",
        order=values,
        hue_order=list(CLASS_COLOURS),
        palette=CLASS_COLOURS,
        saturation=1,
        alpha=0.85,
        width=0.54,
        errorbar=None,
        legend=False,
        ax=axes,
    )
    for name, bars in zip(CLASS_COLOURS, axes.containers, strict=True):
        for bar in bars:
            bar.set_gid(name)
    for position, value in enumerate(values):
        known = value == "True" if COLUMNS[feature].kind == "flag" else value
        # Above its bars, since a new category may have a long name.
        axes.text(0, position - 0.29, f" {value_text(feature, known, language)}", fontsize=8, va="bottom")
    axes.set(xlabel="", ylabel="", ylim=(len(values) - 0.6, -0.74))
    axes.set_yticks([])
    _share_ticks(axes.xaxis, language)
