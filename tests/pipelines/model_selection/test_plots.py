import io
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

from one_click.pipelines.model_selection import plots


def _texts(figures: tuple[Figure, Figure]) -> list[str]:
    """Render both figures and return their titles on one line."""
    for figure in figures:
        figure.savefig(io.BytesIO(), format="png", dpi=40)
    return [" ".join(figure.get_suptitle().split()) for figure in figures]


@pytest.fixture
def gains() -> pd.DataFrame:
    depth = [0.0, 0.3, 1.0]
    found = [0.0, 0.65, 1.0]
    return pd.DataFrame(
        {"depth": depth, "share_found": found, "low": [0, 0.6, 1], "high": [0, 0.7, 1], "perfect": found}
    )


def test_leaderboard_names_the_champion_and_its_interval(made: dict[str, Any]) -> None:
    board = made["leaderboard"]
    champion = board.loc[board["champion"]].iloc[0]
    russian, english = _texts(plots.leaderboard_figure(board))
    for column in ("roc_auc", "roc_auc_low", "roc_auc_high"):
        assert f"{champion[column]:.3f}" in english
        assert f"{champion[column]:.3f}".replace(".", ",") in russian


def test_gains_tell_what_a_third_of_the_base_holds(gains: pd.DataFrame) -> None:
    russian, english = _texts(plots.gains_figure(gains))
    assert english == "The 30% of clients at highest risk hold 65% of those who declined (60% to 70%)"
    assert "65 %" in russian.replace("\u00a0", " ")


def test_reliability_counts_the_groups_whose_interval_holds_the_probability() -> None:
    table = pd.DataFrame(
        {"probability": [0.1, 0.5], "observed": [0.1, 0.8], "low": [0, 0.6], "high": [0.3, 0.9], "clients": 9}
    )
    russian, english = _texts(plots.reliability_figure(table))
    finding = (
        "Probabilities agree with what happened in 1 of 2 groups, the largest gap is 30 percentage points"
    )
    assert english == finding
    assert "в 1 из 2 групп, наибольшее расхождение 30 п. п." in russian


def test_drawing_does_not_change_the_table(gains: pd.DataFrame) -> None:
    before = gains.copy()
    plots.gains_figure(gains)
    pd.testing.assert_frame_equal(gains, before)
