"""Campaigns: eligible clients, random treatment, and the effect of the offer on each client."""

from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.parameters import DemoStore
from one_click.parameters.planted import Campaign
from one_click.rules.conditions import matches
from one_click.simulation.population import Clients, Stream, uniforms


def start_campaigns(clients: Clients, month: int, options: DemoStore) -> Clients:
    """Draw the arms of the campaigns that begin in a month.

    Parameters
    ----------
    clients : Clients
    month : int
        The month, counted from 1.
    options : DemoStore
        Campaigns and seed. A client who is in a campaign enters no other while that one works.

    Returns
    -------
    Clients
        With ``offer``, ``arm`` (treated, control), ``offer_month``, ``offer_lasts`` and ``prevents``
        (the true share of declines that the offer prevents if made); blank and zero for those in no campaign.
    """
    frame = clients.frame
    for campaign in options.campaigns:
        if campaign.month == month:
            lot = (Stream.CAMPAIGN, crc32(campaign.offer.encode()))  # wherever it stands in the list
            drawn = uniforms(frame["block"].to_numpy(), options.seed, lot, 1)[:, 0]
            frame = _start(frame, campaign, drawn)
    return Clients(frame, clients.scores)


def _start(frame: pd.DataFrame, campaign: Campaign, drawn: NDArray[np.float64]) -> pd.DataFrame:
    busy = (frame["offer"] != "") & (frame["offer_month"] + frame["offer_lasts"] >= campaign.month)
    enters = matches(campaign.eligible, frame) & ~busy
    arm = np.where(drawn < campaign.treated_share, "treated", "control")
    entered = pd.DataFrame(
        {
            "offer": campaign.offer,
            "arm": arm,
            "offer_month": campaign.month,
            "offer_lasts": campaign.lasts,
            "prevents": _effect(frame, campaign),
        },
        index=frame.index,
    )
    return frame.assign(**{name: frame[name].where(~enters, entered[name]) for name in entered})


def _effect(frame: pd.DataFrame, campaign: Campaign) -> NDArray[np.float64]:
    kinds = [matches(effect.where, frame).to_numpy() for effect in campaign.effects]
    return np.select(kinds, [effect.prevents for effect in campaign.effects], default=0.0)
