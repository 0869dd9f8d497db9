from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from one_click.columns import CLIENT_ID
from one_click.parameters import Offers
from one_click.pipelines.segmentation.nodes.signals import find_risk_signals, rate_signals
from one_click.rules.signals import RISK_SIGNALS
from one_click.schemas.records import RuleThresholds


def test_risk_signals_name_who_shows_them_and_from_where(
    four_clients: pd.DataFrame, hand_thresholds: Callable[..., RuleThresholds]
) -> None:
    thresholds = hand_thresholds(minutes_drop=-0.6, revenue_drop=-0.4, low_pages=2.0)
    signals = find_risk_signals(four_clients, thresholds)
    listed = signals.set_index([CLIENT_ID, "signal"])[["value", "threshold"]]
    # 4 minutes after 10; 100 of revenue after a mean of 200; 2 pages
    assert listed.index.tolist() == [(1, "low_pages"), (2, "minutes_drop"), (2, "revenue_drop")]
    assert listed["value"].tolist() == pytest.approx([2, -0.6, -0.5])
    assert listed["threshold"].tolist() == [2, -0.6, -0.4]


def test_signal_quality_is_counted_on_labelled_clients(four_clients: pd.DataFrame, offers: Offers) -> None:
    shown = pd.DataFrame({"client_id": [1, 3, 4], "signal": ["low_pages", "low_pages", "minutes_drop"]})
    labelled = four_clients.assign(activity_declined=[1.0, 1.0, 0.0, np.nan])
    quality = rate_signals(labelled, shown, offers).set_index("signal")
    pages = quality.loc["low_pages"]
    assert pages[["labelled", "shown"]].tolist() == [3, 2]
    assert pages[["precision", "recall", "lift"]].tolist() == [0.5, 0.5, 0.75]
    assert pages["precision_low"] < 0.5 < pages["precision_high"]
    assert quality.loc["minutes_drop", "shown"] == 0
    assert np.isnan(quality.loc["minutes_drop", "precision"])
    assert quality.index.tolist() == list(RISK_SIGNALS)
    assert quality.loc["low_pages", "offers"] == "risk_coupon"
    assert quality.loc["minutes_drop", "offers"] == ""
