"""The campaign plan: at most one offer per client, the most profit kept under a budget and contact limits.

A multiple-choice knapsack. The multipliers of its Lagrangian dual, which are prices of money and contacts,
give each client's best option and an upper bound of every plan. Clients for whom two options are nearly
equal, the core of Pisinger (1995, "A minimal algorithm for the multiple-choice knapsack problem"), are then
decided by branch and bound.

Options are counted from 0, which stands for no offer. Costs and budget are taken as the decimals they print
as, so that three offers at .1 fit a budget of .3.
"""

import ctypes
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, inf, isfinite, lcm

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from one_click.errors import ParameterError

Values = NDArray[np.float64]
Positions = NDArray[np.intp]
Whole = NDArray[np.object_]  # Python ints: as large as need be

CORE = 500  # clients decided by branch and bound, which takes seconds for some thousands
_GROWTHS = 2  # times that the core is doubled ...
_GOOD_GAP = 5e-5  # ... while the gap is larger
_CORE_GAP = 2e-5  # of the plan's value; may be left undecided in the core of a larger plan
_STANDARD_OUTPUT = 1
_EFFORT = 200_000  # nodes times clients of branch and bound: a limit of time would give other plans elsewhere
_LARGEST_VALUE = 1_000.0  # as handed to HiGHS, which stops at an absolute gap of 1e-6 ...
_LARGEST_USE = 10_000  # ... and lets a limit be exceeded by 1e-6
_MOST = 10**12  # clients whom a limit can serve; a larger one counts as this
_MARGIN = 1e-4  # kept to a limit, in these units, where HiGHS has exceeded it

_SAMPLE = 20_000  # clients from whom first prices are learned
_FREE = 50_000  # clients whose choice may change while prices are refined on all
_ZOOM = 10  # times fewer free clients with each refinement
_REFINEMENTS = 60
_TIE_BREAK = 1e-6  # of the mean of clients' best values: equal clients must differ for a price to divide them
_CHUNK = 65_536  # clients; what is calculated for them stays in the processor's cache

_STEPS = 200  # of the cutting-plane method
_TOLERANCE = 1e-8  # of the dual per free client, in units of the range of prices searched
_LP_TOLERANCE = 1e-10
_EDGE = 1e-9  # from the end of a range; nearer than that is at its end


@dataclass(frozen=True)
class Limits:
    """What a campaign may use; None stands for no limit.

    Attributes
    ----------
    budget : float or None
        Profit units.
    contacts : tuple of int or None, one per channel
        Clients.

    Raises
    ------
    ParameterError
        If a limit is negative or not a number.
    """

    budget: float | None
    contacts: tuple[int | None, ...]

    def __post_init__(self) -> None:
        if self.budget is not None and not (isfinite(self.budget) and self.budget >= 0):
            raise ParameterError(f"The budget is {self.budget}: it must be 0 or more, or None for no limit.")
        for channel, contacts in enumerate(self.contacts):
            if contacts is not None and not (contacts >= 0 and contacts % 1 == 0):
                raise ParameterError(
                    f"The limit of contacts of channel {channel} is {contacts}: it must be a whole number, 0 "
                    "or more, or None for no limit."
                )


@dataclass(frozen=True)
class Plan:
    """Offer of each client, and an upper bound of every plan.

    Attributes
    ----------
    offer : array of int, shape (n_clients,)
        Position of the offer; -1 stands for none.
    value, cost : float
        Expected profit kept, and cost; profit units.
    upper_bound : float
        What no plan within the limits can exceed, proven by the dual or by branch and bound.
    gap : float
        ``(upper_bound - value) / upper_bound``; 0 where the bound is 0.
    budget_price : float
        Profit kept by the last unit of budget, the multiplier of the dual: `d` units more keep at most `d`
        times as much, but for what cannot be divided. 0 where there is budget to spare.
    contact_prices : tuple of float, one per channel
        The same of one client more or less.
    """

    offer: Positions
    value: float
    cost: float
    upper_bound: float
    gap: float
    budget_price: float
    contact_prices: tuple[float, ...]


@dataclass(frozen=True)
class _Resources:
    """What is limited, one row per limit.

    Attributes
    ----------
    whole, room : arrays of Python int, shapes (n_resources, n_options) and (n_resources,)
        Use by one client, and limit, in a unit that makes them whole.
    use, limit : ndarray, of the same shapes
        The same as shares of the largest use, so that the prices of all resources are of one scale.
    largest : ndarray, shape (n_resources,)
        Largest use by one client: profit units for the budget, 1 for contacts.
    channel : tuple of int
        What is limited: contacts of this channel, or with -1 the budget.
    """

    whole: Whole
    room: Whole
    use: Values
    limit: Values
    largest: Values
    channel: tuple[int, ...]

    def left(self, choice: Positions) -> Whole:
        """Return what the chosen options leave of each limit."""
        return self.room - self.whole @ _count(choice, self.whole.shape[1]).astype(object)


@dataclass(frozen=True)
class _Priced:
    """Clients at the prices where their dual is lowest.

    Attributes
    ----------
    profit : ndarray, shape (n_clients, n_offers)
    resources : _Resources
    best : array of int, shape (n_clients,)
        Best option.
    lead : ndarray, shape (n_clients,)
        By how much it is better than the second best.
    bound, raised_bound : float
        The dual, of these profits and of those that were raised to break ties.
    """

    profit: Values
    resources: _Resources
    best: Positions
    lead: Values
    bound: float
    raised_bound: float


@dataclass(frozen=True)
class _Dual:
    """The Lagrangian dual of some clients near given prices, relative to its value there.

    Attributes
    ----------
    gains : ndarray, shape (n_options, n_clients)
        Value less price of each option, less that of the client's best.
    use : ndarray, shape (n_resources, n_options)
    room : ndarray, shape (n_resources,)
        What all other clients leave of the limits.
    unit : float
        Prices are counted in it.
    """

    gains: Values
    use: Values
    room: Values
    unit: float

    def at(self, move: Values) -> tuple[float, Values]:
        """Return the dual per client and a subgradient, with prices moved by so many units."""
        prices = self.unit * move
        choice, best, _ = _best_two(self.gains, prices @ self.use)
        value = (best.sum() + prices @ self.room) / (self.unit * len(choice))
        return float(value), (self.room - self.use @ _count(choice, len(self.gains))) / len(choice)


def solve(
    values: ArrayLike,
    costs: ArrayLike,
    channels: ArrayLike,
    limits: Limits,
    core: int = CORE,
    enough: float = 0.0,
) -> Plan:
    """Choose at most one offer per client so that the sum of values is largest within the limits.

    Parameters
    ----------
    values : array, shape (n_clients, n_offers)
        Expected profit kept, profit units; -inf where a client is not eligible. An offer whose value is not
        above 0 is never taken.
    costs : array, shape (n_offers,)
        Profit units per client, 0 or more.
    channels : array of int, shape (n_offers,)
        Channel of each offer, a position in ``limits.contacts``.
    limits : Limits
    core : int
        Clients that branch and bound decides at first; all where there are no more.
    enough : float
        Relative distance to the upper bound from which branch and bound is left out.

    Returns
    -------
    Plan
        Within the limits always, and the same for the same input.

    Raises
    ------
    ParameterError
        If shapes do not fit together, a value is nan or inf, a cost is negative or infinite, or a channel is
        not among the limits.

    Examples
    --------
    Of two offers at 1 and 2 and a budget of 3, both clients get one, and the second the better one.

    >>> plan = solve([[4, 5], [2, 6]], [1, 2], [0, 0], Limits(budget=3, contacts=(None,)))
    >>> plan.offer.tolist(), plan.value, plan.cost
    ([0, 1], 10.0, 3.0)
    """
    table, offer_costs, offer_channels = _check(values, costs, channels, limits, core)
    resources = _count_resources(offer_costs, offer_channels, limits)
    choice = _unlimited(table)
    bound, prices = _worth(table, choice), np.zeros(len(resources.channel))
    if (resources.left(choice) < 0).any():
        clients = np.flatnonzero(choice)
        choice[clients], bound, prices = _plan_within(table[clients], resources, core, enough)
    return _describe(choice, table, offer_costs, bound, _natural(prices, resources, limits))


def price_curve(
    values: ArrayLike,
    costs: ArrayLike,
    channels: ArrayLike,
    limits: Limits,
    budgets: Sequence[float],
    enough: float = 0.0,
) -> pd.DataFrame:
    """Return the profit kept against the budget, the other limits as they are.

    Parameters
    ----------
    values, costs, channels, limits, enough
        As in `solve`; the budget of `limits` is not used.
    budgets : sequence of float
        Profit units.

    Returns
    -------
    DataFrame, one row per budget, the smallest first: budget, cost, value, upper_bound, budget_price
        As in `Plan`. A plan for less money is one for more, too: neither `value` nor `upper_bound` falls.
    """
    rows = []
    for budget in sorted({float(budget) for budget in budgets}):
        plan = solve(values, costs, channels, Limits(budget, limits.contacts), enough=enough)
        rows.append((budget, plan.cost, plan.value, plan.upper_bound, plan.budget_price))
    table = pd.DataFrame(rows, columns=["budget", "cost", "value", "upper_bound", "budget_price"])
    lowest_from_here = table["upper_bound"][::-1].cummin()[::-1]
    return table.assign(value=table["value"].cummax(), upper_bound=lowest_from_here)


def _check(
    values: ArrayLike, costs: ArrayLike, channels: ArrayLike, limits: Limits, core: int
) -> tuple[Values, Values, Positions]:
    table, cost = np.asarray(values, dtype=float), np.asarray(costs, dtype=float)
    channel, known = np.asarray(channels), len(limits.contacts)
    offers = table.shape[1] if table.ndim == 2 else 0
    rules = [
        (offers > 0, f"values have the shape {table.shape}: it must be (clients, offers), with offers"),
        (cost.shape == (offers,), f"costs have the shape {cost.shape}: it must be {(offers,)}"),
        (channel.shape == (offers,), f"channels have the shape {channel.shape}: it must be {(offers,)}"),
        ((table < inf).all(), "a value is nan or inf: it must be finite, or -inf where nothing is allowed"),
        (((cost >= 0) & (cost < inf)).all(), f"costs are {cost}: they must be finite, 0 or more"),
        (
            np.isin(channel, np.arange(known)).all(),
            f"channels are {channel}: they must be positions in the {known} limits of contacts",
        ),
        (core >= 1, f"core is {core}: it must be 1 or more"),
    ]
    faults = [fault for kept, fault in rules if not kept]
    if faults:
        raise ParameterError(f"No plan can be made: {'; '.join(faults)}.")
    return table, cost, channel.astype(np.intp)


def _count_resources(costs: Values, channels: Positions, limits: Limits) -> _Resources:
    rows = []
    if limits.budget is not None and costs.any():
        rows.append((-1, *_in_whole_units(costs, limits.budget), float(costs.max())))
    for channel, contacts in enumerate(limits.contacts):
        members = [int(member) for member in channels == channel]
        if contacts is not None and any(members):
            rows.append((channel, members, int(contacts), 1.0))
    channel_of, members_of, ends, largest = zip(*rows, strict=True) if rows else ((),) * 4
    whole = np.zeros((len(rows), len(costs) + 1), dtype=object)
    for row, use in zip(whole, members_of, strict=True):
        row[1:] = use
    room = [min(left, row.max() * _MOST) for left, row in zip(ends, whole, strict=True)]
    return _Resources(
        whole=whole,
        room=np.array(room, dtype=object),
        use=np.array([row / row.max() for row in whole], dtype=float).reshape(whole.shape),
        limit=np.array([left / row.max() for left, row in zip(room, whole, strict=True)], dtype=float),
        largest=np.array(largest, dtype=float),
        channel=channel_of,
    )


def _in_whole_units(costs: Values, budget: float) -> tuple[list[int], int]:
    """Return costs and the budget, rounded down, in the largest unit of which all costs are multiples."""
    exact = [_decimal(cost) for cost in costs]
    denominator = lcm(*(cost.denominator for cost in exact))
    parts = [int(cost * denominator) for cost in exact]
    unit = gcd(*parts)
    return [part // unit for part in parts], int(_decimal(budget) * denominator // unit)


def _decimal(number: float) -> Fraction:
    return Fraction(repr(float(number)))


def _count(choice: Positions, options: int) -> Positions:
    return np.bincount(choice, minlength=options)


def _unlimited(values: Values) -> Positions:
    """Return each client's best option, of equal ones the first."""
    best = values.argmax(axis=1)
    return np.where(values[np.arange(len(values)), best] > 0, best + 1, 0)


def _worth(values: Values, choice: Positions) -> float:
    clients = np.flatnonzero(choice)
    return float(values[clients, choice[clients] - 1].sum())


def _natural(prices: Values, resources: _Resources, limits: Limits) -> list[float]:
    """Return the price per unit of budget, then the price per contact of each channel."""
    natural = np.zeros(1 + len(limits.contacts))
    natural[np.array(resources.channel, dtype=int) + 1] = prices / resources.largest
    return natural.tolist()


def _describe(choice: Positions, values: Values, costs: Values, bound: float, prices: list[float]) -> Plan:
    value = _worth(values, choice)
    counts = _count(choice, len(costs) + 1)[1:].tolist()
    cost = sum(count * _decimal(cost) for count, cost in zip(counts, costs, strict=True))
    upper_bound = max(bound, value)
    return Plan(
        offer=choice - 1,
        value=value,
        cost=float(cost),
        upper_bound=upper_bound,
        gap=(upper_bound - value) / upper_bound if upper_bound else 0.0,
        budget_price=prices[0],
        contact_prices=tuple(prices[1:]),
    )


def _plan_within(
    values: Values, resources: _Resources, core: int, enough: float
) -> tuple[Positions, float, Values]:
    """Return options, upper bound and prices where limits bind; each client has a value above 0."""
    options = _options(values, _TIE_BREAK * float(values.max(axis=1).mean()) if len(values) > core else 0.0)
    prices = _lowest_prices(options, resources)
    price = prices @ resources.use
    best, lead, raised = _survey(options, price)
    base = float(prices @ resources.limit)
    priced = _Priced(values, resources, best, lead, base + _sum_of_best(values, price), base + raised)
    choice, bound = _drop_until_within(best, options, price, resources), priced.bound
    for growth in range(_GROWTHS + 1):
        if bound - _worth(values, choice) <= max(enough, _GOOD_GAP if growth else 0.0) * bound:
            break
        choice, proven = _decide(priced, choice, core * 2**growth, enough)
        bound = min(bound, proven)
        if core * 2**growth >= len(values):
            break
    return choice, bound, prices


def _options(values: Values, tie_break: float) -> Values:
    """Return the values of all options, one row each; -inf where the value is not above 0.

    Each value is raised by less than `tie_break`, at random but by its position alone.
    """
    options = np.zeros((values.shape[1] + 1, len(values)))
    generator = np.random.default_rng(0)
    for start in range(0, len(values), _CHUNK):
        part = values[start : start + _CHUNK]
        raised = part + tie_break * generator.random(part.shape)
        options[1:, start : start + _CHUNK] = np.where(part > 0, raised, -inf).T
    return options


def _survey(options: Values, price: Values) -> tuple[Positions, Values, float]:
    """Return each client's best option, its lead over the second best, and the sum of value less price."""
    choice, lead = np.empty(options.shape[1], dtype=np.intp), np.empty(options.shape[1])
    total = 0.0
    for start in range(0, len(choice), _CHUNK):
        part = slice(start, start + _CHUNK)
        choice[part], best, second = _best_two(options[:, part], price)
        lead[part] = best - second
        total += float(best.sum())
    return choice, lead, total


def _best_two(options: Values, price: Values) -> tuple[Positions, Values, Values]:
    """Return the option of the largest value less price, of equal ones the first; that; the next value."""
    best = options[0] - price[0]
    second = np.full(len(best), -inf)
    choice = np.zeros(len(best), dtype=np.intp)
    for option in range(1, len(options)):
        value = options[option] - price[option]
        choice[value > best] = option
        np.maximum(second, np.minimum(best, value), out=second)
        np.maximum(best, value, out=best)
    return choice, best, second


def _sum_of_best(values: Values, price: Values) -> float:
    """Return the sum of the clients' largest value less price, of the values as given."""
    parts = (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
    return sum(float((part - price[1:]).max(axis=1).clip(min=0).sum()) for part in parts)


def _nearest(lead: Values, count: int) -> tuple[Positions, float]:
    """Return in order the `count` clients of the smallest lead, and the smallest lead of all others."""
    if count >= len(lead):
        return np.arange(len(lead)), inf
    order = np.argpartition(lead, count)
    return np.sort(order[:count]), float(lead[order[count]])


def _lowest_prices(options: Values, resources: _Resources) -> Values:
    """Return the prices that minimise the dual, in units of the largest use of each resource."""
    clients = options.shape[1]
    prices = np.zeros(len(resources.limit))
    if clients > _FREE:
        # Stratified: one from each of equal parts, at a random place, so that no period of rows biases it.
        places = np.arange(_SAMPLE) + np.random.default_rng(0).random(_SAMPLE)
        sample = options[:, (places * clients / _SAMPLE).astype(np.intp)]
        prices = _refine(sample, resources.use, resources.limit * _SAMPLE / clients, prices)
    return _refine(options, resources.use, resources.limit, prices)


def _refine(options: Values, use: Values, limit: Values, prices: Values) -> Values:
    """Minimise the dual with fewer free clients per round, and more where prices would leave their range."""
    free = min(options.shape[1], _FREE)
    for _ in range(_REFINEMENTS):
        prices, inside = _move(options, use, limit, prices, free)
        if inside and free <= CORE:
            break
        free = free // _ZOOM if inside else min(2 * free, options.shape[1])
    return prices


def _move(options: Values, use: Values, limit: Values, prices: Values, free: int) -> tuple[Values, bool]:
    """Minimise the dual over the prices at which only the `free` clients nearest to a tie change option.

    Returns
    -------
    prices : ndarray
    inside : bool
        Whether the minimum of the dual of all clients lies within that range.
    """
    price = prices @ use
    choice, lead, _ = _survey(options, price)
    nearest, next_lead = _nearest(lead, free)
    reach = next_lead / np.abs(use[:, :, None] - use[:, None, :]).sum(axis=0).max()
    if reach == 0:
        return prices, False
    rows = options[:, nearest]
    unit = reach if isfinite(reach) else float(rows.max(axis=0).mean())
    rows = rows - price[:, None]
    fixed = _count(choice, len(options)) - _count(choice[nearest], len(options))
    dual = _Dual(rows - rows.max(axis=0), use, limit - use @ fixed, unit)
    to_zero, to_edge = -prices / unit, reach / unit
    move = _descend(dual, np.maximum(to_zero, -to_edge), to_edge)
    inside = (np.abs(move) < (1 - _EDGE) * to_edge) | (move <= to_zero)
    return np.maximum(prices + unit * move, 0.0), bool(inside.all())


def _descend(dual: _Dual, lowest: Values, highest: float) -> Values:
    """Return the minimiser of the dual within a range.

    Cutting planes (Kelley 1960) within a trust region (the boxstep method of Marsten, Hogan and Blankenship
    1975), which grows where they predict the dual well and shrinks where it rises.
    """
    point, trust = np.zeros(len(lowest)), min(1.0, highest)
    value, slope = dual.at(point)
    slopes, offsets = [slope], [value]
    for _ in range(_STEPS):
        low, high = np.maximum(lowest, point - trust), np.minimum(highest, point + trust)
        step, model = _lowest_of(slopes, offsets, low, high)
        expected = value - model
        at_edge = trust < highest and bool((np.abs(step - point) >= (1 - _EDGE) * trust).any())
        if expected <= _TOLERANCE and not (at_edge and expected > _EDGE * _TOLERANCE):
            break
        step_value, slope = dual.at(step)
        slopes.append(slope)
        offsets.append(step_value - float(slope @ step))
        gained = (value - step_value) / expected
        if gained > 0.1:
            point, value = step, step_value
        if gained < 0:
            trust /= 2
        elif gained > 0.5 and at_edge:
            trust = min(2 * trust, highest)
    return point


def _lowest_of(slopes: list[Values], offsets: list[float], low: Values, high: Values) -> tuple[Values, float]:
    """Minimise the cutting-plane model over a box; return the minimiser and the minimum."""
    planes = np.column_stack([np.array(slopes), np.full(len(slopes), -1.0)])
    found = linprog(
        np.append(np.zeros(len(low)), 1.0),
        A_ub=planes,
        b_ub=-np.array(offsets),
        bounds=[*zip(low, high, strict=True), (None, None)],
        options={"primal_feasibility_tolerance": _LP_TOLERANCE, "dual_feasibility_tolerance": _LP_TOLERANCE},
    )
    return (low, inf) if found.x is None else (found.x[:-1], float(found.x[-1]))


def _drop_until_within(choice: Positions, options: Values, price: Values, resources: _Resources) -> Positions:
    """Withdraw offers until all limits hold, those with the least value less price per use first."""
    choice = choice.copy()
    while ((left := resources.left(choice)) < 0).any():
        short = int(np.flatnonzero(left < 0)[0])
        users = np.flatnonzero(resources.whole[short].astype(bool)[choice])
        taken, use = choice[users], resources.use[short][choice[users]]
        order = np.argsort((options[taken, users] - price[taken]) / use, kind="stable")
        excess = float(-left[short] / resources.whole[short].max())
        enough = np.searchsorted(use[order].cumsum(), excess) + 1
        choice[users[order[:enough]]] = 0
    return choice


def _decide(priced: _Priced, choice: Positions, core: int, enough: float) -> tuple[Positions, float]:
    """Return the plan with its core decided by branch and bound, and the upper bound that this proves."""
    profit, resources = priced.profit, priced.resources
    nearest, next_lead = _nearest(priced.lead, core)
    fixed, at_best = choice.copy(), priced.best.copy()
    fixed[nearest] = at_best[nearest] = 0
    undecided = max(enough, _CORE_GAP if isfinite(next_lead) else 0.0) * priced.bound
    decided, core_bound = _decide_core(
        profit[nearest], choice[nearest], resources.whole, resources.left(fixed), undecided
    )
    # Any plan either leaves all others at their best or loses the next lead, if not more, against the dual.
    kept, changed = _worth(profit, fixed) + core_bound, priced.raised_bound - next_lead
    bound = max(kept, changed) if np.array_equal(fixed, at_best) else inf
    fixed[nearest] = decided
    return fixed, bound


def _decide_core(
    values: Values, start: Positions, whole: Whole, room: Whole, undecided: float
) -> tuple[Positions, float]:
    """Return the best options within the room, or those of `start` if none is better, and an upper bound.

    Parameters
    ----------
    values : ndarray, shape (n_clients, n_offers)
    start : array of int, shape (n_clients,)
    whole, room : arrays of Python int
        Use and what there is of each resource.
    undecided : float
        Absolute gap at which the search may stop.
    """
    kept = _worth(values, start)
    gap = undecided / kept if kept else 0.0
    found, bound = _branch_and_bound(values, *_for_highs(whole, room), gap)
    if not _fits(found, whole, room):
        use, ends = _for_highs(whole, room)
        found, _ = _branch_and_bound(values, use, ends - _MARGIN, gap)
    better = _fits(found, whole, room) and _worth(values, found) > kept
    return (found if better else start), bound


def _fits(choice: Positions, whole: Whole, room: Whole) -> bool:
    return bool((whole @ _count(choice, whole.shape[1]).astype(object) <= room).all())


def _for_highs(whole: Whole, room: Whole) -> tuple[Values, Values]:
    """Return use and room in units in which HiGHS's tolerance of constraints is below one unit of use."""
    units = [max(Fraction(1), Fraction(row.max(), _LARGEST_USE)) for row in whole]
    use = [[float(part / unit) for part in row] for row, unit in zip(whole, units, strict=True)]
    return np.array(use), np.array([float(part / unit) for part, unit in zip(room, units, strict=True)])


def _branch_and_bound(values: Values, use: Values, room: Values, gap: float) -> tuple[Positions, float]:
    """Return the options of the largest value, by HiGHS, and an upper bound of that value."""
    choice = np.zeros(len(values), dtype=np.intp)
    client, offer = np.nonzero((values > 0) & (use[:, 1:] <= room[:, None]).all(axis=0))
    if not len(client):
        return choice, 0.0
    gains = values[client, offer]
    one_each = sparse.csr_array(
        (np.ones(len(client)), (client, np.arange(len(client)))), (len(values), len(client))
    )
    constraints = LinearConstraint(
        sparse.vstack([one_each, sparse.csr_array(use[:, offer + 1])]), ub=[*np.ones(len(values)), *room]
    )
    with _silence():
        result = milp(
            -gains / gains.max() * _LARGEST_VALUE,
            integrality=np.ones(len(client)),
            bounds=Bounds(0, 1),
            constraints=constraints,
            # Presolve saves nothing here.
            options={"mip_rel_gap": gap, "node_limit": _EFFORT // len(values) + 1, "presolve": False},
        )
    if result.x is None:
        return choice, inf
    taken = result.x > 0.5
    choice[client[taken]] = offer[taken] + 1
    return choice, float(-result.mip_dual_bound / _LARGEST_VALUE * gains.max())


@contextmanager
def _silence() -> Iterator[None]:
    """Discard standard output: HiGHS prints to it whatever its options say."""
    flush = ctypes.CDLL(None).fflush  # what C has written waits in a buffer of C
    flush(None)
    shown = os.dup(_STANDARD_OUTPUT)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), _STANDARD_OUTPUT)
    try:
        yield
    finally:
        flush(None)
        os.dup2(shown, _STANDARD_OUTPUT)
        os.close(shown)
