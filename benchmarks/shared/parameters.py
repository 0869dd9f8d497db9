"""The parameters as they are shipped."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel

from one_click.parameters import FAMILIES, Family

Model = TypeVar("Model", bound=BaseModel)


def read_section(section: str, model: type[Model]) -> Model:
    """Return a section of conf/base as its model."""
    return model.model_validate(read_written(f"parameters_{section}.yml")[section])


def read_families() -> dict[str, Family]:
    """Return the families of models by name."""
    written = read_written("parameters_model_selection.yml")
    return {name: Family.model_validate(written[name]["family"]) for name in FAMILIES}


def read_written(file: str) -> dict[str, Any]:
    """Return a file of conf/base as it is written."""
    return dict(yaml.safe_load((Path("conf/base") / file).read_text(encoding="utf-8")))
