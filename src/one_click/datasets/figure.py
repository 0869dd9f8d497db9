"""Figures that a person looks at and a report embeds."""

import io
from pathlib import Path
from typing import Any, ClassVar

from kedro_datasets.matplotlib import MatplotlibDataset
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


class FigureDataset(MatplotlibDataset):
    """A matplotlib figure, saved as PNG and loaded as its bytes.

    kedro-datasets' own class saves and previews, but refuses to load.
    """

    # Without the version of matplotlib, the same figure gives the same bytes.
    DEFAULT_SAVE_ARGS: ClassVar[dict[str, Any]] = {"metadata": {"Software": None}}

    def load(self) -> bytes:
        """Return the PNG file's bytes."""
        return Path(self._get_load_path()).read_bytes()

    def _save_to_fs(self, full_key_path: str, plot: Figure) -> None:
        """Draw the figure once: `savefig` draws it twice, at first for a layout that drawing makes anyway."""
        image = io.BytesIO()
        FigureCanvasAgg(plot).print_png(image, **self._save_args)
        with self._fs.open(full_key_path, **self._fs_open_args_save) as file:
            file.write(image.getvalue())
