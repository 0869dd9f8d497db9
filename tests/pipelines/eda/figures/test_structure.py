from typing import Any

from one_click.columns import LANGUAGES


def test_effects_of_clusters_are_said_to_have_95_percent_intervals(drawn: dict[str, Any]) -> None:
    russian, english = (
        drawn[f"eda.clusters_figure_{language}"].axes[1].get_xlabel() for language in LANGUAGES
    )
    assert "с 95 % интервалом" in russian
    assert "with its 95% interval" in english
