"""Whole-process CPU of the commands, each as a ratio to the plain script in the same run."""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLAIN = "plain script of data_processing"


def report(snapshot: str) -> None:
    """Print CPU and wall seconds of each command."""
    kedro = [sys.executable, "-m", "kedro", "run"]
    chosen = ["--params", f"snapshot={snapshot}"]
    pipelines = ("data_processing", "eda", "model_selection", "interpretation", "segmentation", "reporting")
    with tempfile.TemporaryDirectory() as folder:
        plain = [
            "-m",
            "benchmarks.plain_data_processing",
            f"data/01_raw/{snapshot}",
            str(Path(folder) / "out"),
        ]
        commands = {PLAIN: [sys.executable, *plain]}
        commands |= {name: [*kedro, "--pipelines", name, *chosen] for name in pipelines}
        commands |= {
            "kedro run (the whole chain)": [*kedro, *chosen],
            "kedro run --env test": [*kedro, "--env", "test"],
        }
        measured = {name: _measure(command) for name, command in commands.items()}
    print(f"{'command':<36}{'CPU s':>8}{'wall s':>8}{'ratio':>8}")
    for name, (cpu, wall) in measured.items():
        print(f"{name:<36}{cpu:>8.1f}{wall:>8.1f}{cpu / measured[PLAIN][0]:>8.1f}")


def _measure(command: list[str]) -> tuple[float, float]:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.monotonic() - started
