"""The model card: what the champion is, what speaks for it, where it must not be trusted."""

from functools import partial
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from one_click.columns import LANGUAGES, Language, label, model_label
from one_click.presentation.wording import number, percent
from one_click.schemas.records import CampaignAssumptions, UndecidedBand

from .words import CALIBRATIONS, CARD, CARD_LIMITS, METRICS, SUSPECT_PRECISION, WRONG_LABELS


def write_model_cards(
    manifest: dict[str, Any],
    key_facts: dict[str, Any],
    model_facts: dict[str, Any],
    leaderboard: pd.DataFrame,
    campaign_assumptions: CampaignAssumptions,
    undecided_band: UndecidedBand,
    label_ceiling: pd.DataFrame,
) -> tuple[str, str]:
    """Write the model card in both languages (after Mitchell et al. 2019, "Model Cards for Model Reporting").

    Parameters
    ----------
    manifest, key_facts, model_facts : dict
        What the champion was made of, the page's facts, its figures on the test clients.
    leaderboard : DataFrame
        All models on the same folds.
    campaign_assumptions : CampaignAssumptions
    undecided_band : UndecidedBand
        What its profit figures assume, and where it does not decide.
    label_ceiling : DataFrame
        How many labels are suspect.

    Returns
    -------
    model_card_ru, model_card_en : str
        Markdown.
    """
    tables = {
        "manifest": manifest,
        "facts": key_facts,
        "model": model_facts,
        "board": leaderboard[leaderboard["refused"] == ""].to_dict("records"),
        "excluded": leaderboard[leaderboard["refused"] != ""].to_dict("records"),
        "campaign": campaign_assumptions,
        "band": undecided_band,
        "ceiling": label_ceiling.set_index("figure")["value"].to_dict(),
    }
    russian, english = (_render(language, tables) for language in LANGUAGES)
    return russian, english


def _render(language: Language, tables: dict[str, Any]) -> str:
    # Markdown, read as text: nothing is escaped.
    environment = Environment(
        loader=PackageLoader("one_click.pipelines.reporting"), autoescape=False, undefined=StrictUndefined
    )
    environment.filters |= {
        "number": partial(_number, language),
        "percent": partial(_percent, language),
    }
    models = [row["model"] for row in (*tables["board"], *tables["excluded"])]
    manifest = tables["manifest"]
    return environment.get_template("model_card.md.j2").render(
        **tables,
        text=CARD[language],
        limits=CARD_LIMITS[language],
        suspect_precision=SUSPECT_PRECISION,
        wrong_labels=WRONG_LABELS,
        features=[label(name, language) for name in manifest["data"]["features"]],
        model_names={name: model_label(name, language) for name in models},
        metric_names={name: words[language] for name, words in METRICS.items()},
        calibrations={name: words[language] for name, words in CALIBRATIONS.items()},
        champion_name=model_label(manifest["champion"]["model"], language),
    )


def _number(language: Language, value: float | None, digits: int = 0) -> str:
    return number(value, digits, language)


def _percent(language: Language, value: float | None, digits: int = 0) -> str:
    return percent(value, digits, language)
