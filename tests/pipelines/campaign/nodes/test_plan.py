"""The plan on tables small enough to be worked out by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from one_click.parameters import CampaignPlan
from one_click.pipelines.campaign.nodes.plan import (
    compare_by_hand,
    run_scenarios,
    select_clients,
    trace_budget,
)
from one_click.schemas.campaign import Recommendations

Make = Callable[..., CampaignPlan]
Row = tuple[int, str, str, float, float, float, float]
SELECTED = ["client_id", "offer", "channel", "cost"]
SELECTED += [f"expected_profit_kept_{case}" for case in ("low", "base", "high")]
CASE = "expected_profit_kept_"

# Client, offer, channel, cost, kept in the low, base and high case. Per unit of cost the letter to client 1
# keeps 4, the push 3; to client 2 only the push pays; the letter to client 3 keeps 2.
ELIGIBLE: list[Row] = [
    (1, "letter", "email", 2.0, 1.0, 8.0, 20.0),
    (1, "push", "push", 1.0, 2.0, 3.0, 4.0),
    (2, "push", "push", 1.0, 1.0, 5.0, 6.0),
    (2, "letter", "email", 2.0, -2.0, -1.0, 7.0),
    (3, "letter", "email", 2.0, 3.5, 4.0, 5.0),
]
NOBODY: list[Row] = [(4, "none", "none", 0.0, 0.0, 0.0, 0.0)]


def recommend(rows: list[Row]) -> pd.DataFrame:
    """Return recommendations, each client's offers in the order of what they keep."""
    columns = ["client_id", "offer", "channel", "cost", f"{CASE}low", f"{CASE}base", f"{CASE}high"]
    kinds = {"client_id": "int64", "offer": "str", "channel": "str"} | dict.fromkeys(columns[3:], "float64")
    table = pd.DataFrame(rows, columns=columns).astype(kinds)
    table = table.sort_values(["client_id", f"{CASE}base"], ascending=[True, False], kind="stable")
    table["rank"] = table.groupby("client_id").cumcount() + 1
    return table.reindex(columns=Recommendations.column_names()).reset_index(drop=True)


def decide(probability: list[float], profit: list[float]) -> pd.DataFrame:
    """Return a decision table of clients 1, 2, … with profit at risk = probability * profit."""
    table = pd.DataFrame({"probability": probability, "monthly_profit": profit})
    at_risk = table["probability"] * table["monthly_profit"]
    return table.assign(client_id=np.arange(1, len(table) + 1), profit_at_risk=at_risk)


@pytest.fixture(scope="module")
def make(change_campaign: Make) -> Make:
    """Return a function that gives the shipped campaign without limits, with some changes."""
    return lambda **changes: change_campaign(**{"budget": None, "contacts": {}} | changes)


def scenarios_of(table: pd.DataFrame, options: CampaignPlan) -> pd.DataFrame:
    return run_scenarios(table, *select_clients(table, options), options)


def by_hand_of(table: pd.DataFrame, decisions: pd.DataFrame, options: CampaignPlan) -> pd.DataFrame:
    return compare_by_hand(table, select_clients(table, options)[0], decisions, options)


def given_to(selected: pd.DataFrame) -> dict[int, str]:
    return dict(zip(selected["client_id"], selected["offer"], strict=True))


@pytest.mark.parametrize(
    ("changes", "expected", "kept"),
    [
        pytest.param({}, {1: "letter", 2: "push", 3: "letter"}, 17, id="no-limit"),
        pytest.param({"budget": 5}, {1: "letter", 2: "push", 3: "letter"}, 17, id="enough-for-all"),
        pytest.param({"budget": 4}, {1: "letter", 2: "push"}, 13, id="two-letters-would-keep-12"),
        pytest.param({"budget": 3}, {1: "letter", 2: "push"}, 13, id="three"),
        pytest.param({"budget": 2.99}, {1: "letter"}, 8, id="a-letter-or-two-pushes-for-8"),
        pytest.param({"budget": 1}, {2: "push"}, 5, id="one-push"),
        pytest.param({"budget": 0.5}, {}, 0, id="too-little-for-any"),
        pytest.param({"budget": 0}, {}, 0, id="nothing"),
        pytest.param({"contacts": {"push": 0}}, {1: "letter", 3: "letter"}, 12, id="no-push"),
        pytest.param(
            {"contacts": {"email": 1}}, {1: "letter", 2: "push"}, 13, id="one-letter-to-whom-it-keeps-more"
        ),
        pytest.param(
            {"contacts": {"email": 0}}, {1: "push", 2: "push"}, 8, id="fallback-to-the-second-best-offer"
        ),
        pytest.param({"contacts": {"email": 1, "push": 0}, "budget": 9}, {1: "letter"}, 8, id="both-limits"),
    ],
)
def test_plan_is_worked_out_by_hand(
    make: Make, changes: dict[str, Any], expected: dict[int, str], kept: float
) -> None:
    selected, summary = select_clients(recommend(ELIGIBLE + NOBODY), make(**changes))
    if changes.get("budget") == 2.99:  # a letter to client 1, or a push to each of the first two
        assert given_to(selected) in ({1: "letter"}, {1: "push", 2: "push"})
    else:
        assert given_to(selected) == expected
    assert summary.kept == kept
    assert summary.cost == selected["cost"].sum()
    assert summary.clients == len(selected)
    assert summary.upper_bound == pytest.approx(kept)
    assert summary.gap == pytest.approx(0, abs=1e-9)
    assert summary.budget == changes.get("budget")


def test_selected_rows_are_those_of_the_recommendations(make: Make) -> None:
    selected, _ = select_clients(recommend(ELIGIBLE + NOBODY), make())
    assert list(selected) == SELECTED
    assert selected.to_numpy().tolist() == [list(ELIGIBLE[row]) for row in (0, 2, 4)]


def test_the_order_of_the_rows_does_not_matter(make: Make) -> None:
    table = recommend(ELIGIBLE + NOBODY)
    for seed in range(5):
        selected, summary = select_clients(table.sample(frac=1, random_state=seed), make(budget=3))
        assert given_to(selected) == {1: "letter", 2: "push"}
        assert selected["client_id"].is_monotonic_increasing
        assert summary == select_clients(table, make(budget=3))[1]


@pytest.mark.parametrize(
    ("budget", "least", "most"),
    [
        # The best uses of money: client 2's push, 5 for one unit; client 1's letter, 8 for two; client 3's
        # letter, 4 for two. For 5 units everybody gets the best offer.
        pytest.param(1, 4, 5, id="between-the-push-and-the-next-letter"),
        pytest.param(2, 4, 4, id="within-the-letter-to-client-1"),
        pytest.param(3, 2, 4, id="between-the-two-letters"),
        pytest.param(4, 2, 2, id="within-the-letter-to-client-3"),
        pytest.param(6, 0, 0, id="more-than-can-be-spent"),
        pytest.param(None, 0, 0, id="no-limit"),
    ],
)
def test_price_is_what_the_last_unit_of_the_budget_keeps(
    make: Make, budget: float | None, least: float, most: float
) -> None:
    _, summary = select_clients(recommend(ELIGIBLE), make(budget=budget))
    assert least - 1e-6 <= summary.budget_price <= most + 1e-6


def test_price_of_a_contact_is_what_one_more_would_keep(make: Make) -> None:
    _, summary = select_clients(recommend(ELIGIBLE), make(contacts={"email": 1}))
    # one more letter would go to client 3 and keep 4; pushes and the site have no limit
    assert summary.contact_prices["push"] == summary.contact_prices["on_site"] == 0
    assert 4 - 1e-6 <= summary.contact_prices["email"] <= 5 + 1e-6
    assert summary.contacts == {"email": 1, "push": 1, "on_site": 0}


def test_no_plan_for_more_money_exceeds_the_dual_and_its_price(make: Make) -> None:
    table = recommend(ELIGIBLE)
    plans = {budget: select_clients(table, make(budget=budget))[1] for budget in range(7)}
    for budget, summary in plans.items():
        price = summary.budget_price
        gain = (table[f"{CASE}base"] - price * table["cost"]).clip(lower=0)
        dual = gain.groupby(table["client_id"]).max().sum() + price * budget
        for larger in range(budget, 7):
            assert plans[larger].kept <= dual + price * (larger - budget) + 1e-6


def test_costs_and_budget_are_decimals(make: Make) -> None:
    rows: list[Row] = [(client, "push", "push", 0.1, 1.0, 1.0, 1.0) for client in (1, 2, 3)]
    selected, _ = select_clients(recommend(rows), make(budget=0.3))
    assert len(selected) == 3
    by_hand = by_hand_of(recommend(rows), decide([0.9] * 3, [1] * 3), make(budget=0.3))
    assert by_hand["clients"].tolist() == [3] * 5


@pytest.mark.parametrize("rows", [[], NOBODY], ids=["no-client", "nobody-at-risk"])
def test_a_plan_for_nobody_keeps_its_columns(make: Make, rows: list[Row]) -> None:
    table, options = recommend(rows), make(budget=60, contacts={"email": 3})
    selected, summary = select_clients(table, options)
    usual, _ = select_clients(recommend(ELIGIBLE), options)
    assert selected.empty
    assert selected.dtypes.to_dict() == usual.dtypes.to_dict()
    assert (summary.kept, summary.cost, summary.upper_bound, summary.gap) == (0, 0, 0, 0)
    assert summary.contacts == {"email": 0, "push": 0, "on_site": 0}
    assert list(trace_budget(table, options)) == list(trace_budget(recommend(ELIGIBLE), options))
    assert scenarios_of(table, options)["loss"].tolist() == [0, 0, 0]
    by_hand = by_hand_of(table, decide([0.2] * 4, [1] * 4), options)
    assert by_hand[["clients", "cost", "kept"]].to_numpy().sum() == 0
    assert by_hand["share_of_plan"].isna().all()


def test_offers_that_do_not_pay_for_themselves_are_given_to_nobody(make: Make) -> None:
    table = recommend([(1, "letter", "email", 2.0, -2.0, -1.0, 7.0), (2, "push", "push", 0.0, 0.0, 0.0, 1.0)])
    assert select_clients(table, make())[0].empty
    by_hand = by_hand_of(table, decide([0.9, 0.9], [1, 1]), make())
    assert by_hand["clients"].tolist() == [0] * 5


# --- budget -----------------------------------------------------------------------------------------------


def test_budget_curve_is_worked_out_by_hand(make: Make) -> None:
    # five points from 0 to 1.25 times the 5 units that all can cost
    curve = trace_budget(recommend(ELIGIBLE), make(curve_points=6))
    assert curve["budget"].tolist() == pytest.approx([0, 1.25, 2.5, 3.75, 5, 6.25])
    assert curve["kept"].tolist() == pytest.approx([0, 5, 8, 13, 17, 17])
    assert curve["cost"].tolist()[-2:] == [5, 5]
    assert (curve["upper_bound"] >= curve["kept"]).all()


@st.composite
def many_offers(draw: st.DrawFn) -> pd.DataFrame:
    """Draw recommendations to some dozens of clients."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    channels = {"letter": "email", "push": "push", "banner": "on_site"}
    costs = {offer: float(generator.choice([0.05, 0.1, 0.4, 1.0])) for offer in channels}
    rows: list[Row] = []
    for client in range(1, draw(st.integers(1, 40)) + 1):
        for offer in generator.permutation(list(channels))[: generator.integers(0, 4)]:
            at_risk, effect = generator.exponential(10), generator.uniform(0.01, 0.2)
            kept = [effect * part * at_risk - costs[offer] for part in (0.4, 1, 1.6)]
            rows.append((client, str(offer), channels[offer], costs[offer], kept[0], kept[1], kept[2]))
    return recommend(rows or NOBODY)


LIMITS = st.fixed_dictionaries(
    {
        "budget": st.none() | st.integers(0, 100).map(lambda tenths: tenths / 10),
        "contacts": st.dictionaries(st.sampled_from(["email", "push", "on_site"]), st.integers(0, 20)),
    }
)


@given(table=many_offers(), limits=LIMITS)
def test_more_budget_never_keeps_less_and_the_curve_ends_at_the_unlimited_plan(
    make: Make, table: pd.DataFrame, limits: dict[str, Any]
) -> None:
    options = make(**limits, curve_points=6)
    curve = trace_budget(table, options)
    _, unlimited = select_clients(table, options.model_copy(update={"budget": None}))
    assert curve["kept"].is_monotonic_increasing
    assert curve["kept"].iloc[-1] == pytest.approx(unlimited.kept)
    assert curve["budget"].iloc[-1] == pytest.approx(1.25 * unlimited.cost)
    assert (curve["cost"] <= curve["budget"] + 1e-9).all()
    assert (curve["kept"] <= curve["upper_bound"] + 1e-9).all()
    assert (curve["budget_price"].diff().fillna(0) <= 1e-6).all()


@given(table=many_offers())
def test_each_unit_of_budget_keeps_less_than_the_one_before(make: Make, table: pd.DataFrame) -> None:
    curve = trace_budget(table, make(curve_points=12))
    steps = np.diff(curve["kept"])
    # The curve of the dual is concave; with a budget alone, the plan is within one offer of it.
    assert (np.diff(steps) <= 2 * max(table[f"{CASE}base"].max(), 0) + 1e-9).all()
    assert len(steps) == 0 or steps[0] >= steps[-1]


# --- scenarios and other ways ------------------------------------------------------------------------------


def test_scenarios_are_worked_out_by_hand(make: Make) -> None:
    scenarios = scenarios_of(recommend(ELIGIBLE), make(budget=3)).set_index("case")
    # The plan for 3: a letter to client 1 and a push to client 2. Had the low case been known: a letter to
    # client 3 (3.5) and a push to client 1 (2); the high one: the plan itself.
    assert list(scenarios.index) == ["low", "base", "high"]
    assert scenarios["kept"].tolist() == pytest.approx([1 + 1, 13, 20 + 6])
    assert scenarios["best"].tolist() == pytest.approx([5.5, 13, 26])
    assert scenarios["loss"].tolist() == pytest.approx([3.5, 0, 0])


@given(table=many_offers(), limits=LIMITS)
def test_knowing_the_case_never_keeps_less_and_the_plan_outdoes_every_order_by_hand(
    make: Make, table: pd.DataFrame, limits: dict[str, Any]
) -> None:
    options = make(**limits, draws=5)
    scenarios = scenarios_of(table, options).set_index("case")
    assert (scenarios["loss"] >= -1e-9).all()
    assert scenarios.loc["base", "loss"] == pytest.approx(0, abs=1e-9)
    assert (scenarios["best"] <= scenarios["upper_bound"] + 1e-9).all()
    clients = int(table["client_id"].max())
    generator = np.random.default_rng(clients)
    by_hand = by_hand_of(table, decide(*generator.random((2, clients)).tolist()), options)
    kept = by_hand.set_index("way")["kept"]
    assert kept["plan"] == pytest.approx(scenarios.loc["base", "kept"])
    assert (kept <= kept["plan"] + 1e-9).all()
    assert (by_hand["high"].dropna() <= kept["plan"] + 1e-9).all()
    if options.budget is not None:
        assert (by_hand["cost"] <= options.budget + 1e-9).all()


# Each client's best offer and what it keeps: letters to 1 (8), 3 (4) and 4 (2), a push to 2 (5).
HAND = [*ELIGIBLE, (4, "letter", "email", 2.0, 1.0, 2.0, 3.0), (5, "none", "none", 0.0, 0.0, 0.0, 0.0)]
# By probability 4, 3, 2, 1; by profit 3, 4, 1, 2; by profit at risk 3 (.8), 4 (.63), 1 (.12), 2 (.06).
DECISIONS = decide([0.3, 0.6, 0.8, 0.9, 1.0], [0.4, 0.1, 1.0, 0.7, 9.0])


WAYS = ("plan", "profit_at_risk", "probability", "monthly_profit")


@pytest.mark.parametrize(
    ("changes", "ways"),  # clients, cost and what is kept, of each way
    [
        # 4 and 3 take the budget; 3 and 4 do so again
        pytest.param({"budget": 4}, [(2, 3, 13), (2, 4, 6), (2, 4, 6), (2, 4, 6)], id="budget"),
        # 4, then 2 fits into what is left; 3 alone, as neither 4 nor 1 fits, then 2
        pytest.param(
            {"budget": 3}, [(2, 3, 13), (2, 3, 9), (2, 3, 7), (2, 3, 9)], id="what-still-fits-is-taken"
        ),
        pytest.param(
            {"contacts": {"email": 1}}, [(2, 3, 13), (2, 3, 9), (2, 3, 7), (2, 3, 9)], id="one-letter"
        ),
        pytest.param({}, [(4, 7, 19)] * 4, id="no-limit"),
    ],
)
def test_orders_by_hand_are_worked_out_by_hand(
    make: Make, changes: dict[str, Any], ways: list[tuple[float, float, float]]
) -> None:
    got = by_hand_of(recommend(HAND), DECISIONS, make(**changes)).set_index("way")
    assert list(got.index) == [*WAYS, "random"]
    own = got.loc[[*WAYS]]
    assert list(own[["clients", "cost", "kept"]].itertuples(index=False, name=None)) == ways
    assert own["share_of_plan"].tolist() == pytest.approx([kept / ways[0][2] for _, _, kept in ways])
    assert own[["low", "high"]].isna().all(axis=None)


def test_equal_clients_are_taken_by_number(make: Make) -> None:
    alike = decide([0.5] * 5, [1.0] * 5)
    got = by_hand_of(recommend(HAND), alike, make(budget=2)).set_index("way")
    assert got.loc["probability", "kept"] == 8  # the letter to client 1


def test_random_orders_are_the_same_again_and_others_with_another_seed(make: Make) -> None:
    def draw(seed: int, draws: int = 20) -> pd.DataFrame:
        return by_hand_of(recommend(HAND), DECISIONS, make(budget=3, seed=seed, draws=draws))

    pd.testing.assert_frame_equal(draw(1), draw(1))
    assert not draw(1).equals(draw(2))
    assert draw(1).head(4).equals(draw(2).head(4))


def test_random_orders_keep_what_they_must_on_average(make: Make) -> None:
    got = by_hand_of(recommend(HAND), DECISIONS, make(budget=2, draws=500)).set_index("way")
    # Whoever comes first is taken: a letter takes all the money, the push leaves too little for any.
    error = np.std([8, 5, 4, 2]) / 500**0.5
    assert got.loc["random", "kept"] == pytest.approx((8 + 5 + 4 + 2) / 4, abs=4 * error)
    assert got.loc["random", "cost"] == pytest.approx((2 + 1 + 2 + 2) / 4, abs=0.1)
    assert got.loc["random", ["clients", "low", "high"]].tolist() == [1, 2, 8]
