"""What kedro-viz shows first, counted and drawn: ``python -m benchmarks first_view [PICTURE.png]``.

Prints boxes, data sets and the size that kedro-viz compares with its limit (1000), per registered pipeline;
with the name of a picture, photographs the page in Chromium.
"""

import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

from kedro_viz.data_access.managers import DataAccessManager
from kedro_viz.integrations.kedro.data_loader import load_data

HOST, PORT = "127.0.0.1", 4161
STARTING = 90  # seconds


def main(picture: str = "") -> None:
    """Print one line per pipeline, and draw the page if asked for."""
    catalog, pipelines, _ = load_data(Path.cwd())
    manager = DataAccessManager()
    manager.add_catalog(catalog, pipelines)
    manager.add_pipelines(pipelines)
    print(f"{'pipeline':<18}{'boxes':>6}{'data sets':>10}{'size':>8}  layers")
    for name in sorted(pipelines):
        print(_line(manager, name))
    if picture:
        photograph(Path(picture))


def _line(manager: DataAccessManager, pipeline: str) -> str:
    tree = manager.create_modular_pipelines_tree_for_registered_pipeline(pipeline)
    first = {child.id: str(child.type.value) for child in tree["__root__"].children}
    seen = {one for one, kind in first.items() if kind != "parameters"}  # hidden at first
    edges = manager.get_edges_for_registered_pipeline(pipeline)
    size = len(seen) + 1.5 * sum({edge.source, edge.target} <= seen for edge in edges)
    kinds = list(first.values())
    layers = (
        ", ".join(manager.get_sorted_layers_for_registered_pipeline(pipeline))
        or "none: they stand in a circle"
    )
    return f"{pipeline:<18}{kinds.count('modularPipeline'):>6}{kinds.count('data'):>10}{size:>8.1f}  {layers}"


def photograph(picture: Path) -> None:
    """Draw what a browser shows of the running page."""
    browser = shutil.which("chromium") or sys.exit("chromium is not installed")
    command = [
        sys.executable,
        "-m",
        "kedro",
        "viz",
        "run",
        "--no-browser",
        "--host",
        HOST,
        "--port",
        str(PORT),
    ]
    page = f"http://{HOST}:{PORT}/"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(page + "api/main")
            with tempfile.TemporaryDirectory() as profile:
                options = ["--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
                options += ["--window-size=2400,1400", "--virtual-time-budget=25000"]
                subprocess.run(
                    [browser, *options, f"--screenshot={picture}", page],
                    check=True,
                    stderr=subprocess.DEVNULL,
                )
        finally:
            server.terminate()


def _wait_for(address: str) -> None:
    end = time.monotonic() + STARTING
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address):
                return
        except (URLError, ConnectionError):
            time.sleep(0.5)
    sys.exit(f"kedro-viz did not answer within {STARTING} s")
