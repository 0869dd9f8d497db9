"""Where permutation importance and Shapley values agree about a feature, and why where they do not."""

from typing import Any

import numpy as np
import pandas as pd

from .importance import COLLINEAR, FEATURE, GROUP

_METRIC = "roc_auc"
NEAR = {FEATURE: 2, GROUP: 1}  # ranks apart, of sixteen and of four, up to which both measures agree
_SHARED_FROM = 1.2  # times the sum of the single losses, from which features share their importance
_CONCENTRATED = 0.4  # of all contributions in a tenth of the clients; even amounts give .2 or so

# Why the two measures differ, or that they do not.
UNUSED, REFITS, AGREE, SHARED = "unused", "some_refits", "agree", "shared"
UNPROVEN, AMOUNT = "unproven", "amount_not_order"
FEW, ORDER = "few_clients", "order_not_amount"


def compare_importances(permutation_importance: pd.DataFrame, shap_importance: pd.DataFrame) -> pd.DataFrame:
    """Put both measures side by side, by feature and by group of features, with the reason of a difference.

    Returns
    -------
    DataFrame of `schemas.interpretation.ImportanceAgreement`, without sentences
        Reason: ``unused``; ``some_refits`` (used by some refits, not by the champion); ``shared`` (with its
        partners: all of them together cost clearly more than one by one); ``agree``; ``unproven`` (it moves
        scores, but no use for unseen clients is proven); ``amount_not_order``; ``few_clients`` (large for few
        clients); ``order_not_amount`` (small moves, but between clients with near scores).
    """
    permuted = permutation_importance[permutation_importance["metric"] == _METRIC]
    features = _side_by_side(permuted[permuted["kind"] == FEATURE], shap_importance)
    groups = _side_by_side(permuted[permuted["kind"] == GROUP], _sum_by_group(shap_importance))
    table = pd.concat([features, groups], ignore_index=True)
    table = _add_partners(table, permuted[permuted["kind"] == COLLINEAR])
    concentration = shap_importance.set_index("feature")["concentration"].to_dict()
    return table.assign(reason=[_reason(row, concentration) for row in table.to_dict("records")])


def _sum_by_group(shap_importance: pd.DataFrame) -> pd.DataFrame:
    sums = shap_importance.groupby("group", sort=False)[["mean_absolute"]].sum()
    sizes = sums.reset_index(names="feature")
    return sizes.assign(rank=sizes["mean_absolute"].rank(ascending=False).astype(int))


def _side_by_side(permuted: pd.DataFrame, shap: pd.DataFrame) -> pd.DataFrame:
    ranked = shap[["feature", "mean_absolute", "rank"]]
    ranked = ranked.rename(columns={"mean_absolute": "shap", "rank": "shap_rank"})
    columns = ["feature", "kind", "importance", "low", "high", "rank"]
    table = permuted[columns].merge(ranked, on="feature", validate="one_to_one")
    return table.rename(columns={"importance": "permutation", "rank": "permutation_rank"})


def _add_partners(table: pd.DataFrame, collinear: pd.DataFrame) -> pd.DataFrame:
    """Add each feature's partners, the loss of all of them together, and the sum of their single losses."""
    together = _partners(collinear)
    found = [together.get(name, ("", np.nan, np.nan)) for name in table["feature"]]
    columns = ["partners", "together", "together_low"]
    table = table.join(pd.DataFrame(found, columns=columns, index=table.index))
    # A loss below zero is noise; unclipped, it would lower the sum, and the others seem to share.
    own = table.set_index("feature")["permutation"].clip(lower=0)
    units = [
        [name, *filter(None, partners.split(", "))]
        for name, partners in zip(table["feature"], table["partners"], strict=True)
    ]
    return table.assign(apart=[own[unit].sum() for unit in units])


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
    if row["together_low"] > 0 and row["together"] > _SHARED_FROM * row["apart"]:
        return SHARED
    ahead = row["permutation_rank"] - row["shap_rank"]  # above 0: further up by contribution
    if abs(ahead) <= NEAR[row["kind"]]:
        return AGREE
    if row["low"] <= 0:
        return UNPROVEN
    if ahead > 0:
        return AMOUNT
    return FEW if concentration.get(row["feature"], 0) >= _CONCENTRATED else ORDER
