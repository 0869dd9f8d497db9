from collections.abc import Callable

import pandas as pd
import pytest

Lists = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
Gather = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame], Lists]


@pytest.fixture
def arms() -> pd.DataFrame:
    """Return a plan in which the last of three clients is not approached."""
    return pd.DataFrame(
        {
            "client_id": [1, 2, 3],
            "offer": ["category_mailing", "site_banner", "service_apology"],
            "channel": ["push", "on_site", "email"],
            "arm": ["treated", "treated", "control"],
        }
    )


def test_contacts_are_the_treated_with_their_offer_and_the_largest_profit_at_risk_first(
    table: pd.DataFrame, segments: pd.DataFrame, recommended: pd.DataFrame, arms: pd.DataFrame, gather: Gather
) -> None:
    contacts, not_approached, not_at_risk = gather(table, segments, recommended, arms)
    # .8 * 5 * 3 = 12 and .9 * 4 * 3 = 10.8; the mailing is the third best for client 1
    assert contacts["client_id"].tolist() == [2, 1]
    assert contacts["offer"].tolist() == ["site_banner", "category_mailing"]
    assert contacts["expected_profit_kept_base"].tolist() == pytest.approx([0.15, 0.274])
    assert contacts["segment"].tolist() == ["abandoned_carts", "promo_seekers"]
    assert not_approached.empty
    assert not_at_risk["client_id"].tolist() == [4]


def test_clients_at_risk_who_are_not_in_the_plan_are_told_why(
    table: pd.DataFrame, segments: pd.DataFrame, recommended: pd.DataFrame, arms: pd.DataFrame, gather: Gather
) -> None:
    contacts, not_approached, _ = gather(table, segments, recommended, arms[arms["client_id"] == 1])
    assert contacts["client_id"].tolist() == [1]
    assert not_approached["client_id"].tolist() == [2, 3]
    assert not_approached["action"].tolist() == ["not_selected"] * 2
    assert not_approached["expected_profit_kept_base"].isna().all()
