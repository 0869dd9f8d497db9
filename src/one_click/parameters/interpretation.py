"""Parameters of `interpretation`."""

from typing import ClassVar

from pydantic import Field

from one_click.parameters.base import Parameters, Seed, Share


class Curves(Parameters):
    """How effect curves are traced.

    Attributes
    ----------
    points : int
        Values of a feature at which the champion is asked, at most.
    clients : int
        Clients whose other features are held while one moves.
    lines : int
        Clients whose individual lines are drawn.
    """

    points: int = Field(ge=2)
    clients: int = Field(ge=2)
    lines: int = Field(ge=0)


class WhatIf(Parameters):
    """Which changes of a client's features are plausible.

    Attributes
    ----------
    most_changes : int
        Features changed at once, at most.
    steps : int
        Values tried per feature, at most.
    low, high : float
        Quantiles of the base between which a changed value must lie.
    """

    most_changes: int = Field(ge=1, le=3)
    steps: int = Field(ge=2)
    low: float = Field(ge=0, lt=0.5)
    high: float = Field(gt=0.5, le=1)


class Interpretation(Parameters):
    """Parameters of `interpretation`.

    Attributes
    ----------
    permutation_repeats : int
        Shuffles of each feature, per refit of the champion, behind the permutation importance.
    collinear_from : float
        Rank correlation, as an amount, from which features are also shuffled together.
    refit_repeats : int
        Repeats of the refits of the champion on all folds but one, on which statements about it are checked.
    base_clients : int
        Clients whose values define what is typical and plausible.
    background_rows : int
        Clients whose values unknown features have, together, in explanations.
    interaction_clients : int
        Clients, at most, whose contributions are split into those of single features and of pairs.
    permutations : int
        Pairs of orders of features per round, where a model can only be sampled.
    refit_permutations : int
        The same for the only round of a refit of the champion.
    rounds : int
        Rounds of sampling, at most; a client whose reasons are certain is sampled no further.
    certain_from : float
        Probability of being among the first `reasons`, given the error of sampling, from which one is given.
    stable_from : float
        Share of the refits that must name a reason, too, for it to be given.
    reasons : int
        Reasons given for each client towards decline, and as many against it, at most.
    curves : Curves
    what_if : WhatIf
    disputed_clients : int
        Clients on whom the families of models disagree most that are explained by each of them.
    seed : int
        Seed of shuffles, draws and folds.
    """

    file: ClassVar[str] = "conf/base/parameters_interpretation.yml"
    permutation_repeats: int = Field(ge=2)
    collinear_from: float = Field(gt=0, le=1)
    refit_repeats: int = Field(ge=1)
    base_clients: int = Field(ge=10)
    background_rows: int = Field(ge=2)
    interaction_clients: int = Field(ge=1)
    permutations: int = Field(ge=2)
    refit_permutations: int = Field(ge=2)
    rounds: int = Field(ge=1)
    certain_from: float = Field(ge=0.5, lt=1)
    stable_from: Share
    reasons: int = Field(ge=1, le=16)
    curves: Curves
    what_if: WhatIf
    disputed_clients: int = Field(ge=1)
    seed: int = Seed
