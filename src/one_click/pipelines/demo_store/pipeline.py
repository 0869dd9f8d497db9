"""Wiring of `demo_store`."""

from kedro.pipeline import Pipeline

from one_click.simulation import mechanism
from one_click.wiring import figure, namespace, step

from . import figures
from .nodes import history, months

_OPTIONS, _POPULATION = "params:demo_store", "params:demo_population"
_PUBLIC = ("demo_campaigns", "demo_damage", "demo_drivers", "demo_features", "demo_months", "demo_truth")


def create_pipeline() -> Pipeline:
    """Return the pipeline that makes a synthetic store and summarises its truth."""
    truth = {"truth": "demo_truth", "options": _OPTIONS}
    parts = [
        step(months.make_months, "demo_truth", options=_OPTIONS, population=_POPULATION),
        step(mechanism.list_drivers, "demo_drivers", population=_POPULATION),
        step(months.write_files, "demo_files", **truth),
        step(months.list_damage, "demo_damage", **truth),
        step(history.summarise_months, "demo_months", **truth),
        step(history.summarise_features, "demo_features", **truth),
        step(history.summarise_campaigns, "demo_campaigns", **truth),
        figure(
            figures.demo_months_figure,
            months="demo_months",
            features="demo_features",
            campaigns="demo_campaigns",
        ),
    ]
    return namespace("demo_store", parts, public=_PUBLIC)
