from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from one_click.columns import TABLES
from one_click.errors import DataError
from one_click.parameters import DataProcessing
from one_click.parameters.other_store import OtherStore
from one_click.pipelines.data_processing.nodes.log_rows import LOG_COLUMNS
from one_click.pipelines.data_processing.nodes.parsing import parse_labels, parse_table

Raw = Callable[[str], pd.DataFrame]
Parse = Callable[..., tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]]
REJECTING = {"unreadable_numbers": "reject"}

PROFILE = {
    "id": "7",
    "Тип сервиса": "стандарт",
    "Разрешить сообщать": "да",
    "Маркет_актив_6_мес": "3.5",
    "Маркет_актив_тек_мес": "4",
    "Длительность": "120",
    "Акционные_покупки": "0.5",
    "Популярная_категория": "Товары для детей",
    "Средний_просмотр_категорий_за_визит": "3",
    "Неоплаченные_продукты_штук_квартал": "2",
    "Ошибка_сервиса": "1",
    "Страниц_за_визит": "5",
}

POINT, COMMA = (".", ""), (",", "")  # decimal sign, sign between thousands


def _profiles(*changes: dict[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame([PROFILE | change for change in changes], dtype="str")
    return frame.assign(line=range(2, len(frame) + 2))


@pytest.fixture
def parse(options: DataProcessing) -> Parse:
    """Return a function that parses rows, by default of clients, with some changes of the parameters."""

    def parsed(
        rows: pd.DataFrame, table: str = "market_file", signs: tuple[str, str] = POINT, **changes: Any
    ) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        return parse_table(rows, TABLES[table], signs, options.model_copy(update=changes))

    return parsed


def _events(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    return list(
        frame[["line", "client_id", "column", "old_value", "new_value", "rule"]].itertuples(
            index=False, name=None
        )
    )


def test_clean_row_gets_the_types_of_the_vocabulary(parse: Parse) -> None:
    parsed, repairs, faults = parse(_profiles({}))
    assert parsed.drop(columns="line").iloc[0].to_dict() == {
        "client_id": 7,
        "allows_messages": True,
        "marketing_contacts_6m": 3.5,
        "marketing_contacts_current": 4,
        "pages_per_visit": 5,
        "service_errors": 1,
        "promo_purchase_share": 0.5,
        "popular_category": "Товары для детей",
        "category_views_per_visit": 3,
        "unpaid_items_quarter": 2,
        "service_type": "стандарт",
        "days_registered": 120,
    }
    assert parsed.dtypes[["client_id", "allows_messages", "service_type", "promo_purchase_share"]].astype(
        "str"
    ).tolist() == ["int64", "bool", "str", "float64"]
    assert list(repairs.columns) == list(faults.columns) == list(LOG_COLUMNS)
    assert len(repairs) == len(faults) == 0


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param("стандартт", [("стандартт", "стандарт", "known_misspelling")], id="misspelt"),
        pytest.param("\u00a0стандарт ", [("\u00a0стандарт ", "стандарт", "blanks_trimmed")], id="blanks"),
        pytest.param(
            "стандартт ",
            [("стандартт ", "стандартт", "blanks_trimmed"), ("стандартт", "стандарт", "known_misspelling")],
            id="both",
        ),
        pytest.param("стандарт", [], id="neither"),
    ],
)
def test_repairs_are_made_and_listed(parse: Parse, cell: str, expected: list[tuple[str, ...]]) -> None:
    parsed, repairs, faults = parse(_profiles({"Тип сервиса": cell}))
    assert parsed["service_type"].tolist() == ["стандарт"]
    assert _events(repairs) == [(2, "7", "service_type", *event) for event in expected]
    assert repairs["table"].tolist() == ["market_file"] * len(expected)
    assert faults.empty


@pytest.mark.parametrize(
    ("header", "name", "cell", "rule"),
    [
        pytest.param("id", "client_id", "", "missing_value", id="missing-client"),
        pytest.param("Тип сервиса", "service_type", "  ", "missing_value", id="missing-category"),
        pytest.param("Разрешить сообщать", "allows_messages", "", "missing_value", id="missing-flag"),
        pytest.param("Длительность", "days_registered", "", "missing_value", id="missing-number"),
        pytest.param(
            "Разрешить сообщать", "allows_messages", "может быть", "unknown_value", id="unknown-flag"
        ),
        pytest.param("Страниц_за_визит", "pages_per_visit", "много", "not_a_whole_number", id="text"),
        pytest.param("Страниц_за_визит", "pages_per_visit", "5.5", "not_a_whole_number", id="not-whole"),
        pytest.param("Страниц_за_визит", "pages_per_visit", "1e3", "not_a_whole_number", id="exponent"),
        pytest.param("Длительность", "days_registered", "9" * 19, "not_a_whole_number", id="beyond-64-bits"),
        pytest.param("Длительность", "days_registered", "١٢", "not_a_whole_number", id="other-script"),
        pytest.param("Маркет_актив_6_мес", "marketing_contacts_6m", "1e999", "not_a_number", id="infinite"),
        pytest.param("Маркет_актив_6_мес", "marketing_contacts_6m", "inf", "not_a_number", id="inf"),
        pytest.param(
            "Маркет_актив_6_мес", "marketing_contacts_6m", "3,5", "not_a_number", id="other-decimal"
        ),
        pytest.param("Страниц_за_визит", "pages_per_visit", "-1", "negative_value", id="negative"),
        pytest.param(
            "Акционные_покупки", "promo_purchase_share", "-0.1", "negative_value", id="negative-share"
        ),
        pytest.param("Акционные_покупки", "promo_purchase_share", "1.01", "above_one", id="share-above-one"),
    ],
)
def test_faulty_cell_rejects_its_row(parse: Parse, header: str, name: str, cell: str, rule: str) -> None:
    rows = _profiles({}, {"id": "8", header: cell})
    parsed, _, faults = parse(rows, **REJECTING)
    client = cell if header == "id" else "8"
    assert parsed["line"].tolist() == [2]
    assert _events(faults) == [(3, client, name, cell.strip(), "", rule)]


@pytest.mark.parametrize(
    ("header", "cell", "name", "value"),
    [
        pytest.param("Страниц_за_визит", "5.0", "pages_per_visit", 5, id="whole-with-point"),
        pytest.param("Страниц_за_визит", "+5", "pages_per_visit", 5, id="plus"),
        pytest.param("Страниц_за_визит", "007", "pages_per_visit", 7, id="leading-zeros"),
        pytest.param("Маркет_актив_6_мес", ".5", "marketing_contacts_6m", 0.5, id="no-leading-zero"),
        pytest.param("Маркет_актив_6_мес", "1.2E+1", "marketing_contacts_6m", 12.0, id="exponent"),
        pytest.param("Маркет_актив_6_мес", "1.2E+001", "marketing_contacts_6m", 12.0, id="long-exponent"),
        pytest.param("Акционные_покупки", "1", "promo_purchase_share", 1.0, id="share-one"),
        pytest.param("Акционные_покупки", "0", "promo_purchase_share", 0.0, id="share-zero"),
    ],
)
def test_numbers_in_their_usual_forms_are_read(
    parse: Parse, header: str, cell: str, name: str, value: float
) -> None:
    parsed, _, _ = parse(_profiles({header: cell}))
    assert parsed[name].tolist() == [value]


def test_decimal_comma_and_negative_profit_are_read(parse: Parse, raw: Raw) -> None:
    rows = raw("id | Прибыль\n7 | -0,98\n8 | 4")
    parsed, _, faults = parse(rows, "money", COMMA)
    assert parsed["monthly_profit"].tolist() == [-0.98, 4.0]
    assert faults.empty


def test_long_client_numbers_stay_apart(parse: Parse, raw: Raw) -> None:
    rows = raw("id | Прибыль\n12345678901234567 | 1\n12345678901234568 | 2")
    parsed, _, faults = parse(rows, "money")
    assert parsed["client_id"].tolist() == [12345678901234567, 12345678901234568]
    assert faults.empty


def test_unreadable_numbers_stop_the_run_by_default(parse: Parse) -> None:
    rows = _profiles({}, {"id": "8", "Страниц_за_визит": "пять"}, {"id": "9", "Страниц_за_визит": "пять"})
    with pytest.raises(DataError) as error:
        parse(rows)
    for words in (
        "Not a whole number: 'пять'.",
        "file:   market_file.csv",
        "column: Страниц_за_визит (pages_per_visit in the project)",
        "rows:   lines 3, 4",
        "rule:   the column holds whole numbers",
        "'reject'",
    ):
        assert words in str(error.value)


@pytest.mark.parametrize(
    ("table", "value", "period", "rule"),
    [
        pytest.param("market_money", "Выручка", "май", "unknown_value", id="unknown-month"),
        pytest.param("market_time", "минут", "", "missing_value", id="no-month"),
        pytest.param(
            "market_time", "минут", "препредыдущий_месяц", "unknown_value", id="month-the-table-does-not-have"
        ),
    ],
)
def test_unknown_period_rejects_its_row(
    parse: Parse, raw: Raw, table: str, value: str, period: str, rule: str
) -> None:
    rows = raw(f"id | Период | {value}\n7 | {period} | 5\n7 | предыдцщий_месяц | 6\n7 | текущий_месяц | 7")
    parsed, repairs, faults = parse(rows, table)
    assert parsed["period"].tolist() == ["previous", "current"]
    assert repairs["rule"].tolist() == ["known_misspelling"]
    assert _events(faults) == [(2, "7", "period", period, "", rule)]


@pytest.mark.parametrize(
    ("profits", "kept", "expected"),
    [
        pytest.param(["1", "2"], [2, 3], [], id="two-clients"),
        pytest.param(["1", "1 again"], [2], [(3, "repeated_row")], id="equal-rows"),
        pytest.param(
            ["1", "1 again", "1 again"],
            [2],
            [(3, "repeated_row"), (4, "repeated_row")],
            id="three-equal-rows",
        ),
        pytest.param(
            ["1", "1 else"], [], [(2, "contradicting_rows"), (3, "contradicting_rows")], id="contradiction"
        ),
        pytest.param(
            ["1", "1 again", "1 else"],
            [],
            [(2, "contradicting_rows"), (3, "contradicting_rows"), (4, "contradicting_rows")],
            id="equal-and-contradicting",
        ),
    ],
)
def test_repeated_clients(
    parse: Parse, raw: Raw, profits: list[str], kept: list[int], expected: list[tuple[int, str]]
) -> None:
    lines = [f"{profit[0]} | {'9' if 'else' in profit else '3.5'}" for profit in profits]
    parsed, _, faults = parse(raw("id | Прибыль\n" + "\n".join(lines)), "money")
    assert parsed["line"].tolist() == kept
    assert list(faults[["line", "rule"]].itertuples(index=False, name=None)) == expected


def test_months_of_one_client_are_no_repetition(parse: Parse, raw: Raw) -> None:
    rows = raw("id | Период | минут\n7 | предыдущий_месяц | 5\n7 | текущий_месяц | 5")
    parsed, _, faults = parse(rows, "market_time")
    assert len(parsed) == 2
    assert faults.empty


def test_other_columns_of_the_file_are_left_out(parse: Parse) -> None:
    rows = _profiles({}).assign(Комментарий="x", service_type="y")
    parsed, _, _ = parse(rows)
    assert "Комментарий" not in parsed
    assert parsed["service_type"].tolist() == ["стандарт"]


def test_path_of_the_file_is_not_stored_with_tables(parse: Parse, raw: Raw) -> None:
    rows = raw("id | Прибыль\n7 | 1")
    for frame in parse(rows, "money"):
        assert frame.attrs == {}
    assert rows.attrs["path"] == "/data/2026-10/x.csv"


@pytest.mark.parametrize(
    ("cell", "signs", "expected"),
    [
        pytest.param("1 234,5", (",", " "), 1234.5, id="blank"),
        pytest.param("1\u00a0234\u00a0567.25", (".", "\u00a0"), 1234567.25, id="no-break-blank"),
        pytest.param("-1.234,5", (",", "."), -1234.5, id="point"),
        pytest.param("1234,5", (",", "."), 1234.5, id="not-grouped"),
        pytest.param("1\u00a0234\u202f567,5", (",", "\u00a0\u202f"), 1234567.5, id="mixed-blanks"),
        pytest.param("1,5e3", (",", ""), 1500.0, id="power-of-ten"),
        pytest.param("1,5E+03", (",", "\u00a0"), 1500.0, id="power-of-ten-beside-thousands"),
    ],
)
def test_thousands_are_joined(
    parse: Parse, raw: Raw, cell: str, signs: tuple[str, str], expected: float
) -> None:
    parsed, _, faults = parse(raw(f"id | Прибыль\n7 | {cell}"), "money", signs)
    assert parsed["monthly_profit"].tolist() == [expected]
    assert faults.empty


@pytest.mark.parametrize("cell", ["12 34,5", "1 2345", "1  234"])
def test_wrongly_grouped_digits_are_no_number(parse: Parse, raw: Raw, cell: str) -> None:
    parsed, _, faults = parse(raw(f"id | Прибыль\n7 | {cell}"), "money", (",", " "), **REJECTING)
    assert parsed.empty
    assert faults["rule"].tolist() == ["not_a_number"]


@pytest.mark.parametrize(
    ("header", "cell", "rule", "value"),
    [
        pytest.param("Разрешить сообщать", "Да", "case_changed", "да", id="flag-in-capitals"),
        pytest.param("Тип сервиса", "ПРЕМИУМ", "case_changed", "премиум", id="category-in-capitals"),
        pytest.param(
            "Популярная_категория",
            "Товары\u00a0для  детей\u200b",
            "blanks_trimmed",
            "Товары для детей",
            id="blanks-that-cannot-be-seen",
        ),
        pytest.param(
            "Популярная_категория",
            "Товары для детеи\u0306",
            "accents_joined",
            "Товары для детей",
            id="accent-stored-apart",
        ),
        pytest.param("Популярная_категория", "nan", "missing_mark", "", id="mark-of-a-missing-word"),
        pytest.param("Страниц_за_визит", "-", "missing_mark", "", id="mark-of-a-missing-number"),
    ],
)
def test_cells_are_cleaned_and_listed(parse: Parse, header: str, cell: str, rule: str, value: str) -> None:
    table = _profiles({}, {"id": "8", header: cell})
    _, repairs, faults = parse(table, **REJECTING)
    listed = repairs[["line", "old_value", "new_value", "rule"]].to_numpy().tolist()
    assert listed == [[3, cell, value, rule]]
    assert faults["rule"].tolist() == ([] if value else ["missing_value"])


@pytest.mark.parametrize("written", ["0008", "8.0", "+8", " 08\u00a0"])
def test_clients_are_named_by_their_number(parse: Parse, raw: Raw, written: str) -> None:
    table = raw(f"id | Прибыль\n7 | 1\n{written} | много")
    _, _, faults = parse(table, "money", (".", ""), **REJECTING)
    assert faults["client_id"].tolist() == ["8"]


def test_client_number_that_cannot_be_read_is_not_repeated(parse: Parse, raw: Raw) -> None:
    with pytest.raises(DataError, match=r"Not a whole number: '…x'\.") as error:
        parse(raw("id | Прибыль\n7300001x | 1\n8 | 2"), "money")
    assert "rows:   lines 2" in str(error.value)
    assert "7300001" not in str(error.value)


def test_words_of_another_store_are_cleaned_in_its_own_words_and_then_read(parse: Parse) -> None:
    store = OtherStore(words={"allows_messages": {"Yes": "да", "not at all": "нет"}})
    cells = ("Yes", " yes", "NOT  at all", "y", "ДА")
    rows = _profiles(*({"id": str(n), "Разрешить сообщать": cell} for n, cell in enumerate(cells)))
    spelt = {"other_store": store, "spellings": {"allows_messages": {"y": "Yes"}}}
    parsed, repairs, faults = parse(rows, **spelt)
    assert parsed["allows_messages"].tolist() == [True, True, False, True, True]
    assert _events(repairs) == [
        (3, "1", "allows_messages", " yes", "yes", "blanks_trimmed"),
        (3, "1", "allows_messages", "yes", "Yes", "case_changed"),
        (4, "2", "allows_messages", "NOT  at all", "NOT at all", "blanks_trimmed"),
        (4, "2", "allows_messages", "NOT at all", "not at all", "case_changed"),
        (5, "3", "allows_messages", "y", "Yes", "known_misspelling"),
        (6, "4", "allows_messages", "ДА", "да", "case_changed"),
    ]
    assert faults.empty


def test_words_of_another_store_may_be_ours_the_other_way_round(parse: Parse) -> None:
    store = OtherStore(words={"allows_messages": {"да": "нет", "нет": "да"}})
    rows = _profiles({"id": "1", "Разрешить сообщать": "да"}, {"id": "2", "Разрешить сообщать": "Нет"})
    parsed, _, _ = parse(rows, other_store=store)
    assert parsed["allows_messages"].tolist() == [False, True]


def test_what_was_repaired_in_the_file_is_a_repair(parse: Parse, raw: Raw) -> None:
    table = raw("id | Прибыль\n007 | 1\n8 | 2")
    table.attrs["repairs"] = [(1, ";", "", "surplus_in_rows"), (2, "Р ", "Р", "byte_a0_restored")]
    _, repairs, _ = parse(table, "money")
    assert _events(repairs) == [
        (1, "", "", ";", "", "surplus_in_rows"),
        (2, "7", "", "Р ", "Р", "byte_a0_restored"),
    ]
    assert repairs.dtypes.astype("str").to_dict()["line"] == "int64"


def test_labels_in_unknown_words_stop_the_run(raw: Raw, options: DataProcessing) -> None:
    strict = options.model_copy(update={"max_rejected_share": 0.05})
    with pytest.raises(DataError, match="2 of 2 rows of label_file would be rejected") as error:
        parse_labels(raw("id | Покупательская активность\n1 | упала\n2 | упала"), strict)
    assert "with 'упала'" in str(error.value)
    assert "'Прежний уровень' or 'Снизилась'" in str(error.value)
