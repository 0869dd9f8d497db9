"""Which clients a list of conditions chooses."""

from typing import Any

import pandas as pd
import pytest

from one_click.rules.conditions import Condition, matches


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
