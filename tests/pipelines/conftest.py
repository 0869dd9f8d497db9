"""Four clients whose answers are worked out by hand, and the segments and offers as they are shipped."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from one_click.parameters import CampaignPlan, Offers, Segmentation
from one_click.pipelines.campaign.nodes import lists
from one_click.pipelines.campaign.nodes.actions import decide_actions
from one_click.pipelines.campaign.nodes.offers import recommend_offers
from one_click.pipelines.segmentation.nodes import segments as nodes


@pytest.fixture(scope="session")
def shipped(root: Path) -> dict[str, Any]:
    """Return the raw parameters `segmentation`, `offers` and `campaign` as they are shipped."""
    models = (Segmentation, Offers, CampaignPlan)
    texts = [(root / model.file).read_text(encoding="utf-8") for model in models]
    return {key: value for text in texts for key, value in yaml.safe_load(text).items()}


@pytest.fixture(scope="session")
def options(shipped: dict[str, Any]) -> Segmentation:
    return Segmentation.model_validate(shipped["segmentation"])


@pytest.fixture(scope="session")
def offers(shipped: dict[str, Any]) -> Offers:
    return Offers.model_validate(shipped["offers"])


@pytest.fixture(scope="session")
def campaign(shipped: dict[str, Any]) -> CampaignPlan:
    return CampaignPlan.model_validate(shipped["campaign"])


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


@pytest.fixture
def borders(four_clients: pd.DataFrame, options: Segmentation) -> dict[str, float]:
    return nodes.fit_decision_borders(four_clients, {"threshold": 0.6, "criterion": "f1"}, options)


@pytest.fixture
def signals(four_clients: pd.DataFrame, borders: dict[str, float]) -> pd.DataFrame:
    return nodes.find_risk_signals(four_clients, borders)


@pytest.fixture
def table(
    four_clients: pd.DataFrame,
    scores: pd.DataFrame,
    reasons: pd.DataFrame,
    signals: pd.DataFrame,
    borders: dict[str, float],
    options: Segmentation,
    campaign: CampaignPlan,
) -> pd.DataFrame:
    """Return the decision table."""
    return nodes.make_decision_table(four_clients, scores, reasons, signals, borders, options, campaign)


@pytest.fixture
def segments(table: pd.DataFrame, borders: dict[str, float], options: Segmentation) -> pd.DataFrame:
    return nodes.assign_segments(table, borders, options)


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
