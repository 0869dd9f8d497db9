"""Figures of what the champion looks at, drawn from tables."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS, GROUP_LABELS, Language, label
from one_click.errors import DataError
from one_click.parameters import CampaignPlan
from one_click.presentation.drawing import (
    ACCENT,
    DECLINED,
    DIVERGING,
    KEPT,
    NEUTRAL,
    draw_in_both_languages,
    new_figure,
    number_ticks,
)
from one_click.presentation.pseudonyms import shown
from one_click.presentation.wording import chance, number, percent, value_text

_CLEAR = 0.3  # rank correlation from which larger values are said to raise or lower the risk
_METRIC = "roc_auc"
_SWARM_FEATURES = 9
_SWARM_CLIENTS = 800  # points per feature: more only make the picture heavier
_STEPS = 8  # features with a bar of their own in a waterfall


def permutation_importance_figure(permutation_importance: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw the loss of ROC-AUC by shuffled feature, in Russian and in English."""
    return draw_in_both_languages(_draw_permutation, permutation_importance)


def shap_importance_figure(shap_importance: pd.DataFrame) -> tuple[Figure, Figure]:
    """Draw the mean absolute contribution by feature, in Russian and in English."""
    return draw_in_both_languages(_draw_shap, shap_importance)


def beeswarm_figure(
    shap_values: pd.DataFrame, features: pd.DataFrame, shap_importance: pd.DataFrame
) -> tuple[Figure, Figure]:
    """Draw the contributions of every client by feature and value, in Russian and in English."""
    return draw_in_both_languages(_draw_swarm, shap_values, features, shap_importance)


def waterfall_figure(
    shap_values: pd.DataFrame, features: pd.DataFrame, client_scores: pd.DataFrame, campaign: CampaignPlan
) -> tuple[Figure, Figure]:
    """Draw how the score of the client with the highest risk comes about, in Russian and in English.

    The title names him by his pseudonym, if the campaign has a key.
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
    """Draw how the score of any client comes about, in Russian and in English.

    Parameters
    ----------
    shap_values, features, client_scores : DataFrame, one row per client
    client : int
        His number.
    pseudonym_key : str, optional
        With it, the title names him by his pseudonym.

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
    return draw_in_both_languages(_draw_waterfall, f"{name}", *rows)


def _draw_permutation(language: Language, importance: pd.DataFrame) -> Figure:
    table = importance[importance["metric"] == _METRIC]
    features = table[table["kind"] == "feature"]
    proven = features[features["low"] > 0]
    first = (proven if len(proven) else features).iloc[0]
    name, loss = label(first["feature"], language), number(first["importance"], 3, language)
    if not len(proven):
        title = (
            "Ни один признак не теряет ROC-AUC при перемешивании во всех проверках"
            if language == "ru"
            else "No feature loses ROC-AUC in all checks when it is shuffled"
        )
    elif language == "ru":
        title = f"Больше всего модель теряет, если перемешать признак «{name}»: {loss} ROC-AUC"
    else:
        title = f"The model loses most when “{name.lower()}” is shuffled: {loss} of ROC-AUC"
    figure = new_figure(8, 6, title)
    axes = figure.subplots()
    together = table[table["kind"] != "feature"].sort_values(["kind", "importance"], ascending=[False, False])
    _draw_losses(axes, pd.concat([features, together]).iloc[::-1], language)
    axes.axhline(len(together) - 0.5, color=NEUTRAL, linewidth=0.8)
    return figure


def _draw_losses(axes: Axes, shown: pd.DataFrame, language: Language) -> None:
    heights = np.arange(len(shown))
    colours = {"feature": KEPT, "collinear": DECLINED, "group": ACCENT}
    names = {
        "ru": {
            "feature": "один признак",
            "collinear": "признаки, что меняются вместе",
            "group": "вся группа",
        },
        "en": {"feature": "one feature", "collinear": "features that go together", "group": "whole group"},
    }[language]
    for kind, colour in colours.items():
        mask = (shown["kind"] == kind).to_numpy()
        if mask.any():
            part = shown[mask]
            axes.hlines(heights[mask], part["low"], part["high"], colors=colour, linewidth=3, alpha=0.5)
            axes.scatter(part["importance"], heights[mask], color=colour, s=40, zorder=3, label=names[kind])
    axes.axvline(0, color=NEUTRAL, linewidth=1)
    axes.set_yticks(heights, [_unit_label(row, language) for row in shown.to_dict("records")])
    axes.set_xlabel(
        "Потеря ROC-AUC на клиентах, которых модель не видела,\nи её разброс на повторных выборках клиентов"
        if language == "ru"
        else "Loss of ROC-AUC on clients that the model has not seen,\nand its range over resamples of them"
    )
    axes.legend(loc="center right")
    number_ticks(axes.xaxis, 3, language)


def _unit_label(row: dict[str, Any], language: Language) -> str:
    if row["kind"] == "group":
        return GROUP_LABELS[row["feature"]][language]
    return "\n".join(label(name, language) for name in row["members"].split(", "))


def _draw_shap(language: Language, importance: pd.DataFrame) -> Figure:
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
    figure = new_figure(8, 5, _shap_title(importance, language))
    axes = figure.subplots()
    shown = importance.iloc[::-1].reset_index(drop=True)
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
    names = [label(name, language) for name in used["feature"]]
    share = percent(used["share"].sum(), 0, language)
    if not names:
        return "Модель не использует признаков" if language == "ru" else "The model uses no feature"
    if language == "ru":
        quoted = ", ".join(f"«{name}»" for name in names)
        return f"{_COUNTS_RU[len(names)]} {share} всех объяснений: {quoted}"
    return f"{_COUNTS_EN[len(names)]} {share} of all explanations: " + ", ".join(f"“{n}”" for n in names)


_COUNTS_RU = {1: "Один признак даёт", 2: "Два признака дают", 3: "Три признака дают"}
_COUNTS_EN = {1: "One feature gives", 2: "Two features give", 3: "Three features give"}


def _draw_swarm(
    language: Language, shap_values: pd.DataFrame, features: pd.DataFrame, importance: pd.DataFrame
) -> Figure:
    first = importance.iloc[0]
    name = label(first["feature"], language)
    title = (
        _shap_title(importance.assign(share=0.0), language)
        if first["mean_absolute"] == 0
        else (
            f"Сильнее всего оценки раздвигает признак «{name}»; каждая точка — клиент"
            if language == "ru"
            else f"“{name}” moves scores furthest apart; each dot is a client"
        )
    )
    figure = new_figure(8, 6, title)
    axes = figure.subplots()
    shown = list(importance["feature"].head(_SWARM_FEATURES))[::-1]
    chosen = np.linspace(0, len(features) - 1, min(len(features), _SWARM_CLIENTS)).astype(int)
    drawn = None
    for height, feature in enumerate(shown):
        contributions = shap_values[feature].to_numpy()[chosen]
        place = height + _spread(contributions)
        kind = COLUMNS[feature].kind
        if kind == "category":
            axes.scatter(contributions, place, s=7, color=NEUTRAL, alpha=0.6)
            continue
        rank = features[feature].astype("float64").rank(pct=True).to_numpy()[chosen]
        drawn = axes.scatter(contributions, place, s=7, c=rank, cmap=DIVERGING, vmin=0, vmax=1, alpha=0.8)
    axes.axvline(0, color=NEUTRAL, linewidth=1)
    axes.set_yticks(range(len(shown)), [label(feature, language) for feature in shown])
    axes.set_xlabel("Вклад в оценку риска" if language == "ru" else "Contribution to the risk score")
    number_ticks(axes.xaxis, 1, language)
    if drawn is not None:
        _value_bar(figure, axes, drawn, language)
    return figure


def _spread(contributions: np.ndarray) -> np.ndarray:
    """Return how far each dot stands above or below its line, so that near ones stand side by side."""
    bins = np.digitize(contributions, np.linspace(contributions.min(), contributions.max(), 60))
    order = pd.Series(bins).groupby(bins).cumcount().to_numpy()
    most = max(1, np.bincount(bins).max())
    side = np.where(order % 2 == 0, 1, -1)
    return np.asarray(side * (order + 1) // 2 * min(0.8 / most, 0.06))


def _value_bar(figure: Figure, axes: Axes, drawn: Any, language: Language) -> None:
    bar = figure.colorbar(drawn, ax=axes, ticks=[0, 1], aspect=40)
    bar.ax.set_yticklabels(["низкое", "высокое"] if language == "ru" else ["low", "high"])
    bar.set_label("Значение признака" if language == "ru" else "Value of the feature")
    bar.outline.set_visible(False)


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
    rest = contributions.drop(strongest).sum()
    texts = [f"{label(name, language)}: {value_text(name, values[name], language)}" for name in strongest]
    texts.append("Остальные признаки" if language == "ru" else "All other features")
    steps = [*contributions[strongest], rest]
    starts = shap["base_value"] + np.r_[0, np.cumsum(steps)[:-1]]
    heights = np.arange(len(steps))[::-1]
    axes.barh(heights, steps, left=starts, color=[DECLINED if step > 0 else KEPT for step in steps])
    for height, start, step in zip(heights, starts, steps, strict=True):
        sign = "+" if step > 0 else ""
        text = f" {sign}{number(step, 2, language)}"
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        axes.text(max(start, start + step), height, text, va="center", fontsize=9, bbox=box)
    axes.axvline(shap["base_value"], color=NEUTRAL, linestyle=":")
    axes.axvline(shap["output"], color="black", linestyle=":")
    axes.set_yticks(heights, texts)
    axes.margins(x=0.15)
    axes.set_xlabel(_score_axis(shap, language))
    number_ticks(axes.xaxis, 1, language)
    return figure


def _score_axis(shap: pd.Series, language: Language) -> str:
    base, output = (number(shap[name], 2, language) for name in ("base_value", "output"))
    if language == "ru":
        return f"Оценка модели: от {base}, средней по клиентам,\nдо {output} (пунктир)"
    return f"The model's score: from {base}, the mean over clients,\nto {output} (dotted lines)"
