"""The hold-out split: stratified, with twins on one side."""

from typing import Any

import narwhals as nw
import pandas as pd
from sklearn.model_selection import train_test_split

from one_click.columns import CLIENT_ID, COLUMNS, TARGET, TWIN_GROUP
from one_click.errors import DataError
from one_click.parameters import DataProcessing

from .audit import stop_at_blocking

_FEW_CLIENTS = 4  # of a class: no share of them could be held out


def split_clients(
    features: Any, audit: pd.DataFrame, options: DataProcessing
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hold out a stratified part of the labelled clients; twins stay on one side.

    Parameters
    ----------
    features : native frame, one row per client
    audit : DataFrame
        Findings; nothing is learned from data with a blocking one that is not accepted.
    options : DataProcessing
        `test_share`, `training_rows`, `seed` and `accept_findings`.

    Returns
    -------
    train_clients, test_clients : DataFrame
        In pandas, sorted by client, with the target as whole number.

    Raises
    ------
    DataError
        If a finding blocks, or there are too few labelled twin groups to put both classes on both sides.
    """
    stop_at_blocking(audit, options.accept_findings, options.other_store)
    frame = nw.from_native(features).lazy().collect(backend="pandas").to_native()
    labelled = frame.dropna(subset=[TARGET]).astype({TARGET: "int64"})
    groups = labelled.drop_duplicates(TWIN_GROUP)
    _stop_at_too_few(labelled[TARGET], groups[TARGET], options)
    sampled = _sample(groups[[TWIN_GROUP, TARGET]], options)
    train, test = train_test_split(
        sampled[TWIN_GROUP],
        stratify=sampled[TARGET],
        test_size=options.test_share,
        random_state=options.seed,
    )
    parts = (labelled[labelled[TWIN_GROUP].isin(part)] for part in (train, test))
    train_clients, test_clients = (part.sort_values(CLIENT_ID, ignore_index=True) for part in parts)
    return train_clients, test_clients


def _stop_at_too_few(target: pd.Series, of_groups: pd.Series, options: DataProcessing) -> None:
    """Stop where too few groups of twins are there to be parted; told are clients."""
    of_class, groups = (labels.value_counts().reindex([0, 1], fill_value=0) for labels in (target, of_groups))
    sampled_share = min(1.0, options.training_rows / max(1, len(of_groups)))
    smaller_side = min(options.test_share, 1 - options.test_share)
    if groups.min() * sampled_share * smaller_side < 1:
        labels = "export the column with the labels, or name a snapshot that has labels of these clients in "
        scored = "label_snapshot; a month without labels is only scored: kedro run --pipelines scoring"
        once = f" ({groups[1]} and {groups[0]}, twins counted once)" if len(of_groups) < len(target) else ""
        raise DataError(
            f"There are {of_class[1]} declined and {of_class[0]} other clients{once}, too few to hold out "
            f"{options.test_share:.1%} of them.",
            file="market_file.csv (or that of label_snapshot)",
            column=options.other_store.header("label_file", COLUMNS[TARGET]),
            rule="training and testing need clients of both classes",
            remedy=f"{labels}{scored} --params new_snapshot=<folder>"
            if groups.min() < _FEW_CLIENTS
            else f"bring data_processing.test_share, {options.test_share}, nearer to 0.25",
        )


def _sample(groups: pd.DataFrame, options: DataProcessing) -> pd.DataFrame:
    if len(groups) <= options.training_rows:
        return groups
    size = min(options.training_rows, len(groups) - 2)  # at least one client of each class stays out
    kept, _ = train_test_split(groups, train_size=size, stratify=groups[TARGET], random_state=options.seed)
    return kept
