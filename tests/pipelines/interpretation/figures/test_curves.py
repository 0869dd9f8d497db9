from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from tests.marks import render, titles, words

from one_click.columns import COLUMNS, LANGUAGES, label
from one_click.pipelines.interpretation.figures.curves import effect_curves_figure
from one_click.pipelines.interpretation.nodes.effects import summarise_curves

Figures = tuple[Figure, Figure]
Draw = Callable[..., Figures]

VALUES = [2.0, 4.0, 6.0, 9.0]
LEVELS = {"popular_category": ["Товары для детей", "Кухонная посуда", "Новая"], "allows_messages": ["True"]}
# In the order of their importance; the seventh is not drawn.
PROBABILITIES = {
    "service_errors": [0.4, 0.4, 0.4, 0.4],
    "pages_per_visit": [0.71, 0.6, 0.3, 0.2],
    "popular_category": [0.3, 0.35, 0.5],
    "allows_messages": [0.4],
    "promo_purchase_share": [0.3],
    "minutes_current": [0.2, 0.3, 0.4, 0.5],
    "minutes_previous": [0.0, 0.3, 0.6, 0.9],
}


def _curve(name: str, rank: int) -> pd.DataFrame:
    levels, probabilities = LEVELS.get(name), np.array(PROBABILITIES[name])
    size = len(probabilities)
    return pd.DataFrame(
        {
            "feature": name,
            "kind": "category" if levels else "number",
            "value": np.nan if levels else [0.3] if COLUMNS[name].kind == "share" else VALUES[:size],
            "level": levels or "",
            "probability": probabilities,
            "low": probabilities / 2,
            "high": (1 + probabilities) / 2,
            "ale": np.nan if levels else probabilities + (0.1 if name == "pages_per_visit" else 0),
            "clients_share": 1 / size,
            "rank": rank,
        }
    )


@pytest.fixture(scope="module")
def curves() -> pd.DataFrame:
    """Return curves in another order than that of their importance."""
    parts = [_curve(name, rank) for rank, name in enumerate(PROBABILITIES, start=1)]
    return pd.concat(parts[::-1], ignore_index=True)


@pytest.fixture(scope="module")
def lines(curves: pd.DataFrame) -> pd.DataFrame:
    columns = ["feature", "client_id", "value", "level", "probability"]
    return pd.concat([curves.assign(client_id=client)[columns] for client in (7, 8, 9)], ignore_index=True)


@pytest.fixture(scope="module")
def draw() -> Draw:
    """Return a function that draws curves and the lines of clients, by default one like the mean."""

    def drawn(curves: pd.DataFrame, lines: pd.DataFrame | None = None) -> Figures:
        lines = curves.assign(client_id=7) if lines is None else lines
        figures = effect_curves_figure(curves, lines, summarise_curves(curves))
        render(figures)
        return figures

    return drawn


@pytest.fixture(scope="module")
def figures(draw: Draw, curves: pd.DataFrame, lines: pd.DataFrame) -> Figures:
    return draw(curves, lines)


def _panels(figure: Figure) -> dict[str, Axes]:
    """Return the panels by the feature whose label they bear in either language."""
    names = {" ".join(label(name, language).split()): name for name in COLUMNS for language in LANGUAGES}
    return {names[" ".join(axes.get_title(loc="left").split())]: axes for axes in figure.axes}


def _dashed(axes: Axes) -> list[np.ndarray]:
    return [np.asarray(line.get_ydata()) for line in axes.get_lines() if line.get_linestyle() == "--"]


def test_title_tells_the_widest_change_among_the_features_drawn(figures: Figures) -> None:
    assert titles(figures) == [
        "Из этих признаков риск сильнее всего меняется вместе с признаком «Страниц за визит»: "
        "от 20 % до 71 %",
        "Of these features, risk changes most with “Pages per visit”: between 20% and 71%",
    ]


def test_title_says_that_nothing_changes(draw: Draw) -> None:
    assert titles(draw(_curve("service_errors", 1))) == [
        "Ни с одним из этих признаков риск заметно не меняется: он около 40 %",
        "Risk does not noticeably change with any of these features: it is about 40%",
    ]


def test_six_most_important_features_are_drawn_in_their_order(figures: Figures) -> None:
    for figure in figures:
        assert list(_panels(figure)) == list(PROBABILITIES)[:6]


def test_mean_and_lines_are_those_of_the_tables(figures: Figures) -> None:
    *clients, mean = _panels(figures[0])["minutes_current"].get_lines()
    assert len(clients) == 3
    for line in (*clients, mean):
        np.testing.assert_allclose(line.get_xdata(), VALUES)
        np.testing.assert_allclose(line.get_ydata(), PROBABILITIES["minutes_current"])
    assert mean.get_linewidth() > 2 * clients[0].get_linewidth()


def test_accumulated_effects_are_dashed_where_they_differ(figures: Figures) -> None:
    dashed = {name: _dashed(axes) for name, axes in _panels(figures[0]).items()}
    assert [name for name, found in dashed.items() if found] == ["pages_per_visit"]
    np.testing.assert_allclose(dashed["pages_per_visit"], [[0.81, 0.7, 0.4, 0.3]])


def test_bars_show_how_densely_clients_lie(figures: Figures) -> None:
    bars = _panels(figures[0])["minutes_current"].patches
    borders = [bar.get_x() for bar in bars]
    assert borders == [1, 3, 5, 7.5]  # halfway between 2, 4, 6 and 9
    heights = np.array([bar.get_height() for bar in bars])
    # A quarter of the clients each, over 2, 2, 2.5 and 3 minutes.
    np.testing.assert_allclose(heights / heights[0], [1, 1, 2 / 2.5, 2 / 3])
    assert all(bar.get_y() + bar.get_height() < 0 for bar in bars)


def test_categories_are_points_with_ranges_in_the_readers_words(figures: Figures) -> None:
    levels = (["Новая", "Кухонная посуда", "Товары для детей"], ["Новая", "Kitchenware", "Children's goods"])
    for figure, expected, yes in zip(figures, levels, ("да", "yes"), strict=True):
        panel = _panels(figure)["popular_category"]
        assert words(panel.get_xticklabels()) == expected
        (points,) = panel.get_lines()
        assert points.get_linestyle() == "None"
        np.testing.assert_allclose(points.get_ydata(), [0.5, 0.35, 0.3])
        ranges = [segment[:, 1].tolist() for segment in panel.collections[0].get_segments()]
        assert ranges == [[0.25, 0.75], [0.175, 0.675], [0.15, 0.65]]
        flag = _panels(figure)["allows_messages"].get_xticklabels()
        assert words(flag) == [yes]


def test_of_many_levels_those_with_most_clients_are_drawn(draw: Draw) -> None:
    curve = pd.concat([_curve("popular_category", 1)] * 4, ignore_index=True)
    curve = curve.assign(level=[f"Раздел {number}" for number in range(12)], clients_share=np.arange(12) / 66)
    (panel,) = (axes for axes in draw(curve)[0].axes if axes.axison)
    assert set(words(panel.get_xticklabels())) == {f"Раздел {number}" for number in range(4, 12)}


def test_legend_names_only_what_is_drawn(
    draw: Draw, figures: Figures, curves: pd.DataFrame, lines: pd.DataFrame
) -> None:
    entries = words(figures[0].legends[0].get_texts())
    assert len(entries) == 5
    assert entries[0].startswith("среднее по клиентам")
    (plain, _) = draw(curves[curves["feature"] == "minutes_current"], lines.head(0))
    assert len(plain.legends[0].get_texts()) == 2  # no lines of clients, no accumulated effects, no ranges


def test_decimal_signs_follow_the_language(draw: Draw) -> None:
    curve = _curve("pages_per_visit", 1).assign(feature="marketing_contacts_6m", value=[1.5, 2, 2.5, 4])
    for figure, sign in zip(draw(curve), ",.", strict=True):
        texts = [tick.get_text() for tick in figure.axes[0].get_xticklabels()]
        assert all(text[-2] == sign for text in texts if text)
