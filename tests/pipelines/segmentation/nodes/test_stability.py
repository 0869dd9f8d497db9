from collections.abc import Callable

import pandas as pd
import pytest
from tests.purity import purely

from one_click.parameters import CampaignPlan, Segmentation
from one_click.pipelines.segmentation.nodes import stability
from one_click.pipelines.segmentation.nodes.segments import assign_segments
from one_click.rules.segments import Segment
from one_click.schemas.records import RuleThresholds

measure_stability = purely(stability.measure_stability)

Setting = tuple[pd.DataFrame, pd.DataFrame, RuleThresholds, Segmentation]


def _segment(code: str, *conditions: dict[str, object]) -> Segment:
    texts = {f"{part}_{language}": code for part in ("title", "description") for language in ("ru", "en")}
    return Segment.model_validate({"code": code, **texts, "conditions": conditions})


@pytest.fixture
def setting(options: Segmentation, hand_thresholds: Callable[..., RuleThresholds]) -> Setting:
    """Return five clients, the threshold .5 and the threshold of value 4, in three segments."""
    at_risk, valuable = {"column": "at_risk", "is": True}, {"column": "valuable", "is": True}
    segments = (_segment("valued", at_risk, valuable), _segment("risky", at_risk), _segment("others"))
    three = options.model_copy(update={"segments": segments, "value_quantile": 0.5})
    probability = pd.Series([0.9, 0.52, 0.9, 0.47, 0.1])
    profit = pd.Series([5.0, 4.0, 3.0, 6.0, 2.0])
    table = pd.DataFrame(
        {
            "client_id": [1, 2, 3, 4, 5],
            "probability": probability,
            "probability_sd": 1e-9,
            "monthly_profit": profit,
            "at_risk": probability >= 0.5,
            "valuable": profit >= 4,
        }
    )
    thresholds = hand_thresholds(probability=0.5, monthly_profit=4.0)
    return table, assign_segments(table, thresholds, three), thresholds, three


def test_stability_by_hand(setting: Setting, campaign: CampaignPlan) -> None:
    found = measure_stability(*setting, campaign).set_index("segment")
    assert found.index.tolist() == ["valued", "risky", "others"]
    assert found["clients"].tolist() == [2, 1, 2]
    assert found["resampled"].tolist() == [1, 1, 1]  # scores without a spread
    # At .45 client 4 joins the two valued ones; at .55 client 2 leaves them for the others.
    assert found["threshold_lower"].tolist() == pytest.approx([2 / 3, 1, 1 / 2])
    assert found["threshold_higher"].tolist() == pytest.approx([1 / 2, 1, 2 / 3])
    # The profits are 2 to 6: at .45 the threshold 3.8 parts nobody; at .55 it is 4.2, above client 2.
    assert found["value_lower"].tolist() == [1, 1, 1]
    assert found["value_higher"].tolist() == pytest.approx([1 / 2, 1 / 2, 1])


def test_uncertain_scores_move_clients(setting: Setting, campaign: CampaignPlan) -> None:
    table, segments, thresholds, options = setting
    unsure = table.assign(probability_sd=0.2)
    found = measure_stability(unsure, segments, thresholds, options, campaign)
    near_the_threshold = found.set_index("segment").loc[["valued", "others"], "resampled"]
    assert near_the_threshold.between(0, 1, inclusive="neither").all()
    again = measure_stability(unsure, segments, thresholds, options, campaign)
    pd.testing.assert_frame_equal(found, again)
    other = campaign.model_copy(update={"seed": campaign.seed + 1})
    moved = measure_stability(unsure, segments, thresholds, options, other)
    assert (found["resampled"] != moved["resampled"]).any()


def test_a_segment_without_clients_has_no_index(setting: Setting, campaign: CampaignPlan) -> None:
    table, _, thresholds, options = setting
    calm = table.assign(probability=0.1, at_risk=False)
    segments = assign_segments(calm, thresholds, options)
    found = measure_stability(calm, segments, thresholds, options, campaign).set_index("segment")
    assert found.loc[["valued", "risky"], "threshold_lower"].isna().all()
    assert found.loc["others", "resampled"] == 1
