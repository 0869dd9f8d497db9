import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from one_click.errors import ParameterError
from one_click.parameters import Offers, Segmentation
from one_click.parameters.configuration import read_from
from one_click.rules.conditions import Condition, matches
from one_click.rules.logic import allowed, contradict, implies, imply_all
from one_click.rules.offers import Offer, segments_with_clients_for
from one_click.rules.segments import Segment

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
        pytest.param({"column": "promo_purchase_share", "at_least": 50}, "50 % is 0.5", id="percent"),
        pytest.param({"column": "probability", "below": -0.1}, "share from 0 to 1; found -0.1$", id="share"),
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
        pytest.param({"code": "all"}, "stands for all offers", id="all"),
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


# --- what is provably for nobody --------------------------------------------------------------------


def conditions(*raw: dict[str, Any]) -> list[Condition]:
    return [Condition.model_validate(one) for one in raw]


def flag(column: str, value: bool = True) -> dict[str, Any]:
    return {"column": column, "is": value}


RISK, SAFE, WORTH = flag("at_risk"), flag("at_risk", False), flag("valuable")
PROMO = {"column": "promo_purchase_share", "at_least": 0.5}
CART = {"column": "unpaid_items_quarter", "at_least": 5}
GARDEN = {"column": "popular_category", "one_of": ["Сад", "Дом"]}


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (PROMO | {"below": 0.75}, "promo_purchase_share at_least 0.5 and below 0.75"),
        ({"column": "monthly_profit", "below": 1234567}, "monthly_profit below 1234567"),
        (GARDEN, "popular_category one_of [Сад, Дом]"),
        (SAFE, "at_risk is false"),
        ({"reason": "pages_per_visit"}, "reason [pages_per_visit]"),
        ({"signal": ["low_pages", "minutes_drop"]}, "signal [low_pages, minutes_drop]"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_condition_is_written_as_in_the_configuration(condition: dict[str, Any], text: str) -> None:
    assert conditions(condition)[0].text == text


def test_allowed_values_of_whole_numbers_are_whole() -> None:
    given_range = {"column": "pages_per_visit", "at_least": 1.2, "below": 5}
    assert allowed("pages_per_visit", conditions(given_range)) == (2, 4)
    assert allowed("pages_per_visit", conditions(RISK)) == (0, float("inf"))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param([PROMO, {"column": "promo_purchase_share", "below": 0.5}], True, id="below-meets-from"),
        pytest.param([PROMO, {"column": "promo_purchase_share", "below": 0.6}], False, id="overlap"),
        pytest.param([CART, {"column": "unpaid_items_quarter", "below": 5.1}], False, id="the-5-is-left"),
        pytest.param([{"column": "pages_per_visit", "at_least": 5.2, "below": 5.8}], True, id="no-whole"),
        pytest.param([{"column": "pages_per_visit", "below": 0}], True, id="below-all-counts"),
        pytest.param([{"column": "monthly_profit", "below": 0}], False, id="profit-may-be-negative"),
        pytest.param([{"column": "promo_purchase_share", "below": 0}], True, id="below-all-shares"),
        pytest.param([RISK, SAFE], True, id="flag"),
        pytest.param([RISK, flag("valuable", False)], False, id="other-flag"),
        pytest.param([GARDEN, {"column": "popular_category", "one_of": "Дети"}], True, id="disjoint"),
        pytest.param([GARDEN, {"column": "popular_category", "one_of": "Сад"}], False, id="shared-value"),
        pytest.param([{"reason": "pages_per_visit"}, {"reason": "service_errors"}], False, id="reasons"),
        pytest.param(
            [{"signal": "minutes_drop"}, {"column": "minutes_previous", "below": 1}], True, id="no-minutes"
        ),
        pytest.param(
            [{"signal": "minutes_drop"}, {"column": "minutes_previous", "below": 2}], False, id="one-minute"
        ),
        pytest.param(
            [
                {"signal": "minutes_drop"},
                {"column": "minutes_current", "at_least": 10},
                {"column": "minutes_previous", "below": 10},
            ],
            True,
            id="no-drop",
        ),
        pytest.param(
            [
                {"signal": ["minutes_drop", "low_pages"]},
                {"column": "minutes_current", "at_least": 10},
                {"column": "minutes_previous", "below": 10},
            ],
            False,
            id="another-signal-is-left",
        ),
        pytest.param(
            [
                {"signal": "revenue_drop"},
                {"column": "revenue_current", "at_least": 150},
                {"column": "revenue_previous", "below": 100},
                {"column": "revenue_two_months_ago", "below": 200},
            ],
            True,
            id="revenue-not-below-its-mean",
        ),
        pytest.param(
            [
                {"signal": "revenue_drop"},
                {"column": "revenue_current", "at_least": 149},
                {"column": "revenue_previous", "below": 100},
                {"column": "revenue_two_months_ago", "below": 200},
            ],
            False,
            id="revenue-below-its-mean",
        ),
    ],
)
def test_contradictions_are_those_that_no_client_can_meet(
    rules: list[dict[str, Any]], expected: bool
) -> None:
    assert contradict(conditions(*rules)) is expected


@pytest.mark.parametrize(
    ("premises", "conclusion", "expected"),
    [
        pytest.param([PROMO], {"column": "promo_purchase_share", "at_least": 0.4}, True, id="wider"),
        pytest.param([PROMO], {"column": "promo_purchase_share", "at_least": 0.6}, False, id="narrower"),
        pytest.param([], {"column": "promo_purchase_share", "at_least": 0}, True, id="every-share"),
        pytest.param([], {"column": "monthly_profit", "at_least": 0}, False, id="not-every-profit"),
        pytest.param([CART], {"column": "unpaid_items_quarter", "at_least": 4.5}, True, id="whole"),
        pytest.param([PROMO], RISK, False, id="other-column"),
        pytest.param([GARDEN], {"column": "popular_category", "one_of": ["Дом", "Сад", "Б"]}, True, id="set"),
        pytest.param([GARDEN], {"column": "popular_category", "one_of": "Сад"}, False, id="smaller-set"),
        pytest.param([{"signal": "low_pages"}], {"signal": ["minutes_drop", "low_pages"]}, True, id="signal"),
        pytest.param([{"signal": ["minutes_drop", "low_pages"]}], {"signal": "low_pages"}, False, id="or"),
        pytest.param([{"reason": "pages_per_visit"}], {"signal": "low_pages"}, False, id="reason-no-signal"),
        pytest.param(
            [{"column": "main_reason", "one_of": "pages_per_visit"}],
            {"reason": ["pages_per_visit", "service_errors"]},
            True,
            id="main-reason-is-a-reason",
        ),
        pytest.param(
            [{"reason": "pages_per_visit"}],
            {"column": "main_reason", "one_of": "pages_per_visit"},
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


def _ranges(column: str, borders: list[float]) -> st.SearchStrategy[dict[str, Any]]:
    pair = st.tuples(st.sampled_from(borders), st.sampled_from(borders)).filter(
        lambda both: both[0] < both[1]
    )
    return st.one_of(
        st.sampled_from(borders).map(lambda border: {"column": column, "at_least": border}),
        st.sampled_from(borders).map(lambda border: {"column": column, "below": border}),
        pair.map(lambda both: {"column": column, "at_least": both[0], "below": both[1]}),
    )


DRAWN = st.lists(
    st.one_of(
        _ranges("pages_per_visit", [0, 1, 1.5, 2, 3, 4]),
        _ranges("promo_purchase_share", [0, 0.25, 0.5, 0.75, 1]),
        st.booleans().map(lambda value: flag("valuable", value)),
        st.sets(st.sampled_from(["Сад", "Дом", "Дети"]), min_size=1).map(
            lambda values: {"column": "popular_category", "one_of": sorted(values)}
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


# --- bad configurations, each with its line -----------------------------------------------------------

SEGMENTS = """\
segmentation:
  value_quantile: 0.5
  horizon_months: 3
  profit_lost_share: 1
  signal_quantile: 0.1
  smallest_drop: 0.05
  firm_from: 2
  likely_from: 1
  unknown_spread: 0.05
  key_min_clients: 30
  segments:
    - &texts {code: carts, title_ru: "-", title_en: "-", description_ru: "-", description_en: "-",
              conditions: [{column: at_risk, is: true}, {column: unpaid_items_quarter, at_least: 5}]}
    - <<: *texts
      code: visitors
      conditions:
        - {column: at_risk, is: true}
        - column: pages_per_visit
          below: 4
    - <<: *texts
      code: valuable
      conditions:
        - {column: valuable, is: true}
    - <<: *texts
      code: rest
      conditions: []
"""
OFFERS = """\
offers:
  declared:
    - &texts
      code: coupon
      title_ru: "-"
      title_en: "-"
      text_ru: "-"
      text_en: "-"
      channel: push
      needs_consent: true
      cost: 0.5
      effect: {low: 0.1, base: 0.2, high: 0.3}
      conditions:
        - {column: promo_purchase_share, at_least: 0.5}
    - <<: *texts
      code: garden
      conditions:
        - {column: popular_category, one_of: [Сад, Дом]}
        - reason: [pages_per_visit]
    - <<: *texts
      code: banner
      channel: on_site
      needs_consent: false
      conditions: []
"""


@pytest.fixture
def refused(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Return a function that writes the file of a model, validates what it says and returns the message."""
    (tmp_path / "conf/base").mkdir(parents=True)
    read_from([tmp_path / "conf/base"])

    def validate(model: type[Segmentation | Offers], text: str) -> str:
        (tmp_path / model.file).write_text(text, encoding="utf-8")
        (raw,) = yaml.safe_load(text).values()
        with pytest.raises(ParameterError) as error:
            assert model.model_validate(raw).model_dump()
        return str(error.value)

    yield validate
    read_from([])


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def test_configuration_of_these_tests_is_good() -> None:
    assert len(Segmentation.model_validate(yaml.safe_load(SEGMENTS)["segmentation"]).segments) == 4
    assert len(Offers.model_validate(yaml.safe_load(OFFERS)["offers"]).declared) == 3


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        pytest.param(
            "          below: 4",
            "          below: 4\n        - {column: pages_per_visit, at_least: 6}",
            20,
            ("segments.1.conditions.2", "'visitors'", "at_least 6' contradicts 'pages_per_visit below 4'",
             "pages_per_visit from 0 to 3"),
            id="contradiction",
        ),
        pytest.param(
            "column: pages_per_visit", "column: page_per_visit", 18,
            ("segments.1.conditions.1.column", "did you mean 'pages_per_visit'"), id="column",
        ),
        pytest.param(
            "          below: 4", "          bellow: 4", 19,
            ("segments.1.conditions.1.bellow", "did you mean 'below'"), id="test",
        ),
        pytest.param(
            "          below: 4", "          below: 4\n          at_least: 6", 19,
            ("no 'pages_per_visit' is at least 6 and below 4", "below above 6"), id="empty-range",
        ),
        pytest.param(
            "          below: 4", "          below: 0", 18,
            ("'pages_per_visit below 0' holds for no value", "a whole number from 0", "below above 0"),
            id="below-all",
        ),
        pytest.param(
            "        - column: pages_per_visit\n          below: 4",
            "        - column: unpaid_items_quarter\n          at_least: 7", 16,
            ("nobody can get into 'visitors'", "taken by 'carts' before it",
             "at_risk is true; unpaid_items_quarter at_least 5", "put 'visitors' before 'carts'"),
            id="all-taken-before",
        ),
        pytest.param(
            "        - column: pages_per_visit\n          below: 4",
            "        - {column: unpaid_items_quarter, at_least: 4.5}", 16,
            ("nobody can get into 'visitors'", "the same conditions as 'carts'", "change one of them"),
            id="same-conditions",
        ),
        pytest.param(
            "{column: valuable, is: true}", "{column: promo_purchase_share, at_least: 0}", 22,
            ("'valuable' has conditions that everybody meets",), id="takes-all",
        ),
        pytest.param(
            "{column: valuable, is: true}", "{column: segment, one_of: carts}", 22,
            ("'valuable' asks for a segment", "only offers can"), id="segment-of-a-segment",
        ),
        pytest.param(
            "conditions: []", "conditions: [{column: at_risk, is: false}]", 26,
            ("the last segment, 'rest', takes all others",), id="no-rest",
        ),
        pytest.param(
            "code: visitors", "code: carts", 14, ("'carts' is declared more than once",), id="repeated",
        ),
        pytest.param("likely_from: 1", "likely_from: 3", 8, ("got 3", "at most firm_from (2)"), id="likely"),
        pytest.param("share: 1\n", "share: 1.5\n", 4, ("got 1.5", "Nearest valid value: 1"), id="above-1"),
        pytest.param("horizon_months", "horizon_month", 3, ("did you mean 'horizon_months'",), id="key"),
    ],
)  # fmt: skip
def test_bad_segments_are_refused_with_rule_remedy_and_line(
    refused: Callable[..., str], old: str, new: str, line: int, words: tuple[str, ...]
) -> None:
    message = refused(Segmentation, changed(SEGMENTS, old, new))
    for part in (f"(conf/base/parameters_segmentation.yml, line {line}) ", *words):
        assert part in message


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        pytest.param("cost: 0.5", "cost: -1", 11, ("declared.0.cost: got -1", "value: 0"), id="cost"),
        pytest.param("cost: 0.5", "cost: .inf", 11, ("declared.0.cost: got inf", "finite"), id="endless"),
        pytest.param("high: 0.3", "high: 1.2", 12, ("effect.high: got 1.2", "value: 1"), id="effect"),
        pytest.param("high: 0.3", "high: 30", 12, ("effect.high: got 30", "30 % is 0.3"), id="percent"),
        pytest.param("low: 0.1", "low: 0.25", 12, ("low <= base", "{low: 0.2, base: 0.25,"), id="order"),
        pytest.param("channel: push", "channel: puhs", 9, ("did you mean 'push'",), id="channel"),
        pytest.param("code: garden", "codes: garden", 16, ("did you mean 'code'",), id="key"),
        pytest.param("code: garden", "code: none", 16, ("stands for no offer",), id="code"),
        pytest.param("code: garden", "code: coupon", 15, ("declared more than once",), id="repeated"),
        pytest.param("needs_consent: true", "needs_consent: false", 10, ("must be true",), id="unlawful"),
        pytest.param("one_of: [Сад, Дом]", "at_least: 1", 18, ("is tested with one_of",), id="wrong-test"),
        pytest.param(
            "reason: [pages_per_visit]", "reason:\n          - pages_per_visit\n          - page_visit", 21,
            ("unknown feature 'page_visit'", "did you mean 'pages_per_visit'"), id="reason",
        ),
        pytest.param(
            "- reason: [pages_per_visit]", "- {column: popular_category, one_of: Доом}", 19,
            ("nobody can get 'garden'", "contradicts 'popular_category one_of [Сад, Дом]'", "'Дом'?"),
            id="disjoint",
        ),
        pytest.param(
            "reason: [pages_per_visit]", "{column: at_risk, is: false}", 19,
            ("nobody can get 'garden'", "'at_risk is true' (offers are for clients at risk only)"), id="safe",
        ),
        pytest.param(
            "reason: [pages_per_visit]", "{column: allows_messages, is: false}", 19,
            ("nobody can get 'garden'", "'allows_messages is true' (this offer needs consent)",
             "Remedy: take 'allows_messages is false' out"), id="consent",
        ),
        pytest.param(
            "      conditions:\n        - {column: popular_category, one_of: [Сад, Дом]}\n",
            "      conditions:\n        - {column: promo_purchase_share, at_least: 0.7}\n", 15,
            ("nobody can get 'garden'", "may also get 'coupon'", "of equally good ones the first"),
            id="outdone",
        ),
    ],
)  # fmt: skip
def test_bad_offers_are_refused_with_rule_remedy_and_line(
    refused: Callable[..., str], old: str, new: str, line: int, words: tuple[str, ...]
) -> None:
    message = refused(Offers, changed(OFFERS, old, new))
    for part in (f"(conf/base/parameters_offers.yml, line {line}) ", *words):
        assert part in message


def test_every_fault_has_its_line(refused: Callable[..., str]) -> None:
    text = changed(changed(OFFERS, "code: garden", "code: garden\n      cost: -1"), "high: 0.3", "high: 2")
    message = refused(Offers, text)
    assert [line.split(":")[0].strip() for line in message.splitlines()] == [
        "(conf/base/parameters_offers.yml, line 12) declared.0.effect.high",
        "(conf/base/parameters_offers.yml, line 17) declared.1.cost",
        "(conf/base/parameters_offers.yml, line 12) declared.1.effect.high",
        "(conf/base/parameters_offers.yml, line 12) declared.2.effect.high",
    ]


LESS = {"effect": {"low": 0, "base": 0.05, "high": 0.2}}
MORE = {"effect": {"low": 0.1, "base": 0.2, "high": 0.3}}


@pytest.mark.parametrize(
    ("first", "second", "outdone"),
    [
        pytest.param({}, {}, "second", id="equal-the-first-is-chosen"),
        pytest.param({}, {"cost": 0.2}, "second", id="dearer"),
        pytest.param({"cost": 0.2}, {}, "first", id="dearer-though-first"),
        pytest.param(LESS, {}, "first", id="less-effect-though-first"),
        pytest.param({}, MORE | {"cost": 0.2}, None, id="dearer-and-better"),
        pytest.param({}, {"channel": "email"}, None, id="another-channel"),
        pytest.param(
            {"channel": "on_site"},
            {"channel": "on_site", "needs_consent": False, "conditions": [flag("allows_messages")]},
            None,
            id="also-for-clients-with-many-contacts",
        ),
        pytest.param({}, {"conditions": [PROMO]}, "second", id="for-some-of-the-same-clients"),
        pytest.param({"conditions": [PROMO]}, {}, None, id="for-more-clients"),
        pytest.param({"conditions": [PROMO]}, {"conditions": [CART]}, None, id="for-others"),
        pytest.param(
            {}, {"effect": {"low": 0, "base": 0.1, "high": 0.3}}, None, id="better-in-the-best-case"
        ),
        pytest.param(
            {"conditions": [RISK, flag("allows_messages")]}, {}, "second", id="facts-go-without-saying"
        ),
    ],
)
def test_offers_that_can_never_be_chosen_are_refused(
    first: dict[str, Any], second: dict[str, Any], outdone: str | None
) -> None:
    raw = {"declared": [OFFER | {"code": "first"} | first, OFFER | {"code": "second"} | second]}
    if outdone is None:
        assert len(Offers.model_validate(raw).declared) == 2
    else:
        with pytest.raises(ParameterError, match=f"nobody can get '{outdone}'"):
            Offers.model_validate(raw)


@pytest.mark.parametrize(
    ("offer", "expected"),
    [
        # Nobody at risk comes to `valuable`: all of them are taken before, or to the rest.
        pytest.param([], ["promo", "carts", "at_risk"], id="all-segments-at-risk"),
        pytest.param([CART], ["promo", "carts"], id="the-carts-are-taken-by-then"),
        pytest.param([PROMO | {"below": 0.9}, WORTH], ["promo"], id="all-taken-by-the-first"),
        pytest.param([flag("valuable", False)], ["carts", "at_risk"], id="contradiction"),
        pytest.param([{"column": "segment", "one_of": "promo"}], ["promo", "carts", "at_risk"], id="segment"),
    ],
)
def test_segments_with_clients_for_an_offer(offer: list[dict[str, Any]], expected: list[str]) -> None:
    rules = {"promo": [RISK, WORTH, PROMO], "carts": [RISK, CART], "at_risk": [RISK], "valuable": [WORTH]}
    segments = [
        Segment.model_validate(SEGMENT | {"code": code, "conditions": c}) for code, c in rules.items()
    ]
    made = Offer.model_validate(OFFER | {"conditions": offer})
    assert list(segments_with_clients_for(made, [*segments, Segment.model_validate(REST)])) == expected


@pytest.mark.parametrize("model", [Segmentation, Offers])
def test_shipped_rules_are_for_somebody(root: Path, model: type[Segmentation | Offers]) -> None:
    (raw,) = yaml.safe_load((root / model.file).read_text(encoding="utf-8")).values()
    assert isinstance(model.model_validate(raw), model)
