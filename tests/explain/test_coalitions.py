from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier

from one_click.columns import BASE_FEATURES, ENGINEERED_FEATURES, TARGET
from one_click.explain.coalitions import Mixed, Rows, score_mixed
from one_click.features import add_engineered
from one_click.modelling.scores import uncalibrated_score

Fit = Callable[..., Any]

pytestmark = pytest.mark.filterwarnings("ignore:divide by zero")


@pytest.fixture
def rows(strangers: pd.DataFrame, features: pd.DataFrame) -> Mixed:
    """Return four clients of whom nothing, then half of the features, then all become known.

    They are of one test: what pipelines make of them is known by the identity of a model that lives as long.
    """
    is_known = np.array([np.zeros(16), np.arange(16) % 2, np.ones(16)], dtype=bool)
    return Mixed(Rows(strangers.iloc[:4]), Rows(features), 7, is_known)


def test_rows_are_the_clients_where_known_and_the_background_row_elsewhere(
    rows: Mixed, strangers: pd.DataFrame, features: pd.DataFrame
) -> None:
    frame = rows.frame()
    nothing, half, everything = (frame.iloc[start : start + 4].reset_index(drop=True) for start in (0, 4, 8))
    pd.testing.assert_frame_equal(nothing, features.iloc[[7] * 4].reset_index(drop=True))
    pd.testing.assert_frame_equal(everything, strangers.iloc[:4].reset_index(drop=True))
    for place, name in enumerate(BASE_FEATURES):
        assert half[name].equals((everything if place % 2 else nothing)[name])


@pytest.mark.parametrize("engineered", [(), ENGINEERED_FEATURES], ids=["raw", "engineered"])
@pytest.mark.parametrize(
    ("name", "hyperparameters"),
    [
        pytest.param("logistic_regression", {"basis": "curves_and_products"}, id="terms"),
        pytest.param("decision_tree", {}, id="tree"),
        pytest.param("svc", {}, id="svc"),
        pytest.param("k_nearest_neighbours", {}, id="neighbours"),
        pytest.param("naive_bayes", {}, id="naive-bayes"),
    ],
)
def test_scores_are_the_models_own(
    fit: Fit, clients: pd.DataFrame, rows: Mixed, name: str, hyperparameters: Any, engineered: tuple[str, ...]
) -> None:
    model = fit(name, add_engineered(clients, engineered), select__k=20, **hyperparameters)
    expected = uncalibrated_score(model, rows.frame()).reshape(3, 4)
    np.testing.assert_allclose(score_mixed(model, rows), expected, rtol=0, atol=1e-9)


def test_scores_of_a_vote_are_its_own(fit_vote: Fit, clients: pd.DataFrame, rows: Mixed) -> None:
    vote = fit_vote(clients, 9)
    expected = vote.predict_proba(rows.frame())[:, 1].reshape(3, 4)
    np.testing.assert_allclose(score_mixed(vote, rows), expected, rtol=0, atol=1e-9)


def test_a_model_that_is_no_pipeline_is_asked_as_it_is(clients: pd.DataFrame, rows: Mixed) -> None:
    model = DummyClassifier().fit(rows.background.frame, clients[TARGET])
    assert score_mixed(model, rows).tolist() == [[clients[TARGET].mean()] * 4] * 3
