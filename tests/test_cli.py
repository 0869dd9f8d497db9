from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from kedro.io.core import DatasetError

from one_click.cli import readable
from one_click.errors import DataError, OneClickError


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


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--pipelines", "data_procesing"], ["did you mean 'data_processing'"], id="pipeline"),
        pytest.param(
            ["--pipelines", "eda,scorin"], ["'scorin'", "did you mean 'scoring'"], id="one-of-several"
        ),
        pytest.param(["--pipelines", "eda", "--env", "tset"], ["conf/tset"], id="environment"),
    ],
)
def test_unknown_names_end_with_one_message(
    kedro_run_here: Callable[..., Result], arguments: list[str], words: list[str]
) -> None:
    result = kedro_run_here(*arguments)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert len(result.output.splitlines()) == 1
    for word in words:
        assert word in result.output


def test_broken_configuration_file_is_named(project: Path, kedro_run_here: Callable[..., Result]) -> None:
    (project / "conf/local/globals.yml").write_text("snapshot: [2026-10\n", encoding="utf-8")
    result = kedro_run_here("--pipelines", "data_processing")
    assert result.exit_code == 1
    assert "globals.yml" in result.output
    assert len(result.output.splitlines()) <= 12


def test_faults_of_the_program_keep_their_traceback(
    kedro_run_here: Callable[..., Result], write_snapshot: Callable[..., Path], project: Path
) -> None:
    result = kedro_run_here("--pipelines", "data_processing", "--nodes", "no_such_node")
    assert isinstance(result.exception, ValueError)
    assert result.exit_code == 1
