from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import StratifiedKFold

from one_click.columns import TARGET
from one_click.datasets.estimator import EstimatorDataset
from one_click.modelling import candidates
from one_click.modelling.calibration import BETA, METHODS, calibrate, calibrate_out_of_fold
from one_click.modelling.folds import make_splits
from one_click.modelling.scores import decline_probability, raw_features, uncalibrated_score
from one_click.parameters import BASES, SCALERS, SCORE_FUNCTIONS, Family, ModelSelection
from one_click.schemas.records import TunedModel

Values = tuple[np.ndarray, np.ndarray]
REFUSED = "Expected n_neighbors <= n_samples_fit"
HYPERPARAMETERS = {
    "logistic_regression": {"select__k": 6, "basis": "products"},
    "decision_tree": {"model__max_depth": 3},
    "svc": {"scaler": "minmax"},
}
WEIGHTS = {"logistic_regression": 1.0, "decision_tree": 0.5, "svc": 2.0}


@pytest.fixture(scope="module")
def members(families: dict[str, Family]) -> dict[str, TunedModel]:
    """Return three tuned families, and one that could not be fitted."""
    fitted = {
        name: candidates.untuned(families[name].model_copy(update={"vote_weight": WEIGHTS[name]}), one)
        for name, one in HYPERPARAMETERS.items()
    }
    neighbours = candidates.untuned(families["k_nearest_neighbours"])
    return fitted | {"k_nearest_neighbours": neighbours.model_copy(update={"refused": REFUSED})}


@pytest.fixture(scope="module")
def voting(members: dict[str, TunedModel]) -> TunedModel:
    return candidates.tune_vote(members)


@pytest.fixture(scope="module")
def fold_scores(
    members: dict[str, TunedModel], clients: pd.DataFrame, options: ModelSelection
) -> dict[str, pd.DataFrame]:
    return {name: candidates.score_out_of_fold(one, clients, options) for name, one in members.items()}


# --- the vote ----------------------------------------------------------------------------------------


def _scores(probability: list[float], target: list[int]) -> pd.DataFrame:
    count = len(target)
    rows = {"repeat": 0, "fold": np.arange(count) % 2, "client_id": range(1, count + 1), "target": target}
    return pd.DataFrame({**rows, "score": np.arange(count) / 2, "probability": probability})


@pytest.mark.parametrize(
    ("weights", "mean"),
    [
        pytest.param([1, 1], [0.3, 0.8, 0.25], id="one-voice-each"),
        pytest.param([3, 1], [0.25, 0.85, 0.375], id="three-voices-for-the-first"),
        pytest.param([0.5, 0.5], [0.3, 0.8, 0.25], id="only-the-ratio-counts"),
    ],
)
def test_vote_is_the_mean_of_probabilities_by_hand(weights: list[float], mean: list[float]) -> None:
    first, second = _scores([0.2, 0.9, 0.5], [0, 1, 1]), _scores([0.4, 0.7, 0.0], [0, 1, 1])
    table = candidates.vote({"first": first, "second": second}, weights)
    assert table["probability"].tolist() == pytest.approx(mean)
    assert table["score"].tolist() == table["probability"].tolist()
    pd.testing.assert_frame_equal(table.drop(columns=["score", "probability", "terms"]), first.iloc[:, :4])


def test_member_without_probabilities_is_calibrated_by_the_other_folds() -> None:
    target = [0, 1, 0, 1, 1, 0, 1, 1]
    own, distances = _scores([0.5] * 8, target), _scores([np.nan] * 8, target)
    table = candidates.vote({"own": own, "distances": distances}, [1, 1])
    expected = (0.5 + calibrate_out_of_fold(distances, "sigmoid")) / 2
    assert table["probability"].tolist() == pytest.approx(expected.tolist())


def test_vote_on_new_clients_calibrates_with_all_that_is_known() -> None:
    target = [0, 1, 0, 1, 1, 0, 1, 1]
    known = {"own": _scores([0.5] * 8, target), "distances": _scores([np.nan] * 8, target)}
    new = {"own": _scores([0.2, 0.6], [0, 1]), "distances": _scores([np.nan] * 2, [0, 1])}
    table = candidates.vote_on(known, new, [1.0, 3.0])
    calibrated = calibrate("sigmoid", known["distances"], new["distances"])
    expected = (np.array([0.2, 0.6]) + 3 * calibrated) / 4
    assert table["probability"].tolist() == pytest.approx(expected.tolist())
    assert table["score"].tolist() == table["probability"].tolist()
    assert table[["client_id", "target"]].to_numpy().tolist() == [[1, 0], [2, 1]]


def test_vote_is_the_hardest_to_explain_and_leaves_out_what_could_not_be_fitted(
    voting: TunedModel, families: dict[str, Family]
) -> None:
    assert list(voting.members) == list(HYPERPARAMETERS)
    assert voting.refused == ""
    assert voting.interpretability == 1 + max(family.interpretability for family in families.values())


@pytest.mark.parametrize("fitted", [0, 1])
def test_vote_of_fewer_than_two_is_excluded(members: dict[str, TunedModel], fitted: int) -> None:
    names = ["svc", "decision_tree", "logistic_regression"]
    lost = {name: members[name].model_copy(update={"refused": REFUSED}) for name in names[fitted:]}
    voting = candidates.tune_vote({name: members[name] for name in names[:fitted]} | lost)
    assert voting.refused == f"a vote takes 2 families, and {fitted} could be fitted"
    scores = {name: _scores([0.2, 0.9], [0, 1]) for name in names[:fitted]}
    scores |= {name: _scores([], []) for name in names[fitted:]}
    assert candidates.vote_of(voting, scores).empty


def test_probability_of_the_vote_is_the_weighted_mean_of_its_members(
    voting: TunedModel, members: dict[str, TunedModel], clients: pd.DataFrame, options: ModelSelection
) -> None:
    features = raw_features(clients)
    own = [
        decline_probability(candidates.fit(members[name], clients, options), features)
        for name in ("logistic_regression", "decision_tree")
    ]
    splits = StratifiedKFold(options.folds, shuffle=True, random_state=options.seed)
    svc = candidates.build_estimator(members["svc"], clients, options)
    calibrated = CalibratedClassifierCV(svc, method="sigmoid", cv=splits, ensemble=False)
    own.append(decline_probability(calibrated.fit(features, clients[TARGET]), features))
    expected = (1 * own[0] + 0.5 * own[1] + 2 * own[2]) / 3.5
    fitted = candidates.fit(voting, clients, options)
    np.testing.assert_allclose(decline_probability(fitted, features), expected)
    np.testing.assert_allclose(uncalibrated_score(fitted, features), expected)


def test_vote_as_a_candidate_is_scored_out_of_fold_by_the_scores_of_its_members(
    voting: TunedModel, fold_scores: dict[str, pd.DataFrame], clients: pd.DataFrame, options: ModelSelection
) -> None:
    table = candidates.score_out_of_fold(voting, clients, options)
    pd.testing.assert_frame_equal(table, candidates.vote_of(voting, fold_scores))
    assert len(table) == options.confirmation_repeats * len(clients)


def test_vote_out_of_fold_comes_near_the_vote_fitted_on_the_same_fold(
    voting: TunedModel, fold_scores: dict[str, pd.DataFrame], clients: pd.DataFrame, options: ModelSelection
) -> None:
    # They differ in what calibrates the distances of the SVC.
    train, test = make_splits(clients, options.folds, options.seed + 1000)[0]
    fitted = candidates.fit(voting, clients.iloc[train], options)
    whole = candidates.score(fitted, clients.iloc[test]).set_index("client_id")["probability"]
    table = candidates.vote_of(voting, fold_scores).query("repeat == 0 and fold == 0").set_index("client_id")
    assert table.index.tolist() == whole.index.tolist()
    assert (table["probability"] - whole).abs().max() < 0.08


# --- what could not be fitted ------------------------------------------------------------------------


def test_family_that_could_not_be_fitted_becomes_a_dummy_without_scores(
    members: dict[str, TunedModel], clients: pd.DataFrame, options: ModelSelection
) -> None:
    refused = members["k_nearest_neighbours"]
    assert isinstance(candidates.fit(refused, clients, options), DummyClassifier)
    table = candidates.score_out_of_fold(refused, clients, options)
    expected = ["repeat", "fold", "client_id", "target", "score", "probability", "terms"]
    assert (len(table), table.columns.tolist()) == (0, expected)
    assert (table.dtypes.iloc[:4] == "int64").all()  # else client numbers become fractions beside others


def test_a_reason_without_words_is_a_reason_too(families: dict[str, Family]) -> None:
    trial = {"state": "refused", "roc_auc": np.nan, "chosen": False, "hyperparameters": "{}", "reason": ""}
    trials = pd.DataFrame([trial])
    assert candidates.tune(trials, families["svc"]).refused


# --- calibration -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS[1:])
@pytest.mark.parametrize("name", HYPERPARAMETERS)
def test_calibrated_champion_gives_what_its_out_of_fold_scores_teach(
    members: dict[str, TunedModel], clients: pd.DataFrame, options: ModelSelection, name: str, method: str
) -> None:
    features = raw_features(clients)
    estimator = candidates.build_estimator(members[name], clients, options)
    champion = candidates.with_calibration(estimator, method, options)
    champion.fit(features, clients[TARGET])
    known = [
        candidates.score(candidates.fit(members[name], clients.iloc[train], options), clients.iloc[test])
        for train, test in make_splits(clients, options.folds, options.seed)
    ]
    raw = candidates.score(candidates.fit(members[name], clients, options), clients)
    expected = calibrate(method, pd.concat(known), raw)
    np.testing.assert_allclose(decline_probability(champion, features), expected, atol=2e-3)


# --- files -------------------------------------------------------------------------------------------


@pytest.fixture
def store(clients: pd.DataFrame, trusted: list[str], tmp_path: Path) -> Callable[[Any], Values]:
    """Return a function that gives the probabilities of a candidate before it is stored, and afterwards."""

    def save_and_load(candidate: Any) -> Values:
        data_set = EstimatorDataset(filepath=(tmp_path / "candidate.skops").as_posix(), trusted=trusted)
        data_set.save(candidate)
        features = raw_features(clients)
        return decline_probability(candidate, features), decline_probability(data_set.load(), features)

    return save_and_load


@pytest.mark.parametrize(
    "method",  # files of all ways of beta calibration hold the same types
    [
        pytest.param(one, marks=[pytest.mark.expensive] if one in BETA and one != "beta" else [])
        for one in METHODS
    ],
)
def test_vote_survives_its_file(
    voting: TunedModel,
    clients: pd.DataFrame,
    options: ModelSelection,
    store: Callable[[Any], Values],
    method: str,
) -> None:
    estimator = candidates.build_estimator(voting, clients, options)
    champion = candidates.with_calibration(estimator, method, options)
    np.testing.assert_array_equal(*store(champion.fit(raw_features(clients), clients[TARGET])))


CHOICES = {
    f"{scaler}-{score}": {"scaler": scaler, "select__score_func": score, "select__k": 8}
    for scaler in SCALERS
    for score in SCORE_FUNCTIONS
} | {basis: {"basis": basis, "select__k": 6} for basis in BASES}


@pytest.mark.filterwarnings("ignore:Features .* are constant", "ignore:invalid value", "ignore:n_quantiles")
@pytest.mark.parametrize("choice", CHOICES.values(), ids=list(CHOICES))
def test_every_scaler_and_every_basis_survives_its_file(
    families: dict[str, Family],
    clients: pd.DataFrame,
    options: ModelSelection,
    store: Callable[[Any], Values],
    choice: dict[str, Any],
) -> None:
    tuned = candidates.untuned(families["logistic_regression"], choice)
    np.testing.assert_array_equal(*store(candidates.fit(tuned, clients, options)))


def test_shipped_challenger_survives_its_file(
    shipped_selection: ModelSelection,
    clients: pd.DataFrame,
    options: ModelSelection,
    store: Callable[[Any], Values],
) -> None:
    tuned = candidates.untuned(shipped_selection.challengers["extra_trees"])
    np.testing.assert_array_equal(*store(candidates.fit(tuned, clients, options)))


def test_challenger_of_untrusted_types_is_refused_with_their_names(
    clients: pd.DataFrame, options: ModelSelection, store: Callable[[Any], Values]
) -> None:
    boosting = {"class": "sklearn.ensemble.HistGradientBoostingClassifier", "interpretability": 7}
    tuned = candidates.untuned(Family.model_validate(boosting | {"fixed": {"max_iter": 2}}))
    fitted = candidates.fit(tuned, clients, options)
    with pytest.raises(
        DatasetError, match=r"TreePredictor(.|\n)*does not trust|does not trust(.|\n)*TreePredictor"
    ):
        store(fitted)


def test_candidates_survive_json(
    members: dict[str, TunedModel], voting: TunedModel, clients: pd.DataFrame, options: ModelSelection
) -> None:
    for tuned in (members["decision_tree"], voting):
        again = TunedModel.read(tuned.to_json(), "tuned.json")
        assert again == tuned
        one, other = (candidates.score(candidates.fit(t, clients, options), clients) for t in (tuned, again))
        pd.testing.assert_frame_equal(one, other)
