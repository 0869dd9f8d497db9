"""Killing the run at random moments: ``python -m benchmarks interruption [SNAPSHOT] [COUNT]``.

A run on changed files is killed (SIGKILL) somewhere on its way. Every table must then be the old or the new
one, to the byte, and the next run must end with the bytes of an undisturbed one.
"""

import hashlib
import random
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.shared.measuring import kill_after
from benchmarks.shared.projects import KEDRO, copy_project

LEFT_OUT = 20  # clients whose rows the changed files lack, so that every table changes
LONGER = 1.2  # kills fall between the start and this multiple of an undisturbed run's time


def main(snapshot: str = "demo", count: int = 50) -> None:
    """Kill, look at every file, run again, compare."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        copy_project(project)
        raw, kept = project / "data" / "01_raw" / snapshot, Path(folder) / "kept"
        run(project, snapshot)
        old = checksums(project)
        shutil.copytree(project / "data", kept)
        leave_out(raw)
        started = time.monotonic()
        run(project, snapshot)
        seconds, new = time.monotonic() - started, checksums(project)
        outcomes = Counter(
            one_kill(project, kept, snapshot, old, new, random.Random(seed).uniform(0, LONGER * seconds))
            for seed in range(count)
        )
    print(f"{count} kills within {LONGER * seconds:.1f} s: {dict(outcomes)}")


def leave_out(raw: Path) -> None:
    """Take the last clients out of every file."""
    numbers = [line.split(",")[0] for line in (raw / "market_file.csv").read_text().splitlines()[-LEFT_OUT:]]
    for file in raw.glob("*.csv"):
        lines = file.read_text().splitlines()
        kept = [line for line in lines if line.replace(";", ",").split(",")[0] not in numbers]
        file.write_text("\n".join(kept) + "\n")


def one_kill(
    project: Path, kept: Path, snapshot: str, old: dict[str, str], new: dict[str, str], moment: float
) -> str:
    """Start from the old tables, kill a run on the new files, look, and run to the end."""
    for layer in kept.iterdir():
        if layer.name != "01_raw":
            shutil.rmtree(project / "data" / layer.name)
            shutil.copytree(layer, project / "data" / layer.name)
    kill_after(command(snapshot), moment, project)
    seen = checksums(project)
    torn = [name for name, digest in seen.items() if digest not in (old.get(name), new.get(name))]
    fresh = sum(seen[name] == new[name] != old.get(name) for name in seen if name in new)
    run(project, snapshot)
    if torn:
        return f"torn: {torn[0]}"
    if checksums(project) != new:
        return "the next run ended differently"
    return "all old" if not fresh else "all new" if fresh == _changed(old, new) else "old and new, none torn"


def _changed(old: dict[str, str], new: dict[str, str]) -> int:
    return sum(digest != old.get(name) for name, digest in new.items())


def command(snapshot: str) -> list[str]:
    """Return the command that is killed."""
    return [*KEDRO, "--pipelines", "data_processing", "--params", f"snapshot={snapshot}"]


def run(project: Path, snapshot: str) -> None:
    """Run to the end."""
    subprocess.run(command(snapshot), cwd=project, check=True, capture_output=True)


def checksums(project: Path) -> dict[str, str]:
    """Return the checksum of every finished table; a part that a kill left behind has a hidden name."""
    files = (path for path in (project / "data").rglob("*") if path.is_file() and "01_raw" not in path.parts)
    return {
        str(path.relative_to(project)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if not path.name.startswith(".")
    }
