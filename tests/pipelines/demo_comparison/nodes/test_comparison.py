"""The distances between store and extract, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from one_click.columns import BASE_FEATURES, CATEGORICAL_FEATURES, PROFIT, TARGET
from one_click.parameters.planted import NUMERIC_FEATURES
from one_click.pipelines.demo_comparison.nodes import comparison


def clients(count: int = 4, **columns: list[object]) -> pd.DataFrame:
    """Return clients who are equal but for some columns."""
    same: dict[str, object] = dict.fromkeys((*BASE_FEATURES, PROFIT), 1.0)
    same |= dict.fromkeys(CATEGORICAL_FEATURES, "x")
    halves = [1] * (count // 2) + [0] * (count - count // 2)
    return pd.DataFrame(same | {"allows_messages": True, TARGET: halves} | columns, index=range(count))


def row_of(table: pd.DataFrame, feature: str, which: str = "all") -> pd.Series:
    return table[(table["feature"] == feature) & (table["clients"] == which)].iloc[0]


def test_distance_of_numbers_is_the_widest_gap_of_the_cumulative_shares() -> None:
    extract = clients(pages_per_visit=[1, 2, 3, 4])
    store = clients(pages_per_visit=[3, 3, 4, 4])
    row = row_of(comparison.compare_marginals(extract, store), "pages_per_visit")
    assert row["distance"] == 0.5  # up to 2 pages: two of four against none
    assert (row["extract"], row["store"]) == (2.5, 3.5)
    assert row["chance"] == pytest.approx(1.358 * np.sqrt(1 / 4 + 1 / 4))


def test_distance_of_words_is_that_of_the_share_that_differs_most() -> None:
    extract = clients(popular_category=["a", "a", "b", "c"])
    store = clients(popular_category=["a", "b", "b", "b"])
    row = row_of(comparison.compare_marginals(extract, store), "popular_category")
    assert row["distance"] == 0.5
    assert (row["extract"], row["store"]) == (0.25, 0.75)


def test_classes_are_compared_apart() -> None:
    extract = clients(allows_messages=[True, True, False, False])
    store = clients(allows_messages=[False, False, True, True])
    table = comparison.compare_marginals(extract, store)
    assert row_of(table, "allows_messages")["distance"] == 0.0
    assert row_of(table, "allows_messages", "declined")["distance"] == 1.0
    assert row_of(table, "allows_messages", "kept")["distance"] == 1.0


def test_one_population_stays_below_chance_19_times_in_20() -> None:
    generator = np.random.default_rng(0)
    beyond = []
    for _ in range(20):
        sides = [
            clients(300, **{name: list(generator.normal(size=300)) for name in NUMERIC_FEATURES})
            for _ in range(2)
        ]
        table = comparison.compare_marginals(*sides)
        rows = table[table["feature"].isin(NUMERIC_FEATURES) & (table["clients"] == "all")]
        beyond += (rows["distance"] > rows["chance"]).to_list()
    assert len(beyond) >= 200
    assert np.mean(beyond) == pytest.approx(0.05, abs=0.04)


def test_correlations_differ_most_where_they_turn_round() -> None:
    extract = clients(pages_per_visit=[1, 2, 3, 4], service_errors=[1, 2, 3, 4])
    store = clients(pages_per_visit=[1, 2, 3, 4], service_errors=[40, 30, 20, 10])
    table = comparison.compare_correlations(extract, store).set_index(["first", "second"])
    pair = table.loc[("pages_per_visit", "service_errors")]
    assert pair.tolist() == [1.0, -1.0, -2.0]
    assert table.iloc[0].name in {("pages_per_visit", "service_errors"), ("service_errors", TARGET)}


def test_training_on_the_other_side_of_the_truth_is_worse_than_guessing() -> None:
    pages = list(range(60))
    extract = clients(60, pages_per_visit=pages)
    store = clients(60, pages_per_visit=pages[::-1])
    for model in comparison.UNTUNED_MODELS:
        assert comparison.transfer(extract, extract, model) > 0.95
        assert comparison.transfer(store, extract, model) < 0.05


def test_twins_never_part_in_cross_validation() -> None:
    generator = np.random.default_rng(1)
    noise = [float(value) for value in generator.normal(size=60)]
    single = clients(60, pages_per_visit=noise, activity_declined=list(generator.integers(0, 2, 60)))
    doubled = pd.concat([single, single], ignore_index=True)
    assert comparison.with_twin_groups(doubled)["twin_group"].value_counts().eq(2).all()
    assert comparison.cross_validate(doubled, "k_nearest_neighbours", (0, 1, 2)) < 0.7


def test_shared_rows_are_counted_by_features_alone() -> None:
    extract = clients(3, pages_per_visit=[1, 2, 2])
    store = clients(4, pages_per_visit=[2, 2, 3, 1], monthly_profit=[9.0, 8.0, 7.0, 6.0])
    assert comparison.count_shared_rows(extract, store) == 3
