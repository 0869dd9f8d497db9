"""The page of a campaign, and of one in which nobody gets an offer."""

import re
from typing import Any

import pytest

from one_click.pipelines.reporting.texts.page import render_reports
from one_click.pipelines.reporting.texts.words import METRICS

FIGURES = {
    "eda": ("class_portrait",),
    "model_selection": ("gains", "leaderboard", "profit", "reliability", "thresholds"),
    "interpretation": ("beeswarm", "effect_curves", "permutation_importance", "shap_importance"),
    "segmentation": ("segments", "segment_profit"),
    "campaign": ("budget_curve", "plan_comparison"),
    "reporting": ("data_quality",),
}
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


SENTENCE = {"sentence_ru": "Мало страниц.", "sentence_en": "Few pages."}
METRIC_FACTS = [{"metric": name, "champion": FIGURE, "reference": FIGURE} for name in METRICS]
QUALITY = [("money", "form", "utf-8 commas"), ("money", "rows_in", ""), ("money", "rows_out", "")]
EXHIBITS: dict[str, dict[str, Any]] = {
    "eda": {"class_portrait": [SENTENCE]},
    "model_selection": {"model_facts": {"champion": "svc", "n_test": 324, "metrics": METRIC_FACTS}},
    "interpretation": {
        "explanation_facts": {
            "effects": [SENTENCE],
            "disagreements": [],
            "checks": {"deletion_share": 0.8, "reasons_refits": 0.7},
            "refitted_on": 0.75,
        }
    },
    "segmentation": {"segment_profiles": [SEGMENT], "signal_quality": [SIGNAL]},
    "campaign": {
        "plan_facts": {"plan": PLAN, "by_hand": 0.9, "arms": ARMS},
        "offer_summary": [OFFER],
        "action_summary": [
            dict(zip(("at_risk", "action", "why", "clients"), row, strict=True)) for row in PLACES
        ],
        "idle_rules": [{"sentence_ru": "Сегмент пуст.", "sentence_en": "It is empty."}],
    },
    "reporting": {
        "key_facts": KEY_FACTS,
        "top_clients": [TOP_CLIENT],
        "data_quality": [
            {"table": table, "subject": subject, "detail": detail, "count": 40.0}
            for table, subject, detail in QUALITY
        ],
        "audit": [],
    },
}


def render(**changes: dict[str, Any]) -> tuple[str, str]:
    """Return both pages as text with plain blanks, some exhibits of pipelines changed."""
    exhibits = {
        pipeline: {
            f"{name}_figure_{language}": "png" for name in FIGURES[pipeline] for language in ("ru", "en")
        }
        | shown
        | changes.get(pipeline, {})
        for pipeline, shown in EXHIBITS.items()
    }
    russian, english = (plain(page) for page in render_reports(**exhibits))
    return russian, english


def planned(arms: dict[str, float | None] = ARMS, **plan: Any) -> dict[str, Any]:
    """Return the facts of the plan, some changed."""
    return {"plan_facts": {"plan": PLAN | plan, "by_hand": None, "arms": arms}}


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
    facts = {"champion": "svc", "n_test": 324, "metrics": metrics}
    _, page = render(model_selection={"model_facts": facts})
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


@pytest.mark.parametrize(
    ("label_snapshot", "words"),
    [
        pytest.param(None, ("описание нынешнего состояния", "describes the present"), id="same-extract"),
        pytest.param(
            "2027-01", ("более позднего среза 2027-01", "later extract 2027-01"), id="later-extract"
        ),
    ],
)
def test_page_tells_when_the_label_was_taken(label_snapshot: str | None, words: tuple[str, str]) -> None:
    pages = render(reporting={"key_facts": KEY_FACTS | {"label_snapshot": label_snapshot}})
    assert all(word in page.lower() for word, page in zip(words, pages, strict=True))


def test_page_never_tells_a_client_as_certain() -> None:
    for page in render():
        assert "&gt; 99" in page
        assert "100 %" not in page
        assert "100%" not in page.replace("width: 100%", "").replace("max-width: 100%", "")


@pytest.mark.parametrize(
    ("count", "russian"), [(1, "1 клиент,"), (3, "3 клиента,"), (21, "21 клиент,"), (11, "11 клиентов,")]
)
def test_number_of_clients_is_grammatical(count: int, russian: str) -> None:
    page, english = render(campaign=planned(clients=count))
    assert russian in page
    assert ("1 client," in english) == (count == 1)


def test_without_a_budget_the_page_says_so() -> None:
    russian, english = render(campaign=planned(budget=None))
    assert "без ограничения" in russian
    assert "no limit" in english


def test_page_of_a_campaign_for_nobody() -> None:
    nothing = {"kept": 0.0, "cost": 0.0, "clients": 0, "upper_bound": 0.0, "gap": 0.0, "budget_price": 0.0}
    arms = dict.fromkeys(ARMS) | {"treated": 0.0, "control": 0.0, "power": 0.0}
    facts = dict.fromkeys(("offered", "cost", "kept_low", "kept_base", "kept_high"), 0)
    key_facts = KEY_FACTS | facts | {"at_risk": 0, "profit_at_risk": 0.0}
    pages = render(
        reporting={"key_facts": key_facts, "top_clients": []},
        campaign=planned(arms, **nothing) | {"offer_summary": []},
        segmentation={"signal_quality": []},
    )
    for page in pages:
        assert '<section id="offers">' in page
        assert "None" not in page
        assert "nan" not in page
        assert page.count("data:image/png;base64,") == sum(map(len, FIGURES.values()))
    assert "0 клиентов, затраты 0,0" in pages[0]
    assert "0 clients, cost 0.0" in pages[1]
    assert "контрольная группа)" not in pages[0]
    assert "control arm" not in pages[1]


def test_page_without_a_control_arm_says_nothing_of_one() -> None:
    russian, english = render(campaign=planned(ARMS | {"control": 0.0, "detectable_effect": None}))
    assert "(контрольная группа)" not in russian
    assert "control arm" not in english


def test_signals_that_nobody_shows_are_left_out() -> None:
    silent = SIGNAL | {"signal": "revenue_drop", "shown": 0, "precision": float("nan"), "lift": float("nan")}
    russian, english = render(segmentation={"signal_quality": [SIGNAL, silent]})
    assert "nan" not in russian + english
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
    for page in render(campaign={"idle_rules": []}):
        assert "Rules that fit nobody" not in page
        assert "Правила, которые" not in page


def test_figures_of_an_empty_segment_are_dashes() -> None:
    empty = SEGMENT | {"key": False, "clients": 0, "share": 0.0, "profit_at_risk": 0.0}
    missing = dict.fromkeys(("mean_probability", "reachable_share"), float("nan"))
    for page in render(segmentation={"segment_profiles": [empty | missing]}):
        assert page.count('<td class="n">—</td>') == 2
        assert "nan" not in page
