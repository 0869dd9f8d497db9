"""What the tables of structures say, in one sentence each: the titles of their figures."""

from typing import Any

import pandas as pd

from one_click.columns import COLUMNS, GROUP_LABELS, TARGET, Language, label
from one_click.wording import number, percent, value_text

_LEVELS: dict[Language, tuple[str, str, str]] = {
    "ru": ("низкие значения", "средние значения", "высокие значения"),
    "en": ("low values", "middle values", "high values"),
}
_AXIS_COLUMNS = 3


def of_groups(feature_groups: pd.DataFrame, language: Language) -> str:
    """Say which group of features separates the classes best and which worst."""
    known = feature_groups.dropna(subset="roc_auc")
    n = number(feature_groups["n"].iloc[0], 0, language)
    if known.empty:
        return {
            "ru": f"Клиентов слишком мало, чтобы сравнить группы признаков (n = {n})",
            "en": f"Too few clients to compare the groups of features (n = {n})",
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
            "en": "No pair of features shown here acts otherwise together than side by side",
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
            f"«{names[0]}» и «{names[1]}» вместе действуют иначе, чем порознь: {levels[0]} × {levels[1]} — "
            f"активность снизили {share} вместо ожидаемых {expected} (n = {n})"
        )
    return (
        f"“{names[0]}” and “{names[1]}” act otherwise together than side by side: {levels[0]} × "
        f"{levels[1]}, {share} declined instead of the expected {expected} (n = {n})"
    )


def level_text(feature: str, level: str, language: Language) -> str:
    """Return the words for a level: the value of a category or flag, or the third of a number."""
    kind = COLUMNS[feature].kind
    if kind == "category":
        return value_text(feature, level, language)
    if kind == "flag":
        return value_text(feature, level in ("1", "1.0"), language)
    return _LEVELS[language][int(float(level))]


def of_clusters(cluster_stability: pd.DataFrame, cluster_profiles: pd.DataFrame, language: Language) -> str:
    """Say whether there are natural clusters, how firm they are, and how their risks differ."""
    chosen = cluster_stability[cluster_stability["chosen"]]
    if chosen.empty:
        return {
            "ru": "Естественных групп не найдено: половины базы делятся по-разному",
            "en": "No natural clusters: two halves of the base are divided differently",
        }[language]
    row = chosen.iloc[0]
    risks = cluster_profiles.drop_duplicates("cluster").sort_values("declined_share")["declined_share"]
    low, high = (percent(risks.iloc[place], 0, language) for place in (0, -1))
    agreement, shuffled = (number(row[name], 2, language) for name in ("stability", "stability_shuffled"))
    count, n = int(row["clusters"]), number(row["n"], 0, language)
    if language == "ru":
        return (
            f"Естественных групп клиентов: {count} (согласие половин {agreement}, у перемешанных данных "
            f"{shuffled}); активность снизили от {low} до {high} клиентов группы; n = {n}"
        )
    return (
        f"Natural clusters of clients: {count} (agreement of halves {agreement}, of shuffled data "
        f"{shuffled}); {low} to {high} of a cluster's clients declined; n = {n}"
    )


def of_map(client_map: pd.DataFrame, map_axes: pd.DataFrame, language: Language) -> str:
    """Say how much the map shows and in which features the declined lie apart."""
    shown = map_axes.drop_duplicates("axis")["explained"].sum()
    axis = map_axes[map_axes["axis"] == "x"].sort_values("loading", key=abs, ascending=False, kind="stable")
    words = {"ru": ("выше", "ниже"), "en": ("higher", "lower")}[language]
    parts = [
        f"{_column_text(row, language)} ({words[0] if row['loading'] > 0 else words[1]})"
        for row in axis.head(_AXIS_COLUMNS).to_dict("records")
    ]
    means = client_map.groupby(TARGET)["x"].mean()
    n = number(len(client_map), 0, language)
    if language == "ru":
        side = "смещены вправо" if means[1] > means[0] else "не смещены"
        return (
            f"Карта показывает {percent(shown, 0, 'ru')} различий между клиентами; снизившие активность "
            f"{side}: {', '.join(parts)}; n = {n}"
        )
    side = "lie to the right" if means[1] > means[0] else "lie with all others"
    return (
        f"The map shows {percent(shown, 0, 'en')} of the differences between clients; those who declined "
        f"{side}: {', '.join(parts)}; n = {n}"
    )


def _column_text(row: dict[str, Any], language: Language) -> str:
    name, _, value = row["column"].partition("=")
    words = label(name, language) + (f": {value_text(name, value, language)}" if value else "")
    return f"«{words}»" if language == "ru" else f"“{words}”"


def of_contacts(contact_pressure: pd.DataFrame, language: Language) -> str:
    """Compare the clients contacted most with those contacted least, and add the caution that it takes."""
    if len(contact_pressure) < 2:
        return {
            "ru": "Все клиенты получали одинаково много контактов: сравнить нечего",
            "en": "All clients had equally many contacts: there is nothing to compare",
        }[language]
    least, most = contact_pressure.iloc[0], contact_pressure.iloc[-1]
    few, many = number(least["most"], 1, language), number(most["least"], 1, language)
    low, high = (percent(row["share"], 0, language) for row in (least, most))
    n = number(contact_pressure["n"].sum(), 0, language)
    if language == "ru":
        return (
            f"Контактов в месяц не больше {few} — активность снизили {low} клиентов, не меньше {many} — "
            f"{high}; это наблюдение, а не опыт: магазин сам выбирал, кому писать; n = {n}"
        )
    return (
        f"With at most {few} contacts a month {low} of clients declined, with at least {many} {high}; "
        f"observed, not tried: the store itself chose whom to contact; n = {n}"
    )
