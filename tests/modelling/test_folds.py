from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_validate

from one_click.columns import BASE_FEATURES, TARGET
from one_click.errors import DataError
from one_click.modelling.folds import StratifiedTwinKFold, make_splits


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


# --- twins by equal rows ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def twins(make_clients: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """Return 90 clients and 20 twins of the first ones."""
    return make_clients(90, seed=5, twins=20)


def _rows(clients: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    return clients[list(BASE_FEATURES)], clients[TARGET]


def _tests(splitter: StratifiedTwinKFold, rows: Any, target: Any) -> list[list[int]]:
    return [test.tolist() for _, test in splitter.split(rows, target)]


@pytest.mark.parametrize("seed", range(3))
def test_equal_rows_are_the_twins_that_groups_name(twins: pd.DataFrame, seed: int) -> None:
    found = list(StratifiedTwinKFold(4, seed).split(*_rows(twins)))
    expected = make_splits(twins, 4, seed)
    assert len(found) == len(expected) == 4
    for one, other in zip(found, expected, strict=True):
        for places, same in zip(one, other, strict=True):
            np.testing.assert_array_equal(places, same)


def test_splitter_keeps_the_contract_of_scikit_learn(twins: pd.DataFrame) -> None:
    splitter, (rows, target) = StratifiedTwinKFold(n_splits=4, random_state=1), _rows(twins)
    assert repr(splitter) == "StratifiedTwinKFold(n_splits=4, random_state=1)"
    assert splitter.get_n_splits() == splitter.get_n_splits(rows, target) == 4
    for train, test in splitter.split(rows, target):
        assert sorted([*train, *test]) == list(range(110))
    tests = _tests(splitter, rows, target)
    assert sorted(np.concatenate(tests)) == list(range(110))
    assert tests == _tests(splitter, rows, target)
    assert tests != _tests(StratifiedTwinKFold(4, 2), rows, target)


@pytest.mark.parametrize("seed", range(3))
def test_twins_share_a_fold_in_any_order_of_the_rows(twins: pd.DataFrame, seed: int) -> None:
    shuffled = twins.sample(frac=1, random_state=seed)
    folds = _tests(StratifiedTwinKFold(4, seed), *_rows(shuffled))
    home = {client: fold for fold, test in enumerate(folds) for client in shuffled["client_id"].iloc[test]}
    assert all(home[1001 + place] == home[1001 + 90 + place] for place in range(20))


def test_a_missing_value_equals_another() -> None:
    rows = [[1.0, np.nan], [2.0, 3.0], [4.0, 5.0], [1.0, np.nan], [6.0, 7.0], [8.0, 9.0]]
    for seed in range(5):
        for test in _tests(StratifiedTwinKFold(2, seed), rows, [1, 0, 1, 1, 0, 0]):
            assert (0 in test) == (3 in test)


@pytest.mark.parametrize(
    "named",
    [
        pytest.param(lambda target: np.where(target == 1, "yes", "no"), id="strings"),
        pytest.param(lambda target: pd.Series(np.where(target == 1, "yes", "no")), id="series-of-strings"),
        pytest.param(lambda target: target.to_numpy() == 1, id="bools"),
        pytest.param(lambda target: 2 * target.to_numpy() - 1, id="minus-one-and-one"),
    ],
)
def test_folds_do_not_depend_on_what_the_classes_are_called(
    twins: pd.DataFrame, named: Callable[[pd.Series], Any]
) -> None:
    rows, target = _rows(twins)
    expected = _tests(StratifiedTwinKFold(4, 0), rows, target)
    assert _tests(StratifiedTwinKFold(4, 0), rows, named(target)) == expected


def test_routed_groups_keep_twins_in_a_fold(twins: pd.DataFrame) -> None:
    numbers, target = twins[["pages_per_visit", "promo_purchase_share"]], twins[TARGET]
    pairs = {"groups": np.arange(110) // 2}
    with config_context(enable_metadata_routing=True):
        found = cross_validate(
            LogisticRegression(),
            numbers,
            target,
            cv=StratifiedTwinKFold(4, 0),
            params=pairs,
            return_indices=True,
        )
    for test in found["indices"]["test"]:
        assert set(test ^ 1) == set(test)  # 0 and 1 are a pair, 2 and 3, …


def test_arrays_have_the_folds_of_frames(twins: pd.DataFrame) -> None:
    rows, target = _rows(twins)
    expected = _tests(StratifiedTwinKFold(4, 0), rows, target)
    assert _tests(StratifiedTwinKFold(4, 0), rows.to_numpy(), target.to_numpy()) == expected
    numbers = rows.select_dtypes("number")
    calibrated = CalibratedClassifierCV(
        LogisticRegression(max_iter=500), cv=StratifiedTwinKFold(4, 0), ensemble=False
    )
    of_array = calibrated.fit(numbers.to_numpy(), target.to_numpy()).predict_proba(numbers.to_numpy())
    calibrated.set_params(cv=make_splits(twins, 4, 0))
    np.testing.assert_allclose(of_array, calibrated.fit(numbers, target).predict_proba(numbers))


@pytest.mark.filterwarnings("ignore:The least populated class")
def test_too_few_of_a_class_are_told_by_scikit_learn(twins: pd.DataFrame) -> None:
    rows, target = _rows(twins)
    with pytest.raises(ValueError, match=r"n_splits=80 cannot be greater than the number of members"):
        _tests(StratifiedTwinKFold(80, 0), rows, target)
    few = pd.concat([twins[twins[TARGET] == 1].head(3), twins[twins[TARGET] == 0]])
    calibrated = CalibratedClassifierCV(LogisticRegression(), cv=StratifiedTwinKFold(4, 0), ensemble=False)
    with pytest.raises(ValueError, match="4-fold cross-validation but provided less than 4 examples"):
        calibrated.fit(few[["pages_per_visit", "promo_purchase_share"]], few[TARGET])
