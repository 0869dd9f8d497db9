"""Figure of the features in which the classes differ most, two by two."""

import textwrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from one_click.columns import BASE_FEATURES, TARGET, Language, label
from one_click.presentation.drawing import draw_in_both_languages, new_figure

from ..texts import findings
from ..texts.labels import LABELS
from .classes import CLASS_COLOURS, class_legend, draw_histogram, value_ticks

_SHOWN = 4  # features
_LEVELS = (0.1, 0.5)  # shares of a class outside the contours
_GRID = 60  # points along each axis at which a density is estimated


def pairs_figure(
    sampled_clients: pd.DataFrame,
    distributions: pd.DataFrame,
    class_portrait: pd.DataFrame,
    correlations: pd.DataFrame,
) -> tuple[Figure, Figure]:
    """Draw the joint distributions of the numbers with the largest effects, in Russian and in English."""
    numbers = ~class_portrait["kind"].isin(["category", "flag"]) & (class_portrait["direction"] != "none")
    features = class_portrait.loc[numbers & class_portrait["feature"].isin(BASE_FEATURES), "feature"]
    shown = features.head(_SHOWN).to_list()
    clients = sampled_clients[[*shown, TARGET]].astype("float64")
    return draw_in_both_languages(_draw_pairs, shown, clients, distributions, correlations)


def _draw_pairs(
    language: Language,
    features: list[str],
    clients: pd.DataFrame,
    distributions: pd.DataFrame,
    correlations: pd.DataFrame,
) -> Figure:
    figure = new_figure(9, 1.2 + 2 * len(features), findings.of_pairs(features, correlations, language))
    # Axes of our own: seaborn's PairGrid makes a figure through pyplot's global state.
    grid = figure.add_gridspec(max(1, len(features)), max(1, len(features)))
    for row, down in enumerate(features):
        for column, across in enumerate(features[: row + 1]):
            axes = figure.add_subplot(grid[row, column], gid=f"{down} × {across}")
            if row == column:
                draw_histogram(axes, distributions[distributions["feature"] == down], language)
            else:
                _draw_densities(axes, clients, across, down, language)
            axes.tick_params(labelsize=8)
            if row == len(features) - 1:
                axes.set_xlabel(textwrap.fill(label(across, language), 22), fontsize=9)
            if column == 0:
                axes.set_ylabel(textwrap.fill(label(down, language), 22), fontsize=9)
    class_legend(figure, language, loc="upper right", bbox_to_anchor=(0.98, 0.85))
    figure.supxlabel(LABELS["pairs"][language], fontsize=9)
    return figure


def _draw_densities(axes: Axes, clients: pd.DataFrame, across: str, down: str, language: Language) -> None:
    import seaborn as sns

    for name, colour in CLASS_COLOURS.items():
        own = clients[clients[TARGET] == (name == "declined")]
        axes.scatter(own[across], own[down], s=4, alpha=0.25, linewidths=0, color=colour, gid=name)
        sns.kdeplot(
            own,
            x=across,
            y=down,
            levels=_LEVELS,
            gridsize=_GRID,
            color=colour,
            linewidths=1.5,
            warn_singular=False,
            ax=axes,
        )
    axes.set(xlabel="", ylabel="")
    value_ticks(axes.xaxis, across, language)
    value_ticks(axes.yaxis, down, language)
