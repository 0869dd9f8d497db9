import json
import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from one_click.columns import LANGUAGES
from one_click.pipelines.interpretation.nodes.tree_rules import Condition, read_tree_rules
from one_click.pipelines.interpretation.texts.tree_rules import rule_text, tell_tree_rules

Fit = Callable[..., Pipeline]
SPACE = "\u00a0"
CATEGORY: dict[str, Any] = {"feature": "popular_category", "known": ("Кухонная посуда", "Сад", "Дом")}
SERVICE: dict[str, Any] = {"feature": "service_type", "known": ("премиум", "стандарт")}


@pytest.mark.parametrize(
    ("condition", "russian", "english"),
    [
        pytest.param(
            Condition("pages_per_visit", high=4, decimals=0),
            "Страниц за визит: не больше 4 стр.",
            "Pages per visit: at most 4 pages",
            id="whole-at-most",
        ),
        pytest.param(
            Condition("pages_per_visit", low=0, decimals=0),
            "Страниц за визит: не меньше 1 стр.",
            "Pages per visit: at least 1 page",
            id="whole-at-least",
        ),
        pytest.param(
            Condition("unpaid_items_quarter", 2, 5, decimals=0),
            "Неоплаченные товары за квартал: от 3 до 5 шт.",
            "Unpaid items in the quarter: 3 to 5 items",
            id="whole-interval",
        ),
        pytest.param(
            Condition("service_errors", 1, 2, decimals=0),
            "Ошибки сервиса: 2 шт.",
            "Service errors: 2 errors",
            id="one-whole-number",
        ),
        pytest.param(
            Condition("promo_purchase_share", low=0.29, decimals=2),
            "Доля покупок по акции: не меньше 30 %",
            "Share of promo purchases: at least 30%",
            id="share",
        ),
        pytest.param(
            Condition("promo_purchase_share", high=0.291, decimals=3),
            "Доля покупок по акции: не больше 29,1 %",
            "Share of promo purchases: at most 29.1%",
            id="finer-share",
        ),
        pytest.param(
            Condition("revenue_current", low=5000.1, decimals=1),
            "Выручка текущего месяца: не меньше 5 000,2 ед. выручки",
            "Revenue this month: at least 5,000.2 revenue units",
            id="tenths",
        ),
        pytest.param(
            Condition("marketing_contacts_6m", 0.5, 1),
            "Контакты за 6 месяцев: больше 0,5 и не больше 1 в месяц",
            "Contacts over 6 months: more than 0.5 and at most 1 per month",
            id="calculated",
        ),
        pytest.param(
            Condition("allows_messages", high=0), "Разрешает сообщения: нет", "Allows messages: no", id="no"
        ),
        pytest.param(
            Condition("allows_messages", low=0), "Разрешает сообщения: да", "Allows messages: yes", id="yes"
        ),
        pytest.param(
            Condition(**CATEGORY, level="Кухонная посуда"),
            "Популярная категория: Кухонная посуда",
            "Popular category: Kitchenware",
            id="is-a-level",
        ),
        pytest.param(
            Condition(**CATEGORY, excluded=("Кухонная посуда",)),
            "Популярная категория: не «Кухонная посуда»",
            "Popular category: not “Kitchenware”",
            id="is-not-a-level",
        ),
        pytest.param(
            Condition("popular_category", excluded=("Дом", "Сад"), known=("Дом", "Сад", "Книги", "Дети")),
            "Популярная категория: не «Дом» и не «Сад»",
            "Popular category: not “Дом” and not “Сад”",
            id="is-neither-of-two-levels",
        ),
        pytest.param(
            Condition(**SERVICE, excluded=("стандарт",)),
            "Тип сервиса: премиум",
            "Service type: premium",
            id="the-other-of-two",
        ),
    ],
)
def test_condition_in_words(condition: Condition, russian: str, english: str) -> None:
    assert rule_text([condition], "ru").replace(SPACE, " ") == russian
    assert rule_text([condition], "en") == english


def test_rule_without_conditions_is_about_all_clients() -> None:
    assert [rule_text([], language) for language in LANGUAGES] == ["Все клиенты", "All clients"]


def test_rules_and_conditions_stand_beside_their_leaves(fit: Fit, clients: pd.DataFrame) -> None:
    model = fit("decision_tree", clients)
    told, rules = tell_tree_rules(clients, tree=model), read_tree_rules(clients, tree=model)
    for row, rule in zip(told.to_dict("records"), rules, strict=True):
        assert [row[f"rule_{language}"] for language in LANGUAGES] == [
            rule_text(rule.conditions, language) for language in LANGUAGES
        ]
        conditions = json.loads(row["conditions"])
        assert conditions == [one.listed() for one in rule.conditions]
        assert not any(isinstance(bound, float) and math.isinf(bound) for one in conditions for bound in one)
        for name in ("model", "leaf", "depth", "clients", "declined", "declined_share", "probability"):
            assert row[name] == getattr(rule, name)
    empty = tell_tree_rules(clients, neighbours=fit("k_nearest_neighbours", clients))
    assert len(empty) == 0 < len(told)
    assert empty.dtypes.to_dict() == told.dtypes.to_dict()
