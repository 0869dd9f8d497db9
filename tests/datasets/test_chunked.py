"""Files written a piece at a time: the pieces leave no trace, a crash leaves nothing."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

import one_click.settings  # noqa: F401  files are written whole or not at all
from one_click.chunks import Chunks, FilePiece
from one_click.datasets import chunked
from one_click.datasets.chunked import ChunkedParquetDataset, FolderDataset

TABLE = pd.DataFrame({"id": range(10), "text": list("абвгдежзик")})


def in_pieces(table: pd.DataFrame, size: int) -> Chunks[pd.DataFrame]:
    return Chunks(lambda: (table.iloc[start : start + size] for start in range(0, len(table), size)))


@pytest.fixture(autouse=True)
def _small_row_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunked, "ROW_GROUP", 4)


@pytest.mark.parametrize("size", [1, 3, 4, 7, 10])
def test_size_of_the_pieces_does_not_show(tmp_path: Path, size: int) -> None:
    whole, pieces = tmp_path / "whole.parquet", tmp_path / "pieces.parquet"
    ChunkedParquetDataset(str(whole)).save(in_pieces(TABLE, 10))
    ChunkedParquetDataset(str(pieces)).save(in_pieces(TABLE, size))
    assert pieces.read_bytes() == whole.read_bytes()
    with pq.ParquetFile(pieces) as file:
        assert [file.metadata.row_group(number).num_rows for number in range(3)] == [4, 4, 2]


def test_what_is_loaded_can_be_read_twice(tmp_path: Path) -> None:
    data_set = ChunkedParquetDataset(str(tmp_path / "table.parquet"))
    data_set.save(in_pieces(TABLE, 3))
    loaded = data_set.load()
    for _ in range(2):
        pd.testing.assert_frame_equal(pd.concat(loaded, ignore_index=True), TABLE)


def test_preview_shows_the_first_rows(tmp_path: Path) -> None:
    data_set = ChunkedParquetDataset(str(tmp_path / "table.parquet"))
    data_set.save(in_pieces(TABLE, 10))
    assert data_set.preview(2)["data"] == [[0, "а"], [1, "б"]]


def broken() -> Iterator[pd.DataFrame]:
    yield TABLE
    raise RuntimeError("the machine stops")


def test_crash_leaves_the_old_file(tmp_path: Path) -> None:
    data_set = ChunkedParquetDataset(str(tmp_path / "table.parquet"))
    data_set.save(in_pieces(TABLE.head(2), 2))
    before = (tmp_path / "table.parquet").read_bytes()
    with pytest.raises(Exception, match="the machine stops"):
        data_set.save(Chunks(broken))
    assert [path.name for path in tmp_path.iterdir()] == ["table.parquet"]
    assert (tmp_path / "table.parquet").read_bytes() == before


def test_files_of_a_folder_in_their_own_formats(tmp_path: Path) -> None:
    text = pd.DataFrame({"id": ["1", "2"], "value": ["0,5", "x;y"]})
    pieces = [
        FilePiece("a/money.csv", text.head(1)),
        FilePiece("a/other.csv", text),
        FilePiece("b/table.parquet", text),
        FilePiece("a/money.csv", text.tail(1)),
    ]
    FolderDataset(str(tmp_path), {"money": ";"}).save(Chunks(lambda: iter(pieces)))
    assert (tmp_path / "a" / "money.csv").read_bytes() == b'id;value\n1;0,5\n2;"x;y"\n'
    assert (tmp_path / "a" / "other.csv").read_bytes() == b'id,value\n1,"0,5"\n2,x;y\n'
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "b" / "table.parquet"), text)


def test_crash_leaves_no_file_of_a_folder(tmp_path: Path) -> None:
    def pieces() -> Iterator[FilePiece]:
        yield FilePiece("a/one.csv", TABLE)
        yield FilePiece("a/two.csv", TABLE)
        raise RuntimeError("the machine stops")

    with pytest.raises(Exception, match="the machine stops"):
        FolderDataset(str(tmp_path), {}).save(Chunks(pieces))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_folder_is_not_loaded_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="read its files as a snapshot"):
        FolderDataset(str(tmp_path), {}).load()


def test_missing_table_is_explained(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="run the pipeline that makes it first"):
        ChunkedParquetDataset(str(tmp_path / "truth.parquet")).load()


def test_preview_of_a_table_without_rows(tmp_path: Path) -> None:
    data_set = ChunkedParquetDataset(str(tmp_path / "table.parquet"))
    data_set.save(Chunks(lambda: iter([TABLE.head(0)])))
    assert data_set.preview()["data"] == []


def test_another_format_takes_the_place_of_the_first(tmp_path: Path) -> None:
    for suffix in ("csv", "parquet"):
        piece = FilePiece(f"a/money.{suffix}", TABLE)
        FolderDataset(str(tmp_path), {}).save(Chunks(lambda piece=piece: iter([piece])))
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["money.parquet"]
