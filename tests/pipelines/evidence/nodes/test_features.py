from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from one_click.columns import ENGINEERED_FEATURES
from one_click.modelling import candidates
from one_click.parameters import Evidence, Family, ModelSelection
from one_click.pipelines.evidence.nodes import features
from one_click.pipelines.model_selection.nodes.comparison import join_tuned


@pytest.fixture(scope="module")
def linear(families: dict[str, Family], selection_options: ModelSelection) -> pd.DataFrame:
    """Return the models, with a logistic regression on all columns as the only family."""
    family = families["logistic_regression"].model_copy(update={"space": {}, "start": {}})
    return join_tuned(selection_options, logistic_regression=candidates.untuned(family))


def _clients(make_clients: Callable[..., pd.DataFrame], decided_by: str) -> pd.DataFrame:
    """Return clients whose decline follows from whether minutes or revenue differ, or from nothing."""
    clients = make_clients(400, seed=4).drop(columns="twin_group")
    generator = np.random.default_rng(0)
    clients["minutes_current"] = generator.integers(0, 30, len(clients))
    clients["minutes_previous"] = generator.integers(0, 30, len(clients))
    usual = np.exp(2 * generator.normal(size=len(clients)))  # hides the trend in the months themselves
    for month in ("two_months_ago", "previous", "current"):
        clients[f"revenue_{month}"] = usual * np.exp(0.3 * generator.normal(size=len(clients)))
    months = clients[["revenue_two_months_ago", "revenue_previous", "revenue_current"]]
    risk = {
        "trend": -months["revenue_current"] / months.sum(axis=1),
        "nothing": pd.Series(generator.normal(size=len(clients))),
    }[decided_by]
    declined = (risk > risk.median()).astype("float64")
    return clients.assign(activity_declined=declined, monthly_profit=1.0)


@pytest.fixture(scope="module")
def gains_of(
    make_clients: Callable[..., pd.DataFrame],
    linear: pd.DataFrame,
    selection_options: ModelSelection,
    evidence: Evidence,
) -> Callable[..., pd.DataFrame]:
    """Return a function that gives the gains of features: ``gains_of(what decides, models)``."""

    def gains(decided_by: str, models: pd.DataFrame = linear) -> pd.DataFrame:
        clients = _clients(make_clients, decided_by)
        judged = features.judge_features(clients, clients, models, selection_options, evidence)
        return judged.set_index("feature")

    return gains


def test_a_feature_that_decides_pays_and_the_others_do_not(gains_of: Callable[..., pd.DataFrame]) -> None:
    gains = gains_of("trend")
    assert set(gains.index) == set(ENGINEERED_FEATURES)
    assert gains.index[gains["pays"]].tolist() == ["revenue_trend"]
    assert gains.loc["revenue_trend", "gain"] > 0.02
    assert len(set(gains["without"])) == 1
    assert gains.columns.tolist() == ["model", "without", "gain", "p_adjusted", "pays"]


def test_nothing_pays_where_nothing_decides(gains_of: Callable[..., pd.DataFrame]) -> None:
    gains = gains_of("nothing")
    assert not gains["pays"].any()


def test_a_feature_that_is_not_selected_adds_nothing(
    families: dict[str, Family], selection_options: ModelSelection, gains_of: Callable[..., pd.DataFrame]
) -> None:
    one_column = candidates.untuned(families["logistic_regression"], {"select__k": 1})
    models = join_tuned(selection_options, logistic_regression=one_column)
    gains = gains_of("trend", models)
    assert gains.loc["revenue_trend", "pays"]
    assert gains.drop(index="revenue_trend")["gain"].eq(0).all()


def test_luck_of_splits_is_told_for_champion_and_reference(
    clients: pd.DataFrame, linear: pd.DataFrame, selection_options: ModelSelection, evidence: Evidence
) -> None:
    board = pd.DataFrame({"model": ["logistic_regression", "reference"], "champion": [True, False]})
    luck = features.measure_split_luck(clients, board, linear, selection_options, evidence)
    assert luck.groupby("split")["model"].agg(list).tolist() == [["logistic_regression", "reference"]] * 3
    assert (luck.groupby("model")["roc_auc"].std() > 0).all()
    assert luck["roc_auc"].between(0.5, 1).all()
    again = features.measure_split_luck(clients, board, linear, selection_options, evidence)
    pd.testing.assert_frame_equal(luck, again)
