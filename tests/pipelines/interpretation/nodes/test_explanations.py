from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from tests.purity import purely

from one_click.columns import BASE_FEATURES, TARGET
from one_click.modelling.folds import make_splits
from one_click.modelling.scores import uncalibrated_score
from one_click.parameters import Interpretation
from one_click.pipelines.interpretation.nodes import explanations as nodes
from one_click.presentation.shap_objects import as_interactions

choose_base, choose_background = purely(nodes.choose_base), purely(nodes.choose_background)
explain_clients, explain_pairs = purely(nodes.explain_clients), purely(nodes.explain_pairs)

Fit = Callable[..., Any]
Choose = Callable[..., pd.DataFrame]
Explain = Callable[[Any], tuple[pd.DataFrame, pd.DataFrame]]
Pairs = Callable[..., pd.DataFrame]
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
    return choose_base(clients, options.model_copy(update={"base_clients": 40}))


@pytest.fixture(scope="module")
def few(clients: pd.DataFrame) -> pd.DataFrame:
    return clients.sample(30, random_state=0)


@pytest.fixture(scope="module")
def explained(few: pd.DataFrame, base: pd.DataFrame, options: Interpretation) -> Explain:
    """Return a function that explains what a model says of some clients."""
    return lambda model: explain_clients(few, model, base, options)


@pytest.fixture(scope="module")
def pairs_of(clients: pd.DataFrame, base: pd.DataFrame, options: Interpretation) -> Pairs:
    """Return a function that explains pairs: ``pairs_of(model, asked, background, seed=…)``."""

    def found(
        model: Any, asked: pd.DataFrame = clients, background: pd.DataFrame = base, **changes: Any
    ) -> pd.DataFrame:
        return explain_pairs(asked, model, background, options.model_copy(update=changes))

    return found


def score_of_others(model: Any, clients: pd.DataFrame, count: int) -> Any:
    """Return the share of the declined among the nearest neighbours, the client himself left out."""
    nearest = model[-1].kneighbors(model[:-1].transform(clients), count + 1, return_distance=False)
    return model[-1]._y[nearest[:, 1:]].mean(axis=1)


# Base and background ------------------------------------------------------------------------------


@pytest.fixture(
    params=[(choose_base, "base_clients"), (choose_background, "background_rows")], ids=["base", "background"]
)
def choose(request: pytest.FixtureRequest, clients: pd.DataFrame, options: Interpretation) -> Choose:
    """Return a function that chooses so many of the clients: ``choose(count, asked, seed=…)``."""
    function, size = request.param

    def chosen(count: int, asked: pd.DataFrame = clients, **changes: int) -> pd.DataFrame:
        return function(asked, options.model_copy(update={size: count, **changes}))

    return chosen


@pytest.mark.parametrize("rows", [1, 2, 10, 30, 119], ids=lambda rows: f"{rows}-rows")
def test_as_many_training_clients_as_asked_for_are_chosen_in_their_order(
    clients: pd.DataFrame, choose: Choose, rows: int
) -> None:
    chosen = choose(rows, clients.assign(revenue_trend=0.5))
    assert chosen["client_id"].tolist() == sorted(set(chosen["client_id"]))
    assert len(chosen) == rows
    own = clients.set_index("client_id").loc[chosen["client_id"], FEATURES].reset_index()
    pd.testing.assert_frame_equal(chosen, own)  # raw features alone, no engineered ones


def test_few_training_clients_are_all_chosen(clients: pd.DataFrame, choose: Choose) -> None:
    assert choose(40, clients.head(12))["client_id"].tolist() == clients["client_id"].head(12).tolist()


def test_choice_depends_on_the_seed_alone(choose: Choose) -> None:
    one, again, other = (choose(40, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    assert one["client_id"].tolist() != other["client_id"].tolist()


@pytest.mark.parametrize("rows", [1, 2, 10, 30, 119], ids=lambda rows: f"{rows}-rows")
def test_background_has_the_share_of_the_declined(
    clients: pd.DataFrame, options: Interpretation, rows: int
) -> None:
    background = choose_background(clients, options.model_copy(update={"background_rows": rows}))
    declined = background["client_id"].map(clients.set_index("client_id")[TARGET])
    assert abs(declined.sum() - clients[TARGET].mean() * rows) <= 1


# The contributions --------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "scale", "method"), SCALES, ids=FAMILIES)
def test_explained_is_the_uncalibrated_score_of_the_champion(
    fit: Fit, clients: pd.DataFrame, few: pd.DataFrame, explained: Explain, name: str, scale: str, method: str
) -> None:
    splits = make_splits(clients, 3, 0)
    champion = CalibratedClassifierCV(fit(name, clients), method="sigmoid", cv=splits, ensemble=False)
    champion.fit(clients[FEATURES], clients[TARGET])
    values, errors = explained(champion)
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
    fit: Fit, clients: pd.DataFrame, explained: Explain, name: str, scale: str, method: str
) -> None:
    values, errors = explained(fit(name, clients))
    assert errors.columns.tolist() == ["client_id", *BASE_FEATURES]
    assert values.columns.tolist() == [*errors.columns, *("base_value", "output", "scale", "method", "error")]
    np.testing.assert_allclose(values["error"], errors[FEATURES].mean(axis=1))
    assert (errors[FEATURES] >= 0).all(axis=None)
    assert (errors[FEATURES] == 0).all(axis=None) == (method != "sampled")


# The pairs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "hyperparameters", "acts_together"),
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
    pairs_of: Pairs,
    name: str,
    hyperparameters: dict[str, Any],
    acts_together: bool,
) -> None:
    model, background = fit(name, clients, select__k=4, **hyperparameters), base.head(10)
    pairs = pairs_of(model, background=background)
    drawn = clients[clients["client_id"].isin(pairs["client_id"])]
    assert pairs["client_id"].unique().tolist() == drawn["client_id"].tolist()
    assert len(drawn) == options.interaction_clients == 10
    values, _ = explain_clients(drawn, model, background, options)
    matrices = as_interactions(pairs)
    np.testing.assert_array_equal(matrices, matrices.transpose(0, 2, 1))
    np.testing.assert_allclose(matrices.sum(axis=2), values[FEATURES], atol=1e-9)
    totals = pairs.groupby("client_id")["value"].sum()
    np.testing.assert_allclose(totals, values["output"] - values["base_value"], atol=1e-9)
    by_pair = pairs["value"].abs().groupby([pairs["feature"], pairs["other"]]).max()
    assert (by_pair > 0).all()
    assert any(one != other for one, other in by_pair.index) == acts_together


def test_pairs_of_a_calibrated_champion_are_those_of_the_model_inside(
    fit: Fit, clients: pd.DataFrame, pairs_of: Pairs
) -> None:
    tree = fit("decision_tree", clients)
    champion = CalibratedClassifierCV(tree, method="sigmoid", ensemble=False)
    champion.fit(clients[FEATURES], clients[TARGET])
    pairs = pairs_of(champion)
    assert len(pairs)
    pd.testing.assert_frame_equal(pairs, pairs_of(tree))


def test_pairs_of_a_model_that_is_sampled_are_no_rows(
    fit: Fit, clients: pd.DataFrame, pairs_of: Pairs
) -> None:
    tree, sampled = (pairs_of(fit(name, clients)) for name in ("decision_tree", "k_nearest_neighbours"))
    pd.testing.assert_frame_equal(sampled, tree.head(0))


def test_clients_whose_pairs_are_explained_depend_on_the_seed_alone(
    fit: Fit, clients: pd.DataFrame, pairs_of: Pairs
) -> None:
    model = fit("logistic_regression", clients)
    first, again, other = (pairs_of(model, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert set(first["client_id"]) != set(other["client_id"])
    few = pairs_of(model, clients.head(4))
    assert few["client_id"].unique().tolist() == clients["client_id"].head(4).tolist()
