"""Tables of the pipeline segmentation that say who the clients are: signals, decisions, segments."""

from . import fields
from .base import StoredTable
from .data_processing import Clients

_EMPTY = "of an empty segment"
_UNLABELLED = "without labelled clients"


class RuleCoverage(StoredTable):
    """One row per segment and offer, in the order of declaration: how many clients meet its conditions."""

    kind: str = fields.one_of("segment", "offer", what="Which of them", is_key=True)
    code: str = fields.text_key("Code in the configuration")
    conditions: str = fields.text("Conditions that were looked at, in the words of the configuration")
    later: str = fields.text("Conditions that can be looked at only after the model")
    clients: int = fields.whole("Clients who meet the former", unit="clients")
    share: float = fields.share("Their share of the base")
    unmet: str = fields.text("First condition that leaves no client; empty without one")
    among: int = fields.whole("Clients who met those before it", unit="clients")
    instead: str = fields.text("What these have instead; empty without an unmet condition")


class RiskSignals(StoredTable):
    """One row per client and risk signal that the client shows."""

    client_id: int = fields.key()
    signal: str = fields.text_key("Risk signal")
    value: float = fields.number("Value of the client; a change as a share, or pages")
    threshold: float = fields.number("Value up to which the signal is shown, in the same unit")


class SignalQuality(StoredTable):
    """One row per risk signal, compared with the labels; none without labels."""

    signal: str = fields.text_key("Risk signal")
    labelled: int = fields.whole("Labelled clients", unit="clients")
    shown: int = fields.whole("Labelled clients with the signal", unit="clients")
    base_share: float = fields.share("Share of declined among the labelled")
    precision: float = fields.share(
        "Share of declined among those with the signal", missing="if no client has it"
    )
    precision_low: float = fields.share(
        "Lower end of its 95 % interval (Wilson)", missing="if no client has it"
    )
    precision_high: float = fields.share(
        "Upper end of its 95 % interval (Wilson)", missing="if no client has it"
    )
    recall: float = fields.share("Share of the declined who show it", missing="if no client declined")
    lift: float = fields.amount("Precision over the base share", missing="if no client declined or has it")
    offers: str = fields.text("Offers that it triggers, joined by commas")


class DecisionTable(Clients):
    """One row per client: all that rules may ask for."""

    probability: float = fields.share("Calibrated probability of decline")
    probability_sd: float = fields.amount("Its spread")
    at_risk: bool = fields.flag("Whether the probability reaches the threshold")
    valuable: bool = fields.flag("Whether the monthly profit reaches its threshold")
    profit_at_risk: float = fields.number(
        "Probability times monthly profit, months that count and share lost", unit=fields.MONEY
    )
    may_be_messaged: bool = fields.flag("Whether messages are allowed and there have not been too many")
    main_reason: str = fields.text("Feature that speaks most for a decline; empty without reasons")
    reasons: str = fields.text("Features that speak for a decline, the strongest first, joined by commas")
    signals: str = fields.text("Risk signals that the client shows, joined by commas")


class Segments(StoredTable):
    """One row per client: the segment, and how firmly the client belongs."""

    client_id: int = fields.key()
    segment: str = fields.text("Code of the first segment whose conditions hold")
    membership: str = fields.one_of(
        "firm", "likely", "borderline", what="Distance of the probability to the threshold, by its spread"
    )


class SegmentProfiles(StoredTable):
    """One row per segment, in the order of declaration."""

    segment: str = fields.text_key("Code of the segment")
    title_ru: str = fields.text("Title in Russian")
    title_en: str = fields.text("Title in English")
    description_ru: str = fields.text("Description in Russian")
    description_en: str = fields.text("Description in English")
    at_risk: bool = fields.flag("Whether its clients are at risk")
    clients: int = fields.whole("Clients", unit="clients")
    mean_probability: float = fields.share("Mean probability of decline", missing=_EMPTY)
    labelled: int = fields.whole("Labelled clients", unit="clients")
    declined_share: float = fields.share("Share of declined among them", missing=_UNLABELLED)
    declined_low: float = fields.share("Lower end of its 95 % interval (Wilson)", missing=_UNLABELLED)
    declined_high: float = fields.share("Upper end of its 95 % interval (Wilson)", missing=_UNLABELLED)
    mean_monthly_profit: float = fields.number("Mean monthly profit", unit=fields.MONEY, missing=_EMPTY)
    profit_at_risk: float = fields.number("Sum of the profit at risk", unit=fields.MONEY)
    reachable_share: float = fields.share("Share of clients who allow messages", missing=_EMPTY)
    minutes_change: float = fields.number("Median change of time on site, as a share", missing=_EMPTY)
    revenue_change: float = fields.number("Median change of revenue, as a share", missing=_EMPTY)
    promo_share: float = fields.share("Mean share of promo purchases", missing=_EMPTY)
    firm_share: float = fields.share("Share of clients who belong firmly", missing=_EMPTY)
    top_category: str = fields.text("Most frequent popular category; empty without clients")
    top_reasons: str = fields.text("Most frequent main reasons, joined by commas")
    share: float = fields.share("Share of all clients")
    profit_at_risk_share: float = fields.number("Share of all profit at risk", missing="if there is none")
    profit_per_client: float = fields.number("Profit at risk per client", unit=fields.MONEY, missing=_EMPTY)
    profit_per_client_at_risk: float = fields.number(
        "The same over all segments at risk", unit=fields.MONEY, missing="if no client is at risk"
    )
    risk_rank: int = fields.whole("Place by profit at risk, from 1; 0 if not at risk")
    key: bool = fields.flag("Whether it is large and has much profit at risk per client")
    sentence_ru: str = fields.text("The row as a sentence, in Russian")
    sentence_en: str = fields.text("The row as a sentence, in English")


class SegmentStability(StoredTable):
    """One row per segment: Jaccard indices with the segments that other scores or thresholds would make."""

    segment: str = fields.text_key("Code of the segment")
    clients: int = fields.whole("Clients", unit="clients")
    resampled: float = fields.share("Scores drawn from their spread, mean over draws", missing=_EMPTY)
    threshold_lower: float = fields.share("Threshold of risk .05 lower", missing=_EMPTY)
    threshold_higher: float = fields.share("Threshold of risk .05 higher", missing=_EMPTY)
    value_lower: float = fields.share("Threshold of value .05 of the clients lower", missing=_EMPTY)
    value_higher: float = fields.share("Threshold of value .05 of the clients higher", missing=_EMPTY)


class SegmentPortraits(StoredTable):
    """One row per segment and numeric feature: its clients against all others."""

    segment: str = fields.text_key("Code of the segment")
    feature: str = fields.text_key("Feature")
    median_inside: float = fields.number("Median of its clients", missing=_EMPTY)
    median_rest: float = fields.number("Median of all others", missing="if there are none")
    effect: float = fields.correlation("Cliff's delta", missing="if one side is empty")
    p_adjusted: float = fields.share(
        "P-value (Mann-Whitney), adjusted over the table (Benjamini and Hochberg 1995)",
        missing="if one side is empty",
    )
    in_rule: bool = fields.flag("Whether the segment's own rule asks for the feature")
