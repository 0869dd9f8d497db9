"""Four clients whose answers are worked out by hand, with the segments and offers that are shipped."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from one_click.parameters import CampaignPlan, Offers, Segmentation
from one_click.pipelines.campaign.nodes import lists
from one_click.pipelines.campaign.texts.actions import decide_actions
from one_click.pipelines.campaign.texts.offers import recommend_offers
from one_click.pipelines.segmentation.nodes.decisions import fit_rule_thresholds, make_decision_table
from one_click.pipelines.segmentation.nodes.segments import assign_segments
from one_click.pipelines.segmentation.nodes.signals import find_risk_signals
from one_click.rules.signals import RISK_SIGNALS
from one_click.schemas.records import DecisionThreshold, RuleThresholds

KNOWN_OFFERS = (
    *("category_discount", "category_mailing", "companion_goods", "loyalty_bonus"),
    *("risk_coupon", "cart_reminder", "service_apology", "site_banner"),
)
FitThresholds = Callable[..., RuleThresholds]


@pytest.fixture(scope="session")
def options(read_shipped: Callable[..., Any]) -> Segmentation:
    return read_shipped(Segmentation)


@pytest.fixture(scope="session")
def shipped_offers(read_shipped: Callable[..., Any]) -> Offers:
    return read_shipped(Offers)


@pytest.fixture(scope="session")
def offers(shipped_offers: Offers) -> Offers:
    """Return those of the shipped offers that answers here are worked out with: others may be added."""
    known = [offer for offer in shipped_offers.declared if offer.code in KNOWN_OFFERS]
    return Offers.model_construct(declared=tuple(known))


@pytest.fixture(scope="session")
def change_campaign(campaign: CampaignPlan) -> Callable[..., CampaignPlan]:
    """Return a function that gives the shipped campaign with some changes, which are checked."""
    shipped = campaign.model_dump(by_alias=True)
    return lambda **changes: CampaignPlan.model_validate(shipped | changes)


@pytest.fixture
def four_clients() -> pd.DataFrame:
    """Return a promo seeker, a full cart without consent, a cheap client at risk and a loyal one.

    The median of the profit is (3 + 4) / 2 = 3.5.
    """
    return pd.DataFrame(
        {
            "client_id": [1, 2, 3, 4],
            "allows_messages": [True, False, True, True],
            "marketing_contacts_6m": [3.0, 4.0, 4.0, 5.0],
            "marketing_contacts_current": [4, 4, 4, 4],
            "minutes_previous": [10, 10, 10, 0],
            "minutes_current": [10, 4, 10, 9],
            "pages_per_visit": [2, 8, 8, 9],
            "service_errors": [1, 2, 8, 2],
            "promo_purchase_share": [0.9, 0.2, 0.2, 0.1],
            "popular_category": pd.array(
                ["Косметика и аксесуары", "Товары для детей", "Кухонная посуда", "Товары для детей"], "str"
            ),
            "category_views_per_visit": [2, 2, 3, 4],
            "unpaid_items_quarter": [1, 7, 0, 0],
            "revenue_two_months_ago": [100.0, 100.0, 100.0, 100.0],
            "revenue_previous": [100.0, 300.0, 100.0, 100.0],
            "revenue_current": [100.0, 100.0, 120.0, 100.0],
            "service_type": pd.array(["стандарт"] * 4, "str"),
            "days_registered": [100, 200, 300, 400],
            "monthly_profit": [4.0, 5.0, 2.0, 3.0],
            "activity_declined": [1.0, 1.0, 0.0, 0.0],
        }
    )


@pytest.fixture
def scores() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "client_id": [1, 2, 3, 4],
            "probability": [0.9, 0.8, 0.65, 0.5],
            "probability_sd": [0.1, 0.25, 0.1, 0.0],
            "source": pd.array(["out_of_fold"] * 3 + ["predicted"], "str"),
        }
    )


@pytest.fixture
def reasons() -> pd.DataFrame:
    """Return reason codes out of order; the last client has none towards decline."""
    return pd.DataFrame(
        [
            (1, "lowers", 1, "days_registered", "Давно с магазином.", "Long with the store."),
            (1, "raises", 2, "pages_per_visit", "Мало страниц.", "Few pages."),
            (1, "raises", 1, "promo_purchase_share", "=Много акций.", "=Many promotions."),
            (2, "lowers", 1, "minutes_current", "Много минут.", "Many minutes."),
            (2, "raises", 1, "unpaid_items_quarter", "Полная корзина.", "A full cart."),
            (3, "raises", 1, "minutes_current", "Мало минут.", "Few minutes."),
            (4, "lowers", 1, "promo_purchase_share", "Мало акций.", "Few promotions."),
        ],
        columns=["client_id", "direction", "rank", "feature", "sentence_ru", "sentence_en"],
    )


@pytest.fixture(scope="session")
def hand_thresholds() -> FitThresholds:
    """Return a function that gives chosen thresholds; signals without one are never shown."""

    def chosen(probability: float = 0.5, monthly_profit: float = 4.0, **signals: float) -> RuleThresholds:
        never = dict.fromkeys(RISK_SIGNALS, -1e9)
        base = {"probability": probability, "monthly_profit": monthly_profit}
        return RuleThresholds.model_validate(base | never | signals)

    return chosen


@pytest.fixture
def thresholds(four_clients: pd.DataFrame, options: Segmentation) -> RuleThresholds:
    return fit_rule_thresholds(four_clients, DecisionThreshold.model_construct(threshold=0.6), options)


@pytest.fixture
def signals(four_clients: pd.DataFrame, thresholds: RuleThresholds) -> pd.DataFrame:
    return find_risk_signals(four_clients, thresholds)


@pytest.fixture
def decision_inputs(
    four_clients: pd.DataFrame,
    scores: pd.DataFrame,
    reasons: pd.DataFrame,
    signals: pd.DataFrame,
    thresholds: RuleThresholds,
    options: Segmentation,
    campaign: CampaignPlan,
) -> dict[str, Any]:
    """Return the arguments of `make_decision_table`."""
    return {
        "clients": four_clients,
        "client_scores": scores,
        "reason_codes": reasons,
        "risk_signals": signals,
        "rule_thresholds": thresholds,
        "options": options,
        "campaign": campaign,
    }


@pytest.fixture
def table(decision_inputs: dict[str, Any]) -> pd.DataFrame:
    """Return the decision table."""
    return make_decision_table(**decision_inputs)


@pytest.fixture
def segments(table: pd.DataFrame, thresholds: RuleThresholds, options: Segmentation) -> pd.DataFrame:
    return assign_segments(table, thresholds, options)


@pytest.fixture
def recommended(
    table: pd.DataFrame,
    segments: pd.DataFrame,
    options: Segmentation,
    offers: Offers,
) -> pd.DataFrame:
    """Return the shipped offers that the clients may get.

    Client 1 three, the coupon first; client 2 without consent the banner; client 3 the apology and the
    mailing; client 4 is not at risk.
    """
    return recommend_offers(table, segments, offers)


Lists = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
Gather = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame], Lists]


@pytest.fixture
def gather(offers: Offers) -> Gather:
    """Return a function that divides a decision table by a plan."""

    def gathered(
        table: pd.DataFrame, segments: pd.DataFrame, recommended: pd.DataFrame, plan: pd.DataFrame
    ) -> Lists:
        actions = decide_actions(table, segments, recommended, plan, offers)
        return lists.gather_contacts(table, segments, recommended, actions)

    return gathered


@pytest.fixture
def gathered(table: pd.DataFrame, segments: pd.DataFrame, recommended: pd.DataFrame, gather: Gather) -> Lists:
    """Return the tables of a plan with its best offer for each client at risk."""
    best = recommended[(recommended["rank"] == 1) & (recommended["offer"] != "none")]
    return gather(table, segments, recommended, best.assign(arm="treated"))
