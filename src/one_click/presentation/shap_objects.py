"""Stored explanations as the objects of the package shap, which draws and exports them.

Importing shap takes seconds: it is imported only where its object is made.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS, LANGUAGES, Language, label
from one_click.errors import DataError, ParameterError, nearest, shorten
from one_click.presentation.wording import value_text

if TYPE_CHECKING:
    import shap

Values = NDArray[np.float64]
_FEATURES = list(BASE_FEATURES)
_IN_WORDS = ("category", "flag")  # kinds of columns
_SIDES = ("feature", "other")  # of a pair


def as_explanation(
    shap_values: pd.DataFrame,
    features: pd.DataFrame,
    language: Language = "ru",
    clients: Sequence[int] | None = None,
) -> "shap.Explanation":
    """Return the Shapley values of clients for shap's own plots, as in ``shap.plots.beeswarm(explanation)``.

    Parameters
    ----------
    shap_values, features : DataFrame, one row per client
        The data sets of these names, the clients in any order.
    language : {"ru", "en"}
        Of labels and words; shap's own stay English.
    clients : sequence of int, optional
        Numbers of the clients to take, in this order; all of `shap_values` by default.

    Returns
    -------
    shap.Explanation, shape (n_clients, n_features)
        Values, base values and data; its features are named by their labels. Categories are numbered
        alphabetically and flags are 0 or 1 in `data`; both are words in `display_data`.

    Raises
    ------
    DataError
        If a client has no row in one of the data sets, or a column is missing.
    ParameterError
        If there is no such language.
    """
    if language not in LANGUAGES:
        raise ParameterError(f"language: there is no '{language}'; {nearest(str(language), LANGUAGES)}")
    _refuse_other_table(shap_values, "shap_values", *BASE_FEATURES, "base_value")
    _refuse_other_table(features, "features", *BASE_FEATURES)
    chosen = shap_values[CLIENT_ID] if clients is None else pd.Series(clients)
    of_values = _rows_of(chosen, shap_values, "shap_values")
    shown = _rows_of(chosen, features, "features")

    import shap

    numbers, readable = (
        [read(shown[name], language) for name in _FEATURES] for read in (_numbers, _readable)
    )
    return shap.Explanation(
        values=of_values[_FEATURES].to_numpy("float64"),
        base_values=of_values["base_value"].to_numpy("float64"),
        data=np.column_stack(numbers),
        display_data=np.column_stack(readable),
        feature_names=[label(name, language) for name in _FEATURES],
    )


def _refuse_other_table(table: pd.DataFrame, name: str, *columns: str) -> None:
    if missing := [column for column in (CLIENT_ID, *columns) if column not in table.columns]:
        raise DataError(
            f"These {name} do not have {shorten(missing)}.",
            file=name,
            column=", ".join(missing),
            rule=f"{name} is the data set of this name",
            remedy=f'take it from the catalog, as in catalog.load("{name}")',
        )


def _rows_of(clients: pd.Series, table: pd.DataFrame, name: str) -> pd.DataFrame:
    missing = clients[~clients.isin(table[CLIENT_ID])]
    if len(missing):
        raise DataError(
            f"There are no rows of these clients: {shorten(missing)}.",
            file=name,
            column=CLIENT_ID,
            rule="a client has a row in shap_values and in features",
            remedy="load both of the same snapshot, and take a client_id that they hold",
        )
    return table.set_index(CLIENT_ID).loc[clients].reset_index()


def _numbers(column: pd.Series, language: Language) -> Values:
    if COLUMNS[str(column.name)].kind == "category":
        return pd.factorize(_readable(column, language), sort=True)[0].astype("float64")
    return column.to_numpy("float64")


def _readable(column: pd.Series, language: Language) -> NDArray[np.object_]:
    """Return numbers as they are, which shap formats itself, and words for all else."""
    name = str(column.name)
    if COLUMNS[name].kind not in _IN_WORDS:
        return column.to_numpy("float64").astype(object)
    return np.array([value_text(name, value, language) for value in column], dtype=object)


def as_interactions(shap_interactions: pd.DataFrame) -> Values:
    """Return the interaction values of clients as shap lays them out.

    Parameters
    ----------
    shap_interactions : DataFrame, one row per client and pair of features
        The data set of this name; a feature is paired with itself, too.

    Returns
    -------
    ndarray, shape (n_clients, n_features, n_features)
        Clients as they follow in the table. Half of a pair's value on either side of the diagonal, which
        holds what a feature contributes by itself: each row adds up to the feature's contribution.

    Examples
    --------
    >>> pairs = [("pages_per_visit", "pages_per_visit", 0.5), ("pages_per_visit", "service_errors", 0.2)]
    >>> table = pd.DataFrame(pairs, columns=["feature", "other", "value"]).assign(client_id=1001)
    >>> pages, errors = map(BASE_FEATURES.index, ("pages_per_visit", "service_errors"))
    >>> as_interactions(table)[0][[pages, pages, errors], [pages, errors, pages]].tolist()
    [0.5, 0.1, 0.1]

    Raises
    ------
    DataError
        If a column is missing, or a feature is not in the vocabulary.
    """
    _refuse_other_table(shap_interactions, "shap_interactions", *_SIDES, "value")
    client, numbers = pd.factorize(shap_interactions[CLIENT_ID])
    one, other = (_places_of(shap_interactions[side]) for side in _SIDES)
    values = np.zeros((len(numbers), len(_FEATURES), len(_FEATURES)))
    values[client, one, other] = shap_interactions["value"] / 2
    return values + values.transpose(0, 2, 1)


def _places_of(names: pd.Series) -> NDArray[np.intp]:
    places = pd.Index(_FEATURES).get_indexer(names)
    if (places < 0).any():
        raise DataError(
            f"These pairs have unknown features: {shorten(names[places < 0].unique())}.",
            file="shap_interactions",
            column=str(names.name),
            rule="a pair is of two features of the vocabulary",
            remedy="make it again with kedro run --pipelines interpretation",
        )
    return places
