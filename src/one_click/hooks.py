"""What kedro itself does not do: refuse unknown parameters, show progress in one line a node."""

import logging
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from one_click import configuration
from one_click.errors import ParameterError, nearest

logger = logging.getLogger(__name__)

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


class ShowProgress:
    """Say which node has run, how many are left and how long it took."""

    def __init__(self) -> None:
        self._total = 0
        self._done = 0
        self._started = 0.0

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline) -> None:
        """Count the nodes."""
        self._total, self._done = len(pipeline.nodes), 0

    @hook_impl
    def before_node_run(self) -> None:
        """Note the time."""
        self._started = time.monotonic()

    @hook_impl
    def after_node_run(self, node: Node) -> None:
        """Log the node."""
        self._done += 1
        seconds = time.monotonic() - self._started
        name = ".".join(part for part in (node.namespace, node.func.__name__) if part)
        logger.info("%3d/%d %s (%.1f s)", self._done, self._total, name, seconds)
