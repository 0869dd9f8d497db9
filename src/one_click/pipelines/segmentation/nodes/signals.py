"""Risk signals within one snapshot: who shows them, and how well they agree with the labels."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import CLIENT_ID, TARGET
from one_click.parameters import Offers
from one_click.rules.conditions import SEPARATOR
from one_click.rules.offers import Offer
from one_click.rules.signals import RISK_SIGNALS, find_shown
from one_click.schemas.records import RuleThresholds
from one_click.statistics.effect_sizes import share_with_interval


def find_risk_signals(clients: pd.DataFrame, rule_thresholds: RuleThresholds) -> pd.DataFrame:
    """List the risk signals that clients show within the snapshot.

    Returns
    -------
    DataFrame of `schemas.segmentation.RiskSignals`
    """
    return find_shown(clients, rule_thresholds.signals)


def rate_signals(clients: pd.DataFrame, risk_signals: pd.DataFrame, offers: Offers) -> pd.DataFrame:
    """Compare each risk signal with the labels.

    Parameters
    ----------
    clients : DataFrame, one row per client
    risk_signals : DataFrame, one row per client and signal
    offers : Offers
        Which of them a signal makes a client eligible for.

    Returns
    -------
    DataFrame of `schemas.segmentation.SignalQuality`
    """
    target = clients.dropna(subset=[TARGET]).set_index(CLIENT_ID)[TARGET]
    owners = risk_signals.groupby("signal")[CLIENT_ID].agg(set)
    rows = [
        {
            "signal": signal,
            **_rate(target, target.index.isin(owners.get(signal, set()))),
            "offers": SEPARATOR.join(offer.code for offer in offers.declared if _asks_for(offer, signal)),
        }
        for signal in RISK_SIGNALS
    ]
    return pd.DataFrame(rows if len(target) else [], columns=list(rows[0]))


def _asks_for(offer: Offer, signal: str) -> bool:
    return any(signal in condition.signal for condition in offer.conditions)


def _rate(target: pd.Series, shown: NDArray[np.bool_]) -> dict[str, float]:
    hits, count = int(target[shown].sum()), int(shown.sum())
    precision, low, high = share_with_interval(hits, count)
    base_share = target.mean()
    return {
        "labelled": len(target),
        "shown": count,
        "base_share": base_share,
        "precision": precision,
        "precision_low": low,
        "precision_high": high,
        "recall": hits / target.sum() if target.sum() else np.nan,
        "lift": precision / base_share if base_share else np.nan,
    }
