"""Redundant columns: associations of every pair, variance inflation, clusters of features."""

import pandas as pd
from scipy import stats
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from one_click.columns import BASE_FEATURES, COLUMNS, TARGET
from one_click.parameters import Eda
from one_click.statistics.effect_sizes import variance_inflation

from .encoding import is_identifier

# What is done about a feature: nothing can be learnt from it, selection and regularisation choose, nothing.
CONSTANT, REDUNDANT, PLAIN = "constant", "redundant", "plain"


def correlate(sampled_clients: pd.DataFrame, options: Eda) -> pd.DataFrame:
    """Return the association of every pair of features, and of each with the target.

    Returns
    -------
    DataFrame of `schemas.eda.Correlations`
        Measures are missing for constant columns and for identifiers.
    """
    from phik.phik import phik_matrix
    from phik.significance import significance_matrix

    names = [TARGET, *BASE_FEATURES]
    kinds = {name: COLUMNS[name].kind for name in names if _varies(sampled_clients[name])}
    intervals = [name for name, kind in kinds.items() if kind in ("whole", "number", "share")]
    # phik fails on pandas' nullable types.
    plain = {name: "float64" if name in intervals else "str" for name in kinds}
    columns = sampled_clients[list(kinds)].astype(plain)
    how = {"interval_cols": intervals, "verbose": False, "njobs": 1}
    spreads = significance_matrix(columns, significance_method="asymptotic", **how)
    ordinal = [name for name, kind in kinds.items() if kind != "category"]
    square = {
        "phik": phik_matrix(columns, **how),
        "p_value": spreads.apply(stats.norm.sf),
        "spearman": sampled_clients[ordinal].astype("float64").corr(method="spearman"),
    }
    pairs = pd.MultiIndex.from_product([names, names], names=["left", "right"])
    table = {
        name: matrix.reindex(index=names, columns=names).to_numpy("float64").ravel()
        for name, matrix in square.items()
    }
    adjusted = _adjust(pd.DataFrame(table, index=pairs).reset_index())
    return adjusted.assign(clear=adjusted["p_adjusted"] < options.alpha, n=len(sampled_clients))


def _adjust(pairs: pd.DataFrame) -> pd.DataFrame:
    """Add p-values adjusted for the number of unordered pairs of different columns."""
    once = pairs[(pairs["left"] < pairs["right"]) & pairs["p_value"].notna()]
    adjusted = once.assign(p_adjusted=stats.false_discovery_control(once["p_value"]) if len(once) else [])
    mirrored = adjusted.rename(columns={"left": "right", "right": "left"})
    both = pd.concat([adjusted, mirrored])[["left", "right", "p_adjusted"]]
    return pairs.merge(both, on=["left", "right"], how="left")


def _varies(values: pd.Series) -> bool:
    is_category = COLUMNS[str(values.name)].kind == "category"
    return len(values.dropna().unique()) > 1 and not (is_category and is_identifier(values))


def measure_collinearity(
    sampled_clients: pd.DataFrame, correlations: pd.DataFrame, options: Eda
) -> pd.DataFrame:
    """Return the variance inflation factor and the cluster of each feature, the largest factor first.

    Returns
    -------
    DataFrame of `schemas.eda.Collinearity`, without sentences
        `treatment` in place of them is `CONSTANT`, `REDUNDANT` or `PLAIN`. The factor is infinite where other
        columns determine the feature. Clusters join features by average linkage while their mean phik is at
        least `alike_from`.
    """
    numbers = [name for name in BASE_FEATURES if COLUMNS[name].kind != "category"]
    factors = variance_inflation(sampled_clients[numbers].astype("float64"))
    clusters = _cluster_features(correlations, options.alike_from)
    table = pd.DataFrame({"feature": BASE_FEATURES, "n": len(sampled_clients)})
    table["vif"] = table["feature"].map(factors)
    table["collinear"] = table["vif"] > options.largest_vif
    table["cluster"] = table["feature"].map(clusters)
    table["alike"] = [_others(name, clusters) for name in table["feature"]]
    constant = table["feature"].map(sampled_clients[list(BASE_FEATURES)].nunique()) < 2
    redundant = table["collinear"] | (table["alike"] != "")
    table["treatment"] = redundant.map({True: REDUNDANT, False: PLAIN}).mask(constant, CONSTANT)
    return table.sort_values(["vif", "feature"], ascending=[False, True], ignore_index=True)


def _cluster_features(correlations: pd.DataFrame, alike_from: float) -> pd.Series:
    phik = correlations.pivot_table(index="left", columns="right", values="phik", dropna=False)
    names = list(BASE_FEATURES)
    # What has no phik (constants, identifiers) is as far from everything as can be.
    distances = 1 - phik.reindex(index=names, columns=names).fillna(0.0).to_numpy("float64")
    joined = linkage(squareform(distances, checks=False), method="average")
    return pd.Series(fcluster(joined, 1 - alike_from, criterion="distance"), index=names)


def _others(name: str, clusters: pd.Series) -> str:
    return ", ".join(other for other in clusters.index[clusters == clusters[name]] if other != name)
