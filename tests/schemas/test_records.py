import json
from typing import Any

import pytest
from pydantic import ValidationError

from one_click.errors import DataError
from one_click.rules.signals import RISK_SIGNALS
from one_click.schemas.records import DecisionThreshold, RuleThresholds, TunedModel

THRESHOLD = {"threshold": 0.5, "criterion": "f1", "f1_declined": 0.8, "campaign_profit": -0.1}
FAMILY: dict[str, Any] = {
    "family": {
        "class": "sklearn.linear_model.LogisticRegression",
        "interpretability": 1,
        "fixed": {"max_iter": 10},
        "space": {"model__C": {"low": 0.1, "high": 1.0, "log": True, "whole": False}},
        "start": {},
        "vote_weight": 1.0,
    },
    "hyperparameters": {"model__C": 0.3},
    "interpretability": 1,
    "search_roc_auc": 0.9,
    "trials": 30,
    "refused": "",
}
VOTE = {
    "members": {"logistic_regression": FAMILY},
    "hyperparameters": {},
    "interpretability": 2,
    "search_roc_auc": None,
    "trials": 0,
    "refused": "",
}


@pytest.mark.parametrize(
    ("entries", "column", "rule"),
    [
        pytest.param({"threshold": 7.5}, "threshold", "numbers from 0 to 1, here 7.5", id="out-of-range"),
        pytest.param({"threshold": float("nan")}, "threshold", "from 0 to 1, here nan", id="no-number"),
        pytest.param({"threshold": "0.5"}, "threshold", "from 0 to 1, here '0.5'", id="text"),
        pytest.param({"threshold": True}, "threshold", "from 0 to 1, here True", id="flag"),
        pytest.param({"more": 1}, "more", "no other entries than threshold", id="unknown"),
    ],
)
def test_record_that_does_not_fit_is_named(entries: dict[str, Any], column: str, rule: str) -> None:
    file = "data/07_model_output/demo/decision_threshold.json"
    with pytest.raises(DataError, match=f"column: {column}\n") as error:
        DecisionThreshold.read(json.dumps(THRESHOLD | entries), file)
    for words in (rule, f"file:   {file}\n", "kedro run --pipelines model_selection"):
        assert words in str(error.value)


def test_missing_entry_is_named() -> None:
    with pytest.raises(DataError, match="column: threshold\n"):
        DecisionThreshold.read('{"criterion": "f1"}', "decision_threshold.json")


def test_whole_number_is_a_number() -> None:
    assert DecisionThreshold.read(json.dumps(THRESHOLD | {"threshold": 1}), "x.json").threshold == 1


@pytest.mark.parametrize("text", ["", "{", "[1]", "null"], ids=["empty", "torn", "list", "null"])
def test_file_without_a_record_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="'decision_threshold' does not fit its schema"):
        DecisionThreshold.read(text, "decision_threshold.json")


def test_records_cannot_be_changed() -> None:
    record = DecisionThreshold(**THRESHOLD)
    with pytest.raises(ValidationError, match="frozen"):
        record.threshold = 0.4


def test_rules_have_one_threshold_for_each_signal() -> None:
    fitted = dict.fromkeys(RISK_SIGNALS, 3.0)
    entries = {"probability": 0.5, "monthly_profit": 4.0} | fitted
    thresholds = RuleThresholds.read(json.dumps(entries), "rule_thresholds.json")
    assert thresholds.signals == fitted
    assert json.loads(thresholds.model_dump_json()) == entries
    with pytest.raises(DataError, match="column: low_pages\n"):
        RuleThresholds.read(json.dumps(entries | {"low_pages": "few"}), "rule_thresholds.json")


@pytest.mark.parametrize("signals", [("low_pages",), (*RISK_SIGNALS, "high_pages")], ids=["added", "dropped"])
def test_thresholds_fitted_before_signals_changed_are_refused(signals: tuple[str, ...]) -> None:
    old = {"probability": 0.5, "monthly_profit": 4.0} | dict.fromkeys(signals, 3.0)
    with pytest.raises(
        DataError, match=f"for each of {', '.join(RISK_SIGNALS)}; here for {', '.join(signals)}\n"
    ) as error:
        RuleThresholds.read(json.dumps(old), "data/08_reporting/demo/rule_thresholds.json")
    assert "kedro run --pipelines segmentation" in str(error.value)


@pytest.mark.parametrize("entries", [FAMILY, VOTE], ids=["family", "vote"])
def test_tuned_model_is_stored_as_the_dictionary_that_it_was(entries: dict[str, Any]) -> None:
    tuned = TunedModel.read(json.dumps(entries), "tuned.json")
    assert json.loads(tuned.model_dump_json(by_alias=True)) == entries
    assert TunedModel.read(tuned.model_dump_json(by_alias=True), "tuned.json") == tuned
