"""Wiring of `segmentation`."""

from kedro.pipeline import Node, Pipeline

from . import nodes, plots

_OPTIONS = "params:segmentation"
_OFFERS = "params:offers"
_NEW_MONTH = "new_month"  # nodes that a month to be scored passes too


def create_pipeline() -> Pipeline:
    """Return the pipeline; nodes tagged `new_month` are those that scoring reuses."""
    return Pipeline([*_segments(), *_offers(), *_explanations()])


def _segments() -> list[Node]:
    return [
        Node(
            nodes.fit_decision_borders,
            ["clients", "decision_threshold", _OPTIONS],
            "decision_borders",
        ),
        Node(nodes.find_risk_signals, ["clients", "decision_borders"], "risk_signals", tags=_NEW_MONTH),
        Node(
            nodes.make_decision_table,
            {
                "clients": "clients",
                "client_scores": "client_scores",
                "reason_codes": "reason_codes",
                "risk_signals": "risk_signals",
                "decision_borders": "decision_borders",
                "options": _OPTIONS,
            },
            "decision_table",
            tags=_NEW_MONTH,
        ),
        Node(
            nodes.assign_segments,
            ["decision_table", "decision_borders", _OPTIONS],
            "segments",
            tags=_NEW_MONTH,
        ),
        Node(
            nodes.profile_segments,
            ["decision_table", "segments", _OPTIONS],
            "segment_profiles",
            tags=_NEW_MONTH,
        ),
    ]


def _offers() -> list[Node]:
    return [
        Node(
            nodes.recommend_offers,
            {
                "decision_table": "decision_table",
                "segments": "segments",
                "options": _OPTIONS,
                "offers": _OFFERS,
            },
            "recommendations",
            tags=_NEW_MONTH,
        ),
        Node(
            nodes.list_clients,
            {
                "decision_table": "decision_table",
                "segments": "segments",
                "recommendations": "recommendations",
                "reason_codes": "reason_codes",
                "decision_borders": "decision_borders",
                "options": _OPTIONS,
                "offers": _OFFERS,
            },
            "client_list",
            tags=_NEW_MONTH,
        ),
    ]


def _explanations() -> list[Node]:
    return [
        Node(nodes.rate_signals, ["clients", "risk_signals"], "signal_quality"),
        Node(nodes.portray_segments, ["decision_table", "segments", _OPTIONS], "segment_portraits"),
        Node(
            plots.draw_segments,
            ["decision_table", "segments", "decision_borders", _OPTIONS],
            ["segments_figure_ru", "segments_figure_en"],
        ),
        Node(
            plots.draw_segment_profit,
            ["segment_profiles", _OPTIONS],
            ["segment_profit_figure_ru", "segment_profit_figure_en"],
        ),
    ]
