"""Wiring of `eda`."""

from kedro.pipeline import Node, Pipeline

from .figures import classes as plots
from .figures import structure as structure_plots
from .nodes import associations, clusters, contacts, groups, interactions
from .nodes import summaries as nodes

_OPTIONS = "params:eda"


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    return Pipeline([*_base(), *_portrait(), *_associations(), *_groups_and_pairs(), *_clusters()])


def _base() -> list[Node]:
    return [
        Node(nodes.select_labelled, "clients", "labelled_clients", name="eda.select_labelled"),
        Node(
            nodes.sample_clients, ["labelled_clients", _OPTIONS], "sampled_clients", name="eda.sample_clients"
        ),
        Node(
            nodes.describe_shapes,
            ["labelled_clients", _OPTIONS],
            "feature_shapes",
            name="eda.describe_shapes",
        ),
        Node(
            nodes.summarise_features, "labelled_clients", "feature_summaries", name="eda.summarise_features"
        ),
        Node(
            nodes.summarise_categories, "labelled_clients", "category_shares", name="eda.summarise_categories"
        ),
        Node(
            nodes.tabulate_distributions,
            ["labelled_clients", _OPTIONS],
            "distributions",
            name="eda.tabulate_distributions",
        ),
    ]


def _portrait() -> list[Node]:
    return [
        Node(
            nodes.portray_classes,
            ["labelled_clients", _OPTIONS],
            "class_portrait",
            name="eda.portray_classes",
        ),
        Node(
            plots.class_portrait_figure,
            "class_portrait",
            _both_languages("class_portrait"),
            name="eda.class_portrait_figure",
        ),
        Node(
            plots.distributions_figure,
            ["distributions", "category_shares", "class_portrait", "feature_shapes"],
            _both_languages("distributions"),
            name="eda.distributions_figure",
        ),
    ]


def _associations() -> list[Node]:
    return [
        Node(associations.correlate, ["sampled_clients", _OPTIONS], "correlations", name="eda.correlate"),
        Node(
            associations.measure_collinearity,
            ["sampled_clients", "correlations", _OPTIONS],
            "collinearity",
            name="eda.measure_collinearity",
        ),
        Node(
            plots.correlations_figure,
            "correlations",
            _both_languages("correlations"),
            name="eda.correlations_figure",
        ),
        Node(
            contacts.tabulate_contacts, "labelled_clients", "contact_pressure", name="eda.tabulate_contacts"
        ),
        Node(
            structure_plots.contact_pressure_figure,
            "contact_pressure",
            _both_languages("contact_pressure"),
            name="eda.contact_pressure_figure",
        ),
    ]


def _groups_and_pairs() -> list[Node]:
    return [
        Node(
            groups.measure_groups,
            ["sampled_clients", "class_portrait", _OPTIONS],
            "feature_groups",
            name="eda.measure_groups",
        ),
        Node(
            structure_plots.feature_groups_figure,
            "feature_groups",
            _both_languages("feature_groups"),
            name="eda.feature_groups_figure",
        ),
        Node(
            interactions.find_interactions,
            ["sampled_clients", _OPTIONS],
            "interaction_tests",
            name="eda.find_interactions",
        ),
        Node(
            interactions.tabulate_interactions,
            ["sampled_clients", "interaction_tests", _OPTIONS],
            "interactions",
            name="eda.tabulate_interactions",
        ),
        Node(
            structure_plots.interactions_figure,
            "interactions",
            _both_languages("interactions"),
            name="eda.interactions_figure",
        ),
    ]


def _clusters() -> list[Node]:
    return [
        Node(
            clusters.measure_stability,
            ["sampled_clients", _OPTIONS],
            "cluster_stability",
            name="eda.measure_stability",
        ),
        Node(
            clusters.assign_clusters,
            ["sampled_clients", "cluster_stability", _OPTIONS],
            "client_clusters",
            name="eda.assign_clusters",
        ),
        Node(
            clusters.profile_clusters,
            ["sampled_clients", "client_clusters"],
            "cluster_profiles",
            name="eda.profile_clusters",
        ),
        Node(
            structure_plots.clusters_figure,
            ["cluster_stability", "cluster_profiles"],
            _both_languages("clusters"),
            name="eda.clusters_figure",
        ),
        Node(clusters.map_clients, "sampled_clients", ["client_map", "map_axes"], name="eda.map_clients"),
        Node(
            structure_plots.client_map_figure,
            ["client_map", "map_axes", "client_clusters"],
            _both_languages("client_map"),
            name="eda.client_map_figure",
        ),
    ]


def _both_languages(name: str) -> list[str]:
    return [f"{name}_figure_ru", f"{name}_figure_en"]
