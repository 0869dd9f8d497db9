"""Parameters of `campaign`: offers and plan."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from one_click.parameters.base import Parameters, Seed
from one_click.rules.declared import refuse_repeated
from one_click.rules.offers import Channel, Offer, refuse_outdone_offers


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
