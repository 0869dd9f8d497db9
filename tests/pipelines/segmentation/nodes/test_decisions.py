from typing import Any

import pandas as pd
import pytest

from one_click.errors import DataError
from one_click.parameters import Segmentation
from one_click.pipelines.segmentation.nodes.decisions import (
    join_names,
    make_decision_table,
)
from one_click.rules.signals import RISK_SIGNALS
from one_click.schemas.records import RuleThresholds


def test_thresholds_are_the_threshold_and_quantiles_of_the_base(thresholds: RuleThresholds) -> None:
    assert thresholds.probability == 0.6
    assert thresholds.monthly_profit == 3.5
    assert list(thresholds.signals) == list(RISK_SIGNALS)


def test_names_are_joined_in_the_order_of_the_rows() -> None:
    rows = pd.DataFrame({"client_id": [7, 5, 7], "feature": ["b", "c", "a"]})
    assert join_names(rows, "feature", pd.Series([5, 6, 7])).tolist() == ["c", "", "b, a"]
    assert join_names(rows.head(0), "feature", pd.Series([5, 6])).tolist() == ["", ""]


def test_profit_at_risk_is_probability_times_profit_times_months_times_share_lost(
    decision_inputs: dict[str, Any], options: Segmentation
) -> None:
    half = options.model_copy(update={"horizon_months": 2, "profit_lost_share": 0.25})
    table = make_decision_table(**(decision_inputs | {"options": half}))
    # .9 * 4, .8 * 5, .65 * 2, .5 * 3, each times 2 * .25
    assert table["profit_at_risk"].tolist() == pytest.approx([1.8, 2.0, 0.65, 0.75])


def test_decision_table_holds_what_rules_ask_for(table: pd.DataFrame) -> None:
    assert table["at_risk"].tolist() == [True, True, True, False]
    assert table["valuable"].tolist() == [True, True, False, False]
    assert table["main_reason"].tolist() == [
        "promo_purchase_share",
        "unpaid_items_quarter",
        "minutes_current",
        "",
    ]
    assert table["reasons"].tolist()[0] == "promo_purchase_share, pages_per_visit"


def test_clients_without_a_score_stop_the_run(decision_inputs: dict[str, Any], scores: pd.DataFrame) -> None:
    with pytest.raises(DataError, match=r"1 of 4 clients have no score.[\s\S]*2 of clients"):
        make_decision_table(**(decision_inputs | {"client_scores": scores.drop(index=2)}))
