"""Files of another store: its headers and words are read as this store's."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from kedro.io.core import DatasetError

from one_click.columns import COLUMNS, TABLES, TARGET
from one_click.datasets.raw_table import RawTableDataset
from one_click.errors import DataError, ParameterError
from one_click.parameters import DataProcessing
from one_click.parameters.configuration import read_from
from one_click.parameters.other_store import OtherStore
from one_click.pipelines.data_processing import create_pipeline
from one_click.pipelines.data_processing.nodes.parsing import parse_table
from one_click.schemas import RawTable

FILES = ("market_file", "market_money", "market_time", "money")


@pytest.fixture(autouse=True)
def forget_places() -> None:
    """Forget the folders of earlier runs of this process, else messages would name their lines."""
    read_from([])


@pytest.fixture
def shipped(root: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((root / DataProcessing.file).read_text(encoding="utf-8"))["data_processing"])


@pytest.fixture(scope="module")
def example(root: Path) -> dict[str, Any]:
    """Return the example that stands in the shipped configuration as a comment."""
    lines = (root / OtherStore.file).read_text(encoding="utf-8").splitlines()
    comments = [line.removeprefix("  # ") for line in lines if line.startswith("  # ")]
    return dict(yaml.safe_load("\n".join(comments))["other_store"])


REFUSED = {
    "no-such-file": (
        "headers: {market_mony: {customer: id}}",
        "headers.market_mony: there is no file 'market_mony'; did you mean 'market_money'?",
    ),
    "no-such-header-of-ours": (
        "headers: {money: {customer: id, gain: Прибыл}}",
        "headers.money.gain: there is no header 'Прибыл' of ours; did you mean 'Прибыль'? "
        "Valid names: id, Прибыль.",
    ),
    "header-of-another-file": (
        "headers: {market_time: {gain: Прибыль}}",
        "headers.market_time.gain: there is no header 'Прибыль' of ours; Valid names: id, Период, минут.",
    ),
    "two-headers-as-one": (
        "headers: {money: {gain: Прибыль, profit: Прибыль}}",
        "headers.money.profit: 'gain' is read as 'Прибыль' already. "
        "Rule: one is read as one of ours. Remedy: take out the one that is not meant",
    ),
    "header-twice": (
        "headers: {money: {Gain: Прибыль, ' gain ': id}}",
        "headers.money. gain : is 'Gain' again: case and blanks do not count. Remedy: take one",
    ),
    "header-that-hides-ours": (
        "headers: {market_file: {Длительность: Страниц_за_визит}}",
        "this is a header of ours; read as 'Страниц_за_визит', nothing would be read as 'Длительность'",
    ),
    "blank-header": (
        "headers: {money: {' ': id}}",
        "a blank header cannot be read as 'id'. Remedy: name what stands in the file",
    ),
    "number": (
        "headers: {money: {7: id}}",
        "headers.money.7: got the name 7. Rule: names are text, and YAML reads",
    ),
    "no-such-column": (
        "words: {peryod: {now: текущий_месяц}}",
        "there is no column with words 'peryod'; did you mean 'period'?",
    ),
    "column-of-numbers": (
        "words: {pages_per_visit: {one: '1'}}",
        "there is no column with words 'pages_per_visit'",
    ),
    "no-such-word-of-ours": (
        "words: {period: {now: текущий месяц}}",
        "words.period.now: there is no word 'текущий месяц' of ours; did you mean 'текущий_месяц'?",
    ),
    "category-that-the-rules-do-not-know": (
        "words: {service_type: {gold: золотой}}",
        "there is no word 'золотой' of ours; Valid names: премиум, стандарт.",
    ),
    "two-words-as-one": (
        "words: {activity_declined: {declined: Снизилась, left: Снизилась}}",
        "Remedy: if both are meant, data_processing.spellings.activity_declined: {left: declined}",
    ),
    "word-that-hides-ours": (
        "words: {allows_messages: {да: нет}}",
        "this is a word of ours; read as 'нет', nothing would be read as 'да'",
    ),
    "truth-value": (
        "words: {allows_messages: {yes: да}}",
        "words.allows_messages.True: got the name True. Rule: names are text, and YAML reads yes, no, "
        'on, off and numbers as something else. Remedy: quote it, like "yes": …',
    ),
    "word-that-means-a-missing-cell": (
        "words: {allows_messages: {—: нет}}",
        "words.allows_messages.—: '—' stands in missing_marks, too, which comes first. Remedy: take it",
    ),
    "word-that-is-a-misspelling": (
        "words: {service_type: {стандартт: премиум}}",
        "'стандартт' stands in spellings.service_type, too, which comes first",
    ),
    "misspelt-key": ("word: {period: {}}", "no such key 'word'; did you mean 'words'?"),
}


@pytest.mark.parametrize(("store", "message"), REFUSED.values(), ids=list(REFUSED))
def test_wrong_mapping_is_refused_with_the_way_out(shipped: dict[str, Any], store: str, message: str) -> None:
    with pytest.raises(ParameterError) as error:
        DataProcessing.model_validate(shipped | {"other_store": yaml.safe_load(store)})
    assert message in str(error.value)
    assert f"other_store.{store.partition(':')[0]}" in str(error.value)
    assert len(str(error.value).splitlines()) == 2  # the first is the file's name: no folder was read


@pytest.mark.parametrize(
    "store",
    [
        pytest.param({}, id="none"),
        pytest.param({"headers": {"money": {"id": "id"}}}, id="our-own-header"),
        pytest.param(
            {
                "headers": {
                    "market_file": {"Длительность": "Страниц_за_визит", "Страниц_за_визит": "Длительность"}
                }
            },
            id="headers-swapped",
        ),
        pytest.param({"words": {"allows_messages": {"да": "нет", "нет": "да"}}}, id="words-swapped"),
        pytest.param({"words": {"activity_declined": {"1": "Снизилась"}}}, id="one-word-of-two"),
    ],
)
def test_mapping_that_can_be_meant_passes(shipped: dict[str, Any], store: dict[str, Any]) -> None:
    assert DataProcessing.model_validate(shipped | {"other_store": store}).other_store == OtherStore(**store)


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Path]:
    """Return the file of the local parameters, and have it read."""
    folders = [tmp_path / "conf" / name for name in ("local", "base")]
    for folder in folders:
        folder.mkdir(parents=True)
    (folders[1] / Path(OtherStore.file).name).write_text("data_processing: {seed: 1}", encoding="utf-8")
    read_from(folders)
    yield folders[0] / "parameters.yml"
    read_from([])


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        pytest.param("headers: {money: {gain: Прибыл}}", "headers.money.gain: there is", id="wrong-target"),
        pytest.param("words: {allows_messages: {yes: да}}", "words.allows_messages.True: got", id="bare-yes"),
    ],
)
def test_line_of_a_wrong_entry_is_named(shipped: dict[str, Any], local: Path, entry: str, place: str) -> None:
    del shipped["other_store"]
    text = yaml.safe_dump({"data_processing": shipped}, allow_unicode=True, width=1000)
    text += f"  other_store:\n    {entry}\n"
    local.write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError) as error:
        DataProcessing.model_validate(yaml.safe_load(text)["data_processing"])
    line = len(text.splitlines())
    assert str(error.value).startswith(f"(conf/local/parameters.yml, line {line}) other_store.{place}")


# --- mapping and then reading is reading and then renaming ----------------------------------------------


WORDS = {
    "activity_declined": ("Снизилась", "Прежний уровень", "", "?"),
    "allows_messages": ("да", "нет", " ДА ", "нет ", "NaN", "иногда"),
    "service_type": ("премиум", "стандарт", "Стандартт", "стандартт", "новый"),
    "period": ("текущий_месяц", "предыдущий_месяц", "предыдцщий_месяц", "ТЕКУЩИЙ_месяц", "май"),
    "popular_category": ("Товары для детей", "Сад", "товары  для детей"),
}
NUMBERS = ("7", "8.5", "x", "", "-1")
NAMES = st.text("abcdefgхыё_ ", min_size=1, max_size=8).map(lambda text: f"z{text}z")


def _rows(draw: st.DrawFn, table: str) -> list[dict[str, str]]:
    cells = [st.sampled_from(WORDS.get(c.name, NUMBERS)) for c in TABLES[table].columns]
    rows = draw(st.lists(st.tuples(*cells).filter(any), min_size=1, max_size=5))
    return [dict(zip((c.source for c in TABLES[table].columns), row, strict=True)) for row in rows]


def _named(draw: st.DrawFn, ours: list[str]) -> dict[str, str]:
    """Give some of our names others, which differ in more than case and blanks."""
    some = draw(st.lists(st.sampled_from(ours), unique=True))
    names = st.lists(
        NAMES, min_size=len(some), max_size=len(some), unique_by=lambda name: " ".join(name.split())
    )
    return dict(zip(draw(names), some, strict=True))


@st.composite
def stores(draw: st.DrawFn) -> tuple[str, list[dict[str, str]], OtherStore]:
    table = draw(st.sampled_from([*FILES, "label_file"]))
    file = "market_file" if table == "label_file" else table
    columns = TABLES[table].columns
    store = OtherStore(
        headers={file: _named(draw, [column.source for column in columns])},
        words={
            column.name: _named(draw, words)
            for column in columns
            if (words := OtherStore().known_words(TABLES[table], column))
        },
    )
    return table, _rows(draw, table), store


def _load(folder: Path, table: str, rows: list[dict[str, str]], store: OtherStore) -> pd.DataFrame:
    file = folder / f"{'market_file' if table == 'label_file' else table}.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    dataset = RawTableDataset(filepath=str(file))
    dataset.other_store = store
    return dataset.load()


def _as_the_other_store_writes(table: str, row: dict[str, str], store: OtherStore) -> dict[str, str]:
    written = {}
    for column in TABLES[table].columns:
        words = {ours: theirs for theirs, ours in store.words_of(TABLES[table], column).items()}
        cell = row[column.source]
        written[store.header(table, column)] = words.get(cell, cell)
    return written


@given(made=stores())
def test_mapping_then_reading_is_reading_then_renaming(
    tmp_path: Path, shipped: dict[str, Any], made: tuple[str, list[dict[str, str]], OtherStore]
) -> None:
    table, rows, store = made
    rejecting = DataProcessing.model_validate(shipped | {"unreadable_numbers": "reject"})
    ours = _load(tmp_path, table, rows, OtherStore())
    theirs = [_as_the_other_store_writes(table, row, store) for row in rows]
    mapped = _load(tmp_path, table, theirs, store)
    assert list(mapped.columns) == list(ours.columns)
    expected = parse_table(ours, TABLES[table], (".", ""), rejecting)
    options = rejecting.model_copy(update={"other_store": store})
    for made_of, same in zip(parse_table(mapped, TABLES[table], (".", ""), options), expected, strict=True):
        pd.testing.assert_frame_equal(made_of, same)


# --- whole commands -------------------------------------------------------------------------------------

Run = Callable[..., Result]
SHORT = {
    "Разрешить сообщать": "allows_messages",
    "Маркет_актив_6_мес": "contacts_6m",
    "Маркет_актив_тек_мес": "contacts",
    "Длительность": "days",
    "Акционные_покупки": "promo_share",
    "Популярная_категория": "category",
    "Средний_просмотр_категорий_за_визит": "categories_seen",
    "Неоплаченные_продукты_штук_квартал": "unpaid",
    "Ошибка_сервиса": "errors",
    "Страниц_за_визит": "pages",
}


@pytest.fixture(scope="module")
def english(example: dict[str, Any]) -> OtherStore:
    """Return the example of the configuration, with every other header of market_file mapped, too."""
    rest = {theirs: ours for ours, theirs in SHORT.items()}
    headers = example["headers"] | {"market_file": example["headers"]["market_file"] | rest}
    return OtherStore(headers=headers, words=example["words"])


def _translate(folder: Path, to: Path, store: OtherStore) -> None:
    """Write a snapshot as the other store would."""
    to.mkdir()
    for table in FILES:
        text = (folder / f"{table}.csv").read_text(encoding="utf-8")
        separator = ";" if table == "money" else ","
        header, *rows = csv.reader(text.splitlines(), delimiter=separator)
        columns = {c.source: c for c in (*TABLES[table].columns, COLUMNS[TARGET])}
        with (to / f"{table}.csv").open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened, delimiter=separator)
            writer.writerow(store.header(table, columns[name]) for name in header)
            kinds = [TABLES["label_file" if name == COLUMNS[TARGET].source else table] for name in header]
            words = [
                {ours: theirs for theirs, ours in store.words_of(kind, columns[name]).items()}
                for kind, name in zip(kinds, header, strict=True)
            ]
            writer.writerows([w.get(c, c) for w, c in zip(words, row, strict=True)] for row in rows)


@pytest.fixture
def english_project(project: Path, shipped: dict[str, Any], english: OtherStore) -> Path:
    """Return a copy of the project whose demo store writes English, and which knows it."""
    raw = project / "data/01_raw"
    for name in ("demo", "demo_next"):
        _translate(raw / name, raw / f"english_{name}", english)
    _configure(project, shipped, english)
    return project


def _configure(project: Path, shipped: dict[str, Any], store: OtherStore) -> None:
    section = {"data_processing": shipped | {"other_store": store.model_dump()}}
    text = yaml.safe_dump(section, allow_unicode=True, sort_keys=False, width=1000)
    (project / "conf/local/parameters.yml").write_text(text, encoding="utf-8")


def _tables(project: Path, snapshot: str) -> dict[str, pd.DataFrame]:
    return {
        f"{path.parent.parent.name}/{path.stem}": pd.read_parquet(path)
        for path in sorted(project.glob(f"data/0[2-8]_*/{snapshot}/*.parquet"))
    }


def test_english_store_gives_the_tables_of_the_store_whose_files_it_translates(
    project: Path,
    kedro_run_here: Run,
    write_snapshot: Callable[..., Path],
    shipped: dict[str, Any],
    english: OtherStore,
) -> None:
    ours = write_snapshot(project / "data/01_raw/ours", clients=200)
    _translate(ours, ours.with_name("english"), english)
    assert kedro_run_here("--pipelines", "data_processing", "--params=snapshot=ours").exit_code == 0
    _configure(project, shipped, english)
    assert kedro_run_here("--pipelines", "data_processing", "--params=snapshot=english").exit_code == 0
    expected, made = (_tables(project, name) for name in ("ours", "english"))
    assert set(made) == set(expected)
    assert len(made) > 25
    dialects = made.pop("02_intermediate/raw_dialects").set_index("table")["other_store"]
    assert dialects["money"] == "customer_id → id; profit → Прибыль"
    assert "declined → Снизилась (" in dialects["label_file"]
    assert set(expected.pop("02_intermediate/raw_dialects")["other_store"]) == {""}
    for name, table in made.items():
        told = ["subject", "meaning_ru", "meaning_en"] if name.endswith("audit") else []  # names of headers
        pd.testing.assert_frame_equal(table.drop(columns=told), expected[name].drop(columns=told))
    subjects = made["03_primary/audit"]["subject"]
    assert not subjects.str.contains("Популярная_категория|Тип сервиса").any()


@pytest.fixture
def hand_made(tmp_path: Path, english: OtherStore, write_snapshot: Callable[..., Path]) -> Path:
    """Return a snapshot of 20 hand-made clients as the other store writes it."""
    _translate(write_snapshot(tmp_path / "ours"), tmp_path / "2026-10", english)
    return tmp_path / "2026-10"


def _process(folder: Path, options: DataProcessing) -> dict[str, Any]:
    """Return all that the pipeline makes of the files of a folder."""
    made: dict[str, Any] = {"params:data_processing": options}
    for name in (*FILES, "label_file"):
        dataset = RawTableDataset(filepath=str(folder / f"{name.replace('label', 'market')}.csv"))
        dataset.other_store = options.other_store
        made[name] = RawTable(name).validate(dataset.load())
    for node in create_pipeline().nodes:
        made |= node.run({name: made[name] for name in node.inputs})
    return made


SAID_OF_A_FILE = {
    "mapped-header-is-not-there": (
        ("market_money.csv", "customer_id,", "customer,"),
        "The header 'customer_id' is not in market_money.csv",
        "2026-10/market_money.csv",
        "data_processing.other_store.headers names headers of the file (conf/base/parameters_data",
        "did you mean 'customer'? Valid names: customer, month, revenue.",
    ),
    "header-of-the-labels-is-misspelt": (
        ("market_file.csv", "customer_id,activity,", "customer_id,activitty,"),
        *("The column 'activity' is missing", "did you mean 'activitty'", "activity_declined in the proj"),
    ),
    "header-of-ours-is-there-too": (
        ("money.csv", "customer_id;profit", "customer_id;Прибыль;profit"),
        "2 columns of money.csv would be read as 'Прибыль'",
        *("column: Прибыль, profit\n", "other_store.headers tells (conf/"),
    ),
    "unreadable-number": (
        ("market_file.csv", ",2,0,0,5\n", ",2,0,0,five\n"),
        *("Not a whole number: 'five'", "column: pages (pages_per_visit in the project)"),
    ),
    "unknown-word": (
        ("market_file.csv", ",yes,", ",maybe,"),
        *("column: allows_messages (allows_messages in the project)", "with 'maybe'"),
        *("the column holds 'yes' or 'no'", "Valid names: no, yes."),
        "another store's words to .other_store.words.allows_messages; ",
    ),
    "word-of-a-month-that-the-file-has-not": (
        ("market_time.csv", "last_month", "before_last"),
        *("column: month (period in the project)", "with 'before_last'", "'last_month' or 'current_month'"),
    ),
    "one-class": (
        ("market_file.csv", ",same,", ",declined,"),
        *("too few to hold out", "column: activity\n"),
    ),
}


@pytest.mark.parametrize("case", SAID_OF_A_FILE.values(), ids=list(SAID_OF_A_FILE))
def test_message_names_what_stands_in_the_users_file(
    hand_made: Path, shipped: dict[str, Any], english: OtherStore, damage: Callable[..., None], case: Any
) -> None:
    (file, old, new), *words = case
    damage(hand_made / file, old, new)
    if file == "money.csv":
        header, *rows = (hand_made / file).read_text(encoding="utf-8").splitlines()
        (hand_made / file).write_text("\n".join([header, *(f"{row};1" for row in rows)]), encoding="utf-8")
    options = DataProcessing.model_validate(shipped | {"other_store": english.model_dump()})
    with pytest.raises((DataError, DatasetError)) as error:
        _process(hand_made, options)
    message = str(error.value.__cause__ or error.value)
    assert len(message.splitlines()) <= 6
    for word in words:
        assert word in message
    for header in ("Разрешить сообщать", "Страниц_за_визит", "Период"):
        assert header not in message


def test_word_that_stands_in_no_row_is_told_with_its_place(
    hand_made: Path, shipped: dict[str, Any], english: OtherStore
) -> None:
    category = {"popular_category": {"toys": "Товары для детей"}}
    store = OtherStore(headers=english.headers, words=english.words | category)
    tables = _process(hand_made, DataProcessing.model_validate(shipped | {"other_store": store.model_dump()}))
    told = tables["raw_dialects"].set_index("table")["other_store"]
    place = "conf/base/parameters_data_processing.yml"
    assert f"toys → Товары для детей (stands in no row: {place})" in told["market_file"].split("; ")
    assert told["money"] == "customer_id → id; profit → Прибыль"


@pytest.mark.expensive
def test_labels_and_a_new_month_are_read_with_the_same_mapping(
    english_project: Path, kedro_run_here: Run
) -> None:
    params = "--params=snapshot=english_demo,new_snapshot=english_demo_next,label_snapshot=english_demo"
    assert kedro_run_here("--pipelines", "data_processing", params).exit_code == 0
    result = kedro_run_here("--pipelines", "scoring", "--to-outputs", "scoring.clients", params)
    assert (result.exit_code, result.output) == (0, "")
    folder = english_project / "data/03_primary/english_demo_next"
    clients = pd.read_parquet(next(folder.rglob("clients.parquet")))
    assert len(clients) > 1000
    assert clients["allows_messages"].nunique() == 2
    assert set(clients["service_type"]) == {"премиум", "стандарт"}


def test_run_names_the_line_of_a_header_that_is_not_in_the_file(
    english_project: Path, kedro_run_here: Run
) -> None:
    result = kedro_run_here("--pipelines", "data_processing", "--params=snapshot=demo")
    lines = (english_project / "conf/local/parameters.yml").read_text(encoding="utf-8").splitlines()
    line = lines.index("        customer_id: id") + 1
    assert result.exit_code == 1
    assert result.output.startswith("Error: The header 'customer_id' is not in market_file.csv.\n")
    assert f"names headers of the file (conf/local/parameters.yml, line {line})" in result.output
    assert "take it out if the file has our own header" in result.output
    assert "Traceback" not in result.output


def test_words_are_known_however_accents_and_blanks_are_written() -> None:
    store = OtherStore(words={"period": {"текущии\u0306  месяц\u200b": "текущий_месяц"}})
    column = next(one for one in TABLES["market_money"].columns if one.kind == "period")
    assert "текущий месяц" in store.words_of(TABLES["market_money"], column)
