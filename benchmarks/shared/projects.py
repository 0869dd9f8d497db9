"""The project that is measured: copies of it, and what its runs have stored."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from one_click.modelling import candidates

KEDRO = [sys.executable, "-m", "kedro", "run"]


def copy_project(copy: Path) -> Path:
    """Copy what runs need: settings, the demo store and, where it is, the real extract."""
    shutil.copytree("conf", copy / "conf", ignore=shutil.ignore_patterns("local"))
    (copy / "conf" / "local").mkdir()
    (copy / "src").mkdir()
    for name in ("pyproject.toml", ".telemetry"):
        shutil.copy(name, copy / name)
    for snapshot in ("demo", "demo_next"):
        shutil.copytree(f"data/01_raw/{snapshot}", copy / "data" / "01_raw" / snapshot)
    extract = Path(os.environ.get("ONE_CLICK_REAL_DATA", "../shared/real_data"))
    if extract.is_dir():
        shutil.copytree(extract, copy / "data" / "01_raw" / "real")
    return copy


@contextmanager
def open_context(snapshot: str) -> Iterator[Any]:
    """Give kedro's context, with catalog and parameters, of a snapshot."""
    from kedro.framework.session import KedroSession
    from kedro.framework.startup import bootstrap_project

    bootstrap_project(Path.cwd())
    with KedroSession.create(Path.cwd(), runtime_params={"snapshot": snapshot}) as session:
        yield session.load_context()


def read_labelled(snapshot: str) -> pd.DataFrame:
    """Return all labelled clients of a snapshot, as models take them."""
    stored = (f"data/05_model_input/{snapshot}/{part}_clients.parquet" for part in ("train", "test"))
    return candidates.join_labelled(*map(pd.read_parquet, stored))
