"""Nodes that refit the winner and give every client the score that decisions use."""

from typing import Any

import pandas as pd

from one_click.columns import CLIENT_ID, TARGET
from one_click.modelling import candidates
from one_click.modelling.calibration import calibrate_out_of_fold
from one_click.modelling.conformal import find_band, judge
from one_click.modelling.scores import decline_probability, raw_features
from one_click.modelling.selection import calibration_of, champion_name, winner
from one_click.parameters import ModelSelection
from one_click.schemas.records import DecisionThreshold, UndecidedBand


def fit_on_train(
    train_clients: pd.DataFrame,
    leaderboard: pd.DataFrame,
    tuned_models: pd.DataFrame,
    options: ModelSelection,
) -> Any:
    """Fit the winning candidate on the training clients alone, for what is measured on the test clients."""
    return candidates.fit(winner(leaderboard, tuned_models), train_clients, options)


def fit_champion(
    train_clients: pd.DataFrame,
    test_clients: pd.DataFrame,
    leaderboard: pd.DataFrame,
    tuned_models: pd.DataFrame,
    calibrations: pd.DataFrame,
    options: ModelSelection,
) -> Any:
    """Refit the winning procedure, with its calibration, on all labelled clients.

    Returns
    -------
    fitted scikit-learn classifier
        Its `predict_proba` takes raw features.
    """
    clients = candidates.join_labelled(train_clients, test_clients)
    estimator = candidates.build_estimator(winner(leaderboard, tuned_models), clients, options)
    method = calibration_of(calibrations, champion_name(leaderboard))
    calibrated = candidates.with_calibration(estimator, method, options)
    return calibrated.fit(raw_features(clients), clients[TARGET])


def score_out_of_fold(
    train_clients: pd.DataFrame,
    test_clients: pd.DataFrame,
    leaderboard: pd.DataFrame,
    tuned_models: pd.DataFrame,
    calibrations: pd.DataFrame,
    options: ModelSelection,
) -> pd.DataFrame:
    """Score all labelled clients out of fold with the champion's fixed hyperparameters.

    For ranking and segments only: the hyperparameters were chosen on these clients, so these scores are no
    evidence of quality.

    Returns
    -------
    DataFrame of `schemas.model_selection.OutOfFoldScores`
    """
    clients = candidates.join_labelled(train_clients, test_clients)
    scores = candidates.score_out_of_fold(winner(leaderboard, tuned_models), clients, options)
    method = calibration_of(calibrations, champion_name(leaderboard))
    calibrated = scores.assign(probability=calibrate_out_of_fold(scores, method))
    by_client = calibrated.groupby(CLIENT_ID)
    return pd.DataFrame(
        {
            "target": by_client["target"].first(),
            "probability": by_client["probability"].mean(),
            "probability_sd": by_client["probability"].std().fillna(0.0),
        }
    ).reset_index()


def decide_threshold(
    thresholds: pd.DataFrame, leaderboard: pd.DataFrame, options: ModelSelection
) -> DecisionThreshold:
    """Return the champion's threshold: clients with at least this probability are at risk."""
    curve = thresholds[thresholds["model"] == champion_name(leaderboard)]
    chosen = curve[curve["chosen"]].iloc[0]
    return DecisionThreshold(
        threshold=float(chosen["threshold"]),
        criterion=options.threshold,
        f1_declined=float(chosen["f1_declined"]),
        campaign_profit=float(chosen["campaign_profit"]),
    )


def find_undecided_band(out_of_fold_scores: pd.DataFrame, options: ModelSelection) -> UndecidedBand:
    """Return the thresholds between which the champion does not decide."""
    scores, target = (out_of_fold_scores[name].to_numpy() for name in ("probability", "target"))
    return find_band(scores, target, options.undecided_error)


def score_clients(
    features: pd.DataFrame,
    champion: Any,
    out_of_fold_scores: pd.DataFrame,
    undecided_band: UndecidedBand,
) -> pd.DataFrame:
    """Return the score that decisions use: out of fold where labelled, else predicted.

    Returns
    -------
    DataFrame of `schemas.model_selection.ClientScores`
    """
    unlabelled = features[~features[CLIENT_ID].isin(out_of_fold_scores[CLIENT_ID])]
    scores = out_of_fold_scores.drop(columns="target").assign(source="out_of_fold")
    if len(unlabelled):
        predicted = pd.DataFrame(
            {
                CLIENT_ID: unlabelled[CLIENT_ID],
                "probability": decline_probability(champion, raw_features(unlabelled)),
                "probability_sd": scores["probability_sd"].median(),
                "source": "predicted",
            }
        )
        scores = pd.concat([scores, predicted])
    scores = scores.sort_values(CLIENT_ID, ignore_index=True)
    return scores.assign(verdict=judge(scores["probability"], undecided_band))
