"""Clients of a synthetic store: drawn for their first month, then moved on month by month."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from one_click.columns import CLIENT_ID, COLUMNS, PROFIT, TARGET
from one_click.parameters import DemoPopulation, DemoStore
from one_click.simulation.mechanism import Floats, decline_probability

BLOCK = 5_000  # clients that share a random generator, so that results do not depend on the size of chunks
DAYS_PER_MONTH = 30
IN_NO_CAMPAIGN = {"offer": "", "arm": "", "offer_month": 0, "offer_lasts": 0, "prevents": 0.0}
DECIMALS = {"promo_purchase_share": 2, PROFIT: 2, "marketing_contacts_6m": 1}
_MOVES = {
    "revenue_two_months_ago": "revenue_previous",
    "revenue_previous": "revenue_current",
    "minutes_previous": "minutes_current",
}


class Stream(IntEnum):
    """Purposes of random numbers; each has a generator of its own, so that one choice changes no other."""

    HABIT = 0
    SCORES = 1
    FIXED = 2
    MOOD = 3
    NOISE = 4
    ORDER = 5
    TWINS = 6
    LEAVERS = 7
    NEWCOMERS = 8
    CAMPAIGN = 9
    DIRT = 10
    ROWS = 11
    FUTURE = 12
    BIRTH = 13  # of new clients, apart from the changes of those that stay


@dataclass(frozen=True)
class Clients:
    """Some clients in one month.

    Attributes
    ----------
    frame : DataFrame, one row per client
        ``block`` (sorted), the client number, ``habit``, every column of the vocabulary, ``mood`` (normal
        score of what decides the class beside the features), and what `decide` and campaigns add.
    scores : ndarray of shape (n_clients, n_columns + 1)
        Normal scores within the habit, in the order of the population's columns; the last one decides about
        consent.
    """

    frame: pd.DataFrame
    scores: Floats

    def take(self, rows: NDArray[np.intp]) -> Self:
        """Return some of the clients, in the order of their row positions."""
        return replace(self, frame=self.frame.iloc[rows].reset_index(drop=True), scores=self.scores[rows])

    def assign(self, **columns: object) -> Self:
        """Return the clients with some columns set."""
        return replace(self, frame=self.frame.assign(**columns))


def uniforms(block: NDArray[np.int64], seed: int, stream: tuple[int, ...], width: int) -> Floats:
    """Draw numbers from 0 to 1, shape (n_clients, width), that depend on nothing but the clients' block.

    Parameters
    ----------
    block : ndarray of shape (n_clients,)
        Number of each client's block, sorted.
    seed : int
        Seed of the store.
    stream : tuple of int
        What the numbers are for, and the month.
    width : int
        How many numbers each client needs.
    """
    numbers, counts = np.unique(block, return_counts=True)
    drawn = [
        np.random.default_rng([seed, int(number), *stream]).random((count, width))
        for number, count in zip(numbers, counts, strict=True)
    ]
    return np.concatenate(drawn) if drawn else np.empty((0, width))


def normals(block: NDArray[np.int64], seed: int, stream: tuple[int, ...], width: int) -> Floats:
    """Draw normal scores, shape (n_clients, width); see `uniforms`."""
    return np.asarray(ndtri(uniforms(block, seed, stream, width)))


def draw_clients(
    block: NDArray[np.int64], month: int, options: DemoStore, population: DemoPopulation
) -> Clients:
    """Draw clients as they are in the month in which they first appear, without number and class.

    A Gaussian copula gives ranks that are correlated as within the habits of a real store; each habit has
    its own quantile functions and shares.

    Parameters
    ----------
    block : ndarray of shape (n_clients,)
        Block of each client.
    month : int
        The month, counted from 1.
    options : DemoStore
        Seed and drifts.
    population : DemoPopulation
        Summaries of the habits.
    """
    seed = options.seed
    habit = _draw_habits(block, (Stream.BIRTH, Stream.HABIT, month), seed, population)
    scores = _correlated(block, (Stream.BIRTH, Stream.SCORES, month), seed, population)
    mood = normals(block, seed, (Stream.BIRTH, Stream.MOOD, month), 1)[:, 0]
    fixed = _draw_categories(block, habit, (Stream.BIRTH, Stream.FIXED, month), seed, population)
    consent = np.array([one.allows_messages for one in population.habits.values()])[habit]
    frame = pd.DataFrame({"block": block, "habit": habit, "mood": mood, **fixed}).assign(
        allows_messages=ndtr(scores[:, -1]) > 1 - consent, **IN_NO_CAMPAIGN
    )
    clients = Clients(frame, scores)
    return clients.assign(
        **{name: _values(clients, name, month, options, population) for name in population.columns}
    )


def _draw_habits(
    block: NDArray[np.int64], stream: tuple[int, ...], seed: int, population: DemoPopulation
) -> NDArray[np.int64]:
    shares = [habit.share for habit in population.habits.values()]
    return _pick(uniforms(block, seed, stream, 1)[:, 0], np.tile(shares, (len(block), 1)))


def _pick(drawn: Floats, shares: Floats) -> NDArray[np.int64]:
    """Return the choice that each number from 0 to 1 falls on, given the shares of the choices by row."""
    thresholds = np.cumsum(shares, axis=1)[:, :-1] / shares.sum(axis=1, keepdims=True)
    return np.asarray((drawn[:, None] >= thresholds).sum(axis=1), dtype="int64")


def _draw_categories(
    block: NDArray[np.int64],
    habit: NDArray[np.int64],
    stream: tuple[int, ...],
    seed: int,
    population: DemoPopulation,
) -> dict[str, object]:
    habits = list(population.habits.values())
    names = list(habits[0].shares)
    drawn = uniforms(block, seed, stream, len(names))
    columns: dict[str, object] = {}
    for position, name in enumerate(names):
        values = list(habits[0].shares[name])
        shares = np.array([[one.shares[name][value] for value in values] for one in habits])[habit]
        chosen = np.array(values, dtype=object)[_pick(drawn[:, position], shares)]
        columns[name] = pd.Series(chosen, dtype="str")
    return columns


def _correlated(
    block: NDArray[np.int64], stream: tuple[int, ...], seed: int, population: DemoPopulation
) -> Floats:
    drawn = normals(block, seed, stream, len(population.columns) + 1)
    return np.asarray(drawn @ np.linalg.cholesky(population.correlation_matrix).T)


def _values(
    clients: Clients, name: str, month: int, options: DemoStore, population: DemoPopulation
) -> NDArray[np.float64] | NDArray[np.int64]:
    """Return a column's values at the clients' scores, with the drift of the month."""
    ranks = ndtr(clients.scores[:, population.columns.index(name)])
    habits = clients.frame["habit"].to_numpy()
    values = np.empty(len(ranks))
    for number, habit in enumerate(population.habits.values()):
        chosen = habits == number
        values[chosen] = np.interp(ranks[chosen], population.probabilities, habit.quantiles[name])
    drifts = [drift.moved(month) for drift in options.drifts if drift.column == name]
    return _round(name, values + sum(drifts))


def _round(name: str, values: Floats) -> NDArray[np.float64] | NDArray[np.int64]:
    """Round to what the store exports; nothing is below zero and no share above one."""
    if COLUMNS[name].kind == "whole":
        return np.asarray(np.rint(values).clip(min=0), dtype="int64")
    most = 1.0 if COLUMNS[name].kind == "share" else None
    return np.asarray(np.round(values, DECIMALS.get(name, 1)).clip(0, most))


def first_month(block: NDArray[np.int64], options: DemoStore, population: DemoPopulation) -> Clients:
    """Return clients in the first month, with twins among them and numbers that leak the class.

    Parameters
    ----------
    block : ndarray of shape (n_clients,)
        Block of each client, sorted: whole blocks, but for the last one of the store.
    options : DemoStore
    population : DemoPopulation
    """
    drawn = decide(draw_clients(block, 1, options, population), 1, options, population)
    clients = _add_twins(drawn, options)
    noise = normals(block, options.seed, (Stream.ORDER,), 1)[:, 0]
    order = np.lexsort((noise * options.order_noise - clients.frame[TARGET].to_numpy(), block))
    first = options.first_id + int(block[0]) * BLOCK
    return clients.take(order).assign(**{CLIENT_ID: first + np.arange(len(block))})


def _add_twins(clients: Clients, options: DemoStore) -> Clients:
    """Make some clients copies, equal in everything, of the client drawn before them."""
    block = clients.frame["block"].to_numpy()
    source, twin = np.arange(len(block)), np.zeros(len(block), dtype=bool)
    for number in np.unique(block):
        rows = np.flatnonzero(block == number)
        count = share_of_block(options.dirt.twins, int(number), options)
        generator = np.random.default_rng([options.seed, int(number), Stream.TWINS])
        # Every second row at most, so that no client is copied from a copy.
        copies = rows[1::2][generator.permutation(len(rows[1::2]))[:count]]
        source[copies] = copies - 1
        twin[copies] = twin[copies - 1] = True
    return clients.take(source).assign(twin=twin)


def block_sizes(options: DemoStore) -> list[int]:
    """Return how many clients each block of the first month has."""
    return [min(BLOCK, options.clients - start) for start in range(0, options.clients, BLOCK)]


def share_of_block(share: float, block: int, options: DemoStore) -> int:
    """Return how many clients of a block make up a share of the store; over all blocks they add up."""
    start = block * BLOCK
    stop = min(start + BLOCK, options.clients)
    return int(np.floor(stop * share + 1e-9) - np.floor(start * share + 1e-9))


def decide(clients: Clients, month: int, options: DemoStore, population: DemoPopulation) -> Clients:
    """Draw which clients decline, and what the store records.

    Returns
    -------
    Clients
        With the columns of `schemas.demo_store.DemoTruth` about decline; the probability counts offers that
        still work.
    """
    frame, block = clients.frame, clients.frame["block"].to_numpy()
    untreated = decline_probability(frame, population)
    probability = np.minimum(untreated * (1 - _prevented(frame, month)), 1.0)
    # One draw for both outcomes, so that they differ by the offer alone.
    luck = ndtr(frame["mood"].to_numpy())
    declined = luck < probability
    noise = options.label_noise
    wrong = np.where(declined, noise.missed_declines, noise.false_declines)
    swapped = uniforms(block, options.seed, (Stream.NOISE, month), 1)[:, 0] < wrong
    return clients.assign(
        probability=probability,
        declined=declined,
        declined_without_offer=luck < untreated,
        **{TARGET: (declined ^ swapped).astype("int64")},
    )


def _prevented(frame: pd.DataFrame, month: int) -> Floats:
    """Return the share of declines that an offer at work prevents, for each client."""
    since = month - frame["offer_month"].to_numpy()
    works = (frame["arm"] == "treated").to_numpy() & (since >= 1) & (since <= frame["offer_lasts"].to_numpy())
    return np.where(works, frame["prevents"].to_numpy(), 0.0)


def next_month(clients: Clients, month: int, options: DemoStore, population: DemoPopulation) -> Clients:
    """Return the clients a month later: some have left, some are new, months have moved on.

    Parameters
    ----------
    clients : Clients
        Clients of whole blocks, in the month before.
    month : int
        The month to come, counted from 1.
    options : DemoStore
    population : DemoPopulation
    """
    seed, block = options.seed, clients.frame["block"].to_numpy()
    stays = uniforms(block, seed, (Stream.LEAVERS, month), 1)[:, 0] >= options.leavers_share
    stayed = _move_on(clients.take(np.flatnonzero(stays)), month, options, population)
    new = _newcomers(np.unique(block), month, options, population)
    return decide(_together(stayed, new), month, options, population)


def _together(stayed: Clients, new: Clients) -> Clients:
    frame = pd.concat([stayed.frame, new.frame], ignore_index=True)
    both = Clients(frame, np.concatenate([stayed.scores, new.scores]))
    return both.take(np.argsort(frame["block"].to_numpy(), kind="stable"))


def _move_on(clients: Clients, month: int, options: DemoStore, population: DemoPopulation) -> Clients:
    frame, seed = clients.frame, options.seed
    block = frame["block"].to_numpy()
    changes = uniforms(block, seed, (Stream.HABIT, month, 1), 1)[:, 0] < options.habit_change
    habit = np.where(changes, _draw_habits(block, (Stream.HABIT, month, 2), seed, population), frame["habit"])
    mood = _follow(
        frame["mood"].to_numpy(),
        options.label_persistence,
        normals(block, seed, (Stream.MOOD, month), 1)[:, 0],
    )
    past = {name: frame[source] for name, source in _MOVES.items()}
    moved_on = frame.assign(
        habit=habit, mood=mood, days_registered=frame["days_registered"] + DAYS_PER_MONTH, **past
    )
    later = Clients(moved_on, _next_scores(clients, month, options, population))
    return later.assign(
        **{name: _renew(later, name, month, options, population) for name in options.persistence}
    )


def _follow(before: Floats, persistence: float, news: Floats) -> Floats:
    """Return normal scores that are correlated with those of the month before."""
    return persistence * before + np.sqrt(1 - persistence**2) * news


def _next_scores(clients: Clients, month: int, options: DemoStore, population: DemoPopulation) -> Floats:
    columns, before = population.columns, clients.scores
    block = clients.frame["block"].to_numpy()
    news = _correlated(block, (Stream.SCORES, month), options.seed, population)
    after = before.copy()
    for name, source in _MOVES.items():
        after[:, columns.index(name)] = before[:, columns.index(source)]
    for name, persistence in options.persistence.items():
        place = columns.index(name)
        after[:, place] = _follow(before[:, place], persistence, news[:, place])
    return after


def _renew(
    clients: Clients, name: str, month: int, options: DemoStore, population: DemoPopulation
) -> NDArray[np.float64] | NDArray[np.int64]:
    values = _values(clients, name, month, options, population)
    if name not in ("revenue_current", "minutes_current"):
        return values
    change = np.array([options.monthly_change.get(habit, 0.0) for habit in population.habits])
    return _round(name, values * (1 + change[clients.frame["habit"].to_numpy()]))


def _newcomers(
    blocks: NDArray[np.int64], month: int, options: DemoStore, population: DemoPopulation
) -> Clients:
    counts = [round(size * options.newcomers_share) for size in block_sizes(options)]
    block = np.repeat(blocks, [counts[number] for number in blocks])
    new = draw_clients(block, month, options, population)
    least, most = options.newcomer_days
    drawn = uniforms(block, options.seed, (Stream.NEWCOMERS, month), 1)[:, 0]
    # Numbers depend on the block alone, even where others have lost all their clients.
    earlier = options.clients + (month - 2) * sum(counts) + np.cumsum([0, *counts])[block]
    rank = np.arange(len(block)) - np.searchsorted(block, block)
    return new.assign(
        days_registered=least + np.floor(drawn * (most - least + 1)).astype("int64"),
        twin=False,
        **{CLIENT_ID: options.first_id + earlier + rank},
    )
