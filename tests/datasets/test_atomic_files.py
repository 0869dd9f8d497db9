import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import fsspec
import pytest
from kedro_datasets.json import JSONDataset

from one_click.datasets.atomic_files import AtomicFile, register_atomic_files

FullDisk = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def local() -> fsspec.AbstractFileSystem:
    register_atomic_files()
    return fsspec.filesystem("file")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    file = tmp_path / "table.txt"
    file.write_text("old", encoding="utf-8")
    return file


@pytest.mark.parametrize(("mode", "content"), [("w", "new, новое"), ("wt", "new"), ("wb", b"new")])
def test_new_version_appears_when_it_is_complete(
    local: fsspec.AbstractFileSystem, old: Path, mode: str, content: str | bytes
) -> None:
    with local.open(str(old), mode) as file:
        file.write(content)
        file.flush()
        assert old.read_text(encoding="utf-8") == "old"
    assert old.read_bytes() == (content if isinstance(content, bytes) else content.encode())
    assert os.listdir(old.parent) == ["table.txt"]


@pytest.mark.parametrize(("mode", "content"), [("w", "new"), ("wb", b"new")])
def test_exception_leaves_the_old_version_and_nothing_else(
    local: fsspec.AbstractFileSystem, old: Path, mode: str, content: str | bytes
) -> None:
    with pytest.raises(ZeroDivisionError), local.open(str(old), mode) as file:
        file.write(content * (1 + file.write(content) // 0))
    assert old.read_text(encoding="utf-8") == "old"
    assert os.listdir(old.parent) == ["table.txt"]


@pytest.mark.parametrize("size", [200, 200_000], ids=["when-closed", "when-written"])
@pytest.mark.parametrize("mode", ["w", "wb"])
def test_full_disk_leaves_the_old_version_and_nothing_else(
    local: fsspec.AbstractFileSystem, old: Path, full_disk: FullDisk, mode: str, size: int
) -> None:
    with full_disk(), pytest.raises(OSError, match="File too large"), local.open(str(old), mode) as file:
        file.write("x" * size if mode == "w" else b"x" * size)
    assert old.read_text(encoding="utf-8") == "old"
    assert os.listdir(old.parent) == ["table.txt"]


@pytest.mark.parametrize("mode", ["w", "wb"])
def test_exception_leaves_no_file_where_there_was_none(
    local: fsspec.AbstractFileSystem, tmp_path: Path, mode: str
) -> None:
    with pytest.raises(ZeroDivisionError), local.open(str(tmp_path / "new.txt"), mode):
        raise ZeroDivisionError
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("mode", ["w", "wb"])
def test_killed_run_leaves_the_old_version(old: Path, mode: str) -> None:
    program = (
        "import os, signal, sys, fsspec\n"
        "from one_click.datasets.atomic_files import AtomicLocalFileSystem\n"
        "file = AtomicLocalFileSystem().open(sys.argv[1], sys.argv[2])\n"
        "file.write('new' if sys.argv[2] == 'w' else b'new')\n"
        "file.flush()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(old), mode], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert old.read_text(encoding="utf-8") == "old"
    part, whole = sorted(os.listdir(old.parent))
    assert whole == "table.txt"
    assert re.fullmatch(r"\.table\.txt\.[0-9a-f]{8}\.part", part)


@pytest.mark.parametrize("left", [".table.txt.part", ".table.txt.0123abcd.part"])
def test_next_run_clears_what_a_killed_one_left(
    local: fsspec.AbstractFileSystem, old: Path, left: str
) -> None:
    (old.parent / left).write_text("a long half-written part", encoding="utf-8")
    with local.open(str(old), "wb") as file:
        file.write(b"new")
    assert old.read_bytes() == b"new"
    assert os.listdir(old.parent) == ["table.txt"]


def test_options_of_text_are_kept(local: fsspec.AbstractFileSystem, tmp_path: Path) -> None:
    with local.open(str(tmp_path / "x.txt"), "w", encoding="cp1251", newline="\r\n") as file:
        file.write("да\n")
    assert (tmp_path / "x.txt").read_bytes() == "да\r\n".encode("cp1251")


def test_reading_and_appending_are_as_before(local: fsspec.AbstractFileSystem, old: Path) -> None:
    with local.open(str(old), "a") as file:
        file.write(" and more")
    with local.open(str(old)) as file:
        assert file.read() == b"old and more"
        assert not isinstance(file, AtomicFile)


def test_data_set_that_fails_while_writing_keeps_the_old_file(
    local: fsspec.AbstractFileSystem, tmp_path: Path
) -> None:
    dataset = JSONDataset(filepath=str(tmp_path / "limits.json"))
    dataset.save({"revenue_max": 5})
    with pytest.raises(Exception, match="not JSON serializable"):
        dataset.save({"revenue_max": 6, "then": object()})
    assert dataset.load() == {"revenue_max": 5}
    assert os.listdir(tmp_path) == ["limits.json"]


def test_writers_of_one_name_at_once_disturb_each_other_not(
    local: fsspec.AbstractFileSystem, old: Path
) -> None:
    first, second = local.open(str(old), "wb"), local.open(str(old), "wb")
    first.write(b"first")
    second.write(b"second, and longer")
    first.close()
    assert old.read_bytes() == b"first"
    second.close()
    assert old.read_bytes() == b"second, and longer"
    assert os.listdir(old.parent) == ["table.txt"]


def test_reader_goes_on_reading_the_version_that_it_opened(
    local: fsspec.AbstractFileSystem, old: Path
) -> None:
    with local.open(str(old), "rb") as reader:
        with local.open(str(old), "wb") as file:
            file.write(b"new")
        assert reader.read() == b"old"


@pytest.mark.parametrize("mode", ["w", "wb"])
def test_half_a_file_that_nobody_closes_is_thrown_away(
    local: fsspec.AbstractFileSystem, old: Path, mode: str
) -> None:
    file = local.open(str(old), mode)
    file.write("half" if mode == "w" else b"half")
    del file
    assert old.read_text(encoding="utf-8") == "old"
    assert os.listdir(old.parent) == ["table.txt"]
