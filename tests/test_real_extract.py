"""What is known of the store's real extract, found again by the pipelines."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import Result
from sklearn.metrics import roc_auc_score

from one_click.parameters import Eda, ModelSelection
from one_click.pipelines import eda
from one_click.pipelines.model_selection.nodes import comparison

pytestmark = pytest.mark.real_data

LEFT_OUT = {
    "215348": "no_purchases_in_a_month",
    "215357": "no_purchases_in_a_month",
    "215359": "no_purchases_in_a_month",
    "215380": "implausible_revenue",
}
PHIK_WITH_TARGET = {
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
    "marketing_contacts_current": 0.0,
    "allows_messages": 0.0,
}


@pytest.fixture(scope="module")
def processed(
    real_extract: Path, shared_project: Path, run_inside: Callable[..., Result]
) -> Callable[[str, str], pd.DataFrame]:
    """Process the extract in a copy of the project; return a function that loads a table."""
    data = shared_project / "data"
    shutil.copytree(real_extract, data / "01_raw" / "real", ignore=shutil.ignore_patterns("*.md"))
    done = run_inside(shared_project, "--pipelines", "data_processing", "--params", "snapshot=real")
    assert done.exit_code == 0, done.output
    return lambda layer, name: pd.read_parquet(data / layer / "real" / f"{name}.parquet")


def test_clients_repairs_and_rejections(processed: Callable[[str, str], pd.DataFrame]) -> None:
    clients = processed("03_primary", "clients")
    assert (len(clients), clients["activity_declined"].sum()) == (1296, 494)
    assert clients["popular_category"].value_counts()["Косметика и аксесуары"] == 223
    assert clients["popular_category"].nunique() == 6
    assert not clients.isna().any(axis=None)

    rejected = processed("02_intermediate", "rejected_rows")
    causes = rejected[rejected["rule"] != "client_left_out"]
    assert dict(zip(causes["client_id"], causes["rule"], strict=True)) == LEFT_OUT
    absurd = causes.loc[causes["rule"] == "implausible_revenue", ["line", "old_value"]]
    assert absurd.to_numpy().tolist() == [[100, "106862.2"]]

    repairs = processed("02_intermediate", "repairs")
    assert repairs.groupby(["table", "old_value", "new_value"]).size().to_dict() == {
        ("market_file", "стандартт", "стандарт"): 10,
        ("market_time", "предыдцщий_месяц", "предыдущий_месяц"): 1300,
    }

    audit = processed("03_primary", "audit").set_index(["finding", "subject"])
    assert audit.loc[("order_leak", "client_id"), "strength"] == pytest.approx(0.982, abs=0.001)
    assert audit.loc[("twins", ""), "strength"] == 11
    assert audit.loc[("label_timing", "real/market_file.csv"), "level"] == "warning"
    assert "blocking" not in set(audit["level"])


def test_what_exploration_finds(
    processed: Callable[[str, str], pd.DataFrame], read_shipped: Callable[..., Any]
) -> None:
    made: dict[str, Any] = {"clients": processed("03_primary", "clients")}
    made["params:eda"] = read_shipped(Eda)
    for node in eda.create_pipeline().nodes:
        if not any("_figure_" in name for name in (*node.inputs, *node.outputs)):
            made |= node.run({name: made[name] for name in node.inputs})
    _check_portrait(made["class_portrait"].set_index("feature"))
    _check_associations(made)
    _check_structures(made)


def _check_portrait(portrait: pd.DataFrame) -> None:
    ahead = ["pages_per_visit", "minutes_previous", "minutes_current", "category_views_per_visit"]
    ahead += ["marketing_contacts_6m", "promo_purchase_share", "unpaid_items_quarter"]
    behind = ["allows_messages", "marketing_contacts_current", "service_type"]
    assert portrait.loc[ahead, "rank"].max() < portrait.loc[behind, "rank"].min()
    assert portrait.loc[ahead, "direction"].tolist() == ["lower"] * 5 + ["higher"] * 2
    assert portrait.loc["pages_per_visit", ["n_declined", "n_kept"]].to_list() == [494, 802]
    assert portrait.loc["monthly_profit", "direction"] == "none"


def _check_associations(made: dict[str, Any]) -> None:
    correlations = made["correlations"]
    of_target = correlations[correlations["right"] == "activity_declined"].set_index("left")["phik"]
    assert of_target.drop("activity_declined").to_dict() == pytest.approx(PHIK_WITH_TARGET, abs=0.02)
    collinearity = made["collinearity"].set_index("feature")
    assert collinearity["vif"].head(2).round(1).to_dict() == {"revenue_previous": 4.3, "revenue_current": 3.9}
    assert collinearity.loc["revenue_previous", "alike"] == "revenue_current"


def _check_structures(made: dict[str, Any]) -> None:
    shapes = made["feature_shapes"].set_index("feature")
    assert shapes.index[shapes["modes"] > 1].to_list() == ["promo_purchase_share"]
    stability = made["cluster_stability"]
    assert stability.loc[stability["chosen"], "clusters"].to_list() == [2]
    risks = made["cluster_profiles"].drop_duplicates("cluster")["declined_share"].to_list()
    assert risks == pytest.approx([0.13, 0.90], abs=0.02)
    assert made["feature_groups"]["group"].iloc[0] == "site_behaviour"


def test_reference_model_reaches_its_known_quality(
    processed: Callable[[str, str], pd.DataFrame], shipped_selection: ModelSelection
) -> None:
    options = shipped_selection.model_copy(update={"confirmation_repeats": 1, "challengers": {}})
    features = processed("04_feature", "features").astype({"activity_declined": "int64"})
    scores = comparison.score_others(features, comparison.join_tuned(options), options)
    reference = scores[scores["model"] == "reference"]
    by_fold = [roc_auc_score(fold["target"], fold["score"]) for _, fold in reference.groupby("fold")]
    assert 0.890 <= sum(by_fold) / len(by_fold) <= 0.915
