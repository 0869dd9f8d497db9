"""The page: tables and figures put into a template, in one language at a time."""

import base64
from functools import partial
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from one_click.columns import LANGUAGES, Language, model_label
from one_click.wording import chance, clients, in_months, number, percent

from .texts import CHANNELS, METRICS, QUALITY_DETAILS, QUALITY_SUBJECTS, TEXTS

FIGURES = (
    "class_portrait",
    "permutation_importance",
    "shap_importance",
    "segments",
    "segment_profit",
    "leaderboard",
    "gains",
    "reliability",
    "profit",
    "thresholds",
    "data_quality",
)
_PORTRAIT_LINES = 8


def render_reports(
    key_facts: dict[str, Any],
    class_portrait: pd.DataFrame,
    segment_profiles: pd.DataFrame,
    offer_summary: pd.DataFrame,
    top_clients: pd.DataFrame,
    model_facts: dict[str, Any],
    data_quality: pd.DataFrame,
    audit: pd.DataFrame,
    **figures: bytes,
) -> tuple[str, str]:
    """Make the page in both languages.

    Parameters
    ----------
    key_facts : dict
        What the page says first.
    class_portrait, segment_profiles, offer_summary, top_clients : DataFrame
        What its tables and lists show.
    model_facts : dict
        How good the champion is.
    data_quality, audit : DataFrame
        How good the data are.
    **figures : bytes
        PNG images by ``<figure>_ru`` and ``<figure>_en``.

    Returns
    -------
    report_ru, report_en : str
        HTML that needs no other file.
    """
    tables = {
        "facts": key_facts,
        "portrait": class_portrait.head(_PORTRAIT_LINES).to_dict("records"),
        "segments": segment_profiles.to_dict("records"),
        "offers": offer_summary.to_dict("records"),
        "top_clients": top_clients.to_dict("records"),
        "model": model_facts,
        "quality": data_quality.to_dict("records"),
        "audit": audit[audit["level"] != "note"].to_dict("records"),
    }
    russian, english = (_render(language, tables, figures) for language in LANGUAGES)
    return russian, english


def _render(language: Language, tables: dict[str, Any], figures: dict[str, bytes]) -> str:
    environment = Environment(
        loader=PackageLoader("one_click.pipelines.reporting"), autoescape=True, undefined=StrictUndefined
    )
    environment.filters |= {
        "number": partial(_number, language),
        "percent": partial(_percent, language),
        "chance": partial(_chance, language),
        "clients": partial(_clients, language),
    }
    images = {name: base64.b64encode(figures[f"{name}_{language}"]).decode() for name in FIGURES}
    facts = tables["facts"]
    return environment.get_template("report.html.j2").render(
        **tables,
        language=language,
        text=TEXTS[language],
        months=in_months(facts["horizon_months"], language),
        images=images,
        metric_names={name: words[language] for name, words in METRICS.items()},
        channels={name: words[language] for name, words in CHANNELS.items()},
        subjects={name: words[language] for name, words in QUALITY_SUBJECTS.items()},
        details={name: words[language] for name, words in QUALITY_DETAILS.items()},
        champion_name=model_label(tables["model"]["champion"], language),
    )


def _number(language: Language, value: float, digits: int = 0) -> str:
    return number(value, digits, language)


def _percent(language: Language, value: float, digits: int = 0) -> str:
    return percent(value, digits, language)


def _chance(language: Language, probability: float) -> str:
    return chance(probability, language)


def _clients(language: Language, count: int) -> str:
    return clients(count, language)
