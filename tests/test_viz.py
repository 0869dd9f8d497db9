"""What kedro-viz shows first: a box per pipeline, few data sets beside them, layers that follow the flow."""

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from kedro_viz.data_access.managers import DataAccessManager
from kedro_viz.integrations.kedro.data_loader import load_data

from one_click.parameters import CANDIDATES, FAMILIES

ROOT = Path(__file__).parents[1]
PIPELINES = sorted(path.parent.name for path in (ROOT / "src/one_click/pipelines").glob("*/pipeline.py"))
CHAIN = "__default__"
LAYERS = (
    *("01_raw", "02_intermediate", "03_primary", "04_feature", "05_model_input"),
    *("06_models", "07_model_output", "08_reporting"),
)
MOST_BOXES, MOST_DATA_SETS = 12, 60
MOST_ELEMENTS = 1000  # kedro-viz asks before it draws more than this in nodes and one and a half times edges


@dataclass(frozen=True)
class Graph:
    """What kedro-viz tells its page of one registered pipeline."""

    nodes: dict[str, Any]
    edges: list[tuple[str, str]]
    children: dict[str, set[str]]  # of each box, and of the first view
    layers: list[str]

    def first_view(self) -> list[str]:
        """Return the ids of what is seen while all boxes are closed; parameters are hidden at first."""
        return [one for one in self.children["__root__"] if self.nodes[one].type != "parameters"]

    def kinds(self) -> Counter[str]:
        """Return how many elements of each kind the first view has."""
        return Counter(str(self.nodes[one].type) for one in self.first_view())

    def weight(self) -> float:
        """Return what kedro-viz compares with its limit when the page opens."""
        seen = set(self.first_view())
        return len(seen) + 1.5 * sum({source, target} <= seen for source, target in self.edges)

    def names(self, kind: str) -> set[str]:
        """Return the names of all elements of one kind."""
        return {node.name for node in self.nodes.values() if node.type == kind}

    def seen_layers(self) -> list[str]:
        """Return the layers in which something is seen, in the order of the page."""
        seen = {getattr(self.nodes[one], "layer", None) for one in self.first_view()}
        return [layer for layer in self.layers if layer in seen]

    def _reached_from(self, start: str) -> set[str]:
        reached: set[str] = set()
        ahead = {start}
        while ahead:
            ahead = {target for source, target in self.edges if source in ahead} - reached
            reached |= ahead
        return reached

    def backward(self) -> list[str]:
        """Describe where a data set, perhaps through a box, leads to one of an earlier layer."""
        layers = {one: layer for one, node in self.nodes.items() if (layer := getattr(node, "layer", None))}
        return sorted(
            f"{self.nodes[one].name} ({layer}) -> {self.nodes[later].name} ({layers[later]})"
            for one, layer in layers.items()
            for later in self._reached_from(one) & set(layers)
            if LAYERS.index(layers[later]) < LAYERS.index(layer)
        )


def read_graph(manager: Any, pipeline: str) -> Graph:
    """Return the graph of a registered pipeline; its tree comes first, for it adds the boxes to the rest."""
    tree = manager.create_modular_pipelines_tree_for_registered_pipeline(pipeline)
    return Graph(
        nodes={node.id: node for node in manager.get_nodes_for_registered_pipeline(pipeline)},
        edges=[(e.source, e.target) for e in manager.get_edges_for_registered_pipeline(pipeline)],
        children={name: {child.id for child in box.children} for name, box in tree.items()},
        layers=manager.get_sorted_layers_for_registered_pipeline(pipeline),
    )


@pytest.fixture(scope="module")
def graphs(root: Path) -> dict[str, Graph]:
    """Return what kedro-viz shows of each registered pipeline."""
    catalog, pipelines, _ = load_data(root)
    manager = DataAccessManager()
    manager.add_catalog(catalog, pipelines)
    manager.add_pipelines(pipelines)
    return {name: read_graph(manager, name) for name in pipelines}


def test_every_pipeline_is_registered(graphs: dict[str, Graph]) -> None:
    assert set(PIPELINES) <= set(graphs)


def test_first_view_has_few_boxes_and_data_sets(graphs: dict[str, Graph]) -> None:
    kinds = graphs[CHAIN].kinds()
    assert kinds["modularPipeline"] <= MOST_BOXES
    assert kinds["data"] <= MOST_DATA_SETS
    assert kinds["task"] == 0, "nodes without a namespace stand beside the boxes"


@pytest.mark.parametrize("pipeline", [CHAIN, *PIPELINES])
def test_page_opens_without_warning_of_size(graphs: dict[str, Graph], pipeline: str) -> None:
    assert graphs[pipeline].weight() <= MOST_ELEMENTS


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_pipeline_is_one_box(graphs: dict[str, Graph], pipeline: str) -> None:
    graph = graphs[pipeline]
    first = [graph.nodes[one] for one in graph.first_view()]
    assert {node.name for node in first if node.type != "data"} == {pipeline}


@pytest.mark.parametrize(
    ("pipeline", "families"),
    [
        pytest.param("model_selection", CANDIDATES, id="model_selection"),
        pytest.param("evidence", FAMILIES, id="evidence"),
    ],
)
def test_families_lie_in_the_box_of_their_pipeline(
    graphs: dict[str, Graph], pipeline: str, families: tuple[str, ...]
) -> None:
    assert {f"{pipeline}.{family}" for family in families} <= graphs[pipeline].children[pipeline]


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_prefix_of_a_data_set_is_the_box_that_makes_it(graphs: dict[str, Graph], pipeline: str) -> None:
    graph = graphs[pipeline]
    made = {target for source, target in graph.edges if graph.nodes[source].type == "task"}
    names = {graph.nodes[one].name for one in made}
    assert not [name for name in names if "." in name and not name.startswith(f"{pipeline}.")]
    assert not [name for name in names if "_figure_" in name and "." not in name]


@pytest.mark.parametrize("pipeline", [CHAIN, *PIPELINES])
def test_layers_follow_the_flow(graphs: dict[str, Graph], pipeline: str) -> None:
    assert graphs[pipeline].backward() == []
    assert sorted(graphs[pipeline].layers) == sorted(LAYERS)  # none, if some stand in a circle


@pytest.mark.parametrize("pipeline", [CHAIN, *sorted(set(PIPELINES) - {"scoring"})])
def test_layers_are_seen_in_their_order(graphs: dict[str, Graph], pipeline: str) -> None:
    """In scoring the models come from outside, and kedro-viz places what comes from outside first."""
    seen = graphs[pipeline].seen_layers()
    assert seen == sorted(seen)
    assert pipeline != CHAIN or tuple(seen) == LAYERS


@pytest.mark.expensive
def test_every_stored_table_has_a_preview(
    finished_project: Path, run_module: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """The command ends with 0 whatever happens, and knows no --env."""
    done = run_module(finished_project, "kedro", "viz", "build", "--include-previews", KEDRO_ENV="test")
    built = finished_project / "build"
    assert "Success!" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]
    shown = [json.loads(path.read_text(encoding="utf-8")) for path in (built / "api/nodes").iterdir()]
    shutil.rmtree(built)
    tables = [node for node in shown if str(node.get("type", "")).endswith("TableDataset")]
    stored = [node for node in tables if (finished_project / node["filepath"]).exists()]
    assert len(stored) > 50
    assert [node["filepath"] for node in stored if not node.get("preview")] == []
