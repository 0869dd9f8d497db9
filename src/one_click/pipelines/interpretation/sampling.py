"""Shapley values of models that allow no exact ones: sampled, with their error.

What is sampled is only what a surrogate misses. The surrogate, an RBF regression fitted to the model's own
answers, is explained exactly; its contributions plus the sampled ones of the residual are those of the model,
whatever the surrogate, and the better it is the less is left to chance (regression adjustment, a control
variate: Owen 2013, "Monte Carlo theory, methods and examples", chapter 8).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.pipeline import Pipeline
from sklearn.svm import SVR

from one_click.columns import BASE_FEATURES, ENGINEERED_FEATURES
from one_click.features import add_engineered
from one_click.modelling.families import build_preprocessing
from one_click.parameters import Interpretation
from one_click.scores import innermost, uncalibrated_score

from .certainty import settled
from .exact import before_terms, column_origins, has_rbf_kernel, rbf_contributions, rbf_score
from .neighbours import score_without_own

Values = NDArray[np.float64]
_RAW = list(BASE_FEATURES)
_SURROGATE_ROWS = 2000
_SURROGATE_COLUMNS = 9  # those most related to the score: an RBF of many columns learns little
_BASE_ROWS = 8192  # rows of nothing but drawn values, for the base value
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
        Expected score when nothing is known.
    """

    contributions: Values
    errors: Values
    output: Values
    base_value: float


def sample_contributions(
    model: Any, clients: pd.DataFrame, base: pd.DataFrame, options: Interpretation
) -> Sampled:
    """Return Shapley values of the raw features for any model's uncalibrated score.

    Known neighbours that equal a client in all that the model looks at, as his own row among the training
    clients does, have no say in his score.

    Parameters
    ----------
    model : fitted estimator
    clients, base : DataFrame
        Feature columns of the clients to explain, and of those from whom unknown features are drawn.
    options : Interpretation
        Pairs of orders per round, rounds, and when the reasons of a client count as certain.
    """
    surrogate = fit_surrogate(model, base, options.seed)
    if surrogate is None:
        nothing, output = np.zeros((len(clients), len(_RAW))), _score(model, _all_known(clients))[0]
        return Sampled(nothing, nothing, output, float(output[0]))
    exact = rbf_contributions(surrogate, clients[_RAW], base[_RAW])
    base_value = exact.base_value + _mean_missed(model, surrogate, base, options.seed)
    values, errors = np.empty_like(exact.contributions), np.empty_like(exact.contributions)
    for start in range(0, len(clients), _CHUNK):
        part = slice(start, start + _CHUNK)
        values[part], errors[part] = _sample_missed(
            model, surrogate, clients.iloc[part], base, exact.contributions[part], options
        )
    output = _score(model, _all_known(clients), leave_out=True)[0]
    return Sampled(_add_up(values, errors, output - base_value), errors, output, base_value)


def fit_surrogate(model: Any, base: pd.DataFrame, seed: int) -> Pipeline | None:
    """Return an RBF regression fitted to the model's answers, or nothing if these never move.

    It sees only features that the model sees, so that the others contribute exactly nothing.
    """
    rows = _draw_between(base, _SURROGATE_ROWS, seed)
    scores = _score(model, _all_known(_engineer(rows, base)))[0]
    seen = [name for name, moves in zip(_RAW, _move(model, _engineer(rows, base)), strict=True) if moves]
    if not seen:
        return None
    columns = build_preprocessing(rows[seen], "standard").fit(rows)
    count = min(_SURROGATE_COLUMNS, columns.transform(rows.head(1)).shape[1])
    select = SelectKBest(f_regression, k=count)
    prepare = Pipeline([("columns", columns), ("select", select), ("expand", "passthrough")])
    with np.errstate(divide="ignore", invalid="ignore"):  # of constant columns, which come last
        prepared = prepare.fit_transform(rows, scores)
    spread = float(scores.std())
    regression = SVR(C=4 * spread, epsilon=0.2 * spread, gamma=1 / count)
    return Pipeline([*prepare.steps, ("model", regression.fit(prepared, scores))])


def _draw_between(base: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """Draw rows of which any part, from nothing to everything, is one client's and the rest is drawn."""
    generator = np.random.default_rng((seed, 2))
    drawn = _draw_rows(base, count, generator)
    clients = base[_RAW].sample(count, replace=True, random_state=seed).reset_index(drop=True)
    known = generator.random(drawn.shape) < generator.random((count, 1))
    return drawn.where(~known, clients).astype(base[_RAW].dtypes.to_dict())


def _move(model: Any, rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell for each raw feature whether the model's score of any row moves with it."""
    neighbour = rows.iloc[np.roll(np.arange(len(rows)), 1)].reset_index(drop=True)
    all_but_one = ~np.eye(len(_RAW), dtype=bool)
    is_known = np.concatenate([np.ones((1, len(_RAW)), dtype=bool), all_but_one])
    scores = _score(model, _Mixed(_Rows(rows), _Rows(neighbour), is_known))
    return np.asarray((scores[1:] != scores[0]).any(axis=1))


def _mean_missed(model: Any, surrogate: Pipeline, base: pd.DataFrame, seed: int) -> float:
    """Return what the surrogate misses on average when nothing is known."""
    drawn = _draw_rows(base, _BASE_ROWS, np.random.default_rng((seed, 1)))
    rows = _all_known(_engineer(drawn, base))
    return float((_score(model, rows) - _score(surrogate, rows)).mean())


def _sample_missed(
    model: Any,
    surrogate: Pipeline,
    clients: pd.DataFrame,
    base: pd.DataFrame,
    exact: Values,
    options: Interpretation,
) -> tuple[Values, Values]:
    """Return contributions and errors, sampled round by round until the reasons of a client are certain.

    A client's values depend on no other client: all see the same draws and orders.
    """
    generator = np.random.default_rng((options.seed, 0))
    active, count = np.arange(len(clients)), np.zeros((len(clients), 1))
    total, squares = np.zeros_like(exact), np.zeros_like(exact)
    for _ in range(options.rounds):
        for change in _pairs(model, surrogate, clients.iloc[active], base, options.permutations, generator):
            total[active] += change
            squares[active] += change**2
        count[active] += options.permutations
        mean = total / count
        errors = np.sqrt(np.maximum(squares / count - mean**2, 0) / (count - 1))
        done = settled(exact + mean, errors, options.reasons, options.certain_from)
        active = active[~done[active]]
        if not len(active):
            break
    return exact + mean, errors


def _pairs(
    model: Any,
    surrogate: Pipeline,
    clients: pd.DataFrame,
    base: pd.DataFrame,
    count: int,
    generator: np.random.Generator,
) -> Iterator[Values]:
    """Yield the mean change of the residual as features become known, in an order and its reverse."""
    draws, known = _Rows(_engineer(_draw_rows(base, count, generator), base)), _Rows(clients)
    for number in range(count):
        order = generator.permutation(len(_RAW))
        change = np.zeros((len(clients), len(_RAW)))
        for direction in (order, order[::-1]):
            rows = _Mixed(known, draws, _known_along(direction), number)
            residual = _score(model, rows, leave_out=True) - _score(surrogate, rows)
            change[:, direction] += np.diff(residual, axis=0).T / 2
        yield change


def _known_along(order: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell which features are known as one after the other becomes so, shape (n_features + 1, n_features)."""
    known_from = np.empty(len(order), dtype=int)
    known_from[order] = np.arange(1, len(order) + 1)
    return np.asarray(np.arange(len(order) + 1)[:, None] >= known_from)


def _draw_rows(base: pd.DataFrame, count: int, generator: np.random.Generator) -> pd.DataFrame:
    """Draw each feature by itself, one value from each of `count` equal parts of its sorted values."""
    rows = {}
    for name in _RAW:
        ranks = (generator.permutation(count) + generator.random(count)) / count
        rows[name] = base[name].sort_values().to_numpy()[(ranks * len(base)).astype(int)]
    return pd.DataFrame(rows).astype(base[_RAW].dtypes.to_dict())


def _engineer(rows: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """Add the engineered features that `like` has to raw ones, in its order of columns."""
    engineered = tuple(name for name in like.columns if name in ENGINEERED_FEATURES)
    return add_engineered(rows, engineered)[list(like.columns)]


def _add_up(values: Values, errors: Values, sums: Values) -> Values:
    """Move the contributions, within their errors, so that they add up: the most uncertain move most."""
    leftover = sums - values.sum(axis=1)
    variance = errors**2
    total = variance.sum(axis=1, keepdims=True)
    return values + leftover[:, None] * np.divide(variance, total, out=np.zeros_like(values), where=total > 0)


class _Rows:
    """Rows of features, and what pipelines make of them, made once for each."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self._prepared: dict[int, Values] = {}

    def prepare(self, pipeline: Pipeline) -> Values:
        """Return the columns of a pipeline that belong to one raw feature each."""
        if id(pipeline) not in self._prepared:
            self._prepared[id(pipeline)] = np.asarray(before_terms(pipeline).transform(self.frame))
        return self._prepared[id(pipeline)]


@dataclass(frozen=True)
class _Mixed:
    """Clients some of whose features are known, step by step; the others have drawn values.

    Attributes
    ----------
    known, drawn : _Rows
        The clients, and rows of drawn values.
    is_known : ndarray of bool, shape (n_steps, n_features)
    draw : int, optional
        Which drawn row stands in for all clients; none: each has his own.
    """

    known: _Rows
    drawn: _Rows
    is_known: NDArray[np.bool_]
    draw: int | None = None

    def prepare(self, pipeline: Pipeline) -> Values:
        """Return what the pipeline's model sees, shape (n_steps, n_clients, n_columns).

        Prepared columns are mixed, not prepared anew, which is half of the cost of sampling; where a column
        is made of several raw features, the raw ones must be.
        """
        if set(pipeline.feature_names_in_) - set(_RAW):
            return self._by_step(pipeline[:-1].transform(self.frame()))
        known, drawn = self.known.prepare(pipeline), self._drawn(self.drawn.prepare(pipeline))
        mixed = np.where(self.is_known[:, None, column_origins(pipeline)], known, drawn)
        expand = pipeline.named_steps["expand"]
        if expand == "passthrough":
            return mixed
        return self._by_step(expand.transform(mixed.reshape(-1, mixed.shape[2])))

    def frame(self) -> pd.DataFrame:
        """Return the features of all steps below each other."""
        known, drawn = self.known.frame, self._drawn(self.drawn.frame)
        mixed = {
            name: np.where(self.is_known[:, [place]], known[name], drawn[name]).ravel()
            for place, name in enumerate(_RAW)
        }
        return _engineer(pd.DataFrame(mixed).astype(known[_RAW].dtypes.to_dict()), known)

    def _drawn(self, rows: Any) -> Any:
        return rows if self.draw is None else rows[self.draw : self.draw + 1]

    def _by_step(self, rows: Any) -> Values:
        return np.asarray(rows).reshape(len(self.is_known), len(self.known.frame), -1)


def _all_known(clients: pd.DataFrame) -> _Mixed:
    rows = _Rows(clients)
    return _Mixed(rows, rows, np.ones((1, len(_RAW)), dtype=bool))


def _score(model: Any, rows: _Mixed, leave_out: bool = False) -> Values:
    """Score the rows of all steps, shape (n_steps, n_clients): each member of a vote by itself.

    With `leave_out`, neighbours that equal the client of the last step have no say.
    """
    if hasattr(model, "voting"):
        voices = [_probabilities(member, rows, leave_out) for member in model.estimators_]
        return np.asarray(np.average(voices, axis=0, weights=model.weights))
    if not isinstance(model, Pipeline):
        return uncalibrated_score(model, rows.frame()).reshape(len(rows.is_known), -1)
    return _score_moved(model[-1], rows.prepare(model), leave_out)


def _probabilities(member: Any, rows: _Mixed, leave_out: bool) -> Values:
    """Return the probabilities that a member of a vote gives, calibrated where it is calibrated."""
    scores = _score(innermost(member), rows, leave_out)
    if hasattr(member, "calibrated_classifiers_"):
        (calibrator,) = member.calibrated_classifiers_[0].calibrators
        return np.asarray(calibrator.predict(scores.ravel())).reshape(scores.shape)
    return expit(scores) if hasattr(member, "decision_function") else scores


def _score_moved(model: Any, rows: Values, leave_out: bool) -> Values:
    """Score rows, shape (n_steps, n_clients, n_columns), but only those that differ from the step before."""
    moved = np.concatenate(
        [np.ones((1, rows.shape[1]), dtype=bool), (np.diff(rows, axis=0) != 0).any(axis=2)]
    )
    scores = np.zeros(moved.shape)
    if leave_out and hasattr(model, "kneighbors"):
        scores[moved] = score_without_own(model, rows[moved], rows[-1], np.nonzero(moved)[1])
    else:
        scores[moved] = (
            rbf_score(model, rows[moved]) if has_rbf_kernel(model) else uncalibrated_score(model, rows[moved])
        )
    scored_at = np.maximum.accumulate(np.where(moved, np.arange(len(rows))[:, None], 0), axis=0)
    return np.take_along_axis(scores, scored_at, axis=0)
