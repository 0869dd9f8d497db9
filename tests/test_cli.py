import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml
from click.testing import Result
from kedro.io.core import DatasetError

from one_click.cli import readable
from one_click.errors import MAKE_ROOM, DataError, OneClickError


def _raised_from(outer: Exception, inner: Exception) -> Exception:
    try:
        try:
            raise inner
        except Exception as cause:
            raise outer from cause
    except Exception as error:
        return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(OneClickError("ours"), "ours", id="ours"),
        pytest.param(DatasetError("theirs"), "theirs", id="of-kedro"),
        pytest.param(_raised_from(DatasetError("theirs"), OneClickError("ours")), "ours", id="wrapped"),
        pytest.param(
            _raised_from(DatasetError("a"), _raised_from(DatasetError("b"), OneClickError("ours"))),
            "ours",
            id="wrapped-twice",
        ),
        pytest.param(_raised_from(DatasetError("theirs"), KeyError("x")), "theirs", id="wrapped-foreign"),
        pytest.param(
            ValueError("- Parameter 'eda': Failed to instantiate Eda for parameter 'eda': got 2"),
            "- Parameter 'eda': got 2",
            id="parameter",
        ),
    ],
)
def test_message_of_our_own_error_is_found(error: Exception, expected: str) -> None:
    assert readable(error) == expected


def test_data_error_keeps_all_its_lines() -> None:
    error = DataError("Empty.", file="money.csv", rule="has rows", remedy="export")
    assert readable(_raised_from(DatasetError("x"), error)) == str(error)


D = ("--pipelines", "data_processing")


UNKNOWN = {
    "pipeline": (["--pipelines", "data_procesing"], ["did you mean 'data_processing'"]),
    "one-of-several": (["--pipelines", "eda,scorin"], ["'scorin'", "did you mean 'scoring'"]),
    "environment": (["--pipelines", "eda", "--env", "tset"], ["conf/tset"]),
    "node": ([*D, "--nodes", "audit_clients"], ["'data_processing.audit_clients'?"]),
    "first-node": ([*D, "--from-nodes", "labls"], ["--from-nodes"]),
    "last-node": ([*D, "--to-nodes", "x.y,lbls"], ["'x.y' in --to-nodes"]),
    "tag": ([*D, "--tags", "new_mont"], ["--tags", "did you mean 'new_month'"]),
    "input": ([*D, "--from-inputs", "client"], ["--from-inputs", "'clients'"]),
    "input-that-is-none": ([*D, "--from-inputs", "data_quality"], ["'data_quality' in"]),
    "output": ([*D, "--to-outputs", "clientss"], ["--to-outputs", "'clients'"]),
    "output-that-is-none": ([*D, "--to-outputs", "money"], ["'money' in --to-outputs"]),
    "missing-outputs": ([*D, "--to-outputs", "x", "--only-missing-outputs"], ["'x' in --to-outputs"]),
    "namespace": (
        ["--pipelines", "scoring", "--namespaces", "scorin"],
        ["--namespaces", "did you mean 'scoring'"],
    ),
    "no-namespace": ([*D, "--namespaces", "x"], ["in --namespaces", "data_processing"]),
    "nothing-left": (
        [*D, "--from-inputs", "clients", "--to-outputs", "data_processing.labels"],
        ["--from-inputs, --to-outputs leave no node of data_processing to run"],
    ),
    "runner": ([*D, "--runner", "ParalelRunner"], ["did you mean 'ParallelRunner'"]),
    "runner-elsewhere": ([*D, "--runner", "no.such.Runner"], ["'no.such.Runner'"]),
    "no-runner": ([*D, "--runner", "AbstractRunner"], ["Unknown runner"]),
    "argument-of-the-runner": (
        [*D, "--runner", "ThreadRunner", "--runner-params", "max_worker=2"],
        ["'max_worker' in --runner-params", "did you mean 'max_workers'"],
    ),
    "value-for-the-runner": (
        [*D, "--runner", "ThreadRunner", "--runner-params", "max_workers=0"],
        ["ThreadRunner refuses --runner-params", "should be positive"],
    ),
    "no-value": ([*D, "--params", "snapshot"], ["Item `snapshot`", "separated by `=`"]),
    "colon": ([*D, "--params", "snapshot:x"], ["Item `snapshot:x`"]),
    "no-name": ([*D, "--params", "=3"], ["cannot be an empty string"]),
    "yaml": ([*D, "--params", "eda.alpha=[1"], ["--params or --config", "expected ','"]),
    "twice": ([*D, "--params", "snapshot=a", "--params", "new_snapshot=b"], ["--params is given twice"]),
    "both-spellings": ([*D, "-t", "new_month", "--tags", "x"], ["--tags is given twice"]),
    "twice-in-one": ([*D, "--params", "snapshot=a,snapshot=b"], ["snapshot is given twice"]),
    "version": ([*D, "--load-versions", "clients"], ["dataset_name", "found clients"]),
    "version-of-nothing": ([*D, "--load-versions", "x:1"], ["[x] are not found"]),
    "both-pipeline-options": ([*D, "--pipeline", "eda"], ["cannot be used together"]),
    "option": ([*D, "--nods", "x"], ["No such option '--nods'", "'--nodes'"]),
    "conf-source": ([*D, "--conf-source", "nowhere"], ["'nowhere' does not exist"]),
    "config": ([*D, "--config", "pyproject.toml"], ["--config"]),
}


@pytest.mark.parametrize(("arguments", "words"), UNKNOWN.values(), ids=list(UNKNOWN))
def test_unknown_names_end_with_one_message(
    run_inside: Callable[..., Result], shared_project: Path, arguments: list[str], words: list[str]
) -> None:
    result = run_inside(shared_project, *arguments)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert len(result.output.splitlines()) == 1
    for word in words:
        assert word in result.output


@pytest.mark.parametrize("text", ["x: 1\n", "run: 1\n", "run: [\n"])
def test_file_of_options_that_holds_none_is_refused(
    run_inside: Callable[..., Result], shared_project: Path, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "options.yml"
    file.write_text(text, encoding="utf-8")
    result = run_inside(shared_project, "--config", str(file))
    assert result.exit_code == 1
    assert "Error: --params or --config cannot be read: " in result.output
    assert "run: {pipelines: eda}" in result.output


def test_broken_configuration_file_is_named(project: Path, kedro_run_here: Callable[..., Result]) -> None:
    (project / "conf/local/globals.yml").write_text("snapshot: [2026-10\n", encoding="utf-8")
    result = kedro_run_here("--pipelines", "data_processing")
    assert result.exit_code == 1
    assert "globals.yml" in result.output
    assert len(result.output.splitlines()) <= 12


def test_faults_of_the_program_keep_their_traceback(
    kedro_run_here: Callable[..., Result], project: Path
) -> None:
    folder = project / "data" / "02_intermediate" / "demo"
    folder.mkdir(parents=True)
    unchecked = {}
    for name in ("raw_dialects", "repairs", "rejected_rows"):
        pd.DataFrame({"no_such_column": [1]}).to_parquet(folder / f"{name}.parquet")
        unchecked[name] = {"type": "pandas.ParquetDataset", "filepath": str(folder / f"{name}.parquet")}
    (project / "conf/local/catalog.yml").write_text(yaml.safe_dump(unchecked), encoding="utf-8")
    result = kedro_run_here(*D, "--nodes", "data_processing.summarise_quality")
    assert isinstance(result.exception, KeyError)
    assert result.exit_code == 1


def test_folder_on_a_disk_that_is_not_there_is_one_message(
    kedro_run_here: Callable[..., Result], project: Path
) -> None:
    file = project / "data/02_intermediate/demo/raw_dialects.parquet"
    (project / "data/02_intermediate").symlink_to("nowhere")
    result = kedro_run_here(*D)
    assert result.exit_code == 1
    assert result.output.startswith("Error: raw_dialects cannot be stored: ")
    assert f"file:   {file.parent}\n" in result.output
    assert f"remedy: {MAKE_ROOM}\n" in result.output


# A process whose files cannot grow beyond a size, as on a full disk.
LIMITED = """
import resource, signal, sys
from kedro.framework.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
sys.argv = ["kedro", "run", *sys.argv[1:]]
main()
"""


def test_full_disk_is_one_message_with_the_file_and_the_remedy(project: Path) -> None:
    pytest.importorskip("resource")
    command = [sys.executable, "-B", "-c", LIMITED, *D]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    message = [line for line in done.stderr.splitlines() if " INFO " not in line]
    file = project / "data/02_intermediate/demo/parsed_market_file.parquet"
    assert (done.returncode, done.stdout) == (1, "")
    assert message == [
        "Error: data_processing.parsed_market_file cannot be stored: File too large.",
        f"  file:   {file}",
        "  rule:   a file is stored whole, or not at all",
        f"  remedy: {MAKE_ROOM}",
    ]
    assert not [path for path in project.rglob("*.part*") if path.is_file()]
    assert not file.exists()
