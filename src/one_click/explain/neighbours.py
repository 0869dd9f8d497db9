"""Leave-one-out scores of k-nearest neighbours."""

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from one_click.modelling.scores import uncalibrated_score

Values = NDArray[np.float64]
_DIGITS = 9  # to which prepared values of one client agree
_NONE = -1  # no row
_MOST_TWINS = 3  # equal rows that can be one client and its twins


def score_without_own(model: Any, rows: Values, clients: Values, owner: NDArray[np.intp]) -> Values:
    """Return the share of the declined among each row's nearest neighbours, its client's own rows left out.

    Parameters
    ----------
    model : fitted KNeighborsClassifier
    rows : ndarray, shape (n_rows, n_columns)
    clients : ndarray, shape (n_clients, n_columns)
        The clients that the rows are versions of.
    owner : ndarray, shape (n_rows,)
        Position of each row's client.
    """
    own = own_rows(model, clients)[owner]
    known = (own != _NONE).any(axis=1)
    scores = np.empty(len(rows))
    if known.any():
        scores[known] = _score_of_others(model, rows[known], own[known])
    if not known.all():
        scores[~known] = uncalibrated_score(model, rows[~known])
    return scores


def own_rows(model: Any, clients: Values) -> NDArray[np.intp]:
    """Return the positions of the training rows that are each client's own, filled up with -1.

    Own are the rows that equal the client, if there are no more than twins make: where the model sees few
    columns, many clients are equal.

    Returns
    -------
    ndarray, shape (n_clients, _MOST_TWINS)
    """
    positions = defaultdict(list)
    for position, row in enumerate(np.round(model._fit_X, _DIGITS) + 0.0):  # + 0.0: no negative zeros
        positions[row.tobytes()].append(position)
    own = np.full((len(clients), _MOST_TWINS), _NONE)
    for client, row in enumerate(np.round(clients, _DIGITS) + 0.0):
        equal = positions.get(row.tobytes(), [])
        if len(equal) <= _MOST_TWINS:
            own[client, : len(equal)] = equal
    return own


def _score_of_others(model: Any, rows: Values, own: NDArray[np.intp]) -> Values:
    # As many more as may be left out, so that as many others as the model asks for remain.
    count = min(model.n_neighbors + _MOST_TWINS, model.n_samples_fit_)
    distances, found = model.kneighbors(rows, n_neighbors=count)
    others = ~(found[:, :, None] == own[:, None, :]).any(axis=2)
    nearest = np.argsort(~others, axis=1, kind="stable")[:, : model.n_neighbors]
    is_other = np.take_along_axis(others, nearest, axis=1)  # not so where too few others are left
    apart = np.where(is_other, np.take_along_axis(distances, nearest, axis=1), np.inf)
    weights = np.where(is_other, _weights(model.weights, apart), 0.0)
    declined = model.classes_[model._y[np.take_along_axis(found, nearest, axis=1)]] == 1
    return np.asarray((weights * declined).sum(axis=1) / weights.sum(axis=1))


def _weights(kind: Any, distances: Values) -> Values:
    """Weigh neighbours as scikit-learn does."""
    if kind == "uniform":
        return np.ones_like(distances)
    if callable(kind):
        return np.asarray(kind(distances))
    touching = (distances == 0).any(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        return np.where(touching, distances == 0, 1 / distances)
