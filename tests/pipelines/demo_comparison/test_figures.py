"""The titles and the order of the figures of likeness."""

import pandas as pd
from tests.marks import titles, words

from one_click.pipelines.demo_comparison.figures import demo_correlations_figure, demo_marginals_figure

MARGINALS = pd.DataFrame(
    {
        "feature": ["pages_per_visit"] * 3 + ["service_errors"] * 3,
        "clients": ["all", "declined", "kept"] * 2,
        "distance": [0.05, 0.2, 0.01, 0.02, 0.03, 0.3],
        "chance": 0.1,
    }
)


def test_title_counts_the_gaps_beyond_chance() -> None:
    assert titles(demo_marginals_figure(MARGINALS)) == [
        "Распределения: 2 из 6 расхождений больше случайных",
        "Distributions: 2 of 6 gaps are wider than chance",
    ]


def test_features_are_ordered_by_their_widest_gap() -> None:
    axes = demo_marginals_figure(MARGINALS)[1].axes[0]
    assert words(axes.get_yticklabels()) == ["Pages per visit", "Service errors"]


def test_title_names_the_pair_that_is_furthest_apart() -> None:
    table = pd.DataFrame({"first": "pages_per_visit", "second": ["service_errors", "activity_declined"]})
    table = table.assign(extract=[0.1, -0.4], store=[-0.2, -0.5], difference=[-0.3, -0.1])
    assert titles(demo_correlations_figure(table)) == [
        "Корреляции 2 пар: расхождение в среднем 0,200, наибольшее 0,30 (Страниц за визит × Ошибки сервиса)",
        "Correlations of 2 pairs: 0.200 apart on average, 0.30 at most (Pages per visit × Service errors)",
    ]
