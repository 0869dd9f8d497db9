"""Where permutation importance and Shapley values agree about a feature, and why where they do not."""

from typing import Any

import numpy as np
import pandas as pd

from one_click.columns import GROUP_LABELS, LANGUAGES, Language, label
from one_click.presentation.wording import number, percent

from .importance import COLLINEAR, FEATURE, GROUP

_METRIC = "roc_auc"
NEAR = {FEATURE: 2, GROUP: 1}  # ranks apart, of sixteen and of four, up to which both say the same
_SHARES = 1.2  # times what features cost one by one, from which they are said to share their importance
_CONCENTRATED = 0.4  # of all contributions in a tenth of the clients; even amounts give .2 or so

# Why the two measures differ, or that they do not.
UNUSED, REFITS, AGREE, SHARED = "unused", "some_refits", "agree", "shared"
UNPROVEN, AMOUNT = "unproven", "amount_not_order"
FEW, ORDER = "few_clients", "order_not_amount"
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
_RANKS: dict[Language, str] = {
    "ru": "«{name}»: место {permutation_rank} по потере ROC-AUC ({loss}), {shap_rank} по вкладу: ",
    "en": "“{name}”: rank {permutation_rank} by loss of ROC-AUC ({loss}), {shap_rank} by contribution: ",
}


def compare_importances(permutation_importance: pd.DataFrame, shap_importance: pd.DataFrame) -> pd.DataFrame:
    """Put the two measures side by side, by feature and by group of features.

    Returns
    -------
    DataFrame, one row per feature and group: feature, kind, permutation (loss of ROC-AUC), low, high, shap
    (mean absolute contribution), permutation_rank, shap_rank, partners (features that go together with it),
    together (loss when all of these are shuffled), together_low, apart
    (what they cost one by one),
    reason, sentence_ru, sentence_en
        Reason: ``unused``; ``some_refits`` (used by some refits, not by the champion); ``shared`` (with its
        partners: all of them together cost clearly more than one by one); ``agree``; ``unproven`` (it moves
        scores, but no use for unseen clients is proven); ``amount_not_order``; ``few_clients`` (large for few
        clients); ``order_not_amount`` (small moves, but between clients with near scores).
    """
    permuted = permutation_importance[permutation_importance["metric"] == _METRIC]
    features = _side_by_side(permuted[permuted["kind"] == FEATURE], shap_importance)
    by_group = (
        shap_importance.groupby("group", sort=False)[["mean_absolute"]].sum().reset_index(names="feature")
    )
    by_group["rank"] = by_group["mean_absolute"].rank(ascending=False).astype(int)
    groups = _side_by_side(permuted[permuted["kind"] == GROUP], by_group)
    table = pd.concat([features, groups], ignore_index=True)
    together = _partners(permuted[permuted["kind"] == COLLINEAR])
    found = [together.get(name, ("", np.nan, np.nan)) for name in table["feature"]]
    table[["partners", "together", "together_low"]] = pd.DataFrame(found, index=table.index)
    own = table.set_index("feature")["permutation"].clip(lower=0)
    table["apart"] = [
        own[[name, *(partner for partner in partners.split(", ") if partner)]].sum()
        for name, partners in zip(table["feature"], table["partners"], strict=True)
    ]
    concentration = shap_importance.set_index("feature")["concentration"].to_dict()
    table["reason"] = [_reason(row, concentration) for row in table.to_dict("records")]
    for language in LANGUAGES:
        table[f"sentence_{language}"] = [
            _sentence(row, concentration, language) for row in table.to_dict("records")
        ]
    return table


def _side_by_side(permuted: pd.DataFrame, shap: pd.DataFrame) -> pd.DataFrame:
    ranked = shap[["feature", "mean_absolute", "rank"]]
    ranked = ranked.rename(columns={"mean_absolute": "shap", "rank": "shap_rank"})
    columns = ["feature", "kind", "importance", "low", "high", "rank"]
    table = permuted[columns].merge(ranked, on="feature", validate="one_to_one")
    return table.rename(columns={"importance": "permutation", "rank": "permutation_rank"})


def _partners(collinear: pd.DataFrame) -> dict[str, tuple[str, float, float]]:
    """Return for each feature that goes together with others: the others, the loss of all, its lower end."""
    found: dict[str, tuple[str, float, float]] = {}
    for unit in collinear.to_dict("records"):
        together = unit["members"].split(", ")
        loss, low = unit["importance"], unit["low"]
        found |= {name: (", ".join(o for o in together if o != name), loss, low) for name in together}
    return found


def _reason(row: dict[str, Any], concentration: dict[str, float]) -> str:
    if row["shap"] == 0:
        return UNUSED if row["permutation"] == 0 else REFITS
    if row["together_low"] > 0 and row["together"] > _SHARES * row["apart"]:
        return SHARED
    ahead = row["permutation_rank"] - row["shap_rank"]  # above 0: further up by contribution
    if abs(ahead) <= NEAR[row["kind"]]:
        return AGREE
    if row["low"] <= 0:
        return UNPROVEN
    if ahead > 0:
        return AMOUNT
    return FEW if concentration.get(row["feature"], 0) >= _CONCENTRATED else ORDER


def _sentence(row: dict[str, Any], concentration: dict[str, float], language: Language) -> str:
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
        concentration=percent(concentration.get(name, 0), 0, language),
    )
