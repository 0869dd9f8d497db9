"""Fixtures: real extract, temporary copy of the project, hand-made snapshots, clients drawn from a seed."""

import gc
import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

import one_click.settings  # noqa: F401  before numpy: it limits the threads of numeric libraries

# isort: split
import hypothesis
import numpy as np
import pandas as pd

from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS, TARGET, TWIN_GROUP
from one_click.parameters import (
    FAMILIES,
    CampaignPlan,
    DemoPopulation,
    DemoStore,
    Family,
    Interpretation,
    ModelSelection,
    Parameters,
)

ROOT = Path(__file__).parents[1]
REAL_FILES = ("market_file.csv", "market_money.csv", "market_time.csv", "money.csv")
HEADERS = {
    "market_file.csv": "id,Покупательская активность,Тип сервиса,Разрешить сообщать,Маркет_актив_6_мес,"
    "Маркет_актив_тек_мес,Длительность,Акционные_покупки,Популярная_категория,"
    "Средний_просмотр_категорий_за_визит,Неоплаченные_продукты_штук_квартал,Ошибка_сервиса,Страниц_за_визит",
    "market_money.csv": "id,Период,Выручка",
    "market_time.csv": "id,Период,минут",
    "money.csv": "id;Прибыль",
}
MONTHS = ("препредыдущий_месяц", "предыдущий_месяц", "текущий_месяц")
CATEGORIES = ("Товары для детей", "Домашний текстиль", "Кухонная посуда")
VALUES = {
    "popular_category": ["Дом", "Сад", "Дети", "Кухня", "Техника", "Книги"],
    "service_type": ["стандарт", "премиум"],
}

WHOLE_CHAINS = ("test_ordinary_stores.py", "test_run.py")
ON_ONE_FINISHED_RUN = ("test_figures.py", "test_run.py")

MakeClients = Callable[..., pd.DataFrame]
RunModule = Callable[..., subprocess.CompletedProcess[str]]

# Drawn examples per property: by default, and with --expensive.
for profile, examples in (("few", 20), ("many", 300)):
    hypothesis.settings.register_profile(
        profile,
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--expensive", action="store_true", help="run expensive tests too, with many examples")


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(100_000, 50, 50)  # looking for garbage as often as usual costs a twentieth of the suite
    hypothesis.settings.load_profile("many" if config.getoption("--expensive") else "few")
    # Not in pyproject.toml: pandas, and numpy with it, would be imported before the threads are limited.
    config.addinivalue_line("filterwarnings", "error::pandas.errors.ChainedAssignmentError")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave expensive tests out unless asked for; whole chains begin first, so that none is waited for."""
    items.sort(key=lambda item: item.path.name not in WHOLE_CHAINS)
    if not config.getoption("--expensive"):
        expensive = [item for item in items if item.get_closest_marker("expensive")]
        config.hook.pytest_deselected(items=expensive)
        items[:] = [item for item in items if item not in expensive]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let one worker run all tests that share what a file, or a folder's conftest, prepares."""
    config.option.loadscopereorder = False  # by their number, the longest tests would come last
    from xdist.scheduler import LoadScopeScheduling

    class BySharedFixtures(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = ROOT / nodeid.split("::", maxsplit=1)[0]
            if file.name in ON_ONE_FINISHED_RUN:
                return "finished_project"
            shared = file.parent != ROOT / "tests" and (file.parent / "conftest.py").exists()
            return str(file.parent if shared else file)

    return BySharedFixtures(config, log)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the root of the project."""
    return ROOT


@contextmanager
def _small_files() -> Iterator[None]:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


@pytest.fixture(scope="session")
def full_disk() -> Callable[[], AbstractContextManager[None]]:
    """Return a context in which no file grows beyond 100 bytes: the system answers as a full disk does."""
    return _small_files


@pytest.fixture(scope="session")
def read_shipped(root: Path) -> Callable[..., Any]:
    """Return a function that gives shipped parameters with some changes: ``read_shipped(Eda, bins=5)``."""

    def read(model: type[Parameters], **changes: Any) -> Parameters:
        (shipped,) = yaml.safe_load((root / model.file).read_text(encoding="utf-8")).values()
        return model.model_validate(shipped | changes)

    return read


@pytest.fixture(scope="session")
def make_options(read_shipped: Callable[..., Any]) -> Callable[..., DemoStore]:
    """Return a function that gives the shipped parameters of the synthetic store with some changes."""
    planted = {"drifts": [], "campaigns": []}  # what is shipped is planted in the shipped months
    return lambda **changes: read_shipped(DemoStore, **(planted if "months" in changes else {}) | changes)


@pytest.fixture(scope="session")
def make_population(read_shipped: Callable[..., Any]) -> Callable[..., DemoPopulation]:
    """Return a function that gives the shipped population with some changes."""
    return partial(read_shipped, DemoPopulation)


@pytest.fixture(scope="session")
def population(make_population: Callable[..., DemoPopulation]) -> DemoPopulation:
    """Return the shipped population."""
    return make_population()


@pytest.fixture(scope="session")
def campaign(read_shipped: Callable[..., Any]) -> CampaignPlan:
    """Return the shipped campaign."""
    return read_shipped(CampaignPlan)


@pytest.fixture(scope="session")
def real_extract() -> Path:
    """Return the folder of the store's real extract; tests that use it carry the marker `real_data`."""
    folder = Path(os.environ.get("ONE_CLICK_REAL_DATA", ROOT.parent / "shared" / "real_data")).resolve()
    absent = [name for name in REAL_FILES if not (folder / name).is_file()]
    if absent:
        pytest.skip(f"the real extract is not in {folder}: set ONE_CLICK_REAL_DATA")
    return folder


def _copy_project(copy: Path) -> Path:
    shutil.copytree(ROOT / "conf", copy / "conf", ignore=shutil.ignore_patterns("local"))
    (copy / "conf" / "local").mkdir()
    for name in ("pyproject.toml", ".telemetry"):
        shutil.copy(ROOT / name, copy / name)
    shutil.copytree(ROOT / "notebooks", copy / "notebooks")
    (copy / "src").mkdir()  # the package itself is the installed one: kedro refuses a link out of the project
    for snapshot in ("demo", "demo_next"):
        shutil.copytree(ROOT / "data" / "01_raw" / snapshot, copy / "data" / "01_raw" / snapshot)
    return copy


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the project in which kedro runs without touching the user's data and settings."""
    return _copy_project(tmp_path / "project")


@pytest.fixture(scope="session")
def _shared_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _copy_project(tmp_path_factory.mktemp("finished") / "project")


@pytest.fixture(scope="session")
def run_module() -> RunModule:
    """Return a function that does what a user does: ``run_module(project, "kedro", "run")``.

    Named arguments are variables of the environment.
    """

    def run(project: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *command],
            cwd=project,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def finished_run(_shared_copy: Path, run_module: RunModule) -> subprocess.CompletedProcess[str]:
    """Return what `make run` says, in a copy of the project and in the environment `test`."""
    return run_module(_shared_copy, "one_click", KEDRO_ENV="test")


@pytest.fixture(scope="session")
def finished_project(_shared_copy: Path, finished_run: subprocess.CompletedProcess[str]) -> Path:
    """Return the copy of the project in which the chain and scoring have run in the environment `test`.

    It is shared: tests may run pipelines in it again, but leave it as they found it.
    """
    assert finished_run.returncode == 0, finished_run.stderr
    return _shared_copy


@pytest.fixture
def kedro_run(project: Path, run_module: RunModule) -> RunModule:
    """Return a function that runs `kedro run` with some arguments in the copy, as a user does."""
    return partial(run_module, project, "kedro", "run")


@pytest.fixture(scope="session")
def run_inside() -> Callable[..., Result]:
    """Return a function that runs `kedro run` in a project inside this process, which spares the imports."""
    from kedro.framework.project import pipelines
    from kedro.framework.startup import bootstrap_project

    from one_click.cli import cli

    bootstrap_project(ROOT)  # settings and pipelines, which are the same for every copy
    runs = itertools.count(1)

    def run(project: Path, *arguments: str) -> Result:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(project)
            try:
                return CliRunner().invoke(cli, ["run", *arguments])
            finally:
                if next(runs) % 8 == 0:
                    gc.collect()  # a session is full of cycles: 20 MB a run, which Python collects seldom
                pipelines.set_requested(None)  # else `--pipelines eda` leaves this process with eda alone

    return run


@pytest.fixture
def kedro_run_here(project: Path, run_inside: Callable[..., Result]) -> Callable[..., Result]:
    """Return a function that does the same in the copy of the project."""
    return partial(run_inside, project)


@pytest.fixture(scope="module")
def shared_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project for all tests of a file."""
    return _copy_project(tmp_path_factory.mktemp("shared") / "project")


def _client_lines(i: int) -> dict[str, list[str]]:
    number = 1001 + i
    activity = "Снизилась" if i % 2 else "Прежний уровень"
    service = "премиум" if i % 3 == 0 else "стандарт"
    consent = "нет" if i % 4 == 0 else "да"
    profile = f"{3 + i % 5 / 10},{3 + i % 3},{100 + 10 * i},{i % 10 / 10},{CATEGORIES[i % 3]}"
    return {
        "market_file.csv": [
            f"{number},{activity},{service},{consent},{profile},{2 + i % 5},{i % 4},{i % 3},{5 + i % 7}"
        ],
        "market_money.csv": [f"{number},{month},{4000 + 10 * i + n}.5" for n, month in enumerate(MONTHS)],
        "market_time.csv": [f"{number},{month},{10 + i % 6 + n}" for n, month in enumerate(MONTHS[1:])],
        "money.csv": [f"{number};{3 + i % 4},{i % 10}5"],
    }


@pytest.fixture(scope="session")
def write_snapshot() -> Callable[..., Path]:
    """Return a function that writes the four files of a snapshot with hand-made clients.

    The clients have the numbers 1001, 1002, …; every second one declined, no two are twins, nothing is
    dirty. ``write_snapshot(folder, clients=20)`` returns the folder.
    """

    def write(folder: Path, clients: int = 20) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        made = [_client_lines(i) for i in range(clients)]
        for name, header in HEADERS.items():
            lines = [header, *(line for client in made for line in client[name])]
            (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="session")
def damage() -> Callable[[Path, str, str], None]:
    """Return a function that replaces text in a file, and insists that the text was there."""

    def replace(file: Path, old: str, new: str) -> None:
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    return replace


def _draw(name: str, count: int, generator: np.random.Generator) -> Any:
    kind = COLUMNS[name].kind
    if kind == "category":
        return pd.array(generator.choice(VALUES[name], count), dtype="str")
    if kind == "flag":
        return generator.random(count) < 0.7
    if kind == "whole":
        return generator.integers(1, 12, count)
    return generator.random(count).round(3)


@pytest.fixture(scope="session")
def make_clients() -> MakeClients:
    """Return a function that draws labelled clients: few pages and a high promo share mean decline.

    The clients are sorted by target, as the store's files are; the last `twins` copy the first ones.
    """

    def make(count: int = 150, seed: int = 0, twins: int = 0, noise: float = 1.0) -> pd.DataFrame:
        generator = np.random.default_rng(seed)
        table = pd.DataFrame({name: _draw(name, count, generator) for name in BASE_FEATURES})
        risk = 6 * table["promo_purchase_share"] - 0.7 * table["pages_per_visit"]
        risk = risk + noise * generator.normal(size=count)
        table[TARGET] = (risk > risk.quantile(0.6)).astype("float64")
        table = table.sort_values(TARGET, ascending=False, kind="stable", ignore_index=True)
        table = pd.concat([table, table.head(twins)], ignore_index=True)
        table.insert(0, CLIENT_ID, np.arange(1001, 1001 + len(table)))
        table[TWIN_GROUP] = table.groupby([*BASE_FEATURES])[CLIENT_ID].transform("min")
        return table[[CLIENT_ID, *BASE_FEATURES, TWIN_GROUP, TARGET]]

    return make


@pytest.fixture(scope="session")
def families(root: Path) -> dict[str, Family]:
    """Return the families as they are shipped."""
    shipped = yaml.safe_load((root / Family.file).read_text(encoding="utf-8"))
    return {name: Family.model_validate(shipped[name]["family"]) for name in FAMILIES}


@pytest.fixture(scope="session")
def trusted(root: Path) -> list[str]:
    """Return the types that the catalog trusts in a model's file."""
    catalog = yaml.safe_load((root / "conf/base/catalog_model_selection.yml").read_text(encoding="utf-8"))
    return list(catalog["champion"]["trusted"])


@pytest.fixture(scope="session")
def selection_options() -> ModelSelection:
    """Return parameters of a model selection that takes a second, with one challenger."""
    trees = {"n_estimators": 5, "min_samples_leaf": 3, "random_state": 0}
    challenger = {"class": "sklearn.ensemble.ExtraTreesClassifier", "interpretability": 6, "fixed": trees}
    return ModelSelection(
        folds=3,
        confirmation_repeats=2,
        trials=5,
        startup_trials=3,
        negligible_chance=0.05,
        gain_repeats=1,
        start_margin=1,
        strategy="tpe",
        selection="best",
        challengers={"extra_trees": Family.model_validate(challenger)},
        challengers_may_win=False,
        threshold="f1",
        undecided_error=0.1,
        bootstrap_samples=100,
        seed=7,
    )


@pytest.fixture(scope="session")
def shipped_selection(root: Path) -> ModelSelection:
    """Return the shipped parameters of the model selection."""
    shipped = yaml.safe_load((root / ModelSelection.file).read_text(encoding="utf-8"))
    return ModelSelection.model_validate(shipped["model_selection"])


# --- clients and models to explain --------------------------------------------------------------------


@pytest.fixture(scope="session")
def interpretation_options() -> Interpretation:
    """Return parameters of an interpretation that takes a second."""
    return Interpretation(
        permutation_repeats=5,
        collinear_from=0.7,
        refit_repeats=1,
        base_clients=40,
        background_rows=30,
        interaction_clients=10,
        permutations=3,
        refit_permutations=2,
        rounds=2,
        certain_from=0.9,
        stable_from=0.5,
        reasons=3,
        curves={"points": 5, "clients": 20, "lines": 3},
        what_if={"most_changes": 2, "steps": 4, "low": 0.05, "high": 0.95},
        disputed_clients=5,
        seed=1,
    )


@pytest.fixture(scope="session")
def clients(make_clients: MakeClients) -> pd.DataFrame:
    return make_clients(120, seed=6)


@pytest.fixture(scope="session")
def features(clients: pd.DataFrame) -> pd.DataFrame:
    """Return the raw features of the clients."""
    return clients[list(BASE_FEATURES)]


@pytest.fixture(scope="session")
def all_families(families: dict[str, Family]) -> dict[str, Family]:
    """Return the shipped families and one without a decision function, a tree or coefficients."""
    naive = {"class": "sklearn.naive_bayes.GaussianNB", "interpretability": 5, "space": {}}
    return families | {"naive_bayes": Family.model_validate(naive)}


@pytest.fixture(scope="session")
def fit(all_families: dict[str, Family]) -> Callable[..., Any]:
    """Return a function that fits a family on clients: ``fit(name, clients, select__k=…, …)``.

    It sees the engineered features that the clients have.
    """
    from one_click.features import engineered_columns
    from one_click.modelling.families import build_pipeline
    from one_click.modelling.scores import raw_features

    defaults = {
        "logistic_regression": {"model__C": 0.5},
        "decision_tree": {"model__max_depth": 4, "model__min_samples_leaf": 3},
        "k_nearest_neighbours": {"model__n_neighbors": 9},
        "svc": {"model__C": 1.0, "model__gamma": 0.05},
        "naive_bayes": {},
    }

    def fit_family(name: str, clients: pd.DataFrame, **settings: Any) -> Any:
        choice = defaults[name] | {"select__k": 21} | settings
        pipeline = build_pipeline(all_families[name], choice, engineered_columns(clients))
        return pipeline.fit(raw_features(clients), clients[TARGET])

    return fit_family
