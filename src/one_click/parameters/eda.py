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
        Significance level of the adjusted p-values: below it, a difference is called clear.
    bins : int
        Bins of a histogram.
    largest_vif : float
        Variance inflation factor above which a feature is called collinear.
    alike_from : float
        Mean phik from which features are joined into one cluster.
    smallest_category : int
        Fewest clients of a value of a category that may be named for its risk.
    interactions : tuple of (str, str)
        Pairs of columns that are always shown.
    more_interactions : int
        How many of the other pairs, the smallest p-values first, are shown.
    stable_at : float
        Threshold of the adjusted Rand index of two halves for natural clusters.
    halvings : int
        Pairs of random halves whose mean it is.
    null_samples : int
        Samples of the null model whose stability natural clusters must exceed.
    resamples : int
        Bootstrap samples of the test for more than one mode.
    sample : int
        Most clients in what is quadratic in columns or clients.
    seed : int
        Of every random draw.
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
    null_samples: int = Field(ge=1)
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
