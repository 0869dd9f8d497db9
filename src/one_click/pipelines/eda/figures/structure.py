"""Figures of groups, interactions, clusters, the map and contacts, drawn from tables."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from one_click.columns import GROUP_LABELS, TARGET, Language, label
from one_click.presentation.drawing import (
    DECLINED,
    DIVERGING,
    KEPT,
    NEUTRAL,
    PALETTE,
    draw_in_both_languages,
    new_figure,
    number_ticks,
    percent_ticks,
)
from one_click.presentation.wording import label_with_unit, number, percent

from ..nodes.contacts import ACTIVITY, CONTACTS
from ..texts import findings

Figures = tuple[Figure, Figure]
_SHOWN_EFFECTS = 6
_DECLINED_SHARE: dict[Language, str] = {
    "ru": "Доля снизивших активность",
    "en": "Share of clients whose activity declined",
}


def feature_groups_figure(feature_groups: pd.DataFrame) -> Figures:
    """Draw what each group of features tells alone, in Russian and in English."""
    return draw_in_both_languages(_draw_groups, feature_groups)


def interactions_figure(interactions: pd.DataFrame) -> Figures:
    """Draw the risk over pairs of features, in Russian and in English."""
    return draw_in_both_languages(_draw_interactions, interactions)


def clusters_figure(cluster_stability: pd.DataFrame, cluster_profiles: pd.DataFrame) -> Figures:
    """Draw how firm clusters are and what sets them apart, in Russian and in English."""
    return draw_in_both_languages(_draw_clusters, cluster_stability, cluster_profiles)


def client_map_figure(
    client_map: pd.DataFrame, map_axes: pd.DataFrame, client_clusters: pd.DataFrame
) -> Figures:
    """Draw the clients on a plane, by class and by cluster, in Russian and in English."""
    return draw_in_both_languages(_draw_map, client_map.merge(client_clusters), map_axes)


def contact_pressure_figure(contact_pressure: pd.DataFrame) -> Figures:
    """Draw the risk by number of contacts, in Russian and in English."""
    return draw_in_both_languages(_draw_contacts, contact_pressure)


def _draw_groups(language: Language, feature_groups: pd.DataFrame) -> Figure:
    figure = new_figure(8.5, 3.2, findings.of_groups(feature_groups, language))
    axes = figure.subplots()
    shown = feature_groups.iloc[::-1].reset_index(drop=True)
    axes.barh(shown.index, shown["roc_auc"] - 0.5, left=0.5, color=KEPT, alpha=0.85, height=0.6)
    axes.hlines(shown.index, shown["low"], shown["high"], color="black", linewidth=1.5)
    axes.set_yticks(shown.index, [_group_text(row, language) for row in shown.itertuples()])
    axes.axvline(0.5, color=NEUTRAL, linewidth=1)
    axes.set_xlim(min(0.45, shown["low"].min()), 1)
    number_ticks(axes.xaxis, 1, language)
    axes.set_xlabel(
        "ROC-AUC логистической регрессии на одной группе признаков, с 95 % интервалом"
        if language == "ru"
        else "ROC-AUC of a logistic regression on one group of features, with its 95% interval"
    )
    return figure


def _group_text(row: object, language: Language) -> str:
    title = GROUP_LABELS[row.group][language]  # type: ignore[attr-defined]
    clear, features = row.clear, row.features  # type: ignore[attr-defined]
    counted = (
        f"{clear} из {features} ясно различаются" if language == "ru" else f"{clear} of {features} clear"
    )
    return f"{title}\n({counted})"


def _draw_interactions(language: Language, interactions: pd.DataFrame) -> Figure:
    pairs = list(interactions.groupby(["left", "right"], sort=False))
    rows = max(1, -(-len(pairs) // 2))
    tall = [
        max((cells["left_level"].nunique() for _, cells in pairs[2 * r : 2 * r + 2]), default=3)
        for r in range(rows)
    ]
    figure = new_figure(
        10,
        1.3 + sum(0.9 + 0.55 * max(3, count) for count in tall),
        findings.of_interactions(interactions, language),
    )
    grid = figure.add_gridspec(rows, 2, height_ratios=[0.9 + 0.55 * max(3, count) for count in tall])
    for place, ((left, right), cells) in enumerate(pairs):
        axes = figure.add_subplot(grid[place // 2, place % 2])
        _draw_cells(axes, (left, right), cells, language)
    if pairs:
        figure.supxlabel(
            "В клетке: доля снизивших активность и число клиентов"
            if language == "ru"
            else "In a cell: share of clients whose activity declined, and number of clients",
            fontsize=9,
        )
    return figure


def _draw_cells(axes: Axes, pair: tuple[str, str], cells: pd.DataFrame, language: Language) -> None:
    # The feature with more levels, such as a category, goes down: its words need the width.
    left, right = (
        ("left", "right")
        if cells["left_level"].nunique() >= cells["right_level"].nunique()
        else ("right", "left")
    )
    names = dict(zip(("left", "right"), pair, strict=True))
    shares = cells.pivot_table(index=f"{left}_level", columns=f"{right}_level", values="share")
    counts = cells.pivot_table(index=f"{left}_level", columns=f"{right}_level", values="n")
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.imshow(shares.to_numpy("float64"), cmap=DIVERGING, vmin=0, vmax=1, aspect="auto")
    for (row, column), share in np.ndenumerate(shares.to_numpy("float64")):
        if np.isfinite(share):
            text = f"{percent(share, 0, language)}\nn = {number(counts.iloc[row, column], 0, language)}"
            axes.text(
                column,
                row,
                text,
                ha="center",
                va="center",
                fontsize=8,
                color="white" if abs(share - 0.5) > 0.35 else "black",
            )
    for axis, levels, side in ((axes.yaxis, shares.index, left), (axes.xaxis, shares.columns, right)):
        words = [textwrap.fill(findings.level_text(names[side], level, language), 22) for level in levels]
        axis.set_ticks(range(len(levels)), words, fontsize=8)
    axes.tick_params(length=0)
    axes.set_xlabel(label(names[right], language), fontsize=9)
    axes.set_ylabel(textwrap.fill(label(names[left], language), 26), fontsize=9)
    mark = {
        "ru": ("ясное совместное действие", "совместного действия не видно"),
        "en": ("clear joint effect", "no joint effect seen"),
    }
    axes.set_title(mark[language][0 if cells["clear"].iloc[0] else 1], fontsize=9, loc="left")


def _draw_clusters(language: Language, stability: pd.DataFrame, profiles: pd.DataFrame) -> Figure:
    figure = new_figure(10, 4.6, findings.of_clusters(stability, profiles, language))
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.5])
    _draw_stability(left, stability, language)
    _draw_profiles(right, profiles, language)
    return figure


def _draw_stability(axes: Axes, stability: pd.DataFrame, language: Language) -> None:
    axes.fill_between(
        stability["clusters"], stability["low"], stability["high"], color=KEPT, alpha=0.2, linewidth=0
    )
    clients, shuffled = (
        ("клиенты магазина", "единое облако с той же ковариацией")
        if language == "ru"
        else ("the store's clients", "a single cloud, same covariance")
    )
    axes.plot(stability["clusters"], stability["stability"], "o-", color=KEPT, label=clients)
    axes.plot(stability["clusters"], stability["stability_of_cloud"], "s--", color=NEUTRAL, label=shuffled)
    axes.set_xticks(stability["clusters"])
    axes.set_ylim(0, 1.02)
    number_ticks(axes.yaxis, 1, language)
    axes.set_xlabel("Число групп" if language == "ru" else "Number of clusters")
    axes.set_ylabel(
        "Согласие двух половин (индекс Рэнда)" if language == "ru" else "Agreement of two halves (Rand index)"
    )
    axes.legend(loc="best", fontsize=8)


def _draw_profiles(axes: Axes, profiles: pd.DataFrame, language: Language) -> None:
    strongest = profiles.groupby("feature")["effect"].apply(lambda effects: effects.abs().max())
    features = strongest.sort_values().tail(_SHOWN_EFFECTS).index
    for place, (_, own) in enumerate(profiles.groupby("cluster")):
        effects = own.set_index("feature").reindex(features)
        heights = np.arange(len(features)) + 0.18 * place
        axes.hlines(
            heights,
            effects["low"],
            effects["high"],
            color=_cluster_colour(place + 1),
            alpha=0.5,
            linewidth=3,
        )
        axes.scatter(
            effects["effect"],
            heights,
            color=_cluster_colour(place + 1),
            s=30,
            label=_cluster_text(own.iloc[0], language),
            zorder=3,
        )
    axes.axvline(0, color=NEUTRAL, linewidth=1)
    axes.set_yticks(
        range(len(features)), [textwrap.fill(label(name, language), 24) for name in features], fontsize=8
    )
    axes.set_xlim(-1, 1)
    axes.set_xticks([-1, -0.5, 0, 0.5, 1])
    number_ticks(axes.xaxis, 1, language)
    axes.set_xlabel(
        "Отличие группы от остальных (δ Клиффа) с 95 % интервалом:\n"
        "описание: группы и найдены по этим признакам"
        if language == "ru"
        else "Difference from all others (Cliff's δ) with its 95% interval:\n"
        "a description, as these features made the clusters"
    )
    axes.figure.legend(
        loc="outside lower center", fontsize=8, ncols=2, handles=axes.get_legend_handles_labels()[0]
    )


def _cluster_colour(cluster: int) -> str:
    """Return a cluster's colour, which is none of the classes'."""
    others = PALETTE[2:]
    return others[(cluster - 1) % len(others)]


def _cluster_text(row: pd.Series, language: Language) -> str:
    share, risk = (percent(row[name], 0, language) for name in ("share", "declined_share"))
    if language == "ru":
        return f"группа {row['cluster']}: {share} базы, снизили активность {risk}"
    return f"cluster {row['cluster']}: {share} of the base, {risk} declined"


def _draw_map(language: Language, client_map: pd.DataFrame, map_axes: pd.DataFrame) -> Figure:
    figure = new_figure(10, 5, findings.of_map(client_map, map_axes, language))
    by_class, by_cluster = figure.subplots(1, 2, sharex=True, sharey=True)
    classes = {0: (KEPT, "сохранили уровень", "kept buying"), 1: (DECLINED, "снизили активность", "declined")}
    for value, (colour, russian, english) in classes.items():
        own = client_map[client_map[TARGET] == value]
        by_class.scatter(
            own["x"],
            own["y"],
            s=8,
            alpha=0.55,
            linewidths=0,
            color=colour,
            label=russian if language == "ru" else english,
        )
    for cluster, own in client_map.groupby("cluster"):
        title = f"группа {cluster}" if language == "ru" else f"cluster {cluster}"
        colour = _cluster_colour(int(cluster))
        by_cluster.scatter(own["x"], own["y"], s=8, alpha=0.55, linewidths=0, color=colour, label=title)
    shares = map_axes.drop_duplicates("axis").set_index("axis")["explained"]
    for axes in (by_class, by_cluster):
        axes.set_xlabel(_axis_text("x", shares, language))
        axes.legend(loc="best", fontsize=8, markerscale=2)
        number_ticks(axes.xaxis, 0, language)
        number_ticks(axes.yaxis, 0, language)
    by_class.set_ylabel(_axis_text("y", shares, language))
    return figure


def _axis_text(axis: str, shares: pd.Series, language: Language) -> str:
    number_of_axis = 1 if axis == "x" else 2
    share = percent(float(shares.get(axis, 0.0)), 0, language)
    return (
        f"Ось {number_of_axis}: {share} различий"
        if language == "ru"
        else f"Axis {number_of_axis}: {share} of the variance"
    )


def _draw_contacts(language: Language, contact_pressure: pd.DataFrame) -> Figure:
    figure = new_figure(8.5, 4.2, findings.of_contacts(contact_pressure, language))
    axes = figure.subplots()
    places = range(len(contact_pressure))
    alike = label(ACTIVITY, language).lower()
    axes.vlines(
        places, contact_pressure["low"], contact_pressure["high"], color=DECLINED, alpha=0.45, linewidth=4
    )
    axes.plot(
        places,
        contact_pressure["share"],
        "o",
        color=DECLINED,
        markersize=8,
        label={"ru": "как есть, с 95 % интервалом", "en": "as observed, with its 95% interval"}[language],
    )
    axes.plot(
        places,
        contact_pressure["standardised_share"],
        "D--",
        color=NEUTRAL,
        label={"ru": f"при одинаковом распределении «{alike}»", "en": f"with “{alike}” distributed alike"}[
            language
        ],
    )
    texts = [
        f"{number(row.least, 1, language)} – {number(row.most, 1, language)}\n"
        f"n = {number(row.n, 0, language)}"
        for row in contact_pressure.itertuples()
    ]
    axes.set_xticks(places, texts)
    axes.set_xlabel(label_with_unit(CONTACTS, language))
    axes.set_ylabel(_DECLINED_SHARE[language])
    axes.set_ylim(0, 1)
    percent_ticks(axes.yaxis, language)
    if len(contact_pressure):
        axes.legend(loc="best", fontsize=9)
    return figure
