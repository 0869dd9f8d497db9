"""Exact Shapley values: of linear models, also on curves and products, of trees and of RBF kernels.

The game is that of the package shap: a feature that is known has the client's value, those that are not have
together the values of a row of the background; a set of known features is worth the mean score over the rows.
The values are the mean over the rows of those of a game with one row, in which each of these scores is a sum
of products over features.

Interaction values are those of the Shapley interaction index (Grabisch and Roubens 1999), laid out as shap
does: half of a pair's on either side of the diagonal, which holds what is left of the feature's contribution.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import factorial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics.pairwise import rbf_kernel

from one_click.columns import BASE_FEATURES

from .fitted import FittedView, Leaf, Values

_FEATURES = len(BASE_FEATURES)
_ROWS = 2048  # clients at a time: bounds the memory of the (rows × terms) arrays
_BLOCK = 512  # rows at a time whose kernels stay in the processor's cache
_ELEMENTS = 60_000  # of the arrays of kernels at a time, for the same reason
_FARTHEST = 300.0  # exponent of a kernel: exp(-300) adds nothing, and is not yet 0, which nothing divides


@dataclass(frozen=True)
class Exact:
    """Shapley values of some clients.

    Attributes
    ----------
    contributions : ndarray, shape (n_clients, n_features)
    base_value : float
        Mean score of the background.
    method : str
        ``linear``, ``terms``, ``tree`` or ``rbf``.
    """

    contributions: Values
    base_value: float
    method: str


@dataclass(frozen=True)
class _Game:
    """Prepared columns of the clients who play and of the background."""

    view: FittedView
    known: Values
    base: Values

    @property
    def origins(self) -> NDArray[np.intp]:
        """The raw feature behind each column."""
        assert self.view.origins is not None  # or there were no game
        return self.view.origins


Play = Callable[[_Game], Values]


def exact_method(view: FittedView) -> str | None:
    """Return which of the exact methods a pipeline allows, or nothing."""
    if view.origins is None:
        return None
    if view.is_linear:
        return "terms" if view.is_expanded else "linear"
    if view.is_tree:
        return "tree"
    return "rbf" if view.has_rbf_kernel else None


def exact_contributions(view: FittedView, clients: pd.DataFrame, background: pd.DataFrame) -> Exact | None:
    """Return the exact Shapley values of the raw features, or nothing where the model allows none.

    Parameters
    ----------
    view : FittedView
    clients, background : DataFrame
        Raw features of the clients to explain, and of those who stand for the base.
    """
    method = exact_method(view)
    if method is None:
        return None
    values = _play(_CONTRIBUTIONS[method], view, clients, background)
    return Exact(values, float(_score(view, view.prepare(background)).mean()), method)


def exact_interactions(view: FittedView, clients: pd.DataFrame, background: pd.DataFrame) -> Values | None:
    """Return the exact interaction values, or nothing where the model allows none.

    Returns
    -------
    ndarray, shape (n_clients, n_features, n_features)
        Each row adds up to the feature's contribution.
    """
    method = exact_method(view)
    if method is None:
        return None
    halves = _play(_INTERACTIONS[method], view, clients, background) / 2
    contributions = _play(_CONTRIBUTIONS[method], view, clients, background)
    diagonal = np.arange(_FEATURES)
    halves[:, diagonal, diagonal] = contributions - halves.sum(axis=2)
    return halves


def _play(play: Play, view: FittedView, clients: pd.DataFrame, background: pd.DataFrame) -> Values:
    known, base = view.prepare(clients), view.prepare(background)
    return np.concatenate([play(_Game(view, part, base)) for part in _parts(known, _ROWS)])


def linear_contributions(view: FittedView, known: Values, base: Values) -> Values:
    """Return the exact Shapley values of a linear model for prepared columns of clients and background."""
    return _terms(_Game(view, known, base))


def _parts(rows: Values, size: int) -> list[Values]:
    return [rows[start : start + size] for start in range(0, max(len(rows), 1), size)]


def _score(view: FittedView, prepared: Values) -> Values:
    if view.is_tree:
        declined = list(view.model.classes_).index(1)
        return np.asarray(view.model.predict_proba(prepared)[:, declined])
    return np.asarray(view.model.decision_function(view.expand(prepared)))


# Linear models: each term is a product of at most two factors ---------------------------------------


def _terms(game: _Game) -> Values:
    """Explain Σ w·u·v: with one row, u is worth (u − u₀)(v + v₀) / 2, and v likewise."""
    (u, v), (u0, v0), both = _factors(game)
    by_factor = (u * v0 - both + u * v - u0 * v, u0 * v - both + u * v - u * v0)
    owned = np.eye(_FEATURES)[game.view.owners] * game.view.weights[:, None, None] / 2
    return np.sum([worth @ owned[:, side] for side, worth in enumerate(by_factor)], axis=0)


def _pairs_of_terms(game: _Game) -> Values:
    """Return w (u − u₀)(v − v₀), averaged over the rows, of each pair of features."""
    (u, v), (u0, v0), both = _factors(game)
    worth = game.view.weights * (u * v - u * v0 - u0 * v + both)
    pairs = np.zeros((_FEATURES, _FEATURES, len(game.known)))
    first, second = game.view.owners.T
    apart = first != second
    for one, other in ((first, second), (second, first)):
        np.add.at(pairs, (one[apart], other[apart]), worth.T[apart])
    return pairs.transpose(2, 0, 1)


def _factors(game: _Game) -> tuple[Values, Values, Values]:
    """Return the factors of the clients' terms, their means over the background, the means of products."""
    known, base = game.view.factors(game.known), game.view.factors(game.base)
    return np.moveaxis(known, 2, 0), base.mean(axis=0).T, base.prod(axis=2).mean(axis=0)


# Trees: a leaf is a product of conditions -----------------------------------------------------------


def _tree(game: _Game) -> Values:
    values = np.zeros((len(game.known), _FEATURES))
    for leaf in game.view.leaves:
        for places, worth in _meet(leaf, game, _of_leaf):
            values[:, places] += worth
    return values


def _pairs_of_tree(game: _Game) -> Values:
    values = np.zeros((len(game.known), _FEATURES, _FEATURES))
    for leaf in game.view.leaves:
        for places, worth in _meet(leaf, game, _pairs_of_leaf):
            values[:, places[:, None], places] += worth
    return values


def _meet(
    leaf: Leaf, game: _Game, worth: Callable[[NDArray[np.bool_], NDArray[np.bool_]], Values]
) -> Iterator[tuple[NDArray[np.intp], Values]]:
    """Yield the features of a leaf and what they are worth to each client, if it has any.

    Clients and rows who keep to the same of its conditions are worth the same: each two kinds meet once.
    """
    if not leaf.path:
        return
    places = np.unique([game.origins[split.column] for split in leaf.path])
    (clients, own), (rows, of_row) = (_kinds(leaf, places, game, part) for part in (game.known, game.base))
    shares = np.bincount(of_row) / len(of_row)
    # Where neither holds a condition, the leaf is out of reach.
    reached = (clients[:, None] | rows[None]).all(axis=2) * shares
    only = clients[:, None] & ~rows[None], rows[None] & ~clients[:, None]
    by_kind = np.einsum("cr,cr...->c...", leaf.probability * reached, worth(*only))
    yield places, by_kind[own]


def _kinds(
    leaf: Leaf, places: NDArray[np.intp], game: _Game, rows: Values
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Return which conditions are kept, by feature, once for each kind of rows, and the kind of each row."""
    holds = np.ones((len(rows), len(places)), dtype=bool)
    for split in leaf.path:
        holds[:, np.searchsorted(places, game.origins[split.column])] &= split.holds(rows)
    return np.unique(holds, axis=0, return_inverse=True)


def _of_leaf(client: NDArray[np.bool_], row: NDArray[np.bool_]) -> Values:
    """Return what each feature is worth that only the client, or only the row, keeps to.

    The leaf is reached when all of the former are known and none of the latter: the last of the former to
    become known, before any of the latter, opens it with chance (a − 1)! b! / (a + b)!.
    """
    a, b = (kept.sum(axis=-1, keepdims=True) for kept in (client, row))
    return client * _chance(a - 1, b, a + b) - row * _chance(a, b - 1, a + b)


def _pairs_of_leaf(client: NDArray[np.bool_], row: NDArray[np.bool_]) -> Values:
    """Return what each pair of features is worth together, beyond what each is alone."""
    a, b = (kept.sum(axis=-1)[..., None, None] for kept in (client, row))

    def both(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return one[..., :, None] & other[..., None, :] & ~np.eye(one.shape[-1], dtype=bool)

    mixed = both(client, row) | both(row, client)
    together = both(client, client) * _chance(a - 2, b, a + b - 1)
    return together + both(row, row) * _chance(a, b - 2, a + b - 1) - mixed * _chance(a - 1, b - 1, a + b - 1)


def _chance(first: NDArray[np.int_], second: NDArray[np.int_], total: NDArray[np.int_]) -> Values:
    """Return first! second! / total!, 0 where one of them is negative."""
    possible = (first >= 0) & (second >= 0) & (total >= 0)
    chance = _FACTORIALS[np.maximum(first, 0)] * _FACTORIALS[np.maximum(second, 0)]
    return np.where(possible, chance / _FACTORIALS[np.maximum(total, 0)], 0.0)


_FACTORIALS = np.array([float(factorial(number)) for number in range(_FEATURES + 1)])


# RBF kernels: exp(−γ Σ (x − s)²) is a product over features -----------------------------------------


def _rbf(game: _Game) -> Values:
    values = np.zeros((len(game.known), _FEATURES))
    for client, places, kernels in _kernel_games(game):
        values[client, places] += kernels.contributions()
    return values


def _pairs_of_rbf(game: _Game) -> Values:
    values = np.zeros((len(game.known), _FEATURES, _FEATURES))
    for client, places, kernels in _kernel_games(game):
        values[client, places[:, None], places] += kernels.pairs()
    return values


@dataclass(frozen=True)
class _Kernels:
    """The part of Σ weight × Π kernel in which the same features move from some rows to one client.

    By Owen (1972) a feature's Shapley value is the integral over t from 0 to 1 of the derivative of the
    multilinear extension, (a − c) Π over the others of (c + t (a − c)): a polynomial in t, which
    Gauss–Legendre quadrature with half as many nodes as there are features integrates exactly.

    Attributes
    ----------
    start, moved : ndarray, shape (n_moving, n_rows, n_supports)
        Kernels c of the rows, and how far the client's are from them, a − c, by feature.
    weights : ndarray, shape (n_supports,)
        Weights of the supports, with the kernels of features that do not move, over all rows of the game.
    """

    start: Values
    moved: Values
    weights: Values

    def contributions(self) -> Values:
        """Return what each moving feature is worth, shape (n_moving,)."""
        others = np.zeros_like(self.start)
        for mixed, worth in self._along():
            others += worth / mixed
        return np.einsum("fbs,fbs->f", self.moved, others)

    def pairs(self) -> Values:
        """Return what each two moving features are worth together, shape (n_moving, n_moving)."""
        total = np.zeros((len(self.start),) * 2)
        for mixed, worth in self._along():
            steps = (self.moved / mixed).reshape(len(mixed), -1)
            total += (steps * worth.ravel()) @ steps.T
        return total * ~np.eye(len(total), dtype=bool)

    def _along(self) -> Iterator[tuple[Values, Values]]:
        """Yield the kernels between rows and client, and their weighted product, at each node."""
        nodes, node_weights = np.polynomial.legendre.leggauss((len(self.start) + 1) // 2)
        for node, weight in zip((nodes + 1) / 2, node_weights / 2, strict=True):
            mixed = self.start + node * self.moved
            yield mixed, mixed.prod(axis=0) * (weight * self.weights)


def _kernel_games(game: _Game) -> Iterator[tuple[int, NDArray[np.intp], _Kernels]]:
    """Yield for each client the games with those rows from which the same features move."""
    model = game.view.model
    places, column_of = np.unique(game.origins, return_inverse=True)
    of_rows = _kernels(game.base, model, column_of)
    shares = model.dual_coef_[0] / len(game.base)
    for client, row in enumerate(game.known):
        own = _kernels(row[None], model, column_of)
        differs = np.zeros((len(game.base), len(places)), dtype=bool)
        for column, place in enumerate(column_of):
            differs[:, place] |= game.base[:, column] != row[column]
        kinds, kind_of = np.unique(differs, axis=0, return_inverse=True)
        for kind, moving in enumerate(kinds):
            if not moving.any():
                continue
            weights = shares * own[~moving, 0].prod(axis=0)
            alike = np.flatnonzero(kind_of == kind)
            for rows in np.array_split(alike, 1 + moving.sum() * len(alike) * len(shares) // _ELEMENTS):
                start = of_rows[np.ix_(moving, rows)]
                yield client, places[moving], _Kernels(start, own[moving] - start, weights)


def _kernels(rows: Values, model: object, column_of: NDArray[np.intp]) -> Values:
    """Return the kernel of each feature of rows and supports, shape (n_features, n_rows, n_supports)."""
    supports, gamma = model.support_vectors_, model._gamma  # type: ignore[attr-defined]
    squares = np.zeros((column_of.max() + 1, len(rows), len(supports)))
    for column, place in enumerate(column_of):
        squares[place] += (rows[:, None, column] - supports[None, :, column]) ** 2
    return np.exp(-np.minimum(gamma * squares, _FARTHEST))


def rbf_score(model: object, rows: Values) -> Values:
    """Return the decision function of a support vector machine with an RBF kernel.

    As matrix products of blocks of rows: five times as fast as libsvm, which takes row by row.
    """
    supports, gamma = model.support_vectors_, model._gamma  # type: ignore[attr-defined]
    weights, intercept = model.dual_coef_[0], model.intercept_[0]  # type: ignore[attr-defined]
    blocks = (rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK))
    sums = [rbf_kernel(block, supports, gamma) @ weights for block in blocks]
    return np.concatenate([*sums, np.empty(0)]) + intercept


_CONTRIBUTIONS: dict[str, Play] = {"linear": _terms, "terms": _terms, "tree": _tree, "rbf": _rbf}
_INTERACTIONS: dict[str, Play] = {
    "linear": _pairs_of_terms,
    "terms": _pairs_of_terms,
    "tree": _pairs_of_tree,
    "rbf": _pairs_of_rbf,
}
