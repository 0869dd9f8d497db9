"""Shapley values of raw features through a whole fitted pipeline.

The game is that of the package shap: a feature that is known has the client's value, those that are not have
together the values of a row of the background; a set of known features is worth the mean score over the rows.
Of linear models, trees and RBF kernels the values are exact; any other model is sampled.

An explainer is chosen by what the fitted model can do, never by its name.
"""

from typing import Any

import pandas as pd

from one_click.explain.exact import exact_contributions, exact_interactions
from one_click.explain.explanation import Explanation
from one_click.explain.fitted import Values, view_of
from one_click.explain.sampling import sample_contributions
from one_click.parameters import Interpretation


def explain(
    model: Any, clients: pd.DataFrame, background: pd.DataFrame, options: Interpretation
) -> Explanation:
    """Return the Shapley values of the raw features for the uncalibrated score.

    Parameters
    ----------
    model : fitted estimator
        A pipeline of the project, a vote of such, or any other classifier of raw features.
    clients : DataFrame, shape (n_clients, n_features)
        Raw features of the clients to explain.
    background : DataFrame, shape (n_rows, n_features)
        Raw features of those whose values unknown features have.
    options : Interpretation
        How much is sampled, where sampling is needed, and its seed.
    """
    view = view_of(model)
    exact = exact_contributions(view, clients, background) if view else None
    return exact or sample_contributions(model, clients, background, options)


def interactions(model: Any, clients: pd.DataFrame, background: pd.DataFrame) -> Values | None:
    """Return the exact interaction values of each two raw features, or nothing where the model allows none.

    Returns
    -------
    ndarray, shape (n_clients, n_features, n_features)
        Half of a pair's value on either side of the diagonal; each row adds up to the feature's contribution.
    """
    view = view_of(model)
    return exact_interactions(view, clients, background) if view else None
