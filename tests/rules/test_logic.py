import itertools
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from one_click.rules.conditions import Condition, matches
from one_click.rules.logic import allowed, contradict, implies, imply_all


def conditions(*raw: dict[str, Any]) -> list[Condition]:
    return [Condition.model_validate(one) for one in raw]


def flag(column: str, value: bool = True) -> dict[str, Any]:
    return {"column": column, "is": value}


def column(name: str, **test: Any) -> dict[str, Any]:
    return {"column": name, **test}


RISK, SAFE, WORTH = flag("at_risk"), flag("at_risk", False), flag("valuable")
PROMO = column("promo_purchase_share", at_least=0.5)
CART = column("unpaid_items_quarter", at_least=5)
NO_DROP = [column("minutes_current", at_least=10), column("minutes_previous", below=10)]
EARNED = [
    {"signal": "revenue_drop"},
    column("revenue_previous", below=100),
    column("revenue_two_months_ago", below=200),
]
GARDEN = column("popular_category", one_of=["Сад", "Дом"])


def test_allowed_values_of_whole_numbers_are_whole() -> None:
    given_range = column("pages_per_visit", at_least=1.2, below=5)
    assert allowed("pages_per_visit", conditions(given_range)) == (2, 4)
    assert allowed("pages_per_visit", conditions(RISK)) == (0, float("inf"))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param([PROMO, column("promo_purchase_share", below=0.5)], True, id="below-meets-from"),
        pytest.param([PROMO, column("promo_purchase_share", below=0.6)], False, id="overlap"),
        pytest.param([CART, column("unpaid_items_quarter", below=5.1)], False, id="the-5-is-left"),
        pytest.param([column("pages_per_visit", at_least=5.2, below=5.8)], True, id="no-whole"),
        pytest.param([column("pages_per_visit", below=0)], True, id="below-all-counts"),
        pytest.param([column("monthly_profit", below=0)], False, id="profit-may-be-negative"),
        pytest.param([column("promo_purchase_share", below=0)], True, id="below-all-shares"),
        pytest.param([RISK, SAFE], True, id="flag"),
        pytest.param([RISK, flag("valuable", False)], False, id="other-flag"),
        pytest.param([GARDEN, column("popular_category", one_of="Дети")], True, id="disjoint"),
        pytest.param([GARDEN, column("popular_category", one_of="Сад")], False, id="shared-value"),
        pytest.param([{"reason": "pages_per_visit"}, {"reason": "service_errors"}], False, id="reasons"),
        pytest.param(
            [{"signal": "minutes_drop"}, column("minutes_previous", below=1)], True, id="no-minutes"
        ),
        pytest.param(
            [{"signal": "minutes_drop"}, column("minutes_previous", below=2)], False, id="one-minute"
        ),
        pytest.param([{"signal": "minutes_drop"}, *NO_DROP], True, id="no-drop"),
        pytest.param([{"signal": ["minutes_drop", "low_pages"]}, *NO_DROP], False, id="another-signal"),
        pytest.param([*EARNED, column("revenue_current", at_least=150)], True, id="revenue-at-its-mean"),
        pytest.param([*EARNED, column("revenue_current", at_least=149)], False, id="revenue-below-it"),
    ],
)
def test_contradictions_are_those_that_no_client_can_meet(
    rules: list[dict[str, Any]], expected: bool
) -> None:
    assert contradict(conditions(*rules)) is expected


@pytest.mark.parametrize(
    ("premises", "conclusion", "expected"),
    [
        pytest.param([PROMO], column("promo_purchase_share", at_least=0.4), True, id="wider"),
        pytest.param([PROMO], column("promo_purchase_share", at_least=0.6), False, id="narrower"),
        pytest.param([], column("promo_purchase_share", at_least=0), True, id="every-share"),
        pytest.param([], column("monthly_profit", at_least=0), False, id="not-every-profit"),
        pytest.param([CART], column("unpaid_items_quarter", at_least=4.5), True, id="whole"),
        pytest.param([PROMO], RISK, False, id="other-column"),
        pytest.param([GARDEN], column("popular_category", one_of=["Дом", "Сад", "Б"]), True, id="set"),
        pytest.param([GARDEN], column("popular_category", one_of="Сад"), False, id="smaller-set"),
        pytest.param([{"signal": "low_pages"}], {"signal": ["minutes_drop", "low_pages"]}, True, id="signal"),
        pytest.param([{"signal": ["minutes_drop", "low_pages"]}], {"signal": "low_pages"}, False, id="or"),
        pytest.param([{"reason": "pages_per_visit"}], {"signal": "low_pages"}, False, id="reason-no-signal"),
        pytest.param(
            [column("main_reason", one_of="pages_per_visit")],
            {"reason": ["pages_per_visit", "service_errors"]},
            True,
            id="main-reason-is-a-reason",
        ),
        pytest.param(
            [{"reason": "pages_per_visit"}],
            column("main_reason", one_of="pages_per_visit"),
            False,
            id="reason-need-not-be-the-main-one",
        ),
    ],
)
def test_implications_are_those_that_hold_for_every_client(
    premises: list[dict[str, Any]], conclusion: dict[str, Any], expected: bool
) -> None:
    assert implies(conditions(*premises), conditions(conclusion)[0]) is expected


# Every client that differs in what the drawn conditions can tell apart.
GRID = pd.DataFrame(
    itertools.product([0, 1, 2, 3, 4], [0.0, 0.25, 0.5, 0.75, 1.0], [True, False], ["Сад", "Дом", "Дети"]),
    columns=["pages_per_visit", "promo_purchase_share", "valuable", "popular_category"],
)


def _ranges(column: str, thresholds: list[float]) -> st.SearchStrategy[dict[str, Any]]:
    pair = st.tuples(st.sampled_from(thresholds), st.sampled_from(thresholds)).filter(
        lambda both: both[0] < both[1]
    )
    return st.one_of(
        st.sampled_from(thresholds).map(lambda threshold: {"column": column, "at_least": threshold}),
        st.sampled_from(thresholds).map(lambda threshold: {"column": column, "below": threshold}),
        pair.map(lambda both: {"column": column, "at_least": both[0], "below": both[1]}),
    )


DRAWN = st.lists(
    st.one_of(
        _ranges("pages_per_visit", [0, 1, 1.5, 2, 3, 4]),
        _ranges("promo_purchase_share", [0, 0.25, 0.5, 0.75, 1]),
        st.booleans().map(lambda value: flag("valuable", value)),
        st.sets(st.sampled_from(["Сад", "Дом", "Дети"]), min_size=1).map(
            lambda values: column("popular_category", one_of=sorted(values))
        ),
    ),
    max_size=4,
)


@given(raw=DRAWN)
def test_contradictions_are_exactly_those_of_all_possible_clients(raw: list[dict[str, Any]]) -> None:
    drawn = conditions(*raw)
    assert contradict(drawn) == (not matches(drawn, GRID).any())


@given(raw=DRAWN, other=DRAWN)
def test_implications_hold_for_all_possible_clients(
    raw: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    premises, conclusions = conditions(*raw), conditions(*other)
    if imply_all(premises, conclusions) and not contradict(premises):
        assert matches(conclusions, GRID)[matches(premises, GRID)].all()
