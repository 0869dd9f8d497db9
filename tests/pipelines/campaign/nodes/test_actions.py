from typing import Any

import pandas as pd
import pytest

from one_click.parameters import CampaignPlan, Offers
from one_click.pipelines.campaign.nodes.actions import place_clients
from one_click.pipelines.campaign.nodes.offers import list_eligible
from one_click.rules.offers import may_be_messaged

LETTER: dict[str, Any] = {
    "code": "letter",
    **dict.fromkeys(("title_ru", "title_en", "text_ru", "text_en"), "-"),
    "channel": "email",
    "needs_consent": True,
    "cost": 0.1,
    "effect": {"low": 0, "base": 0.1, "high": 0.2},
    "conditions": [{"column": "service_errors", "below": 8}],
}


@pytest.fixture
def letter() -> Offers:
    """Return one message for clients with fewer than eight service errors."""
    return Offers.model_validate({"declared": [LETTER]})


def decide(
    table: pd.DataFrame, segments: pd.DataFrame, offers: Offers, arms: dict[int, str]
) -> dict[int, tuple[str, str]]:
    """Return action and reason of each client under a plan that offers the letter to some."""
    plan = pd.DataFrame(
        {"client_id": list(arms), "offer": "letter", "channel": "email", "arm": list(arms.values())}
    )
    recommended = list_eligible(table.merge(segments, on="client_id"), offers)
    actions = place_clients(table, segments, recommended, plan, offers)
    return {row.client_id: (row.action, row.why) for row in actions.itertuples()}


def test_each_client_at_risk_has_one_action_and_one_reason(
    table: pd.DataFrame, segments: pd.DataFrame, letter: Offers
) -> None:
    # client 2 does not allow messages, client 3 has eight errors, client 4 is not at risk
    assert decide(table, segments, letter, {1: "treated"}) == {
        1: ("treated", "treated"),
        2: ("no_consent", "no_consent"),
        3: ("no_offer", "no_eligible_offer"),
        4: ("leave_alone", "leave_alone"),
    }


@pytest.mark.parametrize(
    ("arms", "changes", "expected"),
    [
        pytest.param({1: "control"}, {}, ("control", "control"), id="control"),
        pytest.param({}, {}, ("not_selected", "not_selected"), id="not-in-the-plan"),
        pytest.param({}, {"marketing_contacts_current": 5}, ("resting", "resting"), id="many-contacts"),
        pytest.param({}, {"allows_messages": False}, ("no_consent", "no_consent"), id="no-consent"),
        pytest.param(
            {},
            {"marketing_contacts_current": 5, "service_errors": 8},
            ("no_offer", "no_eligible_offer"),
            id="many-contacts-but-no-message-would-fit",
        ),
        pytest.param(
            {}, {"profit_at_risk": 0.9}, ("no_offer", "not_worth_its_cost"), id="not-worth-its-cost"
        ),  # .1 * .9 < .1
        pytest.param({}, {"at_risk": False, "valuable": True}, ("thank", "thank"), id="valuable"),
        pytest.param(
            {}, {"at_risk": False, "valuable": False}, ("leave_alone", "leave_alone"), id="not-valuable"
        ),
    ],
)
def test_place_of_one_client(
    table: pd.DataFrame,
    segments: pd.DataFrame,
    letter: Offers,
    campaign: CampaignPlan,
    arms: dict[int, str],
    changes: dict[str, Any],
    expected: tuple[str, str],
) -> None:
    one = table.head(1).assign(**changes)
    one = one.assign(may_be_messaged=may_be_messaged(one, campaign.most_contacts))
    firm = segments.head(1).assign(membership="firm")
    assert decide(one, firm, letter, arms) == {1: expected}


def test_a_client_just_below_the_threshold_is_watched(
    table: pd.DataFrame, segments: pd.DataFrame, letter: Offers
) -> None:
    near = segments.assign(membership="borderline")
    assert decide(table, near, letter, {})[4] == ("watch", "watch")
