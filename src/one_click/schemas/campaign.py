"""Tables of the pipeline campaign that say what is done: offers, plan, experiment, lists."""

from typing import Any

from one_click.columns import CLIENT_ID

from . import fields
from .base import StoredTable
from .segmentation import DecisionTable

_NO_OFFER = "without an offer"
_CASES = {"low": "the low case", "base": "the base case", "high": "the high case"}


def _kept(missing: str = "") -> fields.Columns:
    what = "Expected profit kept in {}: effect times profit at risk less cost"
    return {
        f"expected_profit_kept_{case}": (
            float,
            fields.number(what.format(named), unit=fields.MONEY, missing=missing),
        )
        for case, named in _CASES.items()
    }


class Recommendations(
    StoredTable,
    columns={
        CLIENT_ID: (int, fields.key()),
        "rank": (int, fields.whole("Place within the client, from 1, the most promising first")),
        "offer": (str, fields.text_key("Code of the offer; none without one")),
        "channel": (str, fields.text("Channel of the offer; none without one")),
        "reason": (str, fields.text("Feature that the offer answers to; empty without one")),
        "cost": (float, fields.amount("Cost of the offer", unit=fields.MONEY)),
    }
    | _kept(),
):
    """One row per client and eligible offer; a client without any has one row with offer ``none``."""

    break_even_effect: float = fields.amount("Cost over profit at risk", missing="without profit at risk")
    text_ru: str = fields.text("Text of the offer, in Russian")
    text_en: str = fields.text("Text of the offer, in English")
    note: str = fields.text("Why there is no offer, or that it is not worth its cost; else empty")
    note_ru: str = fields.text("The note in Russian")
    note_en: str = fields.text("The note in English")


class SelectedClients(
    StoredTable,
    columns={
        CLIENT_ID: (int, fields.key()),
        "offer": (str, fields.text("Code of the offer")),
        "channel": (str, fields.text("Channel of the offer")),
        "cost": (float, fields.amount("Cost of the offer", unit=fields.MONEY)),
    }
    | _kept(),
):
    """One row per client that the plan selects: at most one offer each, with the largest profit kept."""


class CampaignPlan(StoredTable):
    """One row per selected client: the arm of the experiment."""

    client_id: int = fields.key()
    offer: str = fields.text("Code of the offer; of a control client the intended one")
    channel: str = fields.text("Channel of the offer")
    arm: str = fields.one_of("treated", "control", what="Whether the client gets the offer")
    cost: float = fields.amount("Cost of the offer; 0 of a control client", unit=fields.MONEY)
    expected_profit_kept: float = fields.number("In the base case; 0 of a control client", unit=fields.MONEY)


class IdleRules(StoredTable):
    """One row per segment without clients, and per offer that fits no client."""

    kind: str = fields.one_of("segment", "offer", what="Which of them", is_key=True)
    code: str = fields.text_key("Code in the configuration")
    title_ru: str = fields.text("Title in Russian")
    title_en: str = fields.text("Title in English")
    sentence_ru: str = fields.text("What keeps clients out, in Russian")
    sentence_en: str = fields.text("What keeps clients out, in English")


class ClientActions(StoredTable):
    """One row per client: what is done, and why."""

    client_id: int = fields.key()
    at_risk: bool = fields.flag("Whether the client is at risk")
    action: str = fields.text("Code of what is done, such as treated, control or leave_alone")
    offer: str = fields.text("Code of the offer of the plan; none without one")
    channel: str = fields.text("Channel of the offer; none without one")
    why: str = fields.text("The action itself, or the code of why there is no offer")
    why_ru: str = fields.text("The same as a sentence, in Russian")
    why_en: str = fields.text("The same as a sentence, in English")


class _ClientsByAction(
    DecisionTable,
    columns={
        "segment": (str, fields.text("Code of the segment")),
        "membership": (
            str,
            fields.one_of("firm", "likely", "borderline", what="How firmly the client belongs"),
        ),
        "action": (str, fields.text("Code of what is done")),
        "offer": (str, fields.text("Code of the offer; none without one")),
        "channel": (str, fields.text("Channel of the offer; none without one")),
        "why": (str, fields.text("The action itself, or the code of why there is no offer")),
        "why_ru": (str, fields.text("The same as a sentence, in Russian")),
        "why_en": (str, fields.text("The same as a sentence, in English")),
        "rank": (Any, fields.whole("Place of the offer among the client's own", missing=_NO_OFFER)),
        "reason": (str, fields.text("Feature that the offer answers to", missing=_NO_OFFER)),
        "cost": (float, fields.amount("Cost of the offer", unit=fields.MONEY, missing=_NO_OFFER)),
    }
    | _kept(_NO_OFFER),
):
    """One row per client, the largest profit at risk first: decision, segment, action and offer."""

    break_even_effect: float = fields.amount("Cost over profit at risk", missing=_NO_OFFER)
    text_ru: str = fields.text("Text of the offer, in Russian", missing=_NO_OFFER)
    text_en: str = fields.text("Text of the offer, in English", missing=_NO_OFFER)
    note: str = fields.text("That the offer is not worth its cost; else empty", missing=_NO_OFFER)
    note_ru: str = fields.text("The note in Russian", missing=_NO_OFFER)
    note_en: str = fields.text("The note in English", missing=_NO_OFFER)


class Contacts(_ClientsByAction):
    """One row per client who gets an offer, the largest profit at risk first."""


class NotApproached(_ClientsByAction):
    """One row per client at risk who is in neither arm, the largest profit at risk first."""


class NotAtRisk(_ClientsByAction):
    """One row per client who is not at risk, the largest profit at risk first."""


class BudgetCurve(StoredTable):
    """One row per budget, the smallest first: what the best plan keeps."""

    budget: float = fields.number("What may be spent", unit=fields.MONEY, is_key=True)
    cost: float = fields.amount("What is spent", unit=fields.MONEY)
    kept: float = fields.number("Expected profit kept", unit=fields.MONEY)
    upper_bound: float = fields.number("No plan keeps more", unit=fields.MONEY)
    budget_price: float = fields.amount("Profit kept by the last unit of budget")


class PlanScenarios(StoredTable):
    """One row per case of the offers' effects."""

    case: str = fields.one_of(*_CASES, what="Case", is_key=True)
    kept: float = fields.number("Profit kept by the plan that was made for the base case", unit=fields.MONEY)
    best: float = fields.number("Profit kept by a plan that knew the case", unit=fields.MONEY)
    upper_bound: float = fields.number("No plan keeps more in the case", unit=fields.MONEY)
    loss: float = fields.number("Best less kept", unit=fields.MONEY)


class PlanComparison(StoredTable):
    """One row per way of choosing clients, on the same budget and contacts."""

    way: str = fields.one_of(
        "plan",
        "profit_at_risk",
        "probability",
        "monthly_profit",
        "random",
        what="The plan, or the order in which clients are taken by hand",
        is_key=True,
    )
    clients: float = fields.amount("Clients chosen; at random a mean", unit="clients")
    cost: float = fields.amount("Cost", unit=fields.MONEY)
    kept: float = fields.number("Expected profit kept", unit=fields.MONEY)
    low: float = fields.number(
        "5 % quantile over random orders", unit=fields.MONEY, missing="of the other ways"
    )
    high: float = fields.number(
        "95 % quantile over random orders", unit=fields.MONEY, missing="of the other ways"
    )
    share_of_plan: float = fields.number("Kept over what the plan keeps", missing="if the plan keeps nothing")


class Experiment(StoredTable):
    """One row per offer, and one for all together: which effect the arms can show."""

    offer: str = fields.text_key("Code of the offer, or all")
    treated: int = fields.whole("Clients who get it", unit="clients")
    control: int = fields.whole("Clients who do not", unit="clients")
    decline: float = fields.share("Mean probability of decline", missing="without clients")
    assumed_effect: float = fields.share("Share of declines prevented, mean", missing="without clients")
    power: float = fields.share("Probability of finding the assumed effect")
    detectable_effect: float = fields.share(
        "Effect found with the power asked for", missing="if none would be"
    )
    clients_needed: float = fields.amount(
        "Clients that both arms would need for the assumed effect",
        unit="clients",
        missing="if no number does",
    )


class ArmBalance(StoredTable):
    """One row per number and flag, the largest difference first: the arms before the campaign."""

    feature: str = fields.text_key("Feature, probability or profit")
    treated: float = fields.number("Mean of the treated", missing="of an empty arm")
    control: float = fields.number("Mean of the controls", missing="of an empty arm")
    difference: float = fields.number(
        "Difference in pooled standard deviations", missing="with fewer than two clients in an arm"
    )
    p_value: float = fields.share("P-value (Welch)", missing="with fewer than two clients in an arm")


class OfferSummary(StoredTable):
    """One row per offer with clients, the most profitable first; without the control arm."""

    offer: str = fields.text_key("Code of the offer")
    channel: str = fields.text("Channel of the offer")
    clients: int = fields.whole("Clients who get it", unit="clients")
    cost: float = fields.amount("Cost", unit=fields.MONEY)
    kept_low: float = fields.number("Expected profit kept in the low case", unit=fields.MONEY)
    kept_base: float = fields.number("Expected profit kept in the base case", unit=fields.MONEY)
    kept_high: float = fields.number("Expected profit kept in the high case", unit=fields.MONEY)
    title_ru: str = fields.text("Title in Russian")
    title_en: str = fields.text("Title in English")


class ActionSummary(StoredTable):
    """One row per action and reason with clients; those of clients at risk come first."""

    at_risk: bool = fields.flag("Whether the clients are at risk")
    action: str = fields.text_key("Code of what is done")
    why: str = fields.text_key("Code of why")
    clients: int = fields.whole("Clients", unit="clients")
