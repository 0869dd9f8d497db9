"""Modes are found where they are planted, and not where chance or rounding imitates them."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.random import Generator

from one_click.pipelines.eda.nodes.shapes import find_shape

CLIENTS = 800
STORES = 30


def _normal(generator: Generator) -> np.ndarray:
    return generator.normal(size=CLIENTS).round(2)


def _whole_numbers(generator: Generator) -> np.ndarray:
    return generator.poisson(3, CLIENTS)


def _flat(generator: Generator) -> np.ndarray:
    return generator.integers(0, 20, CLIENTS)


def _skewed(generator: Generator) -> np.ndarray:
    return generator.exponential(size=CLIENTS).round(2)


def _mixture(centres: tuple[float, ...], generator: Generator) -> np.ndarray:
    return np.rint(generator.choice(centres, CLIENTS) + generator.normal(0, 1.5, CLIENTS))


@pytest.mark.parametrize("draw", [_normal, _whole_numbers, _flat, _skewed])
def test_one_mode_is_seldom_taken_for_more(draw: Callable[[Generator], np.ndarray]) -> None:
    found = [
        find_shape(pd.Series(draw(np.random.default_rng(seed))), 100, seed).modes for seed in range(STORES)
    ]
    assert np.mean([modes > 1 for modes in found]) <= 0.1
    assert min(found) == 1


@pytest.mark.parametrize("centres", [(5.0, 14.0), (5.0, 14.0, 23.0)], ids=["two", "three"])
def test_modes_are_found_where_they_lie(centres: tuple[float, ...]) -> None:
    shape = find_shape(pd.Series(_mixture(centres, np.random.default_rng(1))), 100, seed=1)
    assert shape.modes == len(centres)
    assert shape.peaks == pytest.approx(centres, abs=1.5)
    for left, valley, right in zip(centres, shape.valleys, centres[1:], strict=False):
        assert left + 2 < valley < right - 2
    assert shape.p_value < 0.01


@pytest.mark.parametrize(
    ("values", "modes", "peaks"),
    [
        pytest.param([], 0, (), id="no-values"),
        pytest.param([3.0], 0, (3.0,), id="one-client"),
        pytest.param([3.0] * 50, 1, (3.0,), id="one-value"),
        pytest.param([float("nan")] * 5, 0, (), id="missing"),
    ],
)
def test_columns_without_a_shape(values: list[float], modes: int, peaks: tuple[float, ...]) -> None:
    shape = find_shape(pd.Series(values, dtype="float64"), 100, seed=1)
    assert (shape.modes, shape.peaks, shape.valleys, shape.p_value) == (modes, peaks, (), 1.0)


def test_shape_is_independent_of_row_order() -> None:
    values = pd.Series(_mixture((5.0, 9.0), np.random.default_rng(2)))
    assert find_shape(values, 100, seed=3) == find_shape(values.sample(frac=1, random_state=1), 100, seed=3)
