from collections.abc import Callable
from itertools import product
from math import factorial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.svm import SVC

from one_click.columns import BASE_FEATURES, TARGET
from one_click.explain import exact
from one_click.explain.exact import Exact, exact_contributions, shapley_of_products
from one_click.scores import uncalibrated_score

Values = NDArray[np.float64]
Fit = Callable[..., Any]
ByDefinition = Callable[..., tuple[dict[str, float], float]]

PAGES, ERRORS = "pages_per_visit", "service_errors"
EXACT_MODELS = [
    pytest.param("logistic_regression", {}, "linear", id="linear"),
    pytest.param("logistic_regression", {"numbers": "quantile"}, "linear", id="linear-in-bent-numbers"),
    pytest.param("logistic_regression", {"expand": "curves"}, "terms", id="curves"),
    pytest.param("logistic_regression", {"expand": "products"}, "terms", id="products"),
    pytest.param("logistic_regression", {"expand": "curves_and_products"}, "terms", id="curves-and-products"),
    pytest.param("decision_tree", {}, "tree", id="tree"),
    pytest.param("svc", {}, "rbf", id="rbf"),
    pytest.param("svc", {"numbers": "robust", "model__gamma": 0.5}, "rbf", id="narrow-rbf"),
]


def _explain(model: Any, clients: pd.DataFrame, base: pd.DataFrame) -> Exact:
    """Return what must be exact."""
    found = exact_contributions(model, clients, base)
    assert found is not None
    return found


def _by_feature(explained: Exact) -> pd.DataFrame:
    return pd.DataFrame(explained.contributions, columns=list(BASE_FEATURES))


@pytest.fixture(scope="module")
def home_and_garden(clients: pd.DataFrame) -> pd.DataFrame:
    """Return clients half of whom look at things for the home if they declined, else for the garden."""
    planted = np.where(clients[TARGET] == 1, "Дом", "Сад")
    by_chance = np.arange(len(clients)) % 2 == 0
    return clients.assign(popular_category=clients["popular_category"].where(by_chance, planted))


# --- against the definition ---------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize(("name", "settings", "method"), EXACT_MODELS)
def test_values_equal_their_definition(
    fit: Fit,
    home_and_garden: pd.DataFrame,
    seen_features: Callable[[Any], list[str]],
    shapley_by_definition: ByDefinition,
    name: str,
    settings: dict[str, Any],
    method: str,
) -> None:
    model, features = (
        fit(name, home_and_garden, select__k=7, **settings),
        home_and_garden[list(BASE_FEATURES)],
    )
    players = seen_features(model)
    # Two of the seven columns are of one category: their product is a term of one feature.
    assert "popular_category" in players
    assert len(players) == 6
    base = features.iloc[[3, 40, 90, 117]]
    explained = _explain(model, features.iloc[:3], base)
    assert explained.method == method
    for position, contributions in _by_feature(explained).iterrows():
        expected, base_value = shapley_by_definition(
            lambda rows: uncalibrated_score(model, rows), features.iloc[[position]], base, players
        )
        assert explained.base_value == pytest.approx(base_value, abs=1e-9)
        assert contributions[players].to_dict() == pytest.approx(expected, abs=1e-9)
        assert np.abs(list(expected.values())).max() > 0.01
        assert not contributions.drop(players).any()


# --- closed forms -------------------------------------------------------------------------------------


@pytest.mark.parametrize("numbers", ["standard", "robust", "minmax", "quantile"])
def test_linear_values_are_coefficients_times_distances_from_the_mean(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, numbers: str
) -> None:
    model, base = fit("logistic_regression", clients, numbers=numbers), features.iloc[::3]
    explained = _explain(model, features, base)
    names = model[:-1].get_feature_names_out()
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
    # The base: P > 4 of one in four, E > 2 of three in four; which go together does not matter. Then
    #   v(nothing) = ¼ (¼ · ½ + ¾ · 1) = 7/32
    #   of a client with P = 6, E = 3: v(P) = ¼ · ½ + ¾ · 1 = 7/8, v(E) = ¼ · 1 = ¼, v(both) = 1,
    #     P: ½ (7/8 − 7/32) + ½ (1 − ¼) = 45/64, E: ½ (¼ − 7/32) + ½ (1 − 7/8) = 5/64
    #   of a client with P = 2, E = 1: v(P) = 0, v(E) = ¼ · ½ = 1/8, v(both) = 0,
    #     P: ½ (0 − 7/32) + ½ (0 − 1/8) = −11/64, E: ½ (1/8 − 7/32) + ½ (0 − 0) = −3/64
    base = _clients(clients, [2, 2, 2, 6], [3, 3, 1, 3])[list(BASE_FEATURES)]
    asked = _clients(clients, [6, 2], [3, 1])[list(BASE_FEATURES)]
    explained = _explain(model, asked, base)
    contributions = _by_feature(explained)
    assert explained.base_value == pytest.approx(7 / 32, abs=1e-12)
    assert contributions[PAGES].tolist() == pytest.approx([45 / 64, -11 / 64], abs=1e-12)
    assert contributions[ERRORS].tolist() == pytest.approx([5 / 64, -3 / 64], abs=1e-12)
    assert not contributions.drop(columns=[PAGES, ERRORS]).to_numpy().any()


@pytest.mark.filterwarnings("ignore:Features .* are constant", "ignore:invalid value")
def test_product_by_hand(fit: Fit, clients: pd.DataFrame) -> None:
    # The score w P E, of standardised P and E, at a = (P, E) from means b: P gets w (a₁ − b₁)(a₂ + b₂) / 2.
    fitted = _clients(clients, [0, 0, 2, 2] * 3, [0, 2, 0, 2] * 3)
    fitted = fitted.assign(**{TARGET: [1.0, 0, 0, 1] * 3})  # declines if both are low, or both high
    model = fit("logistic_regression", fitted, select__k="all", expand="products")
    names = model[:2].get_feature_names_out().tolist()
    terms = model.named_steps["expand"].get_feature_names_out([f"x{n}" for n in range(len(names))])
    term = terms.tolist().index(f"x{names.index(PAGES)} x{names.index(ERRORS)}")
    weight = model[-1].coef_[0, term]
    assert weight > 0.5
    assert np.abs(np.delete(model[-1].coef_[0], term)).max() < 1e-6
    # Standardised: 2 is 1, 1 is 0, and the means of the base are P: 1/2 and E: 0.
    base = _clients(clients, [2, 1, 2, 1], [2, 0, 1, 1])[list(BASE_FEATURES)]
    asked = _clients(clients, [2, 0], [2, 2])[list(BASE_FEATURES)]
    contributions = _by_feature(_explain(model, asked, base))
    assert contributions[PAGES].tolist() == pytest.approx([weight / 4, -3 * weight / 4], abs=1e-5)
    assert contributions[ERRORS].tolist() == pytest.approx([3 * weight / 4, -weight / 4], abs=1e-5)


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_tree_compares_as_scikit_learn_does(fit: Fit, clients: pd.DataFrame) -> None:
    # Each value lies next to the other in single precision: borders between exist in double precision only.
    model = clone(fit("decision_tree", clients, select__k="all")).set_params(columns__numbers="passthrough")
    for step in range(1, 30):
        low = np.float32(2 + step * np.spacing(np.float32(2)))
        pages = np.where(clients[TARGET] == 1, low, np.nextafter(low, np.float32(4))).astype("float64")
        rows = clients.assign(**{PAGES: pages})[list(BASE_FEATURES)]
        explained = _explain(model.fit(rows, clients[TARGET]), rows, rows.iloc[::5])
        total = explained.base_value + explained.contributions.sum(axis=1)
        np.testing.assert_allclose(total, uncalibrated_score(model, rows), atol=1e-9)


# Known factors a, expected factors b, weight w: for two players the first gets
# w (a1 - b1) (a2 + b2) / 2 and the second w (a2 - b2) (a1 + b1) / 2.
@pytest.mark.parametrize(
    ("known", "expected", "weight", "values"),
    [
        pytest.param([2, 3], [1, 5], 10, [40, -30], id="two-players"),
        pytest.param([0, 3], [1, 0], 1, [-1.5, 1.5], id="zeros"),
        pytest.param([2, 5], [1, 5], 1, [5, 0], id="one-player-moves"),
        pytest.param([4, 5], [4, 5], 1, [0, 0], id="nobody-moves"),
        pytest.param([0, 0], [1, 1], 1, [-0.5, -0.5], id="both-fall-to-zero"),
    ],
)
def test_products_by_hand(
    known: list[float], expected: list[float], weight: float, values: list[float]
) -> None:
    a, b = np.array([[known]], dtype="float64"), np.array([expected], dtype="float64")
    assert shapley_of_products(np.array([float(weight)]), a, b)[0].tolist() == pytest.approx(values)


@pytest.mark.parametrize("players", [1, 2, 5, 6])
def test_products_equal_the_definition(players: int) -> None:
    generator = np.random.default_rng(players)
    weights = generator.normal(size=3)
    a, b = generator.normal(size=(2, 3, players)), generator.normal(size=(3, players))
    a[0, 0, 0] = b[1, 0] = 0
    values = shapley_of_products(weights, a, b)
    for client in range(2):
        worth = {
            known: float(weights @ np.where(np.array(known, dtype=bool), a[client], b).prod(axis=1))
            for known in product((0, 1), repeat=players)
        }
        for player in range(players):
            expected = sum(
                factorial(sum(known))
                * factorial(players - sum(known) - 1)
                / factorial(players)
                * (worth[(*known[:player], 1, *known[player + 1 :])] - worth[known])
                for known in worth
                if not known[player]
            )
            assert values[client, player] == pytest.approx(expected, abs=1e-12)


# --- properties ---------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize(("name", "settings", "method"), EXACT_MODELS)
def test_values_of_a_client_depend_on_nobody_else(
    fit: Fit,
    clients: pd.DataFrame,
    features: pd.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    settings: dict[str, Any],
    method: str,
) -> None:
    model, base = fit(name, clients, select__k=9, **settings), features.iloc[::4]
    whole = _explain(model, features.iloc[:10], base).contributions
    some = _explain(model, features.iloc[[7, 2, 5]], base).contributions
    np.testing.assert_allclose(some, whole[[7, 2, 5]], atol=1e-12)
    shuffled = _explain(model, features.iloc[:10], base.sample(frac=1, random_state=0)).contributions
    np.testing.assert_allclose(shuffled, whole, atol=1e-12)
    monkeypatch.setattr(exact, "_CHUNK", 4)
    np.testing.assert_allclose(_explain(model, features.iloc[:10], base).contributions, whole, atol=1e-12)


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize(
    ("name", "settings"),
    [
        pytest.param("k_nearest_neighbours", {}, id="neighbours"),
        pytest.param("naive_bayes", {}, id="naive-bayes"),
        pytest.param("svc", {"model__kernel": "poly"}, id="polynomial-kernel"),
        pytest.param("svc", {"expand": "curves"}, id="rbf-of-curves"),
        pytest.param("decision_tree", {"expand": "products"}, id="tree-of-products"),
    ],
)
def test_other_models_have_no_exact_values(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, name: str, settings: dict[str, Any]
) -> None:
    model = fit(name, clients, select__k=4, **settings)
    assert exact_contributions(model, features.iloc[:2], features) is None


def test_a_classifier_that_is_no_pipeline_has_no_exact_values(features: pd.DataFrame) -> None:
    numbers = features[[PAGES, ERRORS]]
    bare = SVC().fit(numbers, numbers[PAGES] > numbers[PAGES].median())
    assert exact_contributions(bare, numbers, numbers) is None


@pytest.mark.parametrize("name", ["logistic_regression", "decision_tree", "svc"])
def test_inputs_stay_as_they_are(fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, name: str) -> None:
    model, asked, base = fit(name, clients), features.iloc[:5].copy(), features.iloc[::4].copy()
    _explain(model, asked, base)
    pd.testing.assert_frame_equal(asked, features.iloc[:5])
    pd.testing.assert_frame_equal(base, features.iloc[::4])
