"""Wiring of `demo_comparison`."""

from kedro.pipeline import Node, Pipeline

from . import figures as plots
from .nodes import comparison
from .nodes import likeness as nodes

_OPTIONS, _POPULATION, _COMPARING = (
    f"params:{name}" for name in ("demo_store", "demo_population", "demo_comparison")
)
_SIDES = {"extract": "labelled_extract", "store": "demo_first_month"}


def create_pipeline() -> Pipeline:
    """Return the pipeline that compares the store with an extract and summarises the extract."""
    return Pipeline([*_likeness(), *_results()])


def _likeness() -> list[Node]:
    return [
        Node(nodes.take_labelled, "clients", "labelled_extract", name="demo_comparison.take_labelled"),
        Node(
            nodes.take_first_month,
            ["demo_truth", _OPTIONS],
            "demo_first_month",
            name="demo_comparison.take_first_month",
        ),
        Node(
            comparison.compare_marginals,
            _SIDES,
            "demo_marginals",
            name="demo_comparison.compare_marginals",
        ),
        Node(
            comparison.compare_correlations,
            _SIDES,
            "demo_correlations",
            name="demo_comparison.compare_correlations",
        ),
        Node(
            comparison.compare_models,
            {**_SIDES, "comparing": _COMPARING},
            "demo_models",
            name="demo_comparison.compare_models",
        ),
        Node(
            nodes.summarise_likeness,
            {"marginals": "demo_marginals", "correlations": "demo_correlations", **_SIDES},
            "demo_likeness",
            name="demo_comparison.summarise_likeness",
        ),
    ]


def _results() -> list[Node]:
    return [
        Node(
            plots.draw_marginals,
            "demo_marginals",
            _both("demo_marginals"),
            name="demo_comparison.draw_marginals",
        ),
        Node(
            plots.draw_correlations,
            "demo_correlations",
            _both("demo_correlations"),
            name="demo_comparison.draw_correlations",
        ),
        Node(
            nodes.summarise_extract,
            {
                "extract": "labelled_extract",
                "options": _OPTIONS,
                "population": _POPULATION,
                "comparing": _COMPARING,
            },
            "store_summary",
            name="demo_comparison.summarise_extract",
        ),
    ]


def _both(figure: str) -> list[str]:
    return [f"{figure}_figure_ru", f"{figure}_figure_en"]
