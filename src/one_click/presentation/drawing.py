"""One visual style for all figures: colour-blind safe, Cyrillic throughout, drawn without global state.

Marks have as gid the column or class that they show, so that a figure can be compared with its table.
"""

import inspect
import textwrap
from collections.abc import Callable
from functools import partial, wraps
from typing import Concatenate, ParamSpec

import matplotlib as mpl
from cycler import cycler
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from one_click.columns import LANGUAGES, Language
from one_click.presentation.wording import number, percent

P = ParamSpec("P")

# Okabe and Ito (2008), "Color Universal Design".
DECLINED = "#d55e00"
KEPT = "#0072b2"
NEUTRAL = "#6b7280"
ACCENT = "#009e73"
PALETTE = (KEPT, DECLINED, ACCENT, "#cc79a7", "#e69f00", "#56b4e9", NEUTRAL)
DIVERGING = mpl.colors.LinearSegmentedColormap.from_list("kept_declined", [KEPT, "#f7f7f7", DECLINED])
SEQUENTIAL = mpl.colors.LinearSegmentedColormap.from_list("to_kept", ["#f7f7f7", KEPT])

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=PALETTE),
    "grid.color": "#e5e7eb",
    "legend.frameon": False,
    "figure.dpi": 110,
    "savefig.dpi": 110,
    "svg.hashsalt": "one_click",
}


def in_both_languages(draw: Callable[Concatenate[Language, P], Figure]) -> Callable[P, tuple[Figure, Figure]]:
    """Return the function that draws a figure in Russian and in English, in the project's style.

    Parameters
    ----------
    draw : callable
        Takes the language, and then what the figure shows.
    """

    @wraps(draw)
    def _draw_both(*args: P.args, **kwargs: P.kwargs) -> tuple[Figure, Figure]:
        with mpl.rc_context(STYLE):
            russian, english = (draw(language, *args, **kwargs) for language in LANGUAGES)
        return russian, english

    # The nodes are wired by the names of arguments, of which the language is none.
    _, *shown = inspect.signature(draw).parameters.values()
    _draw_both.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    return _draw_both


def new_figure(width: float, height: float, title: str) -> Figure:
    """Return an empty figure with its finding as a title.

    Parameters
    ----------
    width, height : float
        Size in inches.
    title : str
        One sentence, wrapped to the width.
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    characters = int(width * 9)
    wrapped = textwrap.fill(title, characters, break_on_hyphens=False)
    figure.suptitle(wrapped, fontsize=12, fontweight="bold", ha="left", x=0.01)
    return figure


def number_ticks(axis: Axis, digits: int, language: Language) -> None:
    """Write an axis' ticks as numbers with the language's decimal sign."""
    axis.set_major_formatter(FuncFormatter(partial(_number_tick, digits, language)))


def percent_ticks(axis: Axis, language: Language) -> None:
    """Write an axis' ticks, shares from 0 to 1, as percentages."""
    axis.set_major_formatter(FuncFormatter(partial(_percent_tick, language)))


def _number_tick(digits: int, language: Language, value: float, _position: int) -> str:
    return number(value, digits, language)


def _percent_tick(language: Language, value: float, _position: int) -> str:
    return percent(value, 0, language)
