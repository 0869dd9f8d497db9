"""The contract of every family, of those shipped and of one that somebody adds."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError
from sklearn.metrics import roc_auc_score

from one_click.columns import TARGET
from one_click.datasets.estimator import EstimatorDataset
from one_click.modelling import candidates
from one_click.modelling.calibration import METHODS
from one_click.modelling.families import build_pipeline
from one_click.modelling.fold_scorer import FoldScorer
from one_click.modelling.folds import make_splits
from one_click.modelling.scores import decline_probability, raw_features, uncalibrated_score
from one_click.modelling.search import COMPLETE, InMemoryLog, search
from one_click.parameters import FAMILIES, Family, ModelSelection
from one_click.schemas.records import TunedModel

NAIVE_BAYES = {
    "class": "sklearn.naive_bayes.GaussianNB",
    "interpretability": 5,
    "space": {
        "model__var_smoothing": {"low": 1e-9, "high": 0.1, "log": True},
        "select__k": {"low": 3, "high": 9, "whole": True},
    },
}
FIFTH = "naive_bayes"


@pytest.fixture(scope="module", params=[*FAMILIES, FIFTH])
def family(request: pytest.FixtureRequest, families: dict[str, Family]) -> Family:
    return (families | {FIFTH: Family.model_validate(NAIVE_BAYES)})[request.param]


@pytest.fixture(scope="module")
def clients(make_clients: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    return make_clients(120, seed=2)


@pytest.fixture(scope="module")
def trials(clients: pd.DataFrame, family: Family, options: ModelSelection) -> pd.DataFrame:
    return search(clients, family, options, InMemoryLog)


@pytest.fixture(scope="module")
def tuned(trials: pd.DataFrame, family: Family) -> TunedModel:
    return candidates.tune(trials, family)


class TestFamily:
    """What a family must do, from the search to a file."""

    def test_is_searched_better_than_chance(self, trials: pd.DataFrame, options: ModelSelection) -> None:
        assert trials["trial"].tolist() == list(range(options.trials))
        assert len(set(trials["hyperparameters"])) > 1
        assert trials["roc_auc"].max() > 0.65

    def test_is_tuned_to_its_chosen_trial(self, trials: pd.DataFrame, tuned: TunedModel) -> None:
        chosen = trials[trials["chosen"]]
        assert chosen["state"].tolist() == [COMPLETE]
        assert tuned.search_roc_auc == chosen["roc_auc"].item()
        assert tuned.hyperparameters == json.loads(chosen["hyperparameters"].item())
        assert set(tuned.hyperparameters) == set(tuned.declared.space)
        assert (tuned.trials, tuned.refused) == (len(trials), "")

    def test_shared_preprocessing_gives_what_whole_pipelines_give(
        self, clients: pd.DataFrame, family: Family, tuned: TunedModel, options: ModelSelection
    ) -> None:
        features, target = raw_features(clients), clients[TARGET]
        splits = make_splits(clients, options.folds, options.seed)
        expected = []
        for train, test in splits:
            pipeline = build_pipeline(family, tuned.hyperparameters)
            pipeline.fit(features.iloc[train], target.iloc[train])
            expected.append(
                roc_auc_score(target.iloc[test], uncalibrated_score(pipeline, features.iloc[test]))
            )
        scorer = FoldScorer(clients, splits)
        values = [scorer.score(family, tuned.hyperparameters, fold) for fold in range(options.folds)]
        assert values == pytest.approx(expected, abs=1e-12)
        assert np.mean(expected) == pytest.approx(tuned.search_roc_auc, abs=1e-12)

    def test_candidate_survives_its_file(
        self,
        clients: pd.DataFrame,
        tuned: TunedModel,
        options: ModelSelection,
        trusted: list[str],
        tmp_path: Path,
    ) -> None:
        candidate = candidates.fit(tuned, clients, options)
        file = EstimatorDataset(filepath=(tmp_path / "candidate.skops").as_posix(), trusted=trusted)
        file.save(candidate)
        features = raw_features(clients)
        np.testing.assert_array_equal(
            uncalibrated_score(file.load(), features), uncalibrated_score(candidate, features)
        )

    @pytest.mark.parametrize("method", [method for method in METHODS if method != "none"])
    def test_champion_survives_its_file(
        self,
        clients: pd.DataFrame,
        tuned: TunedModel,
        options: ModelSelection,
        trusted: list[str],
        tmp_path: Path,
        method: str,
    ) -> None:
        estimator = candidates.build_estimator(tuned, clients, options)
        champion = candidates.with_calibration(estimator, method, options)
        champion.fit(raw_features(clients), clients[TARGET])
        file = EstimatorDataset(filepath=(tmp_path / "champion.skops").as_posix(), trusted=trusted)
        file.save(champion)
        features = raw_features(clients)
        probability = decline_probability(champion, features)
        np.testing.assert_array_equal(decline_probability(file.load(), features), probability)
        assert ((probability >= 0) & (probability <= 1)).all()
        np.testing.assert_array_equal(
            uncalibrated_score(champion, features),
            uncalibrated_score(candidates.fit(tuned, clients, options), features),
        )
        assert len(np.unique(probability)) > 1

    def test_scores_every_client_out_of_fold_in_every_repeat(
        self, clients: pd.DataFrame, tuned: TunedModel, options: ModelSelection
    ) -> None:
        scores = candidates.score_out_of_fold(tuned, clients, options)
        assert scores.groupby("repeat")["client_id"].nunique().tolist() == [120, 120]
        assert len(scores) == 240
        assert scores["score"].notna().all()


def test_a_family_whose_types_are_not_trusted_is_refused_when_saved(
    make_clients: Callable[..., pd.DataFrame], options: ModelSelection, tmp_path: Path
) -> None:
    neighbours = {"class": "sklearn.neighbors.KNeighborsClassifier", "interpretability": 1}
    family = Family.model_validate(neighbours | {"fixed": {"algorithm": "kd_tree"}})
    file = EstimatorDataset(filepath=(tmp_path / "candidate.skops").as_posix(), trusted=[])
    with pytest.raises(DatasetError, match="KDTree"):
        file.save(candidates.fit(candidates.untuned(family), make_clients(60), options))


def test_preprocessing_scales_numbers_and_spreads_categories(
    make_clients: Callable[..., pd.DataFrame], families: dict[str, Family]
) -> None:
    clients = make_clients(60)
    features = raw_features(clients)
    settings = {"select__k": 21, "scaler": "minmax"}
    pipeline = build_pipeline(families["logistic_regression"], settings)
    rows = pipeline.fit(features, clients[TARGET])[:-2].transform(features)
    # Fourteen numbers and flags, six columns for six categories, one for two.
    assert rows.shape == (60, 21)
    assert rows.min() == 0
    assert rows.max() == pytest.approx(1)


@pytest.mark.filterwarnings("ignore:Found unknown categories")
def test_an_unseen_category_is_scored(
    make_clients: Callable[..., pd.DataFrame], families: dict[str, Family]
) -> None:
    clients = make_clients(60)
    features = raw_features(clients)
    pipeline = build_pipeline(families["svc"], {"select__k": 21}).fit(features, clients[TARGET])
    unseen = features.assign(popular_category="Новая", service_type="vip")
    assert np.isfinite(uncalibrated_score(pipeline, unseen)).all()
