"""Parameters: one frozen model per pipeline, checked before any node runs."""

import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    FiniteFloat,
    Tag,
    ValidationError,
    model_validator,
)

from one_click import configuration
from one_click.columns import BASE_FEATURES, CATEGORICAL_FEATURES, ENGINEERED_FEATURES, PROFIT, TABLES, plain
from one_click.configuration import Location
from one_click.declarations import (
    Channel,
    Offer,
    Segment,
    refuse_outdone_offers,
    refuse_repeated,
    refuse_unreachable_segments,
)
from one_click.errors import DeclarationError, ParameterError, nearest, share_hint
from one_click.other_store import THIS_STORE, OtherStore
from one_click.planted import NUMERIC_FEATURES, RENEWED, Campaign, Cause, Dirt, Drift, Habit, LabelNoise
from one_click.snapshots import folder_name

# A further family is one name here and one entry in conf/base/parameters_model_selection.yml.
FAMILIES: tuple[str, ...] = (
    "logistic_regression",
    "spline_logistic_regression",
    "decision_tree",
    "k_nearest_neighbours",
    "svc",
)
VOTING = "voting"  # the soft vote of all families
CANDIDATES = (*FAMILIES, VOTING)
REFERENCE = "reference"
BENCHMARKS: tuple[str, ...] = ("dummy", REFERENCE)  # always compared, never chosen
RULES: tuple[str, ...] = ("best", "one_standard_error")  # by which a champion is chosen
# Names of a search space beside the arguments of the classifier, and their values.
NUMBERS = "numbers"
NUMBERS_AS: tuple[str, ...] = ("standard", "robust", "minmax", "quantile")
EXPAND = "expand"
EXPANSIONS: tuple[str, ...] = ("none", "curves", "products", "curves_and_products")
SCORE_FUNC = "select__score_func"
SCORE_FUNCTIONS: tuple[str, ...] = ("f_classif", "mutual_information")

Share = Field(ge=0, le=1)
Seed = Field(ge=0, lt=2**32)


_SECRET = "pseudonym_key"  # which no message repeats


class Parameters(BaseModel):
    """Base of all parameter models: immutable, no unknown keys, one readable message per fault.

    Raises
    ------
    ParameterError
        If a key is unknown, a value is of the wrong type or out of its range.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    file: ClassVar[str] = "conf/base"

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Check the raw value of a parameter; kedro calls this for every typed parameter."""
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            faults = [_describe(fault, cls) for fault in _independent(error.errors(include_url=False))]
            raise ParameterError(_message(cls.file, obj, faults)) from None

    def explain(self, faults: Iterable[DeclarationError]) -> str:
        """Return the message about faults that came to light only beside the data, each with its line.

        Parameters
        ----------
        faults : iterable of DeclarationError
            Their places are those inside these parameters.

        Returns
        -------
        str
            Empty without faults.
        """
        raw = self.model_dump(by_alias=True, exclude_unset=True)
        return _message(self.file, raw, [(fault.place, str(fault)) for fault in faults])


def _message(file: str, raw: Any, faults: Sequence[tuple[Location, str]]) -> str:
    """Write faults down, one a line, with file and line of each; without them, with the file first."""
    places = [configuration.find(file, raw, location) for location, _ in faults]
    heads = [] if all(places) else [f"(file {file})"]
    lines = [
        (f"({place}) " if place else "") + ": ".join(filter(None, (".".join(map(str, location)), text)))
        for place, (location, text) in zip(places, faults, strict=True)
    ]
    return "\n  ".join([*heads, *lines])


def _independent(faults: Sequence[Any]) -> list[Any]:
    """Leave out that a list is too short where its items have faults of their own."""
    inside = {fault["loc"][:-depth] for fault in faults for depth in range(1, len(fault["loc"]))}
    return [fault for fault in faults if fault["type"] != "too_short" or fault["loc"] not in inside]


def _describe(fault: Any, model: type[BaseModel]) -> tuple[Location, str]:
    """Return where a fault is, and what it is."""
    place = fault["loc"]
    if fault["type"] == "extra_forbidden":
        fields = _fields_beside(model, place)
        return place, f"no such parameter; {nearest(str(place[-1]), fields)}"
    if fault["type"] == "missing":
        return place, f"missing. Remedy: copy it from {getattr(model, 'file', 'conf/base')}"
    if fault["type"] == "value_error":
        inside = getattr(fault["ctx"]["error"], "place", ())
        return (*place, *inside), fault["msg"].removeprefix("Value error, ")
    found = "a secret" if place[-1:] == (_SECRET,) else repr(fault["input"])
    return place, f"got {found}. Rule: {fault['msg']}{_nearest_valid(fault)}"


def _nearest_valid(fault: Any) -> str:
    context, found = fault.get("ctx", {}), fault["input"]
    bound = context.get("ge", context.get("le"))
    if bound is not None:
        percentage = context.get("le") == 1 and isinstance(found, int | float)
        return f". Nearest valid value: {bound:g}{share_hint(found) if percentage else ''}"
    if fault["type"] == "literal_error":
        names = re.findall(r"'([^']*)'", context["expected"])
        return f"; {nearest(str(found), names)}"
    return ""


def _fields_beside(model: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    """Return the valid keys at the place of an unknown one."""
    models = [model]
    for part in location[:-1]:
        tagged = [one for one in models if one.__name__.lower() == part]
        fields = [one.model_fields[part].annotation for one in models if part in one.model_fields]
        models = tagged or [inner for field in fields for inner in _models_in(field)] or models
    return [field.alias or name for one in models for name, field in one.model_fields.items()]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """Return the models that a type is made of, such as those of a tuple's items."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


class DataProcessing(Parameters):
    """Parameters of `data_processing`.

    Attributes
    ----------
    spellings : dict
        Known misspellings: column -> wrong spelling -> right spelling.
    other_store : OtherStore
        Headers and words of another store, and what they are read as; empty for this store's files.
    missing_marks : tuple of str
        What stands in a cell that holds nothing; in any case.
    unreadable_numbers : {"stop", "reject"}
        What a cell that should be a number and is not does: stop the run, or exclude the client.
    max_rejected_share : float
        Share of a table's rows that may be rejected before the whole table counts as faulty.
    exclude_without_purchases : bool
        Whether clients without revenue in some month are excluded.
    implausible_revenue_iqr : float
        A monthly revenue further above the upper quartile than this many interquartile ranges is
        implausible and excludes its client.
    engineered_features : tuple of str
        Engineered features handed to the models beside the base columns.
    leak_roc_auc : float
        A single feature whose ROC-AUC reaches this with the lower end of its 95 % interval stops the run: it
        was probably written after the label.
    enough_clients, enough_of_class, enough_of_value : int
        Fewer labelled clients, clients of the rarer class, or clients with a value of a category than this
        are a finding.
    accept_findings : tuple of str
        Blocking findings of the audit that do not stop the run.
    test_share : float
        Share of twin groups held out.
    training_rows : int
        At most this many labelled clients, twins counted once, are used for training and testing.
    seed : int
        Seed of the split.
    """

    file: ClassVar[str] = "conf/base/parameters_data_processing.yml"
    spellings: dict[str, dict[str, str]]
    other_store: OtherStore = THIS_STORE
    missing_marks: tuple[str, ...]
    unreadable_numbers: Literal["stop", "reject"]
    max_rejected_share: float = Share
    exclude_without_purchases: bool
    implausible_revenue_iqr: float = Field(gt=0)
    engineered_features: tuple[str, ...]
    leak_roc_auc: float = Field(gt=0.5, le=1)
    enough_clients: int = Field(ge=0)
    enough_of_class: int = Field(ge=0)
    enough_of_value: int = Field(ge=0)
    accept_findings: tuple[Literal["single_feature"], ...]
    test_share: float = Field(gt=0, lt=1)
    training_rows: int = Field(ge=100)
    seed: int = Seed

    @model_validator(mode="after")
    def _known_features(self) -> Self:
        for name in self.engineered_features:
            if name not in ENGINEERED_FEATURES:
                raise ValueError(f"unknown engineered feature '{name}'; {nearest(name, ENGINEERED_FEATURES)}")
        return self

    @model_validator(mode="after")
    def _known_columns(self) -> Self:
        known = {column.name for table in TABLES.values() for column in table.columns}
        for name in self.spellings:
            if name not in known:
                raise ValueError(f"spellings: there is no column '{name}'; {nearest(name, known)}")
        return self

    @model_validator(mode="after")
    def _words_that_are_still_there(self) -> Self:
        """Refuse another store's word that an earlier rule would have blanked or respelt."""
        for name, words in self.other_store.words.items():
            for word in words:
                gone = {
                    "missing_marks": self.missing_marks,
                    f"spellings.{name}": self.spellings.get(name, ()),
                }
                for rule, taken in gone.items():
                    if plain(word) in map(plain, taken):
                        raise DeclarationError(
                            f"'{word}' stands in {rule}, too, which comes first. Remedy: take it out there",
                            *("other_store", "words", name, word),
                        )
        return self


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
        """Tell whether the range has this value."""
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
        """Tell whether the list has this value."""
        return value in self.choices


def _range_or_choices(value: Any) -> str:
    if isinstance(value, dict):
        return "range" if {"low", "high"} & set(value) else "choices"
    return type(value).__name__.lower() if isinstance(value, Range | Choices) else "range"


Values = Annotated[
    Annotated[Range, Tag("range")] | Annotated[Choices, Tag("choices")], Discriminator(_range_or_choices)
]


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
        Search space: ``model__<argument>``, ``select__k``, ``select__score_func``, ``numbers`` (how numbers
        are prepared) or ``expand`` (terms made of the selected columns) -> range or choices.
    start : dict
        The settings that are tried first; what it leaves out is drawn.
    vote_weight : float
        Weight of its probability in the soft vote; 0 leaves it out.
    """

    file: ClassVar[str] = "conf/base/parameters_model_selection.yml"
    class_: str = Field(alias="class")
    interpretability: int = Field(ge=1)
    fixed: dict[str, str | int | float | bool | None] = {}
    space: dict[str, Values] = {}
    start: dict[str, str | int | float | bool | None] = {}
    vote_weight: float = Field(default=1, ge=0, allow_inf_nan=False)

    @property
    def estimator_class(self) -> Any:
        """The class itself."""
        module, _, name = self.class_.rpartition(".")
        return getattr(import_module(module), name)

    @model_validator(mode="after")
    def _classifier_with_these_arguments(self) -> Self:
        from sklearn.base import BaseEstimator, is_classifier

        try:
            estimator = self.estimator_class(**self.fixed)
        except (ImportError, AttributeError, TypeError, ValueError) as error:
            raise ValueError(f"'{self.class_}' cannot be made: {error}") from None
        if not (isinstance(estimator, BaseEstimator) and is_classifier(estimator)):
            raise ValueError(f"'{self.class_}' is not a scikit-learn classifier")
        valid = {f"model__{name}" for name in estimator.get_params()} | {
            "select__k",
            SCORE_FUNC,
            NUMBERS,
            EXPAND,
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
    for choice, known in ((NUMBERS, NUMBERS_AS), (EXPAND, EXPANSIONS), (SCORE_FUNC, SCORE_FUNCTIONS)):
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
        How settings are drawn.
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
        _check_challengers(self.challengers)
        return self


def _check_challengers(challengers: dict[str, Family]) -> None:
    for name, challenger in challengers.items():
        if name in (*CANDIDATES, *BENCHMARKS, *RULES):
            raise ValueError(f"challengers: '{name}' is the name of a model or rule that is there already")
        if challenger.space:
            raise ValueError(f"challengers.{name}: a challenger is not searched, leave `space` empty")


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
        _check_challengers(self.challengers)
        return self


class Segmentation(Parameters):
    """Parameters of `segmentation`.

    Attributes
    ----------
    value_quantile : float
        A client is valuable from this quantile of the base's monthly profit.
    horizon_months : int
        Months for which profit is counted.
    profit_lost_share : float
        Share of profit that a declining client takes away; 1 makes profit at risk an upper bound.
    signal_quantile : float
        A risk signal is a value within this lowest share of the base.
    smallest_drop : float
        A smaller drop of minutes or revenue (share) is never a signal.
    firm_from, likely_from : float
        Membership by the distance of the probability to the decision threshold, in units of its spread:
        from `firm_from` firm, from `likely_from` likely, else borderline.
    unknown_spread : float
        Spread assumed for a probability that has none (predicted clients).
    key_min_clients : int
        A smaller segment is never called key.
    segments : tuple of Segment
        In order: the first that fits takes the client; the last one takes all others.
    """

    file: ClassVar[str] = "conf/base/parameters_segmentation.yml"
    value_quantile: float = Share
    horizon_months: int = Field(ge=1, le=12)
    profit_lost_share: float = Field(gt=0, le=1)
    signal_quantile: float = Field(gt=0, lt=0.5)
    smallest_drop: float = Field(ge=0, lt=1)
    firm_from: float = Field(gt=0)
    likely_from: float = Field(gt=0)
    unknown_spread: float = Field(gt=0, lt=1)
    key_min_clients: int = Field(ge=1)
    segments: tuple[Segment, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ordered_rules(self) -> Self:
        refuse_repeated([segment.code for segment in self.segments], "segment", "segments")
        refuse_unreachable_segments(self.segments)
        *_, last = self.segments
        if last.conditions:
            raise DeclarationError(
                f"the last segment, '{last.code}', takes all others: no conditions",
                "segments",
                len(self.segments) - 1,
                "conditions",
            )
        if self.likely_from > self.firm_from:
            raise DeclarationError(
                f"got {self.likely_from:g}. Rule: likely_from is at most firm_from ({self.firm_from:g})",
                "likely_from",
            )
        return self


class Offers(Parameters):
    """Offers of the store; of equally good ones the first counts.

    Attributes
    ----------
    declared : tuple of Offer
        All offers that a client may get.
    """

    file: ClassVar[str] = "conf/base/parameters_offers.yml"
    declared: tuple[Offer, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        refuse_repeated([offer.code for offer in self.declared], "offer", "declared")
        refuse_outdone_offers(self.declared)
        return self


class CampaignPlan(Parameters):
    """Parameters of the campaign: what may be spent, on whom, and how its effect is to be measured.

    Attributes
    ----------
    name : str
        Name of the campaign; with another name, other clients become the control arm.
    budget : float, optional
        Profit units that the offers may cost; none: as much as pays for itself.
    contacts : dict
        Channel -> clients who may be approached through it; a channel without an entry has no limit.
    most_contacts : int
        Clients with this many contacts or more in the current month get no message.
    control_share : float
        Share of the selected clients who keep their offer in the plan but do not get it.
    significance, power : float
        Of the test that is to find the effect.
    pseudonym_key : str, optional
        Secret from which lists take pseudonyms for client numbers; none: lists show the numbers.
    curve_points : int
        Budgets for which the profit kept is worked out.
    draws : int
        Random orders of the clients that the plan is compared with.
    seed : int
        Seed of these orders.
    """

    file: ClassVar[str] = "conf/base/parameters_campaign.yml"
    name: str = Field(min_length=1)
    budget: float | None = Field(ge=0, allow_inf_nan=False)
    contacts: dict[Channel, Annotated[int, Field(ge=0)]]
    most_contacts: int = Field(ge=1)
    control_share: float = Field(ge=0, lt=1)
    significance: float = Field(gt=0, lt=1)
    power: float = Field(gt=0, lt=1)
    pseudonym_key: str | None = Field(min_length=8)
    curve_points: int = Field(ge=2)
    draws: int = Field(ge=1)
    seed: int = Seed


class Curves(BaseModel):
    """How effect curves are traced.

    Attributes
    ----------
    points : int
        Values of a feature at which the champion is asked, at most.
    clients : int
        Clients whose other features are held while one moves.
    lines : int
        Clients whose own lines are drawn.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    points: int = Field(ge=2)
    clients: int = Field(ge=2)
    lines: int = Field(ge=0)


class WhatIf(BaseModel):
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

    model_config = ConfigDict(frozen=True, extra="forbid")
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
        How often the champion is refitted on all folds but one: what is said about it is checked on these.
    base_clients : int
        Clients who say which values are typical and plausible.
    background_rows : int
        Clients whose values unknown features have, together, in explanations.
    interaction_clients : int
        Clients, at most, whose contributions are split into those of single features and of pairs.
    permutations : int
        Pairs of orders of features per round, where a model can only be sampled.
    refit_permutations : int
        The same for the only round of a refit of the champion.
    rounds : int
        Rounds of sampling, at most; a client whose reasons are certain leaves earlier.
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
    stable_from: float = Share
    reasons: int = Field(ge=1, le=16)
    curves: Curves
    what_if: WhatIf
    disputed_clients: int = Field(ge=1)
    seed: int = Seed


class Reporting(Parameters):
    """Parameters of `reporting`.

    Attributes
    ----------
    snapshot : str
        Name of the snapshot, for the title.
    label_snapshot : str, optional
        Snapshot that the labels come from; none: the same as the features.
    top_clients : int
        Clients listed on the page.
    """

    file: ClassVar[str] = "conf/base/parameters_reporting.yml"
    snapshot: str
    label_snapshot: str | None
    top_clients: int = Field(ge=1)


class DemoPopulation(Parameters):
    """Summaries of a store's clients and the planted mechanism of decline; `store_summary` makes them.

    Attributes
    ----------
    probabilities : tuple of float
        Probabilities of the quantiles, from 0 to 1.
    habits : dict
        Kinds of clients by name; their shares add up to one.
    correlations : tuple of tuple of float
        Correlations of normal scores within a habit, below the diagonal, in the order of the quantiles; the
        last row is that of the score that decides about consent.
    typical : dict
        Numeric feature -> (typical value, spread): a value's score is its distance from the typical one in
        spreads, at most `MAX_SCORE` of them.
    causes : dict
        Causes of decline by name. A client declines if at least one of them strikes.
    """

    file: ClassVar[str] = "conf/base/parameters_demo_population.yml"
    probabilities: tuple[float, ...]
    habits: dict[str, Habit] = Field(min_length=1)
    correlations: tuple[tuple[FiniteFloat, ...], ...]
    typical: dict[str, tuple[FiniteFloat, FiniteFloat]]
    causes: dict[str, Cause]

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that have quantiles, in order."""
        return tuple(next(iter(self.habits.values())).quantiles)

    @property
    def correlation_matrix(self) -> Any:
        """Correlations of all scores, ndarray of shape (n_columns + 1, n_columns + 1)."""
        import numpy as np

        matrix = np.eye(len(self.correlations) + 1)
        for row, values in enumerate(self.correlations, start=1):
            matrix[row, :row] = matrix[:row, row] = values
        return matrix

    @model_validator(mode="after")
    def _fitting_sizes(self) -> Self:
        drawn = set(NUMERIC_FEATURES) | {PROFIT}
        for name, habit in self.habits.items():
            if set(habit.quantiles) != drawn or tuple(habit.quantiles) != self.columns:
                raise ValueError(f"habits.{name}.quantiles: the columns must be {', '.join(sorted(drawn))}")
            short = [column for column, q in habit.quantiles.items() if len(q) != len(self.probabilities)]
            if short:
                raise ValueError(f"habits.{name}.{short[0]}: not {len(self.probabilities)} quantiles")
        if abs(sum(habit.share for habit in self.habits.values()) - 1) > 1e-6:
            raise ValueError("habits: the shares do not add up to 1")
        if [len(row) for row in self.correlations] != list(range(1, len(self.columns) + 1)):
            raise ValueError(
                "correlations: not one row below the diagonal for each column but the first, and consent"
            )
        return self

    @model_validator(mode="after")
    def _orderly_summaries(self) -> Self:
        if [self.probabilities[0], self.probabilities[-1]] != [0, 1] or not _ascending(self.probabilities):
            raise ValueError("probabilities: they must rise from 0 to 1")
        for name, habit in self.habits.items():
            falling = [column for column, values in habit.quantiles.items() if not _ascending(values)]
            if falling:
                raise ValueError(f"habits.{name}.quantiles.{falling[0]}: a quantile is below the one before")
        if not _is_positive_definite(self.correlation_matrix):
            raise ValueError("correlations: no variables can be correlated like this (not positive definite)")
        return self

    @model_validator(mode="after")
    def _same_values_in_all_habits(self) -> Self:
        first = next(iter(self.habits.values())).shares
        if set(first) != set(CATEGORICAL_FEATURES):
            raise ValueError(f"habits: the categories with shares must be {', '.join(CATEGORICAL_FEATURES)}")
        for name, habit in self.habits.items():
            if set(habit.shares) != set(first):
                raise ValueError(f"habits.{name}.shares: the categories must be {', '.join(first)}")
            for column, shares in habit.shares.items():
                if set(shares) != set(first.get(column, {})) or sum(shares.values()) <= 0:
                    where = f"habits.{name}.shares.{column}"
                    raise ValueError(f"{where}: not the values of the first habit, or all shares are 0")
        for cause, drivers in ((name, cause.drivers) for name, cause in self.causes.items()):
            for column, sizes in drivers.items():
                unknown = set(sizes) - set(first[column]) if isinstance(sizes, dict) else set()
                for value in unknown:
                    hint = nearest(value, first[column])
                    raise ValueError(f"causes.{cause}.{column}: no value '{value}'; {hint}")
        return self

    @model_validator(mode="after")
    def _scores_of_drivers(self) -> Self:
        used = {part for cause in self.causes.values() for part in cause.numeric}
        missing = sorted(used - set(self.typical))
        if missing:
            raise ValueError(f"typical: no value for the driver '{missing[0]}'")
        unknown = [name for name in self.typical if name not in NUMERIC_FEATURES]
        if unknown:
            raise ValueError(f"typical: no feature '{unknown[0]}'; {nearest(unknown[0], NUMERIC_FEATURES)}")
        if any(spread <= 0 for _, spread in self.typical.values()):
            raise ValueError("typical: a spread is not above zero")
        return self


def _ascending(values: tuple[float, ...]) -> bool:
    return all(one <= other for one, other in pairwise(values))


def _is_positive_definite(matrix: Any) -> bool:
    import numpy as np

    return bool(np.linalg.eigvalsh(matrix).min() > 0)


class DemoStore(Parameters):
    """Parameters of `demo_store`.

    Attributes
    ----------
    months : tuple of str
        Folder of each month, the first one first.
    unlabelled : tuple of str
        Months whose files have no target.
    clients, first_id, seed : int
        Number of clients in the first month, the first client number, seed.
    chunk_clients : int
        How many clients are made at a time. It changes the memory that is needed and not one byte of the
        result.
    file_format : {"csv", "parquet"}
        CSV as the store itself writes it, or Parquet with the same text.
    order_noise : float
        Noise on the order of the clients, which otherwise gives the target away; in units of the distance
        between the classes.
    label_noise : LabelNoise
        How often the store records a wrong label.
    label_persistence : float
        Correlation, from month to month, of what decides a client's class beside the features.
    leavers_share, newcomers_share : float
        Share of clients that leave before each next month; newcomers of a month per client of the first one.
    newcomer_days : (int, int)
        Days since registration of those that are new: least, most.
    habit_change : float
        Share of clients whose habit is drawn anew each month.
    persistence : dict
        Column -> correlation of its normal scores with those of the month before; the columns of the months
        before the current one move on, and the others stay.
    monthly_change : dict
        Habit -> relative change of the current revenue and minutes against the first month.
    drifts : tuple of Drift
    campaigns : tuple of Campaign
    futures : int
        How many futures each client's true probability three months ahead is the mean of; 0 leaves it out.
    dirt : Dirt
    """

    file: ClassVar[str] = "conf/base/parameters_demo_store.yml"
    months: tuple[Annotated[str, AfterValidator(folder_name)], ...] = Field(min_length=1)
    unlabelled: tuple[str, ...]
    clients: int = Field(ge=30)
    first_id: int = Field(ge=1, le=10**15)
    seed: int = Seed
    chunk_clients: int = Field(ge=1)
    file_format: Literal["csv", "parquet"]
    order_noise: float = Field(ge=0, le=1e9)
    label_noise: LabelNoise
    label_persistence: float = Share
    leavers_share: float = Field(ge=0, lt=1)
    newcomers_share: float = Share
    newcomer_days: tuple[int, int]
    habit_change: float = Share
    persistence: dict[str, Annotated[float, Share]]
    monthly_change: dict[str, Annotated[float, Field(ge=-1, le=10)]]
    drifts: tuple[Drift, ...]
    campaigns: tuple[Campaign, ...]
    futures: int = Field(ge=0)
    dirt: Dirt

    @model_validator(mode="after")
    def _known_names(self) -> Self:
        unknown = next((name for name in self.unlabelled if name not in self.months), None)
        if unknown is not None:
            raise ValueError(f"unlabelled: no month '{unknown}'; {nearest(unknown, self.months)}")
        unknown = next((name for name in self.persistence if name not in RENEWED), None)
        if unknown is not None:
            raise ValueError(f"persistence: '{unknown}' is not drawn anew; {nearest(unknown, RENEWED)}")
        return self

    @model_validator(mode="after")
    def _possible_clients(self) -> Self:
        still = [drift.column for drift in self.drifts if drift.column not in self.persistence]
        if still:
            raise ValueError(f"drifts: '{still[0]}' stays as it is unless it stands in persistence")
        if not 0 <= self.newcomer_days[0] <= self.newcomer_days[1]:
            raise ValueError("newcomer_days: the least comes first, and none is below zero")
        if self.dirt.twins > 0.5:
            raise ValueError("dirt.twins: at most every second client (0.5) can be a copy of another")
        return self

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        refuse_repeated(self.months, "months")
        refuse_repeated([campaign.offer for campaign in self.campaigns], "campaigns")
        return self


class DemoComparison(Parameters):
    """Parameters of `demo_comparison`.

    Attributes
    ----------
    seeds : tuple of int
        Seeds of the folds, and of the stores that are tried when an extract is summarised.
    """

    file: ClassVar[str] = "conf/base/parameters_demo_comparison.yml"
    seeds: tuple[Annotated[int, Field(ge=0)], ...] = Field(min_length=1)


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
