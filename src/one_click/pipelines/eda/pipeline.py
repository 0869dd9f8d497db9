"""Wiring of `eda`."""

from kedro.pipeline import Node, Pipeline

from . import nodes, plots

_OPTIONS = "params:eda"


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    tables = [
        Node(nodes.select_labelled, "clients", "labelled_clients"),
        Node(nodes.summarise_features, "labelled_clients", "feature_summaries"),
        Node(nodes.summarise_categories, "labelled_clients", "category_shares"),
        Node(nodes.tabulate_distributions, ["labelled_clients", _OPTIONS], "distributions"),
        Node(nodes.portray_classes, ["labelled_clients", _OPTIONS], "class_portrait"),
        Node(nodes.correlate, "labelled_clients", "correlations"),
        Node(nodes.measure_collinearity, ["labelled_clients", _OPTIONS], "collinearity"),
    ]
    figures = [
        Node(plots.class_portrait_figure, "class_portrait", _both_languages("class_portrait")),
        Node(
            plots.distributions_figure,
            ["distributions", "category_shares", "class_portrait"],
            _both_languages("distributions"),
        ),
        Node(plots.correlations_figure, "correlations", _both_languages("correlations")),
    ]
    return Pipeline([*tables, *figures])


def _both_languages(name: str) -> list[str]:
    return [f"{name}_figure_ru", f"{name}_figure_en"]
