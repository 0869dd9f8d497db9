"""Nodes that tell what an engineered feature adds, and how much of a figure is the luck of a split."""

import json

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from one_click.columns import ENGINEERED_FEATURES, TARGET, TWIN_GROUP
from one_click.features import make_features
from one_click.folds import make_splits
from one_click.modelling import candidates
from one_click.modelling.evaluation import corrected_interval
from one_click.modelling.fold_scorer import FoldScorer, roc_auc
from one_click.modelling.selection import champion_name
from one_click.parameters import FAMILIES, REFERENCE, Evidence, Family, ModelSelection

from .nodes import select_labelled

_FEATURE_SEEDS = 3000
_LUCK_SEEDS = 4000


def judge_features(
    clients: pd.DataFrame, tuned_models: pd.DataFrame, options: ModelSelection, evidence: Evidence
) -> pd.DataFrame:
    """Measure what each engineered feature adds to each family, on folds that chose nothing.

    A family keeps its settings, the number of columns too: a feature that is selected takes the place of the
    weakest column, and one that is not adds nothing.

    Returns
    -------
    DataFrame, one row per feature and family: feature, model, without, gain, low, high, pays
        ROC-AUC without the feature, and what it adds, with Nadeau and Bengio's 95 % interval; it pays if the
        whole interval lies above zero.
    """
    models = tuned_models[tuned_models["model"].isin(FAMILIES) & (tuned_models["refused"] == "")]
    plain = select_labelled(make_features(clients, ()))
    rows = []
    for name, text in zip(models["model"], models["tuned"], strict=True):
        tuned = json.loads(text)
        without = _by_fold(plain, tuned, options, evidence)
        for feature in ENGINEERED_FEATURES:
            more = select_labelled(make_features(clients, (feature,)))
            gains = _by_fold(more, tuned, options, evidence) - without
            gain, _, half = corrected_interval(gains, 1 / options.folds)
            row = {"feature": feature, "model": name, "without": without.mean(), "gain": gain}
            rows.append(row | {"low": gain - half, "high": gain + half, "pays": gain > half})
    return pd.DataFrame(rows)


def _by_fold(
    clients: pd.DataFrame, tuned: candidates.Tuned, options: ModelSelection, evidence: Evidence
) -> np.ndarray:
    family, values = Family.model_validate(tuned["family"]), []
    for repeat in range(evidence.outer_repeats):
        splits = make_splits(clients, options.folds, evidence.seed + _FEATURE_SEEDS + repeat)
        scorer = FoldScorer(clients, splits)
        values += [scorer.score(family, tuned["settings"], fold) for fold in range(options.folds)]
    return np.array(values)


def measure_split_luck(
    clients: pd.DataFrame,
    leaderboard: pd.DataFrame,
    tuned_models: pd.DataFrame,
    options: ModelSelection,
    evidence: Evidence,
) -> pd.DataFrame:
    """Judge the champion and the reference model on many hold-outs of a quarter: the same model, other luck.

    The champion's settings were chosen on most of these clients, so that its level is a little too high; the
    spread is what this is about.

    Returns
    -------
    DataFrame, one row per split and model: split, model, roc_auc
    """
    tuned = tuned_models.set_index("model")["tuned"]
    groups = clients.groupby(TWIN_GROUP)[TARGET].max()
    rows = []
    for split in range(evidence.luck_splits):
        seed = evidence.seed + _LUCK_SEEDS + split
        _, held_out = train_test_split(groups.index, stratify=groups, test_size=0.25, random_state=seed)
        test = clients[TWIN_GROUP].isin(held_out)
        for name in dict.fromkeys((champion_name(leaderboard), REFERENCE)):
            fitted = candidates.fit(json.loads(tuned[name]), clients[~test], options)
            scored = candidates.score(fitted, clients[test])
            area = roc_auc(scored["score"].to_numpy(), scored["target"].to_numpy())
            rows.append({"split": split, "model": name, "roc_auc": area})
    return pd.DataFrame(rows)
