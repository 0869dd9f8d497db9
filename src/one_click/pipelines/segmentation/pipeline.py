"""Wiring of `segmentation`."""

from kedro.pipeline import Node, Pipeline

from . import figures as plots
from .nodes import rule_checks as rules
from .nodes import segments as nodes
from .nodes import stability

_OPTIONS = "params:segmentation"
_OFFERS = "params:offers"
_CAMPAIGN = "params:campaign"
_NEW_MONTH = "new_month"  # nodes that a month to be scored passes too


def create_pipeline() -> Pipeline:
    """Return the pipeline; nodes tagged `new_month` are those that scoring reuses."""
    return Pipeline([*_decision_table(), *_segments(), *_explanations()])


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
