"""Suspect labels by confident learning, and the ROC-AUC that they would allow."""

import numpy as np
import pandas as pd

from one_click.columns import CLIENT_ID, TARGET
from one_click.statistics.discrimination import roc_auc


def find_label_noise(
    features: pd.DataFrame, out_of_fold_scores: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rank labelled clients by how confidently the champion disagrees with their label.

    A client is a suspect if the champion is at least as sure of the other class as it is, on average, of the
    clients who carry that class: confident learning (Northcutt, Jiang and Chuang 2021, "Confident Learning:
    Estimating Uncertainty in Dataset Labels"). Suspects are for looking at; nothing is corrected: where it is
    known which labels are wrong, most suspects are right (`benchmarks.intervals`).

    Parameters
    ----------
    features : DataFrame
        With `client_id` and `activity_declined`; clients without a label are left out.
    out_of_fold_scores : DataFrame
        Probabilities of decline, out of fold.

    Returns
    -------
    label_noise : DataFrame, one row per labelled client that was scored, the strongest disagreement first
        ``client_id``, ``activity_declined``, ``probability``, ``disagreement`` (probability of the other
        class minus the mean that its own clients have), ``rank``, ``suspect`` (no disagreement below 0).
    label_ceiling : DataFrame
        ``figure``, ``value``: numbers of clients and suspects, and the ROC-AUC that a perfect ranking could
        reach on these labels if the suspects' labels were all wrong.
    """
    labels = features.loc[features[TARGET].notna(), [CLIENT_ID, TARGET]].astype({TARGET: "int64"})
    clients = labels.merge(out_of_fold_scores[[CLIENT_ID, "probability"]], on=CLIENT_ID)
    declined = clients[TARGET] == 1
    of_other = clients["probability"].where(~declined, 1 - clients["probability"])
    clients["disagreement"] = of_other - _confidence_in_other(clients, declined)
    ranked = clients.sort_values(["disagreement", CLIENT_ID], ascending=[False, True], ignore_index=True)
    ranked = ranked.assign(rank=range(1, len(ranked) + 1), suspect=ranked["disagreement"] >= 0)
    return ranked, _ceiling(ranked)


def _confidence_in_other(clients: pd.DataFrame, declined: pd.Series) -> np.ndarray:
    """Return the mean probability of the other class among the clients who carry it as a label."""
    sure_of_declined = clients.loc[declined, "probability"].mean()
    sure_of_kept = (1 - clients.loc[~declined, "probability"]).mean()
    return np.where(declined, sure_of_kept, sure_of_declined)


def _ceiling(clients: pd.DataFrame) -> pd.DataFrame:
    labels, suspect = clients[TARGET].to_numpy(), clients["suspect"]
    declined = clients[TARGET] == 1
    figures = {
        "labelled": len(clients),
        "suspects": suspect.sum(),
        "suspects_declined": (suspect & declined).sum(),
        "suspects_kept": (suspect & ~declined).sum(),
        "roc_auc": roc_auc(clients["probability"].to_numpy(), labels)[0],
        "ceiling_if_suspects_are_wrong": roc_auc((declined ^ suspect).to_numpy("float64"), labels)[0],
    }
    return pd.DataFrame({"figure": list(figures), "value": [float(value) for value in figures.values()]})
