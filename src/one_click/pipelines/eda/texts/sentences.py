"""Sentences that stored tables carry, each made from its row."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from one_click.columns import COLUMNS, Language, Words, label, translate, unit
from one_click.parameters import Eda
from one_click.presentation.sentences import add_sentences, add_words
from one_click.presentation.wording import number, percent

from ..nodes import associations
from ..nodes.portrait import (
    CONSTANT,
    INCOMPARABLE,
    NO_VALUES,
    TOO_FEW_VALUES,
    TOO_MANY_VALUES,
    compare_classes,
)

_NO_BREAK = "\u00a0"
_MOST_DIGITS = 5


def portray_classes(labelled_clients: pd.DataFrame, options: Eda) -> pd.DataFrame:
    """Compare the declined clients with the others in every feature, and say it in both languages.

    Returns
    -------
    DataFrame of `schemas.eda.ClassPortrait`
    """
    return add_sentences(compare_classes(labelled_clients, options), portrait_sentence)


def describe_collinearity(
    sampled_clients: pd.DataFrame, correlations: pd.DataFrame, options: Eda
) -> pd.DataFrame:
    """Measure collinearity, and say in both languages what is done about each feature.

    Returns
    -------
    DataFrame of `schemas.eda.Collinearity`
    """
    table = associations.measure_collinearity(sampled_clients, correlations, options)
    return add_words(table, "treatment", _TREATMENTS).drop(columns="treatment")


_TREATMENTS: dict[str, Words] = {
    associations.CONSTANT: {
        "ru": "не различает клиентов: ни одна модель её не использует",
        "en": "tells no clients apart: no model uses it",
    },
    associations.REDUNDANT: {
        "ru": "остаётся: между похожими признаками выбирают отбор столбцов и регуляризация",
        "en": "kept: the selection of columns and the regularisation choose between like features",
    },
    associations.PLAIN: {"ru": "остаётся", "en": "kept"},
}


def portrait_sentence(row: dict[str, Any], language: Language) -> str:
    """Return a row of `class_portrait` as a sentence with effect, interval and class sizes.

    Parameters
    ----------
    row : dict
        A row of the portrait without sentences.
    language : {"ru", "en"}
    """
    sizes = class_sizes(row, language)
    name = label(row["feature"], language)
    if row["note"] in INCOMPARABLE:
        return f"{name}: {_HINDRANCES[row['note']][language]} ({sizes})."
    if row["direction"] == "none":
        return f"{name}: {_NOTHING[language]} ({sizes})."
    describe = {"category": _category, "flag": _flag}.get(row["kind"], _number)
    return f"{name}: {describe(row, language)}; {_effect(row, language)}; {sizes})."


def class_sizes(row: dict[str, Any], language: Language) -> str:
    """Write the class sizes, the declined first."""
    sizes = (number(row[f"n_{side}"], 0, language) for side in ("declined", "kept"))
    return f"n = {' + '.join(sizes)}".replace(" ", _NO_BREAK)


def direction_word(row: dict[str, Any], language: Language) -> str:
    """Return the direction of the difference in the word for the kind of the column."""
    words = _OFTEN if row["kind"] in ("flag", "category") else _HIGHER
    return words[row["direction"]][language]


_NOTHING: Words = {
    "ru": "различий между классами не видно",
    "en": "no difference between the classes is seen",
}
_HINDRANCES: dict[str, Words] = {
    CONSTANT: {"ru": "у всех клиентов одно значение", "en": "all clients have the same value"},
    NO_VALUES: {"ru": "значений нет", "en": "there are no values"},
    TOO_FEW_VALUES: {
        "ru": "значений слишком мало, чтобы сравнить классы",
        "en": "too few values to compare the classes",
    },
    TOO_MANY_VALUES: {
        "ru": "значений почти столько же, сколько клиентов, сравнить классы нельзя",
        "en": "nearly as many values as clients, so the classes cannot be compared",
    },
}
_HIGHER: dict[str, Words] = {
    "higher": {"ru": "выше", "en": "higher"},
    "lower": {"ru": "ниже", "en": "lower"},
}
_OFTEN: dict[str, Words] = {
    "higher": {"ru": "чаще", "en": "more often"},
    "lower": {"ru": "реже", "en": "less often"},
}
_STATISTICS: dict[str, Words] = {
    "median": {"ru": "медианы", "en": "medians"},
    "mean": {"ru": "средние", "en": "means"},
}


def _number(row: dict[str, Any], language: Language) -> str:
    word, statistic = direction_word(row, language), _STATISTICS[row["statistic"]][language]
    own, others = _typical(row, language)
    agrees = (row["typical_declined"] - row["typical_kept"]) * row["effect"] > 0
    sentence = (_SHIFTED if agrees else _SHIFTED_OTHERWISE)[language]
    return sentence.format(word=word, statistic=statistic, own=own, others=others)


_SHIFTED: Words = {
    "ru": "у снизивших активность {word} — {own} против {others} у остальных ({statistic}",
    "en": "{word} for clients whose activity declined, {own} against {others} ({statistic}",
}
# A shift of the whole distribution that its typical values hide.
_SHIFTED_OTHERWISE: Words = {
    "ru": "у снизивших активность чаще {word}, хотя типичное значение {own} против {others} ({statistic}",
    "en": "mostly {word} for clients who declined, yet typically {own} against {others} ({statistic}",
}


def _typical(row: dict[str, Any], language: Language) -> tuple[str, str]:
    """Return the typical values of both classes, with as many decimals as make them differ."""
    values = float(row["typical_declined"]), float(row["typical_kept"])
    if COLUMNS[row["feature"]].kind == "share":
        return _shares(row, language)
    small, large = sorted(map(abs, values))
    whole = large >= 100 or all(value == round(value) for value in values)
    digits = 0 if whole else 1 if small >= 1 else 2
    return _with_enough_digits(
        values,
        digits,
        lambda value, digits: (
            f"{number(value, digits, language)} "
            f"{unit(row['feature'], language, round(value, digits))}".strip()
        ),
    )


def _with_enough_digits(
    values: tuple[float, float], digits: int, write: Callable[[float, int], str]
) -> tuple[str, str]:
    for more in range(digits, _MOST_DIGITS):
        own, others = (write(value, more) for value in values)
        if own != others:
            break
    return own, others


def _flag(row: dict[str, Any], language: Language) -> str:
    word = direction_word(row, language)
    own, others = _shares(row, language)
    if language == "ru":
        return f"у снизивших активность встречается {word} — у {own} против {others} у остальных (доли"
    return f"seen {word} in clients whose activity declined, {own} against {others} (shares"


def _shares(row: dict[str, Any], language: Language) -> tuple[str, str]:
    values = float(row["typical_declined"]), float(row["typical_kept"])
    return _with_enough_digits(values, 0, lambda value, digits: percent(value, digits, language))


def _category(row: dict[str, Any], language: Language) -> str:
    if not row["stands_out"]:
        return _NO_SINGLE_VALUE[language]
    value, word = translate(row["level"], language), direction_word(row, language)
    own, others = _shares(row, language)
    risk = _risk(row, language)
    if language == "ru":
        seen = f"«{value}» у снизивших активность встречается {word}"
        return f"{seen} — у {own} против {others} у остальных ({risk}"
    return f"“{value}” seen {word} in clients whose activity declined, {own} against {others} ({risk}"


_NO_SINGLE_VALUE: Words = {
    "ru": "доли значений в классах различаются, но ни одно не выделяется (вся таблица",
    "en": "the shares of values differ between the classes, yet no value stands out (the whole table",
}


def _risk(row: dict[str, Any], language: Language) -> str:
    """Return the risk ratio with its interval in words."""
    ratio, ends = row["risk_ratio"], [row["risk_low"], row["risk_high"]]
    if ratio in (0, float("inf")):
        return _EXTREME_RISKS[ratio][language]
    if language == "en":
        low, high = (number(end, 2, "en") for end in ends)
        return f"{number(ratio, 2, 'en')} times the risk of all others, {low} to {high}"
    higher = ratio > 1
    low, high = (number(end, 2, "ru") for end in (ends if higher else [1 / end for end in reversed(ends)]))
    factor, word = (ratio, "выше") if higher else (1 / ratio, "ниже")
    return f"риск снижения в {number(factor, 2, 'ru')} раза {word}, чем у прочих, от {low} до {high}"


_EXTREME_RISKS: dict[float, Words] = {
    0: {"ru": "из этих клиентов никто не снизил активность", "en": "none of these clients declined"},
    float("inf"): {"ru": "активность снизили только эти клиенты", "en": "nobody else declined"},
}


def _effect(row: dict[str, Any], language: Language) -> str:
    symbol = "V" if row["kind"] == "category" else "δ"
    size, low, high = (number(row[column], 2, language) for column in ("effect", "low", "high"))
    return f"{symbol} = {size}, " + (f"от {low} до {high}" if language == "ru" else f"{low} to {high}")
