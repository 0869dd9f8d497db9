"""Whether the printed 95 % intervals hold: ``python -m benchmarks.intervals [FIRST] [LAST]``.

Per seed one planted store: its clients are split, the reference model is fitted, calibrated and judged as the
product does it. What each interval should hold is known from fresh clients of the same population, whose
true probabilities of being recorded as declined are planted: the figure of this fitted model, at this
threshold and by these borders, in the population. Printed per interval: the share of stores in which it holds
that (.92 to .98 is as it should be), the share in which the truth is below it, and its median width; then
what stands where no interval does, the chance level of the calibration error.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.coverage import NO_FINDINGS
from benchmarks.shipped import read_families, read_section
from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS, GROUP_LABELS, PROFIT, TARGET
from one_click.features import make_features
from one_click.modelling import candidates, selection
from one_click.modelling import evaluation as figures
from one_click.modelling.calibration import calibrate, calibrate_out_of_fold
from one_click.modelling.profit import expected_maximum_profit
from one_click.parameters import (
    REFERENCE,
    DataProcessing,
    DemoPopulation,
    DemoStore,
    Eda,
    Evidence,
    Interpretation,
    ModelSelection,
    Offers,
    Segmentation,
)
from one_click.pipelines.data_processing.nodes import split_clients
from one_click.pipelines.demo_comparison.summary import draw_store
from one_click.pipelines.eda.contacts import CONTACTS, tabulate_contacts
from one_click.pipelines.eda.encoding import standardise
from one_click.pipelines.eda.groups import separation
from one_click.pipelines.eda.nodes import select_labelled
from one_click.pipelines.evidence.procedures import summarise_procedures
from one_click.pipelines.interpretation.importance import FEATURE, permute_features
from one_click.pipelines.interpretation.refits import refit_splits
from one_click.pipelines.interpretation.tree_rules import read_tree_rules
from one_click.pipelines.model_selection import comparison, holdout
from one_click.pipelines.segmentation.nodes import (
    find_risk_signals,
    fit_decision_borders,
    measure_signals,
    rate_signals,
)
from one_click.pipelines.segmentation.profiles import describe_segment
from one_click.pipelines.segmentation.stability import fit_segments
from one_click.scores import decline_probability, feature_columns, uncalibrated_score
from one_click.simulation.mechanism import decline_probability as planted_probability
from one_click.simulation.mechanism import recorded_probability

CLIENTS, FRESH_CLIENTS, FRESH_SEED = 1300, 20_000, 10_001
RIVAL = "logistic_regression"
FEATURES = ("pages_per_visit", "minutes_current", "days_registered")  # whose loss is asked for: each costs
Floats = NDArray[np.float64]


class Interval(NamedTuple):
    """One printed interval, and what it should hold."""

    name: str
    low: float
    high: float
    truth: float


class Shipped(NamedTuple):
    """The parameters as they are shipped."""

    selection: ModelSelection
    processing: DataProcessing
    store: DemoStore
    population: DemoPopulation
    offers: Offers
    segmentation: Segmentation


class Population:
    """Fresh clients of the planted population; each stands for a declined and a kept one, by probability."""

    def __init__(self, shipped: Shipped) -> None:
        self.clients, self.recorded = draw(FRESH_SEED, FRESH_CLIENTS, shipped)
        self.features = as_features(self.clients, shipped)
        self.target = np.repeat([1.0, 0.0], FRESH_CLIENTS)
        self.weights = np.concatenate([self.recorded, 1 - self.recorded])[None, :]

    def figure(self, figure: figures.Figure, values: Floats) -> float:
        return float(figure(np.tile(values, 2), self.target, self.weights)[0])

    def share(self, members: NDArray[np.bool_]) -> float:
        return float(self.recorded[members].mean()) if members.any() else np.nan


class Model(NamedTuple):
    """A model of one store, its calibration and its threshold."""

    fitted: Any
    known: pd.DataFrame
    method: str
    threshold: float

    tuned: candidates.Tuned

    def out_of_fold(self, clients: pd.DataFrame, shipped: Shipped) -> Floats:
        """Return calibrated probabilities of all clients, by the mean of the repeats, as segments take them."""
        options = shipped.selection.model_copy(update={"confirmation_repeats": 2})
        known = candidates.score_out_of_fold(self.tuned, as_features(clients, shipped), options)
        known["probability"] = calibrate_out_of_fold(known, self.method)
        return known.groupby(CLIENT_ID)["probability"].mean().loc[clients[CLIENT_ID]].to_numpy()

    def refitted(self, clients: pd.DataFrame, shipped: Shipped) -> "Model":
        """Return the model fitted on all labelled clients."""
        fitted = candidates.fit(self.tuned, as_features(clients, shipped), shipped.selection)
        return self._replace(fitted=fitted)

    def scores(self, clients: pd.DataFrame) -> tuple[Floats, Floats]:
        """Return scores and calibrated probabilities."""
        scored = candidates.score(self.fitted, clients)
        return scored["score"].to_numpy(), calibrate(self.method, self.known, scored)


def main(first: int, last: int) -> None:
    sections = (ModelSelection, DataProcessing, DemoStore, DemoPopulation, Offers, Segmentation)
    shipped = Shipped(*(read_section(name, model) for name, model in zip(_SECTIONS, sections, strict=True)))
    population = Population(shipped)
    rows: list[dict[str, Any]] = []
    chance = []
    for seed in range(first, last + 1):
        clients, recorded = draw(seed, CLIENTS, shipped)
        rows += [one._asdict() | {"seed": seed} for one in intervals_of(clients, population, shipped)]
        chance.append(_below_chance(recorded, clients[TARGET].to_numpy("float64"), seed))
        print(f"seed {seed}", file=sys.stderr)
    _report(pd.DataFrame(rows).dropna(), last - first + 1)
    print(f"perfect probabilities whose calibration error is at most its chance level: {np.mean(chance):.3f}")


_SECTIONS = (
    "model_selection",
    "data_processing",
    "demo_store",
    "demo_population",
    "offers",
    "segmentation",
)


def draw(seed: int, count: int, shipped: Shipped) -> tuple[pd.DataFrame, Floats]:
    """Return the clients of a planted store without dirt, and their probability of being recorded as declined."""
    changes = {"seed": seed, "clients": count, "dirt": {}, "first_id": seed * 10**6 + 1}
    options = DemoStore.model_validate(shipped.store.model_dump(by_alias=True) | changes)
    clients = draw_store(options, shipped.population).astype({TARGET: "int64"})
    probability = planted_probability(clients, shipped.population)
    return clients, recorded_probability(probability, options.label_noise)


def as_features(clients: pd.DataFrame, shipped: Shipped) -> pd.DataFrame:
    return make_features(clients, shipped.processing.engineered_features).astype({TARGET: "int64"})


def intervals_of(clients: pd.DataFrame, population: Population, shipped: Shipped) -> Iterator[Interval]:
    """Yield every interval of one store beside the truth."""
    options = shipped.selection
    train, test = split_clients(as_features(clients, shipped), NO_FINDINGS, shipped.processing)
    tuned = _tuned_models(options)
    by_name = dict(zip(tuned["model"], map(json.loads, tuned["tuned"]), strict=True))
    fold_scores = pd.concat(
        [
            candidates.score_out_of_fold(one, train, options).assign(model=name)
            for name, one in by_name.items()
        ]
    )
    leaderboard = selection.rank_models(fold_scores, tuned.drop(columns="tuned"), options)
    leaderboard = leaderboard.assign(champion=leaderboard["model"] == REFERENCE)
    fitted = {name: candidates.fit(one, train, options) for name, one in by_name.items()}
    areas = {
        name: population.figure(figures.roc_auc, uncalibrated_score(one, _columns(population.features)))
        for name, one in fitted.items()
    }
    for row in leaderboard.itertuples():
        yield Interval(
            f"leaderboard: ROC-AUC, {row.model}", row.roc_auc_low, row.roc_auc_high, areas[row.model]
        )
    calibrations = selection.choose_calibrations(fold_scores)
    values = comparison.value_clients(clients, shipped.segmentation)
    campaign = comparison.assume_offers(clients, shipped.offers, shipped.segmentation)
    thresholds = comparison.choose_thresholds(fold_scores, calibrations, values, campaign, options)
    scored = holdout.score_holdout(train, test, fold_scores, calibrations, tuned, options, **fitted).query(
        "model == @REFERENCE"
    )
    models = {
        name: Model(
            one,
            fold_scores[fold_scores["model"] == name].reset_index(drop=True),
            selection.calibration_of(calibrations, name),
            float(thresholds[thresholds["chosen"]].set_index("model").loc[name, "threshold"]),
            by_name[name],
        )
        for name, one in fitted.items()
    }
    model = models[REFERENCE]
    evaluation = holdout.evaluate_holdout(scored, train, thresholds, campaign, options)
    yield from _held_out(evaluation, model, population, campaign)
    gains = holdout.tabulate_gains(scored, train, leaderboard, values, options)
    yield from _gains(gains, model, population, shipped)
    yield from _reliability(scored, leaderboard, model, population)
    yield from _nested(models, population, areas, options)
    yield from _signals_and_segments(clients, model, population, shipped)
    yield from _leaves(train, population, options)
    yield from _explored(clients, population)


def _columns(features: pd.DataFrame) -> pd.DataFrame:
    return features[feature_columns(features)]


def _tuned_models(options: ModelSelection) -> pd.DataFrame:
    """Return the reference model and a rival, both as families, so that one of them can be the champion."""
    family = read_families()[RIVAL]
    rival = candidates.untuned(family) | {"settings": family.start}
    tuned = comparison.join_tuned(options.model_copy(update={"challengers": {}}), **{RIVAL: rival})
    return tuned[tuned["model"] != "dummy"].assign(kind=selection.FAMILY)


def _held_out(
    evaluation: pd.DataFrame, model: Model, population: Population, campaign: dict[str, float]
) -> Iterator[Interval]:
    score, probability = model.scores(population.features)
    called = (probability >= model.threshold).astype("float64")
    kinds = (
        (figures.OF_SCORES, score),
        (figures.OF_DECISIONS, called),
        (figures.OF_PROBABILITIES, probability),
    )
    truth = {one.__name__: population.figure(one, values) for kind, values in kinds for one in kind}
    profit, depth = expected_maximum_profit(
        np.tile(score, 2), population.target, population.weights, campaign
    )
    truth |= {"expected_maximum_profit": profit[0], "profitable_depth": depth[0]}
    for row in evaluation.dropna().itertuples():
        yield Interval(f"evaluation: {row.metric}", row.low, row.high, truth[row.metric])


def _gains(gains: pd.DataFrame, model: Model, population: Population, shipped: Shipped) -> Iterator[Interval]:
    score, probability = model.scores(population.features)
    value = population.clients[PROFIT].to_numpy()
    ends = {"share_found": ("low", "high"), "profit_found": ("profit_low", "profit_high")}
    ends["profit_found_by_value"] = ("by_value_low", "by_value_high")
    ranked = {"share_found": (score, np.ones_like(value)), "profit_found": (score, value)}
    ranked["profit_found_by_value"] = (probability * value, value)
    depths = gains["depth"].to_numpy()
    for name, (low, high) in ends.items():
        ranking, amount = ranked[name]
        amounts = population.target * np.tile(amount, 2)
        truth = figures.share_found(np.tile(ranking, 2), amounts, population.weights, depths)[0]
        for place in range(1, len(depths) - 1):
            ends_here = gains.loc[place, low], gains.loc[place, high]
            yield Interval(f"gains: {name} at {depths[place]:.2f}", *ends_here, truth[place])


def _reliability(
    scored: pd.DataFrame, leaderboard: pd.DataFrame, model: Model, population: Population
) -> Iterator[Interval]:
    table = holdout.tabulate_reliability(scored, leaderboard)
    ordered = np.sort(scored["probability"].to_numpy())
    last = np.cumsum(table["clients"].to_numpy())[:-1]
    borders = (ordered[last - 1] + ordered[last]) / 2  # half-way between two fifths
    fifth = np.digitize(model.scores(population.features)[1], borders)
    for row in table.itertuples():
        yield Interval(
            f"reliability: fifth {row.Index + 1}", row.low, row.high, population.share(fifth == row.Index)
        )


def _nested(
    models: dict[str, Model], population: Population, areas: dict[str, float], options: ModelSelection
) -> Iterator[Interval]:
    """Take the folds for outer ones: what is under test is the interval over folds."""
    parts, truth = [], {}
    for name, model in models.items():
        probability = calibrate_out_of_fold(model.known, model.method)
        called = (probability >= model.threshold) * 1.0
        parts.append(model.known.assign(model=name, probability=probability, called=called))
        everyone = model.scores(population.features)[1]
        truth[name] = {
            "roc_auc": areas[name],
            "brier_score": population.figure(figures.brier_score, everyone),
            "log_loss": population.figure(figures.log_loss, everyone),
            "f1_declined": population.figure(figures.f1_declined, (everyone >= model.threshold) * 1.0),
        }
    outer = pd.concat(parts).rename(columns={"repeat": "outer_repeat", "fold": "outer_fold"})
    outer = pd.concat([outer, outer[outer["model"] == REFERENCE].assign(model="best")])
    choices = outer[outer["model"] == "best"].groupby(["outer_repeat", "outer_fold"], as_index=False).size()
    choices = choices.assign(rule="best", inner_roc_auc=np.nan)
    evidence = read_section("evidence", Evidence).model_copy(update={"rival": RIVAL})
    summary = summarise_procedures(outer, choices, options, evidence)
    for row in summary[summary["model"] == REFERENCE].itertuples():
        if row.metric in truth[REFERENCE]:
            mine, rival = truth[REFERENCE][row.metric], truth[RIVAL][row.metric]
            yield Interval(f"folds: {row.metric}", row.low, row.high, mine)
            yield Interval(f"folds: {row.metric} behind", row.behind_low, row.behind_high, rival - mine)


def _signals_and_segments(
    clients: pd.DataFrame, model: Model, population: Population, shipped: Shipped
) -> Iterator[Interval]:
    options = shipped.segmentation
    borders = fit_decision_borders(clients, {"threshold": model.threshold}, options)
    shown = find_risk_signals(clients, borders)
    everywhere = measure_signals(population.clients)
    for row in rate_signals(clients.astype({TARGET: "float64"}), shown, shipped.offers).itertuples():
        members = (everywhere[row.signal] <= borders[row.signal]).to_numpy()
        yield Interval(
            f"signals: {row.signal}", row.precision_low, row.precision_high, population.share(members)
        )
    inside = _by_segment(clients, model.out_of_fold(clients, shipped), borders, options)
    champion = model.refitted(clients, shipped)
    outside = _by_segment(population.clients, champion.scores(population.features)[1], borders, options)
    for segment in options.segments:
        row = describe_segment(inside[inside["segment"] == segment.code], segment)
        members = (outside["segment"] == segment.code).to_numpy()
        ends = row["declined_low"], row["declined_high"]
        yield Interval(f"segments: {segment.code}", *ends, population.share(members))


def _by_segment(
    clients: pd.DataFrame, probability: Floats, borders: dict[str, float], options: Segmentation
) -> pd.DataFrame:
    """Return what segments are made of; without reasons, a segment that asks for them stays empty."""
    table = clients.assign(
        probability=probability,
        at_risk=probability >= borders["probability"],
        valuable=clients[PROFIT] >= borders[PROFIT],
        main_reason="",
        membership="",
        profit_at_risk=0.0,
    )
    return table.assign(segment=fit_segments(table, options))


def _leaves(train: pd.DataFrame, population: Population, options: ModelSelection) -> Iterator[Interval]:
    family = read_families()["decision_tree"]
    tree = candidates.fit(candidates.untuned(family) | {"settings": family.start}, train, options)
    leaf = tree[-1].apply(tree[:-1].transform(_columns(population.features)))
    for row in read_tree_rules(train, decision_tree=tree).itertuples():
        yield Interval("tree rules: share of declined", row.low, row.high, population.share(leaf == row.leaf))


def _explored(clients: pd.DataFrame, population: Population) -> Iterator[Interval]:
    labelled = select_labelled(clients.astype({TARGET: "float64"}))
    for group in GROUP_LABELS:
        names = [name for name in BASE_FEATURES if COLUMNS[name].group == group]
        found = separation(labelled, names, 0)
        points = standardise(pd.concat([labelled, population.clients], ignore_index=True), names)
        model = LogisticRegression().fit(points[:CLIENTS], labelled[TARGET])
        truth = population.figure(figures.roc_auc, model.decision_function(points[CLIENTS:]))
        yield Interval(f"groups: ROC-AUC, {group}", found.low, found.high, truth)
    for row in tabulate_contacts(labelled).itertuples():
        members = population.clients[CONTACTS].between(row.least, row.most).to_numpy()
        yield Interval("contacts: share of declined", row.low, row.high, population.share(members))


def _below_chance(recorded: Floats, target: Floats, seed: int) -> bool:
    ones = np.ones((1, len(target)))
    error = figures.calibration_error(recorded, target, ones)[0]
    return bool(error <= figures.calibration_chance(recorded, 1000, seed))


def _report(rows: pd.DataFrame, stores: int) -> None:
    rows = rows.assign(
        held=(rows["low"] <= rows["truth"]) & (rows["truth"] <= rows["high"]),
        below=rows["truth"] < rows["low"],
        width=rows["high"] - rows["low"],
    )
    table = rows.groupby("name", sort=False).agg(
        held=("held", "mean"),
        truth_below=("below", "mean"),
        width=("width", "median"),
        intervals=("held", "size"),
    )
    print(f"{stores} stores, seeds {rows['seed'].min()} to {rows['seed'].max()}")
    print(table.round(3).to_string())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1001, int(sys.argv[2]) if len(sys.argv) > 2 else 1400)
