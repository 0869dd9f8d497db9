from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from tests.marks import render, titles, words

from one_click.pipelines.interpretation.figures import models as readable_plots
from one_click.pipelines.interpretation.texts.odds_ratios import describe_odds_ratios
from one_click.pipelines.interpretation.texts.tree_rules import describe_tree_rules

Draw = Callable[[pd.DataFrame], tuple[Figure, Figure]]


@pytest.fixture
def odds_ratios() -> pd.DataFrame:
    rows = [
        ["promo_purchase_share", 0.2, 0.4, None, None, 1.5, 1.4, 1.6],
        ["pages_per_visit", 5, 11, None, None, 0.25, 0.1, 0.5],
        ["popular_category", float("nan"), float("nan"), "Дом", "Кухонная посуда", 1.2, 0.8, 2.5],
        ["allows_messages", 0, 1, None, None, 0.9, 0.9, 0.9],
    ]
    names = ["feature", "from_value", "to_value", "from_level", "to_level"]
    table = pd.DataFrame(rows, columns=[*names, "odds_ratio", "odds_low", "odds_high"])
    return table.assign(model=["logistic_regression"] * 3 + ["svc"])


def _rules(count: int, model: str = "decision_tree") -> pd.DataFrame:
    """Return rules on ten clients each, of whom ten, nine, … declined."""
    shares = [1 - place / (count - 1) for place in range(count)] if count > 1 else [0.4]
    table = pd.DataFrame({"model": model, "declined_share": shares, "clients": 10, "leaf": range(count)})
    table["rule_ru"] = [f"Страниц за визит: не больше {place} стр." for place in table["leaf"]]
    table["rule_en"] = [f"Pages per visit: at most {place} pages" for place in table["leaf"]]
    return table.assign(declined=10 * table["declined_share"], probability=table["declined_share"])


def test_the_strongest_feature_is_the_finding(odds_ratios: pd.DataFrame) -> None:
    assert titles(readable_plots.odds_ratios_figure(odds_ratios)) == [
        "Логистическая регрессия: шансы снижения сильнее всего меняет признак «Страниц за визит»: "
        "5 стр. → 11 стр., шансы в 4,0 раза ниже",
        "Logistic regression: the odds of decline change most with “Pages per visit”: 5 pages → 11 pages, "
        "odds 4.0-fold lower",
    ]


def test_each_model_has_its_features_with_their_moves(odds_ratios: pd.DataFrame) -> None:
    _, figure = readable_plots.odds_ratios_figure(odds_ratios)
    assert [words(axes.get_yticklabels()) for axes in figure.axes] == [
        [
            "Popular category Дом → Kitchenware",
            "Pages per visit 5 pages → 11 pages",
            "Share of promo purchases 20% → 40%",
        ],
        ["Allows messages no → yes"],
    ]
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "Logistic regression",
        "Support vector machine",
    ]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        pytest.param(0.9, 1.1, ["×0,5", "×1", "×2"], id="narrow"),
        pytest.param(0.04, 5, ["×0,05", "×0,1", "×0,2", "×0,5", "×1", "×2", "×5"], id="wide"),
    ],
)
def test_the_axis_is_logarithmic_and_has_ticks(
    odds_ratios: pd.DataFrame, low: float, high: float, ticks: list[str]
) -> None:
    one = odds_ratios.head(1).assign(odds_ratio=1.05, odds_low=low, odds_high=high)
    figure, _ = readable_plots.odds_ratios_figure(one)
    render([figure])
    (axes,) = figure.axes
    assert axes.get_xscale() == "log"
    left, right = axes.get_xlim()
    shown = [
        tick.label1.get_text() for tick in axes.xaxis.get_major_ticks() if left <= tick.get_loc() <= right
    ]
    assert shown == ticks


def test_rules_tell_the_riskiest_and_the_calmest() -> None:
    figures = readable_plots.tree_rules_figure(_rules(5))
    assert titles(figures) == [
        "Дерево решений: самое рискованное правило — 10 клиентов, активность снизилась у 100 %; "
        "самое спокойное — 10 клиентов, у 0 %",
        "Decision tree: the riskiest rule holds 10 clients, 100% declined; the calmest 10 clients, 0%",
    ]
    texts = words(figures[1].findobj(Text))
    assert [text for text in texts if text.startswith("Pages")] == _rules(5)["rule_en"].tolist()
    assert texts.count("10 clients") == 5
    assert figures[1].axes[1].get_title(loc="left") == "Dotted: all clients, 50%"


@pytest.mark.parametrize(
    ("count", "russian", "english"),
    [
        pytest.param(13, "… ещё 1 правило …", "… 1 more rule …", id="one"),
        pytest.param(14, "… ещё 2 правила …", "… 2 more rules …", id="two"),
        pytest.param(23, "… ещё 11 правил …", "… 11 more rules …", id="eleven"),
    ],
)
def test_of_many_rules_both_ends_are_shown(count: int, russian: str, english: str) -> None:
    rules = _rules(count)
    figures = readable_plots.tree_rules_figure(rules)
    assert russian in words(figures[0].findobj(Text))
    texts = words(figures[1].findobj(Text))
    shown = [text for text in texts if "at most" in text or "more rule" in text]
    assert shown == [*rules["rule_en"].head(6), english, *rules["rule_en"].tail(6)]
    assert len(figures[1].axes[1].patches) == 12


def test_a_rule_is_broken_between_its_conditions() -> None:
    condition = "Time on site this month: at most 14 min"
    long = "Popular category: " + " and ".join(["not “Small appliances and electronics”"] * 4)
    rules = _rules(2).assign(rule_en=["; ".join([condition] * 3), long])
    _, figure = readable_plots.tree_rules_figure(rules)
    first, second = (text.get_text().splitlines() for text in figure.axes[0].texts)
    assert [" ".join(line.split()) for line in first] == [f"{condition}; {condition};", condition]
    assert len(second) == 2
    assert all(len(line) < 99 for line in second)


def test_a_tree_without_rules_says_so() -> None:
    rules = _rules(1).assign(rule_ru="Все клиенты", rule_en="All clients")
    assert titles(readable_plots.tree_rules_figure(rules)) == [
        "Дерево решений: клиенты не разделены",
        "Decision tree: clients are not parted",
    ]


def test_leaves_without_clients_are_not_drawn_and_trees_are_drawn_apart() -> None:
    empty = _rules(3, "svc").assign(clients=[10, 10, 0])
    _, figure = readable_plots.tree_rules_figure(pd.concat([_rules(3), empty]))
    assert [len(axes.patches) for axes in figure.axes] == [0, 3, 0, 2]
    assert [axes.get_title(loc="left") for axes in figure.axes[::2]] == [
        "Decision tree",
        "Support vector machine",
    ]


@pytest.mark.parametrize(
    ("draw", "read", "russian", "english"),
    [
        pytest.param(
            readable_plots.odds_ratios_figure,
            describe_odds_ratios,
            "Отношений шансов нет",
            "There are no odds ratios",
            id="odds",
        ),
        pytest.param(
            readable_plots.tree_rules_figure,
            describe_tree_rules,
            "Правил дерева нет",
            "There are no rules of a tree",
            id="rules",
        ),
    ],
)
def test_without_a_readable_model_the_figure_says_so(
    fit: Callable[..., Any],
    clients: pd.DataFrame,
    draw: Draw,
    read: Callable[..., pd.DataFrame],
    russian: str,
    english: str,
) -> None:
    figures = draw(read(clients, neighbours=fit("k_nearest_neighbours", clients)))
    assert render(figures) == [russian, english]
    for figure, word in zip(figures, ("модел", "model"), strict=True):
        assert word in " ".join(words(figure.findobj(Text)))
