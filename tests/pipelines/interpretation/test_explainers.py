from collections.abc import Callable
from itertools import chain, combinations, product
from math import factorial

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from one_click.columns import BASE_FEATURES, ENGINEERED_FEATURES, TARGET
from one_click.features import add_engineered
from one_click.modelling import candidates
from one_click.parameters import Family, ModelSelection
from one_click.pipelines.interpretation.explainers import Explanation, explain, shapley_of_products
from one_click.scores import feature_columns, uncalibrated_score

Fit = Callable[..., Pipeline]
FAMILIES = ("logistic_regression", "decision_tree", "k_nearest_neighbours", "svc", "naive_bayes")


@pytest.fixture(scope="module")
def features(clients: pd.DataFrame) -> pd.DataFrame:
    return clients[list(BASE_FEATURES)]


def _seen(model: Pipeline) -> list[str]:
    """Return the raw features of which the model sees at least one column."""
    names = model[:2].get_feature_names_out()
    return [
        feature
        for feature in BASE_FEATURES
        if any(name == feature or name.startswith(f"{feature}_") for name in names)
    ]


def _worth(model: Pipeline, client: pd.Series, base: pd.DataFrame, unknown: tuple[str, ...]) -> float:
    """Return the mean score over all ways to draw each unknown feature from the base by itself."""
    draws = list(product(*(base[name] for name in unknown)))
    rows = pd.DataFrame([client] * len(draws), columns=base.columns).reset_index(drop=True)
    for position, name in enumerate(unknown):
        rows[name] = [draw[position] for draw in draws]
    return float(uncalibrated_score(model, rows.astype(base.dtypes.to_dict())).mean())


def _enumerate(
    model: Pipeline, client: pd.Series, base: pd.DataFrame, players: list[str] | None = None
) -> tuple[dict[str, float], float]:
    """Return Shapley values by their definition, over all sets of features that the model sees."""
    players = players or _seen(model)
    sets = list(chain.from_iterable(combinations(players, size) for size in range(len(players) + 1)))
    worth = {
        frozenset(known): _worth(model, client, base, tuple(p for p in players if p not in known))
        for known in sets
    }
    weight = [
        factorial(size) * factorial(len(players) - size - 1) / factorial(len(players))
        for size in range(len(players))
    ]
    values = {
        player: sum(
            weight[len(known)] * (worth[known | {player}] - worth[known])
            for known in worth
            if player not in known
        )
        for player in players
    }
    return values, worth[frozenset()]


def _contributions(explanation: Explanation) -> pd.DataFrame:
    return pd.DataFrame(explanation.contributions, columns=list(BASE_FEATURES))


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize(
    ("name", "expand", "method"),
    [
        pytest.param("logistic_regression", "none", "linear", id="linear"),
        pytest.param("logistic_regression", "curves", "terms", id="curves"),
        pytest.param("logistic_regression", "products", "terms", id="products"),
        pytest.param("logistic_regression", "curves_and_products", "terms", id="curves-and-products"),
        pytest.param("decision_tree", "none", "tree", id="tree"),
        pytest.param("svc", "none", "rbf", id="rbf"),
    ],
)
def test_exact_values_equal_their_definition(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, name: str, expand: str, method: str
) -> None:
    # Two columns of one category among the five: four players.
    columns = 5
    risky = clients["popular_category"].where(clients[TARGET] == 0, "Дом")
    risky = risky.where(clients[TARGET] == 1, risky.replace("Дом", "Сад"))
    known = clients.assign(popular_category=risky.astype("str"))
    model = fit(name, known, select__k=columns, expand=expand)
    assert "popular_category" in _seen(model)
    assert len(_seen(model)) < columns
    base = features.iloc[[3, 40, 90, 117]]
    explanation = explain(model, features.iloc[:3], base, permutations=1, seed=0)
    assert explanation.method == method
    for position, contributions in _contributions(explanation).iterrows():
        expected, base_value = _enumerate(model, features.iloc[position], base)
        assert explanation.base_value == pytest.approx(base_value, abs=1e-9)
        assert contributions[list(expected)].to_dict() == pytest.approx(expected, abs=1e-9)
        assert not contributions.drop(list(expected)).any()


def test_linear_values_are_coefficients_times_distances_from_the_mean(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame
) -> None:
    model = fit("logistic_regression", clients)
    explanation = explain(model, features, features, permutations=1, seed=0)
    rows = pd.DataFrame(model[:-1].transform(features), columns=model[:-1].get_feature_names_out())
    by_column = (rows - rows.mean()) * model[-1].coef_[0]
    contributions = _contributions(explanation)
    np.testing.assert_allclose(contributions["pages_per_visit"], by_column["pages_per_visit"], atol=1e-9)
    of_category = by_column.filter(like="popular_category_")
    assert of_category.shape[1] == 6
    np.testing.assert_allclose(contributions["popular_category"], of_category.sum(axis=1), atol=1e-9)
    np.testing.assert_allclose(contributions["service_type"], by_column.iloc[:, -1], atol=1e-9)
    assert explanation.base_value == pytest.approx(uncalibrated_score(model, features).mean())


def test_sampled_values_come_near_their_definition(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame
) -> None:
    model = fit("k_nearest_neighbours", clients, select__k=4)
    base = features.iloc[[3, 40, 90, 117]]
    explanation = explain(model, features.iloc[:3], base, permutations=200, seed=0)
    assert explanation.method == "sampled"
    for position, contributions in _contributions(explanation).iterrows():
        expected, base_value = _enumerate(model, features.iloc[position], base)
        # 200 draws of a score between 0 and 1, whose standard deviation is 0.5 at most: an error of 0.035.
        assert explanation.base_value == pytest.approx(base_value, abs=0.07)
        assert contributions[list(expected)].to_dict() == pytest.approx(expected, abs=0.07)
        assert not contributions.drop(list(expected)).any()


def test_sampling_follows_its_seed(fit: Fit, clients: pd.DataFrame, features: pd.DataFrame) -> None:
    model = fit("k_nearest_neighbours", clients)
    one, same, other = (explain(model, features[:9], features, 2, seed).contributions for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


@pytest.mark.parametrize("name", FAMILIES)
def test_base_value_and_contributions_add_up_to_the_score(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, name: str
) -> None:
    model = fit(name, clients)
    explanation = explain(model, features, features.iloc[::3], permutations=2, seed=0)
    total = explanation.base_value + explanation.contributions.sum(axis=1)
    np.testing.assert_allclose(total, uncalibrated_score(model, features), atol=1e-9)


@pytest.mark.parametrize("name", ["logistic_regression", "decision_tree"])
def test_engineered_features_are_computed_inside(fit: Fit, clients: pd.DataFrame, name: str) -> None:
    wider = add_engineered(clients, ENGINEERED_FEATURES)
    model = fit(name, wider, select__k=24)
    rows = wider[feature_columns(wider)]
    assert set(ENGINEERED_FEATURES) < set(rows.columns)
    explanation = explain(model, rows.iloc[:20], rows, permutations=2, seed=0)
    assert explanation.method == "sampled"
    assert explanation.contributions.shape == (20, len(BASE_FEATURES))
    total = explanation.base_value + explanation.contributions.sum(axis=1)
    np.testing.assert_allclose(total, uncalibrated_score(model, rows.iloc[:20]), atol=1e-9)


def test_contribution_of_an_engineered_feature_belongs_to_what_it_is_made_of(
    fit: Fit, clients: pd.DataFrame
) -> None:
    wider = add_engineered(clients, ("minutes_trend",))
    flipped = wider.assign(**{TARGET: (wider["minutes_trend"] < 0).astype("float64")})
    model = fit("decision_tree", flipped, select__k=1)
    assert model[:-1].get_feature_names_out().tolist() == ["minutes_trend"]
    rows = flipped[feature_columns(flipped)]
    contributions = _contributions(explain(model, rows, rows, permutations=5, seed=0))
    assert set(contributions.columns[contributions.any()]) == {"minutes_previous", "minutes_current"}


@pytest.mark.filterwarnings("ignore:Found unknown categories")
@pytest.mark.parametrize("name", FAMILIES)
def test_unseen_category_is_explained(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, name: str
) -> None:
    model = fit(name, clients)
    unseen = features.iloc[:5].assign(popular_category="Новая", service_type="vip")
    explanation = explain(model, unseen, features, permutations=2, seed=0)
    total = explanation.base_value + explanation.contributions.sum(axis=1)
    np.testing.assert_allclose(total, uncalibrated_score(model, unseen), atol=1e-9)


@pytest.mark.filterwarnings("ignore:Features .* are constant", "ignore:invalid value")
@pytest.mark.parametrize("name", FAMILIES)
def test_constant_feature_contributes_nothing(fit: Fit, clients: pd.DataFrame, name: str) -> None:
    constant = clients.assign(days_registered=0, revenue_current=0.1)
    model = fit(name, constant, select__k=20)
    rows = constant[list(BASE_FEATURES)]
    contributions = _contributions(explain(model, rows.iloc[:30], rows, permutations=2, seed=0))
    assert contributions[["days_registered", "revenue_current"]].abs().max(axis=None) < 1e-12


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


@pytest.fixture(scope="module")
def vote(clients: pd.DataFrame, families: dict[str, Family], selection_options: ModelSelection) -> object:
    """Return the soft vote of the shipped families, the SVC calibrated inside it, on two columns."""
    settings = {"select__k": 2}
    tuned = {name: candidates.untuned(family) | {"settings": settings} for name, family in families.items()}
    tuned["k_nearest_neighbours"]["settings"] = settings | {"model__n_neighbors": 15}
    return candidates.fit(candidates.tune_vote(tuned), clients, selection_options)


def test_a_vote_is_explained_by_what_its_members_say(
    vote: object, clients: pd.DataFrame, features: pd.DataFrame
) -> None:
    explanation = explain(vote, features, features, permutations=2, seed=0)
    output = uncalibrated_score(vote, features)
    total = explanation.contributions.sum(axis=1) + explanation.base_value
    np.testing.assert_allclose(total, output, atol=1e-9)
    assert explanation.method == "sampled"
    seen = _contributions(explanation).abs().sum()
    assert set(seen[seen > 1e-9].index) == {"promo_purchase_share", "pages_per_visit"}


def test_a_vote_is_explained_near_the_definition(vote: object, features: pd.DataFrame) -> None:
    base = features.iloc[[3, 40, 90, 117]]
    explanation = explain(vote, features.iloc[:2], base, permutations=200, seed=0)
    players = ["pages_per_visit", "promo_purchase_share"]
    for position, contributions in _contributions(explanation).iterrows():
        expected, base_value = _enumerate(vote, features.iloc[position], base, players)
        assert explanation.base_value == pytest.approx(base_value, abs=0.02)
        assert contributions[players].to_dict() == pytest.approx(expected, abs=0.03)
