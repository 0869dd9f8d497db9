"""What searches and rules of selection are worth on clients that took no part in them.

``python -m benchmarks choices planted [FIRST] [LAST]`` draws one store per seed and judges on fresh clients
of the same population; ``python -m benchmarks choices SNAPSHOT [FIRST] [LAST]`` judges on the outer folds of
these seeds. Everything is searched, confirmed and chosen inside, with the shipped parameters. Printed:
ROC-AUC of each family, rule, reference and challenger with paired differences; how often each family is
chosen; what the search gains over each family's start; how much of the loss it recovers where the start is a
corner of the space.
"""

import itertools
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.shared.models import true_area, tune_all
from benchmarks.shared.parameters import read_families, read_section
from benchmarks.shared.projects import read_labelled
from benchmarks.shared.stores import CLIENTS, NO_FINDINGS, as_features, draw_clients
from benchmarks.shared.summaries import mean_text
from one_click.modelling import candidates, selection
from one_click.modelling.evaluation import corrected_interval
from one_click.modelling.folds import make_splits
from one_click.modelling.search import InMemoryLog, search
from one_click.modelling.selection import read_tuned
from one_click.parameters import REFERENCE, RULES, VOTING, DataProcessing, Family, ModelSelection, Range
from one_click.pipelines.data_processing.nodes.split import split_clients
from one_click.pipelines.model_selection.nodes.comparison import join_tuned, score_others

FRESH_CLIENTS, FRESH_SEED = 50_000, 10_001
Case = tuple[str, pd.DataFrame, pd.DataFrame]
Areas = dict[str, float]


def main(source: str = "planted", first: int = 601, last: int = 620) -> None:
    """Print one line per case to the standard error, and the tables."""
    options, families = read_section("model_selection", ModelSelection), read_families()
    cases = _stores(first, last) if source == "planted" else _outer_folds(source, first, last, options)
    areas, chosen, corners = list[Areas](), list[dict[str, str]](), list[pd.DataFrame]()
    for name, train, test in cases:
        found, rules = _select(train, test, options, families)
        areas.append(found | _starts(train, test, options, families))
        chosen.append(rules)
        corners.append(_wrong_starts(train, test, options, families).assign(case=name))
        print(name, rules, file=sys.stderr)
    share = 1 / options.folds if source != "planted" else 0.0  # stores share no clients
    _report(pd.DataFrame(areas), pd.DataFrame(chosen), pd.concat(corners), share)


def _stores(first: int, last: int) -> Iterator[Case]:
    limits = read_section("data_processing", DataProcessing)
    fresh = as_features(draw_clients(FRESH_SEED, FRESH_CLIENTS))
    for seed in range(first, last + 1):
        train, _ = split_clients(as_features(draw_clients(seed, CLIENTS)), NO_FINDINGS, limits)
        yield f"store {seed}", train, fresh


def _outer_folds(snapshot: str, first: int, last: int, options: ModelSelection) -> Iterator[Case]:
    clients = read_labelled(snapshot)
    for seed in range(first, last + 1):
        for number, (train, test) in enumerate(make_splits(clients, options.folds, seed)):
            parts = (clients.iloc[rows].reset_index(drop=True) for rows in (train, test))
            yield f"seed {seed}, fold {number}", *parts


def _select(
    train: pd.DataFrame, test: pd.DataFrame, options: ModelSelection, families: dict[str, Family]
) -> tuple[Areas, dict[str, str]]:
    """Return the ROC-AUC of all models and rules, and which model each rule chose."""
    tuned = tune_all(train, families, options)
    models = join_tuned(options, **tuned)
    scores = {
        name: candidates.score_out_of_fold(one, train, options)
        for name, one in tuned.items()
        if name != VOTING
    }
    scores[VOTING] = candidates.vote_of(tuned[VOTING], scores)
    known = [one.assign(model=name) for name, one in scores.items()]
    board = selection.rank_models(
        pd.concat([*known, score_others(train, models, options)]), models.drop(columns="tuned"), options
    )
    others = {name: candidates.untuned(family) for name, family in options.challengers.items()}
    others[REFERENCE] = read_tuned(models)[REFERENCE]
    areas = {
        name: true_area(candidates.fit(one, train, options), test) for name, one in (tuned | others).items()
    }
    rules = {rule: str(board.loc[board[rule], "model"].item()) for rule in RULES}
    return areas | {rule: areas[name] for rule, name in rules.items()}, rules


def _starts(
    train: pd.DataFrame, test: pd.DataFrame, options: ModelSelection, families: dict[str, Family]
) -> Areas:
    return {
        f"start of {name}": _area_of(family, dict(family.start), train, test, options)
        for name, family in families.items()
    }


def _area_of(
    family: Family, settings: dict[str, Any], train: pd.DataFrame, test: pd.DataFrame, options: ModelSelection
) -> float:
    return true_area(candidates.fit(candidates.untuned(family, settings), train, options), test)


def _wrong_starts(
    train: pd.DataFrame, test: pd.DataFrame, options: ModelSelection, families: dict[str, Family]
) -> pd.DataFrame:
    """Return for each corner of each space what it reaches itself, and what a search from it reaches."""
    rows = []
    for name, family in families.items():
        for corner in _corners(family):
            wrong = family.model_copy(update={"start": corner})
            tuned = candidates.tune(search(train, wrong, options, InMemoryLog), wrong)
            reached = true_area(candidates.fit(tuned, train, options), test)
            itself = _area_of(family, corner, train, test, options)
            rows.append({"family": name, "corner": str(corner), "itself": itself, "searched": reached})
    return pd.DataFrame(rows)


def _corners(family: Family) -> list[dict[str, Any]]:
    ends = [
        (values.extremes[0], values.extremes[-1]) if isinstance(values, Range) else values.choices
        for values in family.space.values()
    ]
    return [dict(zip(family.space, corner, strict=True)) for corner in itertools.product(*ends)]


def _report(areas: pd.DataFrame, chosen: pd.DataFrame, corners: pd.DataFrame, share: float) -> None:
    models = [name for name in areas if not name.startswith("start of ")]
    print(f"{len(areas)} cases; differences with 95 % intervals, paired")
    table = pd.DataFrame({"roc_auc": areas[models].mean().round(4)})
    for rule in RULES:
        table[f"minus {rule}"] = [_gain(areas[name] - areas[rule], share) for name in models]
    print(table.sort_values("roc_auc", ascending=False).to_string())
    for rule in RULES:
        print(f"{rule} chooses: {chosen[rule].value_counts().to_dict()}")
    print("\nsearched minus start")
    starts = [name for name in areas if name.startswith("start of ")]
    gains = {name: areas[name.removeprefix("start of ")] - areas[name] for name in starts}
    gains["all families"] = pd.concat(gains.values(), axis=1).mean(axis=1)
    for name, gain in gains.items():
        print(f"  {name.removeprefix('start of '):<28}{_gain(gain, share)}")
    print("\nstart at a corner of the space: lost there, recovered by the search")
    good = {name.removeprefix("start of "): areas[name].to_numpy() for name in starts}
    for name, part in corners.groupby("family", sort=False):
        counts = len(part) // len(areas)
        lost = np.repeat(good[name], counts) - part["itself"]
        regained = (part["searched"] - part["itself"]).sum() / lost.sum()
        worst = _least_recovered(part, good[name])
        print(f"  {name:<28}{counts:>3} corners, lost {lost.mean():.4f}, recovered {regained:.3f}, {worst}")


def _least_recovered(part: pd.DataFrame, good: np.ndarray) -> str:
    shares = {}
    for corner, rows in part.groupby("corner"):
        lost = good.mean() - rows["itself"].mean()
        shares[corner] = ((rows["searched"] - rows["itself"]).mean() / lost, lost)
    corner = min(shares, key=lambda key: shares[key][0])
    return f"least {shares[corner][0]:.3f} of {shares[corner][1]:.4f} at {corner}"


def _gain(values: pd.Series, share: float) -> str:
    if not values.any():
        return "0"
    if not share:
        return mean_text(values, 4)
    mean, _, half = corrected_interval(values.to_numpy(), share)
    return f"{mean:.4f} ({mean - half:.4f} to {mean + half:.4f})"
