"""What is planted is found again: causes, habits, quantiles; a summary of a store makes such a store."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.optimize import check_grad

from one_click.columns import TARGET
from one_click.errors import ParameterError
from one_click.parameters import DemoPopulation, DemoStore
from one_click.parameters.planted import Cause, LabelNoise
from one_click.pipelines.demo_comparison.nodes import summary
from one_click.simulation.mechanism import log_odds

NO_NOISE = LabelNoise(missed_declines=0.0, false_declines=0.0)


@pytest.fixture(scope="module")
def options(make_options: Callable[..., DemoStore]) -> DemoStore:
    """Return the shipped options of a clean store of 20 000 clients."""
    return make_options(clients=20_000, dirt={})


@pytest.fixture(scope="module")
def store(options: DemoStore, population: DemoPopulation) -> pd.DataFrame:
    """Return the first month of a large store."""
    return summary.draw_store(options, population)


@pytest.mark.parametrize(
    ("name", "values", "weights", "expected"),
    [
        pytest.param("pages_per_visit", [1, 2, 3, 4], [1, 1, 1, 1], [0.5, 2.5, 4.5], id="whole"),
        pytest.param("pages_per_visit", [1, 2], [3, 1], [0.5, 1 + 1 / 6, 2.5], id="weighted"),
        pytest.param(
            "promo_purchase_share", [0.1, 0.9], [3, 1], [0.095, 0.1 + 1 / 600, 0.905], id="two-modes"
        ),
    ],
)
def test_quantiles_of_rounded_values(
    name: str, values: list[float], weights: list[float], expected: list[float]
) -> None:
    column = pd.Series(values, name=name)
    found = summary.spread_quantiles(column, np.array(weights, dtype="float64"), (0.0, 0.5, 1.0))
    assert found.tolist() == pytest.approx(expected)


def test_planted_sizes_are_found_again() -> None:
    generator = np.random.default_rng(0)
    clients = pd.DataFrame(
        {
            "pages_per_visit": generator.normal(size=40_000),
            "service_errors": generator.normal(size=40_000),
            "service_type": generator.choice(["премиум", "стандарт"], 40_000),
        }
    )
    typical = {"pages_per_visit": (0.0, 1.0), "service_errors": (0.0, 1.0)}
    planted = {
        "one": Cause(intercept=-2, drivers={"pages_per_visit": -2.0, "service_type": {"премиум": 1.0}}),
        "two": Cause(
            intercept=-3,
            drivers={"service_errors": 1.5},
            interactions={"service_errors * service_errors": 0.4},
        ),
    }
    spared = np.prod(
        [1 / (1 + np.exp(log_odds(clients, cause, typical))) for cause in planted.values()], axis=0
    )
    noise = LabelNoise(missed_declines=0.05, false_declines=0.1)
    declined = generator.random(40_000) > spared
    wrong = generator.random(40_000) < np.where(declined, noise.missed_declines, noise.false_declines)
    clients[TARGET] = (declined ^ wrong).astype(int)
    start = {
        "one": Cause(intercept=-1, drivers={"pages_per_visit": -0.5, "service_type": {"премиум": 0.0}}),
        "two": Cause(
            intercept=-1,
            drivers={"service_errors": 0.5},
            interactions={"service_errors * service_errors": 0.0},
        ),
    }
    found = summary.fit_causes(clients, start, typical, noise)
    assert found["one"].intercept == pytest.approx(-2, abs=0.15)
    assert found["one"].drivers["pages_per_visit"] == pytest.approx(-2, abs=0.15)
    assert found["one"].drivers["service_type"] == pytest.approx({"премиум": 1.0}, abs=0.15)
    assert found["two"].drivers["service_errors"] == pytest.approx(1.5, abs=0.15)
    assert found["two"].interactions == pytest.approx({"service_errors * service_errors": 0.4}, abs=0.1)


def test_gradient_of_the_fit() -> None:
    generator = np.random.default_rng(3)
    designs = [np.column_stack([np.ones(50), generator.normal(size=(50, width))]) for width in (2, 3)]
    declined = generator.integers(0, 2, 50).astype("float64")
    noise = LabelNoise(missed_declines=0.1, false_declines=0.05)
    arguments = (designs, declined, noise)
    error = check_grad(
        lambda sizes: summary._cost(sizes, *arguments)[0],
        lambda sizes: summary._cost(sizes, *arguments)[1],
        generator.normal(size=7),
    )
    assert error < 1e-4


def test_summary_of_a_store_is_its_population(
    store: pd.DataFrame, population: DemoPopulation, options: DemoStore
) -> None:
    found = summary.summarise_population(store, population, options.label_noise)
    for name, habit in population.habits.items():
        assert found.habits[name].share == pytest.approx(habit.share, abs=0.03)
        for column in ("pages_per_visit", "minutes_current", "category_views_per_visit"):
            middle = population.probabilities.index(0.5)
            asked, made = (one.quantiles[column][middle] for one in (habit, found.habits[name]))
            assert made == pytest.approx(asked, rel=0.12)
    asked, made = (np.concatenate(one.correlations) for one in (population, found))
    assert np.abs(asked - made).max() < 0.12
    assert np.abs(asked - made).mean() < 0.03


def test_sharper_means_larger_sizes_by_that_factor(store: pd.DataFrame, population: DemoPopulation) -> None:
    plain, sharp = (
        summary.summarise_population(store.head(2000), population, NO_NOISE, sharpness).causes[
            "narrow_choice"
        ]
        for sharpness in (1.0, 1.5)
    )
    assert sharp.intercept == pytest.approx(1.5 * plain.intercept, abs=0.002)
    assert sharp.drivers["category_views_per_visit"] == pytest.approx(
        1.5 * plain.drivers["category_views_per_visit"], abs=0.002
    )


def test_summary_written_as_parameters_is_read_back(
    store: pd.DataFrame, population: DemoPopulation, options: DemoStore
) -> None:
    found = summary.summarise_population(store.head(3000), population, options.label_noise)
    written = yaml.safe_dump(found.model_dump(mode="json"), default_flow_style=None, allow_unicode=True)
    assert DemoPopulation.model_validate(yaml.safe_load(written)) == found


def test_no_quantile_names_a_single_client(population: DemoPopulation) -> None:
    """Summaries are rounded to three digits, which no revenue in the files is."""
    for habit in population.habits.values():
        for value in habit.quantiles["revenue_current"]:
            assert value % 10 == 0


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"service_errors": 3}, id="number"),
        pytest.param({"pages_per_visit": 3}, id="driver"),
        pytest.param({"allows_messages": True}, id="flag"),
        pytest.param({"service_type": "премиум"}, id="category"),
    ],
)
def test_what_is_the_same_for_all_is_summarised_too(
    store: pd.DataFrame, population: DemoPopulation, changes: dict[str, object]
) -> None:
    found = summary.summarise_population(store.head(1000).assign(**changes), population, NO_NOISE)
    assert len(found.habits) == 2


def test_other_structures_are_refused(store: pd.DataFrame, population: DemoPopulation) -> None:
    without_causes = population.model_copy(update={"causes": {}})
    with pytest.raises(ParameterError, match="2 habits and 0 causes"):
        summary.summarise_population(store, without_causes, NO_NOISE)


def test_categories_are_those_of_the_extract(store: pd.DataFrame, population: DemoPopulation) -> None:
    words = {"Домашний текстиль": "Книги", "Товары для детей": "Сад"}
    few = store.head(3000)
    other = few.assign(popular_category=few["popular_category"].replace(words))
    found = summary.summarise_population(other, population, NO_NOISE)
    drivers = found.causes["fading_visits"].drivers["popular_category"]
    assert isinstance(drivers, dict)
    assert {"Книги", "Сад"} < set(drivers)
    assert not set(words) & set(drivers)


def test_columns_that_are_equal_are_summarised_too(store: pd.DataFrame, population: DemoPopulation) -> None:
    few = store.head(1000)
    equal = few.assign(revenue_previous=few["revenue_current"], allows_messages=few.index == 7)
    found = summary.summarise_population(equal, population, NO_NOISE)
    place = {name: number for number, name in enumerate(found.columns)}
    matrix = found.correlation_matrix
    assert 0.7 < matrix[place["revenue_previous"], place["revenue_current"]] < 1
    assert np.linalg.eigvalsh(matrix).min() > 0
