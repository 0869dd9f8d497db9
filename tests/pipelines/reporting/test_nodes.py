"""What the page says first, worked out by hand."""

import pandas as pd
import pytest

from one_click.parameters import Offers, Reporting, Segmentation
from one_click.pipelines.reporting import nodes
from one_click.pipelines.reporting.texts import METRICS


@pytest.fixture
def clients() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "client_id": [1, 2, 3, 4],
            "monthly_profit": [2.0, 4.0, 6.0, 8.0],
            "activity_declined": [1.0, 0.0, 1.0, None],
        }
    )


@pytest.fixture
def scores() -> pd.DataFrame:
    return pd.DataFrame({"client_id": [1, 2, 3, 4], "probability": [0.9, 0.1, 0.5, 0.4]})


@pytest.fixture
def recommendations() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "client_id": [1, 2, 3, 4],
            "offer": ["a", "none", "b", "none"],
            "channel": ["email", "none", "on_site", "none"],
            "cost": [0.1, 0.0, 0.2, 0.0],
            "expected_profit_kept_low": [0.0, 0.0, 0.5, 0.0],
            "expected_profit_kept_base": [1.0, 0.0, 2.0, 0.0],
            "expected_profit_kept_high": [2.0, 0.0, 3.0, 0.0],
        }
    )


def offers() -> Offers:
    common = {
        "text_ru": "т",
        "text_en": "t",
        "cost": 0.1,
        "effect": {"low": 0.1, "base": 0.2, "high": 0.3},
        "conditions": [],
    }
    return Offers.model_validate(
        {
            "declared": [
                {"code": "a", "title_ru": "А", "title_en": "A", "channel": "email", "needs_consent": True}
                | common,
                {"code": "b", "title_ru": "Б", "title_en": "B", "channel": "on_site", "needs_consent": False}
                | common,
            ]
        }
    )


def test_key_facts_are_counted_by_hand(
    clients: pd.DataFrame, scores: pd.DataFrame, recommendations: pd.DataFrame
) -> None:
    rejected = pd.DataFrame(
        {"table": ["money", "money", "market_file", "label_file"], "client_id": ["7", "8", "7", "9"]}
    )
    repairs = pd.DataFrame({"table": ["money", "money"], "line": [2, 2], "column": ["x", "x"]})
    facts = nodes.gather_key_facts(
        clients,
        scores,
        {"threshold": 0.5, "criterion": "profit"},
        recommendations,
        rejected,
        repairs,
        Segmentation.model_construct(horizon_months=3, profit_lost_share=0.5),
        Reporting(snapshot="demo", label_snapshot=None, top_clients=5),
    )
    assert facts["clients"] == 4
    assert (facts["labelled"], facts["declined"]) == (3, 2)
    assert facts["at_risk"] == 2
    assert facts["profit_at_risk"] == pytest.approx((0.9 * 2 + 0.5 * 6) * 3 * 0.5)
    assert (facts["offered"], facts["kept_low"], facts["kept_base"], facts["kept_high"]) == (2, 0.5, 3.0, 5.0)
    assert facts["cost"] == pytest.approx(0.3)
    assert (facts["clients_left_out"], facts["cells_mended"]) == (2, 1)


def test_figures_of_the_champion_stand_beside_the_reference() -> None:
    leaderboard = pd.DataFrame({"model": ["tree", "neighbours"], "champion": [False, True]})
    rows = [
        (model, metric, value, value - 0.1, value + 0.1, 40)
        for model, value in (("tree", 0.7), ("neighbours", 0.8), ("reference", 0.6))
        for metric in METRICS
    ]
    evaluation = pd.DataFrame(rows, columns=["model", "metric", "value", "low", "high", "n"])
    facts = nodes.gather_model_facts(leaderboard, evaluation)
    assert (facts["champion"], facts["n_test"]) == ("neighbours", 40)
    assert [entry["metric"] for entry in facts["metrics"]] == list(METRICS)
    assert facts["metrics"][0]["champion"]["value"] == 0.8
    assert facts["metrics"][0]["reference"] == {"value": 0.6, "low": 0.5, "high": 0.7}


def test_offers_add_up_and_the_most_profitable_comes_first(recommendations: pd.DataFrame) -> None:
    table = nodes.summarise_offers(recommendations, offers())
    assert table["offer"].tolist() == ["b", "a"]
    assert table["title_ru"].tolist() == ["Б", "А"]
    assert table["clients"].tolist() == [1, 1]
    assert table["kept_base"].tolist() == [2.0, 1.0]


def test_top_clients_are_those_with_an_offer_and_most_profit_at_risk(
    clients: pd.DataFrame, scores: pd.DataFrame, recommendations: pd.DataFrame
) -> None:
    reasons = pd.DataFrame(
        {
            "client_id": [1, 1, 1, 3],
            "direction": ["raises", "raises", "lowers", "lowers"],
            "rank": [2, 1, 1, 1],
            "sentence_ru": ["Вторая.", "Первая.", "Против.", "Против."],
            "sentence_en": ["Second.", "First.", "Against.", "Against."],
        }
    )
    options = Reporting(snapshot="demo", label_snapshot=None, top_clients=5)
    top = nodes.list_top_clients(clients, scores, recommendations, reasons, offers(), options)
    assert top["client_id"].tolist() == [3, 1]
    assert top["profit_at_risk"].tolist() == pytest.approx([3.0, 1.8])
    assert top["reasons_en"].tolist() == ["", "First. Second."]
    assert top["reasons_ru"].tolist() == ["", "Первая. Вторая."]
    assert top["offer_ru"].tolist() == ["Б", "А"]
