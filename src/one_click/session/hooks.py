"""Hooks of a run: checks before its first node, progress, and the list of what it has made."""

import gc
import logging
import shlex
import time
from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from threading import Event, Thread
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from one_click.errors import DataError, DeclarationError, ParameterError, UnknownNameError, nearest, shorten
from one_click.parameters import FAMILIES, DataProcessing, Evidence, Family, ModelSelection, configuration
from one_click.parameters.snapshots import folder_name

logger = logging.getLogger(__name__)

STILL_RUNNING_AFTER = 5.0  # seconds
READ_BY_PEOPLE = (".csv", ".html", ".md", ".xlsx")

RAW_TABLE = "one_click.datasets.raw_table.RawTableDataset"

SNAPSHOT_PARAMETERS = frozenset({"snapshot", "new_snapshot", "label_snapshot"})
FOLDERS = ("raw", "data", "demo_folder")
_FAMILIES = "FAMILY_LABELS of src/one_click/columns.py"  # where the families are named
GLOBALS = SNAPSHOT_PARAMETERS | {*FOLDERS, "allow_links", "readable_by"}


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
        loader = context.config_loader
        configuration.read_from(_folders(loader))
        given = context._runtime_params or {}
        written = loader["globals"]
        _stop_at_unknown(written, GLOBALS, "conf/*/globals.yml")
        _stop_at_no_snapshots(written, "conf/*/globals.yml")
        _stop_at_no_folders(written)
        _stop_at_no_switch(written)
        if given:
            read = {name.split(".")[0] for name in _read_by_pipelines()}
            _stop_at_unknown(given, SNAPSHOT_PARAMETERS | read, "--params")
            _stop_at_no_snapshots(given, "--params")
        parameters = loader["parameters"]
        _stop_at_unknown(set(parameters) - set(given), _sections(loader), "conf/*/parameters*.yml")
        _stop_at_missing(parameters)
        _stop_at_no_family(parameters)


def _folders(loader: Any) -> list[Path]:
    """Return the folders that parameters are read from, the one that prevails first."""
    environments = (loader.env or loader.default_run_env, loader.base_env)
    return [Path(loader.conf_source) / environment for environment in environments]


def _stop_at_unknown(given: Iterable[str], known: Set[str], where: str) -> None:
    for name in map(str, given):
        if name not in known:
            raise UnknownNameError("parameter", name, known, where=where)


def _stop_at_no_snapshots(given: Mapping[str, Any], where: str) -> None:
    """Stop at snapshots that YAML read as numbers (2026.10 is 2026.1), or that name no folder."""
    for name in sorted(SNAPSHOT_PARAMETERS & set(given)):
        value = "" if given[name] is None else given[name]
        if not isinstance(value, str):
            raise ParameterError(
                f"{name} in {where} was read as the number {value}, perhaps not its folder's name",
                remedy=f'quote it: {name}: "…" in conf/local/globals.yml, or --params \'{name}="…"\'',
            )
        try:
            folder_name(value)
        except ValueError as error:
            remedy = "put the folder into data/01_raw under such a name"
            raise ParameterError(f"{name} in {where}: {error}", remedy=remedy) from error


def _stop_at_no_folders(written: Mapping[str, Any]) -> None:
    for name in FOLDERS:
        folder = written.get(name)
        if not isinstance(folder, str) or not folder.strip() or set(folder) & set("{}"):
            found = f"{name} in conf/*/globals.yml is {folder!r}"
            raise ParameterError(found, rule="the path of a folder, without braces")


def _stop_at_no_switch(written: Mapping[str, Any]) -> None:
    """Stop at allow_links in quotes: it would be text, which allows nothing, without a word."""
    allowed = written.get("allow_links", False)
    if not isinstance(allowed, bool):
        found = f"allow_links in conf/*/globals.yml is {allowed!r}"
        raise ParameterError(found, rule="true or false, without quotes")


def _sections(loader: Any) -> frozenset[str]:
    """Return the names of all sections of parameters, whichever pipelines were loaded."""
    return configuration.sections(Path(loader.conf_source) / loader.base_env)


def _read_by_pipelines() -> set[str]:
    """Return the names, dots included, of all parameters that the pipelines read."""
    names = (name for pipeline in pipelines.values() for name in pipeline.inputs())
    return {name.removeprefix("params:") for name in names if name.startswith("params:")}


def _stop_at_missing(parameters: Mapping[str, Any]) -> None:
    """Stop where no file has a parameter that a pipeline reads, such as the entry of a family."""
    for name in sorted(_read_by_pipelines()):
        section, _, part = name.partition(".")
        if section not in parameters or not _has(parameters[section], part):
            available = [one for one, inside in parameters.items() if _has(inside, part)]
            reader = f"{_FAMILIES} names" if part == "family" else "the pipelines read"
            raise ParameterError(
                f"The parameter '{name}', which {reader}, stands nowhere in conf/*/parameters*.yml: "
                f"{nearest(section, available)}"
            )


def _has(section: Any, part: str) -> bool:
    """Return whether a section has what a name with dots, or none, leads to."""
    for key in filter(None, part.split(".")):
        if not isinstance(section, Mapping) or key not in section:
            return False
        section = section[key]
    return True


def _stop_at_no_family(parameters: Mapping[str, Any]) -> None:
    """Stop at the entry of a family that is not in FAMILIES: no pipeline would search it."""
    for name, section in parameters.items():
        if _has(section, "family") and name not in FAMILIES:
            raise ParameterError(
                f"The family '{name}' in conf/*/parameters*.yml is none of "
                f"{_FAMILIES}: {nearest(name, FAMILIES)}"
            )


class RefuseMissingExtras:
    """Stop a run that would fit models of a package which is not installed, before its first node."""

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Look at the models that the parameters of the pipeline name.

        Raises
        ------
        ParameterError
            If the package of one is missing; the remedy names the extra that installs it.
        """
        for name in sorted(name for name in pipeline.inputs() if name.startswith("params:")):
            options = catalog.load(name)
            if faults := [_no_package(*one) for one in _models(options) if one[0].missing_extra]:
                raise ParameterError(options.explain(faults))


def _models(options: Any) -> list[tuple[Family, tuple[str, ...]]]:
    """Return the models that parameters name, with their places."""
    if isinstance(options, Family):
        return [(options, ())]
    challengers = options.challengers if isinstance(options, Evidence | ModelSelection) else {}
    return [(one, ("challengers", name)) for name, one in challengers.items()]


def _no_package(model: Family, place: tuple[str, ...]) -> DeclarationError:
    return DeclarationError(
        f"the package of '{model.class_}' is not installed",
        *place,
        remedy=f'pip install "one_click[{model.missing_extra}]", or leave the model out: take its entry away',
    )


class RefuseMissingInputs:
    """Stop a run that would read what no pipeline has stored yet, before its first node."""

    @hook_impl(tryfirst=True)
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol
    ) -> None:
        """Look for the stored inputs of the pipeline.

        Raises
        ------
        DataError
            If some are not there; the remedy names the pipelines that make them.
        """
        _stop_at_versions(run_params["load_versions"] or {}, catalog)
        if run_params["only_missing_outputs"]:
            return  # kedro drops nodes after this hook, and their inputs with them
        missing = _missing(pipeline, catalog)
        makers = _makers() if missing else {}
        absent = [name for name in missing if name in makers]
        if absent:
            needed = ",".join(_needed(absent, makers, catalog))
            raise DataError(
                f"Not stored yet: {shorten(f'{name} (by {makers[name]})' for name in absent)}.",
                file=str(_file(catalog, absent[0]) or ""),
                rule="a pipeline reads what others have stored",
                remedy=f"run first: kedro run --pipelines {needed}{_same_options(run_params)}",
            )


def _missing(pipeline: Pipeline, catalog: CatalogProtocol) -> list[str]:
    """Return the inputs of a pipeline that are not stored."""
    read = sorted(name for name in pipeline.inputs() if not name.startswith("params:"))
    return [name for name in read if not catalog.exists(name)]


def _makers() -> dict[str, str]:
    """Return the pipeline that makes each data set, whichever pipelines were loaded."""
    # Kedro has loaded only the pipelines that the run names; any other may make the data set.
    pipelines.set_requested(None)
    chosen = {name: one for name, one in pipelines.items() if name != "__default__"}
    return {made: name for name, one in chosen.items() for made in one.all_outputs()}


def _needed(absent: Iterable[str], makers: Mapping[str, str], catalog: CatalogProtocol) -> list[str]:
    """Return the pipelines that make data sets, with those that make the missing inputs of these in turn."""
    needed: set[str] = set()
    while names := {makers[name] for name in absent if name in makers} - needed:
        needed |= names
        absent = [missing for name in names for missing in _missing(pipelines[name], catalog)]
    return sorted(needed)


def _same_options(run_params: Mapping[str, Any]) -> str:
    """Return the options that lead to the same folders."""
    given = run_params["runtime_params"] or {}
    snapshots = ",".join(f"{name}={given[name]}" for name in given if name in SNAPSHOT_PARAMETERS)
    parts = {"env": run_params["env"], "params": snapshots}
    return "".join(f" --{option} {shlex.quote(value)}" for option, value in parts.items() if value)


def _stop_at_versions(versions: Iterable[str], catalog: CatalogProtocol) -> None:
    """Stop at a version of a data set without versions: kedro would load the current file."""
    for name in versions:
        if getattr(catalog.get(name), "_version", None) is None:
            raise ParameterError(f"'{name}' in --load-versions has no versions (no `versioned: true`).")


class ReadOtherStore:
    """Give another store's headers to the data sets of raw files, which recognise a file by them."""

    @hook_impl
    def after_catalog_created(
        self, catalog: CatalogProtocol, conf_catalog: dict[str, Any], parameters: dict[str, Any]
    ) -> None:
        """Set the parameter on every data set of a raw file, if a pipeline of the run reads such files."""
        options = parameters.get("params:data_processing")
        if isinstance(options, DataProcessing) and options.other_store.headers:
            for name, entry in conf_catalog.items():
                if isinstance(entry, dict) and entry.get("type") == RAW_TABLE:
                    catalog[name].other_store = options.other_store


class ShowProgress:
    """Log each node with its number and its seconds, and one that takes long while it runs."""

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
        """Start the clock, and a thread that logs while the node runs."""
        self._started, self._finished = time.monotonic(), Event()
        place = f"{self._done + 1:3d}/{self._total} {node.name}"
        Thread(target=_watch, args=(place, self._finished), daemon=True).start()

    @hook_impl
    def after_node_run(self, node: Node) -> None:
        """Log the node."""
        self._finished.set()
        self._done += 1
        seconds = time.monotonic() - self._started
        logger.info("%3d/%d %s (%.1f s)", self._done, self._total, node.name, seconds)

    @hook_impl
    def on_node_error(self) -> None:
        """Stop the thread."""
        self._finished.set()


def _watch(place: str, finished: Event) -> None:
    """Log that a node is still running, at intervals that double."""
    seconds = pause = STILL_RUNNING_AFTER
    while not finished.wait(pause):
        logger.info("%s is still running (%.0f s)", place, seconds)
        pause, seconds = seconds, 2 * seconds


class NameResults:
    """Log at the end of a run the folders that it wrote, and the names of files that people read."""

    def __init__(self) -> None:
        self._project = Path()
        self._started = 0.0

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Store the project's folder: paths are logged relative to it."""
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


class TellFindings:
    """Log how the files of a month were mapped, and which segments and offers fit no client."""

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Log one line per mapped file, and one per segment or offer that fits no client."""
        table = dataset_name.rsplit(".", maxsplit=1)[-1]
        if table == "idle_rules":
            for sentence in data["sentence_en"]:
                logger.warning(sentence)
        if table == "raw_dialects":
            for row in data[data["other_store"] != ""].itertuples():
                logger.info("%s (%s) of another store: %s", row.file, row.table, row.other_store)


class SpareCollector:
    """Exclude imported objects from garbage collection during a run, which saves 5 % of its CPU time."""

    @hook_impl
    def before_pipeline_run(self) -> None:
        """Freeze all objects that exist."""
        gc.freeze()

    @hook_impl
    def after_pipeline_run(self) -> None:
        """Unfreeze them."""
        gc.unfreeze()

    @hook_impl
    def on_pipeline_error(self) -> None:
        """Unfreeze them."""
        gc.unfreeze()
