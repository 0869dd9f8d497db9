"""Sentences about where the two measures of importance place a feature, and why the places differ."""

from typing import Any

import pandas as pd

from one_click.columns import GROUP_LABELS, Language, Words, label
from one_click.presentation.sentences import add_sentences
from one_click.presentation.wording import number, percent

from ..nodes.agreement import AGREE, AMOUNT, FEW, ORDER, REFITS, SHARED, UNPROVEN, UNUSED, compare_importances
from ..nodes.importance import GROUP

_RANKS: Words = {
    "ru": "«{name}»: место {permutation_rank} по потере ROC-AUC ({loss}), {shap_rank} по вкладу: ",
    "en": "“{name}”: rank {permutation_rank} by loss of ROC-AUC ({loss}), {shap_rank} by contribution: ",
}
_FINDINGS: dict[Language, dict[str, str]] = {
    "ru": {
        UNUSED: "модель этого не использует.",
        REFITS: "модель этого не использует, но некоторые из проверочных моделей — да.",
        AGREE: "оба способа дают близкие места.",
        SHARED: "важность общая с «{partners}»: если перемешать их вместе, потеря {together}.",
        UNPROVEN: "оценки меняются, но пользы для новых клиентов не видно: нижний конец интервала потери не "
        "выше нуля.",
        AMOUNT: "величина оценок меняется больше, чем порядок клиентов.",
        FEW: "вклад сосредоточен: {concentration} его приходится на десятую часть клиентов.",
        ORDER: "вклад невелик, но меняет порядок клиентов с близкими оценками.",
    },
    "en": {
        UNUSED: "the model does not use it.",
        REFITS: "the model does not use it, but some of the check models do.",
        AGREE: "both measures place it alike.",
        SHARED: "it shares its importance with “{partners}”: shuffled together they cost {together}.",
        UNPROVEN: "it moves scores, but no use for unseen clients is proven: its loss may be zero or less.",
        AMOUNT: "it changes the amount of scores more than the order of clients.",
        FEW: "its contributions are concentrated: {concentration} of them fall to a tenth of the clients.",
        ORDER: "its contributions are small, but reorder clients with near scores.",
    },
}


def describe_agreement(permutation_importance: pd.DataFrame, shap_importance: pd.DataFrame) -> pd.DataFrame:
    """Compare the two measures of importance, see `compare_importances`, and describe each row.

    Returns
    -------
    DataFrame of `schemas.interpretation.ImportanceAgreement`
    """
    table = compare_importances(permutation_importance, shap_importance)
    concentration = table["feature"].map(shap_importance.set_index("feature")["concentration"])
    described = add_sentences(table.assign(concentration=concentration), _sentence)
    return described.drop(columns="concentration")


def _sentence(row: dict[str, Any], language: Language) -> str:
    name, kind = row["feature"], row["kind"]
    partners = [label(partner, language) for partner in row["partners"].split(", ") if partner]
    text = _RANKS[language] + _FINDINGS[language][row["reason"]]
    return text.format(
        name=GROUP_LABELS[name][language] if kind == GROUP else label(name, language),
        permutation_rank=row["permutation_rank"],
        shap_rank=row["shap_rank"],
        loss=number(row["permutation"], 3, language),
        partners=", ".join(partners),
        together=number(row["together"], 3, language),
        concentration=percent(row["concentration"], 0, language),
    )
