"""The pipelines by name; the default chain runs from raw files to the report."""

from kedro.framework.project import find_pipelines
from kedro.pipeline import Pipeline

OUTSIDE_THE_CHAIN = ("demo_comparison", "demo_store", "evidence", "scoring")


def register_pipelines() -> dict[str, Pipeline]:
    """Return every pipeline of the project, with the chain as ``__default__``."""
    pipelines = find_pipelines(raise_errors=True)
    chain = (
        pipeline for name, pipeline in pipelines.items() if name not in (*OUTSIDE_THE_CHAIN, "__default__")
    )
    return {**pipelines, "__default__": _without_unread_figures(sum(chain, Pipeline([])))}


def _without_unread_figures(chain: Pipeline) -> Pipeline:
    """Leave figures that no page shows to the pipelines that draw them: half of the cost of drawing."""
    unread = chain.outputs()
    return Pipeline(
        node
        for node in chain.nodes
        if not all(name in unread and "_figure_" in name for name in node.outputs)
    )
