import logging
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml
from click.testing import Result
from kedro.pipeline import Node, Pipeline

from one_click.parameters import Evidence
from one_click.session import hooks

Run = Callable[..., Result]


@pytest.fixture
def snapshot(project: Path, write_snapshot: Callable[..., Path]) -> Path:
    return write_snapshot(project / "data/01_raw/2026-10")


SNAPSHOTS = ("snapshot", "new_snapshot", "label_snapshot")
NO_SWITCH = "Error: allow_links in conf/*/globals.yml is {}. Rule: true or false, without quotes"


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        pytest.param("params", "snapshto=2026-10", ["did you mean 'snapshot'"], id="snapshot"),
        pytest.param("params", "data_procesing.seed=1", ["did you mean 'data_processing'"], id="section"),
        pytest.param("params", "snapshot=2026-10,sed=1", ["'sed' in --params"], id="one-of-two"),
        *(
            pytest.param(
                "params",
                f"{name}=2026.10",
                [f"{name} in --params was read as the number 2026.1", "conf/local/globals.yml"],
                id=f"number-for-{name}",
            )
            for name in SNAPSHOTS
        ),
        pytest.param(
            "load-versions",
            "clients:2026-10-01T00.00.00.000Z",
            ["'clients' in --load-versions has no versions"],
            id="version-of-a-data-set-without-versions",
        ),
    ],
)
def test_faulty_option_stops_the_run(
    run_inside: Run, shared_project: Path, option: str, value: str, words: list[str]
) -> None:
    result = run_inside(shared_project, "--pipelines", "data_processing", f"--{option}", value)
    assert result.exit_code == 1
    assert [word for word in words if word not in result.output] == []
    assert not list((shared_project / "data").glob("02*"))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        pytest.param(
            "globals.yml",
            "snapshto: 2026-10",
            "'snapshto' in conf/*/globals.yml: did you mean 'snapshot'",
            id="unknown-global",
        ),
        pytest.param(
            "parameters.yml",
            "data_procesing: {test_share: 0.4}",
            "'data_procesing' in conf/*/parameters*.yml: did you mean 'data_processing'",
            id="misspelt-section",
        ),
        *(
            pytest.param(
                "globals.yml", f"allow_links: {value}", NO_SWITCH.format(found), id=f"switch-{found}"
            )
            for value, found in (('"yes"', "'yes'"), ('"true"', "'true'"), ("1", "1"), ("", "None"))
        ),
        *(
            pytest.param(
                "globals.yml", text, f"Error: {text.partition(':')[0]} in conf/*/globals.yml is ", id=text
            )
            for text in ("data: null", "raw: ''", "demo_folder: a{b}", "data: 7")
        ),
    ],
)
def test_fault_of_a_local_file_stops_the_run(
    kedro_run_here: Run, project: Path, name: str, text: str, message: str
) -> None:
    (project / "conf/local" / name).write_text(f"{text}\n", encoding="utf-8")
    result = kedro_run_here("--pipelines", "data_processing")
    assert result.exit_code == 1
    assert message in result.output
    assert not (project / "None").exists()


def test_snapshot_of_the_local_settings_is_used(kedro_run_here: Run, project: Path, snapshot: Path) -> None:
    (project / "conf/local/globals.yml").write_text('snapshot: "2026-10"\n', encoding="utf-8")
    assert kedro_run_here("--pipelines", "data_processing").exit_code == 0
    assert (project / "data/03_primary/2026-10/clients.parquet").is_file()


NO_FOLDERS = ["../x", "/x", "a/b", "${x}", "a{b}", "a" * 300, "", ".x", " x", "x ", "a\\tb", "NUL"]


@pytest.mark.parametrize("name", SNAPSHOTS)
@pytest.mark.parametrize("folder", NO_FOLDERS, ids=lambda folder: f"<{folder[:8]}>")
def test_snapshot_that_leads_elsewhere_is_refused_before_anything_is_read_or_written(
    shared_project: Path, run_inside: Run, name: str, folder: str
) -> None:
    before = sorted(shared_project.rglob("*"))
    settings = shared_project / "conf/local/globals.yml"
    for given in (True, False):
        if not given:
            settings.write_text(f'{name}: "{folder}"\n', encoding="utf-8")
        arguments = ("--params", f'{name}="{folder}"') if given else ()
        result = run_inside(shared_project, "--pipelines", "data_processing", *arguments)
        settings.unlink(missing_ok=True)
        assert result.exit_code == 1
        assert result.output.startswith("Error: ")
        rule = "the name of one folder" if given or folder != "${x}" else "'x' not found"
        assert rule in result.output
        assert name in result.output
    assert sorted(shared_project.rglob("*")) == before


FAMILY = "{family: {class: sklearn.svm.SVC, interpretability: 4}}"


FAULTY_FAMILIES = {
    "no-entry": ("svc:\n", "svm:\n", ["The parameter 'svc.family'", "FAMILY_LABELS", "did you mean 'svm'"]),
    "empty-entry": ("svc:\n", "svc: {}\n_:\n", ["The parameter 'svc.family'"]),
    "no-name": (
        "svc:\n",
        f"svcc: {FAMILY}\nsvc:\n",
        ["The family 'svcc'", "none of FAMILY_LABELS", "did you mean 'svc'"],
    ),
}


@pytest.mark.parametrize(("old", "new", "words"), FAULTY_FAMILIES.values(), ids=list(FAULTY_FAMILIES))
def test_family_without_name_or_entry_stops_the_run(
    kedro_run_here: Run,
    project: Path,
    damage: Callable[[Path, str, str], None],
    old: str,
    new: str,
    words: list[str],
) -> None:
    damage(project / "conf/base/parameters_model_selection.yml", old, new)
    result = kedro_run_here("--pipelines", "model_selection")
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 1
    for word in words:
        assert word in result.output


def test_missing_section_stops_the_run(kedro_run_here: Run, project: Path) -> None:
    (project / "conf/base/parameters_eda.yml").rename(project / "conf/base/_parameters_eda.yml")
    result = kedro_run_here("--pipelines", "eda")
    assert result.exit_code == 1
    assert "Error: The parameter 'eda', which the pipelines read, stands nowhere" in result.output


ALL_BUT_SCORING = "data_processing,interpretation,model_selection,segmentation"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(
            ("--pipelines", "eda"),
            ["Not stored yet: clients (by data_processing)", "data/03_primary/demo/clients.parquet"],
            id="one",
        ),
        pytest.param(
            ("--pipelines", "scoring", "--env", "test", "--params", "snapshot=demo_next"),
            [
                "champion (by model_selection)",
                "data/test/06_models/demo_next/champion.skops",
                f"kedro run --pipelines {ALL_BUT_SCORING} --env test --params snapshot=demo_next\n",
            ],
            id="several-with-the-same-options",
        ),
        pytest.param(
            ("--pipelines", "eda", "--params", "snapshot=my store"),
            ["kedro run --pipelines data_processing --params 'snapshot=my store'\n"],
            marks=pytest.mark.expensive,
            id="quoted-for-a-shell",
        ),
        pytest.param(
            ("--pipelines", "segmentation"),
            ["client_scores (by model_selection)", "data_processing,interpretation,model_selection\n"],
            id="those-that-they-need-in-turn",
        ),
        pytest.param(
            ("--pipelines", "data_processing", "--from-inputs", "clients"),
            ["clients (by data_processing)", "kedro run --pipelines data_processing\n"],
            marks=pytest.mark.expensive,
            id="a-part-of-a-pipeline",
        ),
    ],
)
def test_run_before_its_inputs_are_stored_names_what_to_run_first(
    run_inside: Run, shared_project: Path, arguments: tuple[str, ...], words: list[str]
) -> None:
    result = run_inside(shared_project, *arguments)
    assert result.exit_code == 1
    for word in ("Error: Not stored yet: ", "rule:", "run first: kedro run --pipelines ", *words):
        assert word in result.output
    assert len(result.output.splitlines()) == 4
    assert not list((shared_project / "data").glob("0[2-8]*"))


def test_store_without_files_is_told_of_its_files(run_inside: Run, shared_project: Path) -> None:
    result = run_inside(shared_project, "--pipelines", "data_processing", "--params", "snapshot=none")
    assert "market_file.csv is missing" in result.output


def test_progress_counts_the_nodes(
    kedro_run_here: Run, snapshot: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="one_click"):
        result = kedro_run_here("--pipelines", "data_processing", "--params", "snapshot=2026-10")
    assert result.exit_code == 0
    lines = _said(caplog)
    total = next(number for number, line in enumerate(lines) if line.startswith("Done in "))
    assert [line.split()[0] for line in lines[:total]] == [f"{i}/{total}" for i in range(1, total + 1)]
    assert " data_processing.describe_dialects (" in lines[0]


def _said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "one_click.session.hooks"]


def test_run_ends_by_naming_what_it_made_and_where(
    kedro_run_here: Run, project: Path, snapshot: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="one_click"):
        kedro_run_here("--pipelines", "data_processing", "--params", "snapshot=2026-10")
    *_, last = (number for number, line in enumerate(_said(caplog)) if line.startswith("Done in "))
    head, *folders = _said(caplog)[last:]
    made = [path for path in project.glob("data/0[2-8]*/2026-10/*") if path.is_file()]
    assert re.fullmatch(
        rf"Done in \d{{1,2}} s\. {len(made)} data sets were made:", head
    )  # not since start-up
    counted = Counter(path.parent.relative_to(project) for path in made)
    assert folders == [f"  {folder}/ ({count})" for folder, count in sorted(counted.items())]


class _FinishedAfter:
    """An event that is waited for so many times in vain; it notes for how long."""

    def __init__(self, times: int) -> None:
        self.times, self.pauses = times, list[float]()

    def wait(self, pause: float) -> bool:
        self.pauses.append(pause)
        return len(self.pauses) > self.times


def test_long_node_says_ever_more_rarely_that_it_is_running(caplog: pytest.LogCaptureFixture) -> None:
    finished = _FinishedAfter(3)
    with caplog.at_level(logging.INFO, logger="one_click"):
        hooks._watch(" 7/90 explain", finished)
    assert _said(caplog) == [f" 7/90 explain is still running ({n} s)" for n in (5, 10, 20)]
    assert finished.pauses == [5, 5, 10, 20]


@pytest.mark.parametrize(
    ("arguments", "left_out", "message"),
    [
        pytest.param(
            ("--pipelines", "evidence"),
            "",
            r'challengers\.explainable_boosting: .*\. Remedy: pip install "one_click\[boosting\]", or leave',
            id="its-challenger",
        ),
        pytest.param(("--pipelines", "evidence"), "explainable_boosting", "Not stored yet: ", id="taken-out"),
        pytest.param(("--nodes", "reporting.gather_key_facts"), "", "Not stored yet: ", id="other-pipeline"),
    ],
)
def test_only_a_run_that_fits_a_model_needs_its_package(
    project: Path,
    kedro_run_here: Run,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    left_out: str,
    message: str,
) -> None:
    monkeypatch.setitem(sys.modules, "interpret", None)  # as if it were not installed
    shipped = yaml.safe_load((project / Evidence.file).read_text(encoding="utf-8"))
    shipped["evidence"]["challengers"].pop(left_out, None)
    (project / "conf/local/parameters.yml").write_text(yaml.safe_dump(shipped), encoding="utf-8")
    result = kedro_run_here(*arguments)
    assert result.exit_code == 1
    assert re.search(message, result.output)


@pytest.mark.parametrize("end", ["after_node_run", "on_node_error"])
def test_node_that_has_ended_is_watched_no_longer(end: str) -> None:
    node, progress = Node(abs, "number", "answer"), hooks.ShowProgress()
    progress.before_pipeline_run(Pipeline([node]))
    progress.before_node_run(node)
    assert not progress._finished.is_set()
    getattr(progress, end)(*([node] if end == "after_node_run" else []))
    assert progress._finished.is_set()


def test_rules_that_fit_nobody_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    rules = pd.DataFrame({"sentence_en": ["Offer 'Coupon' fits nobody this month: …"]})
    tell = hooks.TellFindings().after_dataset_saved
    with caplog.at_level(logging.WARNING):
        tell("scoring.idle_rules", rules)
        tell("segments", rules)
    assert caplog.messages == ["Offer 'Coupon' fits nobody this month: …"]


def test_mapped_files_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    files = {"table": ["money", "market_file"], "file": ["may/money.csv", "may/market_file.csv"]}
    with caplog.at_level(logging.INFO):
        hooks.TellFindings().after_dataset_saved(
            "scoring.raw_dialects", pd.DataFrame(files | {"other_store": ["profit → Прибыль", ""]})
        )
    assert caplog.messages == ["may/money.csv (money) of another store: profit → Прибыль"]
