"""What intake costs beside a bare read of the same files: ``python -m benchmarks intake [CLIENTS]``.

From the four files of a synthetic store to `clients`, each side in a process of its own.
"""

import resource
import tempfile

import pandas as pd

from benchmarks.cost.plain_data_processing import process
from benchmarks.shared.measuring import in_a_process, words_of
from benchmarks.shared.parameters import read_section
from benchmarks.shared.stores import FILES, one_month, read_population
from one_click.datasets.chunked import FolderDataset
from one_click.datasets.raw_table import RawTableDataset
from one_click.parameters import DataProcessing
from one_click.pipelines.demo_store.nodes import months as nodes


def main(clients: int = 1_000_000) -> None:
    """Make the files, then read them both ways."""
    with tempfile.TemporaryDirectory() as folder:
        options = one_month(clients, 50_000)
        made = nodes.write_files(nodes.make_months(options, read_population()), options)
        FolderDataset(folder, {"money": ";"}).save(made)
        sides = {
            side: _in_a_process(side, f"{folder}/{options.months[0]}") for side in ("bare", "raw", "all")
        }
    print(f"{clients} clients\n{'':<44}{'CPU s':>8}{'ratio':>8}{'peak MB':>10}{'ratio':>8}")
    names = {"bare": "pandas.read_csv of the four files", "raw": "read as text, with lines and dialect"}
    for side, (seconds, peak) in sides.items():
        name = names.get(side, "the same, repaired, checked, joined, audited")
        ratios = seconds / sides["bare"][0], peak / sides["bare"][1]
        print(f"{name:<44}{seconds:>8.1f}{ratios[0]:>8.1f}{peak:>10.0f}{ratios[1]:>8.1f}")


def _in_a_process(side: str, folder: str) -> tuple[float, float]:
    seconds, peak = words_of(in_a_process(read, side, folder))
    return float(seconds), float(peak)


def read(side: str, folder: str) -> None:
    """Read the files one way; print CPU seconds, imports left out, and peak memory in MB."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    if side == "bare":
        for name in FILES:
            signs = {"sep": ";", "decimal": ","} if name == "money" else {}
            pd.read_csv(f"{folder}/{name}.csv", **signs)
    else:
        raw = {name: RawTableDataset(filepath=f"{folder}/{name}.csv").load() for name in FILES}
        if side == "all":
            process(raw, read_section("data_processing", DataProcessing))
    after = resource.getrusage(resource.RUSAGE_SELF)
    print(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss / 1024)
