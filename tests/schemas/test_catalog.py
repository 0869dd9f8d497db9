"""Each stored table and record of the catalog has one schema, where its pipeline's schemas stand."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from kedro.pipeline import Pipeline

from one_click.errors import DataError, ParameterError
from one_click.schemas import find
from one_click.schemas.documentation import tables
from one_click.schemas.errors import pipeline_of
from one_click.session.config_loader import ConfigLoader

Config = dict[str, Any]
STORES = ("table.TableDataset", "chunked.ChunkedParquetDataset")


@pytest.fixture(scope="module")
def catalog(root: Path) -> Config:
    loader = ConfigLoader(str(root / "conf"), "base", base_env="base", default_run_env="base")
    return {name: entry for name, entry in loader["catalog"].items() if not name.startswith("_")}


@pytest.fixture(scope="module")
def pipelines(root: Path) -> dict[str, Pipeline]:
    from kedro.framework.project import pipelines
    from kedro.framework.startup import bootstrap_project

    bootstrap_project(root)
    return dict(pipelines)


def _stored(catalog: Config) -> Config:
    return {name: entry for name, entry in catalog.items() if str(entry.get("type")).endswith(STORES)}


def misfits(catalog: Config) -> list[str]:
    """Name the stored tables that the catalog lays no schema on, or another one."""
    return [
        name for name, entry in _stored(catalog).items() if entry.get("validator") != _expected(name, entry)
    ]


def _expected(name: str, entry: Config) -> Config | None:
    try:
        schema = find(name)
    except ParameterError:
        return None if "validator" in entry else {}
    options = {"schema": f"{schema.__module__}.{schema.__name__}", "file": entry["filepath"]}
    return {"class": "one_click.schemas.TableCheck", "skip_load_after_save": True, "options": options}


def strangers(pipelines: dict[str, Pipeline]) -> list[str]:
    """Name the schemas that do not stand in the module of the pipeline that stores their table."""
    found = []
    for name, schema in tables().items():
        made = pipelines[pipeline_of(schema.__module__)].all_outputs()
        if not any(_own(output) == name or _own(output).startswith(f"{name}_") for output in made):
            found.append(name)
    return found


def _own(name: str) -> str:
    return name.rpartition(".")[2]


def test_every_stored_table_is_checked_by_its_schema(catalog: Config) -> None:
    assert misfits(catalog) == []
    bare = {"type": "one_click.datasets.table.TableDataset", "filepath": "x.parquet"}
    assert misfits({"segments": bare, "scoring.segments": bare, "new_table": bare}) == [
        "segments",
        "scoring.segments",
        "new_table",
    ]


def test_every_schema_is_that_of_a_stored_table(catalog: Config) -> None:
    assert set(tables()) == {find(name).data_set() for name in _stored(catalog)}


def test_schemas_stand_in_the_module_of_the_pipeline_that_stores_the_table(
    pipelines: dict[str, Pipeline],
) -> None:
    assert strangers(pipelines) == []
    assert "client_scores" in strangers(pipelines | {"model_selection": Pipeline([])})


def test_every_record_names_the_pipeline_that_stores_it(
    catalog: Config, pipelines: dict[str, Pipeline]
) -> None:
    models = {_own(name): entry["model"] for name, entry in catalog.items() if "model" in entry}
    assert {"manifest", "decision_threshold"} <= set(models)
    for name, model in models.items():
        record = getattr(import_module("one_click.schemas.records"), _own(model))
        assert name in map(_own, pipelines[record.made_by].all_outputs())
        with pytest.raises(DataError, match=r"--pipelines [a-z_]+$"):
            record.read("?", f"{name}.json")


def test_validators_are_told_the_file_and_the_schema(catalog: Config) -> None:
    assert catalog["data_processing.parsed_{table}"]["validator"]["options"] == {
        "schema": "one_click.schemas.data_processing.Parsed",
        "file": "data/02_intermediate/demo/parsed_{table}.parquet",
    }
    assert catalog["money"]["validator"]["options"] == {"table": "money"}
