"""Wiring of `evidence`; each family is a namespace inside it."""

from kedro.pipeline import Node, Pipeline

from one_click.modelling.candidates import join_labelled
from one_click.parameters import FAMILIES
from one_click.wiring import figure, namespace, step

from . import figures
from .nodes import features, nested, procedures

_OPTIONS = {"options": "params:model_selection", "evidence": "params:evidence"}
_PUBLIC = ("feature_gains", "nested_summary", "split_luck")


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    parts = [*_procedures(), *_features(), *_figures()]
    return namespace("evidence", [*map(_family, FAMILIES), *parts], public=_PUBLIC)


def _family(name: str) -> Pipeline:
    """Return the search of one family inside each outer fold, in its namespace."""
    search = step(
        nested.nest_family,
        ["nested_scores", "nested_choices"],
        clients="evidence_clients",
        family="params:family",
        study="nested_study",
        **_OPTIONS,
    )
    return Pipeline([search], namespace=name, inputs="evidence_clients", parameters=set(_OPTIONS.values()))


def _procedures() -> list[Node]:
    nested_scores = {name: f"{name}.nested_scores" for name in FAMILIES}
    return [
        step(join_labelled, "evidence_clients"),
        step(nested.nest_others, "other_nested_scores", clients="evidence_clients", **_OPTIONS),
        step(
            procedures.replay_selection,
            ["outer_scores", "rule_choices"],
            options=_OPTIONS["options"],
            **nested_scores,
        ),
        step(procedures.summarise_procedures, "nested_summary", **_OPTIONS),
    ]


def _features() -> list[Node]:
    return [
        step(features.judge_features, "feature_gains", **_OPTIONS),
        step(features.measure_split_luck, "split_luck", clients="evidence_clients", **_OPTIONS),
    ]


def _figures() -> list[Node]:
    return [
        figure(figures.nested_summary_figure),
        figure(figures.feature_gains_figure),
        figure(figures.split_luck_figure),
    ]
