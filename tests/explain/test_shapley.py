from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from one_click.columns import BASE_FEATURES, ENGINEERED_FEATURES, TARGET
from one_click.explain.explanation import Explanation
from one_click.explain.fitted import FittedView
from one_click.explain.shapley import explain, interactions
from one_click.features import add_engineered
from one_click.modelling.scores import raw_features, uncalibrated_score
from one_click.parameters import Interpretation

Fit = Callable[..., Any]

METHODS = {
    "logistic_regression": "linear",
    "decision_tree": "tree",
    "svc": "rbf",
    "k_nearest_neighbours": "sampled",
    "naive_bayes": "sampled",
}
EXACT = [name for name, method in METHODS.items() if method != "sampled"]


def _contributions(explanation: Explanation) -> pd.DataFrame:
    return pd.DataFrame(explanation.contributions, columns=list(BASE_FEATURES))


def _assert_adds_up(explanation: Explanation) -> None:
    total = explanation.base_value + explanation.contributions.sum(axis=1)
    np.testing.assert_allclose(total, explanation.output, rtol=0, atol=1e-9)
    assert all(np.isfinite(values).all() for values in (explanation.contributions, explanation.errors))


@pytest.fixture(scope="module")
def vote(fit_vote: Fit, clients: pd.DataFrame) -> Any:
    return fit_vote(clients, 4)


# --- the way of explaining ----------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "method"), METHODS.items())
def test_contributions_add_up_to_the_score(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, options: Interpretation, name: str, method: str
) -> None:
    model, asked = fit(name, clients), features.iloc[::3]
    explanation = explain(model, asked, features.iloc[1::3], options)
    assert explanation.method == method
    _assert_adds_up(explanation)
    for values in (explanation.contributions, explanation.errors):
        assert values.shape == (len(asked), len(BASE_FEATURES))
    if name != "k_nearest_neighbours":
        np.testing.assert_allclose(explanation.output, uncalibrated_score(model, asked), rtol=0, atol=1e-9)


@pytest.mark.parametrize("basis", ["curves", "products", "curves_and_products"])
def test_contributions_of_terms_add_up_to_the_score(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, options: Interpretation, basis: str
) -> None:
    model = fit("logistic_regression", clients, select__k=9, basis=basis)
    explanation = explain(model, features, features.iloc[::3], options)
    assert explanation.method == "terms"
    _assert_adds_up(explanation)
    np.testing.assert_allclose(explanation.output, uncalibrated_score(model, features), rtol=0, atol=1e-9)
    assert (explanation.errors == 0).all()


@pytest.mark.parametrize("name", EXACT)
def test_exact_contributions_have_no_errors_and_know_no_seed(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, options: Interpretation, name: str
) -> None:
    model, other = fit(name, clients), options.model_copy(update={"seed": 2, "permutations": 9})
    one, two = (explain(model, features.iloc[:9], features, each) for each in (options, other))
    assert (one.errors == 0).all()
    assert one.contributions.any()
    np.testing.assert_array_equal(one.contributions, two.contributions)


def test_a_vote_is_explained_by_what_its_members_see(
    vote: Any,
    features: pd.DataFrame,
    strangers: pd.DataFrame,
    options: Interpretation,
    seen_features: Callable[[Any], list[str]],
) -> None:
    explanation = explain(vote, strangers, features, options)
    assert explanation.method == "sampled"
    _assert_adds_up(explanation)
    np.testing.assert_allclose(explanation.output, uncalibrated_score(vote, strangers), rtol=0, atol=1e-9)
    moved = _contributions(explanation).any()
    assert moved[moved].index.tolist() == seen_features(vote)
    assert len(seen_features(vote)) == 4


@pytest.mark.parametrize("name", EXACT)
def test_interaction_values_add_up_to_contributions(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, options: Interpretation, name: str
) -> None:
    model, asked, background = fit(name, clients, select__k=5), features.iloc[:9], features.iloc[::3]
    pairs, explanation = interactions(model, asked, background), explain(model, asked, background, options)
    assert pairs is not None
    np.testing.assert_allclose(pairs.sum(axis=2), explanation.contributions, rtol=0, atol=1e-9)
    np.testing.assert_allclose(pairs, pairs.transpose(0, 2, 1), rtol=0, atol=1e-12)


def test_models_that_are_sampled_have_no_interaction_values(
    fit: Fit, vote: Any, clients: pd.DataFrame, features: pd.DataFrame
) -> None:
    for model in (fit("naive_bayes", clients), vote):
        assert interactions(model, features.iloc[:2], features) is None


# --- features -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["logistic_regression", "k_nearest_neighbours"])
def test_engineered_features_are_computed_inside(
    fit: Fit, clients: pd.DataFrame, options: Interpretation, name: str
) -> None:
    wider = add_engineered(clients, ENGINEERED_FEATURES)
    model, rows = fit(name, wider, select__k="all"), raw_features(wider)
    assert set(ENGINEERED_FEATURES) < {column.feature for column in FittedView(model).columns}
    explanation = explain(model, rows.iloc[:20], rows, options)
    assert explanation.method == "sampled"
    assert explanation.contributions.shape == (20, len(BASE_FEATURES))
    _assert_adds_up(explanation)
    if name == "logistic_regression":
        expected = uncalibrated_score(model, rows.iloc[:20])
        np.testing.assert_allclose(explanation.output, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", METHODS)
def test_features_that_the_model_does_not_see_contribute_exactly_nothing(
    fit: Fit,
    clients: pd.DataFrame,
    features: pd.DataFrame,
    options: Interpretation,
    seen_features: Callable[[Any], list[str]],
    name: str,
) -> None:
    model = fit(name, clients, select__k=4)
    explanation = explain(model, features.iloc[:20], features, options)
    unseen = np.array([feature not in seen_features(model) for feature in BASE_FEATURES])
    assert unseen.sum() == 12
    drivers = _contributions(explanation)[["pages_per_visit", "promo_purchase_share"]]
    assert (drivers.abs().mean() > 0.01).all()
    assert (explanation.contributions[:, unseen] == 0).all()
    assert (explanation.errors[:, unseen] == 0).all()
    assert METHODS[name] != "sampled" or (explanation.errors[:, ~unseen].max(axis=0) > 0).all()


@pytest.mark.filterwarnings("ignore:Found unknown categories")
@pytest.mark.parametrize("name", METHODS)
def test_unseen_category_is_explained(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, options: Interpretation, name: str
) -> None:
    model = fit(name, clients)
    unseen = features.iloc[:5].assign(popular_category="Новая", service_type="vip")
    explanation = explain(model, unseen, features, options)
    _assert_adds_up(explanation)
    np.testing.assert_allclose(explanation.output, uncalibrated_score(model, unseen), rtol=0, atol=1e-9)


@pytest.mark.filterwarnings("ignore:Features .* are constant", "ignore:invalid value")
@pytest.mark.parametrize("name", METHODS)
def test_constant_feature_contributes_nothing(
    fit: Fit, clients: pd.DataFrame, options: Interpretation, name: str
) -> None:
    same = {"days_registered": 0, "revenue_current": 0.1, "allows_messages": True}
    same |= {"popular_category": "Дом", "service_type": "стандарт"}
    constant = clients.assign(**same)
    model, rows = fit(name, constant, select__k="all"), constant[list(BASE_FEATURES)]
    explanation = explain(model, rows.iloc[:30], rows, options)
    _assert_adds_up(explanation)
    assert _contributions(explanation)[list(same)].abs().max(axis=None) < 1e-12
    assert pd.DataFrame(explanation.errors, columns=list(BASE_FEATURES))[list(same)].max(axis=None) < 1e-12


def test_pipeline_of_other_steps_is_explained_too(clients: pd.DataFrame, options: Interpretation) -> None:
    numbers = ColumnTransformer([("numbers", "passthrough", ["pages_per_visit", "service_errors"])])
    rows = clients[list(BASE_FEATURES)]
    model = make_pipeline(numbers, GaussianNB()).fit(rows, clients[TARGET])
    explanation = explain(model, rows.iloc[:5], rows.iloc[::6], options)
    assert explanation.method == "sampled"
    _assert_adds_up(explanation)
    named = _contributions(explanation).abs().max() > 0
    assert set(named[named].index) == {"pages_per_visit", "service_errors"}


# --- nobody else matters ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", METHODS)
def test_order_and_labels_of_rows_do_not_matter(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, options: Interpretation, name: str
) -> None:
    model, asked = fit(name, clients), features.iloc[10:20]
    shuffled = asked.sample(frac=1, random_state=0)
    place = asked.index.get_indexer(shuffled.index)
    assert place.tolist() != sorted(place)
    one, other = (explain(model, rows, features.iloc[::3], options) for rows in (asked, shuffled))
    np.testing.assert_allclose(other.contributions, one.contributions[place], atol=1e-12)
    np.testing.assert_allclose(other.errors, one.errors[place], atol=1e-12)
    np.testing.assert_allclose(other.output, one.output[place], atol=1e-12)
    assert other.base_value == one.base_value


@pytest.mark.parametrize("name", METHODS)
def test_inputs_stay_as_they_are(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, options: Interpretation, name: str
) -> None:
    model, asked, base = fit(name, clients, select__k=3), features.iloc[:5].copy(), features.iloc[::3].copy()
    explain(model, asked, base, options)
    interactions(model, asked, base)
    pd.testing.assert_frame_equal(asked, features.iloc[:5])
    pd.testing.assert_frame_equal(base, features.iloc[::3])
