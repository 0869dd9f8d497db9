"""Figures that a person looks at and a report embeds."""

from pathlib import Path

from kedro_datasets.matplotlib import MatplotlibDataset


class FigureDataset(MatplotlibDataset):
    """A matplotlib figure, saved as PNG and loaded as its bytes.

    kedro-datasets' own class saves and previews, but refuses to load.
    """

    def load(self) -> bytes:
        """Return the PNG file's bytes."""
        return Path(self._get_load_path()).read_bytes()
