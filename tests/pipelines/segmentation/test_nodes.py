from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from one_click.columns import CLIENT_ID
from one_click.errors import DataError, ParameterError
from one_click.parameters import Offers, Segmentation
from one_click.pipelines.segmentation import nodes

MESSAGES = ("email", "push")


def test_borders_are_the_threshold_and_quantiles_of_the_base(borders: dict[str, float]) -> None:
    assert borders["probability"] == 0.6
    assert borders["monthly_profit"] == 3.5


def test_risk_signals_name_who_shows_them_and_from_where(clients: pd.DataFrame) -> None:
    borders = {"minutes_drop": -0.6, "revenue_drop": -0.4, "low_pages": 2.0}
    signals = nodes.find_risk_signals(clients, borders)
    listed = signals.set_index([CLIENT_ID, "signal"])[["value", "threshold"]]
    # 4 minutes after 10; 100 of revenue after a mean of 200; 2 pages
    assert listed.index.tolist() == [(1, "low_pages"), (2, "minutes_drop"), (2, "revenue_drop")]
    assert listed["value"].tolist() == pytest.approx([2, -0.6, -0.5])
    assert listed["threshold"].tolist() == [2, -0.6, -0.4]


def test_signal_quality_is_counted_on_labelled_clients(clients: pd.DataFrame) -> None:
    shown = pd.DataFrame({"client_id": [1, 3, 4], "signal": ["low_pages", "low_pages", "minutes_drop"]})
    labelled = clients.assign(activity_declined=[1.0, 1.0, 0.0, np.nan])
    quality = nodes.rate_signals(labelled, shown).set_index("signal")
    pages = quality.loc["low_pages"]
    assert pages[["labelled", "shown"]].tolist() == [3, 2]
    assert pages[["precision", "recall", "lift"]].tolist() == [0.5, 0.5, 0.75]
    assert pages["precision_low"] < 0.5 < pages["precision_high"]
    assert quality.loc["minutes_drop", "shown"] == 0
    assert np.isnan(quality.loc["minutes_drop", "precision"])


def test_profit_at_risk_is_probability_times_profit_times_months_times_share_lost(
    clients: pd.DataFrame,
    scores: pd.DataFrame,
    reasons: pd.DataFrame,
    signals: pd.DataFrame,
    borders: dict[str, float],
    options: Segmentation,
) -> None:
    half = options.model_copy(update={"horizon_months": 2, "profit_lost_share": 0.25})
    table = nodes.make_decision_table(clients, scores, reasons, signals, borders, half)
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
    clients: pd.DataFrame,
    scores: pd.DataFrame,
    reasons: pd.DataFrame,
    signals: pd.DataFrame,
    borders: dict[str, float],
    options: Segmentation,
) -> None:
    with pytest.raises(DataError, match=r"1 of 4 clients have no score.[\s\S]*clients 3"):
        nodes.make_decision_table(clients, scores.drop(index=2), reasons, signals, borders, options)


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


def test_segments_with_a_misspelt_category_are_refused(
    table: pd.DataFrame, borders: dict[str, float], shipped: dict[str, Any]
) -> None:
    raw = shipped["segmentation"]
    first = {**raw["segments"][0], "conditions": [{"column": "popular_category", "one_of": ["Товары детей"]}]}
    options = Segmentation.model_validate(raw | {"segments": [first, *raw["segments"][1:]]})
    with pytest.raises(ParameterError, match="did you mean 'Товары для детей'"):
        nodes.assign_segments(table, borders, options)


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
    got = nodes.recommend_offers(table, segments, options, Offers.model_validate({"declared": [coupon]}))
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


def test_offers_for_an_unknown_segment_are_refused(
    table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation, shipped: dict[str, Any]
) -> None:
    raw = [dict(offer) for offer in shipped["offers"]["declared"]]
    raw[0]["conditions"] = [{"column": "segment", "one_of": "promo_seeker"}]
    with pytest.raises(ParameterError, match="did you mean 'promo_seekers'"):
        nodes.recommend_offers(table, segments, options, Offers.model_validate({"declared": raw}))


@st.composite
def bases(draw: st.DrawFn) -> dict[str, list[Any]]:
    """Draw columns that decide about segments and offers."""
    count = draw(st.integers(1, 12))

    def column(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=count, max_size=count))

    return {
        "allows_messages": column(st.booleans()),
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


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(columns=bases())
def test_nobody_without_consent_is_messaged_and_everyone_is_in_one_segment(
    clients: pd.DataFrame, options: Segmentation, offers: Offers, columns: dict[str, list[Any]]
) -> None:
    base = with_columns(clients.head(1), columns)
    numbers = base[CLIENT_ID]
    scores = pd.DataFrame({CLIENT_ID: numbers, "probability": columns["probability"], "probability_sd": 0.05})
    named = pd.DataFrame({CLIENT_ID: numbers, "direction": "raises", "rank": 1, "feature": columns["reason"]})
    borders = nodes.fit_decision_borders(base, {"threshold": 0.5}, options)
    signals = nodes.find_risk_signals(base, borders)
    table = nodes.make_decision_table(base, scores, named[named["feature"] != ""], signals, borders, options)
    segments = nodes.assign_segments(table, borders, options)
    got = nodes.recommend_offers(table, segments, options, offers)

    assert segments[CLIENT_ID].tolist() == got[CLIENT_ID].tolist() == numbers.tolist()
    assert set(segments["segment"]) <= {segment.code for segment in options.segments}
    assert nodes.profile_segments(table, segments, options)["clients"].sum() == len(base)
    assert not got.loc[~base["allows_messages"], "channel"].isin(MESSAGES).any()
    chosen = got["offer"] != "none"
    assert (got.loc[chosen, "expected_profit_kept_base"] > 0).all()
    assert table.loc[chosen, "at_risk"].all()
    assert ((got["note"] == "") == chosen).all()


def test_month_without_labels_and_reasons_passes(
    clients: pd.DataFrame, scores: pd.DataFrame, options: Segmentation, offers: Offers, reasons: pd.DataFrame
) -> None:
    new = clients.assign(
        activity_declined=np.nan, pages_per_visit=8, minutes_current=10, revenue_current=900.0
    )
    none = reasons.head(0)
    borders = nodes.fit_decision_borders(new, {"threshold": 0.6}, options)
    signals = nodes.find_risk_signals(new, borders)
    assert signals.empty
    table = nodes.make_decision_table(new, scores, none, signals, borders, options)
    segments = nodes.assign_segments(table, borders, options)
    profiles = nodes.profile_segments(table, segments, options)
    recommended = nodes.recommend_offers(table, segments, options, offers)
    sheets = nodes.list_clients(table, segments, recommended, none, borders, options, offers)
    assert (table["reasons"] == "").all()
    assert profiles["declined_share"].isna().all()
    assert nodes.rate_signals(new, signals).empty
    assert "precision" in nodes.rate_signals(new, signals)
    assert len(sheets["Клиенты"]) == 3
    assert (sheets["Клиенты"]["Причина 1"] == "").all()


def test_client_list_has_the_largest_profit_at_risk_first(
    table: pd.DataFrame,
    segments: pd.DataFrame,
    reasons: pd.DataFrame,
    borders: dict[str, float],
    options: Segmentation,
    offers: Offers,
) -> None:
    recommended = nodes.recommend_offers(table, segments, options, offers)
    sheets = nodes.list_clients(table, segments, recommended, reasons, borders, options, offers)
    listed = sheets["Клиенты"]
    assert listed["Номер клиента"].tolist() == [
        2,
        1,
        3,
    ]  # .8 * 5 * 3 = 12, .9 * 4 * 3 = 10.8, .65 * 2 * 3 = 3.9
    assert listed["Прибыль под риском за 3 месяца, ед. прибыли"].tolist() == [12.0, 10.8, 3.9]
    assert listed["Вероятность снижения, %"].tolist() == [80, 90, 65]
    assert listed["Сегмент"].tolist()[0] == "Брошенные корзины"
    assert listed["Причина 1"].tolist() == ["Полная корзина.", "=Много акций.", "Мало минут."]
    assert listed["Причина 2"].tolist() == ["", "Мало страниц.", ""]
    assert listed["Разрешает сообщения"].tolist() == ["нет", "да", "да"]
    assert listed["Канал"].tolist()[0] == "На сайте"
    explained = sheets["Пояснения"]["Столбец"].tolist()
    assert [name for name in listed if name not in explained] == ["Причина 1", "Причина 2", "Причина 3"]


def test_inputs_stay_as_they_were(
    clients: pd.DataFrame,
    scores: pd.DataFrame,
    reasons: pd.DataFrame,
    options: Segmentation,
    offers: Offers,
) -> None:
    before = [frame.copy() for frame in (clients, scores, reasons)]
    borders = nodes.fit_decision_borders(clients, {"threshold": 0.6}, options)
    signals = nodes.find_risk_signals(clients, borders)
    nodes.rate_signals(clients, signals)
    table = nodes.make_decision_table(clients, scores, reasons, signals, borders, options)
    kept_table = table.copy()
    segments = nodes.assign_segments(table, borders, options)
    kept_segments = segments.copy()
    recommended = nodes.recommend_offers(table, segments, options, offers)
    nodes.profile_segments(table, segments, options)
    nodes.portray_segments(table, segments, options)
    nodes.list_clients(table, segments, recommended, reasons, borders, options, offers)
    for frame, old in zip((clients, scores, reasons), before, strict=True):
        pd.testing.assert_frame_equal(frame, old)
    pd.testing.assert_frame_equal(table, kept_table)
    pd.testing.assert_frame_equal(segments, kept_segments)
