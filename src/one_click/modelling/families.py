"""A family of models as a scikit-learn pipeline."""

from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import SelectKBest, f_classif, mutual_info_classif
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    QuantileTransformer,
    RobustScaler,
    SplineTransformer,
    StandardScaler,
)

from one_click.columns import BASE_FEATURES, CATEGORICAL_FEATURES
from one_click.features import add_engineered
from one_click.parameters import (
    BASES,
    BASIS,
    SCALER,
    SCALERS,
    SCORE_FUNC,
    SCORE_FUNCTIONS,
    Family,
)

Choice = dict[str, Any]

STEPS = ("engineer", "columns", "select", "basis", "model")  # of every pipeline of the project

SCALER_STEPS = dict(
    zip(
        SCALERS,
        (
            StandardScaler(),
            RobustScaler(),
            MinMaxScaler(),
            QuantileTransformer(n_quantiles=100, output_distribution="normal", random_state=0),
        ),
        strict=True,
    )
)


_CURVES = SplineTransformer(n_knots=3, include_bias=False)
_PRODUCTS = PolynomialFeatures(2, interaction_only=True, include_bias=False)
BASIS_STEPS: dict[str, Any] = dict(
    zip(
        BASES,
        (None, _CURVES, _PRODUCTS, FeatureUnion([("curves", _CURVES), ("products", _PRODUCTS)])),
        strict=True,
    )
)


def mutual_information(columns: Any, target: Any) -> np.ndarray:
    """Score each column by its mutual information with the target, in nats; the same for the same data."""
    return np.asarray(mutual_info_classif(columns, target, random_state=0))


SCORES = dict(zip(SCORE_FUNCTIONS, (f_classif, mutual_information), strict=True))


def assemble(*steps: Any) -> Pipeline:
    """Return the unfitted pipeline of the project's `STEPS`."""
    return Pipeline(list(zip(STEPS, steps, strict=True)))


def build_engineering(names: tuple[str, ...]) -> FunctionTransformer:
    """Return the step that adds engineered features to the raw ones."""
    return FunctionTransformer(add_engineered, kw_args={"names": names})


def build_preprocessing(scaler: str, features: tuple[str, ...]) -> ColumnTransformer:
    """Return the unfitted preprocessing: numbers scaled, categories one-hot encoded.

    Parameters
    ----------
    scaler : str
        Scaler of the numbers, one of `SCALERS`.
    features : tuple of str
        Features to prepare; their kinds come from the vocabulary.
    """
    categories = [name for name in features if name in CATEGORICAL_FEATURES]
    numeric = [name for name in features if name not in categories]
    # A new month may bring values that training never saw: they become zeros in every column.
    encoder = OneHotEncoder(drop="if_binary", handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer(
        [("scaler", clone(SCALER_STEPS[scaler]), numeric), ("encoder", encoder, categories)],
        verbose_feature_names_out=False,
    )


def build_selector(choice: Choice) -> SelectKBest:
    """Return the unfitted selection of columns; without a choice, all columns stay."""
    return SelectKBest(SCORES[choice.get(SCORE_FUNC, SCORE_FUNCTIONS[0])], k=choice.get("select__k", "all"))


def build_basis(choice: Choice) -> Any:
    """Return the unfitted basis expansion of the selected columns: splines, products of two, or both.

    On this basis a linear model is curved and has interactions, each with a coefficient of its own.
    """
    terms = BASIS_STEPS[choice.get(BASIS, BASES[0])]
    # Terms are scaled anew: a penalty treats coefficients alike only if their columns spread alike.
    return (
        "passthrough" if terms is None else Pipeline([("terms", clone(terms)), ("scale", StandardScaler())])
    )


def build_classifier(family: Family, choice: Choice) -> Any:
    """Return the unfitted classifier of a family for one point of its search space."""
    searched = {
        name.removeprefix("model__"): value for name, value in choice.items() if name.startswith("model__")
    }
    return family.estimator_class(**{**family.fixed, **searched})


def build_pipeline(family: Family, choice: Choice, engineered: tuple[str, ...] = ()) -> Pipeline:
    """Return the whole unfitted pipeline of a family for one point of its search space.

    It takes the raw features; engineered ones are made by its first step.

    Parameters
    ----------
    family : Family
        Class and fixed arguments.
    choice : dict
        ``model__…`` and ``select__…`` arguments, the `scaler` of numbers and the `basis` of selected columns.
    engineered : tuple of str
        Engineered features that the model sees beside the raw ones.
    """
    scaler, seen = choice.get(SCALER, SCALERS[0]), (*BASE_FEATURES, *engineered)
    return assemble(
        build_engineering(engineered),
        build_preprocessing(scaler, seen),
        build_selector(choice),
        build_basis(choice),
        build_classifier(family, choice),
    )
