import re
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from one_click.columns import BASE_FEATURES, COLUMNS, ENGINEERED_FEATURES, KNOWN_VALUES, LANGUAGES, Language
from one_click.pipelines.interpretation.texts.reasons import tell_reason, tell_stability

NUMERIC = [name for name in BASE_FEATURES if COLUMNS[name].kind in ("whole", "number", "share")]
AMOUNTS = (0, 1, 2, 5, 11, 21, 101, 1.5, 2.25, 1001)
VALUES: dict[str, tuple[Any, ...]] = {
    "flag": (True, False),
    "category": (*KNOWN_VALUES["popular_category"], *KNOWN_VALUES["service_type"], "Сад {и} огород"),
    "share": (0, 0.01, 0.02, 0.05, 0.11, 0.21, 0.225, 1),
    "whole": AMOUNTS,
    "number": AMOUNTS,
}

# feature, value, typical value, raises the risk, and the sentence in both languages
TOLD: list[tuple[str, Any, Any, bool, str, str]] = [
    (
        "allows_messages",
        False,
        True,
        True,
        "Не разрешает сообщения (обычно разрешают), и это повышает оценку риска.",
        "Does not allow messages (typically allowed), which raises the risk estimate.",
    ),
    (
        "allows_messages",
        True,
        False,
        False,
        "Разрешает сообщения (обычно не разрешают), и это снижает оценку риска.",
        "Allows messages (typically not allowed), which lowers the risk estimate.",
    ),
    (
        "allows_messages",
        True,
        True,
        True,
        "Разрешает сообщения, как обычно у клиентов, и это повышает оценку риска.",
        "Allows messages, as is typical, which raises the risk estimate.",
    ),
    (
        "marketing_contacts_6m",
        1.5,
        4.2,
        True,
        "За полгода в среднем 1,5 маркетингового контакта в месяц — меньше, чем обычно у клиентов (4,2), "
        "и это повышает оценку риска.",
        "Averages 1.5 marketing contacts per month over half a year, below the typical 4.2, "
        "which raises the risk estimate.",
    ),
    (
        "marketing_contacts_6m",
        21.0,
        1.0,
        False,
        "За полгода в среднем 21 маркетинговый контакт в месяц — больше, чем обычно у клиентов (1), "
        "и это снижает оценку риска.",
        "Averages 21 marketing contacts per month over half a year, above the typical 1, "
        "which lowers the risk estimate.",
    ),
    (
        "marketing_contacts_current",
        2,
        4.0,
        True,
        "В текущем месяце 2 маркетинговых контакта — меньше, чем обычно у клиентов (4), "
        "и это повышает оценку риска.",
        "Received 2 marketing contacts this month, below the typical 4, which raises the risk estimate.",
    ),
    (
        "marketing_contacts_current",
        0,
        4.0,
        True,
        "В текущем месяце нет маркетинговых контактов, а обычно у клиентов их 4, "
        "и это повышает оценку риска.",
        "Received no marketing contacts this month, below the typical 4, which raises the risk estimate.",
    ),
    (
        "minutes_previous",
        11,
        13.0,
        True,
        "Время на сайте в прошлом месяце: 11 минут — меньше, чем обычно у клиентов (13), "
        "и это повышает оценку риска.",
        "Spent 11 minutes on the site last month, below the typical 13, which raises the risk estimate.",
    ),
    (
        "minutes_previous",
        13,
        13.0,
        False,
        "Время на сайте в прошлом месяце: 13 минут, как обычно у клиентов, и это снижает оценку риска.",
        "Spent 13 minutes on the site last month, as is typical, which lowers the risk estimate.",
    ),
    (
        "minutes_current",
        21,
        13.5,
        False,
        "Время на сайте в текущем месяце: 21 минута — больше, чем обычно у клиентов (13,5), "
        "и это снижает оценку риска.",
        "Spent 21 minutes on the site this month, above the typical 13.5, which lowers the risk estimate.",
    ),
    (
        "minutes_current",
        1,
        13.0,
        True,
        "Время на сайте в текущем месяце: 1 минута — меньше, чем обычно у клиентов (13), "
        "и это повышает оценку риска.",
        "Spent 1 minute on the site this month, below the typical 13, which raises the risk estimate.",
    ),
    (
        "pages_per_visit",
        2,
        8.0,
        True,
        "Смотрит 2 страницы за визит — меньше, чем обычно у клиентов (8), и это повышает оценку риска.",
        "Views 2 pages per visit, below the typical 8, which raises the risk estimate.",
    ),
    (
        "pages_per_visit",
        1,
        0.0,
        False,
        "Смотрит 1 страницу за визит — больше, чем обычно у клиентов (0), и это снижает оценку риска.",
        "Views 1 page per visit, above the typical 0, which lowers the risk estimate.",
    ),
    (
        "service_errors",
        5,
        4.0,
        True,
        "Встречает на сайте 5 ошибок сервиса — больше, чем обычно у клиентов (4), "
        "и это повышает оценку риска.",
        "Ran into 5 service errors, above the typical 4, which raises the risk estimate.",
    ),
    (
        "service_errors",
        0,
        1.5,
        False,
        "Не встречает на сайте ошибок сервиса, а обычно у клиентов их 1,5, и это снижает оценку риска.",
        "Ran into no service errors, below the typical 1.5, which lowers the risk estimate.",
    ),
    (
        "service_errors",
        0,
        0.0,
        False,
        "Не встречает на сайте ошибок сервиса, как обычно у клиентов, и это снижает оценку риска.",
        "Ran into no service errors, as is typical, which lowers the risk estimate.",
    ),
    (
        "promo_purchase_share",
        0.21,
        0.24,
        False,
        "Совершает по акции 21\u00a0% покупок — меньше, чем обычно у клиентов (24\u00a0%), "
        "и это снижает оценку риска.",
        "Makes 21% of purchases on promotion, below the typical 24%, which lowers the risk estimate.",
    ),
    (
        "promo_purchase_share",
        0.238,
        0.242,
        True,
        "Совершает по акции 24\u00a0% покупок, как обычно у клиентов, и это повышает оценку риска.",
        "Makes 24% of purchases on promotion, as is typical, which raises the risk estimate.",
    ),
    (
        "popular_category",
        "Товары для детей",
        "Косметика и аксесуары",
        True,
        "Предпочитает категорию «Товары для детей» (самый частый выбор клиентов — «Косметика и аксессуары»), "
        "и это повышает оценку риска.",
        "Prefers the category “Children's goods” (“Cosmetics and accessories” is the most common choice), "
        "which raises the risk estimate.",
    ),
    (
        "popular_category",
        "Сад {и} огород",
        "Сад {и} огород",
        False,
        "Предпочитает категорию «Сад {и} огород» (самый частый выбор клиентов), и это снижает оценку риска.",
        "Prefers the category “Сад {и} огород” (the most common choice), which lowers the risk estimate.",
    ),
    (
        "category_views_per_visit",
        1,
        3.0,
        True,
        "Смотрит 1 категорию товаров за визит — меньше, чем обычно у клиентов (3), "
        "и это повышает оценку риска.",
        "Views 1 product category per visit, below the typical 3, which raises the risk estimate.",
    ),
    (
        "category_views_per_visit",
        5,
        2.25,
        False,
        "Смотрит 5 категорий товаров за визит — больше, чем обычно у клиентов (2,2), "
        "и это снижает оценку риска.",
        "Views 5 product categories per visit, above the typical 2.2, which lowers the risk estimate.",
    ),
    (
        "unpaid_items_quarter",
        4,
        3.0,
        True,
        "В корзине за квартал 4 неоплаченных товара — больше, чем обычно у клиентов (3), "
        "и это повышает оценку риска.",
        "Left 4 items unpaid in the quarter, above the typical 3, which raises the risk estimate.",
    ),
    (
        "unpaid_items_quarter",
        0,
        4.0,
        False,
        "В корзине за квартал нет неоплаченных товаров, а обычно у клиентов их 4, "
        "и это снижает оценку риска.",
        "Left no items unpaid in the quarter, below the typical 4, which lowers the risk estimate.",
    ),
    (
        "revenue_two_months_ago",
        4101,
        4818.0,
        True,
        "Выручка позапрошлого месяца: 4\u00a0101 единица — меньше, чем обычно у клиентов (4\u00a0818), "
        "и это повышает оценку риска.",
        "Brought 4,101 units of revenue two months ago, below the typical 4,818, "
        "which raises the risk estimate.",
    ),
    (
        "revenue_previous",
        99.5,
        1.0,
        False,
        "Выручка прошлого месяца: 99,5 единицы — больше, чем обычно у клиентов (1), "
        "и это снижает оценку риска.",
        "Brought 99.5 units of revenue last month, above the typical 1, which lowers the risk estimate.",
    ),
    (
        "revenue_current",
        5174.4,
        5173.6,
        True,
        "Выручка текущего месяца: 5\u00a0174 единицы, как обычно у клиентов, и это повышает оценку риска.",
        "Brought 5,174 units of revenue this month, as is typical, which raises the risk estimate.",
    ),
    (
        "revenue_current",
        99.96,
        1234567.0,
        True,
        "Выручка текущего месяца: 100 единиц — меньше, чем обычно у клиентов (1\u00a0234\u00a0567), "
        "и это повышает оценку риска.",
        "Brought 100 units of revenue this month, below the typical 1,234,567, "
        "which raises the risk estimate.",
    ),
    (
        "service_type",
        "премиум",
        "стандарт",
        False,
        "Пользуется сервисом «премиум» (самый частый выбор клиентов — «стандарт»), "
        "и это снижает оценку риска.",
        "Uses the “premium” service (“standard” is the most common choice), which lowers the risk estimate.",
    ),
    (
        "service_type",
        "стандарт",
        "стандарт",
        True,
        "Пользуется сервисом «стандарт» (самый частый выбор клиентов), и это повышает оценку риска.",
        "Uses the “standard” service (the most common choice), which raises the risk estimate.",
    ),
    (
        "days_registered",
        121,
        609.0,
        True,
        "Срок с момента регистрации: 121 день — меньше, чем обычно у клиентов (609), "
        "и это повышает оценку риска.",
        "Has been registered for 121 days, below the typical 609, which raises the risk estimate.",
    ),
    (
        "days_registered",
        409.6,
        609.5,
        True,
        "Срок с момента регистрации: 410 дней — меньше, чем обычно у клиентов (610), "
        "и это повышает оценку риска.",
        "Has been registered for 410 days, below the typical 610, which raises the risk estimate.",
    ),
    (
        "days_registered",
        1,
        1.04,
        False,
        "Срок с момента регистрации: 1 день, как обычно у клиентов, и это снижает оценку риска.",
        "Has been registered for 1 day, as is typical, which lowers the risk estimate.",
    ),
    (
        "promo_habit",
        True,
        False,
        True,
        "Привычка покупать по акции: да (обычно нет), и это повышает оценку риска.",
        "Promo buying habit: yes (typically no), which raises the risk estimate.",
    ),
    (
        "revenue_trend",
        0.84,
        1.0,
        True,
        "Выручка месяца к среднему за три: 0,8 — меньше, чем обычно у клиентов (1), "
        "и это повышает оценку риска.",
        "Revenue this month against the mean of three: 0.8, below the typical 1, "
        "which raises the risk estimate.",
    ),
    (
        "minutes_trend",
        -2.04,
        0.0,
        True,
        "Изменение времени на сайте: −2 мин. — меньше, чем обычно у клиентов (0), "
        "и это повышает оценку риска.",
        "Change of time on site: −2 min, below the typical 0, which raises the risk estimate.",
    ),
]

# What is said of 0, 1, 2, 5, 11, 21, 101, 1.5, 2.25 and 1001
COUNTED: dict[str, str] = {
    "marketing_contacts_6m": "0 маркетинговых контактов · 1 маркетинговый контакт · "
    "2 маркетинговых контакта · 5 маркетинговых контактов · 11 маркетинговых контактов · "
    "21 маркетинговый контакт · 101 маркетинговый контакт · 1,5 маркетингового контакта · "
    "2,2 маркетингового контакта · 1\u00a0001 маркетинговый контакт",
    "marketing_contacts_current": "нет маркетинговых контактов · 1 маркетинговый контакт · "
    "2 маркетинговых контакта · 5 маркетинговых контактов · 11 маркетинговых контактов · "
    "21 маркетинговый контакт · 101 маркетинговый контакт · 1,5 маркетингового контакта · "
    "2,2 маркетингового контакта · 1\u00a0001 маркетинговый контакт",
    "minutes_previous": "0 минут · 1 минута · 2 минуты · 5 минут · 11 минут · 21 минута · 101 минута · "
    "1,5 минуты · 2,2 минуты · 1\u00a0001 минута",
    "minutes_current": "0 минут · 1 минута · 2 минуты · 5 минут · 11 минут · 21 минута · 101 минута · "
    "1,5 минуты · 2,2 минуты · 1\u00a0001 минута",
    "pages_per_visit": "0 страниц · 1 страницу · 2 страницы · 5 страниц · 11 страниц · 21 страницу · "
    "101 страницу · 1,5 страницы · 2,2 страницы · 1\u00a0001 страницу",
    "service_errors": "Не встречает на сайте ошибок · 1 ошибку · 2 ошибки · 5 ошибок · 11 ошибок · "
    "21 ошибку · 101 ошибку · 1,5 ошибки · 2,2 ошибки · 1\u00a0001 ошибку",
    "category_views_per_visit": "0 категорий · 1 категорию · 2 категории · 5 категорий · 11 категорий · "
    "21 категорию · 101 категорию · 1,5 категории · 2,2 категории · 1\u00a0001 категорию",
    "unpaid_items_quarter": "нет неоплаченных товаров · 1 неоплаченный товар · 2 неоплаченных товара · "
    "5 неоплаченных товаров · 11 неоплаченных товаров · 21 неоплаченный товар · 101 неоплаченный товар · "
    "1,5 неоплаченного товара · 2,2 неоплаченного товара · 1\u00a0001 неоплаченный товар",
    "revenue_two_months_ago": "0 единиц · 1 единица · 2 единицы · 5 единиц · 11 единиц · 21 единица · "
    "101 единица · 1,5 единицы · 2,2 единицы · 1\u00a0001 единица",
    "revenue_previous": "0 единиц · 1 единица · 2 единицы · 5 единиц · 11 единиц · 21 единица · "
    "101 единица · 1,5 единицы · 2,2 единицы · 1\u00a0001 единица",
    "revenue_current": "0 единиц · 1 единица · 2 единицы · 5 единиц · 11 единиц · 21 единица · "
    "101 единица · 1,5 единицы · 2,2 единицы · 1\u00a0001 единица",
    "days_registered": "0 дней · 1 день · 2 дня · 5 дней · 11 дней · 21 день · 101 день · 1,5 дня · "
    "2,2 дня · 1\u00a0001 день",
}
COUNTED_EN: dict[str, tuple[str, str]] = {
    "marketing_contacts_6m": ("marketing contact", "marketing contacts"),
    "marketing_contacts_current": ("marketing contact", "marketing contacts"),
    "minutes_previous": ("minute", "minutes"),
    "minutes_current": ("minute", "minutes"),
    "pages_per_visit": ("page", "pages"),
    "service_errors": ("service error", "service errors"),
    "category_views_per_visit": ("product category", "product categories"),
    "unpaid_items_quarter": ("item", "items"),
    "revenue_two_months_ago": ("unit", "units"),
    "revenue_previous": ("unit", "units"),
    "revenue_current": ("unit", "units"),
    "days_registered": ("day", "days"),
}

NUMBER: dict[Language, str] = {
    "ru": r"−?\d{1,3}(?:\u00a0\d{3})*(?:,\d)?",
    "en": r"−?\d{1,3}(?:,\d{3})*(?:\.\d)?",
}
LESS = ("меньше", "а обычно у клиентов", "below")
MORE = ("больше", "above")
SAME = ("как обычно у клиентов", "as is typical")
NOTHING = re.compile(r"\bнет\b|\bНе встречает\b|\bno\b")
PAST = re.compile(r"[а-яё]+л(?:а|о|и)?(?:с[ья])?")


@pytest.mark.parametrize(
    ("feature", "value", "typical", "raises", "ru", "en"),
    [pytest.param(*row, id=f"{row[0]}-{row[1]}-{row[2]}") for row in TOLD],
)
def test_sentences(feature: str, value: Any, typical: Any, raises: bool, ru: str, en: str) -> None:
    assert tell_reason(feature, value, typical, raises, "ru") == ru
    assert tell_reason(feature, value, typical, raises, "en") == en


def test_sentences_of_all_raw_features_and_kinds_are_written_out() -> None:
    told = {row[0] for row in TOLD}
    assert set(BASE_FEATURES) <= told
    # Engineered ones have no words of their own: one of each kind shows what is said of it.
    kinds = [{COLUMNS[name].kind for name in names} for names in (ENGINEERED_FEATURES, told)]
    assert kinds[0] <= kinds[1]
    assert set(COUNTED) == set(NUMERIC) - {"promo_purchase_share"}


@pytest.mark.parametrize("feature", COUNTED)
def test_russian_nouns_agree_with_their_numbers(feature: str) -> None:
    for amount, words in zip(AMOUNTS, COUNTED[feature].split(" · "), strict=True):
        assert re.search(rf"(^| ){words}( |,|$)", tell_reason(feature, amount, 3.0, True, "ru"))


@pytest.mark.parametrize("feature", COUNTED)
def test_english_nouns_are_singular_for_one_only(feature: str) -> None:
    one, many = COUNTED_EN[feature]
    for amount, shown in zip(
        AMOUNTS[1:], ("1", "2", "5", "11", "21", "101", "1.5", "2.2", "1,001"), strict=True
    ):
        words = f" {shown} {one if amount == 1 else many}"
        assert re.search(rf"{words}( |,)", tell_reason(feature, amount, 3.0, True, "en"))


def _numbers(sentence: str, language: Language) -> list[float]:
    plain = (
        found.replace("\u00a0", "").replace(",", "." if language == "ru" else "").replace("−", "-")
        for found in re.findall(NUMBER[language], sentence)
    )
    return [float(text) for text in plain]


def _error(value: float) -> float:
    """Return how far a value may be from what is shown of it."""
    return (0.5 if abs(value) >= 99.95 else 0.05) + 1e-6


@given(
    feature=st.sampled_from([name for name in NUMERIC if COLUMNS[name].kind != "share"]),
    language=st.sampled_from(LANGUAGES),
    value=st.integers(0, 30) | st.integers(0, 2_000_000) | st.floats(0, 120) | st.floats(0, 9999),
    step=st.sampled_from([0, 0.01, 0.04, 0.06, 0.1, 0.4, 1, 7, 900]) | st.floats(0, 9999),
    above=st.booleans(),
)
def test_what_is_said_is_true_of_what_is_shown(
    feature: str, language: Language, value: float, step: float, above: bool
) -> None:
    pair = (value + step, value) if above else (value, value + step)
    _assert_true(tell_reason(feature, *pair, True, language), language, *pair)


@given(language=st.sampled_from(LANGUAGES), own=st.floats(0, 1), usual=st.floats(0, 1))
def test_shares_are_compared_as_shown(language: Language, own: float, usual: float) -> None:
    sentence = tell_reason("promo_purchase_share", own, usual, True, language)
    numbers = _numbers(sentence, language)
    assert all(number == round(number) for number in numbers)
    assert numbers[0] == pytest.approx(100 * own, abs=0.5 + 1e-6)
    _assert_said(sentence, numbers)


def _assert_true(sentence: str, language: Language, own: float, usual: float) -> None:
    numbers = ([0.0] if NOTHING.search(sentence) else []) + _numbers(sentence, language)
    assert numbers[0] == pytest.approx(own, abs=_error(own))
    if len(numbers) == 1:
        assert own == pytest.approx(usual, abs=_error(own) + _error(usual))
    else:
        assert numbers[1] == pytest.approx(usual, abs=_error(usual))
    _assert_said(sentence, numbers)


def _assert_said(sentence: str, numbers: list[float]) -> None:
    said = [any(word in sentence for word in words) for words in (LESS, SAME, MORE)]
    own, usual = (numbers[0], numbers[-1])
    assert said == [own < usual, len(numbers) == 1, own > usual]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("feature", [*BASE_FEATURES, *ENGINEERED_FEATURES])
def test_sentences_are_well_formed(feature: str, language: Language) -> None:
    values = VALUES[COLUMNS[feature].kind]
    for value, typical, raises in product(values, values, (True, False)):
        sentence = tell_reason(feature, value, typical, raises, language)
        assert sentence[0].isupper()
        assert re.search(r"[а-яa-z][.]$", sentence)
        assert not re.search(r"\s\s|\s[,.;)]|\(\s|,,|[.]{2}|\bwill\b|\bбудет\b", sentence), sentence
        assert ("повышает" in sentence or "raises" in sentence) == raises
        assert ("снижает" in sentence or "lowers" in sentence) == (not raises)


@pytest.mark.parametrize("feature", [*BASE_FEATURES, *ENGINEERED_FEATURES])
def test_russian_sentences_show_no_gender_of_the_client(feature: str) -> None:
    values = [value for value in VALUES[COLUMNS[feature].kind] if not isinstance(value, str)] or ["Сад"]
    for value, typical in product(values, values):
        words = re.findall(r"[А-Яа-яё]+", tell_reason(feature, value, typical, True, "ru"))
        assert [word for word in words if PAST.fullmatch(word.lower())] in ([], ["квартал"])


@pytest.mark.parametrize(
    ("times", "models", "ru", "en"),
    [
        (9, 10, "в 9 из 10 проверочных моделей", "in 9 of 10 check models"),
        (1, 10, "в 1 из 10 проверочных моделей", "in 1 of 10 check models"),
        (0, 5, "ни в одной из 5 проверочных моделей", "in none of 5 check models"),
        (1, 1, "в 1 из 1 проверочной модели", "in 1 of 1 check model"),
        (2, 2, "в 2 из 2 проверочных моделей", "in 2 of 2 check models"),
        (11, 11, "в 11 из 11 проверочных моделей", "in 11 of 11 check models"),
        (20, 21, "в 20 из 21 проверочной модели", "in 20 of 21 check models"),
        (1000, 1001, "в 1\u00a0000 из 1\u00a0001 проверочной модели", "in 1,000 of 1,001 check models"),
    ],
)
def test_stability(times: int, models: int, ru: str, en: str) -> None:
    assert tell_stability(times, models, "ru") == ru
    assert tell_stability(times, models, "en") == en
