"""Cost and gap of large campaign plans, truth of small ones: ``python -m benchmarks plan_scale [CLIENTS]``.

The offers are those that are shipped, clients are drawn. Small plans are compared with the best ones, which
HiGHS finds by solving the whole problem.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from benchmarks.shared.measuring import peak_memory, timed
from benchmarks.shared.parameters import read_section
from one_click.parameters import Offers
from one_click.pipelines.campaign.nodes.knapsack import Limits, Plan, solve

CLIENTS = 1_000_000
SMALL_PLANS = 500
SMALLEST, LARGEST = 8, 40
WITHOUT_CONSENT = 0.26
MONTHS = 3
SHARES = (0.2, 0.6)  # of what is used without limits; small plans draw theirs between
SHARE = 0.4
CENT = 0.01  # all costs are multiples of it
NEAR = 1e-4
CORE = 500


@dataclass(frozen=True)
class Problem:
    """A campaign to plan.

    Attributes
    ----------
    values : ndarray, shape (n_clients, n_offers)
    costs : ndarray, shape (n_offers,)
    channels : ndarray of int, shape (n_offers,)
    limits : Limits
    """

    values: NDArray[np.float64]
    costs: NDArray[np.float64]
    channels: NDArray[np.int64]
    limits: Limits


def main(clients: int = CLIENTS) -> None:
    """Measure plans of so many clients, then compare small plans with the best ones."""
    offers = read_section("offers", Offers)
    for name, limited in (("budget", False), ("every limit", True)):
        _report_large(name, draw(offers, clients, SHARE, limited, np.random.default_rng(0)))
    _report_small(offers)


def draw(
    offers: Offers, clients: int, share: float, limited: bool, generator: np.random.Generator
) -> Problem:
    """Draw clients, and limits that are a share of what would be used without them.

    Parameters
    ----------
    offers : Offers
    clients : int
    share : float
        Of the money, and of the contacts of each channel.
    limited : bool
        Whether contacts are limited, too.
    generator : Generator
    """
    names = sorted({offer.channel for offer in offers.declared})
    channels = np.array([names.index(offer.channel) for offer in offers.declared])
    costs = np.array([offer.cost for offer in offers.declared])
    values = _draw_values(offers, costs, clients, generator)
    wanted = np.bincount(values.argmax(axis=1)[values.max(axis=1) > 0], minlength=len(costs))
    budget = round(share * float(wanted @ costs), 2)
    contacts = tuple(int(share * wanted[channels == channel].sum()) for channel in range(len(names)))
    return Problem(values, costs, channels, Limits(budget, contacts if limited else (None,) * len(names)))


def _draw_values(
    offers: Offers, costs: NDArray[np.float64], clients: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return the profit kept, effect * probability * profit - cost, where a client is eligible."""
    at_risk = MONTHS * generator.beta(1.2, 1.8, clients) * generator.gamma(4, 1, clients)
    values = np.outer(at_risk, [offer.effect.base for offer in offers.declared]) - costs
    needs_consent = np.array([offer.needs_consent for offer in offers.declared])
    consents = generator.random(clients) >= WITHOUT_CONSENT
    eligible = generator.random(values.shape) < generator.uniform(0.2, 0.5, len(costs))
    eligible[:, ~needs_consent] = True
    values[~eligible | (consents[:, None] != needs_consent)] = -np.inf
    return values


def _report_large(name: str, problem: Problem) -> None:
    plan, seconds = timed(lambda: solve(problem.values, problem.costs, problem.channels, problem.limits))
    contacts = ", ".join(f"{price:.4f}" for price in plan.contact_prices)
    print(
        f"{len(problem.values)} clients, {name}: {seconds:.2f} CPU s, gap {plan.gap:.5%}, profit kept "
        f"{plan.value:.1f} at {plan.cost:.2f} of {problem.limits.budget}, prices: budget "
        f"{plan.budget_price:.4f}, contacts {contacts}; peak of memory {peak_memory():.0f} MB, of which "
        f"values {problem.values.nbytes / 2**20:.0f} MB"
    )


def _report_small(offers: Offers) -> None:
    """Compare plans of a whole and of a tiny core with the best ones."""
    generator = np.random.default_rng(1)
    problems = [
        draw(
            offers,
            int(generator.integers(SMALLEST, LARGEST + 1)),
            generator.uniform(*SHARES),
            limited,
            generator,
        )
        for limited in (False, True) * (SMALL_PLANS // 2)
    ]
    best = [solve_whole(problem) for problem in problems]
    for name, core in (("all clients in the core", CORE), ("a core of 5, which may grow to 20", 5)):
        plans, seconds = timed(lambda core=core: [_solve(problem, core) for problem in problems])
        pairs = list(zip(plans, best, strict=True))
        losses = np.array([1 - plan.value / most if most else 0.0 for plan, most in pairs])
        held = [plan.upper_bound >= most * (1 - 1e-9) for plan, most in pairs]
        print(
            f"{len(plans)} plans of {SMALLEST} to {LARGEST} clients, {name}: {np.mean(losses <= NEAR):.1%} "
            f"within {NEAR:.2%} of the best, largest loss {max(losses.max(), 0):.4%}; the best is within the "
            f"stated bound in {np.mean(held):.1%}; {seconds / len(plans):.3f} CPU s each"
        )


def _solve(problem: Problem, core: int) -> Plan:
    return solve(problem.values, problem.costs, problem.channels, problem.limits, core=core)


def solve_whole(problem: Problem) -> float:
    """Return the value of the best plan."""
    client, offer = np.nonzero(problem.values > 0)
    if not len(client):
        return 0.0
    rows = [*(client == np.arange(len(problem.values))[:, None])]
    ends = [1.0] * len(problem.values)
    if problem.limits.budget is not None:
        rows.append(np.rint(problem.costs / CENT)[offer])
        ends.append(np.rint(problem.limits.budget / CENT))
    for channel, contacts in enumerate(problem.limits.contacts):
        if contacts is not None:
            rows.append(problem.channels[offer] == channel)
            ends.append(contacts)
    unit = problem.values.max() / 1000  # HiGHS stops at an absolute gap
    best = milp(
        -problem.values[client, offer] / unit,
        constraints=LinearConstraint(np.array(rows, dtype=float), ub=ends),
        integrality=np.ones(len(client)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    return float(-best.fun * unit)
