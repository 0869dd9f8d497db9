"""Contact pressure: how activity goes with the number of marketing contacts."""

import pandas as pd

from one_click.columns import TARGET
from one_click.statistics.effect_sizes import share_with_interval

from .encoding import equal_parts

CONTACTS = "marketing_contacts_6m"
ACTIVITY = "pages_per_visit"
_BANDS = 5
_LAYERS = 3


def tabulate_contacts(labelled_clients: pd.DataFrame) -> pd.DataFrame:
    """Return the share of declined clients by the number of contacts.

    Clients who look at many pages may be contacted more often because they are active. So a second share
    compares like with like: within thirds of pages per visit, weighted as in the whole base (direct
    standardisation).

    Returns
    -------
    DataFrame, one row per fifth of the clients by contacts: least, most (contacts per month), n, declined,
    share, low, high (Wilson's 95 % interval), standardised_share
        `standardised_share` is missing where a third has no clients. No rows if all clients have the same
        number of contacts.
    """
    known = labelled_clients.dropna(subset=[CONTACTS, ACTIVITY])
    bands, layers = equal_parts(known[CONTACTS], _BANDS), equal_parts(known[ACTIVITY], _LAYERS)
    weights = layers.value_counts(normalize=True)
    rows = []
    for _, own in known.groupby(bands) if len(bands.unique()) > 1 else ():
        in_layer = own[TARGET].groupby(layers.loc[own.index]).mean().reindex(weights.index)
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
                "standardised_share": float((in_layer * weights).sum(skipna=False)),
            }
        )
    columns = ["least", "most", "n", "declined", "share", "low", "high", "standardised_share"]
    return pd.DataFrame(rows, columns=columns)
