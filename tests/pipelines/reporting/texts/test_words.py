"""Whatever form a file has and whatever is repaired in it has a name for readers; no word is left unused."""

import re
from pathlib import Path
from string import Formatter

import pytest

from one_click.columns import LANGUAGES, Language
from one_click.datasets.dialects import Dialect
from one_click.pipelines.reporting.texts.words import CARD, QUALITY_DETAILS, TEXTS

ENCODINGS = re.findall("``(.+?)``", str(Dialect.__doc__))
REPAIRS = ("byte_a0_restored", "byte_98_restored", "byte_9a_restored", "surplus_in_rows", "surplus_in_header")
COMPOSED = ("rule_", "criterion_")  # words whose names end with a fact
Words = dict[Language, dict[str, str]]


@pytest.mark.parametrize("detail", [*ENCODINGS, *REPAIRS, "bars", "accents_joined"])
def test_every_form_and_repair_has_a_name(detail: str) -> None:
    assert len(ENCODINGS) == 15
    assert all(QUALITY_DETAILS[detail][language] for language in LANGUAGES)


@pytest.mark.parametrize(
    ("words", "template"),
    [pytest.param(TEXTS, "report.html.j2", id="page"), pytest.param(CARD, "model_card.md.j2", id="card")],
)
def test_template_asks_for_every_word_and_both_languages_have_it(
    root: Path, words: Words, template: str
) -> None:
    text = (root / "src/one_click/pipelines/reporting/templates" / template).read_text(encoding="utf-8")
    asked = set(re.findall(r"\btext\.(\w+)", text))
    assert asked == {name for name in words["en"] if not name.startswith(COMPOSED)}
    facts = [
        {name: {part[1] for part in Formatter().parse(word)} for name, word in words[language].items()}
        for language in LANGUAGES
    ]
    assert facts[0] == facts[1]
