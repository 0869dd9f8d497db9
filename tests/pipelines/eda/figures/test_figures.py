"""What all figures of the pipeline have in common."""

import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from kedro.pipeline import Node

from one_click.columns import LANGUAGES
from one_click.pipelines import eda

Make = Callable[..., pd.DataFrame]
Run = Callable[..., dict[str, Any]]
PIPELINE = eda.create_pipeline()
FIGURES = [node for node in PIPELINE.nodes if node.name.endswith("_figure")]
OUTPUTS = [name for node in FIGURES for name in node.outputs]
READ = {name for node in PIPELINE.nodes for name in node.inputs}
OF_THE_CHAIN = [node for node in FIGURES if READ & set(node.outputs)]


def test_every_figure_is_drawn_in_both_languages() -> None:
    assert len(FIGURES) == 9
    for node in FIGURES:
        assert node.outputs == [f"{node.name}_{language}" for language in LANGUAGES]


@pytest.mark.parametrize(
    ("clients", "columns"),
    [
        pytest.param(7, {}, id="few-clients"),
        pytest.param(
            60,
            {
                "service_errors": 3,
                "popular_category": [f"Раздел {i}" for i in range(60)],
                "days_registered": [float("nan")] * 60,
                "service_type": "стандарт",
                "unpaid_items_quarter": [1.0, *[float("nan")] * 59],
                "marketing_contacts_6m": 4.0,
            },
            id="anomalous-columns",
        ),
    ],
)
def test_figures_of_unusual_clients_render(
    make_clients: Make, run_eda: Run, clients: int, columns: dict[str, Any]
) -> None:
    made = run_eda(make_clients(**columns).head(clients), *OUTPUTS)
    for name in OUTPUTS:
        assert made[name].get_suptitle(), name
        if name.endswith("_en"):
            made[name].set_layout_engine("none")  # the layout is most of the cost
            made[name].draw_without_rendering()


def _imported_afresh(name: str) -> ModuleType:
    """Return a copy of a module, executed now, of which nothing else knows."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _draw(node: Node, drawn: dict[str, Any]) -> None:
    node.run({name: drawn[name] for name in node.inputs})


def test_default_chain_draws_without_seaborn(drawn: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "seaborn", None)  # whoever imports it fails
    for name in [*sorted({node.func.__module__ for node in FIGURES}), "one_click.presentation.drawing"]:
        _imported_afresh(name)
    assert [node.name for node in OF_THE_CHAIN] == ["eda.class_portrait_figure"]
    for node in OF_THE_CHAIN:
        _draw(node, drawn)
    other = next(node for node in FIGURES if node.name == "eda.distributions_figure")
    with pytest.raises(ImportError, match="seaborn"):
        _draw(other, drawn)
