import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.base import BaseEstimator, ClassifierMixin

from one_click.columns import BASE_FEATURES, CATEGORICAL_FEATURES, COLUMNS, LANGUAGES, label
from one_click.features import add_engineered
from one_click.parameters import Interpretation
from one_click.pipelines.interpretation.nodes.curves import describe_effects, trace_effects
from one_click.presentation.wording import percent, value_text

Curve = Callable[..., pd.DataFrame]

RANKS = pd.DataFrame({"feature": BASE_FEATURES[::-1], "rank": range(1, len(BASE_FEATURES) + 1)})
CURVE_COLUMNS = [
    *("feature", "kind", "value", "level", "probability"),
    *("low", "high", "ale", "clients_share", "rank"),
]
LINE_COLUMNS = ["feature", "client_id", "value", "level", "probability"]


class Formula(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A classifier whose probability of decline is a function of its columns."""

    def __init__(self, probability: Callable[[pd.DataFrame], Any]) -> None:
        self.probability = probability
        self.classes_ = np.array([0, 1])
        self.asked: list[int] = []

    def fit(self) -> None:
        raise AssertionError("no curve fits the model anew")

    def predict_proba(self, features: pd.DataFrame) -> Any:
        self.asked.append(len(features))
        declined = np.asarray(self.probability(features), dtype="float64")
        return np.column_stack([1 - declined, declined])


ADDITIVE = Formula(
    lambda rows: (
        0.1
        + 0.02 * rows["pages_per_visit"]
        + 0.03 * rows["service_errors"]
        + 0.1 * rows["allows_messages"]
        + 0.2 * (rows["popular_category"] == "Сад")
    )
)


def _options(points: int = 20, clients: int = 300, lines: int = 5, seed: int = 1) -> Interpretation:
    """Return the shipped parameters with other curves."""
    shipped = (Path(__file__).parents[4] / Interpretation.file).read_text(encoding="utf-8")
    curves = {"points": points, "clients": clients, "lines": lines}
    (parameters,) = yaml.safe_load(shipped).values()
    return Interpretation.model_validate(parameters | {"curves": curves, "seed": seed})


def _clients(**columns: Any) -> pd.DataFrame:
    """Return clients alike in everything but the columns given."""
    size = len(next(iter(columns.values())))
    alike = {name: "Дом" if name in CATEGORICAL_FEATURES else 1 for name in BASE_FEATURES}
    table = pd.DataFrame({"client_id": range(1001, 1001 + size), **dict.fromkeys(BASE_FEATURES, 0)})
    table = table.assign(**alike).assign(allows_messages=True)
    return table.assign(**columns, twin_group=0, activity_declined=0.0)


def _trace(
    features: pd.DataFrame, champion: Any, **settings: Any
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Return curves and lines by feature."""
    curves, lines = trace_effects(features, champion, RANKS, _options(**settings))
    assert curves.columns.tolist() == CURVE_COLUMNS
    assert lines.columns.tolist() == LINE_COLUMNS
    curve_of, lines_of = (
        {str(name): part.reset_index(drop=True) for name, part in table.groupby("feature", sort=False)}
        for table in (curves, lines)
    )
    return curve_of, lines_of


@pytest.fixture(scope="module")
def mixed() -> pd.DataFrame:
    """Return 20 clients: pages 1 to 5, errors that rise with them, one in four forbids messages."""
    pages = np.repeat([1, 2, 3, 4, 5], 4)
    return _clients(
        pages_per_visit=pages,
        service_errors=pages + np.tile([0, 1], 10),
        allows_messages=np.tile([True, True, True, False], 5),
        popular_category=np.tile(["Сад", "Дом"], 10),
        promo_purchase_share=np.linspace(0.05, 1, 20),
    )


# --- the calculation -------------------------------------------------------------------------------


def test_effects_of_a_sum_are_its_terms_by_both_methods(mixed: pd.DataFrame) -> None:
    curves, lines = _trace(mixed, ADDITIVE, lines=20)
    pages = curves["pages_per_visit"]
    # The others at their means: errors 3.5, messages 3/4, garden 1/2.
    rest = 0.1 + 0.03 * 3.5 + 0.1 * 0.75 + 0.2 * 0.5
    np.testing.assert_allclose(pages["value"], [1, 2, 3, 4, 5])
    np.testing.assert_allclose(pages["probability"], rest + 0.02 * pages["value"])
    np.testing.assert_allclose(pages["ale"], pages["probability"])
    errors = curves["service_errors"]
    np.testing.assert_allclose(errors["value"], [1, 2, 3, 4, 5, 6])
    np.testing.assert_allclose(errors["ale"], errors["probability"])
    own = lines["pages_per_visit"].pivot_table(index="client_id", columns="value", values="probability")
    np.testing.assert_allclose(np.diff(own, axis=1), 0.02)
    np.testing.assert_allclose(own.mean(), pages["probability"])
    for end, share in (("low", 0.1), ("high", 0.9)):
        np.testing.assert_allclose(pages[end], own.quantile(share))


def test_product_of_equal_features_shows_where_accumulated_effects_differ() -> None:
    pages = np.repeat([1, 2, 3, 4, 5], 6)
    product = Formula(lambda rows: rows["pages_per_visit"] * rows["service_errors"] / 100)
    curves, _ = _trace(_clients(pages_per_visit=pages, service_errors=pages), product)
    curve = curves["pages_per_visit"]
    values = curve["value"]
    # Partial dependence leaves the errors at their mean, 3; among clients with z pages it is z.
    np.testing.assert_allclose(curve["probability"], 0.03 * values)
    squares = values**2 / 200
    np.testing.assert_allclose(curve["ale"], squares - squares.mean() + 0.09)
    assert (curve["ale"] * curve["clients_share"]).sum() == pytest.approx(0.09)
    described = describe_effects(pd.concat(curves.values(), ignore_index=True)).set_index("feature")
    # At 1 page: .005 - .055 + .09 = .04 against .03; at 5 pages: .16 against .15; both below .05.
    assert not described.loc["pages_per_visit", "ale_differs"]


def test_accumulated_effects_far_from_partial_dependence_are_told() -> None:
    pages = np.repeat([1, 2, 3, 4, 5], 6)
    product = Formula(lambda rows: (rows["pages_per_visit"] - 3) * (rows["service_errors"] - 3) / 10 + 0.5)
    curves, _ = _trace(_clients(pages_per_visit=pages, service_errors=pages), product)
    curve = curves["pages_per_visit"]
    np.testing.assert_allclose(curve["probability"], 0.5, atol=1e-12)
    np.testing.assert_allclose(curve["ale"], 0.5 + ((curve["value"] - 3) ** 2 - 2) / 20, atol=1e-12)
    described = describe_effects(pd.concat(curves.values(), ignore_index=True)).set_index("feature")
    assert described.loc["pages_per_visit", "shape"] == "flat"
    assert described["ale_differs"].sum() == 2
    assert described.loc[["pages_per_visit", "service_errors"], "ale_differs"].all()


def test_numbers_are_asked_at_quantiles_that_clients_have() -> None:
    generator = np.random.default_rng(0)
    revenue = generator.lognormal(8, 0.3, 400).round(1)
    features = _clients(revenue_current=revenue, days_registered=generator.integers(1, 900, 400))
    curves, _ = _trace(features, ADDITIVE, points=7)
    for name in ("revenue_current", "days_registered"):
        values = curves[name]["value"]
        assert len(values) == 7
        assert values.is_monotonic_increasing
        assert values.isin(features[name]).all()
        low, high = np.quantile(features[name], [0.025, 0.975], method="inverted_cdf")
        assert (values.iloc[0], values.iloc[-1]) == (low, high)
        assert curves[name]["clients_share"].sum() == pytest.approx(1)


def test_clients_count_for_the_nearest_value() -> None:
    features = _clients(unpaid_items_quarter=[0] * 10 + [1, 2, 2, 3, 4, 4, 5, 5, 5, 9])
    curves, _ = _trace(features, ADDITIVE, points=3)
    unpaid = curves["unpaid_items_quarter"]
    # Asked at 0 (2.5 %), 0 (half of the clients have it), 9 (97.5 %); 1 to 4 are nearer to 0 than to 9.
    assert unpaid["value"].tolist() == [0, 9]
    assert unpaid["clients_share"].tolist() == pytest.approx([16 / 20, 4 / 20])


def test_flags_and_categories_are_asked_at_every_level(mixed: pd.DataFrame) -> None:
    curves, lines = _trace(mixed, ADDITIVE, points=2)
    flag, category = curves["allows_messages"], curves["popular_category"]
    assert flag["level"].tolist() == ["False", "True"]
    assert flag["clients_share"].tolist() == pytest.approx([0.25, 0.75])
    assert np.diff(flag["probability"]) == pytest.approx([0.1])
    assert category["level"].tolist() == ["Дом", "Сад"]
    assert np.diff(category["probability"]) == pytest.approx([0.2])
    for curve in (flag, category):
        assert set(curve["kind"]) == {"category"}
        assert curve[["value", "ale"]].isna().all(axis=None)
    assert set(lines["popular_category"]["level"]) == {"Дом", "Сад"}
    assert lines["popular_category"]["value"].isna().all()


def test_rank_is_that_of_the_importance(mixed: pd.DataFrame) -> None:
    curves, _ = _trace(mixed, ADDITIVE)
    assert list(curves) == list(BASE_FEATURES)
    for position, name in enumerate(reversed(BASE_FEATURES), start=1):
        assert set(curves[name]["rank"]) == {position}


def test_constant_features_get_one_point() -> None:
    features = _clients(pages_per_visit=[4, 4, 4])
    curves, lines = _trace(features, ADDITIVE)
    for name, curve in curves.items():
        (row,) = curve.to_dict("records")
        assert row["clients_share"] == 1
        assert row["probability"] == row["low"] == row["high"] == pytest.approx(0.31)
        if row["kind"] == "number":
            assert row["ale"] == pytest.approx(0.31)
        assert len(lines[name]) == 3
    described = describe_effects(pd.concat(curves.values(), ignore_index=True))
    assert set(described["shape"]) == {"flat"}
    assert described[["steepest_from", "steepest_to"]].isna().all(axis=None)


def test_lines_are_answers_about_clients_whose_other_features_stay(mixed: pd.DataFrame) -> None:
    _, lines = _trace(mixed, ADDITIVE, clients=8, lines=3)
    own = mixed.set_index("client_id")
    for name in ("pages_per_visit", "service_errors", "promo_purchase_share"):
        drawn = lines[name]
        assert drawn["client_id"].nunique() == 3
        rows = own.loc[drawn["client_id"]].assign(**{name: drawn["value"].to_numpy()})
        np.testing.assert_allclose(drawn["probability"], ADDITIVE.predict_proba(rows)[:, 1])


def test_no_lines_are_possible(mixed: pd.DataFrame) -> None:
    curves, lines = trace_effects(mixed, ADDITIVE, RANKS, _options(lines=0))
    assert lines.empty
    assert lines.columns.tolist() == LINE_COLUMNS
    assert not curves.empty


@pytest.mark.parametrize("pages", [[4], [1, 5], [1, 3, 5]], ids=["one", "two", "three"])
def test_few_clients_have_lines_of_their_own(pages: list[int]) -> None:
    features = _clients(pages_per_visit=pages, service_errors=pages)
    _, lines = _trace(features, ADDITIVE)
    own = lines["pages_per_visit"].pivot_table(index="client_id", columns="value", values="probability")
    # Of the rest, errors are the client's own; messages are allowed, home is no garden.
    expected = [[0.2 + 0.03 * errors + 0.02 * value for value in pages] for errors in pages]
    np.testing.assert_allclose(own, expected)


def test_held_clients_stand_for_all_risks() -> None:
    generator = np.random.default_rng(3)
    features = _clients(pages_per_visit=generator.permutation(np.repeat(np.arange(40), 25)))
    steep = Formula(lambda rows: (rows["pages_per_visit"] >= 30).astype(float))
    curves, lines = _trace(features, steep, clients=20, lines=4)
    assert curves["service_errors"]["probability"].iloc[0] == pytest.approx(0.25)
    assert lines["service_errors"]["probability"].mean() == pytest.approx(0.25)


def test_raw_features_are_moved() -> None:
    revenue = np.array([100.0, 200, 300, 400])
    base = _clients(revenue_two_months_ago=[100.0] * 4, revenue_previous=revenue, revenue_current=revenue)
    months = ["revenue_two_months_ago", "revenue_previous", "revenue_current"]

    def of_trend(rows: pd.DataFrame) -> pd.Series:
        assert rows.columns.tolist() == list(BASE_FEATURES)
        return 0.5 + 0.1 * (3 * rows["revenue_current"] / rows[months].sum(axis=1) - 1)

    curves, _ = _trace(add_engineered(base, ("revenue_trend", "promo_habit")), Formula(of_trend))
    curve = curves["revenue_current"]
    expected = [np.mean(0.5 + 0.1 * (3 * value / (value + revenue + 100) - 1)) for value in curve["value"]]
    np.testing.assert_allclose(curve["probability"], expected)


def test_memory_is_bounded() -> None:
    champion = Formula(lambda rows: 0.001 * rows["days_registered"])
    _trace(_clients(days_registered=np.arange(600)), champion, points=6, clients=20)
    assert max(champion.asked) == 6 * 20  # however many clients there are
    curves, _ = _trace(_clients(days_registered=np.arange(600)), champion, points=100, clients=600)
    days = curves["days_registered"]
    assert len(days) == 100
    np.testing.assert_allclose(days["probability"], 0.001 * days["value"])
    np.testing.assert_allclose(days["ale"], days["probability"], atol=2e-4)  # shares differ by 1 in 600


@pytest.mark.filterwarnings("ignore:Found unknown categories")
@pytest.mark.parametrize("name", ["logistic_regression", "decision_tree", "k_nearest_neighbours"])
def test_unseen_categories_are_answered(fit: Callable[..., Any], clients: pd.DataFrame, name: str) -> None:
    unseen = clients.assign(
        popular_category=clients["popular_category"].where(clients.index % 9 > 0, "Новая")
    )
    curves, _ = _trace(unseen, fit(name, clients), points=4, clients=15)
    levels = curves["popular_category"].set_index("level")
    assert levels.loc["Новая", "clients_share"] == pytest.approx((unseen.index % 9 == 0).mean())
    assert levels["probability"].between(0, 1).all()
    sentences = describe_effects(pd.concat(curves.values(), ignore_index=True))
    assert sentences[["sentence_ru", "sentence_en"]].notna().all(axis=None)


def test_same_inputs_give_the_same_bytes_and_stay_as_they_were(mixed: pd.DataFrame) -> None:
    before, ranks = mixed.copy(), RANKS.copy()
    first, again = (trace_effects(mixed, ADDITIVE, RANKS, _options(lines=3)) for _ in range(2))
    kept = first[0].copy()
    described = describe_effects(first[0])
    pd.testing.assert_frame_equal(described, describe_effects(again[0]))
    for table, copy in ((mixed, before), (RANKS, ranks), (first[0], kept)):
        pd.testing.assert_frame_equal(table, copy)
    for table, repeated in zip(first, again, strict=True):
        assert table.to_csv().encode() == repeated.to_csv().encode()


def _drawn(features: pd.DataFrame, champion: Formula, seed: int, **settings: int) -> set[int]:
    _, lines = trace_effects(features, champion, RANKS, _options(seed=seed, **settings))
    return set(lines["client_id"])


def test_seed_draws_the_clients() -> None:
    features = _clients(days_registered=np.arange(40))
    champion = Formula(lambda rows: rows["days_registered"] / 100)  # each client has a risk of its own
    drawn = [_drawn(features, champion, seed, clients=4, lines=4) for seed in range(8)]
    assert len(set().union(*drawn)) > 4
    few = [_drawn(features, champion, seed, clients=2, points=2, lines=2) for seed in range(8)]
    assert len(set().union(*few)) > 4  # more than the four whom one order of clients puts first


# --- the description -------------------------------------------------------------------------------


def _curve(name: str, places: list[Any], probabilities: list[float], **columns: Any) -> pd.DataFrame:
    category = COLUMNS[name].kind in ("flag", "category")
    table = pd.DataFrame({"probability": probabilities, "ale": probabilities})
    table = table.assign(
        feature=name,
        kind="category" if category else "number",
        value=np.nan if category else places,
        level=[str(place) for place in places] if category else "",
        low=0.0,
        high=1.0,
        clients_share=1 / len(places),
        rank=1,
    )
    return table[CURVE_COLUMNS].assign(**columns)


@pytest.mark.parametrize(
    ("probabilities", "shape"),
    [
        pytest.param([0.1, 0.3, 0.5, 0.9], "rises", id="rises"),
        pytest.param([0.9, 0.5, 0.5, 0.1], "falls", id="falls"),
        pytest.param([0.1, 0.6, 0.55, 0.9], "rises", id="small-dip-is-passed-over"),
        pytest.param([0.5, 0.52, 0.2, 0.1], "falls", id="small-rise-at-the-start-is-passed-over"),
        pytest.param([0.1, 0.8, 0.7, 0.2], "rises_then_falls", id="hill"),
        pytest.param([0.8, 0.2, 0.3, 0.6], "falls_then_rises", id="valley"),
        pytest.param([0.2, 0.6, 0.3, 0.7], "wavy", id="wavy"),
        pytest.param([0.40, 0.42, 0.40, 0.429], "flat", id="flat"),
        pytest.param([0.400, 0.409, 0.401, 0.440], "rises", id="turns-below-a-point-are-no-waves"),
    ],
)
def test_shape(probabilities: list[float], shape: str) -> None:
    (row,) = describe_effects(_curve("pages_per_visit", [2, 4, 6, 9], probabilities)).to_dict("records")
    assert row["shape"] == shape
    assert (row["lowest"], row["highest"]) == (min(probabilities), max(probabilities))
    assert row["span"] == pytest.approx(max(probabilities) - min(probabilities))
    assert row["lowest_value"] == [2, 4, 6, 9][int(np.argmin(probabilities))]
    assert row["highest_value"] == [2, 4, 6, 9][int(np.argmax(probabilities))]


@pytest.mark.parametrize(
    ("values", "probabilities", "stretch"),
    [
        pytest.param([2, 4, 6, 9], [0.71, 0.62, 0.3, 0.2], (4, 6), id="one-step"),
        pytest.param([1, 2, 3, 4, 5], [0.1, 0.3, 0.5, 0.7, 0.9], (1, 4), id="even"),
        pytest.param([1, 2, 3, 4, 5], [0.9, 0.85, 0.6, 0.3, 0.25], (2, 4), id="two-steps"),
        pytest.param([1, 2, 3, 4], [0.1, 0.7, 0.1, 0.9], (3, 4), id="of-equal-ones-the-larger-change"),
        pytest.param([0, 8, 9, 10], [0.1, 0.7, 0.7, 0.7], (0, 8), id="only-one"),
    ],
)
def test_steepest_stretch_is_the_narrowest_with_most_of_the_change(
    values: list[float], probabilities: list[float], stretch: tuple[float, float]
) -> None:
    (row,) = describe_effects(_curve("pages_per_visit", values, probabilities)).to_dict("records")
    assert (row["steepest_from"], row["steepest_to"]) == stretch


@pytest.mark.parametrize(("distance", "differs"), [(0.049, False), (0.051, True), (-0.051, True)])
def test_accumulated_effects_differ_from_five_points_on(distance: float, differs: bool) -> None:
    curve = _curve("pages_per_visit", [1, 2], [0.2, 0.6], ale=[0.2, 0.6 + distance])
    assert describe_effects(curve)["ale_differs"].tolist() == [differs]


def test_most_important_feature_comes_first() -> None:
    curves = [
        _curve("pages_per_visit", [1, 2], [0.2, 0.3], rank=2),
        _curve("service_errors", [1, 2], [0.2, 0.3], rank=1),
        _curve("allows_messages", [False, True], [0.2, 0.3], rank=3),
    ]
    described = describe_effects(pd.concat(curves, ignore_index=True))
    assert described["feature"].tolist() == ["service_errors", "pages_per_visit", "allows_messages"]


@pytest.mark.parametrize(
    ("curve", "russian", "english"),
    [
        pytest.param(
            _curve("pages_per_visit", [2, 4, 6, 9], [0.71, 0.62, 0.3, 0.2]),
            "Риск снижается с ростом признака «Страниц за визит»: с 71 % при 2 стр. до 20 % при 9 стр., "
            "в основном между 4 и 6 стр.",
            "Risk falls with “Pages per visit”: from 71% at 2 pages to 20% at 9 pages, most of it between 4 "
            "and 6 pages.",
            id="falls",
        ),
        pytest.param(
            _curve("category_views_per_visit", [1, 2, 3, 4, 5, 6], [0.2, 0.25, 0.3, 0.35, 0.4, 0.45]),
            "Риск повышается с ростом признака «Категорий за визит»: с 20 % при 1 шт. до 45 % при 6 шт.",
            "Risk rises with “Categories per visit”: from 20% at 1 category to 45% at 6 categories.",
            id="rises-evenly",
        ),
        pytest.param(
            _curve("category_views_per_visit", [1, 2, 6], [0.2, 0.5, 0.6]),
            "Риск повышается с ростом признака «Категорий за визит»: с 20 % при 1 шт. до 60 % при 6 шт., "
            "в основном между 1 и 2 шт.",
            "Risk rises with “Categories per visit”: from 20% at 1 category to 60% at 6 categories, most of "
            "it between 1 and 2 categories.",
            id="from-one",
        ),
        pytest.param(
            _curve("promo_purchase_share", [0.1, 0.3, 0.4, 0.9], [0.2, 0.25, 0.6, 0.7]),
            "Риск повышается с ростом признака «Доля покупок по акции»: с 20 % при доле 10 % до 70 % при "
            "доле 90 %, в основном между долями 30 % и 40 %.",
            "Risk rises with “Share of promo purchases”: from 20% at a share of 10% to 70% at a share of "
            "90%, most of it between shares of 30% and 40%.",
            id="share",
        ),
        pytest.param(
            _curve("marketing_contacts_6m", [1.5, 2, 4.25], [0.4, 0.2, 0.1]),
            "Риск снижается с ростом признака «Контакты за 6 месяцев»: с 40 % при 1,5 в месяц до 10 % при "
            "4,2 в месяц, в основном между 1,5 и 2 в месяц.",
            "Risk falls with “Contacts over 6 months”: from 40% at 1.5 per month to 10% at 4.2 per month, "
            "most of it between 1.5 and 2 per month.",
            id="number",
        ),
        pytest.param(
            _curve("promo_purchase_share", [0.101, 0.151, 0.154, 0.404], [0.1, 0.15, 0.6, 0.7]),
            "Риск повышается с ростом признака «Доля покупок по акции»: с 10 % при доле 10 % до 70 % при "
            "доле 40 %.",
            "Risk rises with “Share of promo purchases”: from 10% at a share of 10% to 70% at a share of "
            "40%.",
            id="stretch-too-narrow-to-be-written",
        ),
        pytest.param(
            _curve("minutes_current", [1, 5, 9], [0.12, 0.4, 0.2]),
            "Риск с ростом признака «Время на сайте в текущем месяце» сначала повышается, потом снижается: "
            "12 % при 1 мин., 40 % при 5 мин., 20 % при 9 мин.",
            "Risk first rises and then falls along “Time on site this month”: 12% at 1 min, 40% at 5 min, "
            "20% at 9 min.",
            id="hill",
        ),
        pytest.param(
            _curve("service_errors", [0, 1, 9], [0.5, 0.1, 0.3]),
            "Риск с ростом признака «Ошибки сервиса» сначала снижается, потом повышается: 50 % при 0 шт., "
            "10 % при 1 шт., 30 % при 9 шт.",
            "Risk first falls and then rises along “Service errors”: 50% at 0 errors, 10% at 1 error, 30% at "
            "9 errors.",
            id="valley",
        ),
        pytest.param(
            _curve("revenue_current", [1000, 2000, 3000, 4000], [0.2, 0.6, 0.1, 0.3]),
            "Риск с ростом признака «Выручка текущего месяца» то повышается, то снижается: от 10 % при "
            "3 000 ед. выручки до 60 % при 2 000 ед. выручки.",
            "Risk goes up and down along “Revenue this month”, from 10% at 3,000 revenue units to 60% at "
            "2,000 revenue units.",
            id="wavy",
        ),
        pytest.param(
            _curve("popular_category", ["Кухонная посуда", "Новая", "Товары для детей"], [0.3, 0.35, 0.45]),
            "Риск различается по признаку «Популярная категория»: от 30 % при значении «Кухонная посуда» до "
            "45 % при значении «Товары для детей».",
            "Risk differs by “Popular category”: from 30% for “Kitchenware” to 45% for “Children's goods”.",
            id="category",
        ),
        pytest.param(
            _curve("allows_messages", [False, True], [0.5, 0.3]),
            "Риск различается по признаку «Разрешает сообщения»: от 30 % при значении «да» до 50 % при "
            "значении «нет».",
            "Risk differs by “Allows messages”: from 30% for “yes” to 50% for “no”.",
            id="flag",
        ),
        pytest.param(
            _curve("days_registered", [100, 500], [0.37, 0.38]),
            "Риск почти не меняется вместе с признаком «Дней с регистрации»: от 37 % до 38 %.",
            "Risk hardly changes with “Days since registration”: from 37% to 38%.",
            id="flat",
        ),
        pytest.param(
            _curve("service_type", ["премиум", "стандарт"], [0.381, 0.381 + 1e-16]),
            "В среднем риск почти одинаков при всех значениях признака «Тип сервиса»: около 38 %.",
            "On average, risk is nearly the same at every value of “Service type”: about 38%.",
            id="same",
        ),
        pytest.param(
            _curve("service_errors", [1], [0.4]),
            "Как риск связан с признаком «Ошибки сервиса», не проверить: не менее чем у 95 % клиентов одно "
            "значение — 1 шт.",
            "How risk goes with “Service errors” cannot be told: at least 95% of clients have one value, "
            "1 error.",
            id="constant-number",
        ),
        pytest.param(
            _curve("allows_messages", [True], [0.4]),
            "Как риск связан с признаком «Разрешает сообщения», не проверить: у всех клиентов одно значение "
            "— «да».",
            "How risk goes with “Allows messages” cannot be told: all clients have one value, “yes”.",
            id="constant-flag",
        ),
    ],
)
def test_sentence_by_hand(curve: pd.DataFrame, russian: str, english: str) -> None:
    (row,) = describe_effects(curve).to_dict("records")
    assert row["sentence_ru"].replace("\u00a0", " ") == russian
    assert row["sentence_en"] == english


def test_sentences_are_true_against_their_numbers(fit: Callable[..., Any], clients: pd.DataFrame) -> None:
    curves, _ = trace_effects(clients, fit("decision_tree", clients), RANKS, _options(points=8))
    described = describe_effects(curves)
    assert described["feature"].tolist() == list(reversed(BASE_FEATURES))
    assert {"falls", "flat"} <= set(described["shape"])
    for row in described.itertuples():
        own = curves[curves["feature"] == row.feature]
        assert row.lowest == pytest.approx(own["probability"].min())
        assert row.highest == pytest.approx(own["probability"].max())
        for language in LANGUAGES:
            sentence = getattr(row, f"sentence_{language}")
            assert label(row.feature, language) in sentence
            assert not re.search(r"\bwill\b|\bcause|\blead|\bbecause\b|\.\.|nan|привод|из-за", sentence)
            if row.shape != "flat":
                assert percent(row.lowest, 0, language) in sentence
                assert percent(row.highest, 0, language) in sentence
            if row.shape in ("rises", "falls"):
                for value in (row.lowest_value, row.highest_value):
                    assert value_text(row.feature, value, language) in sentence
                assert (row.lowest_value < row.highest_value) == (row.shape == "rises")
