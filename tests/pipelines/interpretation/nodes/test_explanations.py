from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV

from one_click.columns import BASE_FEATURES, TARGET
from one_click.explain.shap_objects import as_interactions
from one_click.modelling.folds import make_splits
from one_click.modelling.scores import uncalibrated_score
from one_click.parameters import Interpretation
from one_click.pipelines.interpretation.nodes import explanations as nodes

Fit = Callable[..., Any]
FEATURES = list(BASE_FEATURES)
SCALES = [
    ("logistic_regression", "log_odds", "linear"),
    ("decision_tree", "probability", "tree"),
    ("k_nearest_neighbours", "probability", "sampled"),
    ("svc", "decision_function", "rbf"),
    ("naive_bayes", "probability", "sampled"),
]
FAMILIES = [name for name, _, _ in SCALES]


@pytest.fixture(scope="module")
def base(clients: pd.DataFrame, options: Interpretation) -> pd.DataFrame:
    return nodes.choose_base(clients, options.model_copy(update={"base_clients": 40}))


@pytest.fixture(scope="module")
def few(clients: pd.DataFrame) -> pd.DataFrame:
    return clients.sample(30, random_state=0)


def score_of_others(model: Any, clients: pd.DataFrame, count: int) -> Any:
    """Return the share of the declined among the nearest neighbours, the client himself left out."""
    nearest = model[-1].kneighbors(model[:-1].transform(clients), count + 1, return_distance=False)
    return model[-1]._y[nearest[:, 1:]].mean(axis=1)


# The base -----------------------------------------------------------------------------------------


def test_base_is_drawn_from_training_clients(clients: pd.DataFrame, base: pd.DataFrame) -> None:
    assert len(base) == 40
    assert base["client_id"].is_monotonic_increasing
    assert base["client_id"].is_unique
    assert base["client_id"].isin(clients["client_id"]).all()
    assert base.columns.tolist() == ["client_id", *BASE_FEATURES]


def test_base_of_few_clients_is_all_of_them(clients: pd.DataFrame, options: Interpretation) -> None:
    base = nodes.choose_base(clients.head(12), options)
    assert base["client_id"].tolist() == clients["client_id"].head(12).tolist()


def test_base_depends_on_the_seed_alone(clients: pd.DataFrame, options: Interpretation) -> None:
    drawn = [
        nodes.choose_base(clients, options.model_copy(update={"base_clients": 40, "seed": seed}))
        for seed in (1, 1, 2)
    ]
    pd.testing.assert_frame_equal(drawn[0], drawn[1])
    assert drawn[0]["client_id"].tolist() != drawn[2]["client_id"].tolist()


def test_base_holds_raw_features_alone(clients: pd.DataFrame, options: Interpretation) -> None:
    with_trend = clients.assign(revenue_trend=0.5)
    for choose in (nodes.choose_base, nodes.choose_background):
        assert choose(with_trend, options).columns.tolist() == ["client_id", *BASE_FEATURES]


@pytest.mark.parametrize("rows", [1, 2, 10, 30, 119], ids=lambda rows: f"{rows}-rows")
def test_background_is_sorted_and_has_the_share_of_the_declined(
    clients: pd.DataFrame, options: Interpretation, rows: int
) -> None:
    background = nodes.choose_background(clients, options.model_copy(update={"background_rows": rows}))
    assert background["client_id"].tolist() == sorted(set(background["client_id"]))
    assert len(background) == rows
    declined = background["client_id"].map(clients.set_index("client_id")[TARGET])
    assert abs(declined.sum() - clients[TARGET].mean() * rows) <= 1


def test_background_of_few_clients_is_all_of_them(clients: pd.DataFrame, options: Interpretation) -> None:
    background = nodes.choose_background(clients.head(12), options)
    assert sorted(background["client_id"]) == clients["client_id"].head(12).tolist()
    own = clients.set_index("client_id").loc[background["client_id"], FEATURES].reset_index(drop=True)
    pd.testing.assert_frame_equal(background[FEATURES], own)


def test_background_depends_on_the_seed_alone(clients: pd.DataFrame, options: Interpretation) -> None:
    one, again, other = (
        nodes.choose_background(clients, options.model_copy(update={"seed": seed})) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(one, again)
    assert set(one["client_id"]) != set(other["client_id"])


# The contributions --------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "scale", "method"), SCALES, ids=FAMILIES)
def test_explained_is_the_uncalibrated_score_of_the_champion(
    fit: Fit,
    clients: pd.DataFrame,
    few: pd.DataFrame,
    base: pd.DataFrame,
    options: Interpretation,
    name: str,
    scale: str,
    method: str,
) -> None:
    splits = make_splits(clients, 3, 0)
    champion = CalibratedClassifierCV(fit(name, clients), method="sigmoid", cv=splits, ensemble=False)
    champion.fit(clients[FEATURES], clients[TARGET])
    values, errors = nodes.explain_clients(few, champion, base, options)
    assert values["client_id"].tolist() == errors["client_id"].tolist() == few["client_id"].tolist()
    assert set(values["scale"]) == {scale}
    assert set(values["method"]) == {method}
    # Nearest neighbours know these clients: their own rows are left out.
    expected = (
        score_of_others(champion.calibrated_classifiers_[0].estimator, few[FEATURES], 9)
        if name == "k_nearest_neighbours"
        else uncalibrated_score(champion, few[FEATURES])
    )
    np.testing.assert_allclose(values["output"], expected, atol=1e-12)
    total = values["base_value"] + values[FEATURES].sum(axis=1)
    np.testing.assert_allclose(total, values["output"], atol=1e-9)
    assert len(set(values["base_value"])) == 1


@pytest.mark.parametrize(("name", "scale", "method"), SCALES, ids=FAMILIES)
def test_errors_stand_beside_the_contributions(
    fit: Fit,
    clients: pd.DataFrame,
    few: pd.DataFrame,
    base: pd.DataFrame,
    options: Interpretation,
    name: str,
    scale: str,
    method: str,
) -> None:
    values, errors = nodes.explain_clients(few, fit(name, clients), base, options)
    assert errors.columns.tolist() == ["client_id", *BASE_FEATURES]
    assert values.columns.tolist() == [
        *errors.columns,
        *("base_value", "output", "scale", "method", "error"),
    ]
    np.testing.assert_allclose(values["error"], errors[FEATURES].mean(axis=1))
    assert (errors[FEATURES] >= 0).all(axis=None)
    assert (errors[FEATURES] == 0).all(axis=None) == (method != "sampled")


@pytest.mark.parametrize("name", FAMILIES)
def test_features_that_the_model_does_not_see_contribute_exactly_nothing(
    fit: Fit, clients: pd.DataFrame, few: pd.DataFrame, base: pd.DataFrame, options: Interpretation, name: str
) -> None:
    model = fit(name, clients, select__k=2)
    seen = list(model[1:3].get_feature_names_out())
    values, errors = nodes.explain_clients(few, model, base, options)
    unseen = [feature for feature in BASE_FEATURES if feature not in seen]
    assert seen == ["pages_per_visit", "promo_purchase_share"]
    assert (values[seen].abs().mean() > 0.01).all()
    assert (values[unseen] == 0).all(axis=None)
    assert (errors[unseen] == 0).all(axis=None)


@pytest.mark.filterwarnings("ignore:Features .* are constant", "ignore:invalid value", "ignore:divide by")
@pytest.mark.parametrize("name", FAMILIES)
def test_constant_features_contribute_nothing(
    fit: Fit, clients: pd.DataFrame, base: pd.DataFrame, options: Interpretation, name: str
) -> None:
    constant = {"days_registered": 5, "allows_messages": True, "service_type": "стандарт"}
    known = clients.assign(**constant)
    values, _ = nodes.explain_clients(
        known.head(20), fit(name, known, select__k="all"), base.assign(**constant), options
    )
    assert np.isfinite(values[FEATURES]).all(axis=None)
    assert (values[list(constant)].abs() < 1e-12).all(axis=None)


@pytest.mark.filterwarnings("ignore:Found unknown categories")
@pytest.mark.parametrize("name", FAMILIES)
def test_unseen_category_is_explained_too(
    fit: Fit, clients: pd.DataFrame, base: pd.DataFrame, options: Interpretation, name: str
) -> None:
    unseen = clients.head(8).assign(popular_category="Новая")
    values, errors = nodes.explain_clients(unseen, fit(name, clients), base, options)
    assert np.isfinite(values[[*FEATURES, "output", "base_value"]]).all(axis=None)
    assert np.isfinite(errors[FEATURES]).all(axis=None)
    total = values["base_value"] + values[FEATURES].sum(axis=1)
    np.testing.assert_allclose(total, values["output"], atol=1e-9)


@pytest.mark.parametrize("name", ["decision_tree", "k_nearest_neighbours"])
def test_nodes_are_pure(
    fit: Fit, clients: pd.DataFrame, few: pd.DataFrame, base: pd.DataFrame, options: Interpretation, name: str
) -> None:
    before = few.copy(), base.copy(), clients.copy()
    model = fit(name, clients)
    nodes.choose_base(clients, options)
    nodes.choose_background(clients, options)
    first, second = (nodes.explain_clients(few, model, base, options) for _ in range(2))
    for table, again in zip(first, second, strict=True):
        pd.testing.assert_frame_equal(table, again)
    for table, copy in zip((few, base, clients), before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


# The pairs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "settings", "acts_together"),
    [
        pytest.param("logistic_regression", {}, False, id="linear"),
        pytest.param("logistic_regression", {"basis": "products"}, True, id="products"),
        pytest.param("decision_tree", {}, True, id="tree"),
        pytest.param("svc", {}, True, id="rbf"),
    ],
)
def test_pairs_add_up_to_the_contributions_of_the_clients_who_are_drawn(
    fit: Fit,
    clients: pd.DataFrame,
    base: pd.DataFrame,
    options: Interpretation,
    name: str,
    settings: dict[str, Any],
    acts_together: bool,
) -> None:
    model, background = fit(name, clients, select__k=4, **settings), base.head(10)
    pairs = nodes.explain_pairs(clients, model, background, options)
    drawn = clients[clients["client_id"].isin(pairs["client_id"])]
    assert pairs["client_id"].unique().tolist() == drawn["client_id"].tolist()
    assert len(drawn) == options.interaction_clients == 10
    values, _ = nodes.explain_clients(drawn, model, background, options)
    matrices = as_interactions(pairs)
    np.testing.assert_array_equal(matrices, matrices.transpose(0, 2, 1))
    np.testing.assert_allclose(matrices.sum(axis=2), values[FEATURES], atol=1e-9)
    totals = pairs.groupby("client_id")["value"].sum()
    np.testing.assert_allclose(totals, values["output"] - values["base_value"], atol=1e-9)
    by_pair = pairs["value"].abs().groupby([pairs["feature"], pairs["other"]]).max()
    assert (by_pair > 0).all()
    assert any(one != other for one, other in by_pair.index) == acts_together


def test_pairs_of_a_calibrated_champion_are_those_of_the_model_inside(
    fit: Fit, clients: pd.DataFrame, base: pd.DataFrame, options: Interpretation
) -> None:
    tree = fit("decision_tree", clients)
    champion = CalibratedClassifierCV(tree, method="sigmoid", ensemble=False)
    champion.fit(clients[FEATURES], clients[TARGET])
    pairs = nodes.explain_pairs(clients, champion, base, options)
    assert len(pairs)
    pd.testing.assert_frame_equal(pairs, nodes.explain_pairs(clients, tree, base, options))


def test_pairs_of_a_model_that_is_sampled_are_no_rows(
    fit: Fit, clients: pd.DataFrame, base: pd.DataFrame, options: Interpretation
) -> None:
    tree, sampled = (
        nodes.explain_pairs(clients, fit(name, clients), base, options)
        for name in ("decision_tree", "k_nearest_neighbours")
    )
    pd.testing.assert_frame_equal(sampled, tree.head(0))


def test_clients_whose_pairs_are_explained_depend_on_the_seed_alone(
    fit: Fit, clients: pd.DataFrame, base: pd.DataFrame, options: Interpretation
) -> None:
    model, before = fit("logistic_regression", clients), clients.copy()
    first, again, other = (
        nodes.explain_pairs(clients, model, base, options.model_copy(update={"seed": seed}))
        for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_frame_equal(clients, before)
    assert set(first["client_id"]) != set(other["client_id"])
    few = nodes.explain_pairs(clients.head(4), model, base, options)
    assert few["client_id"].unique().tolist() == clients["client_id"].head(4).tolist()
