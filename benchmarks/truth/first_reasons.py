"""Whether a first reason is the true one: ``python -m benchmarks first_reasons [FIRST] [LAST] [FAMILY]``.

In stores of `portrait` (one per seed) the log-odds of decline are a sum of drivers that are
independent of each other: what a driver truly contributes is its part of a client's log-odds less its mean
over the clients. The clients of a store share one model: intervals come from the spread of the stores.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.shared.models import Settings
from benchmarks.shared.parameters import read_families
from benchmarks.shared.summaries import mean_text
from benchmarks.truth.planted_reasons import (
    AS_STARTED,
    SMALL,
    TUNED,
    draw_planted,
    fit_store,
    read_settings,
)
from benchmarks.truth.portrait import DRIVERS, read_worlds
from one_click.columns import BASE_FEATURES
from one_click.parameters import DemoPopulation
from one_click.parameters.planted import Cause
from one_click.pipelines.interpretation.nodes.explanations import choose_base, explain_clients
from one_click.pipelines.interpretation.nodes.reasons import RAISES, give_reasons
from one_click.pipelines.interpretation.nodes.refits import explain_refits
from one_click.simulation.mechanism import log_odds

FEWER_STORES = 5  # of the families that are not tuned
Budget = dict[str, object]
TUNED_BUDGET: tuple[Budget, Budget] = (SMALL, {})
STARTED_BUDGET: tuple[Budget, Budget] = (AS_STARTED, {"refit_repeats": 1})


@dataclass(frozen=True)
class Firsts:
    """How the reasons of one store compare with the truth.

    Attributes
    ----------
    towards : float
        Share of the clients, of those whom some driver moves towards decline, whose strongest contribution
        towards decline is that of their strongest driver towards decline.
    by_amount : float
        The same by amount, in either direction, of all clients.
    null_first : float
        Share of the clients whose strongest contribution towards decline belongs to a null feature.
    given, given_nulls : int
        Reasons given after all filters, in either direction, and those of null features among them.
    given_first, given_first_nulls : int
        The same of first reasons towards decline.
    """

    towards: float
    by_amount: float
    null_first: float
    given: int
    given_nulls: int
    given_first: int
    given_first_nulls: int


def main(first: int = 1, last: int = 100, *families: str) -> None:
    """Print the shares of each family."""
    pool, planted, _ = read_worlds()
    stores = [draw_planted(pool, planted, seed) for seed in range(first, last + 1)]
    for name in families or read_families():
        settings = read_settings(name, *(TUNED_BUDGET if name == TUNED else STARTED_BUDGET))
        taken = stores if name == TUNED else stores[:FEWER_STORES]
        _report(name, [judge_store(store, planted, settings) for store in taken])


def judge_store(clients: pd.DataFrame, population: DemoPopulation, settings: Settings) -> Firsts:
    """Fit and explain one family, give reasons as the pipelines do, and hold them against the truth."""
    fitted, options = fit_store(clients, settings), settings.interpretation
    values, errors = explain_clients(clients, fitted.champion, fitted.background, options)
    by_refit = explain_refits(clients, fitted.refits, fitted.background, options)
    base = choose_base(fitted.train, options)
    reasons = give_reasons(values, errors, by_refit, clients, base, options)
    found = values[list(BASE_FEATURES)].to_numpy()
    return _compare(found, true_contributions(clients, population), reasons)


def true_contributions(clients: pd.DataFrame, population: DemoPopulation) -> np.ndarray:
    """Return each driver's part of the log-odds less its mean; 0 of null features.

    Returns
    -------
    ndarray, shape (n_clients, n_features)
    """
    parts = np.zeros((len(clients), len(BASE_FEATURES)))
    for name, size in DRIVERS.items():
        alone = Cause(intercept=0.0, drivers={name: size})
        part = log_odds(clients, alone, population.typical)
        parts[:, BASE_FEATURES.index(name)] = part - part.mean()
    return parts


def _compare(found: np.ndarray, truth: np.ndarray, reasons: pd.DataFrame) -> Firsts:
    moved = truth.max(axis=1) > 0
    hits = (found.argmax(axis=1) == truth.argmax(axis=1))[moved]
    by_amount = np.abs(found).argmax(axis=1) == np.abs(truth).argmax(axis=1)
    is_null = ~np.isin(BASE_FEATURES, list(DRIVERS))
    first = reasons[(reasons["rank"] == 1) & (reasons["direction"] == RAISES)]
    return Firsts(
        float(hits.mean()),
        float(by_amount.mean()),
        float(is_null[found.argmax(axis=1)].mean()),
        *_count_nulls(reasons),
        *_count_nulls(first),
    )


def _count_nulls(reasons: pd.DataFrame) -> tuple[int, int]:
    return len(reasons), int((~reasons["feature"].isin(list(DRIVERS))).sum())


def _report(family: str, stores: list[Firsts]) -> None:
    print(f"\n{family}, {len(stores)} stores: share of the clients whose first reason ...")
    _print_mean("towards decline is their true first driver", [one.towards for one in stores])
    _print_mean("by amount is it", [one.by_amount for one in stores])
    _print_mean("towards decline, before all filters, is a null feature", [one.null_first for one in stores])
    given, nulls = (sum(getattr(one, name) for one in stores) for name in ("given", "given_nulls"))
    print(f"  null features among the reasons given: {nulls} of {given} ({nulls / given:.4f})")
    given, nulls = (
        sum(getattr(one, name) for one in stores) for name in ("given_first", "given_first_nulls")
    )
    print(f"  and among the first ones towards decline: {nulls} of {given} ({nulls / given:.4f})", flush=True)


def _print_mean(name: str, shares: Iterable[float]) -> None:
    print(f"  {name}: {mean_text(shares, 4)}")
