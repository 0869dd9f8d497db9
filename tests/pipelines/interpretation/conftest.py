"""Clients and fitted families to explain."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from one_click.columns import TARGET
from one_click.modelling.families import build_pipeline
from one_click.parameters import Family, Interpretation
from one_click.scores import feature_columns

Fit = Callable[..., Any]


@pytest.fixture(scope="session")
def options() -> Interpretation:
    return Interpretation(permutation_repeats=5, base_clients=40, permutations=3, reasons=3, seed=1)


@pytest.fixture(scope="session")
def clients(make_clients: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    return make_clients(120, seed=6)


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
        features = clients[feature_columns(clients)]
        pipeline = build_pipeline(all_families[name], defaults[name] | {"select__k": 21} | settings, features)
        return pipeline.fit(features, clients[TARGET])

    return fit_family
