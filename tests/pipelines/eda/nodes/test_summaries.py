from collections.abc import Callable

import pandas as pd
import pytest

from one_click.columns import PROFIT
from one_click.errors import DataError
from one_click.parameters import Eda
from one_click.pipelines.eda.nodes import summaries as nodes

Make = Callable[..., pd.DataFrame]


def test_sample_is_limited_and_reproducible(make_clients: Make, options: Eda) -> None:
    labelled = nodes.select_labelled(pd.concat([make_clients()] * 3).assign(client_id=range(180)))
    few = options.model_copy(update={"sample": 100})
    sampled = nodes.sample_clients(labelled, few)
    assert (len(sampled), sampled["client_id"].is_monotonic_increasing) == (100, True)
    pd.testing.assert_frame_equal(sampled, nodes.sample_clients(labelled, few))
    assert nodes.sample_clients(labelled, options) is labelled


def test_shapes_by_hand(make_clients: Make, options: Eda) -> None:
    habit = [0.1 + i % 5 / 50 if i % 2 else 0.9 + i % 5 / 50 for i in range(60)]
    errors = [*range(1, 60), 500]
    labelled = nodes.select_labelled(make_clients(promo_purchase_share=habit, service_errors=errors))
    shapes = nodes.describe_shapes(labelled, options).set_index("feature")
    promo = shapes.loc["promo_purchase_share"]
    assert promo["modes"] == 2
    assert promo["peaks"] == pytest.approx([0.14, 0.94], abs=0.03)
    assert promo["valleys"][0] == pytest.approx(0.5, abs=0.3)
    assert shapes.loc["pages_per_visit", "n"] == 60
    # Quartiles of 1 … 59 and 500 are 15.75 and 45.25.
    outlying = shapes.loc[
        "service_errors", ["lower_fence", "upper_fence", "outliers_below", "outliers_above"]
    ]
    assert outlying.to_list() == [15.75 - 1.5 * 29.5, 45.25 + 1.5 * 29.5, 0, 1]


@pytest.mark.parametrize("target", [0.0, 1.0, float("nan")])
def test_clients_of_one_class_raise_a_data_error(make_clients: Make, target: float) -> None:
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
