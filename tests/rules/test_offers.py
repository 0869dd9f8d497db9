from collections.abc import Callable
from typing import Any

import pytest
import yaml
from tests.rules.declared import OFFERS_HEAD

from one_click.errors import ParameterError
from one_click.parameters import Offers
from one_click.rules.offers import Offer, segments_with_clients_for
from one_click.rules.segments import Segment

NAMED = dict.fromkeys(("title_ru", "title_en", "description_ru", "description_en"), "-")
OFFERS = f"""\
{OFFERS_HEAD}      effect: {{low: 0.1, base: 0.2, high: 0.3}}
      conditions:
        - {{column: promo_purchase_share, at_least: 0.5}}
    - <<: *texts
      code: garden
      conditions:
        - {{column: popular_category, one_of: [Сад, Дом]}}
        - reason: [pages_per_visit]
    - <<: *texts
      code: banner
      channel: on_site
      needs_consent: false
      conditions: []
"""
OFFER: dict[str, Any] = yaml.safe_load(OFFERS)["offers"]["declared"][0] | {
    "cost": 0.1,
    "effect": {"low": 0, "base": 0.1, "high": 0.2},
    "conditions": [],
}


def test_offers_on_the_site_need_no_consent() -> None:
    good = Offers.model_validate(yaml.safe_load(OFFERS)["offers"])
    assert [offer.needs_consent for offer in good.declared] == [True, True, False]


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
        pytest.param("code: garden", "code: all", 16, ("stands for all offers",), id="code-of-all"),
        pytest.param('text_en: "-"', 'text_en: "{name}"', 8, ("placeholder '{name}'",), id="placeholder"),
        pytest.param('text_en: "-"', 'text_en: "{}"', 8, ("unknown placeholder '{}'",), id="nameless"),
        pytest.param("column: popular_category", "column: segmnt", 18, ("mean 'segment'",), id="column"),
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
    message = refused(Offers, OFFERS, {old: new})
    for part in (f"(conf/base/parameters_offers.yml, line {line}) ", *words):
        assert part in message


def test_every_fault_has_its_line(refused: Callable[..., str]) -> None:
    message = refused(
        Offers, OFFERS, {"code: garden": "code: garden\n      cost: -1", "high: 0.3": "high: 2"}
    )
    assert [line.split(":")[0].strip() for line in message.splitlines()] == [
        "(conf/base/parameters_offers.yml, line 12) declared.0.effect.high",
        "(conf/base/parameters_offers.yml, line 17) declared.1.cost",
        "(conf/base/parameters_offers.yml, line 12) declared.1.effect.high",
        "(conf/base/parameters_offers.yml, line 12) declared.2.effect.high",
    ]


def flag(column: str, value: bool = True) -> dict[str, Any]:
    return {"column": column, "is": value}


RISK, WORTH = flag("at_risk"), flag("valuable")
PROMO = {"column": "promo_purchase_share", "at_least": 0.5}
CART = {"column": "unpaid_items_quarter", "at_least": 5}
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
    rules = {
        "promo": [RISK, WORTH, PROMO],
        "carts": [RISK, CART],
        "at_risk": [RISK],
        "valuable": [WORTH],
        "rest": [],
    }
    segments = [Segment.model_validate(NAMED | {"code": code, "conditions": c}) for code, c in rules.items()]
    made = Offer.model_validate(OFFER | {"conditions": offer})
    assert (
        list(segments_with_clients_for(made, [*segments, Segment.model_validate(NAMED | {"code": "rest"})]))
        == expected
    )
