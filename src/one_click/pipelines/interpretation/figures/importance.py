"""Figures of the importance of features, for all clients and for one, drawn from tables."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS, GROUP_LABELS, Language, Words, label
from one_click.errors import DataError
from one_click.parameters import CampaignPlan
from one_click.presentation.drawing import (
    ACCENT,
    DECLINED,
    DIVERGING,
    KEPT,
    NEUTRAL,
    in_both_languages,
    new_figure,
    number_ticks,
)
from one_click.presentation.pseudonyms import shown
from one_click.presentation.wording import chance, number, percent, value_text

from ..nodes.importance import COLLINEAR, FEATURE, GROUP

_CLEAR = 0.3  # rank correlation from which larger values are said to raise or lower the risk
_METRIC = "roc_auc"
_SWARM_FEATURES = 9
_SWARM_CLIENTS = 800  # points per feature: more only make the picture heavier
_STEPS = 8  # features with a bar of their own in a waterfall


def waterfall_figure(
    shap_values: pd.DataFrame, features: pd.DataFrame, client_scores: pd.DataFrame, campaign: CampaignPlan
) -> tuple[Figure, Figure]:
    """Draw the contributions to the score of the client with the highest risk, in Russian and in English.

    The title holds the client's pseudonym, if the campaign has a key.
    """
    riskiest = client_scores.sort_values(["probability", CLIENT_ID], ascending=[False, True]).iloc[0]
    client = int(riskiest[CLIENT_ID])
    return client_waterfall(shap_values, features, client_scores, client, campaign.pseudonym_key)


def client_waterfall(
    shap_values: pd.DataFrame,
    features: pd.DataFrame,
    client_scores: pd.DataFrame,
    client: int,
    pseudonym_key: str | None = None,
) -> tuple[Figure, Figure]:
    """Draw the contributions to the score of any client, in Russian and in English.

    Parameters
    ----------
    shap_values, features, client_scores : DataFrame, one row per client
    client : int
        Number of the client.
    pseudonym_key : str, optional
        With it, the title holds the client's pseudonym.

    Raises
    ------
    DataError
        If there is no such client.
    """
    if client not in set(shap_values[CLIENT_ID]):
        raise DataError(
            f"There is no client {client}.",
            file="shap_values",
            column=CLIENT_ID,
            rule="a client of the snapshot can be drawn",
            remedy="take a client_id of `features`",
        )
    rows = [table.set_index(CLIENT_ID).loc[client] for table in (shap_values, features, client_scores)]
    name = shown(pd.Series([client]), pseudonym_key)[0]
    return _draw_waterfall(f"{name}", *rows)


@in_both_languages
def permutation_importance_figure(language: Language, permutation_importance: pd.DataFrame) -> Figure:
    """Draw the loss of ROC-AUC by shuffled feature, in Russian and in English."""
    table = permutation_importance[permutation_importance["metric"] == _METRIC]
    features = table[table["kind"] == FEATURE]
    figure = new_figure(8, 6, _permutation_title(features, language))
    axes = figure.subplots()
    together = table[table["kind"] != FEATURE].sort_values(["kind", "importance"], ascending=[False, False])
    _draw_losses(axes, pd.concat([features, together]).iloc[::-1], language)
    axes.axhline(len(together) - 0.5, color=NEUTRAL, linewidth=0.8)
    return figure


def _permutation_title(features: pd.DataFrame, language: Language) -> str:
    proven = features[features["low"] > 0]
    if proven.empty:
        return {
            "ru": "Ни один признак не теряет ROC-AUC при перемешивании во всех проверках",
            "en": "No feature loses ROC-AUC in all checks when it is shuffled",
        }[language]
    first = proven.iloc[0]
    name, loss = label(first["feature"], language), number(first["importance"], 3, language)
    return {
        "ru": f"Больше всего модель теряет, если перемешать признак «{name}»: {loss} ROC-AUC",
        "en": f"The model loses most when “{name.lower()}” is shuffled: {loss} of ROC-AUC",
    }[language]


def _draw_losses(axes: Axes, shown: pd.DataFrame, language: Language) -> None:
    heights = np.arange(len(shown))
    for kind, (colour, names) in _KINDS.items():
        mask = (shown["kind"] == kind).to_numpy()
        if mask.any():
            part, name = shown[mask], names[language]
            axes.hlines(heights[mask], part["low"], part["high"], colors=colour, linewidth=3, alpha=0.5)
            axes.scatter(part["importance"], heights[mask], color=colour, s=40, zorder=3, label=name)
    axes.axvline(0, color=NEUTRAL, linewidth=1)
    axes.set_yticks(heights, [_unit_label(row, language) for row in shown.to_dict("records")])
    axes.set_xlabel(
        "Потеря ROC-AUC на клиентах, которых модель не видела,\nи её разброс на повторных выборках клиентов"
        if language == "ru"
        else "Loss of ROC-AUC on clients that the model has not seen,\nand its range over resamples of them"
    )
    axes.legend(loc="center right")
    number_ticks(axes.xaxis, 3, language)


_KINDS: dict[str, tuple[str, Words]] = {
    FEATURE: (KEPT, {"ru": "один признак", "en": "one feature"}),
    COLLINEAR: (DECLINED, {"ru": "признаки, что меняются вместе", "en": "features that go together"}),
    GROUP: (ACCENT, {"ru": "вся группа", "en": "whole group"}),
}


def _unit_label(row: dict[str, Any], language: Language) -> str:
    if row["kind"] == GROUP:
        return GROUP_LABELS[row["feature"]][language]
    return "\n".join(label(name, language) for name in row["members"].split(", "))


@in_both_languages
def shap_importance_figure(language: Language, shap_importance: pd.DataFrame) -> Figure:
    """Draw the mean absolute contribution by feature, in Russian and in English."""
    legend = {
        "ru": (
            "больше значение — выше риск",
            "больше значение — ниже риск",
            "без ясного направления",
            "Средний вклад в оценку риска\nи его 95 % интервал при других обучающих клиентах",
        ),
        "en": (
            "larger value, higher risk",
            "larger value, lower risk",
            "no clear direction",
            "Mean contribution to the score,\nand its 95% interval had other clients been fitted on",
        ),
    }[language]
    figure = new_figure(8, 5, _shap_title(shap_importance, language))
    axes = figure.subplots()
    shown = shap_importance.iloc[::-1].reset_index(drop=True)
    up, down = shown["direction"] > _CLEAR, shown["direction"] < -_CLEAR
    parts = (up, down, ~(up | down))
    for mask, colour, name in zip(parts, (DECLINED, KEPT, NEUTRAL), legend[:3], strict=True):
        axes.barh(shown.index[mask], shown.loc[mask, "mean_absolute"], color=colour, label=name, height=0.7)
    axes.hlines(shown.index, shown["low"], shown["high"], color="black", linewidth=1)
    axes.set_yticks(shown.index, [label(feature, language) for feature in shown["feature"]])
    axes.set_xlabel(legend[3])
    axes.legend(loc="lower right")
    number_ticks(axes.xaxis, 2, language)
    return figure


def _shap_title(importance: pd.DataFrame, language: Language) -> str:
    used = importance[importance["mean_absolute"] > 0].head(3)
    if used.empty:
        return _NOTHING_USED[language]
    share = percent(used["share"].sum(), 0, language)
    quotes, of_all = {"ru": ("«{}»", "всех объяснений"), "en": ("“{}”", "of all explanations")}[language]
    names = ", ".join(quotes.format(label(name, language)) for name in used["feature"])
    return f"{_COUNTS[language][len(used)]} {share} {of_all}: {names}"


_NOTHING_USED: Words = {
    "ru": "Модель не использует признаков",
    "en": "The model uses no feature",
}
_COUNTS: dict[Language, tuple[str, ...]] = {
    "ru": ("", "Один признак даёт", "Два признака дают", "Три признака дают"),
    "en": ("", "One feature gives", "Two features give", "Three features give"),
}


@in_both_languages
def beeswarm_figure(
    language: Language, shap_values: pd.DataFrame, features: pd.DataFrame, shap_importance: pd.DataFrame
) -> Figure:
    """Draw the contributions of every client by feature and value, in Russian and in English."""
    figure = new_figure(8, 6, _swarm_title(shap_importance.iloc[0], language))
    axes = figure.subplots()
    shown = list(shap_importance["feature"].head(_SWARM_FEATURES))[::-1]
    chosen = np.linspace(0, len(features) - 1, min(len(features), _SWARM_CLIENTS)).astype(int)
    drawn = [
        _draw_dots(axes, height, shap_values[feature].to_numpy()[chosen], features[feature], chosen)
        for height, feature in enumerate(shown)
    ]
    axes.axvline(0, color=NEUTRAL, linewidth=1)
    axes.set_yticks(range(len(shown)), [label(feature, language) for feature in shown])
    axes.set_xlabel("Вклад в оценку риска" if language == "ru" else "Contribution to the risk score")
    number_ticks(axes.xaxis, 1, language)
    if coloured := [dots for dots in drawn if dots.get_array() is not None]:
        _value_bar(figure, axes, coloured[-1], language)
    return figure


def _swarm_title(first: pd.Series, language: Language) -> str:
    if first["mean_absolute"] == 0:
        return _NOTHING_USED[language]
    name = label(first["feature"], language)
    return {
        "ru": f"Сильнее всего оценки раздвигает признак «{name}»; каждая точка — клиент",
        "en": f"“{name}” moves scores furthest apart; each dot is a client",
    }[language]


def _draw_dots(
    axes: Axes, height: int, contributions: np.ndarray, values: pd.Series, chosen: np.ndarray
) -> PathCollection:
    """Draw a dot per chosen client, coloured by the rank of its value among all clients."""
    heights = height + _spread(contributions)
    if COLUMNS[str(values.name)].kind == "category":  # which has no order
        return axes.scatter(contributions, heights, s=7, color=NEUTRAL, alpha=0.6)
    rank = values.astype("float64").rank(pct=True).to_numpy()[chosen]
    return axes.scatter(contributions, heights, s=7, c=rank, cmap=DIVERGING, vmin=0, vmax=1, alpha=0.8)


def _spread(contributions: np.ndarray) -> np.ndarray:
    """Return the vertical offset of each dot, so that near contributions do not hide each other."""
    bins = np.digitize(contributions, np.linspace(contributions.min(), contributions.max(), 60))
    order = pd.Series(bins).groupby(bins).cumcount().to_numpy()
    most = max(1, np.bincount(bins).max())
    side = np.where(order % 2 == 0, 1, -1)
    return np.asarray(side * (order + 1) // 2 * min(0.8 / most, 0.06))


def _value_bar(figure: Figure, axes: Axes, drawn: PathCollection, language: Language) -> None:
    bar = figure.colorbar(drawn, ax=axes, ticks=[0, 1], aspect=40)
    bar.ax.set_yticklabels(["низкое", "высокое"] if language == "ru" else ["low", "high"])
    bar.set_label("Значение признака" if language == "ru" else "Value of the feature")
    bar.outline.set_visible(False)


@in_both_languages
def _draw_waterfall(
    language: Language, client: str, shap: pd.Series, values: pd.Series, scores: pd.Series
) -> Figure:
    risk = chance(scores["probability"], language)
    title = (
        f"Клиент {client}: риск {risk}. Из чего складывается оценка модели"
        if language == "ru"
        else f"Client {client}: risk {risk}. What the model's score is made of"
    )
    figure = new_figure(8, 5, title)
    axes = figure.subplots()
    contributions = shap[list(BASE_FEATURES)].astype("float64")
    strongest = contributions.abs().sort_values(ascending=False, kind="stable").index[:_STEPS]
    names = [f"{label(name, language)}: {value_text(name, values[name], language)}" for name in strongest]
    names.append("Остальные признаки" if language == "ru" else "All other features")
    _draw_steps(
        axes, [*contributions[strongest], contributions.drop(strongest).sum()], shap["base_value"], language
    )
    axes.axvline(shap["base_value"], color=NEUTRAL, linestyle=":")
    axes.axvline(shap["output"], color="black", linestyle=":")
    axes.set_yticks(range(len(names))[::-1], names)
    axes.margins(x=0.15)
    axes.set_xlabel(_score_axis(shap, language))
    number_ticks(axes.xaxis, 1, language)
    return figure


def _draw_steps(axes: Axes, steps: list[float], base_value: float, language: Language) -> None:
    """Draw a bar per step, from top to bottom, each from where the one before ends."""
    starts, heights = base_value + np.r_[0, np.cumsum(steps)[:-1]], np.arange(len(steps))[::-1]
    axes.barh(heights, steps, left=starts, color=[DECLINED if step > 0 else KEPT for step in steps])
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    for height, start, step in zip(heights, starts, steps, strict=True):
        text = f" {'+' if step > 0 else ''}{number(step, 2, language)}"
        axes.text(max(start, start + step), height, text, va="center", fontsize=9, bbox=box)


def _score_axis(shap: pd.Series, language: Language) -> str:
    base, output = (number(shap[name], 2, language) for name in ("base_value", "output"))
    if language == "ru":
        return f"Оценка модели: от {base}, средней по клиентам,\nдо {output} (пунктир)"
    return f"The model's score: from {base}, the mean over clients,\nto {output} (dotted lines)"
