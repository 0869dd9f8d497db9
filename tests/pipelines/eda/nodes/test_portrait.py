import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from one_click.columns import CATEGORICAL_FEATURES, TARGET
from one_click.parameters import Eda
from one_click.pipelines.eda.nodes.portrait import (
    compare_classes,
    compare_feature,
    risk_interval,
    risk_ratio,
    strongest_level,
)
from one_click.pipelines.eda.nodes.summaries import select_labelled

Make = Callable[..., pd.DataFrame]


def _portrait(clients: pd.DataFrame, options: Eda) -> pd.DataFrame:
    return compare_classes(select_labelled(clients), options).set_index("feature")


@pytest.fixture(scope="module")
def portrait(make_clients: Make, options: Eda) -> pd.DataFrame:
    return _portrait(make_clients(), options)


def _row(values: list[Any], name: str, options: Eda, declined: int) -> dict[str, Any]:
    """Compare a column whose first values belong to the declined."""
    mask = pd.Series([i < declined for i in range(len(values))])
    return compare_feature(pd.Series(values, name=name), mask, options)


def _counts(**values: tuple[int, int]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(values, orient="index", columns=["declined", "kept"])


def test_effects_and_typical_values_by_hand(portrait: pd.DataFrame) -> None:
    pages = portrait.loc["pages_per_visit"]
    assert (pages["rank"], pages["effect"], pages["direction"]) == (1, -1, "lower")
    assert (pages["n_declined"], pages["n_kept"]) == (20, 40)
    assert (pages["typical_declined"], pages["typical_kept"]) == (2.5, 8.5)
    consent = portrait.loc["allows_messages"]
    assert (consent["typical_declined"], consent["typical_kept"], consent["effect"]) == (1, 0.5, 0.5)
    assert consent["direction"] == "higher"
    category = portrait.loc["popular_category"]
    assert (category["level"], category["direction"]) == ("Кухонная посуда", "higher")
    assert (category["typical_declined"], category["typical_kept"]) == (0.5, 0)
    # All 10 clients of the category declined, and 10 of the 50 others.
    assert category["risk_ratio"] == pytest.approx(5)


def test_portrait_is_ordered_by_the_size_of_the_effect(portrait: pd.DataFrame) -> None:
    assert portrait["effect"].abs().is_monotonic_decreasing
    assert portrait["rank"].to_list() == list(range(1, len(portrait) + 1))
    assert {"monthly_profit", "revenue_trend", "minutes_trend", "promo_habit"} <= set(portrait.index)


def test_p_values_are_adjusted_by_benjamini_and_hochberg(portrait: pd.DataFrame) -> None:
    portrait = portrait.sort_values("p_value")
    count = len(portrait)
    scaled = [p * count / (i + 1) for i, p in enumerate(portrait["p_value"])]
    expected = [min(1, *scaled[i:]) if i < count - 1 else min(1, scaled[i]) for i in range(count)]
    assert portrait["p_adjusted"].to_list() == pytest.approx(expected)
    assert (portrait["p_adjusted"] > portrait["p_value"]).any()


def test_swapping_the_classes_reverses_signs_and_directions_only(
    portrait: pd.DataFrame, make_clients: Make, options: Eda
) -> None:
    clients = make_clients()
    swapped = _portrait(clients.assign(activity_declined=1 - clients[TARGET]), options).loc[portrait.index]
    signs = [1 if name in CATEGORICAL_FEATURES else -1 for name in portrait.index]
    assert swapped["effect"].to_list() == pytest.approx((signs * portrait["effect"]).to_list())
    assert swapped["level"].to_list() == portrait["level"].to_list()
    assert (portrait["direction"] != "none").sum() >= 3
    opposite = {"higher": "lower", "lower": "higher", "none": "none"}
    assert swapped["direction"].to_list() == portrait["direction"].map(opposite).to_list()


def test_unlabelled_clients_do_not_count(make_clients: Make, options: Eda) -> None:
    clients = make_clients()
    clients.loc[clients.index < 6, TARGET] = float("nan")
    portrait = _portrait(clients, options)
    assert (portrait["n_declined"] == 18).all()
    assert (portrait["n_kept"] == 36).all()


@pytest.mark.parametrize(
    ("values", "name", "note", "effect"),
    [
        pytest.param([3] * 6, "service_errors", "constant", 0, id="constant-number"),
        pytest.param(["стандарт"] * 6, "service_type", "constant", 0, id="constant-category"),
        pytest.param([float("nan")] * 6, "service_errors", "no_values", None, id="no-values"),
        pytest.param(
            [1, None, None, 1, 2, 3], "service_errors", "too_few_values", None, id="one-value-of-a-class"
        ),
        pytest.param(list("абвгде"), "service_type", "too_many_values", None, id="all-unique-category"),
        pytest.param(
            [5, 5, 5, 1, 2, 3], "service_errors", "one_value_in_declined", 1, id="equal-in-declined"
        ),
        pytest.param([1, 2, 3, 0, 0, 0], "service_errors", "one_value_in_kept", 1, id="equal-in-kept"),
        pytest.param(
            ["премиум", "премиум", "новый", "новый", "премиум", "премиум"],
            "service_type",
            "new_category: новый",
            None,
            id="new-category",
        ),
    ],
)
def test_note_names_the_anomaly_of_a_column(
    values: list[Any], name: str, note: str, effect: float | None, options: Eda
) -> None:
    row = _row(values, name, options, declined=3)
    assert row["note"] == note
    if effect is not None:
        assert row["effect"] == effect


def test_portrait_of_anomalous_columns_is_complete(make_clients: Make, options: Eda) -> None:
    clients = make_clients(
        service_errors=3,
        popular_category=[f"Раздел {i}" for i in range(60)],
        days_registered=[float("nan")] * 60,
    )
    portrait = _portrait(clients, options)
    notes = portrait["note"]
    assert notes["service_errors"] == "constant"
    assert notes["popular_category"] == "too_many_values"
    assert notes["days_registered"] == "no_values"
    assert notes["pages_per_visit"] == ""
    assert portrait.loc["popular_category", "rank"] > portrait.loc["monthly_profit", "rank"]
    assert (portrait.loc[["service_errors", "popular_category"], "direction"] == "none").all()


@pytest.mark.parametrize(
    ("counts", "level"),
    [
        pytest.param(
            _counts(a=(30, 10), b=(10, 10), c=(10, 30)), "a", id="equally-far-and-frequent-keeps-order"
        ),
        pytest.param(_counts(rare=(5, 15), frequent=(20, 20)), "rare", id="of-two-values-the-rarer"),
        pytest.param(_counts(a=(3, 0), b=(20, 10), c=(20, 40)), "c", id="too-rare-is-passed-over"),
        pytest.param(_counts(a=(2, 0), b=(1, 2)), "a", id="all-are-rare"),
    ],
)
def test_strongest_level(counts: pd.DataFrame, level: str) -> None:
    assert strongest_level(counts, smallest=5) == level
    swapped = counts.rename(columns={"declined": "kept", "kept": "declined"})
    assert strongest_level(swapped, smallest=5) == level


@pytest.mark.parametrize(
    ("counts", "ratio"),
    [
        pytest.param(_counts(a=(30, 10), b=(10, 30)), 3, id="three-quarters-over-one-quarter"),
        pytest.param(_counts(a=(0, 10), b=(10, 30)), 0, id="nobody-declined"),
        pytest.param(_counts(a=(5, 10), b=(0, 30)), float("inf"), id="nobody-else-declined"),
    ],
)
def test_risk_ratio_by_hand(counts: pd.DataFrame, ratio: float) -> None:
    assert risk_ratio(counts, "a") == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("counts", "z"),
    [
        pytest.param({"b": (10, 30)}, 1.959964, id="two-values-are-one-comparison"),
        pytest.param({"b": (5, 10), "c": (5, 20)}, 2.393980, id="one-of-three-is-picked"),  # 1 − .025 / 3
    ],
)
def test_interval_of_the_risk_ratio_by_hand(counts: dict[str, tuple[int, int]], z: float) -> None:
    # With ½ added: risks 30.5/41 and 10.5/41, variance 1/30.5 - 1/41 + 1/10.5 - 1/41.
    low, high = risk_interval(_counts(a=(30, 10), **counts), "a")
    ratio, error = 30.5 / 10.5, (1 / 30.5 + 1 / 10.5 - 2 / 41) ** 0.5
    assert (low, high) == pytest.approx((ratio * math.exp(-z * error), ratio * math.exp(z * error)))
