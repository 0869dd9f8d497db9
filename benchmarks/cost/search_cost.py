"""What the search costs and finds: ``python -m benchmarks search_cost [SNAPSHOT] [SEEDS]``.

The same families, number of candidates and folds for our search, with and without early stops, with random
draws, and for scikit-learn's RandomizedSearchCV and HalvingRandomSearchCV, balanced over the families.
"""

import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import HalvingRandomSearchCV, RandomizedSearchCV, StratifiedKFold

from benchmarks.shared.parameters import read_families, read_section
from one_click.columns import TARGET
from one_click.datasets.study import StudyDataset
from one_click.modelling.families import SCALER_STEPS, SCORES, build_basis, build_pipeline
from one_click.modelling.folds import make_splits
from one_click.modelling.scores import raw_features
from one_click.modelling.search import chosen_trial, search
from one_click.parameters import (
    BASES,
    BASIS,
    SCALER,
    SCORE_FUNC,
    Choices,
    Family,
    ModelSelection,
    Range,
)

CURVE_AT = (1, 5, 10, 20, 30, 40)
HALVING = "HalvingRandomSearchCV"
HALVING_SEEDS = 5  # it is the dearest, and far from the others


def main(snapshot: str = "demo", seeds: int = 20) -> None:
    """Print CPU, the ratio to RandomizedSearchCV, and the best ROC-AUC beside its own, by family."""
    warnings.simplefilter("ignore")  # halving's small samples lack categories and even a class
    clients = pd.read_parquet(f"data/05_model_input/{snapshot}/train_clients.parquet")
    options = read_section("model_selection", ModelSelection)
    rows, curves = [], []
    for seed in range(seeds):
        seeded = options.model_copy(update={"seed": seed})
        for name, family in read_families().items():
            for searcher, work in _searchers(clients, family, seeded).items():
                if searcher == HALVING and seed >= HALVING_SEEDS:
                    continue
                before = time.process_time()
                best, curve = work()
                seconds = time.process_time() - before
                rows.append(
                    {"searcher": searcher, "family": name, "seed": seed, "best": best, "cpu": seconds}
                )
                curves += [
                    {
                        "searcher": searcher,
                        "family": name,
                        "seed": seed,
                        "trial": trial,
                        "best": curve[trial - 1],
                    }
                    for trial in CURVE_AT
                    if trial <= len(curve)
                ]
    _report(pd.DataFrame(rows), pd.DataFrame(curves), len(clients), options)


def _searchers(
    clients: pd.DataFrame, family: Family, options: ModelSelection
) -> dict[str, Callable[[], tuple[float, np.ndarray]]]:
    all_folds, at_random = {"negligible_chance": 0.0}, {"strategy": "random", "negligible_chance": 0.0}
    return {
        "RandomizedSearchCV": lambda: _sklearn(clients, family, options, RandomizedSearchCV),
        HALVING: lambda: _sklearn(clients, family, options, HalvingRandomSearchCV),
        "ours": lambda: _ours(clients, family, options),
        "ours, every fold": lambda: _ours(clients, family, options.model_copy(update=all_folds)),
        "ours, random": lambda: _ours(clients, family, options.model_copy(update=at_random)),
    }


def _ours(clients: pd.DataFrame, family: Family, options: ModelSelection) -> tuple[float, np.ndarray]:
    """Search with the study on disk, as a run does."""
    with tempfile.TemporaryDirectory() as folder:
        store = StudyDataset(filepath=(Path(folder) / "studies.log").as_posix(), family="x").load()
        trials = search(clients, family, options, store)
    best = chosen_trial(trials)
    complete = trials["roc_auc"].where(trials["state"] == "complete")
    return float(best["roc_auc"]), complete.cummax().ffill().to_numpy()


def _sklearn(
    clients: pd.DataFrame, family: Family, options: ModelSelection, searcher: Any
) -> tuple[float, np.ndarray]:
    features = raw_features(clients)
    halving = searcher is HalvingRandomSearchCV
    budget = {"n_candidates": options.trials} if halving else {"n_iter": options.trials}
    found = searcher(
        build_pipeline(family, {"select__k": 10}),
        distributions(family),
        scoring="roc_auc",
        cv=StratifiedKFold(options.folds, shuffle=True, random_state=options.seed)  # of its subsamples
        if halving
        else make_splits(clients, options.folds, options.seed),
        random_state=options.seed,
        refit=False,
        **budget,
    ).fit(features, clients[TARGET])
    results = pd.DataFrame(found.cv_results_)
    if halving:
        last = results[results["iter"] == results["iter"].max()]
        return float(last["mean_test_score"].max()), np.empty(0)
    return float(results["mean_test_score"].max()), results["mean_test_score"].cummax().to_numpy()


def distributions(family: Family) -> dict[str, Any]:
    """Return a family's space in the terms of scikit-learn's searches."""
    special = {
        SCALER: ("columns__scaler", SCALER_STEPS),
        BASIS: (BASIS, {name: build_basis({BASIS: name}) for name in BASES}),
        SCORE_FUNC: (SCORE_FUNC, SCORES),
    }
    space: dict[str, Any] = {}
    for name, values in family.space.items():
        if name in special:
            argument, objects = special[name]
            space[argument] = [objects[value] for value in values.choices]
        elif isinstance(values, Choices):
            space[name] = list(values.choices)
        else:
            space[name] = _distribution(values)
    return space


def _distribution(values: Range) -> Any:
    if values.whole and values.log:
        numbers = np.arange(int(values.low), int(values.high) + 1)
        return stats.rv_discrete(values=(numbers, np.log1p(1 / numbers) / np.log1p(1 / numbers).sum()))
    if values.whole:
        return stats.randint(int(values.low), int(values.high) + 1)
    return (
        stats.loguniform(values.low, values.high)
        if values.log
        else stats.uniform(values.low, values.high - values.low)
    )


def _report(rows: pd.DataFrame, curves: pd.DataFrame, clients: int, options: ModelSelection) -> None:
    seeds = rows["seed"].nunique()
    print(f"{clients} clients, {options.trials} candidates per family, {options.folds} folds, {seeds} seeds")
    plain = rows[rows["searcher"] == "RandomizedSearchCV"]
    by_seed = rows.groupby(["searcher", "seed"])["cpu"].sum().reset_index()
    cpu = by_seed.groupby("searcher")["cpu"].agg(["mean", "count"])
    cpu["ratio"] = cpu["mean"] / cpu.loc["RandomizedSearchCV", "mean"]
    print(cpu.rename(columns={"mean": "CPU s", "count": "seeds"}).round(3).to_string())
    against = plain.set_index(["family", "seed"])["best"]
    joined = rows.join(against.rename("plain"), on=["family", "seed"])
    joined["gain"] = joined["best"] - joined["plain"]
    print("\nbest cross-validated ROC-AUC minus RandomizedSearchCV's, mean over seeds (standard error)")
    gains = joined.groupby(["searcher", "family"])["gain"].agg(["mean", "sem"])
    texts = gains.apply(lambda row: f"{row['mean']:+.4f} ({row['sem']:.4f})", axis=1)
    print(
        texts.rename("gain")
        .reset_index()
        .pivot_table(index="searcher", columns="family", values="gain", aggfunc="first")
        .to_string()
    )
    print("\nbest so far minus the best that any of these found for the family and seed, mean")
    found = curves.groupby(["family", "seed"])["best"].transform("max")
    curves = curves.assign(behind=curves["best"] - found)
    print(curves.pivot_table(index="searcher", columns="trial", values="behind").round(4).to_string())
