from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PathCollection

from one_click.columns import LANGUAGES, label
from one_click.pipelines.interpretation.figures.agreement import importance_agreement_figure
from one_click.presentation.drawing import DECLINED

Render = Callable[[Any], list[str]]

FEATURES = ["pages_per_visit", "promo_purchase_share", "minutes_current", "days_registered"]
SERIES = {"ru": ["вклад (SHAP)", "потеря ROC-AUC"], "en": ["contribution (SHAP)", "loss of ROC-AUC"]}


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
    render: Render, reasons: list[str], ranks: tuple[int, ...], used: int, russian: str, english: str
) -> None:
    assert render(importance_agreement_figure(agreement(reasons, ranks))) == [
        f"Модель использует признаков: {used}; два способа измерить их важность {russian}",
        f"Features that the model uses: {used}; two measures of their importance {english}",
    ]


def test_title_of_a_model_that_uses_nothing_claims_no_agreement(render: Render) -> None:
    titles = render(importance_agreement_figure(agreement(["unused", "some_refits"] * 2)))
    assert titles == ["Модель не использует признаков", "The model uses no feature"]


def test_both_ranks_of_every_feature_are_drawn() -> None:
    table = agreement(["unproven", "agree", "amount_not_order", "unused"])
    for figure, language in zip(importance_agreement_figure(table), LANGUAGES, strict=True):
        (axes,) = figure.axes
        assert [text.get_text() for text in axes.get_legend().get_texts()] == SERIES[language]
        assert [tick.get_text() for tick in axes.get_yticklabels()][::-1] == [
            label(name, language) for name in FEATURES
        ]
        by_size, by_loss = (
            np.asarray(one.get_offsets()) for one in axes.collections if isinstance(one, PathCollection)
        )
        assert by_size[::-1, 0].tolist() == [1, 2, 3, 4]
        assert by_loss[::-1, 0].tolist() == [5, 2, 9, 3]
        (lines,) = (one for one in axes.collections if isinstance(one, LineCollection))
        colours = [mpl.colors.to_hex(one) for one in lines.get_colors()][::-1]
        assert [one == DECLINED for one in colours] == [True, False, True, False]
        assert axes.xaxis_inverted()
