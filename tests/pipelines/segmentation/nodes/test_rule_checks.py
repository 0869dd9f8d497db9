from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
import yaml
from tests.purity import purely
from tests.rules.declared import OFFERS_HEAD, SEGMENTS_HEAD

from one_click.errors import ParameterError
from one_click.parameters import CampaignPlan, Offers, Segmentation
from one_click.parameters.configuration import read_from
from one_click.pipelines.segmentation.nodes.rule_checks import lint_rules, list_categories

SEGMENTS = f"""\
{SEGMENTS_HEAD}    - <<: *texts
      code: at_risk
      conditions:
        - {{column: at_risk, is: true}}
    - <<: *texts
      code: rest
      conditions: []
"""
OFFERS = f"""\
{OFFERS_HEAD}      effect: {{low: 0, base: 0.2, high: 0.3}}
      conditions:
        - {{column: pages_per_visit, at_least: 4}}
        - {{signal: low_pages}}
    - <<: *texts
      code: garden
      channel: email
      conditions:
        - column: popular_category
          one_of:
            - Сад
            - Товары для детей
        - {{column: segment, one_of: [carts, at_risk]}}
    - <<: *texts
      code: banner
      channel: on_site
      needs_consent: false
      conditions: []
"""

Lint = Callable[..., pd.DataFrame]


@pytest.fixture
def base() -> pd.DataFrame:
    """Return 200 clients: one half reads 2 pages, the other 8; every second one allows messages."""
    return pd.DataFrame(
        {
            "client_id": range(200),
            "pages_per_visit": [2] * 100 + [8] * 100,
            "allows_messages": [True, False] * 100,
            "marketing_contacts_current": 4,
            "popular_category": pd.array(["Сад", "Дом"] * 100, "str"),
            "service_type": pd.array(["стандарт"] * 200, "str"),
            "unpaid_items_quarter": [0, 7] * 100,
            "monthly_profit": [-1.5, 3.5] * 100,
        }
    )


@pytest.fixture
def lint(tmp_path: Path, campaign: CampaignPlan) -> Iterator[Lint]:
    """Return a function that lints the rules of two files, which it writes, against clients."""
    (tmp_path / "conf/base").mkdir(parents=True)
    read_from([tmp_path / "conf/base"])

    def run(
        clients: pd.DataFrame,
        segments: str = SEGMENTS,
        offers: str = OFFERS,
        known: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        (tmp_path / Segmentation.file).write_text(segments, encoding="utf-8")
        (tmp_path / Offers.file).write_text(offers, encoding="utf-8")
        options = Segmentation.model_validate(yaml.safe_load(segments)["segmentation"])
        declared = Offers.model_validate(yaml.safe_load(offers)["offers"])
        categories = list_categories(clients if known is None else known)
        return purely(lint_rules)(clients, categories, options, declared, campaign)

    yield run
    read_from([])


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def test_coverage_counts_who_meets_what_is_known_before_scoring(base: pd.DataFrame, lint: Lint) -> None:
    table = lint(base)
    cart = "unpaid_items_quarter at_least 5"
    reachable = "allows_messages is true; may_be_messaged is true"
    assert [tuple(row) for row in table.itertuples(index=False)] == [
        ("segment", "carts", cart, "at_risk is true", 100, 0.5, "", 0, ""),
        ("segment", "at_risk", "", "at_risk is true", 200, 1.0, "", 0, ""),
        ("segment", "rest", "", "", 200, 1.0, "", 0, ""),
        (
            *("offer", "coupon", f"{reachable}; pages_per_visit at_least 4", "signal [low_pages]"),
            *(50, 0.25, "", 0, ""),
        ),
        (
            *("offer", "garden", f"{reachable}; popular_category one_of [Сад, Товары для детей]"),
            *("segment one_of [carts, at_risk]", 100, 0.5, "", 0, ""),
        ),
        ("offer", "banner", "", "", 200, 1.0, "", 0, ""),
    ]
    told = ["kind", "code", "conditions", "later", "clients", "share", "unmet", "among", "instead"]
    assert table.columns.tolist() == told


@pytest.mark.parametrize(
    ("old", "new", "code", "unmet", "among", "instead"),
    [
        pytest.param(
            "at_least: 4}", "at_least: 12}", "coupon", "pages_per_visit at_least 12", 100, "8", id="above-all"
        ),
        pytest.param(
            "at_least: 4}", "below: 2}", "coupon", "pages_per_visit below 2", 100, "2", id="below-all",
        ),
        pytest.param(
            "at_least: 4}", "at_least: 3, below: 8}", "coupon", "pages_per_visit at_least 3 and below 8", 100,
            "2, 8", id="between",
        ),
        pytest.param(
            "{signal: low_pages}", "{column: unpaid_items_quarter, at_least: 1}", "coupon",
            "unpaid_items_quarter at_least 1", 50, "0", id="nobody-of-those-left",
        ),
        pytest.param(
            "            - Сад\n", "", "garden", "popular_category one_of [Товары для детей]", 100, "Сад",
            id="category-that-no-client-has",
        ),
    ],
)  # fmt: skip
def test_an_offer_that_fits_nobody_is_told_with_what_clients_have_instead(
    base: pd.DataFrame, lint: Lint, old: str, new: str, code: str, unmet: str, among: int, instead: str
) -> None:
    row = lint(base, offers=changed(OFFERS, old, new)).set_index("code").loc[code]
    assert row[["clients", "unmet", "among", "instead"]].tolist() == [0, unmet, among, instead]


def test_a_category_of_the_base_that_the_month_lacks_is_no_mistake(base: pd.DataFrame, lint: Lint) -> None:
    month = base.assign(popular_category="Дом")
    told = ["clients", "unmet", "among", "instead"]
    row = lint(month, known=base).set_index("code").loc["garden", told]
    assert row.tolist() == [0, "popular_category one_of [Сад, Товары для детей]", 100, "Дом"]
    with pytest.raises(ParameterError, match="unknown value 'Сад'"):
        lint(month)


def test_a_category_of_another_column_is_a_mistake(base: pd.DataFrame, lint: Lint) -> None:
    with pytest.raises(ParameterError, match="unknown value 'стандарт' of 'popular_category'"):
        lint(base, offers=changed(OFFERS, "            - Сад\n", "            - стандарт\n"))


@pytest.mark.parametrize(
    ("column", "value", "unmet", "among", "instead"),
    [
        pytest.param("allows_messages", False, "allows_messages is true", 200, "is false", id="no-consent"),
        pytest.param(
            "marketing_contacts_current", 5, "may_be_messaged is true", 100, "is false", id="contacts"
        ),
    ],
)
def test_messages_of_a_store_in_which_nobody_may_be_messaged_fit_nobody(
    base: pd.DataFrame, lint: Lint, column: str, value: object, unmet: str, among: int, instead: str
) -> None:
    table = lint(base.assign(**{column: value})).set_index("code")
    told = ["clients", "unmet", "among", "instead"]
    assert table.loc[["coupon", "garden"], told].to_numpy().tolist() == [[0, unmet, among, instead]] * 2
    assert table.loc["banner", "clients"] == 200


def test_a_segment_that_fits_nobody_is_told_with_what_clients_have_instead(
    base: pd.DataFrame, lint: Lint
) -> None:
    table = lint(base, segments=changed(SEGMENTS, "at_least: 5", "at_least: 9.5")).set_index("code")
    told = table.loc["carts", ["clients", "unmet", "among", "instead"]].tolist()
    assert told == [0, "unpaid_items_quarter at_least 9.5", 200, "7"]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
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
def test_mistakes_in_offers_are_refused_with_line_and_nearest_name(
    base: pd.DataFrame, lint: Lint, old: str, new: str, line: int, words: tuple[str, ...]
) -> None:
    with pytest.raises(ParameterError) as error:
        lint(base, offers=changed(OFFERS, old, new))
    for part in (f"(conf/base/parameters_offers.yml, line {line}) ", *words):
        assert part in str(error.value)


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
    segments = changed(SEGMENTS, "unpaid_items_quarter, at_least: 5", "popular_category, one_of: Сат")
    offers = changed(OFFERS, "- Сад\n", "- Сат\n")
    with pytest.raises(ParameterError) as error:
        lint(base, segments=segments, offers=offers)
    assert [line.strip().split(")")[0] for line in str(error.value).splitlines()] == [
        "(conf/base/parameters_segmentation.yml, line 13",
        "(conf/base/parameters_offers.yml, line 22",
    ]


def test_fault_of_parameters_that_stand_in_no_file_names_the_shipped_one(
    base: pd.DataFrame, lint: Lint
) -> None:
    lint(base)
    read_from([])
    with pytest.raises(ParameterError) as error:
        lint(base, offers=changed(OFFERS, "- Сад\n", "- Сат\n"))
    first, second = str(error.value).splitlines()
    assert first == "(file conf/base/parameters_offers.yml)"
    assert second.startswith("  declared.1.conditions.0.one_of.0: 'garden': unknown value")


def test_shipped_rules_pass(
    four_clients: pd.DataFrame, options: Segmentation, offers: Offers, campaign: CampaignPlan
) -> None:
    table = lint_rules(four_clients, list_categories(four_clients), options, offers, campaign)
    assert table["code"].tolist() == [rule.code for rule in (*options.segments, *offers.declared)]
    # Of the four clients only the second one has a full cart, without consent to messages.
    counts = table.set_index("code")["clients"]
    assert counts[["abandoned_carts", "category_mailing", "cart_reminder", "site_banner"]].tolist() == [
        1,
        3,
        0,
        1,
    ]
