"""What `eda` costs: ``python -m benchmarks exploration [SNAPSHOT] [CLIENTS]``.

Beside a bare describe and phik, on the stored clients of a snapshot and on so many of a synthetic store.
"""

from typing import Any

import matplotlib as mpl
import pandas as pd
from phik.phik import phik_matrix

from benchmarks.shared.measuring import timed
from benchmarks.shared.parameters import read_section
from benchmarks.shared.stores import one_month, read_population
from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS, PROFIT, TARGET
from one_click.parameters import Eda
from one_click.pipelines import eda
from one_click.pipelines.demo_comparison.nodes.summary import draw_store

DRAWING = "figure"  # in the names of the nodes that draw


def main(snapshot: str = "demo", count: int = 100_000) -> None:
    """Print CPU seconds and ratios, and the dearest nodes."""
    mpl.use("agg")
    stored = pd.read_parquet(f"data/03_primary/{snapshot}/clients.parquet")
    drawn = draw_store(one_month(count, 50_000), read_population())[
        [CLIENT_ID, *BASE_FEATURES, PROFIT, TARGET]
    ]
    _bare(stored)  # imports and first calls
    for name, clients in ((snapshot, stored), ("synthetic", drawn)):
        _, bare = timed(lambda clients=clients: _bare(clients))
        by_node = _pipeline(clients)
        drawing = sum(seconds for node, seconds in by_node.items() if DRAWING in node)
        whole = sum(by_node.values())
        print(f"{name}, {len(clients)} clients: describe and phik {bare:.1f} CPU s, eda {whole:.1f} s:")
        print(f"  {whole / bare:.1f} times as much; without its figures {(whole - drawing) / bare:.1f} times")
        dearest = sorted(by_node.items(), key=lambda item: -item[1])[:6]
        print("  " + ", ".join(f"{node} {seconds:.1f}" for node, seconds in dearest))


def _bare(clients: pd.DataFrame) -> None:
    clients.describe()
    columns = clients[[TARGET, *BASE_FEATURES]]
    intervals = [name for name in BASE_FEATURES if COLUMNS[name].kind in ("whole", "number", "share")]
    phik_matrix(columns, interval_cols=intervals, verbose=False, njobs=1)


def _pipeline(clients: pd.DataFrame) -> dict[str, float]:
    data: dict[str, Any] = {"clients": clients, "params:eda": read_section("eda", Eda)}
    seconds = {}
    for node in eda.create_pipeline().nodes:
        inputs = {name: data[name] for name in node.inputs}
        made, seconds[node.func.__name__] = timed(lambda node=node, inputs=inputs: node.run(inputs))
        data |= made
    return seconds
