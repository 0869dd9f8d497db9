"""How closely a synthetic store follows a real extract: marginals, correlations, models."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp, norm
from sklearn.base import ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from one_click.columns import BASE_FEATURES, CATEGORICAL_FEATURES, COLUMNS, PROFIT, TARGET, TWIN_GROUP
from one_click.modelling.folds import make_splits
from one_click.modelling.scores import uncalibrated_score
from one_click.parameters import DemoComparison
from one_click.statistics.discrimination import roc_auc

# One plain model of each kind, with fixed hyperparameters. They are not derived from the families: likeness
# must be measured alike when a family is added or a search space changes.
UNTUNED_MODELS: dict[str, Callable[[], ClassifierMixin]] = {
    "logistic_regression": lambda: LogisticRegression(max_iter=1000),
    "decision_tree": lambda: DecisionTreeClassifier(max_depth=5, min_samples_leaf=15, random_state=0),
    "k_nearest_neighbours": lambda: KNeighborsClassifier(25, weights="distance"),
    "svc": SVC,
}
NUMBERS = tuple(name for name in (*BASE_FEATURES, PROFIT) if name not in CATEGORICAL_FEATURES)
CLASSES: dict[str, tuple[int, ...]] = {"all": (0, 1), "declined": (1,), "kept": (0,)}


def compare_marginals(extract: pd.DataFrame, store: pd.DataFrame) -> pd.DataFrame:
    """Compare the distribution of every feature, over all clients and within the classes.

    Parameters
    ----------
    extract, store : DataFrame of `schemas.demo_comparison.LabelledExtract`, one row per client

    Returns
    -------
    DataFrame of `schemas.demo_comparison.DemoMarginals`
        Distances are Kolmogorov-Smirnov statistics; of categories and flags, differences of the share that
        differs most.
    """
    rows = [
        (name, clients, *_distance(*(side.loc[side[TARGET].isin(values), name] for side in (extract, store))))
        for name in (*BASE_FEATURES, PROFIT)
        for clients, values in CLASSES.items()
    ]
    return pd.DataFrame(rows, columns=["feature", "clients", "distance", "chance", "extract", "store"])


def _distance(extract: pd.Series, store: pd.Series) -> tuple[float, float, float, float]:
    pooled = 1 / len(extract) + 1 / len(store)
    if COLUMNS[str(extract.name)].kind in ("category", "flag"):
        shares = pd.concat([side.value_counts(normalize=True) for side in (extract, store)], axis=1).fillna(0)
        most = (shares.iloc[:, 0] - shares.iloc[:, 1]).abs().idxmax()
        share, other = shares.loc[most]
        middle = (share + other) / 2
        # Bonferroni: it is the widest of several differences.
        limit = norm.ppf(1 - 0.025 / max(1, len(shares) - 1))
        return abs(share - other), float(limit * np.sqrt(middle * (1 - middle) * pooled)), share, other
    left, right = extract.astype("float64"), store.astype("float64")
    # 1.358: the 5 % point of the two-sample statistic (Smirnov 1948).
    return float(ks_2samp(left, right).statistic), float(1.358 * np.sqrt(pooled)), left.mean(), right.mean()


def compare_correlations(extract: pd.DataFrame, store: pd.DataFrame) -> pd.DataFrame:
    """Compare Spearman's correlation of every pair of numbers and flags, the target among them.

    Returns
    -------
    DataFrame of `schemas.demo_comparison.DemoCorrelations`, the largest difference first
    """
    names = [*NUMBERS, TARGET]
    known, made = (side[names].astype("float64").corr(method="spearman") for side in (extract, store))
    rows = [(one, two, known.loc[one, two], made.loc[one, two]) for one, two in combinations(names, 2)]
    pairs = pd.DataFrame(rows, columns=["first", "second", "extract", "store"])
    pairs["difference"] = pairs["store"] - pairs["extract"]
    return pairs.sort_values("difference", key=abs, ascending=False, ignore_index=True, kind="stable")


def compare_models(extract: pd.DataFrame, store: pd.DataFrame, comparing: DemoComparison) -> pd.DataFrame:
    """Compare how well the untuned models do on either side, and from one side to the other.

    Parameters
    ----------
    extract, store : DataFrame of `schemas.demo_comparison.LabelledExtract`, one row per client
    comparing : DemoComparison
        Seeds of the five folds that each side is cross-validated on; twins share a fold.

    Returns
    -------
    DataFrame of `schemas.demo_comparison.DemoModels`
    """
    rows = {
        name: {
            "extract": cross_validate(extract, name, comparing.seeds),
            "store": cross_validate(store, name, comparing.seeds),
            "store_to_extract": transfer(store, extract, name),
        }
        for name in UNTUNED_MODELS
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model").reset_index()


def cross_validate(clients: pd.DataFrame, model: str, seeds: tuple[int, ...]) -> float:
    """Return an untuned model's mean ROC-AUC over folds that keep twins together."""
    grouped = with_twin_groups(clients)
    areas = [
        transfer(grouped.iloc[train], grouped.iloc[test], model)
        for seed in seeds
        for train, test in make_splits(grouped, 5, seed)
    ]
    return float(np.mean(areas))


def with_twin_groups(clients: pd.DataFrame) -> pd.DataFrame:
    """Return the clients with the number of their group of twins."""
    groups = clients.groupby([*BASE_FEATURES, TARGET], sort=False).ngroup()
    return clients.assign(**{TWIN_GROUP: groups})


def transfer(train: pd.DataFrame, test: pd.DataFrame, model: str) -> float:
    """Return an untuned model's ROC-AUC on `test`, fitted on `train`."""
    fitted = untuned(model).fit(train[list(BASE_FEATURES)], train[TARGET].astype("int64"))
    scores = uncalibrated_score(fitted, test[list(BASE_FEATURES)])
    return float(roc_auc(scores, test[TARGET].to_numpy("int64"))[0])


def untuned(model: str) -> Any:
    """Return the unfitted pipeline of one of `UNTUNED_MODELS`."""
    words = [name for name in BASE_FEATURES if COLUMNS[name].kind in ("category", "flag")]
    numbers = [name for name in BASE_FEATURES if name not in words]
    prepare = ColumnTransformer(
        [
            ("numbers", StandardScaler(), numbers),
            ("categories", OneHotEncoder(drop="if_binary", handle_unknown="ignore"), words),
        ]
    )
    return Pipeline([("prepare", prepare), ("model", UNTUNED_MODELS[model]())])


def count_shared_rows(extract: pd.DataFrame, store: pd.DataFrame) -> int:
    """Return how many clients of the store equal a client of the extract in every feature."""
    features = list(BASE_FEATURES)
    return len(store[features].merge(extract[features].drop_duplicates(), on=features))
