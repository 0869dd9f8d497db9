"""Exact Shapley values: of linear models, also on curves and products, of trees and of RBF kernels.

All of these scores are sums of products over features. In the game of `explainers`, where each unknown
feature is drawn from the base by itself, the expectation of a product is the product of expectations.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.pipeline import Pipeline

from one_click.columns import BASE_FEATURES

Values = NDArray[np.float64]
Condition = tuple[int, float, bool]  # column, border, whether the value lies at or below it
_CHUNK = 128  # rows at a time: bounds the memory of the (rows × terms × features) arrays
_BLOCK = 512  # rows at a time whose kernels stay in the processor's cache


@dataclass(frozen=True)
class Exact:
    """Shapley values of some clients.

    Attributes
    ----------
    contributions : ndarray, shape (n_clients, n_features)
    base_value : float
        Expected score when nothing is known.
    method : str
        ``linear``, ``terms``, ``tree`` or ``rbf``.
    """

    contributions: Values
    base_value: float
    method: str


@dataclass(frozen=True)
class _Transformed:
    """Clients and base as the model sees them, and the raw feature behind each column."""

    clients: Values
    base: Values
    origin: NDArray[np.intp]


def exact_contributions(model: Any, clients: pd.DataFrame, base: pd.DataFrame) -> Exact | None:
    """Return the exact Shapley values of the raw features, or nothing where the model allows none.

    Parameters
    ----------
    model : fitted estimator
        Exact are pipelines of the steps `columns`, `select`, `expand`, `model` on raw features.
    clients, base : DataFrame
        Raw features of the clients to explain, and of those from whom unknown features are drawn.
    """
    explain = _explainer(model) if isinstance(model, Pipeline) else None
    return None if explain is None else explain(model, _transform(model, clients, base))


def rbf_contributions(pipeline: Pipeline, clients: pd.DataFrame, base: pd.DataFrame) -> Exact:
    """Return the exact Shapley values of a pipeline whose model has an RBF kernel."""
    return _rbf(pipeline, _transform(pipeline, clients, base))


def _explainer(pipeline: Pipeline) -> Callable[[Pipeline, _Transformed], Exact] | None:
    model, expanded = pipeline[-1], pipeline.named_steps["expand"] != "passthrough"
    if hasattr(model, "coef_") and np.ndim(model.coef_) == 2:
        return _terms if expanded else _linear
    if expanded:
        return None
    if hasattr(model, "tree_"):
        return _tree
    return _rbf if has_rbf_kernel(model) else None


def has_rbf_kernel(model: Any) -> bool:
    """Tell whether a fitted model is a support vector machine with an RBF kernel."""
    return getattr(model, "kernel", None) == "rbf" and hasattr(model, "dual_coef_")


def _transform(model: Pipeline, clients: pd.DataFrame, base: pd.DataFrame) -> _Transformed:
    prepare = before_terms(model).transform
    return _Transformed(np.asarray(prepare(clients)), np.asarray(prepare(base)), column_origins(model))


def before_terms(pipeline: Pipeline) -> Pipeline:
    """Return the steps of a fitted pipeline after which each column still belongs to one raw feature."""
    return pipeline[: list(pipeline.named_steps).index("expand")]


def column_origins(pipeline: Pipeline) -> NDArray[np.intp]:
    """Return the position of the raw feature behind each column that a fitted pipeline keeps."""
    columns, select = pipeline.named_steps["columns"], pipeline.named_steps["select"]
    numbers, categories = (list(columns.transformers_[position][2]) for position in (0, 1))
    widths = _widths(columns.named_transformers_["categories"]) if categories else []
    names = numbers + [name for name, width in zip(categories, widths, strict=True) for _ in range(width)]
    return np.array([BASE_FEATURES.index(name) for name in names])[select.get_support()]


def _widths(encoder: Any) -> list[int]:
    """Return how many columns each category became."""
    return [
        len(values) - (encoder.drop_idx_ is not None and encoder.drop_idx_[position] is not None)
        for position, values in enumerate(encoder.categories_)
    ]


def _linear(pipeline: Pipeline, data: _Transformed) -> Exact:
    """Coefficient times distance from the mean, added over the columns of a feature."""
    model = pipeline[-1]
    mean = data.base.mean(axis=0)
    by_column = (data.clients - mean) * model.coef_[0]
    contributions = np.zeros((len(data.clients), len(BASE_FEATURES)))
    np.add.at(contributions.T, data.origin, by_column.T)
    return Exact(contributions, float(mean @ model.coef_[0] + model.intercept_[0]), "linear")


def _terms(pipeline: Pipeline, data: _Transformed) -> Exact:
    """Explain a linear model on curves and products: each term is a function of at most two features."""
    expansion, model = pipeline.named_steps["expand"], pipeline[-1]
    scale = expansion.named_steps["scale"]
    weights = model.coef_[0] / scale.scale_
    intercept = float(model.intercept_[0] - weights @ scale.mean_)
    parts = [(part, _owners(part, data.origin)) for part in _parts(expansion.named_steps["terms"])]
    known, base = (
        np.concatenate([_factors_of(part, rows, owners) for part, owners in parts], axis=1)
        for rows in (data.clients, data.base)
    )
    owners = np.concatenate([owners for _, owners in parts])
    return _sum_of_pairs(weights, known, base.mean(axis=0), owners, intercept)


def _sum_of_pairs(
    weights: Values, known: Values, expected: Values, owners: NDArray[np.intp], intercept: float
) -> Exact:
    """Explain Σ weight × first × second: the Shapley value of the first is (a₁ − b₁)(a₂ + b₂) / 2.

    Parameters
    ----------
    weights : ndarray, shape (n_terms,)
    known : ndarray, shape (n_clients, n_terms, 2)
        Factors a, at the clients' values; 1 as the second of a term of one feature.
    expected : ndarray, shape (n_terms, 2)
        Factors b, expected over the base.
    owners : ndarray, shape (n_terms, 2)
        The feature behind each factor.
    """
    moved, between = known - expected, (known + expected) / 2
    by_factor = weights[:, None] * moved * between[:, :, ::-1]
    values = np.zeros((len(known), len(BASE_FEATURES)))
    for side in (0, 1):
        np.add.at(values.T, owners[:, side], by_factor[:, :, side].T)
    return Exact(values, intercept + float(weights @ expected.prod(axis=1)), "terms")


def _parts(terms: Any) -> list[Any]:
    """Return the fitted makers of terms, in the order of their columns."""
    return [part for _, part in terms.transformer_list] if hasattr(terms, "transformer_list") else [terms]


def _owners(part: Any, origin: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the two features of each term, shape (n_terms, 2): twice the same where it has but one."""
    if hasattr(part, "powers_"):
        return np.array([origin[np.flatnonzero(powers)[[0, -1]]] for powers in part.powers_])
    return np.repeat(origin, part.n_features_out_ // len(origin))[:, None].repeat(2, axis=1)


def _factors_of(part: Any, rows: Values, owners: NDArray[np.intp]) -> Values:
    """Return the factor of each feature of each term, shape (n_rows, n_terms, 2); 1 where it has but one."""
    terms = np.asarray(part.transform(rows))
    factors = np.stack([terms, np.ones_like(terms)], axis=2)
    for term in np.flatnonzero(owners[:, 0] != owners[:, 1]):
        factors[:, term] = rows[:, np.flatnonzero(part.powers_[term])]
    return factors


def _tree(pipeline: Pipeline, data: _Transformed) -> Exact:
    """Explain a sum over leaves: a leaf's value times, for each feature, whether its conditions hold."""
    model = pipeline[-1]
    leaves = _leaves(model.tree_)
    declined = int(np.flatnonzero(model.classes_ == 1)[0])
    values = model.tree_.value[[leaf for leaf, _ in leaves], 0, declined]

    def factors(rows: Values) -> Values:
        """Tell whether each leaf's conditions hold, shape (n_rows, n_leaves, n_features)."""
        return np.stack([_conditions_hold(rows, path, data.origin) for _, path in leaves], axis=1)

    return _sum_of_products(values, factors, data, 0.0, "tree")


def _leaves(tree: Any) -> list[tuple[int, list[Condition]]]:
    """Return each leaf with the conditions on the way to it."""
    found: list[tuple[int, list[Condition]]] = []
    open_nodes: list[tuple[int, list[Condition]]] = [(0, [])]
    while open_nodes:
        node, path = open_nodes.pop()
        column, border = int(tree.feature[node]), float(tree.threshold[node])
        if tree.children_left[node] < 0:
            found.append((node, path))
            continue
        open_nodes.append((int(tree.children_left[node]), [*path, (column, border, True)]))
        open_nodes.append((int(tree.children_right[node]), [*path, (column, border, False)]))
    return found


def _conditions_hold(rows: Values, path: list[Condition], origin: NDArray[np.intp]) -> Values:
    holds = np.ones((len(rows), len(BASE_FEATURES)))
    for column, border, below in path:
        # The tree itself compares values in single precision with borders in double precision.
        inside = (rows[:, column].astype("float32").astype("float64") <= border) == below
        holds[:, origin[column]] *= inside
    return holds


def _rbf(pipeline: Pipeline, data: _Transformed) -> Exact:
    """Explain an RBF kernel, a product over features: exp(−γ Σ (x − s)²) over the columns of each."""
    model = pipeline[-1]
    supports, gamma = model.support_vectors_, model._gamma

    def factors(rows: Values) -> Values:
        """Return each support vector's kernel by feature, shape (n_rows, n_supports, n_features)."""
        squares = np.zeros((len(rows), len(supports), len(BASE_FEATURES)))
        for column, feature in enumerate(data.origin):
            squares[:, :, feature] += (rows[:, None, column] - supports[None, :, column]) ** 2
        return np.exp(-gamma * squares)

    return _sum_of_products(model.dual_coef_[0], factors, data, float(model.intercept_[0]), "rbf")


def rbf_score(model: Any, rows: Values) -> Values:
    """Return the decision function, or the prediction, of a support vector machine with an RBF kernel.

    As matrix products of blocks of rows: five times as fast as libsvm, which takes row by row.
    """
    blocks = (rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK))
    kernels = (rbf_kernel(block, model.support_vectors_, model._gamma) for block in blocks)
    sums = [kernel @ model.dual_coef_[0] for kernel in kernels]
    return np.concatenate([*sums, np.empty(0)]) + model.intercept_[0]


def _sum_of_products(
    weights: Values, factors: Callable[[Values], Values], data: _Transformed, intercept: float, method: str
) -> Exact:
    """Explain a score that is Σ weight × Π factor(feature).

    Parameters
    ----------
    weights : ndarray, shape (n_terms,)
    factors : callable
        Rows, shape (n, n_columns) -> factors, shape (n, n_terms, n_features).
    """
    expected = np.sum([factors(part).sum(axis=0) for part in _chunks(data.base)], axis=0) / len(data.base)
    parts = [shapley_of_products(weights, factors(part), expected) for part in _chunks(data.clients)]
    base_value = intercept + float(weights @ expected.prod(axis=1))
    return Exact(np.concatenate(parts), base_value, method)


def _chunks(rows: Values) -> list[Values]:
    return [rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK)]


def shapley_of_products(weights: Values, known: Values, expected: Values) -> Values:
    """Return the exact Shapley values of the game Σ w Π_{known} a Π_{unknown} b.

    By Owen (1972) a feature's Shapley value is the integral over t from 0 to 1 of the derivative of the
    multilinear extension, here (a − b) Π over the others of (t a + (1 − t) b): a polynomial in t, which
    Gauss–Legendre quadrature with half as many nodes as there are features integrates exactly.

    Parameters
    ----------
    weights : ndarray, shape (n_terms,)
    known : ndarray, shape (n_clients, n_terms, n_features)
        Factors a, at the client's values.
    expected : ndarray, shape (n_terms, n_features)
        Factors b, expected over the base.

    Returns
    -------
    ndarray, shape (n_clients, n_features)
    """
    moving = np.flatnonzero((known != expected).any(axis=(0, 1)))
    resting = np.delete(expected, moving, axis=1).prod(axis=1)
    a, b = known[:, :, moving], expected[:, moving]
    nodes, node_weights = np.polynomial.legendre.leggauss(max(1, (len(moving) + 1) // 2))
    total = np.zeros((len(known), len(moving)))
    for node, node_weight in zip((nodes + 1) / 2, node_weights / 2, strict=True):
        others = _products_of_others(node * a + (1 - node) * b)
        total += node_weight * np.einsum("m,nmk,nmk->nk", weights * resting, a - b, others, optimize=True)
    contributions = np.zeros((len(known), known.shape[2]))
    contributions[:, moving] = total
    return contributions


def _products_of_others(factors: Values) -> Values:
    """Return for each entry the product of the others along the last axis, safe for zeros."""
    ones = np.ones((*factors.shape[:-1], 1))
    before = np.cumprod(np.concatenate([ones, factors[..., :-1]], axis=-1), axis=-1)
    behind = np.cumprod(np.concatenate([ones, factors[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    return before * behind
