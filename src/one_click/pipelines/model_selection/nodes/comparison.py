"""Nodes that compare all models on the same folds of the training clients."""

import json
from typing import Any

import numpy as np
import pandas as pd

from one_click.columns import CLIENT_ID, PROFIT
from one_click.modelling import candidates, selection
from one_click.modelling.calibration import calibrate_out_of_fold
from one_click.modelling.evaluation import THRESHOLDS, f1_declined
from one_click.modelling.profit import assume_campaign, campaign_profit, profit_at_risk
from one_click.modelling.search import COMPLETE, STOPPED
from one_click.parameters import REFERENCE, Family, ModelSelection, Offers, Segmentation
from one_click.schemas.records import CampaignAssumptions, TunedModel

_BENCHMARKS = {
    "dummy": {"class": "sklearn.dummy.DummyClassifier", "fixed": {"strategy": "prior"}},
    REFERENCE: {
        "class": "sklearn.linear_model.LogisticRegression",
        "fixed": {"C": 1, "l1_ratio": 1, "solver": "liblinear", "random_state": 0},
    },
}


def join_tuned(options: ModelSelection, **tuned: TunedModel) -> pd.DataFrame:
    """Tabulate every model that is compared: families, their vote, challengers, benchmarks.

    Returns
    -------
    DataFrame of `schemas.model_selection.TunedModels`
    """
    benchmarks = {name: _unsearched({"interpretability": 1, **one}) for name, one in _BENCHMARKS.items()}
    challengers = {name: candidates.untuned(family) for name, family in options.challengers.items()}
    kinds = (
        (selection.FAMILY, tuned),
        (selection.CHALLENGER, challengers),
        (selection.BENCHMARK, benchmarks),
    )
    return pd.DataFrame([_row(name, kind, one) for kind, models in kinds for name, one in models.items()])


def _unsearched(family: dict[str, Any]) -> TunedModel:
    return candidates.untuned(Family.model_validate(family))


def _row(name: str, kind: str, tuned: TunedModel) -> dict[str, Any]:
    told = tuned.model_dump(include={"interpretability", "search_roc_auc", "trials", "refused"})
    hyperparameters = json.dumps(tuned.hyperparameters, sort_keys=True)
    return {
        "model": name,
        "kind": kind,
        **told,
        "hyperparameters": hyperparameters,
        "tuned": tuned.to_json(),
    }


def score_others(clients: pd.DataFrame, tuned_models: pd.DataFrame, options: ModelSelection) -> pd.DataFrame:
    """Score challengers and benchmarks on the families' folds.

    Returns
    -------
    DataFrame of `schemas.model_selection.OtherFoldScores`
    """
    others = tuned_models[tuned_models["kind"] != selection.FAMILY]
    parts = [
        candidates.score_out_of_fold(tuned, clients, options).assign(model=name)
        for name, tuned in selection.read_tuned(others).items()
    ]
    return pd.concat(parts, ignore_index=True)


def join_fold_scores(other_fold_scores: pd.DataFrame, **fold_scores: pd.DataFrame) -> pd.DataFrame:
    """Join the out-of-fold scores of all models, with the model's name."""
    families = [scores.assign(model=name) for name, scores in fold_scores.items() if len(scores)]
    return pd.concat([*families, other_fold_scores], ignore_index=True)


def rank_models(
    fold_scores: pd.DataFrame, tuned_models: pd.DataFrame, options: ModelSelection
) -> pd.DataFrame:
    """Rank the models by cross-validated ROC-AUC and name the champion by both rules.

    Returns
    -------
    DataFrame of `schemas.model_selection.Leaderboard`, best first
    """
    return selection.rank_models(fold_scores, tuned_models.drop(columns="tuned"), options)


def choose_calibrations(fold_scores: pd.DataFrame) -> pd.DataFrame:
    """Judge the methods of calibration for every model, out of fold.

    Returns
    -------
    DataFrame of `schemas.model_selection.Calibrations`
    """
    return selection.choose_calibrations(fold_scores)


def value_clients(clients: pd.DataFrame, segmentation: Segmentation) -> pd.DataFrame:
    """Return what each client's decline would cost: its monthly profit over the months that count.

    Returns
    -------
    DataFrame of `schemas.model_selection.ClientValues`
    """
    value = profit_at_risk(clients[PROFIT], segmentation)
    return pd.DataFrame({CLIENT_ID: clients[CLIENT_ID], "value": value})


def assume_offers(clients: pd.DataFrame, offers: Offers, segmentation: Segmentation) -> CampaignAssumptions:
    """Return what a campaign is assumed to bring and to cost (see `one_click.modelling.profit`)."""
    return assume_campaign(clients[PROFIT].to_numpy(), offers, segmentation)


def choose_thresholds(
    fold_scores: pd.DataFrame,
    calibrations: pd.DataFrame,
    client_values: pd.DataFrame,
    campaign_assumptions: CampaignAssumptions,
    options: ModelSelection,
) -> pd.DataFrame:
    """Return F1 and profit of every model at each threshold of probability, out of fold.

    Returns
    -------
    DataFrame of `schemas.model_selection.Thresholds`
        Chosen is the largest F1 or profit, as the options say; of equals, the lowest threshold.
    """
    value = client_values.set_index(CLIENT_ID)["value"]
    criterion = {"f1": "f1_declined", "profit": "campaign_profit"}[options.threshold]
    parts = []
    for name, scores in fold_scores.groupby("model", sort=True):
        method = selection.calibration_of(calibrations, name)
        probability = calibrate_out_of_fold(scores.reset_index(drop=True), method)
        at_stake = value.loc[scores[CLIENT_ID]].to_numpy()
        curve = _along_thresholds(probability, scores["target"].to_numpy(), at_stake, campaign_assumptions)
        chosen = np.arange(len(curve)) == curve[criterion].argmax()
        parts.append(curve.assign(model=name, chosen=chosen))
    columns = ["model", "threshold", "f1_declined", "campaign_profit", "chosen"]
    return pd.concat(parts, ignore_index=True)[columns]


def _along_thresholds(
    probability: np.ndarray, target: np.ndarray, value: np.ndarray, campaign: CampaignAssumptions
) -> pd.DataFrame:
    ones, rows = np.ones((1, len(target))), []
    for threshold in THRESHOLDS:
        called = (probability >= threshold).astype("float64")
        f1, profit = f1_declined(called, target, ones)[0], campaign_profit(called, target, value, campaign)
        rows.append({"threshold": threshold, "f1_declined": f1, "campaign_profit": profit})
    return pd.DataFrame(rows)


def trace_search(**trials: pd.DataFrame) -> pd.DataFrame:
    """Return how each family's search came to its best value, and which trial was taken.

    Returns
    -------
    DataFrame of `schemas.model_selection.SearchTrace`
    """
    parts = []
    for name, table in trials.items():
        complete = table["roc_auc"].where(table["state"] == COMPLETE)
        part = table[["trial", "roc_auc", "gain", "chosen"]].assign(
            model=name, stopped=table["state"] == STOPPED, best_so_far=complete.cummax().ffill()
        )
        parts.append(part[["model", "trial", "roc_auc", "stopped", "best_so_far", "gain", "chosen"]])
    return pd.concat(parts, ignore_index=True)
