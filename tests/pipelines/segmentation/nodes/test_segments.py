from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from one_click.parameters import Segmentation
from one_click.pipelines.segmentation.nodes.segments import assign_segments
from one_click.schemas.records import RuleThresholds


def test_first_segment_that_fits_takes_the_client(segments: pd.DataFrame) -> None:
    assert segments["segment"].tolist() == [
        "promo_seekers",
        "abandoned_carts",
        "low_value_at_risk",
        "loyal_others",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"promo_purchase_share": 0.5, "unpaid_items_quarter": 9}, "promo_seekers", id="promo"),
        pytest.param({"promo_purchase_share": 0.49, "unpaid_items_quarter": 5}, "abandoned_carts", id="cart"),
        pytest.param({"main_reason": "pages_per_visit"}, "fading_visitors", id="fading"),
        pytest.param({"main_reason": "marketing_contacts_6m"}, "other_valuable_at_risk", id="other"),
        pytest.param({"main_reason": ""}, "other_valuable_at_risk", id="without-reason"),
        pytest.param({"at_risk": False}, "loyal_valuable", id="loyal"),
        pytest.param({"valuable": False}, "low_value_at_risk", id="low-value"),
    ],
)
def test_shipped_segments(
    table: pd.DataFrame,
    thresholds: RuleThresholds,
    options: Segmentation,
    changes: dict[str, Any],
    expected: str,
) -> None:
    usual = {"promo_purchase_share": 0.2, "unpaid_items_quarter": 4, "main_reason": "service_errors"}
    client = table.head(1).assign(**(usual | changes))
    assert assign_segments(client, thresholds, options)["segment"].tolist() == [expected]


def test_membership_is_the_distance_to_the_threshold_in_units_of_its_spread(
    table: pd.DataFrame, options: Segmentation, hand_thresholds: Callable[..., RuleThresholds]
) -> None:
    probability, spread = [1.0, 0.75, 0.5, 0.25, 0.375], [0.25, 0.25, 0.25, np.nan, 0.0]
    clients = pd.concat([table, table.head(1)], ignore_index=True)
    clients = clients.assign(probability=probability, probability_sd=spread)
    given_options = options.model_copy(update={"unknown_spread": 0.125})
    got = assign_segments(clients, hand_thresholds(probability=0.5), given_options)
    # .5 / .25 = 2, .25 / .25 = 1, 0; without a spread of their own .25 / .125 = 2, .125 / .125 = 1
    assert got["membership"].tolist() == ["firm", "likely", "borderline", "firm", "likely"]


def test_a_single_segment_takes_everyone(
    table: pd.DataFrame, thresholds: RuleThresholds, options: Segmentation
) -> None:
    alone = options.model_copy(update={"segments": options.segments[-1:]})
    assert set(assign_segments(table, thresholds, alone)["segment"]) == {"loyal_others"}
