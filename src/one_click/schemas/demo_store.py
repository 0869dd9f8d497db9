"""Tables of the pipeline demo_store: a synthetic store and its truth."""

from typing import Any

from one_click.columns import BASE_FEATURES, CLIENT_ID, PROFIT

from . import fields
from .base import StoredTable


class DemoTruth(
    StoredTable,
    columns={
        "month": (str, fields.text_key("Month")),
        "block": (int, fields.whole("Number of the block of clients that were drawn together")),
    }
    | fields.vocabulary(CLIENT_ID, *BASE_FEATURES, PROFIT, is_key=True),
):
    """One row per client and month: what the store records, and the truth beside it."""

    activity_declined: int = fields.outcome()
    habit: str = fields.text("Habit of the client")
    probability: float = fields.share("True probability of decline")
    probability_ahead: float = fields.share("True probability of later decline", missing="without a future")
    declined: bool = fields.flag("Whether the client truly declines")
    declined_without_offer: bool = fields.flag("Whether the client would decline without an offer")
    twin: bool = fields.flag("Whether the client is a copy of another client")
    offer: str = fields.text("Offer of a campaign; empty without one")
    arm: str = fields.text("Arm of the campaign; empty without one")
    offer_month: int = fields.whole("Number of the month of the campaign; 0 without one")
    prevents: float = fields.share("Probability that the offer prevents the decline")


class DemoDrivers(StoredTable):
    """One row per planted driver of decline."""

    cause: str = fields.text_key("Cause; empty of features that drive none")
    feature: str = fields.text_key("Feature, or an interaction")
    value: str = fields.text_key("Value of a category; empty for other kinds")
    kind: str = fields.text("Kind of the driver; null of features that drive no cause")
    size: float = fields.number("Size of its effect", unit="log-odds")
    sign: int = fields.signed("Sign of its effect")


class DemoDamage(StoredTable):
    """One row per damaged cell or row of the store's files."""

    month: str = fields.text("Month")
    kind: str = fields.text("Kind of the damage")
    table: str = fields.text("Name of the file in the catalog")
    client_id: str = fields.text("Number of the client as written")
    period: str = fields.text("Period as written; empty in files with one row per client")
    column: str = fields.text("Header of the column")
    old: str = fields.text("Right text")
    new: str = fields.text("Damaged text")


class DemoMonths(StoredTable):
    """One row per month."""

    month: str = fields.text_key("Month")
    clients: Any = fields.amount("Clients", unit="clients")
    declined_share: float = fields.share("Share that truly declines")
    recorded_share: float = fields.share("Share that declines as the store records it")
    probability: float = fields.share("True mean probability of decline")
    wrong_labels: float = fields.share("Share of wrong labels")
    ceiling: float = fields.share(
        "ROC-AUC of the true probabilities on the recorded labels", missing="of one class"
    )


class DemoFeatures(StoredTable):
    """One row per month and numeric feature, in the feature's unit."""

    month: str = fields.text_key("Month")
    feature: str = fields.text_key("Feature")
    mean: float = fields.number("Mean")
    spread: float = fields.amount("Standard deviation")
    shift: float = fields.number(
        "Change of the mean since before the first drift, in spreads", missing="without one"
    )
    drift: float = fields.number(
        "What was planted since then, in the same spreads", missing="without a spread"
    )


class DemoCampaigns(StoredTable):
    """One row per campaign, arm and month; the offer does not work yet in the first."""

    offer: str = fields.text_key("Code of the offer")
    arm: str = fields.text_key("Arm")
    month: str = fields.text_key("Month")
    clients: Any = fields.amount("Clients who are still there", unit="clients")
    recorded_share: float = fields.share("Share that declines as the store records it")
    declined_share: float = fields.share("Share that truly declines")
    share_without_offer: float = fields.share("Share that would decline without the offer")
    probability: float = fields.share("True mean probability of decline")
