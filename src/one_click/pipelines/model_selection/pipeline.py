"""Wiring of `model_selection`; each family is a namespace of its own, and so is their vote."""

from kedro.pipeline import Node, Pipeline

from one_click.parameters import CANDIDATES, FAMILIES, VOTING

from . import figures as plots
from .nodes import champion, comparison, holdout, manifest
from .nodes import families as nodes
from .nodes.label_noise import find_label_noise

_OPTIONS = "params:model_selection"


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    families = [_family(name) for name in FAMILIES]
    return Pipeline(
        [
            *families,
            *_vote(),
            *_comparison(),
            *_decisions(),
            *_holdout(),
            *_champion(),
            *_records(),
            *_figures(),
        ]
    )


def _family(name: str) -> Pipeline:
    """Return the same four nodes in the namespace of one family."""
    steps = [
        Node(
            nodes.search_family,
            {"clients": "train_clients", "family": "params:family", "options": _OPTIONS, "study": "study"},
            "trials",
            name="search_family",
        ),
        Node(nodes.tune_family, ["trials", "params:family"], "tuned", name="tune_family"),
        Node(nodes.fit_candidate, ["train_clients", "tuned", _OPTIONS], "candidate", name="fit_candidate"),
        Node(nodes.score_folds, ["train_clients", "tuned", _OPTIONS], "fold_scores", name="score_folds"),
    ]
    return Pipeline(
        steps,
        namespace=name,
        inputs="train_clients",
        parameters=_OPTIONS,
        prefix_datasets_with_namespace=True,
    )


def _vote() -> list[Node]:
    tuned = f"{VOTING}.tuned"
    return [
        Node(nodes.tune_vote, _of(FAMILIES, "tuned"), tuned, name="tune_vote", namespace=VOTING),
        Node(
            nodes.fit_candidate,
            ["train_clients", tuned, _OPTIONS],
            f"{VOTING}.candidate",
            name="fit_candidate",
            namespace=VOTING,
        ),
        Node(
            nodes.vote,
            {"tuned": tuned} | _of(FAMILIES, "fold_scores"),
            f"{VOTING}.fold_scores",
            name="vote",
            namespace=VOTING,
        ),
    ]


def _of(names: tuple[str, ...], data_set: str) -> dict[str, str]:
    return {name: f"{name}.{data_set}" for name in names}


def _comparison() -> list[Node]:
    return [
        Node(
            comparison.join_tuned,
            {"options": _OPTIONS} | _of(CANDIDATES, "tuned"),
            "tuned_models",
            name="model_selection.join_tuned",
        ),
        Node(
            comparison.score_others,
            ["train_clients", "tuned_models", _OPTIONS],
            "other_fold_scores",
            name="model_selection.score_others",
        ),
        Node(
            comparison.join_fold_scores,
            {"other_fold_scores": "other_fold_scores"} | _of(CANDIDATES, "fold_scores"),
            "all_fold_scores",
            name="model_selection.join_fold_scores",
        ),
        Node(
            comparison.rank_models,
            ["all_fold_scores", "tuned_models", _OPTIONS],
            "leaderboard",
            name="model_selection.rank_models",
        ),
    ]


def _decisions() -> list[Node]:
    return [
        Node(
            comparison.choose_calibrations,
            "all_fold_scores",
            "calibrations",
            name="model_selection.choose_calibrations",
        ),
        Node(
            comparison.value_clients,
            ["clients", "params:segmentation"],
            "client_values",
            name="model_selection.value_clients",
        ),
        Node(
            comparison.assume_offers,
            ["clients", "params:offers", "params:segmentation"],
            "campaign_assumptions",
            name="model_selection.assume_offers",
        ),
        Node(
            comparison.choose_thresholds,
            ["all_fold_scores", "calibrations", "client_values", "campaign_assumptions", _OPTIONS],
            "thresholds",
            name="model_selection.choose_thresholds",
        ),
        Node(
            comparison.trace_search,
            _of(FAMILIES, "trials"),
            "search_trace",
            name="model_selection.trace_search",
        ),
    ]


def _holdout() -> list[Node]:
    return [
        Node(
            holdout.score_holdout,
            {
                "train_clients": "train_clients",
                "test_clients": "test_clients",
                "fold_scores": "all_fold_scores",
                "calibrations": "calibrations",
                "tuned_models": "tuned_models",
                "options": _OPTIONS,
            }
            | _of(CANDIDATES, "candidate"),
            "holdout_scores",
            name="model_selection.score_holdout",
        ),
        Node(
            holdout.evaluate_holdout,
            ["holdout_scores", "train_clients", "thresholds", "campaign_assumptions", _OPTIONS],
            "evaluation",
            name="model_selection.evaluate_holdout",
        ),
        Node(
            holdout.compare_with_challengers,
            ["holdout_scores", "train_clients", "thresholds", "leaderboard", _OPTIONS],
            "challenger_differences",
            name="model_selection.compare_with_challengers",
        ),
        Node(
            holdout.tabulate_gains,
            ["holdout_scores", "train_clients", "leaderboard", "client_values", _OPTIONS],
            "gains",
            name="model_selection.tabulate_gains",
        ),
        Node(
            holdout.tabulate_reliability,
            ["holdout_scores", "leaderboard"],
            "reliability",
            name="model_selection.tabulate_reliability",
        ),
    ]


def _champion() -> list[Node]:
    winner = ["train_clients", "test_clients", "leaderboard", "tuned_models", "calibrations", _OPTIONS]
    return [
        Node(
            champion.fit_on_train,
            ["train_clients", "leaderboard", "tuned_models", _OPTIONS],
            "champion_on_train",
            name="model_selection.fit_on_train",
        ),
        Node(champion.fit_champion, winner, "champion", name="model_selection.fit_champion"),
        Node(
            champion.score_out_of_fold, winner, "out_of_fold_scores", name="model_selection.score_out_of_fold"
        ),
        Node(
            champion.decide_threshold,
            ["thresholds", "leaderboard", _OPTIONS],
            "decision_threshold",
            name="model_selection.decide_threshold",
        ),
        Node(
            champion.find_undecided_band,
            ["out_of_fold_scores", _OPTIONS],
            "undecided_band",
            name="model_selection.find_undecided_band",
        ),
        Node(
            find_label_noise,
            ["features", "out_of_fold_scores"],
            ["label_noise", "label_ceiling"],
            name="model_selection.find_label_noise",
        ),
    ]


def _records() -> list[Node]:
    return [
        Node(
            champion.score_clients,
            ["features", "champion", "out_of_fold_scores", "undecided_band"],
            "client_scores",
            name="model_selection.score_clients",
        ),
        Node(
            manifest.write_manifest,
            ["features", "leaderboard", "tuned_models", "calibrations", _OPTIONS],
            "manifest",
            name="model_selection.write_manifest",
        ),
    ]


def _figures() -> list[Node]:
    figures = {
        "leaderboard": (plots.leaderboard_figure, "leaderboard"),
        "gains": (plots.gains_figure, "gains"),
        "profit": (plots.profit_figure, "gains"),
        "reliability": (plots.reliability_figure, "reliability"),
        "thresholds": (plots.thresholds_figure, ["thresholds", "leaderboard"]),
        "search": (plots.search_figure, "search_trace"),
    }
    return [
        Node(
            draw, tables, [f"{name}_figure_ru", f"{name}_figure_en"], name=f"model_selection.{draw.__name__}"
        )
        for name, (draw, tables) in figures.items()
    ]
