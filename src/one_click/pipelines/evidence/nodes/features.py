"""Nodes that measure what an engineered feature adds, and how far ROC-AUC varies between splits."""

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.model_selection import train_test_split

from one_click.columns import CLIENT_ID, ENGINEERED_FEATURES, TARGET, TWIN_GROUP
from one_click.features import make_features
from one_click.modelling import candidates
from one_click.modelling.evaluation import corrected_interval
from one_click.modelling.fold_scorer import FoldScorer
from one_click.modelling.folds import make_splits
from one_click.modelling.selection import champion_name, read_tuned
from one_click.parameters import FAMILIES, REFERENCE, Evidence, ModelSelection
from one_click.schemas.records import TunedModel
from one_click.statistics.discrimination import roc_auc

_LEVEL = 0.05
_FEATURE_SEEDS = 3000
_LUCK_SEEDS = 4000


def judge_features(
    clients: pd.DataFrame,
    evidence_clients: pd.DataFrame,
    tuned_models: pd.DataFrame,
    options: ModelSelection,
    evidence: Evidence,
) -> pd.DataFrame:
    """Measure what each engineered feature adds to each family, on folds that chose nothing.

    A family keeps its hyperparameters, the number of columns too: a feature that is selected takes the place
    of the weakest column, and one that is not adds nothing.

    Returns
    -------
    DataFrame of `schemas.evidence.FeatureGains`
        A feature pays if the gain is positive at 5 % by Nadeau and
        Bengio's corrected t, after Benjamini and Hochberg's adjustment for all rows. The gain has no
        interval: of features that add next to nothing, that t's always held the truth on planted stores.
    """
    models = tuned_models[tuned_models["model"].isin(FAMILIES) & (tuned_models["refused"] == "")]
    used = clients[clients[CLIENT_ID].isin(evidence_clients[CLIENT_ID])]
    rows = []
    for name, tuned in read_tuned(models).items():
        without = _by_fold(make_features(used, ()), tuned, options, evidence)
        for feature in ENGINEERED_FEATURES:
            gains = _by_fold(make_features(used, (feature,)), tuned, options, evidence) - without
            row = {"feature": feature, "model": name, "without": without.mean()}
            rows.append(row | _judge_gains(gains, 1 / options.folds))
    table = pd.DataFrame(rows)
    table["p_adjusted"] = stats.false_discovery_control(table.pop("p_value"))
    return table.assign(pays=(table["gain"] > 0) & (table["p_adjusted"] < _LEVEL))


def _judge_gains(gains: np.ndarray, test_share: float) -> dict[str, float]:
    gain, error, _ = corrected_interval(gains, test_share)
    p_value = 2 * stats.t.sf(abs(gain) / error, len(gains) - 1) if error > 0 else 1.0
    return {"gain": gain, "p_value": float(p_value)}


def _by_fold(
    clients: pd.DataFrame, tuned: TunedModel, options: ModelSelection, evidence: Evidence
) -> np.ndarray:
    values: list[float] = []
    for repeat in range(evidence.outer_repeats):
        splits = make_splits(clients, options.folds, evidence.seed + _FEATURE_SEEDS + repeat)
        scorer = FoldScorer(clients, splits)
        values += [scorer.score(tuned.declared, tuned.hyperparameters, fold) for fold in range(options.folds)]
    return np.array(values)


def measure_split_luck(
    clients: pd.DataFrame,
    leaderboard: pd.DataFrame,
    tuned_models: pd.DataFrame,
    options: ModelSelection,
    evidence: Evidence,
) -> pd.DataFrame:
    """Judge the champion and the reference model on many hold-outs of a quarter: the same model, other luck.

    The champion's hyperparameters were chosen on most of these clients, so that its level is a little too
    high; the spread is what this is about.

    Returns
    -------
    DataFrame of `schemas.evidence.SplitLuck`
    """
    tuned = read_tuned(tuned_models)
    groups = clients.groupby(TWIN_GROUP)[TARGET].max()
    rows = []
    for split in range(evidence.luck_splits):
        seed = evidence.seed + _LUCK_SEEDS + split
        _, held_out = train_test_split(groups.index, stratify=groups, test_size=0.25, random_state=seed)
        test = clients[TWIN_GROUP].isin(held_out)
        for name in dict.fromkeys((champion_name(leaderboard), REFERENCE)):
            fitted = candidates.fit(tuned[name], clients[~test], options)
            scored = candidates.score(fitted, clients[test])
            area = roc_auc(scored["score"].to_numpy(), scored["target"].to_numpy())[0]
            rows.append({"split": split, "model": name, "roc_auc": area})
    return pd.DataFrame(rows)
