"""Wiring of `demo_comparison`."""

from kedro.pipeline import Node, Pipeline

from one_click.wiring import figure, namespace, step

from . import figures
from .nodes import comparison, likeness

_OPTIONS, _POPULATION, _COMPARING = (
    f"params:{name}" for name in ("demo_store", "demo_population", "demo_comparison")
)
_SIDES = {"extract": "labelled_extract", "store": "demo_first_month"}


def create_pipeline() -> Pipeline:
    """Return the pipeline that compares the store with an extract and summarises the extract."""
    return namespace("demo_comparison", [*_likeness(), *_results()], public=("store_summary",))


def _likeness() -> list[Node]:
    return [
        step(likeness.take_labelled, "labelled_extract"),
        step(likeness.take_first_month, "demo_first_month", truth="demo_truth", options=_OPTIONS),
        step(comparison.compare_marginals, "demo_marginals", **_SIDES),
        step(comparison.compare_correlations, "demo_correlations", **_SIDES),
        step(comparison.compare_models, "demo_models", comparing=_COMPARING, **_SIDES),
        step(
            likeness.summarise_likeness,
            "demo_likeness",
            marginals="demo_marginals",
            correlations="demo_correlations",
            **_SIDES,
        ),
    ]


def _results() -> list[Node]:
    return [
        figure(figures.demo_marginals_figure, marginals="demo_marginals"),
        figure(figures.demo_correlations_figure, correlations="demo_correlations"),
        step(
            likeness.summarise_extract,
            "store_summary",
            extract="labelled_extract",
            options=_OPTIONS,
            population=_POPULATION,
            comparing=_COMPARING,
        ),
    ]
