from typing import Any

import pandas as pd
import pytest
from tests.marks import titles

from one_click.pipelines.eda.figures.pairs import pairs_figure


@pytest.mark.parametrize(
    ("direction", "panels", "compared"),
    [
        pytest.param(
            "lower",
            ["pages_per_visit", "days_registered × pages_per_visit", "days_registered"],
            True,
            id="two-features",
        ),
        pytest.param("none", ["pages_per_visit"], False, id="second-without-a-clear-difference"),
    ],
)
def test_features_with_a_clear_difference_are_paired(
    drawn: dict[str, Any], direction: str, panels: list[str], compared: bool
) -> None:
    portrait = pd.DataFrame({"feature": ["pages_per_visit", "days_registered"], "kind": "whole"})
    portrait = portrait.assign(direction=["lower", direction])
    tables = (drawn["eda.sampled_clients"], drawn["distributions"], portrait, drawn["correlations"])
    figures = pairs_figure(*tables)
    assert [axes.get_gid() for axes in figures[1].axes] == panels
    assert ("No pairs to compare" not in titles(figures)[1]) == compared
