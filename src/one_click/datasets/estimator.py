"""Fitted scikit-learn estimators, stored without pickle."""

from pathlib import Path, PurePosixPath
from typing import Any

import fsspec
from kedro.io import AbstractDataset, DatasetError


class EstimatorDataset(AbstractDataset[Any, Any]):
    """A fitted estimator in skops format.

    Parameters
    ----------
    filepath : str
        The file.
    trusted : list of str
        Types beyond skops' own list that the file may hold. They stand literally in the catalog; what a file
        itself names is never trusted.
    metadata : dict, optional
        Passed on to kedro-viz.
    """

    def __init__(
        self, *, filepath: str, trusted: list[str] | None = None, metadata: dict[str, Any] | None = None
    ) -> None:
        self._filepath = PurePosixPath(filepath)
        self._trusted = trusted or []
        self.metadata = metadata

    def load(self) -> Any:
        """Return the estimator.

        Raises
        ------
        DatasetError
            If the file is damaged or holds a type that is not trusted.
        """
        from skops.io import load
        from skops.io.exceptions import UntrustedTypesFoundException

        try:
            return load(Path(self._filepath), trusted=self._trusted)
        except UntrustedTypesFoundException as error:
            raise DatasetError(
                f"{self._filepath} holds types that the catalog does not trust: {error}. "
                "Train the model again; do not load a model file from a source you do not know."
            ) from error

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
