"""The mechanism of decline: independent causes, each a logistic function of its drivers."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from one_click.columns import BASE_FEATURES
from one_click.parameters import DemoPopulation
from one_click.parameters.planted import INTERACTION, MAX_SCORE, Cause, LabelNoise

Floats = NDArray[np.float64]
Typical = dict[str, tuple[float, float]]


def decline_probability(clients: pd.DataFrame, population: DemoPopulation) -> Floats:
    """Return each client's true probability of decline, shape (n_clients,).

    The causes strike independently, and one is enough: a noisy OR (Pearl 1988, "Probabilistic Reasoning in
    Intelligent Systems", section 4.3.2), ``1 - (1 - p_1)(1 - p_2)...`` with the logistic ``p_k`` of cause k.
    """
    spared = np.ones(len(clients))
    for cause in population.causes.values():
        spared *= 1 - expit(log_odds(clients, cause, population.typical))
    return 1 - spared


def log_odds(clients: pd.DataFrame, cause: Cause, typical: Typical) -> Floats:
    """Return the log-odds that a cause strikes, shape (n_clients,)."""
    total = np.full(len(clients), cause.intercept)
    for name, size in cause.drivers.items():
        if isinstance(size, dict):
            total += clients[name].map(size).fillna(0.0).to_numpy(dtype="float64")
        else:
            total += size * score(clients, name, typical)
    for name, size in cause.interactions.items():
        total += size * product(clients, name, typical)
    return total


def score(clients: pd.DataFrame, name: str, typical: Typical) -> Floats:
    """Return a feature's distance from its typical value in spreads, at most `MAX_SCORE` either way."""
    if name not in typical:  # a flag
        return clients[name].to_numpy(dtype="float64")
    middle, spread = typical[name]
    scores = (clients[name].to_numpy(dtype="float64") - middle) / spread
    return np.asarray(scores.clip(-MAX_SCORE, MAX_SCORE))


def product(clients: pd.DataFrame, interaction: str, typical: Typical) -> Floats:
    """Return the product of the two scores of an interaction."""
    first, second = interaction.split(INTERACTION)
    return score(clients, first, typical) * score(clients, second, typical)


def recorded_probability(probability: Floats, noise: LabelNoise) -> Floats:
    """Return the probability that a client is recorded as declined, noise of the labels included."""
    return probability * (1 - noise.missed_declines) + (1 - probability) * noise.false_declines


def expected_roc_auc(scores: Floats, probability: Floats, clients: NDArray[np.int64] | None = None) -> float:
    """Return the ROC-AUC that some scores have on average over labels drawn from true probabilities.

    With the true probabilities as scores it is an upper bound for any model.

    Parameters
    ----------
    scores, probability : ndarray of shape (n_rows,)
    clients : ndarray of shape (n_rows,), optional
        Number of clients of each row; one if not given.

    Returns
    -------
    float
        Share of correctly ordered pairs, ties counted half, where a pair of clients weighs as much as it is
        probable that the first declines and the second does not; a client's pair with itself is left out.
    """
    weights = np.ones(len(scores)) if clients is None else clients
    frame = pd.DataFrame({"score": scores, "up": weights * probability, "down": weights * (1 - probability)})
    by_score = frame.groupby("score").sum()
    below = by_score["down"].cumsum() - by_score["down"]
    ordered = (by_score["up"] * (below + by_score["down"] / 2)).sum()
    with_itself = (weights * probability * (1 - probability)).sum()
    pairs = frame["up"].sum() * frame["down"].sum()
    return float((ordered - with_itself / 2) / (pairs - with_itself))


def list_drivers(population: DemoPopulation) -> pd.DataFrame:
    """Return the planted drivers of decline.

    Returns
    -------
    DataFrame of `schemas.demo_store.DemoDrivers`
        Features that drive no cause are of kind ``null`` and size 0.
    """
    rows = [
        (name, *row) for name, cause in population.causes.items() for row in (*_main(cause), *_crossed(cause))
    ]
    driving = {part for _, feature, *_ in rows for part in feature.split(INTERACTION)}
    nulls = [("", name, "", "null", 0.0) for name in BASE_FEATURES if name not in driving]
    drivers = pd.DataFrame([*rows, *nulls], columns=["cause", "feature", "value", "kind", "size"])
    return drivers.assign(sign=np.sign(drivers["size"]).astype("int64"))


def _main(cause: Cause) -> list[tuple[str, str, str, float]]:
    rows: list[tuple[str, str, str, float]] = []
    for name, size in cause.drivers.items():
        if isinstance(size, dict):
            rows += [(name, value, "category", one) for value, one in size.items()]
        else:
            rows.append((name, "", "main", size))
    return rows


def _crossed(cause: Cause) -> list[tuple[str, str, str, float]]:
    return [(name, "", "interaction", size) for name, size in cause.interactions.items()]
