"""Sentences of `odds_ratios`."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from one_click.columns import COLUMNS, LANGUAGES, Language, label
from one_click.presentation.sentences import add_sentences
from one_click.presentation.wording import number, percent, plural, value_text

from ..nodes.odds_ratios import measure_odds_ratios

_SAME = 1.05  # odds that change by less are told as unchanged
_ENORMOUS = 1000  # a larger change is told as larger than this


def describe_odds_ratios(train_clients: pd.DataFrame, **candidates: Any) -> pd.DataFrame:
    """Return the odds ratios with a sentence in each language.

    Parameters
    ----------
    train_clients, **candidates
        See `measure_odds_ratios`.

    Returns
    -------
    DataFrame of `schemas.interpretation.OddsRatios`
    """
    table = add_sentences(measure_odds_ratios(train_clients, **candidates), tell_odds_ratio)
    return table.astype({f"sentence_{language}": "str" for language in LANGUAGES})  # without rows, too


def tell_odds_ratio(row: Mapping[str, Any], language: Language) -> str:
    """Write a row of `odds_ratios`: the move, the change of the odds and its spread over the clients."""
    feature, (start, end) = row["feature"], _move(row)
    name = label(feature, language)
    if start == end:
        usual = value_text(feature, start, language)
        return {
            "ru": f"{name}: у большинства клиентов {usual}, сравнивать не с чем",
            "en": f"{name}: for most clients {usual}, there is nothing to compare it with",
        }[language]
    change, low, high = (odds_text(row[ratio], language) for ratio in ("odds_ratio", "odds_low", "odds_high"))
    odds = {"ru": "шансы снижения активности", "en": "the odds of decline are"}[language]
    main = f"{name}, {move_text(row, language)}: {odds} {change}"
    share = percent(0.8, 0, language)
    spread = {
        "ru": f" (у {share} клиентов от «{low}» до «{high}»)",
        "en": f" (for {share} of clients between {low} and {high})",
    }
    return main if low == high else main + spread[language]


def move_text(row: Mapping[str, Any], language: Language) -> str:
    """Write the two values between which the feature of a row of `odds_ratios` moves.

    Examples
    --------
    >>> move_text({"feature": "pages_per_visit", "from_value": 5.0, "to_value": 11.0}, "en")
    '5 pages → 11 pages'
    >>> move_text({"feature": "service_type", "from_level": "стандарт", "to_level": "премиум"}, "en")
    'standard → premium'
    """
    return " → ".join(value_text(row["feature"], value, language) for value in _move(row))


def _move(row: Mapping[str, Any]) -> tuple[Any, Any]:
    kind = "level" if COLUMNS[row["feature"]].kind == "category" else "value"
    return row[f"from_{kind}"], row[f"to_{kind}"]


def odds_text(ratio: float, language: Language) -> str:
    """Write how odds change by a ratio.

    Examples
    --------
    >>> odds_text(4.5, "ru"), odds_text(1 / 21, "ru"), odds_text(22, "ru"), odds_text(0.4, "en")
    ('в 4,5 раза выше', 'в 21 раз ниже', 'в 22 раза выше', '2.5-fold lower')
    >>> odds_text(1.01, "ru"), odds_text(1e9, "en")
    ('почти те же', 'more than 1,000-fold higher')
    """
    times = ratio if ratio >= 1 else 1 / max(ratio, np.finfo(float).tiny)
    if times < _SAME:
        return {"ru": "почти те же", "en": "almost the same"}[language]
    shown = min(times, _ENORMOUS)
    digits = 1 if times < 9.95 else 0
    size = number(shown, digits, language)
    if language == "en":
        return f"{'more than ' if times > shown else ''}{size}-fold {'higher' if ratio > 1 else 'lower'}"
    form = "раза" if digits else plural(round(shown), language, "раз", "раза", "раз")
    return f"{'более чем ' if times > shown else ''}в {size} {form} {'выше' if ratio > 1 else 'ниже'}"
