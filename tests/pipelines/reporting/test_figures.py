"""The title and the order of the figure of the data's quality."""

import pandas as pd
from tests.marks import render, titles, words

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


def test_title_sums_up_all_files() -> None:
    assert titles(data_quality_figure(QUALITY)) == [
        "Строк на входе: 2 500; исправлено: 10; исключено: 7",
        "Rows in: 2,500; mended: 10; left out: 7",
    ]


def test_each_rule_is_a_bar_in_the_order_of_the_table() -> None:
    axes = data_quality_figure(QUALITY)[1].axes[0]
    assert words(axes.get_yticklabels()) == ["money: repeated row", "market_file: known misspelling"]


def test_clean_files_leave_an_empty_figure() -> None:
    clean = QUALITY[QUALITY["subject"].isin(["rows_in", "rows_out"])].assign(count=5.0)
    assert render(data_quality_figure(clean))[1] == "Rows in: 10; mended: 0; left out: 0"
