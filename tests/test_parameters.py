import inspect
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import Field, ValidationError

from one_click import parameters
from one_click.errors import OneClickError, ParameterError
from one_click.parameters import DataProcessing, Parameters


class Inner(Parameters):
    size: int = Field(ge=1)


class Outer(Parameters):
    file = "conf/base/parameters_outer.yml"
    inner: Inner
    share: float = 0.5


MODELS = [
    model
    for _, model in inspect.getmembers(parameters, inspect.isclass)
    if issubclass(model, Parameters) and model is not Parameters
]


@pytest.fixture
def shipped(root: Path) -> dict[str, Any]:
    text = (root / DataProcessing.file).read_text(encoding="utf-8")
    return dict(yaml.safe_load(text)["data_processing"])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(
            {"inner": {"size": 1}, "shar": 1}, ["shar: no such parameter", "'share'"], id="misspelt"
        ),
        pytest.param(
            {"inner": {"size": 1, "sise": 2}}, ["inner.sise: no such", "'size'"], id="misspelt-inside"
        ),
        pytest.param({"inner": {"size": 0}}, ["inner.size: got 0", "greater than or equal to 1"], id="range"),
        pytest.param({"inner": {"size": "x"}}, ["inner.size: got 'x'", "valid integer"], id="type"),
        pytest.param({}, ["inner: missing", "copy it from conf/base/parameters_outer.yml"], id="missing"),
        pytest.param({"inner": {"size": 0}, "share": "x"}, ["inner.size", "share: got 'x'"], id="two-faults"),
    ],
)
def test_fault_is_named_with_its_file_and_rule(value: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ParameterError) as error:
        Outer.model_validate(value)
    for word in ("conf/base/parameters_outer.yml", *words):
        assert word in str(error.value)
    assert isinstance(error.value, OneClickError)


def test_parameters_cannot_be_changed() -> None:
    value = Outer.model_validate({"inner": {"size": 3}})
    assert value.inner.size == 3
    with pytest.raises(ValidationError, match="frozen"):
        value.share = 0.7


def test_shipped_parameters_of_data_processing_are_valid(shipped: dict[str, Any]) -> None:
    assert DataProcessing.model_validate(shipped).test_share == 0.25


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_rejected_share", -0.1),
        ("max_rejected_share", 1.1),
        ("implausible_revenue_iqr", 0),
        ("test_share", 0),
        ("test_share", 1),
        ("training_rows", 99),
        ("seed", -1),
        ("seed", 2**32),
        ("unreadable_numbers", "ignore"),
        ("exclude_without_purchases", "maybe"),
        ("spellings", {"service_type": ["стандартт"]}),
        ("spellings", {"servce_type": {"стандартт": "стандарт"}}),
        ("engineered_features", ["promo_habbit"]),
    ],
    ids=lambda value: str(value)[:24],
)
def test_values_out_of_range_are_refused(shipped: dict[str, Any], name: str, value: Any) -> None:
    with pytest.raises(ParameterError) as error:
        DataProcessing.model_validate(shipped | {name: value})
    assert DataProcessing.file in str(error.value)
    assert (name in str(error.value)) or ("did you mean 'promo_habit'" in str(error.value))


@pytest.mark.parametrize("missing", sorted(DataProcessing.model_fields))
def test_every_parameter_must_be_given_unless_it_has_a_default(shipped: dict[str, Any], missing: str) -> None:
    shipped.pop(missing)
    with pytest.raises(ParameterError, match=missing):
        DataProcessing.model_validate(shipped)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_model_is_closed_and_lives_in_a_file_that_exists(model: type[Parameters], root: Path) -> None:
    assert model.model_config["frozen"]
    assert model.model_config["extra"] == "forbid"
    assert (root / model.file).exists()
