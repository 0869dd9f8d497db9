import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from optuna.trial import FrozenTrial

from one_click.modelling.candidates import tune
from one_click.modelling.fold_scorer import FoldScorer
from one_click.modelling.folds import make_splits
from one_click.modelling.pruner import chance_to_overtake, expected_mean
from one_click.modelling.search import (
    COMPLETE,
    REFUSED,
    STOPPED,
    InMemoryLog,
    OpenLog,
    TrialLog,
    chosen_trial,
    name_study,
    search,
)
from one_click.parameters import Choices, Family, ModelSelection, Range

Store = Callable[[str], OpenLog]
BUDGET = 9
STORAGES = pytest.mark.parametrize("file", ["studies.log", "studies.db"], ids=["journal", "sqlite"])


@pytest.fixture(scope="module")
def long(options: ModelSelection) -> ModelSelection:
    return options.model_copy(update={"trials": BUDGET})


@pytest.fixture(scope="module")
def undisturbed(clients: pd.DataFrame, tree: Family, long: ModelSelection) -> pd.DataFrame:
    """Return the trials of a search that nobody kills."""
    return search(clients, tree, long, InMemoryLog)


class _KilledError(Exception):
    """What ends a process in these tests."""


class _DyingLog:
    """A log whose process dies after some trials, with one more run and not recorded."""

    def __init__(self, log: TrialLog, lives: int) -> None:
        self._log, self._lives = log, lives
        self.trials = log.trials

    def record(self, trial: FrozenTrial) -> None:
        if self._lives == 0:
            raise _KilledError
        self._lives -= 1
        self._log.record(trial)


def _kill_after(done: int, open_log: OpenLog) -> OpenLog:
    return lambda name, budget: _DyingLog(open_log(name, budget), done)


# --- the same seed, the same trials ------------------------------------------------------------------


@pytest.mark.parametrize("strategy", ["tpe", "random"])
def test_same_seed_same_trials_and_another_seed_others(
    clients: pd.DataFrame, tree: Family, options: ModelSelection, new_store: Store, strategy: str
) -> None:
    chosen = options.model_copy(update={"strategy": strategy})
    first = search(clients, tree, chosen, new_store("first.log"))
    assert len(set(first["hyperparameters"])) == options.trials
    for log in (new_store("second.log"), new_store("second.db"), InMemoryLog):
        pd.testing.assert_frame_equal(first, search(clients, tree, chosen, log))
    other = search(clients, tree, chosen.model_copy(update={"seed": 8}), new_store("first.log"))
    assert (first["hyperparameters"] != other["hyperparameters"]).all()


def test_tpe_learns_what_random_draws_ignore(
    clients: pd.DataFrame, tree: Family, long: ModelSelection
) -> None:
    learnt = search(clients, tree, long, InMemoryLog)
    drawn = search(clients, tree, long.model_copy(update={"strategy": "random"}), InMemoryLog)
    assert (learnt["hyperparameters"].head(3) == drawn["hyperparameters"].head(3)).all()
    assert (learnt["hyperparameters"] != drawn["hyperparameters"]).any()


# --- a killed search ---------------------------------------------------------------------------------


KILLS = [  # of a database some, of a journal all
    pytest.param(file, done, marks=[pytest.mark.expensive] if file == "studies.db" and done % 4 else [])
    for file in ("studies.log", "studies.db")
    for done in range(BUDGET + 1)
]


@pytest.mark.parametrize(("file", "done"), KILLS)
def test_killed_search_resumes_to_the_end_of_an_undisturbed_one(
    clients: pd.DataFrame,
    tree: Family,
    long: ModelSelection,
    undisturbed: pd.DataFrame,
    new_store: Store,
    file: str,
    done: int,
) -> None:
    assert set(undisturbed["state"]) == {COMPLETE, STOPPED}
    if done < BUDGET:
        with pytest.raises(_KilledError):
            search(clients, tree, long, _kill_after(done, new_store(file)))
    else:
        search(clients, tree, long, new_store(file))
    splits = make_splits(clients, long.folds, long.seed)
    assert len(new_store(file)(name_study(clients, splits, tree, long), BUDGET).trials) == done
    pd.testing.assert_frame_equal(search(clients, tree, long, new_store(file)), undisturbed)


@STORAGES
def test_refused_trials_are_resumed_too(
    clients: pd.DataFrame,
    too_many_neighbours: Callable[[int], Family],
    long: ModelSelection,
    new_store: Store,
    file: str,
) -> None:
    family = too_many_neighbours(5)
    undisturbed = search(clients, family, long, InMemoryLog)
    (last, *_) = undisturbed.index[undisturbed["state"] == REFUSED]
    with pytest.raises(_KilledError):
        search(clients, family, long, _kill_after(last + 1, new_store(file)))
    pd.testing.assert_frame_equal(search(clients, family, long, new_store(file)), undisturbed)


def test_finished_search_runs_no_trial_again(
    clients: pd.DataFrame, tree: Family, options: ModelSelection, new_store: Store
) -> None:
    first = search(clients, tree, options, new_store("studies.log"))
    pd.testing.assert_frame_equal(
        search(clients, tree, options, _kill_after(0, new_store("studies.log"))), first
    )


def test_budget_is_a_total(
    clients: pd.DataFrame, tree: Family, options: ModelSelection, long: ModelSelection, new_store: Store
) -> None:
    store = new_store("studies.log")
    short = search(clients, tree, options, store)
    longer = search(clients, tree, long, store)
    assert len(longer) == BUDGET
    pd.testing.assert_frame_equal(longer.head(5), short)
    # Asked again for less, a study answers as if it had never been given more.
    pd.testing.assert_frame_equal(search(clients, tree, options, store), short)


def test_name_of_a_study_changes_with_what_decides_its_trials(
    clients: pd.DataFrame, tree: Family, options: ModelSelection
) -> None:
    splits = make_splits(clients, 3, 7)
    depth = {"space": tree.space | {"model__max_depth": Range(low=2, high=8, whole=True)}}
    changed = {
        "same": (clients, splits, tree, options),
        "value": (clients.assign(pages_per_visit=clients["pages_per_visit"] + 1), splits, tree, options),
        "column": (clients.rename(columns={"minutes_current": "minutes"}), splits, tree, options),
        "folds": (clients, make_splits(clients, 4, 7), tree, options),
        "space": (clients, splits, tree.model_copy(update=depth), options),
        "fixed": (clients, splits, tree.model_copy(update={"fixed": {"random_state": 1}}), options),
        "start": (clients, splits, tree.model_copy(update={"start": {"model__max_depth": 4}}), options),
        "seed": (clients, splits, tree, options.model_copy(update={"seed": 8})),
        "strategy": (clients, splits, tree, options.model_copy(update={"strategy": "random"})),
        "startup": (clients, splits, tree, options.model_copy(update={"startup_trials": 4})),
        "race": (clients, splits, tree, options.model_copy(update={"negligible_chance": 0.1})),
    }
    names = {key: name_study(*arguments) for key, arguments in changed.items()}
    assert len(set(names.values())) == len(changed)
    indifferent = {"trials": 99, "confirmation_repeats": 9, "selection": "one_standard_error"}
    assert name_study(clients, splits, tree, options.model_copy(update=indifferent)) == names["same"]
    harder = tree.model_copy(update={"interpretability": 9})
    assert name_study(clients, splits, harder, options) == names["same"]


# --- what is tried first -----------------------------------------------------------------------------


@STORAGES
@pytest.mark.parametrize("strategy", ["tpe", "random"])
def test_start_is_tried_first_and_the_rest_of_it_is_drawn(
    clients: pd.DataFrame, tree: Family, long: ModelSelection, new_store: Store, file: str, strategy: str
) -> None:
    start = {"model__max_depth": 4, "model__criterion": "entropy"}
    family, chosen = tree.model_copy(update={"start": start}), long.model_copy(update={"strategy": strategy})
    trials = search(clients, family, chosen, new_store(file))
    first, *later = [json.loads(settings) for settings in trials["hyperparameters"]]
    assert {name: first[name] for name in start} == start
    assert set(first) == set(tree.space)
    assert any({name: one[name] for name in start} != start for one in later)
    pd.testing.assert_frame_equal(search(clients, family, chosen, new_store(file)), trials)


def test_a_start_written_as_a_whole_number_is_the_number_of_its_range(
    clients: pd.DataFrame, options: ModelSelection, new_store: Store
) -> None:
    logistic = Family.model_validate(
        {
            "class": "sklearn.linear_model.LogisticRegression",
            "interpretability": 1,
            "fixed": {"solver": "liblinear"},
            "space": {
                "model__C": {"low": 0.1, "high": 10, "log": True},
                "select__k": {"low": 4, "high": 21, "whole": True},
            },
            "start": {"model__C": 1, "select__k": 21.0},
        }
    )
    trials = search(clients, logistic, options, new_store("studies.log"))
    assert trials["hyperparameters"].iloc[0] == '{"model__C": 1.0, "select__k": 21}'
    again = search(clients, logistic, options, new_store("studies.log"))
    pd.testing.assert_frame_equal(again, trials)


# --- trials that are given up ------------------------------------------------------------------------


@pytest.fixture
def hopeless_tree(tree: Family) -> Family:
    """Return trees of which half have room for one leaf alone and rank nobody."""
    columns = Range(low=8, high=21, whole=True)
    space = {"model__min_samples_leaf": Choices(choices=(5, 50)), "select__k": columns}
    return tree.model_copy(update={"space": space})


def test_stopped_trials_tell_what_their_folds_let_expect(
    clients: pd.DataFrame, hopeless_tree: Family, options: ModelSelection
) -> None:
    chosen = options.model_copy(update={"trials": 20, "strategy": "random"})
    trials = search(clients, hopeless_tree, chosen, InMemoryLog)
    scorer = FoldScorer(clients, make_splits(clients, chosen.folds, chosen.seed))
    finished: list[list[float]] = []
    for trial in trials.itertuples():
        values = [
            scorer.score(hopeless_tree, json.loads(trial.hyperparameters), n) for n in range(trial.folds)
        ]
        chances = [
            chance_to_overtake(np.array(finished), values[:seen]) if len(finished) > 2 else 1.0
            for seen in range(1, chosen.folds)
        ]
        if trial.state == COMPLETE:
            assert trial.folds == chosen.folds
            assert min(chances) >= chosen.negligible_chance
            assert trial.roc_auc == pytest.approx(np.mean(values))
            assert trial.roc_auc_sd == pytest.approx(np.std(values, ddof=1))
            finished.append(values)
        else:
            assert chances[trial.folds - 1] < chosen.negligible_chance
            assert trial.roc_auc == pytest.approx(expected_mean(np.array(finished), values))
    assert set(trials["state"]) == {COMPLETE, STOPPED}
    assert (trials["reason"] == "").all()


def test_without_a_negligible_chance_all_trials_run_to_the_end(
    clients: pd.DataFrame, hopeless_tree: Family, options: ModelSelection
) -> None:
    patient = options.model_copy(update={"trials": 20, "strategy": "random", "negligible_chance": 0})
    trials = search(clients, hopeless_tree, patient, InMemoryLog)
    assert set(trials["state"]) == {COMPLETE}
    assert set(trials["folds"]) == {patient.folds}


# --- settings that cannot be fitted ------------------------------------------------------------------


def test_settings_that_cannot_be_fitted_spend_the_budget_and_say_why(
    clients: pd.DataFrame,
    too_many_neighbours: Callable[[int], Family],
    long: ModelSelection,
    new_store: Store,
) -> None:
    family, store = too_many_neighbours(5), new_store("wide.log")
    trials = search(clients, family, long, store)
    refused = trials["state"] == REFUSED
    assert 0 < refused.sum() < long.trials
    assert trials["trial"].tolist() == list(range(long.trials))
    assert trials.loc[refused, "reason"].str.startswith("Expected n_neighbors").all()
    assert trials.loc[refused, ["roc_auc", "roc_auc_sd"]].isna().all(axis=None)
    assert (trials.loc[~refused, "reason"] == "").all()
    assert chosen_trial(trials)["trial"] not in trials.index[refused]


def test_family_that_cannot_be_fitted_at_all_is_excluded_and_says_why(
    clients: pd.DataFrame, too_many_neighbours: Callable[[int], Family], options: ModelSelection
) -> None:
    family = too_many_neighbours(300)
    trials = search(clients, family, options, InMemoryLog)
    assert set(trials["state"]) == {REFUSED}
    assert chosen_trial(trials) is None
    tuned = tune(trials, family)
    assert tuned.refused.startswith("Expected n_neighbors <= n_samples_fit")
    assert (tuned.hyperparameters, tuned.search_roc_auc, tuned.trials) == ({}, None, options.trials)


# --- which settings are taken ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def poor_start(tree: Family) -> Family:
    """Return trees that start with few leaves and the columns that separate best."""
    return tree.model_copy(update={"start": {"model__min_samples_leaf": 60, "select__k": 4}})


@pytest.fixture(scope="module")
def judged(clients: pd.DataFrame, poor_start: Family, long: ModelSelection) -> pd.DataFrame:
    """Return a search in which some trial is ahead of the start, by the folds that judge, too."""
    return search(clients, poor_start, long.model_copy(update={"start_margin": 0}), InMemoryLog)


def test_gain_of_the_best_trial_is_measured_on_folds_of_other_seeds(
    judged: pd.DataFrame, clients: pd.DataFrame, poor_start: Family, long: ModelSelection
) -> None:
    best = judged["roc_auc"].where(judged["state"] == COMPLETE).idxmax()
    start, ahead = (json.loads(judged.loc[trial, "hyperparameters"]) for trial in (0, best))
    scorer = FoldScorer(clients, make_splits(clients, long.folds, long.seed + 500))
    differences = np.array(
        [scorer.score(poor_start, ahead, n) - scorer.score(poor_start, start, n) for n in range(long.folds)]
    )
    assert judged.loc[best, "gain"] == pytest.approx(differences.mean())
    # Three folds, each with half as many clients held out as fitted on.
    error = (differences.var(ddof=1) * (1 / 3 + 1 / 2)) ** 0.5
    assert judged.loc[best, "gain_error"] == pytest.approx(error)
    assert judged.drop(index=best)[["gain", "gain_error"]].isna().all(axis=None)


@pytest.mark.parametrize("beyond", [True, False], ids=["beyond-the-margin", "within-the-margin"])
def test_start_is_left_only_for_a_gain_beyond_so_many_errors(
    judged: pd.DataFrame, clients: pd.DataFrame, poor_start: Family, long: ModelSelection, beyond: bool
) -> None:
    (best,) = judged.index[judged["chosen"]]
    assert best > 0
    errors = judged.loc[best, "gain"] / judged.loc[best, "gain_error"]
    margin = errors * (0.99 if beyond else 1.01)
    table = search(clients, poor_start, long.model_copy(update={"start_margin": margin}), InMemoryLog)
    assert chosen_trial(table)["trial"] == (best if beyond else 0)
    pd.testing.assert_frame_equal(table.drop(columns="chosen"), judged.drop(columns="chosen"))


def test_without_a_start_the_best_trial_is_taken(undisturbed: pd.DataFrame) -> None:
    complete = undisturbed[undisturbed["state"] == COMPLETE]
    assert chosen_trial(undisturbed)["trial"] == complete["roc_auc"].idxmax()
    assert undisturbed["chosen"].sum() == 1
    assert undisturbed["gain"].isna().all()


def test_a_start_that_is_the_best_trial_is_taken(
    clients: pd.DataFrame, judged: pd.DataFrame, poor_start: Family, long: ModelSelection
) -> None:
    best = json.loads(chosen_trial(judged)["hyperparameters"])
    once = long.model_copy(update={"trials": 1, "start_margin": 0})
    table = search(clients, poor_start.model_copy(update={"start": best}), once, InMemoryLog)
    assert table["chosen"].tolist() == [True]
    assert table[["gain", "gain_error"]].to_numpy().tolist() == [[0, 0]]


def test_settings_that_suit_the_folds_of_the_search_alone_replace_nothing(
    make_clients: Callable[..., pd.DataFrame], options: ModelSelection
) -> None:
    # Eleven twins of one client leave one fold with fewer clients to learn from, with some seeds by one more.
    clients = make_clients(80, seed=3)
    clients = pd.concat([clients, *[clients.head(1)] * 11], ignore_index=True)
    clients["client_id"] = range(len(clients))

    def fewest(seed: int) -> int:
        return min(len(train) for train, _ in make_splits(clients, options.folds, seed))

    seed = next(seed for seed in range(100) if fewest(seed) > fewest(seed + 500))
    neighbours = {
        "class": "sklearn.neighbors.KNeighborsClassifier",
        "interpretability": 3,
        "fixed": {"weights": "distance"},
        "space": {"model__n_neighbors": {"choices": [1, fewest(seed)]}},
        "start": {"model__n_neighbors": 1},
    }
    eager = options.model_copy(update={"start_margin": 0, "seed": seed})
    trials = search(clients, Family.model_validate(neighbours), eager, InMemoryLog)
    assert trials["roc_auc"].max() > trials["roc_auc"].iloc[0] + 0.05
    assert chosen_trial(trials)["trial"] == 0
    assert trials["gain"].isna().all()


def test_a_start_that_cannot_be_fitted_is_left(
    clients: pd.DataFrame, families: dict[str, Family], options: ModelSelection
) -> None:
    neighbours = families["k_nearest_neighbours"]
    space = neighbours.space | {"model__n_neighbors": Range(low=3, high=400, whole=True, log=True)}
    start = {"model__n_neighbors": 400, "select__k": 9}
    family = neighbours.model_copy(update={"space": space, "start": start})
    many = options.model_copy(update={"start_margin": 9, "trials": 12})
    trials = search(clients, family, many, InMemoryLog)
    assert trials["state"].iloc[0] == REFUSED
    complete = trials[trials["state"] == COMPLETE]
    assert chosen_trial(trials)["roc_auc"] == complete["roc_auc"].max()
