"""How honest the figures of a selection are: ``python -m benchmarks coverage [FIRST] [LAST]``.

In planted stores (one per seed) a small search chooses a champion; 100 000 fresh clients of the same
population tell its true ROC-AUC. Printed: how often the 95 % intervals hold it, their widths, what the
selection believed too much, the errors outside the undecided band, and what each rule loses. Every other
interval that is printed is measured by `intervals`.
"""

import sys
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom

from benchmarks.shared.models import true_area, tune_all
from benchmarks.shared.parameters import read_families, read_section
from benchmarks.shared.stores import CLIENTS, NO_FINDINGS, as_features, draw_clients
from one_click.columns import CLIENT_ID, TARGET
from one_click.modelling import candidates, selection
from one_click.modelling.calibration import calibrate_out_of_fold
from one_click.modelling.conformal import DECLINES, KEEPS, find_band, judge
from one_click.modelling.evaluation import resample_clients
from one_click.modelling.scores import decline_probability, raw_features, uncalibrated_score
from one_click.parameters import DataProcessing, ModelSelection
from one_click.pipelines.data_processing.nodes.split import split_clients
from one_click.pipelines.model_selection.nodes.comparison import join_tuned
from one_click.schemas.records import TunedModel
from one_click.statistics.discrimination import roc_auc, roc_auc_interval

FRESH_CLIENTS, FRESH_SEED = 100_000, 10_001
SMALL = {"trials": 8, "startup_trials": 4, "confirmation_repeats": 2, "challengers": {}}
Row = dict[str, Any]


def main(first: int = 1, last: int = 300) -> None:
    """Print one row per store to the standard error, and the summary."""
    options = read_section("model_selection", ModelSelection).model_copy(update=SMALL)
    limits = read_section("data_processing", DataProcessing)
    fresh = as_features(draw_clients(FRESH_SEED, FRESH_CLIENTS))
    rows = []
    for seed in range(first, last + 1):
        clients = as_features(draw_clients(seed, CLIENTS))
        rows.append(_one_store(clients, fresh, options, limits) | {"seed": seed})
        print(f"seed {seed}: {rows[-1]}", file=sys.stderr)
    _report(pd.DataFrame(rows))


def _one_store(
    clients: pd.DataFrame, fresh: pd.DataFrame, options: ModelSelection, limits: DataProcessing
) -> Row:
    train, test = split_clients(clients, NO_FINDINGS, limits)
    tuned = tune_all(train, read_families(), options)
    fold_scores = pd.concat(
        [candidates.score_out_of_fold(one, train, options).assign(model=name) for name, one in tuned.items()]
    )
    board = selection.rank_models(
        fold_scores, join_tuned(options, **tuned).query("kind == 'family'"), options
    )
    fitted = {name: candidates.fit(one, train, options) for name, one in tuned.items()}
    true = {name: true_area(model, fresh) for name, model in fitted.items()}
    chosen = {rule: board.loc[board[rule], "model"].item() for rule in ("best", "one_standard_error")}
    row = {f"loss_{rule}": max(true.values()) - true[name] for rule, name in chosen.items()}
    best = chosen["best"]
    believed = board.loc[board["best"], "roc_auc"].item()
    row |= {"champion": best, "true": true[best], "believed": believed}
    row |= _intervals(fitted[best], test, true[best], len(clients))
    return row | _refitted(tuned[best], clients, fresh, fold_scores[fold_scores["model"] == best], options)


def _intervals(model: Any, test: pd.DataFrame, true: float, labelled: int) -> Row:
    scores = uncalibrated_score(model, raw_features(test))
    target = test[TARGET].to_numpy("float64")
    weights = resample_clients(target, 2000, 0, labelled)
    intervals = {
        "delong": roc_auc_interval(scores, target),
        "bootstrap": tuple(np.quantile(roc_auc(scores, target, weights), [0.025, 0.975])),
    }
    return {
        key: value
        for name, (low, high) in intervals.items()
        for key, value in ((f"covers_{name}", low <= true <= high), (f"width_{name}", high - low))
    } | {"low": intervals["delong"][0], "high": intervals["delong"][1]}


def _refitted(
    tuned: TunedModel,
    clients: pd.DataFrame,
    fresh: pd.DataFrame,
    fold_scores: pd.DataFrame,
    options: ModelSelection,
) -> Row:
    """Look at the champion that all labelled clients gave: its level, and its undecided band."""
    method = selection.choose_calibrations(fold_scores).query("chosen")["method"].item()
    estimator = candidates.build_estimator(tuned, clients, options)
    champion = candidates.with_calibration(estimator, method, options)
    champion.fit(raw_features(clients), clients[TARGET])
    scores = candidates.score_out_of_fold(tuned, clients, options)
    scores["probability"] = calibrate_out_of_fold(scores, method)
    known = scores.groupby(CLIENT_ID)[["probability", "target"]].mean()
    band = find_band(known["probability"].to_numpy(), known["target"].to_numpy(), options.undecided_error)
    called = judge(pd.Series(decline_probability(champion, raw_features(fresh))), band)
    declined = fresh[TARGET] == 1
    return {
        "true_refitted": true_area(champion, fresh),
        "called_wrongly_kept": float((called[~declined] == DECLINES).mean()),
        "called_wrongly_declined": float((called[declined] == KEEPS).mean()),
        "undecided": float((~called.isin([DECLINES, KEEPS])).mean()),
    }


def _report(rows: pd.DataFrame) -> None:
    count = len(rows)
    print(f"{count} stores, seeds {rows['seed'].min()} to {rows['seed'].max()}")
    refitted = (rows["low"] <= rows["true_refitted"]) & (rows["true_refitted"] <= rows["high"])
    rows = rows.assign(covers_delong_refitted=refitted, width_delong_refitted=rows["width_delong"])
    print(f"fewest of {count} that .95 allows at 1 %: {int(binom.ppf(0.01, count, 0.95))}")
    for name in ("delong", "bootstrap", "delong_refitted"):
        hits = int(rows[f"covers_{name}"].sum())
        width = rows[f"width_{name}"].mean()
        print(f"{name}: covered {hits} of {count} ({hits / count:.3f}), width {width:.4f}")
    gaps = {
        "believed - true (fitted on train)": rows["believed"] - rows["true"],
        "believed - true (refitted)": rows["believed"] - rows["true_refitted"],
        "loss of best": rows["loss_best"],
        "loss of one_standard_error": rows["loss_one_standard_error"],
        "kept, called declining": rows["called_wrongly_kept"],
        "declined, called keeping": rows["called_wrongly_declined"],
        "undecided": rows["undecided"],
    }
    for name, values in gaps.items():
        print(f"{name}: mean {values.mean():+.4f} (s.e. {values.sem():.4f})")
    print(f"champions: {rows['champion'].value_counts().to_dict()}")
