from collections.abc import Callable

import pytest

from one_click.errors import ParameterError
from one_click.parameters import DemoStore
from one_click.parameters.snapshots import folder_name


@pytest.mark.parametrize(
    "name", ["2026-10", "октябрь 2026", "маи\u0306", "_old", "v1.2-b", "con-1", "a" * 100]
)
def test_names_of_folders(name: str) -> None:
    assert folder_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("", id="empty"),
        pytest.param(".hidden", id="leading-dot"),
        pytest.param("..", id="parent"),
        pytest.param("../x", id="path-up"),
        pytest.param("a/b", id="path-down"),
        pytest.param("/x", id="absolute"),
        pytest.param("a\\b", id="path-of-windows"),
        pytest.param("c:x", id="drive"),
        pytest.param("~", id="home"),
        pytest.param("${x}", id="interpolation"),
        pytest.param("a{b}", id="braces"),
        pytest.param("a*", id="pattern"),
        pytest.param("a" * 300, id="too-long"),
        pytest.param(" a", id="blank-first"),
        pytest.param("a ", id="blank-last"),
        pytest.param("a.", id="dot-last"),
        pytest.param("a\n", id="line-end-last"),
        pytest.param("a\tb", id="control-character"),
        pytest.param("NUL", id="reserved"),
        pytest.param("com1.old", id="reserved-with-ending"),
    ],
)
def test_names_that_lead_elsewhere_are_refused_with_the_rule(name: str) -> None:
    with pytest.raises(ValueError, match="the name of one folder without its path") as error:
        folder_name(name)
    assert len(str(error.value).splitlines()) == 1
    assert len(str(error.value)) < 400


@pytest.mark.parametrize("month", ["../x", "NUL", "a" * 300])
def test_months_of_a_synthetic_store_are_snapshots(
    make_options: Callable[..., DemoStore], month: str
) -> None:
    with pytest.raises(ParameterError, match=r"months\.0: .* cannot name a snapshot\. Rule: the name of one"):
        make_options(months=[month], unlabelled=[])
