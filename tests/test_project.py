"""Conventions that hold for every pipeline; each check is shown to fail on a broken example."""

import ast
import inspect
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import yaml
from kedro.io import CatalogConfigResolver
from kedro.pipeline import Node, Pipeline
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from one_click.columns import ENGINEERED_FEATURES
from one_click.parameters import DataProcessing, Parameters
from one_click.pipeline_registry import OUTSIDE_THE_CHAIN

LAYERS = (
    *("01_raw", "02_intermediate", "03_primary", "04_feature", "05_model_input"),
    *("06_models", "07_model_output", "08_reporting"),
)
PLAIN = (str, int, float, bool)

Config = dict[str, Any]
Findings = list[str]


@dataclass(frozen=True)
class Project:
    """Everything that the conventions speak about."""

    pipelines: dict[str, Pipeline]
    catalog: Config
    parameters: Config

    @property
    def nodes(self) -> list[Node]:
        return sorted({node for pipeline in self.pipelines.values() for node in pipeline.nodes})

    @property
    def data_sets(self) -> set[str]:
        return {name for node in self.nodes for name in (*node.inputs, *node.outputs) if _is_data(name)}


@pytest.fixture(scope="module")
def whole(root: Path) -> Project:
    """Return the project as base configuration and code declare it, without the user's own settings."""
    from kedro.framework.project import pipelines
    from kedro.framework.session import KedroSession
    from kedro.framework.startup import bootstrap_project

    bootstrap_project(root)
    with KedroSession.create(project_path=root, env="base") as session:
        loader = session.load_context().config_loader
        catalog = {name: entry for name, entry in loader["catalog"].items() if not name.startswith("_")}
        return Project(dict(pipelines), catalog, loader["parameters"])


def _is_data(name: str) -> bool:
    return name != "parameters" and not name.startswith("params:")


# --- the catalog -----------------------------------------------------------------------------------


def _resolver(catalog: Config) -> CatalogConfigResolver:
    return CatalogConfigResolver(catalog, default_runtime_patterns={"{default}": {}})


def undeclared(data_sets: Iterable[str], catalog: Config) -> Findings:
    """Name the data sets that neither an entry nor a pattern of the catalog declares."""
    resolver = _resolver(catalog)
    return sorted(n for n in data_sets if n not in catalog and not resolver.match_dataset_pattern(n))


def unused(data_sets: Iterable[str], catalog: Config) -> Findings:
    """Name the entries and patterns of the catalog that no node reads or writes."""
    resolver = _resolver(catalog)
    used = {n if n in catalog else resolver.match_dataset_pattern(n) for n in data_sets}
    return sorted(set(catalog) - used)


def catch_alls(catalog: Config) -> Findings:
    """Name the patterns that would match any name, a misspelt one too."""
    return [name for name in catalog if "{" in name and not re.search(r"[a-z]", re.sub(r"{\w+}", "", name))]


def layers(data_sets: Iterable[str], catalog: Config) -> dict[str, str]:
    """Return the layer that kedro-viz shows for each data set, or an empty string."""
    resolver = _resolver(catalog)
    entries = {name: resolver.resolve_pattern(name) for name in data_sets}
    shown = {name: entry.get("metadata", {}).get("kedro-viz", {}) for name, entry in entries.items()}
    return {name: str(viz.get("layer", "")) for name, viz in shown.items()}


def without_layer(data_sets: Iterable[str], catalog: Config) -> Findings:
    """Name the data sets whose layer is none of the project's."""
    return sorted(name for name, layer in layers(data_sets, catalog).items() if layer not in LAYERS)


def backward(nodes: Iterable[Node], catalog: Config) -> Findings:
    """Describe where a data set feeds an earlier layer: kedro-viz would then drop all layers."""
    edges = [(node, r, w) for node in nodes for r in filter(_is_data, node.inputs) for w in node.outputs]
    known = layers({name for _, *names in edges for name in names}, catalog)
    return [
        f"{node.func.__name__}: {read} ({known[read]}) -> {written} ({known[written]})"
        for node, read, written in edges
        if LAYERS.index(known[read]) > LAYERS.index(known[written])
    ]


def _entry(layer: str) -> Config:
    return {"type": "pandas.ParquetDataset", "filepath": "x", "metadata": {"kedro-viz": {"layer": layer}}}


def _shout(clients: str) -> str:
    return clients.upper()


BROKEN_CATALOG = {
    "clients": _entry("03_primary"),
    "old": _entry("01_raw"),
    "{month}_store": _entry("attic"),
    "{x}": {},
}


def test_every_data_set_is_declared(whole: Project) -> None:
    assert undeclared(whole.data_sets, whole.catalog) == []
    strict = {name: entry for name, entry in BROKEN_CATALOG.items() if name != "{x}"}
    assert undeclared(["clients", "may_store", "clints"], strict) == ["clints"]


def test_no_pattern_catches_every_name(whole: Project) -> None:
    assert catch_alls(whole.catalog) == []
    assert catch_alls({**BROKEN_CATALOG, "{a}.{b}": {}, "{a}_{b}": {}}) == ["{x}", "{a}.{b}", "{a}_{b}"]


def test_every_entry_is_read_or_written(whole: Project) -> None:
    assert unused(whole.data_sets, whole.catalog) == []
    assert unused(["clients", "may_store"], BROKEN_CATALOG) == ["old", "{x}"]


def test_every_data_set_has_a_layer(whole: Project) -> None:
    assert without_layer(whole.data_sets, whole.catalog) == []
    assert without_layer(["clients", "may_store"], BROKEN_CATALOG) == ["may_store"]


def test_no_data_set_feeds_an_earlier_layer(whole: Project) -> None:
    assert backward(whole.nodes, whole.catalog) == []
    assert backward([Node(_shout, "clients", "old")], BROKEN_CATALOG) == [
        "_shout: clients (03_primary) -> old (01_raw)"
    ]
    assert backward([Node(_shout, "old", "clients")], BROKEN_CATALOG) == []


# --- parameters and nodes ---------------------------------------------------------------------------


def arguments(node: Node) -> dict[str, str]:
    """Return which data set or parameter each argument of a node's function gets."""
    given = node._inputs
    if isinstance(given, dict):
        return given
    names = inspect.signature(node.func).parameters
    return dict(zip(names, [given] if isinstance(given, str) else given or [], strict=False))


def untyped(nodes: Iterable[Node]) -> Findings:
    """Name the nodes whose hints cannot be resolved, and the parameters that kedro would not check."""
    found = []
    for node in nodes:
        try:
            hints = get_type_hints(node.func)
        except NameError as error:
            found.append(f"{node.func.__name__}: {error}")
            continue
        for argument, source in arguments(node).items():
            hint = hints.get(argument)
            checked = hint in PLAIN or (isinstance(hint, type) and issubclass(hint, Parameters))
            if not _is_data(source) and not checked:
                found.append(f"{node.func.__name__}: {argument} is {hint}")
    return found


def unused_parameters(parameters: Config, nodes: Iterable[Node]) -> Findings:
    """Name the top-level parameters that no node reads."""
    read = {
        name.removeprefix("params:").split(".")[0]
        for node in nodes
        for name in node.inputs
        if not _is_data(name)
    }
    return sorted(set(parameters) - read)


def typed_twice(nodes: Iterable[Node]) -> Findings:
    """Name the parameters that are read together with a parameter inside them."""
    read = {name for node in nodes for name in node.inputs if name.startswith("params:")}
    return sorted(name for name in read if any(other.startswith(f"{name}.") for other in read))


def _hintless(clients: str, options: "Nowhere") -> str:  # type: ignore[name-defined]  # noqa: F821
    return clients


def _takes_all(clients: str, options: dict[str, Any]) -> str:
    return clients


def _well_typed(clients: str, options: DataProcessing, seed: int) -> str:
    return clients


BROKEN_NODES = [
    Node(_hintless, ["clients", "params:eda"], "a"),
    Node(_takes_all, ["clients", "parameters"], "b"),
    Node(_takes_all, {"clients": "clients", "options": "params:eda"}, "c"),
    Node(_well_typed, ["clients", "params:eda", "params:eda.seed"], "d"),
]


TRUTH_READERS = ("demo_store", "demo_comparison")


def reads_truth(pipelines: dict[str, Pipeline]) -> Findings:
    """Name the pipelines that read what only the maker of a synthetic store may know."""
    return sorted(
        f"{name}: {data_set}"
        for name, pipeline in pipelines.items()
        for data_set in pipeline.inputs() | pipeline.outputs()
        if data_set.startswith(("demo_", "scoring.demo_")) and name not in TRUTH_READERS
    )


def test_only_the_makers_of_a_synthetic_store_know_its_truth(whole: Project) -> None:
    assert reads_truth(whole.pipelines) == []
    cheating = {"eda": Pipeline([Node(_shout, "demo_truth", "portrait")])}
    assert reads_truth(cheating) == ["eda: demo_truth"]


def test_every_hint_resolves_and_every_parameter_is_typed(whole: Project) -> None:
    assert untyped(whole.nodes) == []
    assert [line.split(" is ")[0] for line in untyped(BROKEN_NODES)] == [
        "_hintless: name 'Nowhere'",
        "_takes_all: options",
        "_takes_all: options",
    ]


def test_no_node_takes_all_parameters(whole: Project) -> None:
    assert [node.func.__name__ for node in whole.nodes if "parameters" in node.inputs] == []


def test_every_parameter_is_read_by_a_node(whole: Project) -> None:
    assert unused_parameters(whole.parameters, whole.nodes) == []
    assert unused_parameters({"eda": 1, "eta": 2}, BROKEN_NODES) == ["eta"]


def test_no_parameter_is_typed_together_with_its_parent(whole: Project) -> None:
    assert typed_twice(whole.nodes) == []
    assert typed_twice(BROKEN_NODES) == ["params:eda"]


def badly_named(pipelines: Iterable[Pipeline]) -> Findings:
    """Name the nodes without a name of their own, with one that is hard to type, or with that of another."""
    nodes = {node for pipeline in pipelines for node in pipeline.nodes}
    counts = Counter(node.name for node in nodes)
    # Kedro makes a name of function, inputs and outputs where there is none: it changes with each of them.
    own = {node for node in nodes if node._name and re.fullmatch(r"[\w-]+(\.[\w-]+)+", node.name, re.ASCII)}
    return sorted(node.name for node in nodes if node not in own or counts[node.name] > 1)


def test_every_node_has_a_name_of_its_own(whole: Project) -> None:
    assert badly_named(whole.pipelines.values()) == []
    named = [
        Node(_shout, "a", "b", name="eda.shout"),
        Node(_shout, "a", "c", name="shout"),
        Node(_shout, "a", "d", name="shout", namespace="eda"),
        Node(_shout, "a", "e", name="eda.cry"),
    ]
    nameless = Node(_shout, "a", "f", namespace="eda")
    each_alone = [Pipeline([node]) for node in (*named, nameless)]
    assert badly_named(each_alone) == [nameless.name, "eda.shout", "eda.shout", "shout"]


def test_no_node_is_a_lambda_or_passes_its_input_on(whole: Project) -> None:
    assert [str(node) for node in whole.nodes if node.func.__name__ in ("<lambda>", "identity")] == []


def test_default_chain_leaves_out_what_is_run_by_hand_and_figures_that_nothing_reads(whole: Project) -> None:
    chain = whole.pipelines["__default__"]
    gather = [node for node in whole.nodes if node.name.endswith(".gather_exhibits")]
    shown = {data_set for node in gather for data_set in node.inputs}
    assert [data_set for data_set in shown if "_figure_" in data_set]
    for name, pipeline in whole.pipelines.items():
        assert pipeline.nodes, name
        left_out = {node for node in pipeline.nodes if node not in chain.nodes}
        if name in OUTSIDE_THE_CHAIN:
            assert left_out, name
            continue
        drawn = {data_set for node in left_out for data_set in node.outputs}
        assert all("_figure_" in data_set for data_set in drawn), name
        assert not drawn & shown, name
    assert not [data_set for data_set in chain.outputs() if "_figure_" in data_set]


# --- the code ---------------------------------------------------------------------------------------


def prints(source: str) -> list[int]:
    """Return the lines that print."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]


def test_nothing_is_printed(root: Path) -> None:
    # __main__ is the command that says where the report is.
    files = [path for path in (root / "src").rglob("*.py") if path.name != "__main__.py"]
    assert {str(path): prints(path.read_text(encoding="utf-8")) for path in files} == {
        str(path): [] for path in files
    }
    assert prints('x = "print(1)"\nprint(x)') == [2]


def _lint_imports(folder: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--cache-dir", str(cache)]
    environment = os.environ | {"PYTHONPATH": str(folder / "src" if (folder / "src").exists() else folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_import_boundaries_hold(root: Path, tmp_path: Path) -> None:
    result = _lint_imports(root, tmp_path)
    assert result.returncode == 0, result.stdout


# By the name of a contract: a module of the package, and what it may not import.
BREACHES = {
    "Pipelines meet in the catalog, never in imports; scoring alone wires others": (
        "pipelines.eda.nodes.breach_of_independence",
        "one_click.pipelines.campaign.nodes.plan",
    ),
    "Imports go one way: pipelines, shared modules, columns": (
        "rules.breach_of_layers",
        "one_click.modelling.folds",
    ),
    "Within a pipeline: wires, then figures, then texts, then nodes": (
        "pipelines.eda.nodes.breach_inside",
        "one_click.pipelines.eda.texts.findings",
    ),
    "What calculates knows no kedro, no plots and no words": ("statistics.breach_of_purity", "matplotlib"),
    "One module knows shap, which takes seconds to import": ("modelling.breach_of_haste", "shap"),
}


@pytest.fixture(scope="module")
def breached(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what `lint-imports` says of each contract in a copy of the code with a breach of each."""
    copy = tmp_path_factory.mktemp("breached")
    shutil.copy(root / "pyproject.toml", copy)
    shutil.copytree(root / "src" / "one_click", copy / "one_click", ignore=shutil.ignore_patterns("*.pyc"))
    for module, imported in BREACHES.values():
        path = copy / "one_click" / f"{module.replace('.', '/')}.py"
        path.write_text(f"import {imported}\n", encoding="utf-8")
    said = _lint_imports(copy, copy / "cache").stdout
    parts = re.split(r"^(.+)\n-{3,}$", said.partition("Broken contracts")[2], flags=re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def test_every_import_contract_has_a_breach_to_see(root: Path) -> None:
    linter = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert {contract["name"] for contract in linter["contracts"]} == set(BREACHES)


@pytest.mark.parametrize("contract", BREACHES)
def test_breach_of_an_import_contract_is_seen(breached: dict[str, str], contract: str) -> None:
    module, imported = BREACHES[contract]
    assert f"one_click.{module} -> {imported} " in breached[contract]


CALCULATES = ("pipelines/*/nodes.py", "pipelines/*/nodes/**/*.py")
CALCULATES += tuple(
    f"{name}/**/*.py" for name in ("explain", "modelling", "rules", "simulation", "statistics")
)
LABELS = ("rules/signals.py",)  # a signal is declared with its name in both languages
WORDS_OF_THE_STORE = {"стандарт", "т", "у", "ц", "Товары для дачи", "н/д"}  # what is planted as dirt


def russian_literals(source: str) -> list[str]:
    """Return the Russian texts in code that are neither docstrings nor words of the store's files."""
    tree = ast.parse(source)
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in statements
        and re.search("[а-яё]", node.value, re.IGNORECASE)
        and node.value not in WORDS_OF_THE_STORE
    ]


def test_what_calculates_holds_no_prose(root: Path) -> None:
    package = root / "src" / "one_click"
    files = sorted({path for pattern in CALCULATES for path in package.glob(pattern)})
    assert len(files) > 50
    found = {
        str(path.relative_to(package)): russian_literals(path.read_text(encoding="utf-8")) for path in files
    }
    assert {name: texts for name, texts in found.items() if texts and name not in LABELS} == {}
    assert all(found[name] for name in LABELS)


def test_prose_in_code_is_seen() -> None:
    source = '"""Докстрока."""\nx = {"ru": f"риск {y}", "en": "risk"}  # замечание\nz = "стандарт"\n'
    assert russian_literals(source) == ["риск "]


def slow_imports(code: str) -> str:
    """Name the packages that code imports of those that take long, or draw."""
    ask = "import sys; print(*sorted({'matplotlib', 'numba', 'shap'} & set(sys.modules)))"
    command = [sys.executable, "-c", f"{code}\n{ask}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_tables_are_made_and_explained_without_slow_imports() -> None:
    pipeline = "from one_click.pipelines import data_processing as made; made.create_pipeline()"
    explained = "from one_click.explain import shapley\nfrom one_click.presentation import shap_objects"
    assert slow_imports(f"from one_click import settings\n{pipeline}\n{explained}") == ""
    assert slow_imports("import matplotlib") == "matplotlib"


def test_settings_limit_the_threads_of_numeric_libraries() -> None:
    """They must do so before anything imports numpy, whatever the shell has set."""
    count = "print({one['num_threads'] for one in threadpoolctl.threadpool_info()})"
    code = f"from one_click import cli, settings; import numpy, threadpoolctl; {count}"
    unset = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=unset).stdout
    assert told.strip() == "{1}"


# --- the lock, the documents, the settings ------------------------------------------------------------


def lock_faults(lock: str, dependencies: Iterable[str]) -> Findings:
    """Describe dependencies that the lock lacks, holds without hash or at a version out of bounds."""
    blocks = re.split(r"\n(?=\S)", lock)
    pinned: dict[str, tuple[str, bool]] = {}
    for block in blocks:
        if found := re.match(r"([\w.\-]+)(?:\[[\w,\-]+\])?==([^\s;\\]+)", block):
            pinned[canonicalize_name(found[1])] = (found[2], "--hash=sha256:" in block)
    return [*_faults_of(pinned, dependencies), *re.findall(r"https?://\S+", lock)]


def _faults_of(pinned: dict[str, tuple[str, bool]], dependencies: Iterable[str]) -> Iterator[str]:
    for requirement in map(Requirement, dependencies):
        version, _ = pinned.get(canonicalize_name(requirement.name), ("", False))
        if not any(bound.operator == ">=" for bound in requirement.specifier):
            yield f"{requirement.name} has no lower bound"
        if not version:
            yield f"{requirement.name} is not locked"
        elif not requirement.specifier.contains(version):
            yield f"{requirement.name} is locked at {version}"
    yield from (f"{name} has no hash" for name, (_, hashed) in pinned.items() if not hashed)


def test_lock_holds_every_dependency_with_hashes(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [one for extra in project["optional-dependencies"].values() for one in extra]
    dependencies = [
        one for one in (*project["dependencies"], *extras) if Requirement(one).name != project["name"]
    ]
    assert lock_faults((root / "requirements.lock").read_text(encoding="utf-8"), dependencies) == []


def test_faulty_lock_is_seen() -> None:
    lock = (
        "kedro==1.6.0 \\\n    --hash=sha256:00\nnumpy==2.4.0\nrich @ https://example.org/rich.whl\n"
        "scikit-learn==1.9.1 ; python_version >= '3.11' \\\n    --hash=sha256:00\n"
    )
    assert lock_faults(lock, ["kedro>=1.7", "Scikit_Learn>=1.9", "numpy", "shap>=1"]) == [
        "kedro is locked at 1.6.0",
        "numpy has no lower bound",
        "shap is not locked",
        "numpy has no hash",
        "https://example.org/rich.whl",
    ]


def dead_links(text: str, folder: Path) -> Findings:
    """Return the relative links of a document that lead nowhere."""
    links = re.findall(r"\]\(([^)\s#]+)", text)
    return [link for link in links if "://" not in link and not (folder / link).exists()]


def test_links_of_documents_lead_somewhere(root: Path, tmp_path: Path) -> None:
    for document in root.glob("*.md"):
        assert dead_links(document.read_text(encoding="utf-8"), root) == [], document.name
    (tmp_path / "here.md").touch()
    text = "[a](here.md) [b](gone.md) [c](https://example.org) [d](#below) [e](here.md#part)"
    assert dead_links(text, tmp_path) == ["gone.md"]


def test_license_is_named_and_there(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "MIT"
    (text,) = ((root / name).read_text(encoding="utf-8") for name in project["license-files"])
    assert text.startswith("MIT License\n\nCopyright (c) 2026 the one_click authors\n")


def test_telemetry_is_off(root: Path) -> None:
    assert yaml.safe_load((root / ".telemetry").read_text(encoding="utf-8")) == {"consent": False}


def test_shipped_parameters_switch_on_known_features_only(whole: Project) -> None:
    assert set(whole.parameters["data_processing"]["engineered_features"]) <= set(ENGINEERED_FEATURES)
