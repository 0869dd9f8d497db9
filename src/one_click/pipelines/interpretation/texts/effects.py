"""Sentences about the shape of each feature's curve; they say what goes together, not what causes what."""

from typing import Any

import pandas as pd

from one_click.columns import COLUMNS, Language, Words, label, unit
from one_click.presentation.sentences import add_sentences
from one_click.presentation.wording import percent, stored_value_text, value_text

from ..nodes.curves import ENDS, is_number
from ..nodes.effects import sort_curves, summarise_curves

Row = dict[str, Any]

_CONCENTRATED = 0.4  # of a feature's range: a wider steepest stretch says nothing about where risk changes

_SENTENCES: dict[str, Words] = {
    "rises": {
        "ru": "Риск повышается с ростом признака {name}: с {lowest} до {highest}{mostly}",
        "en": "Risk rises with {name}: from {lowest} to {highest}{mostly}",
    },
    "falls": {
        "ru": "Риск снижается с ростом признака {name}: с {highest} до {lowest}{mostly}",
        "en": "Risk falls with {name}: from {highest} to {lowest}{mostly}",
    },
    "rises_then_falls": {
        "ru": "Риск с ростом признака {name} сначала повышается, потом снижается: {first}, {highest}, {last}",
        "en": "Risk first rises and then falls along {name}: {first}, {highest}, {last}",
    },
    "falls_then_rises": {
        "ru": "Риск с ростом признака {name} сначала снижается, потом повышается: {first}, {lowest}, {last}",
        "en": "Risk first falls and then rises along {name}: {first}, {lowest}, {last}",
    },
    "wavy": {
        "ru": "Риск с ростом признака {name} то повышается, то снижается: от {lowest} до {highest}",
        "en": "Risk goes up and down along {name}, from {lowest} to {highest}",
    },
    "differs": {
        "ru": "Риск различается по признаку {name}: от {lowest} до {highest}",
        "en": "Risk differs by {name}: from {lowest} to {highest}",
    },
    "flat": {
        "ru": "Риск почти не меняется вместе с признаком {name}: от {least} до {most}",
        "en": "Risk hardly changes with {name}: from {least} to {most}",
    },
    "same": {
        "ru": "В среднем риск почти одинаков при всех значениях признака {name}: около {most}",
        "en": "On average, risk is nearly the same at every value of {name}: about {most}",
    },
    "one_value": {
        "ru": "Как риск связан с признаком {name}, не проверить: {holders} одно значение — {value}",
        "en": "How risk goes with {name} cannot be told: {holders} have one value, {value}",
    },
}
_AT: Words = {"ru": "при", "en": "at"}
_AT_SHARE: Words = {"ru": "при доле", "en": "at a share of"}
_AT_LEVEL: Words = {"ru": "при значении", "en": "for"}
_MOSTLY: Words = {
    "ru": ", в основном между {lower} и {upper}",
    "en": ", most of it between {lower} and {upper}",
}
_SHARES: Words = {"ru": "долями ", "en": "shares of "}
_QUOTED: Words = {"ru": "«{}»", "en": "“{}”"}
_ALL_CLIENTS: Words = {"ru": "у всех клиентов", "en": "all clients"}
_MOST_CLIENTS: Words = {"ru": "не менее чем у {share} клиентов", "en": "at least {share} of clients"}


def describe_effects(effect_curves: pd.DataFrame) -> pd.DataFrame:
    """Summarise each feature's curve, see `summarise_curves`, and describe it.

    Returns
    -------
    DataFrame of `schemas.interpretation.Effects`
    """
    curves = sort_curves(effect_curves).groupby("feature")
    points = {name: curve.to_dict("records") for name, curve in curves}
    return add_sentences(
        summarise_curves(effect_curves),
        lambda row, language: _sentence(row, points[row["feature"]], language),
    )


def _sentence(row: Row, points: list[Row], language: Language) -> str:
    name = row["feature"]
    marks = {"lowest": _extreme(row, "lowest"), "highest": _extreme(row, "highest")}
    marks |= {"first": points[0], "last": points[-1]}
    least, most = (percent(row[mark], 0, language) for mark in ("lowest", "highest"))
    sentence = _SENTENCES[_template(row["shape"], len(points), least == most)][language].format(
        name=_QUOTED[language].format(label(name, language)),
        least=least,
        most=most,
        mostly=_mostly(row, points[-1]["value"] - points[0]["value"], language),
        holders=_holders(name, language),
        value=_value(name, points[0], language),
        **{mark: _point_text(name, point, language) for mark, point in marks.items()},
    )
    return sentence if sentence.endswith(".") else f"{sentence}."  # units may end with a full stop


def _extreme(row: Row, mark: str) -> Row:
    return {"probability": row[mark], "value": row[f"{mark}_value"], "level": row[f"{mark}_level"]}


def _template(shape: str, points: int, alike: bool) -> str:
    if points == 1:
        return "one_value"
    return "same" if shape == "flat" and alike else shape


def _point_text(name: str, point: Row, language: Language) -> str:
    at = _AT_LEVEL if not is_number(name) else _AT_SHARE if COLUMNS[name].kind == "share" else _AT
    return f"{percent(point['probability'], 0, language)} {at[language]} {_value(name, point, language)}"


def _value(name: str, point: Row, language: Language) -> str:
    if is_number(name):
        return value_text(name, point["value"], language)
    return _QUOTED[language].format(stored_value_text(name, point["level"], language))


def _mostly(row: Row, whole: float, language: Language) -> str:
    """Return where most of the change lies, or nothing where that is no narrow stretch."""
    start, end = row["steepest_from"], row["steepest_to"]
    if not end - start <= _CONCENTRATED * whole:  # nor is it of a curve without a stretch, which is missing
        return ""
    name = row["feature"]
    lower, upper = (value_text(name, value, language) for value in (start, end))
    if lower == upper:
        return ""
    lower = lower.removesuffix(unit(name, language, start)).strip()
    shares = _SHARES[language] if COLUMNS[name].kind == "share" else ""
    return _MOSTLY[language].format(lower=f"{shares}{lower}", upper=upper)


def _holders(name: str, language: Language) -> str:
    """Return the clients of whom all quantiles between the ends are one value."""
    if not is_number(name):
        return _ALL_CLIENTS[language]
    return _MOST_CLIENTS[language].format(share=percent(ENDS[1] - ENDS[0], 0, language))
