"""Who is approached, who at risk is not, and who is not at risk."""

import pandas as pd

from one_click.columns import CLIENT_ID
from one_click.rules.declarations import NO_OFFER

from .experiment import CONTROL, TREATED


def gather_contacts(
    decision_table: pd.DataFrame,
    segments: pd.DataFrame,
    recommendations: pd.DataFrame,
    client_actions: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Divide all clients but the control arm by what is done for them, the largest profit at risk first.

    Returns
    -------
    contacts : DataFrame, one row per treated client
        The decision table with `segment`, the columns of `client_actions` and those of the offer in
        `recommendations`.
    not_approached : DataFrame, one row per client at risk in neither arm
        The same columns; those of an offer are missing.
    not_at_risk : DataFrame, one row per client who is not at risk
        Likewise.
    """
    table = decision_table.merge(segments, on=CLIENT_ID, validate="one_to_one")
    table = table.merge(client_actions.drop(columns="at_risk"), on=CLIENT_ID)
    of_offers = recommendations[recommendations["offer"] != NO_OFFER].drop(columns="channel")
    told = table.merge(of_offers, on=[CLIENT_ID, "offer"], how="left", validate="one_to_one")
    told = told.sort_values(["profit_at_risk", CLIENT_ID], ascending=[False, True])
    treated, control = (told["action"] == arm for arm in (TREATED, CONTROL))
    parts = (treated, told["at_risk"] & ~treated & ~control, ~told["at_risk"])
    contacts, not_approached, not_at_risk = (told[part].reset_index(drop=True) for part in parts)
    return contacts, not_approached, not_at_risk
