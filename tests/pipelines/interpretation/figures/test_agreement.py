import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from tests.marks import render, words

from one_click.columns import label
from one_click.pipelines.interpretation.figures.agreement import importance_agreement_figure
from one_click.presentation.drawing import DECLINED

FEATURES = ["pages_per_visit", "promo_purchase_share", "minutes_current", "days_registered"]


def agreement(reasons: list[str], permutation_rank: tuple[int, ...] = (5, 2, 9, 3)) -> pd.DataFrame:
    table = pd.DataFrame({"feature": FEATURES, "kind": "feature", "reason": reasons})
    table = table.assign(shap_rank=[1, 2, 3, 4], permutation_rank=permutation_rank)
    group = pd.DataFrame({"feature": ["finance"], "kind": "group", "reason": "unproven", "shap_rank": 1})
    return pd.concat([table, group.assign(permutation_rank=4)], ignore_index=True)


@pytest.mark.parametrize(
    ("reasons", "ranks", "used", "russian", "english"),
    [
        pytest.param(
            ["unproven", "agree", "amount_not_order", "unused"],
            (5, 2, 9, 3),
            3,
            "расходятся в местах 2 из них",
            "disagree about the places of 2 of them",
            id="some-differ",
        ),
        pytest.param(
            ["agree", "agree", "agree", "unused"], (3, 2, 1, 9), 3, "согласны", "agree", id="all-agree"
        ),
        pytest.param(
            ["shared", "shared", "unproven", "unproven"],
            (8, 9, 7, 10),
            4,
            "расходятся в местах 4 из них",
            "disagree about the places of 4 of them",
            id="all-differ",
        ),
        pytest.param(
            ["shared", "shared", "agree", "unused"], (1, 2, 3, 9), 3, "согласны", "agree", id="shared-agree"
        ),
    ],
)
def test_title_counts_the_features_that_differ(
    reasons: list[str], ranks: tuple[int, ...], used: int, russian: str, english: str
) -> None:
    assert render(importance_agreement_figure(agreement(reasons, ranks))) == [
        f"Модель использует признаков: {used}; два способа измерить их важность {russian}",
        f"Features that the model uses: {used}; two measures of their importance {english}",
    ]


def test_title_of_a_model_that_uses_nothing_claims_no_agreement() -> None:
    titles = render(importance_agreement_figure(agreement(["unused", "some_refits"] * 2)))
    assert titles == ["Модель не использует признаков", "The model uses no feature"]


def test_features_stand_in_their_order_and_differing_ranks_are_joined_in_colour() -> None:
    table = agreement(["unproven", "agree", "amount_not_order", "unused"])
    (axes,) = importance_agreement_figure(table)[1].axes
    assert words(axes.get_legend().get_texts()) == ["contribution (SHAP)", "loss of ROC-AUC"]
    assert words(axes.get_yticklabels())[::-1] == [label(name, "en") for name in FEATURES]
    (lines,) = (one for one in axes.collections if isinstance(one, LineCollection))
    colours = [mpl.colors.to_hex(one) for one in lines.get_colors()][::-1]
    assert [one == DECLINED for one in colours] == [True, False, True, False]
    assert axes.xaxis_inverted()
