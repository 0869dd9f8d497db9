"""What segments look like: size, profit at risk, portrait against the rest, and the argument for acting."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, mannwhitneyu

from one_click.columns import BASE_FEATURES, COLUMNS, PROFIT, TARGET, Language
from one_click.parameters import Segmentation
from one_click.presentation.wording import clients, in_months, number, percent
from one_click.rules.declarations import Segment
from one_click.rules.matching import SEPARATOR
from one_click.statistics.effect_sizes import share_with_interval

_PORTRAIT_FEATURES = tuple(
    name for name in (*BASE_FEATURES, PROFIT) if COLUMNS[name].kind in ("whole", "number", "share")
)
_TOP_REASONS = 3


def describe_segment(inside: pd.DataFrame, segment: Segment) -> dict[str, object]:
    """Return the figures of one segment; means and shares of an empty one are missing.

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
        With `share`, `profit_at_risk_share`, `profit_per_client`, `profit_per_client_at_risk` (the mean over
        the segments at risk), `risk_rank` (1 has the most profit at risk; 0 is not at risk) and `key`.
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


def argue(profile: pd.Series, options: Segmentation, language: Language) -> str:
    """Write one sentence or two about a segment from its row of `segment_profiles`."""
    title = profile[f"title_{language}"]
    if profile["clients"] == 0:
        return f"{title}: клиентов нет." if language == "ru" else f"{title}: no clients."
    size = f"{clients(profile['clients'], language)} ({percent(profile['share'], 1, language)}"
    risk = percent(profile["mean_probability"], 0, language)
    profit = number(profile["profit_at_risk"], 0, language)
    of_all = percent(profile["profit_at_risk_share"], 0, language)
    months = in_months(options.horizon_months, language)
    if language == "ru":
        facts = f"{title}: {size} базы), вероятность снижения в среднем {risk}; под риском может быть до "
        facts += f"{profit} ед. прибыли {months} ({of_all} всей прибыли под риском). "
    else:
        facts = f"{title}: {size} of the base), mean probability of decline {risk}; up to {profit} profit "
        facts += f"units may be at risk {months} ({of_all} of all profit at risk). "
    return facts + _verdict(profile, options, language)


def _verdict(profile: pd.Series, options: Segmentation, language: Language) -> str:
    words = _VERDICTS[language]
    figures = {
        "own": number(profile["profit_per_client"], 1, language),
        "mean": number(profile["profit_per_client_at_risk"], 1, language),
        "reached": percent(profile["reachable_share"], 0, language),
        "least": options.key_min_clients,
    }
    if not profile["at_risk"]:
        return words["not_at_risk"]
    if profile["clients"] < options.key_min_clients:
        return words["small"].format(**figures)
    return words["key" if profile["key"] else "not_key"].format(**figures)


_VERDICTS: dict[Language, dict[str, str]] = {
    "ru": {
        "not_at_risk": "Клиенты вне зоны риска: предложений не нужно.",
        "small": "Клиентов меньше {least}: не ключевой.",
        "key": "Ключевой сегмент: {own} на клиента при среднем {mean} в зоне риска, сообщения разрешают "
        "{reached} клиентов.",
        "not_key": "Не ключевой: {own} на клиента, меньше среднего {mean} в зоне риска.",
    },
    "en": {
        "not_at_risk": "Not at risk: no offers needed.",
        "small": "Fewer than {least} clients: not key.",
        "key": "A key segment: {own} per client against {mean} on average at risk; {reached} of them allow "
        "messages.",
        "not_key": "Not key: {own} per client, below the average at risk of {mean}.",
    },
}


def compare_with_rest(table: pd.DataFrame, segments: Sequence[Segment]) -> pd.DataFrame:
    """Compare each segment with all other clients, feature by feature.

    Parameters
    ----------
    table : DataFrame, one row per client
        The decision table with `segment`.
    segments : sequence of Segment

    Returns
    -------
    DataFrame: segment, feature, median_inside, median_rest, effect, p_adjusted, in_rule
        `effect` is Cliff's delta, from -1 to 1: the probability that a client of the segment has the larger
        value, less the probability of the smaller one (Cliff, 1993). `p_adjusted`: Mann-Whitney, adjusted
        over the whole table (Benjamini and Hochberg, 1995). `in_rule`: the segment's own rule asks for the
        feature, so that the difference proves nothing.
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
    if table[feature].min() == table[feature].max():
        effect, p_value = 0.0, 1.0
    else:
        test = mannwhitneyu(inside, rest, method="asymptotic")
        effect, p_value = 2 * test.statistic / (len(inside) * len(rest)) - 1, test.pvalue
    asked = {condition.column for condition in segment.conditions}
    in_rule = feature in asked or (feature == PROFIT and "valuable" in asked)
    return segment.code, feature, inside.median(), rest.median(), effect, p_value, in_rule
