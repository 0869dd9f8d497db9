import re
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from one_click.columns import (
    BASE_FEATURES,
    COLUMNS,
    ENGINEERED_FEATURES,
    KNOWN_VALUES,
    LANGUAGES,
    Language,
    translate,
)
from one_click.parameters import Interpretation
from one_click.pipelines.interpretation.nodes.reasons import give_reasons, typical_value
from one_click.pipelines.interpretation.texts.reasons import describe_reasons, tell_reason

SPACE = "\u00a0"
FEATURES = list(BASE_FEATURES)
ALL_FEATURES = [*BASE_FEATURES, *ENGINEERED_FEATURES]
COUNTS = [name for name in BASE_FEATURES if COLUMNS[name].kind in ("whole", "number")]
AMOUNTS = (0, 1, 2, 5, 11, 21, 101, 1.5, 2.25, 1001)
UNKNOWN = "Сад {и} огород"  # braces of a category are no placeholders
VALUES: dict[str, tuple[Any, ...]] = {
    "flag": (True, False),
    "category": (*KNOWN_VALUES["popular_category"], *KNOWN_VALUES["service_type"], UNKNOWN),
    "share": (0, 0.01, 0.02, 0.05, 0.11, 0.21, 0.225, 1),
    "whole": AMOUNTS,
    "number": AMOUNTS,
}
NUMBER: dict[Language, str] = {
    "ru": r"−?\d{1,3}(?:\u00a0\d{3})*(?:,\d)?",
    "en": r"−?\d{1,3}(?:,\d{3})*(?:\.\d)?",
}
LESS, SAME, MORE = (
    ("меньше", "а обычно у клиентов", "below"),
    ("как обычно у клиентов", "as is typical"),
    ("больше", "above"),
)
NOTHING = re.compile(r"\bнет\b|\bНе встречает\b|\bno\b")
PAST = re.compile(r"[а-яё]+л(?:а|о|и)?(?:с[ья])?")

# Frames -------------------------------------------------------------------------------------------

BEGINNINGS: list[tuple[str, Any, str, str]] = [
    ("allows_messages", False, "Не разрешает сообщения", "Does not allow messages"),
    ("allows_messages", True, "Разрешает сообщения", "Allows messages"),
    (
        "marketing_contacts_6m",
        1.5,
        "За полгода в среднем 1,5 маркетингового контакта в месяц",
        "Averages 1.5 marketing contacts per month over half a year",
    ),
    (
        "marketing_contacts_current",
        2,
        "В текущем месяце 2 маркетинговых контакта",
        "Received 2 marketing contacts this month",
    ),
    (
        "marketing_contacts_current",
        0,
        "В текущем месяце нет маркетинговых контактов",
        "Received no marketing contacts this month",
    ),
    (
        "minutes_previous",
        11,
        "Время на сайте в прошлом месяце: 11 минут",
        "Spent 11 minutes on the site last month",
    ),
    (
        "minutes_current",
        21,
        "Время на сайте в текущем месяце: 21 минута",
        "Spent 21 minutes on the site this month",
    ),
    ("pages_per_visit", 2, "Смотрит 2 страницы за визит", "Views 2 pages per visit"),
    ("service_errors", 5, "Встречает на сайте 5 ошибок сервиса", "Ran into 5 service errors"),
    ("service_errors", 0, "Не встречает на сайте ошибок сервиса", "Ran into no service errors"),
    ("promo_purchase_share", 0.238, "Совершает по акции 24 % покупок", "Makes 24% of purchases on promotion"),
    (
        "popular_category",
        "Товары для детей",
        "Предпочитает категорию «Товары для детей»",
        "Prefers the category “Children's goods”",
    ),
    ("popular_category", UNKNOWN, f"Предпочитает категорию «{UNKNOWN}»", f"Prefers the category “{UNKNOWN}”"),
    (
        "category_views_per_visit",
        1,
        "Смотрит 1 категорию товаров за визит",
        "Views 1 product category per visit",
    ),
    (
        "unpaid_items_quarter",
        4,
        "В корзине за квартал 4 неоплаченных товара",
        "Left 4 items unpaid in the quarter",
    ),
    (
        "unpaid_items_quarter",
        0,
        "В корзине за квартал нет неоплаченных товаров",
        "Left no items unpaid in the quarter",
    ),
    (
        "revenue_two_months_ago",
        4101,
        "Выручка позапрошлого месяца: 4 101 единица",
        "Brought 4,101 units of revenue two months ago",
    ),
    (
        "revenue_previous",
        99.5,
        "Выручка прошлого месяца: 99,5 единицы",
        "Brought 99.5 units of revenue last month",
    ),
    (
        "revenue_current",
        99.96,
        "Выручка текущего месяца: 100 единиц",
        "Brought 100 units of revenue this month",
    ),
    ("service_type", "премиум", "Пользуется сервисом «премиум»", "Uses the “premium” service"),
    ("days_registered", 409.6, "Срок с момента регистрации: 410 дней", "Has been registered for 410 days"),
    ("promo_habit", True, "Привычка покупать по акции: да", "Promo buying habit: yes"),
    (
        "revenue_trend",
        0.84,
        "Выручка месяца к среднему за три: 0,8",
        "Revenue this month against the mean of three: 0.8",
    ),
    ("minutes_trend", -2.04, "Изменение времени на сайте: −2 мин.", "Change of time on site: −2 min"),
]

# feature, value, typical value, raises the risk, and what follows the beginning in both languages
ENDS: dict[str, tuple[str, Any, Any, bool, str, str]] = {
    "less": (
        *("pages_per_visit", 2, 8.0, True),
        " — меньше, чем обычно у клиентов (8)",
        ", below the typical 8",
    ),
    "none": ("service_errors", 0, 1.5, False, ", а обычно у клиентов их 1,5", ", below the typical 1.5"),
    "more": (
        *("revenue_current", 1234567.0, 5173.6, False),
        " — больше, чем обычно у клиентов (5 174)",
        ", above the typical 5,174",
    ),
    "share": (
        *("promo_purchase_share", 0.21, 0.24, False),
        " — меньше, чем обычно у клиентов (24 %)",
        ", below the typical 24%",
    ),
    "same-once-rounded": ("days_registered", 1, 1.04, False, ", как обычно у клиентов", ", as is typical"),
    "flag-unlike-most": ("allows_messages", False, True, True, " (обычно разрешают)", " (typically allowed)"),
    "flag-unlike-most-who-do-not": (
        *("allows_messages", True, False, False),
        " (обычно не разрешают)",
        " (typically not allowed)",
    ),
    "flag-as-most": ("allows_messages", True, True, True, ", как обычно у клиентов", ", as is typical"),
    "flag-without-words": ("promo_habit", True, False, True, " (обычно нет)", " (typically no)"),
    "rarer-category": (
        *("popular_category", "Товары для детей", "Косметика и аксесуары", True),
        " (самый частый выбор клиентов — «Косметика и аксессуары»)",
        " (“Cosmetics and accessories” is the most common choice)",
    ),
    "commonest-category": (
        *("service_type", "стандарт", "стандарт", True),
        " (самый частый выбор клиентов)",
        " (the most common choice)",
    ),
}
EFFECTS: dict[tuple[bool, Language], str] = {
    (True, "ru"): ", и это повышает оценку риска.",
    (False, "ru"): ", и это снижает оценку риска.",
    (True, "en"): ", which raises the risk estimate.",
    (False, "en"): ", which lowers the risk estimate.",
}


def plain(sentence: str) -> str:
    return sentence.replace(SPACE, " ")


@pytest.mark.parametrize(
    ("feature", "value", "ru", "en"), [pytest.param(*row, id=f"{row[0]}-{row[1]}") for row in BEGINNINGS]
)
def test_sentence_begins_with_the_clients_own_value(feature: str, value: Any, ru: str, en: str) -> None:
    for typical in VALUES[COLUMNS[feature].kind]:
        for language, beginning in zip(LANGUAGES, (ru, en), strict=True):
            sentence = plain(tell_reason(feature, value, typical, True, language))
            assert re.match(rf"{re.escape(beginning)}(,| —| \()", sentence), sentence


def test_the_beginning_is_written_out_for_every_raw_feature_and_kind() -> None:
    told = {row[0] for row in BEGINNINGS}
    assert set(BASE_FEATURES) <= told
    # Engineered ones have no words of their own: one of each kind shows what is said of it.
    kinds = [{COLUMNS[name].kind for name in names} for names in (ENGINEERED_FEATURES, told)]
    assert kinds[0] <= kinds[1]


@pytest.mark.parametrize(("feature", "value", "typical", "raises", "ru", "en"), ENDS.values(), ids=ENDS)
def test_sentence_goes_on_with_what_is_usual_and_what_it_does(
    feature: str, value: Any, typical: Any, raises: bool, ru: str, en: str
) -> None:
    for language, end in zip(LANGUAGES, (ru, en), strict=True):
        sentence = plain(tell_reason(feature, value, typical, raises, language))
        beginning, found, rest = sentence.partition(end + EFFECTS[raises, language])
        assert found, sentence
        assert beginning
        assert not rest


# Nouns --------------------------------------------------------------------------------------------

FEW_RU = {  # forms after one, few, many and a fraction
    "contact": (
        "маркетинговый контакт",
        "маркетинговых контакта",
        "маркетинговых контактов",
        "маркетингового контакта",
    ),
    "item": ("неоплаченный товар", "неоплаченных товара", "неоплаченных товаров", "неоплаченного товара"),
    "minute": ("минута", "минуты", "минут", "минуты"),
    "page": ("страницу", "страницы", "страниц", "страницы"),
    "error": ("ошибку", "ошибки", "ошибок", "ошибки"),
    "category": ("категорию", "категории", "категорий", "категории"),
    "unit": ("единица", "единицы", "единиц", "единицы"),
    "day": ("день", "дня", "дней", "дня"),
}
NOUNS: dict[str, tuple[str, tuple[str, str]]] = {
    "marketing_contacts_6m": ("contact", ("marketing contact", "marketing contacts")),
    "marketing_contacts_current": ("contact", ("marketing contact", "marketing contacts")),
    "minutes_previous": ("minute", ("minute", "minutes")),
    "minutes_current": ("minute", ("minute", "minutes")),
    "pages_per_visit": ("page", ("page", "pages")),
    "service_errors": ("error", ("service error", "service errors")),
    "category_views_per_visit": ("category", ("product category", "product categories")),
    "unpaid_items_quarter": ("item", ("item", "items")),
    "revenue_two_months_ago": ("unit", ("unit", "units")),
    "revenue_previous": ("unit", ("unit", "units")),
    "revenue_current": ("unit", ("unit", "units")),
    "days_registered": ("day", ("day", "days")),
}


@pytest.mark.parametrize(
    ("amount", "shown", "form"),
    [
        *((1, ("1", "1"), 0), (21, ("21", "21"), 0), (101, ("101", "101"), 0), (1001, ("1 001", "1,001"), 0)),
        *((2, ("2", "2"), 1), (5, ("5", "5"), 2), (11, ("11", "11"), 2)),
        *((1.5, ("1,5", "1.5"), 3), (2.25, ("2,2", "2.2"), 3)),
    ],
)
@pytest.mark.parametrize("feature", COUNTS)
def test_noun_agrees_with_its_number(feature: str, amount: float, shown: tuple[str, str], form: int) -> None:
    noun, english = NOUNS[feature]
    words = (FEW_RU[noun][form], english[amount != 1])
    for language, number, word in zip(LANGUAGES, shown, words, strict=True):
        sentence = plain(tell_reason(feature, amount, 3.0, True, language))
        assert re.search(rf" {number} {word}( |,)", sentence), sentence


@pytest.mark.parametrize("feature", COUNTS)
def test_of_nothing_there_are_many_in_russian(feature: str) -> None:
    many = FEW_RU[NOUNS[feature][0]][2]
    assert re.search(rf"\b(0|нет|Не встречает на сайте) {many}\b", tell_reason(feature, 0, 3.0, True, "ru"))


# Truth --------------------------------------------------------------------------------------------


def _numbers(sentence: str, language: Language) -> list[float]:
    found = (
        number.replace(SPACE, "").replace(",", "." if language == "ru" else "").replace("−", "-")
        for number in re.findall(NUMBER[language], sentence)
    )
    return [float(text) for text in found]


def _error(value: float) -> float:
    """Return how far a value may be from what is shown of it."""
    return (0.5 if abs(value) >= 99.95 else 0.05) + 1e-6


@given(
    feature=st.sampled_from(COUNTS),
    language=st.sampled_from(LANGUAGES),
    value=st.integers(0, 30) | st.integers(0, 2_000_000) | st.floats(0, 120) | st.floats(0, 9999),
    step=st.sampled_from([0, 0.01, 0.04, 0.06, 0.1, 0.4, 1, 7, 900]) | st.floats(0, 9999),
    above=st.booleans(),
)
def test_what_is_said_is_true_of_what_is_shown(
    feature: str, language: Language, value: float, step: float, above: bool
) -> None:
    own, usual = (value + step, value) if above else (value, value + step)
    sentence = tell_reason(feature, own, usual, True, language)
    numbers = [0.0] * bool(NOTHING.search(sentence)) + _numbers(sentence, language)
    assert numbers[0] == pytest.approx(own, abs=_error(own))
    if len(numbers) == 1:
        assert own == pytest.approx(usual, abs=_error(own) + _error(usual))
    else:
        assert numbers[1] == pytest.approx(usual, abs=_error(usual))
    _assert_said(sentence, numbers)


@given(language=st.sampled_from(LANGUAGES), own=st.floats(0, 1), usual=st.floats(0, 1))
def test_shares_are_compared_as_shown(language: Language, own: float, usual: float) -> None:
    sentence = tell_reason("promo_purchase_share", own, usual, True, language)
    numbers = _numbers(sentence, language)
    assert all(number == round(number) for number in numbers)
    for shown, value in ((numbers[0], own), (numbers[-1], usual)):
        assert shown == pytest.approx(100 * value, abs=(1 if len(numbers) == 1 else 0.5) + 1e-6)
    _assert_said(sentence, numbers)


def _assert_said(sentence: str, numbers: list[float]) -> None:
    own, usual = numbers[0], numbers[-1]
    said = [any(word in sentence for word in words) for words in (LESS, SAME, MORE)]
    assert said == [own < usual, len(numbers) == 1, own > usual]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("feature", ["popular_category", "service_type"])
def test_categories_are_translated_and_the_most_common_one_is_named(feature: str, language: Language) -> None:
    quoted = "«(.+?)»" if language == "ru" else "“(.+?)”"
    for own, usual in product(VALUES["category"], VALUES["category"]):
        expected = [translate(one, language) for one in dict.fromkeys((own, usual))]
        assert re.findall(quoted, tell_reason(feature, own, usual, True, language)) == expected


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("feature", ALL_FEATURES)
def test_sentences_are_well_formed(feature: str, language: Language) -> None:
    values = VALUES[COLUMNS[feature].kind]
    for value, typical, raises in product(values, values, (True, False)):
        sentence = tell_reason(feature, value, typical, raises, language)
        assert sentence[0].isupper()
        assert re.search(r"[а-яa-z][.]$", sentence)
        assert not re.search(r"\s\s|\s[,.;)]|\(\s|,,|[.]{2}|\bwill\b|\bбудет\b", sentence), sentence
        assert ("повышает" in sentence or "raises" in sentence) == raises
        assert ("снижает" in sentence or "lowers" in sentence) == (not raises)


@pytest.mark.parametrize("feature", ALL_FEATURES)
def test_russian_sentences_show_no_gender_of_the_client(feature: str) -> None:
    values = [value for value in VALUES[COLUMNS[feature].kind] if not isinstance(value, str)] or ["Сад"]
    for value, typical in product(values, values):
        words = re.findall(r"[А-Яа-яё]+", tell_reason(feature, value, typical, True, "ru"))
        assert [word for word in words if PAST.fullmatch(word.lower())] in ([], ["квартал"])


# The table ----------------------------------------------------------------------------------------


def test_every_client_is_told_the_reasons_of_the_table(
    make_clients: Callable[..., pd.DataFrame], options: Interpretation
) -> None:
    generator = np.random.default_rng(0)
    clients = make_clients(61, seed=9)
    spread = {name: generator.lognormal(6, 2, 61).round(1) for name in FEATURES if name.startswith("revenue")}
    clients = clients.assign(**spread, days_registered=generator.integers(0, 3000, 61))
    clients.loc[:3, ["service_errors", "unpaid_items_quarter", "marketing_contacts_current"]] = 0
    clients.loc[4, "popular_category"] = "Новая"
    sizes = generator.choice([-1.0, 1.0], (61, 16)) * generator.uniform(0.1, 1, (61, 16))
    shap_values = pd.DataFrame(sizes, columns=FEATURES).assign(client_id=clients["client_id"])
    exact, same = shap_values.assign(**dict.fromkeys(FEATURES, 0.0)), shap_values.assign(refit=0)
    given_to = (shap_values, exact, same, clients, clients, options.model_copy(update={"reasons": 16}))
    told, reasons = describe_reasons(*given_to), give_reasons(*given_to)
    assert len(told) == 61 * 16
    assert told.columns.tolist() == [*reasons.columns, "sentence_ru", "sentence_en"]
    pd.testing.assert_frame_equal(told[reasons.columns], reasons)
    own = clients.set_index("client_id")
    typical = {name: typical_value(clients[name]) for name in FEATURES}
    for row in told.itertuples():
        fact = (row.feature, own.loc[row.client_id, row.feature], typical[row.feature], row.contribution > 0)
        assert (row.sentence_ru, row.sentence_en) == tuple(
            tell_reason(*fact, language) for language in LANGUAGES
        )
    nothing = (exact, exact, exact.assign(refit=0), *given_to[3:])
    assert describe_reasons(*nothing).columns.equals(told.columns)
