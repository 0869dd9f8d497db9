from collections.abc import Callable

import pandas as pd
import pytest

from one_click.columns import TARGET
from one_click.parameters import Eda
from one_click.pipelines.eda.nodes import summaries as nodes
from one_click.pipelines.eda.nodes.associations import (
    CONSTANT,
    PLAIN,
    REDUNDANT,
    correlate,
    measure_collinearity,
)

Make = Callable[..., pd.DataFrame]


def _with_target(correlations: pd.DataFrame, measure: str) -> pd.Series:
    rows = correlations[correlations["left"] == TARGET]
    return rows.set_index("right")[measure]


def _collinearity(clients: pd.DataFrame, options: Eda) -> pd.DataFrame:
    labelled = nodes.select_labelled(clients)
    return measure_collinearity(labelled, correlate(labelled, options), options).set_index("feature")


def test_phik_of_a_copy_of_the_target_is_one(make_clients: Make, options: Eda) -> None:
    clients = make_clients()
    copied = clients.assign(allows_messages=clients[TARGET] == 1)
    correlations = correlate(nodes.select_labelled(copied), options)
    assert _with_target(correlations, "phik")["allows_messages"] == pytest.approx(1, abs=5e-3)
    assert _with_target(correlations, "spearman")["allows_messages"] == pytest.approx(1)
    assert _with_target(correlations, "spearman").isna().sum() == 2  # the categories


def test_correlations_are_symmetric(make_clients: Make, options: Eda) -> None:
    correlations = correlate(nodes.select_labelled(make_clients()), options)
    for measure in ("phik", "spearman", "p_value", "p_adjusted"):
        square = correlations.pivot_table(index="left", columns="right", values=measure, dropna=False)
        pd.testing.assert_frame_equal(square, square.T, check_names=False)


def test_correlations_do_not_depend_on_the_types_of_columns(make_clients: Make, options: Eda) -> None:
    labelled = nodes.select_labelled(make_clients())
    pd.testing.assert_frame_equal(correlate(labelled, options), correlate(labelled.convert_dtypes(), options))


def test_correlations_of_columns_that_tell_nothing_are_missing(make_clients: Make, options: Eda) -> None:
    clients = make_clients(service_errors=3, service_type=[f"тариф {i}" for i in range(60)])
    phik = _with_target(correlate(nodes.select_labelled(clients), options), "phik")
    assert phik[["service_errors", "service_type"]].isna().all()
    assert phik["pages_per_visit"] > 0.9


def test_collinear_features_have_infinite_factors_and_one_cluster(make_clients: Make, options: Eda) -> None:
    clients = make_clients(service_errors=3)
    clients["revenue_previous"] = 2 * clients["revenue_current"]
    table = _collinearity(clients, options)
    assert table.index[:2].to_list() == ["revenue_current", "revenue_previous"]
    assert (table["vif"].head(2) == float("inf")).all()
    assert table["collinear"].sum() == 2
    assert "revenue_previous" in table.loc["revenue_current", "alike"].split(", ")
    assert table.loc["revenue_current", "cluster"] == table.loc["revenue_previous", "cluster"]
    features = ["revenue_current", "service_errors", "unpaid_items_quarter"]
    assert table.loc[features, "treatment"].to_list() == [REDUNDANT, CONSTANT, PLAIN]


def test_every_feature_is_accounted_for(make_clients: Make, options: Eda) -> None:
    table = _collinearity(make_clients(), options)
    assert len(table) == 16
    assert table.loc["popular_category", "n"] == 60
    assert pd.isna(table.loc["popular_category", "vif"])


def test_significance_follows_the_association(make_clients: Make, options: Eda) -> None:
    correlations = correlate(nodes.select_labelled(make_clients()), options)
    p_value, adjusted = (_with_target(correlations, name) for name in ("p_value", "p_adjusted"))
    assert p_value["pages_per_visit"] < 1e-4
    assert p_value["service_errors"] > 0.05
    assert (adjusted.drop(TARGET) >= p_value.drop(TARGET)).all()
    # 17 columns make 136 pairs; the smallest p-value is multiplied by their number over its rank.
    pairs = correlations[correlations["left"] < correlations["right"]].sort_values("p_value")
    assert len(pairs) == 136
    scaled = [p * 136 / rank for rank, p in enumerate(pairs["p_value"], start=1)]
    assert pairs["p_adjusted"].iloc[0] == pytest.approx(min(scaled))
