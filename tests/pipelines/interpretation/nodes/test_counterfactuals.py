from collections.abc import Callable
from functools import partial
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.purity import purely

from one_click.columns import BASE_FEATURES, COLUMNS
from one_click.explain.what_if import ask
from one_click.features import add_engineered
from one_click.modelling.scores import decline_probability
from one_click.parameters import WhatIf
from one_click.pipelines.interpretation.nodes import counterfactuals
from one_click.pipelines.interpretation.nodes.counterfactuals import plausible_values
from one_click.presentation.wording import value_text
from one_click.schemas.records import DecisionThreshold

find_changes = purely(counterfactuals.find_changes)
summarise_changes = purely(counterfactuals.summarise_changes)

Find = Callable[..., pd.DataFrame]
ClientsWith = Callable[..., pd.DataFrame]
ScoredBy = Callable[..., Any]
Probability = Callable[[pd.DataFrame], Any]

CHANGEABLE = [name for name in BASE_FEATURES if COLUMNS[name].changeable]
ITEMS, ERRORS, CONTACTS = "unpaid_items_quarter", "service_errors", "marketing_contacts_6m"


def linear(intercept: float = 0.0, **weights: float) -> Probability:
    return lambda rows: intercept + sum(weight * rows[name] for name, weight in weights.items())


def pair(items: float, errors: float, intercept: float = 0.0) -> Probability:
    return linear(intercept, unpaid_items_quarter=items, service_errors=errors)


@pytest.fixture(scope="module")
def find(make_what_if: Callable[..., Any], scored_by: ScoredBy, ten: pd.DataFrame) -> Find:
    """Return a function that finds changes below .5 of clients whose risk is a formula, in the base `ten`."""

    def found(
        clients: pd.DataFrame, champion: Any, base: pd.DataFrame = ten, threshold: float = 0.5, **rules: float
    ) -> pd.DataFrame:
        def checked(rows: pd.DataFrame) -> Any:
            assert rows.dtypes[ERRORS] == rows.dtypes[ITEMS] == "int64"
            return np.broadcast_to(champion(rows), len(rows))

        model = scored_by(checked) if callable(champion) else champion
        return find_changes(
            clients,
            model,
            DecisionThreshold.model_construct(threshold=threshold),
            base,
            make_what_if(**rules),
        )

    return found


def changed_to(found: pd.DataFrame) -> dict[str, float]:
    changed = found[found["feature"] != ""]
    return dict(zip(changed["feature"], changed["new_value"], strict=True))


def test_smallest_change_by_hand(find: Find, clients_with: ClientsWith) -> None:
    clients = clients_with(unpaid_items_quarter=[2, 6, 4])  # probabilities .3, .7, .5
    found = find(clients, linear(0.1, unpaid_items_quarter=0.1))
    assert found["client_id"].tolist() == [2, 3]
    assert found["feature"].tolist() == [ITEMS] * 2
    assert found[["value", "new_value", "changes"]].to_numpy().tolist() == [[6, 3, 1], [4, 3, 1]]
    numbers = found[["effort", "probability_before", "probability_after", "support"]]
    np.testing.assert_allclose(numbers, [[0.3, 0.7, 0.4, 0.4], [0.1, 0.5, 0.4, 0.4]])
    assert found["reached"].tolist() == [True, True]


# Which change is the smallest ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "errors", "probability", "threshold", "changes"),
    [
        pytest.param(6, 4, pair(0.05, 0.1), 0.45, {ERRORS: 1}, id="least-effort"),
        pytest.param(5, 5, pair(0.05, 0.07), 0.58, {ERRORS: 4}, id="lower-probability-of-errors"),
        pytest.param(5, 5, pair(0.07, 0.05), 0.58, {ITEMS: 4}, id="lower-probability-of-items"),
        pytest.param(5, 5, pair(0.06, 0.06), 0.58, {ERRORS: 4}, id="first-column-of-ties"),
        pytest.param(4, 4, pair(0.1, 0.1), 0.35, {ERRORS: 0, ITEMS: 3}, id="ties-but-for-rounding"),
        pytest.param(5, 5, pair(0.04, 1e-13, 0.5), 0.5, {ITEMS: 0}, id="feature-without-effect"),
        pytest.param(5, 5, lambda rows: 0.7 - 0.1 * (rows[ITEMS] <= 3), 0.5, {ITEMS: 3}, id="plateau"),
        pytest.param(2, 3, pair(-0.05, -0.1, 0.9), 0.5, {}, id="never-more-of-what-is-only-lowered"),
    ],
)
def test_change_by_hand(
    find: Find,
    clients_with: ClientsWith,
    items: int,
    errors: int,
    probability: Probability,
    threshold: float,
    changes: dict[str, float],
) -> None:
    clients = clients_with(unpaid_items_quarter=[items], service_errors=[errors])
    found = find(clients, probability, threshold=threshold)
    assert changed_to(found) == changes
    steps = sum(abs(new - clients[name].iloc[0]) for name, new in changes.items())
    assert found["effort"].to_numpy() == pytest.approx(steps / 10)


@pytest.mark.parametrize(("errors", "effort"), [(5, 0.3), (0, 0.55)])
def test_effort_counts_clients_not_units(
    find: Find, clients_with: ClientsWith, ten: pd.DataFrame, errors: int, effort: float
) -> None:
    base = ten.assign(service_errors=[0, 0, 0, 0, 5, 9, 9, 9, 9, 9])  # mid-ranks: 0 -> .2, 5 -> .45, 9 -> .75
    found = find(clients_with(service_errors=[9]), lambda rows: 0.7 - 0.4 * (rows[ERRORS] == errors), base)
    assert found["effort"].tolist() == pytest.approx([effort])


def test_fewer_features_come_before_less_effort(
    find: Find, clients_with: ClientsWith, ten: pd.DataFrame
) -> None:
    def probability(rows: pd.DataFrame) -> Any:
        pair = (rows[ITEMS] <= 4) & (rows[ERRORS] <= 4)
        return np.where(pair | (rows[CONTACTS] == 9), 0.1, 0.6)

    clients = clients_with(unpaid_items_quarter=[5], service_errors=[5], marketing_contacts_6m=[0.0])
    found = find(clients, probability)
    assert changed_to(found) == {CONTACTS: 9}
    assert found["support"].tolist() == [0.1]
    found = find(clients, probability, ten.assign(marketing_contacts_6m=[step % 9.0 for step in range(10)]))
    assert changed_to(found) == {ERRORS: 4, ITEMS: 4}
    assert found["changes"].tolist() == [2, 2]
    assert found["effort"].tolist() == pytest.approx([0.2, 0.2])
    assert found["support"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("most_changes", "changes", "after"),
    [
        pytest.param(2, {ERRORS: 0, ITEMS: 0}, 0.5, id="at-the-threshold-is-not-under-it"),
        pytest.param(1, {ITEMS: 0}, 0.55, id="of-one-change"),
    ],
)
def test_largest_fall_is_given_where_nothing_is_enough(
    find: Find, clients_with: ClientsWith, most_changes: int, changes: dict[str, float], after: float
) -> None:
    clients = clients_with(unpaid_items_quarter=[5], service_errors=[5])
    found = find(clients, pair(0.04, 0.01, 0.5), most_changes=most_changes)
    assert changed_to(found) == changes
    assert not found["reached"].any()
    assert found["probability_after"].to_numpy() == pytest.approx(after)


@pytest.mark.parametrize(
    "probability",
    [
        pytest.param(linear(0.7), id="constant"),
        pytest.param(linear(0.1, pages_per_visit=0.1), id="not-the-store's-to-change"),
        pytest.param(linear(0.1, allows_messages=0.6), id="consent"),
    ],
)
def test_no_feature_is_changed_where_none_lowers_the_risk(
    find: Find, clients_with: ClientsWith, probability: Probability
) -> None:
    found = find(clients_with(pages_per_visit=[6, 6]), probability)
    rows = found[["client_id", "changes", "feature", "effort"]].to_numpy().tolist()
    assert rows == [[1, 0, "", 0.0], [2, 0, "", 0.0]]
    assert found[["value", "new_value", "support"]].isna().all(axis=None)
    assert found["probability_before"].tolist() == found["probability_after"].tolist()
    assert not found["reached"].any()


def test_clients_without_risk_have_no_rows_but_the_table_all_columns(find: Find, ten: pd.DataFrame) -> None:
    found, other = find(ten, linear(0.49)), find(ten, linear(0.1, unpaid_items_quarter=0.1))
    assert found.empty
    assert found.dtypes.equals(other.dtypes)
    assert summarise_changes(found).empty


def test_change_to_a_value_that_reads_the_same_is_none(
    find: Find, clients_with: ClientsWith, ten: pd.DataFrame
) -> None:
    base = ten.assign(promo_purchase_share=[0.1, *[0.24] * 9])
    clients = clients_with(promo_purchase_share=[0.244])  # 24% either way
    found = find(clients, lambda rows: 0.2 + 0.5 * (rows["promo_purchase_share"] > 0.242), base)
    assert changed_to(found) == {"promo_purchase_share": 0.1}


@pytest.mark.parametrize("name", ["promo_purchase_share", CONTACTS, ITEMS])
def test_values_read_the_same_exactly_if_their_texts_do(name: str) -> None:
    generator = np.random.default_rng(0)
    scale = {"share": 0.1, "number": 3, "whole": 300}[COLUMNS[name].kind]
    values = np.r_[generator.random(60) * scale, np.arange(60) * scale / 40, 99.96, 100.4, 0.005]
    values = values.round() if COLUMNS[name].kind == "whole" else values
    as_read = counterfactuals._as_read(name, values)
    texts = np.array([value_text(name, value, "en") for value in values])
    np.testing.assert_array_equal(
        (as_read[:, None] == as_read[None, :]).all(axis=2), texts[:, None] == texts[None, :]
    )


# The model that is asked ---------------------------------------------------------------------------


def test_raw_features_are_asked_about(find: Find, clients_with: ClientsWith) -> None:
    clients = add_engineered(clients_with(promo_purchase_share=[0.9]), ("minutes_trend", "promo_habit"))

    def of_raw_features(rows: pd.DataFrame) -> Any:
        assert rows.columns.tolist() == list(BASE_FEATURES)
        return np.where(rows["promo_purchase_share"] >= 0.5, 0.8, 0.2)

    assert changed_to(find(clients, of_raw_features)) == {"promo_purchase_share": 0.4}


def smallest_by_brute_force(
    client: pd.Series, probability: Probability, base: pd.DataFrame, options: WhatIf, threshold: float
) -> dict[str, float]:
    """Return the best of all combinations, tried one by one."""
    grids = {name: plausible_values(base[name], options) for name in CHANGEABLE}
    plans = [
        dict(zip(names, values, strict=True))
        for changes in range(options.most_changes + 1)
        for names in combinations(CHANGEABLE, changes)
        for values in product(*(grids[name] for name in names))
        if all(
            value_text(name, value, "en") != value_text(name, client[name], "en")
            and not (COLUMNS[name].only_less and value > client[name])
            for name, value in zip(names, values, strict=True)
        )
    ]
    rows = pd.DataFrame([client.to_dict() | plan for plan in plans])
    rows = rows.astype({name: "int64" for name in BASE_FEATURES if COLUMNS[name].kind == "whole"})
    probabilities = probability(rows).round(9)

    def rank(name: str, value: float) -> float:
        return float(np.mean([(other < value) + 0.5 * (other == value) for other in base[name]]))

    def goodness(number: int) -> tuple[float, ...]:
        plan, after = plans[number], probabilities[number]
        effort = round(sum(abs(rank(name, new) - rank(name, client[name])) for name, new in plan.items()), 9)
        if after < threshold:
            return (0, len(plan), effort, after)
        return (1, after, len(plan), effort)

    return plans[min(range(len(plans)), key=goodness)]


@pytest.mark.parametrize("most_changes", [1, 2, 3])
def test_search_agrees_with_brute_force(
    find: Find, make_clients: Callable[..., pd.DataFrame], most_changes: int
) -> None:
    clients, base = make_clients(12, seed=3), make_clients(40, seed=4)
    rules = {"most_changes": most_changes, "steps": 3, "low": 0.1, "high": 0.9}

    def probability(rows: pd.DataFrame) -> Any:
        promo, contacts = rows["promo_purchase_share"], rows["marketing_contacts_current"]
        score = 3 * promo * rows[ERRORS] - 0.3 * contacts + 0.15 * (rows[ITEMS] - 6) ** 2
        return 1 / (1 + np.exp((rows["pages_per_visit"] - score) / 3))

    threshold = 0.2
    found = find(clients, probability, base, threshold, **rules)
    at_risk = clients[probability(clients) >= threshold]
    assert found["client_id"].drop_duplicates().tolist() == at_risk["client_id"].tolist()
    assert 0 < found["reached"].mean() < 1
    for _, client in at_risk.iterrows():
        own = changed_to(found[found["client_id"] == client["client_id"]])
        assert own == smallest_by_brute_force(client, probability, base, WhatIf(**rules), threshold)


@pytest.mark.parametrize("name", ["logistic_regression", "decision_tree", "k_nearest_neighbours"])
def test_found_is_what_the_champion_answers(
    find: Find, fit: Callable[..., Any], clients: pd.DataFrame, name: str
) -> None:
    champion = fit(name, clients)
    found = find(clients.head(40), champion, clients, steps=4, low=0.05, high=0.95)
    assert found["reached"].any()
    for client_id, own in found.groupby("client_id"):
        changes = changed_to(own)
        client = clients[clients["client_id"] == client_id]
        (answer,) = ask(partial(decline_probability, champion), client, changes).to_dict("records")
        for when in ("probability_before", "probability_after"):
            assert answer[when] == pytest.approx(own[when].iloc[0])
        assert own["reached"].eq(answer["probability_after"] < 0.5).all()


def test_changes_keep_within_the_rules(find: Find, clients: pd.DataFrame) -> None:
    probability = linear(0.6, promo_purchase_share=0.3, service_errors=-0.01)
    found = find(clients, probability, clients, low=0.2, high=0.7, steps=5)
    found = found[found["feature"] != ""]
    assert set(found["feature"]) <= set(CHANGEABLE)
    assert found["changes"].between(1, 2).all()
    assert (found.groupby("client_id").size() == found.groupby("client_id")["changes"].first()).all()
    for feature, rows in found.groupby("feature"):
        low = clients[feature].quantile(0.2, interpolation="lower")
        high = clients[feature].quantile(0.7, interpolation="higher")
        assert rows["new_value"].isin(clients[feature]).all()
        assert rows["new_value"].between(low, high).all()
    assert (found["value"] != found["new_value"]).all()


def test_all_that_the_store_can_change_is_an_amount() -> None:
    assert {COLUMNS[name].kind for name in CHANGEABLE} <= {"whole", "number", "share"}
    assert "allows_messages" not in CHANGEABLE


SOME = linear(0.4, promo_purchase_share=0.3, unpaid_items_quarter=0.02)


@pytest.mark.parametrize("rows_at_a_time", [1, 3, 9])
def test_changes_are_independent_of_the_batches(
    find: Find, clients: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, rows_at_a_time: int
) -> None:
    asked: list[int] = []

    def counted(rows: pd.DataFrame) -> Any:
        asked.append(len(rows))
        return SOME(rows)

    whole, again = (find(clients.head(3), SOME, clients, steps=2) for _ in range(2))
    pd.testing.assert_frame_equal(whole, again)
    monkeypatch.setattr(counterfactuals, "_ROWS", rows_at_a_time)
    pd.testing.assert_frame_equal(find(clients.head(3), counted, clients, steps=2), whole)
    assert max(asked[1:]) <= rows_at_a_time  # the first time, about all clients as they are


def test_changes_are_independent_of_the_order_of_clients(find: Find, clients: pd.DataFrame) -> None:
    shuffled = find(clients.sample(frac=1, random_state=1), SOME, clients[::-1])
    shuffled = shuffled.sort_values("client_id", kind="stable", ignore_index=True)
    pd.testing.assert_frame_equal(shuffled, find(clients, SOME, clients), rtol=1e-12)


# Plausible values ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "base", "rules", "expected"),
    [
        pytest.param(ERRORS, range(100), (5, 0.05, 0.95), [4, 26, 49, 72, 94], id="spaced-by-quantile"),
        pytest.param(ERRORS, [7, 0, 3, 3, 1, 1], (4, 0, 1), [0, 1, 3, 7], id="all-where-few"),
        pytest.param(ERRORS, [0, 0, 0, 0, 0, 0, 1, 2], (2, 0, 1), [0, 2], id="repeated"),
        pytest.param(ERRORS, [4, 4], (8, 0.05, 0.95), [4], id="constant"),
        pytest.param(ERRORS, [-2, 0, 3], (8, 0, 1), [0, 3], id="no-negative-count"),
        pytest.param("promo_purchase_share", [-0.1, 0.2, 1.0, 1.2], (8, 0, 1), [0.2, 1], id="share-0-to-1"),
        pytest.param(CONTACTS, [0.4, 2.5, 9.9], (2, 0.1, 0.6), [0.4, 2.5], id="number"),
    ],
)
def test_plausible_values_by_hand(
    name: str, base: list[float], rules: tuple[int, float, float], expected: list[float]
) -> None:
    what_if = WhatIf(most_changes=1, **dict(zip(("steps", "low", "high"), rules, strict=True)))
    assert plausible_values(pd.Series(list(base), name=name), what_if).tolist() == expected


# Summary -------------------------------------------------------------------------------------------


def test_summary_by_hand() -> None:
    rows = [
        # client, feature, value, new, effort, before, after, reached
        (1, ITEMS, 6, 2, 0.4, 0.7, 0.3, True),
        (2, ITEMS, 5, 2, 0.2, 0.6, 0.4, True),
        (2, "promo_purchase_share", 0.9, 0.3, 0.2, 0.6, 0.4, True),
        (3, "promo_purchase_share", 0.1, 0.3, 0.1, 0.8, 0.2, True),
        (4, ITEMS, 9, 1, 0.9, 0.9, 0.8, False),
        (5, "", np.nan, np.nan, 0.0, 0.9, 0.9, False),
    ]
    names = ["client_id", "feature", "value", "new_value", "effort"]
    names += ["probability_before", "probability_after", "reached"]
    table = summarise_changes(pd.DataFrame(rows, columns=names))
    assert table[["feature", "direction", "clients"]].to_numpy().tolist() == [
        [ITEMS, "down", 2],
        ["promo_purchase_share", "down", 1],
        ["promo_purchase_share", "up", 1],
    ]
    assert table.columns[3:].tolist() == ["share", "median_effort", "median_fall"]
    expected = [[2 / 3, 0.3, 0.3], [1 / 3, 0.2, 0.2], [1 / 3, 0.1, 0.6]]
    np.testing.assert_allclose(table.iloc[:, 3:].to_numpy(dtype="float64"), expected)
