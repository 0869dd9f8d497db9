import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.metrics.pairwise import rbf_kernel

from one_click.columns import TARGET
from one_click.explain.exact import exact_method
from one_click.explain.fitted import FittedView
from one_click.explain.surrogate import RbfRegression, fit_surrogate
from one_click.modelling.scores import uncalibrated_score

Fit = Callable[..., Any]


@pytest.mark.parametrize("model", ["neighbours", "vote"])
def test_surrogate_answers_much_as_the_model_does(
    request: pytest.FixtureRequest, features: pd.DataFrame, strangers: pd.DataFrame, model: str
) -> None:
    fitted = request.getfixturevalue(model)
    surrogate = fit_surrogate(fitted, features, seed=0)
    assert exact_method(FittedView(surrogate)) == "rbf"
    answers, scores = uncalibrated_score(surrogate, strangers), uncalibrated_score(fitted, strangers)
    assert np.corrcoef(answers, scores)[0, 1] > 0.85


def test_surrogate_sees_only_what_the_model_sees(
    neighbours: Any, features: pd.DataFrame, seen_features: Callable[[Any], list[str]]
) -> None:
    seen = set(seen_features(fit_surrogate(neighbours, features, seed=0)))
    assert seen
    assert seen <= set(seen_features(neighbours))


def test_surrogate_follows_its_seed(neighbours: Any, features: pd.DataFrame) -> None:
    one, same, other = (
        uncalibrated_score(fit_surrogate(neighbours, features, seed), features) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_a_model_of_few_columns_gives_no_warnings(
    fit: Fit, clients: pd.DataFrame, features: pd.DataFrame
) -> None:
    model = fit("k_nearest_neighbours", clients, select__k=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fit_surrogate(model, features, seed=0) is not None


def test_surrogate_of_answers_that_never_move_gives_the_same_one(
    clients: pd.DataFrame, features: pd.DataFrame
) -> None:
    same = DummyClassifier().fit(features, clients[TARGET])
    answers = uncalibrated_score(fit_surrogate(same, features, seed=0), features)
    np.testing.assert_allclose(answers, clients[TARGET].mean())


def test_regression_finds_the_kernels_that_a_target_is_made_of() -> None:
    rows = np.random.default_rng(0).normal(size=(300, 2))
    target = 2 + 3 * rbf_kernel(rows, rows[:1], 0.5).ravel() - rbf_kernel(rows, rows[4:5], 0.5).ravel()
    found = RbfRegression(10).fit(rows[:200], target[:200])
    assert found.support_vectors_.shape == (10, 2)
    np.testing.assert_allclose(found.decision_function(rows[200:]), target[200:], rtol=0, atol=0.02)
