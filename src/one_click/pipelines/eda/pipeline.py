"""Wiring of `eda`."""

from kedro.pipeline import Node, Pipeline

from . import associations, clusters, contacts, groups, interactions, nodes, plots, structure_plots

_OPTIONS = "params:eda"


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    return Pipeline([*_portrait(), *_associations(), *_structures()])


def _portrait() -> list[Node]:
    return [
        Node(nodes.select_labelled, "clients", "labelled_clients"),
        Node(nodes.sample_clients, ["labelled_clients", _OPTIONS], "sampled_clients"),
        Node(nodes.describe_shapes, ["labelled_clients", _OPTIONS], "feature_shapes"),
        Node(nodes.summarise_features, "labelled_clients", "feature_summaries"),
        Node(nodes.summarise_categories, "labelled_clients", "category_shares"),
        Node(nodes.tabulate_distributions, ["labelled_clients", _OPTIONS], "distributions"),
        Node(nodes.portray_classes, ["labelled_clients", _OPTIONS], "class_portrait"),
        Node(plots.class_portrait_figure, "class_portrait", _both_languages("class_portrait")),
        Node(
            plots.distributions_figure,
            ["distributions", "category_shares", "class_portrait", "feature_shapes"],
            _both_languages("distributions"),
        ),
    ]


def _associations() -> list[Node]:
    return [
        Node(associations.correlate, ["sampled_clients", _OPTIONS], "correlations"),
        Node(
            associations.measure_collinearity, ["sampled_clients", "correlations", _OPTIONS], "collinearity"
        ),
        Node(plots.correlations_figure, "correlations", _both_languages("correlations")),
        Node(contacts.tabulate_contacts, "labelled_clients", "contact_pressure"),
        Node(
            structure_plots.contact_pressure_figure, "contact_pressure", _both_languages("contact_pressure")
        ),
    ]


def _structures() -> list[Node]:
    return [
        Node(groups.measure_groups, ["sampled_clients", "class_portrait", _OPTIONS], "feature_groups"),
        Node(structure_plots.feature_groups_figure, "feature_groups", _both_languages("feature_groups")),
        Node(interactions.find_interactions, ["sampled_clients", _OPTIONS], "interaction_tests"),
        Node(
            interactions.tabulate_interactions,
            ["sampled_clients", "interaction_tests", _OPTIONS],
            "interactions",
        ),
        Node(structure_plots.interactions_figure, "interactions", _both_languages("interactions")),
        Node(clusters.measure_stability, ["sampled_clients", _OPTIONS], "cluster_stability"),
        Node(clusters.assign_clusters, ["sampled_clients", "cluster_stability", _OPTIONS], "client_clusters"),
        Node(clusters.profile_clusters, ["sampled_clients", "client_clusters"], "cluster_profiles"),
        Node(
            structure_plots.clusters_figure,
            ["cluster_stability", "cluster_profiles"],
            _both_languages("clusters"),
        ),
        Node(clusters.map_clients, "sampled_clients", ["client_map", "map_axes"]),
        Node(
            structure_plots.client_map_figure,
            ["client_map", "map_axes", "client_clusters"],
            _both_languages("client_map"),
        ),
    ]


def _both_languages(name: str) -> list[str]:
    return [f"{name}_figure_ru", f"{name}_figure_en"]
