"""Templates filled in one language, with numbers and names as its readers write them."""

from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from one_click.columns import Language, label, model_label
from one_click.presentation.wording import chance, clients, in_months, number, percent
from one_click.rules.signals import RISK_SIGNALS

from . import words

_FILTERS = (chance, clients, in_months, label, model_label, number, percent)


def render(template: str, language: Language, shown: dict[str, Any]) -> str:
    """Return a template filled with values by name, the module `words` and the risk signals.

    Raises
    ------
    jinja2.UndefinedError
        If the template asks for a value that is not there.
    """
    environment = Environment(
        loader=PackageLoader("one_click.pipelines.reporting"),
        # Markdown is read as text: nothing in it is escaped.
        autoescape=select_autoescape(("html.j2",), default=False),
        undefined=StrictUndefined,
    )
    environment.filters |= {one.__name__: partial(one, language=language) for one in _FILTERS}
    return environment.get_template(template).render(
        **shown, language=language, words=words, signals=RISK_SIGNALS
    )
