"""What a large synthetic store costs: ``python -m benchmarks store_scale [CLIENTS ...]``.

Each store is made in a process of its own, one month of it, in a folder that is thrown away.
"""

import hashlib
import resource
import tempfile
from pathlib import Path

from benchmarks.shared.measuring import in_a_process, words_of
from benchmarks.shared.stores import one_month, read_population
from one_click.datasets.chunked import ChunkedParquetDataset, FolderDataset
from one_click.pipelines.demo_store.nodes import months as nodes

SIZES = (1_000_000, 5_000_000)
CHUNKS = (20_000, 50_000, 170_000)
SMALL = 200_000  # clients of the store that is made with every size of chunk


def main(*sizes: int) -> None:
    """Print cost by number of clients, then check that the size of the chunks changes nothing."""
    print(f"{'clients':>10}{'what':>10}{'CPU us per client':>20}{'peak MB':>10}")
    for clients in sizes or SIZES:
        for what in ("truth", "files"):
            seconds, peak, _ = _in_a_process(clients, 50_000, what)
            print(f"{clients:>10}{what:>10}{seconds / clients * 1e6:>20.1f}{peak:>10.0f}")
    sums = {_in_a_process(SMALL, chunk, "all")[2] for chunk in CHUNKS}
    print(f"\n{SMALL} clients in chunks of {CHUNKS}: {len(sums)} version(s) of the files")


def _in_a_process(clients: int, chunk: int, what: str) -> tuple[float, float, str]:
    seconds, peak, digest = words_of(in_a_process(make, clients, chunk, what))
    return float(seconds), float(peak), digest


def make(clients: int, chunk: int, what: str) -> None:
    """Make the first month of a store; print CPU seconds, peak MB and a checksum of the files."""
    options = one_month(clients, chunk)
    with tempfile.TemporaryDirectory() as folder:
        truth = nodes.make_months(options, read_population())
        if what in ("truth", "all"):
            ChunkedParquetDataset(f"{folder}/truth.parquet").save(truth)
        if what in ("files", "all"):
            FolderDataset(folder, {"money": ";"}).save(nodes.write_files(truth, options))
        written = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        usage = resource.getrusage(resource.RUSAGE_SELF)
        digest = hashlib.sha256(b"".join(_checksum(path) for path in written)).hexdigest()
    print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, digest)


def _checksum(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
