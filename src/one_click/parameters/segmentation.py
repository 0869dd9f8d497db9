"""Parameters of `segmentation`."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from one_click.errors import DeclarationError
from one_click.parameters.base import Parameters, Share
from one_click.rules.declared import refuse_repeated
from one_click.rules.segments import Segment, refuse_unreachable_segments


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
        A smaller drop (share) is never a signal.
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
    value_quantile: Share
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
