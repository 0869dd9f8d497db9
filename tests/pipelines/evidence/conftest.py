"""One small nested cross-validation, shared by the tests."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from one_click.modelling import candidates
from one_click.modelling.search import InMemoryLog
from one_click.parameters import Evidence, Family, ModelSelection
from one_click.pipelines.evidence.nodes import nested as nodes
from one_click.pipelines.evidence.nodes import procedures
from one_click.pipelines.model_selection.nodes.comparison import join_tuned


@pytest.fixture(scope="session")
def evidence() -> Evidence:
    return Evidence(
        outer_repeats=2, inner_repeats=1, luck_splits=3, rival="reference", challengers={}, seed=5
    )


@pytest.fixture(scope="session")
def selection_options(selection_options: ModelSelection) -> ModelSelection:
    """Return parameters of a selection that searches even less."""
    return selection_options.model_copy(update={"folds": 2, "trials": 3, "startup_trials": 2})


@pytest.fixture(scope="session")
def clients(make_clients: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """Return 120 labelled clients, ten of them twice."""
    clients = make_clients(120, seed=8, twins=10).astype({"activity_declined": "int64"})
    return candidates.join_labelled(clients.iloc[1::2], clients.iloc[::2])


@pytest.fixture(scope="session")
def models(families: dict[str, Family], selection_options: ModelSelection) -> pd.DataFrame:
    tuned = {name: candidates.untuned(family) for name, family in families.items()}
    return join_tuned(selection_options, **tuned)


@pytest.fixture(scope="session")
def nested(
    clients: pd.DataFrame,
    families: dict[str, Family],
    models: pd.DataFrame,
    selection_options: ModelSelection,
    evidence: Evidence,
) -> dict[str, Any]:
    """Return all tables of a nested cross-validation of the shipped families."""
    made = {
        name: nodes.nest_family(clients, family, selection_options, evidence, InMemoryLog)
        for name, family in families.items()
    }
    scores = {name: tables[0] for name, tables in made.items()}
    others = nodes.nest_others(clients, models, selection_options, evidence)
    outer, choices = procedures.replay_selection(others, models, selection_options, **scores)
    summary = procedures.summarise_procedures(outer, choices, selection_options, evidence)
    tables = {"others": others, "outer": outer, "choices": choices, "summary": summary}
    return tables | {
        "families": scores,
        "hyperparameters": {name: tables[1] for name, tables in made.items()},
    }
