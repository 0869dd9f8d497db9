from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from one_click.columns import CLIENT_ID
from one_click.errors import DataError
from one_click.parameters import CampaignPlan, Offers, Segmentation
from one_click.pipelines.campaign.nodes.actions import OF_OTHERS, OF_RISK, decide_actions
from one_click.pipelines.campaign.nodes.experiment import assign_arms
from one_click.pipelines.campaign.nodes.lists import gather_contacts
from one_click.pipelines.campaign.nodes.offers import recommend_offers
from one_click.pipelines.campaign.nodes.plan import select_clients
from one_click.pipelines.campaign.texts.client_list import list_clients
from one_click.pipelines.segmentation.nodes import segments as nodes
from one_click.rules.offers import Offer, may_be_messaged

MESSAGES = ("email", "push")
Lists = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
Gather = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame], Lists]


def test_borders_are_the_threshold_and_quantiles_of_the_base(borders: dict[str, float]) -> None:
    assert borders["probability"] == 0.6
    assert borders["monthly_profit"] == 3.5


def test_risk_signals_name_who_shows_them_and_from_where(four_clients: pd.DataFrame) -> None:
    borders = {"minutes_drop": -0.6, "revenue_drop": -0.4, "low_pages": 2.0}
    signals = nodes.find_risk_signals(four_clients, borders)
    listed = signals.set_index([CLIENT_ID, "signal"])[["value", "threshold"]]
    # 4 minutes after 10; 100 of revenue after a mean of 200; 2 pages
    assert listed.index.tolist() == [(1, "low_pages"), (2, "minutes_drop"), (2, "revenue_drop")]
    assert listed["value"].tolist() == pytest.approx([2, -0.6, -0.5])
    assert listed["threshold"].tolist() == [2, -0.6, -0.4]


def test_signal_quality_is_counted_on_labelled_clients(four_clients: pd.DataFrame, offers: Offers) -> None:
    shown = pd.DataFrame({"client_id": [1, 3, 4], "signal": ["low_pages", "low_pages", "minutes_drop"]})
    labelled = four_clients.assign(activity_declined=[1.0, 1.0, 0.0, np.nan])
    quality = nodes.rate_signals(labelled, shown, offers).set_index("signal")
    pages = quality.loc["low_pages"]
    assert pages[["labelled", "shown"]].tolist() == [3, 2]
    assert pages[["precision", "recall", "lift"]].tolist() == [0.5, 0.5, 0.75]
    assert pages["precision_low"] < 0.5 < pages["precision_high"]
    assert quality.loc["minutes_drop", "shown"] == 0
    assert np.isnan(quality.loc["minutes_drop", "precision"])
    assert quality["offers"].to_dict() == {"minutes_drop": "", "revenue_drop": "", "low_pages": "risk_coupon"}


def test_profit_at_risk_is_probability_times_profit_times_months_times_share_lost(
    four_clients: pd.DataFrame,
    scores: pd.DataFrame,
    reasons: pd.DataFrame,
    signals: pd.DataFrame,
    borders: dict[str, float],
    options: Segmentation,
    campaign: CampaignPlan,
) -> None:
    half = options.model_copy(update={"horizon_months": 2, "profit_lost_share": 0.25})
    table = nodes.make_decision_table(four_clients, scores, reasons, signals, borders, half, campaign)
    # .9 * 4, .8 * 5, .65 * 2, .5 * 3, each times 2 * .25
    assert table["profit_at_risk"].tolist() == pytest.approx([1.8, 2.0, 0.65, 0.75])


def test_decision_table_holds_what_rules_ask_for(table: pd.DataFrame) -> None:
    assert table["at_risk"].tolist() == [True, True, True, False]
    assert table["valuable"].tolist() == [True, True, False, False]
    assert table["main_reason"].tolist() == [
        "promo_purchase_share",
        "unpaid_items_quarter",
        "minutes_current",
        "",
    ]
    assert table["reasons"].tolist()[0] == "promo_purchase_share, pages_per_visit"


def test_clients_without_a_score_stop_the_run(
    four_clients: pd.DataFrame,
    scores: pd.DataFrame,
    reasons: pd.DataFrame,
    signals: pd.DataFrame,
    borders: dict[str, float],
    options: Segmentation,
    campaign: CampaignPlan,
) -> None:
    with pytest.raises(DataError, match=r"1 of 4 clients have no score.[\s\S]*2 of clients"):
        nodes.make_decision_table(
            four_clients, scores.drop(index=2), reasons, signals, borders, options, campaign
        )


def test_first_segment_that_fits_takes_the_client(segments: pd.DataFrame) -> None:
    assert segments["segment"].tolist() == [
        "promo_seekers",
        "abandoned_carts",
        "low_value_at_risk",
        "loyal_others",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"promo_purchase_share": 0.5, "unpaid_items_quarter": 9}, "promo_seekers", id="promo"),
        pytest.param({"promo_purchase_share": 0.49, "unpaid_items_quarter": 5}, "abandoned_carts", id="cart"),
        pytest.param({"main_reason": "pages_per_visit"}, "fading_visitors", id="fading"),
        pytest.param({"main_reason": "marketing_contacts_6m"}, "other_valuable_at_risk", id="other"),
        pytest.param({"main_reason": ""}, "other_valuable_at_risk", id="without-reason"),
        pytest.param({"at_risk": False}, "loyal_valuable", id="loyal"),
        pytest.param({"valuable": False}, "low_value_at_risk", id="low-value"),
    ],
)
def test_shipped_segments(
    table: pd.DataFrame,
    borders: dict[str, float],
    options: Segmentation,
    changes: dict[str, Any],
    expected: str,
) -> None:
    usual = {"promo_purchase_share": 0.2, "unpaid_items_quarter": 4, "main_reason": "service_errors"}
    client = table.head(1).assign(**(usual | changes))
    assert nodes.assign_segments(client, borders, options)["segment"].tolist() == [expected]


def test_membership_is_the_distance_to_the_threshold_in_units_of_its_spread(
    table: pd.DataFrame, options: Segmentation
) -> None:
    probability, spread = [1.0, 0.75, 0.5, 0.25, 0.375], [0.25, 0.25, 0.25, np.nan, 0.0]
    clients = pd.concat([table, table.head(1)], ignore_index=True)
    clients = clients.assign(probability=probability, probability_sd=spread)
    given_options = options.model_copy(update={"unknown_spread": 0.125})
    got = nodes.assign_segments(clients, {"probability": 0.5}, given_options)
    # .5 / .25 = 2, .25 / .25 = 1, 0; without a spread of their own .25 / .125 = 2, .125 / .125 = 1
    assert got["membership"].tolist() == ["firm", "likely", "borderline", "firm", "likely"]


def test_a_single_segment_takes_everyone(
    table: pd.DataFrame, borders: dict[str, float], options: Segmentation
) -> None:
    alone = options.model_copy(update={"segments": options.segments[-1:]})
    assert set(nodes.assign_segments(table, borders, alone)["segment"]) == {"loyal_others"}


def test_profiles_add_up_to_the_base(
    table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation
) -> None:
    profiles = nodes.profile_segments(table, segments, options)
    assert profiles["segment"].tolist() == [segment.code for segment in options.segments]
    assert profiles["clients"].sum() == 4
    assert profiles["share"].sum() == pytest.approx(1)
    assert profiles["profit_at_risk"].sum() == pytest.approx(table["profit_at_risk"].sum())
    assert profiles["profit_at_risk_share"].sum() == pytest.approx(1)
    assert profiles.set_index("segment").loc["promo_seekers", "declined_share"] == 1


def test_recommendations_are_worked_out_by_hand(
    table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation
) -> None:
    coupon = {
        "code": "coupon",
        "title_ru": "Купон",
        "title_en": "Coupon",
        "text_ru": "Может пригодиться: «{category}»",
        "text_en": "You may like: {category}",
        "channel": "email",
        "needs_consent": True,
        "cost": 0.5,
        "conditions": [{"column": "segment", "one_of": "promo_seekers"}],
        "effect": {"low": 0.1, "base": 0.2, "high": 0.3},
    }
    declared = Offers.model_validate({"declared": [coupon]})
    got = recommend_offers(table, segments, declared)
    first = got.iloc[0]
    # profit at risk .9 * 4 * 3 = 10.8
    assert first["expected_profit_kept_low"] == pytest.approx(1.08 - 0.5)
    assert first["expected_profit_kept_base"] == pytest.approx(2.16 - 0.5)
    assert first["expected_profit_kept_high"] == pytest.approx(3.24 - 0.5)
    assert first["break_even_effect"] == pytest.approx(0.5 / 10.8)
    assert first["text_ru"] == "Может пригодиться: «Косметика и аксессуары»"
    assert first["text_en"] == "You may like: Cosmetics and accessories"
    assert got["offer"].tolist() == ["coupon", "none", "none", "none"]
    assert got["channel"].tolist() == ["email", "none", "none", "none"]
    assert got["note"].tolist() == ["", "no_eligible_offer", "no_eligible_offer", "not_at_risk"]
    assert got.loc[1:, ["cost", "expected_profit_kept_base"]].to_numpy().sum() == 0
    assert got.loc[1:, "break_even_effect"].isna().all()
    assert (got.loc[1:, "text_ru"] == "").all()
    assert (got.loc[1:, "note_ru"] != "").all()


def test_a_client_with_many_contacts_may_get_what_is_no_message(
    table: pd.DataFrame,
    segments: pd.DataFrame,
    options: Segmentation,
    offers: Offers,
    campaign: CampaignPlan,
) -> None:
    busy = table.assign(marketing_contacts_current=[5, 4, 4, 4])
    busy = busy.assign(may_be_messaged=may_be_messaged(busy, campaign.most_contacts))
    got = recommend_offers(busy, segments, offers).set_index(CLIENT_ID)
    assert campaign.most_contacts == 5
    assert got.loc[1, "offer"] == "site_banner"
    assert got.loc[3, "offer"].tolist() == ["service_apology", "category_mailing"]


@st.composite
def bases(draw: st.DrawFn) -> dict[str, list[Any]]:
    """Draw columns that decide about segments and offers."""
    count = draw(st.integers(1, 12))

    def column(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=count, max_size=count))

    return {
        "allows_messages": column(st.booleans()),
        "marketing_contacts_current": column(st.integers(0, 8)),
        "pages_per_visit": column(st.integers(0, 20)),
        "minutes_previous": column(st.integers(0, 30)),
        "minutes_current": column(st.integers(0, 30)),
        "service_errors": column(st.integers(0, 9)),
        "promo_purchase_share": column(st.floats(0, 1)),
        "unpaid_items_quarter": column(st.integers(0, 10)),
        "popular_category": column(st.sampled_from(["Товары для детей", "Кухонная посуда", "Сад {1}"])),
        "monthly_profit": column(st.floats(-2, 20)),
        "probability": column(st.floats(0, 1)),
        "reason": column(st.sampled_from(["", "pages_per_visit", "promo_purchase_share"])),
    }


def with_columns(client: pd.DataFrame, columns: dict[str, list[Any]]) -> pd.DataFrame:
    """Return a base with the drawn columns; in all others, everyone is like `client`."""
    count = len(columns["probability"])
    copies = pd.concat([client] * count, ignore_index=True)
    drawn = {name: values for name, values in columns.items() if name in client}
    return copies.assign(**drawn, client_id=range(count))


@given(columns=bases())
def test_everyone_is_in_one_segment_and_offers_go_to_clients_at_risk(
    four_clients: pd.DataFrame,
    options: Segmentation,
    offers: Offers,
    campaign: CampaignPlan,
    columns: dict[str, list[Any]],
) -> None:
    base = with_columns(four_clients.head(1), columns)
    numbers = base[CLIENT_ID]
    scores = pd.DataFrame({CLIENT_ID: numbers, "probability": columns["probability"], "probability_sd": 0.05})
    named = pd.DataFrame({CLIENT_ID: numbers, "direction": "raises", "rank": 1, "feature": columns["reason"]})
    borders = nodes.fit_decision_borders(base, {"threshold": 0.5}, options)
    signals = nodes.find_risk_signals(base, borders)
    table = nodes.make_decision_table(
        base, scores, named[named["feature"] != ""], signals, borders, options, campaign
    )
    segments = nodes.assign_segments(table, borders, options)
    got = recommend_offers(table, segments, offers)

    assert segments[CLIENT_ID].tolist() == numbers.tolist()
    assert set(segments["segment"]) <= {segment.code for segment in options.segments}
    assert nodes.profile_segments(table, segments, options)["clients"].sum() == len(base)
    assert got[CLIENT_ID].drop_duplicates().tolist() == numbers.tolist()
    assert not got.duplicated([CLIENT_ID, "offer"]).any()
    assert (got["rank"] == got.groupby(CLIENT_ID).cumcount() + 1).all()
    assert (got.groupby(CLIENT_ID)["expected_profit_kept_base"].diff().fillna(0) <= 0).all()
    chosen = got["offer"] != "none"
    assert set(got.loc[chosen, CLIENT_ID]) <= set(table.loc[table["at_risk"], CLIENT_ID])
    worth = got["expected_profit_kept_base"] > 0
    assert (chosen & ~worth == (got["note"] == "not_worth_its_cost")).all()


SHARES = st.sampled_from([0.0, 0.05, 0.2, 0.5, 0.9])
MONEY = st.sampled_from([0.0, 0.05, 0.1, 0.3, 1.0]) | st.integers(0, 300).map(lambda cents: cents / 100)
CONDITIONS: tuple[dict[str, Any], ...] = (
    {"column": "promo_purchase_share", "at_least": 0.5},
    {"column": "segment", "one_of": ["promo_seekers", "low_value_at_risk"]},
    {"column": "profit_at_risk", "below": 10},
)
CLIENT = st.tuples(
    st.booleans(), st.integers(0, 8), st.floats(0, 1), st.floats(-2, 20), st.floats(0, 1)
)  # consent, contacts, share of promotions, monthly profit, probability


def decision_table(
    client: pd.DataFrame, drawn: list[tuple[Any, ...]], threshold: float, campaign: CampaignPlan
) -> pd.DataFrame:
    """Return a decision table of the drawn clients; in all other columns, everyone is like `client`."""
    names = ["allows_messages", "marketing_contacts_current", "promo_purchase_share", "monthly_profit"]
    columns = dict(zip([*names, "probability"], map(list, zip(*drawn, strict=True)), strict=True))
    base = with_columns(client, columns)
    return base.assign(
        at_risk=base["probability"] >= threshold,
        profit_at_risk=3 * base["probability"] * base["monthly_profit"],
        may_be_messaged=may_be_messaged(base, campaign.most_contacts),
    )


@st.composite
def stores_offers(draw: st.DrawFn) -> Offers:
    """Draw offers, even such as the configuration refuses because another is always better."""
    declared = []
    for number in range(draw(st.integers(1, 5))):
        effects = sorted(draw(st.tuples(*[st.floats(0, 1)] * 3)))
        channel = draw(st.sampled_from(["email", "push", "on_site"]))
        raw = {
            "code": f"offer_{number}",
            **dict.fromkeys(("title_ru", "title_en"), "-"),
            **dict.fromkeys(("text_ru", "text_en"), "{category}"),
            "channel": channel,
            "needs_consent": channel != "on_site" or draw(st.booleans()),
            "cost": draw(MONEY),
            "effect": dict(zip(("low", "base", "high"), effects, strict=True)),
            "conditions": draw(st.sampled_from([[], *([condition] for condition in CONDITIONS)])),
        }
        declared.append(Offer.model_validate(raw))
    return Offers.model_construct(declared=tuple(declared))


def campaigns(shipped: dict[str, Any]) -> st.SearchStrategy[CampaignPlan]:
    """Draw campaigns that differ in budget, limits and the share of the control arm."""
    drawn = st.fixed_dictionaries(
        {
            "name": st.sampled_from(["first", "второй"]),
            "budget": st.none() | MONEY | st.floats(0, 30),
            "contacts": st.dictionaries(st.sampled_from(["email", "push", "on_site"]), st.integers(0, 12)),
            "most_contacts": st.integers(1, 9),
            "control_share": SHARES,
        }
    )
    return drawn.map(lambda changes: CampaignPlan.model_validate(shipped["campaign"] | changes))


def exactly(money: pd.Series) -> Fraction:
    """Add up amounts as the decimals that they print as."""
    return sum((Fraction(repr(float(amount))) for amount in money), Fraction(0))


@given(drawn=st.lists(CLIENT, min_size=1, max_size=30), offers=stores_offers(), data=st.data())
def test_campaign_keeps_to_consent_contacts_budget_and_limits(
    table: pd.DataFrame,
    borders: dict[str, float],
    options: Segmentation,
    shipped: dict[str, Any],
    drawn: list[tuple[Any, ...]],
    offers: Offers,
    data: st.DataObject,
) -> None:
    campaign = data.draw(campaigns(shipped))
    base = decision_table(table.head(1), drawn, borders["probability"], campaign)
    codes = st.sampled_from([segment.code for segment in options.segments])
    segment = data.draw(st.lists(codes, min_size=len(base), max_size=len(base)))
    segments = pd.DataFrame({CLIENT_ID: base[CLIENT_ID], "segment": segment, "membership": "firm"})
    recommended = recommend_offers(base, segments, offers)
    selected, summary = select_clients(recommended, campaign)
    plan = assign_arms(selected, segments, campaign)
    actions = decide_actions(base, segments, recommended, plan, offers)
    gathered = gather_contacts(base, segments, recommended, actions)

    check_selection(selected, summary, base.set_index(CLIENT_ID), offers, campaign)
    check_arms(plan, selected)
    check_actions(actions, base, plan)
    if (plan["arm"] == "control").any():
        reasons = pd.DataFrame(columns=[CLIENT_ID, "direction", "rank", "sentence_ru", "sentence_en"])
        lists = list_clients(*gathered, reasons, borders, options, offers, campaign)
        check_lists(lists, base, plan)


def check_actions(actions: pd.DataFrame, base: pd.DataFrame, plan: pd.DataFrame) -> None:
    """Check that every client stands in one place, which agrees with the plan, consent and contacts."""
    assert actions[CLIENT_ID].tolist() == base[CLIENT_ID].tolist()
    by_action = actions.groupby("action")[CLIENT_ID].agg(set).to_dict()
    at_risk = set(base.loc[base["at_risk"], CLIENT_ID])
    assert set(by_action) <= {*OF_RISK, *OF_OTHERS}
    assert set().union(*(by_action.get(action, set()) for action in OF_RISK)) == at_risk
    for arm in ("treated", "control"):
        assert by_action.get(arm, set()) == set(plan.loc[plan["arm"] == arm, CLIENT_ID])
    known = base.set_index(CLIENT_ID)
    assert not known.loc[sorted(by_action.get("no_consent", ())), "allows_messages"].any()
    resting = known.loc[sorted(by_action.get("resting", ()))]
    assert (resting["allows_messages"] & ~resting["may_be_messaged"]).all()


def check_lists(
    lists: tuple[dict[str, pd.DataFrame], pd.DataFrame, pd.DataFrame], base: pd.DataFrame, plan: pd.DataFrame
) -> None:
    """Check that all but the control arm stand on one sheet, and in the CRM's lists who belongs there."""
    book, messages, no_messages = lists
    control = set(plan.loc[plan["arm"] == "control", CLIENT_ID])
    sheets = [set(book[sheet]["Номер клиента"]) for sheet in list(book)[:3]]
    assert sum(map(len, sheets)) == len(set().union(*sheets))
    assert set().union(*sheets) == set(base[CLIENT_ID]) - control
    treated = plan[plan["arm"] == "treated"]
    assert sheets[0] == set(treated[CLIENT_ID])
    assert set(messages[CLIENT_ID]) == set(treated.loc[treated["channel"].isin(MESSAGES), CLIENT_ID])
    may = base.set_index(CLIENT_ID)["may_be_messaged"]
    assert may[messages[CLIENT_ID]].all()
    unreached = set(base.loc[base["at_risk"] & ~base["may_be_messaged"], CLIENT_ID])
    assert set(no_messages[CLIENT_ID]) == unreached - control


def check_selection(
    selected: pd.DataFrame,
    summary: dict[str, Any],
    base: pd.DataFrame,
    offers: Offers,
    campaign: CampaignPlan,
) -> None:
    """Check who is selected against consent, contacts, budget and limits."""
    assert selected[CLIENT_ID].is_unique
    clients = base.loc[selected[CLIENT_ID]]
    assert clients["at_risk"].all()
    assert (selected["expected_profit_kept_base"] > 0).all()
    messaged = clients[selected["channel"].isin(MESSAGES).to_numpy()]
    assert messaged["allows_messages"].all()
    assert (messaged["marketing_contacts_current"] < campaign.most_contacts).all()
    declared = {offer.code: (offer.channel, offer.cost) for offer in offers.declared}
    assert [declared[code] for code in selected["offer"]] == list(
        zip(selected["channel"], selected["cost"], strict=True)
    )
    if campaign.budget is not None:
        assert exactly(selected["cost"]) <= Fraction(repr(campaign.budget))
    by_channel = Counter(selected["channel"])
    assert all(by_channel[channel] <= most for channel, most in campaign.contacts.items())
    assert {channel: count for channel, count in summary["contacts"].items() if count} == by_channel
    assert summary["clients"] == len(selected)
    assert summary["cost"] == pytest.approx(float(exactly(selected["cost"])))
    assert summary["kept"] == pytest.approx(selected["expected_profit_kept_base"].sum())
    assert summary["kept"] <= summary["upper_bound"]


def check_arms(plan: pd.DataFrame, selected: pd.DataFrame) -> None:
    """Check that the arms hold the selected clients, and that the control arm costs and keeps nothing."""
    assert set(plan["arm"]) <= {"treated", "control"}
    assert plan[[CLIENT_ID, "offer", "channel"]].equals(selected[[CLIENT_ID, "offer", "channel"]])
    control = plan["arm"] == "control"
    assert (plan.loc[control, ["cost", "expected_profit_kept"]] == 0).all(axis=None)
    assert plan.loc[~control, "cost"].equals(selected.loc[~control, "cost"])
    kept = selected.loc[~control, "expected_profit_kept_base"]
    assert plan.loc[~control, "expected_profit_kept"].tolist() == kept.tolist()


def test_month_without_labels_and_reasons_passes(
    four_clients: pd.DataFrame,
    scores: pd.DataFrame,
    options: Segmentation,
    offers: Offers,
    campaign: CampaignPlan,
    reasons: pd.DataFrame,
) -> None:
    new = four_clients.assign(
        activity_declined=np.nan, pages_per_visit=8, minutes_current=10, revenue_current=900.0
    )
    none = reasons.head(0)
    borders = nodes.fit_decision_borders(new, {"threshold": 0.6}, options)
    signals = nodes.find_risk_signals(new, borders)
    assert signals.empty
    table = nodes.make_decision_table(new, scores, none, signals, borders, options, campaign)
    segments = nodes.assign_segments(table, borders, options)
    profiles = nodes.profile_segments(table, segments, options)
    recommended = recommend_offers(table, segments, offers)
    best = recommended[(recommended["rank"] == 1) & (recommended["offer"] != "none")].assign(arm="treated")
    actions = decide_actions(table, segments, recommended, best, offers)
    gathered = gather_contacts(table, segments, recommended, actions)
    sheets, *_ = list_clients(*gathered, none, borders, options, offers, campaign)
    assert (table["reasons"] == "").all()
    assert profiles["declined_share"].isna().all()
    assert nodes.rate_signals(new, signals, offers).empty
    assert "precision" in nodes.rate_signals(new, signals, offers)
    # the bonus, the banner, the apology
    assert sheets["Клиенты"]["Номер клиента"].tolist() == [2, 1, 3]
    assert (sheets["Клиенты"]["Причина 1"] == "").all()


@pytest.fixture
def arms() -> pd.DataFrame:
    """Return a plan in which the last of three clients is not approached."""
    return pd.DataFrame(
        {
            "client_id": [1, 2, 3],
            "offer": ["category_mailing", "site_banner", "service_apology"],
            "channel": ["push", "on_site", "email"],
            "arm": ["treated", "treated", "control"],
        }
    )


def test_contacts_are_the_treated_with_their_offer_and_the_largest_profit_at_risk_first(
    table: pd.DataFrame, segments: pd.DataFrame, recommended: pd.DataFrame, arms: pd.DataFrame, gather: Gather
) -> None:
    contacts, not_approached, not_at_risk = gather(table, segments, recommended, arms)
    # .8 * 5 * 3 = 12 and .9 * 4 * 3 = 10.8; the mailing is the third best for client 1
    assert contacts["client_id"].tolist() == [2, 1]
    assert contacts["offer"].tolist() == ["site_banner", "category_mailing"]
    assert contacts["expected_profit_kept_base"].tolist() == pytest.approx([0.15, 0.274])
    assert contacts["segment"].tolist() == ["abandoned_carts", "promo_seekers"]
    assert not_approached.empty
    assert not_at_risk["client_id"].tolist() == [4]


def test_clients_at_risk_who_are_not_in_the_plan_are_told_why(
    table: pd.DataFrame, segments: pd.DataFrame, recommended: pd.DataFrame, arms: pd.DataFrame, gather: Gather
) -> None:
    contacts, not_approached, _ = gather(table, segments, recommended, arms[arms["client_id"] == 1])
    assert contacts["client_id"].tolist() == [1]
    assert not_approached["client_id"].tolist() == [2, 3]
    assert not_approached["action"].tolist() == ["not_selected"] * 2
    assert not_approached["expected_profit_kept_base"].isna().all()


def test_the_lists_of_a_campaign(
    gathered: Lists,
    reasons: pd.DataFrame,
    borders: dict[str, float],
    options: Segmentation,
    offers: Offers,
    campaign: CampaignPlan,
) -> None:
    book, messages, closed = list_clients(*gathered, reasons, borders, options, offers, campaign)
    assert list(book) == ["Клиенты", "Без предложения", "Вне зоны риска", "Пояснения"]
    assert book["Клиенты"]["Номер клиента"].tolist() == [2, 1, 3]
    assert book["Без предложения"].empty
    assert book["Вне зоны риска"]["Номер клиента"].tolist() == [4]
    # the banner is no message
    assert messages["client_id"].tolist() == [1, 3]
    assert messages["channel"].tolist() == ["push", "email"]
    assert messages.index.tolist() == [0, 1]
    assert closed["client_id"].tolist() == [2]


def test_a_key_hides_the_clients_in_every_list(
    gathered: Lists,
    reasons: pd.DataFrame,
    borders: dict[str, float],
    options: Segmentation,
    offers: Offers,
    campaign: CampaignPlan,
) -> None:
    keyed = campaign.model_copy(update={"pseudonym_key": "secret key"})
    open_book, *open_lists = list_clients(*gathered, reasons, borders, options, offers, campaign)
    book, *lists = list_clients(*gathered, reasons, borders, options, offers, keyed)
    shown = dict(zip(open_book["Клиенты"]["Номер клиента"], book["Клиенты"]["Номер клиента"], strict=True))
    assert set(shown) == {1, 2, 3}
    assert len(set(shown.values()) | set(shown)) == 6
    assert book["Клиенты"].equals(
        open_book["Клиенты"].assign(**{"Номер клиента": open_book["Клиенты"]["Номер клиента"].map(shown)})
    )
    assert not set(book["Вне зоны риска"]["Номер клиента"]) & {1, 2, 3, 4}
    for one, open_one in zip(lists, open_lists, strict=True):
        assert one.equals(open_one.assign(client_id=open_one["client_id"].map(shown)))


def test_inputs_stay_as_they_were(
    four_clients: pd.DataFrame,
    scores: pd.DataFrame,
    reasons: pd.DataFrame,
    options: Segmentation,
    offers: Offers,
    campaign: CampaignPlan,
) -> None:
    before = [frame.copy() for frame in (four_clients, scores, reasons)]
    borders = nodes.fit_decision_borders(four_clients, {"threshold": 0.6}, options)
    signals = nodes.find_risk_signals(four_clients, borders)
    nodes.rate_signals(four_clients, signals, offers)
    table = nodes.make_decision_table(four_clients, scores, reasons, signals, borders, options, campaign)
    segments = nodes.assign_segments(table, borders, options)
    recommended = recommend_offers(table, segments, offers)
    selected, _ = select_clients(recommended, campaign)
    plan = assign_arms(selected, segments, campaign)
    actions = decide_actions(table, segments, recommended, plan, offers)
    gathered = gather_contacts(table, segments, recommended, actions)
    made = [table, segments, recommended, selected, plan, actions, *gathered]
    kept = [frame.copy() for frame in made]
    nodes.profile_segments(table, segments, options)
    nodes.portray_segments(table, segments, options)
    recommend_offers(table, segments, offers)
    select_clients(recommended, campaign)
    assign_arms(selected, segments, campaign)
    decide_actions(table, segments, recommended, plan, offers)
    gather_contacts(table, segments, recommended, actions)
    list_clients(*gathered, reasons, borders, options, offers, campaign)
    for frame, old in zip([four_clients, scores, reasons, *made], [*before, *kept], strict=True):
        pd.testing.assert_frame_equal(frame, old)
