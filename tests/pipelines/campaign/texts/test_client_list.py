import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from kedro_datasets.pandas import CSVDataset
from openpyxl import load_workbook
from tests.purity import purely

from one_click.datasets.workbook import WorkbookDataset
from one_click.parameters import CampaignPlan, Offers, Segmentation
from one_click.pipelines.campaign.nodes.lists import gather_contacts
from one_click.pipelines.campaign.texts.actions import decide_actions
from one_click.pipelines.campaign.texts.client_list import (
    explain_columns,
    hide_clients,
    list_clients,
    list_for_crm,
    list_others,
    list_reasons,
    list_rows,
)
from one_click.pipelines.campaign.texts.offers import recommend_offers
from one_click.presentation.spreadsheet import FORMULA_STARTS
from one_click.schemas.records import RuleThresholds

Gathered = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
Gather = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame], Gathered]
Lists = tuple[dict[str, pd.DataFrame], pd.DataFrame, pd.DataFrame]
Hide = Callable[..., tuple[pd.DataFrame, pd.DataFrame]]
ListPeople = Callable[..., pd.DataFrame]
MakeLists = Callable[..., Lists]
CsvArguments = dict[str, dict[str, Any]]
KEY = {"pseudonym_key": "secret key"}
FORMULAS = ["=1+1", "+7 900", "-5 %", "@SUM(A1)", "\t=1+1", "\r=1+1", "ок\r=1+1", "\x00=1+1"]
HEADERS = [
    *("Номер клиента", "Сегмент", "Вероятность снижения, %", "Прибыль под риском за 3 месяца, ед. прибыли"),
    *("Причина 1", "Причина 2", "Причина 3", "Предложение", "Канал", "Текст для клиента"),
    *("Ожидаемая сохранённая прибыль, ед. прибыли", "Разрешает сообщения"),
]
WITH_AND_WITHOUT_KEY = pytest.mark.parametrize("key", [{}, KEY], ids=["numbers", "pseudonyms"])
EVERY_LIST = pytest.mark.parametrize(
    "name", ["contact_list", "no_contact_list", "scoring.contact_list", "scoring.no_contact_list"]
)
FOR_CRM = [
    *("client_id", "segment", "membership", "probability", "profit_at_risk", "offer", "channel"),
    *("reason_1_ru", "reason_2_ru", "reason_3_ru", "reason_1_en", "reason_2_en", "reason_3_en"),
    *("text_ru", "text_en"),
]


@pytest.fixture
def towards(reasons: pd.DataFrame) -> pd.DataFrame:
    return reasons[reasons["direction"] == "raises"]


@pytest.fixture
def hide(reasons: pd.DataFrame, campaign: CampaignPlan) -> Hide:
    """Return a function that hides the clients of a table in a campaign with some changes."""
    return lambda table, **changes: purely(hide_clients)(table, reasons, campaign.model_copy(update=changes))


@pytest.fixture
def list_people(
    gathered: Gathered, towards: pd.DataFrame, options: Segmentation, offers: Offers
) -> ListPeople:
    """Return a function that lists contacts for people, with some changes of the parameters."""

    def listed(table: pd.DataFrame = gathered[0], **changes: Any) -> pd.DataFrame:
        return list_rows(table, towards, options.model_copy(update=changes), offers)

    return listed


@pytest.fixture
def make_lists(
    gathered: Gathered,
    reasons: pd.DataFrame,
    thresholds: RuleThresholds,
    options: Segmentation,
    offers: Offers,
    campaign: CampaignPlan,
) -> MakeLists:
    """Return a function that makes all lists of a campaign with some changes."""

    def make(
        tables: Gathered = gathered, told: pd.DataFrame = reasons, declared: Offers = offers, **changes: Any
    ) -> Lists:
        changed = campaign.model_copy(update=changes)
        return purely(list_clients)(*tables, told, thresholds, options, declared, changed)

    return make


def with_columns(tables: Gathered, **columns: list[str]) -> tuple[pd.DataFrame, ...]:
    return tuple(
        table.assign(**{name: values[: len(table)] for name, values in columns.items()}) for table in tables
    )


# --- pseudonyms --------------------------------------------------------------------------------------------


def test_without_a_key_numbers_stay(gathered: Gathered, hide: Hide) -> None:
    table, told = hide(gathered[0])
    assert table.equals(gathered[0])
    assert told["direction"].unique().tolist() == ["raises"]
    assert told["client_id"].tolist() == [1, 1, 2, 3]


def test_pseudonym_is_the_beginning_of_a_keyed_hash(gathered: Gathered, hide: Hide) -> None:
    table, told = hide(gathered[0], **KEY)
    # what `printf 1 | openssl dgst -sha256 -hmac 'secret key'` says
    assert table["client_id"].tolist()[1] == "c8acce6923dab"
    assert told["client_id"].tolist()[:2] == ["c8acce6923dab"] * 2
    assert told["sentence_en"].tolist()[:2] == ["Few pages.", "=Many promotions."]


def test_the_same_key_gives_the_same_pseudonyms_and_another_key_others(
    gathered: Gathered, hide: Hide
) -> None:
    contacts = gathered[0]
    first, alone, again, other = (
        hide(table, **KEY | changes)[0]["client_id"].tolist()
        for table, changes in (
            *((contacts, {}), (contacts.head(1), {})),
            *((contacts, {"name": "another campaign"}), (contacts, {"pseudonym_key": "another key"})),
        )
    )
    assert alone == first[:1]
    assert again == first
    assert not set(other) & set(first)


def test_pseudonyms_differ_and_no_program_takes_one_for_a_number(hide: Hide) -> None:
    table, _ = hide(pd.DataFrame({"client_id": range(5000)}), **KEY)
    assert table["client_id"].is_unique
    assert pd.to_numeric(table["client_id"], errors="coerce").isna().all()


def test_reasons_of_other_clients_are_left_out(gathered: Gathered, hide: Hide) -> None:
    assert hide(gathered[0].head(1), **KEY)[1]["sentence_en"].tolist() == ["A full cart."]


def test_no_list_holds_a_number_of_a_client_under_a_key(
    gathered: Gathered, reasons: pd.DataFrame, make_lists: MakeLists
) -> None:
    *tables, told = (table.assign(client_id=table["client_id"] + 7_340_000) for table in (*gathered, reasons))
    book, *lists = make_lists(tables, told, **KEY)
    cells = [str(cell) for table in (*book.values(), *lists) for cell in table.to_numpy().ravel()]
    assert len(cells) > 90
    assert not [cell for cell in cells if "734000" in cell]
    assert not [table for table in lists if "734000" in table.to_csv()]


def test_a_key_hides_the_clients_in_every_list(make_lists: MakeLists) -> None:
    open_book, *open_lists = make_lists()
    book, *lists = make_lists(**KEY)
    shown = dict(zip(open_book["Клиенты"]["Номер клиента"], book["Клиенты"]["Номер клиента"], strict=True))
    assert set(shown) == {1, 2, 3}
    assert len(set(shown.values()) | set(shown)) == 6
    assert book["Клиенты"].equals(
        open_book["Клиенты"].assign(**{"Номер клиента": open_book["Клиенты"]["Номер клиента"].map(shown)})
    )
    assert not set(book["Вне зоны риска"]["Номер клиента"]) & {1, 2, 3, 4}
    for one, open_one in zip(lists, open_lists, strict=True):
        assert one.equals(open_one.assign(client_id=open_one["client_id"].map(shown)))


# --- the list for people -----------------------------------------------------------------------------------


def test_list_for_people_is_worked_out_by_hand(list_people: ListPeople) -> None:
    listed = list_people()
    assert list(listed) == HEADERS
    assert listed["Номер клиента"].tolist() == [2, 1, 3]
    # .8 * 5 * 3, .9 * 4 * 3, .65 * 2 * 3
    assert listed["Прибыль под риском за 3 месяца, ед. прибыли"].tolist() == [12.0, 10.8, 3.9]
    assert listed["Вероятность снижения, %"].tolist() == [80, 90, 65]
    assert listed["Сегмент"].tolist()[0] == "Брошенные корзины"
    assert listed["Причина 1"].tolist() == ["Полная корзина.", "=Много акций.", "Мало минут."]
    assert listed["Причина 2"].tolist() == ["", "Мало страниц.", ""]
    assert listed["Причина 3"].tolist() == ["", "", ""]
    assert listed["Предложение"].tolist() == ["Баннер на сайте", "Личный купон", "Извинение за сбои сервиса"]
    assert listed["Канал"].tolist() == ["На сайте", "Push-уведомление", "Письмо"]
    # .015 * 12 - .03, .13 * 10.8 - .5, .05 * 3.9 - .1
    assert listed["Ожидаемая сохранённая прибыль, ед. прибыли"].tolist() == [0.15, 0.90, 0.1]
    assert listed["Разрешает сообщения"].tolist() == ["нет", "да", "да"]
    assert listed["Текст для клиента"][0] == "Вам могут быть интересны новинки раздела «Товары для детей»."


def test_no_probability_of_a_client_is_told_as_certain(gathered: Gathered, list_people: ListPeople) -> None:
    listed = list_people(gathered[0].assign(probability=[1.0, 0.9996, 0.651]))
    assert listed["Вероятность снижения, %"].tolist() == [99, 99, 65.1]


def test_the_order_of_the_table_is_kept(
    gathered: Gathered, towards: pd.DataFrame, list_people: ListPeople
) -> None:
    turned = gathered[0].iloc[::-1]
    listed = list_people(turned)
    assert listed["Номер клиента"].tolist() == [3, 1, 2]
    assert listed["Причина 1"].tolist() == ["Мало минут.", "=Много акций.", "Полная корзина."]
    sentences = ["Few minutes.", "'=Many promotions.", "A full cart."]
    assert list_for_crm(turned, towards)["reason_1_en"].tolist() == sentences


def test_a_client_who_is_not_approached_is_listed_with_the_reason(
    table: pd.DataFrame,
    segments: pd.DataFrame,
    recommended: pd.DataFrame,
    gather: Gather,
    towards: pd.DataFrame,
    options: Segmentation,
) -> None:
    nobody = recommended.head(0).assign(arm=pd.array([], "str"))
    left = gather(table, segments, recommended, nobody)[1]
    listed = list_reasons(left, towards, options)
    assert list(listed) == [*HEADERS[:7], "Почему", HEADERS[-1]]
    assert listed["Номер клиента"].tolist() == [2, 1, 3]
    assert listed["Причина 1"].tolist() == ["Полная корзина.", "=Много акций.", "Мало минут."]
    why = "Не выбран: бюджета и числа контактов хватило только на тех, у кого можно сохранить больше."
    assert listed["Почему"].tolist() == [why] * 3
    told = list_for_crm(left, towards)[["offer", "channel", "text_ru", "text_en"]]
    assert told.to_numpy().tolist() == [["none", "none", "", ""]] * 3


def test_clients_who_are_not_at_risk_are_listed_with_what_to_do(
    gathered: Gathered, options: Segmentation
) -> None:
    listed = list_others(gathered[2], options)
    assert list(listed) == [*HEADERS[:4], "Что делать", HEADERS[-1]]
    assert listed["Номер клиента"].tolist() == [4]
    assert listed["Что делать"].tolist() == ["Вне зоны риска: оставить как есть."]


@pytest.mark.parametrize(("months", "header"), [(1, "за 1 месяц"), (3, "за 3 месяца"), (5, "за 5 месяцев")])
def test_the_header_says_for_how_long_profit_is_counted(
    list_people: ListPeople, options: Segmentation, months: int, header: str
) -> None:
    expected = f"Прибыль под риском {header}, ед. прибыли"
    assert expected in list_people(horizon_months=months)
    given = options.model_copy(update={"horizon_months": months})
    assert expected in explain_columns(given, 0.6)["Столбец"].tolist()


def test_every_column_is_explained(
    gathered: Gathered, towards: pd.DataFrame, options: Segmentation, list_people: ListPeople
) -> None:
    explained = explain_columns(options, 0.6)
    assert list(explained) == ["Столбец", "Что означает"]
    names = explained["Столбец"].tolist()
    told = (*list_people(), *list_reasons(gathered[1], towards, options), *list_others(gathered[2], options))
    assert {name for name in told if name not in names} == {"Причина 1", "Причина 2", "Причина 3"}
    assert "Причина 1–3" in names
    assert (explained["Что означает"] != "").all()


def test_explanation_names_threshold_share_lost_control_arm_and_assumptions(options: Segmentation) -> None:
    half = options.model_copy(update={"profit_lost_share": 0.5})
    whole_lost, half_lost = (
        " ".join(" ".join(explain_columns(one, 0.6)["Что означает"]).split()) for one in (options, half)
    )
    told = ("не ниже 60 %", "уходит вся прибыль", "случайно оставлена без предложения", "допущения")
    assert [words for words in told if words not in whole_lost] == []
    assert "уходит 50 % прибыли" in half_lost


def test_the_lists_of_a_campaign(make_lists: MakeLists) -> None:
    book, messages, closed = make_lists()
    assert list(book) == ["Клиенты", "Без предложения", "Вне зоны риска", "Пояснения"]
    assert book["Клиенты"]["Номер клиента"].tolist() == [2, 1, 3]
    assert book["Без предложения"].empty
    assert book["Вне зоны риска"]["Номер клиента"].tolist() == [4]
    # the banner is no message
    assert messages["client_id"].tolist() == [1, 3]
    assert messages["channel"].tolist() == ["push", "email"]
    assert messages.index.tolist() == [0, 1]
    assert closed["client_id"].tolist() == [2]


# --- files -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def csv_arguments(root: Path) -> CsvArguments:
    """Return how the catalog reads and writes each list."""
    entries: dict[str, Any] = {}
    for name in ("campaign", "scoring"):
        entries |= yaml.safe_load((root / f"conf/base/catalog_{name}.yml").read_text(encoding="utf-8"))
    names = ("contact_list", "no_contact_list")
    lists = {name: entries[name] for one in names for name in (one, f"scoring.{one}")}
    assert {entry["type"] for entry in lists.values()} == {"pandas.CSVDataset"}
    options = ("save_args", "load_args", "fs_args")
    return {name: {key: entry[key] for key in options if key in entry} for name, entry in lists.items()}


def starts_a_formula(text: str) -> bool:
    """Tell whether a spreadsheet takes text for a formula; -1,5 is a number."""
    if text.lstrip("-").replace(",", "").isdigit():
        return False
    return text.startswith(FORMULA_STARTS)


@pytest.mark.parametrize("text", FORMULAS, ids=repr)
def test_no_cell_of_a_list_starts_a_formula(
    gathered: Gathered, make_lists: MakeLists, csv_arguments: CsvArguments, tmp_path: Path, text: str
) -> None:
    evil = with_columns(gathered, text_ru=[text] * 3, text_en=[text] * 3, segment=[text] * 3)
    book, *lists = make_lists(evil)
    path = tmp_path / "list.xlsx"
    WorkbookDataset(filepath=str(path)).save(book)
    cells = [cell for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}
    assert not [cell.value for cell in cells if starts_a_formula(str(cell.value))]
    for name, table in zip(("contact_list", "no_contact_list"), lists, strict=True):
        path = tmp_path / f"{name}.csv"
        CSVDataset(filepath=str(path), **csv_arguments[name]).save(table)
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, delimiter=";"))
        assert len(rows) == 1 + len(table)
        assert not [cell for row in rows for cell in row if starts_a_formula(cell)]
        assert [len(row) for row in rows] == [len(FOR_CRM)] * len(rows)


def test_a_formula_is_seen() -> None:
    assert all(starts_a_formula(text) for text in FORMULAS[:5])
    assert not any(starts_a_formula(text) for text in ("-1,5", "'=1+1", "", "нет", "12"))


def test_a_category_that_is_a_formula_reaches_no_list_as_one(
    table: pd.DataFrame, segments: pd.DataFrame, shipped_offers: Offers, make_lists: MakeLists
) -> None:
    shipped = next(offer for offer in shipped_offers.declared if offer.code == "site_banner")
    texts = dict.fromkeys(("text_ru", "text_en"), "{category}")
    banner = shipped.model_dump(by_alias=True) | texts | {"conditions": []}
    letter = banner | {"code": "letter", "channel": "email", "needs_consent": True}
    offers = Offers.model_validate({"declared": [letter, banner]})
    evil = table.assign(popular_category="=1+1")
    recommended = recommend_offers(evil, segments, offers)
    best = recommended[(recommended["rank"] == 1) & (recommended["offer"] != "none")].assign(arm="treated")
    actions = decide_actions(evil, segments, recommended, best, offers)
    _, *lists = make_lists(gather_contacts(evil, segments, recommended, actions), declared=offers)
    for language in ("ru", "en"):
        assert [list(table[f"text_{language}"]) for table in lists] == [["'=1+1"] * 2, ["'=1+1"]]


@WITH_AND_WITHOUT_KEY
@EVERY_LIST
def test_lists_for_the_crm_are_read_back_as_they_were(
    gathered: Gathered,
    make_lists: MakeLists,
    csv_arguments: CsvArguments,
    tmp_path: Path,
    name: str,
    key: dict[str, str],
) -> None:
    text = 'Скидка; "20 %",\nтолько сейчас'
    _, messages, closed = make_lists(with_columns(gathered, text_ru=[text] * 3), **key)
    table = closed if "no_contact" in name else messages
    assert list(table) == FOR_CRM
    path = tmp_path / "list.csv"
    dataset = CSVDataset(filepath=str(path), **csv_arguments[name])
    dataset.save(table)
    loaded = dataset.load()
    texts = list(table.select_dtypes("str"))  # what is empty in all rows has lost its type
    loaded = loaded.assign(**{column: loaded[column].astype("str").fillna("") for column in texts})
    pd.testing.assert_frame_equal(loaded, table)
    assert loaded["text_ru"].tolist() == [text] * len(table)


@EVERY_LIST
def test_a_russian_excel_opens_a_list_for_the_crm(
    gathered: Gathered, towards: pd.DataFrame, csv_arguments: CsvArguments, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "list.csv"
    CSVDataset(filepath=str(path), **csv_arguments[name]).save(list_for_crm(gathered[0], towards))
    header, first, *_ = path.read_bytes().splitlines()
    assert header.startswith(b"\xef\xbb\xbfclient_id;segment;")  # without the mark, Excel takes it for cp1251
    assert first.decode("utf-8").startswith("2;abandoned_carts;borderline;0,8;12,0")


@pytest.fixture
def nobody(
    table: pd.DataFrame, segments: pd.DataFrame, recommended: pd.DataFrame, gather: Gather
) -> Gathered:
    """Return the tables of a store in which nobody is at risk."""
    plan = recommended.head(0).assign(arm=pd.array([], "str"))
    return gather(table.assign(at_risk=False), segments, recommended, plan)


@WITH_AND_WITHOUT_KEY
def test_lists_of_a_campaign_for_nobody_keep_their_headers(
    nobody: Gathered, make_lists: MakeLists, key: dict[str, str]
) -> None:
    assert nobody[0].empty
    assert nobody[1].empty
    book, *lists = make_lists(nobody, **key)
    assert list(book["Клиенты"]) == HEADERS
    assert len(book["Вне зоны риска"]) == 4
    assert [list(table) for table in lists] == [FOR_CRM, FOR_CRM]
    assert [len(table) for table in (book["Клиенты"], *lists)] == [0, 0, 0]


def test_files_of_a_campaign_for_nobody_can_be_read(
    nobody: Gathered,
    towards: pd.DataFrame,
    list_people: ListPeople,
    csv_arguments: CsvArguments,
    tmp_path: Path,
) -> None:
    workbook = WorkbookDataset(filepath=str(tmp_path / "list.xlsx"))
    workbook.save({"Клиенты": list_people(nobody[0])})
    assert list(workbook.load()["Клиенты"]) == HEADERS
    dataset = CSVDataset(filepath=str(tmp_path / "list.csv"), **csv_arguments["contact_list"])
    dataset.save(list_for_crm(nobody[0], towards))
    assert list(dataset.load()) == FOR_CRM
