from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from one_click.errors import DataError
from one_click.folds import make_splits


@pytest.fixture
def make() -> Callable[..., pd.DataFrame]:
    """Return a function that makes labelled clients sorted by target, with groups of twins by number."""

    def clients(declined: int, kept: int, groups: dict[int, int] | None = None) -> pd.DataFrame:
        table = pd.DataFrame(
            {
                "client_id": range(declined + kept),
                "activity_declined": [1] * declined + [0] * kept,
                "twin_group": range(declined + kept),
            }
        )
        return table.assign(twin_group=table["twin_group"].replace(groups or {}))

    return clients


def _held_out(clients: pd.DataFrame, folds: int, seed: int) -> list[list[int]]:
    return [test.tolist() for _, test in make_splits(clients, folds, seed)]


def test_tests_are_disjoint_and_cover_all_clients(make: Callable[..., pd.DataFrame]) -> None:
    clients = make(40, 60)
    splits = make_splits(clients, 5, 0)
    assert sorted(np.concatenate([test for _, test in splits])) == list(range(100))
    for train, test in splits:
        assert sorted([*train, *test]) == list(range(100))


def test_every_fold_has_the_share_of_the_whole(make: Callable[..., pd.DataFrame]) -> None:
    clients = make(40, 60)
    declined = [clients.loc[test, "activity_declined"].sum() for _, test in make_splits(clients, 5, 0)]
    assert declined == [8] * 5


def test_twins_share_a_fold(make: Callable[..., pd.DataFrame]) -> None:
    twins = {1: 0, 2: 0, 11: 10, 31: 30, 97: 60, 98: 60, 99: 60}
    clients = make(40, 60, twins)
    for seed in range(10):
        folds = _held_out(clients, 5, seed)
        home = {client: number for number, fold in enumerate(folds) for client in fold}
        assert all(home[twin] == home[first] for twin, first in twins.items())


def test_twins_of_different_targets_share_a_fold_too(make: Callable[..., pd.DataFrame]) -> None:
    clients = make(6, 6, {6: 0, 7: 1})
    for seed in range(10):
        home = {client: n for n, fold in enumerate(_held_out(clients, 3, seed)) for client in fold}
        assert home[6] == home[0]
        assert home[7] == home[1]


def test_folds_are_shuffled_although_the_clients_are_sorted_by_target(
    make: Callable[..., pd.DataFrame],
) -> None:
    clients = make(100, 100)
    for fold in _held_out(clients, 5, 3):
        # The mean rank of 20 of 100 clients drawn at random has a standard error below 6.
        declined = [client for client in fold if client < 100]
        assert abs(np.mean(declined) - 49.5) < 20
        assert np.ptp(declined) > 50


def test_same_seed_same_folds_and_another_seed_others(make: Callable[..., pd.DataFrame]) -> None:
    clients = make(40, 60)
    assert _held_out(clients, 5, 1) == _held_out(clients, 5, 1)
    assert _held_out(clients, 5, 1) != _held_out(clients, 5, 2)


def test_folds_do_not_depend_on_the_index(make: Callable[..., pd.DataFrame]) -> None:
    clients = make(20, 30)
    assert _held_out(clients.set_index(clients.index + 7), 5, 1) == _held_out(clients, 5, 1)


@pytest.mark.parametrize(
    ("declined", "kept", "groups", "found"),
    [
        pytest.param(4, 40, {}, "4 clients", id="too-few"),
        pytest.param(5, 40, {1: 0}, "4 clients", id="too-few-without-twins"),
        pytest.param(0, 40, {}, "0 clients", id="one-class"),
    ],
)
def test_too_few_clients_of_a_class_stop_the_run(
    make: Callable[..., pd.DataFrame], declined: int, kept: int, groups: dict[int, int], found: str
) -> None:
    with pytest.raises(DataError, match=found) as error:
        make_splits(make(declined, kept, groups), 5, 0)
    assert "for 5 folds" in str(error.value)
    assert "lower model_selection.folds" in str(error.value)
