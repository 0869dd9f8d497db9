"""Wiring of `model_selection`; each family is a namespace inside it, and so is their vote."""

from kedro.pipeline import Node, Pipeline

from one_click.parameters import CANDIDATES, FAMILIES, VOTING
from one_click.wiring import exhibits, figure, namespace, step

from . import figures
from .nodes import champion, comparison, facts, families, holdout, label_noise, manifest

_OPTIONS = "params:model_selection"
_PUBLIC = (
    *("all_fold_scores", "calibrations", "campaign_assumptions", "challenger_differences", "champion"),
    *("client_scores", "decision_threshold", "evaluation", "label_ceiling", "label_noise", "leaderboard"),
    *("manifest", "model_facts", "out_of_fold_scores", "thresholds", "tuned_models", "undecided_band"),
)


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    parts = (_comparison(), _decisions(), _holdout(), _champion(), _figures(), _shown())
    nodes = (node for part in parts for node in part)
    return namespace("model_selection", [*map(_family, FAMILIES), _vote(), *nodes], public=_PUBLIC)


def _family(name: str) -> Pipeline:
    """Return the same four nodes in the namespace of one family."""
    steps = [
        step(
            families.search_family,
            "trials",
            clients="train_clients",
            family="params:family",
            options=_OPTIONS,
        ),
        step(families.tune_family, "tuned", family="params:family"),
        step(families.fit_candidate, "candidate", clients="train_clients", options=_OPTIONS),
        step(families.score_folds, "fold_scores", clients="train_clients", options=_OPTIONS),
    ]
    return Pipeline(steps, namespace=name, inputs="train_clients", parameters=_OPTIONS)


def _vote() -> Pipeline:
    tuned, scores = _of(FAMILIES, "tuned"), _of(FAMILIES, "fold_scores")
    steps = [
        step(families.tune_vote, "tuned", **tuned),
        step(families.fit_candidate, "candidate", clients="train_clients", options=_OPTIONS),
        step(families.vote, "fold_scores", **scores),
    ]
    inputs = {"train_clients", *tuned.values(), *scores.values()}
    return Pipeline(steps, namespace=VOTING, inputs=inputs, parameters=_OPTIONS)


def _of(names: tuple[str, ...], data_set: str) -> dict[str, str]:
    return {name: f"{name}.{data_set}" for name in names}


def _comparison() -> list[Node]:
    return [
        step(comparison.join_tuned, "tuned_models", options=_OPTIONS, **_of(CANDIDATES, "tuned")),
        step(comparison.score_others, "other_fold_scores", clients="train_clients", options=_OPTIONS),
        step(comparison.join_fold_scores, "all_fold_scores", **_of(CANDIDATES, "fold_scores")),
        step(comparison.rank_models, "leaderboard", fold_scores="all_fold_scores", options=_OPTIONS),
        step(comparison.trace_search, "search_trace", **_of(FAMILIES, "trials")),
    ]


def _decisions() -> list[Node]:
    return [
        step(comparison.choose_calibrations, "calibrations", fold_scores="all_fold_scores"),
        step(comparison.value_clients, "client_values", segmentation="params:segmentation"),
        step(
            comparison.assume_offers,
            "campaign_assumptions",
            offers="params:offers",
            segmentation="params:segmentation",
        ),
        step(comparison.choose_thresholds, "thresholds", fold_scores="all_fold_scores", options=_OPTIONS),
    ]


def _holdout() -> list[Node]:
    return [
        step(
            holdout.score_holdout,
            "holdout_scores",
            fold_scores="all_fold_scores",
            options=_OPTIONS,
            **_of(CANDIDATES, "candidate"),
        ),
        step(holdout.evaluate_holdout, "evaluation", options=_OPTIONS),
        step(holdout.compare_with_challengers, "challenger_differences", options=_OPTIONS),
        step(holdout.tabulate_gains, "gains", options=_OPTIONS),
        step(holdout.tabulate_reliability, "reliability"),
    ]


def _champion() -> list[Node]:
    return [
        step(champion.fit_on_train, "champion_on_train", options=_OPTIONS),
        step(champion.fit_champion, "champion", options=_OPTIONS),
        step(champion.score_out_of_fold, "out_of_fold_scores", options=_OPTIONS),
        step(champion.decide_threshold, "decision_threshold", options=_OPTIONS),
        step(champion.find_undecided_band, "undecided_band", options=_OPTIONS),
        step(champion.score_clients, "client_scores"),
        step(label_noise.find_label_noise, ["label_noise", "label_ceiling"]),
        step(manifest.write_manifest, "manifest", options=_OPTIONS),
    ]


def _figures() -> list[Node]:
    return [
        figure(figures.leaderboard_figure),
        figure(figures.gains_figure),
        figure(figures.profit_figure),
        figure(figures.reliability_figure),
        figure(figures.thresholds_figure),
        figure(figures.search_figure),
    ]


def _shown() -> list[Node]:
    return [
        step(facts.gather_model_facts, "model_facts"),
        exhibits(
            figures=("gains", "leaderboard", "profit", "reliability", "thresholds"),
            tables=("evaluation", "leaderboard", "model_facts"),
            others=("label_noise", "search_trace"),
        ),
    ]
