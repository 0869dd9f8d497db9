from collections.abc import Callable
from functools import partial
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from one_click.columns import BASE_FEATURES, COLUMNS, LANGUAGES, label
from one_click.explain.what_if import ask
from one_click.features import add_engineered
from one_click.modelling.scores import decline_probability
from one_click.parameters import Interpretation, WhatIf
from one_click.pipelines.interpretation.nodes import counterfactuals
from one_click.pipelines.interpretation.nodes.counterfactuals import (
    find_changes,
    plausible_values,
    summarise_changes,
)
from one_click.presentation.wording import chance, value_text
from one_click.schemas.records import DecisionThreshold

Fit = Callable[..., Any]
MakeOptions = Callable[..., Interpretation]

CHANGEABLE = [name for name in BASE_FEATURES if COLUMNS[name].changeable]
DEFAULTS = {"whole": 5, "number": 5.0, "share": 0.5, "flag": True}
CATEGORIES = {"popular_category": "Кухонная посуда", "service_type": "стандарт"}
AT = DecisionThreshold.model_construct(threshold=0.5)


class Risk:
    """A classifier whose probability of decline is a given function of the features."""

    classes_ = (0, 1)

    def __init__(self, probability: Callable[[pd.DataFrame], Any]) -> None:
        self.probability = probability
        self.rows_asked: list[int] = []

    def predict_proba(self, features: pd.DataFrame) -> Any:
        self.rows_asked.append(len(features))
        assert features.dtypes["service_errors"] == features.dtypes["unpaid_items_quarter"] == "int64"
        declines = np.broadcast_to(np.asarray(self.probability(features), dtype="float64"), len(features))
        return np.column_stack([1 - declines, declines])


def linear(intercept: float = 0.0, **weights: float) -> Risk:
    return Risk(lambda rows: intercept + sum(weight * rows[name] for name, weight in weights.items()))


def clients_with(**columns: list[Any]) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    usual = {name: [CATEGORIES.get(name, DEFAULTS.get(COLUMNS[name].kind))] * count for name in BASE_FEATURES}
    return pd.DataFrame({"client_id": range(1, count + 1), **usual, **columns})


@pytest.fixture(scope="module")
def make_what_if(root: Path) -> MakeOptions:
    """Return a function that gives the shipped parameters with other rules of plausible changes."""
    shipped = yaml.safe_load((root / Interpretation.file).read_text(encoding="utf-8"))["interpretation"]
    wide = {"most_changes": 2, "steps": 10, "low": 0, "high": 1}
    return lambda **changes: Interpretation.model_validate(shipped | {"what_if": wide | changes})


@pytest.fixture(scope="module")
def ten() -> pd.DataFrame:
    """Return a base in which a step of 1 (of 0.1 for the share) is a tenth of the clients."""
    steps = {name: list(range(10)) for name in CHANGEABLE if COLUMNS[name].kind == "whole"}
    numbers = {"marketing_contacts_6m": [float(step) for step in range(10)]}
    return clients_with(**steps, **numbers, promo_purchase_share=[step / 10 for step in range(10)])


def changed_to(found: pd.DataFrame) -> dict[str, float]:
    return dict(zip(found["feature"], found["new_value"], strict=True))


def test_smallest_change_by_hand(ten: pd.DataFrame, make_what_if: MakeOptions) -> None:
    clients = clients_with(unpaid_items_quarter=[2, 6, 4])  # probabilities .3, .7, .5
    found = find_changes(clients, linear(0.1, unpaid_items_quarter=0.1), AT, ten, make_what_if())
    assert found["client_id"].tolist() == [2, 3]
    assert found["feature"].tolist() == ["unpaid_items_quarter"] * 2
    assert found[["value", "new_value", "changes"]].to_numpy().tolist() == [[6, 3, 1], [4, 3, 1]]
    numbers = found[["effort", "probability_before", "probability_after", "support"]]
    np.testing.assert_allclose(numbers, [[0.3, 0.7, 0.4, 0.4], [0.1, 0.5, 0.4, 0.4]])
    assert found["reached"].tolist() == [True, True]


def test_least_effort_wins(ten: pd.DataFrame, make_what_if: MakeOptions) -> None:
    risk = linear(unpaid_items_quarter=0.05, service_errors=0.1)
    clients = clients_with(unpaid_items_quarter=[6], service_errors=[4])  # three errors, or six items
    found = find_changes(
        clients, risk, DecisionThreshold.model_construct(threshold=0.45), ten, make_what_if()
    )
    assert changed_to(found) == {"service_errors": 1}
    assert found["effort"].tolist() == pytest.approx([0.3])


def test_effort_counts_clients_not_units(ten: pd.DataFrame, make_what_if: MakeOptions) -> None:
    base = ten.assign(service_errors=[0, 0, 0, 0, 5, 9, 9, 9, 9, 9])
    clients = clients_with(service_errors=[9])  # mid-ranks: 0 -> .2, 5 -> .45, 9 -> .75
    risk = Risk(lambda rows: 0.7 - 0.4 * (rows["service_errors"] == 5))
    found = find_changes(clients, risk, AT, base, make_what_if())
    assert found["effort"].tolist() == pytest.approx([0.3])
    risk = Risk(lambda rows: 0.7 - 0.4 * (rows["service_errors"] == 0))
    found = find_changes(clients, risk, AT, base, make_what_if())
    assert found["effort"].tolist() == pytest.approx([0.55])


def test_fewer_features_come_before_less_effort(ten: pd.DataFrame, make_what_if: MakeOptions) -> None:
    def probability(rows: pd.DataFrame) -> Any:
        pair = (rows["unpaid_items_quarter"] <= 4) & (rows["service_errors"] <= 4)
        return np.where(pair | (rows["marketing_contacts_6m"] == 9), 0.1, 0.6)

    clients = clients_with(unpaid_items_quarter=[5], service_errors=[5], marketing_contacts_6m=[0.0])
    found = find_changes(clients, Risk(probability), AT, ten, make_what_if())
    assert changed_to(found) == {"marketing_contacts_6m": 9}
    assert found["support"].tolist() == [0.1]
    no_such_value = ten.assign(marketing_contacts_6m=[float(step % 9) for step in range(10)])
    found = find_changes(clients, Risk(probability), AT, no_such_value, make_what_if())
    assert changed_to(found) == {"service_errors": 4, "unpaid_items_quarter": 4}
    assert found["changes"].tolist() == [2, 2]
    assert found["effort"].tolist() == pytest.approx([0.2, 0.2])
    assert found["support"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("weights", "chosen"),
    [
        pytest.param({"unpaid_items_quarter": 0.05, "service_errors": 0.07}, "service_errors", id="errors"),
        pytest.param(
            {"unpaid_items_quarter": 0.07, "service_errors": 0.05}, "unpaid_items_quarter", id="items"
        ),
        pytest.param(
            {"unpaid_items_quarter": 0.06, "service_errors": 0.06}, "service_errors", id="first-column"
        ),
    ],
)
def test_ties_go_to_the_lower_probability_then_to_the_first_column(
    ten: pd.DataFrame, make_what_if: MakeOptions, weights: dict[str, float], chosen: str
) -> None:
    clients = clients_with(unpaid_items_quarter=[5], service_errors=[5])  # probability .6
    found = find_changes(
        clients, linear(**weights), DecisionThreshold.model_construct(threshold=0.58), ten, make_what_if()
    )
    assert changed_to(found) == {chosen: 4}


def test_sums_that_differ_by_rounding_alone_are_ties(ten: pd.DataFrame, make_what_if: MakeOptions) -> None:
    clients = clients_with(unpaid_items_quarter=[4], service_errors=[4])  # five steps, however divided
    risk = linear(unpaid_items_quarter=0.1, service_errors=0.1)
    found = find_changes(
        clients, risk, DecisionThreshold.model_construct(threshold=0.35), ten, make_what_if()
    )
    assert changed_to(found) == {"service_errors": 0, "unpaid_items_quarter": 3}


def test_where_nothing_is_enough_the_largest_fall_is_given(
    ten: pd.DataFrame, make_what_if: MakeOptions
) -> None:
    clients = clients_with(unpaid_items_quarter=[5], service_errors=[5])
    risk = linear(0.5, unpaid_items_quarter=0.04, service_errors=0.01)
    found = find_changes(clients, risk, AT, ten, make_what_if())
    assert changed_to(found) == {"service_errors": 0, "unpaid_items_quarter": 0}
    assert found["reached"].tolist() == [False, False]
    assert found["probability_after"].tolist() == pytest.approx([0.5, 0.5])  # at the threshold: not under it
    found = find_changes(clients, risk, AT, ten, make_what_if(most_changes=1))
    assert changed_to(found) == {"unpaid_items_quarter": 0}
    assert found["probability_after"].tolist() == pytest.approx([0.55])


def test_a_feature_that_does_nothing_is_not_changed(ten: pd.DataFrame, make_what_if: MakeOptions) -> None:
    clients = clients_with(unpaid_items_quarter=[5], service_errors=[5])
    noise = Risk(lambda rows: 0.5 + 0.04 * rows["unpaid_items_quarter"] + 1e-13 * rows["service_errors"])
    found = find_changes(clients, noise, AT, ten, make_what_if())
    assert changed_to(found) == {"unpaid_items_quarter": 0}
    plateau = Risk(lambda rows: np.where(rows["unpaid_items_quarter"] <= 3, 0.6, 0.7))
    found = find_changes(clients, plateau, AT, ten, make_what_if())
    assert changed_to(found) == {"unpaid_items_quarter": 3}


@pytest.mark.parametrize(
    "risk",
    [
        pytest.param(linear(0.7), id="constant"),
        pytest.param(linear(0.1, pages_per_visit=0.1), id="not-the-store's-to-change"),
        pytest.param(linear(0.1, allows_messages=0.6), id="consent"),
    ],
)
def test_where_nothing_lowers_it_no_feature_is_changed(
    ten: pd.DataFrame, make_what_if: MakeOptions, risk: Risk
) -> None:
    clients = clients_with(pages_per_visit=[6, 6])
    found = find_changes(clients, risk, AT, ten, make_what_if())
    assert found[["client_id", "changes", "feature", "effort"]].to_numpy().tolist() == [
        [1, 0, "", 0.0],
        [2, 0, "", 0.0],
    ]
    assert found[["value", "new_value", "support"]].isna().all(axis=None)
    assert found["probability_before"].tolist() == found["probability_after"].tolist()
    assert not found["reached"].any()


def test_nobody_at_risk_has_no_rows_but_all_columns(ten: pd.DataFrame, make_what_if: MakeOptions) -> None:
    found = find_changes(ten, linear(0.49), AT, ten, make_what_if())
    other = find_changes(ten, linear(0.1, unpaid_items_quarter=0.1), AT, ten, make_what_if())
    assert found.empty
    assert found.dtypes.equals(other.dtypes)
    assert summarise_changes(found).empty


def test_what_reads_the_same_is_no_change(ten: pd.DataFrame, make_what_if: MakeOptions) -> None:
    base = ten.assign(promo_purchase_share=[0.1, *[0.24] * 9])
    clients = clients_with(promo_purchase_share=[0.244])  # 24% either way
    risk = Risk(lambda rows: np.where(rows["promo_purchase_share"] > 0.242, 0.7, 0.2))
    found = find_changes(clients, risk, AT, base, make_what_if())
    assert changed_to(found) == {"promo_purchase_share": 0.1}


def test_raw_features_are_asked_about(ten: pd.DataFrame, make_what_if: MakeOptions) -> None:
    clients = add_engineered(clients_with(promo_purchase_share=[0.9]), ("minutes_trend", "promo_habit"))

    def of_raw_features(rows: pd.DataFrame) -> Any:
        assert rows.columns.tolist() == list(BASE_FEATURES)
        return np.where(rows["promo_purchase_share"] >= 0.5, 0.8, 0.2)

    found = find_changes(clients, Risk(of_raw_features), AT, ten, make_what_if())
    assert changed_to(found) == {"promo_purchase_share": 0.4}


def smallest_by_brute_force(
    client: pd.Series, risk: Risk, base: pd.DataFrame, options: WhatIf, threshold: float
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
    probabilities = risk.predict_proba(rows)[:, 1].round(9)

    def rank(name: str, value: float) -> float:
        return float(np.mean([(other < value) + 0.5 * (other == value) for other in base[name]]))

    def goodness(number: int) -> tuple[float, ...]:
        plan, probability = plans[number], probabilities[number]
        effort = round(sum(abs(rank(name, new) - rank(name, client[name])) for name, new in plan.items()), 9)
        if probability < threshold:
            return (0, len(plan), effort, probability)
        return (1, probability, len(plan), effort)

    return plans[min(range(len(plans)), key=goodness)]


@pytest.mark.parametrize("most_changes", [1, 2, 3])
def test_search_agrees_with_brute_force(
    make_clients: Callable[..., pd.DataFrame], make_what_if: MakeOptions, most_changes: int
) -> None:
    clients, base = make_clients(12, seed=3), make_clients(40, seed=4)
    options = make_what_if(most_changes=most_changes, steps=3, low=0.1, high=0.9)

    def probability(rows: pd.DataFrame) -> Any:
        promo, errors = rows["promo_purchase_share"], rows["service_errors"]
        unpaid, contacts = rows["unpaid_items_quarter"], rows["marketing_contacts_current"]
        score = 3 * promo * errors - 0.3 * contacts + 0.15 * (unpaid - 6) ** 2 - rows["pages_per_visit"]
        return 1 / (1 + np.exp(-score / 3))

    risk, threshold = Risk(probability), 0.2
    found = find_changes(clients, risk, DecisionThreshold.model_construct(threshold=threshold), base, options)
    at_risk = clients[risk.predict_proba(clients)[:, 1] >= threshold]
    assert found["client_id"].drop_duplicates().tolist() == at_risk["client_id"].tolist()
    assert 0 < found["reached"].mean() < 1
    for _, client in at_risk.iterrows():
        own = found[(found["client_id"] == client["client_id"]) & (found["feature"] != "")]
        assert changed_to(own) == smallest_by_brute_force(client, risk, base, options.what_if, threshold)


@pytest.mark.parametrize("name", ["logistic_regression", "decision_tree", "k_nearest_neighbours"])
def test_found_is_what_the_champion_answers(
    fit: Fit, clients: pd.DataFrame, make_what_if: MakeOptions, name: str
) -> None:
    champion, options = fit(name, clients), make_what_if(steps=4, low=0.05, high=0.95)
    found = find_changes(clients.head(40), champion, AT, clients, options)
    assert found["reached"].any()
    for client_id, own in found.groupby("client_id"):
        changes = changed_to(own[own["feature"] != ""])
        client = clients[clients["client_id"] == client_id]
        (answer,) = ask(partial(decline_probability, champion), client, changes).to_dict("records")
        assert answer["probability_before"] == pytest.approx(own["probability_before"].iloc[0])
        assert answer["probability_after"] == pytest.approx(own["probability_after"].iloc[0])
        assert own["reached"].eq(answer["probability_after"] < 0.5).all()


def test_changes_keep_within_the_rules(clients: pd.DataFrame, make_what_if: MakeOptions) -> None:
    risk = Risk(lambda rows: 0.6 + 0.3 * rows["promo_purchase_share"] - 0.01 * rows["service_errors"])
    found = find_changes(clients, risk, AT, clients, make_what_if(low=0.2, high=0.7, steps=5))
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


@pytest.mark.parametrize("rows_at_a_time", [1, 3, 9])
def test_batches_change_nothing(
    clients: pd.DataFrame,
    make_what_if: MakeOptions,
    monkeypatch: pytest.MonkeyPatch,
    rows_at_a_time: int,
) -> None:
    some, options = clients.head(3), make_what_if(steps=2)
    risk = linear(0.4, promo_purchase_share=0.3, unpaid_items_quarter=0.02)
    whole = find_changes(some, risk, AT, clients, options)
    again = find_changes(some, risk, AT, clients, options)
    pd.testing.assert_frame_equal(whole, again)
    monkeypatch.setattr(counterfactuals, "_ROWS", rows_at_a_time)
    in_parts = linear(0.4, promo_purchase_share=0.3, unpaid_items_quarter=0.02)
    pd.testing.assert_frame_equal(find_changes(some, in_parts, AT, clients, options), whole)
    assert max(in_parts.rows_asked[1:]) <= rows_at_a_time


def test_order_of_clients_changes_nothing(clients: pd.DataFrame, make_what_if: MakeOptions) -> None:
    risk, options = linear(0.4, promo_purchase_share=0.3, unpaid_items_quarter=0.02), make_what_if()
    found = find_changes(clients, risk, AT, clients, options)
    shuffled = find_changes(clients.sample(frac=1, random_state=1), risk, AT, clients[::-1], options)
    pd.testing.assert_frame_equal(
        shuffled.sort_values("client_id", kind="stable", ignore_index=True), found, rtol=1e-12
    )


def test_inputs_stay_as_they_are(clients: pd.DataFrame, make_what_if: MakeOptions) -> None:
    before, base = clients.copy(), clients.copy()
    found = find_changes(clients, linear(0.6), AT, base, make_what_if())
    kept = found.copy()
    summarise_changes(found)
    for table, copy in ((clients, before), (base, before), (found, kept)):
        pd.testing.assert_frame_equal(table, copy)


# Plausible values ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "base", "rules", "expected"),
    [
        pytest.param(
            "service_errors", range(100), (5, 0.05, 0.95), [4, 26, 49, 72, 94], id="spaced-by-quantile"
        ),
        pytest.param("service_errors", [7, 0, 3, 3, 1, 1], (4, 0, 1), [0, 1, 3, 7], id="all-where-few"),
        pytest.param("service_errors", [0, 0, 0, 0, 0, 0, 1, 2], (2, 0, 1), [0, 2], id="repeated"),
        pytest.param("service_errors", [4, 4], (8, 0.05, 0.95), [4], id="constant"),
        pytest.param("service_errors", [-2, 0, 3], (8, 0, 1), [0, 3], id="no-negative-count"),
        pytest.param("promo_purchase_share", [-0.1, 0.2, 1.0, 1.2], (8, 0, 1), [0.2, 1], id="share-0-to-1"),
        pytest.param("marketing_contacts_6m", [0.4, 2.5, 9.9], (2, 0.1, 0.6), [0.4, 2.5], id="number"),
    ],
)
def test_plausible_values_by_hand(
    name: str, base: list[float], rules: tuple[int, float, float], expected: list[float]
) -> None:
    steps, low, high = rules
    values = plausible_values(
        pd.Series(list(base), name=name), WhatIf(most_changes=1, steps=steps, low=low, high=high)
    )
    assert values.tolist() == expected


# Sentences -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "risk", "russian", "english"),
    [
        pytest.param(
            {"unpaid_items_quarter": [6]},
            linear(0.1, unpaid_items_quarter=0.1),
            "«Неоплаченные товары за квартал»: 3 шт. вместо 6 шт. — оценка риска модели была бы 40 % вместо "
            "70 %: ниже порога риска.",
            "If “Unpaid items in the quarter” were 3 items instead of 6 items, the model would estimate the "
            "risk at 40% instead of 70%: below the risk threshold.",
            id="one-change",
        ),
        pytest.param(
            {"service_errors": [2], "promo_purchase_share": [0.9]},
            Risk(
                lambda rows: (
                    0.64 - 0.2 * ((rows["service_errors"] < 2) & (rows["promo_purchase_share"] < 0.8))
                )
            ),
            "«Ошибки сервиса»: 1 шт. вместо 2 шт.; «Доля покупок по акции»: 70 % вместо 90 % — оценка риска "
            "модели была бы 44 % вместо 64 %: ниже порога риска.",
            "If “Service errors” were 1 error instead of 2 errors and “Share of promo purchases” were 70% "
            "instead of 90%, the model would estimate the risk at 44% instead of 64%: below the risk "
            "threshold.",
            id="two-changes",
        ),
        pytest.param(
            {"marketing_contacts_6m": [2.5]},
            Risk(lambda rows: np.where(rows["marketing_contacts_6m"] > 4, 0.55, 0.999)),
            "«Контакты за 6 месяцев»: 5 в месяц вместо 2,5 в месяц — оценка риска модели была бы 55 % вместо "
            "> 99 %: не ниже порога риска.",
            "If “Contacts over 6 months” were 5 per month instead of 2.5 per month, the model would estimate "
            "the risk at 55% instead of > 99%: not below the risk threshold.",
            id="not-enough",
        ),
        pytest.param(
            {"service_errors": [9]},
            Risk(lambda rows: 0.999 - 0.001 * (rows["service_errors"] < 9)),
            "«Ошибки сервиса»: 8 шт. вместо 9 шт. — оценка риска модели почти не изменилась бы (> 99 %): не "
            "ниже порога риска.",
            "If “Service errors” were 8 errors instead of 9 errors, the model's estimate of the risk would "
            "hardly change (> 99%): not below the risk threshold.",
            id="reads-the-same",
        ),
        pytest.param(
            {"service_errors": [9]},
            linear(0.61),
            "Ни одно из проверенных изменений не снизило бы оценку риска модели (61 %).",
            "None of the changes tried would lower the model's estimate of the risk (61%).",
            id="nothing-lowers-it",
        ),
    ],
)
def test_sentence_by_hand(
    ten: pd.DataFrame,
    make_what_if: MakeOptions,
    columns: dict[str, list[Any]],
    risk: Risk,
    russian: str,
    english: str,
) -> None:
    found = find_changes(clients_with(**columns), risk, AT, ten, make_what_if())
    for sentence, expected in (("sentence_ru", russian), ("sentence_en", english)):
        assert {text.replace("\u00a0", " ") for text in found[sentence]} == {expected}


def test_sentences_are_true_against_their_numbers(clients: pd.DataFrame, make_what_if: MakeOptions) -> None:
    risk = Risk(
        lambda rows: np.clip(
            0.2 + 0.1 * rows["promo_purchase_share"] + 0.05 * rows["unpaid_items_quarter"]
            - 0.02 * rows["marketing_contacts_current"] * rows["allows_messages"],
            0.05,
            0.995,
        )
    )  # fmt: skip
    found = find_changes(
        clients,
        risk,
        DecisionThreshold.model_construct(threshold=0.3),
        clients,
        make_what_if(low=0.1, high=0.6),
    )
    assert set(found["reached"]) == {True, False}
    for row in found.itertuples():
        for language in LANGUAGES:
            sentence = getattr(row, f"sentence_{language}")
            texts = [value_text(row.feature, value, language) for value in (row.new_value, row.value)]
            link = " вместо " if language == "ru" else " instead of "
            assert label(row.feature, language) in sentence
            assert link.join(texts) in sentence
            before, after = (
                chance(value, language) for value in (row.probability_before, row.probability_after)
            )
            assert (f"{after}{link}{before}" in sentence) == (before != after)
            assert ("не ниже" in sentence or "not below" in sentence) == (not row.reached)
            assert " will " not in sentence


# Summary -------------------------------------------------------------------------------------------


def test_summary_by_hand() -> None:
    rows = [
        # client, feature, value, new, effort, before, after, reached
        (1, "unpaid_items_quarter", 6, 2, 0.4, 0.7, 0.3, True),
        (2, "unpaid_items_quarter", 5, 2, 0.2, 0.6, 0.4, True),
        (2, "promo_purchase_share", 0.9, 0.3, 0.2, 0.6, 0.4, True),
        (3, "promo_purchase_share", 0.1, 0.3, 0.1, 0.8, 0.2, True),
        (4, "unpaid_items_quarter", 9, 1, 0.9, 0.9, 0.8, False),
        (5, "", np.nan, np.nan, 0.0, 0.9, 0.9, False),
    ]
    names = ["client_id", "feature", "value", "new_value", "effort"]
    names += ["probability_before", "probability_after", "reached"]
    table = summarise_changes(pd.DataFrame(rows, columns=names))
    assert table[["feature", "direction", "clients"]].to_numpy().tolist() == [
        ["unpaid_items_quarter", "down", 2],
        ["promo_purchase_share", "down", 1],
        ["promo_purchase_share", "up", 1],
    ]
    assert table.columns[3:].tolist() == ["share", "median_effort", "median_fall"]
    expected = [[2 / 3, 0.3, 0.3], [1 / 3, 0.2, 0.2], [1 / 3, 0.1, 0.6]]
    np.testing.assert_allclose(table.iloc[:, 3:].to_numpy(dtype="float64"), expected)


def test_what_the_store_would_only_make_less_is_never_made_more(
    ten: pd.DataFrame, make_what_if: MakeOptions
) -> None:
    fewer_is_risky = linear(0.9, service_errors=-0.1, unpaid_items_quarter=-0.05)
    clients = clients_with(service_errors=[3], unpaid_items_quarter=[2])
    found = find_changes(clients, fewer_is_risky, AT, ten, make_what_if())
    assert found["feature"].tolist() == [""]
