"""Every finding is told in both languages, with its figures."""

from collections.abc import Callable
from typing import Any

import pytest

from one_click.columns import LANGUAGES, Language
from one_click.parameters import DataProcessing
from one_click.pipelines.data_processing.texts import TEXTS, meaning_and_action

LEAK: dict[str, Any] = {"finding": "order_leak", "level": "warning", "subject": "row_order"}
LEAK |= {"strength": 0.9821, "low": 0.9772, "high": 0.9869, "clients": 1300}


@pytest.mark.parametrize("key", TEXTS, ids="-".join)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_has_a_sentence(key: tuple[str, str], language: Language) -> None:
    finding = LEAK | {"finding": key[0], "level": key[1], "subject": "pages_per_visit"}
    meaning, action = meaning_and_action(finding, language)
    assert meaning.endswith(".")
    assert "{" not in meaning
    assert bool(action) == (key[1] != "note" or key[0] in ("unlabelled", "label_timing"))


@pytest.mark.parametrize(
    ("language", "figures"), [("ru", "0,982 (0,977–0,987)"), ("en", "0.982 (0.977–0.987)")]
)
def test_strength_is_told_with_its_interval(language: Language, figures: str) -> None:
    assert figures in meaning_and_action(LEAK, language)[0]


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        pytest.param("client_id", "The client number", id="number"),
        pytest.param("row_order", "The order of rows", id="rows"),
        pytest.param("pages_per_visit", "Pages per visit", id="feature"),
        pytest.param("2026-10/market_file.csv", "2026-10/market_file.csv", id="file"),
    ],
)
def test_subjects_are_named_in_words(subject: str, words: str) -> None:
    assert words in meaning_and_action(LEAK | {"subject": subject}, "en")[0]


def test_clients_are_counted_without_decimals() -> None:
    few = LEAK | {"finding": "enough_clients", "strength": 1234.0, "low": float("nan")}
    assert "1,234." in meaning_and_action(few, "en")[0]
    assert "1\u00a0234." in meaning_and_action(few, "ru")[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_twins_are_all_clients_that_equal_another(language: Language) -> None:
    # Three pairs: three clients more than different ones, six that equal another.
    pairs = LEAK | {"finding": "twins", "strength": 3.0, "clients": 6}
    assert ": 6." in meaning_and_action(pairs, language)[0]


def test_audit_tells_the_meaning_of_each_row(
    tables: Callable[[int], dict[str, Any]], process: Callable[..., dict[str, Any]], options: DataProcessing
) -> None:
    audit = process(tables(16))["audit"]
    assert len(audit) > 5
    for row in audit.to_dict(orient="records"):
        for language in LANGUAGES:
            told = (row[f"meaning_{language}"], row[f"action_{language}"])
            assert told == meaning_and_action(row, language)
