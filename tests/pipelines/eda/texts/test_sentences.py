from collections.abc import Callable

import pandas as pd
import pytest

from one_click.columns import LANGUAGES, TARGET, Language
from one_click.parameters import Eda
from one_click.pipelines.eda.nodes.summaries import select_labelled
from one_click.pipelines.eda.texts.sentences import describe_collinearity, portrait_sentence, portray_classes

Make = Callable[..., pd.DataFrame]
OPPOSITE = {"выше": "ниже", "чаще": "реже", "higher": "lower", "more often": "less often"}
OPPOSITE |= {word: opposite for opposite, word in OPPOSITE.items()}


def _portray(clients: pd.DataFrame, options: Eda) -> pd.DataFrame:
    return portray_classes(select_labelled(clients), options).set_index("feature")


@pytest.fixture(scope="module")
def portrait(make_clients: Make, options: Eda) -> pd.DataFrame:
    """Return the portrait of the plain clients, with a feature that is the same for all."""
    return _portray(make_clients(service_errors=3), options)


@pytest.mark.parametrize(
    ("feature", "language", "words"),
    [
        pytest.param(
            "pages_per_visit", "ru", "у снизивших активность ниже — 2,5 стр. против 8,5 стр.", id="number-ru"
        ),
        pytest.param(
            "pages_per_visit", "en", "lower for clients whose activity declined, 2.5 pages", id="number-en"
        ),
        pytest.param(
            "allows_messages", "ru", "у снизивших активность встречается чаще — у 100\xa0%", id="flag-ru"
        ),
        pytest.param(
            "allows_messages", "en", "seen more often in clients whose activity declined, 100%", id="flag-en"
        ),
        pytest.param(
            "popular_category",
            "ru",
            "«Кухонная посуда» у снизивших активность встречается чаще — у 50\xa0% против 0\xa0% у остальных "
            "(риск снижения в 5,00 раза выше, чем у прочих",
            id="category-ru",
        ),
        pytest.param(
            "popular_category",
            "en",
            "“Kitchenware” seen more often in clients whose activity declined, 50% against 0% "
            "(5.00 times the risk of all others",
            id="category-en",
        ),
        pytest.param("monthly_profit", "ru", "различий между классами не видно", id="no-difference-ru"),
        pytest.param(
            "monthly_profit", "en", "no difference between the classes is seen", id="no-difference-en"
        ),
        pytest.param(
            "service_errors", "ru", "Ошибки сервиса: у всех клиентов одно значение", id="constant-ru"
        ),
        pytest.param("service_errors", "en", "all clients have the same value", id="constant-en"),
    ],
)
def test_sentence_of_each_kind_of_row(
    portrait: pd.DataFrame, feature: str, language: Language, words: str
) -> None:
    assert words in portrait.loc[feature, f"sentence_{language}"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_ends_with_the_class_sizes(portrait: pd.DataFrame, language: Language) -> None:
    assert portrait[f"sentence_{language}"].str.endswith("n\xa0=\xa020\xa0+\xa040).").all()


@pytest.mark.parametrize("language", LANGUAGES)
def test_swapping_the_classes_reverses_the_direction_in_words(
    portrait: pd.DataFrame, make_clients: Make, options: Eda, language: Language
) -> None:
    clients = make_clients(service_errors=3)
    swapped = _portray(clients.assign(activity_declined=1 - clients[TARGET]), options).loc[portrait.index]
    clear = portrait["direction"] != "none"
    assert clear.sum() >= 3
    column = f"sentence_{language}"
    for before, after in zip(portrait.loc[clear, column], swapped.loc[clear, column], strict=True):
        word = next(word for word in OPPOSITE if f" {word} " in before)
        assert f" {OPPOSITE[word]} " in after


def test_sentence_admits_that_typical_values_hide_the_shift(make_clients: Make, options: Eda) -> None:
    # Nearly half of the declined lie far above all others, yet their median is the lower one.
    declined, kept = iter([10] * 9 + [4] * 11), iter([5] * 21 + [1] * 19)
    errors = [next(kept) if i % 3 else next(declined) for i in range(60)]
    row = _portray(make_clients(service_errors=errors), options).loc["service_errors"]
    # 9 · 40 pairs above, of the other 11 · 40 those with the 19 above and with the 21 below
    assert row["effect"] == pytest.approx((9 * 40 + 11 * (19 - 21)) / 800)
    assert "чаще выше, хотя типичное значение 4 шт. против 5 шт." in row["sentence_ru"]
    assert "mostly higher for clients who declined, yet typically 4 errors against 5" in row["sentence_en"]


def test_value_is_named_only_where_it_stands_out(portrait: pd.DataFrame) -> None:
    row = portrait.loc["popular_category"].to_dict() | {"feature": "popular_category"}
    assert "Кухонная посуда" in portrait_sentence(row, "ru")
    hidden = portrait_sentence(row | {"stands_out": False}, "ru")
    assert "Кухонная посуда" not in hidden
    assert "ни одно не выделяется (вся таблица; V = " in hidden


def test_treatment_of_constant_redundant_and_plain_features(make_clients: Make, options: Eda) -> None:
    pair = ["revenue_current", "revenue_previous"]
    alike = pd.DataFrame({"left": pair, "right": pair[::-1], "phik": 1.0})
    labelled = select_labelled(make_clients(service_errors=3))
    table = describe_collinearity(labelled, alike, options).set_index("feature")
    assert "treatment" not in table
    said = table.loc[["service_errors", "revenue_current", "unpaid_items_quarter"]]
    assert said["treatment_ru"].str.split().str[0].to_list() == ["не", "остаётся:", "остаётся"]
    assert said["treatment_en"].str.split().str[0].to_list() == ["tells", "kept:", "kept"]
