"""Wiring of `demo_store`."""

from kedro.pipeline import Node, Pipeline

from one_click.simulation import mechanism

from . import figures as plots
from .nodes import history
from .nodes import months as nodes

_OPTIONS, _POPULATION = "params:demo_store", "params:demo_population"


def create_pipeline() -> Pipeline:
    """Return the pipeline that makes a synthetic store and tells its story."""
    story = {"truth": "demo_truth", "options": _OPTIONS}
    return Pipeline(
        [
            Node(nodes.make_months, [_OPTIONS, _POPULATION], "demo_truth", name="demo_store.make_months"),
            Node(mechanism.list_drivers, _POPULATION, "demo_drivers", name="demo_store.list_drivers"),
            Node(nodes.write_files, story, "demo_files", name="demo_store.write_files"),
            Node(nodes.list_damage, story, "demo_damage", name="demo_store.list_damage"),
            Node(history.summarise_months, story, "demo_months", name="demo_store.summarise_months"),
            Node(history.summarise_features, story, "demo_features", name="demo_store.summarise_features"),
            Node(history.summarise_campaigns, story, "demo_campaigns", name="demo_store.summarise_campaigns"),
            Node(
                plots.draw_months,
                {"months": "demo_months", "features": "demo_features", "campaigns": "demo_campaigns"},
                ["demo_months_figure_ru", "demo_months_figure_en"],
                name="demo_store.draw_months",
            ),
        ]
    )
