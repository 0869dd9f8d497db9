"""Scores of fitted classifiers, whatever their family."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import BASE_FEATURES
from one_click.errors import DataError, shorten

Scores = NDArray[np.float64]


def raw_features(clients: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that models take, shape (n_clients, n_features); engineered ones they make.

    Raises
    ------
    DataError
        If a feature is missing.
    """
    missing = [name for name in BASE_FEATURES if name not in clients.columns]
    if missing:
        raise DataError(
            f"These clients do not have {shorten(missing)}.",
            file="features",
            column=", ".join(missing),
            rule="a model takes every raw feature of the vocabulary",
            remedy="take rows of `features`, or make it again with kedro run --pipelines data_processing",
        )
    return clients[list(BASE_FEATURES)]


def uncalibrated_score(estimator: Any, features: Any) -> Scores:
    """Return the score that ranks clients and that is explained, shape (n_clients,).

    The decision function where the classifier has one (log-odds of the logistic regression, signed distance
    of the SVC), else the probability of decline. A calibrated classifier is asked for the score beneath it.
    """
    inner = innermost(estimator)
    if hasattr(inner, "decision_function"):
        return np.asarray(inner.decision_function(features), dtype="float64")
    return np.asarray(inner.predict_proba(features)[:, 1], dtype="float64")


def score_scale(estimator: Any) -> str:
    """Return what the uncalibrated score is: ``probability``, ``log_odds`` or ``decision_function``."""
    inner = innermost(estimator)
    if not hasattr(inner, "decision_function"):
        return "probability"
    return "log_odds" if hasattr(inner, "predict_proba") else "decision_function"


def innermost(estimator: Any) -> Any:
    """Return the fitted model inside a calibrated classifier, or the estimator itself."""
    if hasattr(estimator, "final_estimator_"):
        return estimator.estimators_[0]
    calibrated = getattr(estimator, "calibrated_classifiers_", None)
    return calibrated[0].estimator if calibrated else estimator


def members(estimator: Any) -> list[Any]:
    """Return the fitted models that give the score: those that vote, or the innermost one alone."""
    inner = innermost(estimator)
    return [innermost(one) for one in inner.estimators_] if hasattr(inner, "voting") else [inner]


def decline_probability(estimator: Any, features: pd.DataFrame) -> Scores:
    """Return the probability of decline, shape (n_clients,)."""
    return np.asarray(estimator.predict_proba(features)[:, 1], dtype="float64")
