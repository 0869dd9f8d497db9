"""Risk signals within one snapshot: what each measures and from where a value is conspicuously low."""

import pandas as pd

from one_click.parameters import Segmentation

_DROPS = ("minutes_drop", "revenue_drop")


def measure_signals(clients: pd.DataFrame) -> pd.DataFrame:
    """Measure what the risk signals look at.

    Parameters
    ----------
    clients : DataFrame, one row per client

    Returns
    -------
    DataFrame, the index of `clients`, one column per signal
        `minutes_drop`: change of minutes against last month (share); `revenue_drop`: change of revenue
        against the mean of the two earlier months (share); `low_pages`: pages per visit. Missing where
        there was nothing to drop from.
    """
    earlier_revenue = (clients["revenue_two_months_ago"] + clients["revenue_previous"]) / 2
    return pd.DataFrame(
        {
            "minutes_drop": _change(clients["minutes_current"], clients["minutes_previous"]),
            "revenue_drop": _change(clients["revenue_current"], earlier_revenue),
            "low_pages": clients["pages_per_visit"].astype("float64"),
        }
    )


def _change(now: pd.Series, before: pd.Series) -> pd.Series:
    return now / before.where(before > 0) - 1


def fit_signal_borders(clients: pd.DataFrame, options: Segmentation) -> dict[str, float]:
    """Return for each signal the value up to which it is given, from the base's own distribution.

    A border never reaches the base's median, so that values which most clients have are no signal.
    """
    borders = {
        name: _low_border(values.dropna(), options.signal_quantile)
        for name, values in measure_signals(clients).items()
    }
    return {
        str(name): min(border, -options.smallest_drop) if name in _DROPS else border
        for name, border in borders.items()
    }


def _low_border(values: pd.Series, quantile: float) -> float:
    if values.empty:
        return 0.0
    lower = values[values < values.median()]
    return float(min(values.quantile(quantile), lower.max()) if len(lower) else values.min() - 1)
