from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import RidgeClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import LinearSVC

from one_click.columns import BASE_FEATURES, CATEGORICAL_FEATURES, TARGET
from one_click.explain.fitted import FittedView, ModelColumn, Split, views_of
from one_click.features import add_engineered
from one_click.modelling.families import build_preprocessing
from one_click.modelling.scores import raw_features
from one_click.parameters import BASES, SCALERS

Fit = Callable[..., Any]

PAGES, ERRORS, SHARE = "pages_per_visit", "service_errors", "promo_purchase_share"
NUMBERS = [name for name in BASE_FEATURES if name not in CATEGORICAL_FEATURES]
CATEGORIES = ("Дети", "Дом", "Книги", "Кухня", "Сад", "Техника")
EVERY_FAMILY = ("logistic_regression", "decision_tree", "k_nearest_neighbours", "svc", "naive_bayes")
CURVES = [f"{PAGES}, curve {number}" for number in (1, 2, 3, 4)]
CURVES += [f"{SHARE}, curve {number}" for number in (1, 2, 3, 4)]

pytestmark = pytest.mark.filterwarnings("ignore:divide by zero")


def _names(view: FittedView) -> list[str]:
    return list(map(str, view.columns))


# --- columns ------------------------------------------------------------------------------------------


COLUMNS_SEEN = {
    "number": (ModelColumn(PAGES), PAGES, (PAGES,)),
    "level": (ModelColumn("popular_category", "Сад"), "popular_category = Сад", ("popular_category",)),
    "engineered-of-one": (ModelColumn("promo_habit"), "promo_habit", (SHARE,)),
    "engineered-of-two": (
        ModelColumn("minutes_trend"),
        "minutes_trend",
        ("minutes_previous", "minutes_current"),
    ),
}


@pytest.mark.parametrize(("column", "name", "sources"), COLUMNS_SEEN.values(), ids=list(COLUMNS_SEEN))
def test_a_column_knows_its_name_and_its_raw_features(
    column: ModelColumn, name: str, sources: tuple[str, ...]
) -> None:
    assert (str(column), column.sources) == (name, sources)


def test_columns_are_numbers_then_levels_each_of_its_feature(fit: Fit, clients: pd.DataFrame) -> None:
    view = FittedView(fit("logistic_regression", clients, select__k="all"))
    levels = [f"popular_category = {level}" for level in CATEGORIES]
    assert _names(view) == [*NUMBERS, *levels, "service_type = стандарт"]  # of two levels, one is a column
    owners = [*NUMBERS, *["popular_category"] * len(CATEGORIES), "service_type"]
    assert view.origins.tolist() == [BASE_FEATURES.index(owner) for owner in owners]
    assert view.levels == {"popular_category": CATEGORIES, "service_type": ("премиум", "стандарт")}
    assert view.engineered == ()


def test_columns_are_those_that_are_selected(fit: Fit, clients: pd.DataFrame) -> None:
    view = FittedView(fit("svc", clients, select__k=2))
    assert view.columns == [ModelColumn(PAGES), ModelColumn(SHARE)]
    assert view.origins.tolist() == [BASE_FEATURES.index(PAGES), BASE_FEATURES.index(SHARE)]


def test_an_engineered_column_of_one_feature_is_that_features(fit: Fit, clients: pd.DataFrame) -> None:
    view = FittedView(fit("svc", add_engineered(clients, ("promo_habit",)), select__k="all"))
    assert _names(view)[len(NUMBERS)] == "promo_habit"
    assert view.origins[len(NUMBERS)] == BASE_FEATURES.index(SHARE)
    assert view.engineered == ("promo_habit",)


def test_columns_of_several_features_have_no_single_origin(fit: Fit, clients: pd.DataFrame) -> None:
    view = FittedView(
        fit("logistic_regression", add_engineered(clients, ("minutes_trend",)), select__k="all")
    )
    assert "minutes_trend" in _names(view)
    assert not view.has_origins
    with pytest.raises(ValueError, match="several raw features"):
        _ = view.owners


def test_a_pipeline_without_categories_has_no_levels(features: pd.DataFrame) -> None:
    steps = [
        ("engineer", FunctionTransformer(add_engineered, kw_args={"names": ()})),
        ("columns", build_preprocessing("standard", (PAGES, ERRORS))),
        ("basis", "passthrough"),
        ("model", DummyClassifier()),
    ]
    pipeline = Pipeline(steps).fit(features, features[PAGES] > 5)
    assert FittedView(pipeline).levels == {}


@pytest.mark.parametrize("basis", BASES)
def test_preparation_and_terms_are_the_steps_before_the_model(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, basis: str
) -> None:
    model = fit("logistic_regression", clients, select__k=5, basis=basis)
    view = FittedView(model)
    prepared = view.prepare(features)
    assert prepared.shape == (len(features), 5)
    np.testing.assert_array_equal(view.expand(prepared), model[:-1].transform(features))


# --- terms --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("basis", "terms"),
    [
        pytest.param("none", [PAGES, SHARE], id="columns"),
        pytest.param("curves", CURVES, id="curves"),
        pytest.param("products", [PAGES, SHARE, f"{PAGES} × {SHARE}"], id="products"),
        pytest.param("curves_and_products", [*CURVES, PAGES, SHARE, f"{PAGES} × {SHARE}"], id="both"),
    ],
)
def test_terms_and_their_owners_by_hand(
    fit: Fit, clients: pd.DataFrame, basis: str, terms: list[str]
) -> None:
    view = FittedView(fit("logistic_regression", clients, select__k=2, basis=basis))
    assert list(view.terms) == terms
    assert view.terms == {term: [name for name in (PAGES, SHARE) if name in term] for term in terms}
    first_and_last = [(owners[0], owners[-1]) for owners in view.terms.values()]
    assert [tuple(BASE_FEATURES[place] for place in pair) for pair in view.owners] == first_and_last
    assert view.weights.shape == (len(terms),)


@pytest.mark.parametrize("basis", BASES)
def test_terms_of_levels_and_engineered_columns_name_raw_features(
    fit: Fit, clients: pd.DataFrame, basis: str
) -> None:
    wider = add_engineered(clients, ("minutes_trend",))
    terms = FittedView(fit("logistic_regression", wider, select__k="all", basis=basis)).terms
    minutes = ["minutes_previous", "minutes_current"]
    if basis in ("none", "products"):
        assert terms["minutes_trend"] == minutes
        assert terms["popular_category = Сад"] == ["popular_category"]
    if "products" in basis:
        assert terms["minutes_current × minutes_trend"] == ["minutes_current", "minutes_previous"]
        assert terms["minutes_trend × popular_category = Сад"] == [*minutes, "popular_category"]
        assert terms["popular_category = Дом × popular_category = Сад"] == ["popular_category"]
    if "curves" in basis:
        assert terms["minutes_trend, curve 1"] == minutes


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("engineered", [(), ("promo_habit",)], ids=["raw", "promo_habit"])
def test_weighted_factors_add_up_to_the_decision_function(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, basis: str, engineered: tuple[str, ...]
) -> None:
    wider = add_engineered(clients, engineered)
    model = fit("logistic_regression", wider, select__k=12, basis=basis)
    view = FittedView(model)
    factors = view.factors(view.prepare(features))
    assert factors.shape == (len(features), len(view.terms), 2)
    total = view.intercept + factors.prod(axis=2) @ view.weights
    np.testing.assert_allclose(total, model.decision_function(features), rtol=0, atol=1e-9)
    # What has one owner stands in the first factor alone.
    assert (factors[:, view.owners[:, 0] == view.owners[:, 1], 1] == 1).all()


@pytest.mark.parametrize(
    "model", [LinearSVC(fit_intercept=False), RidgeClassifier(fit_intercept=False)], ids=repr
)
def test_a_linear_model_may_have_no_intercept_and_flat_coefficients(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, model: Any
) -> None:
    pipeline = clone(fit("logistic_regression", clients)).set_params(model=model)
    view = FittedView(pipeline.fit(features, clients[TARGET]))
    assert view.is_linear
    assert view.intercept == 0
    weighted = view.prepare(features) @ view.weights
    np.testing.assert_allclose(weighted, pipeline.decision_function(features), atol=1e-9)


def test_factors_of_a_product_by_hand(fit: Fit, clients: pd.DataFrame, features: pd.DataFrame) -> None:
    view = FittedView(fit("logistic_regression", clients, select__k=2, basis="products"))
    prepared = np.array([[2.0, 3.0], [-1.0, 0.5]])
    expected = [[[2, 1], [3, 1], [2, 3]], [[-1, 1], [0.5, 1], [-1, 0.5]]]
    assert view.factors(prepared).tolist() == expected


# --- trees --------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Features .* are constant", "ignore:invalid value")
def test_leaves_by_hand(fit: Fit, clients: pd.DataFrame) -> None:
    # The tree: P ≤ 4 → 0; P > 4 and E ≤ 2 → ½ (one of two declined); P > 4 and E > 2 → 1.
    alike = clients.iloc[[0] * 8].reset_index(drop=True)
    declined = {PAGES: [2, 2, 2, 2, 6, 6, 6, 6], ERRORS: [1, 3, 1, 3, 1, 1, 3, 3]}
    fitted = alike.assign(**declined, **{TARGET: [0.0, 0, 0, 0, 0, 1, 1, 1]})
    view = FittedView(fit("decision_tree", fitted, select__k="all", model__min_samples_leaf=1))
    leaves = {
        tuple(
            (name := view.columns[split.column].feature, split.below, view.raw_value(name, split.threshold))
            for split in leaf.path
        ): leaf.probability
        for leaf in view.leaves
    }
    assert leaves == {
        ((PAGES, True, 4),): 0,
        ((PAGES, False, 4), (ERRORS, True, 2)): 0.5,
        ((PAGES, False, 4), (ERRORS, False, 2)): 1,
    }


@pytest.mark.parametrize("depth", [1, 4, None])
def test_the_splits_of_a_leaf_hold_for_those_in_it(
    fit: Fit, clients: pd.DataFrame, strangers: pd.DataFrame, depth: int | None
) -> None:
    model = fit("decision_tree", clients, model__max_depth=depth, model__min_samples_leaf=1)
    view, rows = FittedView(model), pd.concat([raw_features(clients), strangers])
    prepared, counted = view.prepare(rows), 0
    leaf_of, probability = model[-1].apply(prepared), model.predict_proba(rows)[:, 1]
    for leaf in view.leaves:
        inside = np.all([split.holds(prepared) for split in leaf.path], axis=0)
        np.testing.assert_array_equal(inside, leaf_of == leaf.node)
        assert (probability[inside] == leaf.probability).all()
        counted += inside.sum()
    assert counted == len(rows)


@pytest.mark.parametrize("below", [True, False])
def test_a_split_compares_values_in_single_precision(below: bool) -> None:
    split = Split(node=0, column=1, threshold=2.0, below=below)
    rows = np.array([[9, 2.0], [9, 2.0 + 1e-9], [9, 2.0 + 1e-6], [9, 1.0]])
    assert split.holds(rows).tolist() == [below, below, not below, below]


# --- numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scaler", SCALERS)
def test_a_number_is_prepared_as_its_column_and_back(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame, scaler: str
) -> None:
    view = FittedView(fit("logistic_regression", clients, select__k="all", scaler=scaler))
    for name in (PAGES, SHARE):
        prepared = view.prepare_number(name, features[name].to_numpy(dtype="float64"))
        np.testing.assert_allclose(prepared, view.prepare(features)[:, NUMBERS.index(name)], atol=1e-12)
        back = [view.raw_value(name, value) for value in prepared[:15]]
        np.testing.assert_allclose(back, features[name].head(15), rtol=0, atol=1e-6)


def test_a_standardised_number_by_hand(fit: Fit, clients: pd.DataFrame) -> None:
    fitted = clients.assign(**{PAGES: [2, 6] * 60})  # mean 4, standard deviation 2
    view = FittedView(fit("logistic_regression", fitted, select__k="all"))
    assert view.prepare_number(PAGES, np.array([4.0, 5, 10])).tolist() == pytest.approx([0, 0.5, 3])
    assert view.raw_value(PAGES, -1.5) == pytest.approx(1)


# --- what a model is ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "hyperparameters", "kinds"),
    [
        pytest.param("logistic_regression", {}, (True, False, False), id="linear"),
        pytest.param("logistic_regression", {"basis": "curves"}, (True, False, False), id="linear-in-curves"),
        pytest.param("decision_tree", {}, (False, True, False), id="tree"),
        pytest.param("decision_tree", {"basis": "products"}, (False, False, False), id="tree-of-products"),
        pytest.param("svc", {}, (False, False, True), id="rbf"),
        pytest.param("svc", {"basis": "curves"}, (False, False, False), id="rbf-of-curves"),
        pytest.param("svc", {"model__kernel": "poly"}, (False, False, False), id="polynomial-kernel"),
        pytest.param("svc", {"model__kernel": "linear"}, (True, False, False), id="linear-kernel"),
        pytest.param("k_nearest_neighbours", {}, (False, False, False), id="neighbours"),
        pytest.param("naive_bayes", {}, (False, False, False), id="naive-bayes"),
    ],
)
def test_models_are_told_by_what_they_can_do(
    fit: Fit, clients: pd.DataFrame, name: str, hyperparameters: dict[str, Any], kinds: tuple[bool, ...]
) -> None:
    view = FittedView(fit(name, clients, select__k=4, **hyperparameters))
    assert (view.is_linear, view.is_tree, view.has_rbf_kernel) == kinds


def test_pipelines_of_the_project_are_found_among_others(fit: Fit, clients: pd.DataFrame) -> None:
    candidates = {name: fit(name, clients, select__k=4) for name in ("svc", "naive_bayes")}
    numbers, target = clients[NUMBERS], clients[TARGET]
    others = {
        "refused": DummyClassifier().fit(numbers, target),
        "foreign": make_pipeline(StandardScaler(), GaussianNB()).fit(numbers, target),
    }
    views = views_of(candidates | others)
    assert {name: view.pipeline for name, view in views.items()} == candidates
