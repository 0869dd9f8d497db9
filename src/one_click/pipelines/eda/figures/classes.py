"""Figures of `eda`, drawn from tables."""

import textwrap
from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from one_click.columns import COLUMNS, TARGET, Language, label
from one_click.presentation.drawing import (
    ACCENT,
    DECLINED,
    KEPT,
    NEUTRAL,
    SEQUENTIAL,
    draw_in_both_languages,
    new_figure,
    number_ticks,
    percent_ticks,
)
from one_click.presentation.wording import label_with_unit, number, plural, value_text

from ..texts.sentences import class_sizes, direction_word

_COLUMNS = 3
_COLOURS = {"higher": DECLINED, "lower": KEPT, "differs": ACCENT, "none": NEUTRAL}
_LEGEND: dict[str, dict[Language, str]] = {
    "higher": {"ru": "выше у снизивших активность", "en": "higher for the declined"},
    "lower": {"ru": "ниже у снизивших активность", "en": "lower for the declined"},
    "differs": {"ru": "категория: V Крамера, без знака", "en": "category: Cramér's V, unsigned"},
    "none": {"ru": "ясной разницы нет", "en": "no clear difference"},
}
_CLASSES: dict[str, dict[Language, str]] = {
    "declined": {"ru": "снизили активность", "en": "declined"},
    "kept": {"ru": "сохранили уровень", "en": "kept buying"},
}
_CLASS_COLOURS = {"declined": DECLINED, "kept": KEPT}


def class_portrait_figure(class_portrait: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw the effects with intervals, in Russian and in English."""
    return draw_in_both_languages(_draw_portrait, class_portrait)


def distributions_figure(
    distributions: pd.DataFrame,
    category_shares: pd.DataFrame,
    class_portrait: pd.DataFrame,
    feature_shapes: pd.DataFrame,
) -> tuple[Figure, Figure]:
    """Draw every feature's distribution in both classes, in Russian and in English.

    A dotted line stands where two humps of the distribution of all clients meet.
    """
    valleys = feature_shapes.set_index("feature")["valleys"].to_dict()
    return draw_in_both_languages(
        _draw_distributions, distributions, category_shares, class_portrait, valleys
    )


def correlations_figure(correlations: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw the phik matrix, the target first, in Russian and in English."""
    return draw_in_both_languages(_draw_correlations, correlations)


def _draw_portrait(language: Language, portrait: pd.DataFrame) -> Figure:
    figure = new_figure(8.5, 1.6 + 0.25 * len(portrait), _finding_of_portrait(portrait, language))
    axes = figure.subplots()
    shown = portrait.iloc[::-1].reset_index(drop=True)
    of_category = (shown["kind"] == "category") & (shown["direction"] != "none")
    looks = shown["direction"].mask(of_category, "differs")
    axes.hlines(shown.index, shown["low"], shown["high"], colors=looks.map(_COLOURS), linewidth=3, alpha=0.45)
    for look, rows in shown.groupby(looks):
        marker = "D" if look == "differs" else "o"
        axes.scatter(rows["effect"], rows.index, color=_COLOURS[str(look)], marker=marker, s=38, zorder=3)
    axes.axvline(0, color=NEUTRAL, linewidth=1)
    axes.set_yticks(shown.index, [label(feature, language) for feature in shown["feature"]])
    axes.set_xlabel(
        "Размер эффекта с 95 % интервалом (δ Клиффа, от −1 до 1)"
        if language == "ru"
        else "Size of the effect with its 95% interval (Cliff's δ, −1 to 1)"
    )
    number_ticks(axes.xaxis, 1, language)
    handles = [
        Line2D([], [], color=colour, marker="D" if look == "differs" else "o", linewidth=3, alpha=0.9)
        for look, colour in _COLOURS.items()
    ]
    figure.legend(
        handles, [_LEGEND[look][language] for look in _COLOURS], loc="outside lower center", ncols=2
    )
    return figure


def _finding_of_portrait(portrait: pd.DataFrame, language: Language) -> str:
    clear = portrait[portrait["direction"] != "none"]
    sizes = class_sizes(portrait.iloc[0].to_dict(), language)
    if clear.empty:
        nothing = {"ru": "Ясных различий между классами не видно", "en": "No clear difference is seen"}
        return f"{nothing[language]} ({sizes})"
    first = clear.head(3).to_dict("records")
    if language == "ru":
        names = ", ".join(f"«{label(row['feature'], 'ru')}» ({direction_word(row, 'ru')})" for row in first)
        return f"Сильнее всего снизивших активность отличают: {names}; {sizes}"
    names = ", ".join(f"{label(row['feature'], 'en').lower()} ({direction_word(row, 'en')})" for row in first)
    return f"Clients whose activity declined stand out most by {names}; {sizes}"


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
    figure = new_figure(8.5, 1.62 * sum(heights) + 0.9, _finding_of_distributions(portrait, language))
    grid = figure.add_gridspec(len(heights), _COLUMNS, height_ratios=heights)
    for name, (row, columns) in zip([*narrow, *wide], places, strict=True):
        axes = figure.add_subplot(grid[row, columns])
        draw, table = (_draw_bars, bars[name]) if name in bars else (_draw_steps, bins[name])
        draw(axes, table, language)
        for valley in valleys.get(name, []):
            axes.axvline(valley, color="black", linewidth=1, linestyle=":")
        axes.set_title(textwrap.fill(label_with_unit(name, language), 33), fontsize=9, loc="left")
        axes.tick_params(labelsize=8)
    handles = [Line2D([], [], color=_CLASS_COLOURS[name], linewidth=4) for name in _CLASSES]
    figure.legend(
        handles, [name[language] for name in _CLASSES.values()], loc="outside lower center", ncols=2
    )
    return figure


def _places(narrow: int, wide: int) -> Iterator[tuple[int, slice]]:
    """Yield row and columns of each panel; a wide one takes the place of two."""
    row, column = 0, 0
    for width in [1] * narrow + [2] * wide:
        if column + width > _COLUMNS:
            row, column = row + 1, 0
        yield row, slice(column, column + width)
        column += width


def _finding_of_distributions(portrait: pd.DataFrame, language: Language) -> str:
    clear, total = int((portrait["direction"] != "none").sum()), len(portrait)
    sizes = class_sizes(portrait.iloc[0].to_dict(), language)
    if language == "ru":
        columns = plural(clear, "ru", "столбцу", "столбцам", "столбцам")
        return (
            f"Классы ясно различаются по {clear} {columns} из {total}; сильнейшие различия первыми; {sizes}"
        )
    return f"The classes clearly differ in {clear} of {total} columns; the most different first; {sizes}"


def _draw_steps(axes: Axes, bins: pd.DataFrame, language: Language) -> None:
    for name, colour in _CLASS_COLOURS.items():
        own = bins[bins["class"] == name]
        edges = np.append(own["left"], own["right"].iloc[-1])
        axes.stairs(own["share"], edges, color=colour, fill=True, alpha=0.18)
        axes.stairs(own["share"], edges, color=colour, linewidth=1.5)
    feature = bins["feature"].iloc[0]
    kind = COLUMNS[feature].kind
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=kind == "whole"))
    if kind == "share":
        percent_ticks(axes.xaxis, language)
    else:
        number_ticks(axes.xaxis, _digits(axes.xaxis), language)
    _share_ticks(axes.yaxis, language)


def _digits(axis: Axis) -> int:
    """Return the decimals that tell an axis' ticks apart."""
    ticks = axis.get_major_locator()()
    return int(max(0, np.ceil(-np.log10(ticks[1] - ticks[0]) - 1e-9)))


def _share_ticks(axis: Axis, language: Language) -> None:
    axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    percent_ticks(axis, language)


def _draw_bars(axes: Axes, shares: pd.DataFrame, language: Language) -> None:
    feature = shares["feature"].iloc[0]
    both = shares.pivot_table(index="value", columns="class", values="share").sort_values("declined")
    positions = np.arange(len(both))
    for name, shift in (("declined", 0.0), ("kept", -0.28)):
        axes.barh(positions + shift, both[name], height=0.26, color=_CLASS_COLOURS[name], alpha=0.85)
    for position, value in enumerate(both.index):
        known = value == "True" if COLUMNS[feature].kind == "flag" else value
        # Above its bars, since a new category may have a long name.
        axes.text(0, position + 0.18, f" {value_text(feature, known, language)}", fontsize=8, va="bottom")
    axes.set_ylim(-0.6, len(both) - 0.4)
    axes.set_yticks([])
    _share_ticks(axes.xaxis, language)


def _draw_correlations(language: Language, correlations: pd.DataFrame) -> Figure:
    matrix = correlations.pivot_table(index="left", columns="right", values="phik", dropna=False, sort=False)
    order = matrix[TARGET].drop(TARGET).sort_values(ascending=False, na_position="last")
    names = [TARGET, *order.index]
    above = np.triu(np.ones((len(names), len(names)), dtype=bool), 1)
    cells = np.where(above, np.nan, matrix.loc[names, names].to_numpy("float64"))  # symmetric: half will do
    clear = correlations.pivot_table(index="left", columns="right", values="clear", sort=False)
    clear = clear.loc[names, names].to_numpy("bool")
    n = int(correlations["n"].iloc[0])
    figure = new_figure(
        8.5, 1.2 + 0.36 * len(names), _finding_of_correlations(order[clear[0, 1:]], n, language)
    )
    axes = figure.subplots()
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.imshow(cells, cmap=SEQUENTIAL, vmin=0, vmax=1, aspect="auto")
    numbers = range(1, len(names) + 1)
    axes.set_xticks(range(len(names)), [str(n) for n in numbers])
    labels = [f"{label(name, language)}  {n}" for n, name in zip(numbers, names, strict=True)]
    axes.set_yticks(range(len(names)), labels)
    axes.tick_params(length=0)
    for (row, column), cell in np.ndenumerate(cells):
        if np.isfinite(cell):
            colour = "white" if cell > 0.6 else "black" if clear[row, column] else NEUTRAL
            text = number(cell, 2, language)
            axes.text(column, row, text, ha="center", va="center", fontsize=8, color=colour)
    axes.set_xlabel(
        "φk: связь любой формы, от 0 (нет) до 1 (полная);\nсерые числа не отличить от случайности"
        if language == "ru"
        else "φk: association of any form, from 0 (none) to 1 (complete);\ngrey numbers may be chance"
    )
    return figure


def _finding_of_correlations(with_target: pd.Series, n: int, language: Language) -> str:
    first = with_target.dropna().head(3)
    quotes = "«»" if language == "ru" else "“”"
    names = ", ".join(
        f"{quotes[0]}{label(name, language)}{quotes[1]} ({number(value, 2, language)})"
        for name, value in first.items()
    )
    clients = number(n, 0, language)
    if language == "ru":
        return f"Со снижением активности сильнее всего связаны: {names or 'ни один признак'}; n = {clients}"
    return f"Associated most with declining activity: {names or 'no feature'}; n = {clients}"
