from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import Pipeline
from tests.purity import purely

from one_click.columns import ENGINEERED_FEATURES, TARGET
from one_click.features import add_engineered
from one_click.modelling.scores import raw_features
from one_click.pipelines.interpretation.nodes import coefficients

read_coefficients = purely(coefficients.read_coefficients)

Fit = Callable[..., Pipeline]


def test_odds_ratios_of_plain_columns_in_closed_form(fit: Fit, clients: pd.DataFrame) -> None:
    model = fit("logistic_regression", clients)
    table = read_coefficients(clients, plain=model).set_index("term")
    coefficients = dict(zip(model[1:3].get_feature_names_out(), model[-1].coef_[0], strict=True))
    assert len(table) == len(coefficients) == 21
    assert set(table["model"]) == {"plain"}
    pages = table.loc["pages_per_visit"]
    assert pages["features"] == "pages_per_visit"
    assert pages["coefficient"] == coefficients["pages_per_visit"]
    assert pages["odds_ratio"] == pytest.approx(np.exp(coefficients["pages_per_visit"]))  # scaled to 1
    share = (clients["popular_category"] == "Дом").mean()
    home = table.loc["popular_category = Дом"]
    assert home["features"] == "popular_category"
    expected = np.exp(coefficients["popular_category_Дом"] * np.sqrt(share * (1 - share)))
    assert home["odds_ratio"] == pytest.approx(expected)
    assert "service_type = стандарт" in table.index
    assert "service_type = премиум" not in table.index  # one of two levels has no column


@pytest.mark.parametrize(
    ("basis", "terms"),
    [
        pytest.param("curves", 3 * 4, id="curves"),
        pytest.param("products", 3 + 3, id="products"),
        pytest.param("curves_and_products", 3 * 4 + 3 + 3, id="both"),
    ],
)
def test_terms_are_named_as_the_steps_name_them(
    fit: Fit, clients: pd.DataFrame, basis: str, terms: int
) -> None:
    model = fit("logistic_regression", clients, select__k=3, basis=basis)
    named = model["basis"]["terms"].get_feature_names_out(model[1:3].get_feature_names_out())
    plain = [name.split("__")[-1].replace(" ", " × ") for name in named]
    plain = [name.replace("popular_category_", "popular_category = ") for name in plain]
    parts = [name.split("_sp_") for name in plain]
    expected = [part[0] if len(part) == 1 else f"{part[0]}, curve {int(part[1]) + 1}" for part in parts]
    table = read_coefficients(clients, model=model).set_index("term")
    assert len(table) == terms
    assert table["coefficient"].to_dict() == dict(zip(expected, model[-1].coef_[0], strict=True))
    np.testing.assert_allclose(table["odds_ratio"], np.exp(table["coefficient"]))  # terms are scaled


def test_product_names_both_features_and_the_weightiest_term_comes_first(
    fit: Fit, clients: pd.DataFrame
) -> None:
    model = fit("logistic_regression", clients, select__k=3, basis="products")
    table = read_coefficients(clients, model=model)
    assert (np.diff(table["coefficient"].abs()) <= 1e-12).all()
    product = table.set_index("term").loc["pages_per_visit × promo_purchase_share"]
    assert product["features"] == "pages_per_visit, promo_purchase_share"


def test_engineered_term_names_what_it_is_made_of(fit: Fit, clients: pd.DataFrame) -> None:
    wider = add_engineered(clients, ENGINEERED_FEATURES)
    model = fit("logistic_regression", wider, select__k="all", basis="products")
    features = read_coefficients(wider, model=model).set_index("term")["features"]
    assert features["minutes_trend"] == "minutes_previous, minutes_current"
    assert features["revenue_trend"] == "revenue_two_months_ago, revenue_previous, revenue_current"
    assert features["promo_habit"] == "promo_purchase_share"
    assert features["minutes_current × minutes_trend"] == "minutes_current, minutes_previous"


def test_linear_svc_has_coefficients_but_no_odds_ratios(fit: Fit, clients: pd.DataFrame) -> None:
    model = fit("svc", clients, model__kernel="linear")
    table = read_coefficients(clients, svc=model)
    assert len(table) == 21
    assert table["coefficient"].abs().max() > 0
    assert table["odds_ratio"].isna().all()


def test_coefficient_of_0_has_a_row(fit: Fit, clients: pd.DataFrame) -> None:
    model = fit("logistic_regression", clients, model__C=0.05, model__l1_ratio=1)
    table = read_coefficients(clients, model=model)
    assert len(table) == 21
    assert 0 < (table["coefficient"] != 0).sum() < 5


@pytest.mark.filterwarnings("ignore:Features .* are constant", "ignore:invalid value")
def test_constant_feature_has_an_odds_ratio_of_1(fit: Fit, clients: pd.DataFrame) -> None:
    same = clients.assign(days_registered=7)
    table = read_coefficients(same, model=fit("logistic_regression", same, select__k="all"))
    row = table.set_index("term").loc["days_registered"]
    assert row[["features", "odds_ratio"]].tolist() == ["days_registered", 1]


def test_models_with_coefficients_are_read_whatever_their_names(fit: Fit, clients: pd.DataFrame) -> None:
    names = ("logistic_regression", "decision_tree", "k_nearest_neighbours", "svc", "naive_bayes")
    models = {name: fit(name, clients) for name in names}
    ridge = Pipeline([*models["svc"].steps[:-1], ("model", RidgeClassifier())])
    models["ridge"] = ridge.fit(raw_features(clients), clients[TARGET])  # coefficients in one row
    models["refused"] = DummyClassifier().fit(clients[["pages_per_visit"]], clients[TARGET])
    counts = read_coefficients(clients, **models)["model"].value_counts()
    assert counts.to_dict() == {"logistic_regression": 21, "ridge": 21}
    renamed = {f"model_{position}": model for position, model in enumerate(models.values())}
    assert len(read_coefficients(clients, **renamed)) == 42


def test_table_without_a_linear_model_has_all_columns_and_types(fit: Fit, clients: pd.DataFrame) -> None:
    empty = read_coefficients(clients, neighbours=fit("k_nearest_neighbours", clients))
    full = read_coefficients(clients, linear=fit("logistic_regression", clients))
    assert len(empty) == 0 < len(full)
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
