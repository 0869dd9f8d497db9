"""Workbooks that people open: readable widths, a fixed header, filters, and no formulas."""

from pathlib import PurePosixPath
from typing import Any

import fsspec
import pandas as pd
from kedro.io import AbstractDataset
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from one_click.datasets import TablePreview
from one_click.presentation.spreadsheet import defuse

Sheets = dict[str, pd.DataFrame]

_NARROWEST, _WIDEST = 10, 34
_LINE_HEIGHT = 15  # points
_HEADER_FILL = PatternFill("solid", fgColor="FFE5E7EB")


class WorkbookDataset(AbstractDataset[Sheets, Sheets]):
    """Tables as the sheets of an xlsx workbook.

    Text that a spreadsheet would run as a formula is written, and loaded, with an apostrophe before it.

    Parameters
    ----------
    filepath : str
        The file, with the protocol of any fsspec file system.
    metadata : dict, optional
        Passed on to kedro-viz.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._fs, self._path = fsspec.core.url_to_fs(filepath)
        self._filepath = filepath
        self.metadata = metadata

    def load(self) -> Sheets:
        """Return the sheets by name."""
        with self._fs.open(self._path, "rb") as file:
            return pd.read_excel(file, sheet_name=None, keep_default_na=False)

    def save(self, data: Sheets) -> None:
        """Write the sheets, in the order of the dictionary."""
        workbook = Workbook()
        workbook.remove(workbook.active)
        for name, table in data.items():
            _fill(workbook.create_sheet(name), table)
        self._fs.makedirs(str(PurePosixPath(self._path).parent), exist_ok=True)
        with self._fs.open(self._path, "wb") as file:
            workbook.save(file)

    def preview(self, nrows: int = 5) -> TablePreview:
        """Return the first rows of the first sheet for kedro-viz."""
        first = next(iter(self.load().values()))
        return TablePreview(first.head(nrows).to_dict(orient="split"))

    def _exists(self) -> bool:
        return bool(self._fs.exists(self._path))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath}


def _fill(sheet: Worksheet, table: pd.DataFrame) -> None:
    sheet.append([defuse(str(name)) for name in table.columns])
    for row in table.astype(object).itertuples(index=False):
        sheet.append([defuse(value) for value in row])
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    _style(sheet)


def _style(sheet: Worksheet) -> None:
    wrapped = Alignment(wrap_text=True, vertical="top", indent=1)
    widths = [_width(cells) for cells in sheet.iter_cols()]
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        sheet.row_dimensions[number].height = _LINE_HEIGHT * _lines(cells, widths)
        for cell in cells:
            cell.alignment = wrapped
            if isinstance(cell.value, float):
                cell.number_format = "0.00"
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), _HEADER_FILL
    _fit_to_page(sheet)


def _lines(cells: Any, widths: list[int]) -> int:
    """Return how many lines the longest text of a row takes: not every program finds the height itself."""
    lengths = (len(str(cell.value or "")) for cell in cells)
    return max(1, *(-(-length // (width - 3)) for length, width in zip(lengths, widths, strict=True)))


def _fit_to_page(sheet: Worksheet) -> None:
    """Print as many pages as it takes, each as wide as the table and under its header."""
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _width(cells: Any) -> int:
    header, *values = (len(str(cell.value or "")) for cell in cells)
    return min(_WIDEST, max(_NARROWEST, header // 2 + 4, *(length + 2 for length in values)))
