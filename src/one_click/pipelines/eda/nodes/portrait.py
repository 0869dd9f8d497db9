"""Comparison of the classes, feature by feature: effects, risk ratios, and why a feature has none."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from one_click.columns import COLUMNS, GLOSSARY, TARGET
from one_click.parameters import Eda
from one_click.statistics.effect_sizes import NO_EFFECT, UNKNOWN_EFFECT, Effect, cliffs_delta, cramers_v

from .encoding import is_identifier
from .summaries import PORTRAYED

# Notes of a feature whose classes cannot be compared.
CONSTANT = "constant"
NO_VALUES = "no_values"
TOO_FEW_VALUES = "too_few_values"
TOO_MANY_VALUES = "too_many_values"
INCOMPARABLE = (CONSTANT, NO_VALUES, TOO_FEW_VALUES, TOO_MANY_VALUES)


def compare_classes(labelled_clients: pd.DataFrame, options: Eda) -> pd.DataFrame:
    """Compare the declined clients with the others in every feature, the largest effect first.

    Returns
    -------
    DataFrame of `schemas.eda.ClassPortrait`, without sentences
        Typical values are medians (means where the medians are equal), for flags shares, for categories the
        shares of `level`. For what `note` may be see `compare_feature`.
    """
    declined = labelled_clients[TARGET] == 1
    rows = [compare_feature(labelled_clients[name], declined, options) for name in PORTRAYED]
    table = pd.DataFrame(rows)
    table["p_adjusted"] = stats.false_discovery_control(table["p_value"])
    table["direction"] = [_direction(row, row.p_adjusted < options.alpha) for row in table.itertuples()]
    table = table.sort_values("effect", key=abs, ascending=False, kind="stable", ignore_index=True)
    table.insert(0, "rank", table.index + 1)
    return table


def _direction(row: Any, clear: bool) -> str:
    if not clear:
        return "none"
    # Cramér's V has no sign: a category's direction is that of the share of its level.
    is_category = COLUMNS[row.feature].kind == "category"
    difference = row.typical_declined - row.typical_kept if is_category else row.effect
    return "higher" if difference > 0 else "lower"


def compare_feature(values: pd.Series, declined: pd.Series, options: Eda) -> dict[str, Any]:
    """Compare one feature of the declined clients with that of the others.

    Parameters
    ----------
    values : Series, one value per client
        Named as in the vocabulary; missing values are left out.
    declined : Series of bool
    options : Eda

    Returns
    -------
    dict
        A row of `class_portrait` before ranks, adjusted p-values and sentences. Nothing is compared if `note`
        is `constant`, `no_values`, `too_few_values` (fewer than two in a class) or `too_many_values` (an
        identifier); other notes are `one_value_in_declined`, `one_value_in_kept` and `new_category: …` (a
        value that the glossary lacks).
    """
    name = str(values.name)
    kind = COLUMNS[name].kind
    own, others = values[declined].dropna(), values[~declined].dropna()
    row = {"feature": name, "kind": kind, "n_declined": len(own), "n_kept": len(others)}
    # Every row has the fields that only categories fill.
    row |= {"level": "", "risk_ratio": np.nan, "risk_low": np.nan, "risk_high": np.nan, "stands_out": False}
    if reason := _why_incomparable(own, others, kind):
        effect = NO_EFFECT if reason == CONSTANT else UNKNOWN_EFFECT
        typical = {"statistic": "median", "typical_declined": np.nan, "typical_kept": np.nan}
        return row | typical | _fields(effect, reason)
    compare = _compare_category if kind == "category" else _compare_numbers
    compared, effect = compare(own, others, options)
    return row | compared | _fields(effect, _anomalies(own, others, kind))


def _why_incomparable(own: pd.Series, others: pd.Series, kind: str) -> str:
    together = pd.concat([own, others])
    if together.empty:
        return NO_VALUES
    if len(together.unique()) == 1:
        return CONSTANT
    if min(len(own), len(others)) < 2:
        return TOO_FEW_VALUES
    return TOO_MANY_VALUES if kind == "category" and is_identifier(together) else ""


def _anomalies(own: pd.Series, others: pd.Series, kind: str) -> str:
    sides = (("declined", own), ("kept", others))
    notes = [f"one_value_in_{title}" for title, values in sides if len(values.unique()) == 1]
    if kind == "category":
        new = sorted(set(pd.concat([own, others]).astype("str")) - set(GLOSSARY))
        notes += [f"new_category: {', '.join(new)}"] if new else []
    return "; ".join(notes)


def _fields(effect: Effect, note: str) -> dict[str, Any]:
    return {
        "effect": effect.size,
        "low": effect.low,
        "high": effect.high,
        "p_value": effect.p_value,
        "note": note,
    }


def _compare_numbers(own: pd.Series, others: pd.Series, _options: Eda) -> tuple[dict[str, Any], Effect]:
    own, others = own.astype("float64"), others.astype("float64")
    if COLUMNS[str(own.name)].kind == "flag":
        statistic, average = "share", "mean"
    else:
        statistic = average = "median" if own.median() != others.median() else "mean"
    typical = {"typical_declined": own.agg(average), "typical_kept": others.agg(average)}
    return {"statistic": statistic} | typical, cliffs_delta(own.to_numpy(), others.to_numpy())


def _compare_category(own: pd.Series, others: pd.Series, options: Eda) -> tuple[dict[str, Any], Effect]:
    counts = pd.DataFrame({"declined": own.value_counts(), "kept": others.value_counts()})
    counts = counts.fillna(0).sort_index()
    level = strongest_level(counts, options.smallest_category)
    shares = counts / counts.sum()
    low, high = risk_interval(counts, level)
    row = {
        "statistic": "share",
        "level": str(level),
        "risk_ratio": risk_ratio(counts, level),
        "risk_low": low,
        "risk_high": high,
        "stands_out": stands_out(counts, level),
        "typical_declined": float(shares.loc[level, "declined"]),
        "typical_kept": float(shares.loc[level, "kept"]),
    }
    return row, cramers_v(counts)


def strongest_level(counts: pd.DataFrame, smallest: int) -> str:
    """Return the value with the most significant difference in the risk of decline from all others.

    The difference is the logarithm of the odds ratio, with Haldane's ½ in each cell, in standard errors:
    unlike the risk ratio, its size does not depend on which class is asked about. Of equal differences (as of
    the only two values) the rarer value's is taken.

    Parameters
    ----------
    counts : DataFrame, one row per value: declined, kept
    smallest : int
        Values of fewer clients are left out, unless all are so rare.
    """
    clients = counts.sum(axis=1)
    judged = pd.DataFrame({"distance": _distance(counts).round(9), "clients": clients})
    large = judged[clients >= smallest]
    ordered = (large if len(large) else judged).sort_values(
        ["distance", "clients"], ascending=[False, True], kind="stable"
    )
    return str(ordered.index[0])


def _distance(counts: pd.DataFrame) -> pd.Series:
    inside, rest = counts + 0.5, counts.sum() - counts + 0.5
    odds_ratio = inside["declined"] * rest["kept"] / (inside["kept"] * rest["declined"])
    return np.log(odds_ratio).abs() / np.sqrt((1 / inside + 1 / rest).sum(axis=1))


def stands_out(counts: pd.DataFrame, level: str) -> bool:
    """Whether the risk of the selected value differs significantly (5 %) from that of all others."""
    return bool(_distance(counts)[level] > _critical(len(counts)))


def _critical(values: int) -> float:
    """Return the critical value in standard errors, with Bonferroni's correction for the selection."""
    # Between two values nothing is selected: each is compared with the other.
    return float(stats.norm.isf(0.025 / (values if values > 2 else 1)))


def risk_ratio(counts: pd.DataFrame, level: str) -> float:
    """Return the share of declined among the value's clients over that among all others.

    Infinite where none of the others declined.
    """
    inside, rest = counts.loc[level], counts.sum() - counts.loc[level]
    others = rest["declined"] / rest.sum()
    return float(inside["declined"] / inside.sum() / others) if others > 0 else float("inf")


def risk_interval(counts: pd.DataFrame, level: str) -> tuple[float, float]:
    """Return the 95 % interval of the risk ratio of a value that was selected for its risk.

    On the logarithmic scale (Katz et al. 1978, Biometrics 34:469), with ½ added to each count so that empty
    cells have an interval too, and Bonferroni's correction for the selection.
    """
    inside = counts.loc[level] + 0.5
    rest = counts.sum() - counts.loc[level] + 0.5
    ratio = (inside["declined"] / inside.sum()) / (rest["declined"] / rest.sum())
    variance = sum(1 / part["declined"] - 1 / part.sum() for part in (inside, rest))
    spread = _critical(len(counts)) * np.sqrt(variance)
    return float(ratio * np.exp(-spread)), float(ratio * np.exp(spread))
