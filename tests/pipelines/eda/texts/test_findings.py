"""Every sentence says what its table says, in both languages, and turns round when the classes do."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from one_click.columns import LANGUAGES, TARGET, Language, label
from one_click.pipelines.eda.texts import findings
from one_click.presentation.wording import number, percent

Make = Callable[..., pd.DataFrame]
Run = Callable[..., dict[str, Any]]
TOLD = (
    *("class_portrait", "feature_groups", "interactions", "contact_pressure"),
    *("cluster_stability", "cluster_profiles", "client_map", "map_axes"),
)
_NUMBER = re.compile(r"[−-]?\d+(?:[.,\u00a0]\d+)*")


def _store(make_unrelated: Make) -> pd.DataFrame:
    """Return 600 clients of two kinds, one of which declines; contacts and a joint effect go with it."""
    generator = np.random.default_rng(9)
    shuffled = make_unrelated(600, generator)
    kind = np.arange(600) % 2
    moved = {
        name: kind * 3 + generator.normal(size=600)
        for name in ("pages_per_visit", "minutes_previous", "minutes_current", "marketing_contacts_6m")
    }
    errors, items = (generator.integers(0, 3, 600) for _ in range(2))
    log_odds = 2.5 - 5 * kind + 1.2 * (errors - 1) * (items - 1)
    declined = generator.random(600) < expit(log_odds)
    return shuffled.assign(
        **moved,
        service_errors=errors,
        unpaid_items_quarter=items,
        activity_declined=declined.astype("float64"),
    )


@pytest.fixture(scope="module")
def made(make_unrelated: Make, run_eda: Run) -> dict[str, Any]:
    return run_eda(_store(make_unrelated), *TOLD, "correlations")


@pytest.fixture(scope="module")
def swapped(make_unrelated: Make, run_eda: Run) -> dict[str, Any]:
    clients = _store(make_unrelated)
    return run_eda(clients.assign(activity_declined=1 - clients[TARGET]), *TOLD)


def _numbers(sentence: str) -> set[str]:
    without_percent = sentence.replace("\u00a0%", "").replace("%", "").replace("95 ", "")
    return {found.strip(".,") for found in _NUMBER.findall(without_percent)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_portrait_holds_no_number_that_its_row_does_not(made: dict[str, Any], language: Language) -> None:
    for row in made["class_portrait"].to_dict("records"):
        known = [row[name] for name in ("effect", "low", "high", "typical_declined", "typical_kept")]
        known += [row["n_declined"], row["n_kept"], row["risk_ratio"], 1 / row["risk_ratio"]]
        known += [100 * row["typical_declined"], 100 * row["typical_kept"]]
        written = {number(value, digits, language) for value in known for digits in range(4)}
        label = row[f"sentence_{language}"].split(":")[0]
        assert _numbers(row[f"sentence_{language}"].removeprefix(label)) <= written


def test_portrait_names_the_largest_differences(made: dict[str, Any], swapped: dict[str, Any]) -> None:
    portrait, turned = made["class_portrait"], swapped["class_portrait"]
    russian, english = (findings.of_portrait(portrait, language) for language in LANGUAGES)
    assert "«Страниц за визит» (ниже)" in russian
    assert "pages per visit (lower)" in english
    assert "«Страниц за визит» (выше)" in findings.of_portrait(turned, "ru")
    nothing = portrait.assign(direction="none")
    assert findings.of_portrait(nothing, "ru").startswith("Ясных различий между классами не видно")
    assert findings.of_portrait(nothing, "en").startswith("No clear difference is seen")


@pytest.mark.parametrize("language", LANGUAGES)
def test_distributions_count_the_clear_differences(made: dict[str, Any], language: Language) -> None:
    portrait = made["class_portrait"]
    sentence = findings.of_distributions(portrait, language)
    assert {str((portrait["direction"] != "none").sum()), str(len(portrait))} <= _numbers(sentence)


@pytest.mark.parametrize("language", LANGUAGES)
def test_correlations_name_the_strongest_with_the_target(made: dict[str, Any], language: Language) -> None:
    table = made["correlations"]
    sentence = findings.of_correlations(table, language)
    phik = table[(table["left"] == TARGET) & table["clear"]].sort_values("phik", ascending=False)
    for row in phik.head(3).itertuples():
        named = f"{label(row.right, language)}@ ({number(row.phik, 2, language)})"
        assert named in sentence.replace("»", "@").replace("”", "@")


@pytest.mark.parametrize("language", LANGUAGES)
def test_pairs_name_the_strongest_association_among_them(made: dict[str, Any], language: Language) -> None:
    features, table = ["pages_per_visit", "minutes_current", "days_registered"], made["correlations"]
    sentence = findings.of_pairs(features, table, language)
    phik = table.set_index(["left", "right"])["phik"][("pages_per_visit", "minutes_current")]
    assert number(phik, 2, language) in sentence
    assert all(label(name, language) in sentence for name in features[:2])
    assert label(features[2], language) not in sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_contacts(made: dict[str, Any], swapped: dict[str, Any], language: Language) -> None:
    table, turned = made["contact_pressure"], swapped["contact_pressure"]
    sentence, other = (findings.of_contacts(one, language) for one in (table, turned))
    for row in (table.iloc[0], table.iloc[-1]):
        assert percent(row["share"], 0, language) in sentence
        assert percent(1 - row["share"], 0, language) in other
    assert table["share"].iloc[0] > table["share"].iloc[-1]
    assert turned["share"].iloc[0] < turned["share"].iloc[-1]
    assert number(600, 0, language) in sentence
    assert {"ru": "наблюдение", "en": "observation"}[language] in sentence


@pytest.mark.parametrize(("language", "words"), [("ru", ("ниже", "выше")), ("en", ("lower", "higher"))])
def test_map(
    made: dict[str, Any], swapped: dict[str, Any], language: Language, words: tuple[str, str]
) -> None:
    sentence, other = (
        findings.of_map(one["client_map"], one["map_axes"], language) for one in (made, swapped)
    )
    assert sentence.count(f"({words[0]})") == other.count(f"({words[1]})") == 3
    assert sentence.replace(words[0], words[1]) == other


@pytest.mark.parametrize("language", LANGUAGES)
def test_interactions(made: dict[str, Any], swapped: dict[str, Any], language: Language) -> None:
    table, turned = made["interactions"], swapped["interactions"]
    clear = table.loc[table.loc[table["clear"], "p_adjusted"].idxmin()]
    sentence, other = (findings.of_interactions(one, language) for one in (table, turned))
    cells = table[(table["left"] == clear["left"]) & (table["right"] == clear["right"])]
    cell = cells.loc[((cells["share"] - cells["expected"]).abs() * cells["n"]).idxmax()]
    for name in ("share", "expected"):
        assert percent(cell[name], 0, language) in sentence
        assert percent(1 - cell[name], 0, language) in other


@pytest.mark.parametrize("language", LANGUAGES)
def test_clusters(made: dict[str, Any], swapped: dict[str, Any], language: Language) -> None:
    sentence, other = (
        findings.of_clusters(one["cluster_stability"], one["cluster_profiles"], language)
        for one in (made, swapped)
    )
    risks = made["cluster_profiles"].drop_duplicates("cluster")["declined_share"]
    assert len(risks) == 2
    for risk in risks:
        assert percent(risk, 0, language) in sentence
        assert percent(1 - risk, 0, language) in other


@pytest.mark.parametrize("language", LANGUAGES)
def test_groups_separate_the_classes_whichever_is_asked_about(
    made: dict[str, Any], swapped: dict[str, Any], language: Language
) -> None:
    row = made["feature_groups"].iloc[0]
    sentence = findings.of_groups(made["feature_groups"], language)
    for name in ("roc_auc", "low", "high"):
        assert number(row[name], 2, language) in sentence
    assert swapped["feature_groups"]["group"].iloc[0] == row["group"] == "site_behaviour"
    assert swapped["feature_groups"]["roc_auc"].iloc[0] == pytest.approx(row["roc_auc"], abs=0.01)


@pytest.mark.parametrize(
    ("feature", "level", "words"),
    [
        pytest.param(
            "popular_category", "Кухонная посуда", ("Кухонная посуда", "Kitchenware"), id="category"
        ),
        pytest.param("allows_messages", "1", ("да", "yes"), id="flag"),
        pytest.param("promo_habit", "0", ("нет", "no"), id="engineered-flag"),
        pytest.param("service_errors", "0", ("низкие значения", "low values"), id="low"),
        pytest.param("service_errors", "2", ("высокие значения", "high values"), id="high"),
    ],
)
def test_levels_in_words(feature: str, level: str, words: tuple[str, str]) -> None:
    found = tuple(findings.level_text(feature, level, language) for language in LANGUAGES)
    assert found == words


@pytest.fixture(scope="module")
def few(make_clients: Make, run_eda: Run) -> dict[str, Any]:
    """Return what is found of seven clients who were all contacted as often."""
    return run_eda(make_clients(marketing_contacts_6m=4.0).head(7), *TOLD)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_found_is_said(few: dict[str, Any], language: Language) -> None:
    nothing = {
        "ru": ("слишком мало", "слишком мало", "сравнить нечего"),
        "en": ("Too few", "Too few", "nothing to"),
    }
    sentences = (
        findings.of_clusters(few["cluster_stability"], few["cluster_profiles"], language),
        findings.of_groups(few["feature_groups"], language),
        findings.of_contacts(few["contact_pressure"], language),
    )
    for words, sentence in zip(nothing[language], sentences, strict=True):
        assert words in sentence


def test_labels_without_meaning_give_no_finding(make_unrelated: Make, run_eda: Run) -> None:
    clients = _store(make_unrelated)
    shuffled = np.random.default_rng(5).permutation(clients[TARGET].to_numpy())
    wanted = ("map_axes", "feature_groups", "interactions", "contact_pressure", "correlations")
    made = run_eda(clients.assign(activity_declined=shuffled), "client_map", *wanted)
    assert "lie together" in findings.of_map(made["client_map"], made["map_axes"], "en")
    assert "No group" in findings.of_groups(made["feature_groups"], "en")
    assert "No pair" in findings.of_interactions(made["interactions"], "en")
    assert "not clearly go" in findings.of_contacts(made["contact_pressure"], "en")
    assert "no feature" in findings.of_correlations(made["correlations"], "en")


def test_surest_pair_is_told() -> None:
    cells = [
        ("service_errors", "pages_per_visit", 0.01, True, "0", "0", 50, 0.9, 0.5),
        ("service_errors", "days_registered", 0.001, True, "2", "0", 40, 0.2, 0.6),
        ("service_errors", "days_registered", 0.001, True, "0", "0", 40, 0.5, 0.5),
    ]
    columns = ["left", "right", "p_adjusted", "clear", "left_level", "right_level", "n", "share", "expected"]
    sentence = findings.of_interactions(pd.DataFrame(cells, columns=columns), "en")
    assert "“Service errors” and “Days since registration”" in sentence
    assert "high values × low values, 20% declined instead of the expected 60% (n = 40)" in sentence
