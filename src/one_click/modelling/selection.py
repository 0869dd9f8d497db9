"""Selection of the champion among the compared models, and of the calibration of each."""

from typing import Any

import numpy as np
import pandas as pd

from one_click.errors import DataError
from one_click.modelling.calibration import compare_methods
from one_click.modelling.evaluation import corrected_interval
from one_click.parameters import VOTING, Family, ModelSelection
from one_click.schemas.records import TunedModel
from one_click.statistics.discrimination import roc_auc

FAMILY, CHALLENGER, BENCHMARK, EXCLUDED = "family", "challenger", "benchmark", "excluded"
_UNCONFIRMED = "its settings could not be fitted on every fold that confirms"


def rank_models(fold_scores: pd.DataFrame, tuned: pd.DataFrame, options: ModelSelection) -> pd.DataFrame:
    """Rank the models by cross-validated ROC-AUC and name the champion by both rules.

    Parameters
    ----------
    fold_scores : DataFrame
        Out-of-fold scores of all models on the same folds.
    tuned : DataFrame, one row per model
        ``model``, ``kind`` and the columns that are handed on to the leaderboard.
    options : ModelSelection
        Folds and the rule of selection.

    Returns
    -------
    DataFrame of `schemas.model_selection.Leaderboard`, best first
        Intervals and errors are those of Nadeau and Bengio. Models that could not be fitted stand last, as
        ``excluded``, with the reason in `refused`.

    Raises
    ------
    DataError
        If no family could be fitted.
    """
    folds = roc_auc_by_fold(fold_scores)
    board = pd.DataFrame([_summarise(name, folds[name], options) for name in folds.columns])
    board = tuned.merge(board, on="model", how="left")
    board["terms"] = board["model"].map(_terms(fold_scores))
    unconfirmed = (board["refused"] == "") & board["roc_auc"].isna()
    board["refused"] = board["refused"].mask(unconfirmed, _UNCONFIRMED)
    board["kind"] = board["kind"].where(board["refused"] == "", EXCLUDED)
    board = board.sort_values(["roc_auc", "model"], ascending=[False, True], ignore_index=True)
    return _choose(board, folds, options)


def roc_auc_by_fold(fold_scores: pd.DataFrame) -> pd.DataFrame:
    """Return one row per fold of all repeats, one column per model."""
    values = {
        key: roc_auc(part["score"].to_numpy(), part["target"].to_numpy())[0]
        for key, part in fold_scores.groupby(["repeat", "fold", "model"])
    }
    by_fold = pd.Series(values).rename_axis(["repeat", "fold", "model"]).reset_index(name="roc_auc")
    return by_fold.pivot_table(index=["repeat", "fold"], columns="model", values="roc_auc")


def _terms(fold_scores: pd.DataFrame) -> pd.Series:
    """Return the number of terms of each model, mean over the folds."""
    by_fold = fold_scores.groupby(["model", "repeat", "fold"])["terms"].first()
    return by_fold.groupby("model").mean()


def _summarise(name: Any, values: pd.Series, options: ModelSelection) -> dict[str, Any]:
    mean, _, half = corrected_interval(values.to_numpy(), 1 / options.folds)
    return {"model": name, "roc_auc": mean, "roc_auc_low": mean - half, "roc_auc_high": mean + half}


def _choose(board: pd.DataFrame, folds: pd.DataFrame, options: ModelSelection) -> pd.DataFrame:
    """Mark the best family, the most interpretable within one standard error of it, and the champion.

    Of equally interpretable ones, the model with fewer terms comes first.
    """
    kinds = (FAMILY, CHALLENGER) if options.challengers_may_win else (FAMILY,)
    eligible = board["kind"].isin(kinds)
    if not eligible.any():
        raise DataError(
            f"No family of models could be fitted: {board.loc[board['model'] != VOTING, 'refused'].max()}",
            file=Family.file,
            rule="at least one family suits the clients",
            remedy="narrow the spaces of the families, or bring a larger extract",
        )
    best = board.loc[eligible, "model"].iloc[0]
    fitted = board["model"].isin(folds.columns)
    gaps = {
        name: corrected_interval((folds[best] - folds[name]).to_numpy(), 1 / options.folds)[:2]
        for name in board.loc[fitted, "model"]
    }
    board = board.assign(
        behind_best=[gaps.get(name, (np.nan, np.nan))[0] for name in board["model"]],
        behind_best_error=[gaps.get(name, (np.nan, np.nan))[1] for name in board["model"]],
        best=board["model"] == best,
    )
    near = board[eligible & (board["behind_best"] <= board["behind_best_error"])]
    simplest = near.sort_values(["interpretability", "terms", "behind_best"])["model"].iloc[0]
    board["one_standard_error"] = board["model"] == simplest
    return board.assign(champion=board[options.selection])


def champion_name(leaderboard: pd.DataFrame) -> str:
    """Return the name of the champion's family."""
    return str(leaderboard.loc[leaderboard["champion"], "model"].iloc[0])


def read_tuned(tuned_models: pd.DataFrame) -> dict[str, TunedModel]:
    """Return all that it takes to build each model, by its name."""
    rows = zip(tuned_models["model"], tuned_models["tuned"], strict=True)
    return {name: TunedModel.read(text, "tuned_models") for name, text in rows}


def winner(leaderboard: pd.DataFrame, tuned_models: pd.DataFrame) -> TunedModel:
    """Return all that it takes to build the champion."""
    name = champion_name(leaderboard)
    return read_tuned(tuned_models[tuned_models["model"] == name])[name]


def choose_calibrations(fold_scores: pd.DataFrame) -> pd.DataFrame:
    """Judge the methods of calibration for every model, out of fold.

    Returns
    -------
    DataFrame of `schemas.model_selection.Calibrations`
    """
    parts = [
        compare_methods(scores.reset_index(drop=True)).assign(model=name)
        for name, scores in fold_scores.groupby("model", sort=True)
    ]
    return pd.concat(parts, ignore_index=True)


def calibration_of(calibrations: pd.DataFrame, model: Any) -> str:
    """Return the method of calibration that was chosen for a model."""
    return str(calibrations.loc[(calibrations["model"] == model) & calibrations["chosen"], "method"].iloc[0])
