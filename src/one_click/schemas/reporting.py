"""Tables of the pipeline reporting: what people read."""

from typing import Any

from . import fields
from .base import StoredTable


class TopClients(StoredTable):
    """One row per client of the campaign at whom most profit is at risk, the most first."""

    client_id: Any = fields.client()
    probability: float = fields.share("Calibrated probability of decline")
    monthly_profit: float = fields.number("Monthly profit", unit=fields.MONEY)
    profit_at_risk: float = fields.number("Profit at risk", unit=fields.MONEY)
    reasons_ru: str = fields.text("Reasons towards decline as sentences, in Russian")
    reasons_en: str = fields.text("Reasons towards decline as sentences, in English")
    offer_ru: str = fields.text("Title of the offer in Russian")
    offer_en: str = fields.text("Title of the offer in English")
