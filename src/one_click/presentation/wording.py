"""Numbers and words as readers of either language write them."""

import math

from one_click.columns import COLUMNS, Language, decimals, label, translate, unit

MISSING = "—"
_MINUS = "−"
_NO_BREAK = "\u00a0"
_SURE = 0.99  # nearer to certainty, a probability of one client is not told


def number(value: float | None, digits: int, language: Language) -> str:
    r"""Write a number with a fixed count of decimals; a dash where there is none.

    Examples
    --------
    >>> number(-1234.5, 1, "ru"), number(1234.5, 1, "en"), number(float("nan"), 1, "en")
    ('−1\xa0234,5', '1,234.5', '—')
    """
    if value is None or not math.isfinite(value):
        return MISSING
    text = f"{abs(value):,.{digits}f}"
    if language == "ru":
        text = text.replace(",", _NO_BREAK).replace(".", ",")
    rounded_to_zero = float(f"{abs(value):.{digits}f}") == 0
    return text if value >= 0 or rounded_to_zero else _MINUS + text


def percent(share: float | None, digits: int, language: Language) -> str:
    r"""Write a share as a percentage; a dash where there is none.

    Examples
    --------
    >>> percent(0.381, 1, "ru"), percent(0.381, 0, "en"), percent(None, 0, "en")
    ('38,1\xa0%', '38%', '—')
    """
    text = number(None if share is None else 100 * share, digits, language)
    return text if text == MISSING else text + (f"{_NO_BREAK}%" if language == "ru" else "%")


def chance(probability: float | None, language: Language) -> str:
    r"""Write a probability of one client as a percentage that never claims certainty.

    Examples
    --------
    >>> chance(0.997, "en"), chance(0.004, "en"), chance(0.381, "ru")
    ('>\xa099%', '<\xa01%', '38\xa0%')
    """
    if probability is None:
        return MISSING
    if probability > _SURE:
        return f">{_NO_BREAK}{percent(_SURE, 0, language)}"
    if probability < 1 - _SURE:
        return f"<{_NO_BREAK}{percent(1 - _SURE, 0, language)}"
    return percent(probability, 0, language)


def plural(count: int, language: Language, one: str, few: str, many: str = "") -> str:
    """Choose the form of a noun that goes with a count (English uses `one` and `few`).

    Examples
    --------
    >>> [plural(n, "ru", "клиент", "клиента", "клиентов") for n in (1, 3, 5, 11, 21)]
    ['клиент', 'клиента', 'клиентов', 'клиентов', 'клиент']
    >>> plural(2, "en", "client", "clients")
    'clients'
    """
    if language == "en":
        return one if count == 1 else few
    if count % 10 == 1 and count % 100 != 11:
        return one
    if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14):
        return few
    return many


def clients(count: int, language: Language) -> str:
    """Write a number of clients.

    Examples
    --------
    >>> clients(494, "ru"), clients(1, "en")
    ('494 клиента', '1 client')
    """
    forms = ("клиент", "клиента", "клиентов") if language == "ru" else ("client", "clients", "")
    return f"{number(count, 0, language)} {plural(count, language, *forms)}"


def in_months(count: int, language: Language) -> str:
    """Write a time for which something is counted.

    Examples
    --------
    >>> in_months(3, "ru"), in_months(1, "en")
    ('за 3 месяца', 'over 1 month')
    """
    if language == "ru":
        return f"за {count} {plural(count, language, 'месяц', 'месяца', 'месяцев')}"
    return f"over {count} {plural(count, language, 'month', 'months')}"


def value_text(column: str, value: object, language: Language) -> str:
    """Write a value of a column of the vocabulary for readers, with its unit.

    Examples
    --------
    >>> value_text("pages_per_visit", 5, "ru"), value_text("promo_purchase_share", 0.25, "en")
    ('5 стр.', '25%')
    >>> value_text("category_views_per_visit", 1, "en"), value_text("category_views_per_visit", 2, "en")
    ('1 category', '2 categories')
    >>> value_text("allows_messages", False, "en"), value_text("service_type", "премиум", "en")
    ('no', 'premium')
    """
    kind = COLUMNS[column].kind
    if kind == "flag":
        words = {"ru": ("нет", "да"), "en": ("no", "yes")}
        return words[language][bool(value)]
    if kind == "category":
        return translate(str(value), language)
    amount = float(str(value))
    digits = decimals(column, amount)
    if kind == "share":
        return percent(amount, digits, language)
    return f"{number(amount, digits, language)} {unit(column, language, amount)}".strip()


def stored_value_text(column: str, value: str, language: Language) -> str:
    """Write a value that a table holds as text, which a flag's "False" is, too.

    Examples
    --------
    >>> stored_value_text("allows_messages", "False", "en"), stored_value_text("pages_per_visit", "5", "en")
    ('no', '5 pages')
    """
    return value_text(column, value == "True" if COLUMNS[column].kind == "flag" else value, language)


def label_with_unit(column: str, language: Language) -> str:
    """Return a column's label with its unit, for axes.

    Examples
    --------
    >>> label_with_unit("pages_per_visit", "en")
    'Pages per visit, pages'
    """
    return ", ".join(part for part in (label(column, language), unit(column, language)) if part)
