"""Shapley values of raw features through a whole fitted pipeline.

The game: a feature that is known has the client's value, one that is not is drawn from the base, each
feature by itself. The value of a set of known features is the expected score. Linear models, trees and RBF
kernels are sums of products over features, whose Shapley values are exact; any other model is sampled.

An explainer is chosen by what the fitted model can do, never by its name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.pipeline import Pipeline

from one_click.columns import BASE_FEATURES, ENGINEERED_FEATURES
from one_click.features import add_engineered
from one_click.scores import feature_columns, innermost, uncalibrated_score

Values = NDArray[np.float64]
Condition = tuple[int, float, bool]  # column, border, whether the value lies at or below it
_CHUNK = 128  # clients at a time: bounds the memory of the (clients × terms × features) arrays


@dataclass(frozen=True)
class Explanation:
    """Shapley values of some clients.

    Attributes
    ----------
    contributions : ndarray, shape (n_clients, n_features)
    base_value : float
        Expected score when nothing is known.
    method : str
        ``linear``, ``terms``, ``tree`` or ``rbf`` (exact), or ``sampled``.
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


def explain(
    model: Any, clients: pd.DataFrame, base: pd.DataFrame, permutations: int, seed: int
) -> Explanation:
    """Return the Shapley values of the raw features for the uncalibrated score.

    Parameters
    ----------
    model : fitted estimator
        A pipeline of the steps `columns`, `select`, `expand`, `model`, or a vote of such.
    clients : DataFrame, shape (n_clients, n_columns)
        Feature columns of the clients to explain.
    base : DataFrame
        Feature columns of the clients from whom unknown features are drawn.
    permutations : int
        Pairs of orders, where sampling is needed.
    seed : int
        Seed of the sampling.
    """
    engineered = [name for name in feature_columns(clients) if name in ENGINEERED_FEATURES]
    exact = None if engineered or not isinstance(model, Pipeline) else _exact_explainer(model)
    if exact is None:
        return _sampled(model, clients, base, permutations, seed)
    return exact(model, _transform(model, clients, base))


def _exact_explainer(pipeline: Pipeline) -> Callable[[Pipeline, _Transformed], Explanation] | None:
    model, expanded = pipeline[-1], pipeline.named_steps["expand"] != "passthrough"
    if hasattr(model, "coef_") and np.ndim(model.coef_) == 2:
        return _terms if expanded else _linear
    if expanded:
        return None
    if hasattr(model, "tree_"):
        return _tree
    if getattr(model, "kernel", None) == "rbf" and hasattr(model, "dual_coef_"):
        return _rbf
    return None


def _transform(model: Pipeline, clients: pd.DataFrame, base: pd.DataFrame) -> _Transformed:
    columns, select = model.named_steps["columns"], model.named_steps["select"]
    encoder = columns.named_transformers_["categories"]
    numbers, categories = (list(columns.transformers_[position][2]) for position in (0, 1))
    widths = [
        len(values) - (encoder.drop_idx_ is not None and encoder.drop_idx_[position] is not None)
        for position, values in enumerate(encoder.categories_)
    ]
    names = numbers + [name for name, width in zip(categories, widths, strict=True) for _ in range(width)]
    origin = np.array([BASE_FEATURES.index(name) for name in names])[select.get_support()]
    prepare = model[: list(model.named_steps).index("expand")].transform
    return _Transformed(np.asarray(prepare(clients)), np.asarray(prepare(base)), origin)


# Exact ---------------------------------------------------------------------------------------------


def _linear(pipeline: Pipeline, data: _Transformed) -> Explanation:
    """Coefficient times distance from the mean, added over the columns of a feature."""
    model = pipeline[-1]
    mean = data.base.mean(axis=0)
    by_column = (data.clients - mean) * model.coef_[0]
    contributions = np.zeros((len(data.clients), len(BASE_FEATURES)))
    np.add.at(contributions.T, data.origin, by_column.T)
    return Explanation(contributions, float(mean @ model.coef_[0] + model.intercept_[0]), "linear")


def _terms(pipeline: Pipeline, data: _Transformed) -> Explanation:
    """Explain a linear model on curves and products: each term is a product of functions of one column."""
    expansion, model = pipeline.named_steps["expand"], pipeline[-1]
    scale = expansion.named_steps["scale"]
    weights = model.coef_[0] / scale.scale_
    intercept = float(model.intercept_[0] - weights @ scale.mean_)
    parts = _parts(expansion.named_steps["terms"])

    def factors(rows: Values) -> Values:
        """Return each term's factor by feature, shape (n_rows, n_terms, n_features)."""
        return np.concatenate([_factors_of(part, rows, data.origin) for part in parts], axis=1)

    return _sum_of_products(weights, factors, data, intercept, "terms")


def _parts(terms: Any) -> list[Any]:
    """Return the fitted makers of terms, in the order of their columns."""
    return [part for _, part in terms.transformer_list] if hasattr(terms, "transformer_list") else [terms]


def _factors_of(part: Any, rows: Values, origin: NDArray[np.intp]) -> Values:
    if hasattr(part, "powers_"):
        factors = np.ones((len(rows), len(part.powers_), len(BASE_FEATURES)))
        for term, powers in enumerate(part.powers_):
            for column in np.flatnonzero(powers):
                factors[:, term, origin[column]] *= rows[:, column]
        return factors
    curves = part.transform(rows)
    of_column = np.repeat(origin, curves.shape[1] // len(origin))
    factors = np.ones((len(rows), curves.shape[1], len(BASE_FEATURES)))
    factors[:, np.arange(curves.shape[1]), of_column] = curves
    return factors


def _tree(pipeline: Pipeline, data: _Transformed) -> Explanation:
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
        # The tree itself compares in single precision.
        inside = (rows[:, column].astype("float32") <= border) == below
        holds[:, origin[column]] *= inside
    return holds


def _rbf(pipeline: Pipeline, data: _Transformed) -> Explanation:
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


def _sum_of_products(
    weights: Values, factors: Callable[[Values], Values], data: _Transformed, intercept: float, method: str
) -> Explanation:
    """Explain a score that is Σ weight × Π factor(feature).

    Parameters
    ----------
    weights : ndarray, shape (n_terms,)
    factors : callable
        Rows, shape (n, n_columns) -> factors, shape (n, n_terms, n_features).
    """
    expected = np.mean([factors(rows[None])[0] for rows in data.base], axis=0)
    parts = [
        shapley_of_products(weights, factors(data.clients[start : start + _CHUNK]), expected)
        for start in range(0, len(data.clients), _CHUNK)
    ]
    base_value = intercept + float(weights @ expected.prod(axis=1))
    return Explanation(np.concatenate(parts), base_value, method)


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


# Sampled -------------------------------------------------------------------------------------------


def _sampled(
    model: Any, clients: pd.DataFrame, base: pd.DataFrame, permutations: int, seed: int
) -> Explanation:
    """Average the change of score as features become known in random orders, each also reversed.

    All clients share the drawn values and orders, so base value + contributions = score for each. A feature's
    values are drawn evenly from low to high (Latin hypercube), which a few draws need to stand for the base.
    """
    generator = np.random.default_rng(seed)
    draws = {name: _draw_evenly(base[name], permutations, generator) for name in BASE_FEATURES}
    total, starts = np.zeros((len(clients), len(BASE_FEATURES))), []
    for number in range(permutations):
        drawn = {name: values[number] for name, values in draws.items()}
        order = generator.permutation(len(BASE_FEATURES))
        for direction in (order, order[::-1]):
            scores = _scores_along(model, clients, drawn, direction)
            total[:, direction] += np.diff(scores, axis=0).T
            starts.append(scores[0, 0])
    return Explanation(total / (2 * permutations), float(np.mean(starts)), "sampled")


def _draw_evenly(values: pd.Series, count: int, generator: np.random.Generator) -> NDArray[Any]:
    """Draw one value from each of `count` equal parts of the sorted values, in random order."""
    ranks = (generator.permutation(count) + generator.random(count)) / count
    return values.sort_values().to_numpy()[(ranks * len(values)).astype(int)]


def _scores_along(
    model: Any, clients: pd.DataFrame, drawn: dict[str, Any], order: NDArray[np.intp]
) -> Values:
    """Return the scores as one feature after the other becomes known, shape (n_features + 1, n_clients)."""
    known_from = np.empty(len(order), dtype=int)
    known_from[order] = np.arange(1, len(order) + 1)
    steps = np.repeat(np.arange(len(order) + 1), len(clients))
    repeated = {name: np.tile(clients[name].to_numpy(), len(order) + 1) for name in BASE_FEATURES}
    mixed = pd.DataFrame(
        {
            name: np.where(steps >= known_from[position], repeated[name], drawn[name])
            for position, name in enumerate(BASE_FEATURES)
        }
    ).astype({name: clients[name].dtype for name in BASE_FEATURES})
    engineered = tuple(name for name in clients.columns if name in ENGINEERED_FEATURES)
    rows = add_engineered(mixed, engineered)[list(clients.columns)]
    return _score_rows(model, rows, len(order) + 1)


def _score_rows(model: Any, rows: pd.DataFrame, steps: int) -> Values:
    """Score the rows of all steps, shape (n_steps, n_clients): each member of a vote by itself."""
    if hasattr(model, "voting"):
        voices = [_probabilities(member, rows, steps) for member in model.estimators_]
        return np.asarray(np.average(voices, axis=0, weights=model.weights))
    if not isinstance(model, Pipeline):
        return uncalibrated_score(model, rows).reshape(steps, -1)
    prepared = np.asarray(model[:-1].transform(rows))
    return _score_moved(model[-1], prepared.reshape(steps, len(rows) // steps, -1))


def _probabilities(member: Any, rows: pd.DataFrame, steps: int) -> Values:
    """Return the probabilities that a member of a vote gives, calibrated where it is calibrated."""
    scores = _score_rows(innermost(member), rows, steps)
    if hasattr(member, "calibrated_classifiers_"):
        (calibrator,) = member.calibrated_classifiers_[0].calibrators
        return np.asarray(calibrator.predict(scores.ravel())).reshape(scores.shape)
    return expit(scores) if hasattr(member, "decision_function") else scores


def _score_moved(classifier: Any, rows: Values) -> Values:
    """Score rows, shape (n_steps, n_clients, n_columns), but only those that differ from the step before."""
    moved = np.concatenate(
        [np.ones((1, rows.shape[1]), dtype=bool), (np.diff(rows, axis=0) != 0).any(axis=2)]
    )
    scores = np.zeros(moved.shape)
    scores[moved] = uncalibrated_score(classifier, rows[moved])
    scored_at = np.maximum.accumulate(np.where(moved, np.arange(len(rows))[:, None], 0), axis=0)
    return np.take_along_axis(scores, scored_at, axis=0)
