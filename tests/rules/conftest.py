"""Fixture: the message about a faulty file of parameters."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from one_click.errors import ParameterError
from one_click.parameters import Offers, Segmentation
from one_click.parameters.configuration import read_from


@pytest.fixture
def refused(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Return a function that writes a changed file of a model, validates it and returns the message."""
    (tmp_path / "conf/base").mkdir(parents=True)
    read_from([tmp_path / "conf/base"])

    def validate(model: type[Segmentation | Offers], text: str, changes: dict[str, str]) -> str:
        for old, new in changes.items():
            assert text.count(old) == 1
            text = text.replace(old, new)
        (tmp_path / model.file).write_text(text, encoding="utf-8")
        (raw,) = yaml.safe_load(text).values()
        with pytest.raises(ParameterError) as error:
            assert model.model_validate(raw).model_dump()
        return str(error.value)

    yield validate
    read_from([])
