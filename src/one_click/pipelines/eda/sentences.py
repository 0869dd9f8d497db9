"""Sentences of the portrait, each made from its row."""

from typing import Any

from one_click.columns import COLUMNS, Language, label, translate
from one_click.wording import number, percent, value_text


def portrait_sentence(row: dict[str, Any], language: Language) -> str:
    """Return what a row of `class_portrait` says, with its effect and n.

    Parameters
    ----------
    row : dict
        A row of the portrait without sentences.
    language : {"ru", "en"}
    """
    sizes = f"n = {number(row['n_declined'], 0, language)} + {number(row['n_kept'], 0, language)}"
    name = label(row["feature"], language)
    if row["note"]:
        return f"{name}: {_NOTES[row['note']][language]} ({sizes})."
    if row["direction"] == "none":
        nothing = (
            "различий между классами не видно"
            if language == "ru"
            else "no difference between the classes is seen"
        )
        return f"{name}: {nothing} ({sizes})."
    describe = _category if COLUMNS[row["feature"]].kind == "category" else _number
    return f"{name}: {describe(row, language)}; {_effect(row, language)}; {sizes})."


_NOTES: dict[str, dict[Language, str]] = {
    "constant": {"ru": "у всех клиентов одно значение", "en": "all clients have the same value"},
    "all_missing": {"ru": "значений нет", "en": "there are no values"},
}


def _number(row: dict[str, Any], language: Language) -> str:
    higher = row["direction"] == "higher"
    own, others = (_typical(row, side, language) for side in ("declined", "kept"))
    if language == "ru":
        word = "выше" if higher else "ниже"
        return (
            f"у снизивших активность {word} — {own} против {others} у остальных ({_statistic(row, language)}"
        )
    word = "higher" if higher else "lower"
    return f"{word} for clients whose activity declined, {own} against {others} ({_statistic(row, language)}"


def _typical(row: dict[str, Any], side: str, language: Language) -> str:
    name, value = row["feature"], row[f"typical_{side}"]
    if COLUMNS[name].kind == "flag" or row["statistic"] == "share":
        return percent(float(value), 0, language)
    if COLUMNS[name].kind == "share" and row["statistic"] == "mean":
        return percent(float(value), 1, language)
    if abs(float(value)) < 1 and COLUMNS[name].kind == "number":
        return number(float(value), 3, language)
    return value_text(name, round(float(value), 2), language)


def _statistic(row: dict[str, Any], language: Language) -> str:
    words: dict[str, dict[Language, str]] = {
        "median": {"ru": "медианы", "en": "medians"},
        "mean": {"ru": "средние", "en": "means"},
        "share": {"ru": "доли", "en": "shares"},
    }
    return words[row["statistic"]][language]


def _category(row: dict[str, Any], language: Language) -> str:
    value = translate(row["level"], language)
    own, others = (percent(float(row[f"typical_{side}"]), 0, language) for side in ("declined", "kept"))
    ratio = number(row["risk_ratio"], 2, language)
    if language == "ru":
        return f"«{value}» — у {own} снизивших активность и у {others} остальных (риск в этой группе ×{ratio}"
    return f"“{value}” for {own} of clients whose activity declined and {others} of the others (risk ×{ratio}"


def _effect(row: dict[str, Any], language: Language) -> str:
    symbol = "V" if COLUMNS[row["feature"]].kind == "category" else "δ"
    size, low, high = (number(row[column], 2, language) for column in ("effect", "low", "high"))
    return f"{symbol} = {size}, " + (f"от {low} до {high}" if language == "ru" else f"{low} to {high}")
