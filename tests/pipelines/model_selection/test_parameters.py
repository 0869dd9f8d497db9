"""What a user may write wrongly in parameters_model_selection.yml."""

from typing import Any

import pytest

from one_click.errors import ParameterError
from one_click.parameters import Choices, Family, ModelSelection, Range

FAMILY = {
    "class": "sklearn.linear_model.LogisticRegression",
    "interpretability": 1,
    "fixed": {"solver": "liblinear"},
    "space": {"model__C": {"low": 0.1, "high": 1}},
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"class": "sklearn.linear_model.Logistic"}, ["cannot be made", "Logistic"], id="class"),
        pytest.param({"class": "sklearns.svm.SVC"}, ["cannot be made", "sklearns"], id="module"),
        pytest.param({"class": "SVC"}, ["'SVC' cannot be made"], id="no-module"),
        pytest.param(
            {"class": "sklearn.linear_model.Ridge", "fixed": {}}, ["not a scikit-learn class"], id="regressor"
        ),
        pytest.param(
            {"class": "collections.OrderedDict", "fixed": {}}, ["not a scikit-learn class"], id="no-estimator"
        ),
        pytest.param({"fixed": {"solvr": "liblinear"}}, ["cannot be made", "solvr"], id="fixed-misspelt"),
        pytest.param({"fixed": {"solver": "x"}}, ["'solver' parameter", "'x'"], id="fixed-out-of-range"),
        pytest.param({"clas": "x"}, ["clas: no such", "did you mean 'class'"], id="key-misspelt"),
        pytest.param(
            {"space": {"model__c": {"low": 1, "high": 2}}}, ["did you mean 'model__C'"], id="space-misspelt"
        ),
        pytest.param(
            {"space": {"model__C": {"low": 2, "high": 1}}},
            ["space.model__C", "above high"],
            id="low-high",
        ),
        pytest.param(
            {"space": {"model__C": {"low": 0, "high": 1, "log": True}}}, ["begins above 0"], id="log-from-0"
        ),
        pytest.param(
            {"space": {"model__C": {"low": -1, "high": 1}}}, ["'C' parameter", "-1.0"], id="out-of-range"
        ),
        pytest.param({"space": {"model__C": {"lo": 1, "high": 2}}}, ["mean 'low'"], id="low-misspelt"),
        pytest.param(
            {"space": {"model__C": {"choises": [1]}}}, ["did you mean 'choices'"], id="choices-misspelt"
        ),
        pytest.param({"space": {"model__C": {"choices": []}}}, ["at least 1 item"], id="no-choices"),
        pytest.param({"space": {"model__C": 5}}, ["space.model__C", "got 5"], id="no-range"),
        pytest.param(
            {"space": {"scaler": {"choices": ["standart"]}}}, ["did you mean 'standard'"], id="scaler"
        ),
        pytest.param({"space": {"select__k": {"low": 2, "high": 9}}}, ["whole: true"], id="k-not-whole"),
        pytest.param(
            {"space": {"select__k": {"low": 0, "high": 9, "whole": True}}}, ["from 1"], id="k-nothing"
        ),
        pytest.param(
            {"space": {"select__k": {"low": 1.5, "high": 9, "whole": True}}}, ["are whole"], id="k-broken"
        ),
    ],
)
def test_fault_of_a_family_is_told_before_the_search(change: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ParameterError) as error:
        Family.model_validate(FAMILY | change)
    for word in ("parameters_model_selection.yml", *words):
        assert word in str(error.value)
    assert len(str(error.value).splitlines()) <= 3


def test_space_tells_ranges_from_choices_and_survives_json() -> None:
    space = {"model__C": {"low": 1, "high": 2}, "model__class_weight": {"choices": ["balanced", None]}}
    family = Family.model_validate(FAMILY | {"space": space})
    assert family.space == {
        "model__C": Range(low=1, high=2),
        "model__class_weight": Choices(choices=("balanced", None)),
    }
    assert Family.model_validate(family.model_dump(mode="json", by_alias=True)) == family


def test_values_of_choices_keep_their_types() -> None:
    values = Choices.model_validate({"choices": [True, 1, 0.5, "a"]}).choices
    assert [type(value) for value in values] == [bool, int, float, str]


@pytest.mark.parametrize(
    ("name", "value"),
    [("folds", 1), ("confirmation_repeats", 0), ("trials", 0), ("strategy", "grid"), ("selection", "first")],
)
def test_values_out_of_range_are_refused(options: ModelSelection, name: str, value: Any) -> None:
    with pytest.raises(ParameterError, match=name):
        ModelSelection.model_validate(options.model_dump() | {name: value})
