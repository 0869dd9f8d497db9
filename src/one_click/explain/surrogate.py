"""A surrogate of any model, whose Shapley values are exact."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.linear_model import Ridge
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.pipeline import Pipeline

from one_click.columns import BASE_FEATURES
from one_click.explain.exact import rbf_score
from one_click.explain.fitted import Values
from one_click.explain.perturbation import mix, moving_features
from one_click.modelling.families import assemble, build_engineering, build_preprocessing
from one_click.modelling.scores import uncalibrated_score
from one_click.parameters import SCALERS

_ROWS = 4000  # that it is fitted to
_TRIED = 500  # rows on which it is tried which features move the score
_CENTRES = 100  # twice as many lower the error of what is sampled by a fiftieth
_RIDGE = 1e-3


def fit_surrogate(model: Any, background: pd.DataFrame, seed: int) -> Pipeline:
    """Return an RBF regression fitted to a model's answers.

    It sees only features that move the score of rows mixed from the background; all where none does, as where
    the background lacks the one value that matters.
    """
    score = partial(uncalibrated_score, model)
    rows = _draw_between(background, _ROWS, seed)
    seen = tuple(moving_features(score, rows.head(_TRIED))) or BASE_FEATURES
    surrogate = assemble(
        build_engineering(()),
        build_preprocessing(SCALERS[0], seen),
        SelectKBest(f_regression, k="all"),
        "passthrough",
        RbfRegression(_CENTRES),
    )
    with np.errstate(divide="ignore", invalid="ignore"):  # of constant columns, which are kept all the same
        return surrogate.fit(rows, score(rows))


class RbfRegression(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Least squares on RBF kernels around the first rows; fitted attributes are named as those of an SVR.

    Parameters
    ----------
    centres : int
        Number of kernels, at most.
    """

    kernel = "rbf"

    def __init__(self, centres: int) -> None:
        self.centres = centres

    def fit(self, rows: Values, target: Values) -> "RbfRegression":
        """Fit weights to rows of prepared columns, shape (n, n_columns), whose order is random."""
        self.support_vectors_ = rows[: self.centres]
        self._gamma = 1 / rows.shape[1]
        kernels = rbf_kernel(rows, self.support_vectors_, self._gamma)
        weights = Ridge(_RIDGE).fit(kernels, target)
        self.dual_coef_, self.intercept_ = weights.coef_[None], np.array([weights.intercept_])
        return self

    def decision_function(self, rows: Values) -> Values:
        """Return the fitted answers, shape (n,)."""
        return rbf_score(self, rows)


def _draw_between(background: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """Draw rows of which any part, from nothing to everything, is one client's and the rest another's."""
    generator = np.random.default_rng((seed, 2))
    known, others = (
        background.iloc[generator.integers(len(background), size=count)].reset_index(drop=True)
        for _ in range(2)
    )
    return mix(known, others, generator.random((count, len(BASE_FEATURES))) < generator.random((count, 1)))
