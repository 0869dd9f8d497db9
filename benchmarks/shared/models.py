"""Models tuned and judged as the product does it."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from one_click.columns import TARGET
from one_click.modelling import candidates
from one_click.modelling.scores import raw_features, uncalibrated_score
from one_click.modelling.search import InMemoryLog, search
from one_click.parameters import VOTING, DataProcessing, Family, Interpretation, ModelSelection
from one_click.schemas.records import TunedModel
from one_click.statistics.discrimination import roc_auc


@dataclass(frozen=True)
class Settings:
    """What all stores are measured with.

    Attributes
    ----------
    family : Family
    selection : ModelSelection
    interpretation : Interpretation
    limits : DataProcessing
    """

    family: Family
    selection: ModelSelection
    interpretation: Interpretation
    limits: DataProcessing


def tune_all(
    train: pd.DataFrame, families: dict[str, Family], options: ModelSelection
) -> dict[str, TunedModel]:
    """Return every family after its search, and the vote of them."""
    tuned = {
        name: candidates.tune(search(train, family, options, InMemoryLog), family)
        for name, family in families.items()
    }
    return tuned | {VOTING: candidates.tune_vote(tuned)}


def true_area(model: Any, clients: pd.DataFrame) -> float:
    """Return the ROC-AUC of a fitted model on clients that took no part in its fit."""
    return float(roc_auc(uncalibrated_score(model, raw_features(clients)), clients[TARGET].to_numpy())[0])
