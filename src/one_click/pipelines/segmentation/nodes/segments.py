"""Nodes from scores and reasons to segments."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import CLIENT_ID, LANGUAGES, PROFIT, TARGET
from one_click.errors import DataError, shorten
from one_click.parameters import CampaignPlan, Offers, Segmentation
from one_click.rules.declarations import RISK_SIGNALS, Offer
from one_click.rules.matching import SEPARATOR, may_be_messaged
from one_click.schemas.records import DecisionThreshold
from one_click.statistics.effect_sizes import share_with_interval

from .profiles import argue, compare_with_rest, describe_segment, rank_segments
from .rule_checks import join_names
from .signals import fit_signal_borders, measure_signals
from .stability import fit_segments


def fit_decision_borders(
    clients: pd.DataFrame, decision_threshold: DecisionThreshold, options: Segmentation
) -> dict[str, float]:
    """Fit every border of the rules once, as scalars.

    Parameters
    ----------
    clients : DataFrame, one row per client
    decision_threshold : DecisionThreshold
    options : Segmentation
        Quantiles.

    Returns
    -------
    dict
        ``probability``, ``monthly_profit`` (profit units) and one border per risk signal.
    """
    return {
        "probability": decision_threshold.threshold,
        PROFIT: float(clients[PROFIT].quantile(options.value_quantile)),
        **fit_signal_borders(clients, options),
    }


def find_risk_signals(clients: pd.DataFrame, decision_borders: dict[str, float]) -> pd.DataFrame:
    """List the risk signals that clients show within the snapshot.

    Returns
    -------
    DataFrame, one row per client and signal: client_id, signal, value, threshold
        `value` and `threshold` are shares (changes) or pages; a signal is a value up to the threshold.
    """
    values = measure_signals(clients).assign(client_id=clients[CLIENT_ID])
    long = values.melt(id_vars=CLIENT_ID, var_name="signal", value_name="value")
    long = long.assign(threshold=long["signal"].map(decision_borders)).astype({"signal": "str"})
    shown = long[long["value"] <= long["threshold"]]
    return shown.sort_values([CLIENT_ID, "signal"], ignore_index=True)


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
    DataFrame, one row per signal; empty without labels
        signal, labelled (clients), shown (labelled clients with the signal), base_share (declined among the
        labelled), precision with its 95 % interval (Wilson), recall, lift (precision / base share),
        offers (that it triggers).
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


def make_decision_table(
    clients: pd.DataFrame,
    client_scores: pd.DataFrame,
    reason_codes: pd.DataFrame,
    risk_signals: pd.DataFrame,
    decision_borders: dict[str, float],
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
    decision_borders : dict
    options : Segmentation
        Horizon and share of profit lost.
    campaign : CampaignPlan
        From how many contacts on a client gets no message.

    Returns
    -------
    DataFrame, one row per client
        The columns of `clients` and: probability, probability_sd, at_risk, valuable, profit_at_risk (profit
        units: probability * monthly profit * months * share lost), may_be_messaged, main_reason, reasons,
        signals (names joined by a comma, the strongest reason first).

    Raises
    ------
    DataError
        If a client has no score.
    """
    towards = reason_codes[reason_codes["direction"] == "raises"].sort_values([CLIENT_ID, "rank"])
    scores = client_scores[[CLIENT_ID, "probability", "probability_sd"]]
    table = clients.merge(scores, on=CLIENT_ID, how="left", validate="one_to_one")
    _stop_at_missing_scores(table)
    lost = options.horizon_months * options.profit_lost_share
    reasons = join_names(towards, "feature", table[CLIENT_ID])
    return table.assign(
        at_risk=table["probability"] >= decision_borders["probability"],
        valuable=table[PROFIT] >= decision_borders[PROFIT],
        profit_at_risk=table["probability"] * table[PROFIT] * lost,
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
            rule="every client is scored before he is assigned to a segment",
            remedy="run the pipeline that makes client_scores again",
        )


def assign_segments(
    decision_table: pd.DataFrame, decision_borders: dict[str, float], options: Segmentation
) -> pd.DataFrame:
    """Assign every client to the first segment whose conditions hold.

    Parameters
    ----------
    decision_table : DataFrame, one row per client
    decision_borders : dict
        ``probability``: the threshold of risk.
    options : Segmentation
        Segments and borders of membership.

    Returns
    -------
    DataFrame, one row per client: client_id, segment, membership
        `membership` tells how far the probability is from the threshold in units of its spread: firm, likely
        or borderline.
    """
    segment = fit_segments(decision_table, options)
    spread = decision_table["probability_sd"].replace(0, np.nan).fillna(options.unknown_spread)
    distance = (decision_table["probability"] - decision_borders["probability"]).abs() / spread
    membership = np.select(
        [distance >= options.firm_from, distance >= options.likely_from], ["firm", "likely"], "borderline"
    )
    assigned = decision_table[[CLIENT_ID]].assign(segment=segment, membership=membership)
    return assigned.astype({"segment": "str", "membership": "str"})


def profile_segments(
    decision_table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation
) -> pd.DataFrame:
    """Describe each segment, in the order of declaration.

    Parameters
    ----------
    decision_table : DataFrame, one row per client
    segments : DataFrame, one row per client
    options : Segmentation

    Returns
    -------
    DataFrame, one row per segment
        Titles and descriptions, at_risk, clients, share, mean_probability, labelled, declined_share with its
        95 % interval, mean_monthly_profit and profit_at_risk (profit units), profit_at_risk_share,
        profit_per_client, profit_per_client_at_risk, reachable_share (allow messages), firm_share,
        top_category, top_reasons, risk_rank, key and one sentence per language.
    """
    table = decision_table.merge(segments, on=CLIENT_ID, validate="one_to_one")
    described = pd.DataFrame(
        [describe_segment(table[table["segment"] == segment.code], segment) for segment in options.segments]
    )
    profiles = rank_segments(described, options.key_min_clients)
    return profiles.assign(
        **{
            f"sentence_{language}": [argue(row, options, language) for _, row in profiles.iterrows()]
            for language in LANGUAGES
        }
    )


def portray_segments(
    decision_table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation
) -> pd.DataFrame:
    """Compare each segment with all other clients; see `compare_with_rest` for the columns."""
    table = decision_table.merge(segments, on=CLIENT_ID, validate="one_to_one")
    return compare_with_rest(table, options.segments)
