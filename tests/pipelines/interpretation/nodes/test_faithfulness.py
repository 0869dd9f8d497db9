from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.purity import purely

from one_click.columns import BASE_FEATURES, TARGET, TWIN_GROUP
from one_click.explain.shapley import explain
from one_click.features import add_engineered
from one_click.parameters import Interpretation
from one_click.pipelines.interpretation.nodes import faithfulness
from one_click.pipelines.interpretation.nodes.explanations import choose_base, explain_clients
from one_click.pipelines.interpretation.nodes.refits import explain_refits

check_faithfulness = purely(faithfulness.check_faithfulness)

MakeClients = Callable[..., pd.DataFrame]
Fit = Callable[..., Any]
Check = Callable[[pd.DataFrame], pd.DataFrame]
ScoredBy = Callable[..., Any]
FEATURES = list(BASE_FEATURES)
CHECKS = [
    *("additivity", "deletion_top", "deletion_random", "deletion_ahead", "deletion_share"),
    *("reasons_refits", "importance_refits", "reasons_seeds"),
]


@pytest.fixture(scope="module")
def three(options: Interpretation) -> Interpretation:
    return options.model_copy(update={"reasons": 3, "base_clients": 100})


@pytest.fixture(scope="module")
def base(clients: pd.DataFrame, three: Interpretation) -> pd.DataFrame:
    return choose_base(clients, three)


@pytest.fixture(scope="module")
def champion(fit: Fit, clients: pd.DataFrame) -> Any:
    return fit("logistic_regression", clients)


@pytest.fixture(scope="module")
def honest(clients: pd.DataFrame, champion: Any, base: pd.DataFrame, three: Interpretation) -> pd.DataFrame:
    return explain_clients(clients, champion, base, three)[0]


@pytest.fixture(scope="module")
def refits(fit: Fit, clients: pd.DataFrame, base: pd.DataFrame, three: Interpretation) -> pd.DataFrame:
    models = [fit("logistic_regression", clients.drop(clients.index[part::3])) for part in range(3)]
    return explain_refits(clients, models, base, three)


def check(*given: Any) -> pd.DataFrame:
    return check_faithfulness(*given).set_index("check")


@pytest.fixture(scope="module")
def check_explained(
    clients: pd.DataFrame, champion: Any, refits: pd.DataFrame, base: pd.DataFrame, three: Interpretation
) -> Check:
    """Return a function that checks Shapley values of the linear champion."""

    def checked(shap_values: pd.DataFrame) -> pd.DataFrame:
        return check(clients, champion, shap_values, refits, base, three)

    return checked


def about(clients: pd.DataFrame, contributions: Any, output: Any = 0.0) -> pd.DataFrame:
    """Return contributions as a table of Shapley values, adding up by their base value."""
    values = pd.DataFrame(contributions, columns=FEATURES)
    values.insert(0, "client_id", clients["client_id"].to_numpy())
    return values.assign(method="sampled", output=output, base_value=output - values[FEATURES].sum(axis=1))


def naming(clients: pd.DataFrame, *features: str) -> pd.DataFrame:
    """Return an explanation that names these features to every client."""
    contributions = np.zeros((len(clients), 16))
    for place, name in enumerate(features):
        contributions[:, FEATURES.index(name)] = 1 / (1 + place)
    return about(clients, contributions)


def once(shap_values: pd.DataFrame) -> pd.DataFrame:
    return shap_values.assign(refit=0)


# All of it ----------------------------------------------------------------------------------------


def test_an_honest_explanation_passes(honest: pd.DataFrame, check_explained: Check) -> None:
    table = check_explained(honest)
    assert table.columns.tolist() == ["value", "low", "high", "n", "passed"]
    assert table.index.tolist() == CHECKS
    assert table["n"].tolist() == [120] * 5 + [3, 3, 120]
    assert table["passed"].dropna().to_dict() == {"additivity": True, "deletion_ahead": True}
    values = table["value"]
    assert values["additivity"] < 1e-9
    assert values["deletion_ahead"] == pytest.approx(values["deletion_top"] - values["deletion_random"])
    assert values["deletion_share"] > 0.8
    assert values["reasons_seeds"] == 1
    assert values[["reasons_refits", "importance_refits"]].between(0.6, 0.999).all()
    pd.testing.assert_frame_equal(table, check_explained(honest))


# Do contributions add up --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "passed"),
    [
        pytest.param(0.01, False, id="seen"),
        pytest.param(-2e-6, False, id="small"),
        pytest.param(1e-7, True, id="rounding"),
    ],
)
def test_a_contribution_that_was_tampered_with_fails(
    honest: pd.DataFrame, check_explained: Check, change: float, passed: bool
) -> None:
    wrong = honest.copy()
    wrong.loc[77, "days_registered"] += change  # of one client in 120
    found = check_explained(wrong).loc["additivity"]
    assert found["value"] == pytest.approx(abs(change), abs=1e-9)
    assert bool(found["passed"]) == passed


# Do the features that are named move the score ----------------------------------------------------


def test_deletion_by_hand(make_clients: MakeClients, three: Interpretation, scored_by: ScoredBy) -> None:
    """A score of one flag: replaced by one that is as often yes as no, it moves in half of the draws."""
    clients = make_clients(200, seed=1).assign(allows_messages=np.arange(200) % 2 == 0)
    looked_at = [name for name in FEATURES if name not in ("popular_category", "service_type")]
    champion = scored_by(
        lambda rows: 0.2 + 0.6 * rows["allows_messages"] + 1e-9 * rows[looked_at].sum(axis=1)
    )
    one = three.model_copy(update={"reasons": 1})
    named = naming(clients, "allows_messages")
    table = check(clients, champion, named, once(named), clients, one)
    assert table.loc["deletion_top", "value"] == pytest.approx(0.3, abs=0.03)
    assert table.loc["deletion_random", "value"] == pytest.approx(0.3 / 14, abs=0.015)
    assert table.loc["deletion_ahead", "passed"]
    # Not where none of five draws changes it, 1 in 32, nor often where chance names it too, 1 in 16.
    assert table.loc["deletion_share", "value"] == pytest.approx(0.93, abs=0.05)
    ahead = table.loc["deletion_ahead"]
    assert ahead["high"] - ahead["value"] == pytest.approx(ahead["value"] - ahead["low"])
    assert 0.01 < ahead["high"] - ahead["value"] < 0.03  # 1.96 · .14 / √200


def test_moves_of_a_linear_model_are_sums_of_its_contributions(
    champion: Any, honest: pd.DataFrame, base: pd.DataFrame, three: Interpretation, check_explained: Check
) -> None:
    """Values of a row move a score by the difference of both explanations, those of five by its mean."""
    own = honest[FEATURES].to_numpy()
    of_base = explain_clients(base, champion, base, three)[0][FEATURES].to_numpy()
    five = np.random.default_rng(0).integers(len(of_base), size=(20, 5))
    moves = own - of_base[five].mean(axis=1)[:, None]
    named = np.take_along_axis(moves, faithfulness.first_reasons(own, 3)[None], axis=2)
    by_chance = moves[:, :, list(combinations(range(16), 3))]
    expected = {"top": np.abs(named.sum(axis=2)).mean(), "random": np.abs(by_chance.sum(axis=3)).mean()}
    found = check_explained(honest)["value"]
    # One move is drawn for each of 120 clients; deviations of 1.9 and 1.0 make .17 and .1 of a mean.
    assert found["deletion_top"] == pytest.approx(expected["top"], abs=0.25)
    assert found["deletion_random"] == pytest.approx(expected["random"], abs=0.15)
    assert expected["top"] > 3 * expected["random"]


def test_features_that_the_champion_does_not_use_move_nothing(
    make_clients: MakeClients, three: Interpretation, scored_by: ScoredBy
) -> None:
    clients = make_clients(60, seed=1)
    champion = scored_by(lambda rows: rows["promo_purchase_share"])
    wrong = naming(clients, "days_registered", "service_type", "minutes_current")
    table = check(clients, champion, wrong, once(wrong), clients, three)
    assert table.loc["deletion_top", "value"] == pytest.approx(0, abs=1e-12)
    assert table.loc["deletion_ahead", "high"] < 0
    assert table.loc["deletion_share", "value"] == 0
    assert not table.loc["deletion_ahead", "passed"]


@pytest.mark.parametrize("seed", range(5))
def test_random_explanations_do_not_pass(
    clients: pd.DataFrame, champion: Any, base: pd.DataFrame, three: Interpretation, seed: int
) -> None:
    random = about(clients, np.random.default_rng(seed).normal(size=(len(clients), 16)))
    found = check(clients, champion, random, once(random), base, three).loc["deletion_ahead"]
    assert not found["passed"]
    assert found["low"] < 0 < found["high"]


def test_a_reversed_ranking_fails(
    clients: pd.DataFrame, honest: pd.DataFrame, check_explained: Check
) -> None:
    weakest_first = about(clients, 1 / (1e-3 + honest[FEATURES].abs().to_numpy()))
    found = check_explained(weakest_first).loc["deletion_ahead"]
    assert found["high"] < 0
    assert not found["passed"]


def test_raw_features_are_deleted(
    make_clients: MakeClients, three: Interpretation, scored_by: ScoredBy
) -> None:
    clients = add_engineered(make_clients(40, seed=2), ("promo_habit",))

    def score(rows: pd.DataFrame) -> Any:
        assert rows.columns.tolist() == FEATURES
        hardly = rows[["pages_per_visit", "minutes_current", "minutes_previous"]].sum(axis=1)
        return 0.1 + 0.8 * (rows["promo_purchase_share"] >= 0.5) + 1e-9 * hardly

    named = naming(clients, "promo_purchase_share")
    base = clients.drop(columns=[TARGET, TWIN_GROUP])
    table = check(
        clients, scored_by(score), named, once(named), base, three.model_copy(update={"reasons": 1})
    )
    assert table.loc["deletion_top", "value"] > 0.2
    assert table.loc["deletion_ahead", "passed"]


@pytest.mark.filterwarnings("ignore:Found unknown categories")
def test_unseen_categories_are_checked_too(
    clients: pd.DataFrame, champion: Any, refits: pd.DataFrame, base: pd.DataFrame, three: Interpretation
) -> None:
    unseen = clients.assign(popular_category="Новая")
    explained = explain_clients(unseen, champion, base, three)[0]
    table = check(unseen, champion, explained, refits, base, three)
    assert table["value"].notna().all()
    assert table.loc["additivity", "passed"]


def test_of_many_clients_some_are_asked(
    fit: Fit, make_clients: MakeClients, base: pd.DataFrame, three: Interpretation
) -> None:
    many = make_clients(320, seed=3)
    model = fit("logistic_regression", many)
    explained = explain_clients(many, model, base, three)[0]
    table = check(many, model, explained, once(explained), base, three)
    assert table["n"].tolist() == [320, 300, 300, 300, 300, 1, 1, 300]
    assert table.loc["deletion_ahead", "passed"]


# Do others name the same --------------------------------------------------------------------------


def test_first_reasons_are_the_largest_of_either_sign() -> None:
    contributions = np.array([[0.1, -0.4, 0.3, 0.0], [0.2, 0.2, -0.2, 0.1]])
    assert faithfulness.first_reasons(contributions, 2).tolist() == [[1, 2], [0, 1]]


@pytest.mark.parametrize(
    ("other", "share"),
    [
        pytest.param([0.5, -0.4, 0.3, 0.2], 1, id="same"),
        pytest.param([0.1, 0.4, -0.5, 0.2], 2 / 3, id="two-of-three"),
        pytest.param([-0.3, 0.4, 0.5, 0.2], 1, id="another-order-and-sign"),
        pytest.param([0.1, 0.2, 0.3, 0.9], 2 / 3, id="others-ahead"),
    ],
)
def test_overlap_by_hand(other: list[float], share: float) -> None:
    own = np.array([[0.5, -0.4, 0.3, 0.2]])
    assert faithfulness.overlap(own, np.array([other]), 3).tolist() == pytest.approx([share])


def test_overlap_is_counted_for_each_client() -> None:
    one = np.array([[0.9, 0.1, 0.0], [0.9, 0.1, 0.2], [0.1, 0.2, 0.3]])
    other = np.array([[0.9, 0.0, 0.1], [0.1, 0.2, 0.0], [-0.1, -0.2, -0.3]])
    assert faithfulness.overlap(one, other, 1).tolist() == [1, 0, 1]


def test_what_contributes_nothing_is_no_common_reason() -> None:
    one, other = np.array([[1.0, 0.0, 0.0, 0.0]]), np.array([[0.0, 0.0, 0.0, 1.0]])
    assert faithfulness.overlap(one, other, 2).tolist() == [0]
    assert faithfulness.overlap(one, one, 2).tolist() == [1]


def test_agreement_of_the_refits_by_hand(
    clients: pd.DataFrame, three: Interpretation, scored_by: ScoredBy
) -> None:
    one = three.model_copy(update={"reasons": 1})
    two = clients.head(2)
    sizes = np.arange(1.0, 17.0)
    own = about(two, np.array([sizes, sizes]))
    models = [
        np.array([sizes, sizes]),  # the same
        np.array([-2 * sizes, -2 * sizes]),  # the same but for scale and sign
        np.array([sizes[::-1], sizes[::-1]]),  # the first is another, the order the reverse
    ]
    stacked = pd.concat([about(two, model).assign(refit=number) for number, model in enumerate(models)])
    champion = scored_by(lambda rows: rows["promo_purchase_share"])
    table = check(two, champion, own, stacked, clients, one)
    assert table.loc["reasons_refits", ["value", "low", "high", "n"]].tolist() == pytest.approx(
        [2 / 3, 0, 1, 3]
    )
    assert table.loc["importance_refits", ["value", "low", "high", "n"]].tolist() == pytest.approx(
        [1 / 3, -1, 1, 3]
    )
    half = np.array([sizes, [*sizes[:14], 20.0, 16.0]])
    stacked = about(two, half).assign(refit=0)
    table = check(two, champion, own, stacked, clients, one)
    assert table.loc["reasons_refits", "value"] == 0.5
    # The last two features change places, 15.5 and 16 becoming 17.5 and 16: 1 − 6 · 2 / (16 · 255).
    assert table.loc["importance_refits", "value"] == pytest.approx(1 - 12 / 4080)


def test_another_seed_names_most_of_the_sampled_reasons(
    fit: Fit, clients: pd.DataFrame, base: pd.DataFrame, three: Interpretation
) -> None:
    few, model = clients.head(20), fit("naive_bayes", clients, select__k=6)
    sampled = three.model_copy(update={"permutations": 4, "rounds": 1})
    explained = explain_clients(few, model, base, sampled)[0]
    table = check(few, model, explained, once(explained), base, sampled)
    other = sampled.model_copy(update={"seed": sampled.seed + 1})
    again = explain(model, few[FEATURES], base[FEATURES], other).contributions
    expected = faithfulness.overlap(explained[FEATURES].to_numpy(), again, 3).mean()
    assert table.loc["reasons_seeds", "value"] == pytest.approx(expected)
    assert 0.6 < expected < 1


def test_additivity_asks_the_champion_itself(honest: pd.DataFrame, check_explained: Check) -> None:
    of_another = honest.assign(base_value=honest["base_value"] + 0.5, output=honest["output"] + 0.5)
    assert not check_explained(of_another).loc["additivity", "passed"]
