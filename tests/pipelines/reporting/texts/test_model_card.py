import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from one_click.pipelines.reporting.texts.model_card import write_model_cards
from one_click.pipelines.reporting.texts.words import SUSPECT_PRECISION
from one_click.presentation.wording import percent

MANIFEST = {
    "champion": {"model": "svc", "calibration": "beta_floor", "built_from": {}},
    "data": {
        "clients": 1300,
        "labelled": 1200,
        "declined": 300,
        "features": ["pages_per_visit", "minutes_current"],
        "sha256": "ab12",
    },
    "parameters": {"folds": 5, "confirmation_repeats": 3, "selection": "one_standard_error", "seed": 42},
    "versions": {"python": "3.11", "scikit-learn": "1.9"},
}
FACTS = {"threshold": 0.55, "snapshot": "2026-10", "label_snapshot": None}
CAMPAIGN = {"client_value": 12.0, "cost": 0.25, "effect": 0.07, "low": 0.03, "high": 0.12}
BAND = {
    "error": 0.05,
    "keeps_below": 0.1,
    "declines_above": 0.6,
    "undecided": 0.3,
    "declines_wrong": 0.09,
    "keeps_wrong": 0.06,
}


@pytest.fixture
def board() -> pd.DataFrame:
    rows = [
        ("svc", 0.912, 0.89, 0.93, 0.0, 0.0, np.nan, 0.915, True, ""),
        ("reference", 0.9, 0.88, 0.92, 0.012, 0.006, 13.6, np.nan, False, ""),
        ("extra_trees", 0.91, 0.89, 0.93, 0.002, 0.004, np.nan, np.nan, False, ""),
        ("decision_tree", *[np.nan] * 7, False, "a leaf is too large"),
    ]
    columns = ["model", "roc_auc", "roc_auc_low", "roc_auc_high", "behind_best", "behind_best_error"]
    return pd.DataFrame(rows, columns=[*columns, "terms", "search_roc_auc", "champion", "refused"])


@pytest.fixture
def cards(board: pd.DataFrame) -> tuple[str, str]:
    return _write(board, FACTS)


def _write(
    board: pd.DataFrame,
    facts: dict[str, Any],
    manifest: dict[str, Any] = MANIFEST,
    challengers: tuple[str, ...] = ("extra_trees",),
) -> tuple[str, str]:
    figure = {"value": 0.75, "low": 0.7, "high": 0.8}
    apart = {"difference": -0.012, "low": -0.031, "high": 0.007}
    alike = {"metric": "roc_auc", "champion": figure, "reference": figure}
    alike["challengers"] = [{"value": 0.762, "low": 0.71, "high": 0.81, "apart": apart} for _ in challengers]
    bare = {"value": 0.02, "low": None, "high": None}
    error = {"metric": "calibration_error", "champion": bare, "reference": bare}
    nothing = {"difference": None, "low": None, "high": None}
    error["challengers"] = [bare | {"apart": nothing} for _ in challengers]
    lift = alike | {"metric": "lift_at_fifth"}
    lift["challengers"] = [figure | {"apart": nothing | {"difference": 0.041}} for _ in challengers]
    model_facts = {
        "champion": "svc",
        "n_test": 324,
        "challengers": [*challengers],
        "metrics": [alike, lift, error],
    }
    ceiling = pd.DataFrame({"figure": ["labelled", "suspects"], "value": [1200.0, 93.0]})
    return write_model_cards(manifest, facts, model_facts, board, CAMPAIGN, BAND, ceiling)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        pytest.param(0, ("Метод опорных векторов", "300 (25 %)", "0,912", "от 0,55", "324", "5 %"), id="ru"),
        pytest.param(1, ("Support vector machine", "300 (25%)", "0.912", "least 0.55", "324", "5%"), id="en"),
    ],
)
def test_card_states_the_tables_figures(
    cards: tuple[str, str], language: int, words: tuple[str, ...]
) -> None:
    text = cards[language].replace("\u00a0", " ").replace("\u202f", " ")
    for word in (*words, "ab12", "scikit-learn"):
        assert word in text


def test_card_marks_the_champion_and_tells_who_is_left_out(cards: tuple[str, str]) -> None:
    starred = [line for line in cards[1].splitlines() if "★ |" in line]
    assert len(starred) == 1
    assert starred[0].startswith("| Support vector machine ★ | 0.912 |")
    assert starred[0].endswith("± 0.000 | — | 0.915 |")
    assert re.search(r"Reference.*± 0.006 \| 14 \| — \|", cards[1])
    assert "Decision tree: left out — a leaf is too large" in cards[1]
    assert "nan" not in cards[0] + cards[1]


def test_card_sets_the_black_box_beside_the_champion(cards: tuple[str, str], board: pd.DataFrame) -> None:
    assert "| ROC-AUC | 0.750 (0.700 – 0.800) | 0.750 (0.700 – 0.800) | 0.762 (0.710 – 0.810) | " in cards[1]
    assert "| −0.012 (−0.031 … 0.007) |" in cards[1]
    assert "| −0,012 (−0,031 … 0,007) |" in cards[0]
    assert "Difference: chosen model less “Black box: extra trees” |" in cards[1]
    assert "The interval of the difference is paired" in cards[1]
    for card in _write(board, FACTS, challengers=()):
        assert not [words for words in ("Difference", "Разность", "paired", "парный") if words in card]


def test_card_prints_no_interval_where_none_holds(cards: tuple[str, str]) -> None:
    (line,) = [line for line in cards[1].splitlines() if line.startswith("| Calibration error")]
    assert line.endswith("| 0.020 | 0.020 | 0.020 | — |")
    (line,) = [line for line in cards[1].splitlines() if line.startswith("| Lift")]
    assert line.endswith("| 0.041 |")
    assert "None" not in cards[0] + cards[1]


def test_card_tells_how_many_suspect_labels_are_wrong_elsewhere(cards: tuple[str, str]) -> None:
    russian, english = (card.replace("\u00a0", " ") for card in cards)
    assert "93 из 1 200 (набор `label_noise`)" in russian
    assert "Suspect are 93 of 1,200 (data set `label_noise`): a list to check" in english
    assert f"из подозреваемых неверны {percent(SUSPECT_PRECISION, 0, 'ru')}".replace("\u00a0", " ") in russian
    assert f"{percent(SUSPECT_PRECISION, 0, 'en')} of the suspects are wrong" in english


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        pytest.param("one_standard_error", ("самая понятная из моделей", "the one with fewer terms")),
        pytest.param("best", ("с наибольшим ROC-AUC", "with the largest ROC-AUC")),
    ],
)
def test_card_tells_the_rule_of_choice(board: pd.DataFrame, selection: str, words: tuple[str, str]) -> None:
    chosen_by = MANIFEST["parameters"] | {"selection": selection}
    for card, word in zip(_write(board, FACTS, MANIFEST | {"parameters": chosen_by}), words, strict=True):
        assert word in card


def test_rows_of_a_table_have_as_many_cells_as_its_head(cards: tuple[str, str]) -> None:
    for card in cards:
        for block in re.split(r"\n\s*\n", card):
            rows = [line for line in block.splitlines() if line.startswith("|")]
            assert len({row.count("|") for row in rows}) <= 1, block


@pytest.mark.parametrize(
    ("label_snapshot", "words"),
    [
        pytest.param(None, "describes the present", id="same-extract"),
        pytest.param("2027-01", "later extract 2027-01", id="later-extract"),
    ],
)
def test_card_tells_when_the_label_was_taken(
    board: pd.DataFrame, label_snapshot: str | None, words: str
) -> None:
    assert words in _write(board, FACTS | {"label_snapshot": label_snapshot})[1]
