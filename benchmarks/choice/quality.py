"""The stored evidence of a snapshot, beside the figures that others published for the same extract."""

import pandas as pd

from benchmarks.shared.projects import open_context

# Public work on the store's extract: cross-validation, one hold-out of 25 %, kind of F1 not stated.
PUBLISHED = {"ROC-AUC, cross-validation": 0.90, "ROC-AUC, hold-out": 0.92, "F1, hold-out": 0.90}


def main(snapshot: str = "demo") -> None:
    """Print the leaderboard and the hold-out figures of champion and reference model."""
    with open_context(snapshot) as context:
        catalog = context.catalog
        leaderboard, evaluation = catalog.load("leaderboard"), catalog.load("evaluation")
    columns = ["model", "roc_auc", "roc_auc_low", "roc_auc_high", "best", "one_standard_error", "champion"]
    print(f"\nCross-validated on the training clients of '{snapshot}'")
    print(leaderboard[columns].round(4).to_string(index=False))
    champion = leaderboard.loc[leaderboard["champion"], "model"].iloc[0]
    print(f"\nHold-out, {evaluation['n'].iloc[0]} clients, 95 % intervals")
    print(_side_by_side(evaluation, [champion, "reference"]).to_string())
    print("\nPublished:", "; ".join(f"{name} {value:.2f}" for name, value in PUBLISHED.items()))


def _side_by_side(evaluation: pd.DataFrame, models: list[str]) -> pd.DataFrame:
    shown = evaluation[evaluation["model"].isin(models)]
    texts = shown.apply(lambda row: f"{row['value']:.3f} ({row['low']:.3f} to {row['high']:.3f})", axis=1)
    return shown.assign(text=texts).pivot_table(
        index="metric", columns="model", values="text", aggfunc="first"
    )
