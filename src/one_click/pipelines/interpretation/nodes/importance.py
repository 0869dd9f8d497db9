"""Importance of features over all clients: loss when permuted, and mean absolute Shapley values."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS, TARGET
from one_click.errors import DataError
from one_click.explain.perturbation import Score, mix
from one_click.modelling.candidates import join_labelled
from one_click.modelling.evaluation import average_precision, f1_declined, resample_clients
from one_click.modelling.scores import raw_features, uncalibrated_score
from one_click.parameters import Interpretation, ModelSelection
from one_click.statistics.discrimination import roc_auc

from .refits import refit_splits, stack_refits

Values = NDArray[np.float64]
Units = dict[tuple[str, str], list[str]]  # kind and name -> features that are shuffled together

FEATURE, COLLINEAR, GROUP = "feature", "collinear", "group"
_RESAMPLES = 200


def permute_features(
    train_clients: pd.DataFrame,
    test_clients: pd.DataFrame,
    champion_refits: list[Any],
    selection: ModelSelection,
    options: Interpretation,
) -> pd.DataFrame:
    """Return the permutation importance of features, collinear sets and groups on held-out clients.

    Each refit is scored on the fold that it was not fitted on, so that all labelled clients are held out.

    Returns
    -------
    DataFrame of `schemas.interpretation.PermutationImportance`, most important first
        Metrics: roc_auc, average_precision, f1_declined (with as many clients called as decline, and those
        that tie with the last of them). Low and high are of these refits and permutations, no 95 % interval:
        on planted stores they hold what these refits lose in the population in nine cases of ten
        (`benchmarks.intervals`).

    Raises
    ------
    DataError
        If there are not as many refits as folds.
    """
    clients = join_labelled(train_clients, test_clients)
    splits = refit_splits(clients, selection, options)
    if len(champion_refits) != len(splits):
        raise DataError(
            f"There are {len(champion_refits)} refits for {len(splits)} folds.",
            file="champion_refits",
            rule="each refit is scored on the fold that it was not fitted on",
            remedy="run the pipeline interpretation from its beginning",
        )
    units = shuffle_units(clients, options.collinear_from)
    resamples = resample_clients(clients[TARGET].to_numpy(), _RESAMPLES, options.seed, len(clients))
    weights = np.vstack([np.ones(len(clients)), resamples])
    scores = [partial(uncalibrated_score, model) for model in champion_refits]
    losses = [
        _losses(score, clients.iloc[unseen], units, weights[:, unseen], (options, number))
        for number, (score, (_, unseen)) in enumerate(zip(scores, splits, strict=True))
    ]
    table = pd.DataFrame(_rows(units, _mean_of_folds(losses))).sort_values(
        ["metric", "kind", "importance", "feature"], ascending=[True, True, False, True], key=_position
    )
    return table.assign(rank=table.groupby(["metric", "kind"]).cumcount() + 1).reset_index(drop=True)


def shuffle_units(clients: pd.DataFrame, collinear_from: float) -> Units:
    """Return what is permuted together: each feature, collinear sets, groups of the vocabulary."""
    units = {(FEATURE, name): [name] for name in BASE_FEATURES}
    for together in find_collinear(clients, collinear_from):
        units[COLLINEAR, " + ".join(together)] = together
    for name in BASE_FEATURES:
        units.setdefault((GROUP, COLUMNS[name].group), []).append(name)
    return units


def find_collinear(clients: pd.DataFrame, collinear_from: float) -> list[list[str]]:
    """Return sets of features every two of which correlate; categories are in none.

    Complete linkage on 1 − |Spearman's correlation|.
    """
    numbers = [name for name in BASE_FEATURES if COLUMNS[name].kind != "category"]
    moving = [name for name in numbers if clients[name].min() < clients[name].max()]
    if len(moving) < 2:
        return []
    apart = 1 - clients[moving].astype("float64").corr(method="spearman").abs().to_numpy()
    tree = linkage(squareform(apart, checks=False), method="complete")
    labels = fcluster(tree, 1 - collinear_from, criterion="distance")
    sets = [[moving[place] for place in np.flatnonzero(labels == label)] for label in np.unique(labels)]
    return [members for members in sets if len(members) > 1]


def _losses(
    score: Score, clients: pd.DataFrame, units: Units, weights: Values, draw: tuple[Interpretation, int]
) -> Values:
    """Return the mean loss of each metric by each unit, shape (n_units, n_metrics, n_resamples)."""
    options, number = draw
    generator = np.random.default_rng((options.seed, number))
    # The same orders for every unit, so that units do not differ by chance.
    orders = np.array([generator.permutation(len(clients)) for _ in range(options.permutation_repeats)])
    target = clients[TARGET].to_numpy()
    features = raw_features(clients)
    scores, shuffled = score(features), score(_shuffle(features, list(units.values()), orders))
    whole = _metrics(scores, target, weights)
    losses = []
    for of_unit in shuffled.reshape(len(units), len(orders), -1):
        # A permutation that changes no score loses nothing: its metrics are not calculated.
        moved = [whole - _metrics(one, target, weights) for one in of_unit if (one != scores).any()]
        losses.append(np.sum([np.zeros_like(whole), *moved], axis=0) / len(orders))
    return np.array(losses)


def _mean_of_folds(losses: list[Values]) -> Values:
    """Average over the folds, without those whose resample lacks a class."""
    known = [np.isfinite(loss) for loss in losses]
    total = np.sum([np.nan_to_num(loss) for loss in losses], axis=0)
    return np.asarray(total / np.maximum(np.sum(known, axis=0), 1))


def _shuffle(features: pd.DataFrame, units: list[list[str]], orders: NDArray[np.intp]) -> pd.DataFrame:
    """Return the clients once per unit and order, with the unit's values of the clients in that order."""
    own, drawn = np.tile(np.arange(len(features)), orders.shape[0]), orders.ravel()
    is_own = np.array([[name not in unit for name in BASE_FEATURES] for unit in units])
    known, others = (features.iloc[np.tile(places, len(units))] for places in (own, drawn))
    return mix(known, others, is_own.repeat(len(own), axis=0))


def _called(scores: Values, target: Values) -> Values:
    """Return 1 for as many clients as decline, those with the highest scores, else 0."""
    threshold = np.sort(scores)[-int(target.sum())]
    return (scores >= threshold).astype("float64")


_METRICS: dict[str, Callable[[Values, Values, Values], Values]] = {
    "roc_auc": roc_auc,
    "average_precision": average_precision,
    "f1_declined": lambda scores, target, weights: f1_declined(_called(scores, target), target, weights),
}


def _position(column: pd.Series) -> pd.Series:
    """Return kinds and metrics as their positions in the order of the table, to sort by."""
    order = {"metric": list(_METRICS), "kind": [FEATURE, COLLINEAR, GROUP]}.get(str(column.name))
    return column.map(order.index) if order else column


def _metrics(scores: Values, target: Values, weights: Values) -> Values:
    with np.errstate(divide="ignore", invalid="ignore"):  # of resamples without one of the classes
        return np.array([metric(scores, target, weights) for metric in _METRICS.values()])


def _rows(units: Units, losses: Values) -> list[dict[str, Any]]:
    low, high = np.quantile(losses[:, :, 1:], [0.025, 0.975], axis=2)
    return [
        {
            "feature": name,
            "kind": kind,
            "members": ", ".join(members),
            "metric": metric,
            "importance": losses[unit, column, 0],
            "low": low[unit, column],
            "high": high[unit, column],
        }
        for unit, ((kind, name), members) in enumerate(units.items())
        for column, metric in enumerate(_METRICS)
    ]


def summarise_shap(
    shap_values: pd.DataFrame,
    shap_refits: pd.DataFrame,
    features: pd.DataFrame,
    selection: ModelSelection,
) -> pd.DataFrame:
    """Return the features ranked by their mean absolute contribution.

    Returns
    -------
    DataFrame of `schemas.interpretation.ShapImportance`
        The 95 % interval is that of the mean over other training clients. Direction above 0: larger values
        raise the risk.
    """
    contributions, values = (
        table.set_index(CLIENT_ID)[list(BASE_FEATURES)] for table in (shap_values, features)
    )
    by_refit = np.abs(stack_refits(shap_refits)).mean(axis=1)
    half = _jackknife_half_width(by_refit.reshape(-1, selection.folds, by_refit.shape[1]))
    size = contributions.abs().mean()
    table = pd.DataFrame({"feature": size.index, "mean_absolute": size.to_numpy()})
    table["low"] = np.maximum(0, table["mean_absolute"] - half)
    table["high"] = table["mean_absolute"] + half
    total = table["mean_absolute"].sum()
    table["share"] = table["mean_absolute"] / total if total > 0 else 0.0
    table["group"] = [COLUMNS[feature].group for feature in table["feature"]]
    table["direction"] = [_direction(values[name], contributions[name]) for name in table["feature"]]
    table["concentration"] = [_concentration(contributions[name].abs()) for name in table["feature"]]
    table = table.sort_values(["mean_absolute", "feature"], ascending=[False, True], ignore_index=True)
    return table.assign(rank=table.index + 1)


def summarise_pairs(shap_interactions: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of features ranked by their mean absolute interaction value.

    Returns
    -------
    DataFrame of `schemas.interpretation.InteractionImportance`
        Shares are of all mean absolute values, those of single features too.
    """
    size = shap_interactions["value"].abs()
    table = size.groupby([shap_interactions[side] for side in ("feature", "other")], sort=False).mean()
    pairs = table.reset_index(name="mean_absolute").assign(share=(table / table.sum()).to_numpy())
    pairs = pairs[pairs["feature"] != pairs["other"]]
    return pairs.sort_values("mean_absolute", ascending=False, kind="stable", ignore_index=True)


def _jackknife_half_width(estimates: Values) -> Values:
    """Return half the 95 % interval of estimates that each leave out one fold of K, by the repeats.

    The grouped jackknife (Shao and Tu 1995, "The Jackknife and Bootstrap", section 2.3): variance
    ``(K − 1)² / K s²``, K − 1 degrees of freedom; its mean over the repeats.

    Parameters
    ----------
    estimates : ndarray, shape (n_repeats, K, n_features)
    """
    folds = estimates.shape[1]
    variance = ((folds - 1) ** 2 / folds * estimates.var(axis=1, ddof=1)).mean(axis=0)
    return np.asarray(stats.t.ppf(0.975, folds - 1) * np.sqrt(variance))


def _direction(values: pd.Series, contributions: pd.Series) -> float:
    if COLUMNS[str(values.name)].kind == "category" or values.nunique() < 2 or contributions.nunique() < 2:
        return float("nan")
    return float(values.astype("float64").corr(contributions, method="spearman"))


def _concentration(sizes: pd.Series) -> float:
    largest = sizes.nlargest(max(1, round(len(sizes) / 10))).sum()
    return float(largest / sizes.sum()) if sizes.sum() > 0 else float("nan")
