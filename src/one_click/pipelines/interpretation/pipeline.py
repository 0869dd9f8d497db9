"""Wiring of `interpretation`."""

from kedro.pipeline import Node, Pipeline

from one_click.parameters import FAMILIES
from one_click.wiring import NEW_MONTH, exhibits, figure, namespace, step

from .figures import agreement as agreement_figures
from .figures import curves as curve_figures
from .figures import importance as importance_figures
from .figures import models as model_figures
from .nodes import (
    coefficients,
    counterfactuals,
    curves,
    explanations,
    facts,
    faithfulness,
    importance,
    refits,
)
from .texts import agreement, disputes, effects, odds_ratios, reasons, tree_rules
from .texts import counterfactuals as counterfactual_texts

_OPTIONS = "params:interpretation"
_SELECTION = "params:model_selection"
_CANDIDATES = {name: f"model_selection.{name}.candidate" for name in FAMILIES}
_PUBLIC = (
    *("champion_refits", "coefficients", "counterfactuals", "disputed_clients", "effect_curves", "effects"),
    *("explanation_background", "explanation_base", "faithfulness", "importance_agreement"),
    *("interaction_importance", "odds_ratios", "permutation_importance", "reason_codes", "shap_errors"),
    *("shap_importance", "shap_interactions", "shap_values", "tree_rules"),
)


def create_pipeline() -> Pipeline:
    """Return the pipeline; the nodes of each client are those that scoring reuses."""
    parts = (_draws(), _each_client(), _whole_base(), _models(), _changes(), _figures(), _shown())
    return namespace("interpretation", (node for part in parts for node in part), public=_PUBLIC)


def _draws() -> list[Node]:
    return [
        step(explanations.choose_base, "explanation_base", options=_OPTIONS),
        step(explanations.choose_background, "explanation_background", options=_OPTIONS),
        step(refits.refit_champion, "champion_refits", selection=_SELECTION, options=_OPTIONS),
    ]


def _each_client() -> list[Node]:
    return [
        step(explanations.explain_clients, ["shap_values", "shap_errors"], tags=NEW_MONTH, options=_OPTIONS),
        step(refits.explain_refits, "shap_refits", tags=NEW_MONTH, options=_OPTIONS),
        step(reasons.describe_reasons, "reason_codes", tags=NEW_MONTH, options=_OPTIONS),
        step(explanations.explain_pairs, "shap_interactions", options=_OPTIONS),
        step(disputes.describe_disputes, "disputed_clients", options=_OPTIONS, **_CANDIDATES),
    ]


def _whole_base() -> list[Node]:
    return [
        step(importance.permute_features, "permutation_importance", selection=_SELECTION, options=_OPTIONS),
        step(importance.summarise_shap, "shap_importance", selection=_SELECTION),
        step(importance.summarise_pairs, "interaction_importance"),
        step(agreement.describe_agreement, "importance_agreement"),
        step(faithfulness.check_faithfulness, "faithfulness", options=_OPTIONS),
    ]


def _models() -> list[Node]:
    """Return what is read off the models themselves."""
    return [
        step(coefficients.read_coefficients, "coefficients", **_CANDIDATES),
        step(odds_ratios.describe_odds_ratios, "odds_ratios", **_CANDIDATES),
        step(tree_rules.describe_tree_rules, "tree_rules", **_CANDIDATES),
        step(curves.trace_effects, ["effect_curves", "effect_lines"], options=_OPTIONS),
        step(effects.describe_effects, "effects"),
    ]


def _changes() -> list[Node]:
    return [
        step(counterfactual_texts.describe_changes, "counterfactuals", options=_OPTIONS),
        step(counterfactuals.summarise_changes, "change_summary"),
    ]


def _figures() -> list[Node]:
    return [
        figure(importance_figures.permutation_importance_figure),
        figure(importance_figures.shap_importance_figure),
        figure(agreement_figures.importance_agreement_figure),
        figure(importance_figures.beeswarm_figure),
        figure(importance_figures.waterfall_figure, campaign="params:campaign"),
        figure(curve_figures.effect_curves_figure),
        figure(model_figures.odds_ratios_figure),
        figure(model_figures.tree_rules_figure),
    ]


def _shown() -> list[Node]:
    return [
        step(facts.gather_explanation_facts, "explanation_facts", selection=_SELECTION),
        exhibits(
            figures=("beeswarm", "effect_curves", "permutation_importance", "shap_importance"),
            tables=("explanation_facts",),
            others=(
                *("change_summary", "coefficients", "disputed_clients", "interaction_importance"),
                *("odds_ratios", "tree_rules"),
            ),
        ),
    ]
