"""Figures of groups of features, clusters, the map of clients, and contact pressure."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from one_click.columns import TARGET, Language, label
from one_click.presentation.drawing import (
    DECLINED,
    KEPT,
    NEUTRAL,
    PALETTE,
    in_both_languages,
    new_figure,
    number_ticks,
    percent_ticks,
)
from one_click.presentation.wording import label_with_unit

from ..nodes.contacts import ACTIVITY, CONTACTS
from ..texts import findings, labels
from ..texts.labels import LABELS
from .classes import CLASS_COLOURS

_SHOWN_EFFECTS = 6


def client_map_figure(
    client_map: pd.DataFrame, map_axes: pd.DataFrame, client_clusters: pd.DataFrame
) -> tuple[Figure, Figure]:
    """Draw the clients on a plane, by class and by cluster, in Russian and in English."""
    return _draw_map(client_map.merge(client_clusters), map_axes)


@in_both_languages
def feature_groups_figure(language: Language, feature_groups: pd.DataFrame) -> Figure:
    """Draw the ROC-AUC of each group of features, in Russian and in English."""
    figure = new_figure(8.5, 3.2, findings.of_groups(feature_groups, language))
    axes = figure.subplots()
    shown = feature_groups.iloc[::-1].reset_index(drop=True)
    lengths = shown["roc_auc"] - 0.5
    axes.barh(shown.index, lengths, left=0.5, color=KEPT, alpha=0.85, height=0.6, gid="roc_auc")
    axes.hlines(shown.index, shown["low"], shown["high"], color="black", linewidth=1.5, gid="interval")
    axes.set_yticks(shown.index, [labels.of_group(row, language) for row in shown.to_dict("records")])
    axes.axvline(0.5, color=NEUTRAL, linewidth=1)
    axes.set_xlim(min(0.45, shown["low"].min()), 1)
    number_ticks(axes.xaxis, 1, language)
    axes.set_xlabel(LABELS["roc_auc"][language])
    return figure


@in_both_languages
def clusters_figure(
    language: Language, cluster_stability: pd.DataFrame, cluster_profiles: pd.DataFrame
) -> Figure:
    """Draw the stability of clusters and their profiles, in Russian and in English."""
    figure = new_figure(10, 4.6, findings.of_clusters(cluster_stability, cluster_profiles, language))
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.5])
    _draw_stability(left, cluster_stability, language)
    _draw_profiles(right, cluster_profiles, language)
    return figure


def _draw_stability(axes: Axes, stability: pd.DataFrame, language: Language) -> None:
    tried = stability["clusters"]
    axes.fill_between(
        tried, stability["low"], stability["high"], color=KEPT, alpha=0.2, linewidth=0, gid="interval"
    )
    for column, style, colour, name in (
        ("stability", "o-", KEPT, "clients"),
        ("null_stability", "s--", NEUTRAL, "null_model"),
    ):
        axes.plot(tried, stability[column], style, color=colour, label=LABELS[name][language], gid=column)
    axes.set_xticks(tried)
    axes.set_ylim(0, 1.02)
    number_ticks(axes.yaxis, 1, language)
    axes.set_xlabel(LABELS["clusters"][language])
    axes.set_ylabel(LABELS["stability"][language])
    axes.legend(loc="best", fontsize=8)


def _draw_profiles(axes: Axes, profiles: pd.DataFrame, language: Language) -> None:
    strongest = profiles.groupby("feature")["effect"].apply(lambda effects: effects.abs().max())
    features = strongest.sort_values().tail(_SHOWN_EFFECTS).index
    for place, (cluster, own) in enumerate(profiles.groupby("cluster")):
        effects = own.set_index("feature").reindex(features)
        heights, colour = np.arange(len(features)) + 0.18 * place, _cluster_colour(place + 1)
        axes.hlines(
            heights,
            effects["low"],
            effects["high"],
            color=colour,
            alpha=0.5,
            linewidth=3,
            gid=f"interval:{cluster}",
        )
        name = labels.of_cluster_risk(own.iloc[0], language)
        axes.scatter(effects["effect"], heights, color=colour, s=30, label=name, zorder=3, gid=f"{cluster}")
    axes.axvline(0, color=NEUTRAL, linewidth=1)
    axes.set_yticks(
        range(len(features)), [textwrap.fill(label(name, language), 24) for name in features], fontsize=8
    )
    axes.set_xlim(-1, 1)
    axes.set_xticks([-1, -0.5, 0, 0.5, 1])
    number_ticks(axes.xaxis, 1, language)
    axes.set_xlabel(LABELS["cluster_effect"][language])
    axes.figure.legend(
        loc="outside lower center", fontsize=8, ncols=2, handles=axes.get_legend_handles_labels()[0]
    )


def _cluster_colour(cluster: int) -> str:
    """Return a cluster's colour, which is none of the classes'."""
    others = PALETTE[2:]
    return others[(cluster - 1) % len(others)]


@in_both_languages
def _draw_map(language: Language, client_map: pd.DataFrame, map_axes: pd.DataFrame) -> Figure:
    figure = new_figure(10, 5, findings.of_map(client_map, map_axes, language))
    by_class, by_cluster = figure.subplots(1, 2, sharex=True, sharey=True)
    for name in ("kept", "declined"):
        own = client_map[client_map[TARGET] == (name == "declined")]
        _scatter(by_class, own, CLASS_COLOURS[name], LABELS[name][language], name)
    for cluster, own in client_map.groupby("cluster"):
        name = labels.of_cluster(int(cluster), language)
        _scatter(by_cluster, own, _cluster_colour(int(cluster)), name, f"{cluster}")
    explained = map_axes.drop_duplicates("axis").set_index("axis")["explained"]
    for axes in (by_class, by_cluster):
        axes.set_xlabel(labels.of_axis(1, explained["x"], language))
        axes.legend(loc="best", fontsize=8, markerscale=2)
        number_ticks(axes.xaxis, 0, language)
        number_ticks(axes.yaxis, 0, language)
    by_class.set_ylabel(labels.of_axis(2, explained.get("y", 0.0), language))
    return figure


def _scatter(axes: Axes, clients: pd.DataFrame, colour: str, name: str, gid: str) -> None:
    axes.scatter(clients["x"], clients["y"], s=8, alpha=0.55, linewidths=0, color=colour, label=name, gid=gid)


@in_both_languages
def contact_pressure_figure(language: Language, contact_pressure: pd.DataFrame) -> Figure:
    """Draw the risk by number of contacts, in Russian and in English."""
    figure = new_figure(8.5, 4.2, findings.of_contacts(contact_pressure, language))
    axes = figure.subplots()
    places = range(len(contact_pressure))
    axes.vlines(
        places,
        contact_pressure["low"],
        contact_pressure["high"],
        color=DECLINED,
        alpha=0.45,
        linewidth=4,
        gid="interval",
    )
    standardised = labels.of_standardised(ACTIVITY, language)
    for column, style, colour, size, name in (
        ("share", "o", DECLINED, 8, LABELS["share"][language]),
        ("standardised_share", "D--", NEUTRAL, 6, standardised),
    ):
        axes.plot(
            places, contact_pressure[column], style, color=colour, markersize=size, label=name, gid=column
        )
    texts = [labels.of_contacts(row, language) for row in contact_pressure.to_dict("records")]
    axes.set_xticks(places, texts)
    axes.set_xlabel(label_with_unit(CONTACTS, language))
    axes.set_ylabel(LABELS["declined_share"][language])
    axes.set_ylim(0, 1)
    percent_ticks(axes.yaxis, language)
    if len(contact_pressure):
        axes.legend(loc="best", fontsize=9)
    return figure
