"""Cost and error of the explanations of every model: ``python -m benchmarks.explanations SNAPSHOT``.

Needs a finished run of the snapshot. With the package shap installed (``pip install .[bench]``), its
PermutationExplainer is measured beside the exact values of the SVC.
"""

import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from benchmarks.shipped import read_section
from one_click.parameters import CANDIDATES, Interpretation
from one_click.pipelines.interpretation.certainty import certainty
from one_click.pipelines.interpretation.explainers import Explanation, explain
from one_click.pipelines.interpretation.faithfulness import overlap
from one_click.scores import feature_columns, uncalibrated_score

MORE = 20  # times the evaluations of the reference
SHAP_ROWS = 12
# Public work on the store's extract, most important first.
PUBLISHED = ("minutes_current", "revenue_current", "marketing_contacts_6m", "pages_per_visit")


def main() -> None:
    """Measure the explanations of the models of one snapshot."""
    snapshot = sys.argv[1] if len(sys.argv) > 1 else "demo"
    bootstrap_project(Path.cwd())
    with KedroSession.create(Path.cwd(), runtime_params={"snapshot": snapshot}) as session:
        catalog = session.load_context().catalog
        features, base = catalog.load("features"), catalog.load("explanation_base")
        models = {name: catalog.load(f"{name}.candidate") for name in CANDIDATES}
        permuted, shap = catalog.load("permutation_importance"), catalog.load("shap_importance")
    clients, base = features[feature_columns(features)], base[feature_columns(base)]
    options = read_section("interpretation", Interpretation)
    for name, model in models.items():
        _report(name, model, clients, base, options)
    if find_spec("shap"):
        _beside_shap(models["svc"], clients, base, options)
    _beside_published(permuted, shap)


def _timed(run: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    return run(), time.process_time() - start


def _report(
    name: str, model: Any, clients: pd.DataFrame, base: pd.DataFrame, options: Interpretation
) -> None:
    found, seconds = _timed(lambda: explain(model, clients, base, options))
    gap = np.abs(found.base_value + found.contributions.sum(axis=1) - found.output).max()
    print(f"{name}: {found.method}, {len(clients)} clients in {seconds:.2f} CPU s, adds up to {gap:.0e}")
    if found.method == "sampled":
        more = {"permutations": MORE * options.permutations * options.rounds, "rounds": 1}
        truth = explain(model, clients, base, options.model_copy(update={"seed": options.seed + 1, **more}))
        _compare(found, truth.contributions, options)


def _compare(found: Explanation, truth: np.ndarray, options: Interpretation) -> None:
    error, used = np.abs(found.contributions - truth), found.errors > 0
    sure = certainty(found.contributions, found.errors, options.reasons) >= options.certain_from
    first, right = _first(found.contributions, options.reasons), _first(truth, options.reasons)
    hits = [
        feature in right[client]
        for client, row in enumerate(first)
        for feature, certain in zip(row, sure[client], strict=False)
        if certain
    ]
    shares = [_share(one, other) for one, other in zip(first, right, strict=True)]
    spread = np.sqrt(np.mean(((found.contributions - truth)[used] / found.errors[used]) ** 2))
    print(
        f"  mean error {error.mean():.5f} ({error.sum() / np.abs(truth).sum():.3f} of the contributions), "
        f"stated {found.errors.mean():.5f}; error over stated error, root mean square: {spread:.2f}"
    )
    print(
        f"  first three by amount: overlap {overlap(found.contributions, truth, 3).mean():.3f}, towards "
        f"decline {np.mean(shares):.3f}; certain: {len(hits) / sum(map(len, first)):.3f} of these, and of "
        f"them {np.mean(hits):.4f} right"
    )


def _first(contributions: np.ndarray, count: int) -> list[list[int]]:
    """Return each client's first reasons towards decline."""
    order = np.argsort(-contributions, axis=1, kind="stable")[:, :count]
    return [[int(f) for f in row if contributions[client, f] > 0] for client, row in enumerate(order)]


def _share(one: list[int], other: list[int]) -> float:
    return len(set(one) & set(other)) / max(len(one), len(other)) if one or other else 1.0


def _beside_shap(model: Any, clients: pd.DataFrame, base: pd.DataFrame, options: Interpretation) -> None:
    """Time shap's PermutationExplainer with its defaults on some rows of the SVC's margin."""
    import shap

    levels = {name: sorted({*clients[name], *base[name]}) for name in clients.select_dtypes("str")}

    def encode(rows: pd.DataFrame) -> np.ndarray:
        codes = {name: rows[name].map(levels[name].index) for name in levels}
        return rows.assign(**codes).astype("float64").to_numpy()

    def score(rows: np.ndarray) -> np.ndarray:
        table = pd.DataFrame(rows, columns=clients.columns)
        for name, values in levels.items():
            table[name] = np.array(values, dtype=object)[table[name].astype(int)]
        return uncalibrated_score(model, table.astype(clients.dtypes.to_dict()))

    explainer = shap.PermutationExplainer(score, encode(base), seed=options.seed)
    rows = encode(clients.iloc[:: max(1, len(clients) // SHAP_ROWS)].head(SHAP_ROWS))
    found, seconds = _timed(lambda: explainer(rows, silent=True))
    truth = getattr(explainer(rows, max_evals=MORE * 500, silent=True), "values")  # noqa: B009
    error = np.abs(getattr(found, "values") - truth)  # noqa: B009
    _, exact = _timed(lambda: explain(model, clients, base, options))
    scaled = seconds / len(rows) * len(clients)
    print(
        f"shap's PermutationExplainer, SVC: {seconds:.1f} CPU s for {len(rows)} clients, {scaled:.0f} for "
        f"all, mean error {error.mean():.4f} ({error.sum() / np.abs(truth).sum():.3f})"
    )
    print(f"exact values of all: {exact:.2f} CPU s, {scaled / exact:.0f} times less")


def _beside_published(permuted: pd.DataFrame, shap: pd.DataFrame) -> None:
    table = permuted.query("metric == 'roc_auc' and kind == 'feature'")
    table = table.merge(shap[["feature", "mean_absolute", "rank"]], on="feature", suffixes=("", "_shap"))
    places = {name: place for place, name in enumerate(PUBLISHED, start=1)}
    table["published"] = [places.get(name, "") for name in table["feature"]]
    columns = ["feature", "importance", "low", "high", "rank", "mean_absolute", "rank_shap", "published"]
    print(table[columns].round(4).to_string(index=False))


if __name__ == "__main__":
    main()
