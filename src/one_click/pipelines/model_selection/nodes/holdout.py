"""Nodes of the one look at the test clients."""

from typing import Any

import numpy as np
import pandas as pd

from one_click.columns import CLIENT_ID
from one_click.modelling import candidates
from one_click.modelling.calibration import calibrate
from one_click.modelling.evaluation import (
    amount_interval,
    compare,
    evaluate,
    resample_clients,
    share_found,
    share_interval,
)
from one_click.modelling.profit import expected_maximum_profit
from one_click.modelling.selection import CHALLENGER, FAMILY, calibration_of, champion_name, read_tuned
from one_click.parameters import ModelSelection
from one_click.schemas.records import CampaignAssumptions
from one_click.statistics.effect_sizes import share_with_interval

_DEPTHS = np.round(np.arange(0, 1.0001, 0.05), 2)


def score_holdout(
    train_clients: pd.DataFrame,
    test_clients: pd.DataFrame,
    fold_scores: pd.DataFrame,
    calibrations: pd.DataFrame,
    tuned_models: pd.DataFrame,
    options: ModelSelection,
    **fitted: Any,
) -> pd.DataFrame:
    """Score the test clients with the candidates, and with the other models fitted on the training clients.

    Returns
    -------
    DataFrame of `schemas.model_selection.HoldoutScores`
        Probabilities are calibrated with what the training clients' out-of-fold scores teach.
    """
    compared = fold_scores["model"].unique()
    others = tuned_models[(tuned_models["kind"] != FAMILY) & tuned_models["model"].isin(compared)]
    fitted = fitted | {
        name: candidates.fit(tuned, train_clients, options) for name, tuned in read_tuned(others).items()
    }
    parts = []
    for name in compared:
        scored = candidates.score(fitted[name], test_clients)
        known = fold_scores[fold_scores["model"] == name]
        probability = calibrate(calibration_of(calibrations, name), known, scored)
        parts.append(scored.assign(model=name, probability=probability))
    return pd.concat(parts, ignore_index=True)


def evaluate_holdout(
    holdout_scores: pd.DataFrame,
    train_clients: pd.DataFrame,
    thresholds: pd.DataFrame,
    campaign_assumptions: CampaignAssumptions,
    options: ModelSelection,
) -> pd.DataFrame:
    """Return every metric of every model on the test clients, with 95 % intervals.

    Returns
    -------
    DataFrame of `schemas.model_selection.Evaluation`
        See `one_click.modelling.evaluation.evaluate`; with ``expected_maximum_profit`` (EMPC, profit units
        per client of the base) and ``profitable_depth``, the share of the base to contact for it.
    """
    chosen = thresholds[thresholds["chosen"]].set_index("model")["threshold"]
    parts = []
    for name, scored in holdout_scores.groupby("model", sort=True):
        target = scored["target"].to_numpy("float64")
        weights = _resamples(target, train_clients, options)
        score, probability = (scored[column].to_numpy() for column in ("score", "probability"))
        metrics = evaluate(score, probability, target, chosen[name], weights, options.seed)
        profit = _evaluate_profit(score, target, weights, campaign_assumptions)
        parts.append(pd.concat([metrics, profit]).assign(model=name))
    return pd.concat(parts, ignore_index=True)


def compare_with_challengers(
    holdout_scores: pd.DataFrame,
    train_clients: pd.DataFrame,
    thresholds: pd.DataFrame,
    leaderboard: pd.DataFrame,
    options: ModelSelection,
) -> pd.DataFrame:
    """Return by how much the champion's metrics are above those of each challenger, on the same test clients.

    Returns
    -------
    DataFrame of `schemas.model_selection.ChallengerDifferences`
        See `one_click.modelling.evaluation.compare`. No rows without a challenger that could be fitted.
    """
    chosen = thresholds[thresholds["chosen"]].set_index("model")["threshold"]
    judged = {
        name: (scored["score"].to_numpy(), scored["probability"].to_numpy(), float(chosen[name]))
        for name, scored in holdout_scores.groupby("model", sort=True)
    }
    champion = champion_name(leaderboard)
    of_champion = holdout_scores[holdout_scores["model"] == champion]
    target = of_champion["target"].to_numpy("float64")
    weights = _resamples(target, train_clients, options)
    challengers = leaderboard.loc[leaderboard["kind"] == CHALLENGER, "model"]
    parts = [
        compare(judged[champion], judged[name], target, weights).assign(model=name)
        for name in challengers[challengers != champion]
    ]
    columns = ["model", "metric", "difference", "low", "high"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _resamples(target: np.ndarray, train_clients: pd.DataFrame, options: ModelSelection) -> np.ndarray:
    labelled = len(target) + len(train_clients)  # the test clients are a stratified part of these
    return resample_clients(target, options.bootstrap_samples, options.seed, labelled)


def _evaluate_profit(
    score: np.ndarray, target: np.ndarray, weights: np.ndarray, campaign: CampaignAssumptions
) -> pd.DataFrame:
    plain, depth = expected_maximum_profit(score, target, np.ones((1, len(target))), campaign)
    profits, depths = expected_maximum_profit(score, target, weights, campaign)
    rows = [
        ("expected_maximum_profit", plain[0], *amount_interval(plain[0], profits)),
        ("profitable_depth", depth[0], *share_interval(depth[0], depths, len(target))),
    ]
    return pd.DataFrame(rows, columns=["metric", "value", "low", "high"]).assign(n=len(target))


def tabulate_gains(
    holdout_scores: pd.DataFrame,
    train_clients: pd.DataFrame,
    leaderboard: pd.DataFrame,
    client_values: pd.DataFrame,
    options: ModelSelection,
) -> pd.DataFrame:
    """Return what the champion's ranking finds at each depth, with 95 % intervals.

    Returns
    -------
    DataFrame of `schemas.model_selection.Gains`
    """
    scored = holdout_scores[holdout_scores["model"] == champion_name(leaderboard)]
    scored = scored.merge(client_values, on=CLIENT_ID)
    score, target = scored["score"].to_numpy(), scored["target"].to_numpy("float64")
    value = scored["value"].to_numpy()
    weights = _resamples(target, train_clients, options)
    by_value = scored["probability"].to_numpy() * value
    at_stake = target * np.maximum(value, 0)  # a client who costs money takes no profit away
    curves = {
        ("share_found", "low", "high"): (score, target),
        ("profit_found", "profit_low", "profit_high"): (score, at_stake),
        ("profit_found_by_value", "by_value_low", "by_value_high"): (by_value, at_stake),
    }
    table = pd.DataFrame({"depth": _DEPTHS, "perfect": np.minimum(1.0, _DEPTHS / target.mean())})
    for names, (ranking, amounts) in curves.items():
        plain = share_found(ranking, amounts, np.ones((1, len(target))), _DEPTHS)[0]
        # Kish: equal amounts that would say as much; none where nothing is at stake.
        counted = amounts.sum() ** 2 / ((amounts**2).sum() or np.nan)
        ends = share_interval(plain, share_found(ranking, amounts, weights, _DEPTHS), counted)
        certain = np.isin(_DEPTHS, (0, 1))
        low, high = (np.where(certain, plain, end) for end in ends)
        table = table.assign(**dict(zip(names, (plain, low, high), strict=True)))
    return table


def tabulate_reliability(holdout_scores: pd.DataFrame, leaderboard: pd.DataFrame) -> pd.DataFrame:
    """Compare the champion's probabilities with what happened, by fifths of the probability.

    Returns
    -------
    DataFrame of `schemas.model_selection.Reliability`
        Equal probabilities share a fifth, so that there may be fewer: parted by the order of rows, which
        leaks the target, they would look wrong.
    """
    scored = holdout_scores[holdout_scores["model"] == champion_name(leaderboard)]
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
