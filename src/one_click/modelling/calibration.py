"""From scores to probabilities, judged out of fold by log loss."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.compose import ColumnTransformer
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from one_click.modelling.evaluation import brier_score, calibration_error, log_loss

# Which of the two terms of beta calibration a method keeps: with one alone, probabilities level out at the
# other end, as they must where some labels are wrong.
BETA: dict[str, list[int]] = {"beta": [0, 1], "beta_floor": [1], "beta_ceiling": [0]}
METHODS = ("none", "sigmoid", "isotonic", *BETA)
Values = NDArray[np.float64]

_MOST_STEPS = 50
_FLAT = 1e-9  # slope of the mean log-likelihood
_SUREST = 1e-3  # nearer to 0 and 1, a share of neighbours or votes says no more


def calibrate(method: str, fitted_on: pd.DataFrame, applied_to: pd.DataFrame) -> Values:
    """Learn a calibration on one set of scores and apply it to another.

    Parameters
    ----------
    method : str
        One of `METHODS`; ``none`` takes the classifier's own probability, which not every family has.
    fitted_on : DataFrame
        Columns score, target, probability.
    applied_to : DataFrame
        Columns score, probability (the classifier's own).

    Returns
    -------
    ndarray, shape (len(applied_to),)
        Probabilities of decline.
    """
    if method == "none":
        return applied_to["probability"].to_numpy()
    scores, new = fitted_on["score"].to_numpy(), applied_to["score"].to_numpy()
    if method == "isotonic":
        steps: Any = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(
            scores, fitted_on["target"]
        )
        return np.asarray(steps.predict(new))
    if method in BETA:
        terms = _beta_terms(_are_probabilities(fitted_on))
        kept = [terms(values)[:, BETA[method]] for values in (scores, new)]
        return _predict_logistic(kept[1], _fit_logistic(kept[0], fitted_on["target"].to_numpy()))
    return _sigmoid(scores, fitted_on["target"].to_numpy(), new)


def _sigmoid(scores: Values, target: Values, new: Values) -> Values:
    """Platt's (1999) sigmoid with smoothed targets, which scikit-learn's calibration uses too."""
    declined = target.sum()
    smoothed = np.where(target == 1, (declined + 1) / (declined + 2), 1 / (len(target) - declined + 2))
    return _predict_logistic(new[:, None], _fit_logistic(scores[:, None], smoothed))


def _fit_logistic(columns: Values, target: Values) -> Values:
    """Fit an unpenalised logistic regression by Newton's method, a target between 0 and 1 counting in part.

    scikit-learn's gives the same at over ten times the cost, most of it checks: it is fitted here for every
    model, method and fold.

    Parameters
    ----------
    columns : ndarray, shape (n, n_columns)
    target : ndarray, shape (n,)

    Returns
    -------
    ndarray, shape (1 + n_columns,)
        Intercept and coefficients; of classes that a threshold parts, the finite ones at which the likelihood
        no longer grows noticeably.
    """
    design = np.column_stack([np.ones(len(columns)), columns])
    coefficients = np.zeros(design.shape[1])
    for _ in range(_MOST_STEPS):
        probability = expit(design @ coefficients)
        slope = design.T @ (target - probability)
        if np.abs(slope).max() <= _FLAT * len(target):
            break
        curvature = (design.T * (probability * (1 - probability))) @ design
        # Not `solve`: the curvature becomes singular where a threshold separates the classes.
        coefficients += np.linalg.lstsq(curvature, slope, rcond=None)[0]
    return coefficients


def _predict_logistic(columns: Values, coefficients: Values) -> Values:
    return np.asarray(expit(coefficients[0] + columns @ coefficients[1:]))


def beta_calibrator(method: str, of_probabilities: bool) -> Pipeline:
    """Return the unfitted beta calibration of one column of scores.

    A logistic regression on ln p and −ln(1 − p), or on one of them, which bends both ends by themselves
    (Kull, Silva Filho and Flach 2017, "Beta calibration"); p is the score, or the logistic function of a
    margin.
    """
    kept = ColumnTransformer([("kept", "passthrough", BETA[method])])
    return make_pipeline(
        FunctionTransformer(_beta_terms(of_probabilities)),
        kept,
        LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-9),
    )


def _beta_terms(of_probabilities: bool) -> Callable[[Values], Values]:
    return beta_terms_of_probability if of_probabilities else beta_terms_of_margin


def beta_terms_of_margin(margins: Values) -> Values:
    """Return ln p and −ln(1 − p) for p the logistic function of the margins, shape (n, 2)."""
    return np.column_stack([-np.logaddexp(0, -margins), np.logaddexp(0, margins)])


def beta_terms_of_probability(probabilities: Values) -> Values:
    """Return ln p and −ln(1 − p), shape (n, 2)."""
    clipped = np.clip(probabilities, _SUREST, 1 - _SUREST)
    return np.column_stack([np.log(clipped), -np.log(1 - clipped)])


def _are_probabilities(scores: pd.DataFrame) -> bool:
    return bool((scores["score"] == scores["probability"]).all())


def _rises(method: str, scores: pd.DataFrame) -> bool:
    """Return whether a beta calibration keeps the order of these scores."""
    terms = _beta_terms(_are_probabilities(scores))(scores["score"].to_numpy())
    coefficients = _fit_logistic(terms[:, BETA[method]], scores["target"].to_numpy())
    return bool((coefficients[1:] >= 0).all())


def calibrate_out_of_fold(scores: pd.DataFrame, method: str) -> Values:
    """Calibrate each fold's scores with what the other folds of the same repeat teach.

    Parameters
    ----------
    scores : DataFrame
        Out-of-fold scores of one model: repeat, fold, target, score, probability.
    method : str
        One of `METHODS`.

    Returns
    -------
    ndarray, shape (len(scores),)
    """
    calibrated = np.empty(len(scores))
    for (repeat, fold), rows in scores.groupby(["repeat", "fold"]).indices.items():
        others = scores[(scores["repeat"] == repeat) & (scores["fold"] != fold)]
        calibrated[rows] = calibrate(method, others, scores.iloc[rows])
    return calibrated


def compare_methods(scores: pd.DataFrame) -> pd.DataFrame:
    """Judge the methods of calibration on one model's out-of-fold scores.

    Parameters
    ----------
    scores : DataFrame
        Out-of-fold scores of one model.

    Returns
    -------
    DataFrame of `schemas.model_selection.Calibrations`, without the model
        Chosen is the smallest log loss.
    """
    applicable = {"none": scores["probability"].notna().all()}
    applicable |= {method: _rises(method, scores) for method in BETA}
    methods = [method for method in METHODS if applicable.get(method, True)]
    target, ones = scores["target"].to_numpy(), np.ones((1, len(scores)))
    rows = []
    for method in methods:
        probability = calibrate_out_of_fold(scores, method)
        metrics = {
            metric.__name__: float(metric(probability, target, ones)[0])
            for metric in (log_loss, brier_score, calibration_error)
        }
        rows.append({"method": method, **metrics})
    table = pd.DataFrame(rows)
    return table.assign(chosen=table.index == table["log_loss"].idxmin())
