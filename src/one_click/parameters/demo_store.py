"""Parameters of `demo_store`."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from one_click.errors import nearest
from one_click.parameters.base import Parameters, Seed, Share
from one_click.parameters.planted import RENEWED, Campaign, Dirt, Drift, LabelNoise
from one_click.parameters.snapshots import folder_name
from one_click.rules.declared import refuse_repeated


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
    label_persistence: Share
    leavers_share: float = Field(ge=0, lt=1)
    newcomers_share: Share
    newcomer_days: tuple[int, int]
    habit_change: Share
    persistence: dict[str, Share]
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
