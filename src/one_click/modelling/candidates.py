"""Candidates, a tuned family or the vote of several: built, fitted and scored out of fold."""

import json
from typing import Any

import numpy as np
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.pipeline import Pipeline

from one_click.columns import CLIENT_ID, TARGET
from one_click.features import engineered_columns
from one_click.modelling.calibration import BETA, beta_calibrator, calibrate, calibrate_out_of_fold
from one_click.modelling.families import Choice, build_pipeline
from one_click.modelling.folds import StratifiedTwinKFold, make_splits
from one_click.modelling.scores import decline_probability, raw_features, uncalibrated_score
from one_click.modelling.search import FAULTS_OF_A_FIT, chosen_trial
from one_click.parameters import Family, ModelSelection
from one_click.schemas.records import TunedModel

_ROW = ["repeat", "fold", CLIENT_ID, "target"]
_SCORED = [*_ROW, "score", "probability", "terms"]
FEWEST_MEMBERS = 2
_CONFIRMATION_SEEDS = 1000  # folds that chose the hyperparameters would flatter them


def tune(trials: pd.DataFrame, family: Family) -> TunedModel:
    """Return a family with the hyperparameters of its chosen trial, or with the reason why there is none."""
    best = chosen_trial(trials)
    return TunedModel(
        family=family,
        hyperparameters={} if best is None else json.loads(best["hyperparameters"]),
        interpretability=family.interpretability,
        search_roc_auc=None if best is None else float(best["roc_auc"]),
        trials=len(trials),
        refused=str(trials["reason"].iloc[0] or "no reason given") if best is None else "",
    )


def untuned(family: Family, hyperparameters: Choice | None = None) -> TunedModel:
    """Return a family with these hyperparameters beside its fixed arguments, without a search."""
    return TunedModel(
        family=family,
        hyperparameters=hyperparameters or {},
        interpretability=family.interpretability,
        trials=0,
    )


def tune_vote(tuned: dict[str, TunedModel]) -> TunedModel:
    """Return the soft vote of the families that have a weight in it and could be fitted.

    It is ranked as the hardest one to explain.
    """
    members = {name: one for name, one in tuned.items() if not one.refused and one.vote_weight}
    too_few = f"a vote takes {FEWEST_MEMBERS} families, and {len(members)} could be fitted"
    return TunedModel(
        members=members,
        hyperparameters={},
        interpretability=1 + max(one.interpretability for one in tuned.values()),
        trials=0,
        refused=too_few if len(members) < FEWEST_MEMBERS else "",
    )


def join_labelled(train_clients: pd.DataFrame, test_clients: pd.DataFrame) -> pd.DataFrame:
    """Return all labelled clients that the selection uses, sorted by client."""
    return pd.concat([train_clients, test_clients]).sort_values(CLIENT_ID, ignore_index=True)


def build_estimator(tuned: TunedModel, clients: pd.DataFrame, options: ModelSelection) -> Any:
    """Return the unfitted estimator of a candidate, which takes raw features.

    It sees the engineered features that these clients have, too: its first step makes them. A vote averages
    probabilities; a member that gives none, such as an SVC, is calibrated by a sigmoid. A family that could
    not be fitted becomes a DummyClassifier: every family has its file, and the leaderboard reports why.
    """
    if tuned.refused:
        return DummyClassifier(strategy="prior")
    if tuned.family:
        return _pipeline(tuned, clients)
    members = [(name, _voter(one, clients, options)) for name, one in tuned.members.items()]
    return VotingClassifier(members, voting="soft", weights=_weights(tuned))


def _weights(tuned: TunedModel) -> list[float]:
    return [one.vote_weight for one in tuned.members.values()]


def _pipeline(tuned: TunedModel, clients: pd.DataFrame) -> Pipeline:
    return build_pipeline(tuned.declared, tuned.hyperparameters, engineered_columns(clients))


def _voter(tuned: TunedModel, clients: pd.DataFrame, options: ModelSelection) -> Any:
    pipeline = _pipeline(tuned, clients)
    if hasattr(pipeline, "predict_proba"):
        return pipeline
    # Without an ensemble there is one fitted pipeline, which explanations look into, not one per fold.
    return CalibratedClassifierCV(pipeline, method="sigmoid", cv=_folds(options), ensemble=False)


def _folds(options: ModelSelection) -> StratifiedTwinKFold:
    return StratifiedTwinKFold(options.folds, options.seed)


def with_calibration(estimator: Any, method: str, options: ModelSelection) -> Any:
    """Wrap an estimator in the calibration of its scores, on folds that are made when it is fitted.

    Parameters
    ----------
    method : str
        One of `one_click.modelling.calibration.METHODS`.
    """
    if method == "none":
        return estimator
    if method in BETA:
        of_probabilities = not hasattr(estimator, "decision_function")
        return StackingClassifier(
            [("scores", estimator)],
            beta_calibrator(method, of_probabilities),
            cv=_folds(options),
            stack_method="predict_proba" if of_probabilities else "decision_function",
        )
    return CalibratedClassifierCV(estimator, method=method, cv=_folds(options), ensemble=False)


def fit(tuned: TunedModel, clients: pd.DataFrame, options: ModelSelection) -> Any:
    """Return the candidate fitted on these clients."""
    estimator = build_estimator(tuned, clients, options)
    return estimator.fit(raw_features(clients), clients[TARGET])


def score(estimator: Any, clients: pd.DataFrame) -> pd.DataFrame:
    """Score clients with a fitted estimator.

    Returns
    -------
    DataFrame, one row per client: client_id, target, score, probability (NaN without `predict_proba`), terms
        (see `count_terms`; the same for all clients)
    """
    features = raw_features(clients)
    own = decline_probability(estimator, features) if hasattr(estimator, "predict_proba") else np.nan
    return pd.DataFrame(
        {
            CLIENT_ID: clients[CLIENT_ID].to_numpy(),
            "target": clients[TARGET].to_numpy(),
            "score": uncalibrated_score(estimator, features),
            "probability": own,
            "terms": count_terms(estimator),
        }
    )


def count_terms(estimator: Any) -> float:
    """Return how many coefficients of a fitted linear model are not 0, NaN for any other estimator."""
    model = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    return float(np.count_nonzero(model.coef_)) if hasattr(model, "coef_") else np.nan


def vote_of(tuned: TunedModel, fold_scores: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the out-of-fold scores of a vote from those of its members; no rows if it was refused."""
    if tuned.refused or any(fold_scores[name].empty for name in tuned.members):
        return _no_scores()
    return vote({name: fold_scores[name] for name in tuned.members}, _weights(tuned))


def _no_scores() -> pd.DataFrame:
    return pd.DataFrame(columns=_SCORED, dtype="float64").astype(dict.fromkeys(_ROW, "int64"))


def score_out_of_fold(tuned: TunedModel, clients: pd.DataFrame, options: ModelSelection) -> pd.DataFrame:
    """Score every client out of fold, on folds of other seeds than the search's.

    Returns
    -------
    DataFrame of `schemas.model_selection.FoldScores`
        No rows for a candidate that could not be fitted on all folds.
    """
    if tuned.refused:
        return _no_scores()
    if tuned.members:
        members = {name: score_out_of_fold(one, clients, options) for name, one in tuned.members.items()}
        return vote_of(tuned, members)
    parts = []
    for repeat in range(options.confirmation_repeats):
        splits = make_splits(clients, options.folds, options.seed + _CONFIRMATION_SEEDS + repeat)
        for fold, (train, test) in enumerate(splits):
            try:
                fitted = fit(tuned, clients.iloc[train], options)
                parts.append(score(fitted, clients.iloc[test]).assign(repeat=repeat, fold=fold))
            except FAULTS_OF_A_FIT:  # these folds may be smaller than those of the search
                return _no_scores()
    return pd.concat(parts, ignore_index=True)[_SCORED]


def vote(fold_scores: dict[str, pd.DataFrame], weights: list[float]) -> pd.DataFrame:
    """Return the out-of-fold scores of the soft vote, from those of its members on the same folds.

    Members without probabilities are calibrated by what the other folds teach: nothing is fitted twice.
    """
    first = next(iter(fold_scores.values()))
    mean = np.average([_own_probability(scores) for scores in fold_scores.values()], axis=0, weights=weights)
    return first[_ROW].assign(score=mean, probability=mean, terms=np.nan)


def vote_on(
    known: dict[str, pd.DataFrame], scored: dict[str, pd.DataFrame], weights: list[float]
) -> pd.DataFrame:
    """Return the vote on new clients.

    Parameters
    ----------
    known : dict
        Member -> its out-of-fold scores, which calibrate a member without probabilities.
    scored : dict
        Member -> its scores of the new clients, in one order.
    weights : list of float
        Weights of the members.
    """
    probabilities = [
        calibrate("sigmoid", known[name], rows) if rows["probability"].isna().any() else rows["probability"]
        for name, rows in scored.items()
    ]
    mean = np.average(probabilities, axis=0, weights=weights)
    first = next(iter(scored.values()))
    return first[[CLIENT_ID, "target"]].assign(score=mean, probability=mean)


def _own_probability(scores: pd.DataFrame) -> np.ndarray:
    own = scores["probability"]
    return calibrate_out_of_fold(scores, "sigmoid") if own.isna().any() else own.to_numpy()
