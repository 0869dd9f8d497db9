from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, spearmanr
from sklearn.metrics import roc_auc_score

from one_click.columns import BASE_FEATURES, COLUMNS, PROFIT
from one_click.parameters import DemoPopulation, DemoStore
from one_click.parameters.planted import NUMERIC_FEATURES, RENEWED
from one_click.simulation.mechanism import decline_probability
from one_click.simulation.population import (
    DECIMALS,
    Clients,
    Stream,
    block_sizes,
    decide,
    draw_clients,
    next_month,
    normals,
    share_of_block,
    uniforms,
)

CLIENTS = 20_000
STILL: dict[str, Any] = {
    "clients": CLIENTS,
    "dirt": {},
    "drifts": [],
    "habit_change": 0,
    "monthly_change": {},
    "persistence": dict.fromkeys(RENEWED, 1),
    "label_persistence": 1,
}
SAMPLING = 4  # standard errors
Options = Callable[..., DemoStore]
Populations = Callable[..., DemoPopulation]
First = Callable[..., Clients]
MonthLater = Callable[..., tuple[Clients, Clients]]


def stayers(before: Clients, after: Clients) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return those who are clients in both months, in the same order."""
    old, new = before.frame.set_index("client_id"), after.frame.set_index("client_id")
    both = old.index.intersection(new.index)
    return old.loc[both], new.loc[both]


def newcomers(before: Clients, after: Clients) -> pd.DataFrame:
    return after.frame[~after.frame["client_id"].isin(before.frame["client_id"])]


def rank_correlation(correlation: float) -> float:
    """Return Spearman's correlation of two variables whose normal scores have Pearson's."""
    return 6 / np.pi * float(np.arcsin(correlation / 2))


# Random numbers


def test_numbers_of_a_block_do_not_depend_on_other_blocks() -> None:
    together = uniforms(np.array([3, 3, 3, 7, 7]), 1, (Stream.MOOD, 2), 4)
    assert together.shape == (5, 4)
    assert (together[3:] == uniforms(np.array([7, 7]), 1, (Stream.MOOD, 2), 4)).all()
    assert (together[:3] == uniforms(np.array([3, 3, 3]), 1, (Stream.MOOD, 2), 4)).all()


@pytest.mark.parametrize(
    ("block", "seed", "stream"),
    [
        pytest.param(8, 1, (Stream.MOOD, 2), id="block"),
        pytest.param(7, 2, (Stream.MOOD, 2), id="seed"),
        pytest.param(7, 1, (Stream.NOISE, 2), id="stream"),
        pytest.param(7, 1, (Stream.MOOD, 3), id="month"),
        pytest.param(7, 1, (Stream.MOOD, 2, 1), id="purpose"),
    ],
)
def test_other_numbers_for_another(block: int, seed: int, stream: tuple[int, ...]) -> None:
    numbers = uniforms(np.full(50, 7), 1, (Stream.MOOD, 2), 1)
    assert not (numbers == uniforms(np.full(50, block), seed, stream, 1)).any()


def test_nobody_needs_no_numbers() -> None:
    assert uniforms(np.array([], dtype="int64"), 1, (Stream.MOOD,), 3).shape == (0, 3)


def test_normals_are_the_scores_of_uniforms() -> None:
    block = np.zeros(10, dtype="int64")
    assert norm.cdf(normals(block, 1, (5,), 2)) == pytest.approx(uniforms(block, 1, (5,), 2))


# Clients as they first appear


@pytest.fixture(scope="module")
def many(make_options: Options, population: DemoPopulation) -> Clients:
    block = np.repeat(np.arange(4), 5_000)
    return draw_clients(block, 1, make_options(**STILL), population)


@pytest.mark.parametrize("name", [*NUMERIC_FEATURES, PROFIT])
def test_values_follow_the_quantiles_of_the_habit(
    name: str, many: Clients, population: DemoPopulation
) -> None:
    half = 0.5 * 10.0 ** -(0 if COLUMNS[name].kind == "whole" else DECIMALS.get(name, 1)) + 1e-9
    for number, habit in enumerate(population.habits.values()):
        values = many.frame.loc[many.frame["habit"] == number, name].to_numpy()
        for probability, quantile in zip(population.probabilities, habit.quantiles[name], strict=True):
            error = SAMPLING * np.sqrt(probability * (1 - probability) / len(values))
            assert (values <= quantile + half).mean() >= probability - error
            if quantile > half:  # values below zero are cut off
                assert (values < quantile - half).mean() <= probability + error


def test_scores_are_correlated_as_asked(many: Clients, population: DemoPopulation) -> None:
    measured = np.corrcoef(many.scores.T)
    for row, asked in enumerate(population.correlations, start=1):
        assert measured[row, :row] == pytest.approx(asked, abs=SAMPLING / np.sqrt(CLIENTS))


@pytest.mark.parametrize(
    ("one", "other"),
    [("revenue_previous", "revenue_current"), ("minutes_previous", "revenue_two_months_ago")],
)
def test_values_are_correlated_as_asked_within_a_habit(
    one: str, other: str, many: Clients, population: DemoPopulation
) -> None:
    first, second = sorted(population.columns.index(name) for name in (one, other))
    asked = rank_correlation(population.correlations[second - 1][first])
    for _, clients in many.frame.groupby("habit"):
        error = SAMPLING / np.sqrt(len(clients))
        assert spearmanr(clients[one], clients[other]).statistic == pytest.approx(asked, abs=error)


def test_shares_are_those_asked(make_options: Options, make_population: Populations) -> None:
    shipped = make_population().model_dump()["habits"]
    kinds = {"премиум": 0.9, "стандарт": 0.1}, {"премиум": 0.3, "стандарт": 0.7}
    habits = {
        name: habit
        | {"share": share, "allows_messages": consent, "shares": habit["shares"] | {"service_type": kind}}
        for (name, habit), share, consent, kind in zip(
            shipped.items(), (0.4, 0.6), (0.8, 0.1), kinds, strict=True
        )
    }
    drawn = draw_clients(np.repeat(range(4), 5_000), 1, make_options(), make_population(habits=habits)).frame
    by_habit = drawn.assign(premium=drawn["service_type"] == "премиум").groupby("habit")
    assert by_habit.size().div(CLIENTS).tolist() == pytest.approx([0.4, 0.6], abs=0.014)
    assert by_habit["allows_messages"].mean().tolist() == pytest.approx([0.8, 0.1], abs=0.018)
    assert by_habit["premium"].mean().tolist() == pytest.approx([0.9, 0.3], abs=0.018)


def test_shares_of_six_categories(many: Clients, population: DemoPopulation) -> None:
    for number, habit in enumerate(population.habits.values()):
        found = many.frame.loc[many.frame["habit"] == number, "popular_category"].value_counts(normalize=True)
        asked = habit.shares["popular_category"]
        total = sum(asked.values())
        assert found.to_dict() == pytest.approx({name: asked[name] / total for name in asked}, abs=0.025)


def test_consent_goes_with_the_days_that_it_is_correlated_with(many: Clients) -> None:
    consent = many.frame["allows_messages"].to_numpy()
    scores = norm.ppf(many.frame["days_registered"].rank() / (CLIENTS + 1))
    # Mean scores of the two groups differ by r φ(z) / (π (1 - π)), where π is the share of consent.
    share = consent.mean()
    difference = 0.29 * norm.pdf(norm.ppf(share)) / (share * (1 - share))
    assert scores[consent].mean() - scores[~consent].mean() == pytest.approx(difference, abs=0.07)


def test_order_of_categories_is_free(make_options: Options, make_population: Populations) -> None:
    habits = make_population().model_dump()["habits"]
    habits["fading"]["shares"] |= {"service_type": {"премиум": 1, "стандарт": 0}}
    habits["steady"]["shares"] |= {"service_type": {"стандарт": 1, "премиум": 0}}
    drawn = draw_clients(
        np.zeros(200, dtype="int64"), 1, make_options(), make_population(habits=habits)
    ).frame
    assert (drawn["habit"].map({0: "премиум", 1: "стандарт"}) == drawn["service_type"]).all()


# The first month


@pytest.mark.parametrize(("share", "count"), [(0.0085, 51), (0.4, 2_400)])
def test_twins_are_equal_in_everything(share: float, count: int, make_options: Options, first: First) -> None:
    frame = first(make_options(clients=6_000, dirt={"twins": share})).frame
    pairs = frame[frame["twin"]].groupby("mood")
    assert (pairs.size() == 2).all()
    assert pairs.ngroups == count
    columns = [*BASE_FEATURES, PROFIT, "activity_declined", "declined"]
    pd.testing.assert_frame_equal(pairs[columns].first(), pairs[columns].last())
    assert frame["mood"].nunique() == 6_000 - count


def test_twins_spare_the_others(make_options: Options, first: First) -> None:
    columns = [*BASE_FEATURES, PROFIT, "activity_declined"]
    with_twins = first(make_options(clients=6_000, dirt={"twins": 0.0085})).frame.set_index("mood")
    without = first(make_options(clients=6_000, dirt={})).frame.set_index("mood")
    spared = with_twins[~with_twins["twin"]]
    pd.testing.assert_frame_equal(spared[columns], without.loc[spared.index, columns])
    assert not without["twin"].any()


def test_numbers_of_clients_follow_each_other(make_options: Options, first: First) -> None:
    clients = first(make_options(clients=12_000, first_id=701))
    assert clients.frame["client_id"].tolist() == list(range(701, 12_701))


@pytest.mark.parametrize(
    ("noise", "auc"),
    [
        pytest.param(0, 1, id="in-order"),
        pytest.param(0.34, norm.cdf(1 / 0.34 / np.sqrt(2)), id="shipped-.98"),
        pytest.param(100, 0.5, id="shuffled"),
    ],
)
def test_order_gives_the_target_away(noise: float, auc: float, make_options: Options, first: First) -> None:
    frame = first(make_options(clients=5_000, order_noise=noise)).frame
    assert roc_auc_score(frame["activity_declined"], -frame["client_id"]) == pytest.approx(
        auc, abs=0.005 if auc > 0.9 else 0.035
    )


def test_shipped_order_gives_the_target_away(make_options: Options, first: First) -> None:
    frame = first(make_options()).frame
    assert roc_auc_score(frame["activity_declined"], -frame["client_id"]) == pytest.approx(0.98, abs=0.01)


@pytest.mark.parametrize(
    ("clients", "sizes"), [(30, [30]), (5_000, [5_000]), (5_001, [5_000, 1]), (12_000, [5_000, 5_000, 2_000])]
)
def test_sizes_of_blocks(clients: int, sizes: list[int], make_options: Options) -> None:
    assert block_sizes(make_options(clients=clients)) == sizes


@pytest.mark.parametrize(
    ("clients", "share", "counts"),
    [
        pytest.param(1_300, 0.0085, [11], id="11.05"),
        pytest.param(100, 0.29, [29], id="28.999999999999996"),
        pytest.param(12_000, 0.1, [500, 500, 200], id="even"),
        pytest.param(12_000, 0.0003, [1, 2, 0], id="1.5-and-3-and-3.6"),
        pytest.param(12_000, 0, [0, 0, 0], id="none"),
        pytest.param(12_000, 1, [5_000, 5_000, 2_000], id="all"),
    ],
)
def test_shares_of_blocks_add_up_to_the_share_of_the_store(
    clients: int, share: float, counts: list[int], make_options: Options
) -> None:
    options = make_options(clients=clients)
    assert [share_of_block(share, block, options) for block in range(len(counts))] == counts


# Decisions


@pytest.mark.parametrize(("missed", "false"), [(0, 0), (0.2, 0), (0, 0.05), (0.3, 0.1), (0.9, 0)])
def test_wrong_labels_are_as_many_as_asked(
    missed: float, false: float, make_options: Options, first: First
) -> None:
    noise = {"missed_declines": missed, "false_declines": false}
    frame = first(make_options(**STILL | {"label_noise": noise})).frame
    wrong = frame["declined"] != frame["activity_declined"]
    for declined, asked in ((True, missed), (False, false)):
        of_class = wrong[frame["declined"] == declined]
        error = np.sqrt(asked * (1 - asked) / len(of_class))
        assert of_class.mean() == pytest.approx(asked, abs=SAMPLING * error)


def test_probability_is_that_of_the_mechanism(
    make_options: Options, population: DemoPopulation, first: First
) -> None:
    frame = first(make_options()).frame
    assert frame["probability"].to_numpy() == pytest.approx(decline_probability(frame, population))


@pytest.mark.parametrize("month", [1, 2])
def test_declines_are_as_frequent_as_probable(
    month: int, make_options: Options, population: DemoPopulation, first: First
) -> None:
    options = make_options(clients=CLIENTS, dirt={})
    clients = first(options)
    if month == 2:
        clients = next_month(clients, 2, options, population)
    bins = pd.qcut(clients.frame["probability"], 10)
    for _, frame in clients.frame.groupby(bins, observed=True):
        variance = (frame["probability"] * (1 - frame["probability"])).mean() / len(frame)
        assert frame["declined"].mean() == pytest.approx(
            frame["probability"].mean(), abs=SAMPLING * np.sqrt(variance)
        )


def test_without_offers_what_happens_is_what_would_have_happened(make_options: Options, first: First) -> None:
    frame = first(make_options()).frame
    assert (frame["declined"] == frame["declined_without_offer"]).all()
    assert 0 < frame["declined"].mean() < 1


# A month later


@pytest.fixture(scope="module")
def a_month_later(make_options: Options, population: DemoPopulation, first: First) -> MonthLater:
    """Return a function that gives the clients of a store, shipped but for some changes, in two months."""

    def make(**changes: Any) -> tuple[Clients, Clients]:
        options = make_options(**changes)
        before = first(options)
        return before, next_month(before, 2, options, population)

    return make


def test_months_move_on(a_month_later: MonthLater) -> None:
    old, new = stayers(*a_month_later(clients=2_000, leavers_share=0.2))
    assert len(old) > 1_500
    for name, source in {
        "revenue_two_months_ago": "revenue_previous",
        "revenue_previous": "revenue_current",
        "minutes_previous": "minutes_current",
        "allows_messages": "allows_messages",
        "popular_category": "popular_category",
        "service_type": "service_type",
    }.items():
        assert new[name].tolist() == old[source].tolist(), name
    assert (new["days_registered"] == old["days_registered"] + 30).all()
    assert not np.array_equal(new["revenue_current"], old["revenue_current"])


def test_as_many_leave_and_come_as_asked(a_month_later: MonthLater) -> None:
    before, after = a_month_later(**STILL | {"leavers_share": 0.1, "newcomers_share": 0.04})
    stayed, _ = stayers(before, after)
    error = np.sqrt(0.1 * 0.9 / CLIENTS)
    assert 1 - len(stayed) / CLIENTS == pytest.approx(0.1, abs=SAMPLING * error)
    assert newcomers(before, after)["block"].value_counts().to_dict() == dict.fromkeys(range(4), 200)
    assert after.frame["block"].is_monotonic_increasing


def test_newcomers_are_new(make_options: Options, population: DemoPopulation, first: First) -> None:
    options = make_options(clients=12_000, first_id=500_501, newcomer_days=[91, 93], leavers_share=0.3)
    clients, last = first(options), 512_500
    for month in (2, 3, 4):
        after = next_month(clients, month, options, population)
        new = newcomers(clients, after)
        assert sorted(new["client_id"]) == list(range(last + 1, last + 1 + 480))  # 4 % of 12 000
        assert set(new["days_registered"]) == {91, 92, 93}
        assert not new["twin"].any()
        assert (new["offer"] == "").all()
        clients, last = after, last + 480
    assert clients.frame["client_id"].is_unique


@pytest.mark.parametrize("name", ["mood", PROFIT])
def test_newcomers_have_nothing_from_those_who_stay(name: str, a_month_later: MonthLater) -> None:
    changes = {"persistence": {PROFIT: 0}, "label_persistence": 0, "leavers_share": 0, "newcomers_share": 0.2}
    before, after = a_month_later(**STILL | {"clients": 5_000} | changes)
    new = newcomers(before, after)
    stayed = after.frame.drop(index=new.index).head(len(new))
    assert abs(spearmanr(new[name], stayed[name]).statistic) < SAMPLING / np.sqrt(1_000)


def test_store_without_newcomers(a_month_later: MonthLater) -> None:
    before, after = a_month_later(newcomers_share=0)
    assert newcomers(before, after).empty
    pd.testing.assert_series_equal(after.frame.dtypes, before.frame.dtypes)


@pytest.mark.parametrize("name", RENEWED)
def test_full_persistence_keeps_a_column(name: str, a_month_later: MonthLater) -> None:
    old, new = stayers(*a_month_later(**STILL | {"clients": 500}))
    assert new[name].tolist() == old[name].tolist()


@pytest.mark.parametrize("persistence", [0, 0.5, 0.9])
@pytest.mark.parametrize("name", ["revenue_current", PROFIT])
def test_columns_are_correlated_with_the_month_before_as_asked(
    name: str, persistence: float, a_month_later: MonthLater
) -> None:
    old, new = stayers(*a_month_later(**STILL | {"persistence": {name: persistence}}))
    for habit in (0, 1):
        chosen = old["habit"] == habit
        found = spearmanr(old.loc[chosen, name], new.loc[chosen, name]).statistic
        assert found == pytest.approx(rank_correlation(persistence), abs=SAMPLING / np.sqrt(chosen.sum()))
    others = [one for one in RENEWED if one != name]
    assert (new[others] == old[others]).all(axis=None)  # a column that is not named stays


@pytest.mark.parametrize("persistence", [0, 0.5, 1])
def test_mood_is_correlated_with_the_month_before_as_asked(
    persistence: float, a_month_later: MonthLater
) -> None:
    old, new = stayers(*a_month_later(**STILL | {"label_persistence": persistence}))
    error = 0.03 if persistence < 1 else 1e-12
    assert np.corrcoef(old["mood"], new["mood"])[0, 1] == pytest.approx(persistence, abs=error)
    assert new["mood"].std() == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_habits_are_drawn_anew_as_often_as_asked(share: float, a_month_later: MonthLater) -> None:
    old, new = stayers(*a_month_later(**STILL | {"habit_change": share}))
    another = share * 2 * 0.2978 * 0.7022  # a new draw is often of the old habit
    error = np.sqrt(another * (1 - another) / len(old))
    assert (old["habit"] != new["habit"]).mean() == pytest.approx(another, abs=SAMPLING * error)
    assert (new["habit"] == 0).mean() == pytest.approx(0.2978, abs=0.015)


def test_monthly_change_is_against_the_first_month(
    make_options: Options, population: DemoPopulation, first: First
) -> None:
    options = make_options(**STILL | {"clients": 2_000, "monthly_change": {"fading": -0.5}})
    before = first(options)
    second = next_month(before, 2, options, population)
    for after in (second, next_month(second, 3, options, population)):
        old, new = stayers(before, after)
        change = old["habit"].map({0: 0.5, 1: 1})
        assert new["revenue_current"].to_numpy() == pytest.approx(old["revenue_current"] * change, abs=0.051)
        assert new["minutes_current"].to_numpy() == pytest.approx(old["minutes_current"] * change, abs=0.501)
        assert (new[PROFIT] == old[PROFIT]).all()


def test_given_clients_are_not_changed(
    make_options: Options, population: DemoPopulation, first: First
) -> None:
    options = make_options()
    given = first(options)
    frame, scores = given.frame.copy(deep=True), given.scores.copy()
    once = next_month(given, 2, options, population)
    twice = next_month(given, 2, options, population)
    decide(given, 2, options, population)
    pd.testing.assert_frame_equal(given.frame, frame)
    assert np.array_equal(given.scores, scores)
    pd.testing.assert_frame_equal(once.frame, twice.frame)


# Drifts


@pytest.mark.parametrize(
    ("drifts", "month", "moved"),
    [
        pytest.param([(2, 3, 1)], 2, 3, id="jump"),
        pytest.param([(3, 3, 1)], 2, 0, id="not-yet"),
        pytest.param([(2, 4, 2)], 2, 2, id="half-of-the-way"),
        pytest.param([(2, 4, 1), (1, 2, 1)], 2, 6, id="two-drifts"),
        pytest.param([(2, -2, 1)], 2, -2, id="downwards"),
    ],
)
def test_drift_moves_everybody_by_its_size(
    drifts: list[tuple[int, float, int]],
    month: int,
    moved: float,
    make_options: Options,
    population: DemoPopulation,
    first: First,
) -> None:
    declared = [
        {"column": "pages_per_visit", "month": start, "size": size, "months": months}
        for start, size, months in drifts
    ]
    still, drifting = make_options(**STILL), make_options(**STILL | {"drifts": declared})
    before = first(still)
    without, after = (next_month(before, month, options, population) for options in (still, drifting))
    expected = (without.frame["pages_per_visit"] + moved).clip(lower=0)
    assert (after.frame["pages_per_visit"] == expected).all()  # newcomers are among them
    others = [name for name in (*BASE_FEATURES, PROFIT) if name != "pages_per_visit"]
    pd.testing.assert_frame_equal(after.frame[others], without.frame[others])


def test_drift_moves_the_mean_while_everything_else_changes(a_month_later: MonthLater) -> None:
    drift = {"column": "revenue_current", "month": 2, "size": 200}
    before, after = a_month_later(clients=CLIENTS, dirt={}, monthly_change={}, drifts=[drift])
    moved = after.frame["revenue_current"].mean() - before.frame["revenue_current"].mean()
    error = before.frame["revenue_current"].std() * np.sqrt(2 / CLIENTS)
    assert moved == pytest.approx(200, abs=SAMPLING * error)


def test_drifting_share_stays_a_share(
    make_options: Options, population: DemoPopulation, first: First
) -> None:
    drift = {"column": "promo_purchase_share", "month": 2, "size": 0.9}
    options = make_options(drifts=[drift])
    after = next_month(first(options), 2, options, population)
    assert after.frame["promo_purchase_share"].max() == 1
