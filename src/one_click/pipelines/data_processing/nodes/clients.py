"""From accepted rows to one row per client, for every data frame engine."""

from typing import Any

from one_click.columns import TABLES
from one_click.features import join_clients, make_features, months_to_columns
from one_click.parameters import DataProcessing


def spread_months(revenue_rows: Any, minutes_rows: Any) -> tuple[Any, Any]:
    """Turn rows per client and month into columns per month.

    Returns
    -------
    revenue_by_month, minutes_by_month : native frames
        See `schemas.data_processing.RevenueByMonth` and `MinutesByMonth`.
    """
    return (
        months_to_columns(revenue_rows, "revenue", TABLES["market_money"].months),
        months_to_columns(minutes_rows, "minutes", TABLES["market_time"].months),
    )


def make_clients(
    profiles: Any, revenue_by_month: Any, minutes_by_month: Any, profits: Any, labels: Any
) -> Any:
    """Join the accepted tables into a native frame of `schemas.data_processing.Clients`."""
    return join_clients(profiles, revenue_by_month, minutes_by_month, profits, labels)


def select_features(clients: Any, options: DataProcessing) -> Any:
    """Return what models see, a native frame of `schemas.data_processing.Features`."""
    return make_features(clients, options.engineered_features)
