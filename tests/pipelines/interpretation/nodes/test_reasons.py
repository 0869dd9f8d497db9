from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from tests.purity import purely

from one_click.columns import BASE_FEATURES
from one_click.parameters import Interpretation
from one_click.pipelines.interpretation.nodes import reasons as nodes

Give = Callable[..., pd.DataFrame]

FEATURES = list(BASE_FEATURES)
COLUMNS_OF_THE_TABLE = [
    *("client_id", "direction", "rank", "feature", "contribution", "error", "certainty", "stability"),
    *("value", "typical_value", "changeable"),
]
PAGES, PROMO, ERRORS, DAYS = "pages_per_visit", "promo_purchase_share", "service_errors", "days_registered"


def table(*clients: dict[str, float]) -> pd.DataFrame:
    """Return what is given of each client, by feature, and 0 elsewhere."""
    rows = [
        {"client_id": 7 + number, **dict.fromkeys(FEATURES, 0.0), **own} for number, own in enumerate(clients)
    ]
    return pd.DataFrame(rows)


def refits(*models: pd.DataFrame) -> pd.DataFrame:
    numbered = [own.assign(refit=number) for number, own in enumerate(models)]
    return pd.concat(numbered, ignore_index=True)


@pytest.fixture(scope="module")
def give(clients: pd.DataFrame, options: Interpretation) -> Give:
    """Return a function that gives the reasons of the first clients.

    Contributions are exact and the same in the only refit unless said otherwise.
    """

    def given(
        shap_values: pd.DataFrame,
        errors: pd.DataFrame | None = None,
        by_refit: pd.DataFrame | None = None,
        base: pd.DataFrame = clients,
        **changes: float,
    ) -> pd.DataFrame:
        chosen = {"reasons": 3, "certain_from": 0.9, "stable_from": 0.5} | changes
        return purely(nodes.give_reasons)(
            shap_values,
            shap_values.assign(**dict.fromkeys(FEATURES, 0.0)) if errors is None else errors,
            refits(shap_values) if by_refit is None else by_refit,
            base.head(len(shap_values)).assign(client_id=shap_values["client_id"]),
            base,
            options.model_copy(update=chosen),
        )

    return given


def told(reasons: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(reasons[["client_id", "direction", "rank", "feature"]].itertuples(index=False, name=None))


# Which ---------------------------------------------------------------------------------------------


def test_the_strongest_of_both_directions_in_order(give: Give) -> None:
    shap_values = table(
        {PAGES: -0.1, PROMO: 0.2, ERRORS: 0.3, DAYS: -0.4, "minutes_current": 0.1, "revenue_current": 0.05},
        {PAGES: 0.1},
        {PAGES: -0.1, PROMO: -0.2},
    )
    reasons = give(shap_values.iloc[::-1])
    assert reasons.columns.tolist() == COLUMNS_OF_THE_TABLE
    assert told(reasons) == [
        (7, "raises", 1, ERRORS),
        (7, "raises", 2, PROMO),
        (7, "raises", 3, "minutes_current"),
        (7, "lowers", 1, DAYS),
        (7, "lowers", 2, PAGES),
        (8, "raises", 1, PAGES),
        (9, "lowers", 1, PROMO),
        (9, "lowers", 2, PAGES),
    ]
    assert reasons["contribution"].tolist() == [0.3, 0.2, 0.1, -0.4, -0.1, 0.1, -0.2, -0.1]
    assert (reasons[["error", "certainty", "stability"]] == [0, 1, 1]).all(axis=None)
    assert reasons.index.tolist() == list(range(8))


@pytest.mark.parametrize("count", [1, 2, 16])
def test_as_many_as_are_asked_for(give: Give, count: int) -> None:
    shap_values = table({name: 0.1 + place for place, name in enumerate(FEATURES)})
    reasons = give(shap_values, reasons=count)
    assert reasons["feature"].tolist() == FEATURES[::-1][:count]
    assert set(reasons["direction"]) == {"raises"}


def test_of_equal_contributions_the_first_of_the_vocabulary(give: Give) -> None:
    shap_values = table({DAYS: 0.2, PAGES: 0.2, "revenue_current": -0.1, "minutes_current": -0.1})
    assert give(shap_values)["feature"].tolist() == [*(PAGES, DAYS, "minutes_current", "revenue_current")]


def test_what_rounding_alone_may_make_is_no_reason(give: Give) -> None:
    reasons = give(table({DAYS: 1e-16, PAGES: -1e-16}, {}), stable_from=0.0)
    assert reasons.empty
    assert reasons.columns.tolist() == COLUMNS_OF_THE_TABLE


# Certainty -----------------------------------------------------------------------------------------


UNSURE = table({PAGES: 1.0, PROMO: 0.5, ERRORS: 0.4, DAYS: -0.2})
ERRORS_OF_THEM = table({PAGES: 0.3, PROMO: 0.06, ERRORS: 0.08, DAYS: 0.1})  # .973, .841 and .977


def test_certainty_by_hand(give: Give) -> None:
    reasons = give(UNSURE, ERRORS_OF_THEM, reasons=2, certain_from=0.5).set_index("feature")
    # Ahead of the third, ERRORS: .6 / √(.3² + .08²) and .1 / √(.06² + .08²); above 0: 1 / .3 and .5 / .06.
    assert reasons.loc[PAGES, "certainty"] == pytest.approx(norm.cdf(0.6 / np.hypot(0.3, 0.08)))
    assert reasons.loc[PROMO, "certainty"] == pytest.approx(norm.cdf(1))
    # Nothing else lowers: the first left out contributes nothing, exactly.
    assert reasons.loc[DAYS, "certainty"] == pytest.approx(norm.cdf(2))
    assert reasons["error"].tolist() == [0.3, 0.06, 0.1]


@pytest.mark.parametrize(
    ("certain_from", "left"),
    [
        pytest.param(0.84, [(1, PAGES), (2, PROMO), (1, DAYS)], id="all"),
        pytest.param(0.85, [(1, PAGES), (1, DAYS)], id="without-the-second"),
        pytest.param(0.975, [(1, DAYS)], id="against-alone"),
        pytest.param(0.98, [], id="none"),
    ],
)
def test_uncertain_reasons_are_not_given(
    give: Give, certain_from: float, left: list[tuple[int, str]]
) -> None:
    reasons = give(UNSURE, ERRORS_OF_THEM, reasons=2, certain_from=certain_from)
    assert list(reasons[["rank", "feature"]].itertuples(index=False, name=None)) == left


def test_behind_an_uncertain_reason_the_next_moves_up(give: Give) -> None:
    errors = table({PAGES: 0.4, PROMO: 0.01, ERRORS: 0.01})
    reasons = give(table({PAGES: 1.0, PROMO: 0.5, ERRORS: 0.4}), errors, reasons=2, certain_from=0.95)
    assert told(reasons) == [(7, "raises", 1, PROMO)]


# Stability -----------------------------------------------------------------------------------------


def test_stability_is_counted_over_the_refits(give: Give) -> None:
    shap_values = table({PAGES: 0.5, PROMO: 0.4, DAYS: -0.3}, {ERRORS: -0.2, PROMO: 0.1})
    by_refit = refits(
        table({PAGES: 0.9, PROMO: 0.1, DAYS: -0.1}, {ERRORS: -0.2, PROMO: 0.1}),  # all of them
        table({PAGES: 0.1, ERRORS: 0.2, PROMO: 0.3, DAYS: -0.3}, {PROMO: 0.2}),  # PAGES is third
        table({PAGES: -0.5, PROMO: 0.2, DAYS: 0.1}, {ERRORS: 0.2}),  # PAGES and DAYS the other way
        table({ERRORS: 0.2, PAGES: 0.1, DAYS: -0.1, "minutes_current": -0.2}, {DAYS: 0.1}),  # no PROMO
    )
    reasons = give(shap_values, by_refit=by_refit, reasons=2, stable_from=0.0)
    assert told(reasons) == [
        (7, "raises", 1, PAGES),
        (7, "raises", 2, PROMO),
        (7, "lowers", 1, DAYS),
        (8, "raises", 1, PROMO),
        (8, "lowers", 1, ERRORS),
    ]
    assert reasons["stability"].tolist() == [0.5, 0.75, 0.75, 0.5, 0.25]


@pytest.mark.parametrize(
    ("stable_from", "left"),
    [
        pytest.param(0.5, [(1, PAGES), (2, PROMO)], id="half-is-enough"),
        pytest.param(0.51, [(1, PROMO)], id="the-second-moves-up"),
        pytest.param(0.8, [], id="none"),
    ],
)
def test_unstable_reasons_are_not_given(give: Give, stable_from: float, left: list[tuple[int, str]]) -> None:
    own = {PAGES: 0.5, PROMO: 0.4}
    models = [own, own, {PROMO: 0.1}, {ERRORS: 0.1, PROMO: 1e-12}]
    by_refit = refits(*(table(model) for model in models))
    reasons = give(table(own), by_refit=by_refit, stable_from=stable_from)
    assert list(reasons[["rank", "feature"]].itertuples(index=False, name=None)) == left
    assert reasons["stability"].tolist() == [{PAGES: 0.5, PROMO: 0.75}[feature] for _, feature in left]


def test_clients_keep_their_own_refits(give: Give) -> None:
    shap_values = table({PAGES: 0.5}, {PROMO: 0.5})
    by_refit = refits(table({PAGES: 0.5}, {DAYS: 0.5}), table({PAGES: 0.4}, {DAYS: 0.1}))
    assert told(give(shap_values, by_refit=by_refit)) == [(7, "raises", 1, PAGES)]


# Values --------------------------------------------------------------------------------------------


def test_typical_values_are_medians_and_most_frequent_ones() -> None:
    def column(name: str, values: list[Any]) -> pd.Series:
        return pd.Series(values, name=name)

    assert nodes.typical_value(column(PAGES, [1, 9, 2, 4])) == 3.0
    assert nodes.typical_value(column(PROMO, [0.1, 0.9, 0.2])) == 0.2
    assert nodes.typical_value(column("allows_messages", [True, False, False])) == False  # noqa: E712
    assert nodes.typical_value(column("service_type", ["б", "а", "б"])) == "б"
    assert nodes.typical_value(column("popular_category", ["в", "а", "б"])) == "а"  # of equals, by name


def test_value_typical_value_and_what_the_store_can_change(clients: pd.DataFrame, give: Give) -> None:
    base = clients.assign(pages_per_visit=[2, *[8] * 119], allows_messages=[False, *[True] * 119])
    base = base.assign(service_errors=3, service_type=["премиум", *["стандарт"] * 119])
    own = {PAGES: 0.5, "allows_messages": 0.4, "service_type": 0.3, ERRORS: 0.2}
    reasons = give(table(own), base=base, reasons=4).set_index("feature")
    assert reasons["value"].tolist() == ["2", "False", "премиум", "3"]
    assert reasons["typical_value"].tolist() == ["8.0", "True", "стандарт", "3.0"]
    assert reasons["changeable"].tolist() == [False, False, False, True]


def test_unknown_categories_are_given_as_they_are(clients: pd.DataFrame, give: Give) -> None:
    unseen = clients.assign(popular_category=["Новая", *["Дом"] * 119])
    reasons = give(table({"popular_category": 0.3}), base=unseen)
    assert reasons[["value", "typical_value"]].to_numpy().tolist() == [["Новая", "Дом"]]
