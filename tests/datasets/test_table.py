import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import pytest

from one_click.datasets.atomic_files import register_atomic_files
from one_click.datasets.table import TableDataset

ROWS = 400


def _write_often(file: str, version: int, times: int) -> int:
    """Write the same table again and again; say how often that failed."""
    register_atomic_files()
    table, failed = pd.DataFrame({"version": [version] * ROWS * version}), 0
    for _ in range(times):
        try:
            TableDataset(filepath=file).save(table)
        except Exception:
            failed += 1
    return failed


def _read_often(file: str, times: int) -> int:
    """Read the table again and again; say how often it was none of the versions."""
    torn = 0
    for _ in range(times):
        try:
            versions = TableDataset(filepath=file).load()["version"]
            torn += versions.to_list() != [versions[0]] * ROWS * versions[0]
        except Exception:
            torn += 1
    return int(torn)


@pytest.mark.parametrize(
    ("writes", "reads"),
    [
        pytest.param(300, 600, id="hundreds"),
        pytest.param(3000, 6000, id="thousands", marks=pytest.mark.expensive),
    ],
)
def test_two_writers_and_a_reader_at_once_fail_at_nothing(tmp_path: Path, writes: int, reads: int) -> None:
    file = str(tmp_path / "table.parquet")
    assert _write_often(file, 1, times=1) == 0
    with ProcessPoolExecutor(3, mp_context=get_context("fork")) as processes:
        writers = [processes.submit(_write_often, file, version, writes // 2) for version in (1, 2)]
        torn = processes.submit(_read_often, file, reads)
        assert [failed.result() for failed in writers] == [0, 0]
        assert torn.result() == 0
    assert os.listdir(tmp_path) == ["table.parquet"]


def test_columns_can_be_chosen_as_in_kedros_own_class(tmp_path: Path) -> None:
    file = str(tmp_path / "table.parquet")
    TableDataset(filepath=file).save(pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}))
    assert TableDataset(filepath=file, load_args={"columns": ["b"]}).load().to_dict("list") == {
        "b": ["x", "y"]
    }


def test_preview_gives_lists_and_records_in_cells_as_text(tmp_path: Path) -> None:
    table = TableDataset(filepath=str(tmp_path / "shapes.parquet"))
    table.save(pd.DataFrame({"peaks": [[1.5, 2.0], []], "at": [{"x": 1}, {"x": 2}], "clients": [7, 8]}))
    assert table.preview(nrows=1) == {
        "index": [0],
        "columns": ["peaks", "at", "clients"],
        "data": [["[1.5 2. ]", "{'x': 1}", 7]],
    }
