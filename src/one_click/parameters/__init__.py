"""Parameters: one frozen model per pipeline, checked before any node runs."""

from one_click.parameters.base import Parameters
from one_click.parameters.campaign import CampaignPlan, Offers
from one_click.parameters.data_processing import DataProcessing
from one_click.parameters.demo_comparison import DemoComparison
from one_click.parameters.demo_population import DemoPopulation
from one_click.parameters.demo_store import DemoStore
from one_click.parameters.eda import Eda
from one_click.parameters.evidence import Evidence
from one_click.parameters.interpretation import Curves, Interpretation, WhatIf
from one_click.parameters.model_selection import (
    BASES,
    BASIS,
    BENCHMARKS,
    CANDIDATES,
    FAMILIES,
    REFERENCE,
    RULES,
    SCALER,
    SCALERS,
    SCORE_FUNC,
    SCORE_FUNCTIONS,
    VOTING,
    Choices,
    Family,
    ModelSelection,
    Range,
)
from one_click.parameters.reporting import Reporting
from one_click.parameters.segmentation import Segmentation

__all__ = [
    "BASES",
    "BASIS",
    "BENCHMARKS",
    "CANDIDATES",
    "FAMILIES",
    "REFERENCE",
    "RULES",
    "SCALER",
    "SCALERS",
    "SCORE_FUNC",
    "SCORE_FUNCTIONS",
    "VOTING",
    "CampaignPlan",
    "Choices",
    "Curves",
    "DataProcessing",
    "DemoComparison",
    "DemoPopulation",
    "DemoStore",
    "Eda",
    "Evidence",
    "Family",
    "Interpretation",
    "ModelSelection",
    "Offers",
    "Parameters",
    "Range",
    "Reporting",
    "Segmentation",
    "WhatIf",
]
