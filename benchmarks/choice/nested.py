"""Nested cross-validation of everything that competes: ``python -m benchmarks nested [SNAPSHOT] [SEED]``.

On the stored features of a snapshot: each family, the vote, both rules of selection, challengers, all on the
same twin-safe outer folds, with CPU seconds. Decide by the shipped seed, confirm with five others.
"""

from functools import partial

import numpy as np
import pandas as pd

from benchmarks.shared.measuring import timed
from benchmarks.shared.parameters import read_families, read_section
from benchmarks.shared.projects import read_labelled
from one_click.modelling import candidates
from one_click.modelling.evaluation import brier_score, log_loss
from one_click.modelling.search import InMemoryLog
from one_click.parameters import Evidence, ModelSelection
from one_click.pipelines.evidence.nodes.nested import nest_family, nest_others
from one_click.pipelines.evidence.nodes.procedures import replay_selection, summarise_procedures
from one_click.pipelines.model_selection.nodes.comparison import join_tuned

CPU = "CPU s"
METRICS = ("roc_auc", "roc_auc_calibrated", "brier_score", "log_loss", "calibration_error", "f1_declined")


def main(snapshot: str = "demo", seed: int | None = None) -> None:
    """Print one row per model and rule."""
    clients = read_labelled(snapshot)
    options, evidence = read_section("model_selection", ModelSelection), read_section("evidence", Evidence)
    if seed is not None:
        options = options.model_copy(update={"seed": seed})
        evidence = evidence.model_copy(update={"seed": seed})
    nested, seconds = _nest_families(clients, options, evidence)
    models = join_tuned(
        options, **{name: candidates.untuned(family) for name, family in read_families().items()}
    )
    others, spent = _nest_others(clients, models, options, evidence)
    outer, choices = replay_selection(others, models, options, **nested)
    summary = summarise_procedures(outer, choices, options, evidence)
    print(f"'{snapshot}', {len(clients)} clients, seed {evidence.seed}, rival {evidence.rival}")
    _print_table(summary, seconds | spent)
    rival = outer[outer["model"] == evidence.rival]
    own, target = rival["score"].to_numpy(), rival["target"].to_numpy("float64")
    ones = np.ones((1, len(rival)))
    print(f"{evidence.rival} uncalibrated: Brier {brier_score(own, target, ones)[0]:.4f}", end=", ")
    print(f"log loss {log_loss(np.clip(own, 1e-3, 1 - 1e-3), target, ones)[0]:.4f}")
    print(f"\nchosen: {choices.groupby('rule')['model'].value_counts().to_dict()}")


def _nest_families(
    clients: pd.DataFrame, options: ModelSelection, evidence: Evidence
) -> tuple[dict[str, pd.DataFrame], dict[str, float]]:
    scores, seconds = {}, {}
    for name, family in read_families().items():
        nest = partial(nest_family, clients, family, options, evidence, InMemoryLog)
        (scores[name], *_), seconds[name] = timed(nest)
    return scores, seconds


def _nest_others(
    clients: pd.DataFrame, models: pd.DataFrame, options: ModelSelection, evidence: Evidence
) -> tuple[pd.DataFrame, dict[str, float]]:
    scores, seconds = [], {}
    alone = evidence.model_copy(update={"challengers": {}})
    for name in models.loc[models["kind"] != "family", "model"]:
        one = models[models["model"] == name]
        found, seconds[name] = timed(partial(nest_others, clients, one, options, alone))
        scores.append(found)
    for name, family in evidence.challengers.items():
        single = evidence.model_copy(update={"challengers": {name: family}})
        found, seconds[name] = timed(partial(nest_others, clients, models.head(0), options, single))
        scores.append(found)
    return pd.concat(scores, ignore_index=True), seconds


def _print_table(summary: pd.DataFrame, seconds: dict[str, float]) -> None:
    values = summary.pivot_table(index="model", columns="metric", values="value")
    areas = summary[summary["metric"] == "roc_auc"].set_index("model")
    table = values[list(METRICS)].round(4)
    table.insert(
        1, "interval", [f"{row.low:.4f}-{row.high:.4f}" for row in areas.loc[table.index].itertuples()]
    )
    behind = areas.loc[table.index]
    table.insert(
        2,
        "behind rival",
        [f"{row.behind:+.4f} ({row.behind_low:+.4f} {row.behind_high:+.4f})" for row in behind.itertuples()],
    )
    for metric in ("brier_score", "log_loss"):
        rows = summary[summary["metric"] == metric].set_index("model").loc[table.index]
        table[f"{metric} behind"] = [
            f"{row.behind:+.4f} ({row.behind_low:+.4f} {row.behind_high:+.4f})" for row in rows.itertuples()
        ]
    table["optimism"] = values["optimism"].round(4)
    table[CPU] = pd.Series(seconds).round(1)
    print(table.sort_values("roc_auc", ascending=False).to_string())
