from typing import Any

import pandas as pd
import pytest

from one_click.declarations import Condition
from one_click.parameters import Offers
from one_click.pipelines.segmentation.offers import choose_offers, describe_choice

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


def declare(**changes: dict[str, Any]) -> Offers:
    return Offers.model_validate(
        {"declared": [OFFER | {"code": code} | more for code, more in changes.items()]}
    )


def chosen(table: pd.DataFrame, offers: Offers) -> list[str]:
    return list(describe_choice(table, choose_offers(table, offers), offers)["offer"])


def test_the_most_profitable_eligible_offer_is_chosen(table: pd.DataFrame) -> None:
    strong = {"effect": {"low": 0, "base": 0.3, "high": 0.3}, "cost": 2}
    offers = declare(cheap={}, strong=strong)
    # profit at risk 10.8, 12 (no consent), 3.9 and not at risk; strong beats cheap from 9.5
    assert chosen(table, offers) == ["strong", "none", "cheap", "none"]


def test_of_equally_good_offers_the_first_is_chosen(table: pd.DataFrame) -> None:
    assert chosen(table, declare(first={}, second={}))[0] == "first"
    assert chosen(table, declare(second={}, first={}))[0] == "second"


def test_an_offer_that_only_breaks_even_is_not_made(table: pd.DataFrame) -> None:
    offers = declare(dear={"cost": 0.39, "channel": "on_site", "needs_consent": False})
    # .1 * 3.9 = .39 keeps nothing
    choice = choose_offers(table.assign(profit_at_risk=[10.8, 12.0, 3.9, 4.5]), offers)
    assert choice.note.tolist() == ["", "", "not_worth_its_cost", "not_at_risk"]


def test_clients_who_cost_money_get_no_offer(table: pd.DataFrame) -> None:
    choice = choose_offers(table.assign(profit_at_risk=-1.0), declare(coupon={"cost": 0}))
    assert "" not in choice.note.tolist()


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
    offers = declare(coupon={"conditions": conditions})
    first = describe_choice(table, choose_offers(table, offers), offers).iloc[0]
    assert first["offer"] == "coupon"
    assert first["reason"] == expected


def test_shipped_texts_promise_nothing(offers: Offers) -> None:
    for offer in offers.declared:
        assert " will " not in f" {offer.text_en.lower()} "
        assert any(word in offer.text_en for word in (" may ",))
        assert any(
            word in offer.text_ru.lower() for word in ("возможно", "может", "могут", "можно", "можете")
        )


def test_shipped_offers_are_consistent_with_consent(offers: Offers) -> None:
    assert len(offers.declared) == 8
    without_consent = Condition.model_validate({"column": "allows_messages", "is": False})
    assert any(without_consent in offer.conditions and not offer.needs_consent for offer in offers.declared)
