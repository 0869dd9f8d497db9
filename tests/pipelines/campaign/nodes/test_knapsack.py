import ctypes
import os
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from one_click.errors import ParameterError
from one_click.pipelines.campaign.nodes.knapsack import Limits, Plan, price_curve, solve

NOT = -np.inf
Values = NDArray[np.float64]
Problem = tuple[Values, Values, NDArray[np.int64], Limits]
STEP = 0.05  # all costs and budgets of drawn problems are multiples of it


def exact(values: Values, costs: Values, channels: NDArray[np.int64], limits: Limits) -> float:
    """Return the value of the best plan, from HiGHS on the whole problem at once."""
    client, offer = np.nonzero(values > 0)
    if not len(client):
        return 0.0
    rows = [*(client == np.arange(len(values))[:, None])]
    ends = [1.0] * len(values)
    if limits.budget is not None:
        rows.append(np.rint(costs / STEP)[offer])
        ends.append(np.rint(limits.budget / STEP))
    for channel, contacts in enumerate(limits.contacts):
        if contacts is not None:
            rows.append(channels[offer] == channel)
            ends.append(contacts)
    unit = values.max() / 1000
    result = milp(
        -values[client, offer] / unit,
        constraints=LinearConstraint(np.array(rows, dtype=float), ub=ends),
        integrality=np.ones(len(client)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    return float(-result.fun * unit)


def best_of_all(values: Values, costs: Values, channels: NDArray[np.int64], limits: Limits) -> float:
    """Return the value of the best plan, by trying every one."""
    choices = product(range(-1, values.shape[1]), repeat=len(values))
    plans = (np.array(choice, dtype=int) for choice in choices)
    return max(_value(plan, values) for plan in plans if _fits(plan, costs, channels, limits))


def _value(offer: NDArray[np.int64], values: Values) -> float:
    return float(sum(values[client, chosen] for client, chosen in enumerate(offer) if chosen >= 0))


def _fits(offer: NDArray[np.int64], costs: Values, channels: NDArray[np.int64], limits: Limits) -> bool:
    chosen = offer[offer >= 0]
    cost = sum((Fraction(repr(float(cost))) for cost in costs[chosen]), Fraction())
    if limits.budget is not None and cost > Fraction(repr(float(limits.budget))):
        return False
    return all(
        contacts is None or (channels[chosen] == channel).sum() <= contacts
        for channel, contacts in enumerate(limits.contacts)
    )


def dual(plan: Plan, values: Values, costs: Values, channels: NDArray[np.int64], limits: Limits) -> float:
    """Return the Lagrangian dual at the prices of a plan."""
    price = plan.budget_price * costs + np.array(plan.contact_prices)[channels]
    held = plan.budget_price * (limits.budget or 0.0) + sum(
        price * contacts
        for price, contacts in zip(plan.contact_prices, limits.contacts, strict=True)
        if contacts is not None
    )
    return float(np.clip((values - price).max(axis=1), 0, None).sum() + held)


def assert_sound(
    plan: Plan, values: Values, costs: Values, channels: NDArray[np.int64], limits: Limits
) -> None:
    """Check all that a plan says of itself, but not how good it is."""
    taken = plan.offer >= 0
    assert _fits(plan.offer, costs, channels, limits)
    assert (values[taken, plan.offer[taken]] > 0).all()
    assert plan.value == pytest.approx(_value(plan.offer, values), rel=1e-12)
    assert plan.cost == pytest.approx(costs[plan.offer[taken]].sum(), rel=1e-12)
    assert limits.budget is None or plan.cost <= limits.budget
    assert plan.upper_bound >= plan.value
    assert plan.gap * plan.upper_bound == pytest.approx(plan.upper_bound - plan.value)
    assert plan.budget_price >= 0
    assert min(plan.contact_prices) >= 0


@st.composite
def problems(draw: st.DrawFn, most_clients: int, most_offers: int = 3) -> Problem:
    """Draw few levels of value and cost, so that many clients and offers are equal."""
    clients = draw(st.integers(1, most_clients))
    offers = draw(st.integers(1, most_offers))
    value = st.sampled_from([NOT, NOT, -1.0, 0.0, 0.3, 1.0, 1.0, 2.5, 3.0]) | st.floats(0.001, 10)
    cost = st.sampled_from([0, 1, 1, 2, 7, 8]).map(lambda units: round(units * STEP, 2))
    values = draw(
        st.lists(st.lists(value, min_size=offers, max_size=offers), min_size=clients, max_size=clients)
    )
    channels = draw(st.lists(st.integers(0, 1), min_size=offers, max_size=offers))
    contacts = st.none() | st.integers(0, clients)
    budget = draw(st.none() | st.integers(0, 4 * clients).map(lambda units: round(units * STEP, 2)))
    costs = draw(st.lists(cost, min_size=offers, max_size=offers))
    return (
        np.array(values),
        np.array(costs),
        np.array(channels),
        Limits(budget, (draw(contacts), draw(contacts))),
    )


def campaign(clients: int, seed: int, budget: float = 0.4, contacts: float | None = 0.4) -> Problem:
    """Draw clients of uneven worth, four offers and limits: shares of what would be used without any."""
    generator = np.random.default_rng(seed)
    risk = generator.beta(1.2, 1.8, clients) * generator.gamma(4, 3, clients)
    costs, channels = np.array([0.4, 0.05, 0.5, 0.05]), np.array([0, 0, 1, 1])
    values = np.outer(risk, [0.1, 0.03, 0.13, 0.035]) - costs
    values[generator.random(values.shape) < 0.4] = NOT
    wanted = np.where(values.max(axis=1) > 0, values.argmax(axis=1), -1)
    counts = np.bincount(wanted + 1, minlength=5)[1:]
    return (
        values,
        costs,
        channels,
        Limits(
            round(budget * float(counts @ costs) / STEP) * STEP,
            tuple(None if contacts is None else int(contacts * counts[channels == c].sum()) for c in (0, 1)),
        ),
    )


# --- worked by hand ---------------------------------------------------------------------------------


def test_three_clients_worked_by_hand() -> None:
    # A letter at 1 and a coupon at 3. Freely: coupons to the first two, a letter to the third; 16 kept, at 7.
    values = np.array([[4.0, 9.0], [3.0, 5.0], [2.0, NOT]])
    # With 5 to spend, one must give 2 up: the second loses 2, the first 5, the third can only lose all.
    plan = solve(values, [1, 3], [0, 1], Limits(5, (None, None)))
    assert plan.offer.tolist() == [1, 0, 0]
    assert (plan.value, plan.cost, plan.upper_bound, plan.gap) == (14, 5, 14, 0)
    # With one letter only, the third gets none.
    plan = solve(values, [1, 3], [0, 1], Limits(5, (1, None)))
    assert plan.offer.tolist() == [1, 0, -1]
    assert (plan.value, plan.cost) == (12, 4)
    # Without money only what is free can be given.
    assert solve(values, [0, 3], [0, 1], Limits(0, (2, None))).offer.tolist() == [0, 0, -1]


@pytest.mark.parametrize("clients", [50, 700, 60_000])
def test_equal_clients_share_the_budget(clients: int) -> None:
    # 2 kept at a cost of .5: with .2 per client, two of five get the offer, and one more unit keeps 4.
    plan = solve(np.full((clients, 1), 2.0), [0.5], [0], Limits(0.2 * clients, (None,)))
    assert plan.value == pytest.approx(0.8 * clients)
    assert plan.upper_bound == pytest.approx(0.8 * clients, rel=1e-5)
    assert plan.budget_price == pytest.approx(4, rel=1e-5)
    assert 0 <= plan.gap <= 1e-5


def test_equal_clients_under_all_limits() -> None:
    # A letter keeps 2 for 1, a call 3 for 2. Letters are the better buy: all 30 000, and 10 000 calls for
    # the rest of the money. A unit more buys half a call, 1.5; a letter more keeps 2, but takes that half.
    values = np.tile([2.0, 3.0], (60_000, 1))
    plan = solve(values, [1, 2], [0, 1], Limits(50_000, (30_000, 15_000)))
    assert plan.value == pytest.approx(90_000, rel=1e-5)
    assert plan.gap <= 1e-5
    assert plan.budget_price == pytest.approx(1.5, rel=1e-4)
    assert plan.contact_prices == pytest.approx((0.5, 0.0), abs=1e-4)


def test_rhythm_of_the_rows_misleads_no_sample() -> None:
    # Every third client keeps 1, 2, 3: all of the 3 and half of the 2 fit.
    values = np.resize([1.0, 2.0, 3.0], (60_000, 1))
    plan = solve(values, [1], [0], Limits(30_000, (None,)))
    assert plan.value == pytest.approx(80_000, rel=1e-5)
    assert plan.budget_price == pytest.approx(2, rel=1e-5)


def test_one_offer_goes_to_the_most_worth() -> None:
    values = np.random.default_rng(1).permutation(np.arange(1.0, 120_001))[:, None]
    plan = solve(values, [1], [0], Limits(None, (30_000,)))
    assert sorted(values[plan.offer == 0, 0]) == list(range(90_001, 120_001))
    assert plan.contact_prices[0] == pytest.approx(90_000, abs=2)


def test_decimals_count_as_they_print() -> None:
    # .1 + .1 + .1 is more than .3 for a computer.
    plan = solve(np.ones((10, 1)), [0.1], [0], Limits(0.3, (None,)))
    assert ((plan.offer == 0).sum(), plan.cost) == (3, 0.3)


def test_budget_is_never_exceeded_within_a_solver_s_tolerance() -> None:
    # Three of the dear offers cost 1.0000000000000001, which solvers take for 1.
    costs = [0.33333333333333337, 0.2000000000000001]
    plan = solve(np.tile([10.0, 1.0], (3, 1)), costs, [0, 0], Limits(1.0, (None,)))
    assert sorted(plan.offer) == [0, 0, 1]
    assert plan.value == 21
    assert plan.upper_bound >= 21


ONE = np.array([[2.0]])


@pytest.mark.parametrize(
    ("values", "cost", "limits", "offers"),
    [
        pytest.param(ONE, 1, Limits(1, (1,)), [0], id="one-client"),
        pytest.param(ONE, 1, Limits(0.99, (None,)), [-1], id="one-client-too-dear"),
        pytest.param(ONE, 1, Limits(0, (None,)), [-1], id="no-budget"),
        pytest.param(ONE, 0, Limits(0, (None,)), [0], id="no-budget-no-cost"),
        pytest.param(ONE, 1, Limits(None, (0,)), [-1], id="no-contacts"),
        pytest.param(ONE, 1, Limits(0, (0,)), [-1], id="nothing-allowed"),
        pytest.param(ONE, 1, Limits(None, (None,)), [0], id="no-limits"),
        pytest.param(ONE, 1, Limits(1e9, (10**9,)), [0], id="more-than-needed"),
        pytest.param(ONE, 0.5, Limits(1e308, (0,)), [-1], id="far-more-than-needed"),
        pytest.param(np.full((3, 1), NOT), 1, Limits(1, (1,)), [-1, -1, -1], id="nobody-eligible"),
        pytest.param(np.array([[0.0], [-1.0]]), 0, Limits(1, (1,)), [-1, -1], id="nothing-worth-taking"),
        pytest.param(np.empty((0, 1)), 1, Limits(1, (1,)), [], id="no-clients"),
        pytest.param(np.array([[NOT], [1.0], [3.0]]), 1, Limits(1, (None,)), [-1, -1, 0], id="one-of-two"),
    ],
)
def test_ends_of_the_range(values: Values, cost: float, limits: Limits, offers: list[int]) -> None:
    plan = solve(values, [cost], [0], limits)
    assert plan.offer.tolist() == offers
    assert_sound(plan, values, np.array([cost]), np.array([0]), limits)
    assert plan.upper_bound == pytest.approx(plan.value)


def test_spare_limits_have_no_price() -> None:
    plan = solve([[2.0, 1.0]] * 3, [1, 1], [0, 1], Limits(3, (3, 0)))
    assert plan.offer.tolist() == [0, 0, 0]
    assert (plan.budget_price, plan.contact_prices, plan.gap) == (0, (0, 0), 0)


# --- against other solvers --------------------------------------------------------------------------


@given(problem=problems(most_clients=5))
def test_small_plan_is_the_best_of_all(problem: Problem) -> None:
    plan, best = solve(*problem), best_of_all(*problem)
    assert_sound(plan, *problem)
    assert plan.value == pytest.approx(best, rel=1e-9)
    assert plan.upper_bound == pytest.approx(best, rel=1e-9)
    assert dual(plan, *problem) >= best * (1 - 1e-9)


@pytest.mark.parametrize("contacts", [None, 0.4], ids=["budget", "every-limit"])
def test_plan_is_as_good_as_of_the_whole_problem(contacts: float | None) -> None:
    for seed in range(52):
        problem = campaign(20 + seed % 41, seed, contacts=contacts)
        plan = solve(*problem)
        assert_sound(plan, *problem)
        assert plan.value == pytest.approx(exact(*problem), rel=1e-9)
        assert plan.gap <= 1e-9


@given(problem=problems(most_clients=40), enough=st.sampled_from([0.001, 0.01, 0.1]))
def test_plan_that_is_near_enough_is_sound_and_as_near_as_asked(problem: Problem, enough: float) -> None:
    plan, best = solve(*problem, enough=enough), exact(*problem)
    assert_sound(plan, *problem)
    assert plan.value >= best * (1 - enough) - 1e-9
    assert plan.upper_bound >= best * (1 - 1e-9)
    assert plan.gap <= enough + 1e-9


def test_a_curve_near_enough_lies_below_its_bound_by_no_more() -> None:
    values, costs, channels, limits = campaign(60, 4)
    budgets = np.linspace(0, 2 * limits.budget, 9)
    exactly, nearly = (
        price_curve(values, costs, channels, limits, budgets, enough) for enough in (0.0, 0.005)
    )
    assert (nearly["value"] <= exactly["value"] + 1e-9).all()
    assert (nearly["value"] >= 0.995 * exactly["value"]).all()
    assert (nearly["upper_bound"] >= exactly["value"] - 1e-9).all()


# Of each size one in which HiGHS writes a line of its own, though it presolves nothing.
@pytest.mark.parametrize(("clients", "seed"), [(25, 45), (60, 3), (300, 11)])
def test_solver_says_nothing(capfd: pytest.CaptureFixture[str], clients: int, seed: int) -> None:
    for contacts in (None, 0.4):
        solve(*campaign(clients, seed, contacts=contacts))
    ctypes.CDLL(None).fflush(None)
    assert capfd.readouterr() == ("", "")


def test_output_is_heard_again_after_the_solver(capfd: pytest.CaptureFixture[str]) -> None:
    solve(*campaign(25, 45))
    os.write(1, b"heard")
    assert capfd.readouterr().out == "heard"


@given(problem=problems(most_clients=40), core=st.integers(1, 5))
def test_plan_of_a_small_core_is_within_its_gap(problem: Problem, core: int) -> None:
    plan, best = solve(*problem, core=core), exact(*problem)
    assert_sound(plan, *problem)
    assert plan.value <= best * (1 + 1e-9)
    assert plan.upper_bound >= best * (1 - 1e-9)


def test_bound_holds_where_the_core_is_too_small() -> None:
    missed = 0
    for seed in range(40):
        problem = campaign(30, seed, contacts=0.4 if seed % 2 else None)
        plan, best = solve(*problem, core=2), exact(*problem)
        assert best * (1 - 1e-9) <= plan.upper_bound <= dual(plan, *problem) * (1 + 1e-5)
        missed += plan.value < best * (1 - 1e-9)
    assert missed  # else nothing was tested


@pytest.mark.parametrize("seed", range(3))
def test_core_proves_more_than_the_dual(seed: int) -> None:
    problem = campaign(250, seed)
    plan = solve(*problem, core=50)
    assert_sound(plan, *problem)
    assert plan.upper_bound < dual(plan, *problem)
    assert plan.gap <= 5e-4


@pytest.mark.parametrize("contacts", [None, 0.4], ids=["budget", "every-limit"])
def test_large_plan_is_nearly_proven(contacts: float | None) -> None:
    problem = campaign(60_000, 0, contacts=contacts)
    plan = solve(*problem)
    assert_sound(plan, *problem)
    assert plan.gap <= 2e-5
    assert plan.budget_price > 0
    assert (min(plan.contact_prices) > 0) == (contacts is not None)


# --- prices -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_more_budget_keeps_no_more_than_its_price(seed: int) -> None:
    values, costs, channels, limits = campaign(40, seed)
    assert limits.budget is not None
    plan = solve(values, costs, channels, limits)
    at_these_prices = dual(plan, values, costs, channels, limits)
    for more in (-1.0, 0.05, 0.5, 2.0, 10.0):
        budget = round(limits.budget + more, 2)
        other = solve(values, costs, channels, Limits(budget, limits.contacts))
        assert other.value <= at_these_prices + plan.budget_price * more + 1e-9


def test_price_is_what_a_unit_more_keeps() -> None:
    values, costs, channels, limits = campaign(60_000, 3)
    assert limits.budget is not None
    assert limits.contacts[0] is not None
    plan = solve(values, costs, channels, limits)
    richer = Limits(limits.budget + 50, limits.contacts)
    kept = solve(values, costs, channels, richer).value - plan.value
    assert kept == pytest.approx(50 * plan.budget_price, rel=0.02)
    wider = Limits(limits.budget, (limits.contacts[0] + 300, limits.contacts[1]))
    kept = solve(values, costs, channels, wider).value - plan.value
    assert kept == pytest.approx(300 * plan.contact_prices[0], rel=0.05)


def test_price_curve_by_hand() -> None:
    # Two clients with an offer at 1 that keeps 3, or 1. What the third unit would buy is not there.
    table = price_curve([[3.0], [1.0]], [1], [0], Limits(None, (None,)), [2, 0, 1, 3, 1])
    assert table.columns.tolist() == ["budget", "cost", "value", "upper_bound", "budget_price"]
    assert table["budget"].tolist() == [0, 1, 2, 3]
    assert table["cost"].tolist() == [0, 1, 2, 2]
    assert table["value"].tolist() == [0, 3, 4, 4]
    assert table["upper_bound"].tolist() == pytest.approx([0, 3, 4, 4])
    assert 1 - 1e-6 <= table["budget_price"][1] <= 3 + 1e-6
    assert table["budget_price"][2:].tolist() == [0, 0]


def test_price_curve_rises_ever_less() -> None:
    values, costs, channels, limits = campaign(3000, 4)
    table = price_curve(values, costs, channels, limits, [0, 20, 40, 60, 80, 100])
    slopes = np.diff(table["value"]) / 20
    assert (np.diff(slopes) < 0).all()
    assert (slopes >= table["budget_price"][1:] * (1 - 1e-3)).all()
    assert (slopes <= table["budget_price"][:-1] * (1 + 1e-3)).all()
    plan = solve(values, costs, channels, Limits(60, limits.contacts))
    assert table["value"][3] == plan.value


# --- the contract -----------------------------------------------------------------------------------


def test_same_input_gives_the_same_plan_and_stays_as_it_is() -> None:
    values, costs, channels, limits = campaign(250, 5)
    before = values.copy()
    values.setflags(write=False)
    one, other = (solve(values, costs, channels, limits, core=20) for _ in range(2))
    assert np.array_equal(one.offer, other.offer)
    assert (one.value, one.upper_bound, one.contact_prices) == (
        other.value,
        other.upper_bound,
        other.contact_prices,
    )
    assert np.array_equal(values, before)


def test_unit_of_money_is_no_matter() -> None:
    values, costs, channels, limits = campaign(150, 6)
    assert limits.budget is not None
    plan = solve(values, costs, channels, limits)
    scaled = solve(values * 1e6, costs * 1000, channels, Limits(round(limits.budget * 1000), limits.contacts))
    assert scaled.value == pytest.approx(1e6 * plan.value, rel=5e-5)
    assert scaled.budget_price == pytest.approx(1e3 * plan.budget_price, rel=1e-2)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        pytest.param({"values": [[np.nan]]}, "a value is nan or inf", id="nan"),
        pytest.param({"values": [[np.inf]]}, "a value is nan or inf", id="inf"),
        pytest.param({"values": [1.0]}, r"values have the shape \(1,\)", id="one-dimension"),
        pytest.param({"values": np.empty((2, 0))}, r"values have the shape \(2, 0\)", id="no-offers"),
        pytest.param({"costs": [1, 2]}, r"costs have the shape \(2,\): it must be \(1,\)", id="costs"),
        pytest.param({"costs": [-1]}, "costs are .*0 or more", id="negative-cost"),
        pytest.param({"costs": [np.nan]}, "costs are .*0 or more", id="no-cost"),
        pytest.param({"channels": [[0]]}, r"channels have the shape \(1, 1\)", id="channels"),
        pytest.param({"channels": [1]}, "channels are .* the 1 limits of contacts", id="unknown-channel"),
        pytest.param({"channels": [0.5]}, "channels are .* the 1 limits of contacts", id="half-a-channel"),
        pytest.param({"core": 0}, "core is 0: it must be 1 or more", id="no-core"),
    ],
)
def test_faulty_input_is_named(given: dict[str, Any], fault: str) -> None:
    right: dict[str, Any] = {"values": [[1.0]], "costs": [1.0], "channels": [0], "limits": Limits(1, (1,))}
    with pytest.raises(ParameterError, match=fault):
        solve(**right | given)


@pytest.mark.parametrize("budget", [-1, np.nan, np.inf])
def test_faulty_budget_is_named(budget: float) -> None:
    with pytest.raises(ParameterError, match=f"The budget is {budget}: it must be 0 or more, or None"):
        Limits(budget, (1,))


@pytest.mark.parametrize("contacts", [-1, 1.5, np.nan])
def test_faulty_contacts_are_named(contacts: Any) -> None:
    with pytest.raises(
        ParameterError, match=f"contacts of channel 1 is {contacts}: it must be a whole number"
    ):
        Limits(None, (None, contacts))
