"""ROC-AUC of each group of features alone."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from one_click.columns import BASE_FEATURES, COLUMNS, GROUP_LABELS, TARGET, TWIN_GROUP
from one_click.modelling.folds import Split, make_splits
from one_click.parameters import Eda
from one_click.statistics.effect_sizes import UNKNOWN_EFFECT, Effect, cliffs_delta

from .encoding import standardise

FOLDS = 5
_BY_CHANCE = 0.5


def separation(clients: pd.DataFrame, names: list[str], seed: int) -> Effect:
    """Return the out-of-fold ROC-AUC of a logistic regression on some features.

    Parameters
    ----------
    clients : DataFrame, one row per labelled client
        With `twin_group` and `activity_declined`.
    names : list of str
    seed : int
        Of the folds.

    Returns
    -------
    Effect
        Unknown if the features are constant or a class is too small. Models of folds that share clients vary
        together: for uninformative features, the 95 % interval misses .5 in one case of four, mostly from
        below.
    """
    points = standardise(clients, names)
    twins_once = clients.groupby(TWIN_GROUP)[TARGET].max().value_counts().reindex([0, 1], fill_value=0)
    if points.empty or points.shape[1] == 0 or twins_once.min() < FOLDS:
        return UNKNOWN_EFFECT
    folds = make_splits(clients, FOLDS, seed)
    target = clients[TARGET].to_numpy()
    scores = cross_val_predict(LogisticRegression(), points, target, cv=folds, method="decision_function")
    # The models of different folds have different levels: only ranks within a fold compare.
    scores = pd.Series(scores).groupby(_fold_of(folds)).rank(pct=True).to_numpy()
    delta = cliffs_delta(scores[target == 1], scores[target == 0])
    size, low, high = ((end + 1) / 2 for end in (delta.size, delta.low, delta.high))
    return Effect(size, low, high, delta.p_value)


def _fold_of(folds: list[Split]) -> NDArray[np.intp]:
    number = np.empty(sum(len(test) for _, test in folds), dtype=np.intp)
    for place, (_, test) in enumerate(folds):
        number[test] = place
    return number


def measure_groups(sampled_clients: pd.DataFrame, class_portrait: pd.DataFrame, options: Eda) -> pd.DataFrame:
    """Compare the groups of features, the highest ROC-AUC first.

    Returns
    -------
    DataFrame of `schemas.eda.FeatureGroups`
        A group separates the classes if its p-value, adjusted for all groups (Benjamini and Yekutieli 2001),
        is below `alpha`.
    """
    rows = []
    for group in GROUP_LABELS:
        names = [name for name in BASE_FEATURES if COLUMNS[name].group == group]
        own = class_portrait[class_portrait["feature"].isin(names)]
        found = separation(sampled_clients, names, options.seed)
        rows.append(
            {
                "group": group,
                "features": len(names),
                "clear": int((own["direction"] != "none").sum()),
                "strongest": own["feature"].iloc[0],
                "n": len(sampled_clients),
                "roc_auc": found.size,
                "low": found.low,
                "high": found.high,
                "p_value": found.p_value,
            }
        )
    table = pd.DataFrame(rows).sort_values("roc_auc", ascending=False, kind="stable", ignore_index=True)
    # All groups are judged on the same clients, so that their tests may depend on each other in any way.
    adjusted = stats.false_discovery_control(table["p_value"], method="by")
    return table.assign(separates=(adjusted < options.alpha) & (table["roc_auc"] > _BY_CHANCE))
