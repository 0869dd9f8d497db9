"""Tables that are made, or read, a piece at a time, because the whole would not fit into memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import pandas as pd

Piece = TypeVar("Piece")


class FilePiece(NamedTuple):
    """Further rows of a file.

    Attributes
    ----------
    path : str
        The file, without suffix, inside the data set's folder.
    rows : DataFrame
    """

    path: str
    rows: pd.DataFrame


@dataclass(frozen=True)
class Chunks(Generic[Piece]):
    """Pieces that are made anew on each pass; an iterator would serve one pass only.

    Attributes
    ----------
    make : callable
        Starts a pass.
    """

    make: Callable[[], Iterator[Piece]]

    def __iter__(self) -> Iterator[Piece]:
        """Start a pass."""
        return self.make()
