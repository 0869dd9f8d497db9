"""Data sets that are written and read a piece at a time, whole or not at all."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import fsspec
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from kedro.io import AbstractDataset

from one_click.chunks import Chunks, FilePiece
from one_click.datasets import TablePreview
from one_click.errors import DataError

ROW_GROUP = 50_000  # rows; fixed, so that the size of the pieces never shows in a file


class ParquetWriter:
    """Writes pieces of a table into row groups of one size.

    Parameters
    ----------
    handle : file object
        Where the file goes.
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._file: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []

    def write(self, rows: pd.DataFrame) -> None:
        """Add rows."""
        self._waiting.append(pa.Table.from_pandas(rows, preserve_index=False))
        if sum(len(table) for table in self._waiting) >= ROW_GROUP:
            self._flush(everything=False)

    def close(self) -> None:
        """Write what is left and the footer."""
        self._flush(everything=True)
        if self._file is not None:
            self._file.close()

    def _flush(self, *, everything: bool) -> None:
        if not self._waiting:
            return
        table = pa.concat_tables(self._waiting)
        self._file = self._file or pq.ParquetWriter(self._handle, table.schema)
        whole = len(table) if everything else len(table) // ROW_GROUP * ROW_GROUP
        self._file.write_table(table.slice(0, whole), row_group_size=ROW_GROUP)
        self._waiting = [table.slice(whole)] if whole < len(table) else []


class CsvWriter:
    """Writes pieces of a table of text, the header first.

    Parameters
    ----------
    handle : file object
        Where the file goes.
    separator : str
        Between the columns.
    """

    def __init__(self, handle: Any, separator: str) -> None:
        self._handle = handle
        self._separator = separator
        self._header = True

    def write(self, rows: pd.DataFrame) -> None:
        """Add rows."""
        text = rows.to_csv(index=False, header=self._header, sep=self._separator, lineterminator="\n")
        self._handle.write(text.encode())
        self._header = False

    def close(self) -> None:
        """Nothing is left to write."""


class ChunkedParquetDataset(AbstractDataset[Chunks[pd.DataFrame], Chunks[pd.DataFrame]]):
    """A Parquet file that is written and read a piece at a time.

    Parameters
    ----------
    filepath : str
        The file.
    metadata : dict, optional
        For kedro-viz.
    """

    def __init__(self, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self.filepath = filepath
        self.metadata = metadata

    def load(self) -> Chunks[pd.DataFrame]:
        """Return the row groups, read anew on each pass.

        Raises
        ------
        DataError
            If the file is missing.
        """
        if not self._exists():
            raise DataError(
                f"The table {Path(self.filepath).name} is not there.",
                file=self.filepath,
                rule="a pipeline reads what another one has stored",
                remedy="run the pipeline that makes it first: kedro run --pipelines demo_store",
            )
        return Chunks(partial(_row_groups, self.filepath))

    def save(self, data: Chunks[pd.DataFrame]) -> None:
        """Write the pieces."""
        with ExitStack() as files:
            writer = ParquetWriter(files.enter_context(_open(self.filepath)))
            files.callback(writer.close)
            for rows in data:
                writer.write(rows)

    def preview(self, nrows: int = 8) -> TablePreview:
        """Return the first rows for kedro-viz."""
        with pq.ParquetFile(self.filepath) as file:
            nothing = file.schema_arrow.empty_table()
            first = next(file.iter_batches(nrows), nothing).to_pandas()
        return TablePreview(first.to_dict(orient="split"))

    def _exists(self) -> bool:
        return Path(self.filepath).exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self.filepath}


def _open(path: str) -> Any:
    """Open a file that is discarded if its block ends with an error."""
    files, inside = fsspec.core.url_to_fs(path, auto_mkdir=True)
    return files.open(inside, "wb")


def _row_groups(filepath: str) -> Iterator[pd.DataFrame]:
    with pq.ParquetFile(filepath) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number).to_pandas()


class FolderDataset(AbstractDataset[Chunks[FilePiece], None]):
    """A folder of files that are written together, a piece at a time; none appears before all are complete.

    Parameters
    ----------
    folder : str
        The folder.
    separators : dict
        File name, without suffix -> separator, where it is not a comma.
    metadata : dict, optional
        For kedro-viz.
    """

    def __init__(
        self, folder: str, separators: dict[str, str], metadata: dict[str, Any] | None = None
    ) -> None:
        self.folder = folder
        self.separators = separators
        self.metadata = metadata

    def load(self) -> None:
        """Refuse: the files are read one by one, as a store's extract."""
        raise NotImplementedError(f"'{self.folder}' is only written; read its files as a snapshot")

    def save(self, data: Chunks[FilePiece]) -> None:
        """Write the pieces, each into its file; the suffix of the path tells the format."""
        with ExitStack() as files:
            writers: dict[str, ParquetWriter | CsvWriter] = {}
            for path, rows in data:
                if path not in writers:
                    handle = files.enter_context(_open(f"{self.folder}/{path}"))
                    writers[path] = self._writer(path, handle)
                    files.callback(writers[path].close)
                writers[path].write(rows)
        # Only now, when the new files are complete.
        for path in writers:
            self._remove_other_formats(path)

    def _remove_other_formats(self, path: str) -> None:
        """Take away what an earlier run wrote in another format: a reader would not know which one counts."""
        file = Path(self.folder) / path
        for suffix in {".csv", ".parquet"} - {file.suffix}:
            file.with_suffix(suffix).unlink(missing_ok=True)

    def _writer(self, path: str, handle: Any) -> ParquetWriter | CsvWriter:
        if Path(path).suffix == ".parquet":
            return ParquetWriter(handle)
        return CsvWriter(handle, self.separators.get(Path(path).stem, ","))

    def _describe(self) -> dict[str, Any]:
        return {"folder": self.folder}
