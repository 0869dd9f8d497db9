import inspect
import io

import matplotlib as mpl
from matplotlib.figure import Figure

from one_click.columns import Language
from one_click.presentation.drawing import (
    STYLE,
    in_both_languages,
    new_figure,
    number_ticks,
    percent_ticks,
)


def _draw(language: Language, words: dict[str, str], size: float = 10) -> Figure:
    figure = new_figure(size, 3, words[language])
    figure.subplots().set_ylabel(str(mpl.rcParams["axes.spines.top"]))
    return figure


def test_both_languages_are_drawn_in_the_style_and_leave_no_trace() -> None:
    before = dict(mpl.rcParams)
    russian, english = in_both_languages(_draw)({"ru": "Риск", "en": "Risk"}, size=4)
    assert (russian.get_suptitle(), english.get_suptitle()) == ("Риск", "Risk")
    assert russian.axes[0].get_ylabel() == str(STYLE["axes.spines.top"])
    assert russian.get_figwidth() == 4
    assert russian.dpi == STYLE["figure.dpi"]
    assert dict(mpl.rcParams) == before


def test_drawing_in_both_languages_has_the_name_and_inputs_of_the_drawing() -> None:
    both = in_both_languages(_draw)
    assert (both.__name__, both.__module__) == ("_draw", __name__)
    assert list(inspect.signature(both).parameters) == ["words", "size"]


def test_long_titles_are_wrapped_to_the_width() -> None:
    figure = new_figure(5, 3, "Снизившие активность клиенты " * 5)
    lines = figure.get_suptitle().splitlines()
    assert len(lines) > 1
    assert max(map(len, lines)) <= 45
    figure.savefig(io.BytesIO())
    box = figure._suptitle.get_window_extent()
    assert box.x1 <= figure.bbox.x1


def test_ticks_are_written_in_the_language() -> None:
    axes = new_figure(3, 3, "").subplots()
    number_ticks(axes.xaxis, 2, "ru")
    percent_ticks(axes.yaxis, "en")
    assert axes.xaxis.get_major_formatter()(-0.5) == "−0,50"
    assert axes.yaxis.get_major_formatter()(0.25) == "25%"
    percent_ticks(axes.yaxis, "ru")
    assert axes.yaxis.get_major_formatter()(1) == "100\u00a0%"
