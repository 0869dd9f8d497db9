"""Small clients, searches of some trials, and storages of studies in a temporary folder."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from one_click.datasets.study import StudyDataset
from one_click.modelling.search import OpenLog
from one_click.parameters import Family, ModelSelection


@pytest.fixture(scope="session")
def options(selection_options: ModelSelection) -> ModelSelection:
    return selection_options


@pytest.fixture(scope="session")
def clients(make_clients: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    return make_clients(90, seed=3)


@pytest.fixture(scope="session")
def tree() -> Family:
    """Return trees with a space of their own, so that tuning the shipped one changes no test."""
    space = {
        "model__max_depth": {"low": 3, "high": 8, "whole": True},
        "model__min_samples_leaf": {"low": 5, "high": 60, "whole": True, "log": True},
        "model__criterion": {"choices": ["gini", "entropy"]},
        "select__k": {"low": 4, "high": 21, "whole": True},
    }
    family = {"class": "sklearn.tree.DecisionTreeClassifier", "interpretability": 2}
    return Family.model_validate(family | {"fixed": {"random_state": 0}, "space": space})


@pytest.fixture(scope="session")
def too_many_neighbours() -> Callable[[int], Family]:
    """Return a function that gives neighbours with more of them than 90 clients have in a training fold."""

    def widen(fewest: int) -> Family:
        space = {
            "model__n_neighbors": {"low": fewest, "high": fewest + 100, "whole": True},
            "select__k": {"low": 4, "high": 21, "whole": True},
        }
        family = {"class": "sklearn.neighbors.KNeighborsClassifier", "interpretability": 3, "space": space}
        return Family.model_validate(family)

    return widen


@pytest.fixture
def new_store(tmp_path: Path) -> Callable[[str], OpenLog]:
    """Return a function that opens the storage of studies in a file of some name."""

    def open_store(name: str) -> OpenLog:
        return StudyDataset(filepath=(tmp_path / name).as_posix(), family="any").load()

    return open_store
