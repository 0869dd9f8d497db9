import pandas as pd
import pytest
from tests.marks import titles

from one_click.parameters import Segmentation
from one_click.pipelines.segmentation import figures as plots
from one_click.pipelines.segmentation.nodes.profiles import measure_segments
from one_click.schemas.records import RuleThresholds


def test_title_of_segments_is_counted_from_the_table(
    table: pd.DataFrame, segments: pd.DataFrame, thresholds: RuleThresholds, options: Segmentation
) -> None:
    russian, english = titles(plots.segments_figure(table, segments, thresholds, options))
    assert russian.startswith("В зоне риска 3 из 4 клиентов (75 %); 2 из них — ценные: от 3,50 ед.")
    assert english.startswith("3 of 4 clients (75%) are at risk; 2 of them are valuable: 3.50")


@pytest.mark.parametrize(
    ("least", "expected"),
    [
        # 10.8 + 12 of 26.7
        pytest.param(
            1, "Key segments are 67% of the clients at risk and 85% of their profit at risk", id="key"
        ),
        pytest.param(30, "There is no key segment; clients at risk may take away up to 27 profit", id="none"),
    ],
)
def test_title_of_profit_names_what_is_key(
    table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation, least: int, expected: str
) -> None:
    given = options.model_copy(update={"key_min_clients": least})
    figures = plots.segment_profit_figure(measure_segments(table, segments, given), given)
    assert titles(figures)[1].startswith(expected)
