from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.purity import purely

from one_click.pipelines.interpretation.nodes import agreement

compare_importances = purely(agreement.compare_importances)

MakeImportances = Callable[..., tuple[pd.DataFrame, pd.DataFrame]]

GROUPS = ["communication", "site_behaviour", "product_preferences", "finance"]
ASKED, PARTNERS = "pages_per_visit", ["service_errors", "minutes_current"]
COLUMNS_OF_THE_TABLE = [
    *("feature", "kind", "permutation", "low", "high", "permutation_rank", "shap", "shap_rank"),
    *("partners", "together", "together_low", "apart", "reason"),
]
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "unused": ({"shap": 0.0, "permutation_rank": 9, "loss": 0.0}, "unused"),
    "some-refits": ({"shap": 0.0, "permutation_rank": 9}, "some_refits"),
    "unused-though-a-partner-is": ({"shap": 0.0, "together": 0.3, "loss": 0.0}, "unused"),
    "agree": ({"permutation_rank": 3, "shap_rank": 3}, "agree"),
    "agree-two-below": ({"permutation_rank": 5, "shap_rank": 3, "together": 0.06}, "agree"),
    "agree-two-above": ({"permutation_rank": 3, "shap_rank": 5, "concentration": 0.9}, "agree"),
    "shared": ({"permutation_rank": 6, "shap_rank": 3, "together": 0.061}, "shared"),
    "shared-first": ({"permutation_rank": 6, "shap_rank": 3, "low": -0.01, "together": 0.1}, "shared"),
    "shared-though-above": ({"shap_rank": 4, "together": 0.3}, "shared"),
    "together-no-loss": (
        {"permutation_rank": 9, "shap_rank": 3, "loss": -0.002, "low": -0.01, "together": -0.001},
        "unproven",
    ),
    "unproven": ({"permutation_rank": 6, "shap_rank": 3, "low": 0.0}, "unproven"),
    "no-gain": ({"permutation_rank": 9, "shap_rank": 1, "low": -0.1, "together": 0.05}, "unproven"),
    "no-loss-no-order": ({"permutation_rank": 3, "shap_rank": 9, "loss": -0.002, "low": -0.01}, "unproven"),
    "amount": ({"permutation_rank": 6, "shap_rank": 3}, "amount_not_order"),
    "amount-less": ({"permutation_rank": 6, "shap_rank": 3, "together": 0.04}, "amount_not_order"),
    "few-clients": ({"permutation_rank": 1, "shap_rank": 4, "concentration": 0.4}, "few_clients"),
    "order": ({"permutation_rank": 1, "shap_rank": 4, "concentration": 0.39}, "order_not_amount"),
}


@pytest.mark.parametrize(("changes", "reason"), CASES.values(), ids=CASES)
def test_reason_by_hand(make_importances: MakeImportances, changes: dict[str, Any], reason: str) -> None:
    table = compare_importances(*make_importances(**changes))
    assert table.set_index("feature").loc[ASKED, "reason"] == reason


def test_both_measures_stand_side_by_side(make_importances: MakeImportances) -> None:
    table = compare_importances(*make_importances(permutation_rank=4, shap_rank=2, together=0.25))
    assert table.columns.tolist() == COLUMNS_OF_THE_TABLE
    assert table["kind"].tolist() == ["feature"] * 16 + ["group"] * 4
    row, partner = (table.set_index("feature").loc[name] for name in (ASKED, "minutes_current"))
    assert row[["permutation", "low", "shap"]].tolist() == [0.05, 0.01, 0.3]
    assert row[["permutation_rank", "shap_rank"]].tolist() == [4, 2]
    assert row[["partners", "together"]].tolist() == ["service_errors, minutes_current", 0.25]
    assert partner[["partners", "together"]].tolist() == ["pages_per_visit, service_errors", 0.25]
    alone = table[~table["feature"].isin([ASKED, *PARTNERS])]
    assert (alone["partners"] == "").all()
    assert alone["together"].isna().all()


def test_contributions_of_a_group_are_those_of_its_features(make_importances: MakeImportances) -> None:
    table = compare_importances(*make_importances(shap=0.7)).set_index("feature").loc[GROUPS]
    # Three features of .2, four of which one has .7, four of .2 and five of .2.
    np.testing.assert_allclose(table["shap"], [0.6, 1.3, 0.8, 1.0])
    assert table["shap_rank"].tolist() == [4, 1, 3, 2]
    assert table["permutation_rank"].tolist() == [1, 2, 3, 4]
    np.testing.assert_allclose(table["permutation"], [0.10, 0.09, 0.08, 0.07])


def test_groups_two_ranks_apart_do_not_agree(make_importances: MakeImportances) -> None:
    permutation, shap = make_importances()
    sizes = {"communication": 0.2, "site_behaviour": 0.9, "product_preferences": 0.4, "finance": 0.1}
    shap["mean_absolute"] = shap["group"].map(sizes)
    table = compare_importances(permutation, shap).set_index("feature")
    assert table.loc["communication", ["permutation_rank", "shap_rank"]].tolist() == [1, 3]  # of four
    assert table.loc["communication", "reason"] != "agree"
