from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from one_click.errors import ParameterError
from one_click.parameters import DemoPopulation, DemoStore
from one_click.simulation.campaigns import start_campaigns
from one_click.simulation.population import IN_NO_CAMPAIGN, Clients, decide

FEW_PAGES = {"column": "pages_per_visit", "below": 5}
CONSENT = {"column": "allows_messages", "is": True}
PREMIUM = {"column": "service_type", "one_of": ["премиум"]}
COUPON: dict[str, Any] = {
    "offer": "coupon",
    "month": 1,
    "lasts": 2,
    "eligible": [FEW_PAGES],
    "treated_share": 1,
    "effects": [{"prevents": 0.5}],
}
CALL = COUPON | {"offer": "call", "eligible": []}
DEALT = ["offer", "arm", "offer_month", "offer_lasts", "prevents"]
SAMPLING = 4  # standard errors
Options = Callable[..., DemoStore]
Run = Callable[..., pd.DataFrame]


def four_clients(**columns: list[Any]) -> Clients:
    frame = pd.DataFrame(
        {
            "block": 0,
            "pages_per_visit": [2, 4, 5, 9],
            "allows_messages": [True, False, True, False],
            "service_type": ["премиум", "премиум", "стандарт", "стандарт"],
        }
    )
    return Clients(frame.assign(**IN_NO_CAMPAIGN).assign(**columns), np.empty((4, 0)))


@pytest.mark.parametrize(
    ("eligible", "offers"),
    [
        pytest.param([], ["coupon"] * 4, id="everybody"),
        pytest.param([FEW_PAGES], ["coupon", "coupon", "", ""], id="number"),
        pytest.param([CONSENT], ["coupon", "", "coupon", ""], id="flag"),
        pytest.param([FEW_PAGES, CONSENT], ["coupon", "", "", ""], id="both"),
        pytest.param([{"column": "pages_per_visit", "below": 0}], [""] * 4, id="nobody"),
    ],
)
def test_offers_go_to_the_eligible(
    eligible: list[dict[str, Any]], offers: list[str], make_options: Options
) -> None:
    options = make_options(campaigns=[COUPON | {"eligible": eligible}])
    assert start_campaigns(four_clients(), 1, options).frame["offer"].tolist() == offers


def test_what_is_dealt_by_hand(make_options: Options) -> None:
    frame = start_campaigns(four_clients(), 1, make_options(campaigns=[COUPON])).frame
    assert frame[DEALT].to_numpy().tolist() == [
        ["coupon", "treated", 1, 2, 0.5],
        ["coupon", "treated", 1, 2, 0.5],
        ["", "", 0, 0, 0],
        ["", "", 0, 0, 0],
    ]


def test_nobody_is_treated_where_all_are_controls(make_options: Options) -> None:
    options = make_options(campaigns=[COUPON | {"treated_share": 0}])
    assert start_campaigns(four_clients(), 1, options).frame["arm"].tolist() == ["control", "control", "", ""]


@pytest.mark.parametrize("month", [1, 3])
def test_campaign_starts_in_its_month(month: int, make_options: Options) -> None:
    clients = four_clients()
    dealt = start_campaigns(clients, month, make_options(campaigns=[COUPON | {"month": 2}]))
    pd.testing.assert_frame_equal(dealt.frame, clients.frame)


def test_given_clients_are_not_changed(make_options: Options) -> None:
    clients = four_clients()
    start_campaigns(clients, 1, make_options(campaigns=[COUPON]))
    pd.testing.assert_frame_equal(clients.frame, four_clients().frame)


@pytest.mark.parametrize(
    ("effects", "prevents"),
    [
        pytest.param([([], 0.2)], [0.2, 0.2, 0.2, 0.2], id="one-for-all"),
        pytest.param([([PREMIUM], 0.6), ([], 0.2)], [0.6, 0.6, 0.2, 0.2], id="kind-and-rest"),
        pytest.param([([CONSENT], 0.6), ([PREMIUM], -0.2)], [0.6, -0.2, 0.6, 0], id="first-kind-counts"),
        pytest.param([([PREMIUM], -0.2), ([CONSENT], 0.6)], [-0.2, -0.2, 0.6, 0], id="other-order"),
        pytest.param([([PREMIUM, CONSENT], 1)], [1, 0, 0, 0], id="both-conditions"),
    ],
)
def test_effects_by_kind(
    effects: list[tuple[list[dict[str, Any]], float]], prevents: list[float], make_options: Options
) -> None:
    kinds = [{"where": where, "prevents": size} for where, size in effects]
    options = make_options(campaigns=[CALL | {"effects": kinds}])
    assert start_campaigns(four_clients(), 1, options).frame["prevents"].tolist() == prevents


def test_campaign_without_effects_is_refused(make_options: Options) -> None:
    with pytest.raises(ParameterError, match="effects"):
        make_options(campaigns=[CALL | {"effects": []}])


# One campaign at a time


@pytest.mark.parametrize(
    ("month", "offers"),
    [
        pytest.param(1, ["coupon", "coupon", "call", "call"], id="same-month"),
        pytest.param(2, ["coupon", "coupon", "call", "call"], id="at-work"),
        pytest.param(3, ["coupon", "coupon", "call", "call"], id="last-month-at-work"),
        pytest.param(4, ["call", "call", "call", "call"], id="over"),
    ],
)
@pytest.mark.parametrize("treated_share", [pytest.param(1, id="treated"), pytest.param(0, id="control")])
def test_who_is_in_a_campaign_enters_no_other(
    month: int, offers: list[str], treated_share: float, make_options: Options
) -> None:
    coupon = COUPON | {"treated_share": treated_share}
    options = make_options(campaigns=[coupon, CALL | {"month": month}])
    clients = start_campaigns(four_clients(), 1, options)
    if month > 1:
        clients = start_campaigns(clients, month, options)
    assert clients.frame["offer"].tolist() == offers


def test_next_campaign_takes_the_place_of_the_first(make_options: Options) -> None:
    call = CALL | {"month": 4, "lasts": 1, "treated_share": 0, "effects": [{"prevents": 0.1}]}
    options = make_options(campaigns=[COUPON, call])
    frame = start_campaigns(start_campaigns(four_clients(), 1, options), 4, options).frame
    assert frame[DEALT].to_numpy().tolist() == [["call", "control", 4, 1, 0.1]] * 4


# The offer at work. Odds are even for all four, whose luck is .1, .3, .6 and .9.


@pytest.fixture(scope="module")
def even_odds(make_population: Callable[..., DemoPopulation]) -> DemoPopulation:
    return make_population(causes={"chance": {"intercept": 0, "drivers": {}}})


@pytest.mark.parametrize(
    ("month", "arm", "prevents", "probability", "declined"),
    [
        pytest.param(1, "treated", 0.6, 0.5, [1, 1, 0, 0], id="month-of-the-offer"),
        pytest.param(2, "treated", 0.6, 0.2, [1, 0, 0, 0], id="first-month"),
        pytest.param(3, "treated", 0.6, 0.2, [1, 0, 0, 0], id="last-month"),
        pytest.param(4, "treated", 0.6, 0.5, [1, 1, 0, 0], id="over"),
        pytest.param(2, "control", 0.6, 0.5, [1, 1, 0, 0], id="control"),
        pytest.param(2, "treated", 1, 0, [0, 0, 0, 0], id="prevents-all"),
        pytest.param(2, "treated", 0, 0.5, [1, 1, 0, 0], id="prevents-nothing"),
        pytest.param(2, "treated", -0.4, 0.7, [1, 1, 1, 0], id="drives-away"),
        pytest.param(2, "treated", -3, 1, [1, 1, 1, 1], id="drives-all-away"),
    ],
)
def test_offer_at_work_by_hand(
    month: int,
    arm: str,
    prevents: float,
    probability: float,
    declined: list[int],
    make_options: Options,
    even_odds: DemoPopulation,
) -> None:
    dealt = {"offer": "x", "arm": arm, "offer_month": 1, "offer_lasts": 2, "prevents": prevents}
    clients = four_clients(mood=ndtri([0.1, 0.3, 0.6, 0.9])).assign(**dealt)
    options = make_options(label_noise={"missed_declines": 0, "false_declines": 0})
    frame = decide(clients, month, options, even_odds).frame
    assert frame["probability"].tolist() == pytest.approx([probability] * 4)
    assert frame["declined"].tolist() == declined
    assert frame["activity_declined"].tolist() == declined
    assert frame["declined_without_offer"].tolist() == [1, 1, 0, 0]


# Campaigns in a store


@pytest.fixture(scope="module")
def campaign_store(make_options: Options, run: Run) -> pd.DataFrame:
    """Return three months of 20 000 clients, with an offer in the first that works in the second."""
    campaign = COUPON | {"lasts": 1, "treated_share": 0.3, "effects": [{"prevents": 0.4}]}
    months = {"months": ["may", "june", "july"], "unlabelled": []}
    return run(make_options(clients=20_000, dirt={}, campaigns=[campaign], **months))


def test_lot_decides_who_is_treated(campaign_store: pd.DataFrame) -> None:
    may = campaign_store[campaign_store["month"] == "may"]
    assert (may["offer"] == "coupon").equals(may["pages_per_visit"] < 5)
    eligible = may[may["offer"] != ""]
    treated = eligible["arm"] == "treated"
    error = np.sqrt(0.3 * 0.7 / len(eligible))
    assert treated.mean() == pytest.approx(0.3, abs=SAMPLING * error)
    for name in ("probability", "days_registered", "client_id"):
        assert abs(np.corrcoef(treated, eligible[name])[0, 1]) < SAMPLING / np.sqrt(len(eligible))


@pytest.mark.parametrize(
    ("month", "prevented"), [("may", 0), ("june", 0.4), ("july", 0)], ids=["before", "at-work", "after"]
)
def test_true_effect_shows_in_the_treated_alone(
    month: str, prevented: float, campaign_store: pd.DataFrame
) -> None:
    chosen = campaign_store[campaign_store["month"] == month]
    treated, others = chosen[chosen["arm"] == "treated"], chosen[chosen["arm"] != "treated"]
    would = treated["declined_without_offer"].sum()
    error = np.sqrt(prevented * (1 - prevented) / would)
    share = 1 - treated["declined"].sum() / would
    # A prevented share of each probability is a prevented share of those who would have declined.
    assert share == pytest.approx(prevented, abs=SAMPLING * error)
    assert (others["declined"] == others["declined_without_offer"]).all()


def test_who_is_treated_keeps_the_offer(campaign_store: pd.DataFrame) -> None:
    arms = campaign_store.pivot_table(index="client_id", columns="month", values="arm", aggfunc="first")
    arms = arms[["may", "june", "july"]].dropna()
    assert arms["may"].equals(arms["june"].rename("may"))
    assert arms["may"].equals(arms["july"].rename("may"))
    late = campaign_store[~campaign_store["client_id"].isin(range(500_001, 520_001))]
    assert (late["arm"] == "").all()


def test_each_campaign_draws_its_own_lot(make_options: Options, first: Callable[..., Clients]) -> None:
    nobody = COUPON | {"offer": "nobody", "eligible": [{"column": "pages_per_visit", "below": 0}]}
    halves = CALL | {"treated_share": 0.5}
    clients = first(make_options(clients=5_000))
    alone, behind_another, of_another_name = (
        start_campaigns(clients, 1, make_options(campaigns=campaigns)).frame["arm"] == "treated"
        for campaigns in ([halves], [nobody, halves], [halves | {"offer": "another"}])
    )
    assert (alone == behind_another).all()
    assert abs(np.corrcoef(alone, of_another_name)[0, 1]) < SAMPLING / np.sqrt(5_000)
