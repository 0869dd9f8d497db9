from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from one_click.columns import PROFIT, TARGET
from one_click.datasets.raw_table import RawTableDataset
from one_click.errors import DataError
from one_click.parameters import DataProcessing, Eda
from one_click.pipelines import data_processing
from one_click.pipelines.eda import nodes

Make = Callable[..., pd.DataFrame]


def _tables(clients: pd.DataFrame, options: Eda) -> dict[str, pd.DataFrame]:
    labelled = nodes.select_labelled(clients)
    return {
        "labelled_clients": labelled,
        "feature_summaries": nodes.summarise_features(labelled),
        "category_shares": nodes.summarise_categories(labelled),
        "distributions": nodes.tabulate_distributions(labelled, options),
        "class_portrait": nodes.portray_classes(labelled, options),
        "correlations": nodes.correlate(labelled),
        "collinearity": nodes.measure_collinearity(labelled, options),
    }


def _with_target(correlations: pd.DataFrame, measure: str) -> pd.Series:
    rows = correlations[correlations["left"] == TARGET]
    return rows.set_index("right")[measure]


def test_nodes_leave_their_input_unchanged_and_repeat_their_answer(make_clients: Make, options: Eda) -> None:
    clients = make_clients()
    before = clients.copy(deep=True)
    labelled = nodes.select_labelled(clients)
    copy = labelled.copy(deep=True)
    first, again = _tables(clients, options), _tables(clients, options)
    pd.testing.assert_frame_equal(clients, before)
    pd.testing.assert_frame_equal(labelled, copy)
    for name, table in first.items():
        pd.testing.assert_frame_equal(table, again[name])


@pytest.mark.parametrize("target", [0.0, 1.0, float("nan")])
def test_one_class_stops_the_run(make_clients: Make, target: float) -> None:
    with pytest.raises(DataError, match="all of one class"):
        nodes.select_labelled(make_clients(activity_declined=target))


def test_summaries_by_hand(make_clients: Make) -> None:
    values = [float(i) for i in range(60)]
    values[3] = 500.0
    values[6] = float("nan")
    summaries = nodes.summarise_features(nodes.select_labelled(make_clients(days_registered=values)))
    rows = summaries[summaries["feature"] == "days_registered"].set_index("class")
    # The declined have 0, 500, (missing), 9, 12, … 57; the others 1, 2, 4, 5, … 59.
    declined = rows.loc["declined"]
    assert (declined["n"], declined["missing"], declined["outliers"]) == (19, 1, 1)
    assert declined["mean"] == pytest.approx((sum(range(0, 60, 3)) - 3 - 6 + 500) / 19)
    assert declined["median"] == 33
    kept = rows.loc["kept"]
    assert (kept["n"], kept["missing"], kept["outliers"], kept["median"]) == (40, 0, 0, 30)
    assert PROFIT in set(summaries["feature"])


def test_category_shares_by_hand(make_clients: Make) -> None:
    shares = nodes.summarise_categories(nodes.select_labelled(make_clients()))
    rows = shares.set_index(["feature", "value", "class"])
    assert rows.loc[("popular_category", "Кухонная посуда", "declined"), "share"] == 0.5
    assert rows.loc[("popular_category", "Кухонная посуда", "kept"), "clients"] == 0
    assert rows.loc[("allows_messages", "True", "declined"), "declined_share"] == 0.5
    assert shares.groupby(["feature", "class"])["share"].sum().to_list() == pytest.approx([1.0] * 8)


def test_shares_of_a_distribution_add_up_to_one(make_clients: Make, options: Eda) -> None:
    distributions = nodes.tabulate_distributions(nodes.select_labelled(make_clients()), options)
    sums = distributions.groupby(["feature", "class"])["share"].sum()
    assert sums.to_list() == pytest.approx([1.0] * len(sums))
    assert (distributions["left"] < distributions["right"]).all()


@pytest.mark.parametrize(
    ("values", "bins", "left"),
    [
        pytest.param(
            [i % 4 for i in range(60)], 20, [-0.5, 0.5, 1.5, 2.5], id="one-bin-for-each-whole-number"
        ),
        pytest.param(
            [i % 10 for i in range(60)], 5, [-0.5, 1.5, 3.5, 5.5, 7.5], id="two-whole-numbers-a-bin"
        ),
        pytest.param([7] * 60, 20, [6.5], id="constant"),
    ],
)
def test_bins_hold_equally_many_values(
    make_clients: Make, options: Eda, values: list[int], bins: int, left: list[float]
) -> None:
    labelled = nodes.select_labelled(make_clients(service_errors=values))
    table = nodes.tabulate_distributions(labelled, options.model_copy(update={"bins": bins}))
    rows = table[(table["feature"] == "service_errors") & (table["class"] == "kept")]
    assert rows["left"].to_list() == left


def test_tenths_fall_into_bins_of_equally_many_tenths(make_clients: Make, options: Eda) -> None:
    tenths = [(i % 50) / 10 for i in range(60)]
    labelled = nodes.select_labelled(make_clients(marketing_contacts_6m=tenths))
    table = nodes.tabulate_distributions(labelled, options)
    rows = table[(table["feature"] == "marketing_contacts_6m") & (table["class"] == "kept")]
    assert (rows["right"] - rows["left"]).to_list() == pytest.approx([0.3] * len(rows))


def test_phik_of_a_copy_of_the_target_is_one(make_clients: Make) -> None:
    clients = make_clients()
    copied = clients.assign(allows_messages=clients[TARGET] == 1)
    correlations = nodes.correlate(nodes.select_labelled(copied))
    assert _with_target(correlations, "phik")["allows_messages"] == pytest.approx(1, abs=5e-3)
    assert _with_target(correlations, "spearman")["allows_messages"] == pytest.approx(1)
    assert _with_target(correlations, "spearman").isna().sum() == 2  # the categories


def test_correlations_are_symmetric(make_clients: Make) -> None:
    correlations = nodes.correlate(nodes.select_labelled(make_clients()))
    for measure in ("phik", "spearman"):
        square = correlations.pivot_table(index="left", columns="right", values=measure, dropna=False)
        pd.testing.assert_frame_equal(square, square.T, check_names=False)


def test_correlations_do_not_depend_on_the_types_of_columns(make_clients: Make) -> None:
    labelled = nodes.select_labelled(make_clients())
    pd.testing.assert_frame_equal(nodes.correlate(labelled), nodes.correlate(labelled.convert_dtypes()))


def test_correlations_of_columns_that_tell_nothing_are_missing(make_clients: Make) -> None:
    clients = make_clients(service_errors=3, service_type=[f"тариф {i}" for i in range(60)])
    phik = _with_target(nodes.correlate(nodes.select_labelled(clients)), "phik")
    assert phik[["service_errors", "service_type"]].isna().all()
    assert phik["pages_per_visit"] > 0.9


def test_collinear_features_are_named(make_clients: Make, options: Eda) -> None:
    clients = make_clients(service_errors=3)
    clients["revenue_previous"] = 2 * clients["revenue_current"]
    table = nodes.measure_collinearity(nodes.select_labelled(clients), options).set_index("feature")
    assert table.index[:2].to_list() == ["revenue_current", "revenue_previous"]
    assert (table["vif"].head(2) == float("inf")).all()
    assert table["collinear"].sum() == 2
    assert table.loc["revenue_current", "treatment"].startswith("kept: the selection")
    assert table.loc["service_errors", "treatment"].startswith("constant")


@pytest.fixture(scope="module")
def real_labelled(real_extract: Path, root: Path) -> pd.DataFrame:
    files = ("market_file", "market_money", "market_time", "money")
    data: dict[str, Any] = {
        name: RawTableDataset(filepath=str(real_extract / f"{name}.csv")).load() for name in files
    }
    settings = yaml.safe_load((root / "conf/base/parameters_data_processing.yml").read_text(encoding="utf-8"))
    data |= {
        "label_file": data["market_file"],
        "params:data_processing": DataProcessing(**settings["data_processing"]),
    }
    for node in data_processing.create_pipeline().nodes:
        data |= node.run({name: data[name] for name in node.inputs})
    return nodes.select_labelled(data["clients"])


@pytest.mark.real_data
def test_associations_on_the_real_extract(real_labelled: pd.DataFrame, options: Eda) -> None:
    known = {
        "pages_per_visit": 0.75,
        "minutes_previous": 0.69,
        "minutes_current": 0.58,
        "marketing_contacts_6m": 0.54,
        "category_views_per_visit": 0.54,
        "promo_purchase_share": 0.51,
        "unpaid_items_quarter": 0.50,
        "revenue_two_months_ago": 0.50,
        "popular_category": 0.30,
        "revenue_previous": 0.23,
        "service_errors": 0.22,
        "revenue_current": 0.20,
        "service_type": 0.13,
        "days_registered": 0.10,
        "marketing_contacts_current": 0,
        "allows_messages": 0,
    }
    correlations = nodes.correlate(real_labelled)
    assert _with_target(correlations, "phik").drop(TARGET).to_dict() == pytest.approx(known, abs=0.02)
    factors = nodes.measure_collinearity(real_labelled, options).set_index("feature")["vif"]
    assert factors.iloc[:2].round(1).to_dict() == {"revenue_previous": 4.3, "revenue_current": 3.9}
    portrait = nodes.portray_classes(real_labelled, options).set_index("feature")
    assert portrait.loc["pages_per_visit", ["n_declined", "n_kept"]].to_list() == [494, 802]
    assert portrait.loc[PROFIT, "direction"] == "none"
