import pandas as pd

from one_click.pipelines.model_selection.nodes.facts import gather_model_facts
from one_click.pipelines.reporting.texts.words import METRICS


def test_figures_of_the_champion_stand_beside_the_reference() -> None:
    leaderboard = pd.DataFrame({"model": ["tree", "neighbours"], "champion": [False, True]})
    rows = [
        (model, metric, value, value - 0.1, value + 0.1, 40)
        for model, value in (("tree", 0.7), ("neighbours", 0.8), ("reference", 0.6))
        for metric in METRICS
    ]
    evaluation = pd.DataFrame(rows, columns=["model", "metric", "value", "low", "high", "n"])
    evaluation.loc[evaluation["metric"] == "calibration_error", ["low", "high"]] = float("nan")
    columns = ["model", "metric", "difference", "low", "high"]
    apart = pd.DataFrame([("tree", "roc_auc", 0.1, 0.05, 0.15)], columns=columns)
    facts = gather_model_facts(leaderboard, evaluation, apart).model_dump()
    assert (facts["champion"], facts["n_test"], facts["challengers"]) == ("neighbours", 40, ["tree"])
    by_metric = {entry["metric"]: entry for entry in facts["metrics"]}
    assert by_metric["calibration_error"]["champion"] == {"value": 0.8, "low": None, "high": None}
    (tree,) = by_metric["roc_auc"]["challengers"]
    assert (tree["value"], tree["apart"]) == (0.7, {"difference": 0.1, "low": 0.05, "high": 0.15})
    nothing = {"difference": None, "low": None, "high": None}
    assert by_metric["log_loss"]["challengers"][0]["apart"] == nothing
    assert [entry["metric"] for entry in facts["metrics"]] == list(METRICS)
    assert facts["metrics"][0]["champion"]["value"] == 0.8
    assert facts["metrics"][0]["reference"] == {"value": 0.6, "low": 0.5, "high": 0.7}
    alone = gather_model_facts(leaderboard, evaluation, apart.head(0)).model_dump()
    assert alone["challengers"] == alone["metrics"][0]["challengers"] == []
