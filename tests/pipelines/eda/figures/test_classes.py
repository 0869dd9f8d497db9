from typing import Any

import pytest
from matplotlib.axes import Axes

from one_click.pipelines.eda.figures import classes
from one_click.pipelines.eda.figures.classes import CLASS_COLOURS

Drawn = dict[str, Any]


@pytest.fixture(scope="module")
def panels(drawn: Drawn) -> dict[str, Axes]:
    """Return the panels of the distributions by feature."""
    return {axes.get_gid(): axes for axes in drawn["eda.distributions_figure_ru"].axes}


def test_every_feature_has_a_panel(drawn: Drawn, panels: dict[str, Axes]) -> None:
    assert set(panels) == set(drawn["class_portrait"]["feature"])


def test_histograms_show_the_shares_of_their_feature(drawn: Drawn, panels: dict[str, Axes]) -> None:
    table = drawn["distributions"][lambda rows: rows["feature"] == "pages_per_visit"]
    for area in panels["pages_per_visit"].collections:
        own = table.loc[table["class"] == area.get_gid(), ["left", "share"]].to_numpy().round(9)
        corners = {tuple(corner) for corner in area.get_paths()[0].vertices.round(9)}
        assert {tuple(corner) for corner in own} <= corners


def test_bars_show_the_shares_of_their_value(drawn: Drawn, panels: dict[str, Axes]) -> None:
    axes = panels["popular_category"]
    table = drawn["category_shares"][lambda rows: rows["feature"] == "popular_category"]
    for name in CLASS_COLOURS:
        widths = [bar.get_width() for bar in axes.patches if bar.get_gid() == name]
        shares = table[table["class"] == name].set_index("value")["share"]
        assert widths == shares[[text.get_text().strip() for text in axes.texts]].to_list()


def test_valleys_are_marked(drawn: Drawn) -> None:
    shapes = drawn["feature_shapes"].copy()
    valleys = [[0.25] if name == "promo_purchase_share" else [] for name in shapes["feature"]]
    portrait = drawn["class_portrait"].set_index("feature")
    portrait = portrait.loc[["promo_purchase_share", "service_errors"]].reset_index()
    tables = (drawn["distributions"], drawn["category_shares"], portrait)
    figure, _ = classes.distributions_figure(*tables, shapes.assign(valleys=valleys))
    marked = {axes.get_gid(): line.get_xdata()[0] for axes in figure.axes for line in axes.lines}
    assert marked == {"promo_purchase_share": 0.25}
