import pandas as pd
import pytest

from one_click.parameters import CampaignPlan, Offers, Reporting
from one_click.pipelines.campaign.texts.client_list import hide_clients
from one_click.pipelines.reporting.texts.top_clients import list_top_clients

OPTIONS = Reporting(snapshot="demo", label_snapshot=None, top_clients=5)
REASONS = pd.DataFrame(
    {
        "client_id": [1, 1, 1, 3],
        "direction": ["raises", "raises", "lowers", "lowers"],
        "rank": [2, 1, 1, 1],
        "sentence_ru": ["Вторая.", "Первая.", "Против.", "Против."],
        "sentence_en": ["Second.", "First.", "Against.", "Against."],
    }
)


def test_top_clients_are_those_of_the_campaign_with_most_profit_at_risk(
    treated: pd.DataFrame, two_offers: Offers, campaign: CampaignPlan
) -> None:
    top = list_top_clients(treated, REASONS, two_offers, campaign, OPTIONS)
    rows = [
        (3, 0.5, 6.0, 9.0, "", "", "Б", "B"),
        (1, 0.9, 2.0, 5.4, "Первая. Вторая.", "First. Second.", "А", "A"),
    ]
    assert list(top.itertuples(index=False, name=None)) == rows


@pytest.mark.parametrize("count", [0, 1])
def test_no_more_top_clients_are_listed_than_asked_for_or_than_there_are(
    treated: pd.DataFrame, two_offers: Offers, campaign: CampaignPlan, count: int
) -> None:
    whole = list_top_clients(treated, REASONS, two_offers, campaign, OPTIONS)
    one = OPTIONS.model_copy(update={"top_clients": 1})
    top = list_top_clients(treated if count else treated.head(0), REASONS, two_offers, campaign, one)
    pd.testing.assert_frame_equal(top, whole.head(count), check_dtype=bool(count))


def test_top_clients_have_the_pseudonyms_of_the_lists_where_the_campaign_has_a_key(
    treated: pd.DataFrame, two_offers: Offers, campaign: CampaignPlan
) -> None:
    keyed = campaign.model_copy(update={"pseudonym_key": "secret key"})
    top = list_top_clients(treated, REASONS, two_offers, keyed, OPTIONS)
    listed, _ = hide_clients(treated, REASONS, keyed)
    assert top["client_id"].tolist() == listed["client_id"].tolist()[::-1]
    assert top["reasons_en"].tolist() == ["", "First. Second."]
