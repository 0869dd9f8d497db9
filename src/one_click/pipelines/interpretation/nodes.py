"""Nodes that explain the champion's score of each client."""

from typing import Any

import pandas as pd

from one_click.columns import BASE_FEATURES, CLIENT_ID
from one_click.parameters import Interpretation
from one_click.scores import feature_columns, innermost, score_scale

from .explainers import explain


def choose_base(train_clients: pd.DataFrame, options: Interpretation) -> pd.DataFrame:
    """Draw the clients who stand for the base in explanations.

    Returns
    -------
    DataFrame, at most `base_clients` rows, sorted by client
    """
    size = min(options.base_clients, len(train_clients))
    drawn = train_clients.sample(size, random_state=options.seed).sort_values(CLIENT_ID, ignore_index=True)
    return drawn[[CLIENT_ID, *feature_columns(drawn)]]


def explain_clients(
    features: pd.DataFrame, champion: Any, explanation_base: pd.DataFrame, options: Interpretation
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the Shapley values of every client's uncalibrated score, and their errors.

    Returns
    -------
    shap_values : DataFrame, one row per client
        client_id, one column per raw feature, base_value, output, scale, method, error (mean over the
        features); base_value + contributions = output.
    shap_errors : DataFrame, one row per client
        client_id, one column per raw feature: standard error of its contribution, 0 where it is exact.
    """
    columns = feature_columns(features)
    model = innermost(champion)
    explanation = explain(model, features[columns], explanation_base[columns], options)
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


def _by_client(features: pd.DataFrame, by_feature: Any) -> pd.DataFrame:
    table = pd.DataFrame(by_feature, columns=list(BASE_FEATURES))
    table.insert(0, CLIENT_ID, features[CLIENT_ID].to_numpy())
    return table
