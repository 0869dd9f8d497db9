"""The coefficients of the models that have them, and what each belongs to."""

from typing import Any

import numpy as np
import pandas as pd

from one_click.explain.fitted import FittedView, views_of
from one_click.modelling.scores import raw_features, score_scale

_TYPES = {  # which a table without rows cannot tell
    "model": "str",
    "term": "str",
    "features": "str",
    "coefficient": "float64",
    "odds_ratio": "float64",
}


def read_coefficients(train_clients: pd.DataFrame, **candidates: Any) -> pd.DataFrame:
    """Return the coefficients of every candidate that has them, the largest of each model first.

    Parameters
    ----------
    train_clients : DataFrame
        Clients whose spread makes the terms comparable.
    **candidates : fitted pipelines
        Family -> pipeline of the steps `engineer`, `columns`, `select`, `basis`, `model`.

    Returns
    -------
    DataFrame of `schemas.interpretation.Coefficients`
        A coefficient is per unit of the term as the model sees it, the odds ratio exp(coefficient × standard
        deviation) per standard deviation of the term over these clients. The curves of one feature add up to
        one bend: a single one says little by itself.
    """
    rows = [
        row
        for name, view in views_of(candidates).items()
        if view.is_linear
        for row in _read(name, view, train_clients)
    ]
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)


def _read(name: str, view: FittedView, clients: pd.DataFrame) -> list[dict[str, Any]]:
    coefficients, terms = view.coefficients, list(view.terms.items())
    per_deviation = coefficients * np.std(view.expand(view.prepare(raw_features(clients))), axis=0)
    in_log_odds = score_scale(view.pipeline) == "log_odds"
    return [
        {
            "model": name,
            "term": terms[position][0],
            "features": ", ".join(terms[position][1]),
            "coefficient": coefficients[position],
            "odds_ratio": np.exp(per_deviation[position]) if in_log_odds else np.nan,
        }
        for position in np.argsort(-np.abs(per_deviation), kind="stable")
    ]
