"""Titles of the figures: what the table behind each of them says, in one sentence."""

from typing import Any

import numpy as np
import pandas as pd

from one_click.columns import COLUMNS, GROUP_LABELS, TARGET, Language, label
from one_click.presentation.wording import number, percent, plural, value_text

from .sentences import class_sizes, direction_word

_LEVELS: dict[Language, tuple[str, str, str]] = {
    "ru": ("низкие значения", "средние значения", "высокие значения"),
    "en": ("low values", "middle values", "high values"),
}
_NAMED = 3  # features in a title


def of_portrait(class_portrait: pd.DataFrame, language: Language) -> str:
    """Name the features with the largest clear differences between the classes."""
    clear = class_portrait[class_portrait["direction"] != "none"]
    sizes = class_sizes(class_portrait.iloc[0].to_dict(), language)
    if clear.empty:
        nothing = {"ru": "Ясных различий между классами не видно", "en": "No clear difference is seen"}
        return f"{nothing[language]} ({sizes})"
    first = clear.head(_NAMED).to_dict("records")
    if language == "ru":
        names = ", ".join(f"«{label(row['feature'], 'ru')}» ({direction_word(row, 'ru')})" for row in first)
        return f"Сильнее всего снизивших активность отличают: {names}; {sizes}"
    names = ", ".join(f"{label(row['feature'], 'en').lower()} ({direction_word(row, 'en')})" for row in first)
    return f"Clients whose activity declined stand out most by {names}; {sizes}"


def of_distributions(class_portrait: pd.DataFrame, language: Language) -> str:
    """Count the features in which the classes clearly differ."""
    clear, total = int((class_portrait["direction"] != "none").sum()), len(class_portrait)
    sizes = class_sizes(class_portrait.iloc[0].to_dict(), language)
    if language == "ru":
        columns = plural(clear, "ru", "столбцу", "столбцам", "столбцам")
        return (
            f"Классы ясно различаются по {clear} {columns} из {total}; сильнейшие различия первыми; {sizes}"
        )
    return f"The classes clearly differ in {clear} of {total} columns; the most different first; {sizes}"


def of_correlations(correlations: pd.DataFrame, language: Language) -> str:
    """Name the features with the strongest clear associations with the target."""
    own = correlations[(correlations["left"] == TARGET) & (correlations["right"] != TARGET)]
    first = own[own["clear"]].sort_values("phik", ascending=False).dropna(subset="phik").head(_NAMED)
    names = ", ".join(
        f"{_quoted(label(row.right, language), language)} ({number(row.phik, 2, language)})"
        for row in first.itertuples()
    )
    n = number(correlations["n"].iloc[0], 0, language)
    if language == "ru":
        return f"Со снижением активности сильнее всего связаны: {names or 'ни один признак'}; n = {n}"
    return f"Associated most with declining activity: {names or 'no feature'}; n = {n}"


def of_pairs(features: list[str], correlations: pd.DataFrame, language: Language) -> str:
    """Name the two of some features with the strongest association."""
    among = correlations["left"].isin(features) & correlations["right"].isin(features)
    pairs = correlations[among & (correlations["left"] != correlations["right"])].dropna(subset="phik")
    count = len(features)
    n = f"n = {number(correlations['n'].iloc[0], 0, language)}".replace(" ", "\u00a0")
    if pairs.empty:
        return {
            "ru": f"Сравнить попарно нечего: признаков с ясным различием классов {count}; {n}",
            "en": f"No pairs to compare: {count} features in which the classes clearly differ; {n}",
        }[language]
    strongest = pairs.loc[pairs["phik"].idxmax()]
    left, right = (_quoted(label(strongest[side], language), language) for side in ("left", "right"))
    phik = number(strongest["phik"], 2, language)
    if language == "ru":
        return (
            f"Из признаков, по которым классы различаются сильнее всего (их {count}), теснее всего связаны "
            f"{left} и {right}: φk\u00a0=\u00a0{phik}; {n}"
        )
    return (
        f"Of the {count} features in which the classes differ most, {left} and {right} are associated most: "
        f"φk\u00a0=\u00a0{phik}; {n}"
    )


def of_groups(feature_groups: pd.DataFrame, language: Language) -> str:
    """Name the groups of features with the highest and the lowest ROC-AUC, if any separates the classes."""
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
    """Describe the clearest interaction in its most unexpected cell."""
    clear = interactions[interactions["clear"]] if len(interactions) else interactions
    if clear.empty:
        return {
            "ru": "Ни у одной из показанных пар признаков не видно совместного действия сверх отдельных",
            "en": "No pair of features shown here has a clear joint effect",
        }[language]
    clearest = clear[clear["p_adjusted"] == clear["p_adjusted"].min()]
    left, right = clearest.iloc[0][["left", "right"]]
    cells = clearest[(clearest["left"] == left) & (clearest["right"] == right)]
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
    """Return a level in words: the value of a category or flag, the third of a number."""
    kind = COLUMNS[feature].kind
    if kind == "category":
        return value_text(feature, level, language)
    if kind == "flag":
        return value_text(feature, level == "1", language)
    return _LEVELS[language][int(level)]


def of_clusters(cluster_stability: pd.DataFrame, cluster_profiles: pd.DataFrame, language: Language) -> str:
    """Give the number of natural clusters, their stability and the range of their risks."""
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
    agreement, cloud = (number(row[name], 2, language) for name in ("stability", "highest_null_stability"))
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
    """Give the explained variance, and the features that shift the declined along the first axis, if any."""
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
        for row in axis.head(_NAMED).to_dict("records")
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
    return _quoted(words, language)


def _quoted(words: str, language: Language) -> str:
    return f"«{words}»" if language == "ru" else f"“{words}”"


def of_contacts(contact_pressure: pd.DataFrame, language: Language) -> str:
    """Compare the clients contacted most and least, with the caution that this is no experiment."""
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
