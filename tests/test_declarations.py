from typing import Any

import pytest

from one_click.errors import ParameterError
from one_click.parameters import Offers, Segmentation

SEGMENT = {"title_ru": "-", "title_en": "-", "description_ru": "-", "description_en": "-"}
REST = SEGMENT | {"code": "rest"}
OPTIONS: dict[str, Any] = {
    "value_quantile": 0.5,
    "horizon_months": 3,
    "profit_lost_share": 1,
    "signal_quantile": 0.1,
    "smallest_drop": 0.05,
    "firm_from": 2,
    "likely_from": 1,
    "unknown_spread": 0.05,
    "key_min_clients": 30,
}
OFFER: dict[str, Any] = {
    "code": "coupon",
    "title_ru": "-",
    "title_en": "-",
    "text_ru": "«{category}»",
    "text_en": "{category}",
    "channel": "push",
    "needs_consent": True,
    "cost": 0.1,
    "effect": {"low": 0, "base": 0.1, "high": 0.2},
}


def with_segments(*segments: dict[str, Any]) -> Segmentation:
    return Segmentation.model_validate(OPTIONS | {"segments": list(segments)})


def with_condition(condition: dict[str, Any]) -> Segmentation:
    return with_segments(SEGMENT | {"code": "first", "conditions": [condition]}, REST)


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
    assert len(with_condition(condition).segments[0].conditions) == 1


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
        pytest.param({"column": "promo_purchase_share", "at_least": 50}, "share from 0 to 1", id="percent"),
        pytest.param({"column": "unpaid_items_quarter", "at_least": 5, "below": 5}, "no 'unpaid", id="range"),
        pytest.param({"column": "activity_declined", "at_least": 1}, "unknown column", id="target"),
        pytest.param({"column": "main_reason", "one_of": ["minutes"]}, "unknown feature", id="main-reason"),
        pytest.param({"reason": "promo_share"}, "did you mean 'promo_purchase_share'", id="reason"),
        pytest.param({"reason": "pages_per_visit", "below": 3}, "'below' has no place", id="reason-and-test"),
        pytest.param({"signal": "page_low"}, "unknown risk signal 'page_low'", id="signal"),
    ],
)
def test_faulty_conditions_are_refused_with_the_nearest_name(condition: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        with_condition(condition)


@pytest.mark.parametrize(
    ("segments", "message"),
    [
        pytest.param([], "at least 1 item", id="none"),
        pytest.param([REST, REST], "'rest' is declared more than once", id="repeated"),
        pytest.param([SEGMENT | {"code": "all"}, REST], "'all' has no conditions", id="takes-all"),
        pytest.param(
            [REST | {"conditions": [{"column": "at_risk", "is": True}]}], "no conditions", id="no-rest"
        ),
        pytest.param([REST | {"code": "Лояльные"}], "pattern", id="code"),
    ],
)
def test_faulty_lists_of_segments_are_refused(segments: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        with_segments(*segments)


def test_borders_of_membership_are_ordered() -> None:
    with pytest.raises(ParameterError, match="likely_from"):
        Segmentation.model_validate(OPTIONS | {"segments": [REST], "likely_from": 3})


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([{"column": "at_risk", "is": True}, {"column": "valuable", "is": True}], True),
        ([{"column": "at_risk", "is": False}], False),
        ([{"column": "valuable", "is": True}], False),
    ],
)
def test_segments_at_risk_ask_for_risk(conditions: list[dict[str, Any]], expected: bool) -> None:
    options = with_segments(SEGMENT | {"code": "first", "conditions": conditions}, REST)
    assert options.segments[0].at_risk is expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"cost": -0.1}, "greater than or equal to 0", id="cost"),
        pytest.param(
            {"effect": {"low": 0, "base": 0.1, "high": 1.2}}, "less than or equal to 1", id="effect"
        ),
        pytest.param({"effect": {"low": 0.2, "base": 0.1, "high": 0.3}}, "low <= base <= high", id="order"),
        pytest.param({"needs_consent": False}, "needs_consent must be true", id="message"),
        pytest.param({"channel": "sms"}, "'email', 'push' or 'on_site'", id="channel"),
        pytest.param({"text_en": "{name}"}, "unknown placeholder '{name}'", id="placeholder"),
        pytest.param({"text_en": "{}"}, "unknown placeholder", id="nameless"),
        pytest.param({"code": "none"}, "stands for no offer", id="none"),
        pytest.param({"costs": 1}, "did you mean 'cost'", id="key"),
        pytest.param({"conditions": [{"column": "segmnt", "one_of": "x"}]}, "'segment'", id="column"),
    ],
)
def test_faulty_offers_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Offers.model_validate({"declared": [OFFER | change]})


def test_offers_on_the_site_need_no_consent() -> None:
    offer = OFFER | {"channel": "on_site", "needs_consent": False}
    assert not Offers.model_validate({"declared": [offer]}).declared[0].needs_consent


def test_repeated_offers_are_refused() -> None:
    with pytest.raises(ParameterError, match="'coupon' is declared more than once"):
        Offers.model_validate({"declared": [OFFER, OFFER]})
