"""Wiring of `interpretation`."""

from kedro.pipeline import Node, Pipeline

from one_click.parameters import FAMILIES

from .figures import curves as curve_plots
from .figures import importance as plots
from .figures import models as readable_plots
from .nodes import (
    agreement,
    coefficients,
    counterfactuals,
    curves,
    disputes,
    faithfulness,
    importance,
    odds_ratios,
    reasons,
    refits,
    tree_rules,
)
from .nodes import (
    explanations as nodes,
)

_OPTIONS = "params:interpretation"
_SELECTION = "params:model_selection"
_NEW_MONTH = "new_month"  # nodes that a month to be scored passes too
_CANDIDATES = {name: f"{name}.candidate" for name in FAMILIES}


def create_pipeline() -> Pipeline:
    """Return the pipeline; nodes tagged `new_month` are those that scoring reuses."""
    parts = (_draws, _refits, _each_client, _whole_base, _models, _changes, _figures)
    return Pipeline([node for part in parts for node in part()])


def _draws() -> list[Node]:
    return [
        Node(
            nodes.choose_base,
            ["train_clients", _OPTIONS],
            "explanation_base",
            name="interpretation.choose_base",
        ),
        Node(
            nodes.choose_background,
            ["train_clients", _OPTIONS],
            "explanation_background",
            name="interpretation.choose_background",
        ),
    ]


def _refits() -> list[Node]:
    return [
        Node(
            refits.refit_champion,
            ["train_clients", "test_clients", "leaderboard", "tuned_models", _SELECTION, _OPTIONS],
            "champion_refits",
            name="interpretation.refit_champion",
        ),
        Node(
            refits.explain_refits,
            ["features", "champion_refits", "explanation_background", _OPTIONS],
            "shap_refits",
            name="interpretation.explain_refits",
            tags=_NEW_MONTH,
        ),
    ]


def _each_client() -> list[Node]:
    return [
        Node(
            nodes.explain_clients,
            ["features", "champion", "explanation_background", _OPTIONS],
            ["shap_values", "shap_errors"],
            name="interpretation.explain_clients",
            tags=_NEW_MONTH,
        ),
        Node(
            nodes.explain_pairs,
            ["features", "champion", "explanation_background", _OPTIONS],
            "shap_interactions",
            name="interpretation.explain_pairs",
        ),
        Node(
            reasons.give_reasons,
            ["shap_values", "shap_errors", "shap_refits", "features", "explanation_base", _OPTIONS],
            "reason_codes",
            name="interpretation.give_reasons",
            tags=_NEW_MONTH,
        ),
        Node(
            disputes.find_disputes,
            {
                "features": "features",
                "all_fold_scores": "all_fold_scores",
                "calibrations": "calibrations",
                "explanation_background": "explanation_background",
                "options": _OPTIONS,
            }
            | _CANDIDATES,
            "disputed_clients",
            name="interpretation.find_disputes",
        ),
    ]


def _whole_base() -> list[Node]:
    return [
        Node(
            importance.permute_features,
            ["train_clients", "test_clients", "champion_refits", _SELECTION, _OPTIONS],
            "permutation_importance",
            name="interpretation.permute_features",
        ),
        Node(
            importance.summarise_shap,
            ["shap_values", "shap_refits", "features", _SELECTION],
            "shap_importance",
            name="interpretation.summarise_shap",
        ),
        Node(
            importance.summarise_pairs,
            "shap_interactions",
            "interaction_importance",
            name="interpretation.summarise_pairs",
        ),
        Node(
            agreement.compare_importances,
            ["permutation_importance", "shap_importance"],
            "importance_agreement",
            name="interpretation.compare_importances",
        ),
        Node(
            faithfulness.check_faithfulness,
            ["features", "champion", "shap_values", "shap_refits", "explanation_background", _OPTIONS],
            "faithfulness",
            name="interpretation.check_faithfulness",
        ),
    ]


def _models() -> list[Node]:
    """Return what is read off the models themselves."""
    known = {"train_clients": "train_clients"} | _CANDIDATES
    return [
        Node(coefficients.read_coefficients, known, "coefficients", name="interpretation.read_coefficients"),
        Node(
            odds_ratios.measure_odds_ratios, known, "odds_ratios", name="interpretation.measure_odds_ratios"
        ),
        Node(tree_rules.read_tree_rules, known, "tree_rules", name="interpretation.read_tree_rules"),
        Node(
            curves.trace_effects,
            ["features", "champion", "shap_importance", _OPTIONS],
            ["effect_curves", "effect_lines"],
            name="interpretation.trace_effects",
        ),
        Node(curves.describe_effects, "effect_curves", "effects", name="interpretation.describe_effects"),
    ]


def _changes() -> list[Node]:
    return [
        Node(
            counterfactuals.find_changes,
            ["features", "champion", "decision_threshold", "explanation_base", _OPTIONS],
            "counterfactuals",
            name="interpretation.find_changes",
        ),
        Node(
            counterfactuals.summarise_changes,
            "counterfactuals",
            "change_summary",
            name="interpretation.summarise_changes",
        ),
    ]


def _figures() -> list[Node]:
    figures = {
        "permutation_importance": (plots.permutation_importance_figure, "permutation_importance"),
        "shap_importance": (plots.shap_importance_figure, "shap_importance"),
        "beeswarm": (plots.beeswarm_figure, ["shap_values", "features", "shap_importance"]),
        "waterfall": (
            plots.waterfall_figure,
            ["shap_values", "features", "client_scores", "params:campaign"],
        ),
        "importance_agreement": (plots.importance_agreement_figure, "importance_agreement"),
        "effect_curves": (
            curve_plots.effect_curves_figure,
            ["effect_curves", "effect_lines", "effects"],
        ),
        "odds_ratios": (readable_plots.odds_ratios_figure, "odds_ratios"),
        "tree_rules": (readable_plots.tree_rules_figure, "tree_rules"),
    }
    return [
        Node(draw, tables, [f"{name}_figure_ru", f"{name}_figure_en"], name=f"interpretation.{draw.__name__}")
        for name, (draw, tables) in figures.items()
    ]
