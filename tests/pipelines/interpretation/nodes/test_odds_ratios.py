from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline
from tests.purity import purely

from one_click.columns import TARGET
from one_click.features import add_engineered
from one_click.modelling.scores import raw_features
from one_click.pipelines.interpretation.nodes import odds_ratios

measure_odds_ratios = purely(odds_ratios.measure_odds_ratios)

Fit = Callable[..., Pipeline]


@pytest.fixture(scope="module")
def linear(fit: Fit, clients: pd.DataFrame) -> Pipeline:
    return fit("logistic_regression", clients)


@pytest.fixture(scope="module")
def ratios(linear: Pipeline, clients: pd.DataFrame) -> pd.DataFrame:
    """Return the odds ratios of a linear model by feature."""
    return measure_odds_ratios(clients, model=linear).set_index("feature")


def _scales(model: Pipeline) -> dict[str, float]:
    scaler = model["columns"].named_transformers_["scaler"]
    return dict(zip(scaler.feature_names_in_, scaler.scale_, strict=True))


def _coefficients(model: Pipeline) -> dict[str, float]:
    return dict(zip(model[1:3].get_feature_names_out(), model[-1].coef_[0], strict=True))


def _quartiles(values: pd.Series) -> tuple[float, float]:
    """Return the 30th and the 90th of 120 sorted values."""
    ordered = values.sort_values().to_numpy()
    assert len(ordered) == 120
    return ordered[29], ordered[89]


def test_odds_of_a_linear_model_in_closed_form(
    linear: Pipeline, ratios: pd.DataFrame, clients: pd.DataFrame
) -> None:
    coefficients, scales = _coefficients(linear), _scales(linear)
    for feature in ("pages_per_visit", "promo_purchase_share", "revenue_current"):
        start, end = _quartiles(clients[feature])
        row = ratios.loc[feature]
        assert (row["from_value"], row["to_value"]) == (start, end)
        expected = np.exp(coefficients[feature] * (end - start) / scales[feature])
        assert row[["odds_ratio", "odds_low", "odds_high"]].tolist() == pytest.approx([expected] * 3)
    flag = ratios.loc["allows_messages"]
    assert (flag["from_value"], flag["to_value"]) == (0, 1)
    expected = np.exp(coefficients["allows_messages"] / scales["allows_messages"])
    assert flag["odds_ratio"] == pytest.approx(expected)
    assert ratios.loc["pages_per_visit", "odds_ratio"] < 1 < ratios.loc["promo_purchase_share", "odds_ratio"]
    assert (np.diff(np.abs(np.log(ratios["odds_ratio"]))) <= 1e-12).all()  # the strongest first


def test_a_category_moves_from_its_usual_level_to_the_riskiest_other(
    linear: Pipeline, ratios: pd.DataFrame, clients: pd.DataFrame
) -> None:
    weights = {
        name.removeprefix("popular_category_"): weight
        for name, weight in _coefficients(linear).items()
        if name.startswith("popular_category_")
    }
    usual = clients["popular_category"].mode().iloc[0]
    usual_weight = weights.pop(usual)
    riskiest = max(weights, key=lambda level: weights[level])
    row = ratios.loc["popular_category"]
    assert (row["from_level"], row["to_level"]) == (usual, riskiest)
    assert np.isnan([row["from_value"], row["to_value"]]).all()
    assert row["odds_ratio"] == pytest.approx(np.exp(weights[riskiest] - usual_weight))
    assert ratios.drop(["popular_category", "service_type"])["from_level"].isna().all()


def test_the_spread_of_a_product_in_closed_form(fit: Fit, clients: pd.DataFrame) -> None:
    model = fit("logistic_regression", clients, select__k=2, basis="products")
    assert model[1:3].get_feature_names_out().tolist() == ["pages_per_visit", "promo_purchase_share"]
    table = measure_odds_ratios(clients, model=model).set_index("feature")
    assert set(table.index) == {"pages_per_visit", "promo_purchase_share"}
    prepared = pd.DataFrame(model[:3].transform(raw_features(clients)), columns=["pages", "promo"])
    own, _, product = model[-1].coef_[0] / model["basis"]["scale"].scale_
    start, end = _quartiles(clients["pages_per_visit"])
    step = (end - start) / _scales(model)["pages_per_visit"]
    changes = step * (own + product * prepared["promo"])
    row = table.loc["pages_per_visit"]
    assert row["odds_low"] == pytest.approx(np.exp(changes.quantile(0.1)))
    assert row["odds_high"] == pytest.approx(np.exp(changes.quantile(0.9)))
    typical = prepared["promo"].sort_values().iloc[59]
    assert row["odds_ratio"] == pytest.approx(np.exp(step * (own + product * typical)))
    assert row["odds_high"] / row["odds_low"] > 1.01


def test_moving_a_raw_feature_moves_what_is_made_of_it(fit: Fit, clients: pd.DataFrame) -> None:
    wider = add_engineered(clients, ("minutes_trend",))
    model = fit("logistic_regression", wider, select__k=22)
    table = measure_odds_ratios(wider, model=model).set_index("feature")
    assert "minutes_trend" not in table.index
    coefficients, scales = _coefficients(model), _scales(model)
    start, end = _quartiles(clients["minutes_current"])
    slope = sum(coefficients[name] / scales[name] for name in ("minutes_current", "minutes_trend"))
    expected = np.exp((end - start) * slope)
    values = table.loc["minutes_current", ["odds_ratio", "odds_low", "odds_high"]]
    assert values.tolist() == pytest.approx([expected] * 3)


def test_a_raw_feature_may_have_a_part_through_an_engineered_one_alone(
    fit: Fit, clients: pd.DataFrame
) -> None:
    wider = add_engineered(clients, ("minutes_trend",))
    flipped = wider.assign(**{TARGET: (wider["minutes_trend"] < 0).astype("float64")})
    model = fit("logistic_regression", flipped, select__k=1)
    assert model[1:3].get_feature_names_out().tolist() == ["minutes_trend"]
    table = measure_odds_ratios(flipped, model=model)
    assert set(table["feature"]) == {"minutes_previous", "minutes_current"}


def test_a_feature_with_no_weight_has_no_part(fit: Fit, clients: pd.DataFrame) -> None:
    model = fit("logistic_regression", clients, model__C=0.05, model__l1_ratio=1)
    weights = _coefficients(model)
    kept = {name for name, weight in weights.items() if weight}
    assert 0 < len(kept) < 5
    assert set(measure_odds_ratios(clients, model=model)["feature"]) == kept


@pytest.mark.filterwarnings("ignore:Features .* are constant", "ignore:invalid value")
def test_a_constant_feature_has_nothing_to_be_compared_with(fit: Fit, clients: pd.DataFrame) -> None:
    constant = {
        "days_registered": 7,
        "allows_messages": True,
        "service_type": "премиум",
        "popular_category": "Дом",
    }
    same = clients.assign(**constant).astype({"service_type": "str", "popular_category": "str"})
    model = fit("logistic_regression", same, select__k="all")
    assert {"service_type_премиум", "days_registered"} <= set(model[1:3].get_feature_names_out())
    table = measure_odds_ratios(same, model=model).set_index("feature")
    for feature in set(constant) & set(table.index):
        row = table.loc[feature]
        assert row[["odds_ratio", "odds_low", "odds_high"]].tolist() == [1, 1, 1]
    assert table.loc["popular_category", ["from_level", "to_level"]].tolist() == ["Дом", "Дом"]


@pytest.mark.filterwarnings("ignore:Found unknown categories")
def test_an_unseen_category_gets_the_odds_that_the_model_gives_it(
    linear: Pipeline, clients: pd.DataFrame
) -> None:
    level = "Новая"
    new = clients.assign(popular_category=["Дом"] * 100 + [level] * 20).astype({"popular_category": "str"})
    row = measure_odds_ratios(new, model=linear).set_index("feature").loc["popular_category"]
    assert (row["from_level"], row["to_level"]) == ("Дом", level)
    weight = _coefficients(linear)["popular_category_Дом"]
    assert row["odds_ratio"] == pytest.approx(np.exp(-weight))  # a level without a column


def test_a_linear_svc_has_no_odds(fit: Fit, clients: pd.DataFrame) -> None:
    assert measure_odds_ratios(clients, svc=fit("svc", clients, model__kernel="linear")).empty


def test_what_can_be_read_depends_on_what_the_model_can_do(fit: Fit, clients: pd.DataFrame) -> None:
    names = ("logistic_regression", "decision_tree", "k_nearest_neighbours", "svc", "naive_bayes")
    models = {name: fit(name, clients) for name in names}
    models["refused"] = DummyClassifier().fit(clients[["pages_per_visit"]], clients[TARGET])
    counts = measure_odds_ratios(clients, **models)["model"].value_counts()
    assert counts.to_dict() == {"logistic_regression": 16}
    renamed = {f"model_{position}": model for position, model in enumerate(models.values())}
    assert len(measure_odds_ratios(clients, **renamed)) == 16


def test_without_a_readable_model_the_columns_stay(fit: Fit, linear: Pipeline, clients: pd.DataFrame) -> None:
    empty = measure_odds_ratios(clients, neighbours=fit("k_nearest_neighbours", clients))
    full = measure_odds_ratios(clients, linear=linear)
    assert len(empty) == 0 < len(full)
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
