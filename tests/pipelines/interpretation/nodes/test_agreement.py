from typing import Any

import numpy as np
import pandas as pd
import pytest

from one_click.columns import BASE_FEATURES, COLUMNS, GROUP_LABELS, LANGUAGES, label
from one_click.pipelines.interpretation.nodes.agreement import compare_importances
from one_click.presentation.wording import number, percent

GROUPS = ("communication", "site_behaviour", "product_preferences", "finance")
ASKED = "pages_per_visit"
PARTNERS = "pages_per_visit + service_errors + minutes_current"
COLUMNS_OF_THE_TABLE = [
    *("feature", "kind", "permutation", "low", "high", "permutation_rank", "shap", "shap_rank"),
    *("partners", "together", "together_low", "apart", "reason", "sentence_ru", "sentence_en"),
]


def permuted(kind: str, names: list[str], metric: str = "roc_auc", members: str = "") -> pd.DataFrame:
    """Return losses of 0.10, 0.09, … of these units, each ± 0.05."""
    table = pd.DataFrame({"feature": names, "kind": kind, "members": members, "metric": metric})
    loss = 0.10 - 0.01 * table.index.to_numpy()
    table = table.assign(importance=loss, low=loss - 0.05, high=loss + 0.05, rank=table.index + 1)
    return table.assign(members=members or table["feature"])


def tables(
    permutation_rank: int = 1,
    shap_rank: int = 1,
    shap: float = 0.3,
    loss: float = 0.05,
    low: float = 0.01,
    concentration: float = 0.2,
    together: float | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both measures of all features, of which one is of interest."""
    others = [name for name in BASE_FEATURES if name != ASKED]
    by_loss, by_size = (
        [*others[: rank - 1], ASKED, *others[rank - 1 :]] for rank in (permutation_rank, shap_rank)
    )
    features = permuted("feature", by_loss)
    features.loc[features["feature"] == ASKED, ["importance", "low", "high"]] = [loss, low, loss + 0.02]
    parts = [features, permuted("group", list(GROUPS)), permuted("feature", by_loss[::-1], "f1_declined")]
    if together is not None:
        features.loc[features["feature"].isin(["service_errors", "minutes_current"]), "importance"] = 0.0
        members = PARTNERS.replace(" + ", ", ")
        parts.append(permuted("collinear", [PARTNERS], members=members).assign(importance=together))
        parts.append(permuted("collinear", [PARTNERS], "f1_declined", members).assign(importance=9.0))
    sizes = pd.DataFrame({"feature": by_size, "mean_absolute": 0.2, "concentration": 0.2})
    sizes.loc[sizes["feature"] == ASKED, ["mean_absolute", "concentration"]] = [shap, concentration]
    sizes["group"] = [COLUMNS[name].group for name in by_size]
    return pd.concat(parts, ignore_index=True), sizes.assign(rank=sizes.index + 1)


def asked(**changes: Any) -> dict[str, Any]:
    table = compare_importances(*tables(**changes))
    return dict(table.set_index("feature").loc[ASKED])


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "unused": ({"shap": 0.0, "permutation_rank": 9, "loss": 0.0}, "unused"),
    "some-refits": ({"shap": 0.0, "permutation_rank": 9}, "some_refits"),
    "unused-though-a-partner-is": ({"shap": 0.0, "together": 0.3, "loss": 0.0}, "unused"),
    "agree": ({"permutation_rank": 3, "shap_rank": 3}, "agree"),
    "agree-two-below": ({"permutation_rank": 5, "shap_rank": 3, "together": 0.06}, "agree"),
    "agree-two-above": ({"permutation_rank": 3, "shap_rank": 5, "concentration": 0.9}, "agree"),
    "shared": ({"permutation_rank": 6, "shap_rank": 3, "together": 0.061}, "shared"),
    "shared-first": ({"permutation_rank": 6, "shap_rank": 3, "low": -0.01, "together": 0.1}, "shared"),
    "unproven": ({"permutation_rank": 6, "shap_rank": 3, "low": 0.0}, "unproven"),
    "no-gain": ({"permutation_rank": 9, "shap_rank": 1, "low": -0.1, "together": 0.05}, "unproven"),
    "amount": ({"permutation_rank": 6, "shap_rank": 3}, "amount_not_order"),
    "amount-less": ({"permutation_rank": 6, "shap_rank": 3, "together": 0.04}, "amount_not_order"),
    "few-clients": ({"permutation_rank": 1, "shap_rank": 4, "concentration": 0.4}, "few_clients"),
    "order": ({"permutation_rank": 1, "shap_rank": 4, "concentration": 0.39}, "order_not_amount"),
    "shared-though-above": ({"shap_rank": 4, "together": 0.3}, "shared"),
}

RU = "«Страниц за визит»: место {} по потере ROC-AUC ({}), {} по вкладу: "
EN = "“Pages per visit”: rank {} by loss of ROC-AUC ({}), {} by contribution: "
TOLD = [
    pytest.param(
        {"shap": 0.0, "permutation_rank": 9, "shap_rank": 12, "loss": 0.0},
        RU.format(9, "0,000", 12) + "модель этого не использует.",
        EN.format(9, "0.000", 12) + "the model does not use it.",
        id="unused",
    ),
    pytest.param(
        {"permutation_rank": 2, "loss": 0.0912},
        RU.format(2, "0,091", 1) + "оба способа дают близкие места.",
        EN.format(2, "0.091", 1) + "both measures place it alike.",
        id="agree",
    ),
    pytest.param(
        {"permutation_rank": 6, "loss": 0.02, "together": 0.1234},
        RU.format(6, "0,020", 1)
        + "важность общая с «Ошибки сервиса, Время на сайте в текущем месяце»: если перемешать их вместе, "
        "потеря 0,123.",
        EN.format(6, "0.020", 1) + "it shares its importance with “Service errors, Time on site this month”: "
        "shuffled together they cost 0.123.",
        id="shared",
    ),
    pytest.param(
        {"permutation_rank": 6, "low": -0.001},
        RU.format(6, "0,050", 1)
        + "оценки меняются, но пользы для новых клиентов не видно: нижний конец интервала потери не "
        "выше нуля.",
        EN.format(6, "0.050", 1)
        + "it moves scores, but no use for unseen clients is proven: its loss may be zero or less.",
        id="unproven",
    ),
    pytest.param(
        {"permutation_rank": 6},
        RU.format(6, "0,050", 1) + "величина оценок меняется больше, чем порядок клиентов.",
        EN.format(6, "0.050", 1) + "it changes the amount of scores more than the order of clients.",
        id="amount",
    ),
    pytest.param(
        {"shap_rank": 9, "concentration": 0.456},
        RU.format(1, "0,050", 9) + "вклад сосредоточен: 46\u00a0% его приходится на десятую часть клиентов.",
        EN.format(1, "0.050", 9)
        + "its contributions are concentrated: 46% of them fall to a tenth of the clients.",
        id="few-clients",
    ),
    pytest.param(
        {"shap_rank": 9},
        RU.format(1, "0,050", 9) + "вклад невелик, но меняет порядок клиентов с близкими оценками.",
        EN.format(1, "0.050", 9) + "its contributions are small, but reorder clients with near scores.",
        id="order",
    ),
]


@pytest.mark.parametrize(("changes", "reason"), CASES.values(), ids=CASES)
def test_reason(changes: dict[str, Any], reason: str) -> None:
    assert asked(**changes)["reason"] == reason


def test_nothing_is_said_of_a_loss_that_is_none() -> None:
    shared = asked(permutation_rank=9, shap_rank=3, loss=-0.002, low=-0.01, together=-0.001)
    assert shared["reason"] == "unproven"  # rather than what both together cost
    order = asked(permutation_rank=3, shap_rank=9, loss=-0.002, low=-0.01)
    assert order["reason"] != "order_not_amount"  # no order is better for it


@pytest.mark.parametrize(("changes", "russian", "english"), TOLD)
def test_sentences(changes: dict[str, Any], russian: str, english: str) -> None:
    row = asked(**changes)
    assert row["sentence_ru"] == russian
    assert row["sentence_en"] == english


def test_both_measures_stand_side_by_side() -> None:
    table = compare_importances(*tables(permutation_rank=4, shap_rank=2, together=0.25))
    assert table.columns.tolist() == COLUMNS_OF_THE_TABLE
    assert table["kind"].tolist() == ["feature"] * 16 + ["group"] * 4
    row = table.set_index("feature").loc[ASKED]
    assert row[["permutation", "low", "shap"]].tolist() == [0.05, 0.01, 0.3]
    assert row[["permutation_rank", "shap_rank"]].tolist() == [4, 2]
    assert (row["partners"], row["together"]) == ("service_errors, minutes_current", 0.25)
    alone = table[~table["feature"].isin(PARTNERS.split(" + "))]
    assert (alone["partners"] == "").all()
    assert alone["together"].isna().all()
    partner = table.set_index("feature").loc["minutes_current"]
    assert (partner["partners"], partner["together"]) == ("pages_per_visit, service_errors", 0.25)


def test_contributions_of_groups_are_those_of_their_features() -> None:
    table = compare_importances(*tables(shap=0.7)).set_index("feature").loc[list(GROUPS)]
    # Three features of .2, four of which one has .7, four of .2 and five of .2.
    np.testing.assert_allclose(table["shap"], [0.6, 1.3, 0.8, 1.0])
    assert table["shap_rank"].tolist() == [4, 1, 3, 2]
    assert table["permutation_rank"].tolist() == [1, 2, 3, 4]
    np.testing.assert_allclose(table["permutation"], [0.10, 0.09, 0.08, 0.07])


def test_a_group_that_is_first_by_one_measure_and_near_the_last_by_the_other_is_not_alike() -> None:
    permutation, shap = tables()
    sizes = {"communication": 0.2, "site_behaviour": 0.9, "product_preferences": 0.4, "finance": 0.1}
    shap["mean_absolute"] = shap["group"].map(sizes)
    table = compare_importances(permutation, shap).set_index("feature")
    assert table.loc["communication", ["permutation_rank", "shap_rank"]].tolist() == [1, 3]  # of four
    assert table.loc["communication", "reason"] != "agree"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_true_of_its_row(language: str) -> None:
    for changes in (given for given, _ in CASES.values()):
        permutation, shap = tables(**changes)
        concentration = shap.set_index("feature")["concentration"]
        table = compare_importances(permutation, shap)
        for row in table.to_dict("records"):
            group = row["kind"] == "group"
            name = GROUP_LABELS[row["feature"]][language] if group else label(row["feature"], language)
            sentence = row[f"sentence_{language}"]
            said, found = sentence.split(": ", maxsplit=2)[0], sentence.split(": ", maxsplit=2)[2]
            assert said == (f"«{name}»" if language == "ru" else f"“{name}”")
            ranks = sentence.split(": ", maxsplit=2)[1]
            assert f" {row['permutation_rank']} " in ranks
            assert f", {row['shap_rank']} " in ranks
            assert f"({number(row['permutation'], 3, language)})" in ranks
            if row["reason"] == "shared":
                assert number(row["together"], 3, language) in found
                assert all(label(one, language) in found for one in row["partners"].split(", "))
            if row["reason"] == "few_clients":
                assert percent(concentration[row["feature"]], 0, language) in found


def test_inputs_stay() -> None:
    permutation, shap = tables(permutation_rank=6, together=0.3)
    before = permutation.copy(), shap.copy()
    compare_importances(permutation, shap)
    pd.testing.assert_frame_equal(permutation, before[0])
    pd.testing.assert_frame_equal(shap, before[1])
