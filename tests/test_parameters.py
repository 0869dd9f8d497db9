import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from pydantic import Field, ValidationError

from one_click import parameters
from one_click.errors import DeclarationError, OneClickError, ParameterError
from one_click.parameters import CampaignPlan, DataProcessing, Parameters
from one_click.parameters.configuration import read_from
from one_click.parameters.other_store import OtherStore


class Inner(Parameters):
    size: int = Field(ge=1)


class Outer(Parameters):
    file = "conf/base/parameters_outer.yml"
    inner: Inner
    share: float = 0.5
    part: float = Field(default=0, ge=0, le=1)
    mode: Literal["slow", "fast"] = "slow"
    items: tuple[Inner, ...] = Field(default=(Inner(size=1),), min_length=1)


MODELS = [
    model
    for _, model in inspect.getmembers(parameters, inspect.isclass)
    if issubclass(model, Parameters) and model is not Parameters
]


@pytest.fixture
def shipped(root: Path) -> dict[str, Any]:
    text = (root / DataProcessing.file).read_text(encoding="utf-8")
    return dict(yaml.safe_load(text)["data_processing"])


FAULTS = {
    "misspelt": ({"inner": {"size": 1}, "shar": 1}, ["shar: no such parameter", "'share'"]),
    "misspelt-inside": ({"inner": {"size": 1, "sise": 2}}, ["inner.sise: no such", "'size'"]),
    "range": ({"inner": {"size": 0}}, ["inner.size: got 0", "greater than or equal to 1"]),
    "type": ({"inner": {"size": "x"}}, ["inner.size: got 'x'", "valid integer"]),
    "missing": ({}, ["inner: missing", "copy it from conf/base/parameters_outer.yml"]),
    "two-faults": ({"inner": {"size": 0}, "share": "x"}, ["inner.size", "share: got 'x'"]),
}


@pytest.mark.parametrize(("value", "words"), FAULTS.values(), ids=list(FAULTS))
def test_fault_is_named_with_its_file_and_rule(value: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ParameterError) as error:
        Outer.model_validate(value)
    for word in ("conf/base/parameters_outer.yml", *words):
        assert word in str(error.value)
    assert isinstance(error.value, OneClickError)


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Path]:
    """Return the file in which the parameters of `Outer` stand, and have it read."""
    path = tmp_path / Outer.file
    path.parent.mkdir(parents=True)
    read_from([path.parent])
    yield path
    read_from([])


FAULTS_OF_A_FILE = {
    "range": (
        "outer:\n  inner: {size: 0}\n",
        "({file}, line 2) inner.size: got 0. Rule: Input should be greater than or equal to 1. "
        "Nearest valid value: 1",
    ),
    "misspelt": (
        "outer:\n  inner:\n    size: 1\n    sise: 2\n",
        "({file}, line 4) inner.sise: no such parameter; did you mean 'size'? Valid names: size.",
    ),
    "missing": ("outer: {share: 0.5}\n", "({file}, line 1) inner: missing. Remedy: copy it from {file}"),
    "one-of-several": (
        "outer:\n  inner: {size: 9}\n  mode: sow\n",
        "({file}, line 3) mode: got 'sow'. Rule: Input should be 'slow' or 'fast'; "
        "did you mean 'slow'? Valid names: fast, slow.",
    ),
    "percentage": (
        "outer:\n  inner: {size: 9}\n  part: 12\n",
        "({file}, line 3) part: got 12. Rule: Input should be less than or equal to 1. "
        "Nearest valid value: 1; 12 % is 0.12",
    ),
    "only-item": (
        "outer:\n  inner: {size: 9}\n  items:\n  - size: 0\n",
        "({file}, line 4) items.0.size: got 0. Rule: Input should be greater than or equal to 1. "
        "Nearest valid value: 1",
    ),
    "no-item": (
        "outer:\n  inner: {size: 9}\n  items: []\n",
        "({file}, line 3) items: got []. Rule: Tuple should have at least 1 item after validation, not 0",
    ),
    "three": (
        "outer:\n  inner: {size: 0}\n  mode: sow\n  share: x\n",
        "({file}, line 2) inner.size: got 0. Rule: Input should be greater than or equal to 1. "
        "Nearest valid value: 1\n"
        "  ({file}, line 4) share: got 'x'. Rule: Input should be a valid number, "
        "unable to parse string as a number\n"
        "  ({file}, line 3) mode: got 'sow'. Rule: Input should be 'slow' or 'fast'; "
        "did you mean 'slow'? Valid names: fast, slow.",
    ),
}


@pytest.mark.parametrize(("text", "message"), FAULTS_OF_A_FILE.values(), ids=list(FAULTS_OF_A_FILE))
def test_fault_of_a_file_is_named_with_its_line(written: Path, text: str, message: str) -> None:
    written.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError) as error:
        Outer.model_validate(yaml.safe_load(text)["outer"])
    assert str(error.value) == message.replace("{file}", Outer.file)


def test_fault_that_stands_in_no_file_is_named_beside_those_that_do(written: Path) -> None:
    written.write_text("outer:\n  inner: {size: 0}\n", encoding="utf-8")
    with pytest.raises(ParameterError) as error:
        Outer.model_validate({"inner": {"size": 0}, "part": -1})
    first, second, third = str(error.value).splitlines()
    assert first == f"(file {Outer.file})"
    assert second.startswith(f"  ({Outer.file}, line 2) inner.size: got 0")
    assert third.startswith("  part: got -1")


def test_faults_that_come_to_light_later_are_explained_with_their_lines(written: Path) -> None:
    text = "outer:\n  inner: {size: 1}\n  share: 0.5\n"
    written.write_text(text, encoding="utf-8")
    value = Outer.model_validate(yaml.safe_load(text)["outer"])
    faults = [DeclarationError("too few", "share"), DeclarationError("too small", "inner", "size")]
    assert value.explain(faults) == (
        f"({Outer.file}, line 3) share: too few\n  ({Outer.file}, line 2) inner.size: too small"
    )
    assert value.explain([]) == ""


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


@pytest.mark.parametrize("missing", sorted({*DataProcessing.model_fields} - {"other_store"}))
def test_every_parameter_must_be_given_unless_it_has_a_default(shipped: dict[str, Any], missing: str) -> None:
    shipped.pop(missing)
    with pytest.raises(ParameterError, match=missing):
        DataProcessing.model_validate(shipped)


def test_section_that_was_copied_before_other_stores_were_read_is_that_of_this_store(
    shipped: dict[str, Any],
) -> None:
    assert shipped.pop("other_store") == {"headers": {}, "words": {}}
    assert DataProcessing.model_validate(shipped).other_store == OtherStore()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_model_is_closed_and_lives_in_a_file_that_exists(model: type[Parameters], root: Path) -> None:
    assert model.model_config["frozen"]
    assert model.model_config["extra"] == "forbid"
    assert (root / model.file).exists()


@pytest.mark.parametrize("key", ["tooshrt", 12345678, ["secret key"]], ids=["short", "number", "list"])
def test_no_message_repeats_a_secret(campaign: CampaignPlan, key: Any) -> None:
    with pytest.raises(ParameterError, match=r"pseudonym_key: got a secret\. Rule: ") as error:
        CampaignPlan.model_validate(campaign.model_dump() | {"pseudonym_key": key})
    assert str(key) not in str(error.value)
