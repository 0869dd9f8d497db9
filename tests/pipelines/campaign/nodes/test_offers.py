from typing import Any

import pandas as pd
import pytest

from one_click.columns import CLIENT_ID
from one_click.parameters import CampaignPlan, Offers
from one_click.pipelines.campaign.nodes.offers import find_closed, list_eligible
from one_click.rules.conditions import Condition
from one_click.rules.offers import may_be_messaged

OFFER: dict[str, Any] = {
    "title_ru": "-",
    "title_en": "-",
    "text_ru": "-",
    "text_en": "-",
    "channel": "push",
    "needs_consent": True,
    "cost": 0.1,
    "effect": {"low": 0, "base": 0.1, "high": 0.2},
}
BANNER = {"channel": "on_site", "needs_consent": False}


def declare(**changes: dict[str, Any]) -> Offers:
    """Declare offers, even such as the configuration refuses because another is always better."""
    more = {
        code: Offers.model_validate({"declared": [OFFER | {"code": code} | changes[code]]})
        for code in changes
    }
    return Offers.model_construct(declared=tuple(one.declared[0] for one in more.values()))


def listed(table: pd.DataFrame, offers: Offers) -> dict[int, list[str]]:
    """Return the offers of each client, the best first."""
    eligible = list_eligible(table, offers)
    return {int(client): list(rows["offer"]) for client, rows in eligible.groupby("client_id")}


def test_all_eligible_offers_are_listed_and_the_best_comes_first(table: pd.DataFrame) -> None:
    strong = {"effect": {"low": 0, "base": 0.3, "high": 0.3}, "cost": 2}
    offers = declare(cheap={}, strong=strong)
    # profit at risk 10.8, 12 (no consent), 3.9 and not at risk; strong beats cheap from 9.5
    got = list_eligible(table, offers)
    assert got["client_id"].tolist() == [1, 1, 2, 3, 3, 4]
    assert got["offer"].tolist() == ["strong", "cheap", "none", "cheap", "strong", "none"]
    assert got["rank"].tolist() == [1, 2, 1, 1, 2, 1]
    kept = got["expected_profit_kept_base"].tolist()
    assert kept == pytest.approx([3.24 - 2, 1.08 - 0.1, 0, 0.39 - 0.1, 1.17 - 2, 0])
    assert got["note"].tolist() == ["", "", "no_consent", "", "not_worth_its_cost", "not_at_risk"]


def test_of_equally_good_offers_the_first_declared_comes_first(table: pd.DataFrame) -> None:
    assert listed(table, declare(first={}, second={}))[1] == ["first", "second"]
    assert listed(table, declare(second={}, first={}))[1] == ["second", "first"]


def test_an_offer_that_only_breaks_even_is_marked(table: pd.DataFrame) -> None:
    offers = declare(dear={"cost": 0.39} | BANNER)
    got = list_eligible(table.assign(profit_at_risk=[10.8, 12.0, 3.9, 4.5]), offers)
    # .1 * 3.9 = .39 keeps nothing
    assert got["note"].tolist() == ["", "", "not_worth_its_cost", "not_at_risk"]


def test_offers_to_clients_who_cost_money_are_marked(table: pd.DataFrame) -> None:
    got = list_eligible(table.assign(profit_at_risk=-1.0), declare(coupon={"cost": 0}))
    assert "" not in got["note"].tolist()
    assert got["break_even_effect"].isna().all()


@pytest.mark.parametrize(
    ("most_contacts", "expected"),
    [
        # all clients had 4 contacts; client 2 does not allow messages
        pytest.param(
            5, {1: ["mail", "banner"], 2: ["banner"], 3: ["mail", "banner"], 4: ["none"]}, id="fewer"
        ),
        pytest.param(4, {1: ["banner"], 2: ["banner"], 3: ["banner"], 4: ["none"]}, id="as-many"),
        pytest.param(1, {1: ["banner"], 2: ["banner"], 3: ["banner"], 4: ["none"]}, id="more"),
    ],
)
def test_messages_need_consent_and_few_contacts(
    table: pd.DataFrame, campaign: CampaignPlan, most_contacts: int, expected: dict[int, list[str]]
) -> None:
    offers = declare(mail={"channel": "email"}, banner={"cost": 0.2} | BANNER)
    calm = campaign.model_copy(update={"most_contacts": most_contacts})
    assert (
        listed(table.assign(may_be_messaged=may_be_messaged(table, calm.most_contacts)), offers) == expected
    )


@pytest.mark.parametrize(
    ("allowed", "contacts", "conditions", "expected"),
    [
        pytest.param(True, 4, [], "", id="reachable"),
        pytest.param(True, 5, [], "resting", id="many-contacts"),
        pytest.param(False, 4, [], "no_consent", id="no-consent"),
        pytest.param(False, 9, [], "no_consent", id="consent-comes-first"),
        pytest.param(True, 5, [{"column": "service_errors", "at_least": 99}], "", id="no-message-fits"),
    ],
)
def test_a_closed_message_is_named_by_what_closes_it(
    table: pd.DataFrame,
    campaign: CampaignPlan,
    allowed: bool,
    contacts: int,
    conditions: list[dict[str, Any]],
    expected: str,
) -> None:
    one = table.head(1).assign(allows_messages=allowed, marketing_contacts_current=contacts)
    one = one.assign(may_be_messaged=may_be_messaged(one, campaign.most_contacts))
    assert campaign.most_contacts == 5
    assert find_closed(one, declare(mail={"conditions": conditions}, banner=BANNER)).tolist() == [expected]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        pytest.param(
            [{"reason": ["pages_per_visit", "promo_purchase_share"]}], "promo_purchase_share", id="own"
        ),
        pytest.param([{"reason": "pages_per_visit"}], "pages_per_visit", id="second"),
        pytest.param([{"column": "service_errors", "below": 5}], "service_errors", id="column"),
        pytest.param(
            [{"column": "service_errors", "below": 5}, {"column": "promo_purchase_share", "at_least": 0.5}],
            "promo_purchase_share",
            id="own-before-column",
        ),
        pytest.param([{"signal": ["low_pages", "minutes_drop"]}], "pages_per_visit", id="signal"),
        pytest.param([{"column": "allows_messages", "is": True}], "", id="consent-is-no-reason"),
        pytest.param([], "", id="without-conditions"),
    ],
)
def test_reason_is_the_feature_behind_the_offer(
    table: pd.DataFrame, conditions: list[dict[str, Any]], expected: str
) -> None:
    first = list_eligible(table, declare(coupon={"conditions": conditions})).iloc[0]
    assert first["offer"] == "coupon"
    assert first["reason"] == expected


def test_clients_whom_no_message_may_reach_have_a_shipped_offer(shipped_offers: Offers) -> None:
    unreached = Condition.model_validate({"column": "may_be_messaged", "is": False})
    assert any(unreached in offer.conditions and not offer.needs_consent for offer in shipped_offers.declared)


def test_a_client_with_many_contacts_may_get_what_is_no_message(
    table: pd.DataFrame,
    offers: Offers,
    campaign: CampaignPlan,
) -> None:
    busy = table.assign(marketing_contacts_current=[5, 4, 4, 4])
    busy = busy.assign(may_be_messaged=may_be_messaged(busy, campaign.most_contacts))
    got = list_eligible(busy, offers).set_index(CLIENT_ID)
    assert campaign.most_contacts == 5
    assert got.loc[1, "offer"] == "site_banner"
    assert got.loc[3, "offer"].tolist() == ["service_apology", "category_mailing"]
