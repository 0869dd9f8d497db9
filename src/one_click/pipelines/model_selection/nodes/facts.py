"""Facts about the champion that the page shows."""

from typing import Any

import pandas as pd

from one_click.schemas.records import ChallengerEstimate, Difference, Estimate, MetricFacts, ModelFacts

_SHOWN = (
    "roc_auc",
    "average_precision",
    "lift_at_fifth",
    "f1_declined",
    "f1_weighted",
    "precision_declined",
    "recall_declined",
    "brier_score",
    "log_loss",
    "calibration_error",
    "calibration_chance",
    "expected_maximum_profit",
    "profitable_depth",
)


def gather_model_facts(
    leaderboard: pd.DataFrame, evaluation: pd.DataFrame, challenger_differences: pd.DataFrame
) -> ModelFacts:
    """Return the champion's metrics beside the reference model's and the challengers'."""
    champion = str(leaderboard.loc[leaderboard["champion"], "model"].iloc[0])
    by_model = {name: rows.set_index("metric") for name, rows in evaluation.groupby("model")}
    apart = {
        name: rows.set_index("metric") for name, rows in challenger_differences.groupby("model", sort=False)
    }
    metrics = [
        MetricFacts(
            metric=metric,
            champion=Estimate(**_entries(by_model[champion], metric)),
            reference=Estimate(**_entries(by_model["reference"], metric)),
            challengers=[
                ChallengerEstimate(
                    **_entries(by_model[name], metric),
                    apart=Difference(**_entries(differences, metric, "difference")),
                )
                for name, differences in apart.items()
            ],
        )
        for metric in _SHOWN
    ]
    n_test = int(evaluation["n"].iloc[0])
    return ModelFacts(champion=champion, n_test=n_test, challengers=list(apart), metrics=metrics)


def _entries(metrics: pd.DataFrame, metric: str, value: str = "value") -> dict[str, Any]:
    """Return a metric and its interval, None where they are missing."""
    estimate = metrics.reindex([metric]).loc[metric, [value, "low", "high"]]
    return {name: None if pd.isna(value) else float(value) for name, value in estimate.items()}
