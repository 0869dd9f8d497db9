"""Whole-process CPU of the commands, each as a ratio to the plain script in the same run."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

PLAIN = "plain script of data_processing"
PIPELINES = ("data_processing", "eda", "model_selection", "interpretation", "segmentation", "reporting")


def report(project: Path, snapshot: str) -> None:
    """Print CPU and wall seconds of each command in a fresh copy of the project.

    The chain comes first and pays for the search; `model_selection` alone then finds its trials stored.
    """
    kedro, chosen = [sys.executable, "-m", "kedro", "run"], ["--params", f"snapshot={snapshot}"]
    script = "benchmarks.plain_data_processing"
    commands = {
        PLAIN: [sys.executable, "-m", script, f"data/01_raw/{snapshot}", "data/plain"],
        "kedro run (the whole chain)": [*kedro, *chosen],
        "kedro run --env test": [*kedro, "--env", "test", *chosen],
    }
    commands |= {name: [*kedro, "--pipelines", name, *chosen] for name in PIPELINES}
    measured = {name: _measure(command, project) for name, command in commands.items()}
    print(f"{'command':<36}{'CPU s':>8}{'wall s':>8}{'ratio':>8}")
    for name, (cpu, wall) in measured.items():
        print(f"{name:<36}{cpu:>8.1f}{wall:>8.1f}{cpu / measured[PLAIN][0]:>8.1f}")


def _measure(command: list[str], project: Path) -> tuple[float, float]:
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.monotonic() - started
