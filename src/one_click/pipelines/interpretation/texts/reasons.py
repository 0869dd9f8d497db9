"""Sentences of `reason_codes`: a value, how it compares with the base and what it does to the risk."""

from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from one_click.columns import COLUMNS, Language, Words, label
from one_click.parameters import Interpretation
from one_click.presentation.sentences import add_sentences
from one_click.presentation.wording import number, percent, plural, value_text

from ..nodes.reasons import RAISES, give_reasons


class _Words(NamedTuple):
    """How a feature is told in one language.

    Attributes
    ----------
    frame : str
        Beginning of the sentence.
    forms : tuple of str
        Of the counted noun: one, few, many and, where it is not as for few, after a fraction; of a flag: its
        no and its yes.
    usual : tuple of str
        No and yes of a flag as most clients have it.
    nothing : str
        Beginning of the sentence where the value is 0.
    """

    frame: str = "{label}: {own}"
    forms: tuple[str, ...] = ()
    usual: tuple[str, str] = ("", "")
    nothing: str = ""


_UNTOLD = _Words()  # a feature without words of its own: its label and its value

_CONTACTS: dict[Language, tuple[str, ...]] = {
    "ru": (
        *("маркетинговый контакт", "маркетинговых контакта"),
        *("маркетинговых контактов", "маркетингового контакта"),
    ),
    "en": ("marketing contact", "marketing contacts"),
}
_ITEMS_RU = ("неоплаченный товар", "неоплаченных товара", "неоплаченных товаров", "неоплаченного товара")


def _labelled(forms: tuple[str, ...], english: tuple[str, str], frame: str) -> dict[Language, _Words]:
    """Return words of a feature that Russian tells by its label, which shows no gender of the client."""
    return {"ru": _Words(forms=forms), "en": _Words(frame, english)}


_minutes = partial(_labelled, ("минута", "минуты", "минут"), ("minute", "minutes"))
_revenue = partial(_labelled, ("единица", "единицы", "единиц"), ("unit", "units"))

_WORDS: dict[str, dict[Language, _Words]] = {
    "allows_messages": {
        "ru": _Words("{own} сообщения", ("Не разрешает", "Разрешает"), ("не разрешают", "разрешают")),
        "en": _Words("{own} messages", ("Does not allow", "Allows"), ("not allowed", "allowed")),
    },
    "marketing_contacts_6m": {
        "ru": _Words("За полгода в среднем {own} в месяц", _CONTACTS["ru"]),
        "en": _Words("Averages {own} per month over half a year", _CONTACTS["en"]),
    },
    "marketing_contacts_current": {
        "ru": _Words(
            "В текущем месяце {own}", _CONTACTS["ru"], nothing="В текущем месяце нет маркетинговых контактов"
        ),
        "en": _Words(
            "Received {own} this month", _CONTACTS["en"], nothing="Received no marketing contacts this month"
        ),
    },
    "minutes_previous": _minutes("Spent {own} on the site last month"),
    "minutes_current": _minutes("Spent {own} on the site this month"),
    "pages_per_visit": {
        "ru": _Words("Смотрит {own} за визит", ("страницу", "страницы", "страниц")),
        "en": _Words("Views {own} per visit", ("page", "pages")),
    },
    "service_errors": {
        "ru": _Words(
            "Встречает на сайте {own} сервиса",
            ("ошибку", "ошибки", "ошибок"),
            nothing="Не встречает на сайте ошибок сервиса",
        ),
        "en": _Words(
            "Ran into {own}", ("service error", "service errors"), nothing="Ran into no service errors"
        ),
    },
    "promo_purchase_share": {
        "ru": _Words("Совершает по акции {own} покупок"),
        "en": _Words("Makes {own} of purchases on promotion"),
    },
    "popular_category": {
        "ru": _Words("Предпочитает категорию «{own}»"),
        "en": _Words("Prefers the category “{own}”"),
    },
    "category_views_per_visit": {
        "ru": _Words("Смотрит {own} товаров за визит", ("категорию", "категории", "категорий")),
        "en": _Words("Views {own} per visit", ("product category", "product categories")),
    },
    "unpaid_items_quarter": {
        "ru": _Words(
            "В корзине за квартал {own}", _ITEMS_RU, nothing="В корзине за квартал нет неоплаченных товаров"
        ),
        "en": _Words(
            "Left {own} unpaid in the quarter",
            ("item", "items"),
            nothing="Left no items unpaid in the quarter",
        ),
    },
    "revenue_two_months_ago": _revenue("Brought {own} of revenue two months ago"),
    "revenue_previous": _revenue("Brought {own} of revenue last month"),
    "revenue_current": _revenue("Brought {own} of revenue this month"),
    "service_type": {
        "ru": _Words("Пользуется сервисом «{own}»"),
        "en": _Words("Uses the “{own}” service"),
    },
    "days_registered": {
        "ru": _Words("Срок с момента регистрации: {own}", ("день", "дня", "дней")),
        "en": _Words("Has been registered for {own}", ("day", "days")),
    },
}

# What is usual is said of clients, never of this one; the most frequent of many values need not be usual.
_COMPARISONS: dict[str, Words] = {
    "less": {"ru": " — меньше, чем обычно у клиентов ({})", "en": ", below the typical {}"},
    "none": {"ru": ", а обычно у клиентов их {}", "en": ", below the typical {}"},
    "more": {"ru": " — больше, чем обычно у клиентов ({})", "en": ", above the typical {}"},
    "same": {"ru": ", как обычно у клиентов", "en": ", as is typical"},
    "unlike": {"ru": " (обычно {})", "en": " (typically {})"},
    "rarer": {"ru": " (самый частый выбор клиентов — «{}»)", "en": " (“{}” is the most common choice)"},
    "commonest": {"ru": " (самый частый выбор клиентов)", "en": " (the most common choice)"},
}
_ENDINGS: dict[Language, tuple[str, str]] = {
    "ru": (", и это снижает оценку риска.", ", и это повышает оценку риска."),
    "en": (", which lowers the risk estimate.", ", which raises the risk estimate."),
}


def describe_reasons(
    shap_values: pd.DataFrame,
    shap_errors: pd.DataFrame,
    shap_refits: pd.DataFrame,
    features: pd.DataFrame,
    explanation_base: pd.DataFrame,
    options: Interpretation,
) -> pd.DataFrame:
    """Return the reasons of `give_reasons` with a sentence in each language.

    Returns
    -------
    DataFrame of `schemas.interpretation.ReasonCodes`
    """
    reasons = give_reasons(shap_values, shap_errors, shap_refits, features, explanation_base, options)
    return add_sentences(reasons, _sentence)


def _sentence(row: dict[str, Any], language: Language) -> str:
    own, typical = row["value"], row["typical_value"]
    if COLUMNS[row["feature"]].kind == "flag":  # stored as a text, and any text counts as yes
        own, typical = own == str(True), typical == str(True)
    return tell_reason(row["feature"], own, typical, row["direction"] == RAISES, language)


def tell_reason(feature: str, value: object, typical: object, raises: bool, language: Language) -> str:
    """Write why a client's risk is estimated higher or lower, in one sentence.

    Values that look alike once they are rounded for the reader are told as the same.

    Parameters
    ----------
    feature : str
        A feature of the vocabulary; without words of its own it is told by its label.
    value, typical : object
        The client's value and that of the base: its median, for flags and categories the most frequent; as in
        the table of features, shares from 0 to 1.
    raises : bool
        Whether the value raises the model's estimate of the risk, else lowers it.
    language : Language

    Returns
    -------
    str

    Examples
    --------
    >>> tell_reason("pages_per_visit", 2, 8.0, True, "ru")
    'Смотрит 2 страницы за визит — меньше, чем обычно у клиентов (8), и это повышает оценку риска.'
    >>> tell_reason("service_errors", 0, 4.0, False, "en")
    'Ran into no service errors, below the typical 4, which lowers the risk estimate.'
    """
    words = _WORDS.get(feature, {}).get(language, _UNTOLD)
    tell = {"flag": _tell_flag, "category": _tell_category}.get(COLUMNS[feature].kind, _tell_number)
    return tell(feature, value, typical, words, language) + _ENDINGS[language][raises]


def _tell_flag(feature: str, value: object, typical: object, words: _Words, language: Language) -> str:
    own, usual = bool(value), bool(typical)
    relation = "same" if own == usual else "unlike"
    says = words.forms[own] if words.forms else value_text(feature, own, language)
    others = words.usual[usual] or value_text(feature, usual, language)
    return _begin(words.frame, feature, says, language) + _compare(relation, others, language)


def _tell_category(feature: str, value: object, typical: object, words: _Words, language: Language) -> str:
    own, usual = (value_text(feature, one, language) for one in (value, typical))
    relation = "commonest" if own == usual else "rarer"
    return _begin(words.frame, feature, own, language) + _compare(relation, usual, language)


def _tell_number(feature: str, value: object, typical: object, words: _Words, language: Language) -> str:
    own, usual = (_as_shown(feature, one) for one in (value, typical))
    nothing = own == 0 and bool(words.nothing)
    relation = "same" if own == usual else "more" if own > usual else "none" if nothing else "less"
    says = _count(own, words.forms, language) if words.forms else value_text(feature, own, language)
    beginning = _begin(words.nothing if nothing else words.frame, feature, says, language)
    return beginning + _compare(relation, _amount(feature, usual, language), language)


def _begin(frame: str, feature: str, own: str, language: Language) -> str:
    return frame.format(own=own, label=label(feature, language))


def _compare(relation: str, usual: str, language: Language) -> str:
    return _COMPARISONS[relation][language].format(usual)


def _as_shown(feature: str, value: object) -> float:
    """Round a value as its text is: shares to whole per cent, below a hundred to one decimal."""
    amount = float(str(value))
    if COLUMNS[feature].kind == "share":
        return float(f"{100 * amount:.0f}") / 100
    return float(f"{amount:.{0 if abs(amount) >= 100 else 1}f}")


def _amount(feature: str, shown: float, language: Language) -> str:
    if COLUMNS[feature].kind == "share":
        return percent(shown, 0, language)
    return number(shown, 0 if shown.is_integer() else 1, language)


def _count(shown: float, forms: tuple[str, ...], language: Language) -> str:
    if shown.is_integer():
        return f"{number(shown, 0, language)} {plural(abs(int(shown)), language, *forms[:3])}"
    return f"{number(shown, 1, language)} {forms[3] if len(forms) > 3 else forms[1]}"
