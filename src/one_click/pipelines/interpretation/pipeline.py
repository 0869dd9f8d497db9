"""Wiring of `interpretation`."""

from kedro.pipeline import Node, Pipeline

from . import nodes, plots

_OPTIONS = "params:interpretation"
_NEW_MONTH = "new_month"  # nodes that a month to be scored passes too


def create_pipeline() -> Pipeline:
    """Return the pipeline; nodes tagged `new_month` are those that scoring reuses."""
    return Pipeline([*_whole_base(), *_each_client()])


def _whole_base() -> list[Node]:
    return [
        Node(
            nodes.permute_features,
            ["test_clients", "champion_on_train", _OPTIONS],
            "permutation_importance",
        ),
        Node(nodes.summarise_shap, ["shap_values", "features"], "shap_importance"),
        Node(
            plots.permutation_importance_figure,
            "permutation_importance",
            ["permutation_importance_figure_ru", "permutation_importance_figure_en"],
        ),
        Node(
            plots.shap_importance_figure,
            "shap_importance",
            ["shap_importance_figure_ru", "shap_importance_figure_en"],
        ),
    ]


def _each_client() -> list[Node]:
    return [
        Node(nodes.choose_base, ["train_clients", _OPTIONS], "explanation_base"),
        Node(
            nodes.explain_clients,
            ["features", "champion", "explanation_base", _OPTIONS],
            "shap_values",
            tags=_NEW_MONTH,
        ),
        Node(
            nodes.give_reasons,
            ["shap_values", "features", "explanation_base", _OPTIONS],
            "reason_codes",
            tags=_NEW_MONTH,
        ),
    ]
