"""Folds that never part twins: stratified, grouped, shuffled, seeded."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import BaseCrossValidator, StratifiedKFold

from one_click.columns import TARGET, TWIN_GROUP
from one_click.errors import DataError

Split = tuple[NDArray[np.intp], NDArray[np.intp]]


class StratifiedTwinKFold(BaseCrossValidator):  # type: ignore[misc]  # scikit-learn has no types
    """Stratified, shuffled folds in which equal rows share a fold.

    One row stands for each group of twins (a declined one, of the class that sorts last, should they differ),
    is dealt out by scikit-learn's StratifiedKFold, and takes its twins along: the same as
    StratifiedGroupKFold at a twentieth of its cost where most groups are single rows. It makes its folds of
    the table that it is given, so that an estimator which holds it can be cloned and fitted on any clients.
    Groups are dealt out in the order of their labels, equal rows in that of the first of them.

    Parameters
    ----------
    n_splits : int
        Number of folds.
    random_state : int
        Seed of the shuffle.
    """

    # That groups are used: where metadata is routed, scikit-learn passes on only what is asked for.
    __metadata_request__split = {"groups": True}  # noqa: RUF012

    def __init__(self, n_splits: int, random_state: int) -> None:
        self.n_splits = n_splits
        self.random_state = random_state

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: ARG002, N803
        """Return the number of folds."""
        return self.n_splits

    def _iter_test_masks(self, X: Any, y: Any, groups: Any = None) -> Iterator[NDArray[np.bool_]]:  # noqa: N803
        """Yield which rows each fold holds out; groups, where given, say who is whose twin."""
        if groups is None:
            rows = pd.DataFrame(X)
            groups = rows.groupby(list(rows.columns), sort=False, dropna=False).ngroup()
        labels, own = np.unique(np.asarray(groups), return_inverse=True)
        _, classes = np.unique(np.asarray(y), return_inverse=True)
        target = np.zeros(len(labels), dtype="int64")
        np.maximum.at(target, own, classes)
        folds = StratifiedKFold(self.n_splits, shuffle=True, random_state=self.random_state)
        for _, held_out in folds.split(target, target):
            yield np.isin(own, held_out)


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
    """
    rarest = clients.groupby(TWIN_GROUP)[TARGET].max().value_counts().reindex([0, 1], fill_value=0).min()
    if rarest < n_folds:
        raise DataError(
            f"One class has {rarest} clients (twins counted once) for {n_folds} folds.",
            file="train_clients",
            column=TARGET,
            rule="every fold needs clients of both classes",
            remedy="lower model_selection.folds, or bring a larger extract",
        )
    return list(StratifiedTwinKFold(n_folds, seed).split(clients, clients[TARGET], clients[TWIN_GROUP]))
