"""Nodes that gather what a reader needs to know; the page itself is made in `page.py`."""

from typing import Any

import pandas as pd

from one_click.columns import CLIENT_ID, LINE, PROFIT, TARGET
from one_click.modelling.profit import is_at_risk, profit_at_risk
from one_click.parameters import CampaignPlan, Offers, Reporting, Segmentation
from one_click.presentation.pseudonyms import shown
from one_click.schemas.records import DecisionThreshold


def gather_key_facts(
    clients: pd.DataFrame,
    client_scores: pd.DataFrame,
    decision_threshold: DecisionThreshold,
    contacts: pd.DataFrame,
    rejected_rows: pd.DataFrame,
    repairs: pd.DataFrame,
    segmentation: Segmentation,
    options: Reporting,
) -> dict[str, Any]:
    """Count what the page says first.

    Returns
    -------
    dict
        Counts of clients, of the declined and of those at risk; profit at risk (Σ p·m·h·L over clients at
        risk, in profit units); profit that the offers may keep (low, base, high) and their cost; rejected
        clients and mended cells; the threshold; the snapshots of features and labels.
    """
    base = clients.merge(client_scores, on=CLIENT_ID)
    at_risk = base[is_at_risk(base["probability"], decision_threshold.threshold)]
    lost = profit_at_risk(at_risk[PROFIT], segmentation, at_risk["probability"])
    left_out = rejected_rows[rejected_rows["table"] != "label_file"]
    labelled = clients[TARGET].dropna()
    return {
        "clients": len(clients),
        "labelled": len(labelled),
        "declined": int(labelled.sum()),
        "at_risk": len(at_risk),
        "profit_at_risk": float(lost.sum()),
        "offered": len(contacts),
        "cost": float(contacts["cost"].sum()),
        **{
            f"kept_{case}": float(contacts[f"expected_profit_kept_{case}"].sum())
            for case in ("low", "base", "high")
        },
        "clients_left_out": int(left_out[CLIENT_ID].nunique()),
        "cells_mended": len(repairs.drop_duplicates(["table", LINE, "column"])),
        "threshold": decision_threshold.threshold,
        "criterion": decision_threshold.criterion,
        "horizon_months": segmentation.horizon_months,
        "profit_lost_share": segmentation.profit_lost_share,
        "snapshot": options.snapshot,
        "label_snapshot": options.label_snapshot,
    }


def list_top_clients(
    contacts: pd.DataFrame,
    reason_codes: pd.DataFrame,
    offers: Offers,
    campaign: CampaignPlan,
    options: Reporting,
) -> pd.DataFrame:
    """List the clients of the campaign at whom most profit is at risk, with their reasons.

    Returns
    -------
    DataFrame, at most `top_clients` rows: client_id, probability, monthly_profit, profit_at_risk (profit
    units), offer_ru, offer_en, reasons_ru, reasons_en
        Client numbers are pseudonyms, if the campaign has a key.
    """
    columns = [CLIENT_ID, "probability", PROFIT, "profit_at_risk", "offer"]
    table = contacts.sort_values(["profit_at_risk", CLIENT_ID], ascending=[False, True])[columns]
    titles = {offer.code: offer for offer in offers.declared}
    towards = reason_codes[reason_codes["direction"] == "raises"].sort_values("rank")
    reasons = towards.groupby(CLIENT_ID)[["sentence_ru", "sentence_en"]].agg(" ".join)
    joined = table.head(options.top_clients).merge(reasons, left_on=CLIENT_ID, right_index=True, how="left")
    joined = joined.fillna({"sentence_ru": "", "sentence_en": ""})
    joined["offer_ru"] = [titles[code].title_ru for code in joined["offer"]]
    joined["offer_en"] = [titles[code].title_en for code in joined["offer"]]
    joined[CLIENT_ID] = shown(joined[CLIENT_ID], campaign.pseudonym_key)
    renamed = joined.rename(columns={"sentence_ru": "reasons_ru", "sentence_en": "reasons_en"})
    return renamed.drop(columns="offer").reset_index(drop=True)
