"""Facts about the champion that the page shows."""

from typing import Any

import pandas as pd

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
) -> dict[str, Any]:
    """Return the champion's metrics beside the reference model's and the challengers'.

    Returns
    -------
    dict
        ``champion``; ``n_test``, the clients it was judged on; ``challengers``, their names; ``metrics``, one
        entry per metric: the champion's and the reference model's value and 95 % interval (None where none
        holds), and under ``challengers`` those of each challenger and how far they are ``apart``: the
        ``difference``, the champion's less the challenger's, with its interval (None where there is none).
    """
    champion = str(leaderboard.loc[leaderboard["champion"], "model"].iloc[0])
    by_model = {name: rows.set_index("metric") for name, rows in evaluation.groupby("model")}
    apart = {
        name: rows.set_index("metric") for name, rows in challenger_differences.groupby("model", sort=False)
    }
    metrics = [
        {
            "metric": metric,
            "champion": _estimate(by_model[champion], metric),
            "reference": _estimate(by_model["reference"], metric),
            "challengers": [
                _estimate(by_model[name], metric) | {"apart": _estimate(differences, metric, "difference")}
                for name, differences in apart.items()
            ],
        }
        for metric in _SHOWN
    ]
    n_test = int(evaluation["n"].iloc[0])
    return {"champion": champion, "n_test": n_test, "challengers": list(apart), "metrics": metrics}


def _estimate(metrics: pd.DataFrame, metric: str, value: str = "value") -> dict[str, Any]:
    """Return a metric and its interval, None where they are missing."""
    estimate = metrics.reindex([metric]).loc[metric, [value, "low", "high"]]
    return {name: None if pd.isna(value) else float(value) for name, value in estimate.items()}
