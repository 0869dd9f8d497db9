"""Whether printed 95 % intervals hold: ``python -m benchmarks intervals [FIRST] [LAST] [PROCESSES]``.

Per seed one planted store: its clients are split, and the reference model is fitted, calibrated and judged as
the product does it. What each interval should hold is known from fresh clients of the same population, of
whom the true probability to be recorded as declined is planted: the figure of this fitted model, with this
threshold and these borders, clusters and axes, in the population; of contributions, their mean over the
models of other stores. Printed per interval: the share of stores in which it holds that (.92 to .98 is as it
should be), the share in which the truth lies below it, and its median width. Then what stands where no
interval does: the chance level of the calibration error, and how many of the labels that are called suspect
were recorded wrongly. Contributions and losses by shuffling are dear, and measured on every tenth store.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache, cached_property, partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from sklearn.linear_model import LogisticRegression

from benchmarks.shared.parameters import read_families, read_section
from benchmarks.shared.stores import CLIENTS, NO_FINDINGS, as_features, draw_clients
from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS, GROUP_LABELS, PROFIT, TARGET
from one_click.modelling import candidates, selection
from one_click.modelling import evaluation as figures
from one_click.modelling.calibration import calibrate, calibrate_out_of_fold
from one_click.modelling.folds import make_splits
from one_click.modelling.profit import expected_maximum_profit
from one_click.modelling.scores import raw_features, uncalibrated_score
from one_click.parameters import (
    REFERENCE,
    DataProcessing,
    DemoStore,
    Eda,
    Evidence,
    Interpretation,
    ModelSelection,
    Offers,
    Segmentation,
)
from one_click.pipelines.data_processing.nodes.audit import list_findings
from one_click.pipelines.data_processing.nodes.split import split_clients
from one_click.pipelines.eda.nodes.clusters import assign_clusters, map_clients, profile_clusters
from one_click.pipelines.eda.nodes.contacts import CONTACTS, tabulate_contacts
from one_click.pipelines.eda.nodes.encoding import standardise
from one_click.pipelines.eda.nodes.groups import separation
from one_click.pipelines.eda.nodes.interactions import find_interactions, tabulate_interactions, to_levels
from one_click.pipelines.eda.nodes.summaries import select_labelled
from one_click.pipelines.evidence.nodes.procedures import summarise_procedures
from one_click.pipelines.interpretation.nodes.explanations import (
    choose_background,
    explain_clients,
)
from one_click.pipelines.interpretation.nodes.faithfulness import delete_reasons
from one_click.pipelines.interpretation.nodes.importance import permute_features, summarise_shap
from one_click.pipelines.interpretation.nodes.refits import explain_refits, refit_splits
from one_click.pipelines.model_selection.nodes import comparison, holdout
from one_click.pipelines.model_selection.nodes.label_noise import find_label_noise
from one_click.pipelines.segmentation.nodes.decisions import fit_rule_thresholds
from one_click.pipelines.segmentation.nodes.profiles import describe_segment
from one_click.pipelines.segmentation.nodes.signals import find_risk_signals, rate_signals
from one_click.rules.segments import first_fitting
from one_click.rules.signals import RISK_SIGNALS
from one_click.schemas.records import DecisionThreshold, RuleThresholds, TunedModel
from one_click.simulation.mechanism import recorded_probability
from one_click.statistics.discrimination import roc_auc
from one_click.statistics.effect_sizes import cliffs_delta

FRESH_CLIENTS, FRESH_SEED = 20_000, 10_001
RIVAL = "logistic_regression"
CLUSTERS = 3
CLIENTS_ASKED = 300
OTHER_STORES = 60
SHUFFLED = ("pages_per_visit", "minutes_current", "promo_purchase_share", "unpaid_items_quarter")
_HALF = 0.5
Floats = NDArray[np.float64]
Members = NDArray[np.bool_]

SELECTION = read_section("model_selection", ModelSelection)
PROCESSING = read_section("data_processing", DataProcessing)
STORE = read_section("demo_store", DemoStore)
OFFERS = read_section("offers", Offers)
SEGMENTATION = read_section("segmentation", Segmentation)
EDA = read_section("eda", Eda)
INTERPRETATION = read_section("interpretation", Interpretation)


class Interval(NamedTuple):
    """One printed interval, and what it should hold."""

    name: str
    low: float
    high: float
    truth: float


class Population:
    """Fresh clients; each stands for a declined one and one who kept buying, by his probability."""

    def __init__(self) -> None:
        self.clients = draw_clients(FRESH_SEED, FRESH_CLIENTS)
        self.features = as_features(self.clients)
        self.recorded = recorded_probability(self.clients["probability"].to_numpy(), STORE.label_noise)
        self.target = np.repeat([1.0, 0.0], FRESH_CLIENTS)
        self.weights = np.concatenate([self.recorded, 1 - self.recorded])[None, :]

    def figure(self, figure: figures.Metric, values: Floats) -> float:
        return float(figure(np.tile(values, 2), self.target, self.weights)[0])

    def share(self, members: Members) -> float:
        return float(self.recorded[members].mean()) if members.any() else np.nan


@cache
def population() -> Population:
    return Population()


class Model:
    """A model of one store, fitted on its training clients."""

    def __init__(self, tuned: TunedModel, train: pd.DataFrame) -> None:
        self.tuned = tuned
        self.fold_scores = candidates.score_out_of_fold(tuned, train, SELECTION)
        self.fitted = candidates.fit(tuned, train, SELECTION)

    @cached_property
    def method(self) -> str:
        calibrations = selection.choose_calibrations(self.fold_scores.assign(model="one"))
        return selection.calibration_of(calibrations, "one")

    @cached_property
    def everywhere(self) -> tuple[Floats, Floats]:
        """Scores and probabilities of the population."""
        return self.scores(self.fitted)

    def scores(self, fitted: Any) -> tuple[Floats, Floats]:
        scored = candidates.score(fitted, population().features)
        return scored["score"].to_numpy(), calibrate(self.method, self.fold_scores, scored)

    def true(self, threshold: float) -> dict[str, float]:
        """Return the figures that the model has in the population."""
        return true_figures(*self.everywhere, threshold)


def true_figures(score: Floats, probability: Floats, threshold: float) -> dict[str, float]:
    """Return the figures of scores and probabilities of the population."""
    kinds = (
        (figures.OF_SCORES, score),
        (figures.OF_DECISIONS, (probability >= threshold).astype("float64")),
        (figures.OF_PROBABILITIES, probability),
    )
    return {one.__name__: population().figure(one, values) for kind, values in kinds for one in kind}


class Store:
    """One planted store, and what the product makes of it."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.clients = draw_clients(seed, CLIENTS)
        self.features = as_features(self.clients)
        self.train, self.test = split_clients(self.features, NO_FINDINGS, PROCESSING)
        tuned = _tuned_models()
        self.models = {name: Model(one, self.train) for name, one in selection.read_tuned(tuned).items()}
        self.model = self.models[REFERENCE]
        every_fold = [one.fold_scores.assign(model=name) for name, one in self.models.items()]
        board = selection.rank_models(pd.concat(every_fold), tuned.drop(columns="tuned"), SELECTION)
        self.leaderboard = board.assign(champion=board["model"] == REFERENCE)
        known = self.model.fold_scores.assign(model=REFERENCE)
        calibrations = selection.choose_calibrations(known)
        self.values = comparison.value_clients(self.clients, SEGMENTATION)
        self.campaign = comparison.assume_offers(self.clients, OFFERS, SEGMENTATION)
        self.thresholds = comparison.choose_thresholds(
            known, calibrations, self.values, self.campaign, SELECTION
        )
        self.threshold = float(self.thresholds.query("chosen")["threshold"].item())
        fitted = {REFERENCE: self.model.fitted}
        self.scored = holdout.score_holdout(
            self.train, self.test, known, calibrations, tuned, SELECTION, **fitted
        )

    @cached_property
    def out_of_fold(self) -> pd.DataFrame:
        """Calibrated probabilities of all labelled clients, of one repeat."""
        scores = pd.concat([scored for _, scored in self.fold_models], ignore_index=True)
        scores["probability"] = calibrate_out_of_fold(scores, self.model.method)
        return scores.set_index(CLIENT_ID).loc[self.clients[CLIENT_ID]].reset_index()

    @cached_property
    def fold_models(self) -> list[tuple[Any, pd.DataFrame]]:
        """The models of one repeat, each with its scores of the clients that it has not seen."""
        parts = []
        for fold, (train, test) in enumerate(make_splits(self.features, SELECTION.folds, SELECTION.seed)):
            fitted = candidates.fit(self.model.tuned, self.features.iloc[train], SELECTION)
            scored = candidates.score(fitted, self.features.iloc[test])
            parts.append((fitted, scored.assign(repeat=0, fold=fold)))
        return parts


def _tuned_models() -> pd.DataFrame:
    """Return the reference model and a rival, both as families, so that one of them can be the champion."""
    family = read_families()[RIVAL]
    rival = candidates.untuned(family, family.start)
    tuned = comparison.join_tuned(SELECTION.model_copy(update={"challengers": {}}), **{RIVAL: rival})
    return tuned[tuned["model"] != "dummy"].assign(kind=selection.FAMILY)


def _intervals(store: Store) -> Iterator[Interval]:
    for part in (
        _leaderboard,
        _held_out,
        _differences,
        _gains,
        _reliability,
        _folds,
        _signals,
        _segments,
        _losses,
        _groups,
        _contacts,
        _clusters,
        _map,
        _cells,
        _contributions,
        _audited,
    ):
        yield from part(store)


def _leaderboard(store: Store) -> Iterator[Interval]:
    for row in store.leaderboard.itertuples():
        true = population().figure(roc_auc, store.models[row.model].everywhere[0])
        yield Interval(f"leaderboard: ROC-AUC, {row.model}", row.roc_auc_low, row.roc_auc_high, true)


def _held_out(store: Store) -> Iterator[Interval]:
    table = holdout.evaluate_holdout(store.scored, store.train, store.thresholds, store.campaign, SELECTION)
    everyone = population()
    score = np.tile(store.model.everywhere[0], 2)
    profit, depth = expected_maximum_profit(score, everyone.target, everyone.weights, store.campaign)
    true = store.model.true(store.threshold)
    true |= {"expected_maximum_profit": profit[0], "profitable_depth": depth[0]}
    for row in table.dropna().itertuples():
        yield Interval(f"evaluation: {row.metric}", row.low, row.high, true[row.metric])


def _differences(store: Store) -> Iterator[Interval]:
    """Compare with the shipped black box, of its own probabilities: folds of it would take seconds."""
    name, family = next(iter(SELECTION.challengers.items()))
    fitted = candidates.fit(candidates.untuned(family), store.train, SELECTION)
    test, everyone = (candidates.score(fitted, clients) for clients in (store.test, population().features))
    own = [(one["score"].to_numpy(), one["probability"].to_numpy(), _HALF) for one in (test, everyone)]
    mine = [store.scored[column].to_numpy() for column in ("score", "probability")]
    target = store.test[TARGET].to_numpy("float64")
    weights = figures.resample_clients(target, SELECTION.bootstrap_samples, SELECTION.seed, CLIENTS)
    true, theirs = store.model.true(store.threshold), true_figures(*own[1])
    for row in figures.compare((*mine, store.threshold), own[0], target, weights).itertuples():
        yield Interval(f"less {name}: {row.metric}", row.low, row.high, true[row.metric] - theirs[row.metric])


def _gains(store: Store) -> Iterator[Interval]:
    table = holdout.tabulate_gains(store.scored, store.train, store.leaderboard, store.values, SELECTION)
    everyone, (score, probability) = population(), store.model.everywhere
    value = everyone.clients[PROFIT].to_numpy()
    curves = {
        ("share_found", "low", "high"): (score, np.ones_like(value)),
        ("profit_found", "profit_low", "profit_high"): (score, value),
        ("profit_found_by_value", "by_value_low", "by_value_high"): (probability * value, value),
    }
    depths = table["depth"].to_numpy()
    for (name, low, high), (ranking, amount) in curves.items():
        amounts = everyone.target * np.tile(amount, 2)
        true = figures.share_found(np.tile(ranking, 2), amounts, everyone.weights, depths)[0]
        for place in range(1, len(depths) - 1):
            ends = table.loc[place, low], table.loc[place, high]
            yield Interval(f"gains: {name} at {depths[place]:.2f}", *ends, true[place])


def _reliability(store: Store) -> Iterator[Interval]:
    table = holdout.tabulate_reliability(store.scored, store.leaderboard)
    ordered = np.sort(store.scored["probability"].to_numpy())
    last = np.cumsum(table["clients"].to_numpy())[:-1]
    borders = (ordered[last - 1] + ordered[last]) / 2  # half-way between two fifths
    fifth = np.digitize(store.model.everywhere[1], borders)
    for row in table.itertuples():
        true = population().share(fifth == row.Index)
        yield Interval(f"reliability: fifth {row.Index + 1}", row.low, row.high, true)


def _folds(store: Store) -> Iterator[Interval]:
    """Take the folds for the outer ones of the nested summary: what is under test is its formula."""
    parts, true = [], {}
    for name, model in store.models.items():
        scores = model.fold_scores
        probability = calibrate_out_of_fold(scores, model.method)
        called = np.empty(len(scores))
        for (repeat, fold), rows in scores.groupby(["repeat", "fold"]).indices.items():
            others = ((scores["repeat"] == repeat) & (scores["fold"] != fold)).to_numpy()
            called[rows] = probability[rows] >= _best_threshold(probability[others], scores["target"][others])
        parts.append(scores.assign(model=name, probability=probability, called=called))
        true[name] = model.true(_best_threshold(probability, scores["target"]))
    outer = pd.concat(parts).rename(columns={"repeat": "outer_repeat", "fold": "outer_fold"})
    choices = outer[["outer_repeat", "outer_fold"]].drop_duplicates()
    choices = choices.assign(rule=REFERENCE, inner_roc_auc=np.nan)
    evidence = read_section("evidence", Evidence).model_copy(update={"rival": RIVAL})
    summary = summarise_procedures(outer, choices, SELECTION, evidence)
    for row in summary.query("model == @REFERENCE and low.notna() and against != ''").itertuples():
        mine, rival = (true[name].get(row.metric, np.nan) for name in (REFERENCE, RIVAL))
        yield Interval(f"folds: {row.metric}", row.low, row.high, mine)
        yield Interval(f"folds: {row.metric} behind", row.behind_low, row.behind_high, rival - mine)


def _best_threshold(probability: Floats, target: pd.Series) -> float:
    """Return the threshold with the largest F1."""
    declined = target.to_numpy() == 1
    called = probability[:, None] >= figures.THRESHOLDS
    hits = called[declined].sum(axis=0)
    return float(figures.THRESHOLDS[np.argmax(2 * hits / (called.sum(axis=0) + declined.sum()))])


def _signals(store: Store) -> Iterator[Interval]:
    thresholds = fit_rule_thresholds(
        store.clients, DecisionThreshold.model_construct(threshold=store.threshold), SEGMENTATION
    )
    shown = find_risk_signals(store.clients, thresholds)
    for row in rate_signals(store.clients.astype({TARGET: "float64"}), shown, OFFERS).itertuples():
        everywhere = RISK_SIGNALS[row.signal].measure(population().clients)
        true = population().share((everywhere <= thresholds.signals[row.signal]).to_numpy())
        yield Interval(f"signals: {row.signal}", row.precision_low, row.precision_high, true)


def _segments(store: Store) -> Iterator[Interval]:
    thresholds = fit_rule_thresholds(
        store.clients, DecisionThreshold.model_construct(threshold=store.threshold), SEGMENTATION
    )
    inside = _by_segment(store.clients, store.out_of_fold["probability"].to_numpy(), thresholds)
    everyone = population()
    parts = []  # whom the same fold models put into each segment, in the population
    for fold, (fitted, _) in enumerate(store.fold_models):
        known = pd.concat([scored for other, (_, scored) in enumerate(store.fold_models) if other != fold])
        probability = calibrate(store.model.method, known, candidates.score(fitted, everyone.features))
        part = _by_segment(everyone.clients, probability, thresholds)
        parts.append(part[["segment"]].assign(recorded=everyone.recorded))
    true = pd.concat(parts).groupby("segment")["recorded"].mean()
    for segment in SEGMENTATION.segments:
        row = describe_segment(inside[inside["segment"] == segment.code], segment)
        ends = row["declined_low"], row["declined_high"]
        yield Interval(f"segments: {segment.code}", *ends, true.get(segment.code, np.nan))


def _by_segment(clients: pd.DataFrame, probability: Floats, thresholds: RuleThresholds) -> pd.DataFrame:
    """Return what segments are made of; without reasons, a segment that asks for them stays empty."""
    table = clients.assign(
        probability=probability,
        at_risk=probability >= thresholds.probability,
        valuable=clients[PROFIT] >= thresholds.monthly_profit,
        main_reason="",
        membership="",
        profit_at_risk=0.0,
    )
    return table.assign(segment=first_fitting(SEGMENTATION.segments, table))


def _losses(store: Store) -> Iterator[Interval]:
    """Yield the range of the loss by shuffling, no 95 % interval, of every tenth store: it is dear."""
    if store.seed % 10:
        return
    refits = _refits(store)
    table = permute_features(store.train, store.test, refits, SELECTION, INTERPRETATION)
    ranges = table.query("metric == 'roc_auc' and kind == 'feature'").set_index("feature")
    everyone = population()
    order = np.random.default_rng(store.seed).permutation(FRESH_CLIENTS)
    for name in SHUFFLED:
        shuffled = everyone.clients.assign(**{name: everyone.clients[name].to_numpy()[order]})
        both = [raw_features(as_features(one)) for one in (everyone.clients, shuffled)]
        areas = [[everyone.figure(roc_auc, uncalibrated_score(m, one)) for one in both] for m in refits]
        true = float(np.mean([whole - without for whole, without in areas]))
        yield Interval(f"permutation importance: {name}", *ranges.loc[name, ["low", "high"]], true)


def _refits(store: Store) -> list[Any]:
    clients = candidates.join_labelled(store.train, store.test)
    splits = refit_splits(clients, SELECTION, INTERPRETATION)
    return [candidates.fit(store.model.tuned, clients.iloc[train], SELECTION) for train, _ in splits]


def _groups(store: Store) -> Iterator[Interval]:
    labelled = select_labelled(store.clients.astype({TARGET: "float64"}))
    for group in GROUP_LABELS:
        names = [name for name in BASE_FEATURES if COLUMNS[name].group == group]
        found = separation(labelled, names, 0)
        points = standardise(pd.concat([labelled, population().clients], ignore_index=True), names)
        model = LogisticRegression().fit(points[:CLIENTS], labelled[TARGET])
        true = population().figure(roc_auc, model.decision_function(points[CLIENTS:]))
        yield Interval(f"groups: ROC-AUC, {group}", found.low, found.high, true)


def _contacts(store: Store) -> Iterator[Interval]:
    for row in tabulate_contacts(store.clients.astype({TARGET: "float64"})).itertuples():
        members = population().clients[CONTACTS].between(row.least, row.most).to_numpy()
        yield Interval("contacts: share of declined", row.low, row.high, population().share(members))


def _clusters(store: Store) -> Iterator[Interval]:
    """Take three clusters, natural or not; a fresh client belongs to the one whose middle is nearest."""
    labelled = select_labelled(store.clients)
    forced = pd.DataFrame({"clusters": [CLUSTERS], "chosen": [True]})
    found = assign_clusters(labelled, forced, EDA)
    points, fresh = _points(labelled)
    middles = points.groupby(found["cluster"].to_numpy()).mean()
    nearest = middles.index.to_numpy()[cdist(fresh, middles).argmin(axis=1)]
    for cluster, rows in profile_clusters(labelled, found).groupby("cluster"):
        own = nearest == cluster
        risk = rows.iloc[0][["risk_low", "risk_high"]]
        yield Interval("clusters: share of declined", *risk, population().share(own))
        for row in rows.itertuples():
            values = population().clients[row.feature].to_numpy("float64")
            true = cliffs_delta(values[own], values[~own]).size
            yield Interval("clusters: effect", row.low, row.high, true)


def _points(labelled: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the clients of the store and of the population as the store's clients are standardised."""
    points = standardise(labelled, BASE_FEATURES)
    raw, fresh = (
        pd.get_dummies(clients[[*BASE_FEATURES]], prefix_sep="=", dtype="float64")
        .reindex(columns=points.columns, fill_value=0)
        .astype("float64")
        for clients in (labelled, population().clients)
    )
    return points, (fresh - raw.mean()) * points.std() / raw.std()


def _map(store: Store) -> Iterator[Interval]:
    labelled = select_labelled(store.clients)
    points, fresh = _points(labelled)
    axis = map_clients(labelled)[1].query("axis == 'x'").set_index("column").loc[points.columns]
    true = 2 * population().figure(roc_auc, (fresh @ axis["loading"]).to_numpy()) - 1  # Cliff's delta
    yield Interval("map: shift along x", *axis.iloc[0][["low", "high"]], true)


def _cells(store: Store) -> Iterator[Interval]:
    labelled = select_labelled(store.clients)
    everyone, tests = select_labelled(population().clients), find_interactions(labelled, EDA)
    for row in tabulate_interactions(labelled, tests, EDA).itertuples():
        left, right = (
            _of_level(labelled[feature], everyone[feature], level)
            for feature, level in ((row.left, row.left_level), (row.right, row.right_level))
        )
        declared = (row.left, row.right) in EDA.interactions
        name = f"interactions: cells of the {'declared' if declared else 'surest other'} pairs"
        yield Interval(name, row.low, row.high, population().share(left & right))


def _of_level(values: pd.Series, everyone: pd.Series, level: str) -> Members:
    """Tell whose value is of a level that was cut in the store."""
    if COLUMNS[str(values.name)].kind == "category":
        return (everyone.astype("str") == level).to_numpy()
    levels = to_levels(values)
    highest = values.groupby(levels).max().iloc[:-1]
    cut_at = np.searchsorted(highest.to_numpy("float64"), everyone.to_numpy("float64"))
    return np.asarray(np.array(sorted(levels.unique()))[cut_at] == int(level))


def _contributions(store: Store) -> Iterator[Interval]:
    """Yield the mean contributions, and how far the strongest are ahead, of every tenth store."""
    if store.seed % 10:
        return
    fitted, background, values = _explained(store.model.tuned, store.features)
    by_refit = explain_refits(store.features, _refits(store), background, INTERPRETATION)
    for row in summarise_shap(values, by_refit, store.features, SELECTION).itertuples():
        yield Interval("shap: mean contribution", row.low, row.high, _usual_contributions()[row.feature])
    asked = store.features.sample(CLIENTS_ASKED, random_state=store.seed)
    ahead, true = (_ahead(clients, fitted, background) for clients in (asked, population().features))
    yield Interval("faithfulness: deletion_ahead", ahead["low"], ahead["high"], true["value"])


def _explained(tuned: Any, clients: pd.DataFrame) -> tuple[Any, pd.DataFrame, pd.DataFrame]:
    fitted = candidates.fit(tuned, clients, SELECTION)
    background = choose_background(clients, INTERPRETATION)
    return fitted, background, explain_clients(clients, fitted, background, INTERPRETATION)[0]


@cache
def _usual_contributions() -> pd.Series:
    """Return the mean absolute contributions on average over the models of other stores."""
    tuned = selection.read_tuned(_tuned_models())[REFERENCE]
    seeds = range(FRESH_SEED + 1, FRESH_SEED + 1 + OTHER_STORES)
    values = [_explained(tuned, as_features(draw_clients(seed, CLIENTS)))[2] for seed in seeds]
    return pd.concat([one[[*BASE_FEATURES]].abs().mean() for one in values], axis=1).mean(axis=1)


def _ahead(clients: pd.DataFrame, fitted: Any, background: pd.DataFrame) -> dict[str, float]:
    values = explain_clients(clients, fitted, background, INTERPRETATION)[0][[*BASE_FEATURES]].to_numpy()
    known, others = (raw_features(rows) for rows in (clients, background))
    checks = delete_reasons(partial(uncalibrated_score, fitted), known, values, others, INTERPRETATION)
    return next(row for row in checks if row["check"] == "deletion_ahead")


def _audited(store: Store) -> Iterator[Interval]:
    """Yield the ROC-AUC of the single feature that ranks best."""
    dialects = pd.DataFrame({"table": ["market_file", "label_file"], "file": ["features", "labels"]})
    found = list_findings(store.clients, store.clients, dialects, PROCESSING)
    row = found.query("finding == 'single_feature'").iloc[0]
    true = population().figure(roc_auc, population().clients[row["subject"]].to_numpy("float64"))
    yield Interval("audit: best single feature", row["low"], row["high"], max(true, 1 - true))


def _below_chance(store: Store) -> bool:
    """Tell whether perfect probabilities have a calibration error up to its chance level."""
    perfect = recorded_probability(store.clients["probability"].to_numpy(), STORE.label_noise)
    target = store.clients[TARGET].to_numpy("float64")
    error = figures.calibration_error(perfect, target, np.ones((1, CLIENTS)))[0]
    return bool(error <= figures.calibration_chance(perfect, SELECTION.bootstrap_samples, store.seed))


def _suspects(store: Store) -> tuple[int, int, int]:
    """Return how many labels are suspect, how many were recorded wrongly, and how many are both."""
    ranked, _ = find_label_noise(store.features, store.out_of_fold)
    wrong = store.clients.set_index(CLIENT_ID).eval(f"declined != ({TARGET} == 1)")
    wrong = wrong.loc[ranked[CLIENT_ID]].to_numpy()
    return int(ranked["suspect"].sum()), int(wrong.sum()), int((wrong & ranked["suspect"]).sum())


def measure(seed: int) -> tuple[pd.DataFrame, bool, tuple[int, int, int]]:
    """Return the intervals of one store beside the truth, and what stands without one."""
    store = Store(seed)
    print(f"seed {seed}", file=sys.stderr, flush=True)
    return pd.DataFrame(_intervals(store)), _below_chance(store), _suspects(store)


def main(first: int = 1001, last: int = 1400, processes: int = 2) -> None:
    """Print one line per interval, then what stands without one."""
    with ProcessPoolExecutor(processes) as pool:
        parts, chance, suspects = zip(*pool.map(measure, range(first, last + 1)), strict=True)
    rows = pd.concat(parts).dropna()
    rows = rows.assign(
        held=(rows["low"] <= rows["truth"]) & (rows["truth"] <= rows["high"]),
        below=rows["truth"] < rows["low"],
        width=rows["high"] - rows["low"],
    )
    columns = {"held": ("held", "mean"), "truth_below": ("below", "mean"), "width": ("width", "median")}
    print(f"{len(parts)} stores, seeds {first} to {last}")
    print(rows.groupby("name", sort=False).agg(**columns, intervals=("held", "size")).round(3).to_string())
    print(
        f"perfect probabilities: calibration error up to its chance level in {np.mean(chance):.3f} of stores"
    )
    called, wrong, both = np.sum(suspects, axis=0)
    print(
        f"labels recorded wrongly: {wrong / CLIENTS / len(parts):.4f} of all, {both / called:.3f} of "
        f"{called} suspects; {both / wrong:.3f} of them are suspects"
    )
