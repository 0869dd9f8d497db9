"""Figure of the features in which the classes differ most, two by two."""

import textwrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from one_click.columns import BASE_FEATURES, TARGET, Language, label
from one_click.presentation.drawing import in_both_languages, new_figure

from ..texts import findings
from ..texts.labels import LABELS
from .classes import CLASS_COLOURS, class_legend, draw_histogram, value_ticks

_SHOWN = 4  # features
_OUTSIDE = (0.1, 0.5)  # shares of a class outside its contours
_GRID = 60  # points along each axis at which a density is estimated


def pairs_figure(
    sampled_clients: pd.DataFrame,
    distributions: pd.DataFrame,
    class_portrait: pd.DataFrame,
    correlations: pd.DataFrame,
) -> tuple[Figure, Figure]:
    """Draw the joint distributions of the numbers with the largest effects, in Russian and in English."""
    is_number = ~class_portrait["kind"].isin(["category", "flag"])
    clear = is_number & (class_portrait["direction"] != "none")
    features = class_portrait.loc[clear & class_portrait["feature"].isin(BASE_FEATURES), "feature"]
    shown = features.head(_SHOWN).to_list()
    clients = sampled_clients[[*shown, TARGET]].astype("float64")
    bins = distributions[distributions["feature"].isin(shown)]
    return _draw_pairs(shown, clients, bins, correlations)


@in_both_languages
def _draw_pairs(
    language: Language,
    features: list[str],
    clients: pd.DataFrame,
    distributions: pd.DataFrame,
    correlations: pd.DataFrame,
) -> Figure:
    count = len(features)
    figure = new_figure(9, 1.2 + 2 * count, findings.of_pairs(features, correlations, language))
    # No PairGrid of seaborn's: it makes its figure through pyplot, whose state is global.
    grid = figure.add_gridspec(max(1, count), max(1, count))
    for column, across in enumerate(features):
        words = textwrap.fill(label(across, language), 22)
        diagonal = figure.add_subplot(grid[column, column], gid=across)
        draw_histogram(diagonal, distributions[distributions["feature"] == across], language)
        panels = [diagonal]
        for row, down in enumerate(features[column + 1 :], start=column + 1):
            panels.append(figure.add_subplot(grid[row, column], sharex=diagonal, gid=f"{down} × {across}"))
            _draw_densities(panels[-1], clients, across, down)
            value_ticks(panels[-1].yaxis, down, language)
            if column == 0:
                panels[-1].set_ylabel(textwrap.fill(label(down, language), 22), fontsize=9)
        value_ticks(diagonal.xaxis, across, language)
        for axes in panels:
            axes.tick_params(labelsize=8, labelbottom=axes is panels[-1])
        panels[-1].set_xlabel(words, fontsize=9)
    class_legend(figure, language, loc="upper right", bbox_to_anchor=(0.98, 0.85))
    figure.supxlabel(LABELS["pairs"][language], fontsize=9)
    return figure


def _draw_densities(axes: Axes, clients: pd.DataFrame, across: str, down: str) -> None:
    import seaborn as sns

    for name, colour in CLASS_COLOURS.items():
        own = clients[clients[TARGET] == (name == "declined")]
        axes.scatter(own[across], own[down], s=4, alpha=0.25, linewidths=0, color=colour, gid=name)
        sns.kdeplot(
            own,
            x=across,
            y=down,
            levels=_OUTSIDE,
            bw_adjust=0.7,  # the usual bandwidth joins the two modes of promo purchases
            cut=2,
            gridsize=_GRID,
            color=colour,
            linewidths=1.5,
            warn_singular=False,
            ax=axes,
        )
    axes.set(xlabel="", ylabel="")
