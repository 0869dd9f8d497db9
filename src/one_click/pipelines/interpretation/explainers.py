"""Shapley values of raw features through a whole fitted pipeline.

The game: a feature that is known has the client's value, one that is not is drawn from the base, each
feature by itself. The value of a set of known features is the expected score. Linear models, trees and RBF
kernels are sums of products over features, whose Shapley values are exact; any other model is sampled.

An explainer is chosen by what the fitted model can do, never by its name.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import BASE_FEATURES
from one_click.parameters import Interpretation
from one_click.scores import feature_columns, uncalibrated_score

from .exact import exact_contributions
from .sampling import sample_contributions

Values = NDArray[np.float64]
SAMPLED = "sampled"


@dataclass(frozen=True)
class Explanation:
    """Shapley values of some clients.

    Attributes
    ----------
    contributions : ndarray, shape (n_clients, n_features)
    errors : ndarray, shape (n_clients, n_features)
        Standard errors of the contributions; 0 where they are exact.
    output : ndarray, shape (n_clients,)
        The score that is explained: base value + contributions. Of nearest neighbours, alone or in a vote, it
        is the score without the client's own row.
    base_value : float
        Expected score when nothing is known.
    method : str
        ``linear``, ``terms`` (curves and products), ``tree`` or ``rbf`` (exact), or ``sampled``.
    """

    contributions: Values
    errors: Values
    output: Values
    base_value: float
    method: str


def explain(model: Any, clients: pd.DataFrame, base: pd.DataFrame, options: Interpretation) -> Explanation:
    """Return the Shapley values of the raw features for the uncalibrated score.

    Parameters
    ----------
    model : fitted estimator
        A pipeline of the steps `columns`, `select`, `expand`, `model`, or a vote of such.
    clients : DataFrame, shape (n_clients, n_columns)
        Feature columns of the clients to explain.
    base : DataFrame
        Feature columns of the clients from whom unknown features are drawn.
    options : Interpretation
        How much is sampled, where sampling is needed, and its seed.
    """
    raw_alone = set(feature_columns(clients)) <= set(BASE_FEATURES)
    exact = exact_contributions(model, clients, base) if raw_alone else None
    if exact is None:
        sampled = sample_contributions(model, clients, base, options)
        return Explanation(sampled.contributions, sampled.errors, sampled.output, sampled.base_value, SAMPLED)
    output = uncalibrated_score(model, clients)
    return Explanation(
        exact.contributions, np.zeros_like(exact.contributions), output, exact.base_value, exact.method
    )
