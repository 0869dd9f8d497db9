"""What a user sees when something is wrong: one message that says where, why and what to do."""

import logging
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result

SNAPSHOT = "2026-10"


@pytest.fixture
def snapshot(project: Path, write_snapshot: Callable[..., Path]) -> Path:
    return write_snapshot(project / "data/01_raw" / SNAPSHOT)


@dataclass(frozen=True)
class Case:
    """One damage, and what the message must say.

    Attributes
    ----------
    words : tuple of str
        What the message must hold.
    change : tuple of str, optional
        File of the snapshot, the text that is replaced in it, and the new text; without an old text all of
        the file is replaced, and a file without a new text either is deleted.
    params : str
        Runtime parameters beside or instead of the snapshot.
    failed : str
        Data set that the failing node would have made.
    """

    words: tuple[str, ...]
    change: tuple[str, ...] = ()
    params: str = f"snapshot={SNAPSHOT}"
    failed: str = "raw_dialects"

    def damage(self, snapshot: Path) -> None:
        """Break the file."""
        if not self.change:
            return
        file, *texts = self.change
        path = snapshot / file
        if not texts:
            path.unlink()
            return
        old, new = texts
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new) if old else new, encoding="utf-8")


OPTION = f"snapshot={SNAPSHOT},data_processing"
DECLARED = "parameters_data_processing.yml"
CASES = {
    "missing-file": Case(
        (
            *("The file money.csv is missing", f"{SNAPSHOT}/money.csv", "rule:", "put the file there"),
            "Valid names: mar",
        ),
        ("money.csv",),
    ),
    "unknown-snapshot": Case(
        ("market_file.csv is missing", "2026-1O/", f"did you mean '{SNAPSHOT}'"), params="snapshot=2026-1O"
    ),
    "missing-column": Case(
        (
            *("The column 'Прибыль' is missing", f"{SNAPSHOT}/money.csv", "monthly_profit", "the header"),
            *("rename the column", "Valid names: id, x."),
        ),
        ("money.csv", "id;Прибыль", "id;x"),
    ),
    "misspelt-column": Case(
        ("'Популярная_категория' is missing", "did you mean 'Популярная_катигория'", "market_file.csv"),
        ("market_file.csv", "Популярная_категория", "Популярная_катигория"),
    ),
    "text-in-a-whole-number-column": Case(
        (
            *("Not a whole number: 'шесть'", "market_file.csv", "Страниц_за_визит", "lines 3"),
            *("whole numbers", "'reject'"),
        ),
        ("market_file.csv", "3,1,1,6\n", "3,1,1,шесть\n"),
        failed="data_processing.parsed_market_file",
    ),
    "empty-file": Case(
        ("market_time.csv is empty", f"{SNAPSHOT}/market_time.csv", "at least one row", "export the file"),
        ("market_time.csv", "", ""),
    ),
    "cut-off-file": Case(
        ("1 of 20 rows of money.csv", "header's 2 fields", "lines 21", "cut off"),
        ("money.csv", "1020;6,95", "1020"),
    ),
    "too-many-faulty-rows": Case(
        (
            "5 of 20 rows of market_file would be rejected, most of them for 'unknown_value'",
            *(f"{SNAPSHOT}/market_file.csv", "allows_messages", "lines 2, 6, 10, 14, 18 with 'нетт'"),
            *("at most 5%", "holds 'да' or 'нет'", "did you mean 'нет'?"),
            "data_processing.spellings.allows_messages",
        ),
        ("market_file.csv", ",нет,", ",нетт,"),
        failed="rejected_rows",
    ),
    "parameter-out-of-range": Case(
        (DECLARED, "test_share: got 2", "less than 1"), params=f"{OPTION}.test_share=2"
    ),
    "misspelt-parameter": Case(
        (DECLARED, "tets_share: no such parameter", "did you mean 'test_share'"),
        params=f"{OPTION}.tets_share=0.2",
    ),
    "misspelt-snapshot-parameter": Case(
        ("Unknown parameter 'snapshto' in --params", "did you mean 'snapshot'"), params=f"snapshto={SNAPSHOT}"
    ),
}


def _made(data: Path) -> set[str]:
    return {path.name for path in data.rglob("*") if path.is_file() and "01_raw" not in path.parts}


def _assert_one_message(text: str, words: tuple[str, ...]) -> None:
    assert text.count("Error") == 1
    assert text.startswith("Error: ")
    assert len(text.splitlines()) <= 12
    assert "Traceback" not in text
    for word in words:
        assert word in text


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_failing_run_ends_with_one_message(
    project: Path,
    snapshot: Path,
    kedro_run_here: Callable[..., Result],
    caplog: pytest.LogCaptureFixture,
    case: Case,
) -> None:
    case.damage(snapshot)
    result = kedro_run_here("--pipelines", "data_processing", f"--params={case.params}")
    assert result.exit_code == 1
    _assert_one_message(result.output, case.words)
    assert [record.getMessage() for record in caplog.records if record.levelno > logging.INFO] == []
    made = _made(project / "data")
    assert not {f"{case.failed}.parquet", f"{case.failed}.json"} & made
    assert not {name for name in made if name.endswith(".part")}


def test_undamaged_snapshot_runs(
    project: Path, snapshot: Path, kedro_run_here: Callable[..., Result], caplog: pytest.LogCaptureFixture
) -> None:
    result = kedro_run_here("--pipelines", "data_processing", f"--params=snapshot={SNAPSHOT}")
    assert (result.exit_code, result.output) == (0, "")
    assert [record.getMessage() for record in caplog.records if record.levelno > logging.INFO] == []
    assert {"clients.parquet", "features.parquet", "train_clients.parquet"} <= _made(project / "data")


def test_what_is_mended_to_read_a_file_is_listed(
    project: Path, snapshot: Path, kedro_run_here: Callable[..., Result]
) -> None:
    profiles, minutes = snapshot / "market_file.csv", snapshot / "market_time.csv"
    flattened = profiles.read_bytes().decode("cp1251", "replace").replace("\u00a0", " ")
    profiles.write_text(flattened, encoding="utf-8")
    header, *rows = minutes.read_text(encoding="utf-8").splitlines()
    minutes.write_text("\n".join([header, *(row + "," for row in rows)]), encoding="utf-8")
    result = kedro_run_here("--pipelines", "data_processing", f"--params=snapshot={SNAPSHOT}")
    assert (result.exit_code, result.output) == (0, "")
    (stored,) = (project / "data").rglob("repairs.parquet")
    repairs = pd.read_parquet(stored)
    of_files = repairs[repairs["column"] == ""].set_index(["table", "line"])
    restored = of_files.loc[("market_file", 1)]
    assert (restored["new_value"], restored["rule"]) == ("Разрешить сообщать", "byte_a0_restored")
    assert of_files.loc[("market_time", 1), "rule"] == "surplus_in_rows"


def test_old_outputs_survive_a_failing_run(
    project: Path, snapshot: Path, kedro_run_here: Callable[..., Result]
) -> None:
    arguments = ("--pipelines", "data_processing", f"--params=snapshot={SNAPSHOT}")
    assert kedro_run_here(*arguments).exit_code == 0
    before = {path: path.read_bytes() for path in (project / "data").rglob("*.parquet")}
    CASES["text-in-a-whole-number-column"].damage(snapshot)
    assert kedro_run_here(*arguments).exit_code == 1
    after = {path: path.read_bytes() for path in (project / "data").rglob("*.parquet")}
    assert {path.name for path in before if before[path] != after[path]} <= {"raw_dialects.parquet"}


@pytest.mark.expensive
@pytest.mark.parametrize("name", ["too-many-faulty-rows", "misspelt-parameter"])
def test_whole_output_of_a_real_command(
    snapshot: Path, kedro_run: Callable[..., subprocess.CompletedProcess[str]], name: str
) -> None:
    case = CASES[name]
    case.damage(snapshot)
    done = kedro_run("--pipelines", "data_processing", f"--params={case.params}")
    assert done.returncode == 1
    assert done.stdout == ""
    progress = [line for line in done.stderr.splitlines() if " INFO " in line]
    message = [line for line in done.stderr.splitlines() if " INFO " not in line]
    _assert_one_message("\n".join(message), case.words)
    assert done.stderr.splitlines() == progress + message
