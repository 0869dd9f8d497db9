"""What would make conclusions wrong: leaks, twins, the time of the labels, too few clients."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from one_click.columns import (
    BASE_FEATURES,
    CATEGORICAL_FEATURES,
    CLIENT_ID,
    COLUMNS,
    KNOWN_VALUES,
    PROFIT,
    TARGET,
)
from one_click.errors import DataError
from one_click.parameters import DataProcessing
from one_click.parameters.other_store import THIS_STORE, OtherStore
from one_click.statistics.effect_sizes import cliffs_delta

Finding = dict[str, Any]

_COLUMNS = ("finding", "subject", "strength", "low", "high", "clients", "level")
ROW_ORDER = "row_order"
NEAR = 2  # letters
MOST_VALUES = 20  # of a category that are listed one by one
SAMPLE = 50_000  # clients, about; enough for a ROC-AUC
_FOLDS = 5
_ORDER_LEAK = 0.6  # ROC-AUC; the lower end of the interval must be above it


def list_findings(
    clients: pd.DataFrame, profiles: pd.DataFrame, dialects: pd.DataFrame, options: DataProcessing
) -> pd.DataFrame:
    """Return what would make conclusions wrong: leaks, twins, the time of the labels, rare values.

    Parameters
    ----------
    clients : DataFrame of `schemas.data_processing.Clients`
    profiles : DataFrame of `schemas.data_processing.Profiles`
        In the order of the file.
    dialects : DataFrame of `schemas.data_processing.RawDialects`
    options : DataProcessing

    Returns
    -------
    DataFrame
        `schemas.data_processing.Audit` without its sentences.
    """
    labelled = clients.dropna(subset=[TARGET])
    # Every n-th client: a narrower interval would change no decision.
    sampled = labelled.iloc[:: max(1, len(labelled) // SAMPLE)]
    position = pd.Series(range(len(profiles)), index=profiles[CLIENT_ID].to_numpy())
    files = dialects.set_index("table")["file"]
    findings = [
        *_orders(sampled, sampled[CLIENT_ID].map(position)),
        *_single_features(sampled, options.leak_roc_auc),
        _twins(clients),
        _label_timing(labelled, files["market_file"], files["label_file"]),
        _row("unlabelled", "note", len(clients) - len(labelled), len(clients) - len(labelled)),
        *_enough(labelled, options),
        *_unknown_values(clients, options.other_store),
        *_outlying(clients, options.implausible_revenue_iqr),
    ]
    return pd.DataFrame(findings, columns=list(_COLUMNS))


def _row(finding: str, level: str, strength: float, clients: int, subject: str = "") -> Finding:
    missing = {"low": np.nan, "high": np.nan}
    return {
        "finding": finding,
        "subject": subject,
        "strength": float(strength),
        "clients": clients,
        "level": level,
    } | missing


def _roc_auc(target: pd.Series, scores: pd.Series) -> tuple[float, float, float]:
    """Return the ROC-AUC with its 95 % interval, in the direction that ranks better; .5 for one class."""
    declined, kept = (scores[target == value].to_numpy(dtype="float64") for value in (1, 0))
    if min(len(declined), len(kept)) < 2:
        return 0.5, 0.5, 0.5
    effect = cliffs_delta(declined, kept)  # twice the ROC-AUC, minus one
    low, high = sorted([effect.low, effect.high]) if effect.size >= 0 else sorted([-effect.low, -effect.high])
    return (abs(effect.size) + 1) / 2, (low + 1) / 2, (high + 1) / 2


def _orders(labelled: pd.DataFrame, position: pd.Series) -> Iterator[Finding]:
    for subject, order in ((CLIENT_ID, labelled[CLIENT_ID]), (ROW_ORDER, position)):
        strength, low, high = _roc_auc(labelled[TARGET], order)
        level = "warning" if low > _ORDER_LEAK else "note"
        yield _row("order_leak", level, strength, len(labelled), subject) | {"low": low, "high": high}


def _single_features(labelled: pd.DataFrame, limit: float) -> list[Finding]:
    found = [_single_feature(labelled, name, limit) for name in BASE_FEATURES if name in labelled]
    leaks = [finding for finding in found if finding["level"] == "blocking"]
    return leaks or [max(found, key=lambda finding: finding["strength"])]


def _single_feature(labelled: pd.DataFrame, name: str, limit: float) -> Finding:
    values = labelled[name]
    if name in CATEGORICAL_FEATURES:
        values = _share_in_other_folds(labelled[TARGET], values)
    strength, low, high = _roc_auc(labelled[TARGET], values)
    # The lower end of the interval: chance on few clients must not stop a run.
    level = "blocking" if low >= limit else "note"
    return _row("single_feature", level, strength, len(labelled), name) | {"low": low, "high": high}


def _share_in_other_folds(target: pd.Series, values: pd.Series) -> pd.Series:
    """Return the share of declined among clients of other folds who have the same value.

    A client's own label must not count: values that occur once would predict it perfectly.
    """
    fold = pd.Series(np.arange(len(values)) % _FOLDS, index=values.index)
    whole = target.groupby(values).agg(["sum", "size"])
    own = target.groupby([values, fold]).agg(["sum", "size"])
    others = whole.reindex(own.index, level=0) - own
    share = (others["sum"] / others["size"].where(others["size"] > 0)).fillna(target.mean())
    return pd.Series(share.reindex(pd.MultiIndex.from_arrays([values, fold])).to_numpy(), index=values.index)


def _twins(clients: pd.DataFrame) -> Finding:
    alike = clients[clients.duplicated(list(BASE_FEATURES), keep=False)]
    twins = int(alike.duplicated(list(BASE_FEATURES)).sum())
    return _row("twins", "warning" if twins else "note", twins, len(alike))


def _label_timing(labelled: pd.DataFrame, features_file: str, labels_file: str) -> Finding:
    level = "warning" if features_file == labels_file else "note"
    return _row("label_timing", level, len(labelled), len(labelled), labels_file)


def _enough(labelled: pd.DataFrame, options: DataProcessing) -> Iterator[Finding]:
    yield _count("enough_clients", len(labelled), options.enough_clients)
    of_class = labelled[TARGET].value_counts().reindex([0, 1], fill_value=0)
    yield _count("enough_of_class", int(of_class.min()), options.enough_of_class)
    for name in CATEGORICAL_FEATURES:
        header = _header(name, options.other_store)
        counts = labelled[name].value_counts()
        rare = counts[counts < options.enough_of_value]
        for value, count in rare.head(MOST_VALUES).items():
            subject = f"{header}: {value}"
            yield _row("enough_of_value", "warning", int(count), int(count), subject)
        yield from _further("enough_of_value", header, rare)


def _further(finding: str, header: str, counts: pd.Series) -> Iterator[Finding]:
    """Give one row for all values beyond those that are listed one by one."""
    further = counts.iloc[MOST_VALUES:]
    if len(further):
        subject = f"{header}: … (+{len(further)})"
        yield _row(finding, "warning", int(further.sum()), int(further.sum()), subject)


def _header(name: str, store: OtherStore) -> str:
    """Return the header of a feature of market_file; empty if it is made from several rows."""
    return store.header("market_file", COLUMNS[name])


def _count(finding: str, count: int, enough: int) -> Finding:
    return _row(finding, "warning" if count < enough else "note", count, count)


def _unknown_values(clients: pd.DataFrame, store: OtherStore) -> Iterator[Finding]:
    for name, known in KNOWN_VALUES.items():
        header = _header(name, store)
        counts = clients.loc[~clients[name].isin(known), name].value_counts()
        for value, count in counts.head(MOST_VALUES).items():
            nearest = min(known, key=partial(edit_distance, str(value)))
            near = edit_distance(str(value), nearest) <= NEAR
            finding = "near_miss" if near else "unknown_value_kept"
            subject = " → ".join([f"{header}: {value}", *([nearest] if near else [])])
            yield _row(finding, "warning", int(count), int(count), subject)
        yield from _further("unknown_value_kept", header, counts)


def _outlying(clients: pd.DataFrame, iqr_multiple: float) -> Iterator[Finding]:
    """List numbers that lie as far out as a month's revenue that would be implausible."""
    numbers = [name for name in (*BASE_FEATURES, PROFIT) if COLUMNS[name].kind in ("whole", "number")]
    for name in numbers:
        lower, upper = clients[name].quantile([0.25, 0.75])
        reach = iqr_multiple * (upper - lower)
        outlying = (clients[name] > upper + reach) | (clients[name] < lower - reach)
        if upper > lower and outlying.any():
            yield _row("outlying", "warning", int(outlying.sum()), int(outlying.sum()), name)


def edit_distance(text: str, other: str) -> int:
    """Return how many letters must be added, dropped or replaced to make one text the other (Levenshtein).

    Examples
    --------
    >>> edit_distance("стандартт", "стандарт")
    1
    """
    row = list(range(len(other) + 1))
    for place, letter in enumerate(text, start=1):
        diagonal, row[0] = row[0], place
        for column, expected in enumerate(other, start=1):
            cost = diagonal + (letter != expected)
            diagonal, row[column] = row[column], min(cost, row[column] + 1, row[column - 1] + 1)
    return row[-1]


def stop_at_blocking(findings: pd.DataFrame, accepted: Iterable[str], store: OtherStore = THIS_STORE) -> None:
    """Stop where a finding makes any further result worthless, unless it is accepted.

    Raises
    ------
    DataError
        If a finding is blocking and not among `accepted`.
    """
    blocking = findings[(findings["level"] == "blocking") & ~findings["finding"].isin(list(accepted))]
    if blocking.empty:
        return
    worst = blocking.sort_values("strength", ascending=False).iloc[0]
    source = _header(worst["subject"], store) or worst["subject"]
    raise DataError(
        f"'{source}' alone predicts the target with a ROC-AUC of {worst['strength']:.3f} "
        f"({worst['low']:.3f} to {worst['high']:.3f}).",
        file="clients",
        column=", ".join(blocking["subject"]),
        rule="a feature is known before the label; this one was probably written down after it",
        remedy="find out when the column is filled, and export it as it stood before; or accept it with "
        f"data_processing.accept_findings: [{worst['finding']}]",
    )
