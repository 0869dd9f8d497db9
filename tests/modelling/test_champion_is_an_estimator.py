"""A champion that comes out of its file is a scikit-learn estimator like any other."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.inspection import PartialDependenceDisplay, permutation_importance
from sklearn.model_selection import cross_val_score
from skops.io import dumps, get_untrusted_types

from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS, ENGINEERED_FEATURES, TARGET, TWIN_GROUP
from one_click.datasets.estimator import EstimatorDataset
from one_click.features import add_engineered
from one_click.modelling import candidates
from one_click.modelling.folds import StratifiedTwinKFold, make_splits
from one_click.modelling.scores import decline_probability, raw_features
from one_click.parameters import BASES, SCALERS, SCORE_FUNCTIONS, Family, ModelSelection
from one_click.schemas.records import TunedModel

HYPERPARAMETERS = {
    "logistic_regression": {"select__k": 6, "basis": "products"},
    "decision_tree": {"model__max_depth": 3},
    "svc": {"scaler": "minmax"},
}
CHAMPIONS = {  # winner and calibration -> class of the champion
    ("svc", "sigmoid"): CalibratedClassifierCV,
    ("logistic_regression", "beta"): StackingClassifier,
    ("voting", "none"): VotingClassifier,
}


@pytest.fixture(scope="module")
def clients(make_clients: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """Return clients with engineered features; the last twelve are twins of the first ones."""
    return add_engineered(make_clients(90, seed=3, twins=12), ENGINEERED_FEATURES)


@pytest.fixture(scope="module")
def subset(clients: pd.DataFrame) -> pd.DataFrame:
    """Return every client but the fourth, the eighth and so on, with some pairs of twins."""
    some = clients[clients.index % 4 > 0]
    first = some.groupby(list(BASE_FEATURES))[CLIENT_ID].transform("min")
    assert len(some) - first.nunique() > 5
    return some.assign(**{TWIN_GROUP: first})


@pytest.fixture(scope="module")
def tuned(families: dict[str, Family]) -> dict[str, TunedModel]:
    members = {name: candidates.untuned(families[name], own) for name, own in HYPERPARAMETERS.items()}
    return members | {"voting": candidates.tune_vote(members)}


@pytest.fixture(scope="module")
def catalog_entry(root: Path) -> dict[str, Any]:
    """Return what the catalog lets expect in a champion's file."""
    catalog = yaml.safe_load((root / "conf/base/catalog_model_selection.yml").read_text(encoding="utf-8"))
    return {key: catalog["champion"][key] for key in ("trusted", "classes")}


@pytest.fixture(scope="module", params=CHAMPIONS, ids="-".join)
def champion(
    request: pytest.FixtureRequest,
    tuned: dict[str, TunedModel],
    clients: pd.DataFrame,
    options: ModelSelection,
    catalog_entry: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Any:
    """Return a champion that was saved and loaded."""
    winner, method = request.param
    estimator = candidates.build_estimator(tuned[winner], clients, options)
    fitted = candidates.with_calibration(estimator, method, options)
    file = tmp_path_factory.mktemp("models") / "champion.skops"
    data_set = EstimatorDataset(filepath=file.as_posix(), **catalog_entry)
    data_set.save(fitted.fit(raw_features(clients), clients[TARGET]))
    loaded = data_set.load()
    assert isinstance(loaded, CHAMPIONS[request.param])
    return loaded


def test_it_takes_raw_features_and_answers_for_other_rows(champion: Any, clients: pd.DataFrame) -> None:
    assert champion.feature_names_in_.tolist() == list(BASE_FEATURES)
    assert champion.classes_.tolist() == [0, 1]
    whole = decline_probability(champion, raw_features(clients))
    one_by_one = [decline_probability(champion, raw_features(clients.iloc[[row]]))[0] for row in (0, 50)]
    assert whole[[0, 50]].tolist() == pytest.approx(one_by_one)


def test_its_clone_is_fitted_on_a_subset(champion: Any, clients: pd.DataFrame, subset: pd.DataFrame) -> None:
    before = decline_probability(champion, raw_features(clients))
    again = clone(champion).fit(raw_features(subset), subset[TARGET])
    assert type(again) is type(champion)
    assert (decline_probability(again, raw_features(clients)) != before).any()
    np.testing.assert_array_equal(decline_probability(champion, raw_features(clients)), before)


def test_twins_of_the_subset_share_a_fold(
    champion: Any, clients: pd.DataFrame, subset: pd.DataFrame, options: ModelSelection
) -> None:
    """The clone is what explicit folds of these very clients make, by their twin groups."""
    again = clone(champion).fit(raw_features(subset), subset[TARGET])
    splits = make_splits(subset, options.folds, options.seed)
    explicit = clone(champion)
    nested = {key: splits for key in explicit.get_params() if key.split("__")[-1] == "cv"}
    assert nested
    explicit.set_params(**nested).fit(raw_features(subset), subset[TARGET])
    np.testing.assert_array_equal(
        decline_probability(again, raw_features(clients)),
        decline_probability(explicit, raw_features(clients)),
    )


def test_it_is_cross_validated(champion: Any, clients: pd.DataFrame) -> None:
    shuffled = clients.sample(frac=1, random_state=0)
    scores = cross_val_score(
        champion, raw_features(shuffled), shuffled[TARGET], cv=3, scoring="roc_auc", error_score="raise"
    )
    assert scores.min() > 0.7


def test_its_permutation_importance_is_measured(champion: Any, clients: pd.DataFrame) -> None:
    found = permutation_importance(
        champion, raw_features(clients), clients[TARGET], n_repeats=1, random_state=0, scoring="roc_auc"
    )
    strongest = {BASE_FEATURES[place] for place in np.argsort(-found.importances_mean)[:2]}
    assert strongest == {"pages_per_visit", "promo_purchase_share"}


def test_its_partial_dependence_is_drawn(champion: Any, clients: pd.DataFrame) -> None:
    from matplotlib import pyplot

    whole = {name: "float64" for name in BASE_FEATURES if COLUMNS[name].kind == "whole"}
    features = raw_features(clients).astype(whole)  # of whole numbers scikit-learn refuses to take quantiles
    display = PartialDependenceDisplay.from_estimator(
        champion,
        features,
        ["promo_purchase_share", "popular_category"],
        categorical_features=["popular_category"],
        grid_resolution=6,
    )
    pyplot.close(display.figure_)
    for name, drawn in zip(("promo_purchase_share", "popular_category"), display.pd_results, strict=True):
        value = drawn["grid_values"][0][-1]
        expected = decline_probability(champion, raw_features(clients.assign(**{name: value}))).mean()
        assert drawn["average"][0][-1] == pytest.approx(expected)


# What its file holds --------------------------------------------------------------------------------


OURS = {
    "one_click.features.add_engineered",
    "one_click.modelling.folds.StratifiedTwinKFold",
    "one_click.modelling.families.mutual_information",
    "one_click.modelling.calibration.beta_terms_of_margin",
    "one_click.modelling.calibration.beta_terms_of_probability",
}


def _types(estimators: Any) -> set[str]:
    return set(get_untrusted_types(data=dumps(estimators)))


@pytest.mark.filterwarnings("ignore:n_quantiles")
def test_every_trusted_type_is_used(
    tuned: dict[str, TunedModel],
    clients: pd.DataFrame,
    options: ModelSelection,
    shipped_selection: ModelSelection,
    families: dict[str, Family],
    catalog_entry: dict[str, Any],
) -> None:
    """Candidates of each family, scaler and basis, and each calibration of a champion."""
    assert {one for one in catalog_entry["trusted"] if one.startswith("one_click.")} == OURS
    choices = [
        {"scaler": scaler, "basis": basis, "select__score_func": score, "select__k": 3}
        for scaler, basis, score in zip(SCALERS, BASES, 2 * SCORE_FUNCTIONS, strict=True)
    ]
    logistic = families["logistic_regression"]
    built = [
        candidates.build_estimator(candidates.untuned(logistic, one), clients, options) for one in choices
    ]
    others = [candidates.untuned(one) for one in families.values()]
    small = {"fixed": {"n_estimators": 2}}
    others += [
        candidates.untuned(one.model_copy(update=small)) for one in shipped_selection.challengers.values()
    ]
    built += [candidates.build_estimator(one, clients, options) for one in others]
    built += [
        candidates.with_calibration(
            candidates.build_estimator(tuned[name], clients, options), method, options
        )
        for name in ("decision_tree", "logistic_regression")
        for method in ("isotonic", "beta")
    ]
    few = clients.iloc[::2]
    fitted = [estimator.fit(raw_features(few), few[TARGET]) for estimator in built]
    assert _types(fitted) | _types(candidates.fit(tuned["voting"], few, options)) == set(
        catalog_entry["trusted"]
    )


@pytest.mark.parametrize(
    ("winner", "method", "held"),
    [
        pytest.param(
            "logistic_regression",
            "beta",
            OURS
            - {
                "one_click.modelling.families.mutual_information",
                "one_click.modelling.calibration.beta_terms_of_probability",
            },
            id="beta-of-margins",
        ),
        pytest.param(
            "decision_tree",
            "beta",
            OURS
            - {
                "one_click.modelling.families.mutual_information",
                "one_click.modelling.calibration.beta_terms_of_margin",
            },
            id="beta-of-probabilities",
        ),
        pytest.param(
            "voting",
            "sigmoid",
            {"one_click.features.add_engineered", "one_click.modelling.folds.StratifiedTwinKFold"},
            id="calibrated-vote",
        ),
        pytest.param("logistic_regression", "none", {"one_click.features.add_engineered"}, id="refit"),
    ],
)
def test_nothing_else_of_ours_is_in_a_file(
    tuned: dict[str, TunedModel],
    clients: pd.DataFrame,
    options: ModelSelection,
    catalog_entry: dict[str, Any],
    winner: str,
    method: str,
    held: set[str],
) -> None:
    estimator = candidates.build_estimator(tuned[winner], clients, options)
    fitted = candidates.with_calibration(estimator, method, options)
    found = _types(fitted.fit(raw_features(clients), clients[TARGET]))
    assert {one for one in found if one.startswith("one_click.")} == held
    assert found <= set(catalog_entry["trusted"])


def test_its_folds_are_those_of_the_parameters(champion: Any, options: ModelSelection) -> None:
    splitters = [value for key, value in champion.get_params().items() if key.split("__")[-1] == "cv"]
    assert {repr(one) for one in splitters} == {repr(StratifiedTwinKFold(options.folds, options.seed))}
