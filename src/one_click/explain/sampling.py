"""Shapley values of models that allow no exact ones: sampled, with their error.

Features become known in an order and in its reverse, from a row of the background to the client (antithetic
permutations: Mitchell, Cooper, Frank and Holmes 2022, "Sampling permutations for Shapley value estimation").
What is sampled is only what a surrogate misses: an RBF regression fitted to the model's own answers, whose
values are exact (a control variate: Owen 2013, "Monte Carlo theory, methods and examples", chapter 8).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.linear_model import Ridge
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from one_click.columns import BASE_FEATURES
from one_click.features import add_engineered
from one_click.modelling.families import build_preprocessing
from one_click.parameters import NUMBERS_AS, Interpretation
from one_click.scores import innermost, uncalibrated_score

from .certainty import settled
from .exact import exact_contributions, rbf_score
from .fitted import FittedView, Values, is_rbf
from .moves import mix, moving_features
from .neighbours import score_without_own

_FEATURES = len(BASE_FEATURES)
_SURROGATE_ROWS = 4000
_CENTRES = 200  # of the surrogate: its exact values cost as much as they are many
_RIDGE = 1e-3
_CHUNK = 20_000  # clients at a time


@dataclass(frozen=True)
class Sampled:
    """Sampled Shapley values of some clients.

    Attributes
    ----------
    contributions, errors : ndarray, shape (n_clients, n_features)
        Contributions and their standard errors.
    output : ndarray, shape (n_clients,)
        Scores; base value + contributions.
    base_value : float
        Mean score of the background.
    """

    contributions: Values
    errors: Values
    output: Values
    base_value: float


def sample_contributions(
    model: Any, clients: pd.DataFrame, background: pd.DataFrame, options: Interpretation
) -> Sampled:
    """Return Shapley values of the raw features for any model's uncalibrated score.

    Known neighbours that equal a client in all that the model looks at, as his own row among the training
    clients does, have no say in his score.

    Parameters
    ----------
    model : fitted estimator
    clients, background : DataFrame
        Raw features of the clients to explain, and of those who stand for the base.
    options : Interpretation
        Pairs of orders per round, rounds, and when the reasons of a client count as certain.
    """
    base_scores = uncalibrated_score(model, background)
    base_value = float(base_scores.mean())
    surrogate = fit_surrogate(model, background, options.seed)
    output = _score(model, _Mixed(_Rows(clients), _Rows(background), 0, np.ones((1, _FEATURES), dtype=bool)))
    values, errors = np.zeros((2, len(clients), _FEATURES))
    if surrogate is not None:
        for start in range(0, len(clients), _CHUNK):
            part = slice(start, start + _CHUNK)
            game = _Game(model, surrogate, clients.iloc[part], background, base_scores)
            values[part], errors[part] = _sample(game, options)
    return Sampled(_add_up(values, errors, output[0] - base_value), errors, output[0], base_value)


def fit_surrogate(model: Any, background: pd.DataFrame, seed: int) -> Pipeline | None:
    """Return an RBF regression fitted to a model's answers, or nothing if these never move.

    It sees only features that the model sees, so that the others contribute exactly nothing.
    """
    score = partial(uncalibrated_score, model)
    rows = _draw_between(background, _SURROGATE_ROWS, seed)
    seen = tuple(moving_features(score, rows))
    if not seen:
        return None
    surrogate = Pipeline(
        [
            ("engineer", FunctionTransformer(add_engineered, kw_args={"names": ()})),
            ("columns", build_preprocessing(NUMBERS_AS[0], seen)),
            ("select", SelectKBest(f_regression, k="all")),
            ("expand", "passthrough"),
            ("model", RbfRegression(_CENTRES)),
        ]
    )
    with np.errstate(divide="ignore", invalid="ignore"):  # of constant columns, which are kept all the same
        return surrogate.fit(rows, score(rows))


class RbfRegression(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Least squares on RBF kernels around the first rows; fitted attributes are named as those of an SVR.

    Parameters
    ----------
    centres : int
        Number of kernels, at most.
    """

    kernel = "rbf"

    def __init__(self, centres: int) -> None:
        self.centres = centres

    def fit(self, rows: Values, target: Values) -> "RbfRegression":
        """Fit weights to rows of prepared columns, shape (n, n_columns), whose order is random."""
        self.support_vectors_ = rows[: self.centres]
        self._gamma = 1 / rows.shape[1]
        kernels = rbf_kernel(rows, self.support_vectors_, self._gamma)
        weights = Ridge(_RIDGE).fit(kernels, target)
        self.dual_coef_, self.intercept_ = weights.coef_[None], np.array([weights.intercept_])
        return self

    def decision_function(self, rows: Values) -> Values:
        """Return the fitted answers, shape (n,)."""
        return rbf_score(self, rows)


def _draw_between(background: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """Draw rows of which any part, from nothing to everything, is one client's and the rest another's."""
    generator = np.random.default_rng((seed, 2))
    known, others = (
        background.iloc[generator.integers(len(background), size=count)].reset_index(drop=True)
        for _ in range(2)
    )
    return mix(known, others, generator.random((count, _FEATURES)) < generator.random((count, 1)))


@dataclass(frozen=True)
class _Game:
    """A model and its surrogate, the clients to explain, and the background."""

    model: Any
    surrogate: Pipeline
    clients: pd.DataFrame
    background: pd.DataFrame
    base_scores: Values


def _sample(game: _Game, options: Interpretation) -> tuple[Values, Values]:
    """Return contributions and errors, sampled round by round until the reasons of a client are certain.

    A client's values depend on no other client: all see the same rows and orders.
    """
    found = exact_contributions(FittedView(game.surrogate), game.clients, game.background)
    assert found is not None  # of an RBF regression there are some
    exact = found.contributions
    active, count = np.arange(len(exact)), np.zeros((len(exact), 1))
    total, squares = np.zeros_like(exact), np.zeros_like(exact)
    background = _Rows(game.background)
    for pairs in _rounds(game.base_scores, options):
        clients = _Rows(game.clients.iloc[active])
        for row, order in pairs:
            missed = _walk(game, clients, background, row, order)
            total[active] += missed
            squares[active] += missed**2
        count[active] += len(pairs)
        mean = total / count
        errors = np.sqrt(np.maximum(squares / count - mean**2, 0) / (count - 1))
        active = active[~settled(exact + mean, errors, options.reasons, options.certain_from)[active]]
        if not len(active):
            break
    return exact + mean, errors


def _rounds(base_scores: Values, options: Interpretation) -> Iterator[list[tuple[int, NDArray[np.intp]]]]:
    """Yield pairs of a row of the background and an order of features.

    Each round draws from rows with low and with high scores alike, and all rows come before one comes again.
    """
    generator, rows = np.random.default_rng((options.seed, 0)), len(base_scores)
    stratum = base_scores.argsort(kind="stable").argsort() * options.permutations // rows
    turns = np.concatenate(
        [_turns(stratum, generator) for _ in range(1 + options.rounds * options.permutations // rows)]
    )
    for start in range(0, options.rounds * options.permutations, options.permutations):
        taken = turns[start : start + options.permutations]
        yield [(int(row), generator.permutation(_FEATURES)) for row in taken]


def _turns(stratum: NDArray[np.intp], generator: np.random.Generator) -> NDArray[np.intp]:
    """Return all rows in a random order, one of each stratum after the other."""
    shuffled = pd.Series(stratum).sample(frac=1, random_state=generator)
    turn = shuffled.groupby(shuffled).cumcount()
    return shuffled.index.to_numpy()[np.lexsort((shuffled, turn))]


def _walk(game: _Game, clients: "_Rows", background: "_Rows", row: int, order: NDArray[np.intp]) -> Values:
    """Return the mean change of what the surrogate misses as features become known, in an order and back."""
    change = np.zeros((len(clients.frame), _FEATURES))
    for direction in (order, order[::-1]):
        rows = _Mixed(clients, background, row, _known_along(direction))
        missed = _score(game.model, rows) - _score(game.surrogate, rows)
        change[:, direction] += np.diff(missed, axis=0).T / 2
    return change


def _known_along(order: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell which features are known as one after the other becomes so, shape (n_features + 1, n_features)."""
    known_from = np.empty(len(order), dtype=int)
    known_from[order] = np.arange(1, len(order) + 1)
    return np.asarray(np.arange(len(order) + 1)[:, None] >= known_from)


def _add_up(values: Values, errors: Values, sums: Values) -> Values:
    """Move the contributions, within their errors, so that they add up: the most uncertain move most."""
    leftover = sums - values.sum(axis=1)
    variance = errors**2
    total = variance.sum(axis=1, keepdims=True)
    return values + leftover[:, None] * np.divide(variance, total, out=np.zeros_like(values), where=total > 0)


# Scores of clients some of whose features are known -------------------------------------------------


class _Rows:
    """Rows of raw features, and what pipelines make of them, made once for each."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self._prepared: dict[int, Values] = {}

    def prepare(self, view: FittedView) -> Values:
        """Return the columns of a pipeline that belong to one raw feature each."""
        if id(view.pipeline) not in self._prepared:
            self._prepared[id(view.pipeline)] = view.prepare(self.frame)
        return self._prepared[id(view.pipeline)]


@dataclass(frozen=True)
class _Mixed:
    """Clients some of whose features are known, step by step; the others have the values of one row.

    Attributes
    ----------
    known, background : _Rows
    row : int
        Position of the row.
    is_known : ndarray of bool, shape (n_steps, n_features)
    """

    known: _Rows
    background: _Rows
    row: int
    is_known: NDArray[np.bool_]

    def columns(self, pipeline: Pipeline) -> Values:
        """Return what the pipeline's model sees, shape (n_steps, n_clients, n_columns).

        Prepared columns are mixed, not prepared anew, which is half of the cost of sampling; where a column
        is made of several raw features, the raw ones must be.
        """
        view = FittedView(pipeline)
        if view.origins is None:
            return self._by_step(pipeline[:-1].transform(self.frame()))
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


def _score(model: Any, rows: _Mixed) -> Values:
    """Score the rows of all steps, shape (n_steps, n_clients): each member of a vote by itself.

    Neighbours that equal the client of the last step have no say.
    """
    if hasattr(model, "voting"):
        voices = [_probabilities(member, rows) for member in model.estimators_]
        return np.asarray(np.average(voices, axis=0, weights=model.weights))
    if not isinstance(model, Pipeline):
        return uncalibrated_score(model, rows.frame()).reshape(len(rows.is_known), -1)
    return _score_moved(model[-1], rows.columns(model))


def _probabilities(member: Any, rows: _Mixed) -> Values:
    """Return the probabilities that a member of a vote gives, calibrated where it is calibrated."""
    scores = _score(innermost(member), rows)
    if hasattr(member, "calibrated_classifiers_"):
        (calibrator,) = member.calibrated_classifiers_[0].calibrators
        return np.asarray(calibrator.predict(scores.ravel())).reshape(scores.shape)
    return expit(scores) if hasattr(member, "decision_function") else scores


def _score_moved(model: Any, rows: Values) -> Values:
    """Score rows, shape (n_steps, n_clients, n_columns), but only those that differ from the step before."""
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
