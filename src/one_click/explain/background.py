"""The background of explanations: few clients whose means and variances are near those of all."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.explain.fitted import Values

_POOL = 2000  # clients from whom they are chosen: bounds the cost, however large the base
_PASSES = 3  # at most: a pass without an exchange is the last


def representative_rows(
    clients: pd.DataFrame, labels: NDArray[np.int_], count: int, seed: int
) -> NDArray[np.intp]:
    """Return the positions of clients whose means and variances are near those of all, in ascending order.

    From a stratified random draw on, each client is exchanged for the one of the same class with whom the
    draw is nearest to all clients (an exchange algorithm: Fedorov 1972, "Theory of Optimal Experiments").
    Contributions are relative to the mean score of these clients, whose error they all share: of 100 random
    clients it costs one first reason in forty.

    Parameters
    ----------
    clients : DataFrame, shape (n_clients, n_features)
        Raw features.
    labels : ndarray, shape (n_clients,)
        Classes, whose shares are kept.
    count : int
        How many are chosen, at most all.
    seed : int
        Seed of the draw.
    """
    generator, moments = np.random.default_rng(seed), _moments(clients)
    pool = np.sort(generator.permutation(len(clients))[: max(_POOL, count)])
    chosen = _draw_stratified(pool, labels, count, generator)
    for _ in range(_PASSES):
        before = chosen.copy()
        for place, out in enumerate(before):
            rest = moments[chosen].sum(axis=0) - moments[out]
            others = pool[(labels[pool] == labels[out]) & ~np.isin(pool, chosen)]
            candidates = np.concatenate([[out], others])  # first, so that ties exchange no client
            chosen[place] = candidates[((rest + moments[candidates]) ** 2).sum(axis=1).argmin()]
        if (chosen == before).all():
            break
    return np.sort(chosen)


def _moments(clients: pd.DataFrame) -> Values:
    """Return numbers, their squares and levels of categories, each with mean 0 and standard deviation 1."""
    numbers = clients.select_dtypes(exclude="str").astype("float64")
    levels = pd.get_dummies(clients.select_dtypes("str"), dtype="float64")
    squares = (numbers - numbers.mean()) ** 2
    columns = np.column_stack([numbers, squares, levels])
    spread = columns.std(axis=0)
    return (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1.0)


def _draw_stratified(
    pool: NDArray[np.intp], labels: NDArray[np.int_], count: int, generator: np.random.Generator
) -> NDArray[np.intp]:
    shuffled = generator.permutation(pool)
    # Relative rank of each client within the class, from 0 to 1: cut off anywhere, the shares stay.
    own = pd.Series(labels[shuffled])
    of_class = own.groupby(own)
    place = (of_class.cumcount() + 0.5) / of_class.transform("size")
    return shuffled[np.argsort(place.to_numpy(), kind="stable")[:count]]
