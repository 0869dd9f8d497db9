"""Records: a few named values that travel between nodes as one frozen model."""

from importlib import import_module
from typing import Any

import fsspec
from kedro.io import AbstractDataset

from one_click.errors import DataError


class RecordDataset(AbstractDataset[Any, Any]):
    """A frozen pydantic model, stored as JSON.

    Parameters
    ----------
    filepath : str
        The file: a path, or an address of any file system that fsspec knows, such as ``s3://…``.
    model : str
        Import path of the model, a subclass of `one_click.schemas.records.Record`.
    credentials : dict, optional
        Of the file system.
    metadata : dict, optional
        Passed on to kedro-viz.

    Examples
    --------
    In the catalog:

    .. code-block:: yaml

        cleaning_limits:
          type: one_click.datasets.record.RecordDataset
          filepath: data/02_intermediate/2026-10/cleaning_limits.json
          model: one_click.schemas.records.CleaningLimits

    In Python:

    >>> from one_click.schemas.records import CleaningLimits
    >>> limits = RecordDataset(
    ...     filepath="memory://cleaning_limits.json", model="one_click.schemas.records.CleaningLimits"
    ... )
    >>> limits.save(CleaningLimits(revenue_max=20000.0))
    >>> limits.load()
    CleaningLimits(revenue_max=20000.0)
    """

    def __init__(
        self,
        *,
        filepath: str,
        model: str,
        credentials: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._filepath = filepath
        self._model = model
        self._credentials = credentials or {}
        self.metadata = metadata

    def load(self) -> Any:
        """Return the record.

        Raises
        ------
        DataError
            If the file is no JSON, or an entry is missing, unknown, of the wrong type or out of its range.
        """
        files, path = self._place()
        with files.open(path, "rb") as file:
            return self._class().read(file.read(), self._filepath)

    def save(self, data: Any) -> None:
        """Store the record.

        Raises
        ------
        DataError
            If it is no instance of the model.
        """
        if not isinstance(data, self._class()):
            raise DataError(
                f"A {type(data).__name__} is to be stored as a record.",
                file=self._filepath,
                rule=f"what is stored here is a {self._model}",
                remedy="let the node return one, or name another model in the catalog",
            )
        files, path = self._place()
        with files.open(path, "wb") as file:
            file.write(data.model_dump_json(indent=2, by_alias=True).encode())

    def _place(self) -> tuple[Any, str]:
        # An option of local files; other file systems may refuse it.
        options = {"auto_mkdir": True} if "://" not in self._filepath else {}
        return fsspec.core.url_to_fs(self._filepath, **options, **self._credentials)

    def _class(self) -> Any:
        # Imported on first use: kedro makes every entry of the catalog at the start of each run.
        module, _, name = self._model.rpartition(".")
        return getattr(import_module(module), name)

    def _exists(self) -> bool:
        files, path = self._place()
        return bool(files.exists(path))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath, "model": self._model}
