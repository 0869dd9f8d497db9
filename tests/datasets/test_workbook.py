from pathlib import Path

import pandas as pd
import pytest
from kedro.io.core import DatasetError
from openpyxl import load_workbook

from one_click.datasets.workbook import WorkbookDataset
from one_click.presentation.spreadsheet import FORMULA_STARTS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "list.xlsx"


@pytest.fixture
def dataset(path: Path) -> WorkbookDataset:
    return WorkbookDataset(filepath=str(path))


def test_sheets_are_read_back(dataset: WorkbookDataset) -> None:
    clients = pd.DataFrame({"Номер": [1, 2], "Прибыль": [1.25, -2.5], "Текст": ["да", ""]})
    assert not dataset.exists()
    dataset.save({"Клиенты": clients, "Пояснения": pd.DataFrame({"Столбец": ["Номер"]})})
    loaded = dataset.load()
    assert list(loaded) == ["Клиенты", "Пояснения"]
    pd.testing.assert_frame_equal(loaded["Клиенты"], clients)
    assert dataset.exists()


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_text_never_starts_a_formula(dataset: WorkbookDataset, path: Path, start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    dataset.save({"Лист": pd.DataFrame({text: [text, "ok"]})})
    sheet = load_workbook(path)["Лист"]
    for cell in (sheet["A1"], sheet["A2"]):
        assert cell.data_type == "s"
        assert cell.value.startswith("'")
    assert sheet["A3"].value == "ok"


def test_a_person_can_read_the_sheet(dataset: WorkbookDataset, path: Path) -> None:
    dataset.save({"Клиенты": pd.DataFrame({"№": [1, 2], "Текст": ["слово " * 40, "слово"]})})
    sheet = load_workbook(path)["Клиенты"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:B3"
    assert sheet["B2"].alignment.wrap_text
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["A"].width < sheet.column_dimensions["B"].width
    assert sheet.row_dimensions[2].height >= 5 * sheet.row_dimensions[3].height  # 240 characters in 48


def test_an_empty_table_leaves_its_header(dataset: WorkbookDataset) -> None:
    dataset.save({"Клиенты": pd.DataFrame({"Номер": [], "Текст": []})})
    assert list(dataset.load()["Клиенты"]) == ["Номер", "Текст"]
    assert dataset.preview()["data"] == []


def test_a_failed_write_leaves_the_old_list(dataset: WorkbookDataset, path: Path) -> None:
    dataset.save({"Клиенты": pd.DataFrame({"Номер": [1]})})
    old = path.read_bytes()
    with pytest.raises(DatasetError, match="to Excel"):
        dataset.save({"Клиенты": pd.DataFrame({"Номер": [object()]})})
    assert path.read_bytes() == old
    assert [file.name for file in path.parent.iterdir()] == ["list.xlsx"]


def test_preview_is_a_table_of_the_first_sheet(dataset: WorkbookDataset) -> None:
    dataset.save({"Клиенты": pd.DataFrame({"Номер": range(9)}), "Пояснения": pd.DataFrame({"а": [1]})})
    assert dataset.preview(nrows=2) == {"index": [0, 1], "columns": ["Номер"], "data": [[0], [1]]}
    assert WorkbookDataset.preview.__annotations__["return"].__name__ == "TablePreview"
