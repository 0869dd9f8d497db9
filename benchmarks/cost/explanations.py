"""Cost and error of explanations: ``python -m benchmarks explanations SNAPSHOT [MODEL ...]``.

Needs a finished run of the snapshot. Beside each model stands what the package shap takes for the same
background and clients: for exact values, and for a mean error of 1 % of the mean amount of a contribution
where either side samples. Sampled values are judged by shap's ExactExplainer, on clients that the model has
not been fitted to: of nearest neighbours, ours leave out a client's own row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.cost.beside_shap import Coded, explain_line, explain_tree, fastest
from benchmarks.shared.parameters import read_section
from benchmarks.shared.projects import open_context
from one_click.columns import BASE_FEATURES
from one_click.explain.certainty import certainty, top_reasons
from one_click.explain.explanation import SAMPLED, Explanation
from one_click.explain.fitted import FittedView
from one_click.explain.shapley import explain
from one_click.modelling.scores import innermost, raw_features
from one_click.parameters import CANDIDATES, Interpretation
from one_click.pipelines.interpretation.nodes.faithfulness import overlap

SMALL_ERROR = 0.01  # of the mean amount of a contribution
FEW = 12  # clients whom shap explains where it is slow
ORDERS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)  # of shap's PermutationExplainer
PAIRS = (8, 16, 32, 50, 75, 100, 150, 200, 300, 400, 600, 800)  # of orders, of ours
SEEDS = 3  # over which the error of ours is averaged: all clients share their rows and orders
WALKS = 40_000  # pairs times clients whose cost is measured, at most
SECONDS = 180.0  # of shap's ExactExplainer beside the RBF kernel
FIRST = 3
# Public work on the store's extract, most important first.
PUBLISHED = ("minutes_current", "revenue_current", "marketing_contacts_6m", "pages_per_visit")


@dataclass(frozen=True)
class Case:
    """A model, the clients to explain, those it has not been fitted to, and the background."""

    model: Any
    clients: pd.DataFrame
    unseen: pd.DataFrame
    background: pd.DataFrame
    options: Interpretation

    @property
    def few(self) -> pd.DataFrame:
        """Some of the clients, from all parts of the table."""
        return _spread(self.clients, FEW)

    def explain(self, clients: pd.DataFrame, **options: int) -> Explanation:
        """Explain clients, with some of the options replaced."""
        return explain(self.model, clients, self.background, self.options.model_copy(update=options))

    def coded(self, fast_kernel: bool = False) -> Coded:
        """Return the model as shap takes it."""
        return Coded(self.model, pd.concat([self.clients, self.unseen]), self.background, fast_kernel)


def main(snapshot: str = "demo", *names: str) -> None:
    """Measure the explanations of the models of one snapshot."""
    with open_context(snapshot) as context:
        catalog = context.catalog
        tables = ("features", "test_clients", "explanation_background")
        clients, unseen, background = (raw_features(catalog.load(name)) for name in tables)
        models = {name: catalog.load(f"model_selection.{name}.candidate") for name in CANDIDATES}
        models["champion"] = innermost(catalog.load("champion"))
        permuted, shap = catalog.load("permutation_importance"), catalog.load("shap_importance")
    options = read_section("interpretation", Interpretation)
    for name in names or models:
        _report(name, Case(models[name], clients, unseen, background, options))
    _beside_published(permuted, shap)


def _report(name: str, case: Case) -> None:
    found, seconds = fastest(lambda: case.explain(case.clients))
    gap = np.abs(found.base_value + found.contributions.sum(axis=1) - found.output).max()
    each = seconds / len(case.clients)
    print(
        f"{name}: {found.method}, {len(case.clients)} clients in {seconds:.3f} CPU s ({1e3 * each:.3f} ms "
        f"each), adds up to {gap:.0e}",
        flush=True,
    )
    _BESIDE[found.method](case, found.contributions, each)


def _beside_line(case: Case, ours: np.ndarray, each: float) -> None:
    view = FittedView(case.model)
    theirs, seconds = fastest(lambda: explain_line(view, case.clients, case.background))
    _tell("LinearExplainer", seconds / len(ours), each, len(ours))
    _tell_difference(ours, theirs)


def _beside_tree(case: Case, ours: np.ndarray, each: float) -> None:
    view = FittedView(case.model)
    _, seconds = fastest(lambda: explain_tree(view, case.clients, case.background))
    _tell("TreeExplainer, interventional, levels as players", seconds / len(ours), each, len(ours))
    _beside_exact(case, each)


def _beside_terms(case: Case, _: np.ndarray, each: float) -> None:
    _beside_permutations(case, case.few, case.explain(case.few).contributions, {SMALL_ERROR: each})
    _beside_exact(case, each)


def _beside_kernel(case: Case, ours: np.ndarray, each: float) -> None:
    _beside_terms(case, ours, each)
    coded = case.coded(fast_kernel=True)
    theirs, seconds = coded.exact_for(coded.encode(case.clients), SECONDS)
    _tell("ExactExplainer with our kernel instead of libsvm", seconds / len(theirs), each, len(theirs))
    _tell_difference(ours[: len(theirs), coded.places], theirs)


def _beside_exact(case: Case, each: float) -> None:
    coded = case.coded()
    theirs, seconds = coded.exact_for(coded.encode(case.few), SECONDS)
    _tell("ExactExplainer", seconds / len(theirs), each, len(theirs))
    _tell_difference(case.explain(case.few).contributions[:, coded.places], theirs)


def _beside_permutations(
    case: Case, clients: pd.DataFrame, truth: np.ndarray, ours: dict[float, float]
) -> None:
    """Tell what PermutationExplainer takes for the errors of ours, given with our CPU seconds per client."""
    coded = case.coded()
    rows = coded.encode(clients)
    coded.permuted(rows[:1], 1, case.options.seed)

    def error(orders: int) -> tuple[float, float]:
        found, seconds = fastest(lambda: coded.permuted(rows, orders, case.options.seed))
        return _mean_error(found, truth[:, coded.places]), seconds

    orders, reached, seconds = _climb(ORDERS, error)
    each = seconds / len(rows) / orders
    print(
        f"  shap, PermutationExplainer, {orders * coded.evaluations} evaluations: mean error {reached:.2%}, "
        f"{1e3 * each * orders:.2f} ms each"
    )
    for target, own in ours.items():
        needed = max(1.0, orders * (reached / target) ** 2)
        evaluations = round(needed * coded.evaluations)
        _tell(f"for {target:.1%}, {evaluations} evaluations", needed * each, own, len(rows))


def _beside_sampled(case: Case, _: np.ndarray, shipped: float) -> None:
    """Compare at equal error, on clients that the model has not been fitted to."""
    clients, coded = _spread(case.unseen, FEW), case.coded()
    exact, seconds = coded.exact_for(coded.encode(clients), SECONDS)
    clients, truth = clients.iloc[: len(exact)], np.zeros((len(exact), len(BASE_FEATURES)))
    truth[:, coded.places] = exact
    found = case.explain(clients)
    _compare(found, truth, case.options)
    pairs, reached, _ = _climb(PAIRS, lambda pairs: (_error_of_pairs(case, clients, truth, pairs), 0.0))
    many = _spread(case.unseen, min(len(case.unseen), max(FEW, WALKS // pairs)))
    _, own = fastest(lambda: case.explain(many, permutations=pairs, rounds=1))
    more = _needed(reached)
    each = more * own / len(many)
    print(
        f"  ours, {pairs} pairs: mean error {reached:.2%}, {1e3 * own / len(many):.2f} ms each of "
        f"{len(many)} clients; of 1 % takes {more:.2f} times that"
    )
    _tell("ExactExplainer", seconds / len(exact), each, len(exact))
    ours = {SMALL_ERROR: each, _mean_error(found.contributions, truth): shipped}
    _beside_permutations(case, clients, truth, ours)


def _error_of_pairs(case: Case, clients: pd.DataFrame, truth: np.ndarray, pairs: int) -> float:
    seeds = range(case.options.seed, case.options.seed + SEEDS)
    runs = [case.explain(clients, permutations=pairs, rounds=1, seed=seed) for seed in seeds]
    return float(np.mean([_mean_error(run.contributions, truth) for run in runs]))


def _climb(steps: tuple[int, ...], error: Callable[[int], tuple[float, float]]) -> tuple[int, float, float]:
    """Return the first step with a small error, or the last one, with its error and its CPU seconds.

    Steps that are far too small, if the error falls with the root of the step, are left out.
    """
    worth_trying = 0.0
    for step in steps:
        if step < worth_trying and step < steps[-1]:
            continue
        reached, seconds = error(step)
        if reached <= SMALL_ERROR:
            break
        worth_trying = step * (reached / SMALL_ERROR) ** 2 / 3
    return step, reached, seconds


def _needed(reached: float) -> float:
    """Return how often more must be drawn for a small error, which falls with the root of the draws."""
    return max(1.0, (reached / SMALL_ERROR) ** 2)


def _mean_error(found: np.ndarray, truth: np.ndarray) -> float:
    return float(np.abs(found - truth).mean() / np.abs(truth).mean())


def _spread(clients: pd.DataFrame, count: int) -> pd.DataFrame:
    return clients.iloc[np.linspace(0, len(clients) - 1, count).astype(int)]


def _tell(name: str, theirs: float, ours: float, clients: int) -> None:
    print(
        f"  shap, {name}: {1e3 * theirs:.3f} ms each of {clients} clients, {theirs / ours:.1f} times ours",
        flush=True,
    )


def _tell_difference(ours: np.ndarray, theirs: np.ndarray) -> None:
    alike = [one == other for one, other in zip(_first(ours, FIRST), _first(theirs, FIRST), strict=True)]
    gap = np.abs(ours - theirs).max()
    print(f"    largest difference {gap:.1e}; the same first {FIRST} reasons of {np.mean(alike):.4f}")


def _compare(found: Explanation, truth: np.ndarray, options: Interpretation) -> None:
    error, used = np.abs(found.contributions - truth), found.errors > 0
    sure = certainty(found.contributions, found.errors, options.reasons) >= options.certain_from
    first, right = _first(found.contributions, options.reasons), _first(truth, options.reasons)
    hits = [
        feature in right[client]
        for client, row in enumerate(first)
        for feature, certain in zip(row, sure[client], strict=False)
        if certain
    ]
    shares = [_share(one, other) for one, other in zip(first, right, strict=True)]
    spread = np.sqrt(np.mean(((found.contributions - truth)[used] / found.errors[used]) ** 2))
    print(
        f"  as shipped: mean error {error.mean():.5f} ({error.sum() / np.abs(truth).sum():.3f} of the "
        f"contributions), stated {found.errors.mean():.5f}; error over stated error, root mean square: "
        f"{spread:.2f}"
    )
    print(
        f"  first three by amount: overlap {overlap(found.contributions, truth, 3).mean():.3f}, towards "
        f"decline {np.mean(shares):.3f}; certain: {len(hits) / sum(map(len, first)):.3f} of these, and of "
        f"them {np.mean(hits):.4f} right"
    )


def _first(contributions: np.ndarray, count: int) -> list[list[int]]:
    """Return each client's first reasons towards decline."""
    order = top_reasons(contributions, count)
    return [[int(f) for f in row if contributions[client, f] > 0] for client, row in enumerate(order)]


def _share(one: list[int], other: list[int]) -> float:
    return len(set(one) & set(other)) / max(len(one), len(other)) if one or other else 1.0


def _beside_published(permuted: pd.DataFrame, shap: pd.DataFrame) -> None:
    table = permuted.query("metric == 'roc_auc' and kind == 'feature'")
    table = table.merge(shap[["feature", "mean_absolute", "rank"]], on="feature", suffixes=("", "_shap"))
    places = {name: place for place, name in enumerate(PUBLISHED, start=1)}
    table["published"] = [places.get(name, "") for name in table["feature"]]
    columns = ["feature", "importance", "low", "high", "rank", "mean_absolute", "rank_shap", "published"]
    print(table[columns].round(4).to_string(index=False))


_BESIDE: dict[str, Callable[[Case, np.ndarray, float], None]] = {
    "linear": _beside_line,
    "terms": _beside_terms,
    "tree": _beside_tree,
    "rbf": _beside_kernel,
    SAMPLED: _beside_sampled,
}
