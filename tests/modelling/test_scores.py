from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from one_click.columns import BASE_FEATURES
from one_click.errors import DataError
from one_click.modelling.scores import (
    decline_probability,
    innermost,
    members,
    raw_features,
    score_scale,
    uncalibrated_score,
)


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.DataFrame({"pages_per_visit": [1.0, 2, 3, 4, 5, 6], "minutes_current": [2.0, 1, 2, 1, 2, 1]})


@pytest.fixture
def target() -> list[int]:
    return [1, 1, 0, 1, 0, 0]


def _fit(model: Any, rows: pd.DataFrame, target: list[int]) -> Any:
    return make_pipeline(StandardScaler(), model).fit(rows, target)


def test_models_take_raw_features_in_the_order_of_the_vocabulary() -> None:
    others = ["client_id", "promo_habit", "twin_group", "activity_declined", "monthly_profit"]
    clients = pd.DataFrame(columns=[*others, *reversed(BASE_FEATURES)])
    assert raw_features(clients).columns.tolist() == list(BASE_FEATURES)


@pytest.mark.parametrize(
    ("model", "scale"),
    [
        pytest.param(LogisticRegression(), "log_odds", id="logistic-regression"),
        pytest.param(SVC(), "decision_function", id="svc"),
        pytest.param(GaussianNB(), "probability", id="naive-bayes"),
    ],
)
def test_scale_says_what_the_score_is(model: Any, scale: str, rows: pd.DataFrame, target: list[int]) -> None:
    fitted = _fit(model, rows, target)
    assert score_scale(fitted) == scale
    score = uncalibrated_score(fitted, rows)
    assert score.shape == (6,)
    if scale == "log_odds":
        probability = decline_probability(fitted, rows)
        np.testing.assert_allclose(score, np.log(probability / (1 - probability)))
    if scale == "decision_function":
        np.testing.assert_array_equal(score > 0, fitted.predict(rows) == 1)
    if scale == "probability":
        np.testing.assert_array_equal(score, decline_probability(fitted, rows))


def test_calibrated_classifier_is_asked_for_the_score_beneath_it(
    rows: pd.DataFrame, target: list[int]
) -> None:
    splits = [(np.array([0, 1, 2, 3]), np.array([4, 5])), (np.array([2, 3, 4, 5]), np.array([0, 1]))]
    splits.append((np.array([0, 1, 4, 5]), np.array([2, 3])))
    model = make_pipeline(StandardScaler(), SVC())
    calibrated = CalibratedClassifierCV(model, method="sigmoid", cv=splits, ensemble=False)
    calibrated.fit(rows, target)
    plain = _fit(SVC(), rows, target)
    np.testing.assert_allclose(uncalibrated_score(calibrated, rows), plain.decision_function(rows))
    assert score_scale(calibrated) == "decision_function"
    assert innermost(plain) is plain
    assert decline_probability(calibrated, rows).tolist() == calibrated.predict_proba(rows)[:, 1].tolist()


def test_members_of_a_vote_are_the_models_beneath_their_calibration(
    rows: pd.DataFrame, target: list[int]
) -> None:
    calibrated = CalibratedClassifierCV(SVC(), cv=StratifiedKFold(2), ensemble=False)
    vote = VotingClassifier([("bayes", GaussianNB()), ("svc", calibrated)], voting="soft").fit(rows, target)
    assert [type(one) for one in members(vote)] == [GaussianNB, SVC]
    whole = CalibratedClassifierCV(vote, cv=StratifiedKFold(3), ensemble=False).fit(rows, target)
    assert [type(one) for one in members(whole)] == [GaussianNB, SVC]
    assert [type(one) for one in members(SVC().fit(rows, target))] == [SVC]


def test_features_that_clients_lack_are_named() -> None:
    clients = pd.DataFrame(columns=list(BASE_FEATURES)).drop(columns=["minutes_current", "service_type"])
    with pytest.raises(DataError, match="do not have minutes_current, service_type") as error:
        raw_features(clients)
    assert "kedro run --pipelines data_processing" in str(error.value)
