"""The whole chain in a copy of the project: what it writes, and that it writes the same again."""

import hashlib
import json
import logging
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from click.testing import Result
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.pipeline import Pipeline
from nbclient import NotebookClient
from sklearn.dummy import DummyClassifier
from skops.io import dumps

from one_click.columns import BASE_FEATURES
from one_click.parameters import FAMILIES, CampaignPlan
from one_click.pipeline_registry import register_pipelines
from one_click.session.hooks import READ_BY_PEOPLE

DEAR = ("eda", "model_selection", "interpretation", "campaign")  # the others show the same for less
PIPELINES = (
    "data_processing",
    "eda",
    "model_selection",
    "interpretation",
    "segmentation",
    "campaign",
    "reporting",
    "scoring",
)
MESSAGES = ("email", "push")
RunModule = Callable[..., subprocess.CompletedProcess[str]]
SNAPSHOTS = ("demo", "demo_next/scored_by_demo")


def checksums(folder: Path, pattern: str = "*") -> dict[str, str]:
    files = sorted(path for path in folder.rglob(pattern) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def page_path(project: Path, language: str) -> Path:
    return project / "data" / "test" / "08_reporting" / "demo" / f"report_{language}.html"


def load(project: Path, layer: str, name: str, snapshot: str = "demo") -> pd.DataFrame:
    return pd.read_parquet(project / "data" / "test" / layer / snapshot / f"{name}.parquet")


def test_run_says_where_the_results_are_and_how_long_it_took(
    finished_run: subprocess.CompletedProcess[str], finished_project: Path
) -> None:
    assert re.search(r" Done in \d+ s\. \d+ data sets were made:$", finished_run.stderr, re.MULTILINE)
    folders = re.findall(r"  (data/test/08_reporting/\S+)/ \(\d+\): (.+)$", finished_run.stderr, re.MULTILINE)
    lists = ["client_list.xlsx", "contact_list.csv", "no_contact_list.csv"]
    pages = ["model_card_en.md", "model_card_ru.md", "report_en.html", "report_ru.html"]
    assert {Path(folder).name: sorted(files.split(", ")) for folder, files in folders} == {
        "demo": sorted([*lists, *pages]),
        "scored_by_demo": lists,
    }
    for folder, files in folders:
        assert all((finished_project / folder / name).is_file() for name in files.split(", "))


def test_chain_leaves_the_users_data_alone_and_no_half_written_file(finished_project: Path) -> None:
    made = {path.name for path in (finished_project / "data").iterdir()}
    assert made == {"01_raw", "test"}
    assert not list(finished_project.rglob("*.part"))


@pytest.fixture(scope="module")
def pipelines(finished_project: Path) -> dict[str, Pipeline]:
    """Return all pipelines by name."""
    return register_pipelines()


@pytest.mark.parametrize(
    "pipeline",
    [pytest.param(name, marks=[pytest.mark.expensive] if name in DEAR else []) for name in PIPELINES],
)
def test_each_pipeline_alone_makes_the_same_files_again(
    finished_project: Path, run_inside: Callable[..., Result], pipelines: dict[str, Pipeline], pipeline: str
) -> None:
    before = checksums(finished_project / "data", "*.parquet") | checksums(finished_project / "data", "*.png")
    made = pipelines[pipeline].all_outputs() & (pipelines["__default__"] + pipelines["scoring"]).all_outputs()
    wanted = ("--pipelines", pipeline, "--to-outputs", ",".join(sorted(made)))
    done = run_inside(finished_project, "--env", "test", *wanted)
    assert done.exit_code == 0, done.output
    after = checksums(finished_project / "data", "*.parquet") | checksums(finished_project / "data", "*.png")
    assert after == before


@pytest.mark.expensive
@pytest.mark.parametrize("pipeline", ["eda", "model_selection", "interpretation"])
def test_a_pipeline_alone_draws_figures_that_no_page_shows(
    finished_project: Path,
    run_inside: Callable[..., Result],
    pipelines: dict[str, Pipeline],
    tmp_path: Path,
    pipeline: str,
) -> None:
    project = tmp_path / "project"
    shutil.copytree(finished_project, project)
    done = run_inside(project, "--env", "test", "--pipelines", pipeline)
    assert done.exit_code == 0, done.output
    drawn = {name for name in pipelines[pipeline].all_outputs() if "_figure_" in name}
    folder = project / "data" / "test" / "08_reporting" / "demo"
    files = {f"{pipeline}.{path.stem}" for path in folder.glob("*.png")}
    assert drawn <= files
    assert drawn - set(pipelines[pipeline].only_nodes(f"{pipeline}.gather_exhibits").inputs())


@pytest.mark.expensive
def test_two_workers_change_no_byte_and_evidence_follows(
    finished_project: Path, run_module: RunModule, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    shutil.copytree(finished_project, project)
    made = [project / "data" / "test" / layer for layer in ("06_models", "07_model_output")]
    before = [checksums(folder, "*.parquet") for folder in made]
    for folder in made:
        shutil.rmtree(folder)
    result = run_module(
        project,
        *("kedro", "run", "--env", "test", "--runner", "ParallelRunner", "--runner-params", "max_workers=2"),
        *("--pipelines", "model_selection,interpretation,evidence"),
    )
    assert result.returncode == 0, result.stderr
    for folder, old in zip(made, before, strict=True):
        new = checksums(folder, "*.parquet")
        again = {name: digest for name, digest in old.items() if name.startswith("demo/") and name in new}
        assert {name: new[name] for name in again} == again
        assert any("leaderboard" in name or "client_scores" in name for name in again)
    summary = load(project, "07_model_output", "nested_summary")
    assert {"best", "one_standard_error", "voting", "extra_trees", *FAMILIES} <= set(summary["model"])
    for name in ("nested_summary", "feature_gains", "split_luck"):
        assert (project / "data" / "test" / "08_reporting" / "demo" / f"{name}_figure_ru.png").is_file()


FURTHER_FAMILIES = """
further:
  family:
    class: sklearn.naive_bayes.GaussianNB
    interpretability: 2
    space: {select__k: {low: 3, high: 9, whole: true}}
crowd:
  family:
    class: sklearn.neighbors.KNeighborsClassifier
    interpretability: 3
    fixed: {n_neighbors: 100000, algorithm: brute}
"""


@pytest.mark.expensive
def test_a_further_family_is_one_name_and_one_entry_and_a_hopeless_one_is_left_out(
    project: Path, root: Path, kedro_run: RunModule
) -> None:
    shutil.copytree(root / "src", project / "src", dirs_exist_ok=True)
    names = project / "src" / "one_click" / "columns.py"
    text = names.read_text(encoding="utf-8")
    assert text.count('    "svc": {') == 1
    further = "".join(
        f'    "{name}": {{"ru": "Ещё одно", "en": "One more"}},\n' for name in ("further", "crowd")
    )
    names.write_text(text.replace('    "svc": {', f'{further}    "svc": {{'), encoding="utf-8")
    entries = project / "conf" / "base" / "parameters_model_selection.yml"
    entries.write_text(entries.read_text(encoding="utf-8") + FURTHER_FAMILIES, encoding="utf-8")
    wanted = ("--pipelines", "data_processing,model_selection", "--to-outputs", "leaderboard,champion")
    result = kedro_run("--env", "test", *wanted)
    assert result.returncode == 0, result.stderr
    board = load(project, "06_models", "leaderboard").set_index("model")
    assert board.loc["further", "kind"] == "family"
    assert board.loc["further", "roc_auc"] > 0.7
    assert board.loc["crowd", "kind"] == "excluded"
    assert "n_neighbors" in board.loc["crowd", "refused"]
    assert not board.loc["crowd", ["best", "one_standard_error", "champion"]].any()
    assert board.index[-1] == "crowd"


@pytest.mark.expensive
def test_vote_as_champion_passes_the_whole_chain(project: Path, run_module: RunModule) -> None:
    options = project / "conf" / "test" / "parameters_model_selection.yml"
    written = options.read_text(encoding="utf-8").replace("one_standard_error", "best")
    options.write_text(
        written.replace("seed: 42", "seed: 4"), encoding="utf-8"
    )  # with which the vote is best
    done = run_module(project, "one_click", KEDRO_ENV="test")
    assert done.returncode == 0, done.stderr
    board = load(project, "06_models", "leaderboard").set_index("model")
    assert board["champion"].idxmax() == "voting"
    assert set(load(project, "07_model_output", "shap_values")["method"]) == {"sampled"}
    assert len(load(project, "07_model_output", "reason_codes")) > 0
    assert page_path(project, "ru").is_file()


def test_another_snapshot_leaves_every_file_of_this_one_untouched(
    finished_project: Path, run_inside: Callable[..., Result]
) -> None:
    before = checksums(finished_project / "data")
    raw = finished_project / "data" / "01_raw"
    shutil.copytree(raw / "demo", raw / "other")
    try:
        wanted = ("--pipelines", "data_processing,eda", "--to-outputs", "class_portrait,feature_shapes")
        done = run_inside(finished_project, "--env", "test", *wanted, "--params", "snapshot=other")
        assert done.exit_code == 0, done.output
        after = checksums(finished_project / "data")
        assert {name for name in after if after[name] != before.get(name)} == {
            name for name in after if "/other/" in name
        }
        assert load(finished_project, "08_reporting", "class_portrait", "other").equals(
            load(finished_project, "08_reporting", "class_portrait")
        )
    finally:
        for folder in (finished_project / "data").rglob("other"):
            shutil.rmtree(folder)


def _fit_another_class(features: pd.DataFrame) -> bytes:
    names = list(BASE_FEATURES)
    model = DummyClassifier().fit(features[names], features["activity_declined"].astype("int64"))
    return bytes(dumps(model))


@pytest.mark.parametrize(
    ("layer", "name", "damage", "pipeline", "column"),
    [
        pytest.param(
            "07_model_output",
            "out_of_fold_scores",
            lambda table: table.assign(probability=[7.5, *table["probability"][1:]]),
            "scoring",
            "probability",
            id="probability",
        ),
        pytest.param(
            "07_model_output",
            "explanation_base",
            lambda table: table.drop(columns="pages_per_visit"),
            "scoring",
            "pages_per_visit",
            id="column",
        ),
        pytest.param(
            "07_model_output",
            "client_scores",
            lambda table: pd.concat([table, table.head(2)], ignore_index=True),
            "segmentation",
            "client_id",
            id="rows-twice",
        ),
    ],
)
def test_stored_table_that_was_damaged_is_refused(
    finished_project: Path,
    run_inside: Callable[..., Result],
    layer: str,
    name: str,
    damage: Callable[[pd.DataFrame], pd.DataFrame],
    pipeline: str,
    column: str,
) -> None:
    path = finished_project / "data" / "test" / layer / "demo" / f"{name}.parquet"
    whole = path.read_bytes()
    damage(pd.read_parquet(path)).to_parquet(path)
    try:
        done = run_inside(finished_project, "--env", "test", "--pipelines", pipeline)
    finally:
        path.write_bytes(whole)
    assert done.exit_code == 1
    assert f"file:   data/test/{layer}/demo/{name}.parquet\n  column: {column}\n" in done.output
    assert "remedy:" in done.output


def test_another_model_in_the_champions_place_scores_nobody(
    finished_project: Path, run_inside: Callable[..., Result]
) -> None:
    path = finished_project / "data" / "test" / "06_models" / "demo" / "champion.skops"
    whole = path.read_bytes()
    path.write_bytes(_fit_another_class(load(finished_project, "04_feature", "features")))
    try:
        done = run_inside(finished_project, "--env", "test", "--pipelines", "scoring")
    finally:
        path.write_bytes(whole)
    assert done.exit_code == 1
    assert "This is not the model that belongs here. It is a DummyClassifier." in done.output
    assert f"file:   {path}\n" in done.output


_READ = (*READ_BY_PEOPLE, ".json")
_NUMBER = r"(?<![\w.,])\d+(?!\w)"  # whole, and no part of a pseudonym


def _texts(path: Path) -> str:
    """Return what a person reads in a file; pictures inside a page are left out."""
    if path.suffix == ".xlsx":
        return "\n".join(table.to_csv(sep="\t") for table in pd.read_excel(path, sheet_name=None).values())
    return re.sub(r"base64,[\w+/=]+", "", path.read_text(encoding="utf-8"))


def test_with_a_key_nothing_that_people_read_names_a_client(
    finished_project: Path,
    run_inside: Callable[..., Result],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    project = tmp_path / "project"
    shutil.copytree(finished_project, project)
    pipelines = ("--pipelines", "segmentation,campaign,reporting,scoring")
    lists = [f"{of}{name}" for of in ("", "scoring.") for name in ("client_list", "contact_list")]
    made = ("--to-outputs", ",".join([*lists, "report_ru", "report_en", "model_card_ru", "model_card_en"]))
    with caplog.at_level(logging.INFO):
        done = run_inside(
            project, "--env", "test", *pipelines, *made, "--params", "campaign.pseudonym_key=secret key"
        )
    assert done.exit_code == 0, done.output
    files = [path for path in (project / "data" / "test").rglob("*") if path.suffix in _READ]
    told = {path.relative_to(project).as_posix(): _texts(path) for path in files}
    told |= {"output": done.output, "log": caplog.text}
    names = {Path(name).name for name in told}
    assert {"report_ru.html", "manifest.json", "client_list.xlsx", "no_contact_list.csv"} <= names
    clients = pd.concat(load(project, "03_primary", "clients", snapshot) for snapshot in SNAPSHOTS)
    ids = set(clients["client_id"].astype("str"))
    assert {name for name, text in told.items() if ids & set(re.findall(_NUMBER, text))} == set()


def test_every_client_has_a_score_a_segment_and_one_best_recommendation(finished_project: Path) -> None:
    clients = load(finished_project, "03_primary", "clients")["client_id"].tolist()
    for layer, name in (("07_model_output", "client_scores"), ("08_reporting", "segments")):
        assert load(finished_project, layer, name)["client_id"].sort_values().tolist() == clients
    offers = load(finished_project, "08_reporting", "recommendations")
    assert offers.loc[offers["rank"] == 1, "client_id"].sort_values().tolist() == clients
    assert not offers.duplicated(["client_id", "offer"]).any()


@pytest.mark.parametrize("snapshot", SNAPSHOTS)
def test_no_message_goes_to_clients_without_consent(finished_project: Path, snapshot: str) -> None:
    clients = load(finished_project, "03_primary", "clients", snapshot).set_index("client_id")
    refused = clients.index[~clients["allows_messages"]]
    assert len(refused) > 100
    for name in ("recommendations", "campaign_plan", "contacts"):
        offers = load(finished_project, "08_reporting", name, snapshot)
        messages = offers[offers["channel"].isin(MESSAGES)]
        assert len(messages) > 0
        assert not messages["client_id"].isin(refused).any()


@pytest.mark.parametrize("snapshot", SNAPSHOTS)
def test_the_plan_keeps_to_its_limits_and_its_control_arm_is_in_no_list(
    finished_project: Path, campaign: CampaignPlan, snapshot: str
) -> None:
    selected = load(finished_project, "08_reporting", "selected_clients", snapshot)
    plan = load(finished_project, "08_reporting", "campaign_plan", snapshot).set_index("client_id")
    assert campaign.budget is not None
    assert 0 < selected["cost"].sum() <= campaign.budget + 1e-9
    by_channel = selected["channel"].value_counts()
    assert all(by_channel.get(channel, 0) <= most for channel, most in campaign.contacts.items())
    assert sorted(plan.index) == sorted(selected["client_id"])
    control = plan[plan["arm"] == "control"]
    assert len(control) == pytest.approx(campaign.control_share * len(plan), abs=0.5)
    assert control[["cost", "expected_profit_kept"]].to_numpy().sum() == 0

    folder = finished_project / "data" / "test" / "08_reporting" / snapshot
    sheets = pd.read_excel(
        folder / "client_list.xlsx", sheet_name=["Клиенты", "Без предложения", "Вне зоны риска"]
    )
    lists = [
        pd.read_csv(folder / f"{name}.csv", sep=";", decimal=",")
        for name in ("contact_list", "no_contact_list")
    ]
    listed = [*(sheet["Номер клиента"] for sheet in sheets.values()), *(one["client_id"] for one in lists)]
    assert all(len(numbers) > 0 and not numbers.isin(control.index).any() for numbers in listed)
    treated = plan.index[plan["arm"] == "treated"]
    assert sorted(listed[0]) == sorted(treated)
    assert sorted(listed[3]) == sorted(
        plan.index[(plan["arm"] == "treated") & plan["channel"].isin(MESSAGES)]
    )


def test_what_the_plan_is_worth_is_told_beside_other_ways(finished_project: Path) -> None:
    folder = finished_project / "data" / "test" / "08_reporting" / "demo"
    summary = json.loads((folder / "plan_summary.json").read_text(encoding="utf-8"))
    ways = load(finished_project, "08_reporting", "plan_comparison").set_index("way")
    assert ways.loc["plan", "kept"] == pytest.approx(summary["kept"])
    assert (ways["kept"] <= summary["upper_bound"] + 1e-9).all()
    assert ways["kept"].idxmax() == "plan"
    curve = load(finished_project, "08_reporting", "budget_curve")
    assert curve["kept"].is_monotonic_increasing
    assert curve["budget"].iloc[0] == 0
    assert (load(finished_project, "08_reporting", "plan_scenarios")["loss"] >= -1e-9).all()
    experiment = load(finished_project, "08_reporting", "experiment").set_index("offer")
    plan = load(finished_project, "08_reporting", "campaign_plan")
    assert experiment.loc["all", ["treated", "control"]].tolist() == [
        (plan["arm"] == arm).sum() for arm in ("treated", "control")
    ]
    assert (load(finished_project, "08_reporting", "arm_balance")["difference"].abs() < 1).all()


def test_new_month_is_scored_without_labels(finished_project: Path) -> None:
    clients = load(finished_project, "03_primary", "clients", "demo_next/scored_by_demo")
    scores = load(finished_project, "07_model_output", "client_scores", "demo_next/scored_by_demo")
    drift = load(finished_project, "08_reporting", "drift", "demo_next/scored_by_demo")
    assert clients["activity_declined"].isna().all()
    assert scores["probability"].between(0, 1).all()
    levels = drift.set_index("feature")["level"]
    assert levels["unpaid_items_quarter"] != "stable"  # what demo_store makes drift
    assert levels["allows_messages"] == "stable"


@pytest.mark.parametrize(
    ("language", "decimal"), [pytest.param("ru", ",", id="russian"), pytest.param("en", ".", id="english")]
)
def test_page_states_the_tables_figures(finished_project: Path, language: str, decimal: str) -> None:
    path = page_path(finished_project, language)
    page = path.read_text(encoding="utf-8")
    facts = json.loads(path.with_name("key_facts.json").read_text(encoding="utf-8"))
    scores = load(finished_project, "07_model_output", "client_scores")
    assert facts["at_risk"] == int((scores["probability"] >= facts["threshold"]).sum())
    assert f"<b>{facts['at_risk']}</b>" in page
    evaluation = load(finished_project, "07_model_output", "evaluation")
    leaderboard = load(finished_project, "06_models", "leaderboard")
    champion = leaderboard.loc[leaderboard["champion"], "model"].iloc[0]
    of_champion = evaluation[(evaluation["model"] == champion) & (evaluation["metric"] == "roc_auc")]
    assert f"{of_champion['value'].iloc[0]:.3f}".replace(".", decimal) in page
    for sentence in load(finished_project, "08_reporting", "class_portrait")[f"sentence_{language}"].head(8):
        assert sentence in page


@pytest.mark.parametrize("language", ["ru", "en"])
def test_page_needs_no_other_file_and_names_no_currency(finished_project: Path, language: str) -> None:
    path = page_path(finished_project, language)
    page = path.read_text(encoding="utf-8")
    assert not re.findall(r'(?:src|href)="(?!data:)', page)
    assert not re.findall(r"руб|₽|\$|€|USD|RUB", re.sub(r"base64,[^\"]*", "", page))
    exhibited = [
        name for file in path.parent.glob("*_exhibits.json") for name in json.loads(file.read_bytes())
    ]
    drawn = [name for name in exhibited if name.endswith(f"_figure_{language}")]
    assert page.count("data:image/png;base64,") == len(drawn) > 0


@pytest.mark.parametrize("language", ["ru", "en"])
def test_page_opens_in_a_browser(finished_project: Path, tmp_path: Path, language: str) -> None:
    browser = shutil.which("chromium") or pytest.skip("chromium is not installed")
    page = page_path(finished_project, language)
    arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--no-first-run",
    ]
    command = [browser, *arguments, f"--user-data-dir={tmp_path}", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert all(
        f'<section id="{name}">' in done.stdout for name in ("portrait", "segments", "offers", "model")
    )


NOTEBOOKS = {"why": "reasons", "result": "leaderboard", "eda": "portrait"}  # and a table that each is about


def _read_notebook(path: Path) -> list[str]:
    """Return the code of a notebook behind the cell that makes the catalog known."""
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert not any(cell["outputs"] for cell in code)
    load, *sources = (cell.source for cell in code)
    assert load.startswith("%load_ext kedro.ipython")
    return [load, *sources]


def test_notebooks_are_those_that_are_run(finished_project: Path) -> None:
    assert {path.stem for path in (finished_project / "notebooks").glob("*.ipynb")} == set(NOTEBOOKS)


@pytest.mark.filterwarnings("ignore:The set_.* function will be deprecated", "ignore:FigureCanvasAgg is non-")
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_code_of_a_notebook_runs_on_the_finished_project(
    root: Path, finished_project: Path, name: str
) -> None:
    from matplotlib import pyplot

    bootstrap_project(root)
    pyplot.switch_backend("Agg")
    _, *sources = _read_notebook(finished_project / "notebooks" / f"{name}.ipynb")
    with KedroSession.create(finished_project, env="test") as session:
        known = {"catalog": session.load_context().catalog}
        for source in sources:
            exec(source, known)
    pyplot.close("all")
    assert len(known[NOTEBOOKS[name]])


@pytest.mark.expensive
def test_notebooks_show_their_pictures(finished_project: Path) -> None:
    # The first has a kernel of its own, which shows figures only if asked: one that has drawn always does.
    cells = []
    for name in NOTEBOOKS:  # in a kernel that has run others: as in one of its own
        load, *sources = _read_notebook(finished_project / "notebooks" / f"{name}.ipynb")
        cells.append(
            [nbformat.v4.new_code_cell(one) for one in ("%reset -f", load, "%reload_kedro", *sources)]
        )
    together = nbformat.v4.new_notebook(cells=[cell for own in cells for cell in own])
    resources = {"metadata": {"path": str(finished_project / "notebooks")}}
    client = NotebookClient(together, kernel_name="python3", resources=resources, timeout=300)
    client.execute(env=os.environ | {"KEDRO_ENV": "test"})
    for own in cells:
        shown = sum(bool(re.search(r"_figure|Image\(|_waterfall\(|shap\.\w*plot", c.source)) for c in own)
        pictures = sum("image/png" in str(cell["outputs"]) for cell in own)
        assert pictures >= shown > 0
