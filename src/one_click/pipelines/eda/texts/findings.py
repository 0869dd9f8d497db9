"""What the tables of structures say, in one sentence each: the titles of their figures."""

from typing import Any

import numpy as np
import pandas as pd

from one_click.columns import COLUMNS, GROUP_LABELS, Language, label
from one_click.presentation.wording import number, percent, value_text

_LEVELS: dict[Language, tuple[str, str, str]] = {
    "ru": ("низкие значения", "средние значения", "высокие значения"),
    "en": ("low values", "middle values", "high values"),
}
_AXIS_COLUMNS = 3


def of_groups(feature_groups: pd.DataFrame, language: Language) -> str:
    """Say which group of features separates the classes best and which worst, if any does."""
    known = feature_groups.dropna(subset="roc_auc")
    n = number(feature_groups["n"].iloc[0], 0, language)
    if known.empty:
        return {
            "ru": f"Клиентов слишком мало, чтобы сравнить группы признаков (n = {n})",
            "en": f"Too few clients to compare the groups of features (n = {n})",
        }[language]
    if not known["separates"].any():
        return {
            "ru": f"Ни одна группа признаков не разделяет классы ясно; n = {n}",
            "en": f"No group of features clearly separates the classes; n = {n}",
        }[language]
    best, worst = known.iloc[0], known.iloc[-1]
    best_name, worst_name = (GROUP_LABELS[row["group"]][language] for row in (best, worst))
    interval = [number(best[end], 2, language) for end in ("roc_auc", "low", "high")]
    weakest = number(worst["roc_auc"], 2, language)
    if language == "ru":
        return (
            f"Лучше всего классы разделяет группа «{best_name}»: ROC-AUC {interval[0]} "
            f"(от {interval[1]} до {interval[2]}); хуже всего — «{worst_name}»: {weakest}; n = {n}"
        )
    return (
        f"“{best_name}” separates the classes best: ROC-AUC {interval[0]} ({interval[1]} to {interval[2]}); "
        f"“{worst_name}” worst: {weakest}; n = {n}"
    )


def of_interactions(interactions: pd.DataFrame, language: Language) -> str:
    """Say which pair of features most surely acts otherwise together than side by side, and how."""
    clear = interactions[interactions["clear"]] if len(interactions) else interactions
    if clear.empty:
        return {
            "ru": "Ни у одной из показанных пар признаков не видно совместного действия сверх отдельных",
            "en": "No pair of features shown here has a clear joint effect",
        }[language]
    surest = clear[clear["p_adjusted"] == clear["p_adjusted"].min()]
    left, right = surest.iloc[0][["left", "right"]]
    cells = surest[(surest["left"] == left) & (surest["right"] == right)]
    gap = cells["share"] - cells["expected"]
    cell = cells.loc[(gap.abs() * cells["n"]).idxmax()]
    names = [label(name, language) for name in (left, right)]
    levels = [level_text(cell[side], cell[f"{side}_level"], language) for side in ("left", "right")]
    share, expected = (percent(cell[name], 0, language) for name in ("share", "expected"))
    n = number(cell["n"], 0, language)
    if language == "ru":
        return (
            f"«{names[0]}» и «{names[1]}» вместе действуют не так, как по отдельности: "
            f"{levels[0]} × {levels[1]} — активность снизили {share} вместо ожидаемых {expected} (n = {n})"
        )
    return (
        f"“{names[0]}” and “{names[1]}” have a joint effect beyond the two alone: {levels[0]} × "
        f"{levels[1]}, {share} declined instead of the expected {expected} (n = {n})"
    )


def level_text(feature: str, level: str, language: Language) -> str:
    """Return the words for a level: the value of a category or flag, or the third of a number."""
    kind = COLUMNS[feature].kind
    if kind == "category":
        return value_text(feature, level, language)
    if kind == "flag":
        return value_text(feature, level == "1", language)
    return _LEVELS[language][int(level)]


def of_clusters(cluster_stability: pd.DataFrame, cluster_profiles: pd.DataFrame, language: Language) -> str:
    """Say whether there are natural clusters, how firm they are, and how their risks differ."""
    if cluster_stability.empty:
        return {
            "ru": "Клиентов слишком мало, чтобы искать естественные группы",
            "en": "Too few clients to look for natural clusters",
        }[language]
    chosen = cluster_stability[cluster_stability["chosen"]]
    if chosen.empty:
        return {
            "ru": "Естественных групп не найдено: база делится не устойчивее, чем одно облако точек",
            "en": "No natural clusters: the base divides no more firmly than a single cloud of points",
        }[language]
    row = chosen.iloc[0]
    risks = cluster_profiles.drop_duplicates("cluster").sort_values("declined_share")["declined_share"]
    low, high = (percent(risks.iloc[place], 0, language) for place in (0, -1))
    agreement, cloud = (number(row[name], 2, language) for name in ("stability", "highest_of_cloud"))
    count, n = int(row["clusters"]), number(row["n"], 0, language)
    if language == "ru":
        return (
            f"Естественных групп клиентов: {count} (согласие половин {agreement}, у единого облака не выше "
            f"{cloud}); активность снизили от {low} до {high} клиентов группы; n = {n}"
        )
    return (
        f"Natural clusters of clients: {count} (agreement of halves {agreement}, of a single cloud at most "
        f"{cloud}); {low} to {high} of a cluster's clients declined; n = {n}"
    )


def of_map(client_map: pd.DataFrame, map_axes: pd.DataFrame, language: Language) -> str:
    """Say how much the map shows, and in which features the declined lie apart, if they do."""
    share = percent(map_axes.drop_duplicates("axis")["explained"].sum(), 0, language)
    axis = map_axes[map_axes["axis"] == "x"].sort_values("loading", key=abs, ascending=False, kind="stable")
    n = number(len(client_map), 0, language)
    if not axis["low"].iloc[0] > 0:
        return {
            "ru": f"Карта показывает {share} различий между клиентами; классы на ней не расходятся; n = {n}",
            "en": f"The map shows {share} of the differences of clients; the classes lie together; n = {n}",
        }[language]
    words = {"ru": ("выше", "ниже"), "en": ("higher", "lower")}[language]
    features = ", ".join(
        f"{_column_text(row, language)} ({words[0] if row['loading'] > 0 else words[1]})"
        for row in axis.head(_AXIS_COLUMNS).to_dict("records")
    )
    return {
        "ru": f"Карта показывает {share} различий между клиентами; снизившие активность смещены вправо: "
        f"{features}; n = {n}",
        "en": f"The map shows {share} of the differences of clients; those who declined lie to the right: "
        f"{features}; n = {n}",
    }[language]


def _column_text(row: dict[str, Any], language: Language) -> str:
    name, _, value = row["column"].partition("=")
    words = label(name, language) + (f": {value_text(name, value, language)}" if value else "")
    return f"«{words}»" if language == "ru" else f"“{words}”"


def of_contacts(contact_pressure: pd.DataFrame, language: Language) -> str:
    """Compare the clients contacted most with those contacted least, and add the caution that it takes."""
    n = number(contact_pressure["n"].sum(), 0, language)
    if len(contact_pressure) < 2:
        return {
            "ru": f"Разного числа контактов у клиентов нет: сравнить нечего (n = {n})",
            "en": f"Clients do not differ in the number of contacts: there is nothing to compare (n = {n})",
        }[language]
    least, most = contact_pressure.iloc[0], contact_pressure.iloc[-1]
    if least["low"] <= most["high"] and most["low"] <= least["high"]:
        return {
            "ru": f"Доля снизивших активность не зависит ясно от числа контактов; n = {n}",
            "en": f"The share of declined clients does not clearly go with the number of contacts; n = {n}",
        }[language]
    few, many = number(least["most"], 1, language), number(most["least"], 1, language)
    low, high = (percent(row["share"], 0, language) for row in (least, most))
    alike = _among_alike(least["standardised_share"], most["standardised_share"], language)
    if language == "ru":
        return (
            f"Контактов в месяц не больше {few}: активность снизили {low} клиентов, не меньше {many}: {high}"
            f"{alike}. Это наблюдение, а не опыт: магазин сам выбирал, кому писать; n = {n}"
        )
    return (
        f"With at most {few} contacts a month, {low} of clients declined; with at least {many}, "
        f"{high}{alike}. An observation, not an experiment: the store itself chose whom to contact; n = {n}"
    )


def _among_alike(least: float, most: float, language: Language) -> str:
    if np.isnan([least, most]).any():
        return ""
    shares = [percent(share, 0, language) for share in (least, most)]
    words = {"ru": "у одинаково активных {} и {}", "en": "of equally active clients {} and {}"}[language]
    return f" ({words.format(*shares)})"
