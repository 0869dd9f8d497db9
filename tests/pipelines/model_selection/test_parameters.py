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
COLUMNS = {"select__k": {"low": 2, "high": 9, "whole": True}}
SCALED = {"scaler": {"choices": ["standard", "robust"]}}


def of_c(space: Any) -> dict[str, Any]:
    """Return the change that gives C another space."""
    return {"space": {"model__C": space}}


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
        pytest.param(of_c({"low": 2, "high": 1}), ["space.model__C", "above high"], id="low-high"),
        pytest.param(of_c({"low": 0, "high": 1, "log": True}), ["begins above 0"], id="log-from-0"),
        pytest.param(of_c({"low": -1, "high": 1}), ["'C' parameter", "-1.0"], id="out-of-range"),
        pytest.param(of_c({"lo": 1, "high": 2}), ["mean 'low'"], id="low-misspelt"),
        pytest.param(of_c({"choises": [1]}), ["did you mean 'choices'"], id="choices-misspelt"),
        pytest.param(of_c({"choices": []}), ["at least 1 item"], id="no-choices"),
        pytest.param(of_c(5), ["space.model__C", "got 5"], id="no-range"),
        pytest.param(
            {"space": {"scaler": {"choices": ["standart"]}}},
            ["scaler: there is no 'standart'", "did you mean 'standard'"],
            id="scaler",
        ),
        pytest.param(
            {"space": {"scaler": {"low": 1, "high": 2}}}, ["scaler: there is no '1.0'"], id="scaler-range"
        ),
        pytest.param(
            {"space": {"numbers": {"choices": ["standard"]}}},
            ["'numbers' is no argument", "scaler, select__k"],
            id="former-name-of-scaler",
        ),
        pytest.param(
            {"space": {"select__score_func": {"choices": ["f_clasif"]}}},
            ["select__score_func: there is no 'f_clasif'", "did you mean 'f_classif'"],
            id="score-function",
        ),
        pytest.param(
            {"space": {"basis": {"choices": ["product"]}}},
            ["basis: there is no 'product'", "did you mean 'products'"],
            id="basis",
        ),
        pytest.param({"vote_weight": float("inf")}, ["vote_weight", "finite number"], id="endless-voice"),
        pytest.param(
            {"vote_weight": -1}, ["vote_weight", "greater than or equal to 0"], id="voice-below-none"
        ),
        pytest.param(
            {"start": {"model__C": 2}}, ["start: model__C 2 lies outside its space"], id="start-outside"
        ),
        pytest.param(
            {"start": {"model__C": "0.5"}}, ["start: model__C '0.5' lies outside"], id="start-a-text"
        ),
        pytest.param({"start": {"model__C": True}}, ["start: model__C True lies outside"], id="start-a-flag"),
        pytest.param(
            {"space": COLUMNS, "start": {"select__k": 4.5}},
            ["start: select__k 4.5 lies outside"],
            id="start-broken",
        ),
        pytest.param(
            {"space": SCALED, "start": {"scaler": "minmax"}},
            ["start: scaler 'minmax' lies outside"],
            id="start-no-choice",
        ),
        pytest.param(
            {"start": {"model__c": 0.5}},
            ["start: 'model__c' is not in the space", "did you mean 'model__C'"],
            id="start-misspelt",
        ),
        pytest.param(
            {"space": {}, "start": {"model__C": 0.5}}, ["'model__C' is not in the space"], id="start-nowhere"
        ),
        pytest.param(
            {"fixed": {"solver": "liblinear", "C": 1}},
            ["'model__C' is searched, but `fixed` gives it too"],
            id="fixed-and-searched",
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
    [
        ("folds", 1),
        ("confirmation_repeats", 0),
        ("trials", 0),
        ("strategy", "grid"),
        ("selection", "first"),
        ("negligible_chance", 0.5),
        ("threshold", "accuracy"),
        ("undecided_error", 0),
        ("undecided_error", 0.5),
        ("challengers_may_win", "perhaps"),
    ],
)
def test_values_out_of_range_are_refused(options: ModelSelection, name: str, value: Any) -> None:
    with pytest.raises(ParameterError, match=name):
        ModelSelection.model_validate(options.model_dump(by_alias=True) | {name: value})


CHALLENGER = {"class": "sklearn.tree.DecisionTreeClassifier", "interpretability": 6}


@pytest.mark.parametrize(
    ("challengers", "words"),
    [
        *(
            pytest.param(
                {name: CHALLENGER}, [f"'{name}' is the name of a model or rule that is there"], id=name
            )
            for name in ("svc", "voting", "dummy", "reference")
        ),
        pytest.param(
            {"stump": CHALLENGER | {"space": {"model__max_depth": {"choices": [1]}}}},
            ["challengers.stump: a challenger is not searched"],
            id="searched",
        ),
        pytest.param(
            {"stump": CHALLENGER | {"fixed": {"max_depht": 1}}},
            ["challengers.stump", "cannot be made", "max_depht"],
            id="argument-misspelt",
        ),
        pytest.param(
            {"stump": CHALLENGER | {"fixd": {}}}, ["challengers.stump.fixd", "did you mean 'fixed'"], id="key"
        ),
        pytest.param({"stump": CHALLENGER}, ["'stump' has no label", "MODEL_LABELS"], id="without-label"),
    ],
)
def test_fault_of_a_challenger_is_told(
    options: ModelSelection, challengers: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(ParameterError) as error:
        ModelSelection.model_validate(options.model_dump(by_alias=True) | {"challengers": challengers})
    for word in ("parameters_model_selection.yml", *words):
        assert word in str(error.value)
    assert len(str(error.value).splitlines()) <= 3


@pytest.mark.parametrize(
    "start",
    [
        pytest.param({}, id="none"),
        pytest.param({"model__C": 0.1}, id="lower-end"),
        pytest.param({"model__C": 1}, id="upper-end-as-a-whole-number"),
    ],
)
def test_start_within_the_space_is_taken(start: dict[str, Any]) -> None:
    assert Family.model_validate(FAMILY | {"start": start}).start == start


def test_endless_range_is_refused() -> None:
    with pytest.raises(ParameterError, match="high"):
        Range.model_validate({"low": 1, "high": float("inf")})
