"""Sentences about the clients on whom the families of models disagree."""

from typing import Any

import pandas as pd

from one_click.columns import Language, Words, label, model_label
from one_click.parameters import Interpretation
from one_click.presentation.sentences import add_sentences
from one_click.presentation.wording import chance, percent, stored_value_text

from ..nodes.disputes import find_disputes

_DISPUTE: Words = {
    "ru": "{high}: {p_high}, {low}: {p_low}. Больше всего разницы даёт признак «{name}» ({value}): его доля "
    "в объяснении {w_high} и {w_low}.",
    "en": "{high}: {p_high}, {low}: {p_low}. What parts them most is “{name}” ({value}): its share of the "
    "explanation is {w_high} and {w_low}.",
}


def describe_disputes(
    features: pd.DataFrame,
    all_fold_scores: pd.DataFrame,
    calibrations: pd.DataFrame,
    explanation_background: pd.DataFrame,
    options: Interpretation,
    **candidates: Any,
) -> pd.DataFrame:
    """Find the clients on whom the families disagree most, see `find_disputes`, and describe each dispute.

    Returns
    -------
    DataFrame of `schemas.interpretation.DisputedClients`
    """
    tables = (features, all_fold_scores, calibrations, explanation_background)
    return add_sentences(find_disputes(*tables, options, **candidates), _sentence)


def _sentence(row: dict[str, Any], language: Language) -> str:
    return _DISPUTE[language].format(
        high=model_label(row["highest"], language),
        low=model_label(row["lowest"], language),
        p_high=chance(row[row["highest"]], language),
        p_low=chance(row[row["lowest"]], language),
        name=label(row["feature"], language),
        value=stored_value_text(row["feature"], row["value"], language),
        w_high=_signed(row["weight_highest"], language),
        w_low=_signed(row["weight_lowest"], language),
    )


def _signed(share: float, language: Language) -> str:
    text = percent(share, 0, language)
    return text if share <= 0 or text == percent(0, 0, language) else f"+{text}"
