"""Files that are written whole or not at all."""

import io
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileOpener, LocalFileSystem


class AtomicFile(LocalFileOpener):
    """A local file being written: its content appears under its name when it is closed without an error.

    Until then it lies in the same folder, and so on the same disk, as ``.<name>.part``: a killed run leaves
    the old version in place, and the next run overwrites the part.
    """

    def _open(self) -> None:
        target = Path(self.path)
        self.temp = str(target.with_name(f".{target.name}.part"))
        self.f = open(self.temp, mode=self.mode)  # noqa: SIM115

    def close(self) -> None:
        """Close the file and put it in its place, unless its end could not be written."""
        if not self.closed:
            try:
                self.f.close()
            except OSError:
                os.remove(self.temp)
                raise
            os.replace(self.temp, self.path)

    def discard(self) -> None:
        """Close the file and leave what lies in its place."""
        if not self.closed:
            with suppress(OSError):  # what cannot be written is not wanted
                self.f.close()
            os.remove(self.temp)

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is not None:
            self.discard()
        self.close()


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
