"""Who is approached, who at risk is not, who is not at risk, and which rules fit no client."""

import numpy as np
import pandas as pd

from one_click.columns import CLIENT_ID
from one_click.rules.offers import NO_OFFER

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
    contacts, not_approached, not_at_risk : DataFrame of the schemas of these names in `schemas.campaign`
        The columns of an offer are missing in the second and the third.
    """
    table = decision_table.merge(segments, on=CLIENT_ID, validate="one_to_one")
    table = table.merge(client_actions.drop(columns="at_risk"), on=CLIENT_ID)
    of_offers = recommendations[recommendations["offer"] != NO_OFFER].drop(columns="channel")
    told = table.merge(of_offers, on=[CLIENT_ID, "offer"], how="left", validate="one_to_one")
    told = told.sort_values(["profit_at_risk", CLIENT_ID], ascending=[False, True])
    treated, control = (told["action"] == arm for arm in (TREATED, CONTROL))
    parts = (treated, told["at_risk"] & ~treated & ~control, ~told["at_risk"])
    # The control arm is in none of them: what is not to be offered must not be offered by mistake.
    contacts, not_approached, not_at_risk = (told[part].reset_index(drop=True) for part in parts)
    return contacts, not_approached, not_at_risk


def find_unreachable(contacts: pd.DataFrame, not_approached: pd.DataFrame) -> pd.DataFrame:
    """Return the clients at risk whom no message may reach, the largest profit at risk first."""
    at_risk = pd.concat([contacts, not_approached], ignore_index=True)
    at_risk = at_risk.sort_values(["profit_at_risk", CLIENT_ID], ascending=[False, True])
    return at_risk[~at_risk["may_be_messaged"]]


def list_idle(
    rule_coverage: pd.DataFrame, segments: pd.DataFrame, recommendations: pd.DataFrame
) -> pd.DataFrame:
    """Return the rows of the segments without clients, and of the offers that no client may get.

    Returns
    -------
    DataFrame of `schemas.segmentation.RuleCoverage`
    """
    kinds = rule_coverage["kind"].map(
        {"segment": set(segments["segment"]), "offer": set(recommendations["offer"])}
    )
    used = [code in codes for code, codes in zip(rule_coverage["code"], kinds, strict=True)]
    return rule_coverage[~np.array(used, dtype=bool)].reset_index(drop=True)
