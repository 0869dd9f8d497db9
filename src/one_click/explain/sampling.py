"""Shapley values of models that allow no exact ones: sampled, with their error.

Features become known in an order and in its reverse, from a row of the background to the client (antithetic
permutations: Mitchell, Cooper, Frank and Holmes 2022, "Sampling permutations for Shapley value estimation").
What is sampled is only what a surrogate misses: an RBF regression fitted to the model's own answers, whose
values are exact (a control variate: Owen 2013, "Monte Carlo theory, methods and examples", chapter 8).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from one_click.columns import BASE_FEATURES
from one_click.explain.certainty import settled
from one_click.explain.coalitions import Mixed, Rows, score_mixed
from one_click.explain.exact import contributions_by
from one_click.explain.explanation import SAMPLED, Explanation
from one_click.explain.fitted import FittedView, Values
from one_click.explain.surrogate import fit_surrogate
from one_click.modelling.scores import uncalibrated_score
from one_click.parameters import Interpretation

_FEATURES = len(BASE_FEATURES)
_CHUNK = 20_000  # clients at a time: bounds the memory


def sample_contributions(
    model: Any, clients: pd.DataFrame, background: pd.DataFrame, options: Interpretation
) -> Explanation:
    """Return Shapley values of the raw features for any model's uncalibrated score.

    Scores of nearest neighbours are leave-one-out: training rows that equal a client in all that the model
    sees, as the client's own row does, are left out.

    Parameters
    ----------
    model : fitted estimator
    clients, background : DataFrame
        Raw features of the clients to explain, and of those whose values unknown features have.
    options : Interpretation
        Pairs of orders per round, rounds, and when the reasons of a client count as certain.
    """
    base_scores = uncalibrated_score(model, background)
    base_value = float(base_scores.mean())
    values, errors = np.zeros((2, len(clients), _FEATURES))
    if _is_constant(model, clients, base_scores):
        return Explanation(values, errors, np.full(len(clients), base_value), base_value, SAMPLED)
    surrogate = fit_surrogate(model, background, options.seed)
    for start in range(0, len(clients), _CHUNK):
        part = slice(start, start + _CHUNK)
        game = _Game(model, surrogate, clients.iloc[part], background, base_scores)
        values[part], errors[part] = _sample(game, options)
    everything = np.ones((1, _FEATURES), dtype=bool)
    (output,) = score_mixed(model, Mixed(Rows(clients), Rows(background), 0, everything))
    values = _add_up(values, errors, output - base_value)
    return Explanation(values, errors, output, base_value, SAMPLED)


def _is_constant(model: Any, clients: pd.DataFrame, base_scores: Values) -> bool:
    """Return whether the background and all clients have one score."""
    alike = (base_scores == base_scores[0]).all()
    return bool(alike and (uncalibrated_score(model, clients) == base_scores[0]).all())


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
    exact = contributions_by("rbf", FittedView(game.surrogate), game.clients, game.background).contributions
    active, count = np.arange(len(exact)), np.zeros((len(exact), 1))
    total, squares = np.zeros_like(exact), np.zeros_like(exact)
    background = Rows(game.background)
    for pairs in _rounds(game.base_scores, options):
        clients = Rows(game.clients.iloc[active])
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


def _walk(game: _Game, clients: Rows, background: Rows, row: int, order: NDArray[np.intp]) -> Values:
    """Return the mean change of the surrogate's error as each feature becomes known, in an order and back."""
    change = np.zeros((len(clients.frame), _FEATURES))
    for direction in (order, order[::-1]):
        rows = Mixed(clients, background, row, _known_along(direction))
        missed = score_mixed(game.model, rows) - score_mixed(game.surrogate, rows)
        change[:, direction] += np.diff(missed, axis=0).T / 2
    return change


def _known_along(order: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which features are known after each step of an order, shape (n_features + 1, n_features)."""
    known_from = np.empty(len(order), dtype=int)
    known_from[order] = np.arange(1, len(order) + 1)
    return np.asarray(np.arange(len(order) + 1)[:, None] >= known_from)


def _add_up(values: Values, errors: Values, sums: Values) -> Values:
    """Return contributions that add up: what is left over is shared out by their variances."""
    leftover = sums - values.sum(axis=1)
    variance = errors**2
    total = variance.sum(axis=1, keepdims=True)
    return values + leftover[:, None] * np.divide(variance, total, out=np.zeros_like(values), where=total > 0)
