"""Offers: what the store may offer to clients at risk, and who may get it."""

from collections.abc import Iterator, Sequence
from string import Formatter
from typing import Literal, Self, get_args

import pandas as pd
from pydantic import Field, field_validator, model_validator

from one_click.errors import DeclarationError

from .conditions import Condition, plain
from .declared import Declared
from .logic import contradict, imply_all
from .rule import Rule
from .segments import Segment

Channel = Literal["email", "push", "on_site"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
CASES = ("low", "base", "high")  # of the assumed effect
NO_OFFER, ALL_OFFERS = "none", "all"  # no codes of offers: they stand for none, and for all together

AT_RISK = Condition(column="at_risk", **{"is": True})
# Consent alone is not enough: a client with many contacts this month rests from messages.
CONSENT = Condition(column="allows_messages", **{"is": True})
MESSAGEABLE = Condition(column="may_be_messaged", **{"is": True})


class Effect(Declared):
    """Assumed share of declines that an offer prevents: low <= base <= high, from 0 to 1."""

    low: float = Field(ge=0, le=1)
    base: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.base <= self.high:
            found = (self.low, self.base, self.high)
            low, base, high = map(plain, sorted(found))
            raise ValueError(
                f"found {', '.join(map(plain, found))}. Rule: low <= base <= high. "
                f"Remedy: {{low: {low}, base: {base}, high: {high}}}, if the order was meant"
            )
        return self


class Offer(Rule):
    """An offer to clients at risk.

    Attributes
    ----------
    code : str
        Name in data.
    title_ru, title_en : str
        What marketers see.
    text_ru, text_en : str
        What the client sees; ``{category}`` stands for the client's popular category.
    channel : {"email", "push", "on_site"}
        Where the client sees it.
    needs_consent : bool
        Whether only clients that allow messages may get it; true for every message.
    cost : float
        Profit units per client.
    conditions : tuple of Condition
        All must hold; without any, the offer suits every client at risk.
    effect : Effect
        An assumption until a campaign has been read back.
    """

    KIND = "offer"

    title_ru: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    text_ru: str = Field(min_length=1)
    text_en: str = Field(min_length=1)
    channel: Channel
    needs_consent: bool
    cost: float = Field(ge=0, allow_inf_nan=False)
    effect: Effect

    @property
    def facts(self) -> dict[Condition, str]:
        """What holds for all who get an offer: risk; consent and few contacts where these are needed."""
        risk = {AT_RISK: "offers are for clients at risk only"}
        why = "this offer needs consent"
        return risk | ({CONSENT: why, MESSAGEABLE: why} if self.needs_consent else {})

    @field_validator("text_ru", "text_en")
    @classmethod
    def _known_placeholders(cls, text: str) -> str:
        for _, placeholder, _, _ in Formatter().parse(text):
            if placeholder not in (None, "category"):
                raise ValueError(f"unknown placeholder '{{{placeholder}}}'; valid is {{category}}")
        return text

    @model_validator(mode="after")
    def _lawful(self) -> Self:
        if self.channel != "on_site" and not self.needs_consent:
            raise DeclarationError(
                f"'{self.code}' is a message ({self.channel}): needs_consent must be true", "needs_consent"
            )
        if self.code == NO_OFFER:
            raise DeclarationError(f"the code '{NO_OFFER}' stands for no offer", "code")
        if self.code == ALL_OFFERS:
            raise DeclarationError(f"the code '{ALL_OFFERS}' stands for all offers together", "code")
        return self


def refuse_outdone_offers(offers: Sequence[Offer]) -> None:
    """Raise a ValueError if whoever may get an offer would always get a certain other one instead."""
    for position, offer in enumerate(offers):
        for rival_position, rival in enumerate(offers):
            if rival is not offer and _outdoes(rival, offer, tie=rival_position < position):
                raise DeclarationError(
                    f"{offer.refusal}: whoever may get it may also get '{rival.code}', which costs no more, "
                    "prevents no less and uses the same channel. Rule: a client gets the offer that keeps "
                    "the most profit, of equally good ones the first. "
                    f"Remedy: take '{offer.code}' out, or change it",
                    "declared",
                    position,
                )


def _outdoes(rival: Offer, offer: Offer, tie: bool) -> bool:
    """Return whether a rival is chosen before an offer for every client; `tie`: where both are as good."""
    # Plans are compared in all three cases: a rival must be as good in each, not in the base case alone.
    effects = [(getattr(rival.effect, name), getattr(offer.effect, name)) for name in CASES]
    as_good = rival.cost <= offer.cost and all(one >= other for one, other in effects)
    better = rival.cost < offer.cost or rival.effect.base > offer.effect.base
    all_eligible = imply_all((*offer.facts, *offer.conditions), (*rival.facts, *rival.conditions))
    return rival.channel == offer.channel and as_good and (better or tie) and all_eligible


def segments_with_clients_for(offer: Offer, segments: Sequence[Segment]) -> Iterator[str]:
    """Yield the codes of the segments in which there can be a client who may get an offer.

    In all others, conditions contradict those of the offer, or an earlier segment takes every such client.
    """
    own = [condition for condition in offer.conditions if condition.column != "segment"]
    for position, segment in enumerate(segments):
        met = (*offer.facts, *own, *segment.conditions)
        taken = any(imply_all(met, earlier.conditions) for earlier in segments[:position])
        if not taken and not contradict(met):
            yield segment.code


def may_be_messaged(clients: pd.DataFrame, most_contacts: int) -> pd.Series:
    """Return which clients may get a message: with consent, and with fewer contacts than allowed."""
    return clients["allows_messages"] & (clients["marketing_contacts_current"] < most_contacts)
