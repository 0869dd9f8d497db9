"""A fitted pipeline taken apart: its columns, terms, leaves and thresholds, and the raw features behind them.

No other module looks into the steps engineer, columns, select, expand and model.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from one_click.columns import BASE_FEATURES
from one_click.features import sources_of
from one_click.modelling.families import STEPS

Values = NDArray[np.float64]
_TERMS_FROM = STEPS.index("basis")


@dataclass(frozen=True)
class ModelColumn:
    """A column after preparation and selection: a number, a flag, or whether a category has this level."""

    feature: str
    level: str | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the raw features behind the column: several where it is engineered."""
        return sources_of(self.feature)

    def __str__(self) -> str:
        """Return the column's name."""
        return self.feature if self.level is None else f"{self.feature} = {self.level}"


@dataclass(frozen=True)
class Split:
    """A condition on the way to a leaf: whether a column is at or below a threshold."""

    node: int
    column: int
    threshold: float
    below: bool

    def holds(self, rows: Values) -> NDArray[np.bool_]:
        """Return of which rows of prepared columns it is true, shape (n_rows,)."""
        # The tree itself compares values in single precision with thresholds in double precision.
        left = rows[:, self.column].astype("float32").astype("float64") <= self.threshold
        return left if self.below else ~left


@dataclass(frozen=True)
class Leaf:
    """A leaf of a tree: its node, its probability of decline, and the splits on the way to it."""

    node: int
    probability: float
    path: tuple[Split, ...]


class FittedView:
    """What a fitted pipeline of the project is made of.

    Parameters
    ----------
    pipeline : fitted Pipeline
        Of the steps `engineer`, `columns`, `select`, `basis`, `model`.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.model = pipeline.named_steps["model"]
        self.is_expanded = pipeline.named_steps["basis"] != "passthrough"

    @cached_property
    def columns(self) -> list[ModelColumn]:
        """The columns that are selected, in their order."""
        steps = self.pipeline.named_steps
        of_levels = {
            f"{name}_{level}": ModelColumn(name, str(level))
            for name, levels in self.levels.items()
            for level in levels
        }
        names = steps["columns"].get_feature_names_out()[steps["select"].get_support()]
        return [of_levels.get(name, ModelColumn(name)) for name in names]

    @property
    def engineered(self) -> tuple[str, ...]:
        """Engineered features that the first step makes."""
        return tuple(self.pipeline.named_steps["engineer"].kw_args["names"])

    @property
    def has_origins(self) -> bool:
        """Whether each column is made of one raw feature."""
        return all(len(column.sources) == 1 for column in self.columns)

    @cached_property
    def origins(self) -> NDArray[np.intp]:
        """Position of the raw feature behind each column."""
        if not self.has_origins:
            raise ValueError("a column made of several raw features has no single origin")
        return np.array([BASE_FEATURES.index(column.sources[0]) for column in self.columns], dtype=np.intp)

    def prepare(self, rows: pd.DataFrame) -> Values:
        """Return the selected columns of rows of raw features, before terms are made of them."""
        return np.asarray(self.pipeline[:_TERMS_FROM].transform(rows))

    def expand(self, prepared: Values) -> Values:
        """Return what the model sees of prepared columns."""
        step = self.pipeline.named_steps["basis"]
        return np.asarray(step.transform(prepared)) if self.is_expanded else prepared

    @property
    def is_linear(self) -> bool:
        """Whether the model has one coefficient per term."""
        return hasattr(self.model, "coef_")

    @property
    def coefficients(self) -> Values:
        """Coefficients of a linear model's terms, shape (n_terms,)."""
        return np.ravel(self.model.coef_)  # some have a row of them for the second class

    @property
    def is_tree(self) -> bool:
        """Whether the model is a tree on plain columns."""
        return hasattr(self.model, "tree_") and not self.is_expanded

    @property
    def has_rbf_kernel(self) -> bool:
        """Whether the model is a support vector machine with an RBF kernel on plain columns."""
        return is_rbf(self.model) and not self.is_expanded

    @cached_property
    def terms(self) -> dict[str, list[str]]:
        """What the coefficients of a linear model belong to, in their order: term -> its raw features.

        A term is a column, one of its curves, or a product of columns.
        """
        terms = {}
        # Of numbered columns scikit-learn makes names to take apart: "0", "1_sp_0", "products__0 1".
        places = [str(place) for place in range(len(self.columns))]
        for name in self.pipeline[_TERMS_FROM:-1].get_feature_names_out(places):
            numbers, _, curve = name.split("__")[-1].partition("_sp_")
            parts = [self.columns[int(number)] for number in numbers.split(" ")]
            text = " × ".join(map(str, parts))
            raw = dict.fromkeys(source for part in parts for source in part.sources)
            terms[f"{text}, curve {int(curve) + 1}" if curve else text] = list(raw)
        return terms

    @cached_property
    def _parts(self) -> list[Any]:
        """The fitted makers of terms, in the order of their columns."""
        terms = self.pipeline.named_steps["basis"].named_steps["terms"]
        return [part for _, part in terms.transformer_list] if hasattr(terms, "transformer_list") else [terms]

    @property
    def weights(self) -> Values:
        """Weight of each factor pair in the score, shape (n_terms,)."""
        return self._unscaled[0]

    @property
    def intercept(self) -> float:
        """Score without any term."""
        return self._unscaled[1]

    @cached_property
    def _unscaled(self) -> tuple[Values, float]:
        # Without an intercept some models have the number 0 in place of an array.
        coefficients, intercept = self.coefficients, float(np.ravel(self.model.intercept_)[0])
        if not self.is_expanded:
            return coefficients, intercept
        scale = self.pipeline.named_steps["basis"].named_steps["scale"]
        weights = coefficients / scale.scale_
        return weights, intercept - float(weights @ scale.mean_)

    @cached_property
    def owners(self) -> NDArray[np.intp]:
        """The raw features behind the two factors of each term, shape (n_terms, 2); equal if it has one."""
        if not self.is_expanded:
            return self.origins[:, None].repeat(2, axis=1)
        return np.concatenate([_owners(part, self.origins) for part in self._parts])

    def factors(self, prepared: Values) -> Values:
        """Return the two factors of each term, shape (n_rows, n_terms, 2); the second is 1 where it has one.

        The score of a linear model is `intercept` plus the sum of `weights` times both factors.
        """
        if not self.is_expanded:
            return np.stack([prepared, np.ones_like(prepared)], axis=2)
        start, found = 0, []
        for part in self._parts:
            terms = np.asarray(part.transform(prepared))
            owners = self.owners[start : start + terms.shape[1]]
            found.append(_factors_of(part, prepared, terms, owners))
            start += terms.shape[1]
        return np.concatenate(found, axis=1)

    @cached_property
    def leaves(self) -> list[Leaf]:
        """The leaves of a tree."""
        tree, declined = self.model.tree_, int(np.flatnonzero(self.model.classes_ == 1)[0])
        found: list[Leaf] = []
        open_nodes: list[tuple[int, tuple[Split, ...]]] = [(0, ())]
        while open_nodes:
            node, path = open_nodes.pop()
            if tree.children_left[node] < 0:
                found.append(Leaf(node, float(tree.value[node, 0, declined]), path))
                continue
            for children, below in ((tree.children_left, True), (tree.children_right, False)):
                split = Split(node, int(tree.feature[node]), float(tree.threshold[node]), below)
                open_nodes.append((int(children[node]), (*path, split)))
        return found

    @cached_property
    def levels(self) -> dict[str, tuple[str, ...]]:
        """The levels of each category that the pipeline was fitted on."""
        encoder = self.pipeline.named_steps["columns"].named_transformers_["encoder"]
        if not hasattr(encoder, "categories_"):  # there are none
            return {}
        return dict(zip(encoder.feature_names_in_, map(tuple, encoder.categories_), strict=True))

    def prepare_number(self, feature: str, values: Values) -> Values:
        """Return what values of a number become in its column."""
        scaler, table, column = self._scaled(feature, values)
        return np.asarray(scaler.transform(table))[:, column]

    def raw_value(self, feature: str, prepared: float) -> float:
        """Return a raw value of a number that becomes this one in its column."""
        scaler, table, column = self._scaled(feature, np.array([prepared]))
        return float(scaler.inverse_transform(table)[0, column])

    def _scaled(self, feature: str, values: Values) -> tuple[Any, pd.DataFrame, int]:
        """Return the scaler, a table with the values in the feature's column and zeros beside, its place."""
        scaler = self.pipeline.named_steps["columns"].named_transformers_["scaler"]
        names = list(scaler.feature_names_in_)
        table = pd.DataFrame(0.0, index=range(len(values)), columns=names).assign(**{feature: values})
        return scaler, table, names.index(feature)


def is_rbf(model: Any) -> bool:
    """Return whether a fitted model is a support vector machine with an RBF kernel."""
    return getattr(model, "kernel", None) == "rbf" and hasattr(model, "dual_coef_")


def view_of(model: Any) -> FittedView | None:
    """Return the view of a fitted pipeline of the project, or nothing for any other model."""
    is_ours = isinstance(model, Pipeline) and tuple(model.named_steps) == STEPS
    return FittedView(model) if is_ours else None


def views_of(candidates: Mapping[str, Any]) -> dict[str, FittedView]:
    """Return the views of those candidates that are pipelines of the project."""
    views = {name: view_of(model) for name, model in candidates.items()}
    return {name: view for name, view in views.items() if view is not None}


def _owners(part: Any, origins: NDArray[np.intp]) -> NDArray[np.intp]:
    if hasattr(part, "powers_"):
        return np.array([origins[np.flatnonzero(powers)[[0, -1]]] for powers in part.powers_])
    return np.repeat(origins, part.n_features_out_ // len(origins))[:, None].repeat(2, axis=1)


def _factors_of(part: Any, prepared: Values, terms: Values, owners: NDArray[np.intp]) -> Values:
    factors = np.stack([terms, np.ones_like(terms)], axis=2)
    for term in np.flatnonzero(owners[:, 0] != owners[:, 1]):
        factors[:, term] = prepared[:, np.flatnonzero(part.powers_[term])]
    return factors
