"""The clients to begin with, as the page shows them."""

import pandas as pd

from one_click.columns import CLIENT_ID, LANGUAGES, PROFIT
from one_click.parameters import CampaignPlan, Offers, Reporting
from one_click.presentation.pseudonyms import shown


def list_top_clients(
    contacts: pd.DataFrame,
    reason_codes: pd.DataFrame,
    offers: Offers,
    campaign: CampaignPlan,
    options: Reporting,
) -> pd.DataFrame:
    """Return the clients of the campaign at whom most profit is at risk, with offer and reasons.

    Returns
    -------
    DataFrame of `schemas.reporting.TopClients`, at most `top_clients` rows
        Client numbers are pseudonyms, if the campaign has a key.
    """
    columns = [CLIENT_ID, "probability", PROFIT, "profit_at_risk", "offer"]
    first = contacts.sort_values(["profit_at_risk", CLIENT_ID], ascending=[False, True])[columns]
    towards = reason_codes[reason_codes["direction"] == "raises"].sort_values("rank")
    sentences = towards.groupby(CLIENT_ID)[[f"sentence_{language}" for language in LANGUAGES]].agg(" ".join)
    reasons = sentences.rename(columns=lambda name: name.replace("sentence", "reasons"))
    top = first.head(options.top_clients).merge(reasons, left_on=CLIENT_ID, right_index=True, how="left")
    top = top.fillna(dict.fromkeys(reasons, "")).reset_index(drop=True)
    titles = {offer.code: offer for offer in offers.declared}
    top["offer_ru"] = [titles[code].title_ru for code in top["offer"]]
    top["offer_en"] = [titles[code].title_en for code in top["offer"]]
    top[CLIENT_ID] = shown(top[CLIENT_ID], campaign.pseudonym_key)
    return top.drop(columns="offer")
