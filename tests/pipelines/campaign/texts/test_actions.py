import pandas as pd

from one_click.parameters import Offers
from one_click.pipelines.campaign.nodes.actions import OF_OTHERS, OF_RISK
from one_click.pipelines.campaign.texts.actions import WHY, decide_actions
from one_click.schemas.campaign import ClientActions


def test_reasons_of_actions_are_told_in_both_languages(
    table: pd.DataFrame, segments: pd.DataFrame, recommended: pd.DataFrame, offers: Offers
) -> None:
    plan = recommended[recommended["rank"] == 1].head(1).assign(arm="treated")
    actions = decide_actions(table, segments, recommended, plan, offers)
    assert list(actions) == ClientActions.column_names()
    for row in actions.itertuples():
        assert {"ru": row.why_ru, "en": row.why_en} == WHY[str(row.why)]


def test_every_place_is_told_in_both_languages() -> None:
    codes = {*OF_RISK, *OF_OTHERS, "no_eligible_offer", "not_worth_its_cost"} - {"no_offer"}
    assert set(WHY) == codes
    assert all(text for texts in WHY.values() for text in texts.values())
