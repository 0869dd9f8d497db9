"""Scores of hyperparameters on folds: the same as those of whole pipelines, at a part of their cost."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from one_click.columns import ENGINEERED_FEATURES, TARGET
from one_click.features import add_engineered
from one_click.modelling.families import build_pipeline
from one_click.modelling.fold_scorer import FoldScorer
from one_click.modelling.folds import make_splits
from one_click.modelling.scores import raw_features, uncalibrated_score
from one_click.parameters import BASES, SCALERS, SCORE_FUNCTIONS, Family, ModelSelection

CHOICES = [
    {"scaler": scaler, "select__score_func": score, "select__k": columns}
    for scaler in SCALERS
    for score in SCORE_FUNCTIONS
    for columns in (4, 12)
]
CHOICES += [
    {"scaler": scaler, "select__k": columns, "basis": basis}
    for scaler in ("standard", "minmax")
    for columns in (3, 8)
    for basis in BASES
]


@pytest.fixture
def scorer(clients: pd.DataFrame, options: ModelSelection) -> FoldScorer:
    return FoldScorer(clients, make_splits(clients, options.folds, options.seed))


@pytest.mark.filterwarnings("ignore:Features .* are constant", "ignore:invalid value", "ignore:n_quantiles")
@pytest.mark.parametrize("name", ["logistic_regression", "k_nearest_neighbours"])
def test_scores_are_those_of_whole_pipelines_in_any_order_of_asking(
    scorer: FoldScorer, clients: pd.DataFrame, families: dict[str, Family], options: ModelSelection, name: str
) -> None:
    features, target = raw_features(clients), clients[TARGET]
    train, test = make_splits(clients, options.folds, options.seed)[1]
    expected = {}
    for position, choice in enumerate(CHOICES):
        pipeline = build_pipeline(families[name], choice)
        pipeline.fit(features.iloc[train], target.iloc[train])
        scores = uncalibrated_score(pipeline, features.iloc[test])
        expected[position] = roc_auc_score(target.iloc[test], scores)
    shuffled = [*np.random.default_rng(0).permutation(len(CHOICES)), *range(len(CHOICES))]
    for position in shuffled:
        value = scorer.score(families[name], CHOICES[position], 1)
        assert value == pytest.approx(expected[position], abs=1e-12), CHOICES[position]
    assert len(set(expected.values())) > len(SCALERS) + len(BASES)


@pytest.mark.parametrize("name", ["logistic_regression", "decision_tree"])
def test_engineered_features_are_scored_as_by_whole_pipelines(
    clients: pd.DataFrame, families: dict[str, Family], options: ModelSelection, name: str
) -> None:
    wider = add_engineered(clients, ENGINEERED_FEATURES)
    splits, target = make_splits(wider, options.folds, options.seed), wider[TARGET]
    scorer, features = FoldScorer(wider, splits), raw_features(clients)
    for choice in ({"select__k": "all"}, {"select__k": 4, "basis": "products"}, {"scaler": "minmax"}):
        for fold, (train, test) in enumerate(splits):
            pipeline = build_pipeline(families[name], choice, ENGINEERED_FEATURES)
            pipeline.fit(features.iloc[train], target.iloc[train])
            expected = roc_auc_score(target.iloc[test], uncalibrated_score(pipeline, features.iloc[test]))
            assert scorer.score(families[name], choice, fold) == pytest.approx(expected, abs=1e-12)


def test_without_a_choice_numbers_are_standardised_and_all_columns_stay_as_they_are(
    scorer: FoldScorer, families: dict[str, Family]
) -> None:
    spelt_out = {"scaler": "standard", "select__score_func": "f_classif", "select__k": 21, "basis": "none"}
    logistic = families["logistic_regression"]
    assert scorer.score(logistic, {}, 0) == scorer.score(logistic, spelt_out, 0)


@pytest.mark.filterwarnings(
    "ignore:Features .* are constant", "ignore:invalid value", "ignore:divide by zero"
)
def test_scores_that_are_no_numbers_are_refused(clients: pd.DataFrame, options: ModelSelection) -> None:
    # A column without any spread has no normal density.
    bayes = {"class": "sklearn.naive_bayes.GaussianNB", "interpretability": 1, "fixed": {"var_smoothing": 0}}
    constant = clients.assign(days_registered=5)
    scorer = FoldScorer(constant, make_splits(constant, options.folds, options.seed))
    with pytest.raises(ValueError, match="GaussianNB gives scores that are no numbers"):
        scorer.score(Family.model_validate(bayes), {}, 0)
