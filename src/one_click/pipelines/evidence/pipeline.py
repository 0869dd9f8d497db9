"""Wiring of `evidence`; each family is a namespace of its own."""

from kedro.pipeline import Node, Pipeline

from one_click.modelling.candidates import join_labelled
from one_click.parameters import FAMILIES

from . import figures as plots
from .nodes import features, procedures
from .nodes import nested as nodes

_OPTIONS = "params:model_selection"
_EVIDENCE = "params:evidence"


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    return Pipeline(
        [
            Node(
                join_labelled,
                ["train_clients", "test_clients"],
                "evidence_clients",
                name="evidence.join_labelled",
            ),
            *(_family(name) for name in FAMILIES),
            *_procedures(),
            *_features(),
            *_figures(),
        ]
    )


def _family(name: str) -> Pipeline:
    step = Node(
        nodes.nest_family,
        {
            "clients": "evidence_clients",
            "family": "params:family",
            "options": _OPTIONS,
            "evidence": _EVIDENCE,
            "study": "nested_study",
        },
        ["nested_scores", "nested_choices"],
        name="nest_family",
    )
    return Pipeline(
        [step],
        namespace=name,
        inputs="evidence_clients",
        parameters={_OPTIONS, _EVIDENCE},
        prefix_datasets_with_namespace=True,
    )


def _procedures() -> list[Node]:
    return [
        Node(
            nodes.nest_others,
            ["evidence_clients", "tuned_models", _OPTIONS, _EVIDENCE],
            "other_nested_scores",
            name="evidence.nest_others",
        ),
        Node(
            procedures.replay_selection,
            {
                "other_nested_scores": "other_nested_scores",
                "tuned_models": "tuned_models",
                "options": _OPTIONS,
            }
            | {name: f"{name}.nested_scores" for name in FAMILIES},
            ["outer_scores", "rule_choices"],
            name="evidence.replay_selection",
        ),
        Node(
            procedures.summarise_procedures,
            ["outer_scores", "rule_choices", _OPTIONS, _EVIDENCE],
            "nested_summary",
            name="evidence.summarise_procedures",
        ),
    ]


def _features() -> list[Node]:
    return [
        Node(
            features.judge_features,
            ["clients", "evidence_clients", "tuned_models", _OPTIONS, _EVIDENCE],
            "feature_gains",
            name="evidence.judge_features",
        ),
        Node(
            features.measure_split_luck,
            ["evidence_clients", "leaderboard", "tuned_models", _OPTIONS, _EVIDENCE],
            "split_luck",
            name="evidence.measure_split_luck",
        ),
    ]


def _figures() -> list[Node]:
    drawn = {
        "nested_summary": plots.nested_figure,
        "feature_gains": plots.feature_gains_figure,
        "split_luck": plots.split_luck_figure,
    }
    return [
        Node(draw, table, [f"{table}_figure_ru", f"{table}_figure_en"], name=f"evidence.{draw.__name__}")
        for table, draw in drawn.items()
    ]
