from pathlib import Path

from matplotlib.figure import Figure

from one_click.datasets.figure import FigureDataset


def test_figure_is_saved_as_png_and_loaded_as_its_bytes(tmp_path: Path) -> None:
    dataset = FigureDataset(filepath=str(tmp_path / "risk_figure_ru.png"))
    dataset.save(Figure(figsize=(1, 1)))
    content = dataset.load()
    assert content.startswith(b"\x89PNG")
    assert content == (tmp_path / "risk_figure_ru.png").read_bytes()
    assert b"Matplotlib" not in content


def test_figure_is_what_savefig_makes_of_it(tmp_path: Path) -> None:
    first, second = (Figure(figsize=(3, 2), dpi=110, layout="constrained") for _ in range(2))
    for figure in (first, second):
        figure.suptitle("Риск")
        figure.subplots().plot([1, 2], [3, 1])
    dataset = FigureDataset(filepath=str(tmp_path / "risk_figure_ru.png"))
    dataset.save(first)
    second.savefig(tmp_path / "expected.png", metadata={"Software": None})
    assert dataset.load() == (tmp_path / "expected.png").read_bytes()
