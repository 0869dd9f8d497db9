"""Whether the portrait tells the truth of planted stores: ``python -m benchmarks portrait [FIRST] [LAST]``.

The features of these stores are independent of each other, so that a feature which drives nothing differs
between the classes by chance alone; where structures are looked for, they also go together. Their values are
those of the synthetic store. Structures take a second per store and are looked for in the first few.
"""

import numpy as np
import pandas as pd
from scipy.special import ndtr

from benchmarks.shared.parameters import read_section
from benchmarks.shared.stores import CLIENTS
from one_click.columns import BASE_FEATURES, CATEGORICAL_FEATURES, CLIENT_ID, COLUMNS, PROFIT, TARGET
from one_click.parameters import DemoPopulation, DemoStore, Eda
from one_click.parameters.planted import Cause
from one_click.pipelines.demo_comparison.nodes.summary import draw_store
from one_click.pipelines.eda.nodes.clusters import measure_stability
from one_click.pipelines.eda.nodes.groups import measure_groups
from one_click.pipelines.eda.nodes.interactions import find_interactions
from one_click.pipelines.eda.nodes.portrait import compare_classes, risk_ratio
from one_click.pipelines.eda.nodes.summaries import select_labelled
from one_click.simulation.mechanism import decline_probability

FEWER = 20
TRUTH_CLIENTS = 1_000_000  # enough to know an effect to .002
DRIVERS: dict[str, float | dict[str, float]] = {
    "pages_per_visit": -0.9,
    "minutes_current": -0.7,
    "category_views_per_visit": -0.6,
    "marketing_contacts_6m": -0.5,
    "promo_purchase_share": 0.7,
    "unpaid_items_quarter": 0.5,
    "popular_category": {"Кухонная посуда": 0.8, "Мелкая бытовая техника и электроника": -0.8},
}
STRUCTURES = (  # name, mechanism, correlation of the numbers
    ("nothing planted", "nothing", 0.0),
    ("nothing planted in one correlated cloud", "nothing", 0.4),
    ("drivers side by side, correlated", "planted", 0.6),
)
ENGINEERED_FROM_DRIVERS = ("minutes_trend", "promo_habit")
PLANTED = Cause(intercept=-0.6, drivers=DRIVERS)
NOTHING = Cause(intercept=-0.5, drivers={})


def main(first_seed: int = 1001, last_seed: int = 1400) -> None:
    """Print how often drivers come first, how often chance is taken for a finding, and the coverage."""
    seeds = range(first_seed, last_seed + 1)
    options = read_section("eda", Eda)
    pool, planted, nothing = read_worlds()
    everyone = plant_store(pool, planted, 0, TRUTH_CLIENTS)
    truth = _portrait(everyone, options)
    portraits = [_portrait(plant_store(pool, planted, seed, CLIENTS), options) for seed in seeds]
    first = [_drivers_come_first(portrait) for portrait in portraits]
    print(f"{len(first)} planted stores of {CLIENTS} clients, seeds {first_seed} to {last_seed}")
    print(f"every driver first: {np.mean(first):.3f}")
    _print_coverage(portraits, truth)
    _print_coverage_of_risks(portraits, everyone)
    empty = [
        _portrait(plant_store(pool, nothing, seed, CLIENTS), options)["direction"] != "none" for seed in seeds
    ]
    print(
        f"nothing planted: false findings {np.mean(empty):.4f} of all features, "
        f"stores with one {np.mean([found.any() for found in empty]):.3f}"
    )
    for name, mechanism, together in STRUCTURES:
        world = {"planted": planted, "nothing": nothing}[mechanism]
        stores = [plant_store(pool, world, seed, CLIENTS, together) for seed in seeds[:FEWER]]
        pairs, natural, group = np.mean([_structures(store, options) for store in stores], axis=0)
        print(
            f"{len(stores)} stores, {name}: clear joint effect {pairs:.3f}, natural clusters {natural:.3f}, "
            f"a separating group {group:.3f}"
        )


def read_worlds() -> tuple[pd.DataFrame, DemoPopulation, DemoPopulation]:
    """Return clients to take values from, the population with the planted drivers, and one with none."""
    demo, population = read_section("demo_store", DemoStore), read_section("demo_population", DemoPopulation)
    pool = draw_store(demo.model_copy(update={"clients": 20_000}), population)
    planted = population.model_copy(update={"causes": {"planted": PLANTED}})
    nothing = population.model_copy(update={"causes": {"nothing": NOTHING}})
    return pool, planted, nothing


def plant_store(
    pool: pd.DataFrame, population: DemoPopulation, seed: int, clients: int, together: float = 0.0
) -> pd.DataFrame:
    """Draw clients whose numbers have the pool's distributions and correlate by `together`."""
    generator = np.random.default_rng(seed)
    common = generator.normal(size=clients)
    drawn = {}
    for name in (*BASE_FEATURES, PROFIT):
        own = generator.normal(size=clients)
        shared = together if COLUMNS[name].kind not in ("category", "flag") else 0.0
        rank = ndtr(np.sqrt(shared) * common + np.sqrt(1 - shared) * own)
        drawn[name] = pool[name].sort_values().to_numpy()[(rank * len(pool)).astype(int)]
    store = pd.DataFrame(drawn)
    declined = generator.random(clients) < decline_probability(store, population)
    return store.assign(**{CLIENT_ID: range(clients), TARGET: declined.astype("float64")})


def _portrait(store: pd.DataFrame, options: Eda) -> pd.DataFrame:
    return compare_classes(select_labelled(store), options).set_index("feature")


def _structures(store: pd.DataFrame, options: Eda) -> tuple[bool, bool, bool]:
    """Tell whether a joint effect, a division into clusters or a group of features is called clear."""
    labelled = select_labelled(store)
    tests, stability = find_interactions(labelled, options), measure_stability(labelled, options)
    groups = measure_groups(labelled, compare_classes(labelled, options), options)
    return bool(tests["clear"].any()), bool(stability["natural"].any()), bool(groups["separates"].any())


def _drivers_come_first(portrait: pd.DataFrame) -> bool:
    null = portrait.drop(index=[*DRIVERS, *ENGINEERED_FROM_DRIVERS])
    return bool(portrait.loc[list(DRIVERS), "rank"].max() < null["rank"].min())


def _print_coverage(portraits: list[pd.DataFrame], truth: pd.DataFrame) -> None:
    rows = pd.concat(portraits).join(truth["effect"].rename("truth"))
    rows["covered"] = (rows["low"] <= rows["truth"]) & (rows["truth"] <= rows["high"])
    kinds = rows["kind"].where(rows["kind"].isin(["category", "flag"]), "number")
    groups = [("all", rows), *rows.groupby(kinds), ("drivers", rows.loc[list(DRIVERS)])]
    for name, part in groups:
        width = (part["high"] - part["low"]).median()
        print(
            f"coverage of 95 % intervals, {name}: {part['covered'].mean():.4f} of {len(part)}, "
            f"median width {width:.3f}"
        )
    worst = rows.groupby(level=0)["covered"].mean().sort_values().head(4).round(3)
    print(f"lowest: {worst.to_dict()}")


def _print_coverage_of_risks(portraits: list[pd.DataFrame], everyone: pd.DataFrame) -> None:
    counts = {
        name: pd.crosstab(everyone[name], everyone[TARGET]).set_axis(["kept", "declined"], axis=1)
        for name in CATEGORICAL_FEATURES
    }
    rows = pd.concat([portrait.loc[list(CATEGORICAL_FEATURES)] for portrait in portraits])
    true = [risk_ratio(counts[name], level) for name, level in rows["level"].items()]
    covered = (rows["risk_low"] <= true) & (true <= rows["risk_high"])
    width = (rows["risk_high"] - rows["risk_low"]).median()
    print(
        f"coverage of the risk ratios of the values named: {covered.mean():.4f} of {len(rows)}, "
        f"median width {width:.3f}"
    )
