"""The rules of the models that are trees, in raw units and in words."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import COLUMNS, LANGUAGES, TARGET, Language, label, translate, unit
from one_click.explain.fitted import FittedView, Split, views_of
from one_click.features import add_engineered
from one_click.modelling.scores import raw_features
from one_click.presentation.wording import number, percent, value_text

Values = NDArray[np.float64]
Sides = NDArray[np.bool_]

_FINEST = 4  # decimals up to which values count as recorded so, and not as calculated
_RULES = {
    "model": "str",
    "leaf": "int64",
    "rule_ru": "str",
    "rule_en": "str",
    "conditions": "str",
    "depth": "int64",
    "clients": "int64",
    "declined": "int64",
    "declined_share": "float64",
    "probability": "float64",
}


@dataclass(frozen=True)
class _Condition:
    """What a rule says about one feature: low < value <= high in raw units, or which level it is or is not.

    `decimals` are those that the training clients' values are recorded with (none: they are calculated),
    `known` the levels of a category that the model has seen.
    """

    feature: str
    low: float = -np.inf
    high: float = np.inf
    level: str | None = None
    excluded: tuple[str, ...] = ()
    decimals: int | None = None
    known: tuple[str, ...] = ()

    def narrowed(self, threshold: float, level: str | None, below: bool) -> "_Condition":
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


def read_tree_rules(train_clients: pd.DataFrame, **candidates: Any) -> pd.DataFrame:
    """Return every leaf of every candidate that is a tree on plain columns, as a rule in raw units.

    Parameters
    ----------
    train_clients : DataFrame
        Clients that the trees were fitted on.
    **candidates : fitted pipelines
        Family -> pipeline of the steps `engineer`, `columns`, `select`, `basis`, `model`.

    Returns
    -------
    DataFrame, one row per model and leaf, of each model the likeliest to decline first: model, leaf, rule_ru,
    rule_en, conditions, depth, clients, declined, declined_share, probability
        Conditions is a JSON list of [feature, low, high, levels]: low < value <= high, where null is no
        bound and a flag counts as 0 or 1; levels is {"is": level} or {"is_not": [levels]}. A bound is the
        greatest value, as finely recorded as those of the training clients, that the tree sends to the left:
        the rule holds exactly for all such values, so for every whole number. The counts are of these
        clients, who taught the tree the rule: among others the shares are nearer to each other, and no
        interval of theirs would hold. The probability is the leaf's own, which weights of classes may shift
        away from the share.
    """
    trees = {name: view for name, view in views_of(candidates).items() if view.is_tree}
    rows = [row for name, view in trees.items() for row in _rules(name, view, train_clients)]
    return pd.DataFrame(rows, columns=list(_RULES)).astype(_RULES)


def _rules(name: str, view: FittedView, clients: pd.DataFrame) -> list[dict[str, Any]]:
    raw = raw_features(clients)
    own_leaf = view.model.apply(view.prepare(raw))
    conditions = _conditions(view, add_engineered(raw, view.engineered))
    rows = [
        {
            "model": name,
            "leaf": leaf.node,
            **{f"rule_{language}": _rule_text(conditions[leaf.node], language) for language in LANGUAGES},
            "conditions": json.dumps([one.listed() for one in conditions[leaf.node]], ensure_ascii=False),
            "depth": len(leaf.path),
            **_counts(clients.loc[own_leaf == leaf.node, TARGET]),
            "probability": leaf.probability,
        }
        for leaf in view.leaves
    ]
    return sorted(rows, key=lambda row: (-row["probability"], row["leaf"]))


def _counts(target: pd.Series) -> dict[str, float]:
    declined = int(target.sum())
    share = declined / len(target) if len(target) else np.nan
    return {"clients": len(target), "declined": declined, "declined_share": share}


# From splits to conditions --------------------------------------------------------------------------


def _conditions(view: FittedView, features: pd.DataFrame) -> dict[int, list[_Condition]]:
    """Return the conditions of each leaf, one per feature, in the order in which the tree asks."""
    starts, thresholds = _unconditioned(view, features), _raw_thresholds(view, features)
    leaves = {}
    for leaf in view.leaves:
        found: dict[str, _Condition] = {}
        for split in leaf.path:
            column = view.columns[split.column]
            condition = found.get(column.feature, starts[column.feature])
            found[column.feature] = condition.narrowed(thresholds[split.node], column.level, split.below)
        leaves[leaf.node] = list(found.values())
    return leaves


def _unconditioned(view: FittedView, features: pd.DataFrame) -> dict[str, _Condition]:
    """Return a condition that every client fulfils for each feature."""
    return {
        name: _Condition(name, known=view.levels[name])
        if name in view.levels
        else _Condition(name, decimals=_recorded_decimals(features[name].to_numpy("float64")))
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
    """Return how many decimals values have; none if they have more than anybody records."""
    return next((digits for digits in range(_FINEST + 1) if (values.round(digits) == values).all()), None)


# In words -------------------------------------------------------------------------------------------


_INTERVALS: dict[tuple[Language, bool], tuple[str, str, str]] = {  # whether values have a least step
    ("ru", True): ("не больше {}", "не меньше {}", "от {} до {}"),
    ("ru", False): ("не больше {}", "больше {}", "больше {} и не больше {}"),
    ("en", True): ("at most {}", "at least {}", "{} to {}"),
    ("en", False): ("at most {}", "more than {}", "more than {} and at most {}"),
}


def _rule_text(conditions: list[_Condition], language: Language) -> str:
    if not conditions:
        return {"ru": "Все клиенты", "en": "All clients"}[language]
    return "; ".join(
        f"{label(one.feature, language)}: {_condition_text(one, language)}" for one in conditions
    )


def _condition_text(condition: _Condition, language: Language) -> str:
    if condition.known:
        return _levels_text(condition, language)
    if COLUMNS[condition.feature].kind == "flag":
        return value_text(condition.feature, np.isinf(condition.high), language)
    return _interval_text(condition, language)


def _levels_text(condition: _Condition, language: Language) -> str:
    left = [level for level in condition.known if level not in condition.excluded]
    if condition.level is not None or len(left) == 1:
        return translate(condition.level or left[0], language)
    excluded = [translate(level, language) for level in condition.excluded]
    if language == "ru":
        return " и ".join(f"не «{level}»" for level in excluded)
    return " and ".join(f"not “{level}”" for level in excluded)


def _interval_text(condition: _Condition, language: Language) -> str:
    least, high, decimals = condition.low, condition.high, condition.decimals
    if decimals is not None:
        least = round(least + 10.0**-decimals, decimals)
    at_most, from_on, between = _INTERVALS[language, decimals is not None]
    first, last = (_amount_text(condition.feature, value, language) for value in (least, high))
    if np.isinf(least):
        text = at_most.format(last)
    elif np.isinf(high):
        text = from_on.format(first)
    else:
        text = last if least == high else between.format(first, last)
    amount = least if np.isinf(high) else high  # the number that the unit follows
    return f"{text} {unit(condition.feature, language, amount)}".strip()


def _amount_text(feature: str, value: float, language: Language) -> str:
    """Write a number with as many decimals as it has, an infinite one not at all."""
    if np.isinf(value):
        return ""
    digits = next(digits for digits in range(17) if digits == 16 or round(value, digits) == value)
    if COLUMNS[feature].kind == "share":
        return percent(value, max(0, digits - 2), language)
    return number(value, digits, language)
