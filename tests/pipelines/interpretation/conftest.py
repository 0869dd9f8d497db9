"""Clients and fitted families to explain, and what Shapley values are by their definition."""

from collections.abc import Callable, Sequence
from math import factorial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from one_click.columns import BASE_FEATURES, TARGET
from one_click.modelling import candidates
from one_click.modelling.families import build_pipeline
from one_click.parameters import Family, Interpretation, ModelSelection
from one_click.scores import innermost, raw_features

Values = NDArray[np.float64]
Fit = Callable[..., Any]
Score = Callable[[pd.DataFrame], Values]
ByDefinition = Callable[[Score, pd.DataFrame, pd.DataFrame, Sequence[str]], tuple[dict[str, float], float]]


@pytest.fixture(scope="session")
def options() -> Interpretation:
    return Interpretation(
        permutation_repeats=5,
        collinear_from=0.7,
        refit_repeats=1,
        base_clients=40,
        background_rows=30,
        interaction_clients=10,
        permutations=3,
        refit_permutations=2,
        rounds=2,
        certain_from=0.9,
        stable_from=0.5,
        reasons=3,
        curves={"points": 5, "clients": 20, "lines": 3},
        what_if={"most_changes": 2, "steps": 4, "low": 0.05, "high": 0.95},
        disputed_clients=5,
        seed=1,
    )


@pytest.fixture(scope="session")
def clients(make_clients: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    return make_clients(120, seed=6)


@pytest.fixture(scope="session")
def features(clients: pd.DataFrame) -> pd.DataFrame:
    """Return the raw features of the clients."""
    return clients[list(BASE_FEATURES)]


@pytest.fixture(scope="session")
def strangers(make_clients: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """Return the raw features of clients on whom no model was fitted."""
    return make_clients(12, seed=9)[list(BASE_FEATURES)]


@pytest.fixture(scope="session")
def all_families(families: dict[str, Family]) -> dict[str, Family]:
    """Return the shipped families and one without a decision function, a tree or coefficients."""
    naive = {"class": "sklearn.naive_bayes.GaussianNB", "interpretability": 5, "space": {}}
    return families | {"naive_bayes": Family.model_validate(naive)}


@pytest.fixture(scope="session")
def fit(all_families: dict[str, Family]) -> Fit:
    """Return a function that fits a family on clients: ``fit(name, clients, select__k=…, …)``."""
    defaults = {
        "logistic_regression": {"model__C": 0.5},
        "decision_tree": {"model__max_depth": 4, "model__min_samples_leaf": 3},
        "k_nearest_neighbours": {"model__n_neighbors": 9},
        "svc": {"model__C": 1.0, "model__gamma": 0.05},
        "naive_bayes": {},
    }

    def fit_family(name: str, clients: pd.DataFrame, **settings: Any) -> Any:
        features = raw_features(clients)
        pipeline = build_pipeline(all_families[name], defaults[name] | {"select__k": 21} | settings)
        return pipeline.fit(features, clients[TARGET])

    return fit_family


@pytest.fixture(scope="session")
def fit_vote(families: dict[str, Family], selection_options: ModelSelection) -> Fit:
    """Return a function that fits the vote of the shipped families, the SVC calibrated inside it."""
    terms = {
        "logistic_regression": {"expand": "products"},
        "k_nearest_neighbours": {"model__n_neighbors": 15},
    }

    def fit_members(clients: pd.DataFrame, columns: int) -> Any:
        tuned = {
            name: candidates.untuned(family) | {"settings": {"select__k": columns} | terms.get(name, {})}
            for name, family in families.items()
        }
        return candidates.fit(candidates.tune_vote(tuned), clients, selection_options)

    return fit_members


@pytest.fixture(scope="session")
def seen_features() -> Callable[[Any], list[str]]:
    """Return a function that names the raw features that a model, or any member of a vote, sees."""

    def seen(model: Any) -> list[str]:
        members = [innermost(member) for member in getattr(model, "estimators_", [model])]
        columns = {column for member in members for column in member[1:3].get_feature_names_out()}
        return [
            feature
            for feature in BASE_FEATURES
            if any(column == feature or column.startswith(f"{feature}_") for column in columns)
        ]

    return seen


@pytest.fixture(scope="session")
def shapley_by_definition() -> ByDefinition:
    """Return a function that gives Shapley values by their definition, over all sets of features.

    ``shapley_by_definition(score, client, base, players)``, where the client is a frame of one row and the
    players are the features that the score depends on, returns their values and the base value.
    """

    def enumerate_sets(
        score: Score, client: pd.DataFrame, base: pd.DataFrame, players: Sequence[str]
    ) -> tuple[dict[str, float], float]:
        worth = _worth_of_sets(score, client, base, players)
        others = len(players) - 1
        sizes = np.indices((2,) * others).sum(axis=0).astype(int)
        share = [factorial(n) * factorial(others - n) / factorial(others + 1) for n in range(others + 1)]
        gained = [np.diff(worth, axis=player).squeeze(player) for player in range(len(players))]
        values = [float((np.array(share)[sizes] * gain).sum()) for gain in gained]
        return dict(zip(players, values, strict=True)), float(worth.flat[0])

    return enumerate_sets


def _worth_of_sets(score: Score, client: pd.DataFrame, base: pd.DataFrame, players: Sequence[str]) -> Values:
    """Return the mean score of each set of players, shape (2, …, 2): index 1 where a player is known.

    A known player has the client's value, an unknown one each of the base's, whatever the others have.
    """
    choices = pd.concat([client, base], ignore_index=True)
    picks = np.indices((len(choices),) * len(players)).reshape(len(players), -1)
    rows = choices.iloc[np.zeros(picks.shape[1], dtype=int)].reset_index(drop=True)
    mixed = {name: choices[name].to_numpy()[pick] for name, pick in zip(players, picks, strict=True)}
    worth = score(rows.assign(**mixed).astype(base.dtypes.to_dict())).reshape([len(choices)] * len(players))
    unknown_or_known = np.array([[0, *np.full(len(base), 1 / len(base))], [1, *np.zeros(len(base))]])
    for _ in players:  # the first axis goes, and comes back as the last
        worth = np.tensordot(worth, unknown_or_known, axes=(0, 1))
    return worth
