import io

import pandas as pd
from matplotlib.figure import Figure

from one_click.pipelines.interpretation import plots

FEATURES = ["pages_per_visit", "promo_purchase_share", "minutes_current", "days_registered"]


def _titles(figures: tuple[Figure, Figure]) -> list[str]:
    """Render both figures and return their titles on one line."""
    for figure in figures:
        figure.savefig(io.BytesIO(), format="png", dpi=40)
    return [" ".join(figure.get_suptitle().split()) for figure in figures]


def test_permutation_importance_names_the_first_feature_and_its_loss() -> None:
    table = pd.DataFrame(
        {"feature": FEATURES, "importance": [0.061, 0.02, 0.01, 0], "low": 0.0, "high": 0.07, "rank": 1}
    )
    russian, english = _titles(plots.permutation_importance_figure(table))
    assert "если перемешать признак «Страниц за визит»: 0,061" in russian
    assert "“pages per visit” is shuffled: 0.061" in english


def test_shap_importance_names_three_features_and_their_share() -> None:
    table = pd.DataFrame(
        {
            "feature": FEATURES,
            "mean_absolute": [0.4, 0.3, 0.2, 0.1],
            "share": [0.4, 0.3, 0.2, 0.1],
            "direction": [-0.9, 0.9, 0.1, float("nan")],
        }
    )
    russian, english = _titles(plots.shap_importance_figure(table))
    assert "90 %" in russian.replace("\u00a0", " ")
    assert english.startswith("Three features give 90% of all explanations: “Pages per visit”")
    for figure, words in zip(plots.shap_importance_figure(table), ("выше риск", "higher risk"), strict=True):
        legend = figure.axes[0].get_legend()
        assert words in legend.get_texts()[0].get_text()
