"""Print the cost of the commands and the quality on a snapshot: ``python -m benchmarks [snapshot]``.

Everything runs in a copy of the project, so that the user's own results stay as they are.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import cost, quality


def copy_project(copy: Path, snapshot: str) -> None:
    """Copy what a run needs: settings and the snapshot's files."""
    shutil.copytree("conf", copy / "conf", ignore=shutil.ignore_patterns("local"))
    (copy / "conf" / "local").mkdir()
    (copy / "src").mkdir()
    for name in ("pyproject.toml", ".telemetry"):
        shutil.copy(name, copy / name)
    shutil.copytree(f"data/01_raw/{snapshot}", copy / "data" / "01_raw" / snapshot)


def main() -> None:
    """Measure cost, then print the quality that the measured run found."""
    snapshot = sys.argv[1] if len(sys.argv) > 1 else "demo"
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        copy_project(project, snapshot)
        cost.report(project, snapshot)
        quality.report(project, snapshot)


if __name__ == "__main__":
    main()
