"""False findings of the audit, and wrong labels that are found: ``python -m benchmarks findings``.

Stores of 1300 clients with the shipped population; clean ones have no dirt and an order that says nothing.
"""

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from benchmarks.shared.parameters import read_section
from benchmarks.shared.stores import read_population, store_options
from one_click.columns import BASE_FEATURES, CLIENT_ID, TARGET
from one_click.parameters import DataProcessing
from one_click.pipelines.data_processing.nodes.audit import list_findings
from one_click.pipelines.demo_comparison.nodes.comparison import untuned
from one_click.pipelines.demo_comparison.nodes.summary import draw_store
from one_click.pipelines.model_selection.nodes.label_noise import find_label_noise

CLEAN, NOISY = range(100), range(20)
NO_ORDER = 1e6  # noise on the order
WRONG = 0.05  # share of wrong labels of either kind
TOP = 50


def main() -> None:
    """Print the share of false findings, and the precision of suspects."""
    limits = read_section("data_processing", DataProcessing)
    clean = {"dirt": {}, "order_noise": NO_ORDER}
    false = [_false_findings(_store(seed, clean), limits) for seed in CLEAN]
    print(f"clean stores with a false finding: {sum(map(bool, false))} of {len(false)}")
    noise = clean | {"label_noise": {"missed_declines": WRONG, "false_declines": WRONG}}
    found = [_precision(_store(seed, noise)) for seed in NOISY]
    precision, share = np.mean(found, axis=0)
    print(
        f"wrong labels, {len(found)} stores: {share:.3f} of all, {precision:.3f} of the first {TOP} suspects"
    )


def _store(seed: int, changes: dict[str, object]) -> pd.DataFrame:
    return draw_store(store_options(seed=seed, **changes), read_population())


def _false_findings(store: pd.DataFrame, limits: DataProcessing) -> list[str]:
    dialects = pd.DataFrame({"table": ["market_file", "label_file"], "file": ["features", "labels"]})
    found = list_findings(store, store, dialects, limits)
    return found.loc[found["level"] != "note", "finding"].tolist()


def _precision(store: pd.DataFrame) -> tuple[float, float]:
    """Return the share of wrong labels among the first suspects, and among all clients."""
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    features = store[list(BASE_FEATURES)]
    model = untuned("logistic_regression")
    probability = cross_val_predict(model, features, store[TARGET], cv=folds, method="predict_proba")[:, 1]
    noise, _ = find_label_noise(store, store[[CLIENT_ID]].assign(probability=probability))
    wrong = store.loc[store["declined"] != (store[TARGET] == 1), CLIENT_ID]
    return float(noise.head(TOP)[CLIENT_ID].isin(wrong).mean()), len(wrong) / len(store)
