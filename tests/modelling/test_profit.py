from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

from one_click.modelling.profit import (
    assume_campaign,
    campaign_profit,
    expected_maximum_profit,
    is_at_risk,
    profit_at_risk,
)
from one_click.parameters import Offers, Segmentation
from one_click.schemas.records import CampaignAssumptions

CAMPAIGN = CampaignAssumptions(
    client_value=10.0, cost=1.0, effect=0.25, low=0.06, high=0.52, alpha=3.0, beta=9.0
)


@pytest.fixture(scope="module")
def segmentation(root: Any) -> Segmentation:
    shipped = yaml.safe_load((root / Segmentation.file).read_text(encoding="utf-8"))["segmentation"]
    return Segmentation.model_validate(shipped | {"horizon_months": 3, "profit_lost_share": 0.5})


def _offers(*effects: tuple[float, float, float], costs: tuple[float, ...] = (1.0, 3.0)) -> Offers:
    texts = dict.fromkeys(("title_ru", "title_en", "text_ru", "text_en"), "…")
    return Offers.model_validate(
        {
            "declared": [
                {
                    "code": f"offer_{number}",
                    **texts,
                    "channel": "push",
                    "needs_consent": True,
                    "cost": cost,
                    "conditions": [],
                    "effect": dict(zip(("low", "base", "high"), effect, strict=True)),
                }
                for number, (effect, cost) in enumerate(zip(effects, costs, strict=False))
            ]
        }
    )


def test_profit_at_risk_is_probability_times_profit_times_months_times_share(
    segmentation: Segmentation,
) -> None:
    profit, probability = pd.Series([2.0, -6.0]), pd.Series([0.5, 1.0])
    assert profit_at_risk(profit, segmentation, probability).tolist() == [1.5, -9.0]
    assert profit_at_risk(4.0, segmentation) == 6.0


def test_threshold_itself_is_at_risk() -> None:
    assert is_at_risk(pd.Series([0.49, 0.5, 0.51]), 0.5).tolist() == [False, True, True]


# --- assumptions -------------------------------------------------------------------------------------


def test_campaign_by_hand(segmentation: Segmentation) -> None:
    offers = _offers((0.1, 0.2, 0.3), (0.1, 0.3, 0.5))
    campaign = assume_campaign(np.array([2.0, 6.0]), offers, segmentation)
    # A mean profit of 4 over three months of a half; the offers' means are 0.1, 0.25 and 0.4.
    assert campaign.client_value == pytest.approx(4 * 3 * 0.5)
    assert campaign.cost == 2
    assert campaign.effect == pytest.approx(0.25)
    # The standard deviation is 0.3 / 3.92: α + β = 0.25 · 0.75 · (3.92 / 0.3)² − 1.
    total = 0.1875 * (3.92 / 0.3) ** 2 - 1
    assert campaign.alpha == pytest.approx(0.25 * total)
    assert campaign.beta == pytest.approx(0.75 * total)


@pytest.mark.parametrize(
    "effect",
    [
        pytest.param((0.04, 0.1, 0.18), id="shipped"),
        pytest.param((0.01, 0.03, 0.06), id="small"),
        pytest.param((0.3, 0.5, 0.7), id="half"),
    ],
)
def test_beta_distribution_has_the_mean_and_about_the_interval(
    segmentation: Segmentation, effect: tuple[float, float, float]
) -> None:
    campaign = assume_campaign(np.array([5.0]), _offers(effect), segmentation)
    beta = stats.beta(campaign.alpha, campaign.beta)
    low, base, high = effect
    assert beta.mean() == pytest.approx(base)
    assert beta.std() == pytest.approx((high - low) / 3.92)
    assert beta.cdf(high) - beta.cdf(low) == pytest.approx(0.95, abs=0.02)


def _worth(effect: tuple[float, float, float], segmentation: Segmentation) -> float:
    campaign = assume_campaign(np.array([5.0]), _offers(effect), segmentation)
    profit, _ = expected_maximum_profit(np.arange(4.0), np.array([0.0, 0, 1, 1]), np.ones((1, 4)), campaign)
    return float(profit[0])


@pytest.mark.parametrize(
    "effect",
    [
        pytest.param((0.1, 0.4, 0.7), id="wide"),
        pytest.param((0.36, 0.4, 0.44), id="known-well"),
        pytest.param((0.09, 0.1, 0.11), id="known-better"),
        pytest.param((0.4, 0.4, 0.4), id="certain"),
        pytest.param((0.0, 0.4, 1.0), id="hardly-known"),
        pytest.param((0.0, 0.02, 1.0), id="lopsided"),
        pytest.param((0.0, 0.0, 0.0), id="none"),
        pytest.param((0.5, 1.0, 1.0), id="all"),
    ],
)
def test_every_effect_that_an_offer_may_have_gives_a_profit(
    segmentation: Segmentation, effect: tuple[float, float, float]
) -> None:
    # Two of four clients declined and rank first, each worth 7.5: at least a sure effect's profit.
    assert _worth(effect, segmentation) >= max(0, effect[1] * 7.5 - 1) / 2 - 1e-9


# --- profit ------------------------------------------------------------------------------------------


def test_campaign_profit_by_hand() -> None:
    called, target = np.array([1.0, 1, 0, 1]), np.array([1.0, 0, 1, 1])
    value = np.array([8.0, 100, 100, 2])
    # Three offers cost 3; a quarter of 8 and of 2 is kept.
    assert campaign_profit(called, target, value, CAMPAIGN) == pytest.approx((0.25 * 10 - 3) / 4)
    assert campaign_profit(np.zeros(4), target, value, CAMPAIGN) == 0


def _brute_force(
    scores: np.ndarray, target: np.ndarray, campaign: CampaignAssumptions
) -> tuple[float, float]:
    """Integrate over 200 000 equally likely effects, trying every depth for each."""
    effects = stats.beta(campaign.alpha, campaign.beta).ppf((np.arange(200_000) + 0.5) / 200_000)
    best, depth = np.zeros(len(effects)), np.zeros(len(effects))
    for border in np.unique(scores):
        contacted = scores >= border
        worth = effects * campaign.client_value * (contacted & (target == 1)).mean()
        worth -= campaign.cost * contacted.mean()
        depth = np.where(worth > best, contacted.mean(), depth)
        best = np.maximum(best, worth)
    return float(best.mean()), float(depth.mean())


@pytest.mark.parametrize("ties", [False, True], ids=["no-ties", "ties"])
@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="plain"),
        pytest.param({"cost": 3.0}, id="dear"),
        pytest.param({"cost": 0.1}, id="cheap"),
        pytest.param({"effect": 0.1, "alpha": 8.0, "beta": 72.0}, id="known-better"),
        pytest.param({"effect": 0.5, "alpha": 0.5, "beta": 0.5}, id="nothing-or-all"),
    ],
)
def test_expected_maximum_profit_equals_a_brute_force(change: dict[str, float], ties: bool) -> None:
    generator = np.random.default_rng(2)
    target = (generator.random(60) < 0.4).astype("float64")
    scores = generator.normal(target)
    scores = scores.round() if ties else scores
    campaign = CAMPAIGN.model_copy(update=change)
    profit, depth = expected_maximum_profit(scores, target, np.ones((1, 60)), campaign)
    expected, expected_depth = _brute_force(scores, target, campaign)
    assert profit[0] == pytest.approx(expected, rel=1e-4)
    assert depth[0] == pytest.approx(expected_depth, abs=1e-4)


def test_expected_maximum_profit_by_hand() -> None:
    # One of two clients declined and ranks first. Contacting it earns (e · 10 − 1) / 2, which is above zero
    # from e = 0.1 on; contacting both only costs more. With an even effect: ∫ (10 e − 1) / 2 from 0.1 to 1.
    campaign = CAMPAIGN.model_copy(update={"alpha": 1.0, "beta": 1.0})
    profit, depth = expected_maximum_profit(np.array([2.0, 1]), np.array([1.0, 0]), np.ones((1, 2)), campaign)
    assert profit[0] == pytest.approx(2.025)
    assert depth[0] == pytest.approx(0.9 / 2)


def test_worthless_campaign_contacts_nobody() -> None:
    ranked = np.array([2.0, 1]), np.array([1.0, 0]), np.ones((1, 2))
    assert np.array(
        expected_maximum_profit(*ranked, CAMPAIGN.model_copy(update={"cost": 11.0}))
    ).ravel().tolist() == [0, 0]


def test_weights_count_clients_as_often_as_they_occur() -> None:
    generator = np.random.default_rng(7)
    scores, target = generator.random(30).round(1), generator.integers(0, 2, 30).astype("float64")
    weights = generator.integers(0, 3, (4, 30)).astype("float64")
    ours = np.array(expected_maximum_profit(scores, target, weights, CAMPAIGN)).T
    for row, counts in zip(ours, weights, strict=True):
        rows = np.repeat(np.arange(30), counts.astype(int))
        once = expected_maximum_profit(scores[rows], target[rows], np.ones((1, len(rows))), CAMPAIGN)
        assert row.tolist() == pytest.approx(np.ravel(once).tolist())


def test_better_ranking_is_worth_more() -> None:
    target = np.repeat([1.0, 0.0], [20, 40])
    perfect, random, reverse = (
        expected_maximum_profit(scores, target, np.ones((1, 60)), CAMPAIGN)[0][0]
        for scores in (target, np.zeros(60), -target)
    )
    assert perfect > random
    assert random == pytest.approx(reverse)  # where all are contacted, the order does not matter
