from typing import Any

import pytest

from one_click.columns import BASE_FEATURES, LANGUAGES, TARGET, Language
from one_click.presentation.wording import number

Drawn = dict[str, Any]


@pytest.mark.parametrize("language", LANGUAGES)
def test_correlations_fill_the_lower_triangle(drawn: Drawn, language: Language) -> None:
    (axes,) = drawn[f"eda.correlations_figure_{language}"].axes
    phik = drawn["correlations"].pivot_table(index="left", columns="right", values="phik")
    order = phik[TARGET].drop(TARGET).sort_values(ascending=False).to_list()
    cells = axes.collections[0].get_array()
    assert cells.mask[0].tolist() == [False] + [True] * len(BASE_FEATURES)
    assert cells[1:, 0].tolist() == order
    texts = [text.get_text() for text in axes.texts]
    assert texts[:3] == [number(value, 2, language) for value in (1, order[0], 1)]


def test_numbers_that_may_be_chance_are_faint(drawn: Drawn) -> None:
    (axes,) = drawn["eda.correlations_figure_en"].axes
    pairs = drawn["correlations"][lambda table: table["left"] < table["right"]]
    faint = [text for text in axes.texts if text.get_alpha() < 1]
    assert len(faint) == (~pairs["clear"]).sum()


def test_interactions_have_a_panel_each_and_tell_the_clients_of_a_cell(drawn: Drawn) -> None:
    panels = {axes.get_gid(): axes for axes in drawn["eda.interactions_figure_ru"].axes}
    table = drawn["interactions"]
    assert list(panels) == [
        f"{left} × {right}" for left, right in table.groupby(["left", "right"], sort=False).groups
    ]
    habit = table[(table["left"] == "promo_habit") & (table["right"] == "popular_category")]
    axes = panels["promo_habit × popular_category"]
    assert axes.collections[0].get_array().shape == (3, 2)  # the categories go down
    assert sorted(text.get_text().split("\n")[1] for text in axes.texts) == sorted(
        f"n = {n}" for n in habit["n"]
    )
