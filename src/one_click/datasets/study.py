"""Optuna studies in a file that a killed search finds again."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from kedro.io import AbstractDataset


class StudyDataset(AbstractDataset[None, Callable[[str], Any]]):
    """The storage of a family's studies.

    Loading gives a function that opens the study of a name, or creates it. A study grows while a search runs,
    so it is not saved as a whole: `save` refuses.

    Parameters
    ----------
    filepath : str
        The SQLite file.
    family : str
        Prefix of the studies' names.
    metadata : dict, optional
        Passed on to kedro-viz.
    """

    def __init__(self, *, filepath: str, family: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = PurePosixPath(filepath)
        self._family = family
        self.metadata = metadata

    def load(self) -> Callable[[str], Any]:
        """Return the function that opens or creates a study that maximises its value."""
        return self._open

    def _open(self, name: str) -> Any:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        Path(self._filepath).parent.mkdir(parents=True, exist_ok=True)
        return optuna.create_study(
            storage=f"sqlite:///{self._filepath}",
            study_name=f"{self._family}-{name}",
            direction="maximize",
            load_if_exists=True,
        )

    def save(self, data: None) -> None:
        """Refuse: a study is written trial by trial."""
        raise NotImplementedError("A study is written trial by trial, never saved as a whole.")

    def _exists(self) -> bool:
        return Path(self._filepath).is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "family": self._family}
