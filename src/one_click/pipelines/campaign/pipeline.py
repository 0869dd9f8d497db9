"""Wiring of `campaign`."""

from kedro.pipeline import Node, Pipeline

from one_click.wiring import NEW_MONTH, exhibits, figure, namespace, step

from . import figures
from .nodes import experiment, facts, lists, plan
from .texts.actions import decide_actions
from .texts.client_list import list_clients
from .texts.idle_rules import find_idle_rules
from .texts.offers import recommend_offers

_OPTIONS = "params:campaign"
_OFFERS = "params:offers"
_SEGMENTATION = "params:segmentation"
_PUBLIC = (
    *("arm_balance", "budget_curve", "campaign_plan", "client_actions", "client_list", "contact_list"),
    *("contacts", "experiment", "idle_rules", "no_contact_list", "plan_comparison", "plan_scenarios"),
    *("plan_summary", "recommendations"),
)


def create_pipeline() -> Pipeline:
    """Return the pipeline; scoring reuses the nodes that a new month passes."""
    parts = (_plan(), _lists(), _worth(), _shown())
    return namespace("campaign", (node for part in parts for node in part), public=_PUBLIC)


def _plan() -> list[Node]:
    return [
        step(recommend_offers, "recommendations", tags=NEW_MONTH, offers=_OFFERS),
        step(plan.select_clients, ["selected_clients", "plan_summary"], tags=NEW_MONTH, options=_OPTIONS),
        step(experiment.assign_arms, "campaign_plan", tags=NEW_MONTH, options=_OPTIONS),
    ]


def _lists() -> list[Node]:
    return [
        step(find_idle_rules, "idle_rules", tags=NEW_MONTH, options=_SEGMENTATION, offers=_OFFERS),
        step(decide_actions, "client_actions", tags=NEW_MONTH, offers=_OFFERS),
        step(lists.gather_contacts, ["contacts", "not_approached", "not_at_risk"], tags=NEW_MONTH),
        step(
            list_clients,
            ["client_list", "contact_list", "no_contact_list"],
            tags=NEW_MONTH,
            options=_SEGMENTATION,
            offers=_OFFERS,
            campaign=_OPTIONS,
        ),
    ]


def _worth() -> list[Node]:
    """Return what the plan is worth, and what the campaign can show."""
    return [
        step(plan.trace_budget, "budget_curve", options=_OPTIONS),
        step(plan.run_scenarios, "plan_scenarios", options=_OPTIONS),
        step(plan.compare_by_hand, "plan_comparison", options=_OPTIONS),
        step(experiment.size_experiment, "experiment", offers=_OFFERS, options=_OPTIONS),
        step(experiment.check_balance, "arm_balance"),
        figure(figures.budget_curve_figure),
        figure(figures.plan_comparison_figure),
    ]


def _shown() -> list[Node]:
    return [
        step(facts.gather_plan_facts, "plan_facts"),
        step(facts.summarise_offers, "offer_summary", offers=_OFFERS),
        step(facts.summarise_actions, "action_summary"),
        exhibits(
            figures=("budget_curve", "plan_comparison"),
            tables=("plan_facts", "offer_summary", "action_summary", "idle_rules"),
            others=("arm_balance", "plan_scenarios"),
        ),
    ]
