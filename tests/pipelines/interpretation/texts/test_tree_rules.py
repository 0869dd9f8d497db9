import json
import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from one_click.columns import LANGUAGES, label
from one_click.pipelines.interpretation.nodes.tree_rules import Condition, read_tree_rules
from one_click.pipelines.interpretation.texts.tree_rules import describe_tree_rules, rule_text

Fit = Callable[..., Pipeline]
SPACE = "\u00a0"
CATEGORY: dict[str, Any] = {
    "feature": "popular_category",
    "known": ("Кухонная посуда", "Сад", "Дом", "Книги"),
}
SERVICE: dict[str, Any] = {"feature": "service_type", "known": ("премиум", "стандарт")}


CONDITIONS = [  # and what follows the label
    (Condition("pages_per_visit", high=4, decimals=0), "не больше 4 стр.", "at most 4 pages"),
    (Condition("pages_per_visit", low=0, decimals=0), "не меньше 1 стр.", "at least 1 page"),
    (Condition("unpaid_items_quarter", 2, 5, decimals=0), "от 3 до 5 шт.", "3 to 5 items"),
    (Condition("service_errors", 1, 2, decimals=0), "2 шт.", "2 errors"),
    (Condition("promo_purchase_share", low=0.29, decimals=2), "не меньше 30 %", "at least 30%"),
    (Condition("promo_purchase_share", high=0.291, decimals=3), "не больше 29,1 %", "at most 29.1%"),
    (
        Condition("revenue_current", low=5000.1, decimals=1),
        "не меньше 5 000,2 ед. выручки",
        "at least 5,000.2 revenue units",
    ),
    (
        Condition("marketing_contacts_6m", 0.5, 1),
        "больше 0,5 и не больше 1 в месяц",
        "more than 0.5 and at most 1 per month",
    ),
    (Condition("allows_messages", high=0), "нет", "no"),
    (Condition("allows_messages", low=0), "да", "yes"),
    (Condition(**CATEGORY, level="Кухонная посуда"), "Кухонная посуда", "Kitchenware"),
    (Condition(**CATEGORY, excluded=("Кухонная посуда",)), "не «Кухонная посуда»", "not “Kitchenware”"),
    (Condition(**CATEGORY, excluded=("Дом", "Сад")), "не «Дом» и не «Сад»", "not “Дом” and not “Сад”"),
    (Condition(**SERVICE, excluded=("стандарт",)), "премиум", "premium"),
]


@pytest.mark.parametrize(
    ("condition", "russian", "english"),
    CONDITIONS,
    ids=[f"{one.feature}-{text}" for one, _, text in CONDITIONS],
)
def test_condition_in_words(condition: Condition, russian: str, english: str) -> None:
    for language, text in zip(LANGUAGES, (russian, english), strict=True):
        name = label(condition.feature, language)
        assert rule_text([condition], language).replace(SPACE, " ") == f"{name}: {text}"


def test_rule_without_conditions_is_about_all_clients() -> None:
    assert [rule_text([], language) for language in LANGUAGES] == ["Все клиенты", "All clients"]


def test_rules_and_conditions_stand_beside_their_leaves(fit: Fit, clients: pd.DataFrame) -> None:
    model = fit("decision_tree", clients)
    told, rules = describe_tree_rules(clients, tree=model), read_tree_rules(clients, tree=model)
    for row, rule in zip(told.to_dict("records"), rules, strict=True):
        assert [row[f"rule_{language}"] for language in LANGUAGES] == [
            rule_text(rule.conditions, language) for language in LANGUAGES
        ]
        conditions = json.loads(row["conditions"])
        assert conditions == [one.listed() for one in rule.conditions]
        assert not any(isinstance(bound, float) and math.isinf(bound) for one in conditions for bound in one)
        for name in ("model", "leaf", "depth", "clients", "declined", "declined_share", "probability"):
            assert row[name] == getattr(rule, name)
    empty = describe_tree_rules(clients, neighbours=fit("k_nearest_neighbours", clients))
    assert len(empty) == 0 < len(told)
    assert empty.dtypes.to_dict() == told.dtypes.to_dict()
