import re
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from tests.marks import render, titles, words

from one_click.columns import BASE_FEATURES, COLUMNS, label
from one_click.parameters import CampaignPlan
from one_click.pipelines.interpretation.figures import importance as plots
from one_click.presentation.drawing import DECLINED, KEPT, NEUTRAL
from one_click.presentation.wording import number

FEATURES = list(BASE_FEATURES)
FOUR = ["pages_per_visit", "promo_purchase_share", "minutes_current", "days_registered"]
GROUPS = ("communication", "site_behaviour", "product_preferences", "finance")
Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def dots(axes: Axes) -> list[Any]:
    """Return the places of all dots, by series."""
    return [one.get_offsets().data for one in axes.collections if isinstance(one, PathCollection)]


def colour(name: str) -> tuple[float, ...]:
    return tuple(mpl.colors.to_rgba(name))


# Loss when shuffled -------------------------------------------------------------------------------


def losses(importance: list[float], low: list[float]) -> pd.DataFrame:
    """Return losses of four features, a pair and four groups; other metrics have losses of 9."""
    pair = ["minutes_current", "days_registered"]
    units = [("feature", name, name) for name in FOUR]
    units += [("collinear", " + ".join(pair), ", ".join(pair))]
    units += [("group", name, "") for name in GROUPS]
    table = pd.DataFrame(units, columns=["kind", "feature", "members"]).assign(metric="roc_auc", rank=1)
    table["importance"] = [*importance, 0.2, 0.3, 0.1, 0.05, 0.0]
    table["low"] = [*low, 0.15, 0.25, 0.05, 0.0, -0.05]
    table["high"] = table["importance"] + 0.02
    other = table.assign(metric="average_precision", importance=9.0, low=8.0)
    return pd.concat([other, table], ignore_index=True)


@pytest.fixture
def shuffled() -> pd.DataFrame:
    """Return losses of which the first two are proven."""
    return losses([0.061, 0.02, 0.01, 0], [0.05, 0.01, -0.01, 0])


def test_permutation_names_the_first_feature_and_its_loss(shuffled: pd.DataFrame) -> None:
    russian, english = titles(plots.permutation_importance_figure(shuffled))
    assert russian == "Больше всего модель теряет, если перемешать признак «Страниц за визит»: 0,061 ROC-AUC"
    assert english == "The model loses most when “pages per visit” is shuffled: 0.061 of ROC-AUC"


@pytest.mark.parametrize(
    ("importance", "low"),
    [
        pytest.param([0.061, 0.02, 0.01, 0], [0.0, -0.01, -0.01, 0], id="none-proven"),
        pytest.param([0.0] * 4, [0.0] * 4, id="nothing-used"),
        pytest.param([-0.01, -0.02, -0.03, -0.04], [-0.02, -0.03, -0.04, -0.05], id="all-misleading"),
    ],
)
def test_permutation_without_a_proven_feature(importance: list[float], low: list[float]) -> None:
    russian, english = render(plots.permutation_importance_figure(losses(importance, low)))
    assert russian == "Ни один признак не теряет ROC-AUC при перемешивании во всех проверках"
    assert english == "No feature loses ROC-AUC in all checks when it is shuffled"


def test_permutation_does_not_deny_what_a_later_feature_proves() -> None:
    figures = plots.permutation_importance_figure(losses([0.03, 0.02, 0.01, 0], [-0.01, 0.01, -0.01, 0]))
    russian, english = render(figures)
    assert not english.startswith("No feature")
    assert not russian.startswith("Ни один")


def test_permutation_parts_features_from_sets_and_groups(shuffled: pd.DataFrame) -> None:
    (axes,) = plots.permutation_importance_figure(shuffled)[0].axes
    assert words(axes.get_legend().get_texts()) == [
        "один признак",
        "признаки, что меняются вместе",
        "вся группа",
    ]
    features, pairs, whole = dots(axes)
    assert features[:, 1].min() > max(pairs[:, 1].max(), whole[:, 1].max())  # above the line
    names = words(axes.get_yticklabels())
    assert names[-1] == "Страниц за визит"
    assert "Время на сайте в текущем месяце Дней с регистрации" in names
    assert {"Коммуникация", "Поведение на сайте", "Финансы и статус"} <= set(names)


def test_permutation_without_sets_has_no_entry_for_them(shuffled: pd.DataFrame) -> None:
    (axes,) = plots.permutation_importance_figure(shuffled[shuffled["kind"] != "collinear"])[1].axes
    assert words(axes.get_legend().get_texts()) == ["one feature", "whole group"]


# Mean contributions -------------------------------------------------------------------------------


def contributions(mean_absolute: list[float], direction: list[float] | None = None) -> pd.DataFrame:
    table = pd.DataFrame({"feature": FOUR, "mean_absolute": mean_absolute})
    total = table["mean_absolute"].sum()
    return table.assign(
        share=table["mean_absolute"] / total if total else 0.0,
        direction=direction or [-0.9, 0.9, 0.1, float("nan")],
        low=0.9 * table["mean_absolute"],
        high=1.1 * table["mean_absolute"],
    )


def test_shap_importance_names_three_features_and_their_share() -> None:
    assert titles(plots.shap_importance_figure(contributions([0.4, 0.3, 0.2, 0.1]))) == [
        "Три признака дают 90 % всех объяснений: «Страниц за визит», «Доля покупок по акции», "
        "«Время на сайте в текущем месяце»",
        "Three features give 90% of all explanations: “Pages per visit”, “Share of promo purchases”, "
        "“Time on site this month”",
    ]


@pytest.mark.parametrize(
    ("mean_absolute", "named"),
    [pytest.param([0.0] * 4, 0, id="nothing-used"), pytest.param([0.4, 0.1, 0.0, 0.0], 2, id="two-used")],
)
def test_shap_importance_names_no_feature_that_is_not_used(mean_absolute: list[float], named: int) -> None:
    drawn = render(plots.shap_importance_figure(contributions(mean_absolute)))
    for title, language in zip(drawn, ("ru", "en"), strict=True):
        assert [label(name, language) in title for name in FOUR] == [place < named for place in range(4)]
    assert not drawn[0].startswith("Три")
    assert not drawn[1].startswith("Three")


def test_shap_importance_shows_the_direction_of_each_feature() -> None:
    table = contributions([0.4, 0.3, 0.2, 0.1], [-0.31, 0.31, 0.29, float("nan")])
    russian, english = (figure.axes[0] for figure in plots.shap_importance_figure(table))
    assert words(english.get_legend().get_texts()) == [
        "larger value, higher risk",
        "larger value, lower risk",
        "no clear direction",
    ]
    found = {round(bar.get_width(), 9): bar.get_facecolor() for bar in english.patches}
    assert found == dict(
        zip(table["mean_absolute"], map(colour, (KEPT, DECLINED, NEUTRAL, NEUTRAL)), strict=True)
    )
    assert "95 % интервал" in russian.get_xlabel()
    assert "95% interval" in english.get_xlabel()
    assert words(english.get_yticklabels())[::-1] == [label(name, "en") for name in FOUR]


# Every client -------------------------------------------------------------------------------------


def without_contributions(clients: pd.DataFrame) -> pd.DataFrame:
    return clients[["client_id"]].assign(**dict.fromkeys(FEATURES, 0.0))


@pytest.fixture
def explained(clients: pd.DataFrame) -> Tables:
    """Return Shapley values of 120 clients, their features and the importance of all features."""
    generator = np.random.default_rng(0)
    sizes = 1 / np.arange(1, 17)
    values = pd.DataFrame(generator.normal(size=(120, 16)) * sizes, columns=FEATURES)
    values = values.assign(client_id=clients["client_id"], base_value=-0.4)
    values["output"] = values["base_value"] + values[FEATURES].sum(axis=1)
    mean_absolute = values[FEATURES].abs().mean().sort_values(ascending=False)
    importance = pd.DataFrame({"feature": mean_absolute.index, "mean_absolute": mean_absolute.to_numpy()})
    return values, clients, importance


def test_beeswarm_names_the_feature_with_the_largest_contributions(explained: Tables) -> None:
    first = explained[2]["feature"].iloc[0]
    russian, english = titles(plots.beeswarm_figure(*explained))
    assert russian == f"Сильнее всего оценки раздвигает признак «{label(first, 'ru')}»; каждая точка — клиент"
    assert english == f"“{label(first, 'en')}” moves scores furthest apart; each dot is a client"


def test_beeswarm_draws_every_client_on_the_line_of_each_feature(explained: Tables) -> None:
    values, features, importance = explained
    shown = importance["feature"].head(9).tolist()[::-1]
    axes, bar = plots.beeswarm_figure(*explained)[1].axes
    assert words(axes.get_yticklabels()) == [label(name, "en") for name in shown]
    assert words(bar.get_yticklabels()) == ["low", "high"]
    swarms = [one for one in axes.collections if isinstance(one, PathCollection)]
    for height, (name, one) in enumerate(zip(shown, swarms, strict=True)):
        places = one.get_offsets().data
        np.testing.assert_allclose(places[:, 0], values[name])
        assert np.abs(places[:, 1] - height).max() < 0.5
        if COLUMNS[name].kind == "category":
            assert one.get_array() is None
        else:
            np.testing.assert_allclose(one.get_array(), features[name].astype("float64").rank(pct=True))


def test_dots_of_near_contributions_stand_side_by_side(explained: Tables) -> None:
    values, features, importance = explained
    first = importance["feature"].iloc[0]
    same = values.assign(**{first: [0.0] * 60 + [1.0] * 60})
    axes = plots.beeswarm_figure(same, features, importance)[0].axes[0]
    places = dots(axes)[-1]
    assert len({tuple(place) for place in places.round(6)}) > 100


def test_beeswarm_of_a_large_base_is_thinned_out(clients: pd.DataFrame) -> None:
    many = pd.concat([clients] * 10, ignore_index=True).assign(client_id=range(1200))
    values = without_contributions(many).assign(promo_purchase_share=range(1200))
    features = ["promo_purchase_share", "pages_per_visit"]
    importance = pd.DataFrame({"feature": features, "mean_absolute": [1.0, 0.0]})
    places = dots(plots.beeswarm_figure(values, many, importance)[0].axes[0])[1]
    assert len(places) == 800
    assert (places[:, 0].min(), places[:, 0].max()) == (0, 1199)


def test_beeswarm_of_categories_alone_has_no_scale_of_values(clients: pd.DataFrame) -> None:
    values = without_contributions(clients).assign(service_type=1.0)
    importance = pd.DataFrame({"feature": ["service_type"], "mean_absolute": [1.0]})
    figures = plots.beeswarm_figure(values, clients, importance)
    assert render(figures)[1].startswith("“Service type” moves scores furthest apart")
    assert [len(figure.axes) for figure in figures] == [1, 1]


def test_beeswarm_names_no_feature_if_nothing_is_used(clients: pd.DataFrame) -> None:
    values = without_contributions(clients)
    importance = pd.DataFrame({"feature": FEATURES, "mean_absolute": 0.0})
    drawn = render(plots.beeswarm_figure(values, clients, importance))
    for title, language in zip(drawn, ("ru", "en"), strict=True):
        assert not any(label(name, language) in title for name in FEATURES)


# One client ---------------------------------------------------------------------------------------


@pytest.fixture
def scored(clients: pd.DataFrame) -> Tables:
    """Return three clients' Shapley values, features and scores; the last two have the highest risk."""
    features = clients.head(3).assign(client_id=[5, 9, 7], pages_per_visit=2, promo_purchase_share=0.25)
    values = without_contributions(features)
    values = values.assign(**{name: 0.01 * (1 + place) for place, name in enumerate(FEATURES)})
    values = values.assign(pages_per_visit=[0.5, 0.6, 0.7], promo_purchase_share=[-0.2, -0.3, -0.4])
    values["base_value"] = 0.25
    values["output"] = 0.25 + values[FEATURES].sum(axis=1)
    scores = pd.DataFrame({"client_id": [9, 5, 7], "probability": [0.84, 0.31, 0.84]})
    return values, features, scores


def test_waterfall_is_about_the_client_with_the_highest_risk(scored: Tables, campaign: CampaignPlan) -> None:
    assert titles(plots.waterfall_figure(*scored, campaign)) == [
        "Клиент 7: риск 84 %. Из чего складывается оценка модели",
        "Client 7: risk 84%. What the model's score is made of",
    ]


def test_waterfall_has_the_pseudonym_where_the_campaign_has_a_key(
    scored: Tables, campaign: CampaignPlan
) -> None:
    keyed = campaign.model_copy(update={"pseudonym_key": "secret key"})
    for title in titles(plots.waterfall_figure(*scored, keyed)):
        assert re.search(r"(Клиент|Client) c[0-9a-f]{12}: ", title)


@pytest.mark.parametrize(
    ("probability", "ru", "en"),
    [(0.999, "> 99 %", "> 99%"), (0.001, "< 1 %", "< 1%"), (0.305, "30 %", "30%")],
)
def test_any_client_can_be_drawn(scored: Tables, probability: float, ru: str, en: str) -> None:
    values, features, scores = scored
    sure = scores.assign(probability=[0.84, probability, 0.84])
    russian, english = titles(plots.client_waterfall(values, features, sure, 5))
    assert russian.startswith(f"Клиент 5: риск {ru}.")
    assert english.startswith(f"Client 5: risk {en}.")


def test_steps_lead_from_the_base_value_to_the_score(scored: Tables) -> None:
    own = scored[0].set_index("client_id").loc[9]
    (axes,) = plots.client_waterfall(*scored, 9)[0].axes
    bars = sorted(axes.patches, key=lambda bar: -bar.get_y())
    widths = [bar.get_width() for bar in bars]
    np.testing.assert_allclose(widths[:8], own[FEATURES].astype("float64").sort_values(key=abs).iloc[:-9:-1])
    assert bars[0].get_x() == pytest.approx(own["base_value"])
    for bar, following in pairwise(bars):
        assert following.get_x() == pytest.approx(bar.get_x() + bar.get_width())
    assert bars[-1].get_x() + bars[-1].get_width() == pytest.approx(own["output"])
    assert words(axes.texts) == [("+" if width > 0 else "") + number(width, 2, "ru") for width in widths]
    base, output = (number(own[name], 2, "ru") for name in ("base_value", "output"))
    assert axes.get_xlabel().index(base) < axes.get_xlabel().index(output)


def test_steps_are_named_with_the_clients_values(scored: Tables, campaign: CampaignPlan) -> None:
    figures = plots.waterfall_figure(*scored, campaign)
    russian, english = (words(figure.axes[0].get_yticklabels()) for figure in figures)
    assert russian[:2] == ["Страниц за визит: 2 стр.", "Доля покупок по акции: 25 %"]
    assert english[:2] == ["Pages per visit: 2 pages", "Share of promo purchases: 25%"]
    assert (russian[-1], english[-1]) == ("Остальные признаки", "All other features")
    assert len(russian) == len(english) == 9
