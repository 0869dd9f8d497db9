"""What kedro itself does not do: refuse unknown parameters, show progress, say what a run made and where."""

import gc
import logging
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Event, Thread
from typing import Any

import yaml
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from one_click import configuration
from one_click.errors import ParameterError, nearest
from one_click.parameters import DataProcessing

logger = logging.getLogger(__name__)

STILL_RUNNING_AFTER = 5.0  # seconds
READ_BY_PEOPLE = (".csv", ".html", ".md", ".xlsx")

RAW_TABLE = "one_click.datasets.raw_table.RawTableDataset"

SNAPSHOT_PARAMETERS = frozenset({"snapshot", "new_snapshot", "label_snapshot"})
GLOBALS = SNAPSHOT_PARAMETERS | {"raw", "data", "demo_folder"}


class RefuseUnknownParameters:
    """Stop a run whose ``--params`` or globals name something that nothing reads.

    Kedro ignores an unknown name: ``--params snapshto=2026-10`` would run on the demo store.
    """

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Compare the runtime parameters and the globals with those that some node or data set reads.

        Later messages about parameters name the files from which this context reads them.

        Raises
        ------
        ParameterError
            If a name is unknown.
        """
        configuration.read_from(_folders(context.config_loader))
        given = context._runtime_params or {}
        written = context.config_loader["globals"]
        _stop_at_unknown(written, GLOBALS, "conf/*/globals.yml")
        _stop_at_numbers(written, "conf/*/globals.yml")
        if given:
            _stop_at_unknown(given, SNAPSHOT_PARAMETERS | _parameters_of_pipelines(), "--params")
            _stop_at_numbers(given, "--params")
        in_files = set(context.config_loader["parameters"]) - set(given)
        _stop_at_unknown(in_files, _sections(context.project_path), "conf/*/parameters*.yml")


def _folders(loader: Any) -> list[Path]:
    """Return the folders that parameters are read from, the one that prevails first."""
    environments = (loader.env or loader.default_run_env, loader.base_env)
    return [Path(loader.conf_source) / environment for environment in environments]


def _stop_at_unknown(given: Iterable[str], known: frozenset[str], where: str) -> None:
    for name in given:
        if name not in known:
            raise ParameterError(f"Unknown parameter '{name}' in {where}: {nearest(name, known)}")


def _stop_at_numbers(given: Mapping[str, Any], where: str) -> None:
    """Stop at a snapshot that was read as a number: 2026.10 would be the folder 2026.1."""
    for name in SNAPSHOT_PARAMETERS & set(given):
        if given[name] is not None and not isinstance(given[name], str):
            raise ParameterError(
                f"{name} in {where} was read as the number {given[name]}, perhaps not its folder's name. "
                f'Quote it: {name}: "…" in conf/local/globals.yml, or --params \'{name}="…"\'.'
            )


def _sections(project: Path) -> frozenset[str]:
    """Return the names of all sections of parameters, whichever pipelines were loaded."""
    files = (project / "conf" / "base").glob("parameters*.yml")
    written = (yaml.safe_load(file.read_text(encoding="utf-8")) or {} for file in files)
    return frozenset(name for sections in written for name in sections)


def _parameters_of_pipelines() -> frozenset[str]:
    """Return the top-level names of all parameters that the pipelines read."""
    names = (name for pipeline in pipelines.values() for name in pipeline.inputs())
    return frozenset(
        name.removeprefix("params:").split(".")[0] for name in names if name.startswith("params:")
    )


class ReadOtherStore:
    """Let the data sets of the store's files know another store's headers, by which they recognise a file."""

    @hook_impl
    def after_catalog_created(
        self, catalog: CatalogProtocol, conf_catalog: dict[str, Any], parameters: dict[str, Any]
    ) -> None:
        """Hand over the parameter, if a pipeline of the run reads files."""
        options = parameters.get("params:data_processing")
        if isinstance(options, DataProcessing) and options.other_store.headers:
            for name, entry in conf_catalog.items():
                if isinstance(entry, dict) and entry.get("type") == RAW_TABLE:
                    catalog[name].other_store = options.other_store


class ShowProgress:
    """Say which node has run, how many are left and how long it took, and which one is still running."""

    def __init__(self) -> None:
        self._total = 0
        self._done = 0
        self._started = 0.0
        self._finished = Event()

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline) -> None:
        """Count the nodes."""
        self._total, self._done = len(pipeline.nodes), 0

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """Note the time, and watch the node."""
        self._started, self._finished = time.monotonic(), Event()
        place = f"{self._done + 1:3d}/{self._total} {_name(node)}"
        Thread(target=_watch, args=(place, self._finished), daemon=True).start()

    @hook_impl
    def after_node_run(self, node: Node) -> None:
        """Log the node."""
        self._finished.set()
        self._done += 1
        seconds = time.monotonic() - self._started
        logger.info("%3d/%d %s (%.1f s)", self._done, self._total, _name(node), seconds)

    @hook_impl
    def on_node_error(self) -> None:
        """Watch the node no longer."""
        self._finished.set()


def _name(node: Node) -> str:
    return ".".join(part for part in (node.namespace, node.func.__name__) if part)


def _watch(place: str, finished: Event) -> None:
    """Say now and then, ever more rarely, that a node is still running."""
    seconds = pause = STILL_RUNNING_AFTER
    while not finished.wait(pause):
        logger.info("%s is still running (%.0f s)", place, seconds)
        pause, seconds = seconds, 2 * seconds


class NameResults:
    """Say at the end of a run what it made and where, files that people read by their names."""

    def __init__(self) -> None:
        self._project = Path()
        self._started = 0.0

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Note the project, to which places are told relatively."""
        self._project = context.project_path

    @hook_impl
    def before_pipeline_run(self) -> None:
        """Note the time."""
        self._started = time.monotonic()

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Log one line per folder."""
        files = [file for name in pipeline.all_outputs() if (file := _file(catalog, name))]
        seconds = time.monotonic() - self._started
        logger.info("Done in %.0f s. %d data sets were made:", seconds, len(files))
        for folder in sorted({file.parent for file in files}):
            here = sorted(file.name for file in files if file.parent == folder)
            read = [name for name in here if Path(name).suffix in READ_BY_PEOPLE]
            place = folder.relative_to(self._project) if folder.is_relative_to(self._project) else folder
            logger.info("  %s/ (%d)%s", place, len(here), f": {', '.join(read)}" if read else "")


def _file(catalog: CatalogProtocol, name: str) -> Path | None:
    """Return where a data set is stored, if it is a file."""
    path = getattr(catalog.get(name), "_filepath", None)
    return Path(path) if path else None


class SpareCollector:
    """Keep what was imported out of garbage collection during a run, which saves a twentieth of its CPU."""

    @hook_impl
    def before_pipeline_run(self) -> None:
        """Take all objects that there are out of it."""
        gc.freeze()

    @hook_impl
    def after_pipeline_run(self) -> None:
        """Give them back."""
        gc.unfreeze()

    @hook_impl
    def on_pipeline_error(self) -> None:
        """Give them back."""
        gc.unfreeze()
