"""The figure of the months says what its tables say."""

import pandas as pd
import pytest
from tests.marks import titles, words

from one_click.pipelines.demo_store.figures import best_month, demo_months_figure

MONTHS = pd.DataFrame({"month": ["a", "b"], "recorded_share": [0.4, 0.3]})
FEATURES = pd.DataFrame(
    {
        "month": ["a", "a", "b", "b"],
        "feature": ["service_errors", "pages_per_visit"] * 2,
        "shift": [0.0, 0.0, 0.2, -0.7],
        "drift": [0.0, 0.0, 0.2, 0.0],
    }
)
CAMPAIGNS = pd.DataFrame(
    {
        "offer": "x",
        "arm": ["control", "control", "treated", "treated"],
        "month": ["a", "b"] * 2,
        "recorded_share": [0.4, 0.5, 0.4, 0.25],
    }
)


def test_title_names_what_moved_most_and_both_arms() -> None:
    assert titles(demo_months_figure(MONTHS, FEATURES, CAMPAIGNS)) == [
        "Сильнее всего сдвинулось: «Страниц за визит», −0,7 разброса; предложение: снизились 25 %, "
        "в контрольной группе 50 % (b)",
        "What moved most: Pages per visit, −0.7 spreads; the offer: 25% declined against 50% of the control "
        "group (b)",
    ]


def test_title_without_a_campaign_says_nothing_of_offers() -> None:
    assert (
        titles(demo_months_figure(MONTHS, FEATURES, CAMPAIGNS.iloc[:0]))[1]
        == "What moved most: Pages per visit, −0.7 spreads"
    )


@pytest.mark.parametrize("arm", ["treated", "control"])
def test_one_arm_alone_compares_nothing(arm: str) -> None:
    assert best_month(CAMPAIGNS[CAMPAIGNS["arm"] == arm]) is None


def test_only_planted_drifts_are_named() -> None:
    _, lower = demo_months_figure(MONTHS, FEATURES, CAMPAIGNS)[1].axes
    assert words(lower.get_legend().get_texts()) == ["Service errors", "other features"]
