"""How a family of models becomes a scikit-learn pipeline."""

from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler

from one_click.columns import COLUMNS
from one_click.parameters import SCALERS, Family

_SCALERS = dict(zip(SCALERS, (StandardScaler, RobustScaler, MinMaxScaler), strict=True))
SCALER = "scaler"  # the one name of a search space that is not an argument of a pipeline's step


def build_preprocessing(features: pd.DataFrame, scaler: str) -> ColumnTransformer:
    """Return the unfitted preprocessing: numbers scaled, categories one-hot encoded.

    Parameters
    ----------
    features : DataFrame
        Feature columns; their kinds come from the vocabulary.
    scaler : {"standard", "robust", "minmax"}
        How numbers are scaled.
    """
    categories = [name for name in features.columns if COLUMNS[name].kind == "category"]
    numbers = [name for name in features.columns if name not in categories]
    encoder = OneHotEncoder(drop="if_binary", handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer(
        [("numbers", _SCALERS[scaler](), numbers), ("categories", encoder, categories)],
        verbose_feature_names_out=False,
    )


def build_model(family: Family, choice: dict[str, Any]) -> Pipeline:
    """Return the unfitted steps after preprocessing: selection of columns and the classifier.

    Parameters
    ----------
    family : Family
        Class and fixed arguments.
    choice : dict
        One point of the family's search space: ``select__…`` and ``model__…`` arguments, and `scaler`.
    """
    model = Pipeline([("select", SelectKBest(f_classif)), ("model", family.estimator_class(**family.fixed))])
    return model.set_params(**{name: value for name, value in choice.items() if name != SCALER})


def build_pipeline(family: Family, choice: dict[str, Any], features: pd.DataFrame) -> Pipeline:
    """Return the whole unfitted pipeline of a family for one point of its search space."""
    preprocessing = build_preprocessing(features, choice.get(SCALER, "standard"))
    return Pipeline([("columns", preprocessing), *build_model(family, choice).steps])
