"""Exact Shapley values: of linear models, also on curves and products, of trees and of RBF kernels.

The game is that of the package shap: a feature that is known has the client's value, those that are not have
together the values of a row of the background; a set of known features is worth the mean score over the rows.
The values are the mean over the rows of those of a game with one row, in which each of these scores is a sum
of products over features.

Interaction values are those of the Shapley interaction index (Grabisch and Roubens 1999), laid out as by
shap's TreeExplainer: half of a pair's on either side of the diagonal, which holds what is left of the
feature's contribution.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from math import factorial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics.pairwise import rbf_kernel

from one_click.columns import BASE_FEATURES
from one_click.explain.explanation import Explanation
from one_click.explain.fitted import FittedView, Leaf, Values
from one_click.modelling.scores import uncalibrated_score

_FEATURES = len(BASE_FEATURES)
_ROWS = 2048  # clients at a time: bounds the memory of the (rows × terms) arrays
_BLOCK = 512  # rows at a time whose kernels stay in the processor's cache
_ELEMENTS = 60_000  # of the arrays of kernels at a time, for the same reason
_FARTHEST = 300.0  # no kernel is less than exp(-300), which adds nothing and can still be divided by


@dataclass(frozen=True)
class _Game:
    """A model, and the prepared columns of clients and background."""

    view: FittedView
    known: Values
    background: Values


Explainer = Callable[[_Game], Values]


def exact_method(view: FittedView) -> str | None:
    """Return which exact method a pipeline allows, or nothing."""
    if not view.has_origins:
        return None
    if view.is_linear:
        return "terms" if view.is_expanded else "linear"
    if view.is_tree:
        return "tree"
    return "rbf" if view.has_rbf_kernel else None


def exact_contributions(
    view: FittedView, clients: pd.DataFrame, background: pd.DataFrame
) -> Explanation | None:
    """Return the exact Shapley values of the raw features, or nothing where the model allows none.

    Parameters
    ----------
    view : FittedView
    clients, background : DataFrame
        Raw features of the clients to explain, and of those whose values unknown features have.
    """
    method = exact_method(view)
    return None if method is None else contributions_by(method, view, clients, background)


def contributions_by(
    method: str, view: FittedView, clients: pd.DataFrame, background: pd.DataFrame
) -> Explanation:
    """Return the exact Shapley values by a method that the pipeline allows."""
    known, others = view.prepare(clients), view.prepare(background)
    output, base_scores = (_scores(view, rows) for rows in (known, others))
    values = _explain(_CONTRIBUTIONS[method], view, known, others)
    return Explanation(values, np.zeros_like(values), output, float(base_scores.mean()), method)


def _scores(view: FittedView, prepared: Values) -> Values:
    if view.is_linear and not view.is_expanded:  # scikit-learn's checks take longer than all the rest
        return prepared @ view.weights + view.intercept
    return uncalibrated_score(view.model, view.expand(prepared))


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
    known, others = view.prepare(clients), view.prepare(background)
    halves = _explain(_INTERACTIONS[method], view, known, others) / 2
    contributions = _explain(_CONTRIBUTIONS[method], view, known, others)
    diagonal = np.arange(_FEATURES)
    halves[:, diagonal, diagonal] = contributions - halves.sum(axis=2)
    return halves


def _explain(explainer: Explainer, view: FittedView, known: Values, background: Values) -> Values:
    starts = range(0, max(len(known), 1), _ROWS)
    return np.concatenate(
        [explainer(_Game(view, known[start : start + _ROWS], background)) for start in starts]
    )


# Linear models: each term is a product of at most two factors ---------------------------------------


def _linear(game: _Game) -> Values:
    by_feature = np.eye(_FEATURES)[game.view.origins] * game.view.weights[:, None]
    return (game.known - game.background.mean(axis=0)) @ by_feature


def _terms(game: _Game) -> Values:
    """Explain Σ w·u·v: beside one row, u contributes w (u − u₀)(v + v₀) / 2, and v likewise."""
    (u, v), (u0, v0), both = _factors(game)
    by_factor = (u * v + u * v0 - u0 * v - both, u * v + u0 * v - u * v0 - both)
    owned = np.eye(_FEATURES)[game.view.owners] * game.view.weights[:, None, None] / 2
    return np.sum([each @ owned[:, factor] for factor, each in enumerate(by_factor)], axis=0)


def _pairs_of_terms(game: _Game) -> Values:
    """Return the mean over the rows of w (u − u₀)(v − v₀), summed over the terms of each two features."""
    (u, v), (u0, v0), both = _factors(game)
    worth = game.view.weights * (u * v - u * v0 - u0 * v + both)
    pairs = np.zeros((_FEATURES, _FEATURES, len(game.known)))
    first, second = game.view.owners.T
    apart = first != second
    for one, other in ((first, second), (second, first)):
        np.add.at(pairs, (one[apart], other[apart]), worth.T[apart])
    return pairs.transpose(2, 0, 1)


def _factors(game: _Game) -> tuple[Values, Values, Values]:
    """Return both factors of the clients' terms, their means over the background, and those of products."""
    known, others = game.view.factors(game.known), game.view.factors(game.background)
    return np.moveaxis(known, 2, 0), others.mean(axis=0).T, others.prod(axis=2).mean(axis=0)


# Trees: a leaf is a product of conditions -----------------------------------------------------------


def _tree(game: _Game) -> Values:
    values = np.zeros((len(game.known), _FEATURES))
    for leaf in game.view.leaves:
        places, shares = _explain_leaf(leaf, game, _contributions_in_leaf)
        values[:, places] += leaf.probability * shares
    return values


def _pairs_of_tree(game: _Game) -> Values:
    values = np.zeros((len(game.known), _FEATURES, _FEATURES))
    for leaf in game.view.leaves:
        places, shares = _explain_leaf(leaf, game, _pairs_in_leaf)
        values[:, places[:, None], places] += leaf.probability * shares
    return values


def _explain_leaf(
    leaf: Leaf, game: _Game, explain: Callable[[NDArray[np.int_], NDArray[np.int_]], Values]
) -> tuple[NDArray[np.intp], Values]:
    """Return the features on the way to a leaf, and how they explain whether each client reaches it.

    Clients, and rows, that meet the same conditions are alike: each two patterns are compared once.
    """
    places = np.unique(np.array([game.view.origins[split.column] for split in leaf.path], dtype=np.intp))
    (clients, pattern_of), (rows, row_patterns) = (
        _patterns(leaf, places, game, part) for part in (game.known, game.background)
    )
    shares = np.bincount(row_patterns) / len(row_patterns)
    # Where neither meets a condition, no mixture of the two reaches the leaf.
    client, row = np.nonzero((clients[:, None] | rows).all(axis=2))
    only = clients[client] & ~rows[row], rows[row] & ~clients[client]
    explained = explain(*(leads.astype(int) for leads in only))
    by_pattern = np.zeros((len(clients), *explained.shape[1:]))
    np.add.at(by_pattern, client, np.einsum("p,p...->p...", shares[row], explained))
    return places, by_pattern[pattern_of]


def _patterns(
    leaf: Leaf, places: NDArray[np.intp], game: _Game, rows: Values
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Return which features meet all their conditions, each distinct pattern once, and that of each row."""
    meets = np.ones((len(rows), len(places)), dtype=bool)
    for split in leaf.path:
        meets[:, np.searchsorted(places, game.view.origins[split.column])] &= split.holds(rows)
    return np.unique(meets, axis=0, return_inverse=True)


def _contributions_in_leaf(client: NDArray[np.int_], row: NDArray[np.int_]) -> Values:
    """Return the contribution of each feature to whether a leaf is reached.

    It is reached when all features are known of which only the client's value leads there, and none of which
    only the row's does: both are given as 0 or 1, shape (…, n_features).
    """
    a, b = (leads.sum(axis=-1, keepdims=True) for leads in (client, row))
    return (client - row) * _weight(a - client, b - row)


def _pairs_in_leaf(client: NDArray[np.int_], row: NDArray[np.int_]) -> Values:
    """Return the interaction value of each two features, shape (…, n_features, n_features), likewise."""
    a, b = (
        leads.sum(axis=-1)[..., None, None] - leads[..., :, None] - leads[..., None, :]
        for leads in (client, row)
    )
    sign = client - row
    apart = 1 - np.eye(sign.shape[-1])
    return sign[..., :, None] * sign[..., None, :] * apart * _weight(a, b)


def _weight(known: NDArray[np.int_], unknown: NDArray[np.int_]) -> Values:
    """Return the share of orders in which so many features come before a given one, and so many after it."""
    return _FACTORIALS[known] * _FACTORIALS[unknown] / _FACTORIALS[known + unknown + 1]


_FACTORIALS = np.array([float(factorial(number)) for number in range(_FEATURES + 1)])


# RBF kernels: exp(−γ Σ (x − s)²) is a product over features -----------------------------------------


def _rbf(game: _Game) -> Values:
    values = np.zeros((len(game.known), _FEATURES))
    for client, places, kernels in _moving_kernels(game):
        values[client, places] += kernels.contributions()
    return values


def _pairs_of_rbf(game: _Game) -> Values:
    values = np.zeros((len(game.known), _FEATURES, _FEATURES))
    for client, places, kernels in _moving_kernels(game):
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
        """Return the contribution of each moving feature, shape (n_moving,)."""
        others = np.zeros_like(self.start)
        for mixed, product in self._along():
            # The product over all other features; no kernel is 0, see `_FARTHEST`.
            others += product / mixed
        return np.einsum("fbs,fbs->f", self.moved, others)

    def pairs(self) -> Values:
        """Return the interaction value of each two moving features, shape (n_moving, n_moving)."""
        total = np.zeros((len(self.start),) * 2)
        for mixed, product in self._along():
            steps = (self.moved / mixed).reshape(len(mixed), -1)
            total += (steps * product.ravel()) @ steps.T
        return total * ~np.eye(len(total), dtype=bool)

    def _along(self) -> Iterator[tuple[Values, Values]]:
        """Yield the kernels between rows and client, and their weighted product, at each node."""
        for node, weight in _quadrature((len(self.start) + 1) // 2):
            mixed = self.start + node * self.moved
            yield mixed, mixed.prod(axis=0) * (weight * self.weights)


@cache
def _quadrature(count: int) -> list[tuple[float, float]]:
    """Return nodes and weights of Gauss–Legendre quadrature from 0 to 1."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return [(float(node + 1) / 2, float(weight) / 2) for node, weight in zip(nodes, weights, strict=True)]


def _moving_kernels(game: _Game) -> Iterator[tuple[int, NDArray[np.intp], _Kernels]]:
    """Yield for each client, and all rows from which the same features move, these features and kernels."""
    model = game.view.model
    places, feature_of = np.unique(game.view.origins, return_inverse=True)
    of_rows = _kernels(game.background, model, feature_of)
    shares = model.dual_coef_[0] / len(game.background)
    for client, known in enumerate(game.known):
        own = _kernels(known[None], model, feature_of)
        moves = _moves(game.background, known, feature_of)
        codes = moves @ (1 << np.arange(len(places)))  # which features move, as one number
        for code in np.unique(codes[codes > 0]):
            alike = np.flatnonzero(codes == code)
            moving = moves[alike[0]]
            weights = shares * own[~moving, 0].prod(axis=0)
            for rows in np.array_split(alike, 1 + moving.sum() * len(alike) * len(shares) // _ELEMENTS):
                start = of_rows[np.ix_(moving, rows)]
                yield client, places[moving], _Kernels(start, own[moving] - start, weights)


def _moves(rows: Values, known: Values, feature_of: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which features of each row differ from a client's, shape (n_rows, n_features)."""
    moves = np.zeros((len(rows), feature_of.max() + 1), dtype=bool)
    for column, feature in enumerate(feature_of):
        moves[:, feature] |= rows[:, column] != known[column]
    return moves


def _kernels(rows: Values, model: Any, feature_of: NDArray[np.intp]) -> Values:
    """Return the kernel of each feature between rows and supports, shape (n_features, n_rows, n_supports)."""
    squares = np.zeros((feature_of.max() + 1, len(rows), len(model.support_vectors_)))
    for column, feature in enumerate(feature_of):
        squares[feature] += (rows[:, None, column] - model.support_vectors_[:, column]) ** 2
    return np.exp(-np.minimum(model._gamma * squares, _FARTHEST))


def rbf_score(model: Any, rows: Values) -> Values:
    """Return the decision function of a support vector machine with an RBF kernel.

    As matrix products of blocks of rows: five times as fast as libsvm, which takes row by row.
    """
    blocks = (rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK))
    kernels = (rbf_kernel(block, model.support_vectors_, model._gamma) for block in blocks)
    sums = [kernel @ model.dual_coef_[0] for kernel in kernels]
    return np.concatenate([*sums, np.empty(0)]) + model.intercept_[0]


_CONTRIBUTIONS: dict[str, Explainer] = {"linear": _linear, "terms": _terms, "tree": _tree, "rbf": _rbf}
_INTERACTIONS: dict[str, Explainer] = {
    "linear": _pairs_of_terms,
    "terms": _pairs_of_terms,
    "tree": _pairs_of_tree,
    "rbf": _pairs_of_rbf,
}
