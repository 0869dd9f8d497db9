"""What the figures of `model_selection` say, in both languages, from rows of their tables."""

import pandas as pd

from one_click.columns import Language, model_label
from one_click.presentation.wording import number, percent

WORDS: dict[Language, dict[str, str]] = {
    "ru": {
        "leaderboard": "ROC-AUC перекрёстной проверки, 95 % интервал",
        "model": "модель",
        "perfect": "идеальный порядок",
        "random": "случайный порядок",
        "depth": "Доля базы",
        "found": "Доля найденных снизивших",
        "predicted": "Предсказанная вероятность снижения",
        "observed": "Наблюдаемая доля снизивших",
        "by_value": "по вероятности × прибыли",
        "by_risk": "по вероятности",
        "profit_found": "Доля теряемой прибыли",
        "f1_declined": "F1 снизивших",
        "campaign_profit": "Прибыль кампании на клиента базы",
        "threshold": "Порог вероятности",
        "trial": "Проба (звезда: взятые настройки)",
    },
    "en": {
        "leaderboard": "Cross-validated ROC-AUC, 95% interval",
        "model": "model",
        "perfect": "perfect order",
        "random": "random order",
        "depth": "Share of clients",
        "found": "Share of declined found",
        "predicted": "Predicted probability of decline",
        "observed": "Observed share of declined",
        "by_value": "by probability × profit",
        "by_risk": "by probability",
        "profit_found": "Share of the profit lost",
        "f1_declined": "F1 of the declined",
        "campaign_profit": "Campaign profit per client of the base",
        "threshold": "Threshold of probability",
        "trial": "Trial (star: settings taken)",
    },
}


def leaderboard_title(champion: pd.Series, language: Language) -> str:
    """Return the champion's name and ROC-AUC with its interval."""
    name = model_label(champion["model"], language)
    value, low, high = (
        number(champion[column], 3, language) for column in ("roc_auc", "roc_auc_low", "roc_auc_high")
    )
    if language == "ru":
        return f"Выбрана модель «{name}»: ROC-AUC {value} (от {low} до {high})"
    return f"Chosen: {name.lower()}, ROC-AUC {value} ({low} to {high})"


def gains_title(gains: pd.DataFrame, language: Language) -> str:
    """Return which share of the declined the 30 % at highest risk hold."""
    third = gains.loc[(gains["depth"] - 0.3).abs().idxmin()]
    found, low, high = (percent(third[column], 0, language) for column in ("share_found", "low", "high"))
    if language == "ru":
        return f"В 30 % базы с самым высоким риском — {found} снизивших активность (от {low} до {high})"
    return f"The 30% of clients at highest risk hold {found} of those who declined ({low} to {high})"


def reliability_title(reliability: pd.DataFrame, language: Language) -> str:
    """Return in how many groups the interval holds the probability, and the largest gap."""
    gap = number(100 * (reliability["observed"] - reliability["probability"]).abs().max(), 0, language)
    inside = reliability["probability"].between(reliability["low"], reliability["high"]).sum()
    if language == "ru":
        return (
            f"Вероятности согласуются с наблюдаемым в {inside} из {len(reliability)} групп, "
            f"наибольшее расхождение {gap} п. п."
        )
    return (
        f"Probabilities agree with what happened in {inside} of {len(reliability)} groups, "
        f"the largest gap is {gap} percentage points"
    )


def profit_title(gains: pd.DataFrame, language: Language) -> str:
    """Return which share of the profit lost a tenth of the base holds, by value and by risk."""
    tenth = gains.loc[(gains["depth"] - 0.1).abs().idxmin()]
    by_value, by_risk = (
        percent(tenth[name], 0, language) for name in ("profit_found_by_value", "profit_found")
    )
    if language == "ru":
        return (
            f"10 % базы по вероятности × прибыли содержат {by_value} теряемой прибыли, по риску — {by_risk}"
        )
    return f"10% of clients by probability × profit hold {by_value} of profit lost, by risk {by_risk}"


def thresholds_title(chosen: pd.Series, language: Language) -> str:
    """Return the threshold that is taken, with its F1 and profit."""
    threshold, f1, profit = (
        number(chosen[name], 2, language) for name in ("threshold", "f1_declined", "campaign_profit")
    )
    if language == "ru":
        return f"Клиент в зоне риска с вероятности {threshold}: F1 {f1}, прибыль {profit} на клиента"
    return f"Clients are at risk from a probability of {threshold}: F1 {f1}, profit {profit} per client"


def search_title(search_trace: pd.DataFrame, language: Language) -> str:
    """Return the number of trials, the share that was stopped and how many families leave their start."""
    trials, families = len(search_trace), search_trace["model"].nunique()
    stopped = percent(search_trace["stopped"].mean(), 0, language)
    replaced = int((search_trace["chosen"] & (search_trace["gain"] > 0)).sum())
    if language == "ru":
        return (
            f"Поиск настроек: {trials} проб, {stopped} остановлены досрочно; "
            f"исходные настройки заменены у {replaced} из {families} семейств"
        )
    return (
        f"Search for settings: {trials} trials, {stopped} stopped before their last fold; "
        f"{replaced} of {families} families leave their start"
    )
