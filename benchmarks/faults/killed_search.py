"""Killing the search at random moments: ``python -m benchmarks killed_search [SNAPSHOT] [KILLS]``.

A search of all families in a process of its own is killed (SIGKILL) somewhere on its way, and started again:
the second one must end with the tables of trials of an undisturbed search, to the byte.
"""

import random
import subprocess
import tempfile
from pathlib import Path

import pandas as pd

from benchmarks.shared.measuring import in_a_process, kill_after
from benchmarks.shared.parameters import read_families, read_section
from one_click.datasets.study import StudyDataset
from one_click.modelling.search import search
from one_click.parameters import ModelSelection

KINDS = ("studies.log", "studies.db")  # journal and SQLite


def main(snapshot: str = "demo", kills: int = 20) -> None:
    """Print how many searches were killed on their way, and how many ended differently."""
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            undisturbed = _search(snapshot, Path(folder) / "undisturbed", kind)
            seconds, outcomes = _seconds_of_search(Path(folder) / "undisturbed"), []
            for number in range(kills):
                place = Path(folder) / f"killed_{number}"
                left = _kill(snapshot, place, kind, random.Random(number).uniform(0, seconds))
                outcomes.append((left, _search(snapshot, place, kind) == undisturbed))
        on_the_way = sum(left for left, _ in outcomes)
        different = sum(not same for _, same in outcomes)
        print(f"{kind}: {kills} kills within {seconds:.1f} s, {on_the_way} on the way")
        print(f"  ended differently: {different}")


def _seconds_of_search(folder: Path) -> float:
    """Return how long a search ran from its first stored trial to its last table."""
    last = max(file.stat().st_mtime for file in folder.glob("*.parquet"))
    return last - (folder / "begun").stat().st_mtime


def _search(snapshot: str, folder: Path, kind: str) -> dict[str, bytes]:
    subprocess.run(_command(snapshot, folder, kind), check=True)
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.parquet"))}


def _kill(snapshot: str, folder: Path, kind: str, moment: float) -> bool:
    """Kill a search that has begun at a moment; tell whether it had not ended."""
    kill_after(_command(snapshot, folder, kind), moment, begun=folder / "begun")
    return len(list(folder.glob("*.parquet"))) < len(read_families())


def _command(snapshot: str, folder: Path, kind: str) -> list[str]:
    return in_a_process(search_all, snapshot, str(folder), kind)


def search_all(snapshot: str, place: str, kind: str) -> None:
    """Search all families, and store the trials of each."""
    folder = Path(place)
    folder.mkdir(exist_ok=True)
    (folder / "begun").touch()
    clients = pd.read_parquet(f"data/05_model_input/{snapshot}/train_clients.parquet")
    options = read_section("model_selection", ModelSelection)
    for name, family in read_families().items():
        store = StudyDataset(filepath=(folder / kind).as_posix(), family=name).load()
        search(clients, family, options, store).to_parquet(folder / f"{name}.parquet")
