"""Exact values beside those of the package shap, for the same background, clients and coding."""

import shutil
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import Result
from numpy.typing import NDArray

from one_click.columns import BASE_FEATURES, CATEGORICAL_FEATURES, TARGET
from one_click.datasets.estimator import EstimatorDataset
from one_click.explain.certainty import top_reasons
from one_click.explain.exact import exact_contributions, exact_interactions
from one_click.explain.fitted import FittedView
from one_click.explain.perturbation import with_values
from one_click.explain.shapley import interactions
from one_click.modelling.scores import innermost, raw_features, uncalibrated_score

Values = NDArray[np.float64]
Fit = Callable[..., Any]

pytestmark = pytest.mark.filterwarnings("ignore:The set_.* function will be deprecated")  # importing shap

MOST_PLAYERS = 10  # of which shap takes every set


@pytest.fixture(scope="module", autouse=True)
def _import_shap(request: pytest.FixtureRequest) -> None:
    """Import shap, whose functions take longer to compile than to answer for a few clients."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("numba.core.config.DISABLE_JIT", not request.config.getoption("--expensive"))
        import shap  # noqa: F401


class Game:
    """A model, clients and background, in the numbers that shap takes: categories as places of their values.

    Its columns are the features that the model sees, of a tree those that it splits; the others contribute
    nothing.
    """

    def __init__(self, model: Any, clients: pd.DataFrame, background: pd.DataFrame) -> None:
        self.view, self.clients, self.background = FittedView(model), clients, background
        rows = pd.concat([clients, background])
        self.levels = {name: sorted(set(rows[name])) for name in CATEGORICAL_FEATURES}
        self.players = _players(self.view)

    def encode(self, rows: pd.DataFrame) -> Values:
        """Return the players' columns as numbers."""
        codes = {name: rows[name].map(values.index) for name, values in self.levels.items()}
        return rows.assign(**codes)[self.players].to_numpy(dtype="float64")

    def score(self, coded: Values) -> Values:
        """Score coded rows by the whole pipeline."""
        values = dict(zip(self.players, coded.T, strict=True))
        for name in set(self.players) & set(self.levels):
            values[name] = np.array(self.levels[name])[values[name].astype(int)]
        rows = self.background.iloc[np.zeros(len(coded), dtype=int)].reset_index(drop=True)
        return uncalibrated_score(self.view.pipeline, with_values(rows, values))

    def by_feature(self, values: Values) -> Values:
        """Return values of the players in the places of all raw features."""
        spread = np.zeros((len(values), len(BASE_FEATURES)))
        spread[:, [BASE_FEATURES.index(name) for name in self.players]] = values
        return spread

    def masker(self, rows: Values) -> Any:
        """Return shap's masker, which takes unknown features together from a row of the background."""
        import shap

        return shap.maskers.Independent(rows, max_samples=len(rows))


def _players(view: FittedView) -> list[str]:
    used = [split.column for leaf in view.leaves for split in leaf.path] if view.is_tree else None
    columns = view.columns if used is None else [view.columns[column] for column in used]
    seen = {column.sources[0] for column in columns}
    return [name for name in BASE_FEATURES if name in seen]


def closed_form(game: Game) -> Values:
    """Return what shap's LinearExplainer makes of the columns, summed up by feature."""
    import shap

    prepared, base = game.view.prepare(game.clients), game.view.prepare(game.background)
    model = game.view.model.coef_[0], game.view.model.intercept_[0]
    by_column = shap.LinearExplainer(model, game.masker(base)).shap_values(prepared)
    sums = np.zeros((len(prepared), len(BASE_FEATURES)))
    for column, values in zip(game.view.columns, by_column.T, strict=True):
        sums[:, BASE_FEATURES.index(column.feature)] += values
    return sums


def permutation(game: Game) -> Values:
    """Return the values of one order of features and its reverse: exact where no three act together."""
    import shap

    explainer = shap.PermutationExplainer(game.score, game.masker(game.encode(game.background)), seed=0)
    evaluations = 2 * len(game.players) + 1
    return game.by_feature(explainer(game.encode(game.clients), max_evals=evaluations, silent=True).values)


def every_set(game: Game) -> Values:
    """Return the values over all sets of features."""
    return game.by_feature(_exact(game, interactions=False))


def _exact(game: Game, interactions: bool) -> Values:
    import shap

    assert len(game.players) <= MOST_PLAYERS
    explainer = shap.explainers.Exact(game.score, game.masker(game.encode(game.background)))
    return explainer(game.encode(game.clients), interactions=interactions, silent=True).values  # noqa: PD011


BY_METHOD = {"linear": closed_form, "terms": permutation, "tree": every_set, "rbf": every_set}


def _ranked(contributions: Values) -> tuple[list[list[int]], list[list[int]]]:
    """Return the first three reasons of each client, by amount and towards decline."""
    rounded = np.round(contributions, 9)  # what is equal comes in the order of features
    return top_reasons(np.abs(rounded), 3).tolist(), top_reasons(rounded, 3).tolist()


def assert_as_shap(model: Any, clients: pd.DataFrame, background: pd.DataFrame) -> None:
    own = exact_contributions(FittedView(model), clients, background)
    assert own is not None
    theirs = BY_METHOD[own.method](Game(model, clients, background))
    assert theirs.any(axis=0).sum() >= 3
    np.testing.assert_allclose(own.contributions, theirs, rtol=0, atol=1e-6)
    assert _ranked(own.contributions) == _ranked(theirs)


# --- small models -------------------------------------------------------------------------------------

SMALL = [
    pytest.param("logistic_regression", {}, id="linear"),
    pytest.param("logistic_regression", {"basis": "curves_and_products"}, id="curves-and-products"),
    pytest.param("decision_tree", {"model__max_depth": None, "model__min_samples_leaf": 1}, id="tree"),
    pytest.param("svc", {"model__gamma": 0.3}, id="svc"),
]


@pytest.mark.parametrize(("name", "hyperparameters"), SMALL)
def test_contributions_are_those_of_shap(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, name: str, hyperparameters: dict[str, Any]
) -> None:
    model = fit(name, clients, select__k=7, **hyperparameters)
    assert any(column.level for column in FittedView(model).columns)
    assert_as_shap(model, features.iloc[[0, 30, 60, 119]], features.iloc[4::12])


def test_interaction_values_of_pairs_are_those_of_shap(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame
) -> None:
    # Of three features together shap's are others: the Shapley-Taylor index.
    model = fit("logistic_regression", clients, select__k=7, basis="curves_and_products")
    asked, background = features.iloc[[0, 60]], features.iloc[4::12]
    own = exact_interactions(FittedView(model), asked, background)
    assert own is not None
    game = Game(model, asked, background)
    places = [BASE_FEATURES.index(name) for name in game.players]
    theirs = _exact(game, interactions=True)
    np.testing.assert_allclose(own[:, places][:, :, places], theirs, rtol=0, atol=1e-6)


# Shap splits into pairs only the game that follows a tree's paths: that of the background, where features are
# independent in it and the tree was fitted on it.
@pytest.mark.filterwarnings("ignore:Features .* are constant", "ignore:invalid value")
def test_interactions_of_a_tree_are_those_of_shap(fit: Fit, features: pd.DataFrame) -> None:
    import shap

    numbers = ["pages_per_visit", "service_errors", "minutes_current"]
    grid = pd.DataFrame(product(range(3), repeat=3), columns=numbers)
    alike = features.iloc[[0] * 27].reset_index(drop=True).assign(**grid)
    declines = (grid["pages_per_visit"] * grid["service_errors"] + grid["minutes_current"] ** 2) % 3 > 0
    fitted = alike.assign(**{TARGET: declines.astype("float64")})
    tree = fit("decision_tree", fitted, select__k="all", model__max_depth=None, model__min_samples_leaf=1)
    ours, view = interactions(tree, alike, alike), FittedView(tree)
    theirs = shap.TreeExplainer(tree[-1]).shap_interaction_values(view.prepare(alike))[..., 1]
    columns = [[str(column) for column in view.columns].index(name) for name in numbers]
    places = [BASE_FEATURES.index(name) for name in numbers]
    assert ours is not None
    own = ours[:, places][:, :, places]
    np.testing.assert_allclose(own, theirs[:, columns][:, :, columns], atol=1e-12)
    assert np.abs(ours).sum() == pytest.approx(np.abs(own).sum())
    assert (np.abs(own).max(axis=0) > 0.01).all()


# --- models of the shipped search ---------------------------------------------------------------------

CANDIDATES = {  # family -> of how many clients one is compared, as far as shap is slow
    "logistic_regression": 1,
    "spline_logistic_regression": 10,  # as a rule the champion, which is compared for all
    "decision_tree": 1,
    "svc": 100,
}


@pytest.fixture(
    scope="module", params=["demo", pytest.param("real", marks=pytest.mark.real_data)], ids=["demo", "real"]
)
def tuned(
    request: pytest.FixtureRequest, shared_project: Path, run_inside: Callable[..., Result]
) -> Callable[[str, str], Path]:
    """Tune every family on a snapshot, as shipped; return a function that gives the path of a file."""
    snapshot, data = request.param, shared_project / "data"
    if snapshot == "real":
        extract = request.getfixturevalue("real_extract")
        shutil.copytree(extract, data / "01_raw" / snapshot, ignore=shutil.ignore_patterns("*.md"))
    candidates = (f"model_selection.{name}.candidate" for name in CANDIDATES)
    stored = ["features", "champion", "explanation_background", *candidates]
    pipelines = "data_processing,model_selection,interpretation"
    wanted = ("--pipelines", pipelines, "--to-outputs", ",".join(stored), "--params", f"snapshot={snapshot}")
    done = run_inside(shared_project, *wanted)
    assert done.exit_code == 0, done.output
    return lambda layer, name: data / layer / snapshot / name


@pytest.mark.expensive
@pytest.mark.parametrize(("name", "every"), [("champion", 1), *CANDIDATES.items()])
def test_contributions_of_real_models_are_those_of_shap(
    tuned: Callable[[str, str], Path], trusted: list[str], name: str, every: int
) -> None:
    file = "champion.skops" if name == "champion" else f"{name}/candidate.skops"
    stored = EstimatorDataset(filepath=tuned("06_models", file).as_posix(), trusted=trusted)
    clients = raw_features(pd.read_parquet(tuned("04_feature", "features.parquet")))
    background = raw_features(pd.read_parquet(tuned("07_model_output", "explanation_background.parquet")))
    assert_as_shap(innermost(stored.load()), clients.iloc[::every], background)
