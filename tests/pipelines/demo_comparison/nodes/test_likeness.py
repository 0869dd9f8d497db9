"""Comparing with an extract: which clients take part, and what the sum of it says; as a real run."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import Result

from one_click.chunks import Chunks
from one_click.columns import BASE_FEATURES, CLIENT_ID, PROFIT, TARGET
from one_click.errors import DataError
from one_click.parameters import DemoPopulation, DemoStore
from one_click.pipelines.demo_comparison.nodes import likeness as nodes


def test_only_labelled_clients_are_compared() -> None:
    clients = pd.DataFrame({CLIENT_ID: range(60), TARGET: [1.0, np.nan, 0.0] * 20})
    labelled = nodes.take_labelled(clients)
    assert labelled[CLIENT_ID].tolist() == [number for number in range(60) if number % 3 != 1]
    assert labelled[TARGET].tolist() == [1, 0] * 20
    assert labelled[TARGET].dtype == "int64"


@pytest.mark.parametrize(
    ("target", "found"),
    [
        pytest.param([1.0] * 19 + [0.0] * 50, "19 declined and 50 other", id="few-declined"),
        pytest.param([np.nan] * 60, "0 declined and 0 other", id="no-labels"),
    ],
)
def test_too_few_labels_are_refused(target: list[float], found: str) -> None:
    with pytest.raises(DataError, match=found):
        nodes.take_labelled(pd.DataFrame({CLIENT_ID: range(len(target)), TARGET: target}))


def test_first_month_without_its_truth(make_options: Callable[..., DemoStore]) -> None:
    options = make_options()
    columns = [CLIENT_ID, *BASE_FEATURES, PROFIT, TARGET]
    pieces = [
        pd.DataFrame({"month": ["demo", "demo_next"], "probability": 0.5} | dict.fromkeys(columns, number))
        for number in (1, 2)
    ]
    first = nodes.take_first_month(Chunks(lambda: iter(pieces)), options)
    assert first[CLIENT_ID].tolist() == [1, 2]
    assert list(first) == columns


def test_store_of_other_months_is_refused(make_options: Callable[..., DemoStore]) -> None:
    options = make_options()
    other = pd.DataFrame({"month": ["other"], CLIENT_ID: [1]})
    with pytest.raises(DataError, match="no month 'demo'"):
        nodes.take_first_month(Chunks(lambda: iter([other])), options)


def test_likeness_in_one_table() -> None:
    marginals = pd.DataFrame({"distance": [0.1, 0.3], "chance": [0.2, 0.2]})
    correlations = pd.DataFrame({"difference": [-0.2, 0.1]})
    same = pd.DataFrame([dict.fromkeys(BASE_FEATURES, 1), dict.fromkeys(BASE_FEATURES, 2)])
    found = nodes.summarise_likeness(marginals, correlations, same, same.head(1)).set_index("metric")["value"]
    assert found.to_dict() == pytest.approx(
        {
            "clients_in_extract": 2,
            "clients_in_store": 1,
            "largest_distance": 0.3,
            "distances_beyond_chance": 0.5,
            "mean_correlation_gap": 0.15,
            "largest_correlation_gap": 0.2,
            "shared_rows": 1,
        }
    )


@pytest.mark.expensive
def test_store_beside_itself(project: Path, kedro_run_here: Callable[..., Result]) -> None:
    comparing = {"demo_comparison": {"seeds": [0]}}
    (project / "conf" / "local" / "parameters_demo_comparison.yml").write_text(yaml.safe_dump(comparing))
    for pipeline in ("data_processing", "demo_store", "demo_comparison"):
        result = kedro_run_here("--pipelines", pipeline)
        assert result.exit_code == 0, result.output
    reporting = project / "data" / "08_reporting" / "demo"
    likeness = pd.read_parquet(reporting / "demo_likeness.parquet").set_index("metric")["value"]
    assert likeness["clients_in_extract"] == 1296
    assert likeness["shared_rows"] == 1296
    assert likeness["largest_distance"] < 0.01
    models = pd.read_parquet(reporting / "demo_models.parquet").set_index("model")
    assert (models["extract"] - models["store"]).abs().max() < 0.02
    made = yaml.safe_load((reporting / "store_summary.yml").read_text(encoding="utf-8"))
    DemoPopulation.model_validate(made["demo_population"])
    for name in ("demo_marginals", "demo_correlations"):
        assert (reporting / f"{name}_figure_ru.png").stat().st_size > 10_000


@pytest.mark.expensive
@pytest.mark.real_data
def test_store_is_like_the_real_extract(
    project: Path, kedro_run_here: Callable[..., Result], real_extract: Path
) -> None:
    (project / "data" / "01_raw" / "real").symlink_to(real_extract)
    (project / "conf" / "local" / "globals.yml").write_text("allow_links: true\n", encoding="utf-8")
    run = ("--params", "snapshot=real", "--pipelines")
    for pipeline in ("data_processing", "demo_store"):
        assert kedro_run_here(*run, pipeline).exit_code == 0
    wanted = ("--to-outputs", "demo_comparison.demo_likeness,demo_comparison.demo_models")
    assert kedro_run_here(*run, "demo_comparison", *wanted).exit_code == 0
    reporting = project / "data" / "08_reporting" / "real"
    likeness = pd.read_parquet(reporting / "demo_likeness.parquet").set_index("metric")["value"]
    assert likeness["shared_rows"] == 0
    assert likeness["distances_beyond_chance"] <= 0.05
    assert likeness["mean_correlation_gap"] < 0.04  # two samples of this size differ by .03
    models = pd.read_parquet(reporting / "demo_models.parquet").set_index("model")
    assert (models["store"] - models["extract"]).abs().max() < 0.03
    assert models.loc[["logistic_regression", "k_nearest_neighbours"], "store_to_extract"].min() >= 0.89
