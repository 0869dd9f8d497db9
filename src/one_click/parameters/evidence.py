"""Parameters of `evidence`."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from one_click.parameters.base import Parameters, Seed
from one_click.parameters.model_selection import Family, check_challengers


class Evidence(Parameters):
    """Parameters of `evidence`.

    Attributes
    ----------
    outer_repeats : int
        Repetitions of the outer folds.
    inner_repeats : int
        Repetitions of the folds that confirm candidates inside an outer fold.
    luck_splits : int
        Hold-outs behind the curve of split luck.
    rival : str
        The model that all others are compared with, fold by fold.
    challengers : dict
        Name -> family with fixed arguments only, compared here and nowhere else.
    seed : int
        Seed of the outer folds.
    """

    file: ClassVar[str] = "conf/base/parameters_evidence.yml"
    outer_repeats: int = Field(ge=1, le=50)
    inner_repeats: int = Field(ge=1, le=50)
    luck_splits: int = Field(ge=2)
    rival: str
    challengers: dict[str, Family]
    seed: int = Seed

    @model_validator(mode="after")
    def _challengers_of_their_own(self) -> Self:
        check_challengers(self.challengers)
        return self
