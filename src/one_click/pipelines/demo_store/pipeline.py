"""Wiring of `demo_store`."""

from kedro.pipeline import Node, Pipeline

from one_click.columns import TABLES

from . import nodes

_OPTIONS = "params:demo_store"


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    return Pipeline(
        [
            Node(nodes.draw_store, _OPTIONS, "demo_population"),
            Node(nodes.advance_store, ["demo_population", _OPTIONS], "demo_next_population"),
            Node(nodes.write_labelled_month, ["demo_population", _OPTIONS], _files("demo")),
            Node(nodes.write_unlabelled_month, ["demo_next_population", _OPTIONS], _files("demo_next")),
        ]
    )


def _files(month: str) -> list[str]:
    return [f"{month}_store_{table}" for table in TABLES if table != "label_file"]
