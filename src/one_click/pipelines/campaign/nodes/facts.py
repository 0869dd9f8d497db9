"""What the page says about the campaign."""

import pandas as pd

from one_click.columns import CLIENT_ID
from one_click.parameters import Offers
from one_click.rules.offers import ALL_OFFERS, CASES
from one_click.schemas.records import PlanFacts, PlanSummary


def gather_plan_facts(
    plan_summary: PlanSummary, plan_comparison: pd.DataFrame, experiment: pd.DataFrame
) -> PlanFacts:
    """Gather what the page says about the campaign."""
    by_hand = plan_comparison.set_index("way")["share_of_plan"].drop("plan").max()
    whole = experiment.set_index("offer").loc[ALL_OFFERS].astype("float64")
    return PlanFacts(
        plan=plan_summary,
        by_hand=None if pd.isna(by_hand) else float(by_hand),
        arms={str(name): None if pd.isna(value) else float(value) for name, value in whole.items()},
    )


def summarise_offers(contacts: pd.DataFrame, offers: Offers) -> pd.DataFrame:
    """Add up the campaign by offer; the control arm is not in it.

    Returns
    -------
    DataFrame of `schemas.campaign.OfferSummary`
    """
    titles = {offer.code: offer for offer in offers.declared}
    table = contacts.groupby(["offer", "channel"], as_index=False).agg(
        clients=(CLIENT_ID, "size"),
        cost=("cost", "sum"),
        **{f"kept_{case}": (f"expected_profit_kept_{case}", "sum") for case in CASES},
    )
    table["title_ru"] = [titles[code].title_ru for code in table["offer"]]
    table["title_en"] = [titles[code].title_en for code in table["offer"]]
    return table.sort_values("kept_base", ascending=False, ignore_index=True)


def summarise_actions(client_actions: pd.DataFrame) -> pd.DataFrame:
    """Count the clients in each place; the places of clients at risk come first and add up to all at risk.

    Returns
    -------
    DataFrame of `schemas.campaign.ActionSummary`
    """
    counted = client_actions.groupby(["at_risk", "action", "why"], as_index=False).agg(
        clients=(CLIENT_ID, "size")
    )
    return counted.sort_values(["at_risk", "clients"], ascending=False, kind="stable", ignore_index=True)
