import pandas as pd
import pytest
from tests.marks import titles, words

from one_click.pipelines.evidence import figures as plots


def test_nested_title_is_the_figure_of_the_rule() -> None:
    rows = [("svc", 0.91, 0.9, 0.92), ("best", 0.905, 0.89, 0.92), ("dummy", 0.5, 0.5, 0.5)]
    summary = pd.DataFrame(rows, columns=["model", "value", "low", "high"]).assign(metric="roc_auc")
    figures = plots.nested_summary_figure(summary)
    russian, english = titles(figures)
    assert "ROC-AUC 0,905 (от 0,890 до 0,920)" in russian
    assert "ROC-AUC 0.905 (0.890 to 0.920)" in english
    assert words(figures[1].axes[0].get_yticklabels()) == ["Rule “best”", "Support vector machine"]


def test_features_are_said_to_add_only_where_they_pay() -> None:
    rows = [("revenue_trend", "svc", 0.02, True), ("minutes_trend", "svc", 0.0, False)]
    gains = pd.DataFrame(rows, columns=["feature", "model", "gain", "pays"])
    nothing = titles(plots.feature_gains_figure(gains.assign(pays=False)))
    assert nothing == [
        "Ни один из вычисленных признаков не повышает качество",
        "No engineered feature adds to quality",
    ]
    figures = plots.feature_gains_figure(gains)
    russian, english = titles(figures)
    assert russian != nothing[0]
    assert english.startswith("These add to quality:")
    assert "," not in english
    assert not figures[1].axes[0].collections  # gains are dots without intervals


def test_figure_of_feature_gains_grows_with_the_features() -> None:
    heights = []
    for features in (["revenue_trend"], ["revenue_trend", "minutes_trend", "promo_habit"]):
        gains = pd.DataFrame({"feature": features, "model": "svc", "gain": 0.0})
        russian, _ = plots.feature_gains_figure(gains.assign(pays=False))
        heights.append(russian.get_figheight())
    assert heights == pytest.approx([1.9, 2.9])


def test_split_luck_title_names_the_range_of_the_first_model() -> None:
    luck = pd.DataFrame({"split": [0, 0, 1, 1, 2, 2], "model": ["svc", "reference"] * 3})
    luck = luck.assign(roc_auc=[0.93, 0.99, 0.87, 0.5, 0.9, 0.7])
    russian, english = titles(plots.split_luck_figure(luck))
    assert english == "The same model on 3 splits: ROC-AUC from 0.870 to 0.930"
    assert "от 0,870 до 0,930" in russian
