"""Summaries of a store over its months, from sums over pieces: clients of any number fit into memory."""

from collections.abc import Callable, Iterable
from functools import reduce

import numpy as np
import pandas as pd

from one_click.columns import TARGET
from one_click.errors import ParameterError
from one_click.parameters import DemoStore
from one_click.parameters.planted import NUMERIC_FEATURES, LabelNoise
from one_click.simulation.mechanism import expected_roc_auc, recorded_probability

_DIGITS = 4  # of the probabilities, so that clients can be counted by probability


def summarise_months(truth: Iterable[pd.DataFrame], options: DemoStore) -> pd.DataFrame:
    """Summarise every month.

    Parameters
    ----------
    truth : iterable of DataFrame of `schemas.demo_store.DemoTruth`
    options : DemoStore
        Order of the months and label noise.

    Raises
    ------
    ParameterError
        If a month has no clients.

    Returns
    -------
    DataFrame of `schemas.demo_store.DemoMonths`
        The ceiling is an average over labels; a model that knows more than the month's features may pass it.
    """
    sums = _add_up(map(_month_sums, truth)).reset_index()
    empty = [month for month in options.months if month not in set(sums["month"])]
    if empty:
        raise ParameterError(
            f"(file {options.file})\n  no client is left in '{empty[0]}'; lower leavers_share, or raise "
            "clients or newcomers_share"
        )
    months = sums.groupby("month").apply(_month_row, noise=options.label_noise, include_groups=False)
    return months.reindex(options.months).rename_axis("month").reset_index()


def _add_up(pieces: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the sums over all pieces, holding two at a time."""
    return reduce(lambda total, piece: total.add(piece, fill_value=0), pieces)


def _month_sums(rows: pd.DataFrame) -> pd.DataFrame:
    recorded = rows[TARGET] == 1
    marked = pd.DataFrame(
        {
            "month": rows["month"],
            "probability": rows["probability"].round(_DIGITS),
            "clients": 1,
            "declined": rows["declined"],
            "recorded": recorded,
            "wrong": recorded != rows["declined"],
        }
    )
    return marked.groupby(["month", "probability"]).sum()


def _month_row(sums: pd.DataFrame, noise: LabelNoise) -> pd.Series:
    clients = sums["clients"].sum()
    probability = sums["probability"].to_numpy()
    return pd.Series(
        {
            "clients": clients,
            "declined_share": sums["declined"].sum() / clients,
            "recorded_share": sums["recorded"].sum() / clients,
            "probability": (probability * sums["clients"]).sum() / clients,
            "wrong_labels": sums["wrong"].sum() / clients,
            "ceiling": expected_roc_auc(
                probability, recorded_probability(probability, noise), sums["clients"].to_numpy()
            ),
        }
    )


def summarise_features(truth: Iterable[pd.DataFrame], options: DemoStore) -> pd.DataFrame:
    """Summarise the mean of every numeric feature in every month.

    Returns
    -------
    DataFrame of `schemas.demo_store.DemoFeatures`
        Shifts are against the last month before the first drift, or the first month if nothing drifts.
        Revenue of the earlier months moves in the second and third month without being planted: the first
        months differ in distribution.
    """
    sums = _add_up(map(_feature_sums, truth))
    mean = sums["total"] / sums["clients"]
    spread = np.sqrt((sums["squares"] / sums["clients"] - mean**2).clip(lower=0))
    baseline = options.months[baseline_month(options) - 1]
    shift = (mean - mean.loc[baseline]) / spread.loc[baseline]
    table = pd.DataFrame({"mean": mean, "spread": spread, "shift": shift}).reset_index()
    table["drift"] = _planted(table, options) / table["feature"].map(spread.loc[baseline])
    return table.sort_values("month", key=_place_in(options), kind="stable", ignore_index=True)


def _place_in(options: DemoStore) -> Callable[[pd.Series], pd.Series]:
    """Return what orders months as the parameters do."""
    places = {month: place for place, month in enumerate(options.months)}
    return lambda months: months.map(places)


def _feature_sums(rows: pd.DataFrame) -> pd.DataFrame:
    long = rows.melt("month", list(NUMERIC_FEATURES), "feature", "total")
    return long.assign(clients=1, squares=long["total"] ** 2).groupby(["month", "feature"]).sum()


def baseline_month(options: DemoStore) -> int:
    """Return the last month before the first drift, counted from 1."""
    first = min((drift.month for drift in options.drifts), default=2)
    return min(max(first - 1, 1), len(options.months))


def _planted(table: pd.DataFrame, options: DemoStore) -> pd.Series:
    place = table["month"].map({month: number for number, month in enumerate(options.months, start=1)})
    start = baseline_month(options)
    planted = [
        sum(drift.moved(month) - drift.moved(start) for drift in options.drifts if drift.column == feature)
        for month, feature in zip(place, table["feature"], strict=True)
    ]
    return pd.Series(planted, index=table.index, dtype="float64")


def summarise_campaigns(truth: Iterable[pd.DataFrame], options: DemoStore) -> pd.DataFrame:
    """Summarise the two arms of every campaign in every month.

    Returns
    -------
    DataFrame of `schemas.demo_store.DemoCampaigns`
    """
    columns = ["offer", "arm", "month", "clients"]
    measures = {
        "recorded_share": TARGET,
        "declined_share": "declined",
        "share_without_offer": "declined_without_offer",
        "probability": "probability",
    }
    sums = _add_up(_arm_sums(rows, list(measures.values())) for rows in truth).reset_index()
    sums = sums.sort_values("month", key=_place_in(options), kind="stable").sort_values(
        ["offer", "arm"], kind="stable", ignore_index=True
    )
    return sums[columns].assign(**{name: sums[column] / sums["clients"] for name, column in measures.items()})


def _arm_sums(rows: pd.DataFrame, measures: list[str]) -> pd.DataFrame:
    inside = rows[rows["offer"] != ""]
    return inside.assign(clients=1).groupby(["offer", "arm", "month"])[["clients", *measures]].sum()
