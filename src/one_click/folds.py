"""Folds that never part twins: stratified, grouped, shuffled, seeded."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from one_click.columns import TARGET, TWIN_GROUP
from one_click.errors import DataError

Split = tuple[NDArray[np.intp], NDArray[np.intp]]


def make_splits(clients: pd.DataFrame, n_folds: int, seed: int) -> list[Split]:
    """Split labelled clients into stratified folds; twins share a fold.

    Parameters
    ----------
    clients : DataFrame, one row per labelled client
        With `twin_group` and `activity_declined`. The order of rows must not depend on the run: the files'
        own order leaks the target, so folds are always shuffled.
    n_folds : int
        Number of folds.
    seed : int
        Seed of the shuffle.

    Returns
    -------
    list of (train, test)
        Row positions, one pair per fold; the tests are disjoint and cover all rows.

    Raises
    ------
    DataError
        If a class has fewer clients than there are folds.

    Notes
    -----
    One client stands for each group of twins (a declined one, should they differ), is dealt out by
    scikit-learn's StratifiedKFold, and takes its twins along: the same as StratifiedGroupKFold at a
    twentieth of its cost where most groups are single clients.
    """
    groups = clients.groupby(TWIN_GROUP)[TARGET].max()
    rarest = groups.value_counts().reindex([0, 1], fill_value=0).min()
    if rarest < n_folds:
        raise DataError(
            f"One class has {rarest} clients (twins counted once) for {n_folds} folds.",
            file="train_clients",
            column=TARGET,
            rule="every fold needs clients of both classes",
            remedy="lower model_selection.folds, or bring a larger extract",
        )
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed).split(groups, groups)
    held_out = [clients[TWIN_GROUP].isin(groups.index[test]).to_numpy() for _, test in folds]
    return [(np.flatnonzero(~test), np.flatnonzero(test)) for test in held_out]
