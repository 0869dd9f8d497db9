from collections.abc import Callable
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from one_click.columns import LANGUAGES, TARGET
from one_click.parameters import Eda
from one_click.pipelines.eda.figures import classes as plots
from one_click.pipelines.eda.nodes import summaries as nodes

Make = Callable[..., pd.DataFrame]
Run = Callable[..., dict[str, Any]]
FIGURES = (
    "class_portrait",
    "distributions",
    "correlations",
    "contact_pressure",
    "feature_groups",
    "interactions",
    "clusters",
    "client_map",
)
DRAWN = [f"{name}_figure_{language}" for name in FIGURES for language in LANGUAGES]


def _title(made: dict[str, Any], name: str, language: str) -> str:
    return str(made[f"{name}_figure_{language}"].get_suptitle()).replace("\n", " ")


def _figures(made: dict[str, Any]) -> dict[str, Figure]:
    return {name: value for name, value in made.items() if isinstance(value, Figure)}


def test_titles_are_findings(drawn: dict[str, Any]) -> None:
    assert set(_figures(drawn)) == set(DRAWN)
    assert "«Страниц за визит» (ниже)" in _title(drawn, "class_portrait", "ru")
    assert "pages per visit (lower)" in _title(drawn, "class_portrait", "en")
    assert "n\xa0=\xa020\xa0+\xa040" in _title(drawn, "class_portrait", "ru")
    assert _title(drawn, "distributions", "en").startswith("The classes clearly differ in ")
    assert "«Страниц за визит» (1,00)" in _title(drawn, "correlations", "ru")
    assert "“Site behaviour” separates the classes best" in _title(drawn, "feature_groups", "en")


def test_finding_follows_the_classes(make_clients: Make, run_eda: Run) -> None:
    clients = make_clients()
    swapped = clients.assign(activity_declined=1 - clients[TARGET])
    assert "«Страниц за визит» (выше)" in _title(
        run_eda(swapped, "class_portrait_figure_ru"), "class_portrait", "ru"
    )


def test_odd_columns_are_drawn(make_clients: Make, run_eda: Run) -> None:
    made = run_eda(
        make_clients(
            service_errors=3,
            popular_category=[f"Раздел {i}" for i in range(60)],
            days_registered=[float("nan")] * 60,
            service_type="стандарт",
            unpaid_items_quarter=[1.0, *[float("nan")] * 59],
            marketing_contacts_6m=4.0,
        ),
        *DRAWN,
    )
    for figure in _figures(made).values():
        figure.canvas.draw()
        assert str(figure.get_suptitle())


def test_few_clients_are_drawn(make_clients: Make, run_eda: Run) -> None:
    for figure in _figures(run_eda(make_clients().head(7), *DRAWN)).values():
        figure.canvas.draw()
        assert str(figure.get_suptitle())


def test_nothing_to_tell_is_said(make_clients: Make, options: Eda) -> None:
    portrait = nodes.portray_classes(nodes.select_labelled(make_clients()), options)
    russian, english = plots.class_portrait_figure(portrait.assign(direction="none"))
    assert str(russian.get_suptitle()).startswith("Ясных различий между классами не видно")
    assert str(english.get_suptitle()).startswith("No clear difference is seen")


def test_every_feature_has_a_panel(drawn: dict[str, Any]) -> None:
    assert len(drawn["distributions_figure_ru"].axes) == 20


def test_effects_of_clusters_are_said_to_have_95_percent_intervals(drawn: dict[str, Any]) -> None:
    russian, english = (drawn[f"clusters_figure_{language}"].axes[1].get_xlabel() for language in LANGUAGES)
    assert "с 95 % интервалом" in russian
    assert "with its 95% interval" in english
