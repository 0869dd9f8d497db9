"""Parameters of a quick interpretation, and a champion that is a plain function."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from one_click.parameters import Interpretation


class _Scored:
    def __init__(self, score: Callable[[pd.DataFrame], Any]) -> None:
        self.score = score

    def predict_proba(self, features: pd.DataFrame) -> Any:
        declines = np.asarray(self.score(features), dtype="float64")
        return np.column_stack([1 - declines, declines])


@pytest.fixture(scope="session")
def options(interpretation_options: Interpretation) -> Interpretation:
    return interpretation_options


@pytest.fixture(scope="session")
def scored_by() -> Callable[..., Any]:
    """Return a function that makes a classifier of a function: features -> probabilities of decline."""
    return _Scored
