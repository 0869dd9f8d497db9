"""The leaves of the models that are trees, as rules in raw units."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import TARGET
from one_click.explain.fitted import FittedView, Split, views_of
from one_click.features import add_engineered
from one_click.modelling.scores import raw_features

Values = NDArray[np.float64]
Sides = NDArray[np.bool_]

_FINEST = 4  # decimals up to which values count as recorded so, and not as calculated


@dataclass(frozen=True)
class Condition:
    """What a rule demands of one feature.

    Attributes
    ----------
    feature : str
    low, high : float
        Of a number or flag, in raw units: low < value <= high.
    level : str or None
        Of a category: the level that it is.
    excluded : tuple of str
        Of a category: the levels that it is not.
    decimals : int or None
        Decimals that the training clients' values are recorded with; None if the values are calculated.
    known : tuple of str
        Levels of a category that the model was fitted on; empty for all else.
    """

    feature: str
    low: float = -np.inf
    high: float = np.inf
    level: str | None = None
    excluded: tuple[str, ...] = ()
    decimals: int | None = None
    known: tuple[str, ...] = ()

    def narrowed(self, threshold: float, level: str | None, below: bool) -> "Condition":
        """Return what is left of the condition after one more split, which lies within it."""
        if level is None:
            return replace(self, high=threshold) if below else replace(self, low=threshold)
        return replace(self, excluded=(*self.excluded, level)) if below else replace(self, level=level)

    def listed(self) -> list[Any]:
        """Return the condition as a list: feature, low, high, levels."""
        low, high = (None if np.isinf(bound) else float(bound) for bound in (self.low, self.high))
        if not self.known:
            return [self.feature, low, high, None]
        levels = {"is_not": list(self.excluded)} if self.level is None else {"is": self.level}
        return [self.feature, None, None, levels]


@dataclass(frozen=True)
class Rule:
    """One leaf of one tree; the attributes are columns of `schemas.interpretation.TreeRules`."""

    model: str
    leaf: int
    conditions: tuple[Condition, ...]
    depth: int
    clients: int
    declined: int
    declined_share: float
    probability: float


def read_tree_rules(train_clients: pd.DataFrame, **candidates: Any) -> list[Rule]:
    """Return every leaf of every candidate that is a tree on plain columns, as a rule in raw units.

    Parameters
    ----------
    train_clients : DataFrame
        Clients that the trees were fitted on.
    **candidates : fitted pipelines
        Family -> pipeline of the steps `engineer`, `columns`, `select`, `basis`, `model`.

    Returns
    -------
    list of Rule
        By model, of each the likeliest to decline first. A bound is the greatest value, as finely recorded as
        those of the training clients, that the tree sends to the left: the rule holds exactly for all such
        values, so for every whole number. The counts are of the clients whom the tree was fitted on: among
        others the shares are nearer to each other, and no interval of theirs would hold.
    """
    trees = {name: view for name, view in views_of(candidates).items() if view.is_tree}
    return [rule for name, view in trees.items() for rule in _rules(name, view, train_clients)]


def _rules(name: str, view: FittedView, clients: pd.DataFrame) -> list[Rule]:
    raw = raw_features(clients)
    own_leaf = view.model.apply(view.prepare(raw))
    conditions = _conditions(view, add_engineered(raw, view.engineered))
    rules = [
        Rule(
            model=name,
            leaf=leaf.node,
            conditions=conditions[leaf.node],
            depth=len(leaf.path),
            **_counts(clients.loc[own_leaf == leaf.node, TARGET]),
            probability=leaf.probability,
        )
        for leaf in view.leaves
    ]
    return sorted(rules, key=lambda rule: (-rule.probability, rule.leaf))


def _counts(target: pd.Series) -> dict[str, Any]:
    declined = int(target.sum())
    share = declined / len(target) if len(target) else np.nan
    return {"clients": len(target), "declined": declined, "declined_share": share}


# From splits to conditions --------------------------------------------------------------------------


def _conditions(view: FittedView, features: pd.DataFrame) -> dict[int, tuple[Condition, ...]]:
    """Return the conditions of each leaf, one per feature, in the order in which the tree asks."""
    starts, thresholds = _unconditioned(view, features), _raw_thresholds(view, features)
    leaves = {}
    for leaf in view.leaves:
        found: dict[str, Condition] = {}
        for split in leaf.path:
            column = view.columns[split.column]
            condition = found.get(column.feature, starts[column.feature])
            found[column.feature] = condition.narrowed(thresholds[split.node], column.level, split.below)
        leaves[leaf.node] = tuple(found.values())
    return leaves


def _unconditioned(view: FittedView, features: pd.DataFrame) -> dict[str, Condition]:
    """Return for each feature the condition that every client fulfils."""
    return {
        name: Condition(name, known=view.levels[name])
        if name in view.levels
        else Condition(name, decimals=_recorded_decimals(features[name].to_numpy("float64")))
        for name in features.columns
    }


def _raw_thresholds(view: FittedView, features: pd.DataFrame) -> dict[int, float]:
    """Return the threshold of each node in raw units, which parts values as the tree does."""
    splits = {split.node: split for leaf in view.leaves for split in leaf.path if split.below}
    return {node: _raw_threshold(view, split, features) for node, split in splits.items()}


def _raw_threshold(view: FittedView, split: Split, features: pd.DataFrame) -> float:
    column = view.columns[split.column]
    if column.level is not None:
        return split.threshold

    def goes_left(numbers: Values) -> Sides:
        """Return which raw numbers the tree sends to the left."""
        return replace(split, column=0).holds(view.prepare_number(column.feature, numbers)[:, None])

    values = features[column.feature].to_numpy("float64")
    return _readable_threshold(view.raw_value(column.feature, split.threshold), values, goes_left)


def _readable_threshold(exact: float, values: Values, goes_left: Callable[[Values], Sides]) -> float:
    """Return the greatest value on the left that is as finely recorded as the values, or a round one."""
    left = goes_left(values)
    low, high = values[left].max(initial=-np.inf), values[~left].min(initial=np.inf)
    # A quantile transformer jumps at values that many clients share: there its inverse lies beyond them.
    exact = float(np.clip(exact, low, np.nextafter(high, -np.inf)))
    decimals = _recorded_decimals(values)
    if decimals is not None:
        nearby = (np.floor(exact * 10**decimals) + np.array([-1, 0, 1])) / 10**decimals
        return float(nearby[goes_left(nearby)].max())
    rounded = (float(np.floor(exact * 10**digits) / 10**digits) for digits in range(16))
    return next((threshold for threshold in rounded if low <= threshold < high), exact)


def _recorded_decimals(values: Values) -> int | None:
    """Return how many decimals values have; None if more than are recorded, so that they are calculated."""
    return next((digits for digits in range(_FINEST + 1) if (values.round(digits) == values).all()), None)
