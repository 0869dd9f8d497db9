"""The synthetic store: same seed, same bytes; the dirt that was asked for; months that follow each other."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.metrics import roc_auc_score

from one_click.columns import BASE_FEATURES
from one_click.errors import ParameterError
from one_click.parameters import DemoStore
from one_click.pipelines.demo_store import nodes
from one_click.pipelines.demo_store.dirt import credible_revenue
from one_click.pipelines.demo_store.population import advance_month, draw_clients, ranks_of, values_at

TABLES = ("market_file", "market_money", "market_time", "money")
Options = Callable[..., DemoStore]


@pytest.fixture(scope="session")
def make_options(root: Path) -> Options:
    """Return a function that gives the shipped parameters with some changes."""
    shipped = yaml.safe_load(
        (root / "conf" / "base" / "parameters_demo_store.yml").read_text(encoding="utf-8")
    )
    return lambda **changes: DemoStore.model_validate(shipped["demo_store"] | changes)


@pytest.mark.parametrize("month", ["demo", "demo_next"])
def test_bundled_files_are_what_the_pipeline_makes(make_options: Options, root: Path, month: str) -> None:
    options = make_options()
    population = nodes.draw_store(options)
    made = (
        nodes.write_labelled_month(population, options)
        if month == "demo"
        else nodes.write_unlabelled_month(nodes.advance_store(population, options), options)
    )
    for name, table in zip(TABLES, made, strict=True):
        separator = ";" if name == "money" else ","
        written = table.to_csv(index=False, sep=separator, lineterminator="\n")
        assert written.encode() == (root / "data" / "01_raw" / month / f"{name}.csv").read_bytes()


def test_another_seed_makes_another_store(make_options: Options) -> None:
    first, second = (nodes.draw_store(make_options(seed=seed)) for seed in (1, 2))
    assert not first.equals(second)
    assert first.equals(nodes.draw_store(make_options(seed=1)))


@pytest.mark.parametrize("count", [60, 5000])
def test_any_number_of_clients(make_options: Options, count: int) -> None:
    population = nodes.draw_store(make_options(clients=count))
    assert len(population) == count
    assert population["client_id"].is_unique
    assert population["activity_declined"].mean() == pytest.approx(0.383, abs=0.06)


def test_order_gives_the_target_away(make_options: Options) -> None:
    population = nodes.draw_store(make_options())
    assert roc_auc_score(population["activity_declined"], -population["client_id"]) == pytest.approx(
        0.982, abs=0.01
    )


def test_dirt_is_as_asked(make_options: Options) -> None:
    options = make_options(misspelt_services=7, without_purchases=5, absurd_revenues=2)
    population = nodes.draw_store(options)
    profiles, money, minutes, profits = nodes.write_labelled_month(population, options)
    assert (profiles["Тип сервиса"] == "стандартт").sum() == 7
    assert (money["Выручка"] == "0.0").sum() == 2 * 5
    assert (money["Выручка"] == f"{options.absurd_revenue}").sum() == 2
    assert set(minutes["Период"]) == {"предыдцщий_месяц", "текущий_месяц"}
    assert not profits["Прибыль"].str.contains(".", regex=False).any()


@pytest.mark.parametrize("seed", range(6))
def test_twins_are_never_the_clients_with_spoiled_revenue(make_options: Options, seed: int) -> None:
    options = make_options(clients=60, seed=seed)
    population = nodes.draw_store(options)
    spoiled = credible_revenue(population, options).isna().any(axis=1)
    twins = population.duplicated([*BASE_FEATURES, "activity_declined"], keep=False)
    assert spoiled.sum() == 4
    assert twins.sum() == 22
    assert not (spoiled & twins).any()


def test_without_dirt_the_files_are_clean(make_options: Options) -> None:
    clean = make_options(
        twins=0, without_purchases=0, absurd_revenues=0, misspelt_services=0, misspelt_months=False
    )
    profiles, money, minutes, _ = nodes.write_labelled_month(nodes.draw_store(clean), clean)
    assert set(profiles["Тип сервиса"]) == {"премиум", "стандарт"}
    assert money["Выручка"].astype("float64").between(1000, 20000).all()
    assert set(minutes["Период"]) == {"предыдущий_месяц", "текущий_месяц"}


def test_months_follow_from_each_other(make_options: Options) -> None:
    options = make_options()
    population = nodes.draw_store(options)
    before = population.copy(deep=True)
    later = nodes.advance_store(population, options).set_index("client_id")
    pd.testing.assert_frame_equal(population, before)
    now = population.set_index("client_id").loc[later.index.intersection(population["client_id"])]
    stayed = later.loc[now.index]
    assert len(now) == 1300 - round(1300 * options.leavers_share)
    assert len(later) - len(now) == round(1300 * options.newcomers_share)
    assert (stayed["days_registered"] - now["days_registered"]).eq(30).all()
    drift = stayed["unpaid_items_quarter"] - now["unpaid_items_quarter"]
    assert drift.mean() == pytest.approx(options.drift_size, abs=0.1)
    newcomers = later.drop(index=now.index)
    assert newcomers["days_registered"].between(*options.newcomer_days).all()


@pytest.mark.parametrize(
    ("table", "value", "moves"),
    [
        pytest.param(
            "market_money",
            "Выручка",
            {"текущий_месяц": "предыдущий_месяц", "предыдущий_месяц": "препредыдущий_месяц"},
            id="revenue",
        ),
        pytest.param("market_time", "минут", {"текущий_месяц": "предыдцщий_месяц"}, id="minutes"),
    ],
)
def test_bundled_months_agree_about_the_past(
    root: Path, table: str, value: str, moves: dict[str, str]
) -> None:
    this, following = (
        pd.read_csv(root / "data" / "01_raw" / month / f"{table}.csv").set_index(["Период", "id"])[value]
        for month in ("demo", "demo_next")
    )
    for now, then in moves.items():
        stayed = this[now].index.intersection(following[then].index)
        assert len(stayed) > 1200
        np.testing.assert_array_equal(this[now].loc[stayed], following[then].loc[stayed])


def test_declining_clients_spend_less_time_while_others_keep_theirs(make_options: Options) -> None:
    options = make_options(clients=20000, monthly_change=(-0.1, 0.0), label_noise=0.0)
    population = nodes.draw_store(options)
    later = advance_month(population, options, np.random.default_rng(0))
    pace = later.groupby("activity_declined")["minutes_current"].mean()
    pace /= population.groupby("activity_declined")["minutes_current"].mean()
    assert pace.tolist() == pytest.approx([1.0, 0.9], abs=0.01)


def test_habits_persist_as_closely_as_asked(make_options: Options) -> None:
    still = {"pages_per_visit": 1.0, "service_errors": 0.0}
    options = make_options(clients=5000, persistence=still, label_noise=0.0)
    population = nodes.draw_store(options).query("3 <= pages_per_visit <= 12")
    later = advance_month(population, options, np.random.default_rng(0))
    pd.testing.assert_series_equal(later["pages_per_visit"], population["pages_per_visit"])
    pd.testing.assert_series_equal(later["minutes_current"], population["minutes_current"])
    for _, rows in population.groupby("activity_declined"):
        redrawn = later.loc[rows.index, "service_errors"]
        assert np.corrcoef(rows["service_errors"], redrawn)[0, 1] == pytest.approx(0, abs=0.06)


def test_six_month_mean_moves_by_a_sixth_of_the_newest_month(make_options: Options) -> None:
    options = make_options(clients=100, persistence={})
    clients = nodes.draw_store(options).head(3)
    clients["marketing_contacts_6m"] = [4.0, 2.0, 0.1]
    clients["marketing_contacts_current"] = [4, 7, 1]
    later = advance_month(clients, options, np.random.default_rng(0))
    assert later["marketing_contacts_6m"].tolist() == [4.0, 2.5, 0.0]


def test_next_month_has_no_labels(make_options: Options) -> None:
    options = make_options(clients=100)
    profiles, *_ = nodes.write_unlabelled_month(nodes.draw_store(options), options)
    assert "Покупательская активность" not in profiles


def test_ranks_are_mapped_linearly_between_the_quantiles_of_the_class(make_options: Options) -> None:
    names = list(make_options().quantiles)
    plain = {"declined": (0.0, 10.0, 30.0), "kept": (100.0, 200.0, 1000.0)}
    options = make_options(probabilities=(0.0, 0.5, 1.0), quantiles=dict.fromkeys(names, plain))
    ranks, declined = np.array([0.0, 0.25, 0.75, 0.25, 1.0]), np.array([True, True, True, False, False])
    values = values_at(ranks, declined, names[0], options)
    assert values.tolist() == [0.0, 5.0, 20.0, 150.0, 1000.0]
    assert ranks_of(values, declined, names[0], options).tolist() == ranks.tolist()


def test_classes_follow_their_own_quantiles(make_options: Options) -> None:
    options = make_options(label_noise=0.0)
    clients = draw_clients(20000, options, np.random.default_rng(0))
    for value, name in ((1, "declined"), (0, "kept")):
        drawn = clients.loc[clients["activity_declined"] == value, "revenue_previous"]
        asked = getattr(options.quantiles["revenue_previous"], name)[options.probabilities.index(0.5)]
        assert drawn.median() == pytest.approx(asked, rel=0.01)


def test_label_noise_swaps_as_many_labels_as_asked(make_options: Options) -> None:
    clean, noisy = (
        draw_clients(1000, make_options(label_noise=share), np.random.default_rng(3)) for share in (0.0, 0.1)
    )
    assert (clean["activity_declined"] != noisy["activity_declined"]).sum() == 100
    assert clean["activity_declined"].sum() == noisy["activity_declined"].sum()


def test_summaries_of_different_lengths_are_refused(make_options: Options) -> None:
    with pytest.raises(ParameterError, match="revenue_previous: not 15 quantiles"):
        make_options(quantiles={"revenue_previous": {"declined": [1.0], "kept": [2.0]}})


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param({"clients": 100, "twins": 49}, "twins: 49 are too many", id="twins"),
        pytest.param({"clients": 100, "without_purchases": 90}, "exceed the declined", id="spoiled"),
        pytest.param(
            {"persistence": {"pages_per_visti": 0.9}}, "no quantiles of 'pages_per_visti'", id="misspelt"
        ),
    ],
)
def test_parameters_that_cannot_be_met_are_refused(
    make_options: Options, changes: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ParameterError, match=complaint):
        make_options(**changes)


@pytest.mark.real_data
def test_no_client_is_one_of_the_real_extract(real_extract: Path, root: Path) -> None:
    real = (real_extract / "market_file.csv").read_text(encoding="utf-8").splitlines()[1:]
    real_profiles = {line.split(",", 1)[1] for line in real if line}
    for month in ("demo", "demo_next"):
        made = (
            (root / "data" / "01_raw" / month / "market_file.csv")
            .read_text(encoding="utf-8")
            .splitlines()[1:]
        )
        assert not real_profiles & {line.split(",", 1)[1] for line in made}
