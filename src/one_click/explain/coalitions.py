"""Scores of coalitions: of clients some of whose features are known, while the others are another row's."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from one_click.explain.exact import rbf_score
from one_click.explain.fitted import FittedView, Values, is_rbf, view_of
from one_click.explain.neighbours import score_without_own
from one_click.explain.perturbation import mix
from one_click.modelling.scores import innermost, uncalibrated_score


class Rows:
    """Rows of raw features, and what pipelines make of them, made once for each."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self._prepared: dict[int, Values] = {}

    def prepare(self, view: FittedView) -> Values:
        """Return the columns of a pipeline that belong to one raw feature each."""
        # By identity: estimators have no equality, and the model keeps them alive.
        if id(view.pipeline) not in self._prepared:
            self._prepared[id(view.pipeline)] = view.prepare(self.frame)
        return self._prepared[id(view.pipeline)]


@dataclass(frozen=True)
class Mixed:
    """Clients some of whose features are known, step by step; the others have the values of one row.

    Attributes
    ----------
    known, background : Rows
    row : int
        Position of the row.
    is_known : ndarray of bool, shape (n_steps, n_features)
    """

    known: Rows
    background: Rows
    row: int
    is_known: NDArray[np.bool_]

    def columns(self, view: FittedView) -> Values:
        """Return what a pipeline's model sees, shape (n_steps, n_clients, n_columns).

        Prepared columns are mixed, not prepared anew, which is half of the cost of sampling; where a column
        is made of several raw features, the raw ones must be.
        """
        if not view.has_origins:
            return self._by_step(view.expand(view.prepare(self.frame())))
        row = self.background.prepare(view)[self.row]
        mixed = np.where(self.is_known[:, None, view.origins], self.known.prepare(view), row)
        return self._by_step(view.expand(mixed.reshape(-1, mixed.shape[2])))

    def frame(self) -> pd.DataFrame:
        """Return the raw features of all steps below each other."""
        steps, clients = len(self.is_known), len(self.known.frame)
        known = self.known.frame.iloc[np.tile(np.arange(clients), steps)].reset_index(drop=True)
        others = self.background.frame.iloc[[self.row] * len(known)].reset_index(drop=True)
        return mix(known, others, self.is_known.repeat(clients, axis=0))

    def _by_step(self, rows: Any) -> Values:
        return np.asarray(rows).reshape(len(self.is_known), len(self.known.frame), -1)


def score_mixed(model: Any, rows: Mixed) -> Values:
    """Score the rows of all steps, shape (n_steps, n_clients): each member of a vote by itself.

    Neighbours that equal the client of the last step are left out.
    """
    if hasattr(model, "voting"):
        probabilities = [_probabilities(member, rows) for member in model.estimators_]
        return np.asarray(np.average(probabilities, axis=0, weights=model.weights))
    view = view_of(model)
    if view is None:
        return uncalibrated_score(model, rows.frame()).reshape(len(rows.is_known), -1)
    return _score_moved(view.model, rows.columns(view))


def _probabilities(member: Any, rows: Mixed) -> Values:
    """Return the probabilities that a member of a vote gives, calibrated where it is calibrated."""
    scores = score_mixed(innermost(member), rows)
    if hasattr(member, "calibrated_classifiers_"):
        (calibrator,) = member.calibrated_classifiers_[0].calibrators
        return np.asarray(calibrator.predict(scores.ravel())).reshape(scores.shape)
    return expit(scores) if hasattr(member, "decision_function") else scores


def _score_moved(model: Any, rows: Values) -> Values:
    """Score rows, shape (n_steps, n_clients, n_columns), but only those that differ from the step before."""
    # Many steps change no column that the model sees, such as those of features that were not selected.
    moved = np.concatenate(
        [np.ones((1, rows.shape[1]), dtype=bool), (np.diff(rows, axis=0) != 0).any(axis=2)]
    )
    scores = np.zeros(moved.shape)
    if hasattr(model, "kneighbors"):
        scores[moved] = score_without_own(model, rows[moved], rows[-1], np.nonzero(moved)[1])
    else:
        scores[moved] = (
            rbf_score(model, rows[moved]) if is_rbf(model) else uncalibrated_score(model, rows[moved])
        )
    scored_at = np.maximum.accumulate(np.where(moved, np.arange(len(rows))[:, None], 0), axis=0)
    return np.take_along_axis(scores, scored_at, axis=0)
