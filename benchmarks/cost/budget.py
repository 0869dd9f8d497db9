"""CPU and peak memory of the commands beside the declared budget: ``python -m benchmarks budget``.

Everything but the suite runs in a copy of the project, so that the user's own results stay as they are. The
real extract is found where the tests find it, and left out where it is absent.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import yaml

from benchmarks.cost import plain_data_processing
from benchmarks.shared.measuring import Cost, in_a_process, measure
from benchmarks.shared.parameters import read_written
from benchmarks.shared.projects import KEDRO, copy_project

BUDGET = Path("benchmarks/budget.yml")
RUN = [sys.executable, "-m", "one_click"]


def main() -> int:
    """Print one line per command; return 1 if one costs more than declared."""
    budget = {name: Cost(**costs) for name, costs in yaml.safe_load(BUDGET.read_text()).items()}
    print(f"{'command':<32}{'CPU s':>8}{'budget':>8}{'MB':>8}{'budget':>8}")
    with tempfile.TemporaryDirectory() as folder:
        project = copy_project(Path(folder) / "project")
        script = in_a_process(plain_data_processing.main, "data/01_raw/demo", "data/plain")
        yardstick = measure(script, project)
        print(f"{'yardstick':<32}{yardstick.cpu:>8.1f}{'':>8}{yardstick.memory:>8.0f}")
        over = [
            _report(name, command, project, budget[name])
            for name, command in _commands(project, budget).items()
        ]
    over.append(_report("make test", ["make", "test"], Path.cwd(), budget["make test"]))
    return int(any(over))


def _commands(project: Path, budget: Iterable[str]) -> dict[str, list[str]]:
    """Return the commands in the order in which each finds what it needs."""
    real = (project / "data" / "01_raw" / "real").is_dir()
    return {
        "make run": RUN,
        **{name: [*KEDRO, "--pipelines", name] for name in budget if " " not in name},
        **({"kedro run, the real extract": [*KEDRO, "--params", "snapshot=real"]} if real else {}),
        "kedro run --env test": [*KEDRO, "--env", "test"],
        "make run, a vote as champion": in_a_process(run_with_a_vote),
    }


def run_with_a_vote() -> None:
    """Run what `make run` runs where the best model wins, which is the vote on the demo store."""
    options = read_written("parameters_model_selection.yml")["model_selection"] | {"selection": "best"}
    local = Path("conf/local/parameters_model_selection.yml")
    local.write_text(yaml.safe_dump({"model_selection": options}), encoding="utf-8")
    subprocess.run(RUN, check=True)


def _report(name: str, command: list[str], folder: Path, budget: Cost) -> bool:
    cost = measure(command, folder)
    over = cost.cpu > budget.cpu or cost.memory > budget.memory
    figures = f"{cost.cpu:>8.1f}{budget.cpu:>8.0f}{cost.memory:>8.0f}{budget.memory:>8.0f}"
    print(f"{name:<32}{figures}{'  OVER' if over else ''}", flush=True)
    return over
