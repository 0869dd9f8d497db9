"""Nodes from training clients to a champion, its evidence and everybody's score."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline

from one_click.columns import CLIENT_ID, TARGET
from one_click.effects import share_with_interval
from one_click.folds import make_splits
from one_click.parameters import Family, ModelSelection
from one_click.scores import decline_probability, feature_columns, uncalibrated_score

from .calibration import calibrate, calibrate_out_of_fold, compare_methods
from .evaluation import corrected_interval, evaluate, f1_declined, share_found, stratified_resamples
from .families import build_pipeline, build_preprocessing
from .search import best_choice, search

REFERENCE = "reference"
_DEPTHS = np.round(np.arange(0, 1.0001, 0.05), 2)
_THRESHOLDS = np.round(np.arange(0.05, 0.9501, 0.01), 2)


# One family ---------------------------------------------------------------------------------------


def search_family(
    clients: pd.DataFrame,
    family: Family,
    options: ModelSelection,
    study: Callable[[str], Any],
) -> pd.DataFrame:
    """Search a family's space; the table of trials is all that later nodes read of the study.

    Returns
    -------
    DataFrame, one row per trial: trial, roc_auc, roc_auc_sd, settings
    """
    return search(clients, family, options, study)


def tune_family(trials: pd.DataFrame, family: Family) -> dict[str, Any]:
    """Return the family with its best settings: class, fixed, settings, interpretability, search's figure."""
    return {
        "family": family.model_dump(mode="json", by_alias=True),
        "settings": best_choice(trials),
        "search_roc_auc": float(trials["roc_auc"].max()),
        "trials": len(trials),
    }


def fit_candidate(clients: pd.DataFrame, tuned: dict[str, Any]) -> Pipeline:
    """Fit the tuned family on the training clients."""
    return _build(tuned, clients).fit(clients[feature_columns(clients)], clients[TARGET])


def score_folds(clients: pd.DataFrame, tuned: dict[str, Any], options: ModelSelection) -> pd.DataFrame:
    """Score the training clients out of fold, on folds of other seeds than the search's.

    Returns
    -------
    DataFrame, one row per client and repeat: client_id, repeat, fold, target, score, probability
    """
    return _score_out_of_fold(_build(tuned, clients), clients, options)


def _build(tuned: dict[str, Any], clients: pd.DataFrame) -> Pipeline:
    family = Family.model_validate(tuned["family"])
    return build_pipeline(family, tuned["settings"], clients[feature_columns(clients)])


def _score_out_of_fold(estimator: Any, clients: pd.DataFrame, options: ModelSelection) -> pd.DataFrame:
    features = clients[feature_columns(clients)]
    parts = []
    for repeat in range(options.confirmation_repeats):
        splits = make_splits(clients, options.folds, options.seed + 1000 + repeat)
        for fold, (train, test) in enumerate(splits):
            fitted = clone(estimator).fit(features.iloc[train], clients[TARGET].iloc[train])
            held_out = _score(fitted, clients.iloc[test])
            parts.append(held_out.assign(repeat=repeat, fold=fold))
    return pd.concat(parts, ignore_index=True)


def _score(estimator: Any, clients: pd.DataFrame) -> pd.DataFrame:
    features = clients[feature_columns(clients)]
    own = decline_probability(estimator, features) if hasattr(estimator, "predict_proba") else np.nan
    return pd.DataFrame(
        {
            CLIENT_ID: clients[CLIENT_ID].to_numpy(),
            "target": clients[TARGET].to_numpy(),
            "score": uncalibrated_score(estimator, features),
            "probability": own,
        }
    )


# All families -------------------------------------------------------------------------------------


def join_tuned(**tuned: dict[str, Any]) -> pd.DataFrame:
    """Tabulate the tuned families.

    Returns
    -------
    DataFrame, one row per family: model, interpretability, search_roc_auc, trials, settings, tuned (JSON)
    """
    return pd.DataFrame(
        [
            {
                "model": name,
                "interpretability": one["family"]["interpretability"],
                "search_roc_auc": one["search_roc_auc"],
                "trials": one["trials"],
                "settings": json.dumps(one["settings"], sort_keys=True),
                "tuned": json.dumps(one, sort_keys=True),
            }
            for name, one in tuned.items()
        ]
    )


def score_benchmarks(clients: pd.DataFrame, options: ModelSelection) -> pd.DataFrame:
    """Score a dummy, the reference model and a black-box challenger on the families' folds.

    Returns
    -------
    DataFrame with the columns of a family's fold scores, and model
    """
    parts = [
        _score_out_of_fold(estimator, clients, options).assign(model=name)
        for name, estimator in _benchmarks(clients, options.seed).items()
    ]
    return pd.concat(parts, ignore_index=True)


def _benchmarks(clients: pd.DataFrame, seed: int) -> dict[str, Any]:
    from sklearn.ensemble import ExtraTreesClassifier

    preprocessing = build_preprocessing(clients[feature_columns(clients)], "standard")
    reference = LogisticRegression(C=1, l1_ratio=1, solver="liblinear", random_state=seed)
    challenger = ExtraTreesClassifier(100, min_samples_leaf=3, random_state=seed)
    return {
        "dummy": DummyClassifier(strategy="prior"),
        REFERENCE: make_pipeline(preprocessing, reference),
        "extra_trees": make_pipeline(preprocessing, challenger),
    }


def join_fold_scores(benchmark_scores: pd.DataFrame, **fold_scores: pd.DataFrame) -> pd.DataFrame:
    """Join the out-of-fold scores of all families and benchmarks, with the model's name."""
    families = [scores.assign(model=name) for name, scores in fold_scores.items()]
    return pd.concat([*families, benchmark_scores], ignore_index=True)


def rank_models(
    fold_scores: pd.DataFrame, tuned_families: pd.DataFrame, options: ModelSelection
) -> pd.DataFrame:
    """Rank the families by cross-validated ROC-AUC and name the champion by both rules.

    Parameters
    ----------
    fold_scores : DataFrame
        Out-of-fold scores of all models on the same folds.
    tuned_families : DataFrame
        Settings and rank of interpretability of the families.
    options : ModelSelection
        Folds and the rule of selection.

    Returns
    -------
    DataFrame, one row per model, best first: model, kind, roc_auc, roc_auc_low, roc_auc_high, behind_best,
    behind_best_error, best, one_standard_error, champion, interpretability, search_roc_auc, trials, settings
        Intervals and errors are those of Nadeau and Bengio.
    """
    folds = _roc_auc_by_fold(fold_scores)
    board = pd.DataFrame([_summarise(name, folds[name], options) for name in folds.columns])
    board = board.merge(tuned_families.drop(columns="tuned"), on="model", how="left")
    board["kind"] = board["interpretability"].notna().map({True: "family", False: "benchmark"})
    board = board.sort_values(["roc_auc", "model"], ascending=[False, True], ignore_index=True)
    return _choose(board, folds, options)


def _roc_auc_by_fold(fold_scores: pd.DataFrame) -> pd.DataFrame:
    """Return one row per fold of all repeats, one column per model."""
    values = {
        key: roc_auc_score(part["target"], part["score"])
        for key, part in fold_scores.groupby(["repeat", "fold", "model"])
    }
    by_fold = pd.Series(values).rename_axis(["repeat", "fold", "model"]).reset_index(name="roc_auc")
    return by_fold.pivot_table(index=["repeat", "fold"], columns="model", values="roc_auc")


def _summarise(name: Any, values: pd.Series, options: ModelSelection) -> dict[str, Any]:
    mean, _, half = corrected_interval(values.to_numpy(), 1 / options.folds)
    return {"model": name, "roc_auc": mean, "roc_auc_low": mean - half, "roc_auc_high": mean + half}


def _choose(board: pd.DataFrame, folds: pd.DataFrame, options: ModelSelection) -> pd.DataFrame:
    """Mark the best family, the most interpretable within one standard error of it, and the champion."""
    families = board[board["kind"] == "family"]
    best = families["model"].iloc[0]
    gaps = {
        name: corrected_interval((folds[best] - folds[name]).to_numpy(), 1 / options.folds)[:2]
        for name in board["model"]
    }
    board = board.assign(
        behind_best=[gaps[name][0] for name in board["model"]],
        behind_best_error=[gaps[name][1] for name in board["model"]],
        best=board["model"] == best,
    )
    near = board[(board["kind"] == "family") & (board["behind_best"] <= board["behind_best_error"])]
    simplest = near.sort_values(["interpretability", "behind_best"])["model"].iloc[0]
    board["one_standard_error"] = board["model"] == simplest
    return board.assign(champion=board[options.selection])


def choose_calibrations(fold_scores: pd.DataFrame) -> pd.DataFrame:
    """Judge the methods of calibration for every model, out of fold.

    Returns
    -------
    DataFrame, one row per model and method: model, method, log_loss, brier_score, calibration_error, chosen
    """
    parts = [
        compare_methods(scores.reset_index(drop=True)).assign(model=name)
        for name, scores in fold_scores.groupby("model", sort=True)
    ]
    return pd.concat(parts, ignore_index=True)


def choose_thresholds(fold_scores: pd.DataFrame, calibrations: pd.DataFrame) -> pd.DataFrame:
    """Return for every model the out-of-fold F1 of the declined at each threshold of probability.

    Returns
    -------
    DataFrame: model, threshold, f1_declined, chosen
        Chosen is the largest F1; of equals, the lowest threshold.
    """
    parts = []
    for name, scores in fold_scores.groupby("model", sort=True):
        probability = calibrate_out_of_fold(scores.reset_index(drop=True), _method(calibrations, name))
        target, ones = scores["target"].to_numpy(), np.ones((1, len(scores)))
        called = [(probability >= threshold).astype("float64") for threshold in _THRESHOLDS]
        curve = np.array([f1_declined(predicted, target, ones)[0] for predicted in called])
        chosen = np.arange(len(curve)) == curve.argmax()
        parts.append(
            pd.DataFrame({"model": name, "threshold": _THRESHOLDS, "f1_declined": curve, "chosen": chosen})
        )
    return pd.concat(parts, ignore_index=True)


def _method(calibrations: pd.DataFrame, model: Any) -> str:
    return str(calibrations.loc[(calibrations["model"] == model) & calibrations["chosen"], "method"].iloc[0])


# The one look at the test clients -----------------------------------------------------------------


def score_holdout(
    train_clients: pd.DataFrame,
    test_clients: pd.DataFrame,
    fold_scores: pd.DataFrame,
    calibrations: pd.DataFrame,
    options: ModelSelection,
    **candidates: Any,
) -> pd.DataFrame:
    """Score the test clients with the candidates and with benchmarks fitted on the training clients.

    Returns
    -------
    DataFrame, one row per model and client: model, client_id, target, score, probability
        Probabilities are calibrated with what the training clients' out-of-fold scores teach.
    """
    features = train_clients[feature_columns(train_clients)]
    benchmarks = {
        name: estimator.fit(features, train_clients[TARGET])
        for name, estimator in _benchmarks(train_clients, options.seed).items()
    }
    parts = []
    for name, estimator in {**candidates, **benchmarks}.items():
        scored = _score(estimator, test_clients)
        known = fold_scores[fold_scores["model"] == name]
        probability = calibrate(_method(calibrations, name), known, scored)
        parts.append(scored.assign(model=name, probability=probability))
    return pd.concat(parts, ignore_index=True)


def evaluate_holdout(
    holdout_scores: pd.DataFrame, thresholds: pd.DataFrame, options: ModelSelection
) -> pd.DataFrame:
    """Return every figure of quality of every model on the test clients, with 95 % intervals.

    Returns
    -------
    DataFrame: model, metric, value, low, high, n
    """
    chosen = thresholds[thresholds["chosen"]].set_index("model")["threshold"]
    parts = []
    for name, scored in holdout_scores.groupby("model", sort=True):
        target = scored["target"].to_numpy("float64")
        weights = stratified_resamples(target, options.bootstrap_samples, options.seed)
        score, probability = (scored[column].to_numpy() for column in ("score", "probability"))
        parts.append(evaluate(score, probability, target, chosen[name], weights).assign(model=name))
    return pd.concat(parts, ignore_index=True)


def tabulate_gains(
    holdout_scores: pd.DataFrame, leaderboard: pd.DataFrame, options: ModelSelection
) -> pd.DataFrame:
    """Return the share of declined clients found at each depth of the champion's ranking.

    Returns
    -------
    DataFrame: depth, share_found, low, high, perfect (what an all-knowing ranking would find)
    """
    scored = _of_champion(holdout_scores, leaderboard)
    score, target = scored["score"].to_numpy(), scored["target"].to_numpy("float64")
    weights = stratified_resamples(target, options.bootstrap_samples, options.seed)
    found = share_found(score, target, np.ones((1, len(target))), _DEPTHS)[0]
    low, high = np.quantile(share_found(score, target, weights, _DEPTHS), [0.025, 0.975], axis=0)
    perfect = np.minimum(1.0, _DEPTHS / target.mean())
    return pd.DataFrame(
        {"depth": _DEPTHS, "share_found": found, "low": low, "high": high, "perfect": perfect}
    )


def tabulate_reliability(holdout_scores: pd.DataFrame, leaderboard: pd.DataFrame) -> pd.DataFrame:
    """Compare the champion's probabilities with what happened, by fifths of the probability.

    Returns
    -------
    DataFrame, one row per fifth: probability, observed, low, high (Wilson, 95 %), clients
        Equal probabilities share a fifth, so that there may be fewer: parted by the order of rows, which
        leaks the target, they would look wrong.
    """
    scored = _of_champion(holdout_scores, leaderboard)
    fifth = np.ceil(5 * scored["probability"].rank() / len(scored))
    grouped = scored.groupby(fifth)
    table = grouped.agg(
        probability=("probability", "mean"), observed=("target", "mean"), clients=("target", "size")
    )
    declined = grouped["target"].sum()
    intervals = [
        share_with_interval(int(hits), count) for hits, count in zip(declined, table["clients"], strict=True)
    ]
    _, low, high = zip(*intervals, strict=True)
    return table.assign(low=low, high=high).reset_index(drop=True)


def _of_champion(table: pd.DataFrame, leaderboard: pd.DataFrame) -> pd.DataFrame:
    return table[table["model"] == _champion_name(leaderboard)]


def _champion_name(leaderboard: pd.DataFrame) -> str:
    return str(leaderboard.loc[leaderboard["champion"], "model"].iloc[0])


# The champion and everybody's score ---------------------------------------------------------------


def fit_champion(
    train_clients: pd.DataFrame,
    test_clients: pd.DataFrame,
    leaderboard: pd.DataFrame,
    tuned_families: pd.DataFrame,
    calibrations: pd.DataFrame,
    options: ModelSelection,
) -> Any:
    """Refit the winning procedure, with its calibration, on all labelled clients.

    Returns
    -------
    fitted scikit-learn classifier
        Its `predict_proba` takes the feature columns of `features`.
    """
    clients = _all_labelled(train_clients, test_clients)
    features = clients[feature_columns(clients)]
    name = _champion_name(leaderboard)
    pipeline, method = _champion_pipeline(name, tuned_families, clients), _method(calibrations, name)
    if method != "none":
        splits = make_splits(clients, options.folds, options.seed)
        pipeline = CalibratedClassifierCV(pipeline, method=method, cv=splits, ensemble=False)
    return pipeline.fit(features, clients[TARGET])


def score_out_of_fold(
    train_clients: pd.DataFrame,
    test_clients: pd.DataFrame,
    leaderboard: pd.DataFrame,
    tuned_families: pd.DataFrame,
    calibrations: pd.DataFrame,
    options: ModelSelection,
) -> pd.DataFrame:
    """Score all labelled clients out of fold with the champion's fixed settings.

    For ranking and segments only: the settings were chosen on these clients, so these scores are no evidence
    of quality.

    Returns
    -------
    DataFrame, one row per labelled client: client_id, probability, probability_sd (over repeats)
    """
    clients = _all_labelled(train_clients, test_clients)
    name = _champion_name(leaderboard)
    scores = _score_out_of_fold(_champion_pipeline(name, tuned_families, clients), clients, options)
    calibrated = scores.assign(probability=calibrate_out_of_fold(scores, _method(calibrations, name)))
    by_client = calibrated.groupby(CLIENT_ID)["probability"]
    return pd.DataFrame(
        {"probability": by_client.mean(), "probability_sd": by_client.std().fillna(0.0)}
    ).reset_index()


def decide_threshold(thresholds: pd.DataFrame, leaderboard: pd.DataFrame) -> dict[str, Any]:
    """Return the champion's threshold: clients with at least this probability are at risk."""
    curve = _of_champion(thresholds, leaderboard)
    chosen = curve[curve["chosen"]].iloc[0]
    return {
        "threshold": float(chosen["threshold"]),
        "criterion": "f1_declined, out of fold",
        "f1_declined": float(chosen["f1_declined"]),
    }


def score_clients(features: pd.DataFrame, champion: Any, out_of_fold_scores: pd.DataFrame) -> pd.DataFrame:
    """Return the score that decisions use: out of fold where labelled, else predicted.

    Returns
    -------
    DataFrame, one row per client: client_id, probability, probability_sd, source
    """
    unlabelled = features[~features[CLIENT_ID].isin(out_of_fold_scores[CLIENT_ID])]
    labelled = out_of_fold_scores.assign(source="out_of_fold")
    if unlabelled.empty:
        return labelled.sort_values(CLIENT_ID, ignore_index=True)
    predicted = pd.DataFrame(
        {
            CLIENT_ID: unlabelled[CLIENT_ID],
            "probability": decline_probability(champion, unlabelled[feature_columns(unlabelled)]),
            "probability_sd": labelled["probability_sd"].median(),
            "source": "predicted",
        }
    )
    return pd.concat([labelled, predicted]).sort_values(CLIENT_ID, ignore_index=True)


def _all_labelled(train_clients: pd.DataFrame, test_clients: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([train_clients, test_clients]).sort_values(CLIENT_ID, ignore_index=True)


def _champion_pipeline(name: str, tuned_families: pd.DataFrame, clients: pd.DataFrame) -> Pipeline:
    return _build(json.loads(tuned_families.set_index("model").loc[name, "tuned"]), clients)
