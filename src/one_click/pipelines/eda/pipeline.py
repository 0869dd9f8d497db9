"""Wiring of `eda`."""

from kedro.pipeline import Node, Pipeline

from one_click.wiring import exhibits, figure, namespace, step

from .figures import classes, heat_maps, pairs, structure
from .nodes import associations, clusters, contacts, groups, interactions, summaries
from .texts import sentences

_OPTIONS = "params:eda"
_PUBLIC = (
    *("category_shares", "class_portrait", "collinearity", "contact_pressure", "correlations"),
    *("distributions", "feature_groups", "feature_shapes", "interaction_tests", "interactions"),
    *("client_clusters", "client_map", "cluster_profiles", "cluster_stability", "map_axes"),
)


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    parts = (_clients(), _classes(), _associations(), _groups_and_pairs(), _clusters(), _shown())
    return namespace("eda", (node for part in parts for node in part), public=_PUBLIC)


def _clients() -> list[Node]:
    return [
        step(summaries.select_labelled, "labelled_clients"),
        step(summaries.sample_clients, "sampled_clients", options=_OPTIONS),
    ]


def _classes() -> list[Node]:
    return [
        step(summaries.describe_shapes, "feature_shapes", options=_OPTIONS),
        step(summaries.summarise_features, "feature_summaries"),
        step(summaries.summarise_categories, "category_shares"),
        step(summaries.tabulate_distributions, "distributions", options=_OPTIONS),
        step(sentences.portray_classes, "class_portrait", options=_OPTIONS),
        step(contacts.tabulate_contacts, "contact_pressure"),
        figure(classes.class_portrait_figure),
        figure(classes.distributions_figure),
        figure(structure.contact_pressure_figure),
    ]


def _associations() -> list[Node]:
    return [
        step(associations.correlate, "correlations", options=_OPTIONS),
        step(sentences.describe_collinearity, "collinearity", options=_OPTIONS),
        figure(heat_maps.correlations_figure),
        figure(pairs.pairs_figure),
    ]


def _groups_and_pairs() -> list[Node]:
    return [
        step(groups.measure_groups, "feature_groups", options=_OPTIONS),
        step(interactions.find_interactions, "interaction_tests", options=_OPTIONS),
        step(interactions.tabulate_interactions, "interactions", options=_OPTIONS),
        figure(structure.feature_groups_figure),
        figure(heat_maps.interactions_figure),
    ]


def _clusters() -> list[Node]:
    return [
        step(clusters.measure_stability, "cluster_stability", options=_OPTIONS),
        step(clusters.assign_clusters, "client_clusters", options=_OPTIONS),
        step(clusters.profile_clusters, "cluster_profiles"),
        step(clusters.map_clients, ["client_map", "map_axes"]),
        figure(structure.clusters_figure),
        figure(structure.client_map_figure),
    ]


def _shown() -> list[Node]:
    return [
        exhibits(
            figures=("class_portrait",),
            tables=("class_portrait",),
            others=(
                *("category_shares", "client_map", "cluster_profiles", "collinearity", "contact_pressure"),
                *("distributions", "feature_groups", "feature_shapes", "feature_summaries", "interactions"),
                "map_axes",
            ),
        )
    ]
