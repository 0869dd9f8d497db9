"""Who gets which offer, within budget, contacts and consent; and what that choice is worth."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import CLIENT_ID
from one_click.parameters import CampaignPlan
from one_click.rules.offers import CASES, CHANNELS, NO_OFFER
from one_click.schemas.records import PlanSummary

from .knapsack import Limits, Plan, price_curve, solve

Values = NDArray[np.float64]

_KEPT = "expected_profit_kept_"
_ROUNDING = 1e-9  # profit units: three offers at .1 fit a budget of .3
_NEAR_ENOUGH = 0.005  # to the upper bound, of a point of the curve
_NEARER = 0.001  # of a plan that a scenario is judged by
_CURVE_TO = 1.25  # times the cost of the plan without a budget: how far the curve reaches


def select_clients(recommendations: pd.DataFrame, options: CampaignPlan) -> tuple[pd.DataFrame, PlanSummary]:
    """Choose at most one offer per client so that the expected profit kept is largest.

    Parameters
    ----------
    recommendations : DataFrame, one row per client and eligible offer
    options : CampaignPlan
        Budget and contacts per channel.

    Returns
    -------
    selected_clients : DataFrame of `schemas.campaign.SelectedClients`
    plan_summary : PlanSummary
    """
    table = _Eligible(recommendations)
    plan = table.solve("base", options)
    selected = table.rows_of(plan.offer)
    contacts = selected["channel"].value_counts()
    summary = PlanSummary(
        kept=plan.value,
        cost=plan.cost,
        clients=len(selected),
        upper_bound=plan.upper_bound,
        gap=plan.gap,
        budget=options.budget,
        budget_price=plan.budget_price,
        contacts={channel: int(contacts.get(channel, 0)) for channel in CHANNELS},
        contact_prices=dict(zip(CHANNELS, plan.contact_prices, strict=True)),
    )
    return selected, summary


class _Eligible:
    """Eligible offers as matrices, one row per client and one column per offer."""

    def __init__(self, recommendations: pd.DataFrame) -> None:
        self.rows = recommendations[recommendations["offer"] != NO_OFFER].reset_index(drop=True)
        self.clients, client = np.unique(self.rows[CLIENT_ID], return_inverse=True)
        self.offers, offer = np.unique(self.rows["offer"].astype(object), return_inverse=True)
        # The last column is an offer that no client may get: there may be no other.
        self.row = np.full((len(self.clients), len(self.offers) + 1), -1)
        self.row[client, offer] = self.rows.index
        first = self.rows.drop_duplicates("offer").set_index("offer").loc[list(self.offers)]
        self.costs = np.append(first["cost"].to_numpy("float64"), 0.0)
        self.channels = np.array([*(CHANNELS.index(channel) for channel in first["channel"]), 0])

    def kept(self, case: str) -> Values:
        """Return the expected profit kept, -inf where an offer is not eligible."""
        values = np.append(self.rows[f"{_KEPT}{case}"].to_numpy("float64"), -np.inf)
        return values[self.row]

    def solve(self, case: str, options: CampaignPlan, enough: float = 0.0) -> Plan:
        """Return the best plan if the effects are as in this case, or one that is provably near enough."""
        limits = _limits(options, options.budget)
        return solve(self.kept(case), self.costs, self.channels, limits, enough=enough)

    def rows_of(self, offer: NDArray[np.intp]) -> pd.DataFrame:
        """Return the rows that a plan selects, sorted by client."""
        chosen = np.flatnonzero(offer >= 0)
        columns = [CLIENT_ID, "offer", "channel", "cost", *(f"{_KEPT}{case}" for case in CASES)]
        return self.rows.loc[self.row[chosen, offer[chosen]], columns].reset_index(drop=True)


def _limits(options: CampaignPlan, budget: float | None) -> Limits:
    return Limits(budget, tuple(options.contacts.get(channel) for channel in CHANNELS))


def trace_budget(recommendations: pd.DataFrame, options: CampaignPlan) -> pd.DataFrame:
    """Work out what the best plan keeps for budgets from nothing to more than can be spent.

    Returns
    -------
    DataFrame of `schemas.campaign.BudgetCurve`
    """
    table = _Eligible(recommendations)
    unlimited = solve(table.kept("base"), table.costs, table.channels, _limits(options, None))
    budgets = np.linspace(0, _CURVE_TO * unlimited.cost, options.curve_points)
    curve = price_curve(
        table.kept("base"), table.costs, table.channels, _limits(options, None), list(budgets), _NEAR_ENOUGH
    )
    return curve.rename(columns={"value": "kept"})


def run_scenarios(
    recommendations: pd.DataFrame,
    selected_clients: pd.DataFrame,
    plan_summary: PlanSummary,
    options: CampaignPlan,
) -> pd.DataFrame:
    """Return what the plan keeps if the offers work as in each of the assumed cases.

    Returns
    -------
    DataFrame of `schemas.campaign.PlanScenarios`
        `best` is within a thousandth of the best possible.
    """
    table = _Eligible(recommendations)
    rows: list[dict[str, Any]] = []
    for case in CASES:
        kept = float(selected_clients[f"{_KEPT}{case}"].sum())
        best, bound = plan_summary.kept, plan_summary.upper_bound
        if case != "base":  # the plan itself was made for the base case
            plan = table.solve(case, options, _NEARER)
            # That plan is only near enough to the best one, and may keep less than the plan at hand.
            best, bound = max(plan.value, kept), plan.upper_bound
        rows.append({"case": case, "kept": kept, "best": best, "upper_bound": bound})
    scenarios = pd.DataFrame(rows)
    return scenarios.assign(loss=scenarios["best"] - scenarios["kept"])


def compare_by_hand(
    recommendations: pd.DataFrame,
    selected_clients: pd.DataFrame,
    decision_table: pd.DataFrame,
    options: CampaignPlan,
) -> pd.DataFrame:
    """Compare the plan with what a marketer would do by hand on the same budget and contacts.

    By hand, each client's best eligible offer is given in some order until nothing more fits: by probability,
    by monthly profit, by profit at risk, or at random.

    Returns
    -------
    DataFrame of `schemas.campaign.PlanComparison`
    """
    best = _best_offers(recommendations).merge(
        decision_table[[CLIENT_ID, "probability", "monthly_profit", "profit_at_risk"]], on=CLIENT_ID
    )
    ways = {"plan": selected_clients}
    for way in ("profit_at_risk", "probability", "monthly_profit"):
        ordered = best.sort_values([way, CLIENT_ID], ascending=[False, True])
        ways[way] = _take_until_spent(ordered, options)
    rows: list[dict[str, Any]] = [{"way": way, **_totals(taken)} for way, taken in ways.items()]
    rows.append({"way": "random", **_at_random(best, options)})
    comparison = pd.DataFrame(rows, columns=["way", "clients", "cost", "kept", "low", "high"])
    total = rows[0]["kept"]
    return comparison.assign(share_of_plan=comparison["kept"] / total if total > 0 else np.nan)


def _best_offers(recommendations: pd.DataFrame) -> pd.DataFrame:
    worth = (recommendations["offer"] != NO_OFFER) & (recommendations[f"{_KEPT}base"] > 0)
    return recommendations[worth & (recommendations["rank"] == 1)]


def _take_until_spent(ordered: pd.DataFrame, options: CampaignPlan) -> pd.DataFrame:
    """Return the clients, in their order, whose offers still fit the budget and the channel's contacts."""
    left = np.inf if options.budget is None else options.budget
    contacts = {channel: options.contacts.get(channel, np.inf) for channel in CHANNELS}
    taken = []
    for cost, channel in zip(ordered["cost"], ordered["channel"], strict=True):
        fits = cost <= left + _ROUNDING and contacts[channel] > 0
        if fits:
            left, contacts[channel] = left - cost, contacts[channel] - 1
        taken.append(fits)
    return ordered[np.array(taken, dtype=bool)]


def _totals(taken: pd.DataFrame) -> dict[str, float]:
    return {"clients": len(taken), "cost": taken["cost"].sum(), "kept": taken[f"{_KEPT}base"].sum()}


def _at_random(best: pd.DataFrame, options: CampaignPlan) -> dict[str, float]:
    generator = np.random.default_rng(options.seed)
    draws = pd.DataFrame(
        [
            _totals(_take_until_spent(best.iloc[generator.permutation(len(best))], options))
            for _ in range(options.draws)
        ]
    )
    low, high = draws["kept"].quantile([0.05, 0.95])
    return {**draws.mean().to_dict(), "low": low, "high": high}
