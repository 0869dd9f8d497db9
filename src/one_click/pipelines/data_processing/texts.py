"""What the findings of the audit mean and what the pipeline does about them, in both languages."""

from typing import Any

import pandas as pd

from one_click.columns import CLIENT_ID, COLUMNS, LANGUAGES, Language, Words, label
from one_click.parameters import DataProcessing
from one_click.presentation.wording import number

from .nodes.audit import ROW_ORDER, list_findings

# (meaning, action) by finding, level and language
TEXTS: dict[tuple[str, str], dict[Language, tuple[str, str]]] = {
    ("order_leak", "warning"): {
        "ru": (
            "{subject} выдаёт метку: ROC-AUC {roc_auc}. Модель, которая это видит, учит порядок выгрузки, а "
            "не клиентов.",
            "Номер клиента не бывает признаком, клиенты перемешиваются перед любым разбиением.",
        ),
        "en": (
            "{subject} gives the label away: ROC-AUC {roc_auc}. A model that sees it learns the export, not "
            "the clients.",
            "The client number is never a feature; clients are shuffled before any split.",
        ),
    },
    ("order_leak", "note"): {
        "ru": ("{subject} не выдаёт метку: ROC-AUC {roc_auc}.", ""),
        "en": ("{subject} does not give the label away: ROC-AUC {roc_auc}.", ""),
    },
    ("single_feature", "blocking"): {
        "ru": (
            "Признак «{subject}» один предсказывает метку: ROC-AUC {roc_auc}. Вероятно, он "
            "заполнен после неё.",
            "Обучение останавливается, если находка не принята параметром accept_findings.",
        ),
        "en": (
            "“{subject}” alone predicts the label: ROC-AUC {roc_auc}. It was probably written down after it.",
            "Training stops unless the finding is accepted by the parameter accept_findings.",
        ),
    },
    ("single_feature", "note"): {
        "ru": ("Самый сильный одиночный признак — «{subject}»: ROC-AUC {roc_auc}.", ""),
        "en": ("The strongest single feature is “{subject}”: ROC-AUC {roc_auc}.", ""),
    },
    ("twins", "warning"): {
        "ru": (
            "Клиентов, у которых все признаки как у другого: {clients}. В проверке модель встретила бы их "
            "второй раз.",
            "Двойники всегда попадают в одну часть разбиения.",
        ),
        "en": (
            "Clients equal to another in all features: {clients}. A model meets them again in the test.",
            "Twins always share a side of the split.",
        ),
    },
    ("twins", "note"): {
        "ru": ("Двойников нет: все клиенты различаются хотя бы одним признаком.", ""),
        "en": ("No twins: any two clients differ in at least one feature.", ""),
    },
    ("label_timing", "warning"): {
        "ru": (
            "Метки и признаки взяты из одного среза ({subject}): метка описывает настоящее, а не следующие "
            "месяцы.",
            "Отчёт говорит об этом. Более поздний срез с метками назовите в label_snapshot.",
        ),
        "en": (
            "Labels and features come from the same extract ({subject}): the label describes the present, "
            "not the next months.",
            "The report says so. Name a later extract that has labels in label_snapshot.",
        ),
    },
    ("label_timing", "note"): {
        "ru": (
            "Метки взяты из другого среза ({subject}).",
            "Проверьте, что он позже среза признаков: в файлах дат нет.",
        ),
        "en": (
            "The labels come from another extract ({subject}).",
            "Check that it is later than that of the features: the files hold no dates.",
        ),
    },
    ("unlabelled", "note"): {
        "ru": ("Клиентов без метки: {strength}.", "Они получают оценку, но не участвуют в обучении."),
        "en": ("Clients without a label: {strength}.", "They are scored, but not learned from."),
    },
    ("enough_clients", "warning"): {
        "ru": (
            "Клиентов с меткой мало: {strength}. Интервалы будут широкими, а первенство модели — случайным.",
            "Ничего: нужен срез побольше.",
        ),
        "en": (
            "Few labelled clients: {strength}. Intervals will be wide, and a model's lead may be luck.",
            "None: bring a larger extract.",
        ),
    },
    ("enough_clients", "note"): {
        "ru": ("Клиентов с меткой достаточно: {strength}.", ""),
        "en": ("Labelled clients suffice: {strength}.", ""),
    },
    ("enough_of_class", "warning"): {
        "ru": (
            "Клиентов более редкого класса мало: {strength}. Чем они отличаются, как следует не узнать.",
            "Ничего: нужен срез побольше.",
        ),
        "en": (
            "Few clients of the rarer class: {strength}. What distinguishes them cannot be learned well.",
            "None: bring a larger extract.",
        ),
    },
    ("enough_of_class", "note"): {
        "ru": ("Клиентов более редкого класса достаточно: {strength}.", ""),
        "en": ("Clients of the rarer class suffice: {strength}.", ""),
    },
    ("enough_of_value", "warning"): {
        "ru": (
            "Редкое значение: {subject} (клиентов: {strength}). Всё, что о нём посчитано, ненадёжно.",
            "Ничего: читайте такие строки с осторожностью.",
        ),
        "en": (
            "Rare value: {subject} (clients: {strength}). Figures about it are weak.",
            "None: read such lines with care.",
        ),
    },
    ("outlying", "warning"): {
        "ru": (
            "Числа далеко за пределами обычных: «{subject}» (клиентов: {strength}).",
            "Значения оставлены. Проверьте, нет ли ошибки в выгрузке.",
        ),
        "en": (
            "Numbers far beyond the usual ones: “{subject}” (clients: {strength}).",
            "The values are kept. Check the export for a mistake.",
        ),
    },
    ("near_miss", "warning"): {
        "ru": (
            "Похоже на опечатку: {subject} (клиентов: {strength}).",
            "Значение оставлено. Если это опечатка, внесите её в data_processing.spellings.",
        ),
        "en": (
            "Perhaps a misspelling: {subject} (clients: {strength}).",
            "The value is kept. If it is a misspelling, add it to data_processing.spellings.",
        ),
    },
    ("unknown_value_kept", "warning"): {
        "ru": (
            "Значение, которого нет в словаре: {subject} (клиентов: {strength}).",
            "Оставлено как отдельная категория.",
        ),
        "en": (
            "A value that the vocabulary does not know: {subject} (clients: {strength}).",
            "Kept as a category of its own.",
        ),
    },
}
_ORDERS: dict[str, Words] = {
    CLIENT_ID: {"ru": "Номер клиента", "en": "The client number"},
    ROW_ORDER: {"ru": "Порядок строк в файле", "en": "The order of rows in the file"},
}


def audit_clients(
    clients: pd.DataFrame, profiles: pd.DataFrame, dialects: pd.DataFrame, options: DataProcessing
) -> pd.DataFrame:
    """Return the findings of `nodes.audit.list_findings` and what they mean, in both languages.

    Returns
    -------
    DataFrame of `schemas.data_processing.Audit`
    """
    table = list_findings(clients, profiles, dialects, options)
    findings = table.to_dict(orient="records")
    for language in LANGUAGES:
        texts = [meaning_and_action(finding, language) for finding in findings]
        table[[f"meaning_{language}", f"action_{language}"]] = texts
    return table


def meaning_and_action(finding: dict[str, Any], language: Language) -> tuple[str, str]:
    """Return what a finding means and what the pipeline does about it ("" if nothing is needed).

    Parameters
    ----------
    finding : dict
        A row of `nodes.audit.list_findings`.
    language : "ru" or "en"

    Examples
    --------
    >>> few = {"finding": "enough_clients", "level": "warning", "subject": "", "strength": 120.0}
    >>> meaning_and_action(few | {"clients": 120, "low": float("nan"), "high": float("nan")}, "en")[0]
    "Few labelled clients: 120. Intervals will be wide, and a model's lead may be luck."
    """
    meaning, action = TEXTS[finding["finding"], finding["level"]][language]
    strength, low, high = (finding[name] for name in ("strength", "low", "high"))
    roc_auc = f"{number(strength, 3, language)} ({number(low, 3, language)}–{number(high, 3, language)})"
    subject = _subject(finding["subject"], language)
    counts = {name: number(finding[name], 0, language) for name in ("strength", "clients")}
    return meaning.format(subject=subject, roc_auc=roc_auc, **counts), action


def _subject(subject: str, language: Language) -> str:
    if subject in _ORDERS:
        return _ORDERS[subject][language]
    return label(subject, language) if subject in COLUMNS else subject
