import doctest
import importlib
from pathlib import Path

import pytest

import one_click
from one_click.columns import Language
from one_click.presentation import wording

PACKAGE = Path(one_click.__file__).parent
TEACHING = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if ">>>" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("module", TEACHING)
def test_examples_in_docstrings_are_true(module: str) -> None:
    result = doctest.testmod(importlib.import_module(module), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    ("value", "digits", "language", "expected"),
    [
        pytest.param(1234567.891, 2, "en", "1,234,567.89", id="en"),
        pytest.param(1234567.891, 2, "ru", "1\u00a0234\u00a0567,89", id="ru"),
        pytest.param(-0.5, 1, "ru", "−0,5", id="minus"),
        pytest.param(-0.04, 1, "en", "0.0", id="rounded-to-zero-has-no-minus"),
        pytest.param(0, 0, "en", "0", id="zero"),
    ],
)
def test_number(value: float, digits: int, language: Language, expected: str) -> None:
    assert wording.number(value, digits, language) == expected


PLURALS = {"клиент": (1, 21, 1001), "клиента": (2, 4, 22), "клиентов": (0, 5, 11, 12, 14, 111, 114)}


@pytest.mark.parametrize(("expected", "count"), [(one, n) for one, counts in PLURALS.items() for n in counts])
def test_russian_plural(count: int, expected: str) -> None:
    assert wording.plural(count, "ru", "клиент", "клиента", "клиентов") == expected


@pytest.mark.parametrize(
    ("column", "value", "language", "expected"),
    [
        pytest.param("allows_messages", True, "ru", "да", id="flag"),
        pytest.param("popular_category", "Товары для детей", "en", "Children's goods", id="category"),
        pytest.param("popular_category", "Сад", "en", "Сад", id="unknown-category"),
        pytest.param("promo_purchase_share", 0.5, "ru", "50\u00a0%", id="share"),
        pytest.param("revenue_current", 5051.5, "en", "5,052 revenue units", id="big-number"),
        pytest.param("marketing_contacts_6m", 3.45, "ru", "3,5 в месяц", id="small-number"),
        pytest.param("revenue_trend", -0.25, "en", "−0.2", id="negative"),
    ],
)
def test_value_text(column: str, value: object, language: Language, expected: str) -> None:
    assert wording.value_text(column, value, language) == expected


def test_label_without_unit_has_no_comma() -> None:
    assert wording.label_with_unit("service_type", "en") == "Service type"
    assert wording.label_with_unit("minutes_current", "ru") == "Время на сайте в текущем месяце, мин."
