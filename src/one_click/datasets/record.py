"""Records: a few named values that travel between nodes as one frozen model."""

from importlib import import_module
from typing import Any

from kedro.io.core import get_filepath_str
from kedro_datasets._typing import JSONPreview
from kedro_datasets.json import JSONDataset

from one_click.errors import DataError


class RecordDataset(JSONDataset):
    """A frozen pydantic model, stored as JSON.

    Parameters
    ----------
    filepath : str
        The file: a path, or an address of any file system that fsspec knows, such as ``s3://…``.
    model : str
        Import path of the model, a subclass of `one_click.schemas.records.Record`.
    **options
        Of `JSONDataset`, such as `credentials`, `version` and `metadata`.

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
    ...     filepath="memory:///cleaning_limits.json", model="one_click.schemas.records.CleaningLimits"
    ... )
    >>> limits.save(CleaningLimits(revenue_max=20000.0))
    >>> limits.load()
    CleaningLimits(revenue_max=20000.0)
    """

    def __init__(self, *, filepath: str, model: str, **options: Any) -> None:
        super().__init__(filepath=filepath, **options)
        self._model = model

    def load(self) -> Any:
        """Return the record.

        Raises
        ------
        DataError
            If the file is no JSON, or an entry is missing, unknown, of the wrong type or out of its range.
        """
        path = get_filepath_str(self._get_load_path(), self._protocol)
        with self._fs.open(path, "rb") as file:
            return self._class().read(file.read(), path)

    def save(self, data: Any) -> None:
        """Store the record.

        Raises
        ------
        DataError
            If it is no instance of the model.
        """
        path = get_filepath_str(self._get_save_path(), self._protocol)
        if not isinstance(data, self._class()):
            raise DataError(
                f"A {type(data).__name__} is to be stored as a record.",
                file=path,
                rule=f"what is stored here is a {self._model}",
                remedy="let the node return one, or name another model in the catalog",
            )
        # In binary mode: a file opened for text is put in place even after an exception.
        with self._fs.open(path, "wb") as file:
            file.write(_text_of(data).encode())
        self._invalidate_cache()

    def preview(self) -> JSONPreview:
        """Return the record for kedro-viz."""
        return JSONPreview(_text_of(self.load()))

    def _class(self) -> Any:
        # Imported on first use: kedro makes every entry of the catalog at the start of each run.
        module, _, name = self._model.rpartition(".")
        return getattr(import_module(module), name)

    def _describe(self) -> dict[str, Any]:
        return super()._describe() | {"model": self._model}


def _text_of(record: Any) -> str:
    return str(record.model_dump_json(indent=2, by_alias=True))
