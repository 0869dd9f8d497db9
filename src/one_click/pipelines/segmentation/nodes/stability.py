"""How firmly the segments stand: what moves if scores or thresholds had come out a little otherwise."""

import numpy as np
import pandas as pd

from one_click.columns import CLIENT_ID, PROFIT
from one_click.modelling.profit import is_at_risk
from one_click.parameters import CampaignPlan, Segmentation
from one_click.rules.segments import first_fitting
from one_click.schemas.records import RuleThresholds

_SHIFT = 0.05  # of the threshold of risk, and of the share of clients below the threshold of value


def measure_stability(
    decision_table: pd.DataFrame,
    segments: pd.DataFrame,
    rule_thresholds: RuleThresholds,
    options: Segmentation,
    campaign: CampaignPlan,
) -> pd.DataFrame:
    """Compare the segments with those that other scores or thresholds would have made.

    Returns
    -------
    DataFrame of `schemas.segmentation.SegmentStability`
        Jaccard indices (clients in both / clients in either), 1 where nothing moves, missing where both are
        empty. Resampled: mean over draws of every score from a normal distribution with its own spread. Else
        the threshold of risk moves by .05, or the threshold of value by .05 of the clients.
    """
    table = decision_table.merge(segments[[CLIENT_ID, "segment"]], on=CLIENT_ID, validate="one_to_one")
    threshold, value = rule_thresholds.probability, rule_thresholds.monthly_profit
    generator = np.random.default_rng(campaign.seed)
    spread = table["probability_sd"].replace(0, np.nan).fillna(options.unknown_spread)
    draws = []
    for _ in range(campaign.draws):
        drawn = table["probability"] + spread * generator.normal(size=len(table))
        draws.append(_alike(table, drawn.clip(0, 1), threshold, value, options))
    quantiles = [options.value_quantile + side * _SHIFT for side in (-1, 1)]
    shifted = {
        "threshold_lower": (threshold - _SHIFT, value),
        "threshold_higher": (threshold + _SHIFT, value),
        "value_lower": (threshold, table[PROFIT].quantile(max(0.0, quantiles[0]))),
        "value_higher": (threshold, table[PROFIT].quantile(min(1.0, quantiles[1]))),
    }
    codes = [segment.code for segment in options.segments]
    sizes = table["segment"].value_counts().reindex(codes, fill_value=0)
    result = pd.DataFrame({"segment": codes, "clients": sizes.to_numpy()})
    result["resampled"] = np.mean(draws, axis=0)
    for name, thresholds in shifted.items():
        result[name] = _alike(table, table["probability"], *thresholds, options)
    return result


def _alike(
    table: pd.DataFrame, probability: pd.Series, threshold: float, value: float, options: Segmentation
) -> np.ndarray:
    """Return the Jaccard index of each segment with that of other scores and thresholds."""
    moved = table.assign(
        probability=probability, at_risk=is_at_risk(probability, threshold), valuable=table[PROFIT] >= value
    )
    other = first_fitting(options.segments, moved)
    alike = []
    for segment in options.segments:
        before, after = table["segment"] == segment.code, other == segment.code
        either = (before | after).sum()
        alike.append((before & after).sum() / either if either else np.nan)
    return np.array(alike)
