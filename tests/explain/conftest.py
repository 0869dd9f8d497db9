"""What models see, votes to explain, and what Shapley values are by their definition."""

from collections.abc import Callable, Sequence
from math import factorial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from one_click.columns import BASE_FEATURES
from one_click.explain.fitted import FittedView
from one_click.explain.perturbation import Score
from one_click.modelling import candidates
from one_click.modelling.scores import innermost
from one_click.parameters import Family, Interpretation, ModelSelection

Values = NDArray[np.float64]
Fit = Callable[..., Any]
ByDefinition = Callable[[Score, pd.DataFrame, pd.DataFrame, Sequence[str]], tuple[dict[str, float], float]]
PairsByDefinition = Callable[[Score, pd.DataFrame, pd.DataFrame, Sequence[str]], Values]


@pytest.fixture(scope="session")
def options(interpretation_options: Interpretation) -> Interpretation:
    return interpretation_options


@pytest.fixture(scope="session")
def strangers(make_clients: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """Return the raw features of clients on whom no model was fitted."""
    return make_clients(12, seed=9)[list(BASE_FEATURES)]


@pytest.fixture(scope="session")
def fit_vote(families: dict[str, Family], selection_options: ModelSelection) -> Fit:
    """Return a function that fits the vote of the shipped families, the SVC calibrated inside it."""
    terms = {"logistic_regression": {"basis": "products"}, "k_nearest_neighbours": {"model__n_neighbors": 15}}

    def fit_members(clients: pd.DataFrame, columns: int) -> Any:
        tuned = {
            name: candidates.untuned(family, {"select__k": columns} | terms.get(name, {}))
            for name, family in families.items()
        }
        return candidates.fit(candidates.tune_vote(tuned), clients, selection_options)

    return fit_members


@pytest.fixture(scope="session")
def neighbours(fit: Fit, clients: pd.DataFrame) -> Any:
    """Return nearest neighbours of nine columns, encoded of eight features, as the clients are drawn."""
    return fit("k_nearest_neighbours", clients, select__k=9)


@pytest.fixture(scope="session")
def vote(fit_vote: Fit, clients: pd.DataFrame) -> Any:
    """Return the vote of families that see as much."""
    return fit_vote(clients, 9)


@pytest.fixture(scope="session")
def seen_features() -> Callable[[Any], list[str]]:
    """Return a function that names the raw features that a model, or any member of a vote, sees."""

    def seen(model: Any) -> list[str]:
        views = [FittedView(innermost(member)) for member in getattr(model, "estimators_", [model])]
        found = {source for view in views for column in view.columns for source in column.sources}
        return [feature for feature in BASE_FEATURES if feature in found]

    return seen


@pytest.fixture(scope="session")
def shapley_by_definition() -> ByDefinition:
    """Return a function that gives Shapley values by their definition, over all sets of features.

    ``shapley_by_definition(score, client, background, players)``, where the client is a frame of one row and
    the players are the features that the score depends on, returns their values and the base value.
    """

    def enumerate_sets(
        score: Score, client: pd.DataFrame, background: pd.DataFrame, players: Sequence[str]
    ) -> tuple[dict[str, float], float]:
        worth = _worth_of_sets(score, client, background, players)
        values = [_mean_gain(worth, (player,)) for player in range(len(players))]
        return dict(zip(players, values, strict=True)), float(worth.flat[0])

    return enumerate_sets


@pytest.fixture(scope="session")
def interactions_by_definition() -> PairsByDefinition:
    """Return a function that gives the Shapley interaction index of each two players, by its definition.

    It takes what `shapley_by_definition` does and returns an ndarray, shape (n_players, n_players), with
    zeros on its diagonal.
    """

    def enumerate_sets(
        score: Score, client: pd.DataFrame, background: pd.DataFrame, players: Sequence[str]
    ) -> Values:
        worth, count = _worth_of_sets(score, client, background, players), len(players)
        pairs = [[_mean_gain(worth, (i, j)) if i != j else 0.0 for j in range(count)] for i in range(count)]
        return np.array(pairs)

    return enumerate_sets


def _mean_gain(worth: Values, players: tuple[int, ...]) -> float:
    """Return what some players gain together, each set of s of n others weighing s! (n − s)! / (n + 1)!."""
    gain, others = worth, worth.ndim - len(players)
    for player in players:
        gain = np.diff(gain, axis=player)
    sizes = np.indices((2,) * others).sum(axis=0).astype(int)
    weights = [factorial(s) * factorial(others - s) / factorial(others + 1) for s in range(others + 1)]
    return float((np.array(weights)[sizes] * gain.squeeze(players)).sum())


def _worth_of_sets(
    score: Score, client: pd.DataFrame, background: pd.DataFrame, players: Sequence[str]
) -> Values:
    """Return the mean score of each set of players, shape (2, …, 2): index 1 where a player is known.

    A known player has the client's value, the others have together those of a row of the background.
    """
    sets = np.indices((2,) * len(players)).reshape(len(players), -1).astype(bool)
    rows = background.iloc[np.tile(np.arange(len(background)), sets.shape[1])].reset_index(drop=True)
    known = sets.repeat(len(background), axis=1)
    mixed = {
        name: np.where(is_known, client[name].iloc[0], rows[name])
        for name, is_known in zip(players, known, strict=True)
    }
    scores = score(rows.assign(**mixed).astype(background.dtypes.to_dict()))
    return scores.reshape(-1, len(background)).mean(axis=1).reshape((2,) * len(players))
