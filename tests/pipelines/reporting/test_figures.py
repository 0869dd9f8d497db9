"""The figure of the data's quality says what its table says."""

import pandas as pd
from matplotlib.figure import Figure

from one_click.pipelines.reporting.figures import data_quality_figure

QUALITY = pd.DataFrame(
    [
        ("market_file", "form", "utf-8 commas decimal_point", 1300),
        ("market_file", "rows_in", "", 1300),
        ("money", "rows_in", "", 1200),
        ("market_file", "repair", "known_misspelling", 10),
        ("money", "rejection", "repeated_row", 7),
        ("market_file", "rows_out", "", 1300),
        ("money", "rows_out", "", 1193),
    ],
    columns=["table", "subject", "detail", "count"],
).astype({"count": "float64"})


def title_of(figure: Figure) -> str:
    return str(figure._suptitle.get_text()).replace("\xa0", " ").replace("\u202f", " ")


def test_title_sums_up_all_files() -> None:
    russian, english = data_quality_figure(QUALITY)
    assert title_of(russian) == "Строк на входе: 2 500; исправлено: 10; исключено: 7"
    assert title_of(english) == "Rows in: 2,500; mended: 10; left out: 7"


def test_each_rule_is_a_bar_in_the_order_of_the_table() -> None:
    axes = data_quality_figure(QUALITY)[1].axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == [
        "money: repeated row",
        "market_file: known misspelling",
    ]
    widths = {bar.get_y() + bar.get_height() / 2: bar.get_width() for bar in axes.patches}
    assert {round(place): width for place, width in widths.items()} == {0: 7.0, 1: 10.0}


def test_clean_files_leave_an_empty_figure() -> None:
    clean = QUALITY[QUALITY["subject"].isin(["rows_in", "rows_out"])].assign(count=5.0)
    assert title_of(data_quality_figure(clean)[1]) == "Rows in: 10; mended: 0; left out: 0"
