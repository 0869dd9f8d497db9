"""Commands on configurations of all kinds: what prevails, and what cannot be read."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from one_click.session.config_loader import ConfigLoader

Run = Callable[..., Result]
FIRST_NODE = ("--pipelines", "data_processing", "--to-outputs", "raw_dialects")
PARTIAL = "campaign: {budget: 7}\n"


@pytest.fixture
def read(project: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that reads the parameters of the copy, with some given at run time."""

    def parameters(env: str = "local", **given: Any) -> dict[str, Any]:
        loader = ConfigLoader(
            project / "conf", env, runtime_params=given, base_env="base", default_run_env="local"
        )
        return dict(loader["parameters"])

    return parameters


def _write(project: Path, text: str | bytes, name: str = "parameters_mine.yml") -> Path:
    file = project / "conf" / "local" / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


# --- what prevails ------------------------------------------------------------------------------------


@pytest.mark.parametrize("env", ["local", "test"])
def test_runtime_parameter_overrides_one_value_of_base_beside_files_of_the_environment(
    project: Path, read: Callable[..., dict[str, Any]], env: str
) -> None:
    _write(project, "reporting: {snapshot: x, label_snapshot: null, top_clients: 3}\n")
    without = read(env)
    given = read(env, campaign={"budget": 50}, offers={"declared": []})
    assert given["campaign"] == without["campaign"] | {"budget": 50}
    assert given["offers"] == {"declared": []}
    assert {name for name in given if given[name] != without[name]} == {"campaign", "offers"}


def test_runtime_parameter_overrides_one_value_of_the_prevailing_section(
    project: Path, read: Callable[..., dict[str, Any]]
) -> None:
    _write(project, "campaign: {budget: 7, name: mine}\n")
    assert read(campaign={"budget": 50})["campaign"] == {"budget": 50, "name": "mine"}
    assert read("test", campaign={"budget": 50})["campaign"]["name"] == "first"


def test_runtime_parameter_prevails_where_others_refer_to_the_value(
    project: Path, read: Callable[..., dict[str, Any]]
) -> None:
    _write(project, "eda: {alpha: 0.1, seed: '${evidence.seed}'}\n")
    assert read(evidence={"seed": 5})["eda"] == {"alpha": 0.1, "seed": 5}
    assert read(snapshot="2026-10")["reporting"]["snapshot"] == "2026-10"


@pytest.mark.parametrize(
    ("local", "environment"),
    [
        pytest.param("parameters_campaign.yml", "local", id="beside-another-section-in-local"),
        pytest.param("", "test", id="test"),
    ],
)
def test_command_with_one_value_runs(
    project: Path, kedro_run_here: Run, local: str, environment: str
) -> None:
    if local:
        shutil.copy(project / "conf/base" / local, project / "conf/local" / local)
    one_value = ("--params", "data_processing.unreadable_numbers=reject")
    result = kedro_run_here(*FIRST_NODE, "--env", environment, *one_value)
    assert (result.exit_code, result.output) == (0, "")


def test_partial_section_of_a_file_is_refused_with_its_line_whatever_is_given_at_run_time(
    project: Path, kedro_run_here: Run
) -> None:
    _write(project, "# mine\n\ndata_processing:\n  seed: 3\n")
    for given in ((), ("--params", "data_processing.training_rows=500")):
        result = kedro_run_here(*FIRST_NODE, *given)
        assert result.exit_code == 1
        assert "(conf/local/parameters_mine.yml, line 4) test_share: missing" in result.output
        assert "seed: missing" not in result.output
        assert ("training_rows: missing" in result.output) == (not given)


# --- what cannot be read ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("eda:\n  alpha: [1\n", ["line 3", "expected ',' or ']'"], id="broken"),
        pytest.param("eda:\n\talpha: 1\n", ["line 2", "'\\t'", "indented with blanks"], id="tab"),
        pytest.param("eda: {}\neda: {}\n", ["line 2", "duplicate key eda"], id="key-twice"),
        pytest.param("eda: *x\n", ["line 1", "undefined alias 'x'"], id="alias"),
        pytest.param("eda: {}\n# \x01\n", ["#x0001", "position 10"], id="control-character"),
        pytest.param("# ok\neda: Доля\n".encode("cp1251"), ["line 2", "not in UTF-8"], id="cp1251"),
        pytest.param("eda: {}\n".encode("utf-16"), ["line 1", "not in UTF-8"], id="utf-16"),
        pytest.param("- eda\n", ["it is a list", "gives values to names"], id="list"),
        pytest.param("7\n", ["int"], id="number"),
    ],
)
def test_unreadable_file_is_named_with_its_line(
    project: Path, kedro_run_here: Run, text: str | bytes, words: list[str]
) -> None:
    _assert_unreadable(_write(project, text), kedro_run_here, words)


@pytest.mark.parametrize("name", ["globals.yml", "catalog.yml", "credentials.yml"])
def test_unreadable_file_of_another_kind_is_named_too(project: Path, kedro_run_here: Run, name: str) -> None:
    _assert_unreadable(_write(project, "a: 1\nb: [1\n", name), kedro_run_here, ["line 3", "expected"])


def _assert_unreadable(file: Path, kedro_run_here: Run, words: list[str]) -> None:
    result = kedro_run_here(*FIRST_NODE)
    assert result.exit_code == 1
    for word in (
        f"Error: The configuration {file.name} cannot be read: ",
        str(file),
        "rule:",
        "remedy:",
        *words,
    ):
        assert word in result.output
    assert result.output.count("Error") == 1
    assert len(result.output.splitlines()) <= 7


@pytest.mark.parametrize("name", ["globals.yml", "parameters_mine.yml"])
def test_folder_or_broken_link_in_place_of_a_file_is_not_passed_over(
    project: Path, kedro_run_here: Run, name: str
) -> None:
    place = project / "conf" / "local" / name
    for make in (place.mkdir, lambda: place.symlink_to("nowhere")):
        make()
        result = kedro_run_here(*FIRST_NODE)
        assert result.exit_code == 1
        assert f"{name} cannot be read: it is a folder, or a link that leads nowhere" in result.output
        place.rmdir() if not place.is_symlink() else place.unlink()


def test_file_that_the_system_does_not_hand_out_is_named(project: Path, kedro_run_here: Run) -> None:
    memory = Path("/proc/self/mem")
    if not memory.exists():
        pytest.skip("no such file on this system")
    (project / "conf/local/parameters_mine.yml").symlink_to(memory)
    result = kedro_run_here(*FIRST_NODE)
    assert result.exit_code == 1
    assert "parameters_mine.yml cannot be read: Input/output error" in result.output


def test_hidden_files_of_editors_are_passed_over(project: Path, kedro_run_here: Run) -> None:
    (project / "conf/local/.#globals.yml").symlink_to("user@host.1")
    assert kedro_run_here(*FIRST_NODE).exit_code == 0


def test_value_in_two_files_of_an_environment_is_refused(project: Path, kedro_run_here: Run) -> None:
    for name in ("parameters_mine.yml", "parameters_yours.yml"):
        _write(project, PARTIAL, name)
    result = kedro_run_here(*FIRST_NODE)
    assert result.exit_code == 1
    for word in (
        "Error: Duplicate keys",
        "parameters_mine.yml",
        "parameters_yours.yml",
        "campaign.budget",
        "remedy:",
    ):
        assert word in result.output


@pytest.mark.parametrize(
    ("name", "text", "given", "words"),
    [
        pytest.param(
            "globals.yml", "snapshot: ${x}\n", (), ["globals", "'x' not found", "snapshot"], id="globals"
        ),
        pytest.param(
            "parameters_mine.yml",
            "eda: {seed: '${x}'}\n",
            (),
            ["parameters", "'x' not found", "eda.seed"],
            id="section",
        ),
        pytest.param(
            "parameters_mine.yml",
            yaml.safe_dump({"data_processing": {"missing_marks": ["a"]}}),
            ("--params", "data_processing.missing_marks.0=b"),
            ["--params", "a list is given as a whole"],
            id="part-of-a-list",
        ),
    ],
)
def test_value_that_cannot_be_worked_out_is_one_message(
    project: Path, kedro_run_here: Run, name: str, text: str, given: tuple[str, ...], words: list[str]
) -> None:
    _write(project, text, name)
    result = kedro_run_here(*FIRST_NODE, *given)
    assert result.exit_code == 1
    for word in ("Error: A value of ", *words):
        assert word in result.output


@pytest.mark.parametrize(
    ("env", "hint"), [("tset", "did you mean 'test'?"), ("../src", "Valid names: base"), ("/", "names: base")]
)
def test_unknown_environment_is_refused_with_the_nearest_one(
    kedro_run_here: Run, monkeypatch: pytest.MonkeyPatch, env: str, hint: str
) -> None:
    monkeypatch.setenv("KEDRO_ENV", env)
    result = kedro_run_here(*FIRST_NODE)
    assert result.exit_code == 1
    assert result.output.startswith("Error: There is no environment '")
    assert env in result.output
    assert hint in result.output
