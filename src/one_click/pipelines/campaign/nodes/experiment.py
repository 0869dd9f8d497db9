"""The control arm of a campaign: who is in it, what it can show, and whether the arms are alike."""

import hashlib
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS, PROFIT
from one_click.parameters import CampaignPlan, Offers
from one_click.rules.offers import ALL_OFFERS

Values = NDArray[np.float64]

TREATED, CONTROL = "treated", "control"
_HASH_BYTES = 8
_BALANCED = ("probability", PROFIT)


def assign_arms(
    selected_clients: pd.DataFrame, segments: pd.DataFrame, options: CampaignPlan
) -> pd.DataFrame:
    """Divide the selected clients into a treated and a control arm, within each offer and segment.

    The arm follows from a hash of campaign and client: the same plan has the same arms in every run. The
    share of the control arm holds over all strata: what one stratum cannot give whole, the next makes good.

    Returns
    -------
    DataFrame of `schemas.campaign.CampaignPlan`
        A control client keeps the intended offer, costs nothing and keeps nothing.
    """
    table = selected_clients.merge(segments[[CLIENT_ID, "segment"]], on=CLIENT_ID, validate="one_to_one")
    # Neither client numbers nor the order of rows may decide about the arm: both leak the target.
    table["draw"] = [hash_share(options.name, client) for client in table[CLIENT_ID]]
    table = table.sort_values(["offer", "segment", "draw", CLIENT_ID], ignore_index=True)
    control = _control_rows(table.groupby(["offer", "segment"], sort=False).size().to_numpy(), options)
    plan = table.assign(
        arm=np.where(control, CONTROL, TREATED),
        cost=table["cost"].where(~control, 0.0),
        expected_profit_kept=table["expected_profit_kept_base"].where(~control, 0.0),
    ).astype({"arm": "str"})
    columns = [CLIENT_ID, "offer", "channel", "arm", "cost", "expected_profit_kept"]
    return plan.sort_values(CLIENT_ID, ignore_index=True)[columns]


def hash_share(campaign: str, client: int) -> float:
    """Return a number from 0 to 1 that follows from campaign and client, evenly spread over clients."""
    digest = hashlib.sha256(f"{campaign}:{client}".encode()).digest()
    return int.from_bytes(digest[:_HASH_BYTES], "big") / 2 ** (8 * _HASH_BYTES)


def _control_rows(sizes: NDArray[np.intp], options: CampaignPlan) -> NDArray[np.bool_]:
    """Mark the first rows of each stratum, as many as its part of the running share."""
    due = np.round(np.cumsum(sizes) * options.control_share).astype(int)
    parts = np.diff(due, prepend=0)
    place = np.concatenate([np.arange(size) for size in sizes]) if len(sizes) else np.empty(0)
    return np.asarray(place < np.repeat(parts, sizes))


def size_experiment(
    campaign_plan: pd.DataFrame, decision_table: pd.DataFrame, offers: Offers, options: CampaignPlan
) -> pd.DataFrame:
    """Say which effect the arms can show, for the whole campaign and for each offer.

    Two-sided test of two shares with normal approximation (Fleiss, Levin and Paik 2003, chapter 4). The
    control arm declines with the mean probability p, the treated arm with p · (1 − effect).

    Returns
    -------
    DataFrame of `schemas.campaign.Experiment`
    """
    effects = {offer.code: offer.effect.base for offer in offers.declared}
    table = campaign_plan.merge(decision_table[[CLIENT_ID, "probability"]], on=CLIENT_ID)
    table["effect"] = table["offer"].map(effects).astype("float64")
    parts = [(ALL_OFFERS, table), *table.groupby("offer", sort=True)]
    columns = [
        "offer", "treated", "control", "decline", "assumed_effect", "power", "detectable_effect",
        "clients_needed",
    ]  # fmt: skip
    return pd.DataFrame([_size(name, part, options) for name, part in parts], columns=columns)


def _size(name: Any, part: pd.DataFrame, options: CampaignPlan) -> dict[str, Any]:
    treated, control = (int((part["arm"] == arm).sum()) for arm in (TREATED, CONTROL))
    decline, effect = float(part["probability"].mean()), float(part["effect"].mean())
    return {
        "offer": name,
        "treated": treated,
        "control": control,
        "decline": decline,
        "assumed_effect": effect,
        "power": power_of(decline, effect, treated, control, options.significance),
        "detectable_effect": _detectable(decline, treated, control, options),
        "clients_needed": _needed(decline, effect, options),
    }


def power_of(decline: float, effect: float, treated: int, control: int, significance: float) -> float:
    """Return the power of a two-sided test of two shares; 0 where an arm is empty.

    Examples
    --------
    >>> round(power_of(0.5, 0.2, 388, 388, 0.05), 2)  # .5 against .4, the textbook's 388 per arm
    0.8
    """
    if min(treated, control) == 0 or not 0 < decline < 1:
        return 0.0
    other = decline * (1 - effect)
    pooled = (treated * other + control * decline) / (treated + control)
    under_null = np.sqrt(pooled * (1 - pooled) * (1 / treated + 1 / control))
    under_effect = np.sqrt(other * (1 - other) / treated + decline * (1 - decline) / control)
    reach = stats.norm.ppf(1 - significance / 2) * under_null
    distance = decline - other
    upper, lower = ((side * distance - reach) / under_effect for side in (1, -1))
    return float(stats.norm.cdf(upper) + stats.norm.cdf(lower))


def _detectable(decline: float, treated: int, control: int, options: CampaignPlan) -> float:
    def missing(effect: float) -> float:
        """Return by how much an effect's power is above what is asked for."""
        return power_of(decline, effect, treated, control, options.significance) - options.power

    return float(optimize.brentq(missing, 0, 1)) if missing(1.0) > 0 > missing(0.0) else float("nan")


def _needed(decline: float, effect: float, options: CampaignPlan) -> float:
    """Return how many clients both arms would need together, divided as the plan divides them."""
    shares = 1 - options.control_share, options.control_share
    # A grid in steps of 3.5 %: with whole clients in each arm the power is no smooth function of the count.
    for count in np.unique(np.geomspace(10, 1e7, 400).astype(int)):
        arms = [round(count * share) for share in shares]
        if power_of(decline, effect, arms[0], arms[1], options.significance) >= options.power:
            return float(count)
    return float("nan")


def check_balance(campaign_plan: pd.DataFrame, decision_table: pd.DataFrame) -> pd.DataFrame:
    """Compare the arms before the campaign: they should differ by chance alone.

    Returns
    -------
    DataFrame of `schemas.campaign.ArmBalance`, the largest difference first
    """
    table = campaign_plan[[CLIENT_ID, "arm"]].merge(decision_table, on=CLIENT_ID)
    arms = [table[table["arm"] == arm] for arm in (TREATED, CONTROL)]
    names = [*_BALANCED, *(name for name in BASE_FEATURES if COLUMNS[name].kind != "category")]
    rows = [
        {"feature": name, **_difference(*(arm[name].to_numpy("float64") for arm in arms))} for name in names
    ]
    balance = pd.DataFrame(rows)
    order = balance["difference"].abs().sort_values(ascending=False, kind="stable").index
    return balance.loc[order].reset_index(drop=True)


def _difference(treated: Values, control: Values) -> dict[str, float]:
    means = {
        arm: float(v.mean()) if len(v) else np.nan for arm, v in ((TREATED, treated), (CONTROL, control))
    }
    if min(len(treated), len(control)) < 2:
        return {**means, "difference": np.nan, "p_value": np.nan}
    if np.ptp(treated) == np.ptp(control) == 0:
        apart = float(np.sign(treated[0] - control[0]))
        return {**means, "difference": apart * np.inf if apart else 0.0, "p_value": float(not apart)}
    spreads = [float(values.std(ddof=1)) for values in (treated, control)]
    sizes = len(treated), len(control)
    t_test = stats.ttest_ind_from_stats(
        means[TREATED], spreads[0], sizes[0], means[CONTROL], spreads[1], sizes[1], equal_var=False
    )
    pooled = np.sqrt((spreads[0] ** 2 + spreads[1] ** 2) / 2)
    return {
        **means,
        "difference": float((means[TREATED] - means[CONTROL]) / pooled),
        "p_value": float(t_test.pvalue),
    }
