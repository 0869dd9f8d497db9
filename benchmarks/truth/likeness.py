"""How far a synthetic store stands in for a real extract: ``python -m benchmarks likeness SNAPSHOT``.

Needs the snapshot's ``clients`` table (``kedro run --pipelines data_processing --params snapshot=SNAPSHOT``).
Nothing here is chosen by looking at the half that is tested on.
"""

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from benchmarks.shared.projects import open_context
from one_click.columns import TARGET
from one_click.modelling.folds import make_splits
from one_click.parameters import DemoPopulation, DemoStore
from one_click.pipelines.demo_comparison.nodes.comparison import (
    UNTUNED_MODELS,
    cross_validate,
    transfer,
    with_twin_groups,
)
from one_click.pipelines.demo_comparison.nodes.likeness import take_labelled
from one_click.pipelines.demo_comparison.nodes.summary import (
    draw_store,
    match_sharpness,
    summarise_population,
)
from one_click.simulation.mechanism import decline_probability, expected_roc_auc, recorded_probability

SEEDS = range(20)
HALVES = range(4)  # ways of halving the extract; each half is summarised once and tested on once
FOLDS = (0, 1, 2, 3, 4)


def main(snapshot: str) -> None:
    """Print what the planted form reaches, then three tables."""
    with open_context(snapshot) as context:
        extract = take_labelled(context.catalog.load("clients"))
        options = DemoStore.model_validate(context.params["demo_store"])
        population = DemoPopulation.model_validate(context.params["demo_population"])
    reached = planted_form(extract, population, options)
    print(f"The planted form, fitted to the extract and cross-validated: ROC-AUC {reached:.4f}\n")
    across = across_halves(extract, options, population)
    print("From one half to the other: ROC-AUC on the half that was not summarised")
    print(across.round(4).to_string(index=False))
    print("\nMean over the halves")
    print(across.groupby("model").mean(numeric_only=True).drop(columns="split").round(4).to_string())
    stores = [draw_store(options.model_copy(update={"seed": seed}), population) for seed in SEEDS]
    print(f"\nCross-validated ROC-AUC within the extract and within {len(stores)} stores")
    print(within(extract, stores).round(4).to_string(index=False))
    print("\nTruth of the stores")
    print(truth(stores, options).round(4).to_string(index=False))


def planted_form(extract: pd.DataFrame, structure: DemoPopulation, options: DemoStore) -> float:
    """Return the ROC-AUC of the noisy OR on the folds on which the families are compared."""
    grouped = with_twin_groups(extract)
    figures = []
    for seed in FOLDS:
        for train, test in make_splits(grouped, 5, seed):
            made = summarise_population(grouped.iloc[train], structure, options.label_noise)
            unseen = grouped.iloc[test]
            figures.append(roc_auc_score(unseen[TARGET], decline_probability(unseen, made)))
    return float(np.mean(figures))


def across_halves(extract: pd.DataFrame, options: DemoStore, structure: DemoPopulation) -> pd.DataFrame:
    """Summarise one half, make stores from it, and test on the other half what was trained on them."""
    rows = []
    for split in HALVES:
        halves = train_test_split(extract, test_size=0.5, stratify=extract[TARGET], random_state=split)
        for known, unseen in (halves, halves[::-1]):
            made = match_sharpness(known, structure, options, (0, 1, 2, 3, 4))
            stores = [draw_store(options.model_copy(update={"seed": seed}), made) for seed in SEEDS]
            for model in ("logistic_regression", "k_nearest_neighbours"):
                reached = float(np.mean([transfer(store, unseen, model) for store in stores]))
                rows.append((split, model, reached, transfer(known, unseen, model)))
    table = pd.DataFrame(rows, columns=["split", "model", "trained_on_stores", "trained_on_half"])
    return table.assign(gap=table["trained_on_stores"] - table["trained_on_half"])


def within(extract: pd.DataFrame, stores: list[pd.DataFrame]) -> pd.DataFrame:
    """Cross-validate each family in the extract and in every store."""
    rows = []
    for model in UNTUNED_MODELS:
        figures = [cross_validate(store, model, (seed,)) for seed, store in enumerate(stores)]
        spread = float(np.std(figures, ddof=1) / np.sqrt(len(figures)))
        rows.append((model, cross_validate(extract, model, FOLDS), float(np.mean(figures)), spread))
    table = pd.DataFrame(rows, columns=["model", "extract", "stores", "standard_error"])
    return table.assign(gap=table["stores"] - table["extract"])


def truth(stores: list[pd.DataFrame], options: DemoStore) -> pd.DataFrame:
    """Compare what was asked for with what is measured, over all stores together."""
    clients = pd.concat(stores)
    kept, declined = clients[~clients["declined"]], clients[clients["declined"]]
    noise = options.label_noise
    recorded = recorded_probability(clients["probability"].to_numpy(), noise)
    rows = [
        ("false declines", noise.false_declines, kept[TARGET].mean(), len(kept)),
        ("missed declines", noise.missed_declines, 1 - declined[TARGET].mean(), len(declined)),
        ("declined share", clients["probability"].mean(), clients["declined"].mean(), len(clients)),
        (
            "ROC-AUC of the true probabilities",
            expected_roc_auc(clients["probability"].to_numpy(), recorded),
            _roc_auc(clients),
            len(clients),
        ),
    ]
    table = pd.DataFrame(rows, columns=["figure", "asked", "measured", "clients"])
    error = np.sqrt(table["asked"] * (1 - table["asked"]) / table["clients"])
    return table.assign(sampling_error=error.where(table["figure"] != "ROC-AUC of the true probabilities"))


def _roc_auc(clients: pd.DataFrame) -> float:
    return expected_roc_auc(clients["probability"].to_numpy(), clients[TARGET].to_numpy(dtype="float64"))
