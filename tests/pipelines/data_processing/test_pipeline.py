"""The pipeline as a whole, run in memory."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from one_click.errors import DataError
from one_click.pipelines.data_processing import create_pipeline

Tables = dict[str, pd.DataFrame]
Process = Callable[..., dict[str, Any]]

FILES = ("market_file", "market_money", "market_time", "money")
# Cells that break a rule, are repaired, or are harmless, each in every column where it lands.
DIRT = ("", " ", "?", "-1", "0", "1.5", "2", "нет", "106862", "стандартт", "предыдцщий_месяц", "Новая")
# Not shrunk: each example runs the whole pipeline, and a failing one would take minutes to simplify.
FEW = settings(max_examples=6, phases=[Phase.explicit, Phase.reuse, Phase.generate])


@pytest.fixture
def sixteen(tables: Callable[[int], Tables]) -> Tables:
    """Return the clean raw tables of sixteen clients."""
    return tables(16)


def test_each_file_is_parsed_by_a_node_of_its_name() -> None:
    read = {node.name.rpartition(".")[2]: node.inputs for node in create_pipeline().nodes}
    for name in FILES:
        assert read[f"parse_{name}"] == [name, "params:data_processing"]


def _with_cell(tables: Tables, table: str, row: int, column: str, cell: str) -> Tables:
    changed = tables[table].copy()
    changed.loc[row, column] = cell
    return tables | {table: changed}


def _with_rows(tables: Tables, table: str, rows: pd.DataFrame) -> Tables:
    numbered = rows.reset_index(drop=True)
    numbered["line"] = range(2, len(rows) + 2)
    numbered.attrs = tables[table].attrs
    return tables | {table: numbered}


def _rules(made: dict[str, Any], table: str) -> dict[int, str]:
    rejected = made["rejected_rows"]
    rejected = rejected[rejected["table"] == table]
    return dict(zip(rejected["line"], rejected["rule"], strict=True))


def _dirty(tables: Tables, draw: Callable[[Any], Any]) -> Tables:
    """Replace some cells, repeat some rows and drop some rows of the four tables."""
    for name in FILES:
        rows = tables[name]
        cells = st.tuples(
            st.integers(0, len(rows) - 1), st.sampled_from(list(rows.columns[:-1])), st.sampled_from(DIRT)
        )
        for row, column, cell in draw(st.lists(cells, max_size=3)):
            tables = _with_cell(tables, name, row, column, cell)
        order = draw(st.lists(st.integers(0, len(rows) - 1), max_size=2))
        dropped = draw(st.sets(st.integers(0, len(rows) - 1), max_size=2))
        kept = [*(set(range(len(rows))) - dropped), *order]
        tables = _with_rows(tables, name, tables[name].iloc[kept])
    return tables


@FEW
@given(data=st.data())
def test_every_row_is_accepted_or_rejected(sixteen: Tables, process: Process, data: st.DataObject) -> None:
    raw = _dirty(sixteen, data.draw)
    try:
        made = process(raw, unreadable_numbers="reject")
    except DataError as error:
        assert "too few to hold out" in str(error)  # noqa: PT017
        return
    accepted = {
        "market_file": made["profiles"],
        "market_money": made["revenue_rows"],
        "market_time": made["minutes_rows"],
        "money": made["profits"],
    }
    rejected = made["rejected_rows"].drop_duplicates(["table", "line"]).groupby("table").size()
    clients = set(made["clients"]["client_id"])
    for name in FILES:
        assert len(raw[name]) == len(accepted[name]) + rejected.get(name, 0)
        assert set(accepted[name]["client_id"]) == clients
    assert made["clients"].drop(columns="activity_declined").notna().all(axis=None)
    assert made["rejected_rows"]["rule"].ne("").all()


@FEW
@given(seed=st.randoms(use_true_random=False))
def test_tables_are_independent_of_row_order(sixteen: Tables, process: Process, seed: Any) -> None:
    raw = _with_cell(sixteen, "market_money", 4, "Выручка", "0")
    shuffled = raw
    for name in FILES:
        order = list(range(len(raw[name])))
        seed.shuffle(order)
        shuffled = _with_rows(shuffled, name, raw[name].iloc[order])
    straight, crossed = process(raw), process(shuffled)
    for name in ("clients", "features", "train_clients", "test_clients"):
        pd.testing.assert_frame_equal(straight[name], crossed[name])
    findings = [made["audit"].set_index(["finding", "subject"]) for made in (straight, crossed)]
    pd.testing.assert_frame_equal(*(one.drop(index=("order_leak", "row_order")) for one in findings))
    assert straight["cleaning_limits"] == crossed["cleaning_limits"]


def test_clean_tables_lose_nothing(sixteen: Tables, process: Process) -> None:
    made = process(sixteen)
    assert made["clients"]["client_id"].tolist() == list(range(1, 17))
    assert made["rejected_rows"].empty
    assert made["repairs"].empty
    quality = made["data_quality"].set_index(["table", "subject"])["count"]
    assert quality["market_money", "rows_in"].item() == quality["market_money", "rows_out"].item() == 48
    assert "rejection" not in made["data_quality"]["subject"].to_numpy()


@pytest.mark.parametrize(
    ("table", "row", "column", "cell", "rule"),
    [
        pytest.param("market_file", 2, "Разрешить сообщать", "?", "unknown_value", id="unknown-flag"),
        pytest.param("market_file", 2, "Тип сервиса", "", "missing_value", id="missing-value"),
        pytest.param("market_file", 2, "Длительность", "-5", "negative_value", id="negative"),
        pytest.param("market_file", 2, "Акционные_покупки", "2", "above_one", id="share-above-one"),
        pytest.param("market_money", 6, "Период", "май", "unknown_value", id="unknown-period"),
        pytest.param("market_money", 6, "Выручка", "0", "no_purchases_in_a_month", id="no-purchases"),
        pytest.param("market_money", 6, "Выручка", "106862.2", "implausible_revenue", id="implausible"),
        pytest.param("market_time", 4, "минут", "-1", "negative_value", id="negative-minutes"),
        pytest.param("money", 2, "Прибыль", "", "missing_value", id="missing-profit"),
    ],
)
def test_fault_of_a_row_excludes_its_client_everywhere(
    sixteen: Tables, process: Process, table: str, row: int, column: str, cell: str, rule: str
) -> None:
    made = process(_with_cell(sixteen, table, row, column, cell))
    assert set(range(1, 17)) - set(made["clients"]["client_id"]) == {3}
    assert _rules(made, table)[row + 2] == rule
    rejected = made["rejected_rows"]
    assert set(rejected["client_id"]) == {"3"}
    assert rejected.drop_duplicates(["table", "line"]).groupby("table").size().to_dict() == {
        "market_file": 1,
        "market_money": 3,
        "market_time": 2,
        "money": 1,
    }


def test_unknown_category_stays_with_its_client(sixteen: Tables, process: Process) -> None:
    made = process(_with_cell(sixteen, "market_file", 2, "Популярная_категория", "Сад"))
    assert made["clients"].set_index("client_id").loc[3, "popular_category"] == "Сад"
    assert made["rejected_rows"].empty
    assert made["repairs"].empty


def test_too_many_rejected_rows_stop_the_run(sixteen: Tables, process: Process) -> None:
    with pytest.raises(DataError, match="1 of 16 rows of money would be rejected"):
        process(_with_cell(sixteen, "money", 2, "Прибыль", ""), max_rejected_share=0.05)


def _labels(clients: list[int], values: list[str], raw: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    lines = [f"{client} | {value}" for client, value in zip(clients, values, strict=True)]
    return raw("id | Покупательская активность\n" + "\n".join(lines))


def test_labels_come_from_a_later_snapshot(
    sixteen: Tables, process: Process, raw: Callable[[str], pd.DataFrame]
) -> None:
    snapshot = sixteen
    snapshot["market_file"] = snapshot["market_file"].drop(columns="Покупательская активность")
    # Clients 13 to 16 have no later label (two rows absent, two blank); client 99 was not there before.
    later = _labels([*range(1, 15), 99], ["Снизилась", "Прежний уровень"] * 6 + ["", "", "Снизилась"], raw)
    made = process(snapshot | {"label_file": later})
    clients = made["clients"].set_index("client_id")["activity_declined"]
    assert clients.loc[1:12].tolist() == [1.0, 0.0] * 6
    assert clients.loc[13:16].isna().all()
    assert 99 not in clients.index
    judged = pd.concat([made["train_clients"], made["test_clients"]])
    assert sorted(judged["client_id"]) == list(range(1, 13))
    assert len(made["features"]) == 16


def test_unknown_label_leaves_its_client_unlabelled(sixteen: Tables, process: Process) -> None:
    made = process(_with_cell(sixteen, "market_file", 2, "Покупательская активность", "Упала"))
    clients = made["clients"].set_index("client_id")["activity_declined"]
    assert clients[clients.isna()].index.tolist() == [3]
    assert made["rejected_rows"][["table", "line", "old_value", "rule"]].to_numpy().tolist() == [
        ["label_file", 4, "Упала", "unknown_value"]
    ]


def test_month_without_labels_is_refused_for_training(sixteen: Tables, process: Process) -> None:
    unlabelled = sixteen
    unlabelled["market_file"] = unlabelled["market_file"].drop(columns="Покупательская активность")
    with pytest.raises(DataError, match="There are 0 declined and 0 other clients") as error:
        process(unlabelled)
    assert "--pipelines scoring --params new_snapshot=" in str(error.value)


def test_quality_counts_rows_once_per_rule(sixteen: Tables, process: Process) -> None:
    raw = _with_cell(sixteen, "market_file", 0, "Тип сервиса", "стандартт")
    raw = _with_cell(raw, "market_money", 6, "Выручка", "0")
    raw = _with_rows(raw, "money", pd.concat([raw["money"], raw["money"].tail(1)]))
    quality = process(raw)["data_quality"]
    counts = quality.set_index(["table", "subject", "detail"])["count"].to_dict()
    assert counts["market_file", "form", "utf-8 commas decimal_point"] == 16
    assert counts["market_file", "repair", "known_misspelling"] == 1
    assert counts["market_money", "rejection", "no_purchases_in_a_month"] == 1
    assert counts["market_money", "rejection", "client_left_out"] == 2
    assert counts["money", "rejection", "repeated_row"] == 1
    assert (counts["money", "rows_in", ""], counts["money", "rows_out", ""]) == (17, 15)


def test_rows_of_one_file_are_counted_once_though_labels_are_read_from_it_too(
    sixteen: Tables, process: Process
) -> None:
    raw = _with_cell(sixteen, "market_file", 0, "id", " 1")
    raw = _with_cell(raw, "market_file", 0, "Покупательская активность", "Снизилась ")
    raw = _with_cell(raw, "market_file", 5, "Покупательская активность", "Прежний уровень ")
    quality = process(raw)["data_quality"].query("subject == 'repair'")
    assert quality[["table", "detail", "count"]].to_numpy().tolist() == [
        ["market_file", "blanks_trimmed", 2.0]
    ]


@pytest.mark.real_data
def test_real_extract_gives_the_known_clients(real_extract: Any, process: Process) -> None:
    from one_click.datasets.raw_table import RawTableDataset

    raw = {name: RawTableDataset(filepath=str(real_extract / f"{name}.csv")).load() for name in FILES}
    made = process(raw, max_rejected_share=0.05)
    assert len(made["clients"]) == 1296
    assert made["clients"]["activity_declined"].sum() == 494
    rules = made["rejected_rows"].drop_duplicates(["client_id", "rule"])["rule"].value_counts()
    assert rules["no_purchases_in_a_month"] == 3
    assert rules["implausible_revenue"] == 1
    audit = made["audit"].set_index(["finding", "subject"])["strength"]
    assert audit["order_leak", "client_id"] == pytest.approx(0.982, abs=0.001)
    assert audit["order_leak", "row_order"] == pytest.approx(0.982, abs=0.001)
    assert audit["twins", ""] == 11
