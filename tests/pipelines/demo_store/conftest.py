"""The shipped parameters of the synthetic store, with changes."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from one_click.parameters import DemoPopulation, DemoStore

Options = Callable[..., DemoStore]


def _read(root: Path, file: str) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load((root / "conf" / "base" / file).read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def make_options(root: Path) -> Options:
    """Return a function that gives the shipped parameters with some changes."""
    shipped = _read(root, "parameters_demo_store.yml")["demo_store"]
    assert isinstance(shipped, dict)
    planted = {"drifts": [], "campaigns": []}  # what is shipped is planted in the shipped months
    return lambda **changes: DemoStore.model_validate(
        shipped | (planted if "months" in changes else {}) | changes
    )


@pytest.fixture(scope="session")
def population(root: Path) -> DemoPopulation:
    """Return the shipped population."""
    return DemoPopulation.model_validate(_read(root, "parameters_demo_population.yml")["demo_population"])
