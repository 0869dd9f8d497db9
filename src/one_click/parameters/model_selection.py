"""Parameters of `model_selection`: families of models and their search spaces."""

from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Discriminator, Field, FiniteFloat, Tag, model_validator

from one_click.columns import FAMILY_LABELS, MODEL_LABELS
from one_click.errors import nearest
from one_click.parameters.base import Parameters, Seed

FAMILIES: tuple[str, ...] = tuple(FAMILY_LABELS)
VOTING = "voting"  # the soft vote of all families
CANDIDATES = (*FAMILIES, VOTING)
REFERENCE = "reference"
BENCHMARKS: tuple[str, ...] = ("dummy", REFERENCE)  # always compared, never chosen
RULES: tuple[str, ...] = ("best", "one_standard_error")  # by which a champion is chosen
# Names of a search space beside the arguments of the classifier, and their values.
SCALER = "scaler"
SCALERS: tuple[str, ...] = ("standard", "robust", "minmax", "quantile")
BASIS = "basis"
BASES: tuple[str, ...] = ("none", "curves", "products", "curves_and_products")
SCORE_FUNC = "select__score_func"
SCORE_FUNCTIONS: tuple[str, ...] = ("f_classif", "mutual_information")


class Range(Parameters):
    """A range of a search space.

    Attributes
    ----------
    low, high : float
        Bounds, both included.
    log : bool
        Whether values are drawn evenly on the logarithmic scale.
    whole : bool
        Whether values are whole numbers.
    """

    low: FiniteFloat
    high: FiniteFloat
    log: bool = False
    whole: bool = False

    @property
    def extremes(self) -> tuple[float, ...]:
        """Values between which all others lie."""
        return (int(self.low), int(self.high)) if self.whole else (self.low, self.high)

    def holds(self, value: Any) -> bool:
        """Return whether the range has this value."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and self.low <= value <= self.high and not (self.whole and value % 1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.whole and (self.low % 1 or self.high % 1):
            raise ValueError(f"the bounds of a range of whole numbers are whole, got {self.low}, {self.high}")
        if not self.low <= self.high:
            raise ValueError(f"low {self.low} lies above high {self.high}")
        if self.log and self.low <= 0:
            raise ValueError(f"a logarithmic range begins above 0, got {self.low}")
        return self


class Choices(Parameters):
    """A list of values of a search space."""

    choices: tuple[str | int | float | bool | None, ...] = Field(min_length=1)

    @property
    def extremes(self) -> tuple[str | int | float | bool | None, ...]:
        """All values."""
        return self.choices

    def holds(self, value: Any) -> bool:
        """Return whether the list has this value."""
        return value in self.choices


def _range_or_choices(value: Any) -> str:
    if isinstance(value, dict):
        return "range" if {"low", "high"} & set(value) else "choices"
    return type(value).__name__.lower() if isinstance(value, Range | Choices) else "range"


Values = Annotated[
    Annotated[Range, Tag("range")] | Annotated[Choices, Tag("choices")], Discriminator(_range_or_choices)
]


_EXTRAS = {"interpret": "boosting"}  # package -> the extra in pyproject.toml that installs it


class Family(Parameters):
    """One family of models.

    Attributes
    ----------
    class_ : str
        Import path of a scikit-learn classifier (`class` in the file).
    interpretability : int
        Rank, 1 for the family that is easiest to explain; linear families of one rank are told apart by how
        many terms they use.
    fixed : dict
        Arguments of the classifier that are not searched.
    space : dict
        Search space: ``model__<argument>``, ``select__k``, ``select__score_func``, ``scaler`` (of numbers) or
        ``basis`` (expansion of the selected columns) -> range or choices.
    start : dict
        The hyperparameters that are tried first; what it leaves out is drawn.
    vote_weight : float
        Weight of its probability in the soft vote; 0 leaves it out.
    """

    file: ClassVar[str] = "conf/base/parameters_model_selection.yml"
    class_: str = Field(alias="class")
    interpretability: int = Field(ge=1)
    fixed: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    space: dict[str, Values] = Field(default_factory=dict)
    start: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    vote_weight: float = Field(default=1, ge=0, allow_inf_nan=False)

    @property
    def missing_extra(self) -> str:
        """The extra of this project that would install the package of the class; empty if none is missing."""
        package = self.class_.partition(".")[0]
        return _EXTRAS[package] if package in _EXTRAS and find_spec(package) is None else ""

    @property
    def estimator_class(self) -> Any:
        """The class itself."""
        module, _, name = self.class_.rpartition(".")
        return getattr(import_module(module), name)

    @model_validator(mode="after")
    def _classifier_with_these_arguments(self) -> Self:
        from sklearn.base import BaseEstimator, is_classifier

        if self.missing_extra:
            return self  # without it all other pipelines run, and kedro checks the parameters of all
        try:
            estimator = self.estimator_class(**self.fixed)
        except (ImportError, AttributeError, TypeError, ValueError) as error:
            raise ValueError(f"'{self.class_}' cannot be made: {error}") from None
        if not (isinstance(estimator, BaseEstimator) and is_classifier(estimator)):
            raise ValueError(f"'{self.class_}' is not a scikit-learn classifier")
        valid = {f"model__{name}" for name in estimator.get_params()} | {
            "select__k",
            SCORE_FUNC,
            SCALER,
            BASIS,
        }
        for name in self.space:
            if name not in valid:
                raise ValueError(f"'{name}' is no argument of {self.class_}; {nearest(name, valid)}")
            for value in self.space[name].extremes:
                _refuse_out_of_range(estimator, name, value)
        return self

    @model_validator(mode="after")
    def _nothing_searched_twice(self) -> Self:
        both = [name for name in self.space if name.removeprefix("model__") in self.fixed]
        if both:
            raise ValueError(f"'{both[0]}' is searched, but `fixed` gives it too: remove it from one of them")
        return self

    @model_validator(mode="after")
    def _start_inside_the_space(self) -> Self:
        for name, value in self.start.items():
            if name not in self.space:
                raise ValueError(f"start: '{name}' is not in the space; {nearest(name, self.space)}")
            if not self.space[name].holds(value):
                raise ValueError(f"start: {name} {value!r} lies outside its space")
        return self


def _refuse_out_of_range(estimator: Any, name: str, value: Any) -> None:
    """Ask of each value of a search space what would otherwise stop the search when it is drawn."""
    for choice, known in ((SCALER, SCALERS), (BASIS, BASES), (SCORE_FUNC, SCORE_FUNCTIONS)):
        if name == choice and value not in known:
            raise ValueError(f"{choice}: there is no '{value}'; {nearest(str(value), known)}")
    if name == "select__k" and not (isinstance(value, int) and value >= 1):
        raise ValueError(f"select__k: {value} is no whole number from 1 (is `whole: true` missing?)")
    if name.startswith("model__"):
        estimator.set_params(**{name.removeprefix("model__"): value})._validate_params()


class ModelSelection(Parameters):
    """Parameters of `model_selection`.

    Attributes
    ----------
    folds : int
        Folds of every cross-validation.
    confirmation_repeats : int
        Repetitions, on folds of other seeds than the search's, whose figures are reported.
    trials : int
        Budget of each family's search, in trials.
    startup_trials : int
        Trials drawn at random before TPE learns from them.
    negligible_chance : float
        A trial whose chance to overtake the best one falls below this is stopped; 0 lets all run to the end.
    gain_repeats : int
        Repetitions, on folds of seeds of their own, on which the best trial is compared with the family's
        start.
    start_margin : float
        Corrected standard errors by which it must be ahead there to replace the start.
    strategy : {"tpe", "random"}
        How hyperparameters are drawn.
    selection : {"best", "one_standard_error"}
        Champion: the best mean ROC-AUC, or the most interpretable within one corrected standard error of it.
    challengers : dict
        Name -> family with fixed arguments only, compared on the same folds.
    challengers_may_win : bool
        Whether a challenger can become the champion.
    threshold : {"f1", "profit"}
        What the decision threshold makes largest, out of fold.
    undecided_error : float
        Share of each class that may be called wrongly outside the undecided band.
    bootstrap_samples : int
        Resamples behind the intervals of hold-out figures.
    seed : int
        Seed of folds, search and resampling.
    """

    file: ClassVar[str] = "conf/base/parameters_model_selection.yml"
    folds: int = Field(ge=2, le=20)
    confirmation_repeats: int = Field(ge=1, le=50)
    trials: int = Field(ge=1)
    startup_trials: int = Field(ge=1)
    negligible_chance: float = Field(ge=0, lt=0.5)
    gain_repeats: int = Field(ge=1, le=50)
    start_margin: float = Field(ge=0)
    strategy: Literal["tpe", "random"]
    selection: Literal["best", "one_standard_error"]
    challengers: dict[str, Family]
    challengers_may_win: bool
    threshold: Literal["f1", "profit"]
    undecided_error: float = Field(gt=0, lt=0.5)
    bootstrap_samples: int = Field(ge=100)
    seed: int = Seed

    @model_validator(mode="after")
    def _challengers_of_their_own(self) -> Self:
        check_challengers(self.challengers)
        return self


def check_challengers(challengers: dict[str, Family]) -> None:
    """Refuse a challenger under a name that is taken or has no label, or with a search space.

    Raises
    ------
    ValueError
        Naming the challenger.
    """
    for name, challenger in challengers.items():
        if name in (*CANDIDATES, *BENCHMARKS, *RULES):
            raise ValueError(f"challengers: '{name}' is the name of a model or rule that is there already")
        if challenger.space:
            raise ValueError(f"challengers.{name}: a challenger is not searched, leave `space` empty")
        if name not in MODEL_LABELS:
            raise ValueError(
                f"challengers: '{name}' has no label. Rule: figures and page name models in both languages. "
                "Remedy: give it one in MODEL_LABELS of src/one_click/columns.py"
            )
