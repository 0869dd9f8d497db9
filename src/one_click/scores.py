"""Scores of fitted classifiers, whatever their family."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import CLIENT_ID, TARGET, TWIN_GROUP
from one_click.errors import DataError, shorten

Scores = NDArray[np.float64]


def feature_columns(clients: pd.DataFrame) -> list[str]:
    """Return the columns that a model may see."""
    return [name for name in clients.columns if name not in (CLIENT_ID, TARGET, TWIN_GROUP)]


def uncalibrated_score(estimator: Any, features: Any) -> Scores:
    """Return the score that ranks clients and that is explained, shape (n_clients,).

    The decision function where the classifier has one (log-odds of the logistic regression, signed distance
    of the SVC), else the probability of decline. A calibrated classifier is asked for the score beneath it.

    Raises
    ------
    DataError
        If a column is missing that it was fitted on.
    """
    _stop_at_missing(estimator, features)
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


def decline_probability(estimator: Any, features: pd.DataFrame) -> Scores:
    """Return the probability of decline, shape (n_clients,).

    Raises
    ------
    DataError
        If a column is missing that the estimator was fitted on.
    """
    _stop_at_missing(estimator, features)
    return np.asarray(estimator.predict_proba(features)[:, 1], dtype="float64")


def _stop_at_missing(estimator: Any, features: Any) -> None:
    fitted_on = getattr(estimator, "feature_names_in_", ())
    missing = [name for name in fitted_on if name not in getattr(features, "columns", fitted_on)]
    if missing:
        raise DataError(
            f"The model was fitted on {shorten(missing)}, which these clients do not have.",
            file="features",
            column=", ".join(missing),
            rule="a model scores clients with the features that it was fitted on",
            remedy="set data_processing.engineered_features as they were then, or make the model again with "
            "kedro run --pipelines model_selection",
        )
