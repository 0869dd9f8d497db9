from collections.abc import Callable

import pandas as pd
from matplotlib.figure import Figure

from one_click.columns import TARGET
from one_click.parameters import Eda
from one_click.pipelines.eda import nodes, plots

Make = Callable[..., pd.DataFrame]


def _draw(clients: pd.DataFrame, options: Eda) -> dict[str, tuple[Figure, Figure]]:
    labelled = nodes.select_labelled(clients)
    portrait = nodes.portray_classes(labelled, options)
    bins, shares = nodes.tabulate_distributions(labelled, options), nodes.summarise_categories(labelled)
    return {
        "class_portrait": plots.class_portrait_figure(portrait),
        "distributions": plots.distributions_figure(bins, shares, portrait),
        "correlations": plots.correlations_figure(nodes.correlate(labelled)),
    }


def _title(figure: Figure) -> str:
    return str(figure.get_suptitle()).replace("\n", " ")


def test_titles_are_findings(make_clients: Make, options: Eda) -> None:
    figures = _draw(make_clients(), options)
    titles = {name: [_title(figure) for figure in pair] for name, pair in figures.items()}
    assert "«Страниц за визит» (ниже)" in titles["class_portrait"][0]
    assert "pages per visit (lower)" in titles["class_portrait"][1]
    assert all("n\xa0=\xa020\xa0+\xa040" in title for title in titles["class_portrait"])
    assert titles["distributions"][1].startswith("The classes clearly differ in ")
    assert "«Страниц за визит» (1,00)" in titles["correlations"][0]


def test_finding_follows_the_classes(make_clients: Make, options: Eda) -> None:
    clients = make_clients()
    swapped = clients.assign(activity_declined=1 - clients[TARGET])
    assert "«Страниц за визит» (выше)" in _title(_draw(swapped, options)["class_portrait"][0])


def test_odd_columns_are_drawn(make_clients: Make, options: Eda) -> None:
    clients = make_clients(
        service_errors=3,
        popular_category=[f"Раздел {i}" for i in range(60)],
        days_registered=[float("nan")] * 60,
        service_type="стандарт",
    )
    for pair in _draw(clients, options).values():
        for figure in pair:
            figure.canvas.draw()
            assert figure.axes


def test_nothing_to_tell_is_said(make_clients: Make, options: Eda) -> None:
    portrait = nodes.portray_classes(nodes.select_labelled(make_clients()), options)
    russian, english = plots.class_portrait_figure(portrait.assign(direction="none"))
    assert _title(russian).startswith("Ясных различий между классами не видно")
    assert _title(english).startswith("No clear difference is seen")


def test_every_feature_has_a_panel(make_clients: Make, options: Eda) -> None:
    russian, _ = _draw(make_clients(), options)["distributions"]
    assert len(russian.axes) == 20
