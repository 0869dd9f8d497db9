"""Locks of snapshots in the data folder, and permissions of the files that a run writes."""

import os
import socket
import time
from collections.abc import Generator, Iterable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

from one_click.datasets import kernel_lock
from one_click.errors import MAKE_ROOM, DataError, ParameterError, nearest

_WITHHELD = {"owner": 0o077, "group": 0o027, "everybody": 0o022}  # rights that files and folders do not get
_TRIES, _PAUSE = 5, 0.05  # seconds
_UNSTORED = ("params:", "parameters")


class KeepPrivate:
    """Set the permissions of files that a run writes, as the globals say: they are about people."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Set the umask of this process and its children.

        Raises
        ------
        ParameterError
            If `readable_by` of the globals is none of owner, group and everybody.
        """
        readers = str(context.config_loader["globals"].get("readable_by", "owner"))
        if readers not in _WITHHELD:
            raise ParameterError(
                f"readable_by: {readers} in conf/*/globals.yml: {nearest(readers, _WITHHELD)}"
            )
        os.umask(_WITHHELD[readers])


class LockSnapshots:
    """Lock snapshots: exclusively those that a run writes, shared those that it only reads.

    Whatever runs no pipeline takes no lock: notebooks, kedro-viz, one more worker of a search.
    """

    def __init__(self) -> None:
        self._project, self._data = Path(), Path()

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Note the data folder; each environment has its own."""
        self._project = context.project_path
        self._data = self._project / str(context.config_loader["globals"].get("data"))

    @hook_impl(wrapper=True)
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol
    ) -> Generator[None, Any, Any]:
        """Lock the snapshots of the run; the lock file tells who holds it.

        A wrapper: all other hooks come after it, and if one of them stops the run, the locks are released.

        Raises
        ------
        DataError
            If another run is in the way.
        """
        _release_all()  # an interrupted run of this process calls no hook that would have released them
        pipelines = ", ".join(run_params["pipeline_names"] or ["__default__"])
        since = datetime.now().isoformat(" ", "seconds")
        holder = f"process {os.getpid()} on {socket.gethostname()}, {pipelines}, since {since}"
        written = self._snapshots(pipeline.all_outputs(), catalog)
        read = self._snapshots(pipeline.inputs(), catalog) - written
        with ExitStack() as locks:
            locks.callback(_release_all)
            for snapshot in sorted(written | read):
                _hold(self._data / f".{snapshot}.lock", holder, shared=snapshot in read)
            result = yield
            locks.pop_all()  # kept until the run has ended
            return result

    @hook_impl
    def after_pipeline_run(self) -> None:
        """Release the locks."""
        _release_all()

    @hook_impl
    def on_pipeline_error(self) -> None:
        """Release the locks."""
        _release_all()

    def _snapshots(self, names: Iterable[str], catalog: CatalogProtocol) -> set[str]:
        """Return the snapshots in the data folder to which data sets belong."""
        stored = [name for name in names if not name.startswith(_UNSTORED)]
        described = (catalog.get(name)._describe() for name in stored)
        paths = (self._project / str(one.get("filepath") or one.get("folder") or "") for one in described)
        inside = (path.relative_to(self._data).parts for path in paths if path.is_relative_to(self._data))
        found = {parts[1] if len(parts) > 1 else "" for parts in inside}
        if "" in found:  # a whole layer: demo_store writes the raw files of its months
            found |= set(catalog.load("params:demo_store").months)
        return found - {""}


_held: dict[int, Path] = {}


def _hold(file: Path, holder: str, *, shared: bool) -> None:
    """Lock a file and write into it who holds it.

    Raises
    ------
    DataError
        If another run does, or the folder cannot be written or locked.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, alone = _take(file, shared=shared)
        _held[handle] = file
        if alone:
            os.truncate(handle, 0)
        os.write(handle, f"{holder}\n".encode())
        # Shared only after the names of earlier holders are gone: until then no other reader may add its own.
        if alone and shared:
            kernel_lock.take(handle, shared=True)
    except OSError as error:
        raise DataError(
            f"The data folder cannot be locked: {error.strerror}.",
            file=str(file),
            rule="a run writes the data folder and locks what it writes",
            remedy=f"{MAKE_ROOM}, or keep the data folder (`data` in the globals) on a local disk",
        ) from error


def _take(file: Path, *, shared: bool) -> tuple[int, bool]:
    """Return a locked descriptor of the file, and whether no other process holds it."""
    handle = os.open(file, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o666)  # less what the umask takes
    alone = kernel_lock.take(handle)
    if not (alone or (shared and _take_among_readers(handle))):
        raise _in_use(file, handle)
    if file.exists() and os.path.samestat(os.fstat(handle), file.stat()):
        return handle, alone
    os.close(handle)  # who held it has removed it meanwhile
    return _take(file, shared=shared)


def _take_among_readers(handle: int) -> bool:
    """Take a shared lock, trying again: each reader holds the file exclusively for a moment at first."""
    for _ in range(_TRIES):
        if kernel_lock.take(handle, shared=True):
            return True
        time.sleep(_PAUSE)
    return False


def _in_use(file: Path, handle: int) -> DataError:
    with os.fdopen(handle, encoding="utf-8") as opened:
        opened.seek(0)
        holders = "; ".join(opened.read().splitlines()) or "it has only just begun"
    return DataError(
        f"The snapshot '{file.stem[1:]}' is in use by another run: {holders}.",
        file=str(file),
        rule="one run at a time writes a snapshot's tables, and nobody else reads them meanwhile",
        remedy="wait until it has ended, or end that process; runs of other snapshots and of other "
        "environments are not in the way",
    )


def _release_all() -> None:
    """Release all locks of this process; the last holder of a file removes it."""
    while _held:
        handle, file = _held.popitem()
        if kernel_lock.take(handle):
            file.unlink(missing_ok=True)
        os.close(handle)


def _forget() -> None:
    """Close the descriptors that a forked worker inherits: it may outlive the locks' holder."""
    while _held:
        os.close(_held.popitem()[0])


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
