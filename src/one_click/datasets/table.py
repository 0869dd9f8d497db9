"""Tables stored as Parquet."""

from typing import cast

import pandas as pd
from kedro.io.core import get_filepath_str
from kedro_datasets.pandas import ParquetDataset

from one_click.datasets import TablePreview


class TableDataset(ParquetDataset):
    """A Parquet file of which a reader sees one whole version, whoever replaces it meanwhile.

    kedro-datasets' own class opens a local file twice: for its schema, and for its rows.
    """

    def load(self) -> pd.DataFrame:
        """Return the table."""
        path = get_filepath_str(self._get_load_path(), self._protocol)
        with self._fs.open(path, **self._fs_open_args_load) as file:
            return cast(pd.DataFrame, pd.read_parquet(file, **self._load_args))

    def preview(self, nrows: int = 5) -> TablePreview:
        """Return the first rows for kedro-viz, whose pages take lists in cells as text only."""
        rows = self.load().head(nrows)
        texts = dict.fromkeys(rows.select_dtypes("object").columns, str)
        return TablePreview(rows.astype(texts).to_dict(orient="split"))
