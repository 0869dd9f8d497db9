from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.purity import purely

from one_click.columns import BASE_FEATURES
from one_click.explain.shapley import explain
from one_click.modelling.calibration import calibrate_out_of_fold
from one_click.parameters import Interpretation
from one_click.pipelines.interpretation.nodes import disputes

find_disputes = purely(disputes.find_disputes)

Fit = Callable[..., Any]
Disputed = Callable[..., tuple[Any, ...]]
Models = dict[str, Any]

FEATURES = list(BASE_FEATURES)
LINEAR, TREE, NEIGHBOURS = "logistic_regression", "decision_tree", "k_nearest_neighbours"
ENDING = ["spread", "highest", "lowest", "feature", "value", "weight_highest", "weight_lowest"]


# Who ----------------------------------------------------------------------------------------------


def test_clients_with_the_largest_spread_of_the_families_are_found(
    disputed: Disputed, blinkered: Models
) -> None:
    scores = {
        LINEAR: [0.5, 0.9, 0.5, 0.2, 0.6],
        TREE: [0.5, 0.3, 0.6, 0.8, 0.0],
        "extra_trees": [0.0, 1.0, 0.0, 1.0, 0.5],  # no family
        "voting": [0.0] * 5,
    }
    table = find_disputes(*disputed(scores), **blinkered)
    assert table.columns.tolist() == ["client_id", "target", TREE, LINEAR, *ENDING]
    assert table["client_id"].tolist() == [1002, 1004]  # as far apart as 1005, which comes later
    np.testing.assert_allclose(table["spread"], [0.6, 0.6])
    assert table["highest"].tolist() == [LINEAR, TREE]
    assert table["lowest"].tolist() == [TREE, LINEAR]
    np.testing.assert_allclose(table[[LINEAR, TREE]], [[0.9, 0.3], [0.2, 0.8]])


def test_largest_spread_comes_first_with_the_values_of_its_client(
    clients: pd.DataFrame, disputed: Disputed, blinkered: Models
) -> None:
    scores = {LINEAR: [0.1, 0.2, 0.3, 0.4], TREE: [0.2, 0.4, 0.6, 0.8]}
    table = find_disputes(*disputed(scores, clients.sample(frac=1, random_state=2), 50), **blinkered)
    assert table["client_id"].tolist() == [1004, 1003, 1002, 1001]
    own = clients.set_index("client_id")
    for row in table.itertuples():
        assert row.value == str(own.loc[row.client_id, row.feature])


def test_probabilities_are_calibrated_out_of_fold_and_averaged_over_repeats(
    clients: pd.DataFrame, disputed: Disputed, blinkered: Models
) -> None:
    generator = np.random.default_rng(0)
    margins = pd.DataFrame(
        {
            "client_id": np.tile(np.arange(1001, 1041), 2),
            "repeat": np.repeat([0, 1], 40),
            "fold": generator.integers(0, 2, 80),
            "target": np.tile(np.arange(40) % 2, 2).astype("float64"),
        }
    )
    noisy = margins["target"] + generator.normal(size=80)
    margins = margins.assign(model=LINEAR, score=noisy, probability=np.nan)
    score = 0.1 + 0.2 * margins["repeat"]
    plain = margins.assign(model=TREE, score=score, probability=score)
    chosen = pd.DataFrame({"model": [LINEAR, TREE], "method": ["sigmoid", "none"], "chosen": True})
    *_, base, options = disputed({LINEAR: [0.5]}, most=40)
    table = find_disputes(clients, pd.concat([plain, margins]), chosen, base, options, **blinkered)
    table = table.sort_values("client_id")
    np.testing.assert_allclose(table[TREE], 0.2)  # of .1 and .3
    calibrated = calibrate_out_of_fold(margins, "sigmoid").reshape(2, 40).mean(axis=0)
    np.testing.assert_allclose(table[LINEAR], calibrated)
    assert table["target"].tolist() == [0.0, 1.0] * 20


@pytest.mark.parametrize(
    ("scores", "judged"),
    [
        pytest.param({LINEAR: [0.1, 0.9], "extra_trees": [0.9, 0.1]}, [LINEAR], id="one-family"),
        pytest.param({"voting": [0.1, 0.9], "extra_trees": [0.9, 0.1]}, [], id="no-family"),
        pytest.param({LINEAR: [0.5, 0.9], TREE: [0.5, 0.9]}, [TREE, LINEAR], id="all-agree"),
    ],
)
def test_table_without_disputes_has_all_columns(
    disputed: Disputed, blinkered: Models, scores: dict[str, list[float]], judged: list[str]
) -> None:
    table = find_disputes(*disputed(scores), **blinkered)
    assert table.empty
    assert table.columns.tolist() == ["client_id", "target", *judged, *ENDING]


def test_family_that_could_not_be_fitted_is_left_out(disputed: Disputed, blinkered: Models) -> None:
    table = find_disputes(*disputed({LINEAR: [0.5, 0.9], TREE: [0.5, 0.3]}), **{**blinkered, "svc": "none"})
    assert set(table["highest"]) | set(table["lowest"]) == {LINEAR, TREE}


# About what ---------------------------------------------------------------------------------------


def test_planted_disagreement_is_named(clients: pd.DataFrame, disputed: Disputed, weighing: Fit) -> None:
    """One model looks at the pages alone, the other at the minutes and at promo purchases."""
    models = {
        LINEAR: weighing(pages_per_visit=-1.0),
        TREE: weighing(minutes_current=1.0, promo_purchase_share=1.0),
    }
    asked = clients.assign(pages_per_visit=1, minutes_current=11, promo_purchase_share=0.95)
    table = find_disputes(*disputed({LINEAR: [0.9, 0.8], TREE: [0.3, 0.3]}, asked), **models)
    assert table["feature"].tolist() == ["pages_per_visit"] * 2
    assert table["value"].tolist() == ["1"] * 2
    np.testing.assert_allclose(table[["weight_highest", "weight_lowest"]], [[1, 0]] * 2)


def test_feature_that_speaks_for_the_lower_family_is_not_named(
    clients: pd.DataFrame, disputed: Disputed, weighing: Fit
) -> None:
    """Promo purchases differ by more, but the higher model is so for its pages."""
    models = {
        LINEAR: weighing(pages_per_visit=-0.2, promo_purchase_share=-0.8),
        TREE: weighing(pages_per_visit=-0.01, promo_purchase_share=0.8),
    }
    asked = clients.assign(pages_per_visit=1, promo_purchase_share=0.99)
    table = find_disputes(*disputed({LINEAR: [0.9, 0.9], TREE: [0.1, 0.1]}, asked), **models)
    assert set(table["feature"]) == {"pages_per_visit"}


def test_weights_are_shares_of_each_models_own_explanation(
    clients: pd.DataFrame, disputed: Disputed, blinkered: Models, options: Interpretation
) -> None:
    table = find_disputes(*disputed({NEIGHBOURS: [0.9, 0.2, 0.5], LINEAR: [0.3, 0.6, 0.5]}), **blinkered)
    asked = clients.set_index("client_id").loc[table["client_id"], FEATURES]
    shares = {}
    for name in (LINEAR, NEIGHBOURS):
        values = explain(blinkered[name], asked, clients[FEATURES], options).contributions
        shares[name] = pd.DataFrame(values / np.abs(values).sum(axis=1, keepdims=True), columns=FEATURES)
    for place, row in enumerate(table.itertuples()):
        high, low = shares[row.highest].iloc[place], shares[row.lowest].iloc[place]
        assert row.weight_highest == pytest.approx(high[row.feature])
        assert row.weight_lowest == pytest.approx(low[row.feature])
        assert row.weight_highest - row.weight_lowest == pytest.approx((high - low).max())


def test_model_without_reasons_weighs_nothing(
    fit: Fit, clients: pd.DataFrame, disputed: Disputed, blinkered: Models
) -> None:
    blind = fit(LINEAR, clients, select__k=1, model__C=1e-9)
    blind[-1].coef_[:] = 0
    table = find_disputes(*disputed({LINEAR: [0.4, 0.4], TREE: [0.9, 0.8]}), **{**blinkered, LINEAR: blind})
    assert (table["weight_lowest"] == 0).all()
    assert np.isfinite(table["weight_highest"]).all()
