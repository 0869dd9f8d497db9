"""What the page says about the campaign, worked out by hand."""

import pandas as pd
import pytest

from one_click.parameters import Offers
from one_click.pipelines.campaign.nodes.facts import gather_plan_facts, summarise_offers
from one_click.schemas.records import PlanSummary

SUMMARY = PlanSummary(
    kept=10.0,
    cost=2.0,
    clients=5,
    upper_bound=10.5,
    gap=0.05,
    budget=None,
    budget_price=0.0,
    contacts={},
    contact_prices={},
)


def test_plan_facts_are_those_of_the_plan_its_best_rival_and_the_whole_campaign() -> None:
    comparison = pd.DataFrame({"way": ["plan", "probability", "random"], "share_of_plan": [1.0, 0.75, 0.5]})
    experiment = pd.DataFrame(
        {
            "offer": ["all", "a"],
            "treated": [4, 4],
            "control": [1, 1],
            "detectable_effect": [float("nan"), 0.5],
        }
    )
    facts = gather_plan_facts(SUMMARY, comparison, experiment)
    assert (facts.plan, facts.by_hand) == (SUMMARY, 0.75)
    assert facts.arms == {"treated": 4, "control": 1, "detectable_effect": None}


def test_plan_facts_of_a_campaign_for_nobody_are_missing_rather_than_zero() -> None:
    comparison = pd.DataFrame({"way": ["plan", "random"], "share_of_plan": [float("nan")] * 2})
    experiment = pd.DataFrame({"offer": ["all"], "treated": [0], "decline": [float("nan")]})
    facts = gather_plan_facts(SUMMARY, comparison, experiment)
    assert facts.by_hand is None
    assert facts.arms == {"treated": 0, "decline": None}


def test_offers_add_up_and_the_most_profitable_comes_first(
    gathered: tuple[pd.DataFrame, ...], offers: Offers
) -> None:
    contacts = gathered[0]
    table = summarise_offers(contacts, offers)
    # .13 * 10.8 - .5, .015 * 12 - .03, .05 * 3.9 - .1
    assert table["offer"].tolist() == ["risk_coupon", "site_banner", "service_apology"]
    assert table["kept_base"].tolist() == pytest.approx([0.904, 0.15, 0.095])
    assert table["title_ru"].tolist() == ["Личный купон", "Баннер на сайте", "Извинение за сбои сервиса"]
    banners = contacts[contacts["offer"] == "site_banner"]
    many = summarise_offers(pd.concat([contacts, *[banners] * 9]), offers)
    assert many["offer"].tolist()[0] == "site_banner"
    assert many["clients"].tolist() == [10, 1, 1]
    assert many["cost"].tolist() == pytest.approx([0.3, 0.5, 0.1])
    nobody = summarise_offers(contacts.head(0), offers)
    assert nobody.empty
    assert list(nobody) == list(table)
