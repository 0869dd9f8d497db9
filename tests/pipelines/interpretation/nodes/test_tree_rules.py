from collections.abc import Callable
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline
from tests.purity import purely

from one_click.columns import ENGINEERED_FEATURES, TARGET
from one_click.features import add_engineered
from one_click.modelling.scores import raw_features
from one_click.parameters import SCALERS
from one_click.pipelines.interpretation.nodes import tree_rules
from one_click.pipelines.interpretation.nodes.tree_rules import Condition, Rule

read_tree_rules = purely(tree_rules.read_tree_rules)

Fit = Callable[..., Pipeline]
OTHERS = ("logistic_regression", "k_nearest_neighbours", "svc", "naive_bayes")
alike_in_all_else = pytest.mark.filterwarnings(
    "ignore:Features .* are constant", "ignore:invalid value", "ignore:divide by zero", "ignore:n_quantiles"
)


def _fulfils(clients: pd.DataFrame, conditions: tuple[Condition, ...]) -> np.ndarray:
    holds = np.ones(len(clients), dtype=bool)
    for feature, low, high, levels in (one.listed() for one in conditions):
        values = clients[feature]
        if levels is None:
            holds &= (values > (-np.inf if low is None else low)).to_numpy()
            holds &= (values <= (np.inf if high is None else high)).to_numpy()
        elif "is" in levels:
            holds &= (values == levels["is"]).to_numpy()
        else:
            holds &= ~values.isin(levels["is_not"]).to_numpy()
    return holds


def _leaves_by_rule(clients: pd.DataFrame, rules: list[Rule]) -> np.ndarray:
    """Return the leaf whose rule each client fulfils; exactly one."""
    table = np.column_stack([_fulfils(clients, rule.conditions) for rule in rules])
    assert (table.sum(axis=1) == 1).all()
    return np.array([rule.leaf for rule in rules])[table.argmax(axis=1)]


def _leaves_of_model(model: Pipeline, clients: pd.DataFrame) -> np.ndarray:
    return model[-1].apply(model[:-1].transform(raw_features(clients)))


def _risky_homes(clients: pd.DataFrame) -> pd.DataFrame:
    """Return clients whose risk also depends on their category, service and consent."""
    generator = np.random.default_rng(3)
    risk = 5 * (clients["popular_category"] == "Дом") - 4 * (clients["popular_category"] == "Сад")
    risk += 2 * (clients["service_type"] == "премиум") - 2 * clients["allows_messages"]
    risk += 3 * clients["promo_purchase_share"] - 0.3 * clients["pages_per_visit"]
    risk += generator.normal(size=len(clients))
    return clients.assign(**{TARGET: (risk > risk.median()).astype("float64")})


@pytest.mark.filterwarnings("ignore:n_quantiles", "ignore:Found unknown categories")
@pytest.mark.parametrize("scaler", SCALERS)
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_rules_put_every_client_into_his_leaf(
    fit: Fit, make_clients: Callable[..., pd.DataFrame], scaler: str, seed: int
) -> None:
    known, new = _risky_homes(make_clients(300, seed=seed)), make_clients(500, seed=seed + 90)
    model = fit("decision_tree", known, scaler=scaler, model__max_depth=9, model__min_samples_leaf=1)
    rules = read_tree_rules(known, tree=model)
    assert len(rules) == model[-1].get_n_leaves() > 15
    assert {name for rule in rules for one in rule.conditions for name in one.listed()[3] or ()} == {
        *("is", "is_not")
    }
    np.testing.assert_array_equal(_leaves_by_rule(known, rules), _leaves_of_model(model, known))
    unseen = new.assign(popular_category=new["popular_category"].replace("Сад", "Новая"))
    for others in (new, unseen):
        np.testing.assert_array_equal(_leaves_by_rule(others, rules), _leaves_of_model(model, others))


def test_rules_on_calculated_values_put_training_clients_into_their_leaves(
    fit: Fit, clients: pd.DataFrame
) -> None:
    wider = add_engineered(clients, ENGINEERED_FEATURES)
    target = ((wider["revenue_trend"] % 0.5) > 0.2).astype("float64")
    known = wider.assign(**{TARGET: target})
    model = fit("decision_tree", known, select__k="all", model__max_depth=6)
    rules = read_tree_rules(known, tree=model)
    assert all("revenue_trend" in map(attrgetter("feature"), rule.conditions) for rule in rules)
    np.testing.assert_array_equal(_leaves_by_rule(known, rules), _leaves_of_model(model, known))


def test_counts_shares_and_order(fit: Fit, clients: pd.DataFrame) -> None:
    model = fit("decision_tree", clients)
    rules = read_tree_rules(clients, tree=model)
    own = _leaves_of_model(model, clients)
    for rule in rules:
        target = clients.loc[own == rule.leaf, TARGET]
        assert (rule.clients, rule.declined) == (len(target), target.sum())
        assert rule.declined_share == rule.probability == pytest.approx(target.mean())
    assert sum(rule.clients for rule in rules) == len(clients)
    probabilities = [rule.probability for rule in rules]
    assert probabilities == sorted(probabilities, reverse=True)
    assert probabilities[0] > probabilities[-1]
    # The clients made the rules: no interval of theirs holds.
    assert not {"low", "high"} & set(vars(rules[0]))


def test_the_probability_is_the_leafs_own_where_classes_are_weighted(fit: Fit, clients: pd.DataFrame) -> None:
    model = fit("decision_tree", clients, model__max_depth=2, model__class_weight="balanced")
    rules = read_tree_rules(clients, tree=model)
    features = raw_features(clients)
    own = pd.Series(model.predict_proba(features)[:, 1]).groupby(_leaves_of_model(model, clients)).first()
    assert {rule.leaf: rule.probability for rule in rules} == pytest.approx(own.to_dict())
    assert max(abs(rule.probability - rule.declined_share) for rule in rules) > 0.01


def _one_feature_matters(
    clients: pd.DataFrame, feature: str, values: list[Any], declines: Any
) -> pd.DataFrame:
    """Return clients alike in all but one feature, who decline by its value."""
    alike = pd.DataFrame([clients.iloc[0]] * 6 * len(values)).astype(clients.dtypes.to_dict())
    alike = (
        alike.reset_index(drop=True).assign(**{feature: values * 6}).astype({feature: clients[feature].dtype})
    )
    return alike.assign(**{TARGET: [float(declines(value)) for value in alike[feature]]})


@alike_in_all_else
@pytest.mark.parametrize(
    ("feature", "values", "declines", "low", "high", "levels"),
    [
        pytest.param("pages_per_visit", [3, 4, 5, 8], lambda n: n <= 4, None, 4, None, id="whole-at-most"),
        pytest.param("pages_per_visit", [0, 1], lambda n: n >= 1, 0, None, None, id="whole-at-least"),
        pytest.param(
            "unpaid_items_quarter", [2, 3, 5, 6], lambda n: 2 < n < 6, 2, 5, None, id="whole-interval"
        ),
        pytest.param("service_errors", [1, 2, 3], lambda n: n == 2, 1, 2, None, id="one-whole-number"),
        pytest.param("promo_purchase_share", [0.29, 0.3], lambda x: x > 0.29, 0.29, None, None, id="share"),
        pytest.param(
            "promo_purchase_share", [0.291, 0.292], lambda x: x < 0.292, None, 0.291, None, id="finer-share"
        ),
        pytest.param(
            "revenue_current", [4999.9, 5000.3], lambda x: x > 5000, 5000.1, None, None, id="tenths"
        ),
        pytest.param(
            "marketing_contacts_6m",
            [1 / 3, 2 / 3, 4 / 3],
            lambda x: 0.5 < x < 1,
            0.5,
            1,
            None,
            id="calculated",
        ),
        pytest.param("allows_messages", [True, False], lambda yes: not yes, None, 0, None, id="flag-no"),
        pytest.param("allows_messages", [True, False], lambda yes: yes, 0, None, None, id="flag-yes"),
        pytest.param(
            "popular_category",
            ["Кухонная посуда", "Сад", "Дом"],
            lambda level: level == "Сад",
            None,
            None,
            {"is": "Сад"},
            id="is-a-level",
        ),
        pytest.param(
            "popular_category",
            ["Кухонная посуда", "Сад", "Дом"],
            lambda level: level != "Сад",
            None,
            None,
            {"is_not": ["Сад"]},
            id="is-not-a-level",
        ),
    ],
)
def test_conditions_of_the_declined_by_hand(
    fit: Fit,
    clients: pd.DataFrame,
    feature: str,
    values: list[Any],
    declines: Callable[[Any], bool],
    low: float | None,
    high: float | None,
    levels: dict[str, Any] | None,
) -> None:
    known = _one_feature_matters(clients, feature, values, declines)
    rule = read_tree_rules(known, tree=fit("decision_tree", known, select__k="all"))[0]
    assert rule.probability == 1
    assert rule.clients == rule.declined == known[TARGET].sum()
    assert [one.listed() for one in rule.conditions] == [[feature, low, high, levels]]


@alike_in_all_else
@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        pytest.param([3.0, 5.0], 0, id="whole"),
        pytest.param([3.0, 5.25], 2, id="hundredths"),
        pytest.param([1 / 3, 2 / 3], None, id="calculated"),
    ],
)
def test_conditions_know_how_finely_values_are_recorded(
    fit: Fit, clients: pd.DataFrame, values: list[float], decimals: int | None
) -> None:
    known = _one_feature_matters(clients, "marketing_contacts_6m", values, lambda value: value < values[1])
    rules = read_tree_rules(known, tree=fit("decision_tree", known, select__k="all"))
    assert {one.decimals for rule in rules for one in rule.conditions} == {decimals}


@alike_in_all_else
def test_a_threshold_stays_between_neighbours_where_many_clients_share_a_value(
    fit: Fit, clients: pd.DataFrame
) -> None:
    # Among the quantiles most of the way from 37/15 to 2.5 lies within the many clients of 2.5.
    contacts = [1 / 3, 37 / 15, *[2.5] * 6, 11 / 3, 11 / 3]
    known = _one_feature_matters(clients, "marketing_contacts_6m", contacts, lambda value: value < 2.5)
    model = fit("decision_tree", known, select__k="all", scaler="quantile")
    rules = read_tree_rules(known, tree=model)
    assert [one.listed() for one in rules[0].conditions] == [["marketing_contacts_6m", None, 2.49, None]]
    np.testing.assert_array_equal(_leaves_by_rule(known, rules), _leaves_of_model(model, known))


@alike_in_all_else
def test_several_levels_can_be_ruled_out(fit: Fit, clients: pd.DataFrame) -> None:
    levels = ["Дом", "Сад", "Книги", "Дети"]
    known = _one_feature_matters(clients, "popular_category", levels, lambda level: level in levels[:2])
    model = fit("decision_tree", known, select__k="all", model__min_samples_leaf=1)
    conditions = [one for rule in read_tree_rules(known, tree=model) for one in rule.conditions]
    assert max(len(one.excluded) for one in conditions) == 2
    assert all(set(one.known) == set(levels) for one in conditions)


@alike_in_all_else
def test_a_tree_that_does_not_split_holds_all_clients(fit: Fit, clients: pd.DataFrame) -> None:
    known = _one_feature_matters(clients, "pages_per_visit", [4, 4], lambda pages: pages > 0)
    known.loc[:2, TARGET] = 0.0
    (rule,) = read_tree_rules(known, tree=fit("decision_tree", known, select__k="all"))
    assert (rule.conditions, rule.depth) == ((), 0)
    assert (rule.clients, rule.declined, rule.declined_share) == (12, 9, 0.75)


def test_a_leaf_without_clients_has_no_share(fit: Fit, clients: pd.DataFrame) -> None:
    model = fit("decision_tree", clients)
    rules = read_tree_rules(clients.head(1), tree=model)
    assert len(rules) == model[-1].get_n_leaves()
    assert sum(rule.clients for rule in rules) == 1
    assert all(np.isnan(rule.declined_share) for rule in rules if rule.clients == 0)


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        pytest.param("decision_tree", {"basis": "products"}, id="tree-on-products"),
        *(pytest.param(name, {}) for name in OTHERS),
    ],
)
def test_only_a_tree_on_plain_columns_can_be_read_in_raw_units(
    fit: Fit, clients: pd.DataFrame, name: str, terms: dict[str, str]
) -> None:
    assert read_tree_rules(clients, decision_tree=fit(name, clients, **terms)) == []


def test_a_model_that_is_no_pipeline_of_the_project_has_no_rules(clients: pd.DataFrame) -> None:
    refused = DummyClassifier().fit(clients[["pages_per_visit"]], clients[TARGET])
    assert read_tree_rules(clients, decision_tree=refused) == []


def test_each_tree_has_its_own_rules_whatever_its_name(fit: Fit, clients: pd.DataFrame) -> None:
    deep, flat = fit("decision_tree", clients), fit("decision_tree", clients, model__max_depth=1)
    rules = read_tree_rules(clients, deep=deep, svc=flat)
    assert [rule.model for rule in rules] == ["deep"] * deep[-1].get_n_leaves() + ["svc"] * 2
    assert [rule.depth for rule in rules[-2:]] == [1, 1]
