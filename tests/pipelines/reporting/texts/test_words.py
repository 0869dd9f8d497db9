"""Whatever form a file has and whatever is mended in it has a name for readers."""

import re

import pytest

from one_click.columns import LANGUAGES
from one_click.datasets.dialects import Dialect
from one_click.pipelines.reporting.texts.words import QUALITY_DETAILS

ENCODINGS = re.findall("``(.+?)``", str(Dialect.__doc__))
MENDS = ("byte_a0_restored", "byte_98_restored", "byte_9a_restored", "surplus_in_rows", "surplus_in_header")


@pytest.mark.parametrize("detail", [*ENCODINGS, *MENDS, "bars", "accents_joined"])
def test_every_form_and_mend_has_a_name(detail: str) -> None:
    assert len(ENCODINGS) == 15
    assert all(QUALITY_DETAILS[detail][language] for language in LANGUAGES)
