"""Probability, given the error of sampling, that a reason is truly among the first."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Values = NDArray[np.float64]


def top_reasons(contributions: Values, count: int) -> NDArray[np.intp]:
    """Return the features that raise the score most, strongest first, shape (n_clients, count)."""
    return np.argsort(-contributions, axis=1, kind="stable")[:, :count]


def certainty(contributions: Values, errors: Values, count: int) -> Values:
    """Return the probability that each of the first `count` reasons is truly ahead of the first one left out.

    A reason must also truly raise the score. Contributions count as independent and normal, which the means
    of pairs of orders nearly are.

    Parameters
    ----------
    contributions, errors : ndarray, shape (n_clients, n_features)
        Shapley values and their standard errors; 0 where they are exact.
    count : int
        Reasons to be given.

    Returns
    -------
    ndarray, shape (n_clients, count)
        1 for exact contributions above 0.
    """
    order = top_reasons(contributions, count + 1)
    size, error = (np.take_along_axis(values, order, axis=1) for values in (contributions, errors))
    rival, rival_error = _first_left_out(size, error, count)
    of_rival = _probability_ahead(size[:, :count] - rival, np.hypot(error[:, :count], rival_error))
    return np.minimum(of_rival, _probability_ahead(size[:, :count], error[:, :count]))


def settled(contributions: Values, errors: Values, count: int, certain_from: float) -> NDArray[np.bool_]:
    """Return which clients' reasons, towards decline and against it, are all certain, shape (n_clients,)."""
    return np.all(
        [_settled_towards(signed, errors, count, certain_from) for signed in (contributions, -contributions)],
        axis=(0, 2),
    )


def _settled_towards(
    contributions: Values, errors: Values, count: int, certain_from: float
) -> NDArray[np.bool_]:
    first = np.take_along_axis(contributions, top_reasons(contributions, count), axis=1)
    return np.asarray(~(first > 0) | (certainty(contributions, errors, count) >= certain_from))


def _first_left_out(size: Values, error: Values, count: int) -> tuple[Values, Values]:
    if size.shape[1] <= count:  # every feature may be given
        return np.full((len(size), 1), -np.inf), np.zeros((len(size), 1))
    return size[:, count:], error[:, count:]


def _probability_ahead(gap: Values, error: Values) -> Values:
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.where(error > 0, gap / error, np.where(gap >= 0, np.inf, -np.inf))
    return np.asarray(ndtr(distance))
