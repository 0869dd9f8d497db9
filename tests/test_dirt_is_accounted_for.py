"""Whatever mix of dirt a store's files hold: every row is accounted for, and what stays is what was true."""

from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from one_click.columns import BASE_FEATURES, CLIENT_ID, LINE, PROFIT
from one_click.errors import DataError
from one_click.parameters import DataProcessing, DemoPopulation, DemoStore
from one_click.parameters.planted import Dirt
from one_click.pipelines.data_processing.pipeline import create_pipeline
from one_click.pipelines.demo_store.nodes import months as nodes

KINDS = [name for name in Dirt.model_fields if name not in ("absurd_revenue", "twins")]
FILES = ("market_file", "market_money", "market_time", "money")
Files = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def lenient(read_shipped: Callable[..., DataProcessing]) -> DataProcessing:
    """Return parameters that leave faulty clients out, however many."""
    changes = {"unreadable_numbers": "reject", "max_rejected_share": 1.0, "test_share": 0.5}
    return read_shipped(DataProcessing, **changes)


def _raw(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    frame = rows.astype("str").reset_index(drop=True)
    frame[LINE] = range(2, len(frame) + 2)
    decimal = "," if name == "money" else "."
    dialect = {"encoding": "utf-8", "separator": ";", "decimal": decimal, "thousands": ""}
    frame.attrs = {"table": name, "path": f"m/{name}.csv", "file": f"m/{name}.csv", "dialect": dialect}
    return frame


def _process(raw: Files, options: DataProcessing) -> Files:
    data: dict[str, object] = {**raw, "label_file": raw["market_file"], "params:data_processing": options}
    for node in create_pipeline().nodes:
        if "train_clients" not in node.outputs:  # too few clients may be left to learn from
            data |= node.run({name: data[name] for name in node.inputs})
    made = {name.removeprefix("data_processing."): value for name, value in data.items()}
    return {name: value for name, value in made.items() if isinstance(value, pd.DataFrame)}


@given(st.fixed_dictionaries({}, optional={kind: st.sampled_from([0.01, 0.05, 0.3]) for kind in KINDS}))
def test_any_mix_of_dirt(
    make_options: Callable[..., DemoStore],
    population: DemoPopulation,
    lenient: DataProcessing,
    dirt: dict[str, float],
) -> None:
    options = make_options(clients=120, months=["m"], unlabelled=[], first_id=1, dirt=dirt)
    (truth,) = nodes.make_months(options, population)
    written = {path.split("/")[1].removesuffix(".csv"): rows for path, rows in _files(options, population)}
    raw = {name: _raw(name, written[name]) for name in FILES}
    before = {name: rows.copy(deep=True) for name, rows in raw.items()}
    try:
        made = _process(raw, lenient)
    except DataError:
        return  # one clear error is an answer too
    for name, rows in raw.items():
        pd.testing.assert_frame_equal(rows, before[name])
        left_out = made["rejected_rows"].loc[made["rejected_rows"]["table"] == name, LINE].nunique()
        assert len(rows) == left_out + len(made[_accepted(name)])
    clients = made["clients"].set_index(CLIENT_ID)
    assert clients[[*BASE_FEATURES, PROFIT]].notna().all(axis=None)
    known = truth.set_index(CLIENT_ID).loc[clients.index]
    for column in set(BASE_FEATURES) - {"popular_category"}:
        assert (clients[column] == known[column]).all(), column
    foreign = clients["popular_category"] != known["popular_category"]
    assert set(clients.loc[foreign, "popular_category"]) <= {"Товары для дачи"}


def _files(options: DemoStore, population: DemoPopulation) -> list[tuple[str, pd.DataFrame]]:
    return list(nodes.write_files(nodes.make_months(options, population), options))


def _accepted(name: str) -> str:
    accepted = {"market_file": "profiles", "market_money": "revenue_rows", "market_time": "minutes_rows"}
    return accepted.get(name, "profits")
