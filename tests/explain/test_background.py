from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from one_click.explain.background import representative_rows

SEEDS = range(5)


def _table(rows: Any, copies: int = 1) -> pd.DataFrame:
    """Return clients of a number and a category, each so many times."""
    table = pd.DataFrame(rows, columns=["number", "category"]).astype({"category": "str"})
    return pd.concat([table] * copies, ignore_index=True)


def _one_class(clients: pd.DataFrame) -> NDArray[np.int_]:
    return np.zeros(len(clients), dtype="int64")


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_and_categories_have_the_shares_of_all(seed: int) -> None:
    clients = _table(product([0, 10], ["a", "b"]), copies=5)
    chosen = clients.iloc[representative_rows(clients, _one_class(clients), 4, seed)]
    assert sorted(chosen["number"]) == [0, 0, 10, 10]
    assert sorted(chosen["category"]) == ["a", "a", "b", "b"]


@pytest.mark.parametrize("seed", SEEDS)
def test_chosen_numbers_spread_as_all_do(seed: int) -> None:
    clients = _table([(number, "a") for number in (-3, -1, 1, 3)], copies=5)
    chosen = representative_rows(clients, _one_class(clients), 4, seed)
    # Of the means of these numbers and of their squares, -1, -1, 1, 1 has but one.
    assert sorted(clients["number"].iloc[chosen]) == [-3, -1, 1, 3]


@pytest.mark.parametrize("count", [1, 2, 7, 30, 99])
@pytest.mark.parametrize("seed", SEEDS)
def test_shares_of_the_classes_are_kept(seed: int, count: int) -> None:
    # Declined are those with large numbers, whom the means alone would not keep.
    clients = _table([(number**3, "ab"[number % 2]) for number in range(100)])
    declined = (clients["number"] >= 70**3).to_numpy().astype("int64")
    chosen = representative_rows(clients, declined, count, seed)
    assert chosen.tolist() == sorted(set(chosen.tolist()))
    assert len(chosen) == count
    assert abs(declined[chosen].sum() - 0.3 * count) <= 1


@pytest.mark.parametrize("count", [3, 10])
def test_of_few_clients_all_are_chosen(count: int) -> None:
    clients = _table([(1, "a"), (2, "a"), (3, "b")])
    assert representative_rows(clients, np.array([0, 1, 0]), count, 0).tolist() == [0, 1, 2]


def test_constant_columns_do_not_matter() -> None:
    clients = _table([(0, "a"), (10, "a")], copies=5)
    chosen = representative_rows(clients.assign(number_2=1.0), _one_class(clients), 2, 0)
    assert sorted(clients["number"].iloc[chosen]) == [0, 10]


def test_choice_follows_its_seed() -> None:
    clients = _table([(number, "a") for number in np.random.default_rng(0).normal(size=200)])
    one, same, other = (representative_rows(clients, _one_class(clients), 10, seed) for seed in (1, 1, 2))
    assert one.tolist() == same.tolist() != other.tolist()
