"""Figures of `evidence`, drawn from tables."""

import pandas as pd
from matplotlib.figure import Figure

from one_click.columns import Language, label, model_label
from one_click.parameters import RULES
from one_click.presentation.drawing import (
    DECLINED,
    KEPT,
    NEUTRAL,
    draw_in_both_languages,
    new_figure,
    number_ticks,
)

from . import texts
from .texts import WORDS


def nested_summary_figure(nested_summary: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw the nested ROC-AUC of all models and rules with intervals, in Russian and in English."""
    return draw_in_both_languages(_draw_nested, nested_summary)


def feature_gains_figure(feature_gains: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw what each engineered feature adds to each family, in Russian and in English."""
    return draw_in_both_languages(_draw_feature_gains, feature_gains)


def split_luck_figure(split_luck: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw the ROC-AUC of the same models on many hold-outs, in Russian and in English."""
    return draw_in_both_languages(_draw_split_luck, split_luck)


def _draw_nested(language: Language, nested_summary: pd.DataFrame) -> Figure:
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


def _draw_feature_gains(language: Language, feature_gains: pd.DataFrame) -> Figure:
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


def _draw_split_luck(language: Language, split_luck: pd.DataFrame) -> Figure:
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
