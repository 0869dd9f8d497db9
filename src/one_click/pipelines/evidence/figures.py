"""Figures of `evidence`, drawn from tables."""

import pandas as pd
from matplotlib.figure import Figure

from one_click.columns import Language, label, model_label
from one_click.parameters import RULES
from one_click.presentation.drawing import (
    DECLINED,
    KEPT,
    NEUTRAL,
    in_both_languages,
    new_figure,
    number_ticks,
)

from . import texts
from .texts import WORDS


@in_both_languages
def nested_summary_figure(language: Language, nested_summary: pd.DataFrame) -> Figure:
    """Draw the nested ROC-AUC of all models and rules with intervals, in Russian and in English."""
    areas = nested_summary[(nested_summary["metric"] == "roc_auc") & (nested_summary["model"] != "dummy")]
    shown = areas.sort_values(["value", "model"])
    best = areas[areas["model"] == "best"].iloc[0]
    figure = new_figure(8, 1.2 + 0.4 * len(shown), texts.nested_title(best, language))
    axes = figure.subplots()
    colours = [DECLINED if name in RULES else KEPT for name in shown["model"]]
    heights = range(len(shown))
    axes.hlines(heights, shown["low"], shown["high"], colors=colours, linewidth=3)
    axes.scatter(shown["value"], heights, color=colours, s=50, zorder=3)
    axes.set_yticks(list(heights), [model_label(name, language) for name in shown["model"]])
    number_ticks(axes.xaxis, 2, language)
    axes.set_xlabel(WORDS[language]["outer_folds"])
    return figure


@in_both_languages
def feature_gains_figure(language: Language, feature_gains: pd.DataFrame) -> Figure:
    """Draw what each engineered feature adds to each family, in Russian and in English."""
    features = list(feature_gains["feature"].unique())
    figure = new_figure(8, 1.4 + 0.5 * len(features), texts.feature_gains_title(feature_gains, language))
    axes = figure.subplots()
    models = list(feature_gains["model"].unique())
    for position, name in enumerate(models):
        rows = feature_gains[feature_gains["model"] == name].set_index("feature").loc[features]
        heights = [row + 0.7 * (position / max(1, len(models) - 1) - 0.5) for row in range(len(features))]
        axes.plot(rows["gain"], heights, "o", markersize=5, label=model_label(name, language))
    axes.axvline(0, color=NEUTRAL, linestyle=":")
    axes.set_yticks(range(len(features)), [label(name, language) for name in features])
    axes.set_ylim(-0.6, len(features) - 0.4)
    number_ticks(axes.xaxis, 3, language)
    axes.set_xlabel(WORDS[language]["gain"])
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure


@in_both_languages
def split_luck_figure(language: Language, split_luck: pd.DataFrame) -> Figure:
    """Draw the ROC-AUC of the same models on many hold-outs, in Russian and in English."""
    first = split_luck["model"].iloc[0]
    areas = split_luck[split_luck["model"] == first]["roc_auc"]
    figure = new_figure(7, 3.6, texts.split_luck_title(areas, language))
    axes = figure.subplots()
    for (name, rows), colour in zip(
        split_luck.groupby("model", sort=False), (DECLINED, NEUTRAL), strict=False
    ):
        ordered = rows["roc_auc"].sort_values(ignore_index=True)
        axes.step(
            ordered,
            (ordered.index + 1) / len(ordered),
            where="post",
            color=colour,
            label=model_label(str(name), language),
        )
    number_ticks(axes.xaxis, 3, language)
    number_ticks(axes.yaxis, 1, language)
    axes.set(xlabel=WORDS[language]["holdout"], ylabel=WORDS[language]["splits"])
    axes.legend(loc="upper left")
    return figure
