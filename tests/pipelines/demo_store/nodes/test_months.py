"""The synthetic store: its files are what the truth says, but for the dirt that is listed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from one_click.chunks import Chunks
from one_click.columns import BASE_FEATURES
from one_click.datasets.chunked import ChunkedParquetDataset, FolderDataset
from one_click.errors import ParameterError
from one_click.parameters import DemoPopulation, DemoStore
from one_click.pipelines.demo_store.nodes import months as nodes

FILES = ("market_file", "market_money", "market_time", "money")
ONCE = (
    *("absurd_revenues", "misspelt_services", "stray_blanks", "unknown_categories", "unreadable_numbers"),
    *("negative_minutes", "missing_months", "doubled_months", "missing_profits", "doubled_clients"),
)
# Rows or cells for each client that is hit.
DAMAGES = dict.fromkeys(ONCE, 1) | {"without_purchases": 2}
MONTH = {"clients": 400, "months": ["only"], "unlabelled": []}
Options = Callable[..., DemoStore]


def files_of(options: DemoStore, population: DemoPopulation) -> dict[str, pd.DataFrame]:
    pieces = nodes.write_files(nodes.make_months(options, population), options)
    return {path.removesuffix(".csv"): rows for path, rows in pieces}


def damage_of(options: DemoStore, population: DemoPopulation) -> pd.DataFrame:
    return pd.concat(nodes.list_damage(nodes.make_months(options, population), options), ignore_index=True)


def test_bundled_files_are_what_the_pipeline_makes(
    make_options: Options, population: DemoPopulation, root: Path, tmp_path: Path
) -> None:
    options = make_options()
    truth = nodes.make_months(options, population)
    FolderDataset(str(tmp_path), {"money": ";"}).save(nodes.write_files(truth, options))
    for month in ("demo", "demo_next"):
        for name in FILES:
            made, bundled = (
                folder / month / f"{name}.csv" for folder in (tmp_path, root / "data" / "01_raw")
            )
            assert made.read_bytes() == bundled.read_bytes(), f"{month}/{name}"


def test_size_of_the_chunks_changes_no_byte(
    make_options: Options, population: DemoPopulation, tmp_path: Path
) -> None:
    dirt = {"twins": 0.01, "missing_months": 0.01}
    for chunk in (5_000, 11_000, 50_000):
        options = make_options(clients=12_000, chunk_clients=chunk, dirt=dirt)
        truth = nodes.make_months(options, population)
        ChunkedParquetDataset(str(tmp_path / f"{chunk}" / "truth.parquet")).save(truth)
        FolderDataset(str(tmp_path / f"{chunk}"), {}).save(nodes.write_files(truth, options))
    first, *others = (
        {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*.*"))}
        for folder in sorted(tmp_path.iterdir())
    )
    assert len(first) == 9
    for other in others:
        assert other == first


def test_files_say_what_the_truth_says(make_options: Options, population: DemoPopulation) -> None:
    options = make_options(months=["only"], unlabelled=[], dirt={})
    (truth,) = nodes.make_months(options, population)
    files = files_of(options, population)
    profiles = files["only/market_file"]
    assert profiles["id"].tolist() == truth["client_id"].astype(str).tolist()
    assert profiles["Страниц_за_визит"].astype(int).tolist() == truth["pages_per_visit"].tolist()
    assert (profiles["Покупательская активность"] == "Снизилась").tolist() == (
        truth["activity_declined"] == 1
    ).tolist()
    money = files["only/market_money"].set_index(["Период", "id"])["Выручка"].astype(float)
    assert money["предыдущий_месяц"].loc[profiles["id"]].tolist() == truth["revenue_previous"].tolist()
    minutes = files["only/market_time"].set_index(["Период", "id"])["минут"].astype(int)
    assert minutes["текущий_месяц"].loc[profiles["id"]].tolist() == truth["minutes_current"].tolist()
    profits = files["only/money"]["Прибыль"].str.replace(",", ".").astype(float)
    assert profits.tolist() == truth["monthly_profit"].tolist()


def test_months_without_labels_have_no_target(make_options: Options, population: DemoPopulation) -> None:
    files = files_of(make_options(clients=100), population)
    assert "Покупательская активность" in files["demo/market_file"]
    assert "Покупательская активность" not in files["demo_next/market_file"]


@pytest.fixture(scope="module")
def clean(make_options: Options, population: DemoPopulation) -> dict[str, pd.DataFrame]:
    return files_of(make_options(**MONTH, dirt={}), population)


@pytest.mark.parametrize("kind", DAMAGES)
def test_dirt_hits_as_many_clients_as_asked_and_its_list_is_all_that_differs_from_clean_files(
    make_options: Options, population: DemoPopulation, clean: dict[str, pd.DataFrame], kind: str
) -> None:
    options = make_options(**MONTH, dirt={kind: 0.05})
    dirty, damage = files_of(options, population), damage_of(options, population)
    assert set(damage["kind"]) == {kind}
    assert damage["client_id"].nunique() == 20
    assert len(damage) == 20 * DAMAGES[kind]
    for name in FILES:
        listed = damage[damage["table"] == name]
        assert mend(dirty[f"only/{name}"], listed, clean[f"only/{name}"]) == clean[f"only/{name}"].to_csv()


def mend(dirty: pd.DataFrame, listed: pd.DataFrame, clean: pd.DataFrame) -> str:
    """Undo the listed damage."""
    mended = dirty[~dirty.index.duplicated()].copy()
    for row in listed.itertuples():
        here = clean["id"] == row.client_id
        if row.period:
            here &= clean["Период"] == row.period
        if row.column:
            assert (mended.loc[here[here].index, row.column] == row.new).all()
            mended.loc[here[here].index, row.column] = row.old
        elif "left out" in row.new:
            mended = pd.concat([mended, clean[here]])
    return str(mended.sort_index().to_csv())


def test_misspelt_months_throughout(make_options: Options, population: DemoPopulation) -> None:
    files = files_of(make_options(**MONTH, dirt={"misspelt_months": 1.0}), population)
    assert set(files["only/market_time"]["Период"]) == {"предыдцщий_месяц", "текущий_месяц"}


def test_no_client_is_hit_twice_and_twins_are_spared(
    make_options: Options, population: DemoPopulation
) -> None:
    options = make_options(**MONTH | {"clients": 500}, dirt=dict.fromkeys(DAMAGES, 0.04) | {"twins": 0.2})
    (truth,) = nodes.make_months(options, population)
    damage = damage_of(options, population)
    assert len(damage[["client_id", "kind"]].drop_duplicates()) == damage["client_id"].nunique()
    twins = set(truth.loc[truth["twin"], "client_id"].astype(str))
    assert len(twins) == 200
    assert not twins & set(damage["client_id"])


@pytest.mark.parametrize(
    ("table", "value", "moves"),
    [
        pytest.param(
            "market_money",
            "Выручка",
            {"текущий_месяц": "предыдущий_месяц", "предыдущий_месяц": "препредыдущий_месяц"},
            id="revenue",
        ),
        pytest.param("market_time", "минут", {"текущий_месяц": "предыдцщий_месяц"}, id="minutes"),
    ],
)
def test_bundled_months_agree_about_the_past(
    root: Path, table: str, value: str, moves: dict[str, str]
) -> None:
    this, following = (
        pd.read_csv(root / "data" / "01_raw" / month / f"{table}.csv").set_index(["Период", "id"])[value]
        for month in ("demo", "demo_next")
    )
    for now, then in moves.items():
        stayed = this[now].index.intersection(following[then].index)
        same = this[now].loc[stayed].to_numpy() == following[then].loc[stayed].to_numpy()
        assert len(stayed) > 1200
        assert np.count_nonzero(~same) <= 10  # clients whose revenue one of the months has spoiled
        assert same.all() or table == "market_money"


@pytest.mark.real_data
def test_no_client_is_one_of_the_real_extract(real_extract: Path, root: Path) -> None:
    real = pd.read_csv(real_extract / "market_file.csv").drop(columns="id")
    for month in ("demo", "demo_next"):
        made = pd.read_csv(root / "data" / "01_raw" / month / "market_file.csv").drop(columns="id")
        assert len(made.merge(real)) == 0


def test_truth_holds_every_feature(make_options: Options, population: DemoPopulation) -> None:
    (truth, _) = nodes.make_months(make_options(clients=50), population)
    assert set(BASE_FEATURES) < set(truth.columns)
    assert truth["probability"].between(0, 1).all()


COUPON = {"offer": "coupon", "month": 1, "treated_share": 0.5, "effects": [{"prevents": 0.1}]}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param(
            {"monthly_change": {"fadin": -0.1}}, "no habit 'fadin'; did you mean 'fading'", id="habit"
        ),
        pytest.param({"campaigns": [COUPON | {"month": 3}]}, "'coupon' begins after the last", id="campaign"),
        pytest.param(
            {"drifts": [{"column": "service_errors", "month": 3, "size": 1}]},
            "'service_errors' begins after the last of 2 months",
            id="drift",
        ),
        pytest.param(
            {"campaigns": [COUPON | {"eligible": [{"column": "service_type", "one_of": "премиумм"}]}]},
            "no value 'премиумм' of 'service_type'; did you mean 'премиум'",
            id="category",
        ),
    ],
)
def test_what_would_never_happen_is_refused(
    make_options: Options, population: DemoPopulation, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(ParameterError, match=words):
        nodes.make_months(make_options(**changes), population)


def test_store_of_twins_alone_has_no_other_dirt(make_options: Options, population: DemoPopulation) -> None:
    options = make_options(**MONTH, dirt={"twins": 0.5, "missing_months": 1.0})
    assert damage_of(options, population).empty


@pytest.mark.parametrize("month", ["a/b", "../a", "", " "])
def test_months_that_are_no_folder_names_are_refused(make_options: Options, month: str) -> None:
    with pytest.raises(ParameterError, match="months"):
        make_options(months=[month], unlabelled=[])


def test_damage_is_the_same_whatever_pieces_the_truth_is_stored_in(
    make_options: Options, population: DemoPopulation
) -> None:
    options = make_options(clients=12_000, dirt={"missing_profits": 0.01, "twins": 0.01})
    truth = pd.concat(nodes.make_months(options, population), ignore_index=True)
    cut = Chunks(lambda: (truth.iloc[start : start + 3_700] for start in range(0, len(truth), 3_700)))
    whole = damage_of(options, population)
    pd.testing.assert_frame_equal(pd.concat(nodes.list_damage(cut, options), ignore_index=True), whole)
    assert whole.groupby("month").size().tolist() == pytest.approx([120, 121], abs=2)
    stored = {path: rows for path, rows in nodes.write_files(cut, options) if path == "demo_next/money.csv"}
    assert len(stored) == 1


def test_dirt_is_a_share_of_the_clients_of_its_month(
    make_options: Options, population: DemoPopulation
) -> None:
    months = {"clients": 2_000, "months": list("abcde"), "unlabelled": []}
    dirt = {"absurd_revenues": 0.05}
    options = make_options(**months, leavers_share=0.2, newcomers_share=0, dirt=dirt)
    counts = damage_of(options, population).groupby("month").size()
    left = [len(clients) for clients in nodes.make_months(options, population)]
    assert counts.tolist() == [round(100 * clients / 2_000) for clients in left]


def test_labels_that_say_nothing_are_refused(make_options: Options) -> None:
    with pytest.raises(ParameterError, match=r"add up to 1\.2"):
        make_options(label_noise={"missed_declines": 0.6, "false_declines": 0.6})
