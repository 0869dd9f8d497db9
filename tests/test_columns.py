import re

import pytest

from one_click.columns import (
    BASE_FEATURES,
    CATEGORICAL_FEATURES,
    COLUMNS,
    ENGINEERED_FEATURES,
    GLOSSARY,
    GROUP_LABELS,
    LANGUAGES,
    MODEL_LABELS,
    MONTHS,
    TABLES,
    Column,
    Language,
    Table,
    label,
    model_label,
    translate,
    unit,
)


def test_features_are_those_of_the_vocabulary() -> None:
    assert set(BASE_FEATURES) == {
        "allows_messages",
        "marketing_contacts_6m",
        "marketing_contacts_current",
        "minutes_previous",
        "minutes_current",
        "pages_per_visit",
        "service_errors",
        "promo_purchase_share",
        "popular_category",
        "category_views_per_visit",
        "unpaid_items_quarter",
        "revenue_two_months_ago",
        "revenue_previous",
        "revenue_current",
        "service_type",
        "days_registered",
    }
    assert not {"client_id", "activity_declined", "monthly_profit"} & {*BASE_FEATURES, *ENGINEERED_FEATURES}
    assert set(CATEGORICAL_FEATURES) == {"popular_category", "service_type"}
    assert set(ENGINEERED_FEATURES) <= set(COLUMNS)


@pytest.mark.parametrize("column", COLUMNS.values(), ids=list(COLUMNS))
def test_column_is_fully_described(column: Column) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
    assert re.search("[а-яё]", column.ru)
    assert re.fullmatch(r"[ -~]+", column.en)
    assert bool(column.unit_ru) == bool(column.unit_en)
    assert column.group in (*GROUP_LABELS, "key", "target", "decision")


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_unique(language: Language) -> None:
    labels = [label(name, language) for name in COLUMNS]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_table_begins_with_the_client_and_names_columns_once(table: Table) -> None:
    assert table.columns[0].name == "client_id"
    assert table.file == f"{table.name}.csv"
    sources = [column.source for column in table.columns]
    assert all(sources)
    assert len(set(sources)) == len(sources)
    assert all(column.kind not in ("id", "period") for column in table.value_columns)
    assert set(table.months) <= set(MONTHS.values())
    assert bool(table.months) == ("period" in [column.name for column in table.columns])


@pytest.mark.parametrize("name", MODEL_LABELS)
def test_model_has_a_label_in_both_languages(name: str) -> None:
    assert re.search("[А-яё]", model_label(name, "ru"))
    assert re.search("[A-z]", model_label(name, "en"))


def test_model_without_a_label_is_not_shown_in_the_other_language() -> None:
    with pytest.raises(KeyError):
        model_label("naive_guess", "ru")


def test_tables_bring_every_base_feature() -> None:
    brought = {
        f"{column.name}_{month}" if table.months else column.name
        for table in TABLES.values()
        for column in table.value_columns
        for month in table.months or ("",)
    }
    assert {*BASE_FEATURES, "monthly_profit", "activity_declined"} <= brought


def test_unit_follows_the_language() -> None:
    assert [unit("revenue_current", language) for language in LANGUAGES] == ["ед. выручки", "revenue units"]
    assert unit("service_type", "en") == ""


def test_unknown_value_is_shown_as_it_is() -> None:
    assert translate("Садовая мебель", "en") == "Садовая мебель"
    assert translate("премиум", "en") == "premium"
    assert translate("Косметика и аксесуары", "ru") == "Косметика и аксессуары"


def test_glossary_speaks_both_languages() -> None:
    assert all(set(words) == set(LANGUAGES) for words in GLOSSARY.values())
