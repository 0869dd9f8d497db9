from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from one_click.columns import Language
from one_click.pipelines.eda.figures import classes
from one_click.pipelines.eda.figures.classes import CLASS_COLOURS

Drawn = dict[str, Any]


def _panels(drawn: Drawn, name: str, language: Language = "en") -> dict[str, Axes]:
    return {axes.get_gid(): axes for axes in drawn[f"eda.{name}_figure_{language}"].axes}


def _class_rows(table: pd.DataFrame, feature: str, name: str) -> pd.DataFrame:
    return table[(table["feature"] == feature) & (table["class"] == name)]


def test_portrait_marks_effects(drawn: Drawn) -> None:
    (axes,) = drawn["eda.class_portrait_figure_en"].axes
    marks = [one for one in axes.collections if str(one.get_gid()).startswith("effect:")]
    drawn_effects = np.concatenate([mark.get_offsets()[:, 0] for mark in marks])
    assert sorted(drawn_effects) == sorted(drawn["class_portrait"]["effect"])
    lower = next(mark for mark in marks if mark.get_gid() == "effect:lower")
    assert lower.get_offsets()[:, 0].tolist() == [-1]  # pages per visit


def test_histograms_show_the_shares_of_their_class(drawn: Drawn) -> None:
    areas = _panels(drawn, "distributions")["pages_per_visit"].collections
    assert {area.get_gid(): to_hex(area.get_edgecolor()[0]) for area in areas} == CLASS_COLOURS
    for area in areas:
        own = _class_rows(drawn["distributions"], "pages_per_visit", area.get_gid())
        corners = {tuple(corner) for corner in area.get_paths()[0].vertices.round(9)}
        assert {tuple(corner) for corner in own[["left", "share"]].to_numpy().round(9)} <= corners


def test_bars_show_the_shares_of_their_class(drawn: Drawn) -> None:
    axes = _panels(drawn, "distributions", "ru")["popular_category"]
    values = [text.get_text().strip() for text in axes.texts]
    for name, colour in CLASS_COLOURS.items():
        bars = [bar for bar in axes.patches if bar.get_gid() == name]
        shares = _class_rows(drawn["category_shares"], "popular_category", name).set_index("value")["share"]
        assert [bar.get_width() for bar in bars] == shares[values].to_list()
        assert {to_hex(bar.get_facecolor()) for bar in bars} == {colour}


def test_every_feature_has_a_panel(drawn: Drawn) -> None:
    assert set(_panels(drawn, "distributions")) == set(drawn["class_portrait"]["feature"])


def test_valleys_are_marked(drawn: Drawn) -> None:
    shapes = drawn["feature_shapes"].copy()
    valleys = [[0.25] if name == "promo_purchase_share" else [] for name in shapes["feature"]]
    tables = (drawn[name] for name in ("distributions", "category_shares", "class_portrait"))
    figure, _ = classes.distributions_figure(*tables, shapes.assign(valleys=valleys))
    marked = {axes.get_gid(): line.get_xdata()[0] for axes in figure.axes for line in axes.lines}
    assert marked == {"promo_purchase_share": 0.25}
