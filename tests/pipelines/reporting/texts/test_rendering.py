import pytest
from jinja2 import UndefinedError

from one_click.pipelines.reporting.texts.rendering import render


@pytest.mark.parametrize("template", ["report.html.j2", "model_card.md.j2"])
def test_template_that_asks_for_what_is_not_there_fails(template: str) -> None:
    with pytest.raises(UndefinedError):
        render(template, "en", {})
