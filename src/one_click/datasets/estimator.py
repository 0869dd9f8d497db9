"""Fitted scikit-learn estimators, stored without pickle."""

from pathlib import Path, PurePosixPath
from typing import Any

import fsspec
from kedro.io import AbstractDataset, DatasetError

from one_click.columns import BASE_FEATURES
from one_click.errors import DataError, shorten
from one_click.modelling.scores import members

_FITTED_ON = "a model is fitted on the raw features of the vocabulary, and makes engineered ones itself"


class EstimatorDataset(AbstractDataset[Any, Any]):
    """A fitted estimator in skops format.

    Parameters
    ----------
    filepath : str
        The file.
    trusted : list of str
        Types beyond skops' own list that the file may hold. They stand literally in the catalog; what a file
        itself names is never trusted.
    classes : list of str, optional
        Names of the classes of which a classifier of decline may be here; it must have been fitted on the
        vocabulary's features. Without them any estimator may be stored, and loaded again.
    metadata : dict, optional
        Passed on to kedro-viz.
    """

    def __init__(
        self,
        *,
        filepath: str,
        trusted: list[str] | None = None,
        classes: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._filepath = PurePosixPath(filepath)
        self._trusted = trusted or []
        self._classes = classes or []
        self.metadata = metadata

    def load(self) -> Any:
        """Return the estimator, or the list of estimators.

        Raises
        ------
        DatasetError
            If the file is damaged or holds a type that is not trusted.
        DataError
            If it holds another estimator than the catalog lets expect.
        """
        from skops.io import load
        from skops.io.exceptions import UntrustedTypesFoundException

        try:
            stored = load(Path(self._filepath), trusted=self._trusted)
        except UntrustedTypesFoundException as error:
            raise DatasetError(
                f"{self._filepath} holds types that the catalog does not trust. {error} "
                f"{self._remedy.capitalize()}; do not load a model file from a source you do not know."
            ) from error
        for estimator in stored if isinstance(stored, list) else [stored]:
            self._stop_at_another(estimator)
        return stored

    def _stop_at_another(self, estimator: Any) -> None:
        if not self._classes:
            return
        name, names = type(estimator).__name__, set(getattr(estimator, "feature_names_in_", ()))
        if name not in self._classes:
            raise self._another(f"It is a {name}.", "the classes are " + ", ".join(self._classes))
        if missing := set(BASE_FEATURES) - names:
            raise self._another(f"It was fitted without {shorten(sorted(missing))}.", _FITTED_ON)
        if foreign := names - set(BASE_FEATURES):
            raise self._another(f"It was fitted on {shorten(sorted(foreign))}.", _FITTED_ON)
        if not all(_engineers(model) for model in members(estimator)):
            raise self._another("It has no step that makes engineered features.", _FITTED_ON)
        if list(estimator.classes_) != [0, 1]:
            raise self._another(f"It tells {list(estimator.classes_)} apart.", "the classes are 0 and 1")

    def _another(self, found: str, rule: str) -> DataError:
        return DataError(
            f"This is not the model that belongs here. {found}",
            file=str(self._filepath),
            rule=rule,
            remedy=self._remedy,
        )

    @property
    def _remedy(self) -> str:
        pipeline = "interpretation" if "refits" in self._filepath.name else "model_selection"
        return f"make it again with kedro run --pipelines {pipeline}"

    def save(self, data: Any) -> None:
        """Write the estimator.

        Raises
        ------
        DatasetError
            If it holds a type that is not trusted, so that it could not be loaded again.
        """
        from skops.io import dumps, get_untrusted_types

        content = dumps(data)
        unknown = sorted(set(get_untrusted_types(data=content)) - set(self._trusted))
        if unknown:
            raise DatasetError(
                f"The estimator for {self._filepath} holds types that the catalog does not trust: "
                f"{', '.join(unknown)}. Add them to `trusted` of this entry if you know what they do."
            )
        file_system = fsspec.filesystem("file", auto_mkdir=True)
        with file_system.open(str(self._filepath), "wb") as file:
            file.write(content)

    def _exists(self) -> bool:
        return Path(self._filepath).is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "trusted": self._trusted}


def _engineers(model: Any) -> bool:
    """Return whether a model makes its engineered features; one that is no pipeline looks at none."""
    return "engineer" in getattr(model, "named_steps", ["engineer"])
