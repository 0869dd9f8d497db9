"""The titles state what the tables prove; ways stand in order."""

import numpy as np
import pandas as pd
import pytest
from tests.marks import render, titles, words

from one_click.pipelines.campaign.figures import budget_curve_figure, plan_comparison_figure
from one_click.schemas.records import PlanSummary

CURVE = pd.DataFrame(
    {
        "budget": [0.0, 20.0, 40.0, 60.0],
        "cost": [0.0, 20.0, 40.0, 45.0],
        "kept": [0.0, 100.0, 150.0, 160.0],
        "upper_bound": [0.0, 101.0, 150.0, 160.0],
        "budget_price": [6.0, 4.0, 1.25, 0.0],
    }
)
SUMMARY = PlanSummary(
    kept=1150.4,
    cost=39.6,
    clients=50,
    upper_bound=1151.0,
    gap=0.001,
    budget=40.0,
    budget_price=1.25,
    contacts={},
    contact_prices={},
)
COMPARISON = pd.DataFrame(
    [
        ("plan", 50.0, 40.0, 150.0, np.nan, np.nan, 1.0),
        ("profit_at_risk", 40.0, 40.0, 120.0, np.nan, np.nan, 0.8),
        ("probability", 45.0, 40.0, 90.0, np.nan, np.nan, 0.6),
        ("monthly_profit", 42.0, 40.0, 105.0, np.nan, np.nan, 0.7),
        ("random", 44.1, 39.5, 75.0, 60.0, 90.0, 0.5),
    ],
    columns=["way", "clients", "cost", "kept", "low", "high", "share_of_plan"],
)


def test_title_of_the_curve_tells_cost_profit_and_price() -> None:
    russian, english = titles(budget_curve_figure(CURVE, SUMMARY))
    assert russian.startswith("За 40 ед. прибыли план может сохранить 1 150;")
    assert english.startswith("For 40 profit units the plan may keep 1,150;")
    assert "1,25" in russian
    assert "1.25" in english


def test_curve_begins_at_zero() -> None:
    assert budget_curve_figure(CURVE, SUMMARY)[0].axes[0].get_ylim()[0] == 0


def test_title_of_the_comparison_names_the_best_order_by_hand() -> None:
    russian, english = titles(plan_comparison_figure(COMPARISON))
    assert "«Сначала больше прибыли под риском»" in russian
    assert "80 %" in russian
    assert "“Most profit at risk first”" in english
    assert "80%" in english


@pytest.mark.parametrize("table", [COMPARISON, COMPARISON.iloc[::-1]], ids=["in-order", "turned"])
def test_ways_are_drawn_the_worst_at_the_bottom_and_random_orders_with_their_range(
    table: pd.DataFrame,
) -> None:
    (axes,) = plan_comparison_figure(table)[1].axes
    assert [bar.get_width() for bar in axes.patches] == [75, 90, 105, 120, 150]
    assert [line.tolist() for line in axes.collections[0].get_segments() if line.size] == [[[60, 0], [90, 0]]]
    assert words(axes.texts) == ["75", "90", "105", "120", "150"]
    assert words(axes.get_yticklabels()) == [
        "In random order",
        "Highest probability first",
        "Most profitable first",
        "Most profit at risk first",
        "The plan",
    ]


@pytest.mark.filterwarnings("error")
def test_a_plan_for_nobody_can_be_drawn() -> None:
    nobody = COMPARISON.assign(clients=0.0, cost=0.0, kept=0.0, share_of_plan=np.nan)
    nobody[["low", "high"]] = nobody[["low", "high"]].where(nobody["low"].isna(), 0.0)
    assert render(plan_comparison_figure(nobody)) == [
        "План никому ничего не предлагает",
        "The plan makes no offer to anybody",
    ]
    none = SUMMARY.model_copy(update={"kept": 0.0, "cost": 0.0, "budget": None, "budget_price": 0.0})
    assert all(render(budget_curve_figure(CURVE.head(1), none)))
