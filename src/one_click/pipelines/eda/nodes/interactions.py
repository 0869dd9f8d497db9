"""Interactions: pairs of features whose joint effect on the log-odds of decline is not additive."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from sklearn.linear_model import LogisticRegression

from one_click.columns import BASE_FEATURES, COLUMNS, TARGET
from one_click.parameters import Eda
from one_click.statistics.effect_sizes import share_with_interval

from .encoding import quantile_bins

LEVELS = 3  # of a number
TENTHS = 10
_HARDLY_PENALISED = 1e3
_EFFECTIVELY_UNPENALISED = 1e6
Floats = NDArray[np.float64]


def to_levels(values: pd.Series) -> pd.Series | None:
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
        levels = values.astype("Int64")
    else:
        few = values.nunique() <= LEVELS
        levels = (values if few else quantile_bins(values, LEVELS)).rank(method="dense").astype("Int64") - 1
        if levels.nunique() == 2:  # many clients share a value: there is no middle level
            levels *= LEVELS - 1
    return levels if len(levels.dropna().unique()) > 1 else None


def find_interactions(sampled_clients: pd.DataFrame, options: Eda) -> pd.DataFrame:
    """Test every pair of features, and the declared ones, for an interaction; the smallest p-value first.

    Rao's (1948) score test of the product of two features in a logistic regression that holds their main
    effects in flexible form (tenths, value and rank; the values of a category). p-values are adjusted for all
    pairs (Benjamini and Hochberg 1995). Constant features and those with missing values are not tested.

    Returns
    -------
    DataFrame of `schemas.eda.InteractionTests`
    """
    declared = [frozenset(pair) for pair in options.interactions]
    pairs = {frozenset(pair): pair for pair in (*options.interactions, *combinations(BASE_FEATURES, 2))}
    names = {name for pair in pairs.values() for name in pair}
    complete = [name for name in names if sampled_clients[name].notna().all()]
    terms = {name: make_terms(sampled_clients[name], options.smallest_category) for name in complete}
    target = sampled_clients[TARGET].to_numpy("float64")
    rows = []
    for key, (left, right) in pairs.items():
        if not all(name in terms and terms[name].joint.shape[1] for name in (left, right)):
            continue
        statistic, freedom = score_test(terms[left], terms[right], target)
        p_value = float(stats.chi2.sf(statistic, freedom)) if freedom else 1.0
        rows.append((left, right, key in declared, len(target), statistic, freedom, p_value))
    columns = ["left", "right", "declared", "n", "statistic", "freedom", "p_value"]
    table = pd.DataFrame(rows, columns=columns).astype({"declared": "bool"})
    table["p_adjusted"] = stats.false_discovery_control(table["p_value"]) if len(table) else []
    table["clear"] = table["p_adjusted"] < options.alpha
    return table.sort_values(["p_value", "left", "right"], ignore_index=True)


@dataclass(frozen=True)
class Terms:
    """A feature as columns of a regression, each of shape (n_clients, n_columns).

    Attributes
    ----------
    main : ndarray
        Columns of its main effect.
    joint : ndarray
        Columns whose products with another feature's are tested; none if the feature is constant.
    """

    main: Floats
    joint: Floats


def make_terms(values: pd.Series, smallest: int) -> Terms:
    """Return the terms of a feature; values of a category with fewer than `smallest` clients are one."""
    if COLUMNS[str(values.name)].kind == "category":
        counts = values.map(values.value_counts())
        dummies = pd.get_dummies(values.where(counts >= smallest, "other"), dtype="float64")
        columns = dummies.iloc[:, 1:].to_numpy()
        return Terms(columns, columns)
    numbers = values.astype("float64")
    joint = _standardised(numbers.rank().to_frame())
    # With thirds as main effects, additive effects of correlated features would look like an interaction.
    tenths = pd.get_dummies(quantile_bins(numbers, TENTHS), dtype="float64").iloc[:, 1:]
    return Terms(np.hstack([joint, _standardised(numbers.to_frame()), tenths.to_numpy()]), joint)


def _standardised(columns: pd.DataFrame) -> Floats:
    moving = columns.loc[:, columns.std() > 0]
    return ((moving - moving.mean()) / moving.std()).to_numpy()


def score_test(left: Terms, right: Terms, target: Floats) -> tuple[float, int]:
    """Return the score statistic of the products of two features, and its degrees of freedom."""
    main = np.hstack([np.ones((len(target), 1)), left.main, right.main])
    products = np.einsum("ni,nj->nij", left.joint, right.joint).reshape(len(target), -1)
    fitted = LogisticRegression(C=_HARDLY_PENALISED, solver="newton-cholesky").fit(main[:, 1:], target)
    probability = fitted.predict_proba(main[:, 1:])[:, 1]
    weight = (probability * (1 - probability))[:, None]
    shared = products - main @ np.linalg.lstsq(main.T @ (weight * main), main.T @ (weight * products))[0]
    information = shared.T @ (weight * shared)
    score = shared.T @ (target - probability)
    statistic = score @ np.linalg.pinv(information, hermitian=True) @ score
    return max(0.0, float(statistic)), int(np.linalg.matrix_rank(information, hermitian=True))


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
    """Return the share of declined in each cell by an additive model (main effects on the log-odds)."""
    design = pd.get_dummies(cells[["left_level", "right_level"]].astype("str"), dtype="float64")
    doubled = pd.concat([design, design], ignore_index=True)
    target = np.repeat([1, 0], len(cells))
    weights = np.concatenate([cells["declined"], cells["n"] - cells["declined"]])
    if min(cells["declined"].sum(), (cells["n"] - cells["declined"]).sum()) == 0:
        return cells["declined"] / cells["n"]
    model = LogisticRegression(C=_EFFECTIVELY_UNPENALISED, solver="newton-cholesky", tol=1e-8)
    model.fit(doubled, target, sample_weight=weights)
    return pd.Series(model.predict_proba(design)[:, 1], index=cells.index)


def tabulate_interactions(
    sampled_clients: pd.DataFrame, interaction_tests: pd.DataFrame, options: Eda
) -> pd.DataFrame:
    """Return the share of declined in every cell of the declared pairs and of the clearest others.

    Returns
    -------
    DataFrame of `schemas.eda.Interactions`
    """
    declared = interaction_tests["declared"]
    others = interaction_tests[~declared & interaction_tests["clear"]]
    parts = []
    for pair in pd.concat([interaction_tests[declared], others.head(options.more_interactions)]).itertuples():
        left, right = to_levels(sampled_clients[pair.left]), to_levels(sampled_clients[pair.right])
        cells = count_cells(left, right, sampled_clients[TARGET])
        cells["expected"] = expected_shares(cells)
        hits, n = (cells[name].to_numpy("float64") for name in ("declined", "n"))
        cells["share"], cells["low"], cells["high"] = share_with_interval(hits, n)
        cells = cells.assign(left=pair.left, right=pair.right, p_adjusted=pair.p_adjusted, clear=pair.clear)
        parts.append(cells.astype({"left_level": "str", "right_level": "str", "declined": "int64"}))
    columns = ["left", "right", "p_adjusted", "clear", "left_level", "right_level", "n", "declined"]
    columns += ["share", "low", "high", "expected"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
