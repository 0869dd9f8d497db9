import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from kedro.framework.session import KedroSession

from one_click.session import storage

Run = Callable[..., Result]
WANTED = ("--pipelines", "data_processing", "--to-outputs", "raw_dialects")
SCORING = ("--pipelines", "scoring", "--to-outputs", "scoring.raw_dialects,scoring.drift")
FORK = get_context("fork")  # whose children import nothing again
Hold = Callable[[str, str], BaseProcess]


def _hold(file: Path, kind: str, held: Any) -> None:
    """Lock a snapshot, say so, and never give it back."""
    storage._hold(file, "process 4711 on mars, eda, since yesterday", shared=kind == "shared")
    held.set()
    time.sleep(600)


@pytest.fixture
def hold(project: Path) -> Iterator[Hold]:
    """Return a function that starts a process which holds a snapshot."""
    started = []

    def start(snapshot: str, kind: str) -> BaseProcess:
        held = FORK.Event()
        started.append(FORK.Process(target=_hold, args=(project / "data" / f".{snapshot}.lock", kind, held)))
        started[-1].start()
        assert held.wait(30)
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.join()


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.parametrize("kind", ["exclusive", "shared"])
def test_second_run_on_a_snapshot_is_refused_and_says_who_is_in_the_way(
    kedro_run_here: Run, project: Path, hold: Hold, kind: str
) -> None:
    hold("demo", kind)
    result = kedro_run_here(*WANTED)
    assert result.exit_code == 1
    assert (
        "The snapshot 'demo' is in use by another run: process 4711 on mars, eda, since yesterday."
        in result.output
    )
    assert "wait until it has ended, or end that process" in result.output
    assert not (project / "data/02_intermediate").exists()


def test_all_readers_of_a_snapshot_are_named(hold: Hold, kedro_run_here: Run) -> None:
    hold("demo", "shared")
    hold("demo", "shared")
    assert kedro_run_here(*WANTED).output.count("process 4711") == 2


def test_killed_run_leaves_no_lock(kedro_run_here: Run, project: Path, hold: Hold) -> None:
    process = hold("demo", "exclusive")
    process.kill()
    process.join()
    result = kedro_run_here(*WANTED)
    assert result.exit_code == 0, result.output
    assert not list((project / "data").glob(".*"))


def test_failing_run_leaves_no_lock(kedro_run_here: Run, project: Path) -> None:
    (project / "data/01_raw/demo/money.csv").write_text("id\n1\n", encoding="utf-8")
    assert kedro_run_here("--pipelines", "data_processing").exit_code == 1
    assert not list((project / "data").glob(".*"))


@pytest.mark.parametrize(
    ("held", "arguments"),
    [
        pytest.param("other", WANTED, id="another-snapshot"),
        pytest.param("demo", (*WANTED, "--env", "test"), id="environment-test"),
    ],
)
def test_other_data_are_not_locked(
    kedro_run_here: Run, hold: Hold, held: str, arguments: tuple[str, ...]
) -> None:
    hold(held, "exclusive")
    result = kedro_run_here(*arguments)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("snapshot", "kind", "refused"),
    [
        pytest.param("demo", "shared", False, id="reads-the-snapshot-beside-others"),
        pytest.param("demo", "exclusive", True, id="but-not-beside-a-writer"),
        pytest.param("demo_next", "shared", True, id="writes-the-new-one-alone"),
    ],
)
def test_scoring_locks_the_new_snapshot_and_reads_the_other(
    kedro_run_here: Run, hold: Hold, snapshot: str, kind: str, refused: bool
) -> None:
    hold(snapshot, kind)
    result = kedro_run_here(*SCORING)
    assert (f"The snapshot '{snapshot}' is in use" in result.output) == refused


def test_refused_run_gives_back_what_it_had_taken(kedro_run_here: Run, project: Path, hold: Hold) -> None:
    hold("demo_next", "shared")
    kedro_run_here(*SCORING)
    assert [path.name for path in (project / "data").glob(".*")] == [".demo_next.lock"]


def test_snapshot_that_labels_are_taken_from_is_locked_against_writers(
    kedro_run_here: Run, hold: Hold
) -> None:
    wanted = ("--pipelines", "data_processing", "--to-outputs", "data_processing.labels", "--params")
    reader = hold("demo_next", "shared")
    assert kedro_run_here(*wanted, "label_snapshot=demo_next").exit_code == 0
    reader.kill()
    reader.join()
    hold("demo_next", "exclusive")
    refused = kedro_run_here(*wanted, "label_snapshot=demo_next")
    assert "The snapshot 'demo_next' is in use" in refused.output


@pytest.mark.expensive
@pytest.mark.parametrize("month", ["demo", "demo_next", "demo_store"])
def test_demo_store_locks_the_months_that_it_writes(kedro_run_here: Run, hold: Hold, month: str) -> None:
    hold(month, "shared")
    result = kedro_run_here("--pipelines", "demo_store")
    assert result.exit_code == 1
    assert f"The snapshot '{month}' is in use" in result.output


@pytest.mark.expensive
def test_workers_of_a_run_do_not_wait_for_its_lock(
    kedro_run: Callable[..., subprocess.CompletedProcess[str]], project: Path
) -> None:
    result = kedro_run(*WANTED, "--runner", "ParallelRunner", "--runner-params", "max_workers=2")
    assert result.returncode == 0, result.stderr
    assert not list((project / "data").glob(".*"))


def test_forked_child_does_not_keep_the_lock_of_a_dead_run(tmp_path: Path) -> None:
    file = tmp_path / "demo.lock"
    program = (
        "import os, sys, time\nfrom pathlib import Path\nfrom one_click.session.storage import _hold\n"
        "_hold(Path(sys.argv[1]), 'parent', shared=False)\n"
        "child = os.fork()\n"
        "if child == 0:\n    print('alive', flush=True)\n    time.sleep(600)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert parent.stdout
    assert parent.stdout.readline() == "alive\n"
    parent.kill()
    parent.wait()
    storage._hold(file, "next", shared=False)
    storage._release_all()
    os.killpg(parent.pid, signal.SIGKILL)


@pytest.mark.parametrize(
    ("arguments", "file_mode", "folder_mode"),
    [
        pytest.param("", 0o600, 0o700, id="shipped"),
        pytest.param("readable_by: group\n", 0o640, 0o750, id="group"),
        pytest.param("readable_by: everybody\n", 0o644, 0o755, id="everybody"),
    ],
)
def test_files_of_a_run_are_readable_by_whom_the_globals_name(
    kedro_run_here: Run, project: Path, arguments: str, file_mode: int, folder_mode: int
) -> None:
    (project / "conf/local/globals.yml").write_text(arguments, encoding="utf-8")
    folder = project / "data" / "02_intermediate"
    assert kedro_run_here(*WANTED).exit_code == 0
    made = list(project.glob("data/0[2-8]*/**/*"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_file()} == {file_mode}
    assert {stat.S_IMODE(path.stat().st_mode) for path in [folder, *made] if path.is_dir()} == {folder_mode}


def test_file_that_everybody_could_read_is_replaced_by_a_private_one(
    kedro_run_here: Run, project: Path
) -> None:
    old = project / "data/02_intermediate/demo/raw_dialects.parquet"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"old")
    old.chmod(0o644)
    assert kedro_run_here(*WANTED).exit_code == 0
    assert stat.S_IMODE(old.stat().st_mode) == 0o600


def test_data_folder_that_cannot_be_written_is_one_message(kedro_run_here: Run, project: Path) -> None:
    (project / "conf/local/globals.yml").write_text("data: pyproject.toml/data\n", encoding="utf-8")
    result = kedro_run_here(*WANTED)
    assert result.exit_code == 1
    assert "The data folder cannot be locked" in result.output
    assert "remedy:" in result.output


def test_unknown_reader_is_refused(kedro_run_here: Run, project: Path) -> None:
    (project / "conf/local/globals.yml").write_text("readable_by: groups\n", encoding="utf-8")
    result = kedro_run_here(*WANTED)
    assert result.exit_code == 1
    assert "readable_by: groups in conf/*/globals.yml: did you mean 'group'" in result.output


def test_notebooks_and_workers_of_a_search_take_no_lock(project: Path, run_inside: Run, hold: Hold) -> None:
    hold("demo", "exclusive")
    with KedroSession.create(project) as session:
        catalog = session.load_context().catalog
        assert len(catalog.load("market_file")) > 1000
        assert catalog.load("model_selection.svc.study")("abc", 5).trials == []
