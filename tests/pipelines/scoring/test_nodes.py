from collections.abc import Callable
from math import log
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.purity import purely

from one_click.columns import BASE_FEATURES
from one_click.pipelines.scoring import nodes
from one_click.schemas.records import UndecidedBand

Clients = Callable[..., pd.DataFrame]


class _Champion:
    """A stand-in whose probability is the share of promo purchases, and which wants the features alone."""

    def predict_proba(self, features: pd.DataFrame) -> Any:
        assert features.columns.tolist() == list(BASE_FEATURES)
        share = features["promo_purchase_share"].to_numpy()
        return np.c_[1 - share, share]


def _predict(features: pd.DataFrame, spreads: list[float]) -> pd.DataFrame:
    known = pd.DataFrame({"client_id": range(len(spreads)), "probability": 0.5, "probability_sd": spreads})
    band = UndecidedBand.model_construct(keeps_below=0.2, declines_above=0.8)
    return nodes.predict_clients(features, _Champion(), known, band)


def test_every_client_is_predicted_with_the_snapshots_median_spread(make_clients: Clients) -> None:
    features = make_clients(5).sample(frac=1, random_state=0)
    scores = _predict(features, [0.01, 0.02, 0.09])
    assert scores["client_id"].tolist() == [1001, 1002, 1003, 1004, 1005]
    by_client = features.set_index("client_id")["promo_purchase_share"].sort_index()
    assert scores["probability"].tolist() == by_client.tolist()
    assert set(scores["probability_sd"]) == {0.02}
    assert set(scores["source"]) == {"predicted"}


def test_verdicts_of_a_new_month_follow_the_snapshots_band(make_clients: Clients) -> None:
    scores = _predict(make_clients(4).assign(promo_purchase_share=[0.1, 0.2, 0.8, 0.9]), [0.01])
    assert scores["verdict"].tolist() == ["keeps", "undecided", "undecided", "declines"]


def test_a_month_that_did_not_change_is_stable(make_clients: Clients) -> None:
    features = make_clients(80)
    drift = nodes.measure_drift(features, features.sample(frac=1, random_state=0))
    assert sorted(drift["feature"]) == sorted(BASE_FEATURES)
    assert drift["stability_index"].eq(0).all()
    assert set(drift["level"]) == {"stable"}


@pytest.mark.parametrize(
    ("column", "old", "new", "expected", "level"),
    [
        pytest.param(
            "service_type",
            ["премиум"] * 5 + ["стандарт"] * 5,
            ["премиум"] * 8 + ["стандарт"] * 2,
            0.3 * log(0.8 / 0.5) - 0.3 * log(0.2 / 0.5),
            "drifted",
            id="category",
        ),
        pytest.param(
            "allows_messages",
            [True] * 5 + [False] * 5,
            [True] * 6 + [False] * 4,
            0.1 * log(0.6 / 0.5) - 0.1 * log(0.4 / 0.5),
            "stable",
            id="flag",
        ),
        # Ten distinct values: each tenth of the snapshot holds one of ten clients. The first tenth grows from
        # 0.1 to 0.2, the second empties to the floor of 0.0001; 99 is in the last.
        pytest.param(
            "days_registered",
            list(range(10)),
            [0, 0, 2, 3, 4, 5, 6, 7, 8, 99],
            0.1 * log(2) + (0.0001 - 0.1) * log(0.0001 / 0.1),
            "drifted",
            id="number",
        ),
        pytest.param(
            "popular_category",
            ["Дом"] * 10,
            ["Дом"] * 9 + ["Новая"],
            -0.1 * log(0.9) + (0.1 - 0.0001) * log(0.1 / 0.0001),
            "drifted",
            id="new-category",
        ),
    ],
)
def test_index_by_hand(
    make_clients: Clients, column: str, old: list[Any], new: list[Any], expected: float, level: str
) -> None:
    clients = make_clients(10)
    drift = nodes.measure_drift(clients.assign(**{column: old}), clients.assign(**{column: new}))
    row = drift.set_index("feature").loc[column]
    assert row["stability_index"] == pytest.approx(expected)
    assert row["level"] == level
    assert drift.iloc[0]["feature"] == column
    assert np.isfinite(drift["stability_index"]).all()


@pytest.mark.parametrize(
    ("new_value", "level"),
    [
        pytest.param(7, "stable", id="same"),
        pytest.param(8, "drifted", id="above"),
        pytest.param(6, "drifted", id="below"),
    ],
)
def test_constant_feature(make_clients: Clients, new_value: int, level: str) -> None:
    old = make_clients(10).assign(service_errors=7)
    drift = nodes.measure_drift(old, old.assign(service_errors=new_value))
    assert drift.set_index("feature").loc["service_errors", "level"] == level


def test_most_changed_feature_comes_first(make_clients: Clients) -> None:
    old = make_clients(60)
    new = old.assign(pages_per_visit=old["pages_per_visit"] + 3, minutes_current=old["minutes_current"] + 1)
    drift = purely(nodes.measure_drift)(old, new)
    assert drift["feature"].head(2).tolist() == ["pages_per_visit", "minutes_current"]
    assert drift["stability_index"].is_monotonic_decreasing
