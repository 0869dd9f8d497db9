"""The shape of each effect curve: where risk is lowest, highest and changes most."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_FLAT = 0.03  # span below which the probability hardly changes
_WIGGLE = 0.1  # of the span: smaller turns of a curve are passed over
_LEAST_WIGGLE = 0.01
_APART = 0.05  # distance from which partial dependence and accumulated local effects differ
_ROUNDING = 9  # decimals: differences that rounding alone may make are none
_SHAPES = {  # moves between turns -> shape
    (1,): "rises",
    (-1,): "falls",
    (1, -1): "rises_then_falls",
    (-1, 1): "falls_then_rises",
}


def summarise_curves(effect_curves: pd.DataFrame) -> pd.DataFrame:
    """Return the shape of each feature's curve, its extremes and its steepest stretch.

    Returns
    -------
    DataFrame of `schemas.interpretation.Effects`, without sentences
        Shape: ``rises``, ``falls``, ``rises_then_falls``, ``falls_then_rises``, ``wavy``, ``flat``, and of
        categories ``differs``. The steepest stretch is the narrowest with more than half of the span.
    """
    curves = sort_curves(effect_curves).groupby("feature", sort=False)
    return pd.DataFrame([_summarise(curve) for _, curve in curves])


def sort_curves(effect_curves: pd.DataFrame) -> pd.DataFrame:
    """Return the curves with rounded probabilities, the most important feature first, from low to high."""
    rounded = effect_curves.assign(probability=effect_curves["probability"].round(_ROUNDING))
    return rounded.sort_values(["rank", "feature", "value", "level"])


def _summarise(curve: pd.DataFrame) -> dict[str, Any]:
    probabilities, shape = curve["probability"], _shape(curve)
    lowest, highest = curve.loc[probabilities.idxmin()], curve.loc[probabilities.idxmax()]
    steepest = (np.nan, np.nan) if shape in ("flat", "differs") else _steepest(curve)
    return {
        "feature": lowest["feature"],
        "shape": shape,
        **_extreme("lowest", lowest),
        **_extreme("highest", highest),
        "span": highest["probability"] - lowest["probability"],
        "steepest_from": steepest[0],
        "steepest_to": steepest[1],
        "ale_differs": bool((curve["ale"] - probabilities).abs().max() > _APART),
    }


def _extreme(name: str, point: pd.Series) -> dict[str, Any]:
    return {name: point["probability"], f"{name}_value": point["value"], f"{name}_level": point["level"]}


def _shape(curve: pd.DataFrame) -> str:
    probabilities = curve["probability"].to_numpy()
    span = float(np.ptp(probabilities))
    if span < _FLAT:
        return "flat"
    if curve["kind"].iloc[0] == "category":
        return "differs"
    return _SHAPES.get(_directions(probabilities, max(_LEAST_WIGGLE, _WIGGLE * span)), "wavy")


def _directions(probabilities: NDArray[np.float64], least: float) -> tuple[int, ...]:
    """Return the moves of at least `least` between turns: 1 up, -1 down, alternating."""
    moves: list[int] = []
    low = high = probabilities[0]  # since the last turn
    for probability in probabilities[1:]:
        low, high = min(low, probability), max(high, probability)
        if probability - low >= least and moves[-1:] != [1]:
            moves.append(1)
            high = probability
        elif high - probability >= least and moves[-1:] != [-1]:
            moves.append(-1)
            low = probability
    return tuple(moves)


def _steepest(curve: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the narrowest stretch with more than half of the span."""
    values, probabilities = curve["value"].to_numpy(), curve["probability"].to_numpy()
    start, end = np.triu_indices(len(values), 1)
    widths, changes = values[end] - values[start], np.abs(probabilities[end] - probabilities[start])
    changes = changes.round(_ROUNDING)
    enough = changes > changes.max() / 2
    narrowest = enough & (widths == widths[enough].min())
    chosen = np.where(narrowest, changes, -1).argmax()
    return float(values[start[chosen]]), float(values[end[chosen]])
