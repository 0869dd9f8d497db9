"""Nodes that apply the rules of selection in every outer fold and evaluate what they chose."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from one_click.columns import CLIENT_ID
from one_click.errors import ParameterError, nearest
from one_click.modelling import candidates, selection
from one_click.modelling.calibration import calibrate, calibrate_out_of_fold
from one_click.modelling.evaluation import (
    THRESHOLDS,
    Metric,
    brier_score,
    calibration_error,
    corrected_interval,
    f1_declined,
    log_loss,
)
from one_click.parameters import FAMILIES, RULES, VOTING, Evidence, ModelSelection
from one_click.statistics.discrimination import roc_auc

from .nested import INNER, OUTER

_PLACE = ["outer_repeat", "outer_fold"]
# Each fold has a threshold of its own: an interval over folds of what parts two models by it is too wide (on
# planted stores it never misses), so that only the difference is told.
_TOLD_ALONE = "f1_declined"


def replay_selection(
    other_nested_scores: pd.DataFrame,
    tuned_models: pd.DataFrame,
    options: ModelSelection,
    **nested_scores: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Apply vote, calibration, threshold and both rules of selection inside every outer fold.

    Returns
    -------
    outer_scores : DataFrame of `schemas.evidence.OuterScores`
    choices : DataFrame of `schemas.evidence.RuleChoices`
    """
    tables = [*(scores.assign(model=name) for name, scores in nested_scores.items()), other_nested_scores]
    scores = pd.concat(tables, ignore_index=True)
    ranks, weights = _ranks(tuned_models, scores["model"].unique()), _weights(tuned_models)
    parts, choices = list[pd.DataFrame](), list[dict[str, Any]]()
    for place, here in scores.groupby(_PLACE):
        where = dict(zip(_PLACE, place, strict=True))
        inner, outer = _with_vote(here, weights)
        board = selection.rank_models(inner, ranks, options)
        judged = _judge(inner, outer)
        for rule in RULES:
            chosen = board[board[rule]].iloc[0]
            judged.append(_of(judged, chosen["model"]).assign(model=rule))
            choice = {"rule": rule, "model": chosen["model"], "inner_roc_auc": chosen["roc_auc"]}
            choices.append(where | choice)
        parts.extend(part.assign(**where) for part in judged)
    return pd.concat(parts, ignore_index=True), pd.DataFrame(choices)


def _ranks(tuned_models: pd.DataFrame, models: np.ndarray) -> pd.DataFrame:
    """Return kind and interpretability of each model; one that was met here only is a challenger."""
    known = tuned_models.set_index("model")[["kind", "interpretability"]]
    last = int(known["interpretability"].max()) + 1
    table = known.reindex(models).fillna({"kind": selection.CHALLENGER, "interpretability": last})
    families = known[known["kind"] == selection.FAMILY]
    table.loc[VOTING] = [selection.FAMILY, families["interpretability"].max() + 1]
    return table.rename_axis("model").reset_index().assign(refused="")


def _weights(tuned_models: pd.DataFrame) -> dict[str, float]:
    """Return the weights of the families that have one in the vote."""
    families = tuned_models[tuned_models["model"].isin(FAMILIES)]
    weights = {name: tuned.vote_weight for name, tuned in selection.read_tuned(families).items()}
    return {name: weight for name, weight in weights.items() if weight}


def _with_vote(here: pd.DataFrame, weights: dict[str, float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the inner and the outer scores of one outer fold, with those of the vote if there is one."""
    inner, outer = here[here["part"] == INNER], here[here["part"] == OUTER]
    known, scored = (
        {name: rows.reset_index(drop=True) for name, rows in part.groupby("model") if name in weights}
        for part in (inner, outer)
    )
    if len(known) < candidates.FEWEST_MEMBERS:
        return inner, outer
    heard = [weights[name] for name in known]
    inside = candidates.vote(known, heard).assign(model=VOTING)
    outside = candidates.vote_on(known, {name: scored[name] for name in known}, heard).assign(model=VOTING)
    return (
        pd.concat([inner, inside], ignore_index=True),
        pd.concat([outer, outside], ignore_index=True),
    )


def _judge(inner: pd.DataFrame, outer: pd.DataFrame) -> list[pd.DataFrame]:
    """Calibrate each model and choose its threshold on the inner scores; apply both to the outer ones."""
    calibrations = selection.choose_calibrations(inner)
    judged = []
    for name, part in inner.groupby("model", sort=True):
        known, held_out = part.reset_index(drop=True), outer[outer["model"] == name]
        method = selection.calibration_of(calibrations, name)
        probability = calibrate(method, known, held_out)
        threshold = _best_threshold(calibrate_out_of_fold(known, method), known["target"].to_numpy())
        columns = held_out[["model", CLIENT_ID, "target", "score"]]
        judged.append(columns.assign(probability=probability, called=(probability >= threshold) * 1.0))
    return judged


def _best_threshold(probability: np.ndarray, target: np.ndarray) -> float:
    ones = np.ones((1, len(target)))
    curve = [f1_declined((probability >= value).astype("float64"), target, ones)[0] for value in THRESHOLDS]
    return float(THRESHOLDS[int(np.argmax(curve))])


def _of(judged: list[pd.DataFrame], model: str) -> pd.DataFrame:
    return next(part for part in judged if part["model"].iloc[0] == model)


def summarise_procedures(
    outer_scores: pd.DataFrame, rule_choices: pd.DataFrame, options: ModelSelection, evidence: Evidence
) -> pd.DataFrame:
    """Return every metric of every model and rule on the outer folds, with paired differences.

    Returns
    -------
    DataFrame of `schemas.evidence.NestedSummary`
        Intervals are those of Nadeau and Bengio over the outer folds; behind is the rival's value minus the
        model's, on the same folds, of the F1 without an interval. ``optimism`` is what a rule believed minus
        what it got.
    """
    metrics = _metrics_by_fold(outer_scores)
    _refuse_unknown_rival(evidence.rival, metrics["roc_auc"].columns)
    optimism = _optimism(metrics["roc_auc"], rule_choices)
    share = 1 / options.folds
    rows = []
    for metric, by_fold in {**metrics, "optimism": optimism}.items():
        rival = by_fold.get(evidence.rival)
        for name in by_fold.columns:
            value, low, high = _interval(by_fold[name].dropna(), share)
            row = {"model": name, "metric": metric, "value": value, "low": low, "high": high}
            row["folds"] = int(by_fold[name].notna().sum())
            behind = _behind(by_fold[name], rival, evidence.rival, share)
            alone = {"behind_low": np.nan, "behind_high": np.nan} if metric == _TOLD_ALONE else {}
            rows.append(row | behind | alone)
    return pd.DataFrame(rows)


def _refuse_unknown_rival(rival: str, models: Iterable[str]) -> None:
    if rival not in models:
        raise ParameterError(f"(file {Evidence.file})\n  rival: no model '{rival}'; {nearest(rival, models)}")


def _metrics_by_fold(outer_scores: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return one table per metric: one row per outer fold, one column per model or rule."""
    metrics: dict[str, tuple[Metric, str]] = {
        "roc_auc": (roc_auc, "score"),
        "roc_auc_calibrated": (roc_auc, "probability"),
        "brier_score": (brier_score, "probability"),
        "log_loss": (log_loss, "probability"),
        "f1_declined": (f1_declined, "called"),
    }
    tables = {name: _tabulate(outer_scores, *metric, _PLACE) for name, metric in metrics.items()}
    # One fold is too small for the ten bins of this one: it is taken over all clients of a repeat.
    repeats = _tabulate(outer_scores, calibration_error, "probability", _PLACE[:1])
    return tables | {"calibration_error": repeats}


def _tabulate(outer_scores: pd.DataFrame, metric: Metric, column: str, index: list[str]) -> pd.DataFrame:
    values = [
        (
            *key,
            metric(part[column].to_numpy(), part["target"].to_numpy("float64"), np.ones((1, len(part))))[0],
        )
        for key, part in outer_scores.groupby([*index, "model"])
    ]
    table = pd.DataFrame(values, columns=[*index, "model", "value"])
    return table.pivot_table(index=index, columns="model", values="value")


def _optimism(by_fold: pd.DataFrame, rule_choices: pd.DataFrame) -> pd.DataFrame:
    believed = rule_choices.pivot_table(index=_PLACE, columns="rule", values="inner_roc_auc")
    return believed - by_fold[list(believed.columns)]


def _interval(values: pd.Series, share: float) -> tuple[float, float, float]:
    """Return mean and interval over outer folds; repeats hold the same clients and allow no interval."""
    if len(values.index.names) < len(_PLACE):
        return float(values.mean()), np.nan, np.nan
    mean, _, half = corrected_interval(values.to_numpy(), share)
    return mean, mean - half, mean + half


def _behind(values: pd.Series, rival: pd.Series | None, name: str, share: float) -> dict[str, Any]:
    if rival is None:  # of optimism, which only rules have
        return {"against": "", "behind": np.nan, "behind_low": np.nan, "behind_high": np.nan}
    behind, low, high = _interval((rival - values).dropna(), share)
    return {"against": name, "behind": behind, "behind_low": low, "behind_high": high}
