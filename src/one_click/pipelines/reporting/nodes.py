"""What the page says first, counted."""

import pandas as pd

from one_click.columns import CLIENT_ID, LINE, PROFIT, TARGET
from one_click.modelling.profit import is_at_risk, profit_at_risk
from one_click.parameters import Reporting, Segmentation
from one_click.schemas.records import DecisionThreshold, KeyFacts


def gather_key_facts(
    clients: pd.DataFrame,
    client_scores: pd.DataFrame,
    decision_threshold: DecisionThreshold,
    contacts: pd.DataFrame,
    rejected_rows: pd.DataFrame,
    repairs: pd.DataFrame,
    segmentation: Segmentation,
    options: Reporting,
) -> KeyFacts:
    """Count clients, repaired cells, profit at risk and what the offers may keep of it.

    Profit at risk is Σ p·m·h·L over the clients at risk: probability, monthly profit, months, share lost.
    """
    base = clients.merge(client_scores, on=CLIENT_ID)
    at_risk = base[is_at_risk(base["probability"], decision_threshold.threshold)]
    lost = profit_at_risk(at_risk[PROFIT], segmentation, at_risk["probability"])
    # The file of labels repeats clients of the other files; whom it leaves out is only without a label.
    left_out = rejected_rows[rejected_rows["table"] != "label_file"]
    labelled = clients[TARGET].dropna()
    return KeyFacts(
        clients=len(clients),
        labelled=len(labelled),
        declined=int(labelled.sum()),
        at_risk=len(at_risk),
        profit_at_risk=float(lost.sum()),
        offered=len(contacts),
        cost=float(contacts["cost"].sum()),
        kept_low=float(contacts["expected_profit_kept_low"].sum()),
        kept_base=float(contacts["expected_profit_kept_base"].sum()),
        kept_high=float(contacts["expected_profit_kept_high"].sum()),
        clients_left_out=int(left_out[CLIENT_ID].nunique()),
        # Several rules may repair one cell, each in a row of its own.
        cells_mended=len(repairs.drop_duplicates(["table", LINE, "column"])),
        threshold=decision_threshold.threshold,
        criterion=decision_threshold.criterion,
        horizon_months=segmentation.horizon_months,
        profit_lost_share=segmentation.profit_lost_share,
        snapshot=options.snapshot,
        label_snapshot=None if options.label_snapshot == options.snapshot else options.label_snapshot,
    )
