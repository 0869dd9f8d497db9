"""Figures of the likeness of a synthetic store to an extract."""

import pandas as pd
from matplotlib.figure import Figure

from one_click.columns import TARGET, Language, Words, label
from one_click.presentation.drawing import (
    DECLINED,
    KEPT,
    NEUTRAL,
    in_both_languages,
    new_figure,
    number_ticks,
)
from one_click.presentation.wording import number

_WORDS: dict[str, Words] = {
    "distance": {
        "ru": "Наибольшее расхождение функций распределения",
        "en": "Largest gap between cumulative distributions",
    },
    "chance": {"ru": "случайность, 95 %", "en": "chance, 95 %"},
    "extract": {"ru": "Корреляция в выгрузке", "en": "Correlation in the extract"},
    "store": {"ru": "Корреляция в магазине", "en": "Correlation in the store"},
    "all": {"ru": "все клиенты", "en": "all clients"},
    "declined": {"ru": "снизившиеся", "en": "declined"},
    "kept": {"ru": "прежний уровень", "en": "kept their level"},
}
_CLASS_COLOURS = {"all": NEUTRAL, "declined": DECLINED, "kept": KEPT}


@in_both_languages
def demo_marginals_figure(language: Language, marginals: pd.DataFrame) -> Figure:
    """Draw the distance of every feature between extract and store, in Russian and in English."""
    beyond = int((marginals["distance"] > marginals["chance"]).sum())
    title = {
        "ru": f"Распределения: {beyond} из {len(marginals)} расхождений больше случайных",
        "en": f"Distributions: {beyond} of {len(marginals)} gaps are wider than chance",
    }[language]
    figure = new_figure(10, 8, title)
    axes = figure.subplots()
    order = marginals.groupby("feature")["distance"].max().sort_values().index
    for shift, (name, colour) in zip((0.25, 0.0, -0.25), _CLASS_COLOURS.items(), strict=True):
        rows = marginals[marginals["clients"] == name].set_index("feature").loc[order]
        places = [place + shift for place in range(len(order))]
        axes.barh(places, rows["distance"], height=0.22, color=colour, label=_WORDS[name][language])
        axes.plot(
            rows["chance"], places, linestyle="none", marker="|", markersize=9, color="black",
            label=_WORDS["chance"][language] if name == "kept" else None,
        )  # fmt: skip
    axes.set_yticks(range(len(order)), [label(name, language) for name in order])
    axes.set_xlabel(_WORDS["distance"][language])
    number_ticks(axes.xaxis, 2, language)
    figure.legend(loc="outside lower center", ncols=4)
    return figure


@in_both_languages
def demo_correlations_figure(language: Language, correlations: pd.DataFrame) -> Figure:
    """Draw the correlation of every pair, store against extract, in Russian and in English."""
    widest = correlations.iloc[0]
    pair = f"{label(widest['first'], language)} × {label(widest['second'], language)}"
    gap = number(abs(widest["difference"]), 2, language)
    mean = number(correlations["difference"].abs().mean(), 3, language)
    title = {
        "ru": f"Корреляции {len(correlations)} пар: расхождение в среднем {mean}, наибольшее {gap} ({pair})",
        "en": f"Correlations of {len(correlations)} pairs: {mean} apart on average, {gap} at most ({pair})",
    }[language]
    figure = new_figure(8, 8, title)
    axes = figure.subplots()
    axes.axline((0, 0), slope=1, color=NEUTRAL, linewidth=0.8)
    with_target = correlations["second"] == TARGET
    for rows, colour, name in (
        (correlations[~with_target], KEPT, {"ru": "два признака", "en": "two features"}),
        (correlations[with_target], DECLINED, {"ru": "признак и снижение", "en": "a feature and decline"}),
    ):
        axes.scatter(rows["extract"], rows["store"], color=colour, s=18, label=name[language])
    axes.set_xlabel(_WORDS["extract"][language])
    axes.set_ylabel(_WORDS["store"][language])
    axes.set_aspect("equal")
    for axis in (axes.xaxis, axes.yaxis):
        number_ticks(axis, 1, language)
    axes.legend(loc="upper left")
    return figure
