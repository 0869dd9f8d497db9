"""What may be planted in a synthetic store, and what is refused: `planted` and the models that use it."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from one_click.columns import BASE_FEATURES, COLUMNS, PROFIT
from one_click.errors import ParameterError
from one_click.parameters import DemoPopulation, DemoStore
from one_click.parameters.planted import NUMERIC_FEATURES, RENEWED, Campaign, Cause, Dirt, Drift

Raw = dict[str, Any]
Change = Callable[[Raw], Any]


def _read(root: Path, file: str) -> Raw:
    (parameters,) = yaml.safe_load((root / file).read_text(encoding="utf-8")).values()
    return dict(parameters)


@pytest.fixture(scope="module")
def store(root: Path) -> Raw:
    return _read(root, DemoStore.file)


@pytest.fixture(scope="module")
def population(root: Path) -> Raw:
    return _read(root, DemoPopulation.file)


# Drifts


@pytest.mark.parametrize(
    ("months", "moved"),
    [
        pytest.param(1, [0, 0, 6, 6, 6, 6, 6], id="jump"),
        pytest.param(3, [0, 0, 2, 4, 6, 6, 6], id="ramp"),
        pytest.param(12, [0, 0, 0.5, 1, 1.5, 2, 2.5], id="not-there-yet"),
    ],
)
def test_drift_moves_in_equal_steps(months: int, moved: list[float]) -> None:
    drift = Drift(column="pages_per_visit", month=3, size=6, months=months)
    assert [drift.moved(month) for month in range(1, 8)] == pytest.approx(moved)


def test_drift_may_go_downwards() -> None:
    assert Drift(column="pages_per_visit", month=1, size=-2).moved(1) == -2


# Names


def test_numeric_features_are_those_that_are_counted_or_measured() -> None:
    assert set(BASE_FEATURES) - set(NUMERIC_FEATURES) == {
        "allows_messages",
        "popular_category",
        "service_type",
    }


def test_what_is_not_drawn_anew_follows_from_what_is() -> None:
    follows = {"revenue_two_months_ago", "revenue_previous", "minutes_previous", "days_registered"}
    assert set(RENEWED) == {*NUMERIC_FEATURES, PROFIT} - follows
    assert set(RENEWED) <= set(COLUMNS)


def test_numeric_drivers_of_a_cause() -> None:
    cause = Cause(
        intercept=0,
        drivers={"pages_per_visit": 1, "allows_messages": 1, "service_type": {"премиум": 1}},
        interactions={"minutes_current * service_errors": 1, "service_errors * service_errors": 1},
    )
    assert cause.numeric == {"pages_per_visit", "minutes_current", "service_errors"}


def test_dirt_is_none_unless_asked_for() -> None:
    shares = Dirt().model_dump(exclude={"absurd_revenue"})
    assert set(shares.values()) == {0}


def test_what_is_planted_cannot_be_changed() -> None:
    drift = Drift(column="pages_per_visit", month=1, size=1)
    with pytest.raises(ValidationError, match="frozen"):
        drift.size = 2


# Populations


def test_shipped_population_is_valid(population: Raw) -> None:
    shipped = DemoPopulation.model_validate(population)
    assert set(shipped.columns) == {*NUMERIC_FEATURES, PROFIT}
    assert shipped.columns[0] == "marketing_contacts_6m"
    assert set(shipped.habits) == {"fading", "steady"}


def _driver(name: str, size: Any) -> Change:
    return lambda raw: raw["causes"]["narrow_choice"]["drivers"].update({name: size})


def _interaction(name: str) -> Change:
    return lambda raw: raw["causes"]["narrow_choice"]["interactions"].update({name: 0.5})


def _habit(**changes: Any) -> Change:
    return lambda raw: raw["habits"]["fading"].update(changes)


def _quantiles(name: str, values: list[float]) -> Change:
    return lambda raw: raw["habits"]["steady"]["quantiles"].update({name: values})


def _without_column(habits: list[str]) -> Change:
    return lambda raw: [raw["habits"][habit]["quantiles"].pop("service_errors") for habit in habits]


def _another_order(raw: Raw) -> None:
    quantiles = raw["habits"]["steady"]["quantiles"]
    quantiles["marketing_contacts_6m"] = quantiles.pop("marketing_contacts_6m")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            _driver("page_per_visit", 1),
            "no feature 'page_per_visit'; did you mean 'pages_per_visit'",
            id="driver",
        ),
        pytest.param(_driver(PROFIT, 1), "no feature 'monthly_profit'", id="profit-is-no-driver"),
        pytest.param(
            _driver("service_type", 1), "'service_type' takes one number per value", id="category-as-number"
        ),
        pytest.param(
            _driver("service_errors", {"a": 1}), "'service_errors' takes one number$", id="number-as-category"
        ),
        pytest.param(
            _driver("allows_messages", {"a": 1}), "'allows_messages' takes one number$", id="flag-as-category"
        ),
        pytest.param(
            _interaction("page_per_visit * service_errors"),
            "no numeric feature 'page_per_visit'; did you mean 'pages_per_visit'",
            id="interaction-misspelt",
        ),
        pytest.param(
            _interaction("service_errors*pages_per_visit"),
            r"no numeric feature 'service_errors\*pages_per_visit'",
            id="interaction-without-blanks",
        ),
        pytest.param(
            _interaction("service_type * service_errors"),
            "no numeric feature 'service_type'",
            id="interaction-with-category",
        ),
        pytest.param(
            _interaction("service_errors"), r"must read 'feature \* feature'", id="interaction-of-one"
        ),
        pytest.param(
            _interaction("service_errors * service_errors * service_errors"),
            r"must read 'feature \* feature'",
            id="interaction-of-three",
        ),
        pytest.param(_habit(share=0.3), "habits: the shares do not add up to 1", id="shares"),
        pytest.param(_habit(share=1.2), "habits.fading.share: got 1.2", id="share-above-1"),
        pytest.param(_habit(allow_messages=1), "did you mean 'allows_messages'", id="habit-misspelt-key"),
        pytest.param(lambda raw: raw.update(habits={}), "at least 1 item", id="no-habit"),
        pytest.param(
            _quantiles("service_errors", [1, 2]),
            "habits.steady.service_errors: not 25 quantiles",
            id="quantiles",
        ),
        pytest.param(
            lambda raw: raw["probabilities"].pop(),
            "habits.fading.marketing_contacts_6m: not 24 quantiles",
            id="probabilities",
        ),
        pytest.param(
            _quantiles("service_error", [1] * 25),
            "habits.steady.quantiles: the columns must be .*service_errors",
            id="unknown-column",
        ),
        pytest.param(_without_column(["steady"]), "habits.steady.quantiles", id="column-missing"),
        pytest.param(
            _without_column(["fading", "steady"]), "habits.fading.quantiles", id="column-missing-in-all"
        ),
        pytest.param(_another_order, "habits.steady.quantiles", id="columns-in-another-order"),
        pytest.param(
            lambda raw: raw["correlations"].pop(),
            "correlations: not one row",
            id="correlations-without-consent",
        ),
        pytest.param(
            lambda raw: raw["correlations"][3].append(0), "correlations: not one row", id="correlations-shape"
        ),
        pytest.param(
            lambda raw: raw["typical"].pop("category_views_per_visit"),
            "typical: no value for the driver 'category_views_per_visit'",
            id="typical-of-driver",
        ),
        pytest.param(
            lambda raw: (
                raw["typical"].pop("service_errors"),
                _interaction("service_errors * minutes_current")(raw),
            ),
            "typical: no value for the driver 'service_errors'",
            id="typical-of-interaction",
        ),
        pytest.param(
            lambda raw: raw["typical"].update(minutes_current=[13, 0]),
            "spread is not above zero",
            id="spread-0",
        ),
        pytest.param(
            lambda raw: raw["typical"].update(minutes_current=[13, -1]),
            "spread is not above zero",
            id="spread-negative",
        ),
        pytest.param(lambda raw: raw.update(typicals={}), "did you mean 'typical'", id="misspelt-key"),
    ],
)
def test_faulty_populations_are_refused(change: Change, message: str, population: Raw) -> None:
    raw = deepcopy(population)
    change(raw)
    with pytest.raises(ParameterError, match=f"(?m){message}") as error:
        DemoPopulation.model_validate(raw)
    assert DemoPopulation.file in str(error.value)


# Stores

CAMPAIGN: Raw = {"offer": "coupon", "month": 1, "treated_share": 0.5, "effects": [{"prevents": 0.1}]}
DRIFT: Raw = {"column": "pages_per_visit", "month": 2, "size": 1}


def test_shipped_store_is_valid(store: Raw) -> None:
    shipped = DemoStore.model_validate(store)
    assert shipped.clients == 1_300
    assert shipped.drifts == (Drift(column="unpaid_items_quarter", month=2, size=0.8),)


def test_campaign_takes_conditions_on_features(store: Raw) -> None:
    eligible = [{"column": "pages_per_visit", "below": 5}, {"column": "allows_messages", "is": True}]
    where = [{"column": "service_type", "one_of": "премиум"}]
    campaign = CAMPAIGN | {"eligible": eligible, "effects": [{"where": where, "prevents": -0.5}]}
    (declared,) = DemoStore.model_validate(store | {"campaigns": [campaign]}).campaigns
    assert isinstance(declared, Campaign)
    assert [condition.column for condition in declared.eligible] == ["pages_per_visit", "allows_messages"]
    assert declared.effects[0].prevents == -0.5
    assert declared.lasts == 3


def _eligible(**condition: Any) -> Raw:
    return {"campaigns": [CAMPAIGN | {"eligible": [condition]}]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"months": []}, "months: got", id="no-months"),
        pytest.param(
            {"months": ["may", "may"], "unlabelled": []}, "'may' is declared more than once", id="twice"
        ),
        pytest.param(
            {"unlabelled": ["demo_nxt"]}, "no month 'demo_nxt'; did you mean 'demo_next'", id="unlabelled"
        ),
        pytest.param(
            {"persistence": {"minutes_curent": 0.5}},
            "'minutes_curent' is not drawn anew; did you mean 'minutes_current'",
            id="persistence-misspelt",
        ),
        pytest.param(
            {"persistence": {"revenue_previous": 0.5}},
            "'revenue_previous' is not drawn anew",
            id="persistence-of-the-past",
        ),
        pytest.param(
            {"persistence": {"days_registered": 0.5}}, "'days_registered' is not", id="persistence-of-days"
        ),
        pytest.param({"persistence": {"minutes_current": 1.1}}, "minutes_current: got 1.1", id="persistence"),
        pytest.param({"label_persistence": -0.1}, "label_persistence: got -0.1", id="label-persistence"),
        pytest.param({"leavers_share": 1}, "leavers_share: got 1", id="all-leave"),
        pytest.param({"newcomers_share": -0.1}, "newcomers_share: got -0.1", id="newcomers"),
        pytest.param({"habit_change": 2}, "habit_change: got 2", id="habit-change"),
        pytest.param({"clients": 29}, "clients: got 29", id="clients"),
        pytest.param({"chunk_clients": 0}, "chunk_clients: got 0", id="chunk"),
        pytest.param({"first_id": 0}, "first_id: got 0", id="first-id"),
        pytest.param({"seed": -1}, "seed: got -1", id="seed"),
        pytest.param({"order_noise": -1}, "order_noise: got -1", id="order-noise"),
        pytest.param({"futures": -1}, "futures: got -1", id="futures"),
        pytest.param({"file_format": "xlsx"}, "'csv' or 'parquet'", id="format"),
        pytest.param(
            {"label_noise": {"missed_declines": 1.5, "false_declines": 0}},
            "missed_declines: got 1.5",
            id="noise",
        ),
        pytest.param(
            {"label_noise": {"missed_declines": 0, "false_declins": 0}},
            "did you mean 'false_declines'",
            id="noise-misspelt",
        ),
        pytest.param({"dirt": {"twin": 0.1}}, "did you mean 'twins'", id="dirt-misspelt"),
        pytest.param({"dirt": {"twins": 1.1}}, "dirt.twins: got 1.1", id="dirt"),
        pytest.param({"client": 5}, "did you mean 'clients'", id="misspelt"),
        pytest.param(
            {"drifts": [DRIFT | {"column": "page_per_visit"}]},
            "drift: no column 'page_per_visit' that is new in each month; did you mean 'pages_per_visit'",
            id="drift-misspelt",
        ),
        pytest.param(
            {"drifts": [DRIFT | {"column": "days_registered"}]},
            "drift: no column 'days_registered'",
            id="drift-of-days",
        ),
        pytest.param(
            {"drifts": [DRIFT | {"column": "service_type"}]},
            "drift: no column 'service_type'",
            id="drift-of-category",
        ),
        pytest.param({"drifts": [DRIFT | {"month": 0}]}, "drifts.0.month: got 0", id="drift-month"),
        pytest.param({"drifts": [DRIFT | {"months": 0}]}, "drifts.0.months: got 0", id="drift-months"),
        pytest.param(
            _eligible(column="segment", one_of="x"), "on features, not segment", id="condition-segment"
        ),
        pytest.param(
            _eligible(column=PROFIT, at_least=1), "on features, not monthly_profit", id="condition-profit"
        ),
        pytest.param(
            _eligible(reason="pages_per_visit"), "on features, not a reason or signal", id="condition-reason"
        ),
        pytest.param(
            _eligible(signal="low_pages"), "on features, not a reason or signal", id="condition-signal"
        ),
        pytest.param(
            _eligible(column="page_per_visit", below=3),
            "did you mean 'pages_per_visit'",
            id="condition-misspelt",
        ),
        pytest.param(
            {"campaigns": [CAMPAIGN | {"effects": [{"where": [{"signal": "low_pages"}], "prevents": 0.1}]}]},
            "on features, not a reason or signal",
            id="effect-signal",
        ),
        pytest.param(
            {"campaigns": [CAMPAIGN | {"effects": [{"prevents": 1.1}]}]}, "prevents: got 1.1", id="effect"
        ),
        pytest.param(
            {"campaigns": [CAMPAIGN | {"treated_share": 1.1}]}, "treated_share: got 1.1", id="treated-share"
        ),
        pytest.param({"campaigns": [CAMPAIGN | {"lasts": 0}]}, "lasts: got 0", id="campaign-lasts"),
        pytest.param({"campaigns": [CAMPAIGN | {"month": 0}]}, "month: got 0", id="campaign-month"),
        pytest.param(
            {"campaigns": [CAMPAIGN, CAMPAIGN | {"month": 2}]},
            "'coupon' is declared more than once",
            id="offers",
        ),
    ],
)
def test_faulty_stores_are_refused(change: Raw, message: str, store: Raw) -> None:
    with pytest.raises(ParameterError, match=message) as error:
        DemoStore.model_validate(store | change)
    assert DemoStore.file in str(error.value)
