from typing import Any

import pandas as pd
import pytest

from one_click.rules.conditions import Condition, matches


@pytest.mark.parametrize(
    "condition",
    [
        {"column": "at_risk", "is": True},
        {"column": "pages_per_visit", "at_least": 2, "below": 5},
        {"column": "main_reason", "one_of": ["pages_per_visit"]},
        {"reason": "promo_purchase_share"},
        {"signal": ["low_pages", "minutes_drop"]},
    ],
)
def test_conditions_are_accepted(condition: dict[str, Any]) -> None:
    assert Condition.model_validate(condition).model_dump(by_alias=True, exclude_defaults=True)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        pytest.param({}, "exactly one of column, reason, signal", id="empty"),
        pytest.param({"column": "at_risk", "reason": "pages_per_visit"}, "exactly one of", id="two-subjects"),
        pytest.param({"column": "page_per_visit", "below": 3}, "did you mean 'pages_per_visit'", id="column"),
        pytest.param({"column": "pages_per_visit", "bellow": 3}, "did you mean 'below'", id="key"),
        pytest.param({"column": "pages_per_visit"}, "at_least or below; found no test", id="no-test"),
        pytest.param({"column": "pages_per_visit", "is": True}, "at_least or below", id="wrong-test"),
        pytest.param({"column": "at_risk", "at_least": 1}, "is tested with is", id="flag"),
        pytest.param({"column": "popular_category", "one_of": []}, "found no test", id="no-values"),
        pytest.param({"column": "promo_purchase_share", "at_least": 50}, "50 % is 0.5", id="percent"),
        pytest.param({"column": "probability", "below": -0.1}, r"from 0 to 1; found -0.1 \[", id="share"),
        pytest.param({"column": "pages_per_visit", "at_least": float("nan")}, "finite number", id="nan"),
        pytest.param(
            {"column": "unpaid_items_quarter", "at_least": 5, "below": 5}, "Remedy: below above 5", id="range"
        ),
        pytest.param({"column": "activity_declined", "at_least": 1}, "unknown column", id="target"),
        pytest.param({"column": "main_reason", "one_of": ["minutes"]}, "unknown feature", id="main-reason"),
        pytest.param({"reason": "promo_share"}, "did you mean 'promo_purchase_share'", id="reason"),
        pytest.param({"reason": "pages_per_visit", "below": 3}, "'below' has no place", id="reason-and-test"),
        pytest.param({"signal": "page_low"}, "unknown risk signal 'page_low'", id="signal"),
    ],
)
def test_faulty_conditions_are_refused_with_the_nearest_name(condition: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Condition.model_validate(condition)


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (
            {"column": "promo_purchase_share", "at_least": 0.5, "below": 0.75},
            "promo_purchase_share at_least 0.5 and below 0.75",
        ),
        ({"column": "monthly_profit", "below": 1234567}, "monthly_profit below 1234567"),
        ({"column": "popular_category", "one_of": ["Сад", "Дом"]}, "popular_category one_of [Сад, Дом]"),
        ({"column": "at_risk", "is": False}, "at_risk is false"),
        ({"reason": "pages_per_visit"}, "reason [pages_per_visit]"),
        ({"signal": ["low_pages", "minutes_drop"]}, "signal [low_pages, minutes_drop]"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_condition_is_written_as_in_the_configuration(condition: dict[str, Any], text: str) -> None:
    assert Condition.model_validate(condition).text == text


@pytest.fixture
def small() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "at_risk": [True, True, False],
            "pages_per_visit": [3, 5, 8],
            "popular_category": ["Сад", "Кухонная посуда", "Сад"],
            "service_type": ["премиум", "стандарт", "стандарт"],
            "reasons": ["pages_per_visit, minutes_current", "minutes_previous", ""],
            "signals": ["low_pages", "", "minutes_drop"],
        }
    )


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        pytest.param([], [True, True, True], id="none"),
        pytest.param([{"column": "at_risk", "is": True}], [True, True, False], id="flag"),
        pytest.param([{"column": "at_risk", "is": False}], [False, False, True], id="flag-not"),
        pytest.param([{"column": "pages_per_visit", "at_least": 5}], [False, True, True], id="at_least"),
        pytest.param([{"column": "pages_per_visit", "below": 5}], [True, False, False], id="below"),
        pytest.param(
            [{"column": "pages_per_visit", "at_least": 4, "below": 8}], [False, True, False], id="range"
        ),
        pytest.param([{"column": "popular_category", "one_of": "Сад"}], [True, False, True], id="one_of"),
        pytest.param([{"reason": "minutes_current"}], [True, False, False], id="reason"),
        pytest.param([{"reason": ["minutes_previous", "pages_per_visit"]}], [True, True, False], id="any"),
        pytest.param([{"signal": ["low_pages", "minutes_drop"]}], [True, False, True], id="signal"),
        pytest.param(
            [{"column": "at_risk", "is": True}, {"column": "pages_per_visit", "at_least": 5}],
            [False, True, False],
            id="all-must-hold",
        ),
    ],
)
def test_conditions_choose_clients(
    small: pd.DataFrame, conditions: list[dict[str, Any]], expected: list[bool]
) -> None:
    parsed = [Condition.model_validate(condition) for condition in conditions]
    assert matches(parsed, small).tolist() == expected
