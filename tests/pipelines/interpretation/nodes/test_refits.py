from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline
from tests.purity import purely

from one_click.columns import BASE_FEATURES, TARGET, TWIN_GROUP
from one_click.errors import DataError
from one_click.explain.shapley import explain
from one_click.modelling import candidates
from one_click.modelling.folds import Split, make_splits
from one_click.modelling.scores import uncalibrated_score
from one_click.parameters import Family, Interpretation, ModelSelection
from one_click.pipelines.interpretation.nodes.refits import (
    explain_refits,
    refit_champion,
    refit_splits,
    stack_refits,
)
from one_click.schemas.records import TunedModel

MakeClients = Callable[..., pd.DataFrame]
Fit = Callable[..., Any]
Chosen = tuple[pd.DataFrame, pd.DataFrame]
Refit = Callable[..., list[Any]]
Families = dict[str, Family]
FEATURES = list(BASE_FEATURES)


@pytest.fixture(scope="module")
def selection(selection_options: ModelSelection) -> ModelSelection:
    """Return parameters with three folds and the same seed as `twice`, as they are shipped."""
    return selection_options


@pytest.fixture(scope="module")
def twice(options: Interpretation, selection: ModelSelection) -> Interpretation:
    return options.model_copy(update={"refit_repeats": 2, "seed": selection.seed})


@pytest.fixture(scope="module")
def twins(make_clients: MakeClients) -> pd.DataFrame:
    """Return 100 clients, of whom the last 10 are twins of the first."""
    return make_clients(90, seed=3, twins=10)


def champion(tuned: TunedModel) -> Chosen:
    """Return the tables in which this model won and another did not."""
    models = ["loser", "winner"]
    board = pd.DataFrame({"model": models, "champion": [False, True]})
    return board, pd.DataFrame({"model": models, "tuned": ["{}", tuned.to_json()]})


def single(family: Family, **settings: Any) -> TunedModel:
    return candidates.untuned(family, settings)


@pytest.fixture(scope="module")
def refit(selection: ModelSelection, options: Interpretation) -> Refit:
    """Return a function that refits a chosen model, once per fold: ``refit(clients, chosen, seed=…)``."""

    def refitted(clients: pd.DataFrame, chosen: Chosen, **changes: int) -> list[Any]:
        train, test = clients.iloc[1::3], clients.drop(clients.index[1::3])
        return purely(refit_champion)(train, test, *chosen, selection, options.model_copy(update=changes))

    return refitted


def unseen_in(splits: list[Split]) -> list[list[int]]:
    return [unseen.tolist() for _, unseen in splits]


# The folds ----------------------------------------------------------------------------------------


def test_every_client_is_unseen_once_per_repeat_and_never_with_a_twin(
    twins: pd.DataFrame, selection: ModelSelection, twice: Interpretation
) -> None:
    splits = refit_splits(twins, selection, twice)
    assert len(splits) == 6
    for repeat in (splits[:3], splits[3:]):
        assert sorted(np.concatenate([unseen for _, unseen in repeat])) == list(range(100))
    for seen, unseen in splits:
        assert sorted(np.r_[seen, unseen]) == list(range(100))
        groups = twins[TWIN_GROUP]
        assert set(groups.iloc[seen]).isdisjoint(groups.iloc[unseen])


def test_folds_are_not_those_that_chose_the_champion(
    twins: pd.DataFrame, selection: ModelSelection, twice: Interpretation
) -> None:
    assert twice.seed == selection.seed
    folds = unseen_in(refit_splits(twins, selection, twice))
    confirmed = range(selection.confirmation_repeats)
    for seed in (selection.seed, *(selection.seed + 1000 + repeat for repeat in confirmed)):
        chosen_on = unseen_in(make_splits(twins, selection.folds, seed))
        assert not any(fold in chosen_on for fold in folds)


def test_folds_depend_on_the_seed_alone(
    twins: pd.DataFrame, selection: ModelSelection, twice: Interpretation
) -> None:
    first, again = (unseen_in(refit_splits(twins, selection, twice)) for _ in range(2))
    other = refit_splits(twins, selection, twice.model_copy(update={"seed": twice.seed + 10}))
    assert first == again
    assert first[:3] != first[3:]
    assert first != unseen_in(other)


# The models ---------------------------------------------------------------------------------------


def test_refit_is_fitted_on_exactly_the_clients_outside_its_fold(
    refit: Refit, twins: pd.DataFrame, families: Families, selection: ModelSelection, twice: Interpretation
) -> None:
    chosen = champion(single(families["k_nearest_neighbours"], model__n_neighbors=1))
    models = refit(twins, chosen, refit_repeats=2, seed=twice.seed)
    splits = refit_splits(twins, selection, twice)
    assert len(models) == 6
    for model, (seen, _) in zip(models, splits, strict=True):
        distance, _ = model[-1].kneighbors(model[:-1].transform(twins[FEATURES]))
        assert np.flatnonzero(distance[:, 0] < 1e-6).tolist() == seen.tolist()


def test_refits_have_the_hyperparameters_of_the_winner_and_no_calibration(
    refit: Refit, clients: pd.DataFrame, families: Families
) -> None:
    settings = {"select__k": 5, "model__C": 0.25, "model__gamma": 0.02}
    models = refit(clients, champion(single(families["svc"], **settings)))
    assert len(models) == 3
    for model in models:
        assert isinstance(model, Pipeline)
        assert (model[-1].C, model[-1].gamma, model["select"].k) == (0.25, 0.02, 5)


def test_vote_is_refitted_with_all_its_members(
    refit: Refit, clients: pd.DataFrame, families: Families
) -> None:
    members = {name: single(families[name], select__k=4) for name in ("svc", "decision_tree")}
    models = refit(clients, champion(candidates.tune_vote(members)))
    assert [len(model.estimators_) for model in models] == [2, 2, 2]


def test_refits_depend_on_the_seed_and_not_on_the_order_of_clients(
    refit: Refit, clients: pd.DataFrame, families: Families
) -> None:
    chosen = champion(single(families["decision_tree"], model__max_depth=4))
    kept = refit(clients, chosen)
    turned = refit(clients.sample(frac=1, random_state=5), chosen)
    other = refit(clients, chosen, seed=2)
    scores = [
        np.array([uncalibrated_score(model, clients[FEATURES]) for model in models])
        for models in (kept, turned, other)
    ]
    np.testing.assert_array_equal(scores[0], scores[1])
    assert (scores[0] != scores[2]).any()


@pytest.mark.parametrize("declined", [0, 2], ids=["one-class", "fewer-than-folds"])
def test_too_few_clients_of_a_class_stop_the_run(
    refit: Refit, clients: pd.DataFrame, families: Families, declined: int
) -> None:
    rare = clients.assign(**{TARGET: (np.arange(len(clients)) < declined).astype("int64")})
    chosen = champion(single(families["decision_tree"]))
    with pytest.raises(DataError, match=f"One class has {declined} clients .* for 3 folds"):
        refit(rare, chosen)


# Their explanations -------------------------------------------------------------------------------


def test_each_refit_explains_every_client(fit: Fit, clients: pd.DataFrame, options: Interpretation) -> None:
    base = clients.sample(40, random_state=1)[["client_id", *BASE_FEATURES]]
    asked = clients.sample(25, random_state=0).assign(**{TARGET: np.nan})
    models = [fit("decision_tree", clients.head(count)) for count in (70, 90, 110)]
    table = purely(explain_refits)(asked, models, base, options)
    assert table.columns.tolist() == ["refit", "client_id", *BASE_FEATURES]
    assert table["refit"].tolist() == [0] * 25 + [1] * 25 + [2] * 25
    assert table["client_id"].tolist() == asked["client_id"].tolist() * 3
    for number, model in enumerate(models):
        expected = explain(model, asked[FEATURES], base[FEATURES], options).contributions
        np.testing.assert_allclose(table.loc[table["refit"] == number, FEATURES], expected)


def test_refits_are_sampled_in_one_round(fit: Fit, clients: pd.DataFrame, options: Interpretation) -> None:
    base = clients.sample(40, random_state=1)
    model, asked = fit("naive_bayes", clients), clients.head(6)
    rounds = [options.model_copy(update={"rounds": count, "certain_from": 0.99}) for count in (1, 4)]
    one, four = (explain_refits(asked, [model], base, chosen) for chosen in rounds)
    pd.testing.assert_frame_equal(one, four)
    longer = explain(model, asked[FEATURES], base[FEATURES], rounds[1]).contributions
    assert np.abs(longer - one[FEATURES].to_numpy()).max() > 1e-6


def test_contributions_are_stacked_by_refit_client_and_feature() -> None:
    rows = [(refit, client) for refit in (0, 1, 2) for client in (7, 5)]
    table = pd.DataFrame(rows, columns=["refit", "client_id"])
    for place, name in enumerate(BASE_FEATURES):
        table[name] = 1000 * table["refit"] + 100 * table["client_id"] + place
    stacked = stack_refits(table)
    assert stacked.shape == (3, 2, 16)
    assert stacked[2, 0, 3] == 2703
    assert stacked[1, 1, 15] == 1515
