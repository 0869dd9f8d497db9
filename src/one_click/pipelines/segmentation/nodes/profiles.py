"""What segments look like: size, profit at risk, and a portrait against the rest."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, mannwhitneyu

from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS, PROFIT, TARGET
from one_click.parameters import Segmentation
from one_click.rules.conditions import SEPARATOR
from one_click.rules.segments import Segment
from one_click.statistics.effect_sizes import share_with_interval

_PORTRAIT_FEATURES = tuple(
    name for name in (*BASE_FEATURES, PROFIT) if COLUMNS[name].kind in ("whole", "number", "share")
)
_TOP_REASONS = 3


def measure_segments(
    decision_table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation
) -> pd.DataFrame:
    """Describe each segment in numbers, in the order of declaration.

    Returns
    -------
    DataFrame, one row per segment
        `schemas.segmentation.SegmentProfiles` without its sentences.
    """
    table = decision_table.merge(segments, on=CLIENT_ID, validate="one_to_one")
    described = pd.DataFrame(
        [describe_segment(table[table["segment"] == segment.code], segment) for segment in options.segments]
    )
    return rank_segments(described, options.key_min_clients)


def describe_segment(inside: pd.DataFrame, segment: Segment) -> dict[str, object]:
    """Return the numbers of one segment; means and shares of an empty one are missing.

    Parameters
    ----------
    inside : DataFrame, one row per client of the segment
        Rows of the decision table with their `membership`.
    segment : Segment
        Its declaration.
    """
    labelled = inside[TARGET].dropna()
    share, low, high = share_with_interval(int(labelled.sum()), len(labelled))
    return {
        "segment": segment.code,
        "title_ru": segment.title_ru,
        "title_en": segment.title_en,
        "description_ru": segment.description_ru,
        "description_en": segment.description_en,
        "at_risk": segment.at_risk,
        "clients": len(inside),
        "mean_probability": inside["probability"].mean(),
        "labelled": len(labelled),
        "declined_share": share,
        "declined_low": low,
        "declined_high": high,
        "mean_monthly_profit": inside[PROFIT].mean(),
        "profit_at_risk": inside["profit_at_risk"].sum(),
        "reachable_share": inside["allows_messages"].mean(),
        "minutes_change": _median_change(inside["minutes_current"], inside["minutes_previous"]),
        "revenue_change": _median_change(
            inside["revenue_current"], (inside["revenue_two_months_ago"] + inside["revenue_previous"]) / 2
        ),
        "promo_share": inside["promo_purchase_share"].mean(),
        "firm_share": (inside["membership"] == "firm").mean(),
        "top_category": _most_frequent(inside["popular_category"], 1),
        "top_reasons": _most_frequent(inside.loc[inside["main_reason"] != "", "main_reason"], _TOP_REASONS),
    }


def _median_change(now: pd.Series, before: pd.Series) -> float:
    """Return the median change against earlier months, as a share; missing where there were none."""
    return float((now / before.where(before > 0) - 1).median())


def _most_frequent(names: pd.Series, limit: int) -> str:
    counts = names.value_counts().reset_index().sort_values(["count", names.name], ascending=[False, True])
    return SEPARATOR.join(counts[names.name].head(limit))


def rank_segments(profiles: pd.DataFrame, key_min_clients: int) -> pd.DataFrame:
    """Add shares of the base, and which segments at risk are key.

    Key is a segment at risk of at least `key_min_clients` clients whose profit at risk per client is above 0
    and not below that of all clients of the segments at risk: contacts spent there keep more than average.

    Parameters
    ----------
    profiles : DataFrame, one row per segment
    key_min_clients : int

    Returns
    -------
    DataFrame
        With the columns of `schemas.segmentation.SegmentProfiles` from `share` to `key`.
    """
    of_risk = profiles[profiles["at_risk"]]
    total, at_risk = profiles["profit_at_risk"].sum(), of_risk["clients"].sum()
    mean_at_risk = of_risk["profit_at_risk"].sum() / at_risk if at_risk else np.nan
    per_client = profiles["profit_at_risk"] / profiles["clients"].where(profiles["clients"] > 0)
    large = profiles["clients"] >= key_min_clients
    return (
        profiles.assign(
            share=profiles["clients"] / profiles["clients"].sum(),
            profit_at_risk_share=profiles["profit_at_risk"] / total if total else np.nan,
            profit_per_client=per_client,
            profit_per_client_at_risk=mean_at_risk,
            risk_rank=of_risk["profit_at_risk"].rank(ascending=False, method="first").reindex(profiles.index),
            key=profiles["at_risk"] & large & (per_client >= mean_at_risk) & (per_client > 0),
        )
        .fillna({"risk_rank": 0})
        .astype({"risk_rank": "int64"})
    )


def portray_segments(
    decision_table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation
) -> pd.DataFrame:
    """Compare each segment with all other clients; see `compare_with_rest`."""
    table = decision_table.merge(segments, on=CLIENT_ID, validate="one_to_one")
    return compare_with_rest(table, options.segments)


def compare_with_rest(table: pd.DataFrame, segments: Sequence[Segment]) -> pd.DataFrame:
    """Compare each segment with all other clients, feature by feature.

    Parameters
    ----------
    table : DataFrame, one row per client
        The decision table with `segment`.
    segments : sequence of Segment

    Returns
    -------
    DataFrame of `schemas.segmentation.SegmentPortraits`
        `effect` is Cliff's delta, from -1 to 1: the probability that a client of the segment has the larger
        value, less the probability of the smaller one (Cliff, 1993). `p_adjusted`: Mann-Whitney, adjusted
        over the whole table (Benjamini and Hochberg, 1995). Where `in_rule`, the difference proves nothing.
    """
    rows = [
        _compare(table, segment, feature)
        for segment in segments
        if 0 < (table["segment"] == segment.code).sum() < len(table)
        for feature in _PORTRAIT_FEATURES
    ]
    columns = ["segment", "feature", "median_inside", "median_rest", "effect", "p_adjusted", "in_rule"]
    portraits = pd.DataFrame(rows, columns=columns)
    if len(portraits):
        portraits["p_adjusted"] = false_discovery_control(portraits["p_adjusted"])
    return portraits


def _compare(table: pd.DataFrame, segment: Segment, feature: str) -> tuple[object, ...]:
    of_segment = table["segment"] == segment.code
    inside, rest = table.loc[of_segment, feature], table.loc[~of_segment, feature]
    if table[feature].min() == table[feature].max():  # the test divides by the spread of the ranks
        effect, p_value = 0.0, 1.0
    else:
        test = mannwhitneyu(inside, rest, method="asymptotic")
        effect, p_value = 2 * test.statistic / (len(inside) * len(rest)) - 1, test.pvalue
    asked = {condition.column for condition in segment.conditions}
    in_rule = feature in asked or (feature == PROFIT and "valuable" in asked)
    return segment.code, feature, inside.median(), rest.median(), effect, p_value, in_rule
