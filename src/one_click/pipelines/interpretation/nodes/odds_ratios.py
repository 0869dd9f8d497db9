"""How the odds of decline change, by the models in log-odds, when one feature moves."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.columns import BASE_FEATURES, COLUMNS, LANGUAGES, Language, label
from one_click.explain.fitted import FittedView, views_of
from one_click.explain.moves import Score, with_values
from one_click.modelling.scores import raw_features, score_scale, uncalibrated_score
from one_click.presentation.wording import number, percent, plural, value_text

Values = NDArray[np.float64]

_SAME = 1.05  # odds that change by less are told as unchanged
_ENORMOUS = 1000  # a larger change is told as larger than this
_ODDS = {
    "model": "str",
    "feature": "str",
    "from_value": "float64",
    "to_value": "float64",
    "from_level": "str",
    "to_level": "str",
    "odds_ratio": "float64",
    "odds_low": "float64",
    "odds_high": "float64",
    "sentence_ru": "str",
    "sentence_en": "str",
}


def measure_odds_ratios(train_clients: pd.DataFrame, **candidates: Any) -> pd.DataFrame:
    """Return how the odds of decline change when one raw feature moves and all others stay.

    Parameters
    ----------
    train_clients : DataFrame
        Clients who give the values to move between and the other features.
    **candidates : fitted pipelines
        Family -> pipeline; those with coefficients whose score is in log-odds give rows.

    Returns
    -------
    DataFrame, one row per model and raw feature with a coefficient other than 0, the strongest of each model
    first: model, feature, from_value, to_value, from_level, to_level, odds_ratio, odds_low, odds_high,
    sentence_ru, sentence_en
        Numbers move from the lower to the upper quartile, flags from no (0) to yes (1), categories from the
        most frequent level to that of the others with the highest odds. Values are missing for categories,
        levels for all else. The odds ratio, exp(difference of the decision function), is that of a client
        with typical values (median, most frequent) in all other features; odds_low and odds_high are the 10th
        and 90th percentile over all clients, each with his own: where products act, they differ.
    """
    rows = [
        row
        for name, view in views_of(candidates).items()
        if view.is_linear and score_scale(view.pipeline) == "log_odds"
        for row in _odds_of(name, view, train_clients)
    ]
    return pd.DataFrame(rows, columns=list(_ODDS)).astype(_ODDS)


def _odds_of(name: str, view: FittedView, clients: pd.DataFrame) -> list[dict[str, Any]]:
    features, score = raw_features(clients), partial(uncalibrated_score, view.pipeline)
    typical = _typical_client(features)
    rows = [{"model": name, **_odds_row(score, features, typical, feature)} for feature in _used(view)]
    return sorted(rows, key=lambda row: -abs(np.log(row["odds_ratio"])))


def _used(view: FittedView) -> list[str]:
    """Return the raw features that have a part in the score."""
    weighted = zip(view.terms.values(), view.coefficients, strict=True)
    used = {name for raw, weight in weighted if weight != 0 for name in raw}
    return [name for name in BASE_FEATURES if name in used]


def _typical_client(features: pd.DataFrame) -> pd.DataFrame:
    """Return one row of typical values; each is one that a client has."""
    values = {
        name: features[name].mode().iloc[0]
        if COLUMNS[name].kind == "category"
        else np.quantile(features[name], 0.5, method="inverted_cdf")
        for name in BASE_FEATURES
    }
    return with_values(features.head(1), values)


def _odds_row(score: Score, features: pd.DataFrame, typical: pd.DataFrame, feature: str) -> dict[str, Any]:
    start, end = _move(score, features[feature], typical)
    low, high = np.exp(np.quantile(_change(score, features, feature, start, end), [0.1, 0.9]))
    odds_ratio = float(np.exp(_change(score, typical, feature, start, end)[0]))
    moved = "level" if COLUMNS[feature].kind == "category" else "value"
    sentences = {
        f"sentence_{language}": _odds_sentence(feature, (start, end), (odds_ratio, low, high), language)
        for language in LANGUAGES
    }
    return {
        "feature": feature,
        f"from_{moved}": start,
        f"to_{moved}": end,
        "odds_ratio": odds_ratio,
        "odds_low": low,
        "odds_high": high,
        **sentences,
    }


def _move(score: Score, values: pd.Series, typical: pd.DataFrame) -> tuple[Any, Any]:
    """Return the values that a feature moves between; the same one twice where it has no other."""
    feature, kind = str(values.name), COLUMNS[str(values.name)].kind
    if kind == "flag":
        return values.min(), values.max()
    if kind != "category":
        start, end = np.quantile(values, [0.25, 0.75], method="inverted_cdf")
        return start, end
    usual = typical[feature].iloc[0]
    changes = {
        level: _change(score, typical, feature, usual, level)[0]
        for level in sorted(values.unique())
        if level != usual
    }
    return usual, max(changes, key=lambda level: changes[level], default=usual)


def _change(score: Score, clients: pd.DataFrame, feature: str, start: Any, end: Any) -> Values:
    """Return how much the score of each client differs between two values of a feature."""
    both = pd.concat([with_values(clients, {feature: value}) for value in (start, end)])
    before, after = score(both).reshape(2, -1)
    return np.asarray(after - before)


def _odds_sentence(
    feature: str, move: tuple[Any, Any], ratios: tuple[float, float, float], language: Language
) -> str:
    name = label(feature, language)
    if move[0] == move[1]:
        usual = value_text(feature, move[0], language)
        return {
            "ru": f"{name}: у большинства клиентов {usual}, сравнивать не с чем",
            "en": f"{name}: for most clients {usual}, there is nothing to compare it with",
        }[language]
    change, low, high = (odds_text(ratio, language) for ratio in ratios)
    odds = {"ru": "шансы снижения активности", "en": "the odds of decline are"}[language]
    main = f"{name}, {move_text(feature, *move, language)}: {odds} {change}"
    share = percent(0.8, 0, language)
    spread = {
        "ru": f" (у {share} клиентов от «{low}» до «{high}»)",
        "en": f" (for {share} of clients between {low} and {high})",
    }
    return main if low == high else main + spread[language]


def move_text(feature: str, start: Any, end: Any, language: Language) -> str:
    """Write the two values that a feature moves between.

    Examples
    --------
    >>> move_text("pages_per_visit", 5, 11, "en"), move_text("allows_messages", False, True, "ru")
    ('5 pages → 11 pages', 'нет → да')
    """
    return " → ".join(value_text(feature, value, language) for value in (start, end))


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
