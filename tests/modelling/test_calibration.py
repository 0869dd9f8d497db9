import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression

from one_click.modelling.calibration import (
    BETA,
    METHODS,
    beta_calibrator,
    calibrate,
    calibrate_out_of_fold,
    compare_methods,
)


@pytest.fixture
def scores() -> pd.DataFrame:
    """Return out-of-fold scores of two repeats of three folds; the target follows a sigmoid of the score."""
    generator = np.random.default_rng(8)
    score = generator.normal(size=600)
    chance = 1 / (1 + np.exp(-(2 * score - 0.5)))
    return pd.DataFrame(
        {
            "repeat": np.repeat([0, 1], 300),
            "fold": np.tile([0, 1, 2], 200),
            "target": (generator.random(600) < chance).astype("float64"),
            "score": score,
            "probability": chance,
        }
    )


def test_none_takes_the_classifiers_own_probability(scores: pd.DataFrame) -> None:
    np.testing.assert_array_equal(calibrate("none", scores.head(0), scores), scores["probability"])


def test_isotonic_by_hand() -> None:
    known = pd.DataFrame({"score": [1, 2, 3, 4], "target": [0, 1, 0, 1]})
    new = pd.DataFrame({"score": [0.0, 2, 2.5, 9]})
    assert calibrate("isotonic", known, new).tolist() == pytest.approx([0, 0.5, 0.5, 1])


def test_sigmoid_is_that_of_scikit_learn(scores: pd.DataFrame) -> None:
    features, target = scores[["score"]].to_numpy(), scores["target"].to_numpy()
    model = LogisticRegression(C=0.01)
    rows = np.arange(len(scores))
    splits = [(rows[rows % 3 != fold], rows[rows % 3 == fold]) for fold in range(3)]
    theirs = CalibratedClassifierCV(model, method="sigmoid", cv=splits, ensemble=False).fit(features, target)
    held_out = np.empty(len(scores))
    for train, test in splits:
        held_out[test] = model.fit(features[train], target[train]).decision_function(features[test])
    known = pd.DataFrame({"score": held_out, "target": target})
    new = pd.DataFrame({"score": model.fit(features, target).decision_function(features)})
    np.testing.assert_allclose(
        calibrate("sigmoid", known, new), theirs.predict_proba(features)[:, 1], atol=1e-5
    )


def test_sigmoid_of_perfectly_parted_classes_stays_short_of_certainty() -> None:
    known = pd.DataFrame({"score": [0.0, 0, 0, 1, 1, 1], "target": [0, 0, 0, 1, 1, 1]})
    # Platt's targets: (3 + 1) / (3 + 2) and 1 / (3 + 2).
    assert calibrate("sigmoid", known, pd.DataFrame({"score": [0.0, 1]})) == pytest.approx(
        [0.2, 0.8], abs=1e-3
    )


@pytest.mark.parametrize("method", METHODS[1:])
def test_a_fold_is_calibrated_by_the_other_folds_of_its_repeat(scores: pd.DataFrame, method: str) -> None:
    calibrated = calibrate_out_of_fold(scores, method)
    own = (scores["repeat"] == 0) & (scores["fold"] == 1)
    swapped = scores.assign(target=scores["target"].where(~own, 1 - scores["target"]))
    changed = calibrate_out_of_fold(swapped, method) != calibrated
    assert not changed[own].any()
    assert changed[(scores["repeat"] == 0) & ~own].mean() > 0.9
    assert not changed[scores["repeat"] == 1].any()


def test_chosen_is_the_smallest_log_loss(scores: pd.DataFrame) -> None:
    honest = compare_methods(scores)
    assert honest["method"].tolist() == list(METHODS)
    assert honest.loc[honest["chosen"], "method"].tolist() == ["none"]
    overconfident = scores.assign(probability=scores["probability"].round())
    chosen = compare_methods(overconfident).query("chosen")
    assert chosen["method"].tolist() == ["sigmoid"]
    assert chosen["log_loss"].item() == compare_methods(overconfident)["log_loss"].min()


def test_a_model_without_probabilities_cannot_do_without_calibration(scores: pd.DataFrame) -> None:
    without = compare_methods(scores.assign(probability=np.nan))
    assert without["method"].tolist() == [method for method in METHODS if method != "none"]


# --- beta calibration --------------------------------------------------------------------------------


def _logit(probability: np.ndarray) -> np.ndarray:
    return np.log(probability / (1 - probability))


@pytest.mark.parametrize("of_probabilities", [True, False], ids=["probabilities", "margins"])
@pytest.mark.parametrize("method", BETA)
def test_beta_recovers_what_bends_the_ends(method: str, of_probabilities: bool) -> None:
    # Chances whose logit is 2 ln p − 0.5 ln(1 − p) + 0.3, or one of the terms alone.
    generator = np.random.default_rng(3)
    given = generator.uniform(0.05, 0.95, 40_000)
    terms = np.column_stack([2 * np.log(given), -0.5 * np.log(1 - given)])
    chance = 1 / (1 + np.exp(-(terms[:, BETA[method]].sum(axis=1) + 0.3)))
    table = pd.DataFrame(
        {
            "score": given if of_probabilities else _logit(given),
            "probability": given,
            "target": (generator.random(40_000) < chance).astype("float64"),
        }
    )
    # Three standard errors of a probability between 0 and 1 from 40 000 clients and three parameters.
    np.testing.assert_allclose(calibrate(method, table, table), chance, atol=0.03)


@pytest.mark.parametrize("of_probabilities", [True, False], ids=["probabilities", "margins"])
@pytest.mark.parametrize("method", BETA)
@pytest.mark.parametrize("shift", [0.0, 5.0], ids=["mixed", "nearly-parted"])
def test_beta_is_that_of_the_champions_own_calibrator(
    method: str, of_probabilities: bool, shift: float
) -> None:
    generator = np.random.default_rng(1)
    target = (generator.random(300) < 0.4).astype("float64")
    margins = generator.normal(size=300) + shift * target
    score = 1 / (1 + np.exp(-margins)) if of_probabilities else margins
    table = pd.DataFrame(
        {"score": score, "probability": score if of_probabilities else np.nan, "target": target}
    )
    calibrator = beta_calibrator(method, of_probabilities).fit(score[:, None], target)
    expected = calibrator.predict_proba(score[:, None])[:, 1]
    np.testing.assert_allclose(calibrate(method, table, table), expected, atol=1e-6)


@pytest.mark.parametrize("method", BETA)
def test_beta_of_parted_classes_is_finite(method: str) -> None:
    score = np.array([-2.0, -1, -0.5, 0.5, 1, 2])
    table = pd.DataFrame({"score": score, "probability": np.nan, "target": score > 0})
    calibrated = calibrate(method, table, table)
    assert np.isfinite(calibrated).all()
    assert (calibrated[:3] < 0.01).all()
    assert (calibrated[3:] > 0.99).all()


@pytest.mark.parametrize("method", BETA)
def test_beta_of_certain_scores_is_finite_and_in_their_order(method: str) -> None:
    score = [0.0, 0, 0.2, 0.4, 0.6, 0.8, 1, 1]
    known = pd.DataFrame({"score": score, "probability": score, "target": [0, 1, 0, 0, 1, 1, 0, 1]})
    new = pd.DataFrame({"score": [0.0, 0.3, 1], "probability": [0.0, 0.3, 1]})
    low, middle, high = calibrate(method, known, new)
    assert 0 < low <= middle <= high < 1


def test_beta_that_would_turn_the_order_round_is_not_offered(scores: pd.DataFrame) -> None:
    methods = compare_methods(scores.assign(score=-scores["score"], probability=np.nan))["method"]
    assert methods.tolist() == ["sigmoid", "isotonic"]


@pytest.mark.parametrize("of_probabilities", [True, False], ids=["probabilities", "margins"])
def test_beta_is_offered_for_scores_that_rise(scores: pd.DataFrame, of_probabilities: bool) -> None:
    rising = scores.assign(score=scores["probability"]) if of_probabilities else scores
    assert compare_methods(rising)["method"].tolist() == list(METHODS)
