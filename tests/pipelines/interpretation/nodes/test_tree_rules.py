import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline

from one_click.columns import ENGINEERED_FEATURES, TARGET
from one_click.features import add_engineered
from one_click.modelling.scores import raw_features
from one_click.parameters import NUMBERS_AS
from one_click.pipelines.interpretation.nodes.tree_rules import read_tree_rules

Fit = Callable[..., Pipeline]
SPACE = "\u00a0"


def _fulfils(clients: pd.DataFrame, conditions: str) -> np.ndarray:
    holds = np.ones(len(clients), dtype=bool)
    for feature, low, high, levels in json.loads(conditions):
        values = clients[feature]
        if levels is None:
            holds &= (values > (-np.inf if low is None else low)).to_numpy()
            holds &= (values <= (np.inf if high is None else high)).to_numpy()
        elif "is" in levels:
            holds &= (values == levels["is"]).to_numpy()
        else:
            holds &= ~values.isin(levels["is_not"]).to_numpy()
    return holds


def _leaves_by_rule(clients: pd.DataFrame, rules: pd.DataFrame) -> np.ndarray:
    """Return the leaf whose rule each client fulfils; exactly one."""
    table = np.column_stack([_fulfils(clients, conditions) for conditions in rules["conditions"]])
    assert (table.sum(axis=1) == 1).all()
    return rules["leaf"].to_numpy()[table.argmax(axis=1)]


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
@pytest.mark.parametrize("numbers", NUMBERS_AS)
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_rules_put_every_client_into_his_leaf(
    fit: Fit, make_clients: Callable[..., pd.DataFrame], numbers: str, seed: int
) -> None:
    known, new = _risky_homes(make_clients(300, seed=seed)), make_clients(500, seed=seed + 90)
    model = fit("decision_tree", known, numbers=numbers, model__max_depth=9, model__min_samples_leaf=1)
    rules = read_tree_rules(known, tree=model)
    assert len(rules) == model[-1].get_n_leaves() > 15
    asked = " ".join(rules["conditions"])
    assert '"is"' in asked
    assert '"is_not"' in asked
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
    assert rules["conditions"].str.contains("revenue_trend").all()
    np.testing.assert_array_equal(_leaves_by_rule(known, rules), _leaves_of_model(model, known))


def test_counts_shares_and_order(fit: Fit, clients: pd.DataFrame) -> None:
    model = fit("decision_tree", clients)
    rules = read_tree_rules(clients, tree=model)
    own = _leaves_of_model(model, clients)
    for _, row in rules.iterrows():
        target = clients.loc[own == row["leaf"], TARGET]
        assert (row["clients"], row["declined"]) == (len(target), target.sum())
        assert row["declined_share"] == row["probability"] == pytest.approx(target.mean())
    assert rules["clients"].sum() == len(clients)
    assert rules["probability"].is_monotonic_decreasing
    assert not {"low", "high"} & {*rules}  # these clients made the rules: no interval of theirs holds
    assert rules["probability"].iloc[0] > rules["probability"].iloc[-1]


def test_the_probability_is_the_leafs_own_where_classes_are_weighted(fit: Fit, clients: pd.DataFrame) -> None:
    model = fit("decision_tree", clients, model__max_depth=2, model__class_weight="balanced")
    rules = read_tree_rules(clients, tree=model).set_index("leaf")
    features = raw_features(clients)
    own = pd.Series(model.predict_proba(features)[:, 1]).groupby(_leaves_of_model(model, clients)).first()
    assert rules["probability"].to_dict() == pytest.approx(own.to_dict())
    assert (rules["probability"] - rules["declined_share"]).abs().max() > 0.01


def _one_feature_matters(
    clients: pd.DataFrame, feature: str, values: list[Any], declines: Any
) -> pd.DataFrame:
    """Return clients alike in all but one feature, who decline by its value."""
    alike = pd.DataFrame([clients.iloc[0]] * 6 * len(values)).astype(clients.dtypes.to_dict())
    alike = (
        alike.reset_index(drop=True).assign(**{feature: values * 6}).astype({feature: clients[feature].dtype})
    )
    return alike.assign(**{TARGET: [float(declines(value)) for value in alike[feature]]})


@pytest.mark.filterwarnings(
    "ignore:Features .* are constant", "ignore:invalid value", "ignore:divide by zero"
)
@pytest.mark.parametrize(
    ("feature", "values", "declines", "conditions", "russian", "english"),
    [
        pytest.param(
            "pages_per_visit",
            [3, 4, 5, 8],
            lambda pages: pages <= 4,
            ["pages_per_visit", None, 4, None],
            "Страниц за визит: не больше 4 стр.",
            "Pages per visit: at most 4 pages",
            id="whole-at-most",
        ),
        pytest.param(
            "pages_per_visit",
            [0, 1],
            lambda pages: pages >= 1,
            ["pages_per_visit", 0, None, None],
            "Страниц за визит: не меньше 1 стр.",
            "Pages per visit: at least 1 page",
            id="whole-at-least",
        ),
        pytest.param(
            "unpaid_items_quarter",
            [2, 3, 5, 6],
            lambda items: 2 < items < 6,
            ["unpaid_items_quarter", 2, 5, None],
            "Неоплаченные товары за квартал: от 3 до 5 шт.",
            "Unpaid items in the quarter: 3 to 5 items",
            id="whole-interval",
        ),
        pytest.param(
            "service_errors",
            [1, 2, 3],
            lambda errors: errors == 2,
            ["service_errors", 1, 2, None],
            "Ошибки сервиса: 2 шт.",
            "Service errors: 2 errors",
            id="one-whole-number",
        ),
        pytest.param(
            "promo_purchase_share",
            [0.29, 0.3],
            lambda share: share > 0.29,
            ["promo_purchase_share", 0.29, None, None],
            "Доля покупок по акции: не меньше 30 %",
            "Share of promo purchases: at least 30%",
            id="share",
        ),
        pytest.param(
            "promo_purchase_share",
            [0.291, 0.292],
            lambda share: share < 0.292,
            ["promo_purchase_share", None, 0.291, None],
            "Доля покупок по акции: не больше 29,1 %",
            "Share of promo purchases: at most 29.1%",
            id="finer-share",
        ),
        pytest.param(
            "revenue_current",
            [4999.9, 5000.3],
            lambda revenue: revenue > 5000,
            ["revenue_current", 5000.1, None, None],
            "Выручка текущего месяца: не меньше 5 000,2 ед. выручки",
            "Revenue this month: at least 5,000.2 revenue units",
            id="tenths",
        ),
        pytest.param(
            "marketing_contacts_6m",
            [1 / 3, 2 / 3, 4 / 3],
            lambda contacts: 0.5 < contacts < 1,
            ["marketing_contacts_6m", 0.5, 1, None],
            "Контакты за 6 месяцев: больше 0,5 и не больше 1 в месяц",
            "Contacts over 6 months: more than 0.5 and at most 1 per month",
            id="calculated",
        ),
        pytest.param(
            "allows_messages",
            [True, False],
            lambda allows: not allows,
            ["allows_messages", None, 0, None],
            "Разрешает сообщения: нет",
            "Allows messages: no",
            id="flag-no",
        ),
        pytest.param(
            "allows_messages",
            [True, False],
            lambda allows: allows,
            ["allows_messages", 0, None, None],
            "Разрешает сообщения: да",
            "Allows messages: yes",
            id="flag-yes",
        ),
        pytest.param(
            "popular_category",
            ["Кухонная посуда", "Сад", "Дом"],
            lambda category: category == "Кухонная посуда",
            ["popular_category", None, None, {"is": "Кухонная посуда"}],
            "Популярная категория: Кухонная посуда",
            "Popular category: Kitchenware",
            id="is-a-level",
        ),
        pytest.param(
            "popular_category",
            ["Кухонная посуда", "Сад", "Дом"],
            lambda category: category != "Кухонная посуда",
            ["popular_category", None, None, {"is_not": ["Кухонная посуда"]}],
            "Популярная категория: не «Кухонная посуда»",
            "Popular category: not “Kitchenware”",
            id="is-not-a-level",
        ),
        pytest.param(
            "service_type",
            ["премиум", "стандарт"],
            lambda service: service == "премиум",
            ["service_type", None, None, {"is_not": ["стандарт"]}],
            "Тип сервиса: премиум",
            "Service type: premium",
            id="the-other-of-two",
        ),
    ],
)
def test_the_rule_of_the_declined_by_hand(
    fit: Fit,
    clients: pd.DataFrame,
    feature: str,
    values: list[Any],
    declines: Callable[[Any], bool],
    conditions: list[Any],
    russian: str,
    english: str,
) -> None:
    known = _one_feature_matters(clients, feature, values, declines)
    model = fit("decision_tree", known, select__k="all")
    row = read_tree_rules(known, tree=model).iloc[0]
    assert row["probability"] == 1
    assert row["clients"] == row["declined"] == known[TARGET].sum()
    assert json.loads(row["conditions"]) == [conditions]
    assert row["rule_ru"].replace(SPACE, " ") == russian
    assert row["rule_en"] == english


@pytest.mark.filterwarnings(
    "ignore:Features .* are constant", "ignore:invalid value", "ignore:divide by zero", "ignore:n_quantiles"
)
def test_a_border_stays_between_neighbours_where_many_clients_share_a_value(
    fit: Fit, clients: pd.DataFrame
) -> None:
    # Among the quantiles most of the way from 37/15 to 2.5 lies within the many clients of 2.5.
    contacts = [1 / 3, 37 / 15, *[2.5] * 6, 11 / 3, 11 / 3]
    known = _one_feature_matters(clients, "marketing_contacts_6m", contacts, lambda value: value < 2.5)
    model = fit("decision_tree", known, select__k="all", numbers="quantile")
    rules = read_tree_rules(known, tree=model)
    assert json.loads(rules["conditions"].iloc[0]) == [["marketing_contacts_6m", None, 2.49, None]]
    np.testing.assert_array_equal(_leaves_by_rule(known, rules), _leaves_of_model(model, known))


@pytest.mark.filterwarnings(
    "ignore:Features .* are constant", "ignore:invalid value", "ignore:divide by zero"
)
def test_several_levels_can_be_ruled_out(fit: Fit, clients: pd.DataFrame) -> None:
    levels = ["Дом", "Сад", "Книги", "Дети"]
    known = _one_feature_matters(clients, "popular_category", levels, lambda level: level in levels[:2])
    model = fit("decision_tree", known, select__k="all", model__min_samples_leaf=1)
    left = read_tree_rules(known, tree=model).set_index("conditions")
    by_rule = {
        tuple(json.loads(conditions)[0][3].get("is_not", [])): row for conditions, row in left.iterrows()
    }
    longest = max(by_rule, key=len)
    assert len(longest) == 2
    text = by_rule[longest]["rule_ru"]
    assert text == f"Популярная категория: не «{longest[0]}» и не «{longest[1]}»"
    english = by_rule[longest]["rule_en"]
    assert english == f"Popular category: not “{longest[0]}” and not “{longest[1]}”"


@pytest.mark.filterwarnings(
    "ignore:Features .* are constant", "ignore:invalid value", "ignore:divide by zero"
)
def test_a_tree_that_does_not_split_holds_all_clients(fit: Fit, clients: pd.DataFrame) -> None:
    known = _one_feature_matters(clients, "pages_per_visit", [4, 4], lambda pages: pages > 0)
    known.loc[:2, TARGET] = 0.0
    model = fit("decision_tree", known, select__k="all")
    rules = read_tree_rules(known, tree=model)
    assert rules[["rule_ru", "rule_en", "conditions"]].to_numpy().tolist() == [
        ["Все клиенты", "All clients", "[]"]
    ]
    assert rules[["depth", "clients", "declined", "declined_share"]].to_numpy().tolist() == [[0, 12, 9, 0.75]]


def test_a_leaf_without_clients_has_no_share(fit: Fit, clients: pd.DataFrame) -> None:
    model = fit("decision_tree", clients)
    one = clients.head(1)
    rules = read_tree_rules(one, tree=model)
    assert len(rules) == model[-1].get_n_leaves()
    assert rules["clients"].sum() == 1
    assert rules.loc[rules["clients"] == 0, "declined_share"].isna().all()


def test_a_tree_on_products_cannot_be_read_in_raw_units(fit: Fit, clients: pd.DataFrame) -> None:
    model = fit("decision_tree", clients, expand="products")
    assert read_tree_rules(clients, tree=model).empty


def test_each_tree_has_its_own_rules(fit: Fit, clients: pd.DataFrame) -> None:
    deep, flat = fit("decision_tree", clients), fit("decision_tree", clients, model__max_depth=1)
    rules = read_tree_rules(clients, deep=deep, flat=flat)
    assert rules["model"].tolist() == ["deep"] * deep[-1].get_n_leaves() + ["flat"] * 2
    assert rules["depth"].tail(2).tolist() == [1, 1]


def test_what_can_be_read_depends_on_what_the_model_can_do(fit: Fit, clients: pd.DataFrame) -> None:
    names = ("logistic_regression", "decision_tree", "k_nearest_neighbours", "svc", "naive_bayes")
    models = {name: fit(name, clients) for name in names}
    models["refused"] = DummyClassifier().fit(clients[["pages_per_visit"]], clients[TARGET])
    assert read_tree_rules(clients, **models)["model"].value_counts().to_dict() == {"decision_tree": 9}
    renamed = {f"model_{position}": model for position, model in enumerate(models.values())}
    assert len(read_tree_rules(clients, **renamed)) == 9


def test_without_a_readable_model_the_columns_stay(fit: Fit, clients: pd.DataFrame) -> None:
    empty = read_tree_rules(clients, neighbours=fit("k_nearest_neighbours", clients))
    full = read_tree_rules(clients, tree=fit("decision_tree", clients))
    assert len(empty) == 0 < len(full)
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_clients_are_left_as_they_were(fit: Fit, clients: pd.DataFrame) -> None:
    before, model = clients.copy(), fit("decision_tree", clients)
    pd.testing.assert_frame_equal(read_tree_rules(clients, tree=model), read_tree_rules(clients, tree=model))
    pd.testing.assert_frame_equal(clients, before)
