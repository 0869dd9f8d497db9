"""Files that are written whole or not at all."""

import glob
import io
import os
import secrets
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileOpener, LocalFileSystem

from one_click.datasets import kernel_lock


class AtomicFile(LocalFileOpener):
    """A local file being written: its content appears under its name when it is closed without an error.

    Until then it lies in the same folder, and so on the same disk, as ``.<name>.<random>.part``, one for each
    time that a file is opened, so that two writers of one name never write into one file. The part is locked
    as long as its writer lives: what a killed run left is known by its lock being gone, and is cleared by
    whoever writes the name next.
    """

    def _open(self) -> None:
        target = Path(self.path)
        _clear_dead_parts(target)
        while not self._open_part(target):
            pass

    def _open_part(self, target: Path) -> bool:
        """Open a part of its own; another writer may take it for a dead one before it is locked."""
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        self.temp = str(part)
        self.f = open(self.temp, mode=self.mode.replace("w", "x"))  # noqa: SIM115
        with suppress(OSError):  # of a disk without locks, where dead parts stay
            kernel_lock.take(self.f.fileno(), wait=True)
        return part.exists()

    def close(self) -> None:
        """Close the file and put it in its place.

        Raises
        ------
        OSError
            If it cannot be written to its end, such as on a full disk; the old version then stays.
        """
        if self.closed:
            return
        try:
            self._put_in_place()
        finally:
            self.discard()  # what is left of it

    def _put_in_place(self) -> None:
        self.f.flush()
        if not kernel_lock.IN_FORCE:  # Windows moves no open file
            self.f.close()
        os.replace(self.temp, self.path)
        self.f.close()

    def discard(self) -> None:
        """Close the file and leave what lies in its place."""
        if not self.closed:
            with suppress(OSError):  # of what cannot be written any more
                self.f.close()
        Path(self.temp).unlink(missing_ok=True)

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is not None:
            self.discard()
        self.close()

    def __del__(self) -> None:
        """Discard a file that was never closed: it is not whole."""
        if self.f is not None and not self.closed:
            self.discard()


def _clear_dead_parts(target: Path) -> None:
    """Remove the parts of a file whose writers have died."""
    for part in target.parent.glob(f".{glob.escape(target.name)}.*part"):
        with suppress(OSError), part.open("rb") as file:  # it may be gone, or open where there are no locks
            if kernel_lock.take(file.fileno()):
                part.unlink()


class AtomicText(io.TextIOWrapper):
    """Text on its way into an atomic file."""

    def close(self) -> None:
        """Write the end of the text, and close the file."""
        try:
            if not self.closed:
                self.flush()
        except OSError:
            if isinstance(self.buffer, AtomicFile):
                self.buffer.discard()
            raise
        finally:
            super().close()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is not None and isinstance(self.buffer, AtomicFile):
            self.buffer.discard()
        self.close()

    def __del__(self) -> None:
        """Discard a file that was never closed."""
        if isinstance(self.buffer, AtomicFile) and not self.closed:
            self.buffer.discard()


class AtomicLocalFileSystem(LocalFileSystem):
    """The local file system, except that a file that is written anew appears whole or not at all."""

    def open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        """Open a file; what is written as text is atomic too."""
        if "w" not in mode or "b" in mode:
            return super().open(path, mode, **options)
        text = {key: options.pop(key) for key in ("encoding", "errors", "newline") if key in options}
        return AtomicText(super().open(path, mode.replace("t", "") + "b", **options), **text)

    def _open(self, path: str, mode: str = "rb", **options: Any) -> LocalFileOpener:
        if "w" not in mode:
            return super()._open(path, mode, **options)
        path = self._strip_protocol(path)
        if self.auto_mkdir:
            self.makedirs(self._parent(path), exist_ok=True)
        return AtomicFile(path, mode, fs=self)


def register_atomic_files() -> None:
    """Make every data set that writes through fsspec write its local files whole."""
    for protocol in AtomicLocalFileSystem.protocol:
        fsspec.register_implementation(protocol, AtomicLocalFileSystem, clobber=True)
