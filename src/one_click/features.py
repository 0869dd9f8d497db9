"""Functions from clean tables to one row per client, the same for every data frame engine.

They take and give the native frame of the engine (pandas, polars, DuckDB, …) through narwhals.
"""

from dataclasses import dataclass
from typing import Any

import narwhals as nw

from one_click.columns import (
    BASE_FEATURES,
    CLIENT_ID,
    ENGINEERED_FEATURES,
    PERIOD,
    PROFIT,
    TARGET,
    TWIN_GROUP,
)

_MONTHS = ("revenue_two_months_ago", "revenue_previous", "revenue_current")


@dataclass(frozen=True)
class EngineeredFeature:
    """A feature that is calculated from raw ones; kind, group and labels stand in `one_click.columns`.

    Attributes
    ----------
    name : str
    sources : tuple of str
        Raw features that the formula reads, all of them.
    formula : nw.Expr
        One value per client, without sums over clients: a new month must not change the value of an old one.
    """

    name: str
    sources: tuple[str, ...]
    formula: nw.Expr


def _revenue_trend() -> nw.Expr:
    total = nw.sum_horizontal(*_MONTHS)
    # Against the mean of three months: a single month may be 0, and the ratio of two months infinite.
    return nw.when(total > 0).then(3 * nw.col("revenue_current") / total - 1).otherwise(0.0)


def _minutes_trend() -> nw.Expr:
    return (nw.col("minutes_current") - nw.col("minutes_previous")).cast(nw.Float64)


def _promo_habit() -> nw.Expr:
    # The distribution of the share has two modes, which meet at a half.
    return nw.col("promo_purchase_share") >= 0.5


ENGINEERED: dict[str, EngineeredFeature] = {
    feature.name: feature
    for feature in (
        EngineeredFeature("revenue_trend", _MONTHS, _revenue_trend()),
        EngineeredFeature("minutes_trend", ("minutes_previous", "minutes_current"), _minutes_trend()),
        EngineeredFeature("promo_habit", ("promo_purchase_share",), _promo_habit()),
    )
}


def months_to_columns(rows: Any, value: str, months: tuple[str, ...]) -> Any:
    """Turn one row per client and month into one row per client.

    Parameters
    ----------
    rows : native frame, one row per client and month
        With the columns `client_id`, `period` and `value`.
    value : str
        Column to spread.
    months : tuple of str
        Values of `period`, each of which becomes the column ``<value>_<month>``.

    Returns
    -------
    native frame, one row per client
    """
    frame = nw.from_native(rows)
    # Conditional aggregation rather than pivot: every engine, lazy ones too, can run it.
    spread = frame.with_columns(
        nw.when(nw.col(PERIOD) == month).then(nw.col(value)).alias(f"{value}_{month}") for month in months
    )
    # The cells of other months are missing, which turns whole numbers of pandas into real ones.
    value_type = frame.collect_schema()[value]
    wide = spread.group_by(CLIENT_ID).agg(nw.col(f"{value}_{month}").max() for month in months)
    wide = wide.with_columns(nw.col(f"{value}_{month}").cast(value_type) for month in months)
    return _by_client(wide)


def join_clients(
    profiles: Any, revenue_by_month: Any, minutes_by_month: Any, profits: Any, labels: Any
) -> Any:
    """Join the clean tables into one row per client, sorted by client.

    Parameters
    ----------
    profiles, revenue_by_month, minutes_by_month, profits : native frames, one row per client
    labels : native frame, one row per labelled client
        Clients without a row keep a missing target.

    Returns
    -------
    native frame, one row per client
        Every column of the vocabulary but the engineered ones.
    """
    frame = nw.from_native(profiles)
    for part in (revenue_by_month, minutes_by_month, profits):
        frame = frame.join(nw.from_native(part), on=CLIENT_ID, how="inner")
    target = nw.from_native(labels).with_columns(nw.col(TARGET).cast(nw.Float64))
    frame = frame.join(target, on=CLIENT_ID, how="left")
    return _by_client(frame.select(CLIENT_ID, *BASE_FEATURES, PROFIT, TARGET))


def add_engineered(clients: Any, names: tuple[str, ...]) -> Any:
    """Add engineered features to the base columns.

    Parameters
    ----------
    clients : native frame
        With the base columns; any other columns are kept.
    names : tuple of str
        Engineered features to add, in this order.

    Returns
    -------
    native frame
        The clients themselves if nothing is to be added.
    """
    if not names:
        return clients
    frame = nw.from_native(clients)
    return nw.to_native(frame.with_columns(ENGINEERED[name].formula.alias(name) for name in names))


def engineered_columns(clients: Any) -> tuple[str, ...]:
    """Return the engineered features among the columns of a frame, in the order of the vocabulary."""
    return tuple(name for name in ENGINEERED_FEATURES if name in nw.from_native(clients).columns)


def sources_of(feature: str) -> tuple[str, ...]:
    """Return the raw features behind a feature: the sources of an engineered one, a raw one itself."""
    return ENGINEERED[feature].sources if feature in ENGINEERED else (feature,)


def make_features(clients: Any, engineered_features: tuple[str, ...]) -> Any:
    """Return the columns that models see, with the twin group and the target.

    The twin group of a client is the smallest client number among clients equal in all base features: twins
    must share a fold and a side of the split.

    Parameters
    ----------
    clients : native frame, one row per client
    engineered_features : tuple of str
        Engineered features that are switched on.

    Returns
    -------
    native frame, one row per client, sorted by client
    """
    frame = nw.from_native(add_engineered(clients, engineered_features))
    frame = frame.with_columns(nw.col(CLIENT_ID).min().over(*BASE_FEATURES).alias(TWIN_GROUP))
    columns = (CLIENT_ID, *BASE_FEATURES, *engineered_features, TWIN_GROUP, TARGET)
    return _by_client(frame.select(*columns))


def _by_client(frame: Any) -> Any:
    # Sorted rows of pandas keep the index of the order they came in, and would be stored with it.
    return nw.to_native(nw.maybe_reset_index(frame.sort(CLIENT_ID)))
