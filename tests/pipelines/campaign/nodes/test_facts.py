import pandas as pd
import pytest

from one_click.parameters import Offers
from one_click.pipelines.campaign.nodes.facts import gather_plan_facts, summarise_offers

SUMMARY = {"kept": 10.0, "cost": 2.0, "clients": 5, "upper_bound": 10.5, "budget": None}


@pytest.mark.parametrize("times", [1, 3], ids=["b-keeps-more", "a-keeps-more"])
def test_offers_are_added_up_and_the_most_profitable_comes_first(
    treated: pd.DataFrame, two_offers: Offers, times: int
) -> None:
    table = summarise_offers(pd.concat([treated, *[treated.head(1)] * (times - 1)]), two_offers)
    rows = [("a", "А", "A", times, 0.1 * times, 1.0 * times), ("b", "Б", "B", 1, 0.2, 2.0)]
    columns = ["offer", "title_ru", "title_en", "clients", "cost", "kept_base"]
    expected = pd.DataFrame(rows, columns=columns).iloc[:: 1 if times == 3 else -1]
    pd.testing.assert_frame_equal(table[columns], expected.reset_index(drop=True), check_dtype=False)


def test_offers_of_a_campaign_for_nobody_have_the_same_columns(
    treated: pd.DataFrame, two_offers: Offers
) -> None:
    table = summarise_offers(treated.head(0), two_offers)
    assert table.empty
    assert list(table) == list(summarise_offers(treated, two_offers))


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
    assert gather_plan_facts(SUMMARY, comparison, experiment) == {
        "plan": SUMMARY,
        "by_hand": 0.75,
        "arms": {"treated": 4, "control": 1, "detectable_effect": None},
    }


def test_plan_facts_of_a_campaign_for_nobody_are_missing_rather_than_zero() -> None:
    comparison = pd.DataFrame({"way": ["plan", "random"], "share_of_plan": [float("nan")] * 2})
    experiment = pd.DataFrame({"offer": ["all"], "treated": [0], "decline": [float("nan")]})
    facts = gather_plan_facts(SUMMARY, comparison, experiment)
    assert facts["by_hand"] is None
    assert facts["arms"] == {"treated": 0, "decline": None}
