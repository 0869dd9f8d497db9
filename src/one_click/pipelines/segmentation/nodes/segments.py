"""Who belongs to which segment, and how firmly."""

import numpy as np
import pandas as pd

from one_click.columns import CLIENT_ID
from one_click.parameters import Segmentation
from one_click.rules.segments import first_fitting
from one_click.schemas.records import RuleThresholds


def assign_segments(
    decision_table: pd.DataFrame, rule_thresholds: RuleThresholds, options: Segmentation
) -> pd.DataFrame:
    """Assign every client to the first segment whose conditions hold.

    Parameters
    ----------
    decision_table : DataFrame, one row per client
    rule_thresholds : RuleThresholds
    options : Segmentation
        Segments, and thresholds of membership.

    Returns
    -------
    DataFrame of `schemas.segmentation.Segments`
        `membership` tells how far the probability is from the threshold in units of its spread: firm, likely
        or borderline.
    """
    segment = first_fitting(options.segments, decision_table)
    spread = decision_table["probability_sd"].replace(0, np.nan).fillna(options.unknown_spread)
    distance = (decision_table["probability"] - rule_thresholds.probability).abs() / spread
    membership = np.select(
        [distance >= options.firm_from, distance >= options.likely_from], ["firm", "likely"], "borderline"
    )
    assigned = decision_table[[CLIENT_ID]].assign(segment=segment, membership=membership)
    return assigned.astype({"segment": "str", "membership": "str"})
