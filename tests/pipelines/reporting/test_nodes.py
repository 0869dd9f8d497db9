"""What the page says first, worked out by hand."""

from typing import Any

import pandas as pd
import pytest

from one_click.parameters import Offers, Reporting, Segmentation
from one_click.pipelines.campaign.nodes.facts import summarise_offers
from one_click.pipelines.reporting.nodes import gather_key_facts
from one_click.schemas.records import DecisionThreshold, KeyFacts

CLIENTS = pd.DataFrame(
    {
        "client_id": [1, 2, 3, 4],
        "monthly_profit": [2.0, 4.0, 6.0, 8.0],
        "activity_declined": [1.0, 0.0, 1.0, None],
    }
)
SCORES = pd.DataFrame({"client_id": [1, 2, 3, 4], "probability": [0.9, 0.1, 0.5, 0.4]})
REJECTED = pd.DataFrame(
    {"table": ["money", "money", "market_file", "label_file"], "client_id": ["7", "8", "7", "9"]}
)
REPAIRS = pd.DataFrame({"table": ["money", "money"], "line": [2, 2], "column": ["x", "x"]})


def gather(contacts: pd.DataFrame, **options: Any) -> KeyFacts:
    return gather_key_facts(
        CLIENTS,
        SCORES,
        DecisionThreshold.model_construct(threshold=0.5, criterion="profit"),
        contacts,
        REJECTED,
        REPAIRS,
        Segmentation.model_construct(horizon_months=3, profit_lost_share=0.5),
        Reporting(**{"snapshot": "demo", "label_snapshot": None, "top_clients": 5} | options),
    )


def test_key_facts_are_counted_by_hand(treated: pd.DataFrame) -> None:
    facts = gather(treated)
    assert (facts.clients, facts.labelled, facts.declined, facts.at_risk) == (4, 3, 2, 2)
    assert facts.profit_at_risk == pytest.approx((0.9 * 2 + 0.5 * 6) * 3 * 0.5)
    assert (facts.offered, facts.kept_low, facts.kept_base, facts.kept_high) == (2, 0.5, 3.0, 5.0)
    assert facts.cost == pytest.approx(0.3)
    assert (facts.clients_left_out, facts.cells_mended) == (2, 1)
    assert (facts.threshold, facts.criterion, facts.horizon_months) == (0.5, "profit", 3)


def test_key_facts_and_offers_add_up_to_the_same(treated: pd.DataFrame, two_offers: Offers) -> None:
    facts, table = gather(treated), summarise_offers(treated, two_offers)
    assert facts.offered == table["clients"].sum()
    for name in ("cost", "kept_low", "kept_base", "kept_high"):
        assert getattr(facts, name) == pytest.approx(table[name].sum())


def test_key_facts_of_a_campaign_for_nobody_are_zero(treated: pd.DataFrame) -> None:
    facts = gather(treated.head(0))
    assert facts.at_risk == 2
    assert [facts.offered, facts.cost, facts.kept_low, facts.kept_base, facts.kept_high] == [0] * 5


@pytest.mark.parametrize(
    ("label_snapshot", "told"),
    [
        pytest.param(None, None, id="none-named"),
        pytest.param("demo", None, id="the-snapshot-itself"),
        pytest.param("2027-01", "2027-01", id="a-later-one"),
    ],
)
def test_key_facts_name_a_later_snapshot_of_labels_only(
    treated: pd.DataFrame, label_snapshot: str | None, told: str | None
) -> None:
    assert gather(treated, label_snapshot=label_snapshot).label_snapshot == told
