"""The figure of the data's quality."""

import pandas as pd
from matplotlib.figure import Figure

from one_click.columns import Language
from one_click.presentation.drawing import DECLINED, KEPT, in_both_languages, new_figure, number_ticks
from one_click.presentation.wording import number

from .texts.words import QUALITY_DETAILS, QUALITY_SUBJECTS

_COLOURS = {"repair": KEPT, "rejection": DECLINED}


@in_both_languages
def data_quality_figure(language: Language, data_quality: pd.DataFrame) -> Figure:
    """Draw repaired and rejected rows of each file by rule, in Russian and in English."""
    rules = data_quality[data_quality["subject"].isin(list(_COLOURS))].iloc[::-1]
    figure = new_figure(9, 1.6 + 0.34 * len(rules), _title(language, data_quality))
    axes = figure.subplots()
    for subject, colour in _COLOURS.items():
        rows = rules["subject"] == subject
        places = [place for place, here in enumerate(rows) if here]
        bars = axes.barh(
            places, rules.loc[rows, "count"], color=colour, label=QUALITY_SUBJECTS[subject][language]
        )
        axes.bar_label(bars, [number(count, 0, language) for count in rules.loc[rows, "count"]], padding=3)
    axes.set_yticks(range(len(rules)), [_rule(language, row.table, row.detail) for row in rules.itertuples()])
    axes.set_xscale("log")
    axes.set_xlim(0.7, max([1.0, *rules["count"]]) * 4)
    axes.set_xlabel({"ru": "Строк (шаг шкалы в десять раз)", "en": "Rows (each step is ten times)"}[language])
    number_ticks(axes.xaxis, 0, language)
    if len(rules):
        figure.legend(loc="outside lower center", ncols=2)
    return figure


def _rule(language: Language, table: str, detail: str) -> str:
    return f"{table}: {QUALITY_DETAILS.get(detail, {}).get(language, detail)}"


def _title(language: Language, data_quality: pd.DataFrame) -> str:
    counts = data_quality.groupby("subject")["count"].sum()
    came, out = (int(counts.get(name, 0)) for name in ("rows_in", "rows_out"))
    repaired = number(int(counts.get("repair", 0)), 0, language)
    left, all_rows = number(came - out, 0, language), number(came, 0, language)
    return {
        "ru": f"Строк на входе: {all_rows}; исправлено: {repaired}; исключено: {left}",
        "en": f"Rows in: {all_rows}; mended: {repaired}; left out: {left}",
    }[language]
