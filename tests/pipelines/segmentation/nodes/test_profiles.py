import pandas as pd
import pytest
from tests.purity import purely

from one_click.parameters import Segmentation
from one_click.pipelines.segmentation.nodes import profiles as nodes
from one_click.pipelines.segmentation.nodes.profiles import compare_with_rest, rank_segments
from one_click.pipelines.segmentation.nodes.segments import assign_segments
from one_click.schemas.records import RuleThresholds

measure_segments, portray_segments = purely(nodes.measure_segments), purely(nodes.portray_segments)


def test_key_segments_hold_more_profit_per_client_than_the_average_at_risk() -> None:
    profiles = pd.DataFrame(
        {
            "segment": ["few", "rich", "poor", "loyal"],
            "at_risk": [True, True, True, False],
            "clients": [2, 50, 100, 500],
            "profit_at_risk": [40.0, 500.0, 400.0, 1000.0],
        }
    )
    ranked = rank_segments(profiles, 30).set_index("segment")
    assert ranked["profit_per_client"].tolist() == [20, 10, 4, 2]
    assert ranked["profit_per_client_at_risk"].iloc[0] == pytest.approx(940 / 152)
    assert ranked["key"].tolist() == [False, True, False, False]
    assert ranked["risk_rank"].tolist() == [3, 1, 2, 0]


def test_without_profit_no_segment_is_key() -> None:
    profiles = pd.DataFrame({"clients": [50, 60], "profit_at_risk": [0.0, 0.0], "at_risk": [True, True]})
    ranked = rank_segments(profiles, 10)
    assert not ranked["key"].any()
    assert ranked["profit_at_risk_share"].isna().all()


def test_a_base_without_risk_has_no_key_segment(
    table: pd.DataFrame, thresholds: RuleThresholds, options: Segmentation
) -> None:
    calm = table.assign(at_risk=False)
    profiles = measure_segments(calm, assign_segments(calm, thresholds, options), options)
    assert not profiles["key"].any()
    assert profiles["profit_per_client_at_risk"].isna().all()


def test_changes_are_those_of_the_median_client_against_earlier_months(
    table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation
) -> None:
    profiles = measure_segments(table, segments, options).set_index("segment")
    # The client with the full cart: 4 minutes after 10; 100 of revenue after a mean of 100 and 300.
    cart = profiles.loc["abandoned_carts"]
    assert cart["minutes_change"] == pytest.approx(-0.6)
    assert cart["revenue_change"] == pytest.approx(-0.5)


def test_effect_is_cliffs_delta(table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation) -> None:
    joined = table.merge(segments, on="client_id").assign(days_registered=[3, 1, 5, 3])
    portraits = compare_with_rest(joined, options.segments).set_index(["segment", "feature"])
    # 3 against 1, 5 and 3: larger once, smaller once, equal once
    assert portraits.loc[("promo_seekers", "days_registered"), "effect"] == pytest.approx(0)
    assert portraits.loc[("abandoned_carts", "days_registered"), "effect"] == pytest.approx(-1)
    assert portraits.loc[("low_value_at_risk", "days_registered"), "effect"] == pytest.approx(1)
    assert portraits.loc[("abandoned_carts", "days_registered"), "median_rest"] == 3
    assert portraits["p_adjusted"].between(0, 1).all()


def test_constant_features_have_no_effect_and_rules_are_marked(
    table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation
) -> None:
    portraits = portray_segments(table, segments, options).set_index(["segment", "feature"])
    constant = portraits.loc[("promo_seekers", "marketing_contacts_current")]
    assert constant[["effect", "p_adjusted", "in_rule"]].tolist() == [0, 1, False]
    assert portraits.loc[("promo_seekers", "promo_purchase_share"), "in_rule"]
    assert portraits.loc[("promo_seekers", "monthly_profit"), "in_rule"]
    assert "fading_visitors" not in portraits.index.get_level_values("segment")


def test_a_base_in_one_segment_has_no_rest_to_compare_with(
    table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation
) -> None:
    alone = portray_segments(table, segments.assign(segment="loyal_others"), options)
    assert alone.empty
    assert "effect" in alone


def test_profiles_add_up_to_the_base(
    table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation
) -> None:
    profiles = measure_segments(table, segments, options)
    assert profiles["segment"].tolist() == [segment.code for segment in options.segments]
    assert profiles["clients"].sum() == 4
    assert profiles["share"].sum() == pytest.approx(1)
    assert profiles["profit_at_risk"].sum() == pytest.approx(table["profit_at_risk"].sum())
    assert profiles["profit_at_risk_share"].sum() == pytest.approx(1)
    assert profiles.set_index("segment").loc["promo_seekers", "declined_share"] == 1
