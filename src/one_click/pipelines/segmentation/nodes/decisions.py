"""From scores and reasons to the table that rules are applied to."""

import numpy as np
import pandas as pd

from one_click.columns import CLIENT_ID, PROFIT
from one_click.errors import DataError, shorten
from one_click.modelling.profit import is_at_risk, profit_at_risk
from one_click.parameters import CampaignPlan, Segmentation
from one_click.rules.conditions import SEPARATOR
from one_click.rules.offers import may_be_messaged
from one_click.rules.signals import RISK_SIGNALS
from one_click.schemas.records import DecisionThreshold, RuleThresholds


def fit_rule_thresholds(
    clients: pd.DataFrame, decision_threshold: DecisionThreshold, options: Segmentation
) -> RuleThresholds:
    """Fit every threshold of the rules once, as scalars.

    Parameters
    ----------
    clients : DataFrame, one row per client
    decision_threshold : DecisionThreshold
        ``threshold``: the probability from which a client is at risk.
    options : Segmentation
        Quantiles.
    """
    signals = {
        code: signal.fit(clients, options.signal_quantile, options.smallest_drop)
        for code, signal in RISK_SIGNALS.items()
    }
    return RuleThresholds.model_validate(
        {
            "probability": decision_threshold.threshold,
            PROFIT: float(clients[PROFIT].quantile(options.value_quantile)),
            **signals,
        }
    )


def make_decision_table(
    clients: pd.DataFrame,
    client_scores: pd.DataFrame,
    reason_codes: pd.DataFrame,
    risk_signals: pd.DataFrame,
    rule_thresholds: RuleThresholds,
    options: Segmentation,
    campaign: CampaignPlan,
) -> pd.DataFrame:
    """Put beside each client all that rules may ask for.

    Parameters
    ----------
    clients : DataFrame, one row per client
    client_scores : DataFrame, one row per client
    reason_codes : DataFrame, one row per client and reason
        Those towards decline count.
    risk_signals : DataFrame, one row per client and signal
    rule_thresholds : RuleThresholds
    options : Segmentation
        Horizon and share of profit lost.
    campaign : CampaignPlan
        From how many contacts on a client gets no message.

    Returns
    -------
    DataFrame of `schemas.segmentation.DecisionTable`

    Raises
    ------
    DataError
        If a client has no score.
    """
    towards = reason_codes[reason_codes["direction"] == "raises"].sort_values([CLIENT_ID, "rank"])
    scores = client_scores[[CLIENT_ID, "probability", "probability_sd"]]
    table = clients.merge(scores, on=CLIENT_ID, how="left", validate="one_to_one")
    _stop_at_missing_scores(table)
    reasons = join_names(towards, "feature", table[CLIENT_ID])
    return table.assign(
        at_risk=is_at_risk(table["probability"], rule_thresholds.probability),
        valuable=table[PROFIT] >= rule_thresholds.monthly_profit,
        profit_at_risk=profit_at_risk(table[PROFIT], options, table["probability"]),
        may_be_messaged=may_be_messaged(table, campaign.most_contacts),
        main_reason=reasons.str.split(SEPARATOR).str[0],
        reasons=reasons,
        signals=join_names(risk_signals, "signal", table[CLIENT_ID]),
    )


def _stop_at_missing_scores(table: pd.DataFrame) -> None:
    missing = np.flatnonzero(table["probability"].isna())
    if len(missing):
        raise DataError(
            f"{len(missing)} of {len(table)} clients have no score.",
            file="client_scores",
            column="probability",
            rows=f"{shorten(missing)} of clients (counted from 0)",
            rule="every client is scored before a segment is assigned",
            remedy="run the pipeline that makes client_scores again",
        )


def join_names(rows: pd.DataFrame, column: str, clients: pd.Series) -> pd.Series:
    """Join the names of each client's rows, in their order, into one text; empty where there are none.

    Parameters
    ----------
    rows : DataFrame
        With `client_id` and `column`.
    column : str
        Column of names.
    clients : Series
        Client numbers, which give the order of the result.
    """
    joined = rows.groupby(CLIENT_ID)[column].agg(SEPARATOR.join).to_dict()
    return pd.Series([joined.get(client, "") for client in clients], index=clients.index, dtype="str")
