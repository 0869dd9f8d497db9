"""Tables of the pipeline reporting: what people read."""

from typing import Any

from . import fields
from .base import StoredTable

_MONEY = "profit units"


class OfferSummary(StoredTable):
    """One row per offer that somebody gets, the most profitable first; without the control arm."""

    offer: str = fields.text_key("Code of the offer")
    channel: str = fields.text("Channel of the offer")
    clients: int = fields.whole("Clients who get it", unit="clients")
    cost: float = fields.amount("Cost", unit=_MONEY)
    kept_low: float = fields.number("Expected profit kept in the low case", unit=_MONEY)
    kept_base: float = fields.number("Expected profit kept in the base case", unit=_MONEY)
    kept_high: float = fields.number("Expected profit kept in the high case", unit=_MONEY)
    title_ru: str = fields.text("Title in Russian")
    title_en: str = fields.text("Title in English")


class ActionSummary(StoredTable):
    """One row per action and reason that somebody has; those of clients at risk come first."""

    at_risk: bool = fields.flag("Whether the clients are at risk")
    action: str = fields.text_key("Code of what is done")
    why: str = fields.text_key("Code of why")
    clients: int = fields.whole("Clients", unit="clients")


class TopClients(StoredTable):
    """One row per client of the campaign at whom most profit is at risk, the most first."""

    client_id: Any = fields.client()
    probability: float = fields.share("Calibrated probability of decline")
    monthly_profit: float = fields.number("Monthly profit", unit=_MONEY)
    profit_at_risk: float = fields.number("Profit at risk", unit=_MONEY)
    reasons_ru: str = fields.text("Reasons towards decline as sentences, in Russian")
    reasons_en: str = fields.text("Reasons towards decline as sentences, in English")
    offer_ru: str = fields.text("Title of the offer in Russian")
    offer_en: str = fields.text("Title of the offer in English")
