from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from one_click.columns import TARGET
from one_click.pipelines.eda.figures.classes import CLASS_COLOURS
from one_click.pipelines.eda.figures.pairs import pairs_figure

PAIR = "days_registered × pages_per_visit"


def _figure(drawn: dict[str, Any], *directions: str) -> Any:
    """Return the figure in English, of two features if there is a direction in both."""
    portrait = pd.DataFrame(
        {"feature": ["pages_per_visit", "days_registered"], "kind": "whole", "direction": directions}
    )
    tables = (drawn["eda.sampled_clients"], drawn["distributions"], portrait, drawn["correlations"])
    return pairs_figure(*tables)[1]


def test_clients_are_drawn_in_the_colour_of_their_class(drawn: dict[str, Any]) -> None:
    panels = {axes.get_gid(): axes for axes in _figure(drawn, "lower", "lower").axes}
    assert list(panels) == ["pages_per_visit", PAIR, "days_registered"]
    clients = drawn["eda.sampled_clients"]
    for value, (name, colour) in zip((1, 0), CLASS_COLOURS.items(), strict=True):
        (points,) = (one for one in panels[PAIR].collections if one.get_gid() == name)
        own = clients.loc[clients[TARGET] == value, ["pages_per_visit", "days_registered"]]
        np.testing.assert_array_equal(points.get_offsets(), own.to_numpy("float64"))
        assert to_hex(points.get_facecolors()[0]) == colour


def test_features_without_a_clear_difference_are_left_out(drawn: dict[str, Any]) -> None:
    figure = _figure(drawn, "lower", "none")
    assert [axes.get_gid() for axes in figure.axes] == ["pages_per_visit"]
    assert "No pairs to compare" in figure.get_suptitle()
