from typing import Any

import pytest

from one_click.columns import LANGUAGES

Drawn = dict[str, Any]


def _marks(drawn: Drawn, name: str) -> dict[str, Any]:
    axes = drawn[f"eda.{name}_figure_en"].axes[0]
    return {one.get_gid(): one for one in (*axes.lines, *axes.collections, *axes.patches)}


def test_groups_show_their_roc_auc(drawn: Drawn) -> None:
    (axes,) = drawn["eda.feature_groups_figure_en"].axes
    ends = [bar.get_x() + bar.get_width() for bar in axes.patches]
    assert [round(end, 9) for end in ends[::-1]] == drawn["feature_groups"]["roc_auc"].round(9).to_list()


@pytest.mark.parametrize(
    ("figure", "table", "columns"),
    [
        ("contact_pressure", "contact_pressure", ("share", "standardised_share")),
        ("clusters", "cluster_stability", ("stability", "null_stability")),
    ],
)
def test_lines_show_their_columns(drawn: Drawn, figure: str, table: str, columns: tuple[str, ...]) -> None:
    for column in columns:
        assert _marks(drawn, figure)[column].get_ydata().tolist() == drawn[table][column].to_list()


def test_map_shows_the_clients_of_each_class(drawn: Drawn) -> None:
    marks, table = _marks(drawn, "client_map"), drawn["client_map"]
    for value, name in ((1, "declined"), (0, "kept")):
        own = table.loc[table["activity_declined"] == value, ["x", "y"]]
        assert marks[name].get_offsets().tolist() == own.to_numpy().tolist()


def test_effects_of_clusters_are_said_to_have_95_percent_intervals(drawn: Drawn) -> None:
    russian, english = (
        drawn[f"eda.clusters_figure_{language}"].axes[1].get_xlabel() for language in LANGUAGES
    )
    assert "с 95 % интервалом" in russian
    assert "with its 95% interval" in english
