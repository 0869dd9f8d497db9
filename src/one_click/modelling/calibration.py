"""From scores to probabilities, judged out of fold by log loss."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from .evaluation import brier_score, calibration_error, log_loss

# Which of the two terms of beta calibration a method keeps: with one alone, probabilities level out at the
# other end, as they must where some labels are wrong.
BETA: dict[str, list[int]] = {"beta": [0, 1], "beta_floor": [1], "beta_ceiling": [0]}
METHODS = ("none", "sigmoid", "isotonic", *BETA)
Values = NDArray[np.float64]

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
        calibrator = beta_calibrator(method, _are_probabilities(fitted_on))
        return np.asarray(
            calibrator.fit(scores[:, None], fitted_on["target"]).predict_proba(new[:, None])[:, 1]
        )
    return _sigmoid(scores, fitted_on["target"].to_numpy(), new)


def _sigmoid(scores: Values, target: Values, new: Values) -> Values:
    """Platt's (1999) sigmoid with his smoothed targets, which scikit-learn's calibration uses too.

    A smoothed target t is a client that counts t times as declined and 1 − t times as not.
    """
    declined = target.sum()
    smoothed = np.where(target == 1, (declined + 1) / (declined + 2), 1 / (len(target) - declined + 2))
    twice, classes = np.r_[scores, scores][:, None], np.repeat([1, 0], len(scores))
    sigmoid = LogisticRegression(C=np.inf).fit(twice, classes, sample_weight=np.r_[smoothed, 1 - smoothed])
    return np.asarray(sigmoid.predict_proba(new[:, None])[:, 1])


def beta_calibrator(method: str, of_probabilities: bool) -> Pipeline:
    """Return the unfitted beta calibration of one column of scores.

    A logistic regression on ln p and −ln(1 − p), or on one of them, which bends both ends by themselves
    (Kull, Silva Filho and Flach 2017, "Beta calibration"); p is the score, or the logistic function of a
    margin.
    """
    terms = beta_terms_of_probability if of_probabilities else beta_terms_of_margin
    kept = ColumnTransformer([("kept", "passthrough", BETA[method])])
    return make_pipeline(FunctionTransformer(terms), kept, LogisticRegression(C=np.inf, max_iter=1000))


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
    """Tell whether a beta calibration keeps the order of these scores."""
    calibrator = beta_calibrator(method, _are_probabilities(scores))
    fitted = calibrator.fit(scores[["score"]].to_numpy(), scores["target"])
    return bool((fitted[-1].coef_ >= 0).all())


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
    DataFrame, one row per applicable method: method, log_loss, brier_score, calibration_error, chosen
        Chosen is the smallest log loss.
    """
    applicable = {"none": scores["probability"].notna().all()}
    applicable |= {method: _rises(method, scores) for method in BETA}
    methods = [method for method in METHODS if applicable.get(method, True)]
    target, ones = scores["target"].to_numpy(), np.ones((1, len(scores)))
    rows = []
    for method in methods:
        probability = calibrate_out_of_fold(scores, method)
        figures = {
            figure.__name__: float(figure(probability, target, ones)[0])
            for figure in (log_loss, brier_score, calibration_error)
        }
        rows.append({"method": method, **figures})
    table = pd.DataFrame(rows)
    return table.assign(chosen=table.index == table["log_loss"].idxmin())
