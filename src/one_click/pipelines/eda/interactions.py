"""Pairs of features that together tell more, or less, than each by itself."""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import xlogy
from sklearn.linear_model import LogisticRegression

from one_click.columns import BASE_FEATURES, COLUMNS, TARGET
from one_click.effects import share_with_interval
from one_click.parameters import Eda

from .encoding import equal_parts

PARTS = 3  # into which numbers are cut
_EFFECTIVELY_UNPENALISED = 1e6


def cut(values: pd.Series) -> pd.Series | None:
    """Return the level of each client: the value of a category or flag, the third of a number.

    Returns
    -------
    Series of int or str, or None
        Numbers have the levels 0 (low) to 2 (high), fewer where many clients share a value. None if there is
        but one level.
    """
    kind = COLUMNS[str(values.name)].kind
    if kind == "category":
        levels = values.astype("str")
    elif kind == "flag":
        levels = values.astype("int64")
    else:
        few = values.nunique() <= PARTS
        levels = (values if few else equal_parts(values, PARTS)).rank(method="dense") - 1
        if levels.nunique() == 2:  # many clients share a value: there are a low and a high part only
            levels *= PARTS - 1
    return levels if len(levels.dropna().unique()) > 1 else None


def find_interactions(sampled_clients: pd.DataFrame, options: Eda) -> pd.DataFrame:
    """Test every pair of features, and the declared ones, for an effect beyond the sum of both.

    Each pair's table of levels is fitted by a logistic regression without and with its product terms; the
    statistic is the likelihood ratio of the two. p-values are adjusted for all pairs (Benjamini and Hochberg
    1995).

    Returns
    -------
    DataFrame, one row per pair that has a table, the surest first: left, right, declared, n, statistic,
    freedom, p_value, p_adjusted, clear
    """
    declared = [tuple(pair) for pair in options.interactions]
    pairs = dict.fromkeys([*declared, *combinations(BASE_FEATURES, 2)])
    levels = {name: cut(sampled_clients[name]) for name in {name for pair in pairs for name in pair}}
    rows = []
    for left, right in pairs:
        if levels[left] is None or levels[right] is None:
            continue
        cells = count_cells(levels[left], levels[right], sampled_clients[TARGET])
        statistic, freedom = _likelihood_ratio(cells)
        rows.append(
            {
                "left": left,
                "right": right,
                "declared": (left, right) in declared,
                "n": int(cells["n"].sum()),
                "statistic": statistic,
                "freedom": freedom,
                "p_value": float(stats.chi2.sf(statistic, freedom)) if freedom else 1.0,
            }
        )
    columns = ["left", "right", "declared", "n", "statistic", "freedom", "p_value"]
    table = pd.DataFrame(rows, columns=columns)
    table["p_adjusted"] = stats.false_discovery_control(table["p_value"]) if len(table) else []
    table["clear"] = table["p_adjusted"] < options.alpha
    return table.sort_values(["p_value", "left", "right"], ignore_index=True)


def count_cells(left: pd.Series, right: pd.Series, target: pd.Series) -> pd.DataFrame:
    """Count the clients and the declined of each pair of levels that occurs.

    Returns
    -------
    DataFrame: left_level, right_level, n, declined
    """
    frame = pd.DataFrame({"left_level": left, "right_level": right, "declined": target})
    grouped = frame.groupby(["left_level", "right_level"])["declined"]
    return grouped.agg(n="size", declined="sum").reset_index()


def expected_shares(cells: pd.DataFrame) -> pd.Series:
    """Return the share of declined in each cell if the two features acted side by side."""
    design = pd.get_dummies(cells[["left_level", "right_level"]].astype("str"), dtype="float64")
    doubled = pd.concat([design, design], ignore_index=True)
    target = np.repeat([1, 0], len(cells))
    weights = np.concatenate([cells["declined"], cells["n"] - cells["declined"]])
    if min(cells["declined"].sum(), (cells["n"] - cells["declined"]).sum()) == 0:
        return cells["declined"] / cells["n"]
    model = LogisticRegression(C=_EFFECTIVELY_UNPENALISED, solver="newton-cholesky", tol=1e-8)
    model.fit(doubled, target, sample_weight=weights)
    return pd.Series(model.predict_proba(design)[:, 1], index=cells.index)


def _likelihood_ratio(cells: pd.DataFrame) -> tuple[float, int]:
    """Return twice the gain in log-likelihood of the cells' own shares, and its degrees of freedom."""
    n, declined = cells["n"], cells["declined"]
    own, expected = declined / n, expected_shares(cells)
    gain = _log_likelihood(declined, n, own) - _log_likelihood(declined, n, expected)
    levels = cells["left_level"].nunique() + cells["right_level"].nunique()
    return max(0.0, 2 * gain), max(0, len(cells) - levels + 1)


def _log_likelihood(declined: pd.Series, n: pd.Series, share: pd.Series) -> float:
    return float((xlogy(declined, share) + xlogy(n - declined, 1 - share)).sum())


def tabulate_interactions(
    sampled_clients: pd.DataFrame, interaction_tests: pd.DataFrame, options: Eda
) -> pd.DataFrame:
    """Return the share of declined in every cell of the declared pairs and of the surest others.

    Returns
    -------
    DataFrame, one row per pair and cell: left, right, p_adjusted, clear, left_level, right_level, n,
    declined, share, low, high (Wilson's 95 % interval), expected (if the two features acted side by side)
        Levels are text: the value of a category, ``0`` or ``1`` of a flag, ``0`` (low) to ``2`` (high) of a
        number.
    """
    declared = interaction_tests["declared"]
    sure = interaction_tests[~declared & interaction_tests["clear"]]
    parts = []
    for pair in pd.concat([interaction_tests[declared], sure.head(options.more_interactions)]).itertuples():
        left, right = cut(sampled_clients[pair.left]), cut(sampled_clients[pair.right])
        cells = count_cells(left, right, sampled_clients[TARGET])
        cells["expected"] = expected_shares(cells)
        intervals = [
            share_with_interval(int(hits), int(n))
            for hits, n in zip(cells["declined"], cells["n"], strict=True)
        ]
        cells[["share", "low", "high"]] = intervals
        cells = cells.assign(left=pair.left, right=pair.right, p_adjusted=pair.p_adjusted, clear=pair.clear)
        parts.append(cells.astype({"left_level": "str", "right_level": "str", "declined": "int64"}))
    columns = ["left", "right", "p_adjusted", "clear", "left_level", "right_level", "n", "declined"]
    columns += ["share", "low", "high", "expected"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
