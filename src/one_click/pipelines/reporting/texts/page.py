"""The page: tables and figures put into a template, in one language at a time."""

from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from one_click.columns import LANGUAGES, Language, model_label
from one_click.presentation.wording import chance, clients, in_months, number, percent
from one_click.rules.signals import RISK_SIGNALS

from .words import CHANNELS, METRICS, PLACES, QUALITY_DETAILS, QUALITY_SUBJECTS, TEXTS

FIGURES = (
    "class_portrait",
    "permutation_importance",
    "shap_importance",
    "beeswarm",
    "effect_curves",
    "segments",
    "segment_profit",
    "budget_curve",
    "plan_comparison",
    "leaderboard",
    "gains",
    "reliability",
    "profit",
    "thresholds",
    "data_quality",
)
_PORTRAIT_LINES = 8


def render_reports(**exhibits: dict[str, Any]) -> tuple[str, str]:
    """Render the page in Russian and in English.

    Parameters
    ----------
    **exhibits : dict
        What each pipeline shows: facts, tables as lists of rows, and PNG images as base64 text.

    Returns
    -------
    report_ru, report_en : str
        HTML that needs no other file.
    """
    shown = {name: exhibit for part in exhibits.values() for name, exhibit in part.items()}
    russian, english = (_render(language, shown) for language in LANGUAGES)
    return russian, english


def _render(language: Language, tables: dict[str, Any]) -> str:
    environment = Environment(
        loader=PackageLoader("one_click.pipelines.reporting"), autoescape=True, undefined=StrictUndefined
    )
    environment.filters |= {
        "number": partial(_number, language),
        "percent": partial(_percent, language),
        "chance": partial(_chance, language),
        "clients": partial(_clients, language),
    }
    images = {name: tables[f"{name}_figure_{language}"] for name in FIGURES}
    facts = tables["key_facts"]
    return environment.get_template("report.html.j2").render(
        facts=facts,
        model=tables["model_facts"],
        why=tables["explanation_facts"],
        campaign=tables["plan_facts"],
        signals=tables["signal_quality"],
        signal_names={code: signal.title(language) for code, signal in RISK_SIGNALS.items()},
        portrait=tables["class_portrait"][:_PORTRAIT_LINES],
        segments=tables["segment_profiles"],
        offers=tables["offer_summary"],
        places=tables["action_summary"],
        place_names={name: words[language] for name, words in PLACES.items()},
        idle_rules=tables["idle_rules"],
        top_clients=tables["top_clients"],
        quality=tables["data_quality"],
        audit=[row for row in tables["audit"] if row["level"] != "note"],
        language=language,
        text=TEXTS[language],
        months=in_months(facts["horizon_months"], language),
        lost=tell_share_lost(facts["profit_lost_share"], language),
        images=images,
        metric_names={name: words[language] for name, words in METRICS.items()},
        channels={name: words[language] for name, words in CHANNELS.items()},
        subjects={name: words[language] for name, words in QUALITY_SUBJECTS.items()},
        details={name: words[language] for name, words in QUALITY_DETAILS.items()},
        champion_name=model_label(tables["model_facts"]["champion"], language),
    )


def tell_share_lost(share: float, language: Language) -> str:
    """Return in words what share of their profit declining clients are taken to carry away."""
    if share == 1:
        return TEXTS[language]["all_lost"]
    return TEXTS[language]["share_lost"].format(share=percent(share, 0, language))


def _number(language: Language, value: float | None, digits: int = 0) -> str:
    return number(value, digits, language)


def _percent(language: Language, value: float | None, digits: int = 0) -> str:
    return percent(value, digits, language)


def _chance(language: Language, probability: float | None) -> str:
    return chance(probability, language)


def _clients(language: Language, count: int) -> str:
    return clients(count, language)
