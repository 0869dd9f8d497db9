import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from tests.purity import purely

from one_click.columns import BASE_FEATURES, LANGUAGES, Language, label
from one_click.parameters import Interpretation
from one_click.pipelines.interpretation.nodes.curves import trace_effects
from one_click.pipelines.interpretation.nodes.effects import summarise_curves
from one_click.pipelines.interpretation.texts.effects import describe_effects
from one_click.presentation.wording import percent, value_text

MakeCurve = Callable[..., pd.DataFrame]

RANKS = pd.DataFrame({"feature": BASE_FEATURES[::-1], "rank": range(1, len(BASE_FEATURES) + 1)})
CLAIMS = r"\bwill\b|\bcause|\blead|\bbecause\b|\.\.|nan|\{|привод|из-за"
EXAMPLES = {
    "falls": (
        ("pages_per_visit", [2, 4, 6, 9], [0.71, 0.62, 0.3, 0.2]),
        "Риск снижается с ростом признака «Страниц за визит»: с 71 % при 2 стр. до 20 % при 9 стр., в "
        "основном между 4 и 6 стр.",
        "Risk falls with “Pages per visit”: from 71% at 2 pages to 20% at 9 pages, most of it between 4 and "
        "6 pages.",
    ),
    "rises": (
        ("promo_purchase_share", [0.1, 0.3, 0.4, 0.9], [0.2, 0.25, 0.6, 0.7]),
        "Риск повышается с ростом признака «Доля покупок по акции»: с 20 % при доле 10 % до 70 % при доле "
        "90 %, в основном между долями 30 % и 40 %.",
        "Risk rises with “Share of promo purchases”: from 20% at a share of 10% to 70% at a share of 90%, "
        "most of it between shares of 30% and 40%.",
    ),
    "hill": (
        ("minutes_current", [1, 5, 9], [0.12, 0.4, 0.2]),
        "Риск с ростом признака «Время на сайте в текущем месяце» сначала повышается, потом снижается: 12 % "
        "при 1 мин., 40 % при 5 мин., 20 % при 9 мин.",
        "Risk first rises and then falls along “Time on site this month”: 12% at 1 min, 40% at 5 min, 20% at "
        "9 min.",
    ),
    "valley": (
        ("service_errors", [0, 1, 9], [0.5, 0.1, 0.3]),
        "Риск с ростом признака «Ошибки сервиса» сначала снижается, потом повышается: 50 % при 0 шт., 10 % "
        "при 1 шт., 30 % при 9 шт.",
        "Risk first falls and then rises along “Service errors”: 50% at 0 errors, 10% at 1 error, 30% at 9 "
        "errors.",
    ),
    "wavy": (
        ("revenue_current", [1000, 2000, 3000, 4000], [0.2, 0.6, 0.1, 0.3]),
        "Риск с ростом признака «Выручка текущего месяца» то повышается, то снижается: от 10 % при 3 000 ед. "
        "выручки до 60 % при 2 000 ед. выручки.",
        "Risk goes up and down along “Revenue this month”, from 10% at 3,000 revenue units to 60% at 2,000 "
        "revenue units.",
    ),
    "category": (
        ("popular_category", ["Кухонная посуда", "Новая", "Товары для детей"], [0.3, 0.35, 0.45]),
        "Риск различается по признаку «Популярная категория»: от 30 % при значении «Кухонная посуда» до 45 % "
        "при значении «Товары для детей».",
        "Risk differs by “Popular category”: from 30% for “Kitchenware” to 45% for “Children's goods”.",
    ),
    "flag": (
        ("allows_messages", [False, True], [0.5, 0.3]),
        "Риск различается по признаку «Разрешает сообщения»: от 30 % при значении «да» до 50 % при значении "
        "«нет».",
        "Risk differs by “Allows messages”: from 30% for “yes” to 50% for “no”.",
    ),
    "flat": (
        ("days_registered", [100, 500], [0.37, 0.38]),
        "Риск почти не меняется вместе с признаком «Дней с регистрации»: от 37 % до 38 %.",
        "Risk hardly changes with “Days since registration”: from 37% to 38%.",
    ),
    "same": (
        ("service_type", ["премиум", "стандарт"], [0.381, 0.381 + 1e-16]),
        "В среднем риск почти одинаков при всех значениях признака «Тип сервиса»: около 38 %.",
        "On average, risk is nearly the same at every value of “Service type”: about 38%.",
    ),
    "constant-number": (
        ("service_errors", [1], [0.4]),
        "Как риск связан с признаком «Ошибки сервиса», не проверить: не менее чем у 95 % клиентов одно "
        "значение — 1 шт.",
        "How risk goes with “Service errors” cannot be told: at least 95% of clients have one value, "
        "1 error.",
    ),
    "constant-flag": (
        ("allows_messages", [True], [0.4]),
        "Как риск связан с признаком «Разрешает сообщения», не проверить: у всех клиентов одно значение — "
        "«да».",
        "How risk goes with “Allows messages” cannot be told: all clients have one value, “yes”.",
    ),
}


def _described(curve: pd.DataFrame) -> list[str]:
    (row,) = describe_effects(curve).to_dict("records")
    return [row[f"sentence_{language}"].replace("\u00a0", " ") for language in LANGUAGES]


@pytest.mark.parametrize(("curve", "russian", "english"), EXAMPLES.values(), ids=EXAMPLES)
def test_sentence_by_hand(make_curve: MakeCurve, curve: tuple[Any, ...], russian: str, english: str) -> None:
    assert _described(make_curve(*curve)) == [russian, english]


@pytest.mark.parametrize(
    ("name", "values", "probabilities", "stretch"),
    [
        pytest.param("category_views_per_visit", [1, 2, 6], [0.2, 0.5, 0.6], ("1", "2"), id="from-one"),
        pytest.param("category_views_per_visit", [1, 2, 3, 4], [0.2, 0.3, 0.4, 0.5], None, id="even"),
        pytest.param("marketing_contacts_6m", [1.5, 2, 4.25], [0.4, 0.2, 0.1], ("1.5", "2"), id="decimals"),
        pytest.param(
            "promo_purchase_share", [0.101, 0.151, 0.154, 0.404], [0.1, 0.15, 0.6, 0.7], None, id="reads-as-0"
        ),
    ],
)
def test_narrow_stretch_of_most_of_the_change_is_told(
    make_curve: MakeCurve,
    name: str,
    values: list[float],
    probabilities: list[float],
    stretch: tuple[str, str] | None,
) -> None:
    russian, english = _described(make_curve(name, values, probabilities))
    assert ("most of it" in english) == ("в основном" in russian) == (stretch is not None)
    if stretch:
        lower, upper = stretch
        assert f", most of it between {lower} and {upper} " in english
        assert f", в основном между {lower.replace('.', ',')} и {upper} " in russian


@pytest.fixture(scope="module")
def curves(fit: Callable[..., Any], clients: pd.DataFrame, options: Interpretation) -> pd.DataFrame:
    """Return the curves of a tree, which passes over most features."""
    finer = options.curves.model_copy(update={"points": 8})
    tree = fit("decision_tree", clients)
    return trace_effects(clients, tree, RANKS, options.model_copy(update={"curves": finer}))[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_tells_the_numbers_of_its_row(curves: pd.DataFrame, language: Language) -> None:
    described = describe_effects(curves)
    assert {"falls", "flat"} <= set(described["shape"])
    for row in described.to_dict("records"):
        sentence, name = row[f"sentence_{language}"], row["feature"]
        assert label(name, language) in sentence
        assert not re.search(CLAIMS, sentence)
        if row["shape"] != "flat":
            assert percent(row["lowest"], 0, language) in sentence
            assert percent(row["highest"], 0, language) in sentence
        if row["shape"] in ("rises", "falls"):
            for end in ("lowest_value", "highest_value"):
                assert value_text(name, row[end], language) in sentence
            assert (row["lowest_value"] < row["highest_value"]) == (row["shape"] == "rises")


def test_sentences_are_added_to_the_summary_of_the_curves(curves: pd.DataFrame) -> None:
    described = purely(describe_effects)(curves)
    pd.testing.assert_frame_equal(described.iloc[:, :-2], summarise_curves(curves))
    assert described.columns[-2:].tolist() == ["sentence_ru", "sentence_en"]
    assert described["feature"].tolist() == list(reversed(BASE_FEATURES))
