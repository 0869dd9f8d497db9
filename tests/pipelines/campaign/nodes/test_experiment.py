"""Arms, power and balance against closed forms, a simulation and answers worked out by hand."""

import hashlib
import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from one_click.columns import BASE_FEATURES, COLUMNS
from one_click.parameters import CampaignPlan, Offers
from one_click.pipelines.campaign.nodes.experiment import (
    assign_arms,
    check_balance,
    hash_share,
    power_of,
    size_experiment,
)
from one_click.rules.offers import Offer

Make = Callable[..., CampaignPlan]
Strata = dict[tuple[str, str], int]
PLAN = ["client_id", "offer", "channel", "arm", "cost", "expected_profit_kept"]
STRATA: Strata = {
    ("banner", "loyal"): 3,
    ("banner", "promo"): 12,
    ("coupon", "promo"): 25,
    ("letter", "new"): 1,
}


@pytest.fixture(scope="module")
def make(change_campaign: Make) -> Make:
    return change_campaign


def select(strata: Strata, first: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return selected clients, so many of each offer and segment, and the segments of all clients."""
    rows = [stratum for stratum, count in strata.items() for _ in range(count)]
    table = pd.DataFrame(rows, columns=["offer", "segment"]).astype("str")
    table.insert(0, "client_id", np.arange(first, first + len(table)))
    selected = table.drop(columns="segment").assign(channel="push", cost=0.5)
    for case, kept in (("low", 0.1), ("base", 1.5), ("high", 3.0)):
        selected[f"expected_profit_kept_{case}"] = kept
    return selected, table[["client_id", "segment"]].assign(membership="firm")


def control_of(plan: pd.DataFrame) -> set[int]:
    return set(plan.loc[plan["arm"] == "control", "client_id"])


# --- arms --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("campaign", "client", "digest"),
    [
        # what `printf first:1 | sha256sum` says, its first 16 digits
        pytest.param("first", 1, "a8acb2c584ed0615", id="latin"),
        pytest.param("весна", 215348, "4eb0a245e9321170", id="cyrillic"),
    ],
)
def test_share_is_the_beginning_of_a_hash(campaign: str, client: int, digest: str) -> None:
    assert hash_share(campaign, client) == int(digest, 16) / 16**16


def test_shares_are_evenly_spread_over_clients() -> None:
    shares = [hash_share("first", client) for client in range(200_000, 220_000)]
    assert np.mean(shares) == pytest.approx(0.5, abs=4 * math.sqrt(1 / 12 / len(shares)))
    assert stats.kstest(shares, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(shares[1:], shares[:-1])[0, 1]) < 4 / math.sqrt(len(shares))


def test_the_control_arm_keeps_its_offer_costs_and_keeps_nothing(make: Make) -> None:
    selected, segments = select(STRATA)
    plan = assign_arms(selected, segments, make(control_share=0.2))
    assert list(plan) == PLAN
    assert plan[["client_id", "offer", "channel"]].equals(selected[["client_id", "offer", "channel"]])
    control = plan["arm"] == "control"
    assert control.sum() == 8  # .2 of 41
    assert set(plan.loc[~control, "arm"]) == {"treated"}
    assert plan.loc[control, ["cost", "expected_profit_kept"]].to_numpy().tolist() == [[0, 0]] * 8
    assert plan.loc[~control, ["cost", "expected_profit_kept"]].to_numpy().tolist() == [[0.5, 1.5]] * 33


def test_arms_do_not_depend_on_the_order_of_the_rows(make: Make) -> None:
    selected, segments = select(STRATA)
    plan = assign_arms(selected, segments, make())
    pd.testing.assert_frame_equal(assign_arms(selected, segments, make()), plan)
    for seed in range(3):
        rows, other = (table.sample(frac=1, random_state=seed) for table in (selected, segments))
        pd.testing.assert_frame_equal(assign_arms(rows, other, make()), plan)


def test_another_campaign_has_another_control_arm(make: Make) -> None:
    selected, segments = select(STRATA)
    arms = [control_of(assign_arms(selected, segments, make(name=name))) for name in ("first", "second")]
    assert len(arms[0]) == len(arms[1])
    assert arms[0] != arms[1]


def test_every_client_is_as_likely_as_any_other_to_be_in_the_control_arm(make: Make) -> None:
    selected, segments = select({("coupon", "promo"): 30})
    campaigns = [assign_arms(selected, segments, make(name=f"campaign {n}")) for n in range(100)]
    drawn = pd.concat([plan["arm"] == "control" for plan in campaigns], axis=1).mean(axis=1)
    assert drawn.mean() == pytest.approx(0.2)
    assert (abs(drawn - 0.2) < 4.5 * math.sqrt(0.2 * 0.8 / 100)).all()


@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=8),
    share=st.sampled_from([0.0, 0.05, 0.1, 0.2, 0.25, 0.5, 0.9]),
)
def test_the_share_holds_in_each_stratum_and_over_all(make: Make, sizes: list[int], share: float) -> None:
    strata = {(f"offer_{number % 3}", f"segment_{number}"): size for number, size in enumerate(sizes)}
    selected, segments = select(strata)
    plan = assign_arms(selected, segments, make(control_share=share))
    assert abs(len(control_of(plan)) - share * len(plan)) <= 0.5
    by_stratum = plan.merge(segments, on="client_id").groupby(["offer", "segment"])["arm"]
    off = by_stratum.agg(lambda arms: (arms == "control").sum() - share * len(arms))
    assert (off.abs() <= 1).all()


def test_within_a_stratum_the_control_arm_are_those_with_the_smallest_shares(make: Make) -> None:
    selected, segments = select(STRATA)
    plan = assign_arms(selected, segments, make()).merge(segments, on="client_id")
    plan["draw"] = [
        int(hashlib.sha256(f"first:{client}".encode()).hexdigest()[:16], 16) for client in plan["client_id"]
    ]
    for _, stratum in plan.groupby(["offer", "segment"]):
        arms = stratum.sort_values("draw")["arm"].tolist()
        assert arms == sorted(arms)  # control before treated


@pytest.mark.parametrize("more", range(1, 11))
def test_clients_of_another_stratum_move_at_most_one_client_of_this_one(make: Make, more: int) -> None:
    # The share runs over the strata in their order: what came before decides only how a rest is rounded.
    selected, segments = select(STRATA)
    added, segments_of_added = select({("apology", "loyal"): more}, first=1000)
    before = assign_arms(selected, segments, make())
    after = assign_arms(pd.concat([added, selected]), pd.concat([segments_of_added, segments]), make())
    moved = control_of(before) ^ control_of(after[after["client_id"] < 1000])
    strata = before.merge(segments, on="client_id").set_index("client_id").loc[list(moved)]
    assert not strata.duplicated(["offer", "segment"]).any()


def test_clients_of_a_later_stratum_move_nobody(make: Make) -> None:
    selected, segments = select(STRATA)
    added, segments_of_added = select({("zebra", "loyal"): 9}, first=1000)
    after = assign_arms(pd.concat([selected, added]), pd.concat([segments, segments_of_added]), make())
    assert control_of(after[after["client_id"] < 1000]) == control_of(assign_arms(selected, segments, make()))


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (0.2, 0), (0.6, 1)])
def test_arm_of_a_single_client_is_the_larger_share(make: Make, share: float, expected: int) -> None:
    plan = assign_arms(*select({("coupon", "promo"): 1}), make(control_share=share))
    assert len(control_of(plan)) == expected


def test_nobody_selected_leaves_the_columns(make: Make) -> None:
    selected, segments = select(STRATA)
    usual, empty = (assign_arms(rows, segments, make()) for rows in (selected, selected.head(0)))
    assert empty.empty
    assert empty.dtypes.to_dict() == usual.dtypes.to_dict()


# --- power -------------------------------------------------------------------------------------------------


def clients_per_arm(control: float, treated: float, ratio: float, significance: float, power: float) -> float:
    """Return the clients in the control arm that a power needs, with `ratio` times as many treated.

    Fleiss, Levin and Paik (2003), "Statistical Methods for Rates and Proportions", chapter 4.
    """
    pooled = (control + ratio * treated) / (1 + ratio)
    under_null = math.sqrt((ratio + 1) * pooled * (1 - pooled))
    under_effect = math.sqrt(ratio * control * (1 - control) + treated * (1 - treated))
    reach = stats.norm.ppf(1 - significance / 2) * under_null + stats.norm.ppf(power) * under_effect
    return float(reach**2 / (ratio * (control - treated) ** 2))


@pytest.mark.parametrize(
    ("decline", "effect", "arm", "power"),
    [
        pytest.param(0.5, 0.2, 388, 0.80, id="half-to-four-tenths"),
        pytest.param(0.5, 0.2, 519, 0.90, id="the-same-with-more-power"),
        pytest.param(0.25, -0.6, 152, 0.80, id="a-quarter-to-four-tenths"),
        pytest.param(0.1, 0.5, 435, 0.80, id="a-tenth-to-a-twentieth"),
    ],
)
def test_textbook_numbers_of_clients_give_the_textbook_power(
    decline: float, effect: float, arm: int, power: float
) -> None:
    assert (
        power_of(decline, effect, arm, arm, 0.05) >= power > power_of(decline, effect, arm - 2, arm - 2, 0.05)
    )


@pytest.mark.parametrize("ratio", [1, 4, 0.25])
@pytest.mark.parametrize("significance", [0.05, 0.01])
@pytest.mark.parametrize(("control", "treated"), [(0.5, 0.4), (0.9, 0.81), (0.3, 0.36)])
def test_power_is_the_inverse_of_the_number_of_clients(
    control: float, treated: float, ratio: float, significance: float
) -> None:
    arm = clients_per_arm(control, treated, ratio, significance, 0.8)
    got = power_of(control, 1 - treated / control, round(ratio * arm), round(arm), significance)
    assert got == pytest.approx(0.8, abs=2 / arm)  # as much as rounding to whole clients can move it


def test_power_is_the_same_for_either_direction_and_for_those_who_stay() -> None:
    # .5 against .4; the arms and shares swapped; and the shares of those who do not decline
    expected = power_of(0.5, 0.2, 300, 100, 0.05)
    assert power_of(0.4, -0.25, 100, 300, 0.05) == pytest.approx(expected, abs=1e-12)
    assert power_of(0.5, -0.2, 300, 100, 0.05) == pytest.approx(expected, abs=1e-12)


def test_without_an_effect_power_is_the_significance() -> None:
    assert power_of(0.5, 0, 100, 40, 0.05) == pytest.approx(0.05)
    assert power_of(0.9, 0, 7, 1000, 0.01) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("decline", "treated", "control"),
    [(0.5, 0, 100), (0.5, 100, 0), (0.0, 100, 100), (1.0, 100, 100), (float("nan"), 0, 0)],
)
def test_empty_arms_and_certain_declines_have_no_power(decline: float, treated: int, control: int) -> None:
    assert power_of(decline, 0.5, treated, control, 0.05) == 0


@pytest.mark.parametrize(
    ("decline", "effect", "treated", "control"),
    [(0.5, 0.2, 388, 388), (0.8, 0.1, 900, 225), (0.6, 0.05, 400, 100)],
)
def test_power_is_what_simulated_campaigns_find(
    decline: float, effect: float, treated: int, control: int
) -> None:
    generator, draws = np.random.default_rng(1), 40_000
    declined = generator.binomial(treated, decline * (1 - effect), draws)
    kept = generator.binomial(control, decline, draws)
    pooled = (declined + kept) / (treated + control)
    error = np.sqrt(pooled * (1 - pooled) * (1 / treated + 1 / control))
    found = np.abs(declined / treated - kept / control) / error > stats.norm.ppf(0.975)
    monte_carlo = math.sqrt(found.mean() * (1 - found.mean()) / draws)
    # shares of some hundred clients come in steps: about .01 more
    assert power_of(decline, effect, treated, control, 0.05) == pytest.approx(
        found.mean(), abs=4 * monte_carlo + 0.01
    )


# --- what the campaign can show ----------------------------------------------------------------------------


def offer(code: str, effect: float) -> Offer:
    texts = dict.fromkeys(("title_ru", "title_en", "text_ru", "text_en"), "-")
    effects = {"low": effect / 2, "base": effect, "high": effect}
    raw = {"code": code, "channel": "push", "needs_consent": True, "cost": 0.1, "effect": effects} | texts
    return Offer.model_validate(raw)


OFFERS = Offers.model_construct(declared=(offer("coupon", 0.2), offer("letter", 0.1), offer("unused", 0.5)))


def plan_of(*parts: tuple[str, str, int, float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return campaign plan and decision table of (offer, arm, clients, probability)."""
    rows = [(code, arm, p) for code, arm, count, p in parts for _ in range(count)]
    table = pd.DataFrame(rows, columns=["offer", "arm", "probability"])
    table = table.assign(client_id=np.arange(len(table)))
    return table[["client_id", "offer", "arm"]], table[["client_id", "probability"]]


def test_arms_and_assumptions_are_those_of_the_plan(make: Make) -> None:
    plan, decisions = plan_of(
        ("coupon", "treated", 300, 0.6), ("coupon", "control", 100, 0.2), ("letter", "treated", 100, 0.9)
    )
    got = size_experiment(plan, decisions, OFFERS, make()).set_index("offer")
    assert list(got.index) == ["all", "coupon", "letter"]
    assert got[["treated", "control"]].to_numpy().tolist() == [[400, 100], [300, 100], [100, 0]]
    assert got["decline"].tolist() == pytest.approx([(180 + 20 + 90) / 500, 0.5, 0.9])
    assert got["assumed_effect"].tolist() == pytest.approx([(400 * 0.2 + 100 * 0.1) / 500, 0.2, 0.1])
    assert got.loc["coupon", "power"] == pytest.approx(power_of(0.5, 0.2, 300, 100, 0.05))
    assert got.loc["letter", "power"] == 0
    assert math.isnan(got.loc["letter", "detectable_effect"])


def test_detectable_effect_is_found_with_the_power_asked_for(make: Make) -> None:
    plan, decisions = plan_of(("coupon", "treated", 388, 0.5), ("coupon", "control", 388, 0.5))
    for options in (make(), make(power=0.5, significance=0.01)):
        row = size_experiment(plan, decisions, OFFERS, options).iloc[0]
        effect = row["detectable_effect"]
        assert power_of(0.5, effect, 388, 388, options.significance) == pytest.approx(options.power)
    # .5 against .4 takes 388 per arm for a power of .8
    assert size_experiment(plan, decisions, OFFERS, make()).loc[0, "detectable_effect"] == pytest.approx(
        0.2, abs=0.001
    )


def test_nothing_is_detectable_where_even_no_decline_at_all_would_not_be(make: Make) -> None:
    plan, decisions = plan_of(("coupon", "treated", 2, 0.3), ("coupon", "control", 2, 0.3))
    assert size_experiment(plan, decisions, OFFERS, make())["detectable_effect"].isna().all()


@pytest.mark.parametrize("share", [0.5, 0.2])
def test_clients_needed_are_enough_and_hardly_more_than_enough(make: Make, share: float) -> None:
    options = make(control_share=share)
    plan, decisions = plan_of(("coupon", "treated", 8, 0.5), ("coupon", "control", 2, 0.5))
    needed = size_experiment(plan, decisions, OFFERS, options).loc[0, "clients_needed"]
    exact = clients_per_arm(0.5, 0.4, (1 - share) / share, 0.05, 0.8) / share
    assert exact - 2 <= needed <= 1.05 * exact
    arms = round(needed * (1 - share)), round(needed * share)
    assert power_of(0.5, 0.2, *arms, 0.05) >= options.power


def test_no_number_of_clients_shows_an_effect_without_a_control_arm(make: Make) -> None:
    plan, decisions = plan_of(("coupon", "treated", 100, 0.5))
    assert size_experiment(plan, decisions, OFFERS, make(control_share=0))["clients_needed"].isna().all()


def test_a_campaign_for_nobody_can_show_nothing(make: Make) -> None:
    plan, decisions = plan_of(("coupon", "treated", 1, 0.5))
    got = size_experiment(plan.head(0), decisions, OFFERS, make())
    assert got["offer"].tolist() == ["all"]
    assert got[["treated", "control", "power"]].to_numpy().tolist() == [[0, 0, 0]]
    assert got[["decline", "detectable_effect", "clients_needed"]].isna().all(axis=None)
    assert list(got) == list(size_experiment(plan, decisions, OFFERS, make()))


# --- balance -----------------------------------------------------------------------------------------------

NUMBERS = [name for name in BASE_FEATURES if COLUMNS[name].kind != "category"]


def compared(values: list[float], arms: str, name: str = "pages_per_visit") -> pd.DataFrame:
    """Return the balance of clients alike in all but one column; arms as letters t and c."""
    table = pd.DataFrame(0.1, index=range(len(values)), columns=["probability", "monthly_profit", *NUMBERS])
    table = table.assign(client_id=range(len(values)), **{name: values})
    plan = pd.DataFrame({"client_id": range(len(values)), "arm": list(arms)})
    return check_balance(plan.replace({"arm": {"t": "treated", "c": "control"}}), table).set_index("feature")


def test_difference_and_welch_test_are_worked_out_by_hand() -> None:
    row = compared([1, 2, 3, 2, 4, 6], "tttccc").loc["pages_per_visit"]
    assert row[["treated", "control"]].tolist() == [2, 4]
    # variances 1 and 4: -2 / √2.5; t = -2 / √(1/3 + 4/3), Welch's degrees of freedom (5/3)² / (1/18 + 16/18)
    assert row["difference"] == pytest.approx(-2 / math.sqrt(2.5))
    freedom = (5 / 3) ** 2 / (1 / 18 + 16 / 18)
    assert row["p_value"] == pytest.approx(2 * stats.t.cdf(-2 / math.sqrt(5 / 3), freedom))


def test_every_number_and_flag_is_compared_and_the_largest_difference_comes_first(
    table: pd.DataFrame,
) -> None:
    base = pd.concat([table] * 5, ignore_index=True).assign(client_id=range(20))
    arms = pd.DataFrame({"client_id": range(20), "arm": ["treated"] * 12 + ["control"] * 8})
    balance = check_balance(arms, base.assign(service_errors=[0, 1] * 6 + [8, 9] * 4))
    assert set(balance["feature"]) == {"probability", "monthly_profit", *NUMBERS}
    assert balance["feature"].iloc[0] == "service_errors"
    assert balance["difference"].abs().is_monotonic_decreasing
    assert balance["p_value"].between(0, 1).all()


@pytest.mark.filterwarnings("error")
def test_flags_are_compared_as_shares(table: pd.DataFrame) -> None:
    arms = pd.DataFrame({"client_id": [1, 2, 3, 4], "arm": ["treated", "treated", "control", "control"]})
    balance = check_balance(arms, table).set_index("feature")
    assert balance.loc["allows_messages", ["treated", "control"]].tolist() == [0.5, 1]


@pytest.mark.filterwarnings("error")
def test_columns_without_any_spread_are_alike_or_wholly_apart() -> None:
    # .1 cannot be written in binary: the means of 3 and of 7 differ by rounding alone
    alike = compared([0.1] * 10, "tttccccccc")
    assert (alike["difference"] == 0).all()
    assert (alike["p_value"] == 1).all()
    apart = compared([0.0, 0.0, 1.0, 1.0], "ttcc")
    assert apart.index[0] == "pages_per_visit"
    assert apart.iloc[0][["difference", "p_value"]].tolist() == [-math.inf, 0]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "arms", ["ttt", "ccc", "ttc", ""], ids=["treated", "control", "one-control", "nobody"]
)
def test_arms_of_less_than_two_clients_are_not_compared(arms: str) -> None:
    balance = compared([1.0, 2.0, 3.0][: len(arms)], arms)
    assert list(balance) == ["treated", "control", "difference", "p_value"]
    assert len(balance) == 2 + len(NUMBERS)
    assert balance[["difference", "p_value"]].isna().all(axis=None)


def test_random_arms_are_alike_but_for_chance(make: Make) -> None:
    selected, segments = select({("coupon", "promo"): 2000, ("letter", "promo"): 2000})
    plan = assign_arms(selected, segments, make(control_share=0.5))
    generator = np.random.default_rng(0)
    names = ["probability", "monthly_profit", *NUMBERS]
    table = pd.DataFrame(generator.random((4000, len(names))), columns=names).assign(
        client_id=plan["client_id"]
    )
    balance = check_balance(plan, table)
    assert (balance["difference"].abs() < 4 * math.sqrt(2 / 2000)).all()
    assert stats.kstest(balance["p_value"], "uniform").pvalue > 0.001
