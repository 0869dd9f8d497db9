"""Conditions of segments and offers, checked against a base."""

import pandas as pd

from one_click.columns import CATEGORICAL_FEATURES
from one_click.errors import ParameterError
from one_click.parameters import CampaignPlan, Offers, Segmentation
from one_click.rules.checks import count_coverage, find_faults
from one_click.rules.offers import may_be_messaged
from one_click.schemas.records import KnownCategories


def list_categories(clients: pd.DataFrame) -> KnownCategories:
    """Return the categories of the base by column: a rule may name what a later month lacks."""
    return KnownCategories.model_validate(
        {column: sorted(clients[column].unique()) for column in CATEGORICAL_FEATURES}
    )


def lint_rules(
    clients: pd.DataFrame,
    known_categories: KnownCategories,
    options: Segmentation,
    offers: Offers,
    campaign: CampaignPlan,
) -> pd.DataFrame:
    """Refuse mistakes in segments and offers before any model is searched, and count who meets what.

    Looked at are the conditions on what is known of clients before they are scored. Risk, reasons, signals
    and segments come later; of these, only what no base whatever could meet is refused here. What merely
    fits no client of this base is no mistake: the row of the rule says so.

    Parameters
    ----------
    clients : DataFrame, one row per client
    known_categories : KnownCategories
        Of the base that the champion learns from.
    options : Segmentation
        Segments.
    offers : Offers
    campaign : CampaignPlan
        From how many contacts on a client gets no message.

    Returns
    -------
    DataFrame of `schemas.segmentation.RuleCoverage`

    Raises
    ------
    ParameterError
        If a category or a segment does not exist, if an offer prevents nothing, or if it is for a segment in
        which no client may get it.
    """
    table = clients.assign(may_be_messaged=may_be_messaged(clients, campaign.most_contacts))
    segments = options.segments
    known = known_categories.by_feature | {"segment": [segment.code for segment in segments]}
    messages = [
        options.explain(find_faults("segments", segments, table, known, segments)),
        offers.explain(find_faults("declared", offers.declared, table, known, segments)),
    ]
    if any(messages):
        raise ParameterError("\n".join(filter(None, messages)))
    return pd.DataFrame([count_coverage(rule, table) for rule in (*segments, *offers.declared)])
