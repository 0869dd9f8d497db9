"""Parameters of `eda`."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from one_click.columns import BASE_FEATURES, ENGINEERED_FEATURES
from one_click.errors import nearest
from one_click.parameters.base import Parameters, Seed
from one_click.rules.declared import refuse_repeated


class Eda(Parameters):
    """Parameters of `eda`.

    Attributes
    ----------
    alpha : float
        Level of the adjusted p-values from which a difference is called clear.
    bins : int
        Bins of a histogram.
    largest_vif : float
        Variance inflation factor above which a feature is called collinear.
    alike_from : float
        Mean phik from which features are joined into one cluster.
    smallest_category : int
        Clients from which a value of a category may be named for its risk.
    interactions : tuple of (str, str)
        Pairs of columns that are always shown.
    more_interactions : int
        How many of the surest other pairs are shown.
    stable_at : float
        Adjusted Rand index of two halves from which clusters may be called natural.
    halvings : int
        Pairs of halves behind it.
    clouds : int
        Single clouds of points that natural clusters must surpass.
    resamples : int
        Behind the test for more than one hump.
    sample : int
        Clients, at most, of what compares every pair of columns or clients.
    seed : int
        Seed of all that is drawn by chance.
    """

    file: ClassVar[str] = "conf/base/parameters_eda.yml"
    alpha: float = Field(gt=0, lt=1)
    bins: int = Field(ge=5, le=100)
    largest_vif: float = Field(gt=1)
    alike_from: float = Field(gt=0, lt=1)
    smallest_category: int = Field(ge=1)
    interactions: tuple[tuple[str, str], ...]
    more_interactions: int = Field(ge=0)
    stable_at: float = Field(gt=0, le=1)
    halvings: int = Field(ge=2)
    clouds: int = Field(ge=1)
    resamples: int = Field(ge=100)
    sample: int = Field(ge=100)
    seed: int = Seed

    @model_validator(mode="after")
    def _known_pairs(self) -> Self:
        features = (*BASE_FEATURES, *ENGINEERED_FEATURES)
        for name in (name for pair in self.interactions for name in pair):
            if name not in features:
                raise ValueError(f"interactions: '{name}' is no feature; {nearest(name, features)}")
        refuse_repeated([" × ".join(sorted(pair)) for pair in self.interactions], "pair of interactions")
        for left, right in self.interactions:
            if left == right:
                raise ValueError(f"interactions: '{left}' is paired with itself")
        return self
