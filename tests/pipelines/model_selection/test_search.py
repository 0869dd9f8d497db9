from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from one_click.errors import DataError
from one_click.folds import make_splits
from one_click.parameters import Family, ModelSelection, Range
from one_click.pipelines.model_selection.search import _sampler, _suggest, best_choice, fingerprint, search

OpenStudy = Callable[[str], Any]
Store = Callable[[str], OpenStudy]


@pytest.fixture(scope="module")
def clients(make_clients: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    return make_clients(90, seed=3)


@pytest.fixture(scope="module")
def tree(families: dict[str, Family]) -> Family:
    return families["decision_tree"]


@pytest.fixture
def long(options: ModelSelection) -> ModelSelection:
    return options.model_copy(update={"trials": 9})


def _interrupt(
    store: OpenStudy,
    clients: pd.DataFrame,
    tree: Family,
    options: ModelSelection,
    done: int,
    suggested: int,
) -> None:
    """Run some trials, then leave one as a killed search does: some of its settings drawn, no value."""
    if done:
        search(clients, tree, options.model_copy(update={"trials": done}), store)
    study = store(fingerprint(clients, make_splits(clients, options.folds, options.seed), tree, options))
    study.sampler = _sampler(options, done)
    names = list(tree.space)[:suggested]
    _suggest(study.ask(), tree.model_copy(update={"space": {name: tree.space[name] for name in names}}))


@pytest.mark.parametrize("strategy", ["tpe", "random"])
def test_same_seed_same_trials_and_another_seed_others(
    clients: pd.DataFrame, tree: Family, options: ModelSelection, new_store: Store, strategy: str
) -> None:
    chosen = options.model_copy(update={"strategy": strategy})
    first = search(clients, tree, chosen, new_store("first"))
    assert len(set(first["settings"])) == options.trials
    pd.testing.assert_frame_equal(first, search(clients, tree, chosen, new_store("second")))
    other = search(clients, tree, chosen.model_copy(update={"seed": 8}), new_store("first"))
    assert (first["settings"] != other["settings"]).all()


def test_tpe_learns_what_random_draws_ignore(
    clients: pd.DataFrame, tree: Family, long: ModelSelection, new_store: Store
) -> None:
    learnt = search(clients, tree, long, new_store("tpe"))
    drawn = search(clients, tree, long.model_copy(update={"strategy": "random"}), new_store("random"))
    assert (learnt["settings"] != drawn["settings"]).any()


@pytest.mark.parametrize(
    ("done", "suggested"),
    [
        pytest.param(0, 2, id="killed-in-the-first-trial"),
        pytest.param(2, 1, id="killed-among-random-draws"),
        pytest.param(5, 0, id="killed-before-the-first-setting"),
        pytest.param(5, 4, id="killed-with-all-settings-drawn"),
    ],
)
def test_killed_search_resumes_to_the_end_of_an_undisturbed_one(
    clients: pd.DataFrame, tree: Family, long: ModelSelection, new_store: Store, done: int, suggested: int
) -> None:
    killed = new_store("killed")
    _interrupt(killed, clients, tree, long, done, suggested)
    resumed = search(clients, tree, long, killed)
    pd.testing.assert_frame_equal(resumed, search(clients, tree, long, new_store("undisturbed")))


def test_budget_is_a_total(
    clients: pd.DataFrame, tree: Family, options: ModelSelection, long: ModelSelection, new_store: Store
) -> None:
    store = new_store("studies")
    short = search(clients, tree, options, store)
    longer = search(clients, tree, long, store)
    assert len(longer) == 9
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
        "seed": (clients, splits, tree, options.model_copy(update={"seed": 8})),
        "strategy": (clients, splits, tree, options.model_copy(update={"strategy": "random"})),
        "startup": (clients, splits, tree, options.model_copy(update={"startup_trials": 4})),
    }
    names = {key: fingerprint(*arguments) for key, arguments in changed.items()}
    assert len(set(names.values())) == len(changed)
    indifferent = {"trials": 99, "confirmation_repeats": 9, "selection": "one_standard_error"}
    assert fingerprint(clients, splits, tree, options.model_copy(update=indifferent)) == names["same"]
    harder = tree.model_copy(update={"interpretability": 9})
    assert fingerprint(clients, splits, harder, options) == names["same"]


@pytest.fixture
def too_many_neighbours(families: dict[str, Family]) -> Callable[[int], Family]:
    """Return a function that gives neighbours with more of them than 90 clients have in a training fold."""
    neighbours = families["k_nearest_neighbours"]

    def widen(fewest: int) -> Family:
        wide = Range(low=fewest, high=fewest + 100, whole=True)
        return neighbours.model_copy(update={"space": neighbours.space | {"model__n_neighbors": wide}})

    return widen


def test_settings_that_cannot_be_fitted_spend_the_budget_and_are_left_out(
    clients: pd.DataFrame,
    too_many_neighbours: Callable[[int], Family],
    long: ModelSelection,
    new_store: Store,
) -> None:
    family, store = too_many_neighbours(5), new_store("wide")
    trials = search(clients, family, long, store)
    assert 0 < len(trials) < long.trials
    assert trials["trial"].max() < long.trials
    pd.testing.assert_frame_equal(trials, search(clients, family, long, store))


def test_family_that_cannot_be_fitted_at_all_is_one_clear_error(
    clients: pd.DataFrame,
    too_many_neighbours: Callable[[int], Family],
    options: ModelSelection,
    new_store: Store,
) -> None:
    with pytest.raises(
        DataError, match=r"None of the \d settings tried could be fitted: Expected n_neighbors"
    ):
        search(clients, too_many_neighbours(300), options, new_store("hopeless"))


def test_best_choice_is_the_first_of_equals() -> None:
    trials = pd.DataFrame({"roc_auc": [0.7, 0.8, 0.8], "settings": ['{"k": 1}', '{"k": 2}', '{"k": 3}']})
    assert best_choice(trials) == {"k": 2}
