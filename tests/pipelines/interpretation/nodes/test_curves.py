from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from tests.purity import purely

from one_click.columns import BASE_FEATURES, CATEGORICAL_FEATURES
from one_click.features import add_engineered
from one_click.parameters import Curves, Interpretation
from one_click.pipelines.interpretation.nodes import curves
from one_click.pipelines.interpretation.nodes.effects import summarise_curves

trace_effects = purely(curves.trace_effects)

Tables = dict[str, pd.DataFrame]  # by feature
Trace = Callable[..., tuple[Tables, Tables]]

RANKS = pd.DataFrame({"feature": BASE_FEATURES[::-1], "rank": range(1, len(BASE_FEATURES) + 1)})
CURVE_COLUMNS = [
    *("feature", "kind", "value", "level", "probability"),
    *("low", "high", "ale", "clients_share", "rank"),
]
LINE_COLUMNS = ["feature", "client_id", "value", "level", "probability"]
PRODUCT = ["pages_per_visit", "service_errors"]


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


def _clients(**columns: Any) -> pd.DataFrame:
    """Return clients alike in everything but the columns given."""
    size = len(next(iter(columns.values())))
    alike = {name: "Дом" if name in CATEGORICAL_FEATURES else 1 for name in BASE_FEATURES}
    table = pd.DataFrame({"client_id": range(1001, 1001 + size), **dict.fromkeys(BASE_FEATURES, 0)})
    table = table.assign(**alike).assign(allows_messages=True)
    return table.assign(**columns, twin_group=0, activity_declined=0.0)


@pytest.fixture(scope="module")
def trace(options: Interpretation) -> Trace:
    """Return a function that gives curves and lines by feature: ``trace(features, champion, points=…)``."""

    def traced(features: pd.DataFrame, champion: Any, seed: int = 1, **changes: int) -> tuple[Tables, Tables]:
        curves = Curves(**{"points": 20, "clients": 300, "lines": 5} | changes)
        chosen = options.model_copy(update={"curves": curves, "seed": seed})
        tables = trace_effects(features, champion, RANKS, chosen)
        assert [table.columns.tolist() for table in tables] == [CURVE_COLUMNS, LINE_COLUMNS]
        curve_of, lines_of = (
            {str(name): part.reset_index(drop=True) for name, part in table.groupby("feature", sort=False)}
            for table in tables
        )
        return curve_of, lines_of

    return traced


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


def test_effects_of_a_sum_are_its_terms_by_both_methods(trace: Trace, mixed: pd.DataFrame) -> None:
    curves, lines = trace(mixed, ADDITIVE, lines=20)
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


def test_numbers_are_asked_at_quantiles_that_clients_have(trace: Trace) -> None:
    generator = np.random.default_rng(0)
    revenue = generator.lognormal(8, 0.3, 400).round(1)
    features = _clients(revenue_current=revenue, days_registered=generator.integers(1, 900, 400))
    curves, _ = trace(features, ADDITIVE, points=7)
    for name in ("revenue_current", "days_registered"):
        values = curves[name]["value"]
        assert len(values) == 7
        assert values.is_monotonic_increasing
        assert values.isin(features[name]).all()
        low, high = np.quantile(features[name], [0.025, 0.975], method="inverted_cdf")
        assert (values.iloc[0], values.iloc[-1]) == (low, high)
        assert curves[name]["clients_share"].sum() == pytest.approx(1)


def test_share_counts_the_clients_nearest_to_a_value(trace: Trace) -> None:
    features = _clients(unpaid_items_quarter=[0] * 10 + [1, 2, 2, 3, 4, 4, 5, 5, 5, 9])
    curves, _ = trace(features, ADDITIVE, points=3)
    unpaid = curves["unpaid_items_quarter"]
    # Asked at 0 (2.5 %), 0 (half of the clients have it), 9 (97.5 %); 1 to 4 are nearer to 0 than to 9.
    assert unpaid["value"].tolist() == [0, 9]
    assert unpaid["clients_share"].tolist() == pytest.approx([16 / 20, 4 / 20])


def test_flags_and_categories_are_asked_at_every_level(trace: Trace, mixed: pd.DataFrame) -> None:
    curves, lines = trace(mixed, ADDITIVE, points=2)
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


def test_lines_are_answers_about_clients_whose_other_features_stay(trace: Trace, mixed: pd.DataFrame) -> None:
    _, lines = trace(mixed, ADDITIVE, clients=8, lines=3)
    own = mixed.set_index("client_id")
    for name in ("pages_per_visit", "service_errors", "promo_purchase_share"):
        drawn = lines[name]
        assert drawn["client_id"].nunique() == 3
        rows = own.loc[drawn["client_id"]].assign(**{name: drawn["value"].to_numpy()})
        np.testing.assert_allclose(drawn["probability"], ADDITIVE.predict_proba(rows)[:, 1])


@pytest.mark.parametrize("pages", [[4], [1, 5], [1, 3, 5]], ids=["one", "two", "three"])
def test_few_clients_have_lines_of_their_own(trace: Trace, pages: list[int]) -> None:
    features = _clients(pages_per_visit=pages, service_errors=pages)
    _, lines = trace(features, ADDITIVE)
    own = lines["pages_per_visit"].pivot_table(index="client_id", columns="value", values="probability")
    # Of the rest, errors are the client's own; messages are allowed, home is no garden.
    expected = [[0.2 + 0.03 * errors + 0.02 * value for value in pages] for errors in pages]
    np.testing.assert_allclose(own, expected)


def test_mean_risk_of_the_held_clients_is_that_of_all(trace: Trace) -> None:
    generator = np.random.default_rng(3)
    features = _clients(pages_per_visit=generator.permutation(np.repeat(np.arange(40), 25)))
    steep = Formula(lambda rows: (rows["pages_per_visit"] >= 30).astype(float))
    curves, lines = trace(features, steep, clients=20, lines=4)
    assert curves["service_errors"]["probability"].iloc[0] == pytest.approx(0.25)
    assert lines["service_errors"]["probability"].mean() == pytest.approx(0.25)


def test_raw_features_move_and_engineered_ones_follow(trace: Trace) -> None:
    revenue = np.array([100.0, 200, 300, 400])
    base = _clients(revenue_two_months_ago=[100.0] * 4, revenue_previous=revenue, revenue_current=revenue)
    months = ["revenue_two_months_ago", "revenue_previous", "revenue_current"]

    def of_trend(rows: pd.DataFrame) -> pd.Series:
        assert rows.columns.tolist() == list(BASE_FEATURES)
        return 0.5 + 0.1 * (3 * rows["revenue_current"] / rows[months].sum(axis=1) - 1)

    curves, _ = trace(add_engineered(base, ("revenue_trend", "promo_habit")), Formula(of_trend))
    curve = curves["revenue_current"]
    expected = [np.mean(0.5 + 0.1 * (3 * value / (value + revenue + 100) - 1)) for value in curve["value"]]
    np.testing.assert_allclose(curve["probability"], expected)


def test_rows_asked_at_once_are_bounded(trace: Trace) -> None:
    champion = Formula(lambda rows: 0.001 * rows["days_registered"])
    trace(_clients(days_registered=np.arange(600)), champion, points=6, clients=20)
    assert max(champion.asked) == 6 * 20  # however many clients there are
    curves, _ = trace(_clients(days_registered=np.arange(600)), champion, points=100, clients=600)
    days = curves["days_registered"]
    assert len(days) == 100
    np.testing.assert_allclose(days["probability"], 0.001 * days["value"])
    np.testing.assert_allclose(days["ale"], days["probability"], atol=2e-4)  # shares differ by 1 in 600


@pytest.mark.parametrize(
    ("joint", "probability", "ale", "differs"),
    [
        # Partial dependence leaves the errors at their mean, 3; among clients with z pages they are z.
        # At 1 page: .005 - .055 + .09 = .04 against .03; at 5 pages: .16 against .15; both below .05.
        pytest.param(
            lambda pages, errors: pages * errors / 100,
            lambda pages: 0.03 * pages,
            lambda pages: pages**2 / 200 - 0.055 + 0.09,
            False,
            id="near",
        ),
        pytest.param(
            lambda pages, errors: (pages - 3) * (errors - 3) / 10 + 0.5,
            lambda pages: 0.5 + 0 * pages,
            lambda pages: 0.5 + ((pages - 3) ** 2 - 2) / 20,
            True,
            id="far",
        ),
    ],
)
def test_accumulated_effects_of_a_product_are_those_of_its_square(
    trace: Trace, joint: Callable[..., Any], probability: Any, ale: Any, differs: bool
) -> None:
    pages = np.repeat([1, 2, 3, 4, 5], 6)
    product = Formula(lambda rows: joint(rows["pages_per_visit"], rows["service_errors"]))
    curves, _ = trace(_clients(pages_per_visit=pages, service_errors=pages), product)
    curve, own_mean = curves["pages_per_visit"], probability(3)
    np.testing.assert_allclose(curve["probability"], probability(curve["value"]), atol=1e-12)
    np.testing.assert_allclose(curve["ale"], ale(curve["value"]), atol=1e-12)
    assert (curve["ale"] * curve["clients_share"]).sum() == pytest.approx(own_mean)
    summary = summarise_curves(pd.concat(curves.values(), ignore_index=True)).set_index("feature")
    assert set(summary.index[summary["ale_differs"]]) == set(PRODUCT * differs)


def test_constant_features_get_one_point(trace: Trace) -> None:
    curves, lines = trace(_clients(pages_per_visit=[4, 4, 4]), ADDITIVE)
    for name, curve in curves.items():
        (row,) = curve.to_dict("records")
        assert row["clients_share"] == 1
        assert row["probability"] == row["low"] == row["high"] == pytest.approx(0.31)
        assert row["kind"] == "category" or row["ale"] == pytest.approx(0.31)
        assert len(lines[name]) == 3


def test_rank_is_that_of_the_importance_and_lines_may_be_none(trace: Trace, mixed: pd.DataFrame) -> None:
    curves, lines = trace(mixed, ADDITIVE, lines=0)
    assert lines == {}
    assert list(curves) == list(BASE_FEATURES)
    for position, name in enumerate(reversed(BASE_FEATURES), start=1):
        assert set(curves[name]["rank"]) == {position}


@pytest.mark.filterwarnings("ignore:Found unknown categories")
@pytest.mark.parametrize("name", ["logistic_regression", "decision_tree", "k_nearest_neighbours"])
def test_unseen_categories_are_answered(
    trace: Trace, fit: Callable[..., Any], clients: pd.DataFrame, name: str
) -> None:
    is_unseen = clients.index % 9 == 0
    unseen = clients.assign(popular_category=clients["popular_category"].mask(is_unseen, "Новая"))
    curves, _ = trace(unseen, fit(name, clients), points=4, clients=15)
    levels = curves["popular_category"].set_index("level")
    assert levels.loc["Новая", "clients_share"] == pytest.approx(is_unseen.mean())
    assert levels["probability"].between(0, 1).all()


def test_same_inputs_give_the_same_bytes(trace: Trace, mixed: pd.DataFrame) -> None:
    first, again = (trace(mixed, ADDITIVE, lines=3) for _ in range(2))
    for tables, repeated in zip(first, again, strict=True):
        for name in BASE_FEATURES:
            assert tables[name].to_csv().encode() == repeated[name].to_csv().encode()


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param({"clients": 4, "lines": 4}, id="of-many"),
        pytest.param({"clients": 2, "points": 2, "lines": 2}, id="of-more-than-the-first-four"),
    ],
)
def test_seed_draws_the_clients(trace: Trace, counts: dict[str, int]) -> None:
    features = _clients(days_registered=np.arange(40))
    champion = Formula(lambda rows: rows["days_registered"] / 100)  # each client has a risk of its own
    traced = [trace(features, champion, seed=seed, **counts)[1] for seed in range(8)]
    assert len({client for lines in traced for client in lines["service_errors"]["client_id"]}) > 4
