from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from one_click.columns import BASE_FEATURES, PROFIT
from one_click.parameters import DemoPopulation, DemoStore
from one_click.parameters.planted import RENEWED
from one_click.simulation.months import TRUTH_COLUMNS, simulate

THREE_MONTHS = {"months": ["may", "june", "july"], "unlabelled": ["july"]}
COUPON: dict[str, Any] = {
    "offer": "coupon",
    "month": 1,
    "eligible": [{"column": "pages_per_visit", "below": 5}],
    "treated_share": 0.5,
    "effects": [{"prevents": 0.9}],
}
DRIFT = {"column": "service_errors", "month": 2, "size": 1}
Options = Callable[..., DemoStore]
Populations = Callable[..., DemoPopulation]
Run = Callable[..., pd.DataFrame]


def test_each_block_in_each_month_is_one_table(make_options: Options, population: DemoPopulation) -> None:
    tables = list(simulate(make_options(clients=12_000, leavers_share=0.1, **THREE_MONTHS), population))
    found = [(table["block"].unique().tolist(), table["month"].unique().tolist()) for table in tables]
    assert found == [([block], [month]) for block in (0, 1, 2) for month in ("may", "june", "july")]
    assert [len(table) for table in tables[::3]] == [5_000, 5_000, 2_000]
    for table in tables:
        assert tuple(table.columns) == TRUTH_COLUMNS
        assert table.index.equals(pd.RangeIndex(len(table)))
        assert set(table["habit"]) == {"fading", "steady"}
        assert table.drop(columns="probability_ahead").notna().all(axis=None)


@pytest.mark.parametrize("chunk", [1, 5_000, 11_000])
def test_size_of_chunks_changes_nothing(chunk: int, make_options: Options, run: Run) -> None:
    changes = {"clients": 12_000, "campaigns": [COUPON], "drifts": [DRIFT], **THREE_MONTHS}
    whole = run(make_options(chunk_clients=50_000, **changes))
    pd.testing.assert_frame_equal(run(make_options(chunk_clients=chunk, **changes)), whole)


def test_size_of_chunks_changes_nothing_in_a_small_last_block(make_options: Options, run: Run) -> None:
    changes = {"clients": 5_001, "leavers_share": 0.5, "months": list("abcdefgh"), "unlabelled": []}
    whole = run(make_options(chunk_clients=50_000, **changes))
    pd.testing.assert_frame_equal(run(make_options(chunk_clients=5_000, **changes)), whole)


def test_same_seed_gives_the_same_store_and_another_seed_another(make_options: Options, run: Run) -> None:
    store = run(make_options(seed=1))
    pd.testing.assert_frame_equal(run(make_options(seed=1)), store)
    another = run(make_options(seed=2))
    for name in ("revenue_current", PROFIT, "probability", "popular_category", "allows_messages"):
        assert not another[name].equals(store[name]), name


def test_clients_are_in_no_two_blocks(make_options: Options, run: Run) -> None:
    store = run(make_options(clients=12_000, leavers_share=0.1, newcomers_share=0.1, **THREE_MONTHS))
    assert not store.duplicated(["month", "client_id"]).any()
    assert not store.drop_duplicates(["client_id", "block"])["client_id"].duplicated().any()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"months": ["may", "june", "july", "august"]}, id="another-month"),
        pytest.param({"drifts": [DRIFT | {"month": 3}]}, id="drift"),
        pytest.param({"campaigns": [COUPON | {"month": 3}]}, id="campaign"),
    ],
)
def test_what_comes_later_leaves_earlier_months_as_they_are(
    changes: dict[str, Any], make_options: Options, run: Run
) -> None:
    plain = {"clients": 6_000, "drifts": [], **THREE_MONTHS}
    before, after = run(make_options(**plain)), run(make_options(**plain | changes))
    for month in ("may", "june"):
        pd.testing.assert_frame_equal(
            *(store[store["month"] == month].reset_index(drop=True) for store in (before, after))
        )
    assert not after.equals(before)


def test_campaign_changes_nothing_but_the_treated(make_options: Options, run: Run) -> None:
    plain = {"clients": 6_000, **THREE_MONTHS}
    without, store = run(make_options(**plain)), run(make_options(campaigns=[COUPON], **plain))
    seen = ["month", "client_id", *BASE_FEATURES, PROFIT, "declined_without_offer"]
    pd.testing.assert_frame_equal(store[seen], without[seen])
    decided = ["probability", "declined", "activity_declined"]
    untreated = store["arm"] != "treated"
    pd.testing.assert_frame_equal(store.loc[untreated, decided], without.loc[untreated, decided])
    treated = ~untreated & (store["month"] != "may")
    assert (store.loc[treated, "probability"] < without.loc[treated, "probability"]).all()
    assert store.loc[treated, "declined"].mean() < without.loc[treated, "declined"].mean() / 2


def test_drift_reaches_the_probabilities_of_its_months(make_options: Options, run: Run) -> None:
    plain = {"clients": 5_000, "drifts": [], **THREE_MONTHS}
    drift = {"column": "unpaid_items_quarter", "month": 2, "size": 4}
    without, store = (run(make_options(**plain | {"drifts": drifts})) for drifts in ([], [drift]))
    higher = store["probability"] - without["probability"]
    by_month = higher.groupby(store["month"]).mean()
    assert by_month["may"] == 0
    assert by_month["june"] > 0.05
    assert by_month["july"] > 0.05


# Three months ahead


def test_without_futures_nothing_is_said_about_them(make_options: Options, run: Run) -> None:
    assert run(make_options(futures=0))["probability_ahead"].isna().all()


STILL: dict[str, Any] = {
    "clients": 500,
    "drifts": [],
    "habit_change": 0,
    "monthly_change": {},
    "persistence": dict.fromkeys(RENEWED, 1),
    "leavers_share": 0,
}


def test_future_that_changes_nothing_is_the_present(
    make_options: Options, make_population: Populations, run: Run
) -> None:
    errors = {"intercept": -1, "drivers": {"service_errors": 1}}
    store = run(make_options(futures=2, **STILL), make_population(causes={"errors": errors}))
    assert store["probability_ahead"].to_numpy() == pytest.approx(store["probability"].to_numpy())


def test_drift_is_seen_three_months_ahead(
    make_options: Options, make_population: Populations, run: Run
) -> None:
    errors = {"intercept": -1, "drivers": {"service_errors": 1}}
    drift = {"column": "service_errors", "month": 5, "size": 2}
    months = {"months": ["may", "june"], "unlabelled": []}
    store = run(
        make_options(futures=1, **STILL | {"drifts": [drift], **months}),
        make_population(causes={"errors": errors}),
    )
    higher = (store["probability_ahead"] - store["probability"]).groupby(store["month"]).mean()
    assert higher["may"] == pytest.approx(0)
    assert higher["june"] > 0.1


def test_campaigns_that_start_later_do_not_count(
    make_options: Options, make_population: Populations, run: Run
) -> None:
    chance = {"intercept": 0, "drivers": {}}
    options = make_options(futures=1, **STILL | {"campaigns": [COUPON | {"month": 2}]})
    store = run(options, make_population(causes={"chance": chance}))
    ahead = store.groupby("month")["probability_ahead"].agg(["min", "max"])
    assert ahead.loc["demo"].tolist() == pytest.approx([0.5, 0.5])
    assert ahead.loc["demo_next"].tolist() == pytest.approx([0.05, 0.5])


@pytest.mark.parametrize(("lasts", "factor"), [(2, 1), (3, 0.1)], ids=["over-by-then", "still-works"])
def test_offers_that_still_work_count(
    lasts: int, factor: float, make_options: Options, make_population: Populations, run: Run
) -> None:
    chance = {"intercept": 0, "drivers": {}}
    campaigns = [COUPON | {"lasts": lasts}]
    options = make_options(futures=1, **STILL | {"campaigns": campaigns, "months": ["may"], "unlabelled": []})
    store = run(options, make_population(causes={"chance": chance}))
    ahead = store.groupby("arm")["probability_ahead"].agg(["min", "max"])
    assert ahead.loc["treated"].tolist() == pytest.approx([0.5 * factor] * 2)
    assert ahead.drop(index="treated").to_numpy() == pytest.approx(0.5)


def test_futures_leave_the_store_as_it_is(make_options: Options, run: Run) -> None:
    without, store = run(make_options()), run(make_options(futures=2))
    pd.testing.assert_frame_equal(
        store.drop(columns="probability_ahead"), without.drop(columns="probability_ahead")
    )
    assert store["probability_ahead"].between(0, 1).all()


def test_what_is_seen_ahead_is_what_comes_on_average(make_options: Options, run: Run) -> None:
    months = {"months": ["a", "b", "c", "d"], "unlabelled": []}
    store = run(make_options(clients=5_000, dirt={}, drifts=[], futures=3, leavers_share=0, **months))
    by_client = store.pivot_table(index="client_id", columns="month", values="probability")
    ahead = store[store["month"] == "a"].set_index("client_id")["probability_ahead"]
    came = by_client.loc[ahead.index, "d"]
    assert ahead.mean() == pytest.approx(came.mean(), abs=0.01)
    assert ahead.corr(came) > by_client["a"].corr(by_client["d"])


def test_futures_do_not_depend_on_chunks(make_options: Options, run: Run) -> None:
    changes = {"clients": 6_000, "futures": 1, "months": ["a", "b"], "unlabelled": []}
    whole = run(make_options(chunk_clients=50_000, **changes))
    pd.testing.assert_frame_equal(run(make_options(chunk_clients=5_000, **changes)), whole)
