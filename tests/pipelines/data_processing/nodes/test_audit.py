"""What would make conclusions wrong is found where it is planted, and nowhere else."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from one_click.columns import BASE_FEATURES, PROFIT
from one_click.errors import DataError
from one_click.parameters import DataProcessing
from one_click.parameters.other_store import OtherStore
from one_click.pipelines.data_processing.nodes.audit import edit_distance, list_findings, stop_at_blocking

THIS, LATER = "2026-10/market_file.csv", "2027-01/market_file.csv"


def clients(count: int, seed: int = 0, **columns: Any) -> pd.DataFrame:
    """Return clients who differ in chance alone, declined by chance."""
    generator = np.random.default_rng(seed)
    values = {name: generator.normal(size=count) for name in (*BASE_FEATURES, PROFIT)}
    words = {
        "service_type": generator.choice(["премиум", "стандарт"], count),
        "popular_category": generator.choice(["Товары для детей", "Кухонная посуда"], count),
    }
    target = generator.integers(0, 2, count).astype(float)
    known = {"client_id": range(count), "activity_declined": target}
    return pd.DataFrame({**known, **values, **words, **columns})


def findings(
    table: pd.DataFrame, options: DataProcessing, *, labels: str = THIS, profiles: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the findings; profiles stand in the order of the clients if none are given."""
    dialects = pd.DataFrame({"table": ["market_file", "label_file"], "file": [THIS, labels]})
    found = list_findings(table, table if profiles is None else profiles, dialects, options)
    return found.set_index(["finding", "subject"])


def test_order_that_gives_the_target_away(options: DataProcessing) -> None:
    table = clients(400, activity_declined=np.repeat([1.0, 0.0], 200))
    found = findings(table, options)
    for subject in ("client_id", "row_order"):
        row = found.loc[("order_leak", subject)]
        assert (row["strength"], row["level"], row["clients"]) == (1.0, "warning", 400)
        assert row["low"] > 0.95


def test_rows_may_leak_where_numbers_do_not(options: DataProcessing) -> None:
    table = clients(400)
    found = findings(table, options, profiles=table.sort_values("activity_declined"))["level"]
    assert found["order_leak", "row_order"] == "warning"
    assert found["order_leak", "client_id"] == "note"


def test_share_of_ordered_pairs_by_hand(options: DataProcessing) -> None:
    table = clients(5, activity_declined=[0.0, 1.0, 0.0, 1.0, 1.0])
    # Declined 1, 3, 4 against kept 0, 2: 5 of 6 pairs rank the declined higher.
    assert findings(table, options).loc[("order_leak", "client_id"), "strength"] == pytest.approx(5 / 6)


def test_feature_written_after_the_label_blocks(options: DataProcessing) -> None:
    table = clients(400)
    table["unpaid_items_quarter"] = -table["activity_declined"]
    found = findings(table, options)
    row = found.loc[("single_feature", "unpaid_items_quarter")]
    assert (row["strength"], row["level"]) == (1.0, "blocking")
    with pytest.raises(DataError, match="'Неоплаченные_продукты_штук_квартал' alone predicts") as error:
        stop_at_blocking(found.reset_index(), ())
    assert "accept_findings: [single_feature]" in str(error.value)
    stop_at_blocking(found.reset_index(), ("single_feature",))


def test_headers_of_another_store_are_named_as_they_stand_in_its_file(options: DataProcessing) -> None:
    names = {"unpaid": "Неоплаченные_продукты_штук_квартал", "category": "Популярная_категория"}
    store = OtherStore(headers={"market_file": names})
    table = clients(400)
    table["unpaid_items_quarter"] = -table["activity_declined"]
    table.loc[0, "popular_category"] = "Сад"
    found = findings(table, options.model_copy(update={"other_store": store})).reset_index()
    assert {"category: Сад"} == set(found.loc[found["finding"] == "unknown_value_kept", "subject"])
    with pytest.raises(DataError, match="'unpaid' alone predicts"):
        stop_at_blocking(found, (), store)


def test_category_written_after_the_label_blocks(options: DataProcessing) -> None:
    table = clients(400)
    table["popular_category"] = table["activity_declined"].map({1: "Товары для детей", 0: "Кухонная посуда"})
    assert findings(table, options).loc[("single_feature", "popular_category"), "level"] == "blocking"


def test_strongest_feature_is_named_where_none_leaks(options: DataProcessing) -> None:
    table = clients(400)
    table["pages_per_visit"] -= table["activity_declined"]
    found = findings(table, options).loc["single_feature"]
    assert found.index.tolist() == ["pages_per_visit"]
    assert found["level"].tolist() == ["note"]
    assert found["low"].item() < found["strength"].item() < found["high"].item()


def test_twins_are_counted(options: DataProcessing) -> None:
    single = clients(50)
    table = pd.concat([single, single.head(3), single.head(1)]).assign(client_id=range(54))
    row = findings(table, options).loc[("twins", "")]
    assert (row["strength"], row["clients"], row["level"]) == (4, 7, "warning")
    assert findings(single, options).loc[("twins", ""), "level"] == "note"


def test_clients_without_a_label_are_counted(options: DataProcessing) -> None:
    table = clients(50, activity_declined=[1.0, np.nan] * 25)
    row = findings(table, options).loc[("unlabelled", "")]
    assert (row["strength"], row["level"]) == (25, "note")


def test_time_of_the_labels(options: DataProcessing) -> None:
    assert findings(clients(50), options).loc["label_timing"]["level"].tolist() == ["warning"]
    later = findings(clients(50), options, labels=LATER)
    assert later.loc[("label_timing", LATER), "level"] == "note"


def test_too_few_clients(options: DataProcessing) -> None:
    table = clients(100, activity_declined=[1.0] * 20 + [0.0] * 60 + [None] * 20)
    table["service_type"] = ["премиум"] * 5 + ["стандарт"] * 95
    limits = {"enough_clients": 90, "enough_of_class": 20, "enough_of_value": 6}
    found = findings(table, options.model_copy(update=limits))
    assert found.loc[("enough_clients", ""), ["strength", "level"]].tolist() == [80, "warning"]
    assert found.loc[("enough_of_class", ""), ["strength", "level"]].tolist() == [20, "note"]
    assert found.loc["enough_of_value"]["strength"].to_dict() == {"Тип сервиса: премиум": 5}


def test_unknown_values_are_named_with_the_nearest_known_one(options: DataProcessing) -> None:
    table = clients(10, popular_category=["Товары дял детей"] * 2 + ["Сад"] + ["Кухонная посуда"] * 7)
    found = findings(table, options)["strength"]
    assert found["near_miss"].to_dict() == {"Популярная_категория: Товары дял детей → Товары для детей": 2}
    assert found["unknown_value_kept"].to_dict() == {"Популярная_категория: Сад": 1}


def test_values_that_only_repeat_the_client_give_nothing_away(options: DataProcessing) -> None:
    table = clients(400, popular_category=[f"Товар {number}" for number in range(400)])
    found = findings(table, options)
    assert "blocking" not in set(found["level"])
    listed = found.loc["unknown_value_kept"]
    assert len(listed) == 21
    assert listed["strength"].to_dict()["Популярная_категория: … (+380)"] == 380
    assert len(found.loc["enough_of_value"]) == 21


def test_nearest_known_value_is_named(options: DataProcessing) -> None:
    found = findings(clients(10, service_type=["стандар"] * 10), options)
    assert found.loc["near_miss"].index.tolist() == ["Тип сервиса: стандар → стандарт"]


def test_numbers_far_out_are_named(options: DataProcessing) -> None:
    table = clients(400)
    table.loc[[3, 7], "monthly_profit"] = [1e9, -1e9]
    found = findings(table, options)
    assert found.loc[("outlying", "monthly_profit"), ["strength", "level"]].tolist() == [2, "warning"]
    assert found.loc["outlying"].index.tolist() == ["monthly_profit"]


def test_month_without_labels(options: DataProcessing) -> None:
    found = findings(clients(30, activity_declined=None), options)
    assert found.loc["order_leak"]["strength"].tolist() == [0.5, 0.5]
    assert "blocking" not in set(found["level"])


def test_clean_stores_raise_no_false_alarm(options: DataProcessing) -> None:
    alarms = 0
    for seed in range(100):
        found = findings(clients(400, seed), options, labels=LATER)
        alarms += set(found["level"]) != {"note"}
    assert alarms <= 5


@pytest.mark.parametrize(
    ("text", "other", "distance"),
    [
        pytest.param("", "abc", 3, id="empty"),
        pytest.param("abc", "abc", 0, id="equal"),
        pytest.param("kitten", "sitting", 3, id="replace-and-add"),
        pytest.param("ab", "ba", 2, id="turned-round"),
    ],
)
def test_edit_distance(text: str, other: str, distance: int) -> None:
    assert edit_distance(text, other) == edit_distance(other, text) == distance
