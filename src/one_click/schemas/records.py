"""What travels between nodes as a few named values: each record is a frozen model, stored as JSON."""

import json
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from one_click.parameters import Family
from one_click.parameters.base import Share
from one_click.rules.signals import RISK_SIGNALS

from .errors import unfit

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Hyperparameter = bool | int | float | str | None
_HOLDS = {
    Share: "numbers from 0 to 1",
    Amount: "numbers from 0",
    Count: "whole numbers from 0",
    FiniteFloat: "numbers",
}


class Record(BaseModel):
    """Base of all records: immutable, of exact types, without unknown entries.

    Attributes
    ----------
    made_by : str
        The pipeline that stores it.
    """

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", protected_namespaces=(), ser_json_inf_nan="constants"
    )
    made_by: ClassVar[str] = ""

    @classmethod
    def read(cls, text: str | bytes, file: str) -> Self:
        """Return the record that a file of JSON holds.

        Parameters
        ----------
        text : str or bytes
        file : str
            Where it is stored, for messages.

        Raises
        ------
        DataError
            If the text is no JSON, or an entry is missing, unknown, of the wrong type or out of its range.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise cls._unfit(error, file) from None

    @classmethod
    def _unfit(cls, error: ValidationError, file: str) -> Exception:
        first = error.errors(include_url=False)[0]
        place = [str(part) for part in first["loc"]]
        return unfit(file, cls.made_by, column=".".join(place), rule=cls._rule(place, first))

    @classmethod
    def _rule(cls, place: list[str], fault: Any) -> str:
        if fault["type"] == "json_invalid":
            return f"the file holds JSON ({fault['ctx']['error']})"
        if fault["type"] == "extra_forbidden":
            return f"the record has no other entries than {', '.join(cls.model_fields)}"
        if fault["type"] == "signals":
            return f"the record holds {fault['msg']}"
        found = "nothing" if fault["type"] == "missing" else repr(fault["input"])
        return f"the entry holds {cls._holds(place) or fault['msg']}, here {found}"

    @classmethod
    def _holds(cls, place: list[str]) -> str:
        """Return in words what an entry of the record itself holds; empty where there are none."""
        told = cls.__annotations__.get(place[0]) if len(place) == 1 else None
        return next((words for kind, words in _HOLDS.items() if kind == told), "")


class CleaningLimits(Record):
    """Limits of plausible values, fitted once; a new month is cleaned with the same.

    Attributes
    ----------
    revenue_max : float
        Largest plausible revenue of a month, revenue units.
    """

    made_by = "data_processing"
    revenue_max: Amount


class CampaignAssumptions(Record):
    """What a campaign is assumed to bring and to cost: one average offer to each client chosen.

    Attributes
    ----------
    client_value : float
        Mean profit at stake of a client, profit units.
    cost : float
        Of an offer, profit units.
    effect, low, high : float
        Share of declines that an offer prevents, and between which shares it lies with 95 % probability.
    alpha, beta : float
        Of the beta distribution of the effect; both 0 if the effect is known for certain.
    """

    made_by = "model_selection"
    client_value: FiniteFloat
    cost: Amount
    effect: Share
    low: Share
    high: Share
    alpha: Amount
    beta: Amount


class DecisionThreshold(Record):
    """From which probability on a client is at risk.

    Attributes
    ----------
    threshold : float
        The probability.
    criterion : str
        What it makes largest: the F1 of the declined, or the profit of a campaign.
    f1_declined : float
        F1 of the declined at the threshold, out of fold.
    campaign_profit : float
        Profit units per client of the base, out of fold.
    """

    made_by = "model_selection"
    threshold: Share
    criterion: str
    f1_declined: Share
    campaign_profit: FiniteFloat


class UndecidedBand(Record):
    """Between which probabilities the champion does not decide.

    Attributes
    ----------
    error : float
        Share of each class that may be called wrongly.
    keeps_below, declines_above : float
        Thresholds of the band: below the first a client is called keeping, above the second declining.
    undecided : float
        Share of the clients in the band.
    declines_wrong, keeps_wrong : float
        Shares of those called so who do otherwise, out of fold.
    """

    made_by = "model_selection"
    error: Share
    keeps_below: Share
    declines_above: Share
    undecided: Share
    declines_wrong: Share
    keeps_wrong: Share


class RuleThresholds(Record):
    """Every threshold of the rules, fitted once: risk, value and one for each risk signal.

    Attributes
    ----------
    probability : float
        From which on a client is at risk.
    monthly_profit : float
        From which on a client is valuable, profit units.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, FiniteFloat]
    made_by = "segmentation"
    probability: Share
    monthly_profit: FiniteFloat

    @model_validator(mode="after")
    def _of_every_signal(self) -> Self:
        # Thresholds that are older than a signal would let it never be shown, without a word.
        if set(self.signals) != set(RISK_SIGNALS):
            wanted, found = ", ".join(RISK_SIGNALS), ", ".join(self.signals) or "none"
            raise PydanticCustomError("signals", f"a threshold for each of {wanted}; here for {found}")
        return self

    @property
    def signals(self) -> dict[str, float]:
        """Risk signal -> the value up to which a client shows it."""
        return dict(self.__pydantic_extra__ or {})


class TunedModel(Record):
    """All that it takes to build a model: a family with its hyperparameters, or the families that vote.

    Attributes
    ----------
    family : Family, optional
        As declared; none of a vote.
    members : dict
        Families that vote, by name; empty but for a vote.
    hyperparameters : dict
        The best ones that the search found.
    interpretability : int
        Rank, 1 for the family that is easiest to explain.
    search_roc_auc : float, optional
        Cross-validated ROC-AUC of the hyperparameters in the search; none without a search.
    trials : int
        Of the search.
    refused : str
        Why it could not be fitted; empty where it could.
    """

    made_by = "model_selection"
    family: Family | None = None
    members: dict[str, "TunedModel"] = {}
    hyperparameters: dict[str, Hyperparameter]
    interpretability: Count
    search_roc_auc: Share | None = None
    trials: Count
    refused: str = ""

    @property
    def declared(self) -> Family:
        """The family; a vote has none."""
        if self.family is None:
            raise TypeError("a vote has no family of its own")
        return self.family

    @property
    def vote_weight(self) -> float:
        """Weight of the family in the vote."""
        return self.declared.vote_weight

    def to_json(self) -> str:
        """Return the record as one line of JSON, for a column of a table."""
        return json.dumps(self.model_dump(mode="json", by_alias=True))

    @model_serializer(mode="wrap")
    def _without_absent_parts(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out the family of a vote, and the members of a family."""
        entries: dict[str, Any] = serialise(self)
        return {name: one for name, one in entries.items() if name not in ("family", "members") or one}


class PlanSummary(Record):
    """What the campaign's plan keeps and costs; money in profit units.

    Attributes
    ----------
    kept : float
        Expected profit kept.
    cost : float
    clients : int
        Selected.
    upper_bound : float
        No plan keeps more.
    gap : float
        Relative distance to it.
    budget : float, optional
        None if there is no limit.
    budget_price : float
        Profit that one more unit of budget would keep.
    contacts, contact_prices : dict
        By channel: contacts of the plan, and the profit that one more would keep.
    """

    made_by = "campaign"
    kept: FiniteFloat
    cost: Amount
    clients: Count
    upper_bound: FiniteFloat
    gap: FiniteFloat
    budget: Amount | None
    budget_price: Amount
    contacts: dict[str, Count]
    contact_prices: dict[str, Amount]


class KnownCategories(Record):
    """The values that each category had in the snapshot, by feature; rules may ask for no others."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, list[str]]
    made_by = "segmentation"

    @property
    def by_feature(self) -> dict[str, list[str]]:
        """Feature -> its values."""
        return dict(self.__pydantic_extra__ or {})


class Champion(Record):
    """Which model won, and all that it takes to build it."""

    model: str
    calibration: str
    built_from: TunedModel | dict[str, TunedModel]


class FittedData(Record):
    """The data that a model was made from.

    Attributes
    ----------
    clients, labelled, declined : int
        Numbers of clients.
    features : list of str
        Columns.
    sha256 : str
        Of the feature table.
    """

    clients: Count
    labelled: Count
    declined: Count
    features: list[str]
    sha256: str


class Manifest(Record):
    """From which data, parameters and versions of libraries the champion was made."""

    made_by = "model_selection"
    champion: Champion
    data: FittedData
    parameters: dict[str, Any]
    versions: dict[str, str]


class KeyFacts(Record):
    """What the page says first.

    Attributes
    ----------
    clients, labelled, declined, at_risk, offered, clients_left_out : int
        Numbers of clients.
    cells_mended : int
    profit_at_risk, cost, kept_low, kept_base, kept_high : float
        Profit units, of the clients at risk and of the campaign.
    threshold, criterion
        See `DecisionThreshold`.
    horizon_months : int
        Months of profit that count.
    profit_lost_share : float
        Share of profit that a declining client is taken to carry away.
    snapshot : str
    label_snapshot : str, optional
        The later one that the labels come from; none if they come from the snapshot itself.
    """

    made_by = "reporting"
    clients: Count
    labelled: Count
    declined: Count
    at_risk: Count
    profit_at_risk: FiniteFloat
    offered: Count
    cost: Amount
    kept_low: FiniteFloat
    kept_base: FiniteFloat
    kept_high: FiniteFloat
    clients_left_out: Count
    cells_mended: Count
    threshold: Share
    criterion: str
    horizon_months: Count
    profit_lost_share: Share
    snapshot: str
    label_snapshot: str | None


class Estimate(Record):
    """A figure with its 95 % interval; none of them where there is none."""

    value: float | None
    low: float | None
    high: float | None


class Difference(Record):
    """The champion's figure less a challenger's, with its 95 % interval."""

    difference: float | None
    low: float | None
    high: float | None


class ChallengerEstimate(Estimate):
    """A challenger's figure, and how far the champion's is from it."""

    apart: Difference


class MetricFacts(Record):
    """A figure of quality of the champion, the reference model and the challengers."""

    metric: str
    champion: Estimate
    reference: Estimate
    challengers: list[ChallengerEstimate]


class ModelFacts(Record):
    """What the page says about the models.

    Attributes
    ----------
    champion : str
    n_test : int
        Clients that the models were judged on.
    challengers : list of str
    metrics : list of MetricFacts
    """

    made_by = "model_selection"
    champion: str
    n_test: Count
    challengers: list[str]
    metrics: list[MetricFacts]


class PlanFacts(Record):
    """What the page says about the campaign.

    Attributes
    ----------
    plan : PlanSummary
    by_hand : float, optional
        What the best selection by hand keeps, as a share of what the plan keeps.
    arms : dict
        What the whole campaign can show, see the table `experiment`.
    """

    made_by = "campaign"
    plan: PlanSummary
    by_hand: float | None
    arms: dict[str, float | None]


class Sentence(Record):
    """A sentence in both languages."""

    sentence_ru: str
    sentence_en: str


class ExplanationFacts(Record):
    """What the page says about the explanations.

    Attributes
    ----------
    effects : list of Sentence
        About the most important features that move the risk.
    disagreements : list of Sentence
        About features that two measures of importance place differently.
    checks : dict
        Value of each check of faithfulness.
    refitted_on : float
        Share of the labelled clients that each refit was fitted on.
    """

    made_by = "interpretation"
    effects: list[Sentence]
    disagreements: list[Sentence]
    checks: dict[str, float]
    refitted_on: Share
