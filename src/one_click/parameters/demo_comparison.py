"""Parameters of `demo_comparison`."""

from typing import Annotated, ClassVar

from pydantic import Field

from one_click.parameters.base import Parameters


class DemoComparison(Parameters):
    """Parameters of `demo_comparison`.

    Attributes
    ----------
    seeds : tuple of int
        Seeds of the folds, and of the stores that are tried when an extract is summarised.
    """

    file: ClassVar[str] = "conf/base/parameters_demo_comparison.yml"
    seeds: tuple[Annotated[int, Field(ge=0)], ...] = Field(min_length=1)
