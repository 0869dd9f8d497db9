"""The contract of a study's storage, for both kinds of file, and what a journal alone must bear."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import optuna
import pytest
from kedro.io import DatasetError
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial

from one_click.datasets.study import StudyDataset
from one_click.errors import MAKE_ROOM, DataError

BUDGET = 5
# A process that takes the lock of a journal, says so, and never gives it back.
HOLD_LOCK = """
import sys, time
from pathlib import Path
from one_click.datasets.study import _KernelLock
_KernelLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
time.sleep(600)
"""


def _dataset(file: Path, family: str = "svc") -> StudyDataset:
    return StudyDataset(filepath=file.as_posix(), family=family)


def _finished(value: float, state: TrialState = TrialState.COMPLETE) -> FrozenTrial:
    """Return a trial as a search makes it."""
    space = {
        "model__C": FloatDistribution(0.1, 10, log=True),
        "model__p": IntDistribution(1, 9),
        "numbers": CategoricalDistribution(("standard", "minmax", None)),
    }
    return create_trial(
        state=state,
        value=value if state == TrialState.COMPLETE else None,
        params={"model__C": 1 / 3, "model__p": 4, "numbers": None},
        distributions=space,
        user_attrs={"fold_roc_auc": [0.1 + 0.2, value]},
        intermediate_values={} if state == TrialState.COMPLETE else {2: value},
    )


class StudyContract:
    """What holds whatever the ending of the file."""

    file_name: str

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return tmp_path / "models" / self.file_name

    def test_file_is_made_when_a_study_is_opened_and_not_before(self, file: Path) -> None:
        dataset = _dataset(file)
        open_study = dataset.load()
        assert not dataset.exists()
        assert not file.parent.exists()
        assert open_study("abc", BUDGET).trials == []
        assert dataset.exists()

    def test_trials_are_found_again_whole_and_in_their_order(self, file: Path) -> None:
        study = _dataset(file).load()("abc", BUDGET)
        recorded = [_finished(0.7), _finished(0.6, TrialState.PRUNED), _finished(0.8, TrialState.FAIL)]
        for trial in recorded:
            study.record(trial)
        assert len(study.trials) == 3
        found = _dataset(file).load()("abc", BUDGET).trials
        for one, other in zip(found, recorded, strict=True):
            assert (one.state, one.params, one.user_attrs) == (other.state, other.params, other.user_attrs)
            assert (one.value, one.intermediate_values) == (other.value, other.intermediate_values)
            assert one.distributions == other.distributions
        assert [type(value) for value in found[0].params.values()] == [float, int, type(None)]

    def test_trial_is_on_disk_before_the_next_one_starts(self, file: Path) -> None:
        study = _dataset(file).load()("abc", BUDGET)
        for count in (1, 2):
            study.record(_finished(0.7))
            assert len(_dataset(file).load()("abc", BUDGET).trials) == count

    def test_full_disk_is_no_damage_and_the_search_goes_on_afterwards(
        self, file: Path, full_disk: Callable[[], AbstractContextManager[None]]
    ) -> None:
        study = _dataset(file).load()("abc", BUDGET)
        study.record(_finished(0.7))
        for store in (lambda: study.record(_finished(0.8)), lambda: _dataset(file).load()("abd", BUDGET)):
            with full_disk(), pytest.raises(DataError, match="cannot store its trials") as error:
                store()
            assert str(file) in str(error.value)
            assert MAKE_ROOM in str(error.value)
        again = _dataset(file).load()("abc", BUDGET)
        assert [trial.value for trial in again.trials] == [0.7]
        again.record(_finished(0.8))
        assert [trial.value for trial in _dataset(file).load()("abc", BUDGET).trials] == [0.7, 0.8]

    def test_studies_of_other_names_and_families_are_others(self, file: Path) -> None:
        _dataset(file).load()("abc", BUDGET).record(_finished(0.7))
        assert not _dataset(file).load()("abd", BUDGET).trials
        assert not _dataset(file, "decision_tree").load()("abc", BUDGET).trials
        assert len(_dataset(file).load()("abc", BUDGET).trials) == 1

    def test_more_trials_than_the_budget_are_kept(self, file: Path) -> None:
        study = _dataset(file).load()("abc", 1)
        for value in (0.7, 0.8):
            study.record(_finished(value))
        assert [trial.value for trial in _dataset(file).load()("abc", 1).trials] == [0.7, 0.8]

    def test_optuna_opens_it_under_the_familys_name(self, file: Path) -> None:
        _dataset(file).load()("abc", BUDGET).record(_finished(0.7))
        study = optuna.load_study(study_name="svc-abc", storage=self.storage(file))
        assert study.best_value == 0.7
        assert study.direction.name == "MAXIMIZE"

    def storage(self, file: Path) -> str | optuna.storages.BaseStorage:
        """Return the storage as any user of Optuna would open it."""
        raise NotImplementedError

    def test_saving_is_refused(self, file: Path) -> None:
        with pytest.raises(DatasetError, match="written trial by trial"):
            _dataset(file).save(object())
        assert not file.exists()


class TestSqlite(StudyContract):
    file_name = "studies.db"

    def storage(self, file: Path) -> str:
        return f"sqlite:///{file}"

    @pytest.mark.parametrize("ending", [".db", ".sqlite", ".sqlite3"])
    def test_endings_of_a_database(self, tmp_path: Path, ending: str) -> None:
        file = tmp_path / f"studies{ending}"
        _dataset(file).load()("abc", BUDGET)
        assert file.read_bytes().startswith(b"SQLite format 3")


class TestJournal(StudyContract):
    file_name = "studies.log"

    def storage(self, file: Path) -> optuna.storages.BaseStorage:
        backend = optuna.storages.journal.JournalFileBackend(str(file))
        return optuna.storages.JournalStorage(backend)

    @pytest.mark.parametrize("torn", [b'{"op_code": 4, "wor', b"{", b'{"op_code": 4}'], ids=repr)
    def test_torn_last_line_is_dropped_and_the_study_goes_on(self, file: Path, torn: bytes) -> None:
        _dataset(file).load()("abc", BUDGET).record(_finished(0.7))
        whole = file.read_bytes()
        file.write_bytes(whole + torn)
        study = _dataset(file).load()("abc", BUDGET)
        assert [trial.value for trial in study.trials] == [0.7]
        study.record(_finished(0.8))
        assert torn + b"\n" not in file.read_bytes()
        assert [trial.value for trial in _dataset(file).load()("abc", BUDGET).trials] == [0.7, 0.8]

    def test_line_that_another_process_tore_does_not_spoil_a_journal_in_use(self, file: Path) -> None:
        study = _dataset(file).load()("abc", BUDGET)
        with file.open("ab") as journal:
            journal.write(b'{"op_code": 4, "wor')
        study.record(_finished(0.7))
        assert [trial.value for trial in _dataset(file).load()("abc", BUDGET).trials] == [0.7]

    def test_torn_first_line_leaves_an_empty_journal(self, file: Path) -> None:
        file.parent.mkdir()
        file.write_bytes(b'{"op_co')
        assert _dataset(file).load()("abc", BUDGET).trials == []

    def test_half_of_a_trial_is_no_trial(self, file: Path) -> None:
        study = _dataset(file).load()("abc", BUDGET)
        study.record(_finished(0.7))
        before = len(file.read_bytes())
        study.record(_finished(0.8))
        written = file.read_bytes()[before:]
        assert written.count(b"\n") == 1
        for kept in (1, len(written) // 2, len(written) - 1):
            file.write_bytes(file.read_bytes()[: before + kept])
            assert [trial.value for trial in _dataset(file).load()("abc", BUDGET).trials] == [0.7]
            _dataset(file).load()("abc", BUDGET).record(_finished(0.8))

    def test_lock_of_a_killed_process_does_not_block(self, file: Path) -> None:
        _dataset(file).load()("abc", BUDGET).record(_finished(0.7))
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD_LOCK, str(file)], stdout=subprocess.PIPE, text=True
        )
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        opener = subprocess.Popen([sys.executable, "-c", OPEN, str(file)], stdout=subprocess.PIPE, text=True)
        with pytest.raises(subprocess.TimeoutExpired):  # a lock that nobody minds is none
            opener.wait(timeout=3)
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        told, _ = opener.communicate(timeout=30)
        assert told == "1\n"

    def test_processes_that_write_at_once_lose_nothing(self, file: Path) -> None:
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITE, str(file), family]) for family in ("svc", "tree")
        ]
        assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
        found = {family: _dataset(file, family).load()("abc", 20).trials for family in ("svc", "tree")}
        assert {family: [t.value for t in trials] for family, trials in found.items()} == {
            family: [number / 20 for number in range(20)] for family in ("svc", "tree")
        }


# Processes that open a study and say how many trials it has, and that record twenty.
OPEN = """
import sys
from one_click.datasets.study import StudyDataset
print(len(StudyDataset(filepath=sys.argv[1], family="svc").load()("abc", 5).trials))
"""
WRITE = """
import sys
from optuna.trial import create_trial
from one_click.datasets.study import StudyDataset
study = StudyDataset(filepath=sys.argv[1], family=sys.argv[2]).load()("abc", 20)
for number in range(20):
    study.record(create_trial(value=number / 20))
"""


@pytest.mark.parametrize("name", ["studies.log", "studies.db"])
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"no journal\n", id="garbage"),
        pytest.param(b'{"a": 1}\n', id="json-of-another-kind"),
        pytest.param(b"\xff\xfe\x00\n", id="bytes"),
    ],
)
def test_damaged_file_is_named_and_left_as_it_is(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(DatasetError, match=rf"{name} is damaged(.|\n)*Move it away"):
        StudyDataset(filepath=file.as_posix(), family="svc").load()("abc", 3)
    assert file.read_bytes() == content


def test_garbage_without_a_line_end_is_not_erased(tmp_path: Path) -> None:
    file = tmp_path / "studies.log"
    file.write_bytes(b"somebody's notes")
    with pytest.raises(DatasetError, match="is damaged"):
        StudyDataset(filepath=file.as_posix(), family="svc").load()("abc", 3)
    assert file.read_bytes().startswith(b"somebody's notes")
