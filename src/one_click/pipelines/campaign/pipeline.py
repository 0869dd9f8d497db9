"""Wiring of `campaign`."""

from kedro.pipeline import Node, Pipeline

from . import figures
from .nodes import actions, experiment, lists, offers, plan
from .texts import client_list, idle_rules

_SEGMENTATION = "params:segmentation"
_OFFERS = "params:offers"
_CAMPAIGN = "params:campaign"
_NEW_MONTH = "new_month"  # nodes that a month to be scored passes too


def create_pipeline() -> Pipeline:
    """Return the pipeline; nodes tagged `new_month` are those that scoring reuses."""
    return Pipeline([*_plan(), *_lists(), *_worth(), *_figures()])


def _plan() -> list[Node]:
    return [
        Node(
            offers.recommend_offers,
            {"decision_table": "decision_table", "segments": "segments", "offers": _OFFERS},
            "recommendations",
            name="campaign.recommend_offers",
            tags=_NEW_MONTH,
        ),
        Node(
            plan.select_clients,
            {"recommendations": "recommendations", "options": _CAMPAIGN},
            ["selected_clients", "plan_summary"],
            name="campaign.select_clients",
            tags=_NEW_MONTH,
        ),
        Node(
            experiment.assign_arms,
            {"selected_clients": "selected_clients", "segments": "segments", "options": _CAMPAIGN},
            "campaign_plan",
            name="campaign.assign_arms",
            tags=_NEW_MONTH,
        ),
    ]


def _lists() -> list[Node]:
    return [
        Node(
            idle_rules.find_idle_rules,
            {
                "rule_coverage": "rule_coverage",
                "segments": "segments",
                "recommendations": "recommendations",
                "options": _SEGMENTATION,
                "offers": _OFFERS,
            },
            "idle_rules",
            name="campaign.find_idle_rules",
            tags=_NEW_MONTH,
        ),
        Node(
            actions.decide_actions,
            {
                "decision_table": "decision_table",
                "segments": "segments",
                "recommendations": "recommendations",
                "campaign_plan": "campaign_plan",
                "offers": _OFFERS,
            },
            "client_actions",
            name="campaign.decide_actions",
            tags=_NEW_MONTH,
        ),
        Node(
            lists.gather_contacts,
            {
                "decision_table": "decision_table",
                "segments": "segments",
                "recommendations": "recommendations",
                "client_actions": "client_actions",
            },
            ["contacts", "not_approached", "not_at_risk"],
            name="campaign.gather_contacts",
            tags=_NEW_MONTH,
        ),
        Node(
            client_list.list_clients,
            {
                "contacts": "contacts",
                "not_approached": "not_approached",
                "not_at_risk": "not_at_risk",
                "reason_codes": "reason_codes",
                "decision_borders": "decision_borders",
                "options": _SEGMENTATION,
                "offers": _OFFERS,
                "campaign": _CAMPAIGN,
            },
            ["client_list", "contact_list", "no_contact_list"],
            name="campaign.list_clients",
            tags=_NEW_MONTH,
        ),
    ]


def _worth() -> list[Node]:
    """Return what the plan is worth, and what the campaign can show."""
    return [
        Node(
            plan.trace_budget,
            {"recommendations": "recommendations", "options": _CAMPAIGN},
            "budget_curve",
            name="campaign.trace_budget",
        ),
        Node(
            plan.run_scenarios,
            {
                "recommendations": "recommendations",
                "selected_clients": "selected_clients",
                "plan_summary": "plan_summary",
                "options": _CAMPAIGN,
            },
            "plan_scenarios",
            name="campaign.run_scenarios",
        ),
        Node(
            plan.compare_by_hand,
            {
                "recommendations": "recommendations",
                "selected_clients": "selected_clients",
                "decision_table": "decision_table",
                "options": _CAMPAIGN,
            },
            "plan_comparison",
            name="campaign.compare_by_hand",
        ),
        Node(
            experiment.size_experiment,
            {
                "campaign_plan": "campaign_plan",
                "decision_table": "decision_table",
                "offers": _OFFERS,
                "options": _CAMPAIGN,
            },
            "experiment",
            name="campaign.size_experiment",
        ),
        Node(
            experiment.check_balance,
            {"campaign_plan": "campaign_plan", "decision_table": "decision_table"},
            "arm_balance",
            name="campaign.check_balance",
        ),
    ]


def _figures() -> list[Node]:
    return [
        Node(
            figures.budget_curve_figure,
            {"budget_curve": "budget_curve", "plan_summary": "plan_summary"},
            ["budget_curve_figure_ru", "budget_curve_figure_en"],
            name="campaign.budget_curve_figure",
        ),
        Node(
            figures.plan_comparison_figure,
            {"plan_comparison": "plan_comparison"},
            ["plan_comparison_figure_ru", "plan_comparison_figure_en"],
            name="campaign.plan_comparison_figure",
        ),
    ]
