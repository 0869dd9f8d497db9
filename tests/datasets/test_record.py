import json
from pathlib import Path

import fsspec
import pytest
from kedro.io import DatasetError

from one_click.datasets.record import RecordDataset
from one_click.errors import DataError
from one_click.schemas.records import CleaningLimits, TunedModel

LIMITS = CleaningLimits(revenue_max=20000.5)


def _dataset(file: Path | str, model: str = "CleaningLimits") -> RecordDataset:
    return RecordDataset(filepath=str(file), model=f"one_click.schemas.records.{model}")


def test_record_is_stored_as_readable_json_and_loaded_as_the_model(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path / "new" / "cleaning_limits.json")
    assert not dataset.exists()
    dataset.save(LIMITS)
    assert (tmp_path / "new" / "cleaning_limits.json").read_text() == '{\n  "revenue_max": 20000.5\n}'
    assert dataset.load() == LIMITS
    assert dataset.exists()


def test_record_goes_to_any_file_system() -> None:
    dataset = _dataset("memory:///limits/cleaning_limits.json")
    dataset.save(LIMITS)
    assert dataset.load() == LIMITS
    assert fsspec.filesystem("memory").exists("/limits/cleaning_limits.json")


def test_kedro_viz_previews_a_record_as_json(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path / "cleaning_limits.json")
    dataset.save(LIMITS)
    assert json.loads(dataset.preview()) == {"revenue_max": 20000.5}


def test_russian_words_stay_readable(tmp_path: Path) -> None:
    dataset = _dataset(tmp_path / "tuned.json", "TunedModel")
    dataset.save(TunedModel(hyperparameters={}, interpretability=1, trials=0, refused="нет данных"))
    assert "нет данных" in (tmp_path / "tuned.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param('{"revenue_max": -1}', ["column: revenue_max\n", "numbers from 0, here -1"], id="range"),
        pytest.param("{}", ["column: revenue_max\n"], id="missing"),
        pytest.param('{"revenue_', ["the file holds JSON"], id="torn"),
    ],
)
def test_file_that_does_not_fit_is_named(tmp_path: Path, text: str, words: list[str]) -> None:
    file = tmp_path / "cleaning_limits.json"
    file.write_text(text)
    with pytest.raises(DatasetError) as error:
        _dataset(file).load()
    assert isinstance(error.value.__cause__, DataError)
    for word in (*words, f"file:   {file}\n", "kedro run --pipelines data_processing"):
        assert word in str(error.value.__cause__)


def test_something_else_is_not_stored(tmp_path: Path) -> None:
    file = tmp_path / "cleaning_limits.json"
    with pytest.raises(DatasetError) as error:
        _dataset(file).save({"revenue_max": 1.0})
    assert "A dict is to be stored as a record" in str(error.value.__cause__)
    assert not file.exists()
