import numpy as np
import pandas as pd
import pytest

from one_click.columns import LANGUAGES
from one_click.parameters import Segmentation
from one_click.pipelines.segmentation.nodes import segments as nodes
from one_click.pipelines.segmentation.nodes.profiles import compare_with_rest, rank_segments
from one_click.statistics.effect_sizes import share_with_interval


def test_share_of_nothing_is_missing() -> None:
    assert all(np.isnan(value) for value in share_with_interval(0, 0))


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


def test_empty_segments_have_a_sentence_and_no_means(
    table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation
) -> None:
    profiles = nodes.profile_segments(table, segments, options).set_index("segment")
    assert profiles.loc["fading_visitors", "clients"] == 0
    assert np.isnan(profiles.loc["fading_visitors", "mean_probability"])
    assert profiles.loc["fading_visitors", "sentence_ru"] == "Угасающий интерес к сайту: клиентов нет."
    assert not profiles["key"].any()


def test_sentences_are_made_from_the_row(
    table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation
) -> None:
    small = options.model_copy(update={"key_min_clients": 1})
    profiles = nodes.profile_segments(table, segments, small).set_index("segment")
    # at risk 10.8 + 12 + 3.9 of 31.2 in all; 8.9 per client at risk
    assert profiles.loc["promo_seekers", "sentence_en"] == (
        "Promo seekers: 1 client (25.0% of the base), mean probability of decline 90%; up to 11 profit units "
        "may be at risk over 3 months (35% of all profit at risk). A key segment: 10.8 per client against "
        "8.9 on average at risk; 100% of them allow messages."
    )
    assert profiles.loc["low_value_at_risk", "sentence_ru"].endswith(
        "Не ключевой: 3,9 на клиента, меньше среднего 8,9 в зоне риска."
    )
    assert all(profiles[f"sentence_{language}"].str.len().min() > 10 for language in LANGUAGES)


def test_a_base_without_risk_has_no_key_segment(
    table: pd.DataFrame, borders: dict[str, float], options: Segmentation
) -> None:
    calm = table.assign(at_risk=False)
    profiles = nodes.profile_segments(calm, nodes.assign_segments(calm, borders, options), options)
    assert not profiles["key"].any()
    assert profiles["profit_per_client_at_risk"].isna().all()


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
    portraits = nodes.portray_segments(table, segments, options).set_index(["segment", "feature"])
    constant = portraits.loc[("promo_seekers", "marketing_contacts_current")]
    assert constant[["effect", "p_adjusted", "in_rule"]].tolist() == [0, 1, False]
    assert portraits.loc[("promo_seekers", "promo_purchase_share"), "in_rule"]
    assert portraits.loc[("promo_seekers", "monthly_profit"), "in_rule"]
    assert "fading_visitors" not in portraits.index.get_level_values("segment")


def test_a_base_in_one_segment_has_no_rest_to_compare_with(
    table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation
) -> None:
    alone = nodes.portray_segments(table, segments.assign(segment="loyal_others"), options)
    assert alone.empty
    assert "effect" in alone
