"""Wiring of `segmentation`."""

from kedro.pipeline import Node, Pipeline

from one_click.wiring import NEW_MONTH, exhibits, figure, namespace, step

from . import figures
from .nodes import decisions, profiles, rule_checks, segments, signals, stability
from .texts.profiles import profile_segments

_OPTIONS = "params:segmentation"
_OFFERS = "params:offers"
_CAMPAIGN = "params:campaign"
_PUBLIC = (
    *("decision_table", "known_categories", "risk_signals", "rule_coverage", "rule_thresholds"),
    *("segment_profiles", "segment_stability", "segments", "signal_quality"),
)


def create_pipeline() -> Pipeline:
    """Return the pipeline; scoring reuses the nodes that a new month passes."""
    parts = (_rules(), _decisions(), _segments(), _shown())
    return namespace("segmentation", (node for part in parts for node in part), public=_PUBLIC)


def _rules() -> list[Node]:
    return [
        step(rule_checks.list_categories, "known_categories"),
        step(
            rule_checks.lint_rules,
            "rule_coverage",
            tags=NEW_MONTH,
            options=_OPTIONS,
            offers=_OFFERS,
            campaign=_CAMPAIGN,
        ),
    ]


def _decisions() -> list[Node]:
    return [
        step(decisions.fit_rule_thresholds, "rule_thresholds", options=_OPTIONS),
        step(signals.find_risk_signals, "risk_signals", tags=NEW_MONTH),
        step(signals.rate_signals, "signal_quality", offers=_OFFERS),
        step(
            decisions.make_decision_table,
            "decision_table",
            tags=NEW_MONTH,
            options=_OPTIONS,
            campaign=_CAMPAIGN,
        ),
    ]


def _segments() -> list[Node]:
    return [
        step(segments.assign_segments, "segments", tags=NEW_MONTH, options=_OPTIONS),
        step(profile_segments, "segment_profiles", tags=NEW_MONTH, options=_OPTIONS),
        step(profiles.portray_segments, "segment_portraits", options=_OPTIONS),
        step(stability.measure_stability, "segment_stability", options=_OPTIONS, campaign=_CAMPAIGN),
        figure(figures.segments_figure, options=_OPTIONS),
        figure(figures.segment_profit_figure, options=_OPTIONS),
    ]


def _shown() -> list[Node]:
    return [
        exhibits(
            figures=("segments", "segment_profit"),
            tables=("segment_profiles", "signal_quality"),
            others=("segment_portraits", "segment_stability"),
        )
    ]
