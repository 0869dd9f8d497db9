from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from one_click.configuration import read_from
from one_click.declarations import Segment
from one_click.errors import ParameterError
from one_click.parameters import Offers, Segmentation
from one_click.pipelines.segmentation.rules import ENOUGH_CLIENTS, check_rules, join_names, lint_rules


@pytest.fixture
def small() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "popular_category": ["Сад", "Кухонная посуда", "Сад"],
            "service_type": ["премиум", "стандарт", "стандарт"],
        }
    )


def segment(*conditions: dict[str, Any]) -> Segment:
    texts = dict.fromkeys(("title_ru", "title_en", "description_ru", "description_en"), "-")
    return Segment.model_validate({"code": "chosen", "conditions": conditions} | texts)


@pytest.mark.parametrize(
    ("condition", "hint"),
    [
        pytest.param({"column": "popular_category", "one_of": "Сат"}, "did you mean 'Сад'", id="of-the-base"),
        pytest.param(
            {"column": "popular_category", "one_of": "Товары для деток"},
            "did you mean 'Товары для детей'",
            id="of-the-vocabulary",
        ),
        pytest.param({"column": "service_type", "one_of": "Кухонная посуда"}, "стандарт", id="other-column"),
        pytest.param(
            {"column": "segment", "one_of": "loyal"}, "there is no column 'segment'", id="too-early"
        ),
    ],
)
def test_rules_that_nobody_could_meet_are_refused(
    small: pd.DataFrame, condition: dict[str, Any], hint: str
) -> None:
    with pytest.raises(ParameterError, match=hint):
        check_rules([segment(condition)], small)


@pytest.mark.parametrize(
    "condition",
    [
        {"column": "popular_category", "one_of": ["Сад", "Товары для детей"]},
        {"column": "service_type", "one_of": "премиум"},
    ],
)
def test_categories_of_base_or_vocabulary_are_accepted(
    small: pd.DataFrame, condition: dict[str, Any]
) -> None:
    check_rules([segment(condition)], small)


def test_values_given_for_a_column_need_not_occur(small: pd.DataFrame) -> None:
    table = small.assign(segment="loyal_others")
    rule = segment({"column": "segment", "one_of": "promo_seekers"})
    check_rules([rule], table, {"segment": ["promo_seekers", "loyal_others"]})
    with pytest.raises(ParameterError):
        check_rules([rule], table, {"segment": ["loyal_others"]})


def test_names_are_joined_in_the_order_of_the_rows() -> None:
    rows = pd.DataFrame({"client_id": [7, 5, 7], "feature": ["b", "c", "a"]})
    assert join_names(rows, "feature", pd.Series([5, 6, 7])).tolist() == ["c", "", "b, a"]
    assert join_names(rows.head(0), "feature", pd.Series([5, 6])).tolist() == ["", ""]


# --- before any model is searched -----------------------------------------------------------------------

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
    - &texts
      {code: carts, title_ru: "-", title_en: "-", description_ru: "-", description_en: "-",
       conditions: [{column: at_risk, is: true}, {column: unpaid_items_quarter, at_least: 5}]}
    - <<: *texts
      code: at_risk
      conditions:
        - {column: at_risk, is: true}
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
      effect: {low: 0, base: 0.2, high: 0.3}
      conditions:
        - {column: pages_per_visit, at_least: 4}
        - {signal: low_pages}
    - <<: *texts
      code: garden
      channel: email
      conditions:
        - column: popular_category
          one_of:
            - Сад
            - Товары для детей
        - {column: segment, one_of: [carts, at_risk]}
    - <<: *texts
      code: banner
      channel: on_site
      needs_consent: false
      conditions: []
"""

Lint = Callable[..., pd.DataFrame]


@pytest.fixture
def base() -> pd.DataFrame:
    """Return just enough clients: one half reads 2 pages, the other 8; every second one allows messages."""
    return pd.DataFrame(
        {
            "client_id": range(ENOUGH_CLIENTS),
            "pages_per_visit": [2] * (ENOUGH_CLIENTS // 2) + [8] * (ENOUGH_CLIENTS // 2),
            "allows_messages": [True, False] * (ENOUGH_CLIENTS // 2),
            "popular_category": pd.array(["Сад", "Дом"] * (ENOUGH_CLIENTS // 2), "str"),
            "service_type": pd.array(["стандарт"] * ENOUGH_CLIENTS, "str"),
            "unpaid_items_quarter": [0, 7] * (ENOUGH_CLIENTS // 2),
            "monthly_profit": [-1.5, 3.5] * (ENOUGH_CLIENTS // 2),
        }
    )


@pytest.fixture
def lint(tmp_path: Path) -> Iterator[Lint]:
    """Return a function that lints the rules of two files, which it writes, against clients."""
    (tmp_path / "conf/base").mkdir(parents=True)
    read_from([tmp_path / "conf/base"])

    def run(clients: pd.DataFrame, segments: str = SEGMENTS, offers: str = OFFERS) -> pd.DataFrame:
        (tmp_path / Segmentation.file).write_text(segments, encoding="utf-8")
        (tmp_path / Offers.file).write_text(offers, encoding="utf-8")
        options = Segmentation.model_validate(yaml.safe_load(segments)["segmentation"])
        return lint_rules(clients, options, Offers.model_validate(yaml.safe_load(offers)["offers"]))

    yield run
    read_from([])


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def test_coverage_counts_who_meets_what_is_known_before_scoring(base: pd.DataFrame, lint: Lint) -> None:
    before = base.copy()
    table = lint(base)
    cart, consent = "unpaid_items_quarter at_least 5", "allows_messages is true"
    assert [tuple(row) for row in table.itertuples(index=False)] == [
        ("segment", "carts", cart, "at_risk is true", 100, 0.5),
        ("segment", "at_risk", "", "at_risk is true", 200, 1.0),
        ("segment", "rest", "", "", 200, 1.0),
        ("offer", "coupon", f"{consent}; pages_per_visit at_least 4", "signal [low_pages]", 50, 0.25),
        (
            "offer",
            "garden",
            f"{consent}; popular_category one_of [Сад, Товары для детей]",
            "segment one_of [carts, at_risk]",
            100,
            0.5,
        ),
        ("offer", "banner", "", "", 200, 1.0),
    ]
    assert table.columns.tolist() == ["kind", "code", "conditions", "later", "clients", "share"]
    pd.testing.assert_frame_equal(base, before)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        pytest.param(
            "at_least: 4}", "at_least: 12}", 14,
            ("declared.0.conditions.0", "nobody can get 'coupon'",
             "of the 100 clients with 'allows_messages is true', none meets 'pages_per_visit at_least 12'",
             "at_least 8 (the largest"),
            id="above-all",
        ),
        pytest.param(
            "at_least: 4}", "below: 2}", 14,
            ("none meets 'pages_per_visit below 2'", "below above 2 (the smallest"),
            id="below-all",
        ),
        pytest.param(
            "at_least: 4}", "at_least: 3, below: 8}", 14,
            ("at_least 2 (the largest value below the border) or below above 8 (the smallest",),
            id="between",
        ),
        pytest.param(
            "{signal: low_pages}", "{column: unpaid_items_quarter, at_least: 1}", 15,
            ("the 50 clients with 'allows_messages is true; pages_per_visit at_least 4'", "at_least 0 (the"),
            id="nobody-of-those-left",
        ),
        pytest.param(
            "            - Сад\n", "", 20,
            ("none meets 'popular_category one_of [Товары для детей]'", "names: Сад."),
            id="category-that-no-client-has",
        ),
        pytest.param(
            "            - Сад\n", "            - Сат\n", 22,
            ("declared.1.conditions.0.one_of.0", "unknown value 'Сат'", "did you mean 'Сад'?"), id="category",
        ),
        pytest.param(
            "            - Товары для детей\n", "            - Товары для деток\n", 23,
            ("declared.1.conditions.0.one_of.1", "did you mean 'Товары для детей'?"), id="second-category",
        ),
        pytest.param(
            "[carts, at_risk]", "[carts, at_rsk]", 24,
            ("unknown value 'at_rsk' of 'segment'", "did you mean 'at_risk'?"), id="segment",
        ),
        pytest.param(
            "[carts, at_risk]", "rest", 24,
            ("nobody can get 'garden' in 'rest'", "Valid names: at_risk, carts."), id="segment-not-at-risk",
        ),
        pytest.param(
            "effect: {low: 0, base: 0.2,", "effect: {low: 0, base: 0,", 12,
            ("declared.0.effect.base: nobody can get 'coupon': its base effect is 0",), id="no-effect",
        ),
    ],
)  # fmt: skip
def test_offers_for_nobody_are_refused_with_line_and_nearest_border(
    base: pd.DataFrame, lint: Lint, old: str, new: str, line: int, words: tuple[str, ...]
) -> None:
    with pytest.raises(ParameterError) as error:
        lint(base, offers=changed(OFFERS, old, new))
    for part in (f"(conf/base/parameters_offers.yml, line {line}) ", *words):
        assert part in str(error.value)


def test_message_where_nobody_consents_points_at_the_need_for_consent(base: pd.DataFrame, lint: Lint) -> None:
    with pytest.raises(ParameterError) as error:
        lint(base.assign(allows_messages=False))
    first, second = str(error.value).splitlines()
    assert first.startswith(
        "(conf/base/parameters_offers.yml, line 10) declared.0.needs_consent: nobody can get 'coupon': "
        "of all 200 clients, none meets 'allows_messages is true'"
    )
    assert "declared.1.needs_consent" in second


def test_segments_for_nobody_are_refused_with_line_and_nearest_border(base: pd.DataFrame, lint: Lint) -> None:
    with pytest.raises(ParameterError) as error:
        lint(base, segments=changed(SEGMENTS, "at_least: 5", "at_least: 9.5"))
    assert str(error.value) == (
        "(conf/base/parameters_segmentation.yml, line 14) segments.0.conditions.1: nobody can get into "
        "'carts': of all 200 clients, none meets 'unpaid_items_quarter at_least 9.5'. Rule: somebody in the "
        "base meets all conditions. Remedy: at_least 7 (the largest value below the border)"
    )


def test_a_small_base_may_lack_anybody(base: pd.DataFrame, lint: Lint) -> None:
    offers = changed(OFFERS, "at_least: 4}", "at_least: 12}")
    table = lint(base.tail(ENOUGH_CLIENTS - 1), offers=offers)
    assert table.set_index("code")["clients"].to_dict()["coupon"] == 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param("- Сад\n", "- Сат\n", "did you mean 'Сад'", id="category"),
        pytest.param("[carts, at_risk]", "rest", "nobody can get 'garden' in 'rest'", id="segment"),
    ],
)
def test_what_no_base_could_meet_is_refused_in_a_small_one_too(
    base: pd.DataFrame, lint: Lint, old: str, new: str, message: str
) -> None:
    with pytest.raises(ParameterError, match=message):
        lint(base.head(3), offers=changed(OFFERS, old, new))


def test_faults_of_both_files_are_told_at_once(base: pd.DataFrame, lint: Lint) -> None:
    segments = changed(SEGMENTS, "at_least: 5", "at_least: 9")
    offers = changed(changed(OFFERS, "at_least: 4}", "at_least: 12}"), "[carts, at_risk]", "[carts, rest]")
    with pytest.raises(ParameterError) as error:
        lint(base, segments=segments, offers=offers)
    assert [line.strip().split(")")[0] for line in str(error.value).splitlines()] == [
        "(conf/base/parameters_segmentation.yml, line 14",
        "(conf/base/parameters_offers.yml, line 14",
        "(conf/base/parameters_offers.yml, line 24",
    ]


def test_fault_of_parameters_that_stand_in_no_file_names_the_shipped_one(
    base: pd.DataFrame, lint: Lint
) -> None:
    lint(base)
    read_from([])
    with pytest.raises(ParameterError) as error:
        lint(base, offers=changed(OFFERS, "at_least: 4}", "at_least: 12}"))
    first, second = str(error.value).splitlines()
    assert first == "(file conf/base/parameters_offers.yml)"
    assert second.startswith("  declared.0.conditions.0: nobody can get 'coupon'")


def test_shipped_rules_pass(clients: pd.DataFrame, options: Segmentation, offers: Offers) -> None:
    table = lint_rules(clients, options, offers)
    assert table["code"].tolist() == [rule.code for rule in (*options.segments, *offers.declared)]
    # Of the four clients only the second one has a full cart, and he does not allow messages.
    counts = table.set_index("code")["clients"]
    assert counts[["abandoned_carts", "category_mailing", "cart_reminder", "site_banner"]].tolist() == [
        1,
        3,
        0,
        1,
    ]
