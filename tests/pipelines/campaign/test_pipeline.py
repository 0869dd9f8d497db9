"""What holds for every client, store and campaign, from the decision table to the lists."""

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.purity import purely

from one_click.columns import CLIENT_ID
from one_click.parameters import CampaignPlan, Offers, Segmentation
from one_click.pipelines.campaign.nodes.actions import OF_OTHERS, OF_RISK
from one_click.pipelines.campaign.nodes.experiment import assign_arms
from one_click.pipelines.campaign.nodes.lists import gather_contacts
from one_click.pipelines.campaign.nodes.plan import select_clients
from one_click.pipelines.campaign.texts.actions import decide_actions
from one_click.pipelines.campaign.texts.client_list import list_clients
from one_click.pipelines.campaign.texts.offers import recommend_offers
from one_click.pipelines.segmentation.nodes.decisions import fit_rule_thresholds, make_decision_table
from one_click.pipelines.segmentation.nodes.segments import assign_segments
from one_click.pipelines.segmentation.nodes.signals import find_risk_signals, rate_signals
from one_click.pipelines.segmentation.texts.profiles import profile_segments
from one_click.rules.offers import Offer, may_be_messaged
from one_click.rules.signals import RISK_SIGNALS
from one_click.schemas.records import DecisionThreshold, PlanSummary, RuleThresholds

recommend_offers, make_decision_table = purely(recommend_offers), purely(make_decision_table)
select_clients, assign_arms = purely(select_clients), purely(assign_arms)
decide_actions, gather_contacts = purely(decide_actions), purely(gather_contacts)
find_risk_signals, rate_signals = purely(find_risk_signals), purely(rate_signals)
assign_segments, profile_segments = purely(assign_segments), purely(profile_segments)

MESSAGES = ("email", "push")


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
    thresholds = fit_rule_thresholds(base, DecisionThreshold.model_construct(threshold=0.5), options)
    signals = find_risk_signals(base, thresholds)
    table = make_decision_table(
        base, scores, named[named["feature"] != ""], signals, thresholds, options, campaign
    )
    segments = assign_segments(table, thresholds, options)
    got = recommend_offers(table, segments, offers)

    assert segments[CLIENT_ID].tolist() == numbers.tolist()
    assert set(segments["segment"]) <= {segment.code for segment in options.segments}
    assert profile_segments(table, segments, options)["clients"].sum() == len(base)
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


def campaigns(change_campaign: Callable[..., CampaignPlan]) -> st.SearchStrategy[CampaignPlan]:
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
    return drawn.map(lambda changes: change_campaign(**changes))


def exactly(money: pd.Series) -> Fraction:
    """Add up amounts as the decimals that they print as."""
    return sum((Fraction(repr(float(amount))) for amount in money), Fraction(0))


@given(drawn=st.lists(CLIENT, min_size=1, max_size=30), offers=stores_offers(), data=st.data())
def test_campaign_keeps_to_consent_contacts_budget_and_limits(
    table: pd.DataFrame,
    thresholds: RuleThresholds,
    options: Segmentation,
    change_campaign: Callable[..., CampaignPlan],
    drawn: list[tuple[Any, ...]],
    offers: Offers,
    data: st.DataObject,
) -> None:
    campaign = data.draw(campaigns(change_campaign))
    base = decision_table(table.head(1), drawn, thresholds.probability, campaign)
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
        lists = list_clients(*gathered, reasons, thresholds, options, offers, campaign)
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
    selected: pd.DataFrame, summary: PlanSummary, base: pd.DataFrame, offers: Offers, campaign: CampaignPlan
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
    assert {channel: count for channel, count in summary.contacts.items() if count} == by_channel
    assert summary.clients == len(selected)
    assert summary.cost == pytest.approx(float(exactly(selected["cost"])))
    assert summary.kept == pytest.approx(selected["expected_profit_kept_base"].sum())
    assert summary.kept <= summary.upper_bound


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
        activity_declined=np.nan, **{signal.feature: 900 for signal in RISK_SIGNALS.values()}
    )
    none = reasons.head(0)
    thresholds = fit_rule_thresholds(new, DecisionThreshold.model_construct(threshold=0.6), options)
    signals = find_risk_signals(new, thresholds)
    assert signals.empty
    table = make_decision_table(new, scores, none, signals, thresholds, options, campaign)
    segments = assign_segments(table, thresholds, options)
    profiles = profile_segments(table, segments, options)
    recommended = recommend_offers(table, segments, offers)
    best = recommended[(recommended["rank"] == 1) & (recommended["offer"] != "none")].assign(arm="treated")
    actions = decide_actions(table, segments, recommended, best, offers)
    gathered = gather_contacts(table, segments, recommended, actions)
    sheets, *_ = list_clients(*gathered, none, thresholds, options, offers, campaign)
    assert (table["reasons"] == "").all()
    assert profiles["declined_share"].isna().all()
    assert rate_signals(new, signals, offers).empty
    assert "precision" in rate_signals(new, signals, offers)
    # the bonus, the banner, the apology
    assert sheets["Клиенты"]["Номер клиента"].tolist() == [2, 1, 3]
    assert (sheets["Клиенты"]["Причина 1"] == "").all()
