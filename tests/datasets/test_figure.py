from pathlib import Path

from matplotlib.figure import Figure

from one_click.datasets.figure import FigureDataset


def test_figure_is_saved_as_png_and_loaded_as_its_bytes(tmp_path: Path) -> None:
    dataset = FigureDataset(filepath=str(tmp_path / "risk_figure_ru.png"), save_args={"format": "png"})
    dataset.save(Figure(figsize=(1, 1)))
    content = dataset.load()
    assert content.startswith(b"\x89PNG")
    assert content == (tmp_path / "risk_figure_ru.png").read_bytes()
