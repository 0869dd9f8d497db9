"""Contact pressure: how activity goes with the number of marketing contacts."""

import pandas as pd

from one_click.columns import TARGET
from one_click.statistics.effect_sizes import share_with_interval

from .encoding import quantile_bins

CONTACTS = "marketing_contacts_6m"
ACTIVITY = "pages_per_visit"
_BINS = 5
_STRATA = 3


def tabulate_contacts(labelled_clients: pd.DataFrame) -> pd.DataFrame:
    """Return the share of declined clients by fifths of the number of contacts.

    A second share is adjusted for activity by direct standardisation: shares within thirds of pages per
    visit, weighted as in the whole base.

    Returns
    -------
    DataFrame of `schemas.eda.ContactPressure`
        No rows if all clients have the same number of contacts.
    """
    known = labelled_clients.dropna(subset=[CONTACTS, ACTIVITY])
    bins, strata = quantile_bins(known[CONTACTS], _BINS), quantile_bins(known[ACTIVITY], _STRATA)
    # The store may contact its active clients more often: only clients of equal activity compare.
    weights = strata.value_counts(normalize=True)
    rows = []
    for _, own in known.groupby(bins) if len(bins.unique()) > 1 else ():
        in_stratum = own[TARGET].groupby(strata.loc[own.index]).mean().reindex(weights.index)
        share, low, high = share_with_interval(int(own[TARGET].sum()), len(own))
        rows.append(
            {
                "least": float(own[CONTACTS].min()),
                "most": float(own[CONTACTS].max()),
                "n": len(own),
                "declined": int(own[TARGET].sum()),
                "share": share,
                "low": low,
                "high": high,
                "standardised_share": float((in_stratum * weights).sum(skipna=False)),
            }
        )
    columns = ["least", "most", "n", "declined", "share", "low", "high", "standardised_share"]
    return pd.DataFrame(rows, columns=columns)
