"""Another store's headers in a file that was read, replaced by this store's."""

from pathlib import Path

import pandas as pd

from one_click.columns import LINE, TABLES, plain
from one_click.errors import DataError, nearest
from one_click.parameters.other_store import OtherStore

OF_THE_FILE = " (of the file)"  # after a header that is called as our own column of lines

_OPTIONAL = {
    column.source for table in TABLES.values() for column in table.columns if column.name in table.optional
}


def in_our_headers(frame: pd.DataFrame, store: OtherStore, table: str, path: Path) -> pd.DataFrame:
    """Replace another store's headers by this store's.

    Parameters
    ----------
    frame : DataFrame
        A file's cells under its own headers, and `line`.
    store : OtherStore
        The other store's headers.
    table : str
        Which table the file holds.
    path : Path
        The file, for messages.

    Returns
    -------
    DataFrame
        The same cells; headers that are not mapped stay as they are.

    Raises
    ------
    DataError
        If a mapped header is not in the file (that of the labels may be absent), or if two columns would
        share one of our headers.
    """
    given = {plain(theirs): ours for theirs, ours in store.headers_of(table).items()}
    written = [str(name) for name in frame.columns if name != LINE]
    names = [given.get(_as_written(name), name) for name in written]
    for theirs, ours in store.headers_of(table).items():
        place = store.place("headers", table, theirs)
        if plain(theirs) not in map(_as_written, written) and ours not in _OPTIONAL:
            raise _absent(theirs, written, place, path)
        sharing = [name for name, read_as in zip(written, names, strict=True) if read_as == ours]
        if len(sharing) > 1:
            raise _shared(ours, sharing, place, path)
    return frame.set_axis([*names, LINE], axis=1) if given else frame


def _as_written(name: str) -> str:
    return plain(name.removesuffix(OF_THE_FILE))


def _absent(theirs: str, written: list[str], place: str, path: Path) -> DataError:
    return DataError(
        f"The header '{theirs}' is not in {path.name}.",
        file=str(path),
        rows="the header",
        rule=f"data_processing.other_store.headers names headers of the file ({place})",
        remedy="correct the entry, or take it out if the file has our own header; "
        f"{nearest(theirs, written)}",
    )


def _shared(ours: str, sharing: list[str], place: str, path: Path) -> DataError:
    return DataError(
        f"{len(sharing)} columns of {path.name} would be read as '{ours}'.",
        file=str(path),
        column=", ".join(sharing),
        rows="the header",
        rule=f"one column is read as one of ours, as data_processing.other_store.headers tells ({place})",
        remedy="rename or delete the column that is not meant in the export, or correct the entry",
    )
