"""Risk signals: each is declared here, and here alone, by what is measured and how it is named.

A new one is one more entry of `RISK_SIGNALS`. Its threshold is fitted on the base when the pipeline
`segmentation` runs; rules may name it at once.
"""

from collections.abc import Mapping
from typing import Self

import pandas as pd
from pydantic import Field, model_validator

from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS, Language
from one_click.errors import DeclarationError, nearest

from .declared import Declared


class Signal(Declared):
    """A conspicuously low value of a feature, or a drop of it.

    Attributes
    ----------
    code : str
        Name in data and in conditions.
    feature : str
        Numeric feature that is measured, and in which the signal shows.
    before : tuple of str
        Numeric features of earlier months. With them, the signal is a drop: measured is the change of
        `feature` against their mean, as a share; missing where that mean is zero. Without, it is a low value.
    title_ru, title_en : str
        What readers see.
    """

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    feature: str
    before: tuple[str, ...] = ()
    title_ru: str = Field(min_length=1)
    title_en: str = Field(min_length=1)

    @model_validator(mode="after")
    def _measurable(self) -> Self:
        numeric = [name for name in BASE_FEATURES if COLUMNS[name].kind in ("whole", "number", "share")]
        for name in (self.feature, *self.before):
            if name not in numeric:
                raise DeclarationError(f"'{name}' is no numeric feature; {nearest(name, numeric)}")
        return self

    def title(self, language: Language) -> str:
        """Return what readers of a language see."""
        return self.title_ru if language == "ru" else self.title_en

    def measure(self, clients: pd.DataFrame) -> pd.Series:
        """Return the value or the change of each client, with the index of `clients`."""
        now = clients[self.feature].astype("float64")
        if not self.before:
            return now
        earlier = sum(clients[name] for name in self.before) / len(self.before)
        return now / earlier.where(earlier > 0) - 1

    def fit(self, clients: pd.DataFrame, quantile: float, smallest_drop: float) -> float:
        """Return the value up to which the signal is shown, from the distribution of a base.

        Parameters
        ----------
        clients : DataFrame, one row per client
        quantile : float
            Share of the base that the lowest values are.
        smallest_drop : float
            A smaller drop is never a signal.
        """
        threshold = _low_threshold(self.measure(clients).dropna(), quantile)
        return min(threshold, -smallest_drop) if self.before else threshold


def _low_threshold(values: pd.Series, quantile: float) -> float:
    if values.empty:
        return 0.0
    # Never the median itself: a value that most clients have is no signal.
    lower = values[values < values.median()]
    return float(min(values.quantile(quantile), lower.max()) if len(lower) else values.min() - 1)


_DECLARED = (
    Signal(
        code="minutes_drop",
        feature="minutes_current",
        before=("minutes_previous",),
        title_ru="Время на сайте резко упало",
        title_en="Time on site has dropped sharply",
    ),
    Signal(
        code="revenue_drop",
        feature="revenue_current",
        before=("revenue_two_months_ago", "revenue_previous"),
        title_ru="Выручка резко упала",
        title_en="Revenue has dropped sharply",
    ),
    Signal(
        code="low_pages",
        feature="pages_per_visit",
        title_ru="Страниц за визит меньше, чем почти у всех",
        title_en="Fewer pages per visit than almost all",
    ),
)
RISK_SIGNALS = {signal.code: signal for signal in _DECLARED}


def find_shown(clients: pd.DataFrame, thresholds: Mapping[str, float]) -> pd.DataFrame:
    """Return which clients show which signals; see `schemas.segmentation.RiskSignals`.

    Parameters
    ----------
    clients : DataFrame, one row per client
    thresholds : mapping
        Value up to which a signal is shown, for each of `RISK_SIGNALS`.
    """
    values = pd.DataFrame({code: signal.measure(clients) for code, signal in RISK_SIGNALS.items()})
    long = values.assign(client_id=clients[CLIENT_ID]).melt(CLIENT_ID, var_name="signal", value_name="value")
    long = long.assign(threshold=[thresholds[code] for code in long["signal"]]).astype({"signal": "str"})
    shown = long[long["value"] <= long["threshold"]]
    return shown.sort_values([CLIENT_ID, "signal"], ignore_index=True)
