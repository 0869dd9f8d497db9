"""Optuna studies in a file that a killed search finds again."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from kedro.io import AbstractDataset, DatasetError

from one_click.datasets import kernel_lock
from one_click.errors import MAKE_ROOM, DataError

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

_DATABASES = (".db", ".sqlite", ".sqlite3")
_RECORD = b'{"op_code"'  # how every line of a journal begins


class StoredTrials:
    """The finished trials of one study, in their order; each is on disk before the next one starts."""

    def __init__(self, study: Any, budget: int, file: Path) -> None:
        from tqdm.auto import tqdm

        self._study, self._budget, self._file = study, budget, file
        self.trials: list[FrozenTrial] = study.get_trials(deepcopy=False)
        self._progress = tqdm(
            total=budget, initial=len(self.trials), desc=study.study_name, disable=None, leave=False
        )

    def record(self, trial: "FrozenTrial") -> None:
        """Store one more trial, whole or not at all."""
        with _writing(self._file):
            self._study.add_trial(trial)
        self.trials.append(trial)
        values = [one.value for one in self.trials if one.value is not None]
        self._progress.set_postfix_str(f"best {max(values):.4f}" if values else "", refresh=False)
        self._progress.update()
        if len(self.trials) >= self._budget:
            self._progress.close()


class StudyDataset(AbstractDataset[None, Callable[[str, int], StoredTrials]]):
    """The storage of a family's studies, which `optuna-dashboard` opens too.

    Loading gives a function that opens the study of a name, or creates it, for a budget of trials. A study
    grows while a search runs, so it is not saved as a whole: `save` refuses.

    Parameters
    ----------
    filepath : str
        An SQLite file (``.db``), or an Optuna journal (any other ending), which costs a twentieth of its CPU.
    family : str
        Prefix of the studies' names.
    metadata : dict, optional
        Passed on to kedro-viz.
    """

    def __init__(self, *, filepath: str, family: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = PurePosixPath(filepath)
        self._family = family
        self.metadata = metadata

    def load(self) -> Callable[[str, int], StoredTrials]:
        """Return the function that opens or creates a study that maximises its value."""
        return self._open

    def _open(self, name: str, budget: int) -> StoredTrials:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        file = Path(self._filepath)
        try:
            with _writing(file):
                file.parent.mkdir(parents=True, exist_ok=True)
                study = optuna.create_study(
                    storage=f"sqlite:///{file}" if file.suffix in _DATABASES else _journal(file),
                    study_name=f"{self._family}-{name}",
                    direction="maximize",
                    load_if_exists=True,
                )
        except _damaged() as error:
            raise DatasetError(
                f"{file} is damaged and holds no studies that can be read ({type(error).__name__}: {error}). "
                "Move it away; the search then starts anew."
            ) from error
        return StoredTrials(study, budget, file)

    def save(self, data: None) -> None:
        """Refuse: a study is written trial by trial."""
        raise NotImplementedError("A study is written trial by trial, never saved as a whole.")

    def _exists(self) -> bool:
        return Path(self._filepath).is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "family": self._family}


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    """Tell a disk that takes nothing from a file that is damaged."""
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import OperationalError

    try:
        yield
    except (OSError, OperationalError, StorageInternalError) as error:
        why = str(error.__cause__ or error).splitlines()[0]
        raise DataError(
            f"The search cannot store its trials: {why}.",
            file=str(file),
            rule="each trial is stored before the next one starts",
            remedy=MAKE_ROOM,
        ) from error


def _damaged() -> tuple[type[Exception], ...]:
    """Return what reading a file raises that is neither a journal nor a database."""
    from sqlalchemy.exc import SQLAlchemyError

    return (KeyError, ValueError, SQLAlchemyError)


def _journal(file: Path) -> Any:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    return JournalStorage(JournalFileBackend(str(file), lock_obj=_KernelLock(file)))


def _cut_torn_line(file: Path) -> None:
    """Drop what a crash left of an unfinished last line: appended to, it would spoil the whole journal.

    Raises
    ------
    ValueError
        If the file is something else than a journal.
    """
    with file.open("rb") as journal:
        head = journal.read(len(_RECORD))
        if head != _RECORD[: len(head)]:
            raise ValueError("no journal of Optuna")
        size = journal.seek(0, os.SEEK_END)
        journal.seek(max(0, size - 1))
        if journal.read(1) in (b"", b"\n"):
            return
        journal.seek(0)
        os.truncate(file, journal.read().rfind(b"\n") + 1)


class _KernelLock:
    """A lock that ends with its process: Optuna's own locks outlive a killed one.

    Whoever gets it repairs the end of the journal, which a killed process may have left torn.
    """

    def __init__(self, journal: Path) -> None:
        self._journal, self._file = journal, journal.with_name(f".{journal.name}.lock")
        self._handle = -1

    def acquire(self) -> bool:
        """Wait for the lock, and repair the journal."""
        self._handle = os.open(self._file, os.O_CREAT | os.O_WRONLY, 0o666)  # less what the umask takes
        kernel_lock.take(self._handle, wait=True)
        try:
            _cut_torn_line(self._journal)
        except ValueError:
            self.release()
            raise
        return True

    def release(self) -> None:
        """Let others in."""
        os.close(self._handle)
