from pathlib import Path

import pytest
from kedro.io import DatasetError

from one_click.datasets.study import StudyDataset


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "models" / "studies.db"


def _dataset(file: Path, family: str = "svc") -> StudyDataset:
    return StudyDataset(filepath=file.as_posix(), family=family)


def test_file_is_made_when_a_study_is_opened_and_not_before(file: Path) -> None:
    dataset = _dataset(file)
    open_study = dataset.load()
    assert not dataset.exists()
    assert not file.parent.exists()
    open_study("abc")
    assert dataset.exists()


def test_study_is_found_again_with_its_trials(file: Path) -> None:
    study = _dataset(file).load()("abc")
    study.tell(study.ask(), 0.7)
    again = _dataset(file).load()("abc")
    assert [trial.value for trial in again.get_trials()] == [0.7]
    assert again.best_value == 0.7
    assert again.direction.name == "MAXIMIZE"


def test_studies_of_other_names_and_families_are_others(file: Path) -> None:
    study = _dataset(file).load()("abc")
    study.tell(study.ask(), 0.7)
    assert not _dataset(file).load()("abd").get_trials()
    assert not _dataset(file, "decision_tree").load()("abc").get_trials()
    assert study.study_name == "svc-abc"


def test_saving_is_refused(file: Path) -> None:
    with pytest.raises(DatasetError, match="written trial by trial"):
        _dataset(file).save(object())
    assert not file.exists()
