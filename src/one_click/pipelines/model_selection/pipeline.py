"""Wiring of `model_selection`; each family is a namespace of its own."""

from kedro.pipeline import Node, Pipeline

from one_click.parameters import FAMILIES

from . import nodes, plots
from .label_noise import find_label_noise

_OPTIONS = "params:model_selection"


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    families = [_family(name) for name in FAMILIES]
    return Pipeline([*families, *_comparison(), *_holdout(), *_champion(), *_figures()])


def _family(name: str) -> Pipeline:
    """Return the same four nodes in the namespace of one family."""
    steps = [
        Node(
            nodes.search_family,
            {"clients": "train_clients", "family": "params:family", "options": _OPTIONS, "study": "study"},
            "trials",
        ),
        Node(nodes.tune_family, ["trials", "params:family"], "tuned"),
        Node(nodes.fit_candidate, ["train_clients", "tuned"], "candidate"),
        Node(nodes.score_folds, ["train_clients", "tuned", _OPTIONS], "fold_scores"),
    ]
    return Pipeline(
        steps,
        namespace=name,
        inputs="train_clients",
        parameters=_OPTIONS,
        prefix_datasets_with_namespace=True,
    )


def _of_families(data_set: str) -> dict[str, str]:
    return {name: f"{name}.{data_set}" for name in FAMILIES}


def _comparison() -> list[Node]:
    return [
        Node(nodes.join_tuned, _of_families("tuned"), "tuned_families"),
        Node(nodes.score_benchmarks, ["train_clients", _OPTIONS], "benchmark_scores"),
        Node(
            nodes.join_fold_scores,
            {"benchmark_scores": "benchmark_scores"} | _of_families("fold_scores"),
            "all_fold_scores",
        ),
        Node(nodes.rank_models, ["all_fold_scores", "tuned_families", _OPTIONS], "leaderboard"),
        Node(nodes.choose_calibrations, "all_fold_scores", "calibrations"),
        Node(nodes.choose_thresholds, ["all_fold_scores", "calibrations"], "thresholds"),
    ]


def _holdout() -> list[Node]:
    return [
        Node(
            nodes.score_holdout,
            {
                "train_clients": "train_clients",
                "test_clients": "test_clients",
                "fold_scores": "all_fold_scores",
                "calibrations": "calibrations",
                "options": _OPTIONS,
            }
            | _of_families("candidate"),
            "holdout_scores",
        ),
        Node(nodes.evaluate_holdout, ["holdout_scores", "thresholds", _OPTIONS], "evaluation"),
        Node(nodes.tabulate_gains, ["holdout_scores", "leaderboard", _OPTIONS], "gains"),
        Node(nodes.tabulate_reliability, ["holdout_scores", "leaderboard"], "reliability"),
    ]


def _champion() -> list[Node]:
    winner = ["train_clients", "test_clients", "leaderboard", "tuned_families", "calibrations", _OPTIONS]
    return [
        Node(nodes.fit_champion, winner, "champion"),
        Node(nodes.score_out_of_fold, winner, "out_of_fold_scores"),
        Node(nodes.decide_threshold, ["thresholds", "leaderboard"], "decision_threshold"),
        Node(find_label_noise, ["features", "out_of_fold_scores"], ["label_noise", "label_ceiling"]),
        Node(nodes.score_clients, ["features", "champion", "out_of_fold_scores"], "client_scores"),
    ]


def _figures() -> list[Node]:
    return [
        Node(plots.leaderboard_figure, "leaderboard", _both_languages("leaderboard")),
        Node(plots.gains_figure, "gains", _both_languages("gains")),
        Node(plots.reliability_figure, "reliability", _both_languages("reliability")),
    ]


def _both_languages(name: str) -> list[str]:
    return [f"{name}_figure_ru", f"{name}_figure_en"]
