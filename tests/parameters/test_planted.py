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


FAULTY_POPULATIONS = {
    "driver": (_driver("page_per_visit", 1), "no feature 'page_per_visit'; did you mean 'pages_per_visit'"),
    "profit-is-no-driver": (_driver(PROFIT, 1), "no feature 'monthly_profit'"),
    "category-as-number": (_driver("service_type", 1), "'service_type' takes one number per value"),
    "number-as-category": (_driver("service_errors", {"a": 1}), "'service_errors' takes one number$"),
    "flag-as-category": (_driver("allows_messages", {"a": 1}), "'allows_messages' takes one number$"),
    "interaction-misspelt": (
        _interaction("page_per_visit * service_errors"),
        "no numeric feature 'page_per_visit'; did you mean 'pages_per_visit'",
    ),
    "interaction-without-blanks": (
        _interaction("service_errors*pages_per_visit"),
        r"no numeric feature 'service_errors\*pages_per_visit'",
    ),
    "interaction-with-category": (
        _interaction("service_type * service_errors"),
        "no numeric feature 'service_type'",
    ),
    "interaction-of-one": (_interaction("service_errors"), r"must read 'feature \* feature'"),
    "interaction-of-three": (
        _interaction("service_errors * service_errors * service_errors"),
        r"must read 'feature \* feature'",
    ),
    "shares": (_habit(share=0.3), "habits: the shares do not add up to 1"),
    "share-above-1": (_habit(share=1.2), "habits.fading.share: got 1.2"),
    "habit-misspelt-key": (_habit(allow_messages=1), "did you mean 'allows_messages'"),
    "no-habit": (lambda raw: raw.update(habits={}), "at least 1 item"),
    "quantiles": (_quantiles("service_errors", [1, 2]), "habits.steady.service_errors: not 25 quantiles"),
    "probabilities": (
        lambda raw: raw["probabilities"].pop(),
        "habits.fading.marketing_contacts_6m: not 24 quantiles",
    ),
    "unknown-column": (
        _quantiles("service_error", [1] * 25),
        "habits.steady.quantiles: the columns must be .*service_errors",
    ),
    "column-missing": (_without_column(["steady"]), "habits.steady.quantiles"),
    "column-missing-in-all": (_without_column(["fading", "steady"]), "habits.fading.quantiles"),
    "columns-in-another-order": (_another_order, "habits.steady.quantiles"),
    "correlations-without-consent": (lambda raw: raw["correlations"].pop(), "correlations: not one row"),
    "correlations-shape": (lambda raw: raw["correlations"][3].append(0), "correlations: not one row"),
    "typical-of-driver": (
        lambda raw: raw["typical"].pop("category_views_per_visit"),
        "typical: no value for the driver 'category_views_per_visit'",
    ),
    "typical-of-interaction": (
        lambda raw: (
            raw["typical"].pop("service_errors"),
            _interaction("service_errors * minutes_current")(raw),
        ),
        "typical: no value for the driver 'service_errors'",
    ),
    "spread-0": (lambda raw: raw["typical"].update(minutes_current=[13, 0]), "spread is not above zero"),
    "spread-negative": (
        lambda raw: raw["typical"].update(minutes_current=[13, -1]),
        "spread is not above zero",
    ),
    "misspelt-key": (lambda raw: raw.update(typicals={}), "did you mean 'typical'"),
}


@pytest.mark.parametrize(("change", "message"), FAULTY_POPULATIONS.values(), ids=list(FAULTY_POPULATIONS))
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


FAULTY_STORES = {
    "no-months": ({"months": []}, "months: got"),
    "twice": ({"months": ["may", "may"], "unlabelled": []}, "'may' is declared more than once"),
    "unlabelled": ({"unlabelled": ["demo_nxt"]}, "no month 'demo_nxt'; did you mean 'demo_next'"),
    "persistence-misspelt": (
        {"persistence": {"minutes_curent": 0.5}},
        "'minutes_curent' is not drawn anew; did you mean 'minutes_current'",
    ),
    "persistence-of-the-past": (
        {"persistence": {"revenue_previous": 0.5}},
        "'revenue_previous' is not drawn anew",
    ),
    "persistence-of-days": ({"persistence": {"days_registered": 0.5}}, "'days_registered' is not"),
    "persistence": ({"persistence": {"minutes_current": 1.1}}, "minutes_current: got 1.1"),
    "label-persistence": ({"label_persistence": -0.1}, "label_persistence: got -0.1"),
    "all-leave": ({"leavers_share": 1}, "leavers_share: got 1"),
    "newcomers": ({"newcomers_share": -0.1}, "newcomers_share: got -0.1"),
    "habit-change": ({"habit_change": 2}, "habit_change: got 2"),
    "clients": ({"clients": 29}, "clients: got 29"),
    "chunk": ({"chunk_clients": 0}, "chunk_clients: got 0"),
    "first-id": ({"first_id": 0}, "first_id: got 0"),
    "seed": ({"seed": -1}, "seed: got -1"),
    "order-noise": ({"order_noise": -1}, "order_noise: got -1"),
    "futures": ({"futures": -1}, "futures: got -1"),
    "format": ({"file_format": "xlsx"}, "'csv' or 'parquet'"),
    "noise": ({"label_noise": {"missed_declines": 1.5, "false_declines": 0}}, "missed_declines: got 1.5"),
    "noise-misspelt": (
        {"label_noise": {"missed_declines": 0, "false_declins": 0}},
        "did you mean 'false_declines'",
    ),
    "dirt-misspelt": ({"dirt": {"twin": 0.1}}, "did you mean 'twins'"),
    "dirt": ({"dirt": {"twins": 1.1}}, "dirt.twins: got 1.1"),
    "misspelt": ({"client": 5}, "did you mean 'clients'"),
    "drift-misspelt": (
        {"drifts": [DRIFT | {"column": "page_per_visit"}]},
        "drift: no column 'page_per_visit' that is new in each month; did you mean 'pages_per_visit'",
    ),
    "drift-of-days": (
        {"drifts": [DRIFT | {"column": "days_registered"}]},
        "drift: no column 'days_registered'",
    ),
    "drift-of-category": (
        {"drifts": [DRIFT | {"column": "service_type"}]},
        "drift: no column 'service_type'",
    ),
    "drift-month": ({"drifts": [DRIFT | {"month": 0}]}, "drifts.0.month: got 0"),
    "drift-months": ({"drifts": [DRIFT | {"months": 0}]}, "drifts.0.months: got 0"),
    "condition-segment": (_eligible(column="segment", one_of="x"), "on features, not segment"),
    "condition-profit": (_eligible(column=PROFIT, at_least=1), "on features, not monthly_profit"),
    "condition-reason": (_eligible(reason="pages_per_visit"), "on features, not a reason or signal"),
    "condition-signal": (_eligible(signal="low_pages"), "on features, not a reason or signal"),
    "condition-misspelt": (_eligible(column="page_per_visit", below=3), "did you mean 'pages_per_visit'"),
    "effect-signal": (
        {"campaigns": [CAMPAIGN | {"effects": [{"where": [{"signal": "low_pages"}], "prevents": 0.1}]}]},
        "on features, not a reason or signal",
    ),
    "effect": ({"campaigns": [CAMPAIGN | {"effects": [{"prevents": 1.1}]}]}, "prevents: got 1.1"),
    "treated-share": ({"campaigns": [CAMPAIGN | {"treated_share": 1.1}]}, "treated_share: got 1.1"),
    "campaign-lasts": ({"campaigns": [CAMPAIGN | {"lasts": 0}]}, "lasts: got 0"),
    "campaign-month": ({"campaigns": [CAMPAIGN | {"month": 0}]}, "month: got 0"),
    "offers": ({"campaigns": [CAMPAIGN, CAMPAIGN | {"month": 2}]}, "'coupon' is declared more than once"),
}


@pytest.mark.parametrize(("change", "message"), FAULTY_STORES.values(), ids=list(FAULTY_STORES))
def test_faulty_stores_are_refused(change: Raw, message: str, store: Raw) -> None:
    with pytest.raises(ParameterError, match=message) as error:
        DemoStore.model_validate(store | change)
    assert DemoStore.file in str(error.value)
