"""The coefficients of the models that have them, and what each belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from one_click.columns import BASE_FEATURES
from one_click.scores import feature_columns, score_scale

from .what_if import with_values

_COEFFICIENTS = {
    "model": "str",
    "term": "str",
    "features": "str",
    "coefficient": "float64",
    "odds_ratio": "float64",
}


@dataclass(frozen=True)
class ModelColumn:
    """A column after preparation and selection: a number, a flag, or whether a category has this level."""

    feature: str
    level: str | None = None


def read_coefficients(train_clients: pd.DataFrame, **candidates: Any) -> pd.DataFrame:
    """Return the coefficients of every candidate that has them, the weightiest of each model first.

    Parameters
    ----------
    train_clients : DataFrame
        Clients whose spread makes the terms comparable.
    **candidates : fitted pipelines
        Family -> pipeline of the steps `columns`, `select`, `expand`, `model`.

    Returns
    -------
    DataFrame, one row per model and term: model, term, features, coefficient, odds_ratio
        Features are the raw features behind the term, joined by ", ". The coefficient is per unit of the
        term as the model sees it; the odds ratio exp(coefficient × standard deviation) is per standard
        deviation of the term over these clients, and missing where the score is not in log-odds (a linear
        SVC). The curves of one feature add up to one bend: a single one says little by itself.
    """
    rows = [
        row for name, model in linear_models(candidates).items() for row in _read(name, model, train_clients)
    ]
    return pd.DataFrame(rows, columns=list(_COEFFICIENTS)).astype(_COEFFICIENTS)


def linear_models(candidates: Mapping[str, Any]) -> dict[str, Pipeline]:
    """Return the candidates with one row of coefficients: chosen by what they can do, never by name."""
    return {
        name: model
        for name, model in candidates.items()
        if isinstance(model, Pipeline) and np.ndim(getattr(model[-1], "coef_", 0)) == 2
    }


def _read(name: str, model: Pipeline, clients: pd.DataFrame) -> list[dict[str, Any]]:
    features = clients[feature_columns(clients)]
    coefficients, terms = model[-1].coef_[0], list(terms_of(model, features).items())
    per_deviation = coefficients * np.std(model[:-1].transform(features), axis=0)
    in_log_odds = score_scale(model) == "log_odds"
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


def terms_of(model: Pipeline, features: pd.DataFrame) -> dict[str, list[str]]:
    """Return what the coefficients of a linear model belong to, in their order: term -> its raw features.

    A term is a column, one of its curves, or a product of columns.
    """
    columns, sources = columns_of(model), _sources(features)
    terms = {}
    # Of numbered columns scikit-learn makes names that can be taken apart: "0", "1_sp_0", "products__0 1".
    for name in model[2:-1].get_feature_names_out([str(place) for place in range(len(columns))]):
        places, _, curve = name.split("__")[-1].partition("_sp_")
        parts = [columns[int(place)] for place in places.split(" ")]
        text = " × ".join(_column_text(part) for part in parts)
        raw = dict.fromkeys(source for part in parts for source in sources[part.feature])
        terms[f"{text}, curve {int(curve) + 1}" if curve else text] = list(raw)
    return terms


def _column_text(column: ModelColumn) -> str:
    return column.feature if column.level is None else f"{column.feature} = {column.level}"


def columns_of(model: Pipeline) -> list[ModelColumn]:
    """Return the columns that a fitted pipeline selects, in their order."""
    encoder = model.named_steps["columns"].named_transformers_["categories"]
    of_levels = {
        f"{name}_{level}": ModelColumn(name, str(level))
        for name, levels in zip(encoder.feature_names_in_, encoder.categories_, strict=True)
        for level in levels
    }
    return [of_levels.get(name, ModelColumn(name)) for name in model[:2].get_feature_names_out()]


def _sources(features: pd.DataFrame) -> dict[str, list[str]]:
    """Return the raw features behind each feature: itself, or those that change an engineered one."""
    shifted = {
        name: with_values(features, {name: np.roll(features[name], 1)})
        for name in features.columns
        if name in BASE_FEATURES
    }
    return {
        column: [name for name, rows in shifted.items() if name == column or (rows[column] != values).any()]
        for column, values in features.items()
    }
