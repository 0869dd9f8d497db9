"""Numbers that a figure's artists show, whatever drew them."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import LineCollection, PathCollection, PolyCollection, QuadMesh
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from one_click.presentation.drawing import PALETTE

DATA = ("bar", "step", "point", "cell")  # kinds of which every mark is a number of the table
_COLOURS = {name: np.array(mpl.colors.to_rgb(name)) for name in (*PALETTE, "#000000", "#ffffff")}

Places = Iterator[tuple[str, Any, Any, Any]]  # kind, x, y, colours


def read_marks(figure: Figure) -> pd.DataFrame:
    """Return one row per mark of a rendered figure.

    Returns
    -------
    DataFrame
        ``kind``; ``x`` and ``y`` in data units: the tip of a bar, the place of a point, a vertex of a line or
        an area, an end of a range; of a cell, its number as ``x``; ``colour``, the nearest one of the style;
        ``x_text`` and ``y_text``, the ticks' labels there.
    """
    parts = [_table(axes, *mark) for axes in figure.axes for mark in _artists(axes)]
    return pd.concat(parts, ignore_index=True).dropna(subset=["x", "y"], ignore_index=True)


def titles(figures: Iterable[Figure]) -> list[str]:
    """Return the titles of figures, each on one line with plain spaces."""
    return [" ".join(one.get_suptitle().split()).replace("ROC- AUC", "ROC-AUC") for one in figures]


def render(figures: Iterable[Figure]) -> list[str]:
    """Lay figures out as for a file, and return their titles."""
    drawn = list(figures)
    for figure in drawn:
        figure.draw_without_rendering()
    return titles(drawn)


def words(texts: Iterable[Text]) -> list[str]:
    """Return texts, each on one line with plain spaces."""
    return [" ".join(text.get_text().split()) for text in texts]


def colours_of_legends(figure: Figure) -> dict[str, str]:
    """Return the colour of each entry of a figure's legends, by its words."""
    legends = [*figure.legends, *(one for axes in figure.axes if (one := axes.get_legend()))]
    return {
        text.get_text(): _nearest(_colour(handle))
        for legend in legends
        for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True)
    }


def overlapping_bars(figure: Figure) -> int:
    """Return how many pairs of bars hide a part of each other."""
    return sum(
        _overlap(one.get_bbox(), other.get_bbox())
        for axes in figure.axes
        for one, other in itertools.combinations(_rectangles(axes), 2)
    )


def _rectangles(axes: Axes) -> list[Any]:
    return [bar for one in axes.containers if isinstance(one, BarContainer) for bar in one.patches]


def _overlap(one: Any, other: Any) -> bool:
    shared = Bbox.intersection(one, other)
    return shared is not None and bool(
        min(shared.width / max(one.width, 1e-12), shared.height / max(one.height, 1e-12)) > 1e-6
    )


def _artists(axes: Axes) -> Places:
    for container in axes.containers:
        if isinstance(container, BarContainer):
            yield from _bars(container)
    for patch in axes.patches:
        if isinstance(patch, StepPatch):
            values, edges, _ = patch.get_data()
            yield "step", (edges[1:] + edges[:-1]) / 2, values, _colour(patch)
    for line in axes.lines:
        if line.get_transform() == axes.transData:
            yield "line", line.get_xdata(), line.get_ydata(), line.get_color()
    for collection in axes.collections:
        yield from _collection(collection)
    for image in axes.images:
        yield from _cells(image.get_array())


def _bars(container: BarContainer) -> Places:
    for bar in container.patches:
        left, bottom, width, height = bar.get_x(), bar.get_y(), bar.get_width(), bar.get_height()
        lying = container.orientation == "horizontal"
        x, y = (left + width, bottom + height / 2) if lying else (left + width / 2, bottom + height)
        yield "bar", x, y, bar.get_facecolor()


def _collection(collection: Any) -> Places:
    if isinstance(collection, PathCollection):
        places = np.ma.filled(collection.get_offsets(), np.nan)
        yield "point", places[:, 0], places[:, 1], collection.get_facecolors()
    elif isinstance(collection, LineCollection):
        colours = collection.get_colors()
        for number, ends in enumerate(collection.get_segments()):
            if len(ends):
                yield "range", ends[:, 0], ends[:, 1], colours[number % len(colours)]
    elif isinstance(collection, PolyCollection):
        for path in collection.get_paths():
            yield from _area(path.vertices, collection.get_facecolor())
    elif isinstance(collection, QuadMesh) and collection.axes.get_label() != "<colorbar>":
        yield from _cells(collection.get_array(), 0.5)  # ticks of a mesh stand in the middle of its cells


def _area(vertices: Any, colour: Any) -> Places:
    yield "area", vertices[:, 0], vertices[:, 1], colour
    first, second = vertices[:-1], vertices[1:]
    level = (first[:, 1] == second[:, 1]) & (first[:, 0] != second[:, 0])
    for kind, steps in (("step", level & (first[:, 1] != 0)), ("area", level & (first[:, 1] == 0))):
        yield kind, (first[steps, 0] + second[steps, 0]) / 2, first[steps, 1], colour


def _cells(cells: Any, shift: float = 0.0) -> Places:
    numbers = np.ma.filled(np.ma.asarray(cells, "float64"), np.nan)
    rows = np.repeat(np.arange(numbers.shape[0]) + shift, numbers.shape[1])
    yield "cell", numbers.ravel(), rows, "none"


def _table(axes: Axes, kind: str, x: Any, y: Any, colours: Any) -> pd.DataFrame:
    marks = pd.DataFrame(
        {
            "x": np.atleast_1d(axes.convert_xunits(x)).astype("float64"),
            "y": np.atleast_1d(axes.convert_yunits(y)).astype("float64"),
        }
    )
    marks["kind"] = kind
    drawn = [_nearest(one) for one in mpl.colors.to_rgba_array(colours)] or [""]
    marks["colour"] = drawn if len(drawn) == len(marks) else drawn[0]
    marks["x_text"] = _texts(axes.xaxis, marks["x"]) if kind != "cell" else ""
    marks["y_text"] = _texts(axes.yaxis, marks["y"])
    return marks


def _texts(axis: Axis, places: pd.Series) -> list[str]:
    """Return the label of the tick nearest to each place, on one line."""
    ticks = np.asarray(axis.get_ticklocs(), "float64")
    if not len(ticks):
        return [""] * len(places)
    labels = [" ".join(text.split()) for text in axis.get_major_formatter().format_ticks(ticks)]
    nearest = np.abs(ticks - places.fillna(0).to_numpy()[:, None]).argmin(axis=1)
    return [labels[tick] for tick in nearest]


def _colour(artist: Any) -> Any:
    for name in ("get_facecolor", "get_color", "get_edgecolor"):
        found = mpl.colors.to_rgba_array(getattr(artist, name)()) if hasattr(artist, name) else []
        if len(found) and found[0][3] > 0:
            return found[0]
    return "none"


def _nearest(colour: Any) -> str:
    rgba = mpl.colors.to_rgba(colour)
    if rgba[3] == 0:
        return ""
    return min(_COLOURS, key=lambda name: float(np.abs(_COLOURS[name] - rgba[:3]).sum()))
