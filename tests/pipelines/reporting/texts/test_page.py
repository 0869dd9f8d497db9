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
    "profit_lost_share": 1.0,
    "clients": 40,
    "at_risk": 12,
    "profit_at_risk": 120.0,
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
PLAN = {"kept": 6.5, "cost": 2.0, "clients": 5, "upper_bound": 7.25, "budget": 2.5}
ARMS = {
    "treated": 4.0,
    "control": 1.0,
    "assumed_effect": 0.125,
    "power": 0.31,
    "detectable_effect": 0.41,
    "clients_needed": 5432.0,
}
SEGMENT = {
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
    "shown": 8,
    "precision": 0.75,
    "precision_low": 0.41,
    "precision_high": 0.93,
    "recall": 0.4,
    "lift": 2.0,
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
    """Return a page without styles, its blanks plain."""
    text = re.sub("<style>.*</style>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ").replace("\u202f", " "))


BARE = {"value": 0.02, "low": None, "high": None}
UNCERTAIN = [
    {"metric": "roc_auc", "champion": FIGURE, "reference": FIGURE},
    {"metric": "calibration_error", "champion": BARE, "reference": BARE},
]
SILENT = SIGNAL | {"signal": "revenue_drop", "shown": 0, "precision": float("nan"), "lift": float("nan")}
CAMPAIGN_RU = (
    "5 клиентов, затраты 2,0 при бюджете 2,5|6,5 ед. прибыли|больше 7,2|12,5 %|31 %|41 %|5 432|Купон<"
)
CAMPAIGN_EN = "5 clients, cost 2.0 of a budget of 2.5|6.5 profit units|7.2|12.5%|31%|41%|5,432|Coupon<"
ADDED_UP = [
    [f'{words}</td><td class="n">{count}<' for words, count in zip(texts, (4, 12, 28), strict=True)]
    for texts in (
        ("Получают предложение", "Всего в зоне риска", "Всего вне зоны риска"),
        ("Get an offer", "All clients at risk", "All clients not at risk"),
    )
]
PLURALS = [
    (1, "клиент", "client"),
    (3, "клиента", "clients"),
    (11, "клиентов", "clients"),
    (21, "клиент", "clients"),
]


def labelled(label_snapshot: str | None) -> dict[str, Any]:
    return {"reporting": {"key_facts": KEY_FACTS | {"label_snapshot": label_snapshot}}}


@pytest.mark.parametrize(
    ("changes", "russian", "english"),
    [
        pytest.param({}, CAMPAIGN_RU.split("|"), CAMPAIGN_EN.split("|"), id="figures-of-the-campaign"),
        pytest.param({}, *ADDED_UP, id="actions-counted-and-added-up"),
        pytest.param({}, ["<li>Сегмент пуст.</li>"], ["<li>It is empty.</li>"], id="rules-that-fit-nobody"),
        pytest.param({}, ["&gt; 99 %"], ["&gt; 99%"], id="no-client-is-certain"),
        pytest.param({}, ["в другую сторону"], ["points the other way"], id="weak-signals"),
        pytest.param({}, ["заново на 75 % тех же"], ["anew on 75% of the same clients"], id="refits"),
        pytest.param(labelled(None), ["описание нынешнего"], ["describes the present"], id="same-extract"),
        pytest.param(
            labelled("2027-01"),
            ["более позднего среза 2027-01"],
            ["later extract 2027-01"],
            id="later-extract",
        ),
        pytest.param(
            {"campaign": planned(budget=None)}, ["без ограничения"], ["no limit"], id="no-limit-of-the-budget"
        ),
        *(
            pytest.param(
                {"campaign": planned(clients=n)}, [f": {n} {ru},"], [f": {n} {en},"], id=f"plural-{n}"
            )
            for n, ru, en in PLURALS
        ),
        pytest.param(
            {"model_selection": {"model_facts": {"champion": "svc", "n_test": 324, "metrics": UNCERTAIN}}},
            ['<td class="n">0,020</td><td class="n">0,020</td>'],
            ['<td class="n">0.020</td><td class="n">0.020</td>'],
            id="no-interval-where-none-holds",
        ),
        pytest.param(
            {"segmentation": {"signal_quality": [SIGNAL, SILENT]}},
            ["75 % (41 % … 93 %)"],
            ["75% (41% … 93%)"],
            id="signals-that-somebody-shows",
        ),
    ],
)
def test_page_says_in_both_languages(
    changes: dict[str, dict[str, Any]], russian: list[str], english: list[str]
) -> None:
    for page, words in zip(render(**changes), (russian, english), strict=True):
        assert [word for word in words if word not in page] == []
        assert "None" not in page
        assert "nan" not in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({}, ["100 %", "100%"], id="certainty"),
        pytest.param(
            {"campaign": planned(ARMS | {"control": 0.0, "detectable_effect": None})},
            ["(контрольная группа)", "control arm"],
            id="control-arm-of-none",
        ),
        pytest.param(
            {"segmentation": {"signal_quality": [SIGNAL, SILENT]}},
            ["Выручка резко упала", "Revenue has dropped"],
            id="signals-that-nobody-shows",
        ),
        pytest.param(
            {"campaign": {"idle_rules": []}},
            ["Rules that fit nobody", "Правила, которые"],
            id="idle-rules-of-none",
        ),
    ],
)
def test_page_does_not_say(changes: dict[str, dict[str, Any]], words: list[str]) -> None:
    for page in render(**changes):
        assert [word for word in words if word in page] == []


def test_page_of_a_campaign_for_nobody() -> None:
    arms = dict.fromkeys(ARMS) | {"treated": 0.0, "control": 0.0, "power": 0.0}
    facts = dict.fromkeys(("kept_low", "kept_base", "kept_high", "at_risk", "profit_at_risk"), 0)
    pages = render(
        reporting={"key_facts": KEY_FACTS | facts, "top_clients": []},
        campaign=planned(arms, kept=0.0, cost=0.0, clients=0, upper_bound=0.0) | {"offer_summary": []},
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


def test_clients_at_risk_stand_before_the_others() -> None:
    page, _ = render()
    assert page.index("Всего в зоне риска") < page.index("Оставить как есть")


def test_figures_of_an_empty_segment_are_dashes() -> None:
    empty = SEGMENT | {"key": False, "clients": 0, "share": 0.0, "profit_at_risk": 0.0}
    missing = dict.fromkeys(("mean_probability", "reachable_share"), float("nan"))
    for page in render(segmentation={"segment_profiles": [empty | missing]}):
        assert page.count('<td class="n">—</td>') == 2
        assert "nan" not in page


def test_only_all_profit_lost_is_told_as_an_upper_bound() -> None:
    russian, english = render()
    assert "верхняя граница" in russian
    assert "upper bound" in english
    half = {"key_facts": KEY_FACTS | {"profit_lost_share": 0.5}}
    for page, bound, share in zip(
        render(reporting=half), ("верхняя граница", "upper bound"), ("50 % прибыли", "50% of it"), strict=True
    ):
        assert bound not in page
        assert share in page.replace("\xa0", " ")
