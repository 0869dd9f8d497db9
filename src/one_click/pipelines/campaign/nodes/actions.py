"""What is done for each client, and why: every client stands in exactly one place."""

import numpy as np
import pandas as pd

from one_click.columns import CLIENT_ID
from one_click.parameters import Offers
from one_click.rules.offers import NO_OFFER

from .experiment import CONTROL, TREATED
from .offers import find_closed

# Where a client at risk stands; in this order on the page.
OF_RISK = (TREATED, CONTROL, "not_selected", "resting", "no_consent", "no_offer")
# What to do for the others.
OF_OTHERS = ("thank", "watch", "leave_alone")


def place_clients(
    decision_table: pd.DataFrame,
    segments: pd.DataFrame,
    recommendations: pd.DataFrame,
    campaign_plan: pd.DataFrame,
    offers: Offers,
) -> pd.DataFrame:
    """Decide for every client what is done, and by which code of a reason.

    Returns
    -------
    DataFrame, one row per client
        `schemas.campaign.ClientActions` without sentences. `action` of a client at risk is one of `OF_RISK`,
        of any other one of `OF_OTHERS`; `why` is the action itself, or what keeps the client from an offer.
    """
    table = decision_table.merge(segments, on=CLIENT_ID, validate="one_to_one")
    planned = campaign_plan.set_index(CLIENT_ID)[["arm", "offer", "channel"]].astype("str")
    planned = planned.reindex(table[CLIENT_ID]).set_axis(table.index)
    first = recommendations[recommendations["rank"] == 1].set_index(CLIENT_ID)["note"]
    why = np.where(
        table["at_risk"],
        _of_risk(planned["arm"], table[CLIENT_ID].map(first), find_closed(table, offers)),
        np.select([table["valuable"], table["membership"] == "borderline"], OF_OTHERS[:2], OF_OTHERS[2]),
    )
    actions = pd.DataFrame(
        {
            CLIENT_ID: table[CLIENT_ID],
            "at_risk": table["at_risk"],
            "action": pd.Series(why).where(np.isin(why, (*OF_RISK, *OF_OTHERS)), "no_offer"),
            "offer": planned["offer"].fillna(NO_OFFER),
            "channel": planned["channel"].fillna(NO_OFFER),
            "why": why,
        }
    )
    return actions.astype(dict.fromkeys(("action", "offer", "channel", "why"), "str"))


def _of_risk(arm: pd.Series, note: pd.Series, closed: pd.Series) -> pd.Series:
    """Return the arm of each client at risk, else what keeps the client from an offer.

    An offer that would pay for itself, but is not in the plan, comes first: it is the plan's own choice.
    """
    barred = closed.where(closed != "", note)
    return arm.fillna(barred.where(note != "", "not_selected"))
