from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from one_click.columns import BASE_FEATURES
from one_click.explain.perturbation import is_possible, mix, moving_features, with_values

PAGES, SHARE, CATEGORY, FLAG = (
    "pages_per_visit",
    "promo_purchase_share",
    "popular_category",
    "allows_messages",
)


# --- values -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "expected", "dtype"),
    [
        pytest.param(PAGES, 7, [7, 7, 7], "int64", id="one-for-all"),
        pytest.param(PAGES, [1.0, 2.0, 3.0], [1, 2, 3], "int64", id="one-per-row-whole-again"),
        pytest.param(SHARE, 1, [1.0, 1.0, 1.0], "float64", id="share"),
        pytest.param(
            FLAG, np.array([True, False, True], dtype=object), [True, False, True], "bool", id="flag"
        ),
        pytest.param(CATEGORY, "Сад", ["Сад"] * 3, "str", id="category"),
    ],
)
def test_values_are_set_in_the_kind_of_their_feature(
    features: pd.DataFrame, name: str, value: Any, expected: list[Any], dtype: str
) -> None:
    clients = features.head(3)
    changed = with_values(clients, {name: value})
    assert changed[name].tolist() == expected
    assert changed[name].dtype == dtype
    pd.testing.assert_frame_equal(changed.drop(columns=name), clients.drop(columns=name))
    pd.testing.assert_frame_equal(clients, features.head(3))


def test_a_mixture_takes_what_is_known_from_one_table_and_the_rest_from_the_other(
    features: pd.DataFrame,
) -> None:
    known, others = features.iloc[[0, 50, 100]], features.iloc[[10, 60, 110]]
    is_known = np.zeros((3, len(BASE_FEATURES)), dtype=bool)
    is_known[1, BASE_FEATURES.index(PAGES)] = is_known[1, BASE_FEATURES.index(CATEGORY)] = True
    is_known[2] = True
    mixed = mix(known, others, is_known)
    expected = others.reset_index(drop=True)
    for name in (PAGES, CATEGORY):
        expected.loc[1, name] = known.loc[50, name]
    expected.loc[2] = known.loc[100]
    pd.testing.assert_frame_equal(mixed, expected)
    assert (mixed.dtypes == features.dtypes).all()


# --- features that move a score -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "moving"),
    [
        pytest.param(lambda rows: rows[PAGES] * 1.0, [PAGES], id="number"),
        pytest.param(lambda rows: rows[PAGES] * rows[SHARE], [PAGES, SHARE], id="product"),
        pytest.param(lambda rows: (rows[CATEGORY] == "Сад") + 0.0, [CATEGORY], id="level"),
        pytest.param(lambda rows: rows[SHARE] + 0 * rows[PAGES], [SHARE], id="null-feature"),
        pytest.param(lambda rows: rows[SHARE] * 0, [], id="nothing"),
        pytest.param(lambda rows: (rows[PAGES] > 1000) + rows[SHARE], [SHARE], id="threshold-out-of-reach"),
    ],
)
def test_moving_features_by_hand(features: pd.DataFrame, score: Any, moving: list[str]) -> None:
    found = moving_features(lambda rows: score(rows).to_numpy(dtype="float64"), features)
    assert sorted(found) == sorted(moving)
    assert found == [name for name in BASE_FEATURES if name in found]


def test_a_feature_that_moves_the_last_client_only_is_found(
    make_clients: Callable[..., pd.DataFrame],
) -> None:
    many = make_clients(300)[list(BASE_FEATURES)]
    many = many.assign(**{PAGES: [*[3] * 298, 90, 3]})
    assert moving_features(lambda rows: (rows[PAGES] > 50).to_numpy(dtype="float64"), many) == [PAGES]


def test_a_feature_that_is_the_same_for_all_moves_nothing(features: pd.DataFrame) -> None:
    same = features.assign(**{PAGES: 3})
    assert moving_features(lambda rows: (rows[PAGES] + rows[SHARE]).to_numpy(), same) == [SHARE]


# --- what a feature can be ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "possible", "impossible"),
    [
        pytest.param(PAGES, [0, 3, 2.0, np.int64(4)], [-1, 2.5, True, "3", None, np.inf, np.nan], id="whole"),
        pytest.param("revenue_current", [0, 0.5, 1e9], [-0.5, np.inf, np.nan, "1", False], id="number"),
        pytest.param(SHARE, [0, 0.25, 1, np.float64(0.5)], [1.0001, 25, -0.1, np.nan, True], id="share"),
        pytest.param(FLAG, [True, False, np.True_], [1, 0, "да", None], id="flag"),
        pytest.param(CATEGORY, ["Сад", "nobody knows"], [1, None, True], id="category"),
    ],
)
def test_possible_values_by_hand(name: str, possible: list[Any], impossible: list[Any]) -> None:
    assert [value for value in possible if not is_possible(name, value)] == []
    assert [value for value in impossible if is_possible(name, value)] == []
