import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression

from one_click.pipelines.model_selection.calibration import (
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
        calibrate("sigmoid", known, new), theirs.predict_proba(features)[:, 1], atol=1e-4
    )


def test_sigmoid_of_perfectly_parted_classes_stays_short_of_certainty() -> None:
    known = pd.DataFrame({"score": [0.0, 0, 0, 1, 1, 1], "target": [0, 0, 0, 1, 1, 1]})
    # Platt's targets: (3 + 1) / (3 + 2) and 1 / (3 + 2).
    assert calibrate("sigmoid", known, pd.DataFrame({"score": [0.0, 1]})) == pytest.approx(
        [0.2, 0.8], abs=1e-3
    )


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
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
    assert honest["method"].tolist() == ["none", "sigmoid", "isotonic"]
    assert honest.loc[honest["chosen"], "method"].tolist() == ["none"]
    overconfident = scores.assign(probability=scores["probability"].round())
    chosen = compare_methods(overconfident).query("chosen")
    assert chosen["method"].tolist() == ["sigmoid"]
    assert chosen["log_loss"].item() == compare_methods(overconfident)["log_loss"].min()


def test_a_model_without_probabilities_cannot_do_without_calibration(scores: pd.DataFrame) -> None:
    assert compare_methods(scores.assign(probability=np.nan))["method"].tolist() == ["sigmoid", "isotonic"]
