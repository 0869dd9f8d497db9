import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import IsolationForest, StackingClassifier, VotingClassifier
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from skops.io import dumps

from one_click.columns import BASE_FEATURES
from one_click.datasets.estimator import EstimatorDataset
from one_click.errors import DataError

F_CLASSIF = "sklearn.feature_selection._univariate_selection.f_classif"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "models" / "champion.skops"


@pytest.fixture
def rows() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(30, 3))


@pytest.fixture
def estimator(rows: np.ndarray) -> Pipeline:
    return make_pipeline(SelectKBest(f_classif, k=2), LogisticRegression()).fit(rows, rows[:, 0] > 0)


def test_estimator_is_saved_and_loaded(file: Path, estimator: Pipeline, rows: np.ndarray) -> None:
    dataset = EstimatorDataset(filepath=file.as_posix(), trusted=[F_CLASSIF])
    assert not dataset.exists()
    dataset.save(estimator)
    assert dataset.exists()
    np.testing.assert_array_equal(dataset.load().predict_proba(rows), estimator.predict_proba(rows))


def test_type_that_the_catalog_does_not_trust_is_refused(file: Path, estimator: Pipeline) -> None:
    EstimatorDataset(filepath=file.as_posix(), trusted=[F_CLASSIF]).save(estimator)
    with pytest.raises(DatasetError) as error:
        EstimatorDataset(filepath=file.as_posix()).load()
    for words in (str(file), "f_classif", "the catalog does not trust", "Make it again with kedro run"):
        assert words in str(error.value)


def test_foreign_estimator_put_in_its_place_is_refused(file: Path, rows: np.ndarray) -> None:
    file.parent.mkdir()
    file.write_bytes(dumps(IsolationForest(n_estimators=2).fit(rows)))
    with pytest.raises(DatasetError, match="does not trust"):
        EstimatorDataset(filepath=file.as_posix(), trusted=[F_CLASSIF]).load()


def test_estimator_that_could_not_be_loaded_again_is_not_saved(file: Path, estimator: Pipeline) -> None:
    with pytest.raises(DatasetError, match=r"f_classif.*Add them to `trusted`"):
        EstimatorDataset(filepath=file.as_posix()).save(estimator)
    assert not file.exists()


def test_tampered_file_is_refused(file: Path, estimator: Pipeline) -> None:
    dataset = EstimatorDataset(filepath=file.as_posix(), trusted=[F_CLASSIF])
    dataset.save(estimator)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    forged = (
        parts["schema.json"]
        .replace(b'"LogisticRegression"', b'"system"')
        .replace(b'"sklearn.linear_model._logistic"', b'"os"')
    )
    assert forged != parts["schema.json"]
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in (parts | {"schema.json": forged}).items():
            archive.writestr(name, content)
    with pytest.raises(DatasetError, match=r"os\.system"):
        dataset.load()


@pytest.mark.parametrize("content", [b"", b"no archive"], ids=["empty", "garbage"])
def test_damaged_file_is_named(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(DatasetError, match=r"champion\.skops"):
        EstimatorDataset(filepath=file.as_posix()).load()


def _fitted(estimator: Any, *left_out: str, more: str = "", classes: tuple[int, int] = (0, 1)) -> Any:
    """Return an estimator that was fitted on the features of the vocabulary, with some changes."""
    names = [name for name in BASE_FEATURES if name not in left_out] + ([more] if more else [])
    return estimator.fit(pd.DataFrame({name: [0.0, 1.0] for name in names}), classes)


def _pipeline() -> Pipeline:
    return Pipeline([("engineer", FunctionTransformer()), ("model", LogisticRegression())])


def _old_pipeline() -> Pipeline:
    """Return one without the step that makes engineered features."""
    return Pipeline([("columns", StandardScaler()), ("model", LogisticRegression())])


def test_model_that_belongs_here_is_loaded(file: Path) -> None:
    dataset = EstimatorDataset(filepath=file.as_posix(), classes=["Pipeline"])
    dataset.save([_fitted(_pipeline())] * 2)
    assert [type(model) for model in dataset.load()] == [Pipeline, Pipeline]


EACH_ONCE = [([0, 1], [0]), ([0, 1], [1])]  # what two clients can be taught and judged by


STALE_MODELS = {
    "plain": _old_pipeline(),
    "calibrated": CalibratedClassifierCV(_old_pipeline(), cv=EACH_ONCE, ensemble=False),
    "beta-calibrated": StackingClassifier([("scores", _old_pipeline())], LogisticRegression(), cv=EACH_ONCE),
    "vote": VotingClassifier([("new", _pipeline()), ("old", _old_pipeline())], voting="soft"),
}


@pytest.mark.parametrize("old", STALE_MODELS.values(), ids=list(STALE_MODELS))
def test_model_that_makes_no_engineered_features_is_to_be_made_again(
    file: Path, trusted: list[str], old: Any
) -> None:
    classes = ["Pipeline", "CalibratedClassifierCV", "StackingClassifier", "VotingClassifier"]
    dataset = EstimatorDataset(filepath=file.as_posix(), classes=classes, trusted=trusted)
    dataset.save(_fitted(old))
    with pytest.raises(DatasetError) as error:
        dataset.load()
    assert isinstance(error.value.__cause__, DataError)
    for words in (
        "It has no step that makes engineered features",
        "make it again with kedro run --pipelines model_selection",
    ):
        assert words in str(error.value)


@pytest.mark.parametrize(
    ("model", "found"),
    [
        pytest.param(_fitted(LogisticRegression()), "It is a LogisticRegression", id="another-class"),
        pytest.param(_pipeline().fit([[0], [1]], [0, 1]), "It was fitted without ", id="no-names"),
        pytest.param(
            _fitted(_pipeline(), "pages_per_visit"), "fitted without pages_per_visit", id="without-a-feature"
        ),
        pytest.param(_fitted(_pipeline(), more="monthly_profit"), "on monthly_profit", id="on-more"),
        pytest.param(_fitted(_pipeline(), more="promo_habit"), "on promo_habit", id="on-engineered"),
        pytest.param(_fitted(_pipeline(), classes=(1, 2)), "It tells [", id="other-classes"),
    ],
)
@pytest.mark.parametrize("several", [False, True], ids=["one", "list"])
def test_model_that_does_not_belong_here_is_refused(
    file: Path, model: Any, found: str, several: bool
) -> None:
    dataset = EstimatorDataset(filepath=file.as_posix(), classes=["Pipeline"])
    dataset.save([model] if several else model)
    with pytest.raises(DatasetError) as error:
        dataset.load()
    assert isinstance(error.value.__cause__, DataError)
    for words in (found, "not the model that belongs here", str(file), "run --pipelines model_selection"):
        assert words in str(error.value.__cause__)
