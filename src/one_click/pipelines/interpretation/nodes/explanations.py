"""Shapley values of the champion's score of each client."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import BASE_FEATURES, CLIENT_ID, TARGET
from one_click.explain.background import representative_rows
from one_click.explain.shapley import explain, interactions
from one_click.modelling.scores import innermost, raw_features, score_scale
from one_click.parameters import Interpretation


def choose_base(train_clients: pd.DataFrame, options: Interpretation) -> pd.DataFrame:
    """Draw at most `base_clients` clients, whose values say what is typical and plausible.

    Returns
    -------
    DataFrame of `schemas.interpretation.ExplanationBase`, sorted by client
    """
    size = min(options.base_clients, len(train_clients))
    drawn = train_clients.sample(size, random_state=options.seed).sort_values(CLIENT_ID, ignore_index=True)
    return drawn[[CLIENT_ID, *BASE_FEATURES]]


def choose_background(train_clients: pd.DataFrame, options: Interpretation) -> pd.DataFrame:
    """Choose at most `background_rows` clients, whose values unknown features take in explanations.

    Returns
    -------
    DataFrame of `schemas.interpretation.ExplanationBackground`, sorted by client
        Stratified by the target, with means and spreads near those of all training clients.
    """
    rows = representative_rows(
        raw_features(train_clients), train_clients[TARGET].to_numpy(), options.background_rows, options.seed
    )
    return train_clients.iloc[rows][[CLIENT_ID, *BASE_FEATURES]].reset_index(drop=True)


def explain_clients(
    features: pd.DataFrame, champion: Any, explanation_background: pd.DataFrame, options: Interpretation
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the Shapley values of every client's uncalibrated score, and their standard errors.

    Returns
    -------
    shap_values : DataFrame of `schemas.interpretation.ShapValues`
        base_value + contributions = output.
    shap_errors : DataFrame of `schemas.interpretation.ShapErrors`
    """
    background = raw_features(explanation_background)
    explanation = explain(innermost(champion), raw_features(features), background, options)
    values, errors = (
        _by_client(features, table) for table in (explanation.contributions, explanation.errors)
    )
    values = values.assign(
        base_value=explanation.base_value,
        output=explanation.output,
        scale=score_scale(champion),
        method=explanation.method,
        error=explanation.errors.mean(axis=1),
    )
    return values, errors


def explain_pairs(
    features: pd.DataFrame, champion: Any, explanation_background: pd.DataFrame, options: Interpretation
) -> pd.DataFrame:
    """Return the Shapley interaction values of at most `interaction_clients` drawn clients.

    Returns
    -------
    DataFrame of `schemas.interpretation.ShapInteractions`
        Pairs that are 0 for all of these clients are left out. No rows where the champion allows no exact
        values.
    """
    size = min(options.interaction_clients, len(features))
    drawn = features.sample(size, random_state=options.seed).sort_values(CLIENT_ID)
    found = interactions(innermost(champion), raw_features(drawn), raw_features(explanation_background))
    if found is None:
        drawn, found = drawn.head(0), np.zeros((0, len(BASE_FEATURES), len(BASE_FEATURES)))
    return _by_pair(drawn[CLIENT_ID].to_numpy(), found)


def _by_pair(clients: NDArray[np.int64], halves: NDArray[np.float64]) -> pd.DataFrame:
    one, other = np.triu_indices(len(BASE_FEATURES))
    # Each side of the diagonal holds half of a pair's value; a row of the table holds the whole.
    values = halves[:, one, other] * np.where(one == other, 1, 2)
    pairs = np.flatnonzero(values.any(axis=0))
    names = np.array(BASE_FEATURES)
    return pd.DataFrame(
        {
            CLIENT_ID: np.repeat(clients, len(pairs)),
            "feature": np.tile(names[one[pairs]], len(clients)),
            "other": np.tile(names[other[pairs]], len(clients)),
            "value": values[:, pairs].ravel(),
        }
    )


def _by_client(features: pd.DataFrame, by_feature: Any) -> pd.DataFrame:
    table = pd.DataFrame(by_feature, columns=list(BASE_FEATURES))
    table.insert(0, CLIENT_ID, features[CLIENT_ID].to_numpy())
    return table
