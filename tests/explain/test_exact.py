from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.base import clone

from one_click.columns import BASE_FEATURES, TARGET
from one_click.explain import exact
from one_click.explain.exact import exact_contributions, exact_interactions, rbf_score
from one_click.explain.explanation import Explanation
from one_click.explain.fitted import FittedView
from one_click.features import add_engineered
from one_click.modelling.scores import raw_features, uncalibrated_score

Values = NDArray[np.float64]
Compared = Callable[..., Explanation]
Fit = Callable[..., Any]
ByDefinition = Callable[..., tuple[dict[str, float], float]]

PAGES, ERRORS, CATEGORY = "pages_per_visit", "service_errors", "popular_category"
DEEP = {"model__max_depth": None, "model__min_samples_leaf": 1}
EXACT_MODELS = [
    pytest.param("logistic_regression", {}, "linear", id="linear"),
    pytest.param("logistic_regression", {"scaler": "quantile"}, "linear", id="linear-in-bent-numbers"),
    pytest.param("logistic_regression", {"basis": "curves"}, "terms", id="curves"),
    pytest.param("logistic_regression", {"basis": "products"}, "terms", id="products"),
    pytest.param("logistic_regression", {"basis": "curves_and_products"}, "terms", id="curves-and-products"),
    pytest.param("decision_tree", {}, "tree", id="tree"),
    pytest.param("decision_tree", DEEP, "tree", id="deep-tree"),
    pytest.param("svc", {}, "rbf", id="rbf"),
    pytest.param("svc", {"scaler": "robust", "model__gamma": 0.5}, "rbf", id="narrow-rbf"),
    pytest.param("svc", {"model__class_weight": "balanced"}, "rbf", id="weighted-rbf"),
]


def _explain(model: Any, clients: pd.DataFrame, background: pd.DataFrame) -> Explanation:
    """Return what must be exact."""
    found = exact_contributions(FittedView(model), clients, background)
    assert found is not None
    return found


def _pairs(model: Any, clients: pd.DataFrame, background: pd.DataFrame) -> Values:
    found = exact_interactions(FittedView(model), clients, background)
    assert found is not None
    return found


def _by_feature(explained: Explanation) -> pd.DataFrame:
    return pd.DataFrame(explained.contributions, columns=list(BASE_FEATURES))


def _places(names: Sequence[str]) -> list[int]:
    return [BASE_FEATURES.index(name) for name in names]


@pytest.fixture(scope="module")
def home_and_garden(clients: pd.DataFrame) -> pd.DataFrame:
    """Return clients half of whom look at things for the home if they declined, else for the garden."""
    planted = np.where(clients[TARGET] == 1, "Дом", "Сад")
    by_chance = np.arange(len(clients)) % 2 == 0
    return clients.assign(popular_category=clients[CATEGORY].where(by_chance, planted))


# --- against the definition ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def assert_by_definition(
    seen_features: Callable[[Any], list[str]],
    shapley_by_definition: ByDefinition,
    interactions_by_definition: Callable[..., Values],
) -> Callable[[Any, pd.DataFrame, pd.DataFrame], Explanation]:
    """Return a function that compares contributions and interaction values with sums over all sets."""

    def compare(model: Any, asked: pd.DataFrame, background: pd.DataFrame) -> Explanation:
        players, score = seen_features(model), partial(uncalibrated_score, model)
        explained, pairs = _explain(model, asked, background), _pairs(model, asked, background)
        places = _places(players)
        for client in range(len(asked)):
            game = (score, asked.iloc[[client]], background, players)
            values, base_value = shapley_by_definition(*game)
            expected = np.zeros(len(BASE_FEATURES))
            expected[places] = list(values.values())
            np.testing.assert_allclose(explained.contributions[client], expected, rtol=0, atol=1e-9)
            assert explained.base_value == pytest.approx(base_value, abs=1e-9)
            halves = np.zeros((len(BASE_FEATURES),) * 2)
            halves[np.ix_(places, places)] = interactions_by_definition(*game) / 2
            halves += np.diag(expected - halves.sum(axis=1))
            np.testing.assert_allclose(pairs[client], halves, rtol=0, atol=1e-9)
        return explained

    return compare


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize(("name", "hyperparameters", "method"), EXACT_MODELS)
def test_values_equal_their_definition(
    fit: Fit,
    home_and_garden: pd.DataFrame,
    seen_features: Callable[[Any], list[str]],
    assert_by_definition: Compared,
    name: str,
    hyperparameters: dict[str, Any],
    method: str,
) -> None:
    model, features = (
        fit(name, home_and_garden, select__k=7, **hyperparameters),
        raw_features(home_and_garden),
    )
    # Two of the seven columns are of one category: their product is a term of one feature.
    assert CATEGORY in seen_features(model)
    assert len(seen_features(model)) == 6
    asked, background = features.iloc[:3], features.iloc[[2, 3, 40, 90, 117]]  # one client is in both
    explained = assert_by_definition(model, asked, background)
    assert explained.method == method
    assert (np.abs(explained.contributions).max(axis=1) > 0.01).all()


def _most_splits(view: FittedView, feature: str) -> int:
    """Return on how many splits of a feature the way to a leaf depends at most."""
    return max(
        sum(view.columns[split.column].feature == feature for split in leaf.path) for leaf in view.leaves
    )


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_conditions_on_one_feature_count_together(
    fit: Fit, home_and_garden: pd.DataFrame, assert_by_definition: Compared
) -> None:
    wanted = home_and_garden[PAGES].between(3, 6) & home_and_garden[CATEGORY].isin(["Дом", "Сад"])
    banded = home_and_garden.assign(**{TARGET: wanted.astype("float64")})
    model, features = fit("decision_tree", banded, select__k=6, **DEEP), raw_features(banded)
    assert _most_splits(FittedView(model), PAGES) >= 2  # from 3 to 6
    assert _most_splits(FittedView(model), CATEGORY) >= 2  # neither of the home nor of the garden
    assert_by_definition(model, features.iloc[[0, 50, 100]], features.iloc[5::20])


def test_a_tree_of_one_leaf_explains_nothing(fit: Fit, clients: pd.DataFrame, features: pd.DataFrame) -> None:
    model = fit("decision_tree", clients, model__min_samples_leaf=len(clients))
    explained = _explain(model, features.iloc[:4], features)
    assert model[-1].tree_.node_count == 1
    assert explained.base_value == pytest.approx(clients[TARGET].mean())
    assert explained.contributions.tolist() == np.zeros((4, len(BASE_FEATURES))).tolist()
    assert not _pairs(model, features.iloc[:4], features).any()


@pytest.mark.parametrize("gamma", [0.05, 50.0], ids=["wide", "narrow"])
def test_an_outlier_whose_kernels_vanish(
    fit: Fit, clients: pd.DataFrame, assert_by_definition: Compared, gamma: float
) -> None:
    model, features = fit("svc", clients, select__k=5, model__gamma=gamma), raw_features(clients)
    far = features.iloc[[0]].assign(**{PAGES: 10**6, "promo_purchase_share": 1.0})
    farther = far.assign(minutes_current=10**9, minutes_previous=10**9)
    background = pd.concat([features.iloc[[5, 60, 110]], far.assign(**{PAGES: 10**5})])
    explained = assert_by_definition(model, pd.concat([far, farther]), background)
    np.testing.assert_allclose(  # of an outlier, only the intercept is left
        explained.base_value + explained.contributions.sum(axis=1), model[-1].intercept_[0], atol=1e-9
    )


@pytest.mark.parametrize("name", ["logistic_regression", "decision_tree", "svc"])
def test_nothing_moves_a_client_who_equals_the_background(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, name: str
) -> None:
    model, same = fit(name, clients), features.iloc[[7, 7, 7]]
    explained = _explain(model, same, same)
    assert np.abs(explained.contributions).max() < 1e-12
    assert np.abs(_pairs(model, same, same)).max() < 1e-12
    assert explained.base_value == pytest.approx(uncalibrated_score(model, same)[0], abs=1e-12)


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize(
    ("name", "hyperparameters"),
    [
        pytest.param("logistic_regression", {}, id="linear"),
        pytest.param("logistic_regression", {"basis": "products"}, id="products"),
        pytest.param("decision_tree", {}, id="tree"),
        pytest.param("svc", {}, id="rbf"),
    ],
)
def test_a_column_engineered_of_one_feature_belongs_to_it(
    fit: Fit, clients: pd.DataFrame, assert_by_definition: Compared, name: str, hyperparameters: Any
) -> None:
    wider = add_engineered(clients, ("promo_habit",))
    model = fit(name, wider, select__k=4, **hyperparameters)
    assert {"promo_habit", "promo_purchase_share"} <= set(map(str, FittedView(model).columns))
    features = raw_features(wider)
    explained = assert_by_definition(model, features.iloc[[0, 119]], features.iloc[5::25])
    assert explained.contributions[:, _places(["promo_purchase_share"])].all()


@pytest.mark.parametrize("name", ["logistic_regression", "decision_tree", "svc"])
def test_columns_engineered_of_several_features_have_no_exact_values(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, name: str
) -> None:
    wider = add_engineered(clients, ("promo_habit", "minutes_trend"))
    view = FittedView(fit(name, wider, select__k="all"))
    assert exact_contributions(view, features.iloc[:2], features) is None
    assert exact_interactions(view, features.iloc[:2], features) is None


# --- closed forms -------------------------------------------------------------------------------------


@pytest.mark.parametrize("scaler", ["standard", "robust", "minmax", "quantile"])
def test_linear_values_are_coefficients_times_distances_from_the_mean(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, scaler: str
) -> None:
    model, base = fit("logistic_regression", clients, scaler=scaler), features.iloc[::3]
    explained = _explain(model, features, base)
    names = model[1:-1].get_feature_names_out()
    rows, mean = (pd.DataFrame(model[:-1].transform(part), columns=names) for part in (features, base))
    by_column = (rows - mean.mean()) * model[-1].coef_[0]
    counted = 0
    for feature, contributions in _by_feature(explained).items():
        own = [name for name in names if name == feature or name.startswith(f"{feature}_")]
        np.testing.assert_allclose(contributions, by_column[own].sum(axis=1), atol=1e-9)
        counted += len(own)
    assert counted == len(names) == 21
    assert explained.base_value == pytest.approx(uncalibrated_score(model, base).mean(), abs=1e-9)


# Clients who differ in two features only; P stands for pages, E for errors.
def _clients(like: pd.DataFrame, pages: list[float], errors: list[int]) -> pd.DataFrame:
    alike = like.iloc[[0] * len(pages)].reset_index(drop=True)
    return alike.assign(**{PAGES: pages, ERRORS: errors})


@pytest.mark.filterwarnings("ignore:Features .* are constant", "ignore:invalid value")
def test_tree_by_hand(fit: Fit, clients: pd.DataFrame) -> None:
    # The tree: P ≤ 4 → 0; P > 4 and E ≤ 2 → ½ (one of two declined); P > 4 and E > 2 → 1.
    fitted = _clients(clients, [2, 2, 2, 2, 6, 6, 6, 6], [1, 3, 1, 3, 1, 1, 3, 3])
    fitted = fitted.assign(**{TARGET: [0.0, 0, 0, 0, 0, 1, 1, 1]})
    model = fit("decision_tree", fitted, select__k="all", model__min_samples_leaf=1)
    assert model[-1].get_n_leaves() == 3
    # The background, (P, E): (2, 3), (2, 3), (2, 1), (6, 3); v(nothing) = ¼ · 1 = ¼. Then
    #   of a client with P = 6, E = 3: v(P) = ¾ · 1 + ¼ · ½ = 7/8, v(E) = ¼ · 1 = ¼, v(both) = 1,
    #     P: ½ (7/8 − ¼) + ½ (1 − ¼) = 11/16, E: ½ (¼ − ¼) + ½ (1 − 7/8) = 1/16, both: 1 − 7/8 − ¼ + ¼ = 1/8
    #   of a client with P = 2, E = 1: v(P) = 0, v(E) = ¼ · ½ = 1/8, v(both) = 0,
    #     P: ½ (0 − ¼) + ½ (0 − 1/8) = −3/16, E: ½ (1/8 − ¼) + ½ (0 − 0) = −1/16, both: −1/8 + ¼ = 1/8
    background = raw_features(_clients(clients, [2, 2, 2, 6], [3, 3, 1, 3]))
    asked = raw_features(_clients(clients, [6, 2], [3, 1]))
    explained = _explain(model, asked, background)
    contributions = _by_feature(explained)
    assert explained.base_value == pytest.approx(1 / 4, abs=1e-12)
    assert contributions[PAGES].tolist() == pytest.approx([11 / 16, -3 / 16], abs=1e-12)
    assert contributions[ERRORS].tolist() == pytest.approx([1 / 16, -1 / 16], abs=1e-12)
    assert not contributions.drop(columns=[PAGES, ERRORS]).to_numpy().any()
    pairs, (pages, errors) = _pairs(model, asked, background), _places([PAGES, ERRORS])
    assert pairs[:, pages, errors].tolist() == pytest.approx([1 / 16, 1 / 16], abs=1e-12)
    assert pairs[:, pages, pages].tolist() == pytest.approx([10 / 16, -4 / 16], abs=1e-12)
    assert pairs[:, errors, errors].tolist() == pytest.approx([0, -2 / 16], abs=1e-12)


@pytest.mark.filterwarnings("ignore:Features .* are constant", "ignore:invalid value")
def test_product_by_hand(fit: Fit, clients: pd.DataFrame) -> None:
    # The score w P E, of standardised P and E: beside a row (p, e), P gets w (P − p)(E + e) / 2.
    fitted = _clients(clients, [0, 0, 2, 2] * 3, [0, 2, 0, 2] * 3)
    fitted = fitted.assign(**{TARGET: [1.0, 0, 0, 1] * 3})  # declines if both are low, or both high
    model = fit("logistic_regression", fitted, select__k="all", basis="products")
    names = list(map(str, FittedView(model).columns))
    terms = model.named_steps["basis"].get_feature_names_out([f"x{n}" for n in range(len(names))])
    term = terms.tolist().index(f"x{names.index(PAGES)} x{names.index(ERRORS)}")
    weight = model[-1].coef_[0, term]
    assert weight > 0.5
    assert np.abs(np.delete(model[-1].coef_[0], term)).max() < 1e-6
    # Standardised, 2 is 1, 1 is 0 and 0 is −1: the background, (P, E), is (1, 1), (0, −1), (1, 0), (0, 0), of
    # means ½ and 0 and a mean product of ¼. So P gets w/2 (PE − E/2 − ¼), and E w/2 (PE + E/2 − ¼).
    background = raw_features(_clients(clients, [2, 1, 2, 1], [2, 0, 1, 1]))
    asked = raw_features(_clients(clients, [2, 0], [2, 2]))  # (1, 1) and (−1, 1)
    contributions = _by_feature(_explain(model, asked, background))
    assert contributions[PAGES].tolist() == pytest.approx([weight / 8, -7 * weight / 8], abs=1e-5)
    assert contributions[ERRORS].tolist() == pytest.approx([5 * weight / 8, -3 * weight / 8], abs=1e-5)
    # Together: the mean of w (P − p)(E − e), here w (PE − E/2 + ¼), half of it on either side.
    pages, errors = _places([PAGES, ERRORS])
    together = _pairs(model, asked, background)[:, pages, errors]
    assert together.tolist() == pytest.approx([3 * weight / 8, -5 * weight / 8], abs=1e-5)


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_tree_compares_as_scikit_learn_does(fit: Fit, clients: pd.DataFrame) -> None:
    # Each value lies next to the other in single precision: only double precision has thresholds between.
    model = clone(fit("decision_tree", clients, select__k="all")).set_params(columns__scaler="passthrough")
    for step in range(1, 30):
        low = np.float32(2 + step * np.spacing(np.float32(2)))
        pages = np.where(clients[TARGET] == 1, low, np.nextafter(low, np.float32(4))).astype("float64")
        rows = clients.assign(**{PAGES: pages})[list(BASE_FEATURES)]
        explained = _explain(model.fit(rows, clients[TARGET]), rows, rows.iloc[::5])
        total = explained.base_value + explained.contributions.sum(axis=1)
        np.testing.assert_allclose(total, uncalibrated_score(model, rows), atol=1e-9)


@pytest.mark.parametrize("count", [0, 1, 120])
def test_fast_score_is_scikit_learns(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    model = fit("svc", clients)
    rows = FittedView(model).prepare(features)[:count]
    monkeypatch.setattr(exact, "_BLOCK", 50)
    expected = model[-1].decision_function(rows) if count else []
    np.testing.assert_allclose(rbf_score(model[-1], rows), expected, rtol=0, atol=1e-12)


# --- properties ---------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize(("name", "hyperparameters", "method"), EXACT_MODELS)
def test_values_of_a_client_depend_on_nobody_else(
    fit: Fit,
    clients: pd.DataFrame,
    features: pd.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    hyperparameters: dict[str, Any],
    method: str,
) -> None:
    model, base = fit(name, clients, select__k=9, **hyperparameters), features.iloc[::4]
    whole = _explain(model, features.iloc[:10], base).contributions
    some = _explain(model, features.iloc[[7, 2, 5]], base).contributions
    np.testing.assert_allclose(some, whole[[7, 2, 5]], atol=1e-12)
    shuffled = _explain(model, features.iloc[:10], base.sample(frac=1, random_state=0)).contributions
    np.testing.assert_allclose(shuffled, whole, atol=1e-12)
    monkeypatch.setattr(exact, "_ROWS", 4)
    monkeypatch.setattr(exact, "_ELEMENTS", 100)
    np.testing.assert_allclose(_explain(model, features.iloc[:10], base).contributions, whole, atol=1e-12)


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize(
    ("name", "hyperparameters"),
    [
        pytest.param("k_nearest_neighbours", {}, id="neighbours"),
        pytest.param("naive_bayes", {}, id="naive-bayes"),
        pytest.param("svc", {"model__kernel": "poly"}, id="polynomial-kernel"),
        pytest.param("svc", {"basis": "curves"}, id="rbf-of-curves"),
        pytest.param("decision_tree", {"basis": "products"}, id="tree-of-products"),
    ],
)
def test_other_models_have_no_exact_values(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, name: str, hyperparameters: dict[str, Any]
) -> None:
    view = FittedView(fit(name, clients, select__k=4, **hyperparameters))
    assert exact_contributions(view, features.iloc[:2], features) is None
    assert exact_interactions(view, features.iloc[:2], features) is None
