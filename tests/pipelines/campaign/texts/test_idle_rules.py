from collections.abc import Callable

import pandas as pd
import pytest

from one_click.parameters import CampaignPlan, Offers, Segmentation
from one_click.pipelines.campaign.texts.idle_rules import find_idle_rules
from one_click.pipelines.segmentation.nodes.rule_checks import lint_rules, list_categories
from one_click.schemas.campaign import IdleRules


@pytest.fixture
def find(
    four_clients: pd.DataFrame,
    segments: pd.DataFrame,
    recommended: pd.DataFrame,
    options: Segmentation,
    offers: Offers,
    campaign: CampaignPlan,
) -> Callable[..., pd.DataFrame]:
    """Return a function that finds idle rules, given so many rules and so many clients with a segment."""
    coverage = lint_rules(four_clients, list_categories(four_clients), options, offers, campaign)

    def found(rules: int = 99, clients: int = 99) -> pd.DataFrame:
        return find_idle_rules(coverage.head(rules), segments.head(clients), recommended, options, offers)

    return found


@pytest.fixture
def idle(find: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    return find().set_index("code")


def test_rules_that_fit_somebody_are_not_listed(
    idle: pd.DataFrame, segments: pd.DataFrame, recommended: pd.DataFrame
) -> None:
    assert not set(idle.index) & {*segments["segment"], *recommended["offer"]}


def test_a_rule_that_no_client_can_meet_names_condition_and_what_clients_have(idle: pd.DataFrame) -> None:
    # the full cart is that of client 2, who does not allow messages
    assert idle.loc["cart_reminder", "sentence_en"] == (
        "Offer 'Cart reminder' fits nobody this month: nobody meets 'unpaid_items_quarter "
        "at_least 4' (meeting the conditions before it: 3 clients; they have: 1)."
    )
    assert idle.loc["cart_reminder", "sentence_ru"] == (
        "Предложение «Напоминание о корзине» в этом месяце никому не подходит: условию «unpaid_items_quarter "
        "at_least 4» не отвечает никто (условия перед ним выполнены у стольких: 3 клиента; у них — 1)."
    )


def test_an_empty_segment_whose_conditions_clients_meet_says_so(
    find: Callable[..., pd.DataFrame], options: Segmentation
) -> None:
    assert find(clients=0).set_index("code").loc["loyal_others", "sentence_en"] == (
        f"Segment '{options.segments[-1].title_en}' is empty this month: meeting the conditions known "
        "before scoring: 4 clients, but all of them are in a segment above, or do not meet those on "
        "risk, reasons and signals."
    )


def test_without_idle_rules_the_table_keeps_its_columns(find: Callable[..., pd.DataFrame]) -> None:
    none = find(rules=0)
    assert list(none) == IdleRules.column_names()
    assert none.empty
