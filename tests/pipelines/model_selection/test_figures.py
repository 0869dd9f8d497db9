from typing import Any

import numpy as np
import pandas as pd
from tests.marks import render, titles, words

from one_click.columns import MODEL_LABELS
from one_click.parameters import FAMILIES
from one_click.pipelines.model_selection import figures as plots
from one_click.presentation.drawing import PALETTE


def test_leaderboard_names_the_champion_and_its_interval(made: dict[str, Any]) -> None:
    board = made["leaderboard"]
    champion = board.loc[board["champion"]].iloc[0]
    russian, english = titles(plots.leaderboard_figure(board))
    for column in ("roc_auc", "roc_auc_low", "roc_auc_high"):
        assert f"{champion[column]:.3f}" in english
        assert f"{champion[column]:.3f}".replace(".", ",") in russian


def test_gains_tell_what_a_third_of_the_base_holds() -> None:
    found = {"share_found": [0.0, 0.65, 1.0], "low": [0, 0.6, 1], "high": [0, 0.7, 1], "perfect": 1.0}
    gains = pd.DataFrame({"depth": [0.0, 0.3, 1.0], **found})
    russian, english = titles(plots.gains_figure(gains))
    assert english == "The 30% of clients at highest risk hold 65% of those who declined (60% to 70%)"
    assert "65 %" in russian


def test_reliability_counts_the_groups_whose_interval_holds_the_probability() -> None:
    table = pd.DataFrame(
        {"probability": [0.1, 0.5], "observed": [0.1, 0.8], "low": [0, 0.6], "high": [0.3, 0.9], "clients": 9}
    )
    russian, english = titles(plots.reliability_figure(table))
    assert english.startswith(
        "Probabilities agree with what happened in 1 of 2 groups, the largest gap is 30 "
    )
    assert "в 1 из 2 групп, наибольшее расхождение 30 п. п." in russian


def test_leaderboard_leaves_out_what_could_not_be_fitted_and_the_dummy(made: dict[str, Any]) -> None:
    board = made["leaderboard"].copy()
    figures = ["roc_auc", "roc_auc_low", "roc_auc_high"]
    board.loc[board["model"] == "k_nearest_neighbours", figures] = np.nan
    russian, english = plots.leaderboard_figure(board)
    for figure, names in (
        (russian, "Ближайшие соседи, Без модели"),
        (english, "Nearest neighbours, No model"),
    ):
        shown = words(figure.axes[0].get_yticklabels())
        assert len(shown) == len(board) - 2
        assert not set(names.split(", ")) & set(shown)


def test_profit_tells_what_a_tenth_of_the_base_holds_by_both_orders() -> None:
    by_risk, by_value = [0.0, 0.2, 0.4, 1.0], [0.0, 0.35, 0.55, 1.0]
    intervals = dict.fromkeys(("profit_low", "profit_high", "by_value_low", "by_value_high"), by_risk)
    found = {"profit_found": by_risk, "profit_found_by_value": by_value}
    gains = pd.DataFrame({"depth": [0.0, 0.1, 0.3, 1.0], **found, **intervals})
    russian, english = titles(plots.profit_figure(gains))
    assert english == "10% of clients by probability × profit hold 35% of profit lost, by risk 20%"
    assert "содержат 35 % теряемой прибыли, по риску — 20 %" in russian


def test_thresholds_tell_that_of_the_champion() -> None:
    board = pd.DataFrame({"model": ["svc", "voting"], "champion": [False, True]})
    curve = pd.DataFrame(
        {"threshold": [0.3, 0.4, 0.5], "f1_declined": [0.6, 0.71, 0.5], "campaign_profit": [0.1, -0.2, 0]}
    )
    chosen = {"svc": [True, False, False], "voting": [False, True, False]}
    table = pd.concat([curve.assign(model=name, chosen=one) for name, one in chosen.items()])
    figures = plots.thresholds_figure(table, board)
    russian, english = titles(figures)
    assert english == "Clients are at risk from a probability of 0.40: F1 0.71, profit −0.20 per client"
    assert "с вероятности 0,40: F1 0,71, прибыль −0,20 на клиента" in russian
    assert len(figures[0].axes) == 2


def test_search_counts_trials_and_those_that_were_stopped() -> None:
    trace = pd.DataFrame(
        {
            "model": ["svc"] * 4 + ["decision_tree"] * 4,
            "trial": [0, 1, 2, 3] * 2,
            "roc_auc": [0.7, 0.6, np.nan, 0.8, 0.5, np.nan, 0.55, 0.4],
            "stopped": [False, True, False, False, False, False, False, True],
            "best_so_far": [0.7, 0.7, 0.7, 0.8, 0.5, 0.5, 0.55, 0.55],
            "gain": [0, np.nan, np.nan, 0.1, 0, np.nan, 0.05, np.nan],
            "chosen": [False, False, False, True, True, False, False, False],
        }
    )
    figures = plots.search_figure(trace)
    russian, english = titles(figures)
    assert english == (
        "Search for settings: 8 trials, 25% stopped before their last fold; 1 of 2 families leave their start"
    )
    assert "8 проб, 25 % остановлены досрочно" in russian
    assert "исходные настройки заменены у 1 из 2 семейств" in russian
    assert words(figures[1].axes[0].get_legend().get_texts()) == ["Support vector machine", "Decision tree"]


def test_search_draws_more_families_than_there_are_colours_each_in_its_own_style() -> None:
    row = {"trial": 0, "roc_auc": 0.8, "stopped": False, "best_so_far": 0.8, "gain": 0, "chosen": True}
    names = list(MODEL_LABELS)[: len(PALETTE) + 2]
    russian, _ = plots.search_figure(pd.DataFrame([{"model": name, **row} for name in names]))
    lines = russian.axes[0].get_lines()
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == len(names)
    assert len(russian.axes[0].get_legend().get_texts()) == len(names)


def test_search_is_drawn_where_a_family_could_not_be_fitted_at_all(made: dict[str, Any]) -> None:
    trace = made["search_trace"].copy()
    hopeless = trace["model"] == "svc"
    trace.loc[hopeless, ["roc_auc", "best_so_far"]] = np.nan
    russian, english = plots.search_figure(trace)
    render((russian, english))
    assert len(english.axes[0].get_legend().get_texts()) == len(FAMILIES)
