from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from one_click.columns import BASE_FEATURES, COLUMNS, TARGET
from one_click.errors import DataError, OneClickError, ParameterError
from one_click.explain.perturbation import Score
from one_click.explain.what_if import ask
from one_click.features import add_engineered
from one_click.modelling.scores import decline_probability, raw_features

Fit = Callable[..., Any]

DEFAULTS = {"whole": 5, "number": 5.0, "share": 0.5, "flag": True}
CATEGORIES = {"popular_category": "Кухонная посуда", "service_type": "стандарт"}


def risk(probability: Callable[[pd.DataFrame], Any]) -> Score:
    """Return a score that is a given function of the raw features."""

    def score(features: pd.DataFrame) -> Any:
        assert tuple(features.columns) == BASE_FEATURES
        assert features.dtypes["service_errors"] == features.dtypes["unpaid_items_quarter"] == "int64"
        return np.broadcast_to(np.asarray(probability(features), dtype="float64"), len(features))

    return score


def linear(intercept: float = 0.0, **weights: float) -> Score:
    return risk(lambda rows: intercept + sum(weight * rows[name] for name, weight in weights.items()))


def clients_with(**columns: list[Any]) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    usual = {name: [CATEGORIES.get(name, DEFAULTS.get(COLUMNS[name].kind))] * count for name in BASE_FEATURES}
    return pd.DataFrame({"client_id": range(1, count + 1), **usual, **columns})


def test_answer_by_hand() -> None:
    clients = clients_with(unpaid_items_quarter=[6, 1]).assign(twin_group=1, activity_declined=1.0)
    score = linear(0.1, unpaid_items_quarter=0.1, allows_messages=-0.05)
    answer = ask(score, clients, {"unpaid_items_quarter": 2.0, "allows_messages": False})
    assert answer.columns.tolist() == ["client_id", "probability_before", "probability_after", "change"]
    expected = [[1, 0.65, 0.3, -0.35], [2, 0.15, 0.3, 0.15]]
    np.testing.assert_allclose(answer.to_numpy(), expected, atol=1e-12)


def test_a_model_in_place_of_a_score_gets_the_way_out(fit: Fit, clients: pd.DataFrame) -> None:
    champion = fit("logistic_regression", clients)
    with pytest.raises(ParameterError, match="score: a Pipeline is no function") as error:
        ask(champion, clients.head(1), {"service_errors": 1})
    assert "partial(decline_probability, champion)" in str(error.value)


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_engineered_features_are_computed_again(fit: Fit, clients: pd.DataFrame) -> None:
    # A client declines if minutes fall: the model sees by how much, and nothing else.
    wider = add_engineered(clients, ("minutes_trend",))
    falling = wider.assign(**{TARGET: (wider["minutes_trend"] < 0).astype("float64")})
    champion = fit("decision_tree", falling, select__k=1)
    client = falling.assign(minutes_previous=5, minutes_current=8).head(1)  # the trend stays as it was
    answer = ask(partial(decline_probability, champion), client, {"minutes_current": 4})
    assert answer[["probability_before", "probability_after"]].to_numpy().tolist() == [[0, 1]]


@pytest.mark.parametrize("changes", [{}, {"unpaid_items_quarter": 6, "service_type": "стандарт"}])
def test_own_values_change_nothing(changes: dict[str, Any]) -> None:
    answer = ask(linear(0.1, unpaid_items_quarter=0.1), clients_with(unpaid_items_quarter=[6]), changes)
    assert answer["change"].tolist() == [0.0]


@pytest.mark.parametrize("changed", [name for name in BASE_FEATURES if name not in CATEGORIES])
def test_any_raw_feature_may_be_changed(fit: Fit, clients: pd.DataFrame, changed: str) -> None:
    champion, some = fit("logistic_regression", clients), clients.head(5)
    new = False if COLUMNS[changed].kind == "flag" else 1
    answer = ask(partial(decline_probability, champion), some, {changed: new})
    expected = champion.predict_proba(raw_features(some.assign(**{changed: new})))[:, 1]
    np.testing.assert_allclose(answer["probability_after"], expected)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("changes", "found", "remedy"),
    [
        pytest.param({"pages_per_visits": 3}, "'pages_per_visits'", "'pages_per_visit'?", id="unknown-name"),
        pytest.param({"minutes_trend": 3.0}, "follows other features", "minutes_current", id="engineered"),
        pytest.param({"client_id": 3}, "'client_id'", "Valid names", id="no-feature"),
        pytest.param({"pages_per_visit": -1}, "-1", "a whole number, at least 0", id="negative-count"),
        pytest.param({"revenue_current": -0.5}, "-0.5", "at least 0", id="negative-amount"),
        pytest.param({"pages_per_visit": 2.5}, "2.5", "a whole number", id="part-of-a-page"),
        pytest.param({"pages_per_visit": "3"}, "'3'", "a whole number", id="text-for-a-number"),
        pytest.param({"pages_per_visit": True}, "True", "a whole number", id="flag-for-a-number"),
        pytest.param({"pages_per_visit": None}, "None", "a whole number", id="nothing"),
        pytest.param({"revenue_current": float("nan")}, "nan", "a number", id="nan"),
        pytest.param({"revenue_current": float("inf")}, "inf", "a number", id="infinite"),
        pytest.param({"promo_purchase_share": 25}, "25", "25% is 0.25", id="share-above-one"),
        pytest.param({"promo_purchase_share": 1.0001}, "1.0001", "from 0 to 1", id="just-above-one"),
        pytest.param({"allows_messages": 1}, "1", "True or False", id="number-for-a-flag"),
        pytest.param({"service_type": 1}, "1", "a text", id="number-for-a-category"),
        pytest.param({"service_type": "премиумм"}, "'премиумм'", "'премиум'?", id="unknown-category"),
        pytest.param(
            {"unpaid_items_quarter": 2, "popular_category": "Техника"},
            "'Техника'",
            "Valid names",
            id="second",
        ),
    ],
)
def test_impossible_change_gives_one_clear_error(changes: dict[str, Any], found: str, remedy: str) -> None:
    with pytest.raises(ParameterError) as error:
        ask(linear(0.5), clients_with(pages_per_visit=[3]), changes)
    assert found in str(error.value)
    assert remedy in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_category_that_some_client_has_may_be_set() -> None:
    client = clients_with(popular_category=["Своя"])
    base = clients_with(popular_category=["Дети", "Сад"])
    score = risk(lambda rows: np.where(rows["popular_category"] == "Сад", 0.2, 0.6))
    assert ask(score, client, {"popular_category": "Сад"}, base)["probability_after"].tolist() == [0.2]
    for known in ("Своя", "Товары для детей"):
        assert ask(score, client, {"popular_category": known})["change"].tolist() == [0.0]
    with pytest.raises(ParameterError, match="'Сад'"):
        ask(score, client, {"popular_category": "Сад"})


@pytest.mark.parametrize(
    ("client", "found"),
    [
        pytest.param(clients_with(pages_per_visit=[3]).head(0), "no rows", id="no-rows"),
        pytest.param(clients_with(pages_per_visit=[3]).iloc[0], "a Series", id="series"),
        pytest.param(
            clients_with(pages_per_visit=[3]).rename(columns={"service_errors": "service_error"}),
            "did you mean 'service_error'?",
            id="missing-feature",
        ),
        pytest.param(clients_with(pages_per_visit=[3]).drop(columns="client_id"), "'client_id'", id="no-id"),
    ],
)
def test_incomplete_client_gives_one_clear_error(client: Any, found: str) -> None:
    with pytest.raises(DataError, match="remedy:") as error:
        ask(linear(0.5), client, {"pages_per_visit": 2})
    assert found in str(error.value)
    assert isinstance(error.value, OneClickError)
