"""The parameters as they are shipped."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel

Model = TypeVar("Model", bound=BaseModel)


def read_section(section: str, model: type[Model]) -> Model:
    """Return a section of conf/base as its model."""
    path = Path("conf/base") / f"parameters_{section}.yml"
    return model.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))[section])
