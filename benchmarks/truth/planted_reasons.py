"""Whether importance finds planted reasons: ``python -m benchmarks planted_reasons [FIRST] [LAST]``.

In stores of `portrait` (one per seed), whose features are independent of each other, a model is
tuned, refitted and explained as the product does it. Printed is the share of stores, with its 95 % interval,
in which every driver stands above every feature that drives nothing, and how both measures treat a copy of a
driver.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from benchmarks.shared.models import Settings
from benchmarks.shared.parameters import read_families, read_section
from benchmarks.shared.stores import CLIENTS, NO_FINDINGS
from benchmarks.shared.summaries import share_text
from benchmarks.truth.portrait import DRIVERS, plant_store, read_worlds
from one_click.columns import BASE_FEATURES, TARGET
from one_click.explain.fitted import FittedView, ModelColumn
from one_click.features import make_features
from one_click.modelling import candidates
from one_click.modelling.search import InMemoryLog, search
from one_click.parameters import DataProcessing, DemoPopulation, Interpretation, ModelSelection
from one_click.pipelines.data_processing.nodes.split import split_clients
from one_click.pipelines.interpretation.nodes.agreement import (
    SHARED,
    UNUSED,
    compare_importances,
)
from one_click.pipelines.interpretation.nodes.explanations import (
    choose_background,
    explain_clients,
)
from one_click.pipelines.interpretation.nodes.importance import (
    COLLINEAR,
    FEATURE,
    permute_features,
    summarise_shap,
)
from one_click.pipelines.interpretation.nodes.refits import explain_refits, refit_splits
from one_click.statistics.discrimination import roc_auc

TUNED = "logistic_regression"  # in all stores; the other families, as they start, in the first ones
SMALL = {"trials": 12, "startup_trials": 6, "challengers": {}}
AS_STARTED = {"trials": 1, "challengers": {}}  # the first trial has the settings of `start`
ONCE = {"refit_repeats": 1, "rounds": 1}
FEWER_STORES = 20
COPIED_STORES = 50
REFIT_CLIENTS = 50  # explained by each refit; only intervals, of which nothing is said here, depend on them
DRIVER, COPY = "pages_per_visit", "minutes_previous"  # the copy replaces a feature that drives nothing
COPIES = {"an exact copy": 0.0, "a noisy copy": 0.3}  # noise in standard deviations of the driver
METRIC = "roc_auc"


@dataclass(frozen=True)
class Fitted:
    """A family tuned and fitted to one store as the pipelines do.

    Attributes
    ----------
    train, test : DataFrame
    champion : Pipeline
        Fitted to both.
    refits : list of Pipeline
        See `refit_champion`.
    background : DataFrame
        See `choose_background`.
    """

    train: pd.DataFrame
    test: pd.DataFrame
    champion: Pipeline
    refits: list[Pipeline]
    background: pd.DataFrame


@dataclass(frozen=True)
class Reasons:
    """What the measures say of one store.

    Attributes
    ----------
    permuted : DataFrame
        See `permute_features`; only the metric ROC-AUC.
    shap : DataFrame
        See `summarise_shap`; by feature.
    contributions : DataFrame, one row per client
        Contribution of each raw feature.
    agreement : DataFrame
        See `compare_importances`; only features, by feature.
    keeps_drivers : bool
        Whether the model keeps the columns of all drivers, of a category those of its planted values.
    """

    permuted: pd.DataFrame
    shap: pd.DataFrame
    contributions: pd.DataFrame
    agreement: pd.DataFrame
    keeps_drivers: bool

    @property
    def by_feature(self) -> pd.DataFrame:
        """Rows of single features, by feature."""
        return self.permuted[self.permuted["kind"] == FEATURE].set_index("feature")


def main(first: int = 1, last: int = 100) -> None:
    """Print one line per result."""
    pool, planted, nothing = read_worlds()
    seeds = range(first, last + 1)
    tuned = read_settings(TUNED, SMALL, ONCE)
    stores = [draw_planted(pool, planted, seed) for seed in seeds]
    reasons = [explain_store(store, tuned) for store in stores]
    _report_drivers(TUNED, stores, reasons)
    empty = [explain_store(draw_planted(pool, nothing, seed), tuned) for seed in seeds]
    print(f"\n{TUNED}, nothing planted")
    _report_false_claims(empty, list(BASE_FEATURES))
    for name, noise in COPIES.items():
        copied = [add_copy(store, noise, seed) for store, seed in zip(stores, seeds, strict=True)]
        copied = copied[:COPIED_STORES]
        _report_copies(name, copied, reasons[:COPIED_STORES], [explain_store(one, tuned) for one in copied])
    for name in (name for name in read_families() if name != TUNED):
        fewer, settings = stores[:FEWER_STORES], read_settings(name, AS_STARTED, ONCE)
        _report_drivers(name, fewer, [explain_store(store, settings) for store in fewer])


def read_settings(family: str, selection: dict[str, object], interpretation: dict[str, object]) -> Settings:
    """Return the settings of a family as shipped, with some of them replaced."""
    return Settings(
        read_families()[family],
        read_section("model_selection", ModelSelection).model_copy(update=selection),
        read_section("interpretation", Interpretation).model_copy(update=interpretation),
        read_section("data_processing", DataProcessing),
    )


def draw_planted(pool: pd.DataFrame, population: DemoPopulation, seed: int) -> pd.DataFrame:
    """Return the clients of a store, in which the causes of the population strike."""
    return make_features(plant_store(pool, population, seed, CLIENTS), ()).astype({TARGET: "int64"})


def add_copy(store: pd.DataFrame, noise: float, seed: int) -> pd.DataFrame:
    """Return the store with the driver's values, rescaled and with noise, in place of another feature's."""
    own = store[DRIVER].astype("float64")
    blurred = own + noise * own.std() * np.random.default_rng((seed, 1)).normal(size=len(own))
    standard = (blurred - blurred.mean()) / blurred.std()
    return store.assign(**{COPY: store[COPY].mean() + store[COPY].std() * standard})


def fit_store(clients: pd.DataFrame, settings: Settings) -> Fitted:
    """Tune, fit and refit one family as the pipelines do."""
    selection, options = settings.selection, settings.interpretation
    train, test = split_clients(clients, NO_FINDINGS, settings.limits)
    tuned = candidates.tune(search(train, settings.family, selection, InMemoryLog), settings.family)
    labelled = candidates.join_labelled(train, test)
    refits = [
        candidates.fit(tuned, labelled.iloc[seen], selection)
        for seen, _ in refit_splits(labelled, selection, options)
    ]
    champion = candidates.fit(tuned, labelled, selection)
    return Fitted(train, test, champion, refits, choose_background(train, options))


def explain_store(clients: pd.DataFrame, settings: Settings) -> Reasons:
    """Tune, fit, refit and explain one family as the pipelines do."""
    fitted, selection, options = fit_store(clients, settings), settings.selection, settings.interpretation
    values, _ = explain_clients(clients, fitted.champion, fitted.background, options)
    by_refit = explain_refits(clients.head(REFIT_CLIENTS), fitted.refits, fitted.background, options)
    permuted = permute_features(fitted.train, fitted.test, fitted.refits, selection, options)
    shap = summarise_shap(values, by_refit, clients, selection)
    agreement = compare_importances(permuted, shap)
    return Reasons(
        permuted[permuted["metric"] == METRIC],
        shap.set_index("feature"),
        values[list(BASE_FEATURES)],
        agreement[agreement["kind"] == FEATURE].set_index("feature"),
        _keeps_drivers(fitted.champion),
    )


def _keeps_drivers(champion: Pipeline) -> bool:
    kept = set(FittedView(champion).columns)
    return all(
        {ModelColumn(name, value) for value in planted} <= kept
        if isinstance(planted, dict)
        else ModelColumn(name) in kept
        for name, planted in DRIVERS.items()
    )


def judge_drivers(clients: pd.DataFrame, reasons: Reasons) -> pd.DataFrame:
    """Tell of each driver whether it stands above every feature that drives nothing, and points rightly.

    Returns
    -------
    DataFrame, one row per driver: permutation, shap, direction (each whether it is right), alone (ROC-AUC of
    the driver in its planted direction)
    """
    loss, size = reasons.by_feature["importance"], reasons.shap["mean_absolute"]
    return pd.DataFrame(
        {
            name: {
                "permutation": loss[name] > loss.drop(list(DRIVERS)).max(),
                "shap": size[name] > size.drop(list(DRIVERS)).max(),
                "direction": _points_rightly(name, clients, reasons),
                "alone": roc_auc(_planted_part(name, clients), clients[TARGET].to_numpy())[0],
            }
            for name in DRIVERS
        }
    ).T


def _points_rightly(name: str, clients: pd.DataFrame, reasons: Reasons) -> bool:
    planted = DRIVERS[name]
    if not isinstance(planted, dict):
        return bool(np.sign(reasons.shap.loc[name, "direction"]) == np.sign(planted))
    by_level = reasons.contributions[name].groupby(clients[name].to_numpy()).mean()
    true = pd.Series(planted).reindex(by_level.index, fill_value=0.0)
    moved = by_level.min() < by_level.max()
    return bool(moved and by_level.idxmax() == true.idxmax() and by_level.idxmin() == true.idxmin())


def _planted_part(name: str, clients: pd.DataFrame) -> np.ndarray:
    planted = DRIVERS[name]
    if isinstance(planted, dict):
        return clients[name].map(planted).fillna(0.0).to_numpy("float64")
    return np.sign(planted) * clients[name].to_numpy("float64")


def _report_drivers(family: str, stores: list[pd.DataFrame], reasons: list[Reasons]) -> None:
    judged = [judge_drivers(*pair) for pair in zip(stores, reasons, strict=True)]
    print(f"\n{family}: stores in which every driver ...")
    for measure in ("permutation", "shap"):
        above = [bool(one[measure].all()) for one in judged]
        _print_share(f"stands above every null feature by {measure}", above)
        both = [bool(one[[measure, "direction"]].all(axis=None)) for one in judged]
        _print_share(f"stands above them by {measure} and points rightly", both)
    right, kept = [bool(one["direction"].all()) for one in judged], [one.keeps_drivers for one in reasons]
    _print_share("points rightly", right)
    _print_share("is kept by the model", kept)
    _print_share("points rightly, of these", np.array(right)[kept])
    failed = pd.concat(judged).astype("float64").rename_axis("driver").reset_index()
    by_driver = failed.groupby("driver").mean().sort_values("permutation")
    for name, one in by_driver.iterrows():
        wrong = ", ".join(f"{kind} {1 - one[kind]:.2f}" for kind in ("permutation", "shap", "direction"))
        print(f"  fails in a share of the stores, {name} (ROC-AUC alone {one['alone']:.3f}): {wrong}")
    _report_false_claims(reasons, [name for name in BASE_FEATURES if name not in DRIVERS])


def _report_false_claims(reasons: list[Reasons], nulls: list[str]) -> None:
    """Print how often an interval above zero claims importance for features that drive nothing."""
    losses = [one.by_feature.loc[nulls] for one in reasons]
    every = pd.concat(losses)
    claimed, used = every["low"] > 0, every["low"] < every["high"]
    _print_share("null features whose loss has an interval above zero", claimed)
    _print_share("the same, of those that some refit uses", claimed[used])
    _print_share("stores with one", [bool((one["low"] > 0).any()) for one in losses])
    unused = pd.concat([one.agreement.loc[nulls, "reason"] for one in reasons]) == UNUSED
    print(f"  called unused in spite of such an interval: {(unused & claimed).sum()}")


def _report_copies(
    name: str, stores: list[pd.DataFrame], alone: list[Reasons], copied: list[Reasons]
) -> None:
    print(f"\n{TUNED}, {name} ({COPY}) of {DRIVER}: stores in which ...")
    together = [_loss_together(one) for one in copied]
    losses = [one.by_feature["importance"] for one in copied]
    _print_share("the pair is reported", np.isfinite(together))
    pairs = list(zip(together, losses, strict=True))
    _print_share("it costs more than either", [joint > loss[[DRIVER, COPY]].max() for joint, loss in pairs])
    _print_share(
        "it costs more than their sum", [joint > loss[[DRIVER, COPY]].sum() for joint, loss in pairs]
    )
    nulls = [name for name in BASE_FEATURES if name not in (*DRIVERS, COPY)]
    for one in (DRIVER, COPY):
        _print_share(
            f"{one} stands above every null feature by permutation",
            [loss[one] > loss[nulls].max() for loss in losses],
        )
        reasons = pd.Series([found.agreement.loc[one, "reason"] for found in copied])
        _print_share(f"{one}: the reason is `{SHARED}`", reasons == SHARED)
        print(f"  {one}: reasons {reasons.value_counts().to_dict()}")
    _print_spread("rank correlation", [one[DRIVER].corr(one[COPY], method="spearman") for one in stores])
    _print_spread("loss of the driver without the copy", [_loss(one) for one in alone])
    _print_spread("loss of the driver with it", [_loss(one) for one in copied])
    _print_spread("loss of the pair", together)
    _print_sharing(alone, copied)


def _loss(reasons: Reasons) -> float:
    return float(reasons.by_feature.loc[DRIVER, "importance"])


def _loss_together(reasons: Reasons) -> float:
    """Return the loss of the pair; missing where it is not reported as such."""
    sets = reasons.permuted[reasons.permuted["kind"] == COLLINEAR]
    pair = sets[[set(members.split(", ")) == {DRIVER, COPY} for members in sets["members"]]]
    return float(pair["importance"].iloc[0]) if len(pair) else float("nan")


def _print_sharing(alone: list[Reasons], copied: list[Reasons]) -> None:
    """Print what becomes of the driver's Shapley values once it has a copy, relative to those before."""
    before = np.array([one.shap.loc[DRIVER, "share"] for one in alone])
    shares = np.array([one.shap.loc[[DRIVER, COPY], "share"] for one in copied])
    amounts = np.array([one.shap.loc[DRIVER, "mean_absolute"] for one in alone])
    sums = np.array([one.contributions[[DRIVER, COPY]].sum(axis=1).abs().mean() for one in copied])
    _print_spread("share of the driver, with / without the copy", shares[:, 0] / before)
    _print_spread("share of the pair / of the driver without the copy", shares.sum(axis=1) / before)
    _print_spread("contribution of the pair / of the driver without the copy", sums / amounts)


def _print_share(name: str, hits: Iterable[bool]) -> None:
    print(f"  {name}: {share_text(hits)}", flush=True)


def _print_spread(name: str, values: Iterable[float]) -> None:
    known = pd.Series(list(values)).dropna()
    low, high = known.quantile([0.025, 0.975])
    print(f"  {name}: mean {known.mean():.3f}, 95 % of {len(known)} stores {low:.3f} to {high:.3f}")
