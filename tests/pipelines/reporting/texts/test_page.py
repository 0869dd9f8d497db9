"""The page of a campaign, and of one in which nobody gets an offer."""

import re
from typing import Any

import pandas as pd
import pytest

from one_click.columns import LANGUAGES, Language
from one_click.pipelines.reporting.texts.page import FIGURES, render_reports, tell_share_lost
from one_click.pipelines.reporting.texts.words import METRICS

FIGURE = {"value": 0.75, "low": 0.7, "high": 0.8}
KEY_FACTS = {
    "clients": 40,
    "labelled": 40,
    "declined": 15,
    "at_risk": 12,
    "profit_at_risk": 120.0,
    "offered": 4,
    "cost": 1.6,
    "kept_low": 2.0,
    "kept_base": 5.0,
    "kept_high": 9.0,
    "clients_left_out": 2,
    "cells_mended": 3,
    "threshold": 0.5,
    "criterion": "profit",
    "horizon_months": 3,
    "profit_lost_share": 1.0,
    "snapshot": "2026-10",
    "label_snapshot": None,
}
PLAN = {
    "kept": 6.5,
    "cost": 2.0,
    "clients": 5,
    "upper_bound": 7.25,
    "gap": 0.1,
    "budget": 2.5,
    "budget_price": 1.5,
    "contacts": {"email": 5, "push": 0, "on_site": 0},
    "contact_prices": {"email": 0.0, "push": 0.0, "on_site": 0.0},
}
ARMS = {
    "treated": 4.0,
    "control": 1.0,
    "decline": 0.7,
    "assumed_effect": 0.125,
    "power": 0.31,
    "detectable_effect": 0.41,
    "clients_needed": 5432.0,
}
SEGMENT = {
    "segment": "promo",
    "title_ru": "Охотники",
    "title_en": "Seekers",
    "key": True,
    "clients": 12,
    "share": 0.3,
    "mean_probability": 0.7,
    "profit_at_risk": 120.0,
    "reachable_share": 0.5,
    "sentence_ru": "Это ключевой сегмент.",
    "sentence_en": "This segment is key.",
}
OFFER = {
    "offer": "coupon",
    "title_ru": "Купон",
    "title_en": "Coupon",
    "channel": "email",
    "clients": 4,
    "cost": 1.6,
    "kept_low": 2.0,
    "kept_base": 5.0,
    "kept_high": 9.0,
}
TOP_CLIENT = {
    "client_id": 7340001,
    "probability": 0.999,
    "monthly_profit": 4.0,
    "profit_at_risk": 12.0,
    "reasons_ru": "Мало страниц.",
    "reasons_en": "Few pages.",
    "offer_ru": "Купон",
    "offer_en": "Coupon",
}
PLACES = [
    (True, "treated", "treated", 4),
    (True, "no_offer", "not_worth_its_cost", 6),
    (True, "no_offer", "no_eligible_offer", 2),
    (False, "leave_alone", "leave_alone", 28),
]
SIGNAL = {
    "signal": "low_pages",
    "labelled": 40,
    "shown": 8,
    "base_share": 0.375,
    "precision": 0.75,
    "precision_low": 0.41,
    "precision_high": 0.93,
    "recall": 0.4,
    "lift": 2.0,
    "offers": "coupon",
}


def render(**changes: Any) -> tuple[str, str]:
    """Return both pages as text with plain blanks, some inputs changed."""
    sentence = {"sentence_ru": "Мало страниц.", "sentence_en": "Few pages."}
    metrics = [{"metric": name, "champion": FIGURE, "reference": FIGURE} for name in METRICS]
    quality = [("money", "form", "utf-8 commas"), ("money", "rows_in", ""), ("money", "rows_out", "")]
    inputs: dict[str, Any] = {
        "key_facts": KEY_FACTS,
        "model_facts": {"champion": "svc", "n_test": 324, "metrics": metrics},
        "explanation_facts": {
            "effects": [sentence],
            "disagreements": [],
            "checks": {"deletion_share": 0.8, "reasons_refits": 0.7},
            "refitted_on": 0.75,
        },
        "plan_facts": {"plan": PLAN, "by_hand": 0.9, "arms": ARMS},
        "class_portrait": pd.DataFrame([sentence]),
        "segment_profiles": pd.DataFrame([SEGMENT]),
        "signal_quality": pd.DataFrame([SIGNAL]),
        "offer_summary": pd.DataFrame([OFFER]),
        "action_summary": pd.DataFrame(PLACES, columns=["at_risk", "action", "why", "clients"]),
        "idle_rules": pd.DataFrame([{"sentence_ru": "Сегмент пуст.", "sentence_en": "It is empty."}]),
        "top_clients": pd.DataFrame([TOP_CLIENT]),
        "data_quality": pd.DataFrame(quality, columns=["table", "subject", "detail"]).assign(count=40.0),
        "audit": pd.DataFrame(columns=["level", "meaning_ru", "action_ru", "meaning_en", "action_en"]),
        **{f"{name}_{language}": b"png" for name in FIGURES for language in ("ru", "en")},
    }
    russian, english = (plain(page) for page in render_reports(**inputs | changes))
    return russian, english


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", page.replace("\u00a0", " ").replace("\u202f", " "))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        pytest.param(
            0,
            (
                "5 клиентов, затраты 2,0 при бюджете 2,5",
                "6,5 ед. прибыли",
                "больше 7,2",
                "12,5 %",
                "31 %",
                "41 %",
                "5 432",
            ),
            id="ru",
        ),
        pytest.param(
            1,
            (
                "5 clients, cost 2.0 of a budget of 2.5",
                "6.5 profit units",
                "7.2",
                "12.5%",
                "31%",
                "41%",
                "5,432",
            ),
            id="en",
        ),
    ],
)
def test_page_states_the_figures_of_the_campaign(language: int, words: tuple[str, ...]) -> None:
    page = render()[language]
    for word in words:
        assert word in page
    assert f"<td>{'Купон' if language == 0 else 'Coupon'}</td>" in page


def test_page_prints_no_interval_where_none_holds() -> None:
    bare = {"value": 0.02, "low": None, "high": None}
    metrics = [
        {"metric": "roc_auc", "champion": FIGURE, "reference": FIGURE},
        {"metric": "calibration_error", "champion": bare, "reference": bare},
    ]
    _, page = render(model_facts={"champion": "svc", "n_test": 324, "metrics": metrics})
    assert '<td class="n">0.020</td><td class="n">0.020</td>' in page
    assert "None" not in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        pytest.param(0, ("указывает в другую сторону", "заново на 75 % тех же клиентов"), id="ru"),
        pytest.param(1, ("points the other way", "anew on 75% of the same clients"), id="en"),
    ],
)
def test_page_is_exact_about_weak_signals_and_refits(language: int, words: tuple[str, ...]) -> None:
    page = render()[language]
    for word in words:
        assert word in page


def test_page_never_tells_a_client_as_certain() -> None:
    for page in render():
        assert "&gt; 99" in page
        assert "100 %" not in page
        assert "100%" not in page.replace("width: 100%", "").replace("max-width: 100%", "")


@pytest.mark.parametrize(
    ("count", "russian"), [(1, "1 клиент,"), (3, "3 клиента,"), (21, "21 клиент,"), (11, "11 клиентов,")]
)
def test_number_of_clients_is_grammatical(count: int, russian: str) -> None:
    page, english = render(plan_facts={"plan": PLAN | {"clients": count}, "by_hand": None, "arms": ARMS})
    assert russian in page
    assert ("1 client," in english) == (count == 1)


def test_without_a_budget_the_page_says_so() -> None:
    russian, english = render(plan_facts={"plan": PLAN | {"budget": None}, "by_hand": None, "arms": ARMS})
    assert "без ограничения" in russian
    assert "no limit" in english


def test_page_of_a_campaign_for_nobody() -> None:
    nothing = {"kept": 0.0, "cost": 0.0, "clients": 0, "upper_bound": 0.0, "gap": 0.0, "budget_price": 0.0}
    arms = dict.fromkeys(ARMS) | {"treated": 0.0, "control": 0.0, "power": 0.0}
    facts = dict.fromkeys(("offered", "cost", "kept_low", "kept_base", "kept_high"), 0)
    pages = render(
        key_facts=KEY_FACTS | facts | {"at_risk": 0, "profit_at_risk": 0.0},
        plan_facts={"plan": PLAN | nothing, "by_hand": None, "arms": arms},
        offer_summary=pd.DataFrame(columns=list(OFFER)),
        top_clients=pd.DataFrame(columns=list(TOP_CLIENT)),
        signal_quality=pd.DataFrame(columns=list(SIGNAL)),
    )
    for page in pages:
        assert '<section id="offers">' in page
        assert "None" not in page
        assert "nan" not in page
        assert page.count("data:image/png;base64,") == len(FIGURES)
    assert "0 клиентов, затраты 0,0" in pages[0]
    assert "0 clients, cost 0.0" in pages[1]
    assert "контрольная группа)" not in pages[0]
    assert "control arm" not in pages[1]


def test_page_without_a_control_arm_says_nothing_of_one() -> None:
    russian, english = render(
        plan_facts={"plan": PLAN, "by_hand": 0.9, "arms": ARMS | {"control": 0.0, "detectable_effect": None}}
    )
    assert "(контрольная группа)" not in russian
    assert "control arm" not in english


def test_signals_that_nobody_shows_are_left_out() -> None:
    silent = SIGNAL | {"signal": "revenue_drop", "shown": 0, "precision": float("nan"), "lift": float("nan")}
    for page in render(signal_quality=pd.DataFrame([SIGNAL, silent])):
        assert "nan" not in page
    russian, english = render(signal_quality=pd.DataFrame([SIGNAL, silent]))
    assert "Выручка резко упала" not in russian
    assert "Revenue has dropped" not in english
    assert "75% (41% … 93%)" in english


def test_page_counts_the_places_of_clients_and_adds_them_up() -> None:
    russian, english = render()
    assert '<td>Get an offer</td><td class="n">4</td>' in english
    assert '<td>All clients at risk</td><td class="n">12</td>' in english
    assert '<td>All clients not at risk</td><td class="n">28</td>' in english
    assert '<td>Всего в зоне риска</td><td class="n">12</td>' in russian
    assert russian.index("Всего в зоне риска") < russian.index("Оставить как есть")


def test_page_names_the_rules_that_fit_nobody() -> None:
    russian, english = render()
    assert "<li>Сегмент пуст.</li>" in russian
    assert "<li>It is empty.</li>" in english
    for page in render(idle_rules=pd.DataFrame(columns=["sentence_ru", "sentence_en"])):
        assert "Rules that fit nobody" not in page
        assert "Правила, которые" not in page


def test_figures_of_an_empty_segment_are_dashes() -> None:
    empty = SEGMENT | {"key": False, "clients": 0, "share": 0.0, "profit_at_risk": 0.0}
    missing = dict.fromkeys(("mean_probability", "reachable_share"), float("nan"))
    for page in render(segment_profiles=pd.DataFrame([empty | missing])):
        assert page.count('<td class="n">—</td>') == 2
        assert "nan" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_all_profit_lost_is_told_as_an_upper_bound(language: Language) -> None:
    everything, half = tell_share_lost(1.0, language), tell_share_lost(0.5, language)
    assert "50" in half
    assert not re.search("upper bound|верхняя граница", half)
    assert re.search("upper bound|верхняя граница", everything)
    assert "{" not in everything + half
