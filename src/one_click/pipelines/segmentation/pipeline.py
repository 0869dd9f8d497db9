"""Wiring of `segmentation`."""

from kedro.pipeline import Node, Pipeline

from . import actions, experiment, idle_rules, nodes, plan, plan_plots, plots, rules, stability

_OPTIONS = "params:segmentation"
_OFFERS = "params:offers"
_CAMPAIGN = "params:campaign"
_NEW_MONTH = "new_month"  # nodes that a month to be scored passes too


def create_pipeline() -> Pipeline:
    """Return the pipeline; nodes tagged `new_month` are those that scoring reuses."""
    return Pipeline(
        [
            *_decision_table(),
            *_segments(),
            *_offers(),
            *_lists(),
            *_worth(),
            *_figures_of_worth(),
            *_explanations(),
        ]
    )


def _decision_table() -> list[Node]:
    return [
        Node(rules.list_categories, "clients", "known_categories", name="segmentation.list_categories"),
        Node(
            rules.lint_rules,
            ["clients", "known_categories", _OPTIONS, _OFFERS, _CAMPAIGN],
            "rule_coverage",
            name="segmentation.lint_rules",
            tags=_NEW_MONTH,
        ),
        Node(
            nodes.fit_decision_borders,
            ["clients", "decision_threshold", _OPTIONS],
            "decision_borders",
            name="segmentation.fit_decision_borders",
        ),
        Node(
            nodes.find_risk_signals,
            ["clients", "decision_borders"],
            "risk_signals",
            name="segmentation.find_risk_signals",
            tags=_NEW_MONTH,
        ),
        Node(
            nodes.make_decision_table,
            {
                "clients": "clients",
                "client_scores": "client_scores",
                "reason_codes": "reason_codes",
                "risk_signals": "risk_signals",
                "decision_borders": "decision_borders",
                "options": _OPTIONS,
                "campaign": _CAMPAIGN,
            },
            "decision_table",
            name="segmentation.make_decision_table",
            tags=_NEW_MONTH,
        ),
    ]


def _segments() -> list[Node]:
    return [
        Node(
            nodes.assign_segments,
            ["decision_table", "decision_borders", _OPTIONS],
            "segments",
            name="segmentation.assign_segments",
            tags=_NEW_MONTH,
        ),
        Node(
            nodes.profile_segments,
            ["decision_table", "segments", _OPTIONS],
            "segment_profiles",
            name="segmentation.profile_segments",
            tags=_NEW_MONTH,
        ),
    ]


def _offers() -> list[Node]:
    return [
        Node(
            nodes.recommend_offers,
            ["decision_table", "segments", _OFFERS],
            "recommendations",
            name="segmentation.recommend_offers",
            tags=_NEW_MONTH,
        ),
        Node(
            idle_rules.find_idle_rules,
            ["rule_coverage", "segments", "recommendations", _OPTIONS, _OFFERS],
            "idle_rules",
            name="segmentation.find_idle_rules",
            tags=_NEW_MONTH,
        ),
        Node(
            plan.select_clients,
            ["recommendations", _CAMPAIGN],
            ["selected_clients", "plan_summary"],
            name="segmentation.select_clients",
            tags=_NEW_MONTH,
        ),
        Node(
            experiment.assign_arms,
            ["selected_clients", "segments", _CAMPAIGN],
            "campaign_plan",
            name="segmentation.assign_arms",
            tags=_NEW_MONTH,
        ),
    ]


def _lists() -> list[Node]:
    return [
        Node(
            actions.decide_actions,
            ["decision_table", "segments", "recommendations", "campaign_plan", _OFFERS],
            "client_actions",
            name="segmentation.decide_actions",
            tags=_NEW_MONTH,
        ),
        Node(
            nodes.gather_contacts,
            ["decision_table", "segments", "recommendations", "client_actions"],
            ["contacts", "not_approached", "not_at_risk"],
            name="segmentation.gather_contacts",
            tags=_NEW_MONTH,
        ),
        Node(
            nodes.list_clients,
            [
                "contacts",
                "not_approached",
                "not_at_risk",
                "reason_codes",
                "decision_borders",
                _OPTIONS,
                _OFFERS,
                _CAMPAIGN,
            ],
            ["client_list", "contact_list", "no_contact_list"],
            name="segmentation.list_clients",
            tags=_NEW_MONTH,
        ),
    ]


def _worth() -> list[Node]:
    """Return what the plan is worth, and what the campaign can show."""
    return [
        Node(
            plan.trace_budget,
            ["recommendations", _CAMPAIGN],
            "budget_curve",
            name="segmentation.trace_budget",
        ),
        Node(
            plan.run_scenarios,
            ["recommendations", "selected_clients", "plan_summary", _CAMPAIGN],
            "plan_scenarios",
            name="segmentation.run_scenarios",
        ),
        Node(
            plan.compare_by_hand,
            ["recommendations", "selected_clients", "decision_table", _CAMPAIGN],
            "plan_comparison",
            name="segmentation.compare_by_hand",
        ),
        Node(
            experiment.size_experiment,
            ["campaign_plan", "decision_table", _OFFERS, _CAMPAIGN],
            "experiment",
            name="segmentation.size_experiment",
        ),
        Node(
            experiment.check_balance,
            ["campaign_plan", "decision_table"],
            "arm_balance",
            name="segmentation.check_balance",
        ),
    ]


def _figures_of_worth() -> list[Node]:
    return [
        Node(
            plan_plots.budget_curve_figure,
            ["budget_curve", "plan_summary"],
            ["budget_curve_figure_ru", "budget_curve_figure_en"],
            name="segmentation.budget_curve_figure",
        ),
        Node(
            plan_plots.plan_comparison_figure,
            "plan_comparison",
            ["plan_comparison_figure_ru", "plan_comparison_figure_en"],
            name="segmentation.plan_comparison_figure",
        ),
    ]


def _explanations() -> list[Node]:
    return [
        Node(
            nodes.rate_signals,
            ["clients", "risk_signals", _OFFERS],
            "signal_quality",
            name="segmentation.rate_signals",
        ),
        Node(
            stability.measure_stability,
            ["decision_table", "segments", "decision_borders", _OPTIONS, _CAMPAIGN],
            "segment_stability",
            name="segmentation.measure_stability",
        ),
        Node(
            nodes.portray_segments,
            ["decision_table", "segments", _OPTIONS],
            "segment_portraits",
            name="segmentation.portray_segments",
        ),
        Node(
            plots.draw_segments,
            ["decision_table", "segments", "decision_borders", _OPTIONS],
            ["segments_figure_ru", "segments_figure_en"],
            name="segmentation.draw_segments",
        ),
        Node(
            plots.draw_segment_profit,
            ["segment_profiles", _OPTIONS],
            ["segment_profit_figure_ru", "segment_profit_figure_en"],
            name="segmentation.draw_segment_profit",
        ),
    ]
