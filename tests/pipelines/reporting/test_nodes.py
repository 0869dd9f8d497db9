"""What the page says first, worked out by hand."""

from typing import Any

import pandas as pd
import pytest

from one_click.parameters import CampaignPlan, ModelSelection, Offers, Reporting, Segmentation
from one_click.pipelines.campaign.texts.client_list import hide_clients
from one_click.pipelines.reporting import nodes
from one_click.pipelines.reporting.texts.words import METRICS
from one_click.schemas.records import DecisionThreshold

OPTIONS = Reporting(snapshot="demo", label_snapshot=None, top_clients=5)


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
def contacts() -> pd.DataFrame:
    """Return the treated clients: those at risk; profit at risk is that of three months."""
    return pd.DataFrame(
        {
            "client_id": [1, 3],
            "probability": [0.9, 0.5],
            "monthly_profit": [2.0, 6.0],
            "profit_at_risk": [5.4, 9.0],
            "offer": ["a", "b"],
            "channel": ["email", "on_site"],
            "cost": [0.1, 0.2],
            "expected_profit_kept_low": [0.0, 0.5],
            "expected_profit_kept_base": [1.0, 2.0],
            "expected_profit_kept_high": [2.0, 3.0],
        }
    ).astype({"offer": "str", "channel": "str"})


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


def gather(clients: pd.DataFrame, scores: pd.DataFrame, contacts: pd.DataFrame) -> dict[str, Any]:
    rejected = pd.DataFrame(
        {"table": ["money", "money", "market_file", "label_file"], "client_id": ["7", "8", "7", "9"]}
    )
    return nodes.gather_key_facts(
        clients,
        scores,
        DecisionThreshold.model_construct(threshold=0.5, criterion="profit"),
        contacts,
        rejected,
        pd.DataFrame({"table": ["money", "money"], "line": [2, 2], "column": ["x", "x"]}),
        Segmentation.model_construct(horizon_months=3, profit_lost_share=0.5),
        OPTIONS,
    )


def test_key_facts_are_counted_by_hand(
    clients: pd.DataFrame, scores: pd.DataFrame, contacts: pd.DataFrame
) -> None:
    facts = gather(clients, scores, contacts)
    assert facts["clients"] == 4
    assert (facts["labelled"], facts["declined"]) == (3, 2)
    assert facts["at_risk"] == 2
    assert facts["profit_at_risk"] == pytest.approx((0.9 * 2 + 0.5 * 6) * 3 * 0.5)
    assert (facts["offered"], facts["kept_low"], facts["kept_base"], facts["kept_high"]) == (2, 0.5, 3.0, 5.0)
    assert facts["cost"] == pytest.approx(0.3)
    assert (facts["clients_left_out"], facts["cells_mended"]) == (2, 1)


def test_key_facts_and_offers_add_up_to_the_same(
    clients: pd.DataFrame, scores: pd.DataFrame, contacts: pd.DataFrame
) -> None:
    facts, table = gather(clients, scores, contacts), nodes.summarise_offers(contacts, offers())
    assert facts["offered"] == table["clients"].sum()
    for name in ("cost", "kept_low", "kept_base", "kept_high"):
        assert facts[name] == pytest.approx(table[name].sum())


def test_a_campaign_for_nobody_has_facts_and_empty_tables(
    clients: pd.DataFrame,
    scores: pd.DataFrame,
    contacts: pd.DataFrame,
    reasons: pd.DataFrame,
    campaign: CampaignPlan,
) -> None:
    facts = gather(clients, scores, contacts.head(0))
    assert facts["at_risk"] == 2
    assert [facts[name] for name in ("offered", "cost", "kept_low", "kept_base", "kept_high")] == [0] * 5
    table = nodes.summarise_offers(contacts.head(0), offers())
    assert list(table) == list(nodes.summarise_offers(contacts, offers()))
    assert table.empty
    top = nodes.list_top_clients(contacts.head(0), reasons, offers(), campaign, OPTIONS)
    assert list(top) == list(nodes.list_top_clients(contacts, reasons, offers(), campaign, OPTIONS))
    assert top.empty


def test_figures_of_the_champion_stand_beside_the_reference() -> None:
    leaderboard = pd.DataFrame({"model": ["tree", "neighbours"], "champion": [False, True]})
    rows = [
        (model, metric, value, value - 0.1, value + 0.1, 40)
        for model, value in (("tree", 0.7), ("neighbours", 0.8), ("reference", 0.6))
        for metric in METRICS
    ]
    evaluation = pd.DataFrame(rows, columns=["model", "metric", "value", "low", "high", "n"])
    evaluation.loc[evaluation["metric"] == "calibration_error", ["low", "high"]] = float("nan")
    columns = ["model", "metric", "difference", "low", "high"]
    apart = pd.DataFrame([("tree", "roc_auc", 0.1, 0.05, 0.15)], columns=columns)
    facts = nodes.gather_model_facts(leaderboard, evaluation, apart)
    assert (facts["champion"], facts["n_test"], facts["challengers"]) == ("neighbours", 40, ["tree"])
    by_metric = {entry["metric"]: entry for entry in facts["metrics"]}
    assert by_metric["calibration_error"]["champion"] == {"value": 0.8, "low": None, "high": None}
    (tree,) = by_metric["roc_auc"]["challengers"]
    assert (tree["value"], tree["apart"]) == (0.7, {"difference": 0.1, "low": 0.05, "high": 0.15})
    nothing = {"difference": None, "low": None, "high": None}
    assert by_metric["log_loss"]["challengers"][0]["apart"] == nothing
    assert [entry["metric"] for entry in facts["metrics"]] == list(METRICS)
    assert facts["metrics"][0]["champion"]["value"] == 0.8
    assert facts["metrics"][0]["reference"] == {"value": 0.6, "low": 0.5, "high": 0.7}
    alone = nodes.gather_model_facts(leaderboard, evaluation, apart.head(0))
    assert alone["challengers"] == alone["metrics"][0]["challengers"] == []


def test_offers_add_up_and_the_most_profitable_comes_first(contacts: pd.DataFrame) -> None:
    table = nodes.summarise_offers(contacts, offers())
    assert table["offer"].tolist() == ["b", "a"]
    assert table["title_ru"].tolist() == ["Б", "А"]
    assert table["clients"].tolist() == [1, 1]
    assert table["kept_base"].tolist() == [2.0, 1.0]
    twice = nodes.summarise_offers(pd.concat([contacts, contacts.head(1), contacts.head(1)]), offers())
    assert twice["offer"].tolist() == ["a", "b"]
    assert twice["clients"].tolist() == [3, 1]
    assert twice["cost"].tolist() == pytest.approx([0.3, 0.2])


@pytest.fixture
def reasons() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "client_id": [1, 1, 1, 3],
            "direction": ["raises", "raises", "lowers", "lowers"],
            "rank": [2, 1, 1, 1],
            "sentence_ru": ["Вторая.", "Первая.", "Против.", "Против."],
            "sentence_en": ["Second.", "First.", "Against.", "Against."],
        }
    )


def test_top_clients_are_those_of_the_campaign_with_most_profit_at_risk(
    contacts: pd.DataFrame, reasons: pd.DataFrame, campaign: CampaignPlan
) -> None:
    top = nodes.list_top_clients(contacts, reasons, offers(), campaign, OPTIONS)
    assert top["client_id"].tolist() == [3, 1]
    assert top["profit_at_risk"].tolist() == [9.0, 5.4]
    assert top["reasons_en"].tolist() == ["", "First. Second."]
    assert top["reasons_ru"].tolist() == ["", "Первая. Вторая."]
    assert top["offer_ru"].tolist() == ["Б", "А"]
    alone = nodes.list_top_clients(
        contacts, reasons, offers(), campaign, OPTIONS.model_copy(update={"top_clients": 1})
    )
    assert alone["client_id"].tolist() == [3]


def test_top_clients_have_the_pseudonyms_of_the_lists_where_the_campaign_has_a_key(
    contacts: pd.DataFrame, reasons: pd.DataFrame, campaign: CampaignPlan
) -> None:
    keyed = campaign.model_copy(update={"pseudonym_key": "secret key"})
    top = nodes.list_top_clients(contacts, reasons, offers(), keyed, OPTIONS)
    listed, _ = hide_clients(contacts, reasons, keyed)
    assert top["client_id"].tolist() == listed["client_id"].tolist()[::-1]
    assert top["reasons_en"].tolist() == ["", "First. Second."]


SUMMARY = {"kept": 10.0, "cost": 2.0, "clients": 5, "upper_bound": 10.5, "budget": None}


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
    assert nodes.gather_plan_facts(SUMMARY, comparison, experiment) == {
        "plan": SUMMARY,
        "by_hand": 0.75,
        "arms": {"treated": 4, "control": 1, "detectable_effect": None},
    }


def test_plan_facts_of_a_campaign_for_nobody_are_missing_rather_than_zero() -> None:
    comparison = pd.DataFrame({"way": ["plan", "random"], "share_of_plan": [float("nan")] * 2})
    experiment = pd.DataFrame({"offer": ["all"], "treated": [0], "decline": [float("nan")]})
    facts = nodes.gather_plan_facts(SUMMARY, comparison, experiment)
    assert facts["by_hand"] is None
    assert facts["arms"] == {"treated": 0, "decline": None}


def test_what_is_said_of_the_explanations_by_hand(selection_options: ModelSelection) -> None:
    def told(key: str, values: list[str]) -> pd.DataFrame:
        sentences = {
            "sentence_ru": [f"р{n}" for n in range(len(values))],
            "sentence_en": [*map(str, range(len(values)))],
        }
        return pd.DataFrame({key: values, **sentences})

    effects = told("shape", ["rises", "flat", "falls", *["rises"] * 5])
    agreement = told("reason", ["agree", "unproven", "unused", "few_clients"])
    faithfulness = pd.DataFrame(
        {"check": ["additivity", "deletion_share"], "value": [1e-9, 0.75], "passed": [True, None]}
    )
    four_folds = selection_options.model_copy(update={"folds": 4})
    facts = nodes.gather_explanation_facts(effects, agreement, faithfulness, four_folds)
    assert facts["refitted_on"] == 0.75
    assert [row["sentence_en"] for row in facts["effects"]] == ["0", "2", "3", "4", "5", "6"]
    assert facts["effects"][0] == {"sentence_ru": "р0", "sentence_en": "0"}
    assert [row["sentence_ru"] for row in facts["disagreements"]] == ["р1", "р3"]
    assert facts["checks"] == {"additivity": 1e-9, "deletion_share": 0.75}
