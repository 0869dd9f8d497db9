"""What work costs, here or in a process of its own."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a command and all its processes, and megabytes of the largest of them."""

    cpu: float
    memory: float


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """Return what a function returns, and the CPU seconds that it took."""
    before = time.process_time()
    found = work()
    return found, time.process_time() - before


def peak_memory() -> float:
    """Return the megabytes that this process had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_a_process(function: Callable[..., Any], *arguments: Any) -> list[str]:
    """Return the command that calls a function of a benchmark in a process of its own.

    Parameters
    ----------
    function : callable
    *arguments : str, int or float
    """
    code = f"from {function.__module__} import {function.__name__} as work; work(*{arguments!r})"
    return [sys.executable, "-c", code]


def words_of(command: list[str]) -> list[str]:
    """Run a command and return the words that it prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def measure(command: list[str], folder: Path) -> Cost:
    """Run a command and return what it cost.

    Raises
    ------
    SystemExit
        If it fails, with the end of what it said.
    """
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path.cwd()), *_search_path()])}
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            output.seek(0)
            sys.exit(f"{' '.join(command)} failed:\n{output.read().decode()[-3000:]}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _search_path() -> list[str]:
    return os.environ["PYTHONPATH"].split(os.pathsep) if "PYTHONPATH" in os.environ else []


def kill_after(
    command: list[str], seconds: float, folder: Path | None = None, begun: Path | None = None
) -> None:
    """Kill (SIGKILL) a command some seconds after its start, or after a file tells that it has begun."""
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while begun and not begun.exists():
            time.sleep(0.01)
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGKILL)
