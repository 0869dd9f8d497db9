"""Expected profit of a campaign to the clients ranked highest, under stated assumptions."""

from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression
from scipy.special import betainc

from one_click.parameters import Offers, Segmentation
from one_click.schemas.records import CampaignAssumptions
from one_click.statistics.discrimination import Values, by_descending_score

Money = TypeVar("Money", float, pd.Series)
Scores = TypeVar("Scores", pd.Series, NDArray[Any])

_NORMAL_95 = 1.96
_WIDEST = 2.0  # alpha + beta at least: wider ones would put most of the effect at 0 and 1


def profit_at_risk(
    monthly_profit: Money, segmentation: Segmentation, probability: float | pd.Series = 1.0
) -> Money:
    """Return the profit that a decline takes away, times its probability.

    Parameters
    ----------
    monthly_profit : float or Series
        Profit units a month.
    segmentation : Segmentation
        Months that count, and the share of profit that a declining client takes away.
    probability : float or Series
        Of a decline; 1 gives all the profit at stake.
    """
    months = segmentation.horizon_months * segmentation.profit_lost_share
    return probability * monthly_profit * months


def is_at_risk(probability: Scores, threshold: float) -> Scores:
    """Return which clients are at risk: the threshold itself belongs to them."""
    return probability >= threshold


def assume_campaign(profit: NDArray[Any], offers: Offers, segmentation: Segmentation) -> CampaignAssumptions:
    """Return what a campaign is assumed to bring and to cost: one average offer to each client chosen.

    Parameters
    ----------
    profit : ndarray, shape (n_clients,)
        Monthly profit of the clients, profit units.
    offers : Offers
        Their mean cost and effect (low, base, high) stand for the offer that a client gets.
    segmentation : Segmentation
        Months that count, and the share of profit that a declining client takes away.

    Returns
    -------
    CampaignAssumptions
        The mean effect is that of a beta distribution, of which low to high is taken as the 95 % interval.
    """
    cost = float(np.mean([offer.cost for offer in offers.declared]))
    low, effect, high = (
        float(np.mean([getattr(offer.effect, case) for offer in offers.declared]))
        for case in ("low", "base", "high")
    )
    spread = (high - low) / (2 * _NORMAL_95)
    # No beta distribution has the mean 0 or 1: such an effect counts as known.
    certain = not spread or effect in (0, 1)
    weight = 0.0 if certain else max(_WIDEST, effect * (1 - effect) / spread**2 - 1)
    return CampaignAssumptions(
        client_value=profit_at_risk(float(np.mean(profit)), segmentation),
        cost=cost,
        effect=effect,
        low=low,
        high=high,
        alpha=effect * weight,
        beta=(1 - effect) * weight,
    )


def expected_maximum_profit(
    scores: Values, target: Values, weights: Values, campaign: CampaignAssumptions
) -> tuple[Values, Values]:
    """Return the EMPC and the depth that reaches it.

    For an effect e, contacting the clients ranked highest earns (e · value · declined − cost · contacted) per
    client of the base; the best depth is taken for each e, and e follows a beta distribution (Verbraken,
    Verbeke and Baesens 2013, "A Novel Profit Maximizing Metric for Measuring Classification Performance of
    Customer Churn Prediction Models", where an offer is paid for only if it is accepted; here always).

    Parameters
    ----------
    scores, target : ndarray, shape (n_clients,)
    weights : ndarray, shape (n_resamples, n_clients)
    campaign : CampaignAssumptions

    Returns
    -------
    profit, depth : ndarray, shape (n_resamples,)
        Profit units per client of the base; share of the base to contact, expected over the effect.
    """
    declined, kept = by_descending_score(scores, target, weights)
    size = weights.sum(axis=1)[:, None]
    pairs = zip((declined + kept) / size, declined / size, strict=True)
    profit, depth = zip(*(_best_depths(*pair, campaign) for pair in pairs), strict=True)
    return np.array(profit), np.array(depth)


def _best_depths(contacted: Values, hits: Values, campaign: CampaignAssumptions) -> tuple[float, float]:
    """Integrate the best profit over the effect.

    Parameters
    ----------
    contacted, hits : ndarray, shape (n_distinct_scores,)
        Clients with each score, and how many of them declined, as shares of the base; highest score first.
    campaign : CampaignAssumptions

    Returns
    -------
    profit, depth : float
    """
    value, cost = campaign.client_value, campaign.cost
    if value <= 0:
        return 0.0, 0.0
    width, rate = _concave_steps(contacted, hits)
    break_even = np.clip(cost / (value * rate), 0, 1)  # the effect from which a step pays for itself
    chance, mass = _distribution(break_even, campaign)
    m, h = (np.concatenate([[0.0], np.cumsum(steps)]) for steps in (width, width * rate))
    return float((value * h * mass - cost * m * chance).sum()), float((m * chance).sum())


def _concave_steps(width: Values, rise: Values) -> tuple[Values, Values]:
    """Return width and slope of the steps of the smallest concave curve over a rising one.

    Its slopes are the falling regression of the curve's own ones, weighted by their width.
    """
    wide = width > 0
    pooled = isotonic_regression(rise[wide] / width[wide], weights=width[wide], increasing=False)
    slopes = pooled.x[pooled.blocks[:-1]]
    rising = slopes > 0
    return pooled.weights[rising], slopes[rising]


def _distribution(thresholds: Values, campaign: CampaignAssumptions) -> tuple[Values, Values]:
    """Return the chance of an effect between two thresholds, and the same times the mean effect there."""
    alpha, beta, effect = campaign.alpha, campaign.beta, campaign.effect
    if not alpha:  # the effect is known
        certain = np.zeros(len(thresholds) + 1)
        certain[np.searchsorted(thresholds, effect)] = 1
        return certain, effect * certain
    edges, mean = np.concatenate([[0.0], thresholds, [1.0]]), alpha / (alpha + beta)
    return np.diff(betainc(alpha, beta, edges)), mean * np.diff(betainc(alpha + 1, beta, edges))


def campaign_profit(called: Values, target: Values, value: Values, campaign: CampaignAssumptions) -> float:
    """Return the profit, per client of the base, of an offer to all clients that are called at risk.

    Parameters
    ----------
    called, target : ndarray, shape (n_clients,)
        1 for clients at risk, and for clients that declined.
    value : ndarray, shape (n_clients,)
        Profit at stake of each client, profit units.
    """
    return float(np.mean(called * (campaign.effect * target * value - campaign.cost)))
